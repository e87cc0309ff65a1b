/* SPDX-License-Identifier: MIT */
/* An SMTP client without I/O (RFC 5321): one message to the recipients of one envelope.
 *
 * Events: DELIVERED when the transaction came to its end, be it good or bad; or FAILED when there could be
 * none (greeting, EHLO, log-in, time-out, connection lost: reply holds the server's words, empty where it had
 * none); then CLOSE. After either, every recipient has its result. */
#pragma once

#include "protocol/endpoint.h"

/* envelope is copied, a ref of message taken, strings copied. */
typedef struct {
  const char *host_name; /* for EHLO */
  const char *user;      /* NULL: no log-in */
  const char *password;
  bool pipelining; /* use PIPELINING where the server offers it (RFC 2920) */
  const Envelope *envelope;
  GBytes *message;      /* lines ended by CR LF, not dot-stuffed */
  Nanoseconds patience; /* wait for a reply; 0: what RFC 5321 §4.5.3.2 asks for */
} SmtpClientConfig;

typedef enum {
  SMTP_RESULT_PENDING,
  SMTP_RESULT_DELIVERED,
  SMTP_RESULT_LATER,   /* try again: 4xx, connection lost */
  SMTP_RESULT_REFUSED, /* for good: 5xx */
} SmtpResultType;

typedef struct {
  const char *recipient;
  SmtpResultType type;
  int code;          /* of the reply that decided, 0 for none */
  const char *reply; /* "550 5.1.1 No such user"; lines of a longer reply joined by LF; or our words for a
                        lost connection */
} SmtpResult;

Endpoint *smtp_client_new(const SmtpClientConfig *config);

/* Returns how many recipients there are, and the result of the one at index (from 0, in the envelope's
 * order). Borrowed until the next call on the endpoint. */
guint smtp_client_get_result_count(const Endpoint *client);
SmtpResult smtp_client_get_result(const Endpoint *client, guint index);
