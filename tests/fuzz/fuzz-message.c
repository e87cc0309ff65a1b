/* SPDX-License-Identifier: MIT */
/* Hostile messages: scanned whole and cut, looked at for a person, and their dots doubled and undone. */
#include <stdlib.h>

#include "fuzz/fuzz-dialogue.h"
#include "mail/content-type.h"
#include "mail/message-scanner.h"
#include "mail/message-text.h"
#include "mail/message-view.h"
#include "protocol/dot-body.h"

static void check_dots(Bytes message)
{
  ByteBuffer wire = {0}, back = {0};
  dot_body_append_stuffed(&wire, message);
  DotBody body;
  bool ended = false;
  dot_body_begin(&body);
  Bytes sent = byte_buffer_view(&wire);
  if (dot_body_scan(&body, sent, &ended, NULL) != sent.length || !ended) abort();
  message_text_undo_dots(&back, bytes_slice(sent, 0, (size_t)body.bytes));
  Bytes undone = byte_buffer_view(&back);
  if (undone.length < message.length || !bytes_equal(bytes_slice(undone, 0, message.length), message))
    abort();
  byte_buffer_clear(&wire);
  byte_buffer_clear(&back);
}

/* Scans message in pieces of at most step bytes. */
static MessageRecord *scan(Bytes message, size_t step)
{
  MessageRecord *record = message_record_new(MESSAGE_FETCHED);
  MessageScanner *scanner = message_scanner_new(record);
  for (size_t at = 0; at < message.length; at += step)
    message_scanner_feed(scanner, bytes_slice(message, at, step));
  message_scanner_finish(scanner);
  message_scanner_free(scanner);
  return record;
}

static void check_part(const MessageRecord *record, const MessagePart *part)
{
  if (part->offset + part->bytes > record->bytes) abort();
  if (part->name == NULL) return;
  g_autofree char *safe = content_type_safe_name(part->name);
  if (g_strcmp0(safe, part->name) != 0 || strchr(part->name, '/') != NULL) abort();
}

/* Any cut gives the same record, and what it holds can be shown. */
static void check_scan(Bytes message)
{
  g_autoptr(MessageRecord) whole = scan(message, SIZE_MAX / 2);
  g_autoptr(MessageRecord) cut = scan(message, message.length > 0 ? 1 + message.data[0] % 40u : 1);
  if (whole->bytes != message.length || whole->bytes != cut->bytes) abort();
  if (whole->parts->len != cut->parts->len || whole->headers->len != cut->headers->len) abort();
  for (guint i = 0; i < whole->parts->len; i++) {
    const MessagePart *part = &g_array_index(whole->parts, MessagePart, i);
    const MessagePart *other = &g_array_index(cut->parts, MessagePart, i);
    check_part(whole, part);
    if (strcmp(part->type, other->type) != 0 || part->bytes != other->bytes || part->offset != other->offset)
      abort();
  }
  for (guint i = 0; i < whole->headers->len; i++) {
    const MessageHeader *header = &g_array_index(whole->headers, MessageHeader, i);
    const MessageHeader *other = &g_array_index(cut->headers, MessageHeader, i);
    if (!g_utf8_validate(header->value, -1, NULL) || strcmp(header->value, other->value) != 0) abort();
    if (header->next_same != 0 && (header->next_same <= i || header->next_same >= whole->headers->len))
      abort();
  }
}

static void check_text(Bytes message)
{
  g_autofree char *text = message_text_extract(message, 5000);
  if (!g_utf8_validate(text, -1, NULL) || strlen(text) > 5000) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  MessageView view;
  check_dots((Bytes){data, size});
  check_scan((Bytes){data, size});
  check_text((Bytes){data, size});
  message_view_init(&view, (Bytes){data, size});
  if (!g_utf8_validate(view.subject, -1, NULL) || !g_utf8_validate(view.first_line, -1, NULL)) abort();
  message_view_clear(&view);
  return 0;
}
