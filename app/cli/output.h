/* SPDX-License-Identifier: MIT */
/* Standard output for a stream of lines: rows in the format asked for, buffered, with honest failures. */
#pragma once

#include "command.h"
#include "observe/filter.h"
#include "observe/inspector.h"
#include "observe/ndjson-writer.h"
#include "observe/text-writer.h"

typedef struct Output Output;

typedef struct {
  OutputFormat format;
  bool reveal;
  GHashTable *names; /* "ip text" → name; borrowed; may be NULL */
  Filter *filter;    /* rows it does not fit are left out; borrowed; may be NULL */
  bool stats;        /* what the rows add up to is written after them */
} OutputOptions;

/* Returns the output. */
Output *output_new(const OutputOptions *options);

/* Makes a filter of --where's value, NULL without one. Returns false after saying what is wrong with it. */
bool output_parse_filter(const Command *command, const char *where, bool reveal, Filter **filter);

/* Returns the sink for an inspector's rows; with FORMAT_NONE they are dropped. */
RowSink output_get_sink(Output *output);

/* Writes the first line: what is read. start: when it begins. */
void output_begin(Output *output, const NdjsonCapture *capture, const char *title, Nanoseconds start);

/* Writes the last lines. */
void output_end(Output *output, const InspectorCounts *counts, bool damaged);

/* Hands what is buffered to standard output, all of it when now, else only when there is much. Returns false
 * when it could not be written. */
bool output_drain(Output *output, bool now);

/* Returns the exit code for a failed output: 0 for a closed pipe, with a message and EXIT_OUTPUT for anything
 * else. */
int output_fail(const Output *output, const Command *command);

/* Returns EXIT_ALL_READ, or EXIT_USAGE after saying that a pattern of the filter took too long. */
int output_judge_filter(const Output *output, const Command *command);

void output_free(Output *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)
