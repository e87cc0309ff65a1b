/* SPDX-License-Identifier: MIT */
/* Rows as NDJSON: one JSON object a line, with the keys other programs rely on. Nothing is kept. */
#pragma once

#include "observe/inspector.h"
#include "observe/row.h"

typedef struct NdjsonWriter NdjsonWriter;

/* What the first line says of the source. */
typedef struct {
  const char *file;            /* path as given, "-" or a scenario's name */
  const char *format;          /* "pcapng" … "simulation" */
  const GPtrArray *interfaces; /* of CaptureInterface */
  const GPtrArray *comments;   /* of char *; may be NULL */
} NdjsonCapture;

/* Returns a writer that appends lines to out (borrowed); secrets are masked unless reveal. */
NdjsonWriter *ndjson_writer_new(ByteBuffer *out, bool reveal);

/* Writes the `capture` line. */
void ndjson_writer_capture(NdjsonWriter *writer, const NdjsonCapture *capture);

/* Returns the sink that writes rows. */
RowSink ndjson_writer_get_sink(NdjsonWriter *writer);

/* Writes the `end` line. */
void ndjson_writer_end(NdjsonWriter *writer, const InspectorCounts *counts, bool damaged);

void ndjson_writer_free(NdjsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NdjsonWriter, ndjson_writer_free)
