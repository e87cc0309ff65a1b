/* SPDX-License-Identifier: MIT */
/* Writes every row down as a line of text, to compare one run with another. */
#pragma once

#include "observe/row-text.h"

typedef struct {
  GString *lines; /* a row a line: all that it says */
  bool with_source;
  RowText text;
} RowRecorder;

/* Prepares a recorder; with_source: also what depends on where the bytes came from (frame, time, addresses,
 * ports, interface, numbers of streams). */
void row_recorder_init(RowRecorder *recorder, bool with_source);
void row_recorder_clear(RowRecorder *recorder);

/* Returns a sink that writes into recorder. */
RowSink row_recorder_get_sink(RowRecorder *recorder);

/* Writes one row down. */
void row_recorder_write(RowRecorder *recorder, const RowEvent *event);

/* Ends the test with the first line that differs, and what it is of. */
void row_recorder_assert_same(const RowRecorder *wanted, const RowRecorder *got, const char *what);
