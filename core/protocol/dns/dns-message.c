/* SPDX-License-Identifier: MIT */
/* Reads and writes DNS datagrams. */
#include "protocol/dns/dns-message.h"

#define HEADER_BYTES 12u
#define POINTER_REACH 0x4000u /* offsets that a compression pointer can hold */
#define LABEL_MAX 63u
#define JUMPS_MAX 126u /* a name has no more labels, so an honest one has no more pointers */
#define OPT_BYTES 11u

static void question_clear(gpointer data)
{
  g_free(((DnsQuestion *)data)->name);
}

static void record_clear(gpointer data)
{
  dns_record_clear(data);
}

static GArray *new_records(void)
{
  GArray *records = g_array_new(FALSE, TRUE, sizeof(DnsRecord));
  g_array_set_clear_func(records, record_clear);
  return records;
}

DnsMessage *dns_message_new(uint16_t id)
{
  DnsMessage *message = g_new0(DnsMessage, 1);
  message->id = id;
  message->questions = g_array_new(FALSE, TRUE, sizeof(DnsQuestion));
  g_array_set_clear_func(message->questions, question_clear);
  message->answers = new_records();
  message->authorities = new_records();
  message->additional = new_records();
  return message;
}

void dns_message_free(DnsMessage *message)
{
  if (message == NULL) return;
  g_array_unref(message->questions);
  g_array_unref(message->answers);
  g_array_unref(message->authorities);
  g_array_unref(message->additional);
  g_free(message);
}

void dns_message_append_question(DnsMessage *message, const char *name, DnsType type)
{
  DnsQuestion question = {g_strdup(name), (uint16_t)type, DNS_CLASS_IN};
  g_array_append_val(message->questions, question);
}

void dns_message_append_record(GArray *section, const DnsRecord *record)
{
  DnsRecord copy = *record;
  copy.name = g_strdup(record->name);
  copy.target = g_strdup(record->target);
  copy.mailbox = g_strdup(record->mailbox);
  copy.data = record->data == NULL ? NULL : g_bytes_ref(record->data);
  g_array_append_val(section, copy);
}

DnsMessage *dns_message_dup(const DnsMessage *message)
{
  DnsMessage *copy = g_new(DnsMessage, 1), *empty = dns_message_new(message->id);
  *copy = *message;
  copy->questions = g_steal_pointer(&empty->questions);
  copy->answers = g_steal_pointer(&empty->answers);
  copy->authorities = g_steal_pointer(&empty->authorities);
  copy->additional = g_steal_pointer(&empty->additional);
  g_free(empty);
  for (guint i = 0; i < message->questions->len; i++) {
    DnsQuestion question = g_array_index(message->questions, DnsQuestion, i);
    question.name = g_strdup(question.name);
    g_array_append_val(copy->questions, question);
  }
  const GArray *from[] = {message->answers, message->authorities, message->additional};
  GArray *to[] = {copy->answers, copy->authorities, copy->additional};
  for (size_t section = 0; section < G_N_ELEMENTS(to); section++)
    for (guint i = 0; i < from[section]->len; i++)
      dns_message_append_record(to[section], &g_array_index(from[section], DnsRecord, i));
  return copy;
}

bool dns_name_equal(const char *a, const char *b)
{
  return g_ascii_strcasecmp(a, b) == 0;
}

/* ---- reading ---- */

static void append_label(GString *text, Bytes label)
{
  if (text->len > 0) g_string_append_c(text, '.');
  for (size_t i = 0; i < label.length; i++) {
    uint8_t c = label.data[i];
    if (c <= ' ' || c >= 0x7f)
      g_string_append_printf(text, "\\%03u", c);
    else if (strchr(".\\\"();@$", c) != NULL)
      g_string_append_printf(text, "\\%c", c);
    else
      g_string_append_c(text, (char)c);
  }
}

/* Reads the name at the reader and moves past it. Returns NULL when it is cut, too long, or points anywhere
 * but backwards: each jump must go before the one made last, so there can be no loop (RFC 1035 §4.1.4). */
