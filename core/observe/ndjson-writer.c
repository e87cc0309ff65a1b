/* SPDX-License-Identifier: MIT */
/* Rows as NDJSON. */
#include "observe/ndjson-writer.h"

#include "base/decimal.h"
#include "base/i18n.h"
#include "observe/capture-file.h"
#include "observe/json.h"
#include "observe/ndjson-message.h"
#include "observe/ndjson-words.h"
#include "observe/row-meaning.h"
#include "observe/row-text.h"
#include "protocol/registry.h"

#define STREAMS_KEPT 128u /* a power of two: streams whose lines come in turns */

/* What every line of a stream says alike, as JSON. */
typedef struct {
  bool known;
  uint8_t protocol; /* spoken; another one after STARTTLS */
  uint32_t stream;
  ByteBuffer number; /* ,"stream":7,"frame": */
  ByteBuffer ends[2]; /* ","from":"…","to":"…","protocol":"…" of lines from the client, from the server */
} StreamText;

#define TIME_KEY ",\"time\":\""

struct NdjsonWriter {
  ByteBuffer *out;
  ByteBuffer scratch;
  bool reveal;
  StreamText streams[STREAMS_KEPT]; /* by stream, the latest */
  NdjsonWords *words;
  ByteBuffer kinds[LINE_KIND_COUNT]; /* {"kind":"reply","id": */
  Nanoseconds second;                /* whose text is below */
  size_t second_length;
  char second_text[sizeof TIME_KEY + NANOSECONDS_TEXT]; /* ,"time":"1772452800. */
};

NdjsonWriter *ndjson_writer_new(ByteBuffer *out, bool reveal)
{
  NdjsonWriter *writer = g_new0(NdjsonWriter, 1);
  writer->out = out;
  writer->reveal = reveal;
  writer->words = ndjson_words_new();
  for (guint kind = 0; kind < LINE_KIND_COUNT; kind++) {
    json_raw(&writer->kinds[kind], "{\"kind\":\"");
    json_raw(&writer->kinds[kind], line_kind_name((LineKind)kind));
    json_raw(&writer->kinds[kind], "\",\"id\":");
  }
  return writer;
}

void ndjson_writer_free(NdjsonWriter *writer)
{
  if (writer == NULL) return;
  byte_buffer_clear(&writer->scratch);
  for (guint kind = 0; kind < LINE_KIND_COUNT; kind++)
    byte_buffer_clear(&writer->kinds[kind]);
  ndjson_words_free(writer->words);
  for (guint i = 0; i < STREAMS_KEPT; i++) {
    byte_buffer_clear(&writer->streams[i].number);
    byte_buffer_clear(&writer->streams[i].ends[0]);
    byte_buffer_clear(&writer->streams[i].ends[1]);
  }
  g_free(writer);
}

