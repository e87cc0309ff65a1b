/* SPDX-License-Identifier: MIT */
/* Received and Return-Path lines, and the date as messages write it. */
#include "mail/message-trace.h"

#include "base/decimal.h"

#include <time.h>

static void put_digits(char *at, int number, size_t count)
{
  decimal_put_padded((uint8_t *)at, (uint32_t)number, count);
}

void message_date_format(Nanoseconds time, int utc_offset, char text[MESSAGE_DATE_TEXT])
{
  static const char days[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int offset = CLAMP(utc_offset, -14 * 60, 14 * 60);
  time_t seconds = time / NANOSECONDS_PER_SECOND - (time % NANOSECONDS_PER_SECOND < 0 ? 1 : 0) + offset * 60;
  struct tm local;
  gmtime_r(&seconds, &local);
  static const char shape[] = "Day, 00 Mon 0000 00:00:00 +0000";
  memcpy(text, shape, sizeof shape);
  memcpy(text, days[(local.tm_wday + 6) % 7], 3);
  put_digits(text + 5, local.tm_mday, 2);
  memcpy(text + 8, months[local.tm_mon], 3);
  put_digits(text + 12, local.tm_year + 1900, 4);
  put_digits(text + 17, local.tm_hour, 2);
  put_digits(text + 20, local.tm_min, 2);
  put_digits(text + 23, local.tm_sec, 2);
  text[26] = offset < 0 ? '-' : '+';
  put_digits(text + 27, ABS(offset) / 60, 2);
  put_digits(text + 29, ABS(offset) % 60, 2);
}

/* Takes ownership of lines. */
static GBytes *prepend(GString *lines, GBytes *message)
{
  gsize size;
  const char *data = g_bytes_get_data(message, &size);
  g_string_append_len(lines, data, (gssize)size);
  return g_string_free_to_bytes(lines);
}

/* Appends text with what would end the line, or a comment, taken out: a client chose it. */
static void append_safe(GString *line, const char *text)
{
  gsize start = line->len;
  g_string_append(line, text);
  for (gsize i = start; i < line->len; i++) {
    guchar byte = (guchar)line->str[i];
    if (byte < ' ' || byte == 0x7f || byte == '(' || byte == ')' || byte == '\\') line->str[i] = '?';
  }
}

GBytes *message_trace_prepend_received(GBytes *message, const MessageReceived *received)
{
  char date[MESSAGE_DATE_TEXT];
  message_date_format(received->time, received->utc_offset, date);
  GString *line = g_string_new("Received: from ");
  append_safe(line, received->from_name);
  if (received->from_address != NULL) {
    g_string_append(line, strchr(received->from_address, ':') == NULL ? " ([" : " ([IPv6:");
    g_string_append(line, received->from_address);
    g_string_append(line, "])");
  }
  if (received->user != NULL) {
    g_string_append(line, " (authenticated as ");
    append_safe(line, received->user);
    g_string_append_c(line, ')');
  }
  const char *const facts[] = {"\r\n\tby ", received->by, " with ", received->with, " id ", received->id};
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
    g_string_append(line, facts[i]);
  if (received->for_address != NULL) {
    g_string_append(line, "\r\n\tfor <");
    append_safe(line, received->for_address);
    g_string_append_c(line, '>');
  }
  g_string_append(line, ";\r\n\t");
  g_string_append(line, date);
  g_string_append(line, "\r\n");
  return prepend(line, message);
}

GBytes *message_trace_prepend_return_path(GBytes *message, const char *sender)
{
  GString *line = g_string_new("Return-Path: <");
  append_safe(line, sender);
  g_string_append(line, ">\r\n");
  return prepend(line, message);
}

GBytes *message_trace_prepend_lines(GBytes *message, const char *lines)
{
  return prepend(g_string_new(lines), message);
}

bool message_trace_next_field(Bytes *message, Bytes *field)
{
  if (message->length == 0 || message->data[0] == '\n' || message->data[0] == '\r') return false;
  size_t end = 0;
  do {
    ptrdiff_t line = bytes_find(bytes_skip(*message, end), '\n');
    end = line < 0 ? message->length : end + (size_t)line + 1;
  } while (end < message->length && (message->data[end] == ' ' || message->data[end] == '\t'));
  *field = bytes_slice(*message, 0, end);
  *message = bytes_skip(*message, end);
  return true;
}

GBytes *message_trace_complete(GBytes *message, const MessageCompletion *completion)
{
  Bytes rest, field;
  rest.data = g_bytes_get_data(message, &rest.length);
  bool dated = false, named = false;
  g_autoptr(GString) fields = g_string_sized_new(rest.length + 128);
  while (message_trace_next_field(&rest, &field)) {
    if (bytes_starts_ignore_case(field, "Bcc:") || bytes_starts_ignore_case(field, "Resent-Bcc:") ||
        bytes_starts_ignore_case(field, "Return-Path:"))
      continue;
    dated = dated || bytes_starts_ignore_case(field, "Date:");
    named = named || bytes_starts_ignore_case(field, "Message-ID:");
    g_string_append_len(fields, (const char *)field.data, (gssize)field.length);
  }
  g_string_append_len(fields, (const char *)rest.data, (gssize)rest.length);
  GString *out = g_string_sized_new(fields->len + 128);
  if (!dated) {
    char date[MESSAGE_DATE_TEXT];
    message_date_format(completion->time, completion->utc_offset, date);
    g_string_append_printf(out, "Date: %s\r\n", date);
  }
  if (!named) g_string_append_printf(out, "Message-ID: <%s>\r\n", completion->message_id);
  g_string_append_len(out, fields->str, (gssize)fields->len);
  return g_string_free_to_bytes(out);
}

bool message_trace_has_bare_line_end(Bytes message)
{
  for (size_t i = 0; i < message.length; i++) {
    uint8_t c = message.data[i];
    if (c == '\n') return true;
    if (c != '\r') continue;
    if (++i == message.length || message.data[i] != '\n') return true;
  }
  return false;
}

guint message_trace_count_received(Bytes message)
{
  guint count = 0;
  for (Bytes field; message_trace_next_field(&message, &field);)
    count += bytes_starts_ignore_case(field, "Received:");
  return count;
}
