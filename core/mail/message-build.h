/* SPDX-License-Identifier: MIT */
/* Writes messages: headers with encoded words where they must be, the body encoded where it must be, lines
 * ended by CR LF. The same parameters always give the same bytes. RFC 5322, 2045, 2047. */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "mail/envelope.h"

/* A file that goes with a letter (RFC 2183, 2231). Nothing is copied before message_build returns. */
typedef struct {
  const char *type;        /* "image/jpeg"; NULL: application/octet-stream */
  const char *name;        /* file name, UTF-8; NULL: none */
  const char *description; /* Content-Description; NULL: none */
  const char *content_id; /* without brackets: HTML shows it as "cid:…" (multipart/related); NULL: attached */
  Bytes content;          /* always base64, text too: it arrives byte for byte */
} MessageAttachment;

/* What a person wrote; UTF-8. Boundaries (RFC 2046) follow from the Message-ID. Members may be NULL or 0 but
 * for from and message_id. */
typedef struct {
  const char *from;   /* "Alice <alice@alpha.example>" or a bare address */
  const char *sender; /* who sends where several wrote, or another wrote (RFC 5322 §3.6.2) */
  const char *to;     /* several with commas between them */
  const char *cc;
  const char *bcc; /* in the envelope; in the header only with leave_bcc */
  bool leave_bcc;  /* some agents leave Bcc in and trust the submission server to take it out */
  const char *reply_to;
  const char *subject;
  const char *keywords;
  const char *body;                        /* lines ended by LF or CR LF */
  const char *html;                        /* the same in HTML: multipart/alternative */
  const char *message_id;                  /* without brackets: "1.1@alpha.example" */
  const char *in_reply_to;                 /* likewise */
  const char *references;                  /* "<a@x> <b@y>", oldest first; NULL: in_reply_to */
  const char *disposition_notification_to; /* asks for a read receipt (RFC 8098 §2.1) */
  const char *auto_submitted;              /* "auto-replied", "auto-generated" (RFC 3834 §5) */
  const MessageAttachment *attachments;    /* a letter of one and nothing else is the file itself */
  guint attachment_count;
  GBytes *forwarded; /* a whole message, carried as message/rfc822 */
  uint32_t notify;   /* ENVELOPE_NOTIFY_ bits, asked for every recipient (RFC 3461); in the envelope only */
  Nanoseconds date;
  int utc_offset; /* minutes east of Greenwich, for Date */
  bool eight_bit; /* text with bytes above 127 may go as 8bit (8BITMIME); else quoted-printable */
} MessageDraft;

/* Returns the envelope that the draft's headers ask for: sender (else from), and each address of to, cc and
 * bcc once. The caller's to free. */
Envelope *message_build_envelope(const MessageDraft *draft);

/* Returns the message's bytes, the caller's to unref. */
GBytes *message_build(const MessageDraft *draft);
