/* SPDX-License-Identifier: MIT */
/* Standard output for a stream of lines. */
#include "output.h"

#include "base/i18n.h"
#include "observe/statistics.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFERED_MOST 65536u

struct Output {
  OutputFormat format;
  ByteBuffer buffer;
  NdjsonWriter *ndjson;
  TextWriter *text;
  RowSink rows;           /* of the writer */
  Filter *filter;         /* or NULL; borrowed */
  Statistics *statistics; /* or NULL */
  uint64_t seen, shown;   /* rows */
  int error;              /* errno of the write that failed */
};

/* Columns of the terminal, or what the person says there are; 0 where nobody knows. */
static unsigned terminal_width(void)
{
  struct winsize size;
  guint64 wanted = 0;
  const char *columns = g_getenv("COLUMNS");
  if (columns != NULL && g_ascii_string_to_unsigned(columns, 10, 1, 10000, &wanted, NULL))
    return (unsigned)wanted;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 0;
}

static void drop_row(void *owner, const RowEvent *event)
{
  (void)owner;
  (void)event;
}

static void start_writer(Output *output, const OutputOptions *options)
{
  output->rows = (RowSink){.row = drop_row};
  if (options->format == FORMAT_NDJSON) {
    output->ndjson = ndjson_writer_new(&output->buffer, options->reveal);
    output->rows = ndjson_writer_get_sink(output->ndjson);
  }
  if (options->format == FORMAT_TEXT) {
    bool terminal = isatty(STDOUT_FILENO) == 1;
    TextWriterOptions text_options = {.reveal = options->reveal,
                                      .colour = terminal && g_getenv("NO_COLOR") == NULL,
                                      .width = terminal_width(),
                                      .names = options->names};
    output->text = text_writer_new(&output->buffer, &text_options);
    output->rows = text_writer_get_sink(output->text);
  }
}

Output *output_new(const OutputOptions *options)
{
  Output *output = g_new0(Output, 1);
  output->format = options->format;
  output->filter = options->filter;
  if (options->stats && options->format != FORMAT_NONE) output->statistics = statistics_new();
  start_writer(output, options);
  return output;
}

bool output_parse_filter(const Command *command, const char *where, bool reveal, Filter **filter)
{
  g_autoptr(GError) error = NULL;
  *filter = NULL;
  if (where == NULL) return true;
  *filter = filter_new(where, reveal, NULL, &error);
  if (*filter == NULL) command_fail(EXIT_USAGE, command->name, "--where", error->message);
  return *filter != NULL;
}

void output_free(Output *output)
{
  if (output == NULL) return;
  ndjson_writer_free(output->ndjson);
  text_writer_free(output->text);
  statistics_free(output->statistics);
  byte_buffer_clear(&output->buffer);
  g_free(output);
}

static void choose_row(void *owner, const RowEvent *event)
{
  Output *output = owner;
  bool shown = output->filter == NULL || filter_matches(output->filter, event);
  output->seen++;
  output->shown += shown;
  if (output->statistics != NULL) statistics_add(output->statistics, event, shown);
  if (shown) output->rows.row(output->rows.owner, event);
}

RowSink output_get_sink(Output *output)
{
  if (output->filter == NULL && output->statistics == NULL) return output->rows;
  return (RowSink){.row = choose_row, .owner = output};
}

void output_begin(Output *output, const NdjsonCapture *capture, const char *title, Nanoseconds start)
{
  if (output->format == FORMAT_NDJSON) ndjson_writer_capture(output->ndjson, capture);
  if (output->format != FORMAT_TEXT) return;
  text_writer_heading(output->text, title, _(capture->format));
  text_writer_set_start(output->text, start);
}

void output_end(Output *output, const InspectorCounts *counts, bool damaged)
{
  if (output->format == FORMAT_NDJSON) {
    if (output->statistics != NULL) statistics_write_json(output->statistics, &output->buffer);
    ndjson_writer_end(output->ndjson, counts, damaged);
  }
  if (output->format == FORMAT_TEXT) {
    if (output->seen > 0 && output->shown == 0)
      byte_buffer_append_format(&output->buffer, "\n%s\n", _("No line fits --where."));
    text_writer_end(output->text, counts);
    if (output->statistics != NULL) statistics_write_text(output->statistics, &output->buffer);
  }
}

int output_judge_filter(const Output *output, const Command *command)
{
  guint column = output->filter != NULL ? filter_get_surrendered(output->filter) : 0;
  if (column == 0) return EXIT_ALL_READ;
  g_autofree char *why = g_strdup_printf(
      _("column %u: this pattern took too long and was given up: lines may be missing"), column);
  return command_fail(EXIT_USAGE, command->name, "--where", why);
}

bool output_drain(Output *output, bool now)
{
  Bytes left = byte_buffer_view(&output->buffer);
  if (output->error != 0) return false;
  if (left.length == 0 || (!now && left.length < BUFFERED_MOST)) return true;
  while (left.length > 0) {
    ssize_t written = write(STDOUT_FILENO, left.data, left.length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      output->error = errno;
      return false;
    }
    left = bytes_skip(left, (size_t)written);
  }
  byte_buffer_consume(&output->buffer, byte_buffer_view(&output->buffer).length);
  return true;
}

int output_fail(const Output *output, const Command *command)
{
  return command_fail_output(command->name, output->error);
}
