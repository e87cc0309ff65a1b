/* SPDX-License-Identifier: MIT */
/* Rows as a ladder for a terminal: the client on the left, the server on the right, a thought beside each
 * line. Nothing is kept. */
#pragma once

#include "observe/inspector.h"

typedef struct TextWriter TextWriter;

typedef struct {
  bool reveal;       /* show secrets */
  bool colour;       /* use terminal attributes */
  unsigned width;    /* columns of the terminal; 0 for the usual */
  GHashTable *names; /* "ip text" → name, borrowed; may be NULL */
} TextWriterOptions;

/* Returns a writer that appends lines to out (borrowed). */
TextWriter *text_writer_new(ByteBuffer *out, const TextWriterOptions *options);

/* Writes the heading: what is shown. */
void text_writer_heading(TextWriter *writer, const char *title, const char *detail);

/* Tells when the capture began: times are shown from there; else from the first row. */
void text_writer_set_start(TextWriter *writer, Nanoseconds start);

/* Returns the sink that writes rows. */
RowSink text_writer_get_sink(TextWriter *writer);

/* Writes the closing summary. */
void text_writer_end(TextWriter *writer, const InspectorCounts *counts);

void text_writer_free(TextWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextWriter, text_writer_free)
