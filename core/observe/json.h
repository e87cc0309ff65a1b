/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259) at the end of a byte buffer: keys in the order written, strings always valid UTF-8.
 */
#pragma once

#include "base/byte-buffer.h"

/* Appends text, a string of our own, as it is. Inline, so that a literal's length is known when this is
 * compiled. */
static inline void json_raw(ByteBuffer *out, const char *text)
{
  byte_buffer_append(out, (Bytes){(const uint8_t *)text, strlen(text)});
}

/* Appends view as a quoted string; each bad byte becomes U+FFFD. Returns true when all was valid UTF-8. */
bool json_string(ByteBuffer *out, Bytes view);

/* Appends the inside of a string, without quotes. Returns true when all was valid UTF-8. */
bool json_string_part(ByteBuffer *out, Bytes view);

/* Appends a decimal number. */
void json_number(ByteBuffer *out, uint64_t number);

/* Appends ,"key": — the comma always: an object's first key is written with it. */
static inline void json_key(ByteBuffer *out, const char *key)
{
  size_t length = strlen(key);
  uint8_t *room = byte_buffer_extend(out, length + 4);
  memcpy(room, ",\"", 2);
  memcpy(room + 2, key, length);
  memcpy(room + 2 + length, "\":", 2);
}

/* Appends ,"key":"text" and ,"key":number. */
static inline bool json_key_bytes(ByteBuffer *out, const char *key, Bytes view)
{
  json_key(out, key);
  return json_string(out, view);
}

static inline void json_key_text(ByteBuffer *out, const char *key, const char *text)
{
  json_key_bytes(out, key, bytes_from_string(text));
}

static inline void json_key_number(ByteBuffer *out, const char *key, uint64_t number)
{
  json_key(out, key);
  json_number(out, number);
}
