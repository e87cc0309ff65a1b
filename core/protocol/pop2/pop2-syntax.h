/* SPDX-License-Identifier: MIT */
/* POP2's lines (RFC 937): commands and replies taken apart. */
#pragma once

#include "protocol/decoder.h"
#include "protocol/pop2/pop2-vocabulary.h"

/* A command line without its line end. Views into it. */
typedef struct {
  Bytes verb, argument;
  uint16_t word; /* row of pop2_vocabulary.words, or VOCABULARY_UNKNOWN */
} Pop2Command;

/* Takes a line apart; its line end may be there or not. Never fails. */
void pop2_parse_command(Bytes line, Pop2Command *command);

/* Takes a reply apart: code is "+", "-", "#" or "=", text what follows. Returns false when the line is none.
 */
bool pop2_parse_reply(Bytes line, Bytes *code, Bytes *text);

/* Reads the number at the front of text. Returns false where there is none, or it does not fit. */
bool pop2_parse_number(Bytes text, uint64_t *number);

/* Splits HELO's argument into user and password; the password is all after the first blank. */
void pop2_split_login(Bytes argument, Bytes *user, Bytes *password);

/* decoder.h's dissect and recognise for POP2. */
void pop2_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
Recognition pop2_recognise(const StreamStart *start);
