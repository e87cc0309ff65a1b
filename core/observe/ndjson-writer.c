/* SPDX-License-Identifier: MIT */
/* Rows as NDJSON. */
#include "observe/ndjson-writer.h"

#include "base/i18n.h"
#include "observe/capture-file.h"
#include "observe/json.h"
#include "observe/row-text.h"
#include "protocol/registry.h"

struct NdjsonWriter {
  ByteBuffer *out;
  ByteBuffer scratch;
  bool reveal;
  uint32_t stream; /* whose endpoints are formatted below */
  bool has_endpoints;
  char endpoint[2][IP_ENDPOINT_TEXT]; /* client, server */
};

static const char *const kind_names[LINE_KIND_COUNT] = {
    [LINE_SESSION] = "session", [LINE_COMMAND] = "command", [LINE_REPLY] = "reply",
    [LINE_DATA] = "data",       [LINE_MESSAGE] = "message", [LINE_CREDENTIAL] = "credential",
    [LINE_TLS] = "tls",         [LINE_QUERY] = "query",     [LINE_ANSWER] = "answer",
    [LINE_NOTE] = "note",
};

static const char *const severity_names[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error"};

NdjsonWriter *ndjson_writer_new(ByteBuffer *out, bool reveal)
{
  NdjsonWriter *writer = g_new0(NdjsonWriter, 1);
  writer->out = out;
  writer->reveal = reveal;
  return writer;
}

void ndjson_writer_free(NdjsonWriter *writer)
{
  if (writer == NULL) return;
  byte_buffer_clear(&writer->scratch);
  g_free(writer);
}

/* The registry's names of link types, as in LINKTYPE_ETHERNET. */
static const char *link_type_name(uint16_t link_type)
{
  static const struct {
    uint16_t type;
    const char *name;
  } names[] = {{LINK_TYPE_NULL, "NULL"}, {LINK_TYPE_ETHERNET, "ETHERNET"},    {LINK_TYPE_RAW, "RAW"},
               {LINK_TYPE_LOOP, "LOOP"}, {LINK_TYPE_LINUX_SLL, "LINUX_SLL"},  {LINK_TYPE_IPV4, "IPV4"},
               {LINK_TYPE_IPV6, "IPV6"}, {LINK_TYPE_LINUX_SLL2, "LINUX_SLL2"}};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (names[i].type == link_type) return names[i].name;
  return NULL;
}

static void write_interfaces(ByteBuffer *out, const GPtrArray *interfaces)
{
  json_key(out, "link_types");
  json_raw(out, "[");
  for (guint i = 0; i < interfaces->len; i++) {
    const CaptureInterface *interface = g_ptr_array_index(interfaces, i);
    const char *name = link_type_name(interface->link_type);
    if (i > 0) json_raw(out, ",");
    g_autofree char *number = name == NULL ? g_strdup_printf("%u", interface->link_type) : NULL;
    json_string(out, bytes_from_string(name != NULL ? name : number));
  }
  json_raw(out, "]");
  json_key(out, "interfaces");
  json_raw(out, "[");
  for (guint i = 0; i < interfaces->len; i++) {
    const CaptureInterface *interface = g_ptr_array_index(interfaces, i);
    if (i > 0) json_raw(out, ",");
    json_string(out, bytes_from_string(interface->name != NULL ? interface->name : ""));
  }
  json_raw(out, "]");
}

void ndjson_writer_capture(NdjsonWriter *writer, const NdjsonCapture *capture)
{
  ByteBuffer *out = writer->out;
  json_raw(out, "{\"kind\":\"capture\"");
  json_key_text(out, "file", capture->file);
  json_key_text(out, "format", capture->format);
  write_interfaces(out, capture->interfaces);
  json_key(out, "comments");
  json_raw(out, "[");
  for (guint i = 0; capture->comments != NULL && i < capture->comments->len; i++) {
    if (i > 0) json_raw(out, ",");
    json_string(out, bytes_from_string(g_ptr_array_index(capture->comments, i)));
  }
  json_raw(out, "]}\n");
}

static void write_head(NdjsonWriter *writer, const RowEvent *event)
{
  const Row *row = event->row;
  const StreamInfo *stream = event->stream;
  ByteBuffer *out = writer->out;
  if (!writer->has_endpoints || writer->stream != row->stream) {
    ip_endpoint_format(&stream->client, stream->client_port, writer->endpoint[0]);
    ip_endpoint_format(&stream->server, stream->server_port, writer->endpoint[1]);
    writer->stream = row->stream;
    writer->has_endpoints = true;
  }
  json_raw(out, "{\"kind\":\"");
  json_raw(out, kind_names[row->kind]);
  json_raw(out, "\"");
  json_key_number(out, "id", row->id);
  json_key_number(out, stream->udp ? "udp_stream" : "stream", stream->number);
  json_key_number(out, "frame", row->frame);
  char time[NANOSECONDS_TEXT];
  nanoseconds_format(row->time, time);
  json_raw(out, ",\"time\":\"");
  json_raw(out, time);
  bool to_client = row->direction == DIRECTION_TO_CLIENT;
  json_raw(out, "\",\"from\":\"");
  json_raw(out, writer->endpoint[to_client ? 1 : 0]);
  json_raw(out, "\",\"to\":\"");
  json_raw(out, writer->endpoint[to_client ? 0 : 1]);
  json_raw(out, "\",\"protocol\":\"");
  json_raw(out, registry_get_name((ProtocolId)row->protocol));
  json_raw(out, "\"");
}

static void write_gloss(ByteBuffer *out, const char *gloss)
{
  json_key_text(out, "gloss", gloss == NULL || gloss[0] == '\0' ? "" : _(gloss));
}

static void write_truncated(ByteBuffer *out, const Row *row)
{
  if ((row->flags & LINE_TRUNCATED) != 0) json_raw(out, ",\"truncated\":true");
}

/* The line's own bytes, where some of them could not be written as text and none of them is secret. */
static void write_raw(NdjsonWriter *writer, Bytes raw)
{
  g_autofree char *text = g_base64_encode(raw.data, raw.length);
  json_key_text(writer->out, "raw", text);
}

static bool write_argument(NdjsonWriter *writer, const DissectedLine *parts)
{
  ByteBuffer *out = writer->out;
  if (writer->reveal || parts->secret_length == 0) return json_key_bytes(out, "argument", parts->argument);
  json_key(out, "argument");
  json_raw(out, "\"");
  json_string_part(out, bytes_slice(parts->argument, 0, parts->secret_start));
  json_raw(out, SECRET_MASK);
  json_string_part(out, bytes_skip(parts->argument, parts->secret_start + parts->secret_length));
  json_raw(out, "\"");
  return true;
}

static void write_command(NdjsonWriter *writer, const RowEvent *event, const Vocabulary *words,
                          const DissectedLine *parts)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  bool valid = json_key_bytes(out, "verb", parts->verb);
  valid &= write_argument(writer, parts);
  if (parts->tag.length > 0) valid &= json_key_bytes(out, "tag", parts->tag);
  json_key_text(out, "phase", row->phase < words->state_count ? words->states[row->phase].name : "");
  const VocabularyWord *word = row->word < words->word_count ? &words->words[row->word] : NULL;
  write_gloss(out, word != NULL ? word->gloss : NULL);
  json_key_text(out, "rfc", word != NULL && word->rfc != NULL ? word->rfc : "");
  write_truncated(out, row);
  if (!valid && (writer->reveal || parts->secret_length == 0)) write_raw(writer, event->raw);
}

