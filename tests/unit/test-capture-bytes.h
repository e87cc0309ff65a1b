/* SPDX-License-Identifier: MIT */
/* Captures made by hand, in either byte order, for the tests of their reader. */
#pragma once

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "observe/capture-file.h"

/* A capture as it grows. */
typedef struct {
  GByteArray *bytes;
  bool big;
} Made;

static inline Made made_new(bool big)
{
  return (Made){g_byte_array_new(), big};
}

static inline void made_free(Made made)
{
  g_byte_array_unref(made.bytes);
}

static inline void put_bytes(Made made, const void *data, size_t length)
{
  g_byte_array_append(made.bytes, data, (guint)length);
}

static inline void put16(Made made, unsigned value)
{
  uint8_t low = (uint8_t)value, high = (uint8_t)(value >> 8);
  put_bytes(made, (uint8_t[]){made.big ? high : low, made.big ? low : high}, 2);
}

static inline void put32(Made made, uint32_t value)
{
  put16(made, made.big ? value >> 16 : value & 0xffff);
  put16(made, made.big ? value & 0xffff : value >> 16);
}

static inline void put64(Made made, uint64_t value)
{
  put32(made, (uint32_t)(made.big ? value >> 32 : value));
  put32(made, (uint32_t)(made.big ? value : value >> 32));
}

static inline void put_padded(Made made, const void *data, size_t length)
{
  put_bytes(made, data, length);
  put_bytes(made, "\0\0\0", (4 - length % 4) % 4);
}

static inline void put_pcap_header(Made made, uint32_t magic, uint32_t snap_length, uint32_t link)
{
  put32(made, magic);
  put16(made, 2);
  put16(made, 4);
  put64(made, 0);
  put32(made, snap_length);
  put32(made, link);
}

/* extra: 8 in the modified format. */
static inline void put_pcap_record(Made made, uint32_t seconds, uint32_t fraction, Bytes frame,
                                   uint32_t original, size_t extra)
{
  put32(made, seconds);
  put32(made, fraction);
  put32(made, (uint32_t)frame.length);
  put32(made, original);
  put_bytes(made, "\1\2\3\4\5\6\7\10", extra);
  put_bytes(made, frame.data, frame.length);
}

/* Begins a block and returns where; end_block puts its length at both ends. */
static inline guint begin_block(Made made, uint32_t type)
{
  guint start = made.bytes->len;
  put32(made, type);
  put32(made, 0);
  return start;
}

static inline void end_block(Made made, guint start)
{
  uint32_t length = made.bytes->len - start + 4;
  put32(made, length);
  memcpy(made.bytes->data + start + 4, made.bytes->data + made.bytes->len - 4, 4);
}

static inline void put_option(Made made, unsigned code, const void *data, size_t length)
{
  put16(made, code);
  put16(made, (unsigned)length);
  put_padded(made, data, length);
}

static inline void put_section(Made made, const char *comment)
{
  guint block = begin_block(made, 0x0a0d0d0a);
  put32(made, 0x1a2b3c4d);
  put16(made, 1);
  put16(made, 0);
  put64(made, UINT64_MAX);
  if (comment != NULL) {
    put_option(made, 1, comment, strlen(comment));
    put32(made, 0);
  }
  end_block(made, block);
}

/* resolution and offset as if_tsresol and if_tsoffset have them; name may be NULL. */
static inline void put_interface(Made made, unsigned link, uint32_t snap_length, const char *name,
                                 int resolution, int64_t offset)
{
  guint block = begin_block(made, 1);
  put16(made, link);
  put16(made, 0);
  put32(made, snap_length);
  if (name != NULL) put_option(made, 2, name, strlen(name));
  uint8_t byte = (uint8_t)resolution;
  if (resolution >= 0) put_option(made, 9, &byte, 1);
  if (offset != 0) {
    put16(made, 14);
    put16(made, 8);
    put64(made, (uint64_t)offset);
  }
  put32(made, 0);
  end_block(made, block);
}

static inline void put_enhanced(Made made, uint32_t interface, uint64_t time, Bytes frame, uint32_t original)
{
  guint block = begin_block(made, 6);
  put32(made, interface);
  put32(made, (uint32_t)(time >> 32));
  put32(made, (uint32_t)time);
  put32(made, (uint32_t)frame.length);
  put32(made, original);
  put_padded(made, frame.data, frame.length);
  put_option(made, 1, "a comment", 9);
  put32(made, 0);
  end_block(made, block);
}

static inline void put_obsolete(Made made, unsigned interface, uint64_t time, Bytes frame, uint32_t original)
{
  guint block = begin_block(made, 2);
  put16(made, interface);
  put16(made, 0xffff);
  put32(made, (uint32_t)(time >> 32));
  put32(made, (uint32_t)time);
  put32(made, (uint32_t)frame.length);
  put32(made, original);
  put_padded(made, frame.data, frame.length);
  end_block(made, block);
}

static inline void put_simple(Made made, Bytes frame, uint32_t original)
{
  guint block = begin_block(made, 3);
  put32(made, original);
  put_padded(made, frame.data, frame.length);
  end_block(made, block);
}

static inline void put_unknown(Made made, uint32_t type, size_t length)
{
  guint block = begin_block(made, type);
  for (size_t i = 0; i < length; i += 4)
    put32(made, 0xdeadbeef);
  end_block(made, block);
}

/* Returns a descriptor of an unlinked file that holds the bytes. */
static inline int fd_of(Bytes bytes)
{
  int fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR, 0600);
  g_assert_cmpint(fd, >=, 0);
  g_assert_cmpint(pwrite(fd, bytes.data, bytes.length, 0), ==, (gssize)bytes.length);
  return fd;
}

static inline CaptureFile *open_bytes(Bytes bytes, GError **error)
{
  return capture_file_open_fd(fd_of(bytes), error);
}

static inline Bytes bytes_of(Made made)
{
  return (Bytes){made.bytes->data, made.bytes->len};
}

/* Returns how many frames come before the end or the error, which may be NULL at the end only. */
static inline size_t count_frames(CaptureFile *file, GError **error)
{
  Frame frame;
  size_t count = 0;
  CaptureStep step = CAPTURE_FRAME;
  while ((step = capture_file_next(file, &frame, error)) == CAPTURE_FRAME)
    count++;
  g_assert_true((step == CAPTURE_FAILED) == (*error != NULL));
  GError *second = NULL;
  g_assert_cmpint(capture_file_next(file, &frame, &second), ==, CAPTURE_END);
  g_assert_no_error(second);
  return count;
}
