/* SPDX-License-Identifier: MIT */
/* Runs a dialogue through a decoder, whole, byte by byte or cut at random, and records the lines that come
 * out as compact text. */
#pragma once

#include "protocol/decoder.h"

/* A recorded line is one line of text, numbered by its id:
 *   1 C EHLO mail.alpha  {connected}                   command: verb, argument, phase; " T=a1" after the verb
 * where there is a tag 2 S 250 [2.1.0] Ok|SIZE 100 >1 *2 {connected}      reply: code, enhanced, text (\n as
 * |), id answered, lines (if > 1), phase, class when not OK 3 C data 412 bytes 11 lines >2 body; >id it
 * belongs to 4 S note gap >2 300                                note: code, line remarked on, bytes where
 * there are some 5 credential PLAIN user=alice secret=wonderland accepted=1 >2     also challenge= and
 * digest= Flags follow as words: truncated sasl unsolicited incomplete secret(…). Secret parts stand in ‹›.
 * Bytes outside 0x20–0x7e are \xNN. */
typedef struct {
  const DecoderClass *class;
  GString *text;
  uint32_t last_id;
  bool check_ranges;   /* true while whole directions are known: raw must be the bytes at offset */
  GByteArray *sent[2]; /* what was fed, by direction, with gaps as zeros */
  ProtocolId next;     /* from a verdict: the protocol to hand over to */
  GByteArray *left[2]; /* bytes the decoder did not take after the handover, by direction */
} LineRecorder;

/* A step of a dialogue. Tables end with a step of {0}. */
typedef struct {
  char who; /* 'C' client to server, 'S' server to client, 'c' / 's': a gap of that direction, 'E' nothing */
  const char *bytes; /* NUL-terminated; for a gap unused */
  size_t length;     /* of bytes where they hold NULs, or of the gap; else 0 */
} DialogueStep;

typedef enum { CUT_NOT, CUT_EVERY_BYTE, CUT_AT_RANDOM } DialogueCut;

/* Feeds steps to a new decoder of class, ends it, and returns what came out, the caller's to free with
 * g_free. seed matters to CUT_AT_RANDOM only. After a handover the rest is not fed; a last line "handover to
 * tls, left C:… S:…" tells. Checks that raw is what was sent at offset. */
char *line_recorder_run(const DecoderClass *class, const DialogueStep *steps, bool from_start,
                        DialogueCut cut, uint32_t seed);

/* Asserts that steps give expected: whole, byte by byte, and in 200 random cuttings. */
void line_recorder_check(const char *name, const DecoderClass *class, const DialogueStep *steps,
                         bool from_start, const char *expected);
