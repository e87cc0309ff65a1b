/* SPDX-License-Identifier: MIT */
/* A growable queue of bytes. */
#include "base/byte-buffer.h"

#include "base/decimal.h"

#include <stdarg.h>
#include <stdio.h>

static void wipe(ByteBuffer *buffer)
{
  if (buffer->touched > 0) explicit_bzero(buffer->data, buffer->touched);
  buffer->touched = 0;
}

void byte_buffer_clear(ByteBuffer *buffer)
{
  if (buffer->data == NULL) return;
  wipe(buffer);
  g_free(buffer->data);
  *buffer = (ByteBuffer){0};
}

void byte_buffer_reset(ByteBuffer *buffer)
{
  wipe(buffer);
  buffer->start = buffer->end = 0;
}

void byte_buffer_reserve(ByteBuffer *buffer, size_t count)
{
  if (buffer->size - buffer->end >= count) return;
  size_t held = buffer->end - buffer->start;
  if (buffer->start > 0 && buffer->start >= held && buffer->size - held >= count) {
    memcpy(buffer->data, buffer->data + buffer->start, held);
  } else {
    size_t size = MAX((size_t)256, buffer->size);
    while (size - held < count)
      size *= 2;
    uint8_t *data = g_malloc(size);
    if (held > 0) memcpy(data, buffer->data + buffer->start, held);
    wipe(buffer);
    g_free(buffer->data);
    buffer->data = data;
    buffer->size = size;
    buffer->touched = held;
  }
  buffer->start = 0;
  buffer->end = held;
}

void byte_buffer_append_texts(ByteBuffer *buffer, const char *first, ...)
{
  va_list texts;
  va_start(texts, first);
  for (const char *text = first; text != NULL; text = va_arg(texts, const char *))
    byte_buffer_append(buffer, bytes_from_string(text));
  va_end(texts);
}

void byte_buffer_append_number(ByteBuffer *buffer, uint64_t number)
{
  byte_buffer_wrote(buffer, decimal_put(byte_buffer_room(buffer, DECIMAL_DIGITS), number));
}

void byte_buffer_append_format(ByteBuffer *buffer, const char *format, ...)
{
  enum { USUAL = 120 }; /* most fit at the first try */
  va_list arguments;
  byte_buffer_reserve(buffer, USUAL);
  for (;;) {
    size_t room = buffer->size - buffer->end;
    va_start(arguments, format);
    int length = vsnprintf((char *)buffer->data + buffer->end, room, format, arguments);
    va_end(arguments);
    g_assert(length >= 0);
    bool fits = (size_t)length < room;
    buffer->touched = MAX(buffer->touched, buffer->end + (fits ? (size_t)length + 1 : room));
    if (fits) {
      buffer->end += (size_t)length;
      return;
    }
    byte_buffer_reserve(buffer, (size_t)length + 1);
  }
}

void byte_buffer_consume(ByteBuffer *buffer, size_t count)
{
  g_assert(count <= buffer->end - buffer->start);
  buffer->start += count;
  if (buffer->start == buffer->end) buffer->start = buffer->end = 0;
}
