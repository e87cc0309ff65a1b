/* SPDX-License-Identifier: MIT */
/* Writes messages: headers with encoded words where they must be, the body encoded where it must be, lines
 * ended by CR LF. The same parameters always give the same bytes. RFC 5322, 2045, 2047, 3464. */
#pragma once

#include "base/clock.h"
#include "mail/envelope.h"

/* What a person wrote; UTF-8. Members may be NULL but for from and message_id. */
typedef struct {
  const char *from; /* "Alice <alice@alpha.example>" or a bare address */
  const char *to;   /* several with commas between them */
  const char *cc;
  const char *reply_to;
  const char *subject;
  const char *body;        /* lines ended by LF or CR LF */
  const char *message_id;  /* without brackets: "1.1@alpha.example" */
  const char *in_reply_to; /* likewise */
  Nanoseconds date;
  int utc_offset; /* minutes east of Greenwich, for Date */
  bool eight_bit; /* a body with bytes above 127 may go as 8bit (8BITMIME); else quoted-printable */
} MessageDraft;

/* Returns the message's bytes, the caller's to unref. */
GBytes *message_build(const MessageDraft *draft);

/* A notice of what could not be delivered (RFC 3464): multipart/report of a text for people, a delivery
 * status, and the original's headers. Send it with the null sender. */
typedef struct {
  const char *reporting_host;    /* "mail.alpha.example": who gave up */
  const char *remote_host;       /* whose words reply holds; NULL when nobody was reached */
  const char *to;                /* the original's envelope sender */
  const char *const *recipients; /* NULL-terminated: who did not get it */
  const char *const
      *replies; /* of the same length: "550 5.1.1 No such user here", or why nobody was reached */
  GBytes *original;
  const char *message_id; /* without brackets */
  Nanoseconds date;
  int utc_offset;
} MessageBounce;

/* Returns the notice's bytes, the caller's to unref. */
GBytes *message_build_bounce(const MessageBounce *bounce);
