/* SPDX-License-Identifier: MIT */
/* IMAP's values as they are written on the wire (RFC 9051 §9), for server and client; and the values that
 * both must read strictly. */
#pragma once

#include "base/byte-buffer.h"
#include "base/clock.h"

/* Appends value as a quoted string, or as a literal "{n}" where quotes cannot hold it. */
void imap_append_string(ByteBuffer *out, Bytes value);

/* The same; NIL where text is NULL. */
void imap_append_nstring(ByteBuffer *out, const char *text);

/* Appends a mailbox's name (UTF-8): an atom where it can be one, else a string; in modified UTF-7 (RFC 3501
 * §5.1.3) unless utf8. */
void imap_append_mailbox(ByteBuffer *out, const char *name, bool utf8);

/* Appends a date and time (RFC 9051 §9 date-time, in UTC) in quotes. */
void imap_append_date_time(ByteBuffer *out, Nanoseconds time);

/* Cuts an atom off the front of *rest: what is neither blank nor one of the characters that end atoms; ']'
 * may be part of it. Empty where none begins. */
Bytes imap_take_atom(Bytes *rest);

/* Cuts an astring off the front of *rest (RFC 9051 §9), appending what it stands for to value; pattern: also
 * with % and *. Returns false where none begins, or it does not end. */
bool imap_take_astring(Bytes *rest, ByteBuffer *value, bool pattern);

/* Cuts wanted off the front of *rest. Returns false, with nothing cut, where something else stands there. */
bool imap_take_byte(Bytes *rest, uint8_t wanted);

/* Cuts a number of at most 63 bits off the front of *rest. Returns false where there is none. */
bool imap_take_number(Bytes *rest, uint64_t *number);

/* Reads "02-Mar-2026 12:00:00 +0000" (RFC 9051 §9 date-time, without quotes). */
bool imap_parse_date_time(Bytes text, Nanoseconds *time);

/* Reads "2-Mar-2026" (RFC 9051 §9 date-text) as days since 1970-01-01. */
bool imap_parse_date(Bytes text, gint *day);
