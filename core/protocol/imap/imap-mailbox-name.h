/* SPDX-License-Identifier: MIT */
/* Mailbox names in modified UTF-7 (RFC 3501 §5.1.3). */
#pragma once

#include "base/byte-buffer.h"

/* Appends name as UTF-8 to out. Returns false, and appends nothing, where name is no modified UTF-7 or holds
 * nothing encoded: it is then shown as it is. */
bool imap_decode_mailbox_name(Bytes name, ByteBuffer *out);

/* Appends name (UTF-8; bad bytes become U+FFFD) in modified UTF-7 to out. */
void imap_encode_mailbox_name(Bytes name, ByteBuffer *out);
