/* SPDX-License-Identifier: MIT */
/* The fields of the filter language: their names, and how a row's value is found. */
#include "observe/filter-private.h"

#include "observe/text-clean.h"
#include "protocol/registry.h"

static void set_number(FieldValues *values, uint64_t number)
{
  values->numbers[values->count++] = number;
}

/* Text as it is shown: bad bytes are U+FFFD. Empty text is none. */
static void set_text(FilterRow *row, FieldValues *values, Bytes text)
{
  if (text.length == 0) return;
  if (!g_utf8_validate_len((const char *)text.data, text.length, NULL)) {
    g_string_truncate(row->shown, 0);
    text_append_utf8(row->shown, text);
    text = (Bytes){(const uint8_t *)row->shown->str, row->shown->len};
  }
  values->text = text;
  values->count = 1;
}

static const DissectedLine *parts_of(FilterRow *row)
{
  if (!row->dissected) row_dissect(row->event, &row->scratch, &row->parts);
  row->dissected = true;
  return &row->parts;
}

static void get_presence(FilterRow *row, FieldValues *values)
{
  (void)row;
  values->count = 1;
}

static void get_tls_presence(FilterRow *row, FieldValues *values)
{
  values->count = row->event->row->protocol == PROTOCOL_TLS || row->event->row->kind == LINE_TLS;
}

static void get_kind(FilterRow *row, FieldValues *values)
{
  set_number(values, row->event->row->kind);
}

static void get_protocol(FilterRow *row, FieldValues *values)
{
  set_number(values, row->event->row->protocol);
}

static void get_id(FilterRow *row, FieldValues *values)
{
  set_number(values, row->event->row->id);
}

static void get_frame(FilterRow *row, FieldValues *values)
{
  set_number(values, row->event->row->frame);
}

static void get_tcp_stream(FilterRow *row, FieldValues *values)
{
  if (!row->event->stream->udp) set_number(values, row->event->stream->number);
}

static void get_udp_stream(FilterRow *row, FieldValues *values)
{
  if (row->event->stream->udp) set_number(values, row->event->stream->number);
}

static void get_tcp(FilterRow *row, FieldValues *values)
{
  values->count = row->event->stream->udp ? 0 : 1;
}

static void get_udp(FilterRow *row, FieldValues *values)
{
  values->count = row->event->stream->udp ? 1 : 0;
}

/* Which ends a field tells of. */
enum { SOURCE = 1, DESTINATION = 2, BOTH = 3 };

static void set_ports(const RowEvent *event, FieldValues *values, bool udp, int ends)
{
  const StreamInfo *stream = event->stream;
  bool to_server = event->row->direction == DIRECTION_TO_SERVER;
  if (stream->udp != udp) return;
  if ((ends & SOURCE) != 0) set_number(values, to_server ? stream->client_port : stream->server_port);
  if ((ends & DESTINATION) != 0) set_number(values, to_server ? stream->server_port : stream->client_port);
}

static void set_addresses(const RowEvent *event, FieldValues *values, uint8_t version, int ends)
{
  const StreamInfo *stream = event->stream;
  bool to_server = event->row->direction == DIRECTION_TO_SERVER;
  const IpAddress *two[] = {to_server ? &stream->client : &stream->server,
                            to_server ? &stream->server : &stream->client};
  for (int i = 0; i < 2; i++)
    if ((ends & 1 << i) != 0 && two[i]->version == version) values->addresses[values->count++] = two[i];
}

#define ENDS(name, call, second, ends)                                                                       \
  static void name(FilterRow *row, FieldValues *values)                                                      \
  {                                                                                                          \
    call(row->event, values, second, ends);                                                                  \
  }

