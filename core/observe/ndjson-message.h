/* SPDX-License-Identifier: MIT */
/* The keys of a `message` line in NDJSON. */
#pragma once

#include "base/byte-buffer.h"
#include "mail/message-record.h"

/* Appends the keys from `direction` on. */
void ndjson_write_message(ByteBuffer *out, const MessageRecord *message);
