/* SPDX-License-Identifier: MIT */
/* The inside of a POP3 server, shared by pop3-server.c (bytes, events, states) and pop3-server-commands.c
 * (what each command does). */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/pop3/pop3-syntax.h"

/* One message as this session sees it; its number is its index + 1. */
typedef struct {
  uint32_t uid;
  GBytes *message;
  bool marked;
} Pop3ServerEntry;

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
  char *user;   /* of USER or APOP */
  char *secret; /* of AUTHENTICATE */
  const char *mechanism;
  Mailbox *mailbox; /* the store's */
  GArray *entries;  /* of Pop3ServerEntry */
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
