/* SPDX-License-Identifier: MIT */
/* The text of a header field, decoded, and the addresses in it. */
#pragma once

#include "base/bytes.h"

/* Returns value decoded to UTF-8 on one line, the caller's to free: encoded words (RFC 2047; broken ones stay
 * as they are) and 8-bit bytes that are no UTF-8 (read as Windows-1252, the most likely). Returns NULL where
 * there is nothing to decode. */
char *header_text_decode(Bytes value);

/* Returns text as valid UTF-8 on one line, without blanks at its ends, the caller's to free: controls become
 * blanks, for a line end inside a header would begin another header. */
char *header_text_one_line(const char *text);

/* Cuts the next address (RFC 5322 §3.4) off the front of *rest and returns it as "local@domain", a view into
 * rest: what stands in <>, or a bare word with an @. Names, comments and groups are passed over. Returns an
 * empty view at the end. Linear in what it passes. */
Bytes header_text_next_address(Bytes *rest);
