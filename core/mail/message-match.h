/* SPDX-License-Identifier: MIT */
/* Does a message hold these words? Decoded, whatever their case (RFC 9051 §6.4.4). */
#pragma once

#include "mail/message-structure.h"

/* Returns text (UTF-8, bad bytes become U+FFFD) as the functions below want it, the caller's to free. */
char *message_fold(Bytes text);

/* Returns true where some field of that name holds folded in its decoded value; an empty folded fits every
 * such field. */
bool message_header_matches(Bytes header, Bytes name, const char *folded);

/* Returns true where a text of the message holds folded; whole: or its header does, or that of a message
 * inside. Linear in the message. */
bool message_body_matches(const MessageStructure *structure, const char *folded, bool whole);
