/* SPDX-License-Identifier: MIT */
/* What every line-based decoder needs: lines out of chunks, ranges of several lines, commands awaiting
 * replies, and the emitting of lines and notes. For decoders only. */
#pragma once

#include "base/limits.h"
#include "protocol/decoder.h"
#include "protocol/dot-body.h"

/* The part of the chunk being fed that nobody has used yet. */
typedef struct {
  Bytes rest;
  uint64_t offset; /* of rest's first byte in its direction */
} ChunkCursor;

static inline ChunkCursor chunk_cursor(uint64_t offset, Bytes chunk)
{
  return (ChunkCursor){chunk, offset};
}

/* Moves past count bytes; count must not be larger than what is left. */
static inline void chunk_cursor_advance(ChunkCursor *cursor, size_t count)
{
  g_assert(count <= cursor->rest.length);
  cursor->rest = bytes_skip(cursor->rest, count);
  cursor->offset += count;
}

/* One line, its line end included. raw is valid until the next call on the assembler, and, where borrowed,
 * while the chunk is. */
typedef struct {
  Bytes raw;       /* at most LIMIT_LINE_SHOWN bytes */
  uint64_t offset; /* of its first byte in its direction */
  uint64_t length; /* bytes on the wire */
  bool borrowed;   /* raw lies in the chunk, not in the assembler's buffer */
  bool truncated;  /* length > raw.length */
  bool bare_lf;    /* ended by a LF without CR */
  bool incomplete; /* no line end: a gap or the end came first */
  bool after_gap;  /* the first line after a gap or a mid-stream start: its beginning may be missing */
} AssembledLine;

/* Makes lines of the chunks of one direction. All zero is ready for use. A line that lies in one chunk is not
 * copied. */
typedef struct {
  ByteBuffer held; /* the beginning of a line that spans chunks */
  uint64_t offset; /* of that line */
  uint64_t length; /* bytes of it so far; 0: no line has begun */
  bool ends_in_cr; /* its last byte so far is CR */
  bool after_gap;
} LineAssembler;

/* Cuts the next line off the front of cursor. Returns true with *line set; false when there was no line end:
 * then all is held and cursor is empty. */
bool line_assembler_next(LineAssembler *assembler, ChunkCursor *cursor, AssembledLine *line);

/* Hands over the line begun as incomplete, and forgets it. Returns false when none had begun. */
bool line_assembler_take_rest(LineAssembler *assembler, AssembledLine *line);

/* Bytes are missing here (or the stream is joined in its middle): a line begun is forgotten, the next one is
 * marked after_gap. */
void line_assembler_gap(LineAssembler *assembler);

/* Returns true while a line has begun and not ended: other readers of the direction (bodies, literals) must
 * wait. */
static inline bool line_assembler_is_inside(const LineAssembler *assembler)
{
  return assembler->length > 0;
}

/* Frees what is held, wiped. */
void line_assembler_clear(LineAssembler *assembler);

/* Consecutive lines or bytes of one direction seen as one contiguous range: a multi-line reply, a command
 * with literals. Not copied while it lies in one chunk. All zero is an empty range. */
typedef struct {
  Bytes view;      /* the first bytes, at most LIMIT_LINE_SHOWN */
  uint64_t offset; /* of the first byte */
  uint64_t length; /* bytes on the wire */
  uint32_t lines;  /* lines added */
  bool bare_lf;
  ByteBuffer copy; /* private, as what follows: the view, once it spans chunks */
  bool copied;
  size_t expected; /* bytes that were announced */
} LineRange;

/* Adds the next line, or the next bytes of no line (a literal); they must follow what is in the range.
 * borrowed: raw lies in the chunk being fed. */
void line_range_add_line(LineRange *range, const AssembledLine *line);
void line_range_add_bytes(LineRange *range, uint64_t offset, Bytes raw, bool borrowed);

/* length more bytes were announced: room is made for them in one go, should they have to be copied. */
void line_range_expect(LineRange *range, uint64_t length);

/* The chunk ends: copies the view if it lies there. Call before returning from receive. */
void line_range_keep(LineRange *range);

/* Returns true when nothing was added. */
static inline bool line_range_is_empty(const LineRange *range)
{
  return range->length == 0;
}

/* Empties the range, wiped; the memory stays. */
void line_range_reset(LineRange *range);
void line_range_clear(LineRange *range);

/* A command whose reply is awaited. */
typedef struct {
  uint64_t mark; /* the decoder's own: IMAP a hash of the tag */
  uint32_t id;   /* of its line; 0 where the line was not captured */
  uint16_t word; /* its row, or VOCABULARY_UNKNOWN */
  uint8_t phase; /* state before it */
  uint8_t flags; /* the decoder's own */
} PendingCommand;

/* The queue of them, oldest first. All zero is empty. Never holds more than LIMIT_PENDING_COMMANDS. */
typedef struct {
  PendingCommand *items;
  uint32_t first, count, size;
} PendingCommands;

/* Adds a command at the end. Returns false when the queue was full: the oldest was given up to make room. */
bool pending_commands_push(PendingCommands *pending, PendingCommand command);

/* Returns the command at index from the oldest on, or NULL where there are fewer. Valid until the queue
 * changes. */
PendingCommand *pending_commands_get(const PendingCommands *pending, uint32_t index);

/* Returns the index of the oldest command with that word, or -1. */
int pending_commands_find_word(const PendingCommands *pending, uint16_t word);

/* Returns the index of the oldest command with that mark, or -1. */
int pending_commands_find_mark(const PendingCommands *pending, uint64_t mark);

/* Drops the count oldest, or one from the middle. */
void pending_commands_drop(PendingCommands *pending, uint32_t count);
void pending_commands_remove(PendingCommands *pending, uint32_t index);

void pending_commands_clear(PendingCommands *pending);

/* Returns a line of that kind with nothing known: words VOCABULARY_UNKNOWN, all else zero. */
DecodedLine decoded_line(LineKind kind, Direction direction);

/* Fills raw, offset, length and the TRUNCATED and INCOMPLETE flags. */
void decoded_line_set_line(DecodedLine *decoded, const AssembledLine *line);
void decoded_line_set_range(DecodedLine *decoded, const LineRange *range);

/* Emit one line each and return its id. offset: where in the direction the note belongs (its line's), length:
 * bytes it tells of, else 0. */
uint32_t decoder_emit(const DecoderSink *sink, const DecodedLine *line);
uint32_t decoder_emit_note(const DecoderSink *sink, NoteCode code, Direction direction, uint32_t about,
                           uint64_t offset, uint64_t length);
uint32_t decoder_emit_credential(const DecoderSink *sink, uint32_t about, uint64_t offset,
                                 const Credential *credential);
