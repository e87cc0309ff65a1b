/* SPDX-License-Identifier: MIT */
/* A few computers, each joined to each: a name server, mail servers whose power can be cut, and a computer
 * that hands in letters. What a server has on its disk (mailboxes, queue, greylist) outlives its power. */
#pragma once

#include "agent/name-server.h"
#include "agent/transfer-agent.h"
#include "protocol/smtp/smtp-client.h"
#include "simulate/host.h"

typedef enum {
  TOWN_NAMES,    /* 203.0.113.53 */
  TOWN_COMPUTER, /* 203.0.113.66, of nobody's domain */
  TOWN_ALPHA,    /* 192.0.2.25: mail.alpha.example, alice and carol */
  TOWN_BETA,     /* 198.51.100.25: mail.beta.example, bob and dora; MX 10 */
  TOWN_BACKUP,   /* 198.51.100.26: backup.beta.example, no mailboxes; MX 20 of beta.example */
  TOWN_HOSTS,
} TownHost;

#define TOWN_LINKS (TOWN_HOSTS * (TOWN_HOSTS - 1) / 2)
#define TOWN_SECONDS(n) ((n)*NANOSECONDS_PER_SECOND)
#define TOWN_HOURS(n) TOWN_SECONDS((n)*INT64_C(3600))

typedef struct {
  uint64_t seed;
  VirtualClock clock;
  Tap tap;
  Link links[TOWN_LINKS];
  Host *hosts[TOWN_HOSTS]; /* NULL: no power */
  guint lives[TOWN_HOSTS]; /* how often it had power: each life draws other numbers */
  NameServer *name_server;
  DnsZones *zones;
  ServerConfig servers[TOWN_HOSTS]; /* to be changed before a server starts */
  MailStore *stores[TOWN_HOSTS];
  MailQueue *queues[TOWN_HOSTS];
  Greylist *greylists[TOWN_HOSTS];
  TransferAgent *agents[TOWN_HOSTS]; /* NULL: not running */
  guint connections;                 /* TCP, opened so far */
  guint questions;                   /* to the name server, by UDP */
} Town;

/* What became of a letter that was handed in. */
typedef struct {
  bool over;     /* the connection has ended */
  int code;      /* the last reply that decided about the first recipient; 0: none */
  char *reply;   /* its words, or NULL */
  bool accepted; /* the first recipient was taken, and the message too */
} TownLetter;

/* Prepares the town: hosts with power, name server with zones, links with the chance of loss; no mail server
 * runs yet. */
void town_init(Town *town, uint64_t seed, double loss);
void town_clear(Town *town);

/* Starts the mail server of a host with power, or all three of them. */
void town_start(Town *town, TownHost which);
void town_start_all(Town *town);

/* The power goes, with whatever was under way; or comes back, and the mail server with it, if there was one.
 */
void town_cut_power(Town *town, TownHost which);
void town_restore_power(Town *town, TownHost which);

/* Runs until virtual time passes limit, which is what the clock says then. */
void town_run(Town *town, Nanoseconds limit);

/* Returns a small letter of that Message-ID, the caller's to unref. */
GBytes *town_letter(const char *id);

/* Hands message in from the computer at the server's port, by SMTP; user NULL: no log-in. envelope and
 * message are copied; *letter is written until the connection has ended, and to be cleared. */
void town_hand_in(Town *town, TownHost server, uint16_t port, const char *user, const char *password,
                  const Envelope *envelope, GBytes *message, TownLetter *letter);
void town_letter_clear(TownLetter *letter);

/* Hands in a letter from sender to recipient at port 25 and runs for a minute; returns the code of what was
 * said in the end. */
int town_send(Town *town, TownHost server, const char *sender, const char *recipient, const char *id);

/* Opens a connection from the computer and says each line (without its end; NULL-terminated) when the reply
 * before it came, whatever it is; a "." and lines before it after 354 count as lines without reply. Runs
 * until all is said and the connection has ended. Returns the replies, a line each, the caller's to free. The
 * last line should be QUIT. */
char *town_talk(Town *town, TownHost server, uint16_t port, const char *const *lines);

/* Returns how many messages lie in the mailbox of address at which that hold text. */
guint town_count_mail(const Town *town, TownHost which, const char *address, const char *text);

/* Returns the newest message of that mailbox as text, the caller's to free; "" for an empty one. */
char *town_newest_mail(const Town *town, TownHost which, const char *address);
