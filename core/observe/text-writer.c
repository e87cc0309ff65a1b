/* SPDX-License-Identifier: MIT */
/* Rows as a ladder for a terminal. */
#include "observe/text-writer.h"

#include "base/i18n.h"
#include "observe/row-text.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"

#include <string.h>

#define WIDTH_USUAL 120u
#define WIDTH_LEAST 72u
#define TIME_COLUMNS 9u
#define ARROW_COLUMNS 5u
#define INDENT (TIME_COLUMNS + ARROW_COLUMNS)
#define SPACE_COLUMNS 2u /* between what was said and the thought beside it */
#define WIRE_LEAST 46u
#define WIRE_MOST 72u
#define GLOSS_LEAST 28u
#define GLOSS_MOST 46u
#define WIRE_LINES 6u /* what was said takes no more */
#define HANGING 2u    /* columns that its further lines are set in */

struct TextWriter {
  ByteBuffer *out;
  TextWriterOptions options;
  RowText text;
  Nanoseconds start; /* of the first row: times are shown from here */
  bool started;
  bool masked; /* some row hid a secret */
  bool has_stream;
  uint32_t stream;        /* whose heading was written last */
  uint32_t streams_named; /* streams below this index had their heading */
  unsigned width, wire_columns, gloss_columns;
};

enum { BOLD, DIM, GREEN, YELLOW, RED, BLUE, PLAIN };