ENDS(get_tcp_ports, set_ports, false, BOTH)
ENDS(get_tcp_source, set_ports, false, SOURCE)
ENDS(get_tcp_destination, set_ports, false, DESTINATION)
ENDS(get_udp_ports, set_ports, true, BOTH)
ENDS(get_udp_source, set_ports, true, SOURCE)
ENDS(get_udp_destination, set_ports, true, DESTINATION)
ENDS(get_ipv4, set_addresses, 4, BOTH)
ENDS(get_ipv4_source, set_addresses, 4, SOURCE)
ENDS(get_ipv4_destination, set_addresses, 4, DESTINATION)
ENDS(get_ipv6, set_addresses, 6, BOTH)
ENDS(get_ipv6_source, set_addresses, 6, SOURCE)
ENDS(get_ipv6_destination, set_addresses, 6, DESTINATION)

static void get_verb(FilterRow *row, FieldValues *values)
{
  set_text(row, values, parts_of(row)->verb);
}

static void get_tag(FilterRow *row, FieldValues *values)
{
  set_text(row, values, parts_of(row)->tag);
}

static void get_argument(FilterRow *row, FieldValues *values)
{
  Bytes before, after;
  if (!row_mask_argument(parts_of(row), row->reveal, &before, &after)) {
    set_text(row, values, before);
    return;
  }
  g_string_truncate(row->shown, 0);
  text_append_utf8(row->shown, before);
  g_string_append(row->shown, SECRET_MASK);
  text_append_utf8(row->shown, after);
  values->text = (Bytes){(const uint8_t *)row->shown->str, row->shown->len};
  values->count = 1;
}

static void get_phase(FilterRow *row, FieldValues *values)
{
  const Vocabulary *words = registry_get_vocabulary((ProtocolId)row->event->row->protocol);
  uint8_t phase = row->event->row->phase;
  if (words != NULL && phase < words->state_count)
    set_text(row, values, bytes_from_string(words->states[phase].name));
}

/* Reads text that is digits and nothing else. */
static bool read_digits(Bytes text, uint64_t *number)
{
  enum { DIGITS_MOST = 18 };
  *number = 0;
  for (size_t i = 0; i < text.length; i++) {
    if (!g_ascii_isdigit((gchar)text.data[i])) return false;
    *number = *number * 10 + (uint64_t)(text.data[i] - '0');
  }
  return text.length > 0 && text.length <= DIGITS_MOST;
}

static void get_code(FilterRow *row, FieldValues *values)
{
  set_text(row, values, parts_of(row)->code);
  values->numeric = read_digits(values->text, &values->numbers[0]);
}

static void get_code_number(FilterRow *row, FieldValues *values)
{
  get_code(row, values);
  values->count = values->numeric ? 1 : 0;
}

static bool is_status(Bytes code)
{
  static const char *const statuses[] = {"OK", "NO", "BAD", "PREAUTH", "BYE"};
  for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
    if (bytes_equal_ignore_case(code, statuses[i])) return true;
  return false;
}

/* IMAP's replies begin with a status or with the word of some data (RFC 3501 §7). */
static void get_imap_status(FilterRow *row, FieldValues *values)
{
  if (is_status(parts_of(row)->code)) get_code(row, values);
}

static void get_imap_data(FilterRow *row, FieldValues *values)
{
  if (!is_status(parts_of(row)->code)) get_code(row, values);
}

static void get_enhanced(FilterRow *row, FieldValues *values)
{
  set_text(row, values, parts_of(row)->enhanced);
}

static void get_text(FilterRow *row, FieldValues *values)
{
  if (row->event->row->kind != LINE_NOTE) {
    set_text(row, values, parts_of(row)->text);
    return;
  }
  row_text_set(&row->text, row->event, row->reveal);
  set_text(row, values, bytes_from_string(row->text.gloss));
}

static void get_about(FilterRow *row, FieldValues *values)
{
  if (row->event->row->about != 0) set_number(values, row->event->row->about);
}

static void get_user(FilterRow *row, FieldValues *values)
{
  if (row->event->credential != NULL) set_text(row, values, row->event->credential->user);
}

static void get_mechanism(FilterRow *row, FieldValues *values)
{
  if (row->event->credential != NULL)
    set_text(row, values, bytes_from_string(row->event->credential->mechanism));
}

static void get_accepted(FilterRow *row, FieldValues *values)
{
  const Credential *credential = row->event->credential;
  if (credential != NULL && credential->accepted >= 0)
    set_text(row, values, credential->accepted > 0 ? BYTES_LITERAL("true") : BYTES_LITERAL("false"));
}

