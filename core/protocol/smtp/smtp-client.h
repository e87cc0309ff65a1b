/* SPDX-License-Identifier: MIT */
/* An SMTP client without I/O (RFC 5321): messages, one after another over one connection, each to the
 * recipients of one envelope.
 *
 * Events: HANDING before the end of a message is sent, where the configuration asks for it. DELIVERED when a
 * transaction came to its end, be it good or bad: every recipient has its result. The owner may hand over the
 * next message then, by smtp_client_send_next before it asks for another event; else the client says QUIT. Or
 * FAILED when the dialogue cannot go on (greeting, EHLO, log-in, 421, time-out, connection lost: reply holds
 * the server's words, empty where it had none): every recipient has its result then too. At last CLOSE.
 *
 * Where the server lacks an extension that the message needs, recipients are refused before anything is said
 * to them, with our words for a reply and code 0: "5.6.7 …" for an address or headers in UTF-8 without
 * SMTPUTF8 (only the recipients concerned), "5.6.3 …" for 8-bit text without 8BITMIME, or binary without
 * BINARYMIME and CHUNKING, where the owner gave no 7-bit form. A line end goes out as CR LF only: a bare CR
 * or LF in the message becomes a space, so that no server takes it for one (RFC 5321 §2.3.8); BINARYMIME
 * carries it as it is. */
#pragma once

#include "protocol/endpoint.h"
#include "protocol/smtp/smtp-capability.h"

/* envelope is copied, a ref of the messages taken, strings copied. */
typedef struct {
  const char *host_name; /* for EHLO */
  const char *user;      /* NULL: no log-in */
  const char *password;
  const char *const
      *mechanisms;          /* SASL mechanisms allowed, best first, NULL at the end; NULL: PLAIN, LOGIN */
  const char *nonce;        /* letters and digits that nobody foresees, for SCRAM; else NULL */
  bool pipelining;          /* use PIPELINING where the server offers it (RFC 2920) */
  bool chunking;            /* BDAT instead of DATA where CHUNKING is offered (RFC 3030) */
  size_t chunk_size;        /* bytes of a BDAT; 0: all in one */
  const Envelope *envelope; /* its body, utf8, returned, id and requests are passed on where the server
                               offers the extension, and body and utf8 where the message needs it */
  GBytes *message;          /* lines ended by CR LF, not dot-stuffed */
  GBytes *message_7bit;     /* the same converted to 7 bits, sent to a server without 8BITMIME; or NULL */
  bool tells_handing;       /* HANDING is told */
  Nanoseconds patience;     /* wait for a reply; 0: what RFC 5321 §4.5.3.2 asks for */
} SmtpClientConfig;

typedef enum {
  SMTP_RESULT_PENDING,
  SMTP_RESULT_DELIVERED,
  SMTP_RESULT_LATER,   /* try again: 4xx, connection lost */
  SMTP_RESULT_REFUSED, /* for good: 5xx, or the server lacks what the message needs */
} SmtpResultType;

typedef struct {
  const char *recipient;
  SmtpResultType type;
  int code;          /* of the reply that decided, 0 for none */
  const char *reply; /* "550 5.1.1 No such user"; lines of a longer reply joined by LF; or our words */
} SmtpResult;

Endpoint *smtp_client_new(const SmtpClientConfig *config);

/* Another message for the same server: copied and ref'd as in the configuration; message_7bit may be NULL.
 * Only between DELIVERED and the next call of endpoint_next_event. Returns false where the connection is
 * over: nothing was taken. The results are those of this message from now on. */
bool smtp_client_send_next(Endpoint *client, const Envelope *envelope, GBytes *message, GBytes *message_7bit);

/* Returns how many recipients the message at hand has, and the result of the one at index (from 0, in the
 * envelope's order). Borrowed until the next call on the endpoint. */
guint smtp_client_get_result_count(const Endpoint *client);
SmtpResult smtp_client_get_result(const Endpoint *client, guint index);

/* Returns the SMTP_CAPABILITY_ bits that the server offered; 0 before EHLO's reply, or after HELO. Without
 * SMTP_CAPABILITY_DSN the sender's wishes were not passed on (RFC 3461 §5.2.3). */
uint32_t smtp_client_get_offers(const Endpoint *client);
