/* SPDX-License-Identifier: MIT */
/* The one reused stretch of memory through which a capture is read: by position from a file, in order from a
 * pipe. */
#pragma once

#include "observe/capture-file-gzip.h"

typedef struct {
  int fd; /* owned */
  bool seekable;
  bool ended;            /* nothing more will come */
  int read_errno;        /* why it ended, or 0 for the plain end */
  uint8_t *memory;       /* CAPTURE_WINDOW_BYTES */
  size_t start, end;     /* what is held and not yet consumed: memory[start, end) */
  uint64_t offset;       /* of memory[0] in the source */
  uint64_t total;        /* size of the source when it was opened, 0 when unknown */
  CaptureGzip *gzip;     /* unpacks the source; then offsets are those of what it gives */
  uint64_t packed_total; /* with gzip: size of the source, 0 when unknown */
  int spool;             /* a copy of all that was read, for who reads by position later; -1: none */
} CaptureFileWindow;

/* The most that capture_file_window_need can be asked for. */
#define CAPTURE_WINDOW_BYTES 1048576u

/* Takes fd over; a seekable one is read from where it stands. */
void capture_file_window_init(CaptureFileWindow *window, int fd);

void capture_file_window_clear(CaptureFileWindow *window);

/* What was read so far, and is still held from its first byte on, is packed by gzip: the window begins anew
 * with what it holds unpacked. */
void capture_file_window_unpack(CaptureFileWindow *window);

/* From here on all that is read, and what is held from the first byte on, is also written to a file that has
 * no name and only this program can open. Returns false with errno set where there is no room for one. */
bool capture_file_window_keep_spool(CaptureFileWindow *window);

/* Reads until count bytes are held or the source ends; use capture_file_window_need. */
void capture_file_window_fill(CaptureFileWindow *window, size_t count);

/* Returns a view of at least count bytes (at most CAPTURE_WINDOW_BYTES), valid until the next need, or a
 * shorter one where the source ends before. Consumes nothing. */
static inline Bytes capture_file_window_need(CaptureFileWindow *window, size_t count)
{
  if (G_UNLIKELY(window->end - window->start < count)) capture_file_window_fill(window, count);
  return (Bytes){window->memory + window->start, window->end - window->start};
}

/* Consumes count of the bytes that need returned. */
static inline void capture_file_window_consume(CaptureFileWindow *window, size_t count)
{
  window->start += count;
}

/* Consumes count bytes of any number, held or not; returns false where the source ends before. */
bool capture_file_window_skip(CaptureFileWindow *window, uint64_t count);

/* Returns where the next byte to be consumed lies in the source. */
static inline uint64_t capture_file_window_position(const CaptureFileWindow *window)
{
  return window->offset + window->start;
}

/* Returns where what was read so far ends in the source. */
static inline uint64_t capture_file_window_end(const CaptureFileWindow *window)
{
  return window->offset + window->end;
}