static void get_word(FilterRow *row, FieldValues *values)
{
  set_number(values, row->event->row->word);
}

static void get_severity(FilterRow *row, FieldValues *values)
{
  set_number(values, note_text((NoteCode)MIN(row->event->row->word, NOTE_COUNT - 1))->severity);
}

/* The type in Wireshark is a number: the two bytes after the name asked (RFC 1035 §4.1.2). */
static void get_question_type(FilterRow *row, FieldValues *values)
{
  enum { HEADER = 12, POINTER = 0xc0 };
  const RowEvent *event = row->event;
  set_text(row, values, parts_of(row)->argument);
  ByteReader reader = byte_reader(event->raw);
  if ((event->row->flags & LINE_DNS_TCP) != 0) byte_reader_take(&reader, 2);
  byte_reader_take(&reader, HEADER);
  uint8_t label;
  while ((label = byte_reader_u8(&reader)) != 0 && label < POINTER && !reader.overrun)
    byte_reader_take(&reader, label);
  if (label >= POINTER) byte_reader_take(&reader, 1);
  values->numbers[0] = byte_reader_be16(&reader);
  values->numeric = !reader.overrun;
}

static void get_server_name(FilterRow *row, FieldValues *values)
{
  set_text(row, values, parts_of(row)->tls.server_name);
}

#define HEADER_FIELD(name)                                                                                   \
  static void get_##name(FilterRow *row, FieldValues *values)                                                \
  {                                                                                                          \
    if (row->event->message != NULL) set_text(row, values, bytes_from_string(row->event->message->name));    \
  }

HEADER_FIELD(subject)
HEADER_FIELD(from)
HEADER_FIELD(to)
HEADER_FIELD(message_id)
HEADER_FIELD(date)

static const char *choice_kind(unsigned number)
{
  return line_kind_name((LineKind)number);
}

static const char *choice_protocol(unsigned number)
{
  return registry_get_name((ProtocolId)number);
}

static const char *choice_note(unsigned number)
{
  return note_text((NoteCode)MIN(number, NOTE_COUNT - 1))->code;
}

static const char *choice_severity(unsigned number)
{
  return severity_name((Severity)number);
}

static const char *choice_state(unsigned number)
{
  return stream_state_name((StreamState)number);
}

static const FieldChoice kinds = {LINE_KIND_COUNT, choice_kind, false};
static const FieldChoice protocols = {PROTOCOL_COUNT, choice_protocol, false};
static const FieldChoice notes = {NOTE_COUNT, choice_note, false};
static const FieldChoice severities = {SEVERITY_ERROR + 1, choice_severity, true};
static const FieldChoice states = {STREAM_UNFINISHED + 1, choice_state, false};

#define ALL UINT32_MAX
#define KIND(name) (1u << LINE_##name)
#define OF(name) (1u << PROTOCOL_##name)

