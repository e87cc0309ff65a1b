/* SPDX-License-Identifier: MIT */
/* Rows as a ladder for a terminal. */
#include "observe/text-writer.h"

#include "base/i18n.h"
#include "observe/row-text.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

#define WIDTH_USUAL 120u
#define WIDTH_LEAST 72u
#define GLOSS_COLUMNS 46u
#define TIME_COLUMNS 10u

struct TextWriter {
  ByteBuffer *out;
  TextWriterOptions options;
  RowText text;
  Nanoseconds start;  /* of the first row: times are shown from here */
  bool started;
  bool has_stream;
  uint32_t stream;    /* whose heading was written last */
  uint32_t streams_named; /* streams below this index had their heading */
  unsigned wire_columns;
};

enum { BOLD, DIM, GREEN, YELLOW, RED, BLUE, PLAIN };

static void attribute(TextWriter *writer, int which)
{
  static const char *const codes[] = {
      [BOLD] = "\033[1m",    [DIM] = "\033[2m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m",
      [RED] = "\033[1;31m", [BLUE] = "\033[34m", [PLAIN] = "\033[0m",
  };
  if (writer->options.colour) byte_buffer_append(writer->out, bytes_from_string(codes[which]));
}

static void put(TextWriter *writer, const char *text)
{
  byte_buffer_append(writer->out, bytes_from_string(text));
}

/* Columns that a character takes in a terminal. */
static unsigned columns_of(gunichar c)
{
  if (g_unichar_iszerowidth(c)) return 0;
  return g_unichar_iswide(c) ? 2 : 1;
}

/* Appends text cut to columns with "…", and spaces up to columns when padded. The first head bytes are bold. */
static void put_columns(TextWriter *writer, const char *text, unsigned columns, size_t head, bool padded)
{
  unsigned used = 0;
  if (head > 0) attribute(writer, BOLD);
  const char *at = text;
  for (; *at != '\0'; at = g_utf8_next_char(at)) {
    if (head > 0 && (size_t)(at - text) == head) attribute(writer, PLAIN);
    unsigned wide = columns_of(g_utf8_get_char(at));
    bool last = *g_utf8_next_char(at) == '\0';
    if (used + wide > columns - (last ? 0 : 1)) {
      put(writer, "…");
      used++;
      break;
    }
    byte_buffer_append(writer->out, (Bytes){(const uint8_t *)at, (size_t)(g_utf8_next_char(at) - at)});
    used += wide;
  }
  if (head > 0) attribute(writer, PLAIN);
  for (; padded && used < columns; used++)
    put(writer, " ");
}

TextWriter *text_writer_new(ByteBuffer *out, const TextWriterOptions *options)
{
  TextWriter *writer = g_new0(TextWriter, 1);
  writer->out = out;
  writer->options = *options;
  unsigned width = options->width == 0 ? WIDTH_USUAL : MAX(options->width, WIDTH_LEAST);
  unsigned taken = TIME_COLUMNS + 5 + GLOSS_COLUMNS + 2;
  writer->wire_columns = width > taken + 24 ? MIN(width - taken, 64u) : 24;
  row_text_init(&writer->text);
  return writer;
}

void text_writer_free(TextWriter *writer)
{
  if (writer == NULL) return;
  row_text_clear(&writer->text);
  g_free(writer);
}

void text_writer_heading(TextWriter *writer, const char *title, const char *detail)
{
  attribute(writer, BOLD);
  put(writer, title);
  attribute(writer, PLAIN);
  if (detail[0] != '\0') {
    put(writer, " · ");
    put(writer, detail);
  }
  put(writer, "\n");
}

void text_writer_set_start(TextWriter *writer, Nanoseconds start)
{
  writer->start = start;
  writer->started = true;
}

/* Appends the name of an endpoint, where one is known, and its address. */
static void put_endpoint(TextWriter *writer, const IpAddress *address, uint16_t port)
{
  char text[IP_ENDPOINT_TEXT];
  ip_address_format(address, text);
  const char *name = writer->options.names != NULL ? g_hash_table_lookup(writer->options.names, text) : NULL;
  ip_endpoint_format(address, port, text);
  if (name != NULL) {
    GString *clean = g_string_new(NULL);
    text_append_visible(clean, bytes_from_string(name), 100);
    put(writer, clean->str);
    g_string_free(clean, TRUE);
    put(writer, " (");
  }
  put(writer, text);
  if (name != NULL) put(writer, ")");
}

static void put_time(TextWriter *writer, Nanoseconds time)
{
  Nanoseconds since = (time - writer->start) / NANOSECONDS_PER_MILLISECOND;
  char text[40];
  g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT "%c%03d", since < 0 ? "-" : "", ABS(since) / 1000,
             i18n_decimal_mark(), (int)(ABS(since) % 1000));
  byte_buffer_append_format(writer->out, "%*s", (int)TIME_COLUMNS, text);
}

