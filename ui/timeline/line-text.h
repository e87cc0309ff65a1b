/* SPDX-License-Identifier: MIT */
/* A LineText: all texts of one line of the list, ready to draw. */
#pragma once

#include "observe/timeline.h"
#include "ui/timeline/name-table.h"

typedef struct {
  const Row *row; /* NULL: an empty slot */
  const StreamInfo *stream;
  char number[12]; /* "" for lines without number */
  char time[32];   /* seconds since the first line, three decimals, in the language's number form */
  char *between;
  char *wire;
  size_t wire_head;               /* bytes of wire drawn bold */
  size_t mask_start, mask_length; /* bytes of wire that stand for a secret; length 0 for none */
  char *gloss;
  bool leftward; /* it travels from the right to the left, as between says */
  bool noted;    /* a note is about this line */
} LineText;

/* Fills text, which must be zero or filled before. start is the time of the source's first line. */
void line_text_fill(LineText *text, Timeline *timeline, const Row *row, const NameTable *names,
                    Nanoseconds start);

/* Frees what text holds and empties it. */
void line_text_clear(LineText *text);

/* Writes a span of time as "1.204", with the decimal sign of the program's language, and its NUL. Returns
 * into. */
const char *line_text_format_seconds(Nanoseconds span, char into[32]);

/* Returns the word for the kind or class of a row, as a screen reader says it: "command", "reply: accepted".
 * Translated, static. */
const char *line_text_class_name(const Row *row);

/* Returns the name of the row's protocol as a label, "SMTP"; "" where it is not known. Static. */
const char *line_text_protocol_label(const Row *row);
