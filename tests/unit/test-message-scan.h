/* SPDX-License-Identifier: MIT */
/* A whole message through the scanner, for the tests of core/mail. */
#pragma once

#include "mail/message-scanner.h"

/* Scans text in pieces of at most step bytes. The record is the caller's. */
static inline MessageRecord *scan(Bytes text, size_t step)
{
  MessageRecord *record = message_record_new(MESSAGE_SENT);
  MessageScanner *scanner = message_scanner_new(record);
  for (size_t at = 0; at < text.length; at += step)
    message_scanner_feed(scanner, bytes_slice(text, at, step));
  message_scanner_finish(scanner);
  message_scanner_free(scanner);
  return record;
}

/* Returns a part that must be there. */
static inline const MessagePart *part_at(const MessageRecord *record, guint index)
{
  g_assert_cmpuint(index, <, record->parts->len);
  return &g_array_index(record->parts, MessagePart, index);
}
