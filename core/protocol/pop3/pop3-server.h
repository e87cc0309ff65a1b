/* SPDX-License-Identifier: MIT */
/* A POP3 server without I/O (RFC 1939, CAPA of RFC 2449).
 *
 * Events, each to be answered: AUTHENTICATE (mechanism "USER/PASS" or "APOP"; user; secret: the password or
 * APOP's digest; challenge: the stamp), OPEN_MAILBOX (user; the owner locks the mailbox and gives it as the
 * verdict's object, or refuses: "-ERR [IN-USE] …"), UPDATE (the owner removes the marked messages and answers
 * accepted), then CLOSE. The owner unlocks the mailbox at CLOSE, and at any other end of the connection. The
 * mailbox must live until the endpoint is freed or has closed. */
#pragma once

#include "mail/mailbox.h"
#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *host_name;
  const char *greeting;   /* after "+OK "; NULL: "HOST POP3 server ready" */
  const char *apop_stamp; /* "<1.1772452800@mail.beta.example>", different for every session; NULL: APOP is
                             not offered */
  Nanoseconds idle_limit; /* 0: 10 minutes, the least RFC 1939 §3 allows */
} Pop3ServerConfig;

Endpoint *pop3_server_new(const Pop3ServerConfig *config);

/* Returns the state, an index of pop3_vocabulary.states. */
uint8_t pop3_server_get_state(const Endpoint *server);

/* Returns the mailbox that was opened, also after CLOSE, so that the owner can unlock it; NULL when none was.
 * Borrowed. */
Mailbox *pop3_server_get_mailbox(const Endpoint *server);
