/* SPDX-License-Identifier: MIT */
/* A body that a lone dot ends (SMTP DATA, POP3 RETR, LIST …): finding its end at memory speed, and the dots
 * put before lines that begin with one. */
#pragma once

#include "base/byte-buffer.h"

/* Follows one body over any cuts. Only CR LF "." CR LF ends it (RFC 5321 §4.1.1.4); look-alikes are flagged
 * and passed over. */
typedef struct {
  uint64_t bytes; /* of the body on the wire so far: line ends and doubled dots included, the line of the lone
                     dot not */
  uint64_t lines; /* line ends (LF) among those bytes */
  uint8_t state;  /* private */
  bool bare_lf;   /* some LF had no CR before it */
  bool false_end; /* LF.LF, LF.CRLF or CRLF.LF stood inside: some servers would have stopped there */
  bool gap;       /* bytes are missing inside */
} DotBody;

/* Starts a body whose first byte comes next, at the start of a line: a lone dot there is an empty body. */
void dot_body_begin(DotBody *body);

/* Takes bytes from the front of chunk. Returns how many belong to the body or to its lone dot with CR LF;
 * *ended tells whether that end was seen. Cost: one pass at memchr's speed, nothing kept. */
size_t dot_body_scan(DotBody *body, Bytes chunk, bool *ended);

/* length bytes of the body were never captured: they are counted, and a line start is waited for. */
void dot_body_gap(DotBody *body, uint64_t length);

/* Appends message as it travels: a dot doubled after each CR LF (RFC 5321 §4.5.2), CR LF added where the last
 * line lacks it, then the lone dot. */
void dot_body_append_stuffed(ByteBuffer *out, Bytes message);

/* Appends body (without the lone dot's line) with the doubled dots undone. */
void dot_body_append_unstuffed(ByteBuffer *out, Bytes body);
