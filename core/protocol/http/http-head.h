/* SPDX-License-Identifier: MIT */
/* The head of a request or a response (RFC 9112 §2 to §5), line by line. */
#pragma once

#include "base/bytes.h"
#include "protocol/http/http-vocabulary.h"

/* A request line. Views into it. */
typedef struct {
  Bytes method, target, version;
  uint16_t word; /* row of the method, or VOCABULARY_UNKNOWN */
} HttpRequestLine;

/* Takes a request line apart; its line end may be there or not. Returns false when it is none: no method,
 * target and HTTP/1.x (RFC 9112 §3). */
bool http_parse_request_line(Bytes line, HttpRequestLine *request);

/* A status line. Views into it. */
typedef struct {
  Bytes version, digits, reason;
  int code;
} HttpStatusLine;

/* The same for "HTTP/1.1 200 OK" (RFC 9112 §4). */
bool http_parse_status_line(Bytes line, HttpStatusLine *status);

/* Takes a field line apart, blanks round the value taken off. Returns false when it is none (RFC 9112 §5). */
bool http_parse_field(Bytes line, Bytes *name, Bytes *value);

/* What the fields of one head say about its body. All zero before the first field. */
typedef struct {
  bool has_length, chunked, expects_continue, sets_cookie, form, multipart;
  uint64_t length;
} HttpFraming;

/* Notes what a field says. */
void http_framing_add(HttpFraming *framing, Bytes name, Bytes value);

/* Reads a chunk's size line (RFC 9112 §7.1), its extensions passed over. Returns false when it is none. */
bool http_parse_chunk_size(Bytes line, uint64_t *size);
