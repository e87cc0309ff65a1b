/* SPDX-License-Identifier: MIT */
/* A POP3 client without I/O (RFC 1939; CAPA of RFC 2449, AUTH of RFC 5034): logs in, fetches what is new,
 * deletes it if told, says goodbye.
 *
 * Events: FETCHED for each message (message: unstuffed, valid until the next call; or only its top, as
 * pop3_client_get_fetched tells), FAILED (reply: the server's words, or empty), HELD where the configuration
 * asks for it, then CLOSE. CLOSE without FAILED, after QUIT: the server took it, and what was marked is
 * deleted. */
#pragma once

#include "protocol/endpoint.h"

/* Whether TOP is asked for each new message. */
typedef enum {
  POP3_TOP_NOT,
  POP3_TOP_FIRST, /* before its RETR: a look at the headers */
  POP3_TOP_ONLY,  /* in its place: nothing is fetched whole, nothing is deleted */
} Pop3TopUse;

/* Strings are copied. */
typedef struct {
  const char *user;
  const char *password;
  bool use_apop;                 /* where the greeting has a stamp; else USER and PASS */
  const char *const *mechanisms; /* NULL: as use_apop says. Else NULL-terminated, best first, of SASL's names,
                                    "APOP" and "USER/PASS": CAPA is asked, and the first that the server
                                    offers is taken; none: the log-in has failed */
  const char *nonce;             /* letters and digits that nobody foresees; SCRAM */
  bool wait_for_challenge;       /* AUTH without an initial response */
  Pop3TopUse top;
  guint top_lines; /* of the body */
  bool hold;       /* before QUIT, once logged in: HELD */
  bool list;       /* ask LIST before fetching */
  bool keep;       /* leave messages on the server: UIDL tells which are new; else DELE after each RETR */
  const char *const
      *known_uids;      /* NULL-terminated: with keep, messages not to be fetched again; may be NULL */
  Nanoseconds patience; /* wait for a reply; 0: 5 minutes */
} Pop3ClientConfig;

/* What FETCHED speaks of. */
typedef struct {
  guint number;    /* from 1, in this session */
  const char *uid; /* from UIDL; NULL when it was not asked */
  bool top;        /* only its headers and top_lines lines */
} Pop3Fetched;

Endpoint *pop3_client_new(const Pop3ClientConfig *config);

/* Returns the number and uid of the message FETCHED told last. Borrowed until the next call on the endpoint.
 */
Pop3Fetched pop3_client_get_fetched(const Endpoint *client);

/* Returns how many messages and bytes STAT told of; 0 before. */
guint pop3_client_get_count(const Endpoint *client);
uint64_t pop3_client_get_size(const Endpoint *client);

/* Returns how the client logs in: a SASL mechanism, "APOP" or "USER/PASS"; NULL before it has chosen. */
const char *pop3_client_get_mechanism(const Endpoint *client);
