/* SPDX-License-Identifier: MIT */
/* Makes whole commands and responses, literals inside, of the chunks of one direction: streamed, with fixed
 * memory. */
#pragma once

#include "protocol/decoder-support.h"
#include "protocol/imap/imap-syntax.h"
#include "protocol/message-observer.h"

#define IMAP_LARGE_LITERALS 64u /* in one unit; more are passed over without a `data` line */

/* A literal longer than IMAP_LITERAL_SHOWN. */
typedef struct {
  uint64_t offset;
  uint64_t size;  /* announced */
  uint64_t seen;  /* bytes that came or were skipped as missing */
  uint64_t lines; /* line ends (LF) among those that came */
  bool damaged;   /* bytes are missing */
} ImapLargeLiteral;

/* All zero is ready for use. */
typedef struct {
  LineAssembler lines;
  LineRange range;                 /* the unit so far */
  uint8_t tail[IMAP_LITERAL_TAIL]; /* the last bytes of the line being read */
  size_t tail_length;
  ImapLiteral literal;     /* the last one announced */
  uint64_t literal_offset; /* of its first byte */
  uint64_t literal_left;   /* bytes of it still to come */
  bool in_literal;         /* between its announcement and the next line's first byte */
  bool literal_begun;      /* some byte of it came */
  bool dropping;           /* the unit has been handed over, or is a fragment: only its end is looked for */
  bool after_gap;          /* its first line is the first after a gap */
  ImapLargeLiteral *large; /* IMAP_LARGE_LITERALS of them, once one came */
  uint32_t large_count;
  MessageObserver message; /* the literal being read, where it is a message */
  GPtrArray *messages;     /* of MessageRecord: those of the unit that have ended; NULL while there is none */
} ImapUnit;

typedef enum {
  IMAP_UNIT_NEEDS_MORE, /* the cursor is empty */
  IMAP_UNIT_LINE, /* a line ended that may announce a literal: say so with imap_unit_begin_literal, or end the
                     unit */
} ImapUnitEvent;

/* Reads on. On LINE the unit's range holds all up to the line's end; *bare_lf tells of that line. */
ImapUnitEvent imap_unit_read(ImapUnit *unit, ChunkCursor *cursor, bool *bare_lf);

/* Does the line just read announce a literal? Fills unit->literal. */
bool imap_unit_line_announces(ImapUnit *unit);

/* The literal just announced follows. */
void imap_unit_begin_literal(ImapUnit *unit, uint64_t offset);

/* The literal just begun is a message, or whole is false: its beginning. */
void imap_unit_begin_message(ImapUnit *unit, const DecoderSink *sink, MessageWay way, bool whole);

/* The message being read, if there is one, ends here. */
void imap_unit_end_message(ImapUnit *unit);

/* Returns true while a unit has begun and not ended. */
bool imap_unit_is_open(const ImapUnit *unit);

/* The unit is done with: ready for the next. */
void imap_unit_end(ImapUnit *unit);

/* Takes what was read of an unfinished line into the range. Returns false when there is nothing in the range
 * then. */
bool imap_unit_take_rest(ImapUnit *unit);

/* length bytes are missing. Returns true where they all lie in the literal being read, which then goes on
 * after them; else the unit is ended and the next line marked after_gap. */
bool imap_unit_gap(ImapUnit *unit, uint64_t length);

void imap_unit_clear(ImapUnit *unit);
