/* SPDX-License-Identifier: MIT */
/* zlib unpacks; the cap keeps a small stream from becoming an endless one. */
#include "observe/stream-inflate.h"

#include "base/limits.h"

#include <zlib.h>

#define PIECE_BYTES 16384u

struct StreamInflate {
  z_stream stream;
  uint64_t packed, unpacked;
  bool ended;
};

StreamInflate *stream_inflate_new(void)
{
  enum { RAW_DEFLATE = -15 };
  StreamInflate *unpacker = g_new0(StreamInflate, 1);
  if (inflateInit2(&unpacker->stream, RAW_DEFLATE) != Z_OK) g_error("zlib cannot begin");
  return unpacker;
}

bool stream_inflate_feed(StreamInflate *unpacker, Bytes packed, void (*take)(void *owner, Bytes bytes),
                         void *owner)
{
  uint8_t piece[PIECE_BYTES];
  z_stream *stream = &unpacker->stream;
  unpacker->packed += packed.length;
  stream->next_in = (Bytef *)(uintptr_t)packed.data;
  stream->avail_in = (uInt)packed.length;
  do {
    if (unpacker->ended) return true;
    stream->next_out = piece;
    stream->avail_out = PIECE_BYTES;
    int result = inflate(stream, Z_SYNC_FLUSH);
    size_t made = PIECE_BYTES - stream->avail_out;
    unpacker->unpacked += made;
    if (unpacker->unpacked > LIMIT_INFLATE_START + LIMIT_INFLATE_RATIO * unpacker->packed) return false;
    if (made > 0) take(owner, (Bytes){piece, made});
    unpacker->ended = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return false;
  } while (stream->avail_out == 0 || stream->avail_in > 0);
  return true;
}

void stream_inflate_free(StreamInflate *unpacker)
{
  if (unpacker == NULL) return;
  inflateEnd(&unpacker->stream);
  g_free(unpacker);
}
