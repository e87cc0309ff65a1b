/* SPDX-License-Identifier: MIT */
/* Rows written in every way a person may see them, and what must hold for all of them. */
#pragma once

#include "observe/ndjson-writer.h"
#include "observe/text-writer.h"

typedef struct {
  ByteBuffer masked, revealed, text; /* what was written */
  NdjsonWriter *masked_writer, *revealed_writer;
  TextWriter *text_writer;
  uint32_t last_id;
} FuzzRows;

/* Readies rows; clear frees what it holds. */
void fuzz_rows_init(FuzzRows *rows);
void fuzz_rows_clear(FuzzRows *rows);

/* Returns the sink that writes each row three times. It aborts where ids do not count up from 1, or a row
 * refers to one that has not come. */
RowSink fuzz_rows_get_sink(FuzzRows *rows);

/* Aborts where what was written is not lines of valid UTF-8 without control characters. */
void fuzz_rows_check(const FuzzRows *rows);