static char *read_name(ByteReader *reader)
{
  g_autoptr(GString) text = g_string_new(NULL);
  ByteReader at = *reader;
  size_t lowest = reader->position, wire_length = 1;
  unsigned jumps = 0;
  for (;;) {
    uint8_t length = byte_reader_u8(&at);
    if (at.overrun) return NULL;
    if (length >= 0xc0) {
      size_t target = (size_t)(length & 0x3f) << 8 | byte_reader_u8(&at);
      if (at.overrun || target >= lowest || jumps == JUMPS_MAX) return NULL;
      if (jumps++ == 0) reader->position = at.position;
      lowest = at.position = target;
      continue;
    }
    if (length > LABEL_MAX) return NULL;
    if (length == 0) break;
    Bytes label = byte_reader_take(&at, length);
    wire_length += 1u + length;
    if (at.overrun || wire_length > DNS_NAME_MAX) return NULL;
    append_label(text, label);
  }
  if (jumps == 0) reader->position = at.position;
  if (text->len == 0) g_string_append_c(text, '.');
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool read_question(ByteReader *reader, DnsMessage *message)
{
  DnsQuestion question = {.name = read_name(reader)};
  if (question.name == NULL) return false;
  question.type = byte_reader_be16(reader);
  question.class = byte_reader_be16(reader);
  if (reader->overrun) {
    g_free(question.name);
    return false;
  }
  g_array_append_val(message->questions, question);
  return true;
}

/* TXT: character strings, each after its length. */
static bool read_text(Bytes data, DnsRecord *record)
{
  ByteReader reader = byte_reader(data);
  g_autoptr(GByteArray) joined = g_byte_array_new();
  while (byte_reader_left(&reader) > 0) {
    Bytes part = byte_reader_take(&reader, byte_reader_u8(&reader));
    if (reader.overrun) return false;
    g_byte_array_append(joined, part.data, (guint)part.length);
  }
  record->data = g_byte_array_free_to_bytes(g_steal_pointer(&joined));
  return true;
}

/* reader stands at the data, which ends at `end`; names inside may point before it. */
static bool read_data(ByteReader *reader, size_t end, DnsRecord *record)
{
  Bytes data = bytes_slice(reader->view, reader->position, end - reader->position);
  switch (record->type) {
  case DNS_A:
  case DNS_AAAA:
    if (data.length != (record->type == DNS_A ? 4 : 16)) return false;
    break;
  case DNS_MX:
    record->preference = byte_reader_be16(reader);
    G_GNUC_FALLTHROUGH;
  case DNS_NS:
  case DNS_CNAME:
  case DNS_PTR:
    return (record->target = read_name(reader)) != NULL && reader->position == end;
  case DNS_SOA:
    if ((record->target = read_name(reader)) == NULL || (record->mailbox = read_name(reader)) == NULL)
      return false;
    for (size_t i = 0; i < G_N_ELEMENTS(record->numbers); i++)
      record->numbers[i] = byte_reader_be32(reader);
    return !reader->overrun && reader->position == end;
  case DNS_TXT:
    reader->position = end;
    return read_text(data, record);
  default:
    break;
  }
  record->data = g_bytes_new(data.data, data.length);
  reader->position = end;
  return true;
}

static bool read_record(ByteReader *reader, DnsMessage *message, GArray *section)
{
  DnsRecord record = {.name = read_name(reader)};
  if (record.name == NULL) return false;
  record.type = byte_reader_be16(reader);
  record.class = byte_reader_be16(reader);
  record.ttl = byte_reader_be32(reader);
  size_t length = byte_reader_be16(reader);
  bool good = !reader->overrun && length <= byte_reader_left(reader) &&
              read_data(reader, reader->position + length, &record);
  if (good && record.type == DNS_OPT) {
    message->edns = true;
    message->udp_size = record.class;
  } else if (good) {
    g_array_append_val(section, record);
    return true;
  }
  dns_record_clear(&record);
  return good;
}

static bool read_sections(ByteReader *reader, DnsMessage *message)
{
  uint16_t questions = byte_reader_be16(reader);
  GArray *sections[] = {message->answers, message->authorities, message->additional};
  uint32_t counts[G_N_ELEMENTS(sections)], total = questions;
  for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
    total += counts[i] = byte_reader_be16(reader);
  if (reader->overrun || total > DNS_RECORDS_MAX) return false;
  for (uint16_t i = 0; i < questions; i++)
    if (!read_question(reader, message)) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
    for (uint32_t n = 0; n < counts[i]; n++)
      if (!read_record(reader, message, sections[i])) return false;
  return true;
}

DnsMessage *dns_message_parse_partly(Bytes datagram, bool *whole)
{
  *whole = false;
  if (datagram.length < HEADER_BYTES) return NULL;
  ByteReader reader = byte_reader(datagram);
  DnsMessage *message = dns_message_new(byte_reader_be16(&reader));
  uint16_t flags = byte_reader_be16(&reader);
  message->response = (flags & 0x8000) != 0;
  message->opcode = (uint8_t)(flags >> 11 & 0x0f);
  message->authoritative = (flags & 0x0400) != 0;
  message->truncated = (flags & 0x0200) != 0;
  message->recursion_desired = (flags & 0x0100) != 0;
  message->recursion_available = (flags & 0x0080) != 0;
  message->response_code = flags & 0x0f;
  *whole = read_sections(&reader, message);
  return message;
}

DnsMessage *dns_message_parse(Bytes datagram)
{
  bool whole;
  g_autoptr(DnsMessage) message = dns_message_parse_partly(datagram, &whole);
  return whole ? g_steal_pointer(&message) : NULL;
}

/* ---- writing ---- */

typedef struct {
  GByteArray *bytes;
  GHashTable *names; /* lower-case text of a name, or of its end, to the offset + 1 where it was written */
} Writer;

static void put16(Writer *writer, uint32_t value)
{
  uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
  g_byte_array_append(writer->bytes, bytes, sizeof bytes);
}

static void put32(Writer *writer, uint32_t value)
{
  put16(writer, value >> 16);
  put16(writer, value & 0xffff);
}

static void put_text_part(Writer *writer, const void *data, size_t length)
{
  uint8_t count = (uint8_t)length;
  g_byte_array_append(writer->bytes, &count, 1);
  g_byte_array_append(writer->bytes, data, (guint)length);
}

/* Reads one label of text, escapes undone, into label (of LABEL_MAX bytes; more are cut). Returns what
 * follows its dot. */
static const char *next_label(const char *text, uint8_t *label, size_t *length)
{
  for (*length = 0; *text != '\0' && *text != '.'; text++) {
    uint8_t c = (uint8_t)*text;
    if (c == '\\' && g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[2]) && g_ascii_isdigit(text[3])) {
      c = (uint8_t)((text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'));
      text += 3;
    } else if (c == '\\' && text[1] != '\0') {
      c = (uint8_t) * ++text;
    }
    if (*length < LABEL_MAX) label[(*length)++] = c;
  }
  return *text == '.' ? text + 1 : text;
}

/* Compressed where the rest of the name was written before. */
static void put_name(Writer *writer, const char *name)
{
  size_t written = 1;
  while (*name != '\0' && strcmp(name, ".") != 0) {
    g_autofree char *key = g_ascii_strdown(name, -1);
    guint offset = GPOINTER_TO_UINT(g_hash_table_lookup(writer->names, key));
    if (offset > 0) {
      put16(writer, 0xc000 | (offset - 1));
      return;
    }
    if (writer->bytes->len < POINTER_REACH)
      g_hash_table_insert(writer->names, g_steal_pointer(&key), GUINT_TO_POINTER(writer->bytes->len + 1));
    uint8_t label[LABEL_MAX];
    size_t length;
    name = next_label(name, label, &length);
    written += length + 1;
    if (length == 0 || written > DNS_NAME_MAX) break;
    put_text_part(writer, label, length);
  }
  g_byte_array_append(writer->bytes, (const guint8 *)"", 1);
}

static void put_data(Writer *writer, const DnsRecord *record)
{
  gsize size = 0;
  const uint8_t *data = record->data == NULL ? NULL : g_bytes_get_data(record->data, &size);
  switch (record->type) {
  case DNS_MX:
    put16(writer, record->preference);
    G_GNUC_FALLTHROUGH;
  case DNS_NS:
  case DNS_CNAME:
  case DNS_PTR:
    put_name(writer, record->target);
    break;
  case DNS_SOA:
    put_name(writer, record->target);
    put_name(writer, record->mailbox);
    for (size_t i = 0; i < G_N_ELEMENTS(record->numbers); i++)
      put32(writer, record->numbers[i]);
    break;
  case DNS_TXT:
    for (size_t at = 0; at == 0 || at < size; at += 255)
      put_text_part(writer, data + at, MIN(size - at, (gsize)255));
    break;
  default:
    g_byte_array_append(writer->bytes, data, (guint)size);
    break;
  }
}

static void put_record(Writer *writer, const DnsRecord *record)
{
  put_name(writer, record->name);
  put16(writer, record->type);
  put16(writer, record->class);
  put32(writer, record->ttl);
  guint at = writer->bytes->len;
  put16(writer, 0);
  put_data(writer, record);
  guint length = writer->bytes->len - at - 2;
  writer->bytes->data[at] = (uint8_t)(length >> 8);
  writer->bytes->data[at + 1] = (uint8_t)length;
}

/* Returns how many records of section fit; the rest is left off. */
static guint put_section(Writer *writer, const GArray *section, size_t limit)
{
  for (guint i = 0; i < section->len; i++) {
    guint before = writer->bytes->len;
    put_record(writer, &g_array_index(section, DnsRecord, i));
    if (writer->bytes->len <= limit) continue;
    g_byte_array_set_size(writer->bytes, before);
    return i;
  }
  return section->len;
}

static void set16(GByteArray *bytes, guint at, uint32_t value)
{
  bytes->data[at] = (uint8_t)(value >> 8);
  bytes->data[at + 1] = (uint8_t)value;
}

static uint32_t flags_of(const DnsMessage *message, bool cut)
{
  return (message->response ? 0x8000u : 0) | (uint32_t)(message->opcode & 0x0f) << 11 |
         (message->authoritative ? 0x0400u : 0) | (cut || message->truncated ? 0x0200u : 0) |
         (message->recursion_desired ? 0x0100u : 0) | (message->recursion_available ? 0x0080u : 0) |
         (message->response_code & 0x0fu);
}

GBytes *dns_message_build(const DnsMessage *message, size_t limit)
{
  Writer writer = {g_byte_array_new(), g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
  g_byte_array_set_size(writer.bytes, HEADER_BYTES);
  for (guint i = 0; i < message->questions->len; i++) {
    const DnsQuestion *question = &g_array_index(message->questions, DnsQuestion, i);
    put_name(&writer, question->name);
    put16(&writer, question->type);
    put16(&writer, question->class);
  }
  const GArray *sections[] = {message->answers, message->authorities, message->additional};
  guint counts[G_N_ELEMENTS(sections)] = {0};
  bool cut = false, full = false;
  size_t room = limit - (message->edns ? MIN(limit, (size_t)OPT_BYTES) : 0);
  for (size_t i = 0; i < G_N_ELEMENTS(sections) && !full; i++) {
    counts[i] = put_section(&writer, sections[i], room);
    full = counts[i] < sections[i]->len;
    cut = full && sections[i] != message->additional;
  }
  if (message->edns) {
    static const guint8 root = 0;
    g_byte_array_append(writer.bytes, &root, 1);
    put16(&writer, DNS_OPT);
    put16(&writer, message->udp_size);
    put32(&writer, 0);
    put16(&writer, 0);
  }
  set16(writer.bytes, 0, message->id);
  set16(writer.bytes, 2, flags_of(message, cut));
  set16(writer.bytes, 4, message->questions->len);
  set16(writer.bytes, 6, counts[0]);
  set16(writer.bytes, 8, counts[1]);
  set16(writer.bytes, 10, counts[2] + (message->edns ? 1 : 0));
  g_hash_table_unref(writer.names);
  return g_byte_array_free_to_bytes(writer.bytes);
}