static void attribute(TextWriter *writer, int which)
{
  static const char *const codes[] = {
      [BOLD] = "\033[1m",   [DIM] = "\033[2m",   [GREEN] = "\033[32m", [YELLOW] = "\033[33m",
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

static unsigned columns_in(const char *text, size_t length)
{
  unsigned columns = 0;
  for (const char *at = text; at < text + length; at = g_utf8_next_char(at))
    columns += columns_of(g_utf8_get_char(at));
  return columns;
}

/* Returns the bytes of text that fit into columns, and those columns in *used; at least one character. */
static size_t fit(const char *text, unsigned columns, unsigned *used)
{
  const char *at = text;
  for (*used = 0; *at != '\0'; at = g_utf8_next_char(at)) {
    unsigned wide = columns_of(g_utf8_get_char(at));
    if (*used + wide > columns && at > text) break;
    *used += wide;
  }
  return (size_t)(at - text);
}

static void put_bytes(TextWriter *writer, const char *text, size_t length)
{
  byte_buffer_append(writer->out, (Bytes){(const uint8_t *)text, length});
}

static void put_spaces(TextWriter *writer, unsigned count)
{
  byte_buffer_append_format(writer->out, "%*s", (int)count, "");
}

/* Appends the next line of *text, broken at a space where there is one, and moves *text on. On the last line
 * allowed, what does not fit is cut with "…". The first *head bytes are bold. Returns the columns used. */
static unsigned put_piece(TextWriter *writer, const char **text, unsigned columns, bool last, size_t *head)
{
  unsigned used;
  const char *next = *text;
  size_t length = fit(next, columns, &used);
  bool whole = next[length] == '\0';
  bool cut = !whole && last;
  if (cut) length = fit(next, columns - 1, &used);
  if (!whole && !cut && next[length] != ' ') {
    const char *space = g_strrstr_len(next, (gssize)length, " ");
    if (space != NULL && space > next + *head) {
      length = (size_t)(space - next);
      used = columns_in(next, length);
    }
  }
  const char *rest = next + length;
  for (; length > *head && next[length - 1] == ' ' && !cut; length--)
    used--;
  size_t bold = MIN(*head, length);
  if (bold > 0) {
    attribute(writer, BOLD);
    put_bytes(writer, next, bold);
    attribute(writer, PLAIN);
  }
  put_bytes(writer, next + bold, length - bold);
  if (cut) put(writer, "…");
  *head -= bold;
  *text = cut ? "" : rest + strspn(rest, " ");
  return used + (cut ? 1 : 0);
}

/* Appends text that goes on below itself where the line is full. */
static void put_wrapped(TextWriter *writer, const char *text, unsigned indent)
{
  size_t head = 0;
  unsigned columns = writer->width - indent;
  for (bool first = true; *text != '\0'; first = false) {
    if (!first) {
      put(writer, "\n");
      put_spaces(writer, indent);
    }
    put_piece(writer, &text, columns, false, &head);
  }
}

TextWriter *text_writer_new(ByteBuffer *out, const TextWriterOptions *options)
{
  TextWriter *writer = g_new0(TextWriter, 1);
  writer->out = out;
  writer->options = *options;
  writer->width = options->width == 0 ? WIDTH_USUAL : MAX(options->width, WIDTH_LEAST);
  unsigned rest = writer->width - INDENT - SPACE_COLUMNS;
  writer->gloss_columns = CLAMP(rest - WIRE_LEAST, GLOSS_LEAST, GLOSS_MOST);
  writer->wire_columns = MIN(rest - writer->gloss_columns, WIRE_MOST);
  row_text_init(&writer->text);
  return writer;
}

void text_writer_free(TextWriter *writer)
{
  if (writer == NULL) return;
  row_text_clear(&writer->text);
  g_free(writer);
}

/* Appends text from outside, made safe to show. */
static void append_clean(GString *into, const char *text)
{
  text_append_visible(into, bytes_from_string(text), 255);
}

void text_writer_heading(TextWriter *writer, const char *title, const char *detail)
{
  g_autoptr(GString) clean = g_string_new(NULL);
  append_clean(clean, title);
  attribute(writer, BOLD);
  put(writer, clean->str);
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
static void append_endpoint(const TextWriter *writer, GString *into, const IpAddress *address, uint16_t port)
{
  char text[IP_ENDPOINT_TEXT];
  ip_address_format(address, text);
  const char *name = writer->options.names != NULL ? g_hash_table_lookup(writer->options.names, text) : NULL;
  ip_endpoint_format(address, port, text);
  if (name != NULL) append_clean(into, name);
  g_string_append_printf(into, name != NULL ? " (%s)" : "%s", text);
}

static void put_time(TextWriter *writer, Nanoseconds time)
{
  Nanoseconds since;
  /* Times in a capture are anything its writer liked. */
  if (__builtin_sub_overflow(time, writer->start, &since))
    since = time > writer->start ? G_MAXINT64 : -G_MAXINT64;
  since /= NANOSECONDS_PER_MILLISECOND;
  char text[40];
  g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT "%c%03d", since < 0 ? "-" : "", ABS(since) / 1000,
             i18n_decimal_mark(), (int)(ABS(since) % 1000));
  byte_buffer_append_format(writer->out, "%*s", (int)TIME_COLUMNS, text);
}

static void append_stream_name(GString *into, const StreamInfo *stream)
{
  g_string_append_printf(into, stream->udp ? _("Question %u") : _("Conversation %u"), stream->number);
  g_string_append_printf(into, " · %s", registry_get_label(stream->protocol));
}

/* Begins a conversation: its name, then who speaks with whom, below it where the line is too short for all.
 */
static void put_first_heading(TextWriter *writer, const StreamInfo *stream)
{
  g_autoptr(GString) name = g_string_new(NULL);
  g_autoptr(GString) client = g_string_new(NULL);
  g_autoptr(GString) server = g_string_new(NULL);
  append_stream_name(name, stream);
  append_endpoint(writer, client, &stream->client, stream->client_port);
  append_endpoint(writer, server, &stream->server, stream->server_port);
  unsigned ends = columns_in(client->str, client->len) + 3 + columns_in(server->str, server->len);
  bool one_line = INDENT + columns_in(name->str, name->len) + 3 + ends <= writer->width;
  bool ends_together = INDENT + ends <= writer->width;
  put(writer, "\n");
  put_time(writer, stream->first_time);
  attribute(writer, BLUE);
  put(writer, " ━━━ ");
  attribute(writer, BOLD);
  put(writer, name->str);
  attribute(writer, PLAIN);
  put(writer, one_line ? " · " : "\n");
  if (!one_line) put_spaces(writer, INDENT);
  put(writer, client->str);
  put(writer, ends_together ? " ⇄ " : " ⇄\n");
  if (!ends_together) put_spaces(writer, INDENT);
  put(writer, server->str);
  put(writer, "\n");
}

/* Names a conversation that goes on after another. */
static void put_next_heading(TextWriter *writer, const StreamInfo *stream)
{
  g_autoptr(GString) name = g_string_new(NULL);
  append_stream_name(name, stream);
  put_spaces(writer, TIME_COLUMNS);
  attribute(writer, DIM);
  put(writer, " ─── ");
  put(writer, name->str);
  attribute(writer, PLAIN);
  put(writer, "\n");
}

/* Returns true when the conversation has just begun. */
static bool put_stream_heading(TextWriter *writer, const RowEvent *event)
{
  const StreamInfo *stream = event->stream;
  if (writer->has_stream && writer->stream == event->row->stream) return false;
  writer->stream = event->row->stream;
  writer->has_stream = true;
  if (stream->index < writer->streams_named) {
    put_next_heading(writer, stream);
    return false;
  }
  writer->streams_named = stream->index + 1;
  put_first_heading(writer, stream);
  return true;
}

static int class_colour(const Row *row)
{
  static const int colours[] = {[REPLY_OK] = GREEN,
                                [REPLY_CONTINUE] = BLUE,
                                [REPLY_LATER] = YELLOW,
                                [REPLY_REFUSED] = RED,
                                [REPLY_UNTAGGED] = GREEN};
  if (row->kind != LINE_REPLY) return PLAIN;
  return colours[MIN((size_t)row->reply_class, G_N_ELEMENTS(colours) - 1)];
}

static void put_arrow(TextWriter *writer, const Row *row)
{
  bool to_server = row->direction == DIRECTION_TO_SERVER;
  bool body = row->kind == LINE_DATA;
  int colour = class_colour(row);
  if (colour != PLAIN) attribute(writer, colour);
  put(writer, to_server ? (body ? " ══▶ " : " ──▶ ") : (body ? " ◀══ " : " ◀── "));
  if (colour != PLAIN) attribute(writer, PLAIN);
}

/* What was said on the left, the thought on the right; both may take several lines. */
static void put_line(TextWriter *writer, const Row *row)
{
  const char *wire = writer->text.wire->str;
  const char *gloss = writer->text.gloss;
  size_t head = writer->text.wire_head, none = 0;
  put_time(writer, row->time);
  put_arrow(writer, row);
  for (unsigned line = 0; line == 0 || *wire != '\0' || *gloss != '\0'; line++) {
    unsigned hanging = line > 0 && *wire != '\0' ? HANGING : 0;
    unsigned used = hanging;
    if (line > 0) put_spaces(writer, INDENT + hanging);
    if (*wire != '\0')
      used += put_piece(writer, &wire, writer->wire_columns - hanging, line + 1 >= WIRE_LINES, &head);
    if (*gloss != '\0') {
      put_spaces(writer, writer->wire_columns - used + SPACE_COLUMNS);
      put_piece(writer, &gloss, writer->gloss_columns, false, &none);
    }
    put(writer, "\n");
  }
}

/* A note, a log-in or a letter, below the line it is about. */
static void put_remark(TextWriter *writer, const Row *row)
{
  static const struct {
    const char *sign;
    int colour;
  } looks[] = {
      [SEVERITY_INFO] = {"ℹ ", BLUE}, [SEVERITY_WARNING] = {"⚠ ", YELLOW}, [SEVERITY_ERROR] = {"✖ ", RED}};
  bool note = row->kind == LINE_NOTE, letter = row->kind == LINE_MESSAGE;
  Severity severity = note     ? note_text((NoteCode)MIN(row->word, NOTE_COUNT - 1))->severity
                      : letter ? SEVERITY_INFO
                               : SEVERITY_WARNING;
  g_autoptr(GString) text = g_string_new(note ? looks[severity].sign : letter ? "✉ " : "👁 ");
  if (!note) g_string_append_printf(text, "%s · ", writer->text.wire->str);
  g_string_append(text, writer->text.gloss);
  put_spaces(writer, INDENT);
  attribute(writer, looks[severity].colour);
  put_wrapped(writer, text->str, INDENT);
  attribute(writer, PLAIN);
  put(writer, "\n");
}

/* How a conversation went on or ended; stream where it has to be named, because another was shown last. */
static void put_session(TextWriter *writer, const Row *row, const StreamInfo *stream)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (stream != NULL) {
    append_stream_name(text, stream);
    g_string_append(text, " · ");
  }
  g_string_append(text, writer->text.wire->str);
  if (writer->text.gloss[0] != '\0') g_string_append_printf(text, " · %s", writer->text.gloss);
  put_time(writer, row->time);
  attribute(writer, DIM);
  put(writer, " ─── ");
  put_wrapped(writer, text->str, INDENT);
  attribute(writer, PLAIN);
  put(writer, "\n");
}

static void write_row(void *owner, const RowEvent *event)
{
  TextWriter *writer = owner;
  const Row *row = event->row;
  if (!writer->started) text_writer_set_start(writer, event->stream->first_time);
  row_text_set(&writer->text, event, writer->options.reveal);
  writer->masked |= writer->text.masked;
  /* The end of a conversation comes while another goes on: it is no turn of its own. */
  bool other =
      writer->has_stream && writer->stream != row->stream && event->stream->index < writer->streams_named;
  if (other && row->kind == LINE_SESSION) {
    put_session(writer, row, event->stream);
    return;
  }
  bool begun = put_stream_heading(writer, event);
  if (row->kind == LINE_SESSION) {
    /* The heading has just said it. */
    if (!begun || row->word != STREAM_OPENED) put_session(writer, row, NULL);
  } else if (row->kind == LINE_NOTE || row->kind == LINE_CREDENTIAL || row->kind == LINE_MESSAGE) {
    put_remark(writer, row);
  } else {
    put_line(writer, row);
  }
}

RowSink text_writer_get_sink(TextWriter *writer)
{
  return (RowSink){.row = write_row, .owner = writer};
}

void text_writer_end(TextWriter *writer, const InspectorCounts *counts)
{
  char number[I18N_NUMBER_TEXT];
  uint64_t lines = 0;
  for (size_t kind = 0; kind < LINE_KIND_COUNT; kind++)
    lines += counts->rows[kind];
  put(writer, "\n");
  if (lines == 0) {
    put(writer, _("No mail conversation that can be read: there is none, or TLS seals it."));
    put(writer, "\n");
  }
  i18n_format_number(counts->frames, number);
  byte_buffer_append_format(
      writer->out, g_dngettext(GETTEXT_PACKAGE, "%s frame read.", "%s frames read.", counts->frames), number);
  if (writer->masked) {
    put(writer, " ");
    put(writer, _("Passwords are hidden; --reveal shows them."));
  }
  put(writer, "\n");
}
