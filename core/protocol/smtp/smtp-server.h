/* SPDX-License-Identifier: MIT */
/* An SMTP server without I/O (RFC 5321): relay or submission, as its configuration says.
 *
 * Events, each to be answered: AUTHENTICATE (user, secret, mechanism; see sasl-server.h), SENDER (address,
 * envelope with what MAIL's parameters say), RECIPIENT (address, envelope so far), MESSAGE (envelope,
 * message), and with the capabilities of these names VERIFY and EXPAND (address: the argument of VRFY or
 * EXPN); then CLOSE. A verdict that is not accepted refuses with 535, 550, 550, 451, 550, 550 unless it says
 * otherwise: code (three digits; a 4xx or 5xx refuses, a 2xx takes) and text, before which the usual enhanced
 * code is put unless the text has one. So an owner answers 251 or 551 to RCPT, 252 to VRFY, 432, 454 or 534
 * to AUTH. The text of VERIFY is the mailbox ("Bob <bob@beta.example>"), that of EXPAND one a line; code 421
 * also hangs up.
 *
 * Ends of lines, against smuggled mail: a command may end in a bare LF, for people type them. In DATA only CR
 * LF ends a line, and only CR LF "." CR LF the message; a bare CR, bare LF, NUL or a line of any length
 * belongs to the text and is handed to the owner as it came (RFC 5321 §2.3.8, §4.1.1.4). BDAT is counted, so
 * nothing inside it means anything. What is sent ahead (PIPELINING or not) is worked on in order, whatever
 * the cuts. A browser's POST is hung up on. */
#pragma once

#include "protocol/endpoint.h"
#include "protocol/smtp/smtp-capability.h"

/* Strings are copied. A number of 0 stands for the usual one. */
typedef struct {
  const char *host_name; /* "mail.alpha.example" */
  const char *greeting;  /* after the host name; NULL: "ESMTP Carteiro" */
  int greeting_code;     /* usual 220; 554 or 521: no service, only QUIT is taken (RFC 5321 §3.1, RFC 7504);
                            421: not now, and the connection is closed */
  uint32_t capabilities; /* SMTP_CAPABILITY_ bits offered in EHLO's reply */
  const char *nonce;     /* letters and digits that nobody foresees, new for every connection; NULL: neither
                            CRAM-MD5 nor SCRAM are offered */
  bool auth_required;    /* submission: 530 for MAIL before AUTH */
  bool encryption_for_log_in; /* this line being in clear, PLAIN and LOGIN are not listed and get 538 */
  uint64_t size_limit;        /* bytes of a message; usual 10 MiB */
  guint recipient_limit;      /* a transaction; usual 100 */
  guint error_limit;          /* 5xx replies after which we hang up with 421; usual 20 */
  Nanoseconds idle_limit;     /* usual 5 minutes */
} SmtpServerConfig;

Endpoint *smtp_server_new(const SmtpServerConfig *config);

/* The server stops: 421 at once, and the connection closes; what was not answered was not taken (RFC 5321
 * §3.8). */
void smtp_server_shut_down(Endpoint *server);

/* Returns the state, an index of smtp_vocabulary.states. */
uint8_t smtp_server_get_state(const Endpoint *server);

/* Returns true once the client has said QUIT: it has heard every reply before. */
bool smtp_server_has_quit(const Endpoint *server);

/* Returns what the client called itself; "" before HELO. Borrowed. */
const char *smtp_server_get_client_name(const Endpoint *server);

/* Returns who is logged in, or NULL. Borrowed. */
const char *smtp_server_get_user(const Endpoint *server);

/* Returns "SMTP", "ESMTP" or "ESMTPA" (RFC 3848), in a transaction with SMTPUTF8 "UTF8SMTP" or "UTF8SMTPA"
 * (RFC 6531 §4.3), for the Received line. Static. */
const char *smtp_server_get_with(const Endpoint *server);
