/* SPDX-License-Identifier: MIT */
/* Rows as text. */
#include "support/row-recorder.h"

void row_recorder_init(RowRecorder *recorder, bool with_source)
{
  *recorder = (RowRecorder){.lines = g_string_new(NULL), .with_source = with_source};
  row_text_init(&recorder->text);
}

void row_recorder_clear(RowRecorder *recorder)
{
  g_string_free(recorder->lines, TRUE);
  row_text_clear(&recorder->text);
}

static void write_source(GString *out, const RowEvent *event)
{
  const StreamInfo *stream = event->stream;
  char client[IP_ENDPOINT_TEXT], server[IP_ENDPOINT_TEXT];
  ip_endpoint_format(&stream->client, stream->client_port, client);
  ip_endpoint_format(&stream->server, stream->server_port, server);
  g_string_append_printf(
      out, "frame=%u time=%" G_GINT64_FORMAT " %s %u %s>%s first=%u@%" G_GINT64_FORMAT " on %u ",
      event->row->frame, event->row->time, stream->udp ? "udp" : "tcp", stream->number, client, server,
      stream->first_frame, stream->first_time, stream->interface_id);
}

static void write_view(GString *out, const char *name, Bytes view)
{
  if (view.length == 0) return;
  g_autofree char *text = bytes_dup_string(view);
  g_autofree char *escaped = g_strescape(text, NULL);
  g_string_append_printf(out, " %s=%s", name, escaped);
}

static void write_credential(GString *out, const Credential *credential)
{
  if (credential == NULL) return;
  g_string_append_printf(out, " mechanism=%s accepted=%d", credential->mechanism, credential->accepted);
  write_view(out, "user", credential->user);
  write_view(out, "secret", credential->secret);
  write_view(out, "challenge", credential->challenge);
  write_view(out, "digest", credential->digest);
}

void row_recorder_write(RowRecorder *recorder, const RowEvent *event)
{
  const Row *row = event->row;
  GString *out = recorder->lines;
  RowText *text = &recorder->text;
  row_text_set(text, event, true);
  if (recorder->with_source) write_source(out, event);
  g_string_append_printf(
      out,
      "%u stream=%u protocol=%u kind=%u %c about=%u word=%u answered=%u class=%u phase=%s flags=%u secret=%u",
      row->id, row->stream, row->protocol, row->kind, row->direction == DIRECTION_TO_SERVER ? '>' : '<',
      row->about, row->word, row->answered_word, row->reply_class, text->phase, row->flags, row->secret);
  g_string_append_printf(out, " at=%" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT " lines=%u", row->offset,
                         row->length, row->lines);
  write_credential(out, event->credential);
  write_view(out, "raw", event->raw);
  /* A session's own words tell its time and its ports. */
  if (recorder->with_source || row->kind != LINE_SESSION)
    g_string_append_printf(out, " | %s | %s | %s", text->wire->str, text->gloss, text->explanation);
  g_string_append_c(out, '\n');
}

static void write_row(void *owner, const RowEvent *event)
{
  row_recorder_write(owner, event);
}

RowSink row_recorder_get_sink(RowRecorder *recorder)
{
  return (RowSink){.row = write_row, .owner = recorder};
}

void row_recorder_assert_same(const RowRecorder *wanted, const RowRecorder *got, const char *what)
{
  g_assert_cmpuint(wanted->lines->len, >, 0);
  if (g_string_equal(wanted->lines, got->lines)) return;
  g_auto(GStrv) a = g_strsplit(wanted->lines->str, "\n", -1);
  g_auto(GStrv) b = g_strsplit(got->lines->str, "\n", -1);
  guint i = 0;
  while (a[i] != NULL && b[i] != NULL && g_str_equal(a[i], b[i]))
    i++;
  g_error("%s: line %u is\n%s\nbut should be\n%s", what, i + 1, b[i] == NULL ? "missing" : b[i],
          a[i] == NULL ? "missing" : a[i]);
}
