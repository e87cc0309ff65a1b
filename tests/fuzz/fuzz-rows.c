/* SPDX-License-Identifier: MIT */
/* What must hold for all rows. */
#include "fuzz/fuzz-rows.h"

#include <stdlib.h>

void fuzz_rows_init(FuzzRows *rows)
{
  *rows = (FuzzRows){0};
  rows->masked_writer = ndjson_writer_new(&rows->masked, false);
  rows->revealed_writer = ndjson_writer_new(&rows->revealed, true);
  rows->text_writer = text_writer_new(&rows->text, &(TextWriterOptions){.width = 100});
}

void fuzz_rows_clear(FuzzRows *rows)
{
  ndjson_writer_free(rows->masked_writer);
  ndjson_writer_free(rows->revealed_writer);
  text_writer_free(rows->text_writer);
  byte_buffer_clear(&rows->masked);
  byte_buffer_clear(&rows->revealed);
  byte_buffer_clear(&rows->text);
}

static void require(bool holds)
{
  if (!holds) abort();
}

static void write_row(void *owner, const RowEvent *event)
{
  FuzzRows *rows = owner;
  const Row *row = event->row;
  require(row->id == ++rows->last_id && row->about < row->id && row->link < row->id);
  require(row->kind < LINE_KIND_COUNT && (row->kind != LINE_NOTE || row->word < NOTE_COUNT));
  RowSink sinks[] = {ndjson_writer_get_sink(rows->masked_writer),
                     ndjson_writer_get_sink(rows->revealed_writer), text_writer_get_sink(rows->text_writer)};
  for (size_t i = 0; i < G_N_ELEMENTS(sinks); i++)
    sinks[i].row(sinks[i].owner, event);
}

RowSink fuzz_rows_get_sink(FuzzRows *rows)
{
  return (RowSink){.row = write_row, .owner = rows};
}

static void check_lines(Bytes written)
{
  if (written.length == 0) return;
  require(written.data[written.length - 1] == '\n');
  require(g_utf8_validate((const char *)written.data, (gssize)written.length, NULL));
  for (size_t i = 0; i < written.length; i++)
    require((written.data[i] >= ' ' && written.data[i] != 0x7f) || written.data[i] == '\n');
}

void fuzz_rows_check(const FuzzRows *rows)
{
  check_lines(byte_buffer_view(&rows->masked));
  check_lines(byte_buffer_view(&rows->revealed));
  check_lines(byte_buffer_view(&rows->text));
}
