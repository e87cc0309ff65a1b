/* SPDX-License-Identifier: MIT */
/* The inside of an SMTP server, shared by smtp-server.c (bytes, events, states) and smtp-server-commands.c
 * (what each command does). */
#pragma once

#include "protocol/dot-body.h"
#include "protocol/endpoint-support.h"
#include "protocol/smtp/smtp-server.h"
#include "protocol/smtp/smtp-syntax.h"

/* What the AUTH exchange waits for. */
typedef enum {
  AUTH_STEP_PLAIN,    /* the one response of PLAIN */
  AUTH_STEP_USER,     /* LOGIN's first */
  AUTH_STEP_PASSWORD, /* LOGIN's second */
} AuthStep;

typedef struct {
  Endpoint base;
  /* configuration */
  char *host_name;
  uint32_t capabilities;
  bool auth_required;
  uint64_t size_limit;
  guint recipient_limit;
  guint error_limit;
  /* the connection */
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  uint8_t state;           /* SmtpState; set by set_state alone */
  const char *cause;       /* of the last change of state, for whoever looks on */
  uint16_t word;           /* row of the command being worked on, or VOCABULARY_UNKNOWN */
  EndpointEventType event; /* to be told, or told and not answered */
  bool event_told;
  bool peer_closed; /* what is held is still worked on */
  guint errors;
  /* the session */
  char *client_name;
  bool extended; /* EHLO, not HELO */
  char *user;
  AuthStep auth_step;
  const char *auth_mechanism;
  ByteBuffer auth_user, auth_secret; /* of the AUTHENTICATE event */
  /* the transaction */
  char *path;         /* address of the MAIL or RCPT that waits for its verdict */
  Envelope *envelope; /* NULL outside a transaction */
  bool refused_recipients;
  DotBody body;
  bool body_too_large;
  ByteBuffer stuffed; /* the body as it came */
  ByteBuffer message; /* the body, dots undone */
} SmtpServer;

/* Queues a reply and moves the state as the table says for the command being worked on. enhanced may be NULL.
 */
void smtp_server_reply(SmtpServer *server, int code, const char *enhanced, const char *text);

/* Ends the transaction, if any. */
void smtp_server_forget_transaction(SmtpServer *server);

/* Asks the owner; the reply comes with the answer. */
void smtp_server_ask(SmtpServer *server, EndpointEventType event);

/* Works on a command line, or on a client line inside AUTH. */
void smtp_server_command(SmtpServer *server, Bytes line);
void smtp_server_auth_response(SmtpServer *server, Bytes line);
