/* SPDX-License-Identifier: MIT */
/* Mallory's program: connects to port 25 of somebody's mail server without log-in and claims whatever he
 * likes; uses a server that relays for anybody; guesses which users there are. Shows what base SMTP lets
 * happen, and what SPF, log-in and silence about users do against it. */
#pragma once

#include "agent/agent-host.h"

typedef struct Spoofer Spoofer;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *host_name;   /* what he calls himself in EHLO: any name */
  const char *name_server; /* asked for MX and addresses; NULL: only servers the host knows */
} SpooferConfig;

/* What he claims. Strings are copied; members may be NULL but recipients. */
typedef struct {
  const char *server; /* whose port 25; NULL: the mail server of the first recipient's domain, by MX. Another
                         domain's server here is an attempt at an open relay */
  uint16_t port;      /* 0: 25 */
  const char *sender; /* MAIL FROM; NULL: the address in from */
  const char *const *recipients; /* NULL-terminated, RCPT TO */
  const char *from;              /* the header, whoever sends: "Banco <seguro@alpha.example>" */
  const char *to;                /* the header; NULL: the recipients */
  const char *subject, *text;
} SpooferLetter;

/* What the server said to one recipient or guess. Texts are borrowed until the spoofer works again. */
typedef struct {
  const char *name;  /* address, or the name guessed */
  bool taken;        /* the server took the letter for it, or says that there is such a user */
  int code;          /* 0: no reply */
  const char *reply; /* the server's words, or ours, N_(), where it had none; never NULL */
} SpooferResult;

/* Told when it is over: good where something was taken. */
typedef void (*SpooferDone)(void *owner, bool good);

Spoofer *spoofer_new(const SpooferConfig *config);

/* Sends the letter; results are by recipient. done may be NULL. One thing at a time: done hears false while
 * another is under way. */
void spoofer_send(Spoofer *spoofer, const SpooferLetter *letter, SpooferDone done, void *owner);

/* The question that tells who exists. */
typedef enum { SPOOFER_VRFY, SPOOFER_EXPN, SPOOFER_RCPT } SpooferGuess;

/* Asks the mail server of domain (or server, where not NULL) for each of names, which stand before "@domain";
 * no letter is sent. Results are by name. */
typedef struct {
  const char *domain;
  const char *server;
  SpooferGuess guess;
  const char *const *names; /* NULL-terminated */
} SpooferHarvest;

void spoofer_harvest(Spoofer *spoofer, const SpooferHarvest *harvest, SpooferDone done, void *owner);

/* Returns the results of what was done last; index from 0. Borrowed. */
guint spoofer_get_result_count(const Spoofer *spoofer);
SpooferResult spoofer_get_result(const Spoofer *spoofer, guint index);

/* Frees the spoofer: after its host has stopped, before the host is freed. */
void spoofer_free(Spoofer *spoofer);
