/* SPDX-License-Identifier: MIT */
/* The inside of a POP3 client, shared by pop3-client.c (bytes, events, what is fetched) and
 * pop3-client-login.c (which way in, and the way). */
#pragma once

#include "protocol/dot-body.h"
#include "protocol/endpoint-support.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/pop3/pop3-syntax.h"
#include "protocol/sasl/sasl-client.h"

/* The command whose reply is awaited. */
typedef enum {
  STEP_GREETING,
  STEP_CAPA,
  STEP_AUTH,
  STEP_APOP,
  STEP_USER,
  STEP_PASS,
  STEP_STAT,
  STEP_LIST,
  STEP_UIDL,
  STEP_TOP,
  STEP_RETR,
  STEP_DELE,
  STEP_QUIT,
  STEP_COUNT,
} Pop3ClientStep;

typedef struct {
  Endpoint base;
  char *user, *password;
  bool use_apop, list, keep, hold, wait_for_challenge;
  char **mechanisms;     /* allowed; NULL: as use_apop says */
  const char *mechanism; /* chosen */
  char *nonce, *stamp;   /* stamp: of the greeting; NULL: none */
  SaslClient *sasl;
  Pop3TopUse top;
  guint top_lines;
  GHashTable *known_uids; /* of char * */
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  Pop3ClientStep step;
  bool in_body; /* the lines up to the lone dot are awaited */
  DotBody body;
  ByteBuffer stuffed, message;
  guint count;
  uint64_t size;
  guint number;    /* of the message at hand, from 1 */
  GPtrArray *uids; /* by number - 1, of char * that may be NULL; empty when UIDL was not asked */
  bool fetched_due,
      fetched_told;    /* the message waits for next_event; it was told and the next call goes on */
  bool hold_due, held; /* HELD waits to be told; it was told and waits for its answer */
  bool failed_due, failed;
  char *server_words; /* that FAILED tells, or NULL */
  bool closing, close_due;
} Pop3Client;

/* Queues a command, "" for no argument, whose reply is awaited then. */
void pop3_client_send(Pop3Client *client, Pop3ClientStep step, const char *word, const char *argument);

/* Lets the next lines, up to a lone dot, be those of a listing or a message. */
void pop3_client_begin_body(Pop3Client *client);

/* FAILED is told with words, which are the server's, or empty. at_once: and nothing is said any more. */
void pop3_client_fail(Pop3Client *client, Bytes words, bool at_once);

/* FAILED is told, and QUIT is said. */
void pop3_client_fail_and_quit(Pop3Client *client, Bytes words);

/* What is done at the good replies of the log-in. */
void pop3_client_on_greeting(Pop3Client *client, Bytes line);
void pop3_client_on_user(Pop3Client *client, Bytes line);
void pop3_client_on_auth(Pop3Client *client, Bytes line);

/* CAPA's list has come, or empty where the server knows none: the log-in begins. */
void pop3_client_choose(Pop3Client *client, Bytes capabilities);

/* Takes "+ challenge". */
void pop3_client_challenge(Pop3Client *client, Bytes line);

/* The server took the log-in. */
void pop3_client_on_logged_in(Pop3Client *client, Bytes line);