static void write_reply(NdjsonWriter *writer, const RowEvent *event, const Vocabulary *words,
                        const DissectedLine *parts)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  bool valid = json_key_bytes(out, "code", parts->code);
  if (parts->enhanced.length > 0) json_key_bytes(out, "enhanced", parts->enhanced);
  valid &= json_key_bytes(out, "text", parts->text);
  json_key_number(out, "lines", row->lines);
  if (parts->tag.length > 0) valid &= json_key_bytes(out, "tag", parts->tag);
  if (row->about != 0)
    json_key_number(out, "answers", row->about);
  else
    json_raw(out, ",\"answers\":null");
  write_gloss(out, row->word < words->reply_count ? words->replies[row->word].gloss : NULL);
  write_truncated(out, row);
  if (!valid) write_raw(writer, event->raw);
}

static void write_query(NdjsonWriter *writer, const RowEvent *event, const Vocabulary *words,
                        const DissectedLine *parts)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  json_key_bytes(out, "name", parts->verb);
  json_key_bytes(out, "type", parts->argument);
  if (row->kind == LINE_ANSWER) {
    json_key_bytes(out, "code", parts->code);
    if (row->about != 0)
      json_key_number(out, "answers", row->about);
    else
      json_raw(out, ",\"answers\":null");
  }
  json_key(out, "records");
  json_raw(out, "[");
  Bytes left = row->kind == LINE_ANSWER ? parts->text : BYTES_EMPTY;
  for (bool first = true; left.length > 0; first = false) {
    ptrdiff_t end = bytes_find(left, '\n');
    size_t length = end < 0 ? left.length : (size_t)end;
    if (!first) json_raw(out, ",");
    json_string(out, bytes_slice(left, 0, length));
    left = bytes_skip(left, length + 1);
  }
  json_raw(out, "]");
  const char *gloss = NULL;
  if (row->kind == LINE_QUERY && row->word < words->word_count) gloss = words->words[row->word].gloss;
  if (row->kind == LINE_ANSWER && row->word < words->reply_count) gloss = words->replies[row->word].gloss;
  write_gloss(out, gloss);
}

