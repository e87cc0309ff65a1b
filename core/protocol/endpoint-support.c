/* SPDX-License-Identifier: MIT */
/* What every line-based endpoint needs. */
#include "protocol/endpoint-support.h"

/* Drops the line handed out last. */
static void drop_taken(LineInput *input)
{
  byte_buffer_consume(&input->bytes, input->taken);
  input->taken = 0;
}

LineInputResult line_input_next(LineInput *input, Bytes *line)
{
  drop_taken(input);
  Bytes held = byte_buffer_view(&input->bytes);
  ptrdiff_t found = bytes_find(bytes_skip(held, input->scanned), '\n');
  if (found < 0) {
    input->scanned = held.length;
    if (held.length > ENDPOINT_LINE_MAX) {
      input->skipping = true;
      byte_buffer_reset(&input->bytes);
      input->scanned = 0;
    }
    return LINE_INPUT_NONE;
  }
  size_t length = input->scanned + (size_t)found + 1;
  bool too_long = input->skipping || length > ENDPOINT_LINE_MAX;
  *line = bytes_chomp(bytes_slice(held, 0, length));
  input->taken = length;
  input->scanned = 0;
  input->skipping = false;
  return too_long ? LINE_INPUT_TOO_LONG : LINE_INPUT_LINE;
}

Bytes line_input_view(LineInput *input)
{
  drop_taken(input);
  return byte_buffer_view(&input->bytes);
}

void line_input_consume(LineInput *input, size_t count)
{
  byte_buffer_consume(&input->bytes, count);
  input->scanned = 0;
}

void line_input_clear(LineInput *input)
{
  byte_buffer_clear(&input->bytes);
  *input = (LineInput){0};
}

bool idle_timer_advance(IdleTimer *timer, Nanoseconds now)
{
  if (timer->deadline == NANOSECONDS_NEVER) return false;
  if (timer->deadline == 0 || timer->touched) {
    timer->deadline = now > NANOSECONDS_NEVER - 1 - timer->limit ? NANOSECONDS_NEVER - 1 : now + timer->limit;
    timer->touched = false;
    return false;
  }
  if (now < timer->deadline) return false;
  idle_timer_stop(timer);
  return true;
}

Bytes endpoint_pending_of(const ByteBuffer *out)
{
  return bytes_slice(byte_buffer_view(out), 0, ENDPOINT_PENDING_MAX);
}

void endpoint_wipe(char *secret)
{
  if (secret == NULL) return;
  explicit_bzero(secret, strlen(secret));
  g_free(secret);
}

/* From first up to end of the stream. */
typedef struct {
  uint64_t first, end;
  GBytes *message;
} Stretch;

static void stretch_clear(gpointer data)
{
  g_bytes_unref(((Stretch *)data)->message);
}

void message_stretches_append(MessageStretches *stretches, size_t held, size_t length, GBytes *message)
{
  if (stretches->stretches == NULL) {
    stretches->stretches = g_array_new(FALSE, FALSE, sizeof(Stretch));
    g_array_set_clear_func(stretches->stretches, stretch_clear);
  }
  uint64_t first = stretches->consumed + held;
  Stretch stretch = {first, first + length, g_bytes_ref(message)};
  g_array_append_val(stretches->stretches, stretch);
}

bool message_stretches_find(const MessageStretches *stretches, EndpointStretch *found)
{
  if (stretches->stretches == NULL || stretches->stretches->len == 0) return false;
  const Stretch *stretch = &g_array_index(stretches->stretches, Stretch, 0);
  uint64_t first = MAX(stretch->first, stretches->consumed);
  found->start = (size_t)(first - stretches->consumed);
  found->length = (size_t)(stretch->end - first);
  found->message.data = g_bytes_get_data(stretch->message, &found->message.length);
  return true;
}

void message_stretches_consume(MessageStretches *stretches, size_t count)
{
  stretches->consumed += count;
  while (stretches->stretches != NULL && stretches->stretches->len > 0 &&
         g_array_index(stretches->stretches, Stretch, 0).end <= stretches->consumed)
    g_array_remove_index(stretches->stretches, 0);
}

void message_stretches_clear(MessageStretches *stretches)
{
  if (stretches->stretches != NULL) g_array_unref(stretches->stretches);
  *stretches = (MessageStretches){0};
}
