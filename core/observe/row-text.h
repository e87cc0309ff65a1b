/* SPDX-License-Identifier: MIT */
/* What a row says, in text: the line as it stood on the wire with secrets masked, and the thought beside it
 * in plain words. The command line, the NDJSON writer and the window all show a row through this. */
#pragma once

#include "observe/row.h"

/* What stands for any secret; its length says nothing. */
#define SECRET_MASK "••••••"

typedef struct {
  GString *tag, *verb, *argument;  /* command; UTF-8, bad bytes U+FFFD; empty where there is none */
  GString *code, *enhanced, *text; /* reply; text has \n between lines */
  GString *wire; /* the whole line for a list: "MAIL FROM:<…>", "250 2.1.0 Ok ⏎ SIZE"; one line of text,
                    controls made visible */
  size_t wire_head;        /* bytes of wire that are verb or code (drawn bold) */
  const char *gloss;       /* translated; "" for none. Static or owned by this */
  const char *explanation; /* translated; "" for none */
  const char *rfc;         /* "" for none */
  const char *phase;       /* state's stable name, or "" */
  const char *phase_label; /* translated, or "" */
  char *owned_gloss, *owned_explanation;
  bool masked;                                /* something was masked */
  bool has_invalid;                           /* some byte was not UTF-8 */
  size_t raw_secret_start, raw_secret_length; /* part of raw to hide; length 0 for none or when revealed */
  ByteBuffer scratch;
} RowText;

/* Fills *line with what the decoder said of the event's row, for a DecoderClass's dissect. */
void row_line(const RowEvent *event, DecodedLine *line);

/* Takes the event's bytes apart into *parts, views into the event and scratch. Returns the protocol's class,
 * or NULL, with *parts empty, where the row has no bytes of its own or nobody can read them. */
const DecoderClass *row_dissect(const RowEvent *event, ByteBuffer *scratch, DissectedLine *parts);

/* Returns the pieces of an argument as it is shown: *before, then, where the return is true, SECRET_MASK,
 * then *after. */
bool row_mask_argument(const DissectedLine *parts, bool reveal, Bytes *before, Bytes *after);

/* Returns what a note says, translated. *owned becomes it where it had to be written, the caller's to free,
 * else NULL. */
const char *row_note_sentence(const Row *row, char **owned);

/* Makes an empty RowText, to be used again and again; clear frees it. */
void row_text_init(RowText *text);
void row_text_clear(RowText *text);

/* Fills text for a row whose bytes are raw. credential may be NULL. Secrets are masked unless reveal. */
void row_text_set(RowText *text, const RowEvent *event, bool reveal);
