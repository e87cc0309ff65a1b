/* SPDX-License-Identifier: MIT */
/* Commands and responses with literals, read as they stream by. */
#include "protocol/imap/imap-unit.h"

/* A line may be longer than what is kept of it, and its end is what announces a literal. */
static void keep_tail(ImapUnit *unit, Bytes bytes)
{
  Bytes last = bytes_skip(bytes, bytes.length - MIN(bytes.length, IMAP_LITERAL_TAIL));
  size_t kept = MIN(unit->tail_length, IMAP_LITERAL_TAIL - last.length);
  memmove(unit->tail, unit->tail + unit->tail_length - kept, kept);
  if (last.length > 0) memcpy(unit->tail + kept, last.data, last.length);
  unit->tail_length = kept + last.length;
}

static ImapLargeLiteral *open_large(ImapUnit *unit)
{
  if (unit->large_count == 0 || unit->literal.size <= IMAP_LITERAL_SHOWN) return NULL;
  ImapLargeLiteral *large = &unit->large[unit->large_count - 1];
  return large->seen < large->size ? large : NULL;
}

static void read_literal(ImapUnit *unit, ChunkCursor *cursor)
{
  Bytes bytes = bytes_slice(cursor->rest, 0, (size_t)MIN(unit->literal_left, cursor->rest.length));
  ImapLargeLiteral *large = open_large(unit);
  if (large != NULL) {
    large->seen += bytes.length;
    large->lines += bytes_count(bytes, '\n');
  }
  if (!unit->dropping) line_range_add_bytes(&unit->range, cursor->offset, bytes, true);
  message_observer_take(&unit->message, bytes);
  unit->literal_left -= bytes.length;
  unit->literal_begun = true;
  if (unit->literal_left == 0) imap_unit_end_message(unit);
  chunk_cursor_advance(cursor, bytes.length);
}

ImapUnitEvent imap_unit_read(ImapUnit *unit, ChunkCursor *cursor, bool *bare_lf)
{
  while (cursor->rest.length > 0) {
    AssembledLine line;
    if (unit->literal_left > 0) {
      read_literal(unit, cursor);
      continue;
    }
    unit->in_literal = false;
    Bytes before = cursor->rest;
    bool complete = line_assembler_next(&unit->lines, cursor, &line);
    keep_tail(unit, bytes_slice(before, 0, before.length - cursor->rest.length));
    if (!complete) break;
    if (line_range_is_empty(&unit->range) && !unit->dropping) unit->after_gap = line.after_gap;
    if (!unit->dropping) line_range_add_line(&unit->range, &line);
    *bare_lf = line.bare_lf;
    return IMAP_UNIT_LINE;
  }
  return IMAP_UNIT_NEEDS_MORE;
}

bool imap_unit_line_announces(ImapUnit *unit)
{
  bool announces = imap_parse_literal((Bytes){unit->tail, unit->tail_length}, &unit->literal);
  unit->tail_length = 0;
  return announces;
}

void imap_unit_begin_literal(ImapUnit *unit, uint64_t offset)
{
  unit->literal_left = unit->literal.size;
  unit->literal_offset = offset;
  unit->in_literal = true;
  unit->literal_begun = false;
  line_range_expect(&unit->range, unit->literal.size);
  if (unit->literal.size <= IMAP_LITERAL_SHOWN || unit->dropping) return;
  if (unit->large_count == IMAP_LARGE_LITERALS) return;
  if (unit->large == NULL) unit->large = g_new(ImapLargeLiteral, IMAP_LARGE_LITERALS);
  unit->large[unit->large_count++] = (ImapLargeLiteral){.offset = offset, .size = unit->literal.size};
}

void imap_unit_begin_message(ImapUnit *unit, const DecoderSink *sink, MessageWay way, bool whole)
{
  bool many = unit->messages != NULL && unit->messages->len >= IMAP_LARGE_LITERALS;
  if (unit->literal_left == 0 || many) return;
  message_observer_begin(&unit->message, sink, way, false);
  unit->message.record->truncated = !whole;
}

void imap_unit_end_message(ImapUnit *unit)
{
  uint64_t seen = unit->literal.size - unit->literal_left;
  message_observer_add_piece(&unit->message, unit->literal_offset, seen);
  MessageRecord *record = message_observer_end(&unit->message, unit->literal_left == 0);
  if (record == NULL) return;
  if (unit->messages == NULL)
    unit->messages = g_ptr_array_new_with_free_func((GDestroyNotify)message_record_unref);
  g_ptr_array_add(unit->messages, record);
}

bool imap_unit_is_open(const ImapUnit *unit)
{
  return !line_range_is_empty(&unit->range) || unit->dropping || line_assembler_is_inside(&unit->lines);
}

void imap_unit_end(ImapUnit *unit)
{
  line_range_reset(&unit->range);
  unit->tail_length = 0;
  unit->literal_left = 0;
  unit->in_literal = unit->literal_begun = unit->dropping = unit->after_gap = false;
  unit->literal = (ImapLiteral){0};
  unit->large_count = 0;
  message_observer_clear(&unit->message);
  if (unit->messages != NULL) g_ptr_array_set_size(unit->messages, 0);
}

bool imap_unit_take_rest(ImapUnit *unit)
{
  AssembledLine line;
  if (line_assembler_take_rest(&unit->lines, &line) && !unit->dropping) {
    if (line_range_is_empty(&unit->range)) unit->after_gap = line.after_gap;
    line_range_add_line(&unit->range, &line);
  }
  return !line_range_is_empty(&unit->range);
}

bool imap_unit_gap(ImapUnit *unit, uint64_t length)
{
  if (unit->literal_left > 0 && length <= unit->literal_left) {
    ImapLargeLiteral *large = open_large(unit);
    if (large != NULL) {
      large->seen += length;
      large->damaged = true;
    }
    message_observer_gap(&unit->message, length);
    unit->literal_left -= length;
    unit->literal_begun = true;
    if (unit->literal_left == 0) imap_unit_end_message(unit);
    return true;
  }
  imap_unit_end(unit);
  line_assembler_gap(&unit->lines);
  return false;
}

void imap_unit_clear(ImapUnit *unit)
{
  line_assembler_clear(&unit->lines);
  line_range_clear(&unit->range);
  g_free(unit->large);
  message_observer_clear(&unit->message);
  g_clear_pointer(&unit->messages, g_ptr_array_unref);
  *unit = (ImapUnit){0};
}
