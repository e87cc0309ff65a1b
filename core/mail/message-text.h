/* SPDX-License-Identifier: MIT */
/* The words of a message for people: its text, decoded. */
#pragma once

#include "base/byte-buffer.h"

/* Appends body, as it travelled, with the doubled dots undone (RFC 5321 §4.5.2). */
void message_text_undo_dots(ByteBuffer *out, Bytes body);

/* Returns the text of message decoded to UTF-8 (quoted-printable, base64, charset; bad bytes U+FFFD), at most
 * limit bytes of it: the first part of type text/plain, else the first of text/html, its tags taken out. The
 * caller's to free; "" where there is none. */
char *message_text_extract(Bytes message, size_t limit);
