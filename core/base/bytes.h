/* SPDX-License-Identifier: MIT */
/* A borrowed view of bytes, and the one bounds-checked reader through which bytes from outside are read. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed view: whoever hands it out says how long it is valid. data may be NULL when length is 0. */
typedef struct {
  const uint8_t *data;
  size_t length;
} Bytes;

#define BYTES_EMPTY ((Bytes){NULL, 0})
#define BYTES_LITERAL(text) ((Bytes){(const uint8_t *)("" text), sizeof(text) - 1})

/* Returns a view of the NUL-terminated text, without its NUL. */
static inline Bytes bytes_from_string(const char *text)
{
  return (Bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

/* Returns the part of view from start on, at most length bytes; shorter or empty where view ends before. */
static inline Bytes bytes_slice(Bytes view, size_t start, size_t length)
{
  if (start >= view.length) return BYTES_EMPTY;
  return (Bytes){view.data + start, MIN(length, view.length - start)};
}

/* Returns view from start to its end. */
static inline Bytes bytes_skip(Bytes view, size_t start)
{
  return bytes_slice(view, start, SIZE_MAX);
}

/* Returns true when both views hold the same bytes. */
static inline bool bytes_equal(Bytes a, Bytes b)
{
  return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* The slow parts of the two below. */
bool bytes_are_text(Bytes view, const char *text);
bool bytes_start_as_text(Bytes view, const char *text);

/* Returns true where a look at the first byte shows that view neither is nor begins with text, in any case.
 */
static inline bool bytes_differ_at_once(Bytes view, const char *text)
{
  enum { CASE = 0x20 };
  return view.length > 0 && ((view.data[0] ^ (uint8_t)text[0]) & ~CASE) != 0 && text[0] != '\0';
}

/* Returns true when view is text but for the case of ASCII letters. */
static inline bool bytes_equal_ignore_case(Bytes view, const char *text)
{
  return !bytes_differ_at_once(view, text) && bytes_are_text(view, text);
}

/* Returns true when view begins with text but for the case of ASCII letters. */
static inline bool bytes_starts_ignore_case(Bytes view, const char *text)
{
  return !bytes_differ_at_once(view, text) && bytes_start_as_text(view, text);
}

/* Returns the index of the first byte equal to wanted, or -1. */
ptrdiff_t bytes_find(Bytes view, uint8_t wanted);

/* Returns how many bytes equal wanted. */
size_t bytes_count(Bytes view, uint8_t wanted);

/* Returns view without the CR LF, or the bare LF, at its end. */
Bytes bytes_chomp(Bytes view);

/* Returns a NUL-terminated copy, the caller's to free; NULs inside stay. Never NULL. */
char *bytes_dup_string(Bytes view);

/* Reads numbers and slices from a view. A read past the end returns 0 or an empty view, sets overrun for
 * good, and moves nothing. */
typedef struct {
  Bytes view;
  size_t position;
  bool overrun;
} ByteReader;

static inline ByteReader byte_reader(Bytes view)
{
  return (ByteReader){view, 0, false};
}

/* Returns how many bytes are left. */
static inline size_t byte_reader_left(const ByteReader *reader)
{
  return reader->view.length - reader->position;
}

/* Returns the next count bytes and moves past them; empty, with overrun set, when there are fewer. */
static inline Bytes byte_reader_take(ByteReader *reader, size_t count)
{
  if (count > byte_reader_left(reader)) {
    reader->overrun = true;
    return BYTES_EMPTY;
  }
  if (count == 0) return BYTES_EMPTY;
  Bytes taken = {reader->view.data + reader->position, count};
  reader->position += count;
  return taken;
}

/* Each returns the next unsigned integer in the byte order named (be: network order, le: little endian). */
static inline uint8_t byte_reader_u8(ByteReader *reader)
{
  Bytes b = byte_reader_take(reader, 1);
  return b.length == 1 ? b.data[0] : 0;
}

static inline uint16_t byte_reader_be16(ByteReader *reader)
{
  Bytes b = byte_reader_take(reader, 2);
  return b.length == 2 ? (uint16_t)((unsigned)b.data[0] << 8 | b.data[1]) : 0;
}

static inline uint32_t byte_reader_be32(ByteReader *reader)
{
  Bytes b = byte_reader_take(reader, 4);
  if (b.length != 4) return 0;
  return (uint32_t)b.data[0] << 24 | (uint32_t)b.data[1] << 16 | (uint32_t)b.data[2] << 8 | b.data[3];
}

static inline uint16_t byte_reader_le16(ByteReader *reader)
{
  Bytes b = byte_reader_take(reader, 2);
  return b.length == 2 ? (uint16_t)((unsigned)b.data[1] << 8 | b.data[0]) : 0;
}

static inline uint32_t byte_reader_le32(ByteReader *reader)
{
  Bytes b = byte_reader_take(reader, 4);
  if (b.length != 4) return 0;
  return (uint32_t)b.data[3] << 24 | (uint32_t)b.data[2] << 16 | (uint32_t)b.data[1] << 8 | b.data[0];
}
