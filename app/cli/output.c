/* SPDX-License-Identifier: MIT */
/* Standard output for a stream of lines. */
#include "output.h"

#include "base/i18n.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFERED_MOST 65536u

struct Output {
  OutputFormat format;
  ByteBuffer buffer;
  NdjsonWriter *ndjson;
  TextWriter *text;
  int error; /* errno of the write that failed */
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

Output *output_new(OutputFormat format, bool reveal, GHashTable *names)
{
  Output *output = g_new0(Output, 1);
  output->format = format;
  if (format == FORMAT_NDJSON) output->ndjson = ndjson_writer_new(&output->buffer, reveal);
  if (format == FORMAT_TEXT) {
    bool terminal = isatty(STDOUT_FILENO) == 1;
    TextWriterOptions options = {.reveal = reveal,
                                 .colour = terminal && g_getenv("NO_COLOR") == NULL,
                                 .width = terminal_width(),
                                 .names = names};
    output->text = text_writer_new(&output->buffer, &options);
  }
  return output;
}

void output_free(Output *output)
{
  if (output == NULL) return;
  ndjson_writer_free(output->ndjson);
  text_writer_free(output->text);
  byte_buffer_clear(&output->buffer);
  g_free(output);
}

static void drop_row(void *owner, const RowEvent *event)
{
  (void)owner;
  (void)event;
}

RowSink output_get_sink(Output *output)
{
  if (output->format == FORMAT_NDJSON) return ndjson_writer_get_sink(output->ndjson);
  if (output->format == FORMAT_TEXT) return text_writer_get_sink(output->text);
  return (RowSink){drop_row, NULL, NULL};
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
  if (output->format == FORMAT_NDJSON) ndjson_writer_end(output->ndjson, counts, damaged);
  if (output->format == FORMAT_TEXT) text_writer_end(output->text, counts);
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
  byte_buffer_reset(&output->buffer);
  return true;
}

int output_fail(const Output *output, const Command *command)
{
  return command_fail_output(command->name, output->error);
}
