/* SPDX-License-Identifier: MIT */
/* POP3's grammar (RFC 1939 §3, §9; RFC 5034 §4): command lines, status lines, the greeting's stamp; and lines
 * taken apart for showing. */
#pragma once

#include "protocol/decoder.h"
#include "protocol/pop3/pop3-vocabulary.h"

/* A command line without its line end. Views into the line. */
typedef struct {
  Bytes verb;     /* as written */
  Bytes argument; /* what follows the blank; PASS keeps blanks at both its ends, the others lose them */
  uint16_t word;  /* row of pop3_vocabulary.words, or VOCABULARY_UNKNOWN; never POP3_AUTH_RESPONSE */
} Pop3Command;

/* Takes a line apart; its line end may be there or not. Never fails: an unknown verb has word
 * VOCABULARY_UNKNOWN. */
void pop3_parse_command(Bytes line, Pop3Command *command);

/* Returns true where a good reply to the command is followed by lines up to a lone dot (RFC 1939 §5, RFC 2449
 * §5). */
bool pop3_command_has_lines(const Pop3Command *command);

/* Cuts the first word off the front of *rest, and the blanks before and after it. Returns an empty view at
 * the end. View into rest. */
Bytes pop3_next_word(Bytes *rest);

typedef enum {
  POP3_STATUS_NONE, /* no status line: part of a body or a listing, or not POP3 */
  POP3_STATUS_OK,
  POP3_STATUS_ERROR,
  POP3_STATUS_CONTINUE, /* "+ challenge" */
} Pop3Status;

/* Reads a status line, its line end there or not: "+OK text", "-ERR text", "+ text". Returns what it is, with
 * *text (may be NULL) a view of what follows. */
Pop3Status pop3_parse_status(Bytes line, Bytes *text);

/* Returns the time stamp of a greeting, brackets included: "<1896.697170952@host>"; empty where there is none
 * (RFC 1939 §7). */
Bytes pop3_find_stamp(Bytes greeting);

/* decoder.h's dissect for POP3. */
void pop3_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
