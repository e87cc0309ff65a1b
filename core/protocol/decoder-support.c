/* SPDX-License-Identifier: MIT */
/* Lines out of chunks, ranges of several lines, commands awaiting replies. */
#include "protocol/decoder-support.h"

/* Keeps what LIMIT_LINE_SHOWN still allows. */
static void append_capped(ByteBuffer *buffer, Bytes bytes)
{
  size_t held = byte_buffer_view(buffer).length;
  byte_buffer_append(buffer, bytes_slice(bytes, 0, LIMIT_LINE_SHOWN - MIN(held, LIMIT_LINE_SHOWN)));
}

static void start_line(LineAssembler *assembler, uint64_t offset)
{
  if (assembler->length > 0) return;
  byte_buffer_reset(&assembler->held);
  assembler->offset = offset;
  assembler->ends_in_cr = false;
}

static void finish_line(LineAssembler *assembler, AssembledLine *line)
{
  line->offset = assembler->offset;
  line->length = assembler->length;
  line->truncated = line->length > line->raw.length;
  line->after_gap = assembler->after_gap;
  assembler->after_gap = false;
  assembler->length = 0;
}

bool line_assembler_next(LineAssembler *assembler, ChunkCursor *cursor, AssembledLine *line)
{
  Bytes rest = cursor->rest;
  if (rest.length == 0) return false;
  start_line(assembler, cursor->offset);
  ptrdiff_t lf = bytes_find(rest, '\n');
  size_t taken = lf < 0 ? rest.length : (size_t)lf + 1;
  Bytes bytes = bytes_slice(rest, 0, taken);
  bool begun = assembler->length > 0;
  bool with_cr = lf > 0 ? rest.data[lf - 1] == '\r' : assembler->ends_in_cr;
  assembler->length += taken;
  chunk_cursor_advance(cursor, taken);
  if (lf < 0 || begun) append_capped(&assembler->held, bytes);
  if (lf < 0) {
    assembler->ends_in_cr = bytes.data[taken - 1] == '\r';
    return false;
  }
  *line = (AssembledLine){.borrowed = !begun, .bare_lf = !with_cr};
  line->raw = begun ? byte_buffer_view(&assembler->held) : bytes_slice(bytes, 0, LIMIT_LINE_SHOWN);
  finish_line(assembler, line);
  return true;
}

bool line_assembler_take_rest(LineAssembler *assembler, AssembledLine *line)
{
  if (assembler->length == 0) return false;
  *line = (AssembledLine){.raw = byte_buffer_view(&assembler->held), .incomplete = true};
  finish_line(assembler, line);
  return true;
}

void line_assembler_gap(LineAssembler *assembler)
{
  assembler->length = 0;
  assembler->after_gap = true;
}

void line_assembler_clear(LineAssembler *assembler)
{
  byte_buffer_clear(&assembler->held);
  *assembler = (LineAssembler){0};
}

static void start_range(LineRange *range, uint64_t offset)
{
  if (range->length == 0) range->offset = offset;
}

/* Adds raw, which stands for length bytes on the wire. */
static void add_to_range(LineRange *range, Bytes raw, uint64_t length, bool borrowed)
{
  bool whole = range->view.length == range->length;
  bool follows =
      borrowed && !range->copied && (range->length == 0 || range->view.data + range->view.length == raw.data);
  range->length += length;
  if (!whole) return;
  if (follows) {
    if (range->view.length == 0) range->view.data = raw.data;
    range->view.length += MIN(raw.length, LIMIT_LINE_SHOWN - range->view.length);
    return;
  }
  line_range_keep(range);
  append_capped(&range->copy, raw);
  range->copied = true;
  range->view = byte_buffer_view(&range->copy);
}

void line_range_add_line(LineRange *range, const AssembledLine *line)
{
  start_range(range, line->offset);
  range->lines++;
  range->bare_lf |= line->bare_lf;
  add_to_range(range, line->raw, line->length, line->borrowed);
}

void line_range_add_bytes(LineRange *range, uint64_t offset, Bytes raw, bool borrowed)
{
  if (raw.length == 0) return;
  start_range(range, offset);
  add_to_range(range, raw, raw.length, borrowed);
}

void line_range_expect(LineRange *range, uint64_t length)
{
  range->expected = (size_t)MIN(length, LIMIT_LINE_SHOWN);
}

