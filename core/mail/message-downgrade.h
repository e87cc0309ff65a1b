/* SPDX-License-Identifier: MIT */
/* For servers without 8BITMIME: a message's 8-bit parts in quoted-printable or base64 (RFC 6152 §3). */
#pragma once

#include "base/bytes.h"

/* Returns true when some byte of message is above 127. */
bool message_has_8bit(Bytes message);

/* Returns message with its parts encoded in 7 bits, lines ended by CR LF, the caller's to unref; NULL where
 * there is nothing to convert, or headers have 8-bit bytes, which only SMTPUTF8 carries. */
GBytes *message_downgrade(GBytes *message);
