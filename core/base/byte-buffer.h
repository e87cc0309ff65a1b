/* SPDX-License-Identifier: MIT */
/* A growable queue of bytes: appended at the end, consumed at the front, read as one contiguous view. */
#pragma once

#include "base/bytes.h"

typedef struct {
  uint8_t *data;
  size_t start;  /* index of the first byte not yet consumed */
  size_t end;    /* index after the last byte */
  size_t size;   /* bytes allocated */
} ByteBuffer;

/* A buffer of zero bytes is ready for use; clear frees what it holds (wiped first: it may have held a secret). */
void byte_buffer_clear(ByteBuffer *buffer);

/* Forgets the content, wiped, and keeps the memory for the next use. */
void byte_buffer_reset(ByteBuffer *buffer);

/* Copies view to the end. Amortised O(view.length). */
void byte_buffer_append(ByteBuffer *buffer, Bytes view);

/* Appends the formatted text, as printf does. */
void byte_buffer_append_format(ByteBuffer *buffer, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Drops count bytes from the front; count must not be larger than the view. */
void byte_buffer_consume(ByteBuffer *buffer, size_t count);

/* Returns what is held, valid until the next call that changes the buffer. */
static inline Bytes byte_buffer_view(const ByteBuffer *buffer)
{
  return (Bytes){buffer->data == NULL ? NULL : buffer->data + buffer->start, buffer->end - buffer->start};
}