void line_range_keep(LineRange *range)
{
  if (range->copied || range->length == 0) return;
  byte_buffer_reset(&range->copy);
  byte_buffer_reserve(&range->copy, MIN(range->view.length + range->expected, LIMIT_LINE_SHOWN));
  byte_buffer_append(&range->copy, range->view);
  range->copied = true;
  range->view = byte_buffer_view(&range->copy);
}

void line_range_reset(LineRange *range)
{
  byte_buffer_reset(&range->copy);
  *range = (LineRange){.copy = range->copy};
}

void line_range_clear(LineRange *range)
{
  byte_buffer_clear(&range->copy);
  *range = (LineRange){0};
}

/* size is zero or a power of two, so that an index wraps with a mask. */
static PendingCommand *slot(const PendingCommands *pending, uint32_t index)
{
  return &pending->items[(pending->first + index) & (pending->size - 1)];
}

static void grow(PendingCommands *pending)
{
  uint32_t size = pending->size == 0 ? 8 : pending->size * 2;
  PendingCommand *items = g_new(PendingCommand, size);
  for (uint32_t i = 0; i < pending->count; i++)
    items[i] = *slot(pending, i);
  g_free(pending->items);
  pending->items = items;
  pending->first = 0;
  pending->size = size;
}

bool pending_commands_push(PendingCommands *pending, PendingCommand command)
{
  bool room = pending->count < LIMIT_PENDING_COMMANDS;
  if (!room) pending_commands_drop(pending, 1);
  if (pending->count == pending->size) grow(pending);
  pending->count++;
  *slot(pending, pending->count - 1) = command;
  return room;
}

PendingCommand *pending_commands_get(const PendingCommands *pending, uint32_t index)
{
  return index < pending->count ? slot(pending, index) : NULL;
}

int pending_commands_find_word(const PendingCommands *pending, uint16_t word)
{
  for (uint32_t i = 0; i < pending->count; i++)
    if (slot(pending, i)->word == word) return (int)i;
  return -1;
}

int pending_commands_find_mark(const PendingCommands *pending, uint64_t mark)
{
  for (uint32_t i = 0; i < pending->count; i++)
    if (slot(pending, i)->mark == mark) return (int)i;
  return -1;
}

void pending_commands_drop(PendingCommands *pending, uint32_t count)
{
  g_assert(count <= pending->count);
  if (count == 0) return;
  pending->first = (pending->first + count) & (pending->size - 1);
  pending->count -= count;
}

void pending_commands_remove(PendingCommands *pending, uint32_t index)
{
  g_assert(index < pending->count);
  for (uint32_t i = index; i > 0; i--)
    *slot(pending, i) = *slot(pending, i - 1);
  pending_commands_drop(pending, 1);
}

void pending_commands_clear(PendingCommands *pending)
{
  g_free(pending->items);
  *pending = (PendingCommands){0};
}

DecodedLine decoded_line(LineKind kind, Direction direction)
{
  return (DecodedLine){
      .kind = kind,
      .direction = direction,
      .word = VOCABULARY_UNKNOWN,
      .answered_word = VOCABULARY_UNKNOWN,
  };
}

void decoded_line_set_line(DecodedLine *decoded, const AssembledLine *line)
{
  decoded->raw = line->raw;
  decoded->offset = line->offset;
  decoded->length = line->length;
  decoded->lines = 1;
  if (line->truncated) decoded->flags |= LINE_TRUNCATED;
  if (line->incomplete) decoded->flags |= LINE_INCOMPLETE;
}

void decoded_line_set_range(DecodedLine *decoded, const LineRange *range)
{
  decoded->raw = range->view;
  decoded->offset = range->offset;
  decoded->length = range->length;
  decoded->lines = range->lines;
  if (range->length > range->view.length) decoded->flags |= LINE_TRUNCATED;
}

uint32_t decoder_emit(const DecoderSink *sink, const DecodedLine *line)
{
  return sink->emit(sink->owner, line);
}

uint32_t decoder_emit_note(const DecoderSink *sink, NoteCode code, Direction direction, uint32_t about,
                           uint64_t offset, uint64_t length)
{
  DecodedLine note = decoded_line(LINE_NOTE, direction);
  note.word = (uint16_t)code;
  note.about = about;
  note.offset = offset;
  note.length = length;
  return decoder_emit(sink, &note);
}

uint32_t decoder_emit_credential(const DecoderSink *sink, uint32_t about, uint64_t offset,
                                 const Credential *credential)
{
  DecodedLine line = decoded_line(LINE_CREDENTIAL, DIRECTION_TO_SERVER);
  line.about = about;
  line.offset = offset;
  line.credential = credential;
  return decoder_emit(sink, &line);
}