static const FilterField fields[] = {
    {"kind", FIELD_CHOICE, get_kind, ALL, ALL, &kinds},
    {"protocol", FIELD_CHOICE, get_protocol, ALL, ALL, &protocols},
    {"id", FIELD_NUMBER, get_id, ALL, ALL, NULL},
    {"stream", FIELD_NUMBER, get_tcp_stream, ALL, ALL, NULL},
    {"udp_stream", FIELD_NUMBER, get_udp_stream, ALL, ALL, NULL},
    {"frame", FIELD_NUMBER, get_frame, ALL, ALL, NULL},
    {"verb", FIELD_WORD, get_verb, KIND(COMMAND), ALL, NULL},
    {"argument", FIELD_TEXT, get_argument, KIND(COMMAND), ALL, NULL},
    {"tag", FIELD_TEXT, get_tag, KIND(COMMAND) | KIND(REPLY), ALL, NULL},
    {"phase", FIELD_WORD, get_phase, KIND(COMMAND) | KIND(REPLY), ALL, NULL},
    {"code", FIELD_CODE, get_code, KIND(REPLY) | KIND(ANSWER), ALL, NULL},
    {"enhanced", FIELD_TEXT, get_enhanced, KIND(REPLY), ALL, NULL},
    {"text", FIELD_TEXT, get_text, KIND(REPLY) | KIND(ANSWER) | KIND(NOTE), ALL, NULL},
    {"answers", FIELD_NUMBER, get_about, KIND(REPLY) | KIND(ANSWER), ALL, NULL},
    {"about", FIELD_NUMBER, get_about, KIND(DATA) | KIND(CREDENTIAL) | KIND(NOTE) | KIND(MESSAGE), ALL, NULL},
    {"user", FIELD_TEXT, get_user, KIND(CREDENTIAL), ALL, NULL},
    {"mechanism", FIELD_WORD, get_mechanism, KIND(CREDENTIAL), ALL, NULL},
    {"accepted", FIELD_WORD, get_accepted, KIND(CREDENTIAL), ALL, NULL},
    {"note.code", FIELD_CHOICE, get_word, KIND(NOTE), ALL, &notes},
    {"severity", FIELD_CHOICE, get_severity, KIND(NOTE), ALL, &severities},
    {"session.state", FIELD_CHOICE, get_word, KIND(SESSION), ALL, &states},

    {"frame.number", FIELD_NUMBER, get_frame, ALL, ALL, NULL},
    {"tcp", FIELD_PRESENCE, get_tcp, ALL, ALL, NULL},
    {"tcp.stream", FIELD_NUMBER, get_tcp_stream, ALL, ALL, NULL},
    {"tcp.port", FIELD_NUMBER, get_tcp_ports, ALL, ALL, NULL},
    {"tcp.srcport", FIELD_NUMBER, get_tcp_source, ALL, ALL, NULL},
    {"tcp.dstport", FIELD_NUMBER, get_tcp_destination, ALL, ALL, NULL},
    {"udp", FIELD_PRESENCE, get_udp, ALL, ALL, NULL},
    {"udp.stream", FIELD_NUMBER, get_udp_stream, ALL, ALL, NULL},
    {"udp.port", FIELD_NUMBER, get_udp_ports, ALL, ALL, NULL},
    {"udp.srcport", FIELD_NUMBER, get_udp_source, ALL, ALL, NULL},
    {"udp.dstport", FIELD_NUMBER, get_udp_destination, ALL, ALL, NULL},
    {"ip.addr", FIELD_IPV4, get_ipv4, ALL, ALL, NULL},
    {"ip.src", FIELD_IPV4, get_ipv4_source, ALL, ALL, NULL},
    {"ip.dst", FIELD_IPV4, get_ipv4_destination, ALL, ALL, NULL},
    {"ipv6.addr", FIELD_IPV6, get_ipv6, ALL, ALL, NULL},
    {"ipv6.src", FIELD_IPV6, get_ipv6_source, ALL, ALL, NULL},
    {"ipv6.dst", FIELD_IPV6, get_ipv6_destination, ALL, ALL, NULL},

    {"smtp", FIELD_PRESENCE, get_presence, ALL, OF(SMTP), NULL},
    {"smtp.req", FIELD_PRESENCE, get_presence, KIND(COMMAND), OF(SMTP), NULL},
    {"smtp.req.command", FIELD_WORD, get_verb, KIND(COMMAND), OF(SMTP), NULL},
    {"smtp.req.parameter", FIELD_TEXT, get_argument, KIND(COMMAND), OF(SMTP), NULL},
    {"smtp.rsp", FIELD_PRESENCE, get_presence, KIND(REPLY), OF(SMTP), NULL},
    {"smtp.rsp.parameter", FIELD_TEXT, get_text, KIND(REPLY), OF(SMTP), NULL},
    {"smtp.response.code", FIELD_NUMBER, get_code_number, KIND(REPLY), OF(SMTP), NULL},
    {"pop", FIELD_PRESENCE, get_presence, ALL, OF(POP3), NULL},
    {"pop2", FIELD_PRESENCE, get_presence, ALL, OF(POP2), NULL},
    {"pop3", FIELD_PRESENCE, get_presence, ALL, OF(POP3), NULL},
    {"pop.request.command", FIELD_WORD, get_verb, KIND(COMMAND), OF(POP3), NULL},
    {"pop.request.parameter", FIELD_TEXT, get_argument, KIND(COMMAND), OF(POP3), NULL},
    {"pop.response.indicator", FIELD_WORD, get_code, KIND(REPLY), OF(POP3), NULL},
    {"pop.response.description", FIELD_TEXT, get_text, KIND(REPLY), OF(POP3), NULL},
    {"imap", FIELD_PRESENCE, get_presence, ALL, OF(IMAP), NULL},
    {"imap.isrequest", FIELD_PRESENCE, get_presence, KIND(COMMAND), OF(IMAP), NULL},
    {"imap.request.command", FIELD_WORD, get_verb, KIND(COMMAND), OF(IMAP), NULL},
    {"imap.request.tag", FIELD_TEXT, get_tag, KIND(COMMAND), OF(IMAP), NULL},
    {"imap.request_tag", FIELD_TEXT, get_tag, KIND(COMMAND), OF(IMAP), NULL},
    {"imap.response.status", FIELD_WORD, get_imap_status, KIND(REPLY), OF(IMAP), NULL},
    {"imap.response.command", FIELD_WORD, get_imap_data, KIND(REPLY), OF(IMAP), NULL},
    {"imap.response.tag", FIELD_TEXT, get_tag, KIND(REPLY), OF(IMAP), NULL},
    {"imap.response_tag", FIELD_TEXT, get_tag, KIND(REPLY), OF(IMAP), NULL},
    {"http", FIELD_PRESENCE, get_presence, ALL, OF(HTTP), NULL},
    {"http.request", FIELD_PRESENCE, get_presence, KIND(COMMAND), OF(HTTP), NULL},
    {"http.request.method", FIELD_WORD, get_verb, KIND(COMMAND), OF(HTTP), NULL},
    {"http.response", FIELD_PRESENCE, get_presence, KIND(REPLY), OF(HTTP), NULL},
    {"http.response.code", FIELD_NUMBER, get_code_number, KIND(REPLY), OF(HTTP), NULL},
    {"dns", FIELD_PRESENCE, get_presence, ALL, OF(DNS), NULL},
    {"dns.qry.name", FIELD_WORD, get_verb, KIND(QUERY) | KIND(ANSWER), OF(DNS), NULL},
    {"dns.qry.type", FIELD_CODE, get_question_type, KIND(QUERY) | KIND(ANSWER), OF(DNS), NULL},
    {"tls", FIELD_PRESENCE, get_tls_presence, ALL, ALL, NULL},
    {"tls.handshake.extensions_server_name", FIELD_WORD, get_server_name, KIND(TLS), ALL, NULL},
    {"imf", FIELD_PRESENCE, get_presence, KIND(MESSAGE), ALL, NULL},
    {"imf.subject", FIELD_TEXT, get_subject, KIND(MESSAGE), ALL, NULL},
    {"imf.from", FIELD_TEXT, get_from, KIND(MESSAGE), ALL, NULL},
    {"imf.to", FIELD_TEXT, get_to, KIND(MESSAGE), ALL, NULL},
    {"imf.message_id", FIELD_TEXT, get_message_id, KIND(MESSAGE), ALL, NULL},
    {"imf.date", FIELD_TEXT, get_date, KIND(MESSAGE), ALL, NULL},
};

const FilterField *filter_field_get(size_t index)
{
  return index < G_N_ELEMENTS(fields) ? &fields[index] : NULL;
}

const FilterField *filter_field_find(Bytes name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
    if (bytes_equal_ignore_case(name, fields[i].name)) return &fields[i];
  return NULL;
}

void filter_field_read(const FilterField *field, FilterRow *row, FieldValues *values)
{
  const Row *line = row->event->row;
  values->count = 0;
  values->numeric = false;
  values->text = BYTES_EMPTY;
  bool may = (field->kinds >> line->kind & 1) != 0 && (field->protocols >> line->protocol & 1) != 0;
  if (may) field->get(row, values);
}
