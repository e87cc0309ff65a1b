/* SPDX-License-Identifier: MIT */
/* Writes JSON (RFC 8259) at the end of a byte buffer: keys in the order written, strings always valid UTF-8.
 */
#pragma once

#include "base/byte-buffer.h"

/* Appends text, a string of our own, as it is. */
void json_raw(ByteBuffer *out, const char *text);

/* Appends view as a quoted string; each bad byte becomes U+FFFD. Returns true when all was valid UTF-8. */
bool json_string(ByteBuffer *out, Bytes view);

/* Appends the inside of a string, without quotes. Returns true when all was valid UTF-8. */
bool json_string_part(ByteBuffer *out, Bytes view);

/* Appends a decimal number. */
void json_number(ByteBuffer *out, uint64_t number);

/* Appends ,"key": — the comma always: an object's first key is written with it. */
void json_key(ByteBuffer *out, const char *key);

/* Appends ,"key":"text" and ,"key":number. */
void json_key_text(ByteBuffer *out, const char *key, const char *text);
bool json_key_bytes(ByteBuffer *out, const char *key, Bytes view);
void json_key_number(ByteBuffer *out, const char *key, uint64_t number);
