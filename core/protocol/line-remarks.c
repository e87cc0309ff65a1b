/* SPDX-License-Identifier: MIT */
/* Remarks on lines of a text protocol. */
#include "protocol/line-remarks.h"

#include "base/text-lines.h"

enum { TOLD_BARE_LF = 1 << 0, TOLD_BARE_CR = 1 << 1, TOLD_NUL = 1 << 2 };

void line_remarks_hear(LineRemarks *remarks, Direction direction, uint64_t end)
{
  remarks->heard[direction] = true;
  remarks->end[direction] = end;
}

static void note(LineRemarks *remarks, NoteCode code, const DecodedLine *line, uint32_t id)
{
  uint64_t length = code == NOTE_LINE_TOO_LONG ? line->length : 0;
  decoder_emit_note(remarks->sink, code, line->direction, id, line->offset, length);
}

static void note_once(LineRemarks *remarks, NoteCode code, uint8_t bit, const DecodedLine *line, uint32_t id)
{
  if ((remarks->told[line->direction] & bit) != 0) return;
  remarks->told[line->direction] |= bit;
  note(remarks, code, line, id);
}

static uint32_t emit(LineRemarks *remarks, const DecodedLine *line)
{
  uint32_t id = decoder_emit(remarks->sink, line);
  if (remarks->first_id == 0) remarks->first_id = id;
  if (remarks->midstream) note(remarks, NOTE_MIDSTREAM, line, id);
  remarks->midstream = false;
  return id;
}

uint32_t line_remarks_emit(LineRemarks *remarks, const DecodedLine *line, bool bare_lf, bool too_long)
{
  uint32_t id = emit(remarks, line);
  if (bare_lf) note_once(remarks, NOTE_BARE_LF, TOLD_BARE_LF, line, id);
  if (text_lines_have_bare_cr(line->raw)) note_once(remarks, NOTE_BARE_CR, TOLD_BARE_CR, line, id);
  if (bytes_find(line->raw, '\0') >= 0) note_once(remarks, NOTE_NUL, TOLD_NUL, line, id);
  if (too_long && (line->flags & LINE_TRUNCATED) != 0) note(remarks, NOTE_LINE_TOO_LONG, line, id);
  return id;
}

uint32_t line_remarks_emit_body(LineRemarks *remarks, const DecodedLine *line, const DotBody *body)
{
  uint32_t id = emit(remarks, line);
  if (body->bare_lf) note_once(remarks, NOTE_BARE_LF, TOLD_BARE_LF, line, id);
  if (body->false_end) note(remarks, NOTE_FALSE_END, line, id);
  return id;
}

void line_remarks_finish(LineRemarks *remarks)
{
  bool client = remarks->heard[DIRECTION_TO_SERVER], server = remarks->heard[DIRECTION_TO_CLIENT];
  if (remarks->first_id == 0 || client == server || (server && !remarks->lone_replies)) return;
  Direction direction = client ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
  decoder_emit_note(remarks->sink, NOTE_ONE_SIDED, direction, remarks->first_id, remarks->end[direction], 0);
}
