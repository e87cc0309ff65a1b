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
  bool bare_cr;   /* some CR had no LF after it */
  bool nul;       /* a zero byte stood inside */
  bool false_end; /* a lone dot between line ends of which one is no CR LF stood inside: some servers would
                     have stopped there */
  bool smuggling; /* and what followed it looks like the commands of another transaction */
  bool gap;       /* bytes are missing inside */
  uint8_t probed; /* private: bytes after a false end compared so far */
  uint8_t candidates; /* private: by bit, commands that those may be */
} DotBody;

/* Where the body goes as it streams by, doubled dots undone; bytes are borrowed. take NULL: nowhere. */
typedef struct {
  void (*take)(void *owner, Bytes bytes);
  void *owner;
} DotBodySink;

/* Starts a body whose first byte comes next, at the start of a line: a lone dot there is an empty body. */
void dot_body_begin(DotBody *body);

/* Takes bytes from the front of chunk. Returns how many belong to the body or to its lone dot with CR LF;
 * *ended tells whether that end was seen. Cost: one pass at memchr's speed, nothing kept. sink may be NULL.
 */
size_t dot_body_scan(DotBody *body, Bytes chunk, bool *ended, const DotBodySink *sink);

/* Returns true where the next byte begins a line, after CR LF. */
bool dot_body_is_at_line_start(const DotBody *body);

/* length bytes of the body were never captured: they are counted, and a line start is waited for. */
void dot_body_gap(DotBody *body, uint64_t length);

/* Appends message as it travels: a dot doubled after each CR LF (RFC 5321 §4.5.2), CR LF added where the last
 * line lacks it, then the lone dot. */
void dot_body_append_stuffed(ByteBuffer *out, Bytes message);
