/* SPDX-License-Identifier: MIT */
/* The inside of a POP3 server, shared by pop3-server.c (bytes, events, states), pop3-server-login.c (what is
 * said before the mailbox opens, and CAPA) and pop3-server-commands.c (what each other command does). */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/maildrop.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/pop3/pop3-syntax.h"
#include "protocol/sasl/sasl-server.h"

typedef struct {
  Endpoint base;
  char *host_name;
  char *apop_stamp;
  LineInput in;
  ByteBuffer out;
  MessageStretches letters; /* in out */
  IdleTimer idle;
  uint8_t state;     /* Pop3State; set by set_state alone */
  const char *cause; /* of the last change of state, for whoever looks on */
  bool closing;
  bool peer_closed;
  EndpointEventType event; /* to be told, or told and not answered */
  bool event_told;
  guint errors, failed_logins;
  char *user;   /* of USER, APOP or AUTH */
  char *secret; /* of AUTHENTICATE; NULL where the SASL exchange has it */
  const char *mechanism;
  char **mechanisms; /* of AUTH; NULL: none */
  char *nonce;
  guint exchanges;  /* of AUTH so far: a part of the nonce */
  SaslServer *sasl; /* NULL: no exchange goes on */
  guint login_delay;
  bool offer_stls, offer_utf8, offer_lang;
  bool utf8; /* the client said UTF8 */
  Maildrop drop;
} Pop3Server;

/* The one place where the state changes. */
void pop3_server_set_state(Pop3Server *server, uint8_t state, const char *cause);

/* Queue a status line. */
void pop3_server_reply_ok(Pop3Server *server, const char *text);
void pop3_server_reply_error(Pop3Server *server, const char *text);

/* Queues "+OK", before, and how many messages of how many bytes are not marked. */
void pop3_server_reply_maildrop(Pop3Server *server, const char *before);

/* Asks the owner; the reply comes with the answer. */
void pop3_server_ask(Pop3Server *server, EndpointEventType event);

/* All is said: CLOSE is told next. */
void pop3_server_close(Pop3Server *server);

/* Works on a command line. */
void pop3_server_command(Pop3Server *server, Bytes line);

/* Works on a client's line inside AUTH; too_long: it is not even read. */
void pop3_server_sasl_line(Pop3Server *server, Bytes line, bool too_long);

/* Takes the verdict of AUTHENTICATE, or of UPGRADE. */
void pop3_server_answer_login(Pop3Server *server, const EndpointVerdict *verdict);
void pop3_server_answer_upgrade(Pop3Server *server, const EndpointVerdict *verdict);

typedef void (*Pop3Handler)(Pop3Server *server, Bytes argument);

/* Returns what is done at a command that belongs to the log-in, or NULL: not one of them, or not offered. */
Pop3Handler pop3_server_find_login(const Pop3Server *server, uint16_t word);
