/* SPDX-License-Identifier: MIT */
/* A POP3 client without I/O (RFC 1939): logs in, fetches what is new, deletes it if told, says goodbye.
 *
 * Events: FETCHED for each message (message: unstuffed, valid until the next call), FAILED (reply: the
 * server's words, or empty), then CLOSE. CLOSE without FAILED: the server took our QUIT, and what was marked
 * is deleted. */
#pragma once

#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *user;
  const char *password;
  bool use_apop; /* where the greeting has a stamp; else USER and PASS */
  bool list;     /* ask LIST before fetching */
  bool keep;     /* leave messages on the server: UIDL tells which are new; else DELE after each RETR */
  const char *const
      *known_uids;      /* NULL-terminated: with keep, messages not to be fetched again; may be NULL */
  Nanoseconds patience; /* wait for a reply; 0: 5 minutes */
} Pop3ClientConfig;

/* What FETCHED speaks of. */
typedef struct {
  guint number;    /* from 1, in this session */
  const char *uid; /* from UIDL; NULL when it was not asked */
} Pop3Fetched;

Endpoint *pop3_client_new(const Pop3ClientConfig *config);

/* Returns the number and uid of the message FETCHED told last. Borrowed until the next call on the endpoint.
 */
Pop3Fetched pop3_client_get_fetched(const Endpoint *client);

/* Returns how many messages and bytes STAT told of; 0 before. */
guint pop3_client_get_count(const Endpoint *client);
uint64_t pop3_client_get_size(const Endpoint *client);
