/* SPDX-License-Identifier: MIT */
/* An SMTP server without I/O (RFC 5321): relay or submission, as its configuration says.
 *
 * Events: AUTHENTICATE (user, secret, mechanism), SENDER (address), RECIPIENT (address), MESSAGE (envelope,
 * message), each to be answered; then CLOSE. A verdict that is not accepted refuses with 535, 550, 550, 451
 * unless it says otherwise: code (three digits; a 4xx or 5xx refuses, a 2xx takes) and text, before which the
 * usual enhanced code is put unless the text has one. */
#pragma once

#include "protocol/endpoint.h"

enum {
  SMTP_CAPABILITY_PIPELINING = 1 << 0,
  SMTP_CAPABILITY_SIZE = 1 << 1,
  SMTP_CAPABILITY_8BITMIME = 1 << 2,
  SMTP_CAPABILITY_ENHANCED_STATUS_CODES = 1 << 3,
  SMTP_CAPABILITY_AUTH_PLAIN = 1 << 4,
  SMTP_CAPABILITY_AUTH_LOGIN = 1 << 5,
  SMTP_CAPABILITY_HELP = 1 << 6,

  SMTP_CAPABILITIES_RELAY = 0x0f | SMTP_CAPABILITY_HELP,
  SMTP_CAPABILITIES_SUBMISSION =
      SMTP_CAPABILITIES_RELAY | SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN,
};

/* Strings are copied. A number of 0 stands for the usual one. */
typedef struct {
  const char *host_name;  /* "mail.alpha.example" */
  const char *greeting;   /* after the host name; NULL: "ESMTP Carteiro" */
  uint32_t capabilities;  /* SMTP_CAPABILITY_ bits offered in EHLO's reply */
  bool auth_required;     /* submission: 530 for MAIL before AUTH */
  uint64_t size_limit;    /* bytes of a message; usual 10 MiB */
  guint recipient_limit;  /* a transaction; usual 100 */
  guint error_limit;      /* 5xx replies after which we hang up with 421; usual 20 */
  Nanoseconds idle_limit; /* usual 5 minutes */
} SmtpServerConfig;

Endpoint *smtp_server_new(const SmtpServerConfig *config);

/* Returns the state, an index of smtp_vocabulary.states. */
uint8_t smtp_server_get_state(const Endpoint *server);

/* Returns what the client called itself; "" before HELO. Borrowed. */
const char *smtp_server_get_client_name(const Endpoint *server);

/* Returns who is logged in, or NULL. Borrowed. */
const char *smtp_server_get_user(const Endpoint *server);

/* Returns "SMTP", "ESMTP" or "ESMTPA" (RFC 3848), for the Received line. Static. */
const char *smtp_server_get_with(const Endpoint *server);
