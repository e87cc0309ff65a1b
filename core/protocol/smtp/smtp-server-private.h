/* SPDX-License-Identifier: MIT */
/* The inside of an SMTP server, shared by smtp-server.c (bytes, states), smtp-server-events.c (what the owner
 * is asked), smtp-server-commands.c (what each command does), smtp-server-auth.c (the log-in) and
 * smtp-server-body.c (the message's bytes). */
#pragma once

#include "protocol/dot-body.h"
#include "protocol/endpoint-support.h"
#include "protocol/sasl/sasl-server.h"
#include "protocol/smtp/smtp-parameters.h"
#include "protocol/smtp/smtp-server.h"
#include "protocol/smtp/smtp-syntax.h"

/* The piece of a BDAT on its way (RFC 3030). */
typedef struct {
  bool active;
  bool last;
  uint64_t size, left;
  SmtpRefusal refusal; /* code 0: it is wanted; else the reply once it has been swallowed */
} SmtpServerChunk;

typedef struct {
  Endpoint base;
  /* configuration */
  char *host_name;
  char *nonce;
  uint32_t capabilities;
  bool auth_required;
  bool encryption_for_log_in;
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
  SaslServer *sasl; /* inside AUTH, else NULL */
  char *auth_user;  /* who is in once the exchange is over */
  guint auth_count; /* exchanges so far: each has a nonce of its own */
  /* the transaction */
  char *path;              /* argument of the MAIL, RCPT, VRFY or EXPN that waits for its verdict */
  bool utf8;               /* of that VRFY or EXPN: the reply may hold UTF-8 */
  EnvelopeRequest request; /* of that RCPT */
  Envelope *envelope;      /* NULL outside a transaction */
  bool refused_recipients;
  bool chunked; /* by BDAT, at least one piece taken */
  SmtpServerChunk chunk;
  DotBody body;
  bool body_too_large;
  ByteBuffer message; /* the body, dots undone */
} SmtpServer;

/* Queues a reply and moves the state as the table says for the command being worked on. enhanced may be NULL.
 */
void smtp_server_reply(SmtpServer *server, int code, const char *enhanced, const char *text);
void smtp_server_refuse(SmtpServer *server, const SmtpRefusal *refusal);

/* Moves to state where no table can say it: after the last byte of a message or of a piece. */
void smtp_server_end_command(SmtpServer *server, uint8_t state, const char *cause);

/* Says 421 and closes: "mail.example WHY, closing connection". */
void smtp_server_say_goodbye(SmtpServer *server, const char *enhanced, const char *why);

/* Ends the transaction, if any. */
void smtp_server_forget_transaction(SmtpServer *server);

/* Asks the owner; the reply comes with the answer. */
void smtp_server_ask(SmtpServer *server, EndpointEventType event);

/* Fills the event that waits; and applies and replies the owner's verdict on it. */
void smtp_server_fill_event(SmtpServer *server, EndpointEvent *event);
void smtp_server_take_verdict(SmtpServer *server, EndpointEventType event, const EndpointVerdict *verdict);

/* Works on a command line. */
void smtp_server_command(SmtpServer *server, Bytes line);

/* Returns the bits of the mechanisms that EHLO's reply lists. */
uint32_t smtp_server_get_mechanisms(const SmtpServer *server);

/* AUTH; and a client line inside it. */
void smtp_server_handle_auth(SmtpServer *server, Bytes argument);
void smtp_server_auth_response(SmtpServer *server, Bytes line);

/* Takes the owner's verdict. Returns CHALLENGE, which has been said then, or ACCEPTED or REFUSED, whose reply
 * is still to be said. */
SaslServerStep smtp_server_auth_verdict(SmtpServer *server, const EndpointVerdict *verdict);

/* Forgets the exchange, secrets wiped. */
void smtp_server_end_auth(SmtpServer *server);

/* Begins a piece of BDAT: its size bytes come next. With a refusal they are swallowed, and then it is said.
 */
void smtp_server_begin_chunk(SmtpServer *server, uint64_t size, bool last, const SmtpRefusal *refusal);

/* Take bytes of the message, or of a piece. Return false when all input is used up. */
bool smtp_server_receive_body(SmtpServer *server);
bool smtp_server_receive_chunk(SmtpServer *server);
