/* SPDX-License-Identifier: MIT */
/* One direction of a stream that the two sides have agreed to compress by DEFLATE (RFC 1951, RFC 4978). */
#pragma once

#include "base/bytes.h"

typedef struct StreamInflate StreamInflate;

StreamInflate *stream_inflate_new(void);

/* Unpacks the next bytes and hands them to take, piece by piece, borrowed. Returns false where they are
 * damaged, or become more than LIMIT_INFLATE_START and LIMIT_INFLATE_RATIO for each packed byte: nothing more
 * may be fed then. What follows the end of the compressed data is passed over. */
bool stream_inflate_feed(StreamInflate *inflate, Bytes packed, void (*take)(void *owner, Bytes bytes),
                         void *owner);

void stream_inflate_free(StreamInflate *inflate);