static void write_session(ByteBuffer *out, const Row *row)
{
  json_key_text(out, "state", stream_state_name((StreamState)row->word));
  if (row->word < STREAM_CLOSED) return;
  json_key_number(out, "commands", row->session_commands);
  json_key_number(out, "replies", row->session_replies);
  json_key_number(out, "bytes", row->session_bytes);
}

static void write_data(ByteBuffer *out, const Row *row)
{
  if (row->about != 0) json_key_number(out, "about", row->about);
  json_key_number(out, "bytes", row->length);
  json_key_number(out, "lines", row->lines);
  if ((row->flags & LINE_INCOMPLETE) != 0) json_raw(out, ",\"incomplete\":true");
}

static void write_credential(NdjsonWriter *writer, const Row *row, const Credential *credential)
{
  ByteBuffer *out = writer->out;
  if (credential == NULL) return;
  if (row->about != 0) json_key_number(out, "about", row->about);
  json_key_text(out, "mechanism", credential->mechanism);
  json_key_bytes(out, "user", credential->user);
  if (writer->reveal && credential->secret.length > 0) json_key_bytes(out, "secret", credential->secret);
  if (credential->challenge.length > 0) json_key_bytes(out, "challenge", credential->challenge);
  if (credential->digest.length > 0)
    json_key_bytes(out, "digest", writer->reveal ? credential->digest : bytes_from_string(SECRET_MASK));
  json_key(out, "accepted");
  json_raw(out, credential->accepted > 0 ? "true" : credential->accepted == 0 ? "false" : "null");
}

static void write_note(NdjsonWriter *writer, const RowEvent *event)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  const NoteText *note = note_text((NoteCode)row->word);
  if (row->about != 0)
    json_key_number(out, "about", row->about);
  else
    json_raw(out, ",\"about\":null");
  json_key_text(out, "code", note->code);
  json_key_text(out, "severity", severity_names[note->severity]);
  RowText text;
  row_text_init(&text);
  row_text_set(&text, event, writer->reveal);
  json_key_text(out, "text", text.gloss);
  row_text_clear(&text);
}

static void write_row(void *owner, const RowEvent *event)
{
  NdjsonWriter *writer = owner;
  const Row *row = event->row;
  const DecoderClass *class = registry_get((ProtocolId)row->protocol);
  DissectedLine parts = {0};
  write_head(writer, event);
  if (class != NULL && event->raw.length > 0) {
    DecodedLine line;
    row_line(event, &line);
    class->dissect(&line, &writer->scratch, &parts);
  }
  switch ((LineKind)row->kind) {
  case LINE_COMMAND:
    write_command(writer, event, class->vocabulary, &parts);
    break;
  case LINE_REPLY:
    write_reply(writer, event, class->vocabulary, &parts);
    break;
  case LINE_QUERY:
  case LINE_ANSWER:
    write_query(writer, event, class->vocabulary, &parts);
    break;
  case LINE_SESSION:
    write_session(writer->out, row);
    break;
  case LINE_DATA:
    write_data(writer->out, row);
    break;
  case LINE_CREDENTIAL:
    write_credential(writer, row, event->credential);
    break;
  case LINE_NOTE:
    write_note(writer, event);
    break;
  default:
    break;
  }
  json_raw(writer->out, "}\n");
}

RowSink ndjson_writer_get_sink(NdjsonWriter *writer)
{
  return (RowSink){write_row, NULL, writer};
}

void ndjson_writer_end(NdjsonWriter *writer, const InspectorCounts *counts, bool damaged)
{
  ByteBuffer *out = writer->out;
  json_raw(out, "{\"kind\":\"end\"");
  for (size_t kind = 0; kind < LINE_KIND_COUNT; kind++)
    json_key_number(out, kind_names[kind], counts->rows[kind]);
  json_key_number(out, "frames", counts->frames);
  json_key_number(out, "bytes", counts->bytes);
  json_key(out, "damaged");
  json_raw(out, damaged ? "true}\n" : "false}\n");
}
