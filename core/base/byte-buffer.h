/* SPDX-License-Identifier: MIT */
/* A growable queue of bytes: appended at the end, consumed at the front, read as one contiguous view. */
#pragma once

#include "base/bytes.h"

typedef struct {
  uint8_t *data;
  size_t start;   /* index of the first byte not yet consumed */
  size_t end;     /* index after the last byte */
  size_t size;    /* bytes allocated */
  size_t touched; /* bytes written since the last wipe: only these are wiped */
} ByteBuffer;

/* A buffer of zero bytes is ready for use; clear frees what it holds (wiped first: it may have held a
 * secret). */
void byte_buffer_clear(ByteBuffer *buffer);

/* Forgets the content, wiped, and keeps the memory for the next use. */
void byte_buffer_reset(ByteBuffer *buffer);

/* Makes room for count more bytes at the end. */
void byte_buffer_reserve(ByteBuffer *buffer, size_t count);

/* Copies view to the end. Amortised O(view.length). */
static inline void byte_buffer_append(ByteBuffer *buffer, Bytes view)
{
  if (view.length == 0) return;
  if (buffer->size - buffer->end < view.length) byte_buffer_reserve(buffer, view.length);
  memcpy(buffer->data + buffer->end, view.data, view.length);
  buffer->end += view.length;
  if (buffer->end > buffer->touched) buffer->touched = buffer->end;
}

/* Makes the buffer count bytes longer and returns where they are to be written, valid until the next call. */
static inline uint8_t *byte_buffer_extend(ByteBuffer *buffer, size_t count)
{
  if (buffer->size - buffer->end < count) byte_buffer_reserve(buffer, count);
  uint8_t *room = buffer->data + buffer->end;
  buffer->end += count;
  if (buffer->end > buffer->touched) buffer->touched = buffer->end;
  return room;
}

/* Returns room for count bytes behind the end, which are not part of the buffer before wrote tells how many
 * of them were written. Both for writers that know only a bound beforehand. */
static inline uint8_t *byte_buffer_room(ByteBuffer *buffer, size_t count)
{
  if (buffer->size - buffer->end < count) byte_buffer_reserve(buffer, count);
  return buffer->data + buffer->end;
}

static inline void byte_buffer_wrote(ByteBuffer *buffer, size_t count)
{
  buffer->end += count;
  if (buffer->end > buffer->touched) buffer->touched = buffer->end;
}

/* Appends the texts, the last of which is followed by NULL; a decimal number. */
void byte_buffer_append_texts(ByteBuffer *buffer, const char *first, ...) G_GNUC_NULL_TERMINATED;
void byte_buffer_append_number(ByteBuffer *buffer, uint64_t number);

/* Appends the formatted text, as printf does. */
void byte_buffer_append_format(ByteBuffer *buffer, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Drops count bytes from the front; count must not be larger than the view. */
void byte_buffer_consume(ByteBuffer *buffer, size_t count);

/* Returns what is held, valid until the next call that changes the buffer. */
static inline Bytes byte_buffer_view(const ByteBuffer *buffer)
{
  return (Bytes){buffer->data == NULL ? NULL : buffer->data + buffer->start, buffer->end - buffer->start};
}
