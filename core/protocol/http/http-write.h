/* SPDX-License-Identifier: MIT */
/* Heads and bodies as those who take part write them (RFC 9112). */
#pragma once

#include "base/byte-buffer.h"

/* A field to be sent: strings; a value ends before its first line end, so that no value can bring a field or
 * a body of its own along. */
typedef struct {
  const char *name, *value;
} HttpHeader;

/* Appends "name: value" and CR LF. */
void http_write_field(ByteBuffer *out, const char *name, const char *value);
void http_write_fields(ByteBuffer *out, const HttpHeader *fields, guint count);

/* Appends the field that frames a body of that length, the empty line, and, unless only the head is wanted,
 * the body: whole, or in chunks of at most 4096 bytes. */
void http_write_body(ByteBuffer *out, Bytes body, bool chunked, bool head_only);

/* Returns the usual phrase for a status code (RFC 9110 §15), or "". */
const char *http_status_phrase(int code);
