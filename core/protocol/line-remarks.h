/* SPDX-License-Identifier: MIT */
/* The remarks that any line of a text protocol may earn: bare LF, bare CR, zero bytes, too long; joined late;
 * one side only. For decoders only. */
#pragma once

#include "protocol/decoder-support.h"

/* All zero is ready for use, with sink set. */
typedef struct {
  const DecoderSink *sink;
  bool midstream;    /* the stream was joined in its middle, and that has not been told yet */
  uint32_t first_id; /* of the first line */
  uint8_t told[2];   /* by direction: which remarks have been made */
  bool heard[2];     /* bytes of that direction came */
  uint64_t end[2];   /* after its last byte */
  bool lone_replies; /* replies came whose commands were not seen */
} LineRemarks;

/* Bytes of a direction came (or are known to be missing): up to end. */
void line_remarks_hear(LineRemarks *remarks, Direction direction, uint64_t end);

/* Emits a command or reply and the remarks on it; each of bare LF, bare CR and zero byte once a direction.
 * too_long: say so if it was cut. Returns the line's id. */
uint32_t line_remarks_emit(LineRemarks *remarks, const DecodedLine *line, bool bare_lf, bool too_long);

/* A body's line: bare LF once a direction, and a false end. */
uint32_t line_remarks_emit_body(LineRemarks *remarks, const DecodedLine *line, const DotBody *body);

/* Nothing more comes: says so where only one side was heard. */
void line_remarks_finish(LineRemarks *remarks);
