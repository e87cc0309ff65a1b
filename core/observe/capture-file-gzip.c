/* SPDX-License-Identifier: MIT */
/* zlib unpacks. */
#include "observe/capture-file-gzip.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>

#define INPUT_BYTES 65536u

struct CaptureGzip {
  int fd;
  z_stream stream;
  uint8_t input[INPUT_BYTES];
  uint8_t *start; /* what the window had read; freed once used */
  uint64_t consumed;
  bool input_ended, between_members, ended, damaged;
};

bool capture_gzip_recognises(Bytes start)
{
  return start.length >= 3 && start.data[0] == 0x1f && start.data[1] == 0x8b && start.data[2] == Z_DEFLATED;
}

CaptureGzip *capture_gzip_new(int fd, Bytes start)
{
  enum { WINDOW_OF_GZIP = 15 + 16 };
  CaptureGzip *gzip = g_new0(CaptureGzip, 1);
  gzip->fd = fd;
  gzip->start = g_memdup2(start.data, start.length);
  gzip->stream.next_in = gzip->start;
  gzip->stream.avail_in = (uInt)start.length;
  if (inflateInit2(&gzip->stream, WINDOW_OF_GZIP) != Z_OK) g_error("zlib cannot begin");
  return gzip;
}

/* Reads packed bytes. Returns false with errno set where that fails. */
static bool refill(CaptureGzip *gzip)
{
  for (;;) {
    ssize_t got = read(gzip->fd, gzip->input, INPUT_BYTES);
    if (got < 0 && errno == EAGAIN) {
      struct pollfd waiting = {.fd = gzip->fd, .events = POLLIN};
      if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return false;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    g_clear_pointer(&gzip->start, g_free);
    gzip->input_ended = got == 0;
    gzip->stream.next_in = gzip->input;
    gzip->stream.avail_in = (uInt)got;
    return true;
  }
}

/* A member is over: another may follow; anything else behind it is none of ours. */
static void begin_member(CaptureGzip *gzip)
{
  gzip->between_members = true;
  inflateReset(&gzip->stream);
}

ssize_t capture_gzip_read(CaptureGzip *gzip, uint8_t *into, size_t room)
{
  z_stream *stream = &gzip->stream;
  stream->next_out = into;
  stream->avail_out = (uInt)MIN(room, UINT32_MAX / 2);
  uInt wanted = stream->avail_out;
  while (stream->avail_out == wanted && !gzip->ended) {
    if (stream->avail_in == 0 && !gzip->input_ended && !refill(gzip)) return -1;
    if (stream->avail_in == 0 && gzip->input_ended) {
      gzip->ended = true;
      gzip->damaged = !gzip->between_members;
      break;
    }
    if (gzip->between_members && stream->next_in[0] != 0x1f) {
      gzip->ended = true;
      break;
    }
    gzip->between_members = false;
    uInt before = stream->avail_in;
    int result = inflate(stream, Z_NO_FLUSH);
    gzip->consumed += before - stream->avail_in;
    if (result == Z_STREAM_END) begin_member(gzip);
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) continue;
    gzip->ended = gzip->damaged = true;
  }
  if (stream->avail_out < wanted || !gzip->damaged) return (ssize_t)(wanted - stream->avail_out);
  errno = EBADMSG;
  return -1;
}

uint64_t capture_gzip_position(const CaptureGzip *gzip)
{
  return gzip->consumed;
}

void capture_gzip_free(CaptureGzip *gzip)
{
  if (gzip == NULL) return;
  inflateEnd(&gzip->stream);
  g_free(gzip->start);
  g_free(gzip);
}
