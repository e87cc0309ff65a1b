/* SPDX-License-Identifier: MIT */
/* Runs a dialogue through a decoder, in one of several cuttings, and records the lines that come out as text:
 *
 *   1 C EHLO mail.alpha {connected}             command: verb, argument, phase; " T=a1" after the verb where
 *                                               there is a tag
 *   2 S 250 [2.1.0] Ok|SIZE 100 >1 *2 {ready}   reply: code, enhanced, text (line feeds as |), id of the
 *                                               command answered, lines where more than one, phase, class
 *                                               where not OK
 *   3 C data 412 bytes 11 lines >2              body; > the line it belongs to
 *   4 S note gap >2 300                         note: code, line remarked on, bytes where there are some
 *   5 credential PLAIN user=alice secret=wonderland accepted=1 >2     also challenge= and digest=
 *
 * Letters have ids of their own, m1 and so on, and stand at the end; where none is expected, none is asked
 * for:
 *
 *   m1 C sent 412 bytes "hello" <a@x> to <b@y> | text/plain 300, image/png 80 "cat.png" >3 truncated
 *   m1 note sender-mismatch
 *
 * Each begins with its id. Flags follow as words: truncated sasl unsolicited incomplete. Secret parts stand
 * in ‹›. Bytes outside 0x20–0x7e are \xNN. */
#pragma once

#include "protocol/decoder.h"

/* A step of a dialogue. Tables end with a step of {0}. */
typedef struct {
  char who;          /* 'C' client to server, 'S' server to client, 'c' / 's': a gap of that direction */
  const char *bytes; /* NUL-terminated; for a gap unused */
  size_t length;     /* of bytes where they hold NULs, or of the gap; else 0 */
} DialogueStep;

typedef enum {
  CUT_NOT,      /* all that one side says until the other speaks is one piece */
  CUT_AT_STEPS, /* a step is a piece */
  CUT_EVERY_BYTE,
  CUT_AT_RANDOM,
} DialogueCut;

/* Feeds steps to a new decoder of class, ends it, and returns what came out, the caller's to free with
 * g_free. seed matters to CUT_AT_RANDOM only. After a handover the rest is not fed; a last line "handover to
 * tls, left C:… S:…" tells. Checks that raw is what was sent at offset. */
char *line_recorder_run(const DecoderClass *class, const DialogueStep *steps, bool from_start,
                        DialogueCut cut, uint32_t seed);

/* Asserts that steps give expected: whole, step by step, byte by byte, and in 200 random cuttings (2000 where
 * the environment has CARTEIRO_LONG). */
void line_recorder_check(const char *name, const DecoderClass *class, const DialogueStep *steps,
                         bool from_start, const char *expected);