/* Names the conversation: with its endpoints where it begins, shortly where it goes on after another. */
static void put_stream_heading(TextWriter *writer, const RowEvent *event)
{
  const StreamInfo *stream = event->stream;
  bool first = stream->index >= writer->streams_named;
  if (first) writer->streams_named = stream->index + 1;
  put(writer, first ? "\n" : "");
  attribute(writer, first ? BLUE : DIM);
  put(writer, first ? "━━ " : "── ");
  if (first) attribute(writer, BOLD);
  byte_buffer_append_format(writer->out, stream->udp ? _("Question %u") : _("Conversation %u"), stream->number);
  byte_buffer_append_format(writer->out, " · %s", registry_get_label(stream->protocol));
  attribute(writer, PLAIN);
  if (first) {
    put(writer, " · ");
    put_endpoint(writer, &stream->client, stream->client_port);
    put(writer, " ⇄ ");
    put_endpoint(writer, &stream->server, stream->server_port);
  }
  put(writer, "\n");
  writer->stream = event->row->stream;
  writer->has_stream = true;
}

static int class_colour(const Row *row)
{
  static const int colours[] = {
      [REPLY_OK] = GREEN, [REPLY_CONTINUE] = BLUE, [REPLY_LATER] = YELLOW, [REPLY_REFUSED] = RED, [REPLY_UNTAGGED] = GREEN};
  if (row->kind != LINE_REPLY) return PLAIN;
  return colours[MIN((size_t)row->reply_class, G_N_ELEMENTS(colours) - 1)];
}

static void put_arrow(TextWriter *writer, const Row *row)
{
  bool to_server = row->direction == DIRECTION_TO_SERVER;
  bool body = row->kind == LINE_DATA;
  attribute(writer, class_colour(row));
  put(writer, to_server ? (body ? " ══▶ " : " ──▶ ") : (body ? " ◀══ " : " ◀── "));
  attribute(writer, PLAIN);
}

static void put_gloss(TextWriter *writer, const char *gloss)
{
  if (gloss[0] == '\0') return;
  attribute(writer, DIM);
  put(writer, "  ");
  put(writer, gloss);
  attribute(writer, PLAIN);
}

static void put_remark(TextWriter *writer, const Row *row)
{
  bool note = row->kind == LINE_NOTE;
  byte_buffer_append_format(writer->out, "%*s", (int)TIME_COLUMNS + 5, "");
  attribute(writer, YELLOW);
  put(writer, note ? "⚠ " : "👁 ");
  if (!note) {
    put(writer, writer->text.wire->str);
    put(writer, " · ");
  }
  put(writer, writer->text.gloss);
  attribute(writer, PLAIN);
  put(writer, "\n");
}

static void put_session(TextWriter *writer, const Row *row)
{
  put_time(writer, row->time);
  put(writer, " ─── ");
  attribute(writer, DIM);
  put(writer, writer->text.wire->str);
  if (writer->text.gloss[0] != '\0') {
    put(writer, " · ");
    put(writer, writer->text.gloss);
  }
  attribute(writer, PLAIN);
  put(writer, "\n");
}

static void write_row(void *owner, const RowEvent *event)
{
  TextWriter *writer = owner;
  const Row *row = event->row;
  if (!writer->started) {
    writer->start = row->time;
    writer->started = true;
  }
  row_text_set(&writer->text, event, writer->options.reveal);
  if (!writer->has_stream || writer->stream != row->stream) put_stream_heading(writer, event);
  if (row->kind == LINE_SESSION) {
    put_session(writer, row);
  } else if (row->kind == LINE_NOTE || row->kind == LINE_CREDENTIAL) {
    put_remark(writer, row);
  } else {
    put_time(writer, row->time);
    put_arrow(writer, row);
    bool gloss = writer->text.gloss[0] != '\0';
    put_columns(writer, writer->text.wire->str, writer->wire_columns, writer->text.wire_head, gloss);
    put_gloss(writer, writer->text.gloss);
    put(writer, "\n");
  }
}

RowSink text_writer_get_sink(TextWriter *writer)
{
  return (RowSink){write_row, NULL, writer};
}

void text_writer_end(TextWriter *writer, const InspectorCounts *counts)
{
  char number[I18N_NUMBER_TEXT];
  uint64_t lines = 0;
  for (size_t kind = 0; kind < LINE_KIND_COUNT; kind++)
    lines += counts->rows[kind];
  put(writer, "\n");
  if (lines == 0) {
    put(writer, _("No mail conversation here."));
    put(writer, " ");
  }
  i18n_format_number(counts->frames, number);
  byte_buffer_append_format(writer->out, g_dngettext(GETTEXT_PACKAGE, "%s frame read.", "%s frames read.", counts->frames),
                            number);
  put(writer, "\n");
}