/* The registry's names of link types, as in LINKTYPE_ETHERNET. */
static const char *link_type_name(uint16_t link_type)
{
  static const struct {
    uint16_t type;
    const char *name;
  } names[] = {{LINK_TYPE_NULL, "NULL"},
               {LINK_TYPE_ETHERNET, "ETHERNET"},
               {LINK_TYPE_RAW, "RAW"},
               {LINK_TYPE_LOOP, "LOOP"},
               {LINK_TYPE_LINUX_SLL, "LINUX_SLL"},
               {LINK_TYPE_IPV4, "IPV4"},
               {LINK_TYPE_IPV6, "IPV6"},
               {LINK_TYPE_LINUX_SLL2, "LINUX_SLL2"},
               {LINK_TYPE_PPP, "PPP"},
               {LINK_TYPE_PPP_HDLC, "PPP_HDLC"},
               {LINK_TYPE_PPP_ETHER, "PPP_ETHER"},
               {LINK_TYPE_IEEE802_11, "IEEE802_11"},
               {LINK_TYPE_IEEE802_11_RADIOTAP, "IEEE802_11_RADIOTAP"}};
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

static const StreamText *find_stream(NdjsonWriter *writer, const Row *row, const StreamInfo *stream)
{
  StreamText *found = &writer->streams[row->stream % STREAMS_KEPT];
  if (found->known && found->stream == row->stream && found->protocol == row->protocol) return found;
  char ends[2][IP_ENDPOINT_TEXT];
  ip_endpoint_format(&stream->client, stream->client_port, ends[0]);
  ip_endpoint_format(&stream->server, stream->server_port, ends[1]);
  found->known = true;
  found->stream = row->stream;
  found->protocol = row->protocol;
  byte_buffer_reset(&found->number);
  json_key_number(&found->number, stream->udp ? "udp_stream" : "stream", stream->number);
  json_key(&found->number, "frame");
  for (guint i = 0; i < 2; i++) {
    ByteBuffer *out = &found->ends[i];
    byte_buffer_reset(out);
    json_raw(out, "\",\"from\":\"");
    json_raw(out, ends[i]);
    json_raw(out, "\",\"to\":\"");
    json_raw(out, ends[1 - i]);
    json_raw(out, "\",\"protocol\":\"");
    json_raw(out, registry_get_name((ProtocolId)row->protocol));
    json_raw(out, "\"");
  }
  return found;
}

/* Writes the time and its key at `at`, where there is room for them. Returns how many bytes they took. Lines
 * follow one another closely: the seconds of most are those of the line before. */
static size_t put_time(NdjsonWriter *writer, uint8_t *at, Nanoseconds time)
{
  enum { SECOND = 1000000000, DIGITS = 9, KEY = sizeof TIME_KEY - 1 };
  if (time < writer->second || time - writer->second >= SECOND || writer->second_length == 0) {
    memcpy(writer->second_text, TIME_KEY, KEY);
    size_t length = KEY + nanoseconds_format(time, writer->second_text + KEY);
    writer->second_length = time >= 0 ? length - DIGITS : 0;
    writer->second = time - (time >= 0 ? time % SECOND : 0);
    memcpy(at, writer->second_text, length);
    return length;
  }
  memcpy(at, writer->second_text, writer->second_length);
  decimal_put_padded(at + writer->second_length, (uint32_t)(time - writer->second), DIGITS);
  return writer->second_length + DIGITS;
}

static uint8_t *put(uint8_t *at, Bytes text)
{
  memcpy(at, text.data, text.length);
  return at + text.length;
}

static void write_head(NdjsonWriter *writer, const RowEvent *event)
{
  const Row *row = event->row;
  const StreamText *stream = find_stream(writer, row, event->stream);
  Bytes kind = byte_buffer_view(&writer->kinds[row->kind]), number = byte_buffer_view(&stream->number);
  Bytes ends = byte_buffer_view(&stream->ends[row->direction == DIRECTION_TO_CLIENT ? 1 : 0]);
  size_t most = kind.length + number.length + ends.length + 2 * DECIMAL_DIGITS + sizeof writer->second_text;
  uint8_t *start = byte_buffer_room(writer->out, most), *at = put(start, kind);
  at += decimal_put(at, row->id);
  at = put(at, number);
  at += decimal_put(at, row->frame);
  at += put_time(writer, at, row->time);
  at = put(at, ends);
  byte_buffer_wrote(writer->out, (size_t)(at - start));
}

static void write_truncated(ByteBuffer *out, const Row *row)
{
  if ((row->flags & LINE_TRUNCATED) != 0) json_raw(out, ",\"truncated\":true");
}

/* The line's own bytes, where some of them could not be written as text and none of them is secret. */
static void write_raw(NdjsonWriter *writer, Bytes raw, const DissectedLine *parts)
{
  bool secret = parts->secret_length > 0 || parts->raw_secret_length > 0;
  if (secret && !writer->reveal) return;
  g_autofree char *text = g_base64_encode(raw.data, raw.length);
  json_key_text(writer->out, "raw", text);
}

static bool write_argument(NdjsonWriter *writer, const DissectedLine *parts)
{
  ByteBuffer *out = writer->out;
  Bytes before, after;
  if (!row_mask_argument(parts, writer->reveal, &before, &after))
    return json_key_bytes(out, "argument", before);
  json_key(out, "argument");
  json_raw(out, "\"");
  json_string_part(out, before);
  json_raw(out, SECRET_MASK);
  json_string_part(out, after);
  json_raw(out, "\"");
  return true;
}

/* What the parts tell, or else the row of the vocabulary. */
static const char *gloss_of(const RowEvent *event, const DissectedLine *parts, const char *of_row)
{
  ReplyRefinement refined = {.gloss_only = true};
  bool told = row_refine(event, parts, &refined) && refined.gloss != NULL;
  return told ? refined.gloss : of_row;
}

static void write_command(NdjsonWriter *writer, const RowEvent *event, const Vocabulary *words,
                          const DissectedLine *parts)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  bool valid = json_key_bytes(out, "verb", parts->verb);
  valid &= write_argument(writer, parts);
  if (parts->tag.length > 0) valid &= json_key_bytes(out, "tag", parts->tag);
  if (parts->mailbox.length > 0) json_key_bytes(out, "mailbox", parts->mailbox);
  const VocabularyWord *word = row->word < words->word_count ? &words->words[row->word] : NULL;
  ndjson_words_command(
      writer->words, out, row->phase < words->state_count ? words->states[row->phase].name : NULL,
      gloss_of(event, parts, word != NULL ? word->gloss : NULL), word != NULL ? word->rfc : NULL);
  write_truncated(out, row);
  if (!valid) write_raw(writer, event->raw, parts);
}

/* The line's data as nested lists: "items":[{"name":…,"value":…,"bytes":…,"items":[…]}]. */
static void write_items(ByteBuffer *out, Bytes items)
{
  LineItem item;
  bool begun = false;
  unsigned depth = 0;
  while (line_items_next(&items, &item)) {
    if (begun && item.depth > depth) {
      json_raw(out, ",\"items\":[");
    } else {
      for (; begun && depth > item.depth; depth--)
        json_raw(out, "}]");
      json_raw(out, begun ? "}," : ",\"items\":[");
    }
    begun = true;
    depth = item.depth;
    json_raw(out, "{\"name\":");
    json_string(out, item.name);
    if (item.value.length > 0) json_key_bytes(out, "value", item.value);
    if (item.has_bytes) json_key_number(out, "bytes", item.bytes);
  }
  for (; begun && depth > 0; depth--)
    json_raw(out, "}]");
  if (begun) json_raw(out, "}]");
}

