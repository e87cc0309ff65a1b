/* SPDX-License-Identifier: MIT */
/* A POP2 client without I/O (RFC 937): logs in, reads each message, keeps it on the server or deletes it,
 * says goodbye.
 *
 * Events: FETCHED for each message (message: valid until the next call), FAILED (reply: the server's words,
 * or empty), then CLOSE. CLOSE without FAILED: the server took our QUIT, and what was acknowledged by ACKD is
 * deleted. */
#pragma once

#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *user;
  const char *password;
  const char *folder;   /* FOLD before reading; NULL: the user's own mailbox */
  bool keep;            /* ACKS; else ACKD */
  Nanoseconds patience; /* wait for a reply; 0: 5 minutes */
} Pop2ClientConfig;

Endpoint *pop2_client_new(const Pop2ClientConfig *config);

/* Returns how many messages the mailbox holds, as the server told; 0 before. */
guint pop2_client_get_count(const Endpoint *client);

/* Returns the number, from 1, of the message FETCHED told last. */
guint pop2_client_get_fetched(const Endpoint *client);
