/* SPDX-License-Identifier: MIT */
/* Standard output for a stream of lines: rows in the format asked for, buffered, with honest failures. */
#pragma once

#include "command.h"
#include "observe/inspector.h"
#include "observe/ndjson-writer.h"
#include "observe/text-writer.h"

typedef struct Output Output;

/* Returns the output. names ("ip text" → name) is borrowed and may be NULL. */
Output *output_new(OutputFormat format, bool reveal, GHashTable *names);

/* Returns the sink for an inspector's rows; with FORMAT_NONE they are dropped. */
RowSink output_get_sink(Output *output);

/* Writes the first line: what is read. start: when it begins. */
void output_begin(Output *output, const NdjsonCapture *capture, const char *title, Nanoseconds start);

/* Writes the last line. */
void output_end(Output *output, const InspectorCounts *counts, bool damaged);

/* Hands what is buffered to standard output, all of it when now, else only when there is much. Returns false
 * when it could not be written. */
bool output_drain(Output *output, bool now);

/* Returns the exit code for a failed output: 0 for a closed pipe, with a message and EXIT_OUTPUT for anything
 * else. */
int output_fail(const Output *output, const Command *command);

void output_free(Output *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)