static void write_reply(NdjsonWriter *writer, const RowEvent *event, const DecoderClass *class,
                        const DissectedLine *parts)
{
  const Row *row = event->row;
  ByteBuffer *out = writer->out;
  bool valid = json_key_bytes(out, "code", parts->code);
  if (parts->enhanced.length > 0) json_key_bytes(out, "enhanced", parts->enhanced);
  valid &= json_key_bytes(out, "text", parts->text);
  json_key_number(out, "lines", row->lines);
  if (parts->tag.length > 0) valid &= json_key_bytes(out, "tag", parts->tag);
  if (parts->mailbox.length > 0) json_key_bytes(out, "mailbox", parts->mailbox);
  write_items(out, parts->items);
  if (row->about != 0)
    json_key_number(out, "answers", row->about);
  else
    json_raw(out, ",\"answers\":null");
  const VocabularyReply *of =
      row->word < class->vocabulary->reply_count ? &class->vocabulary->replies[row->word] : NULL;
  ndjson_words_gloss(writer->words, out, gloss_of(event, parts, of != NULL ? of->gloss : NULL));
  write_truncated(out, row);
  if (!valid) write_raw(writer, event->raw, parts);
}

static void write_query(NdjsonWriter *writer, const RowEvent *event, const DecoderClass *class,
                        const DissectedLine *parts)
{
  const Vocabulary *words = class->vocabulary;
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
  ndjson_words_gloss(writer->words, out, row->kind == LINE_ANSWER ? gloss_of(event, parts, gloss) : gloss);
}

static void write_tls(NdjsonWriter *writer, const Row *row, const Vocabulary *words,
                      const DissectedLine *parts)
{
  const struct {
    const char *key;
    Bytes value;
  } facts[] = {{"sni", parts->tls.server_name},
               {"version", parts->tls.version},
               {"cipher", parts->tls.cipher},
               {"subject", parts->tls.subject},
               {"alert", parts->text}};
  ByteBuffer *out = writer->out;
  json_key_text(out, "event", row->word < words->word_count ? words->words[row->word].word : "");
  for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
    if (facts[i].value.length > 0) json_key_bytes(out, facts[i].key, facts[i].value);
  ndjson_words_gloss(writer->words, out,
                     row->word < words->word_count ? words->words[row->word].gloss : NULL);
}

static void write_session(ByteBuffer *out, const Row *row)
{
  json_key_text(out, "state", stream_state_name((StreamState)row->word));
  if (row->link != 0) json_key_number(out, "link", row->link);
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
  json_key_text(out, "severity", severity_name(note->severity));
  g_autofree char *owned = NULL;
  json_key_text(out, "text", row_note_sentence(row, &owned));
}

/* Writes what is told of the line's own bytes, taken apart. Returns false for rows that have none. */
static bool write_line(NdjsonWriter *writer, const RowEvent *event)
{
  const DecoderClass *class = registry_get((ProtocolId)event->row->protocol);
  LineKind kind = (LineKind)event->row->kind;
  bool spoken = kind == LINE_COMMAND || kind == LINE_REPLY || kind == LINE_QUERY || kind == LINE_ANSWER ||
                kind == LINE_TLS;
  if (!spoken) return false;
  DissectedLine parts;
  row_dissect(event, &writer->scratch, &parts);
  if (kind == LINE_COMMAND)
    write_command(writer, event, class->vocabulary, &parts);
  else if (kind == LINE_REPLY)
    write_reply(writer, event, class, &parts);
  else if (kind == LINE_TLS)
    write_tls(writer, event->row, class->vocabulary, &parts);
  else
    write_query(writer, event, class, &parts);
  return true;
}

static void write_row(void *owner, const RowEvent *event)
{
  NdjsonWriter *writer = owner;
  const Row *row = event->row;
  write_head(writer, event);
  switch (write_line(writer, event) ? LINE_KIND_COUNT : (LineKind)row->kind) {
  case LINE_SESSION:
    write_session(writer->out, row);
    break;
  case LINE_DATA:
    write_data(writer->out, row);
    break;
  case LINE_MESSAGE:
    if (row->about != 0) json_key_number(writer->out, "about", row->about);
    if (event->message != NULL) ndjson_write_message(writer->out, event->message);
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
  return (RowSink){.row = write_row, .owner = writer};
}

void ndjson_writer_end(NdjsonWriter *writer, const InspectorCounts *counts, bool damaged)
{
  ByteBuffer *out = writer->out;
  json_raw(out, "{\"kind\":\"end\"");
  for (size_t kind = 0; kind < LINE_KIND_COUNT; kind++)
    json_key_number(out, line_kind_name((LineKind)kind), counts->rows[kind]);
  json_key_number(out, "frames", counts->frames);
  json_key_number(out, "bytes", counts->bytes);
  json_key(out, "damaged");
  json_raw(out, damaged ? "true}\n" : "false}\n");
}
