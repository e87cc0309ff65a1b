/* SPDX-License-Identifier: MIT */
/* A POP2 server without I/O (RFC 937), as one ran in 1985.
 *
 * Events, each to be answered: AUTHENTICATE (mechanism "HELO"; user; secret: the password), OPEN_MAILBOX
 * (user; address: the mailbox that FOLD names, empty for the user's own; the owner gives back the one it has
 * locked before, locks this one and gives it as the verdict's object, or refuses), UPDATE (FOLD or QUIT:
 * messages are marked in the mailbox by now, the owner removes them and answers accepted), then CLOSE. The
 * owner unlocks the mailbox at CLOSE, and at any other end of the connection: what ACKD named then stays. The
 * mailbox must live until the endpoint is freed or has closed. */
#pragma once

#include "mail/mailbox.h"
#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *host_name;
  const char *greeting;   /* after "+ "; NULL: "POP2 HOST server ready" */
  Nanoseconds idle_limit; /* 0: 10 minutes */
} Pop2ServerConfig;

Endpoint *pop2_server_new(const Pop2ServerConfig *config);

/* Returns the state, an index of pop2_vocabulary.states. */
uint8_t pop2_server_get_state(const Endpoint *server);
