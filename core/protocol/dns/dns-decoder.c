/* SPDX-License-Identifier: MIT */
/* DNS as observe sees it: every datagram is a line, and an answer belongs to the latest query with its ID. */
#include "protocol/dns/dns-decoder.h"

#include "base/limits.h"
#include "protocol/decoder-support.h"
#include "protocol/dns/dns-message.h"
#include "protocol/dns/dns-syntax.h"
#include "protocol/dns/dns-vocabulary.h"

#define PENDING_MAX 64u /* queries whose answers are awaited; the oldest is forgotten */

typedef struct {
  uint32_t line; /* id of the line; 0: free */
  uint16_t id;   /* of the DNS message */
  uint16_t word;
} Pending;

/* Messages with their length before them (RFC 1035 §4.2.2), cut anyhow. */
typedef struct {
  ByteBuffer held;
  uint64_t offset; /* of held's first byte */
  bool lost;       /* bytes are missing: where the next message begins nobody knows */
} DnsStream;

typedef struct {
  const DecoderSink *sink;
  Pending pending[PENDING_MAX]; /* a ring */
  size_t next;                  /* place of the next query */
  DnsStream streams[2];         /* over TCP, by direction */
} DnsDecoder;

static uint16_t word_of(const DnsMessage *message)
{
  if (message->questions->len == 0) return VOCABULARY_UNKNOWN;
  char room[12];
  const char *type = dns_type_format(g_array_index(message->questions, DnsQuestion, 0).type, room);
  return vocabulary_find_word(&dns_vocabulary, bytes_from_string(type));
}

static bool holds_start_of_authority(const GArray *records)
{
  for (guint i = 0; i < records->len; i++)
    if (g_array_index(records, DnsRecord, i).type == DNS_SOA) return true;
  return false;
}

/* An empty answer has a row of its own: the name is there, the type is not. */
static uint16_t reply_of(const DnsMessage *message, uint16_t answered)
{
  char room[12];
  const char *code = dns_response_code_format(message->response_code, room);
  bool empty = message->response_code == DNS_NOERROR && message->answers->len == 0 && !message->truncated;
  /* A referral holds no answer either, yet is no "none of these"; a resolver that only passes the answer on
   * tells them apart by the SOA (RFC 2308 §2.2). */
  if (empty && (message->authoritative || holds_start_of_authority(message->authorities))) code = "NODATA";
  return vocabulary_find_reply(&dns_vocabulary, bytes_from_string(code), answered);
}

/* Returns the latest query with that ID, or NULL; it stays, for answers sent twice. */
static const Pending *find_pending(DnsDecoder *decoder, uint16_t id)
{
  for (size_t back = 1; back <= PENDING_MAX; back++) {
    Pending *pending = &decoder->pending[(decoder->next + PENDING_MAX - back) % PENDING_MAX];
    if (pending->line != 0 && pending->id == id) return pending;
  }
  return NULL;
}

/* The addresses told are those of the connections that follow. */
static void tell_addresses(const DnsDecoder *decoder, const DnsMessage *message, uint32_t id)
{
  const GArray *sections[] = {message->answers, message->additional};
  for (size_t s = 0; s < G_N_ELEMENTS(sections) && decoder->sink->address != NULL; s++)
    for (guint i = 0; i < sections[s]->len; i++) {
      const DnsRecord *record = &g_array_index(sections[s], DnsRecord, i);
      bool address = (record->type == DNS_A || record->type == DNS_AAAA) && record->data != NULL;
      gsize size = 0;
      const uint8_t *data = address ? g_bytes_get_data(record->data, &size) : NULL;
      if (size == 4 || size == 16) decoder->sink->address(decoder->sink->owner, id, (Bytes){data, size});
    }
}

static uint32_t emit_answer(DnsDecoder *decoder, const DnsMessage *message, DecodedLine *line)
{
  const Pending *pending = find_pending(decoder, message->id);
  line->kind = LINE_ANSWER;
  line->answered_word = pending != NULL ? pending->word : word_of(message);
  line->word = reply_of(message, line->answered_word);
  line->about = pending != NULL ? pending->line : 0;
  line->reply_class = line->word == VOCABULARY_UNKNOWN
                          ? REPLY_REFUSED
                          : (uint8_t)dns_vocabulary.replies[line->word].reply_class;
  if (pending == NULL) line->flags |= LINE_UNSOLICITED;
  uint32_t id = decoder->sink->emit(decoder->sink->owner, line);
  tell_addresses(decoder, message, id);
  return id;
}

static uint32_t emit_query(DnsDecoder *decoder, const DnsMessage *message, DecodedLine *line)
{
  line->kind = LINE_QUERY;
  line->word = word_of(message);
  uint32_t id = decoder->sink->emit(decoder->sink->owner, line);
  decoder->pending[decoder->next] = (Pending){id, message->id, line->word};
  decoder->next = (decoder->next + 1) % PENDING_MAX;
  return id;
}

/* Returns the bytes of a message over TCP, its length before it included. */
static size_t announced_length(Bytes held)
{
  return 2 + ((size_t)held.data[0] << 8 | held.data[1]);
}

/* raw: the message, over TCP its length before it. Returns the id of its line; 0 where it was no DNS. */
static uint32_t take_message(DnsDecoder *decoder, Direction direction, uint64_t offset, Bytes raw)
{
  bool whole, framed = !decoder->sink->datagrams;
  g_autoptr(DnsMessage) message = dns_message_parse_partly(bytes_skip(raw, framed ? 2 : 0), &whole);
  if (message == NULL) return 0;
  DecodedLine line = {
      .direction = direction,
      .word = VOCABULARY_UNKNOWN,
      .answered_word = VOCABULARY_UNKNOWN,
      .lines = 1,
      .offset = offset,
      .length = raw.length,
      .raw = bytes_slice(raw, 0, LIMIT_LINE_SHOWN),
  };
  if (framed) line.flags |= LINE_DNS_TCP;
  if (!whole || (framed && raw.length < announced_length(raw))) line.flags |= LINE_INCOMPLETE;
  return message->response ? emit_answer(decoder, message, &line) : emit_query(decoder, message, &line);
}

/* What the announced length promises does not come: what did come is shown as far as it goes. */
static void give_up_message(DnsDecoder *decoder, Direction direction, bool closed)
{
  DnsStream *stream = &decoder->streams[direction];
  Bytes held = byte_buffer_view(&stream->held);
  if (held.length > 2) {
    uint32_t id = take_message(decoder, direction, stream->offset, held);
    if (closed)
      decoder_emit_note(decoder->sink, NOTE_BODY_LENGTH, direction, id, stream->offset,
                        announced_length(held) - held.length);
  }
  byte_buffer_clear(&stream->held);
}

static void take_stream(DnsDecoder *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  DnsStream *stream = &decoder->streams[direction];
  if (stream->lost) return;
  if (byte_buffer_view(&stream->held).length == 0) stream->offset = offset;
  byte_buffer_append(&stream->held, bytes);
  for (;;) {
    Bytes held = byte_buffer_view(&stream->held);
    if (held.length < 2) return;
    size_t length = announced_length(held);
    if (held.length < length) return;
    take_message(decoder, direction, stream->offset, bytes_slice(held, 0, length));
    byte_buffer_consume(&stream->held, length);
    stream->offset += length;
  }
}

static DecoderVerdict decoder_receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  DnsDecoder *dns = decoder;
  if (dns->sink->datagrams)
    take_message(dns, direction, offset, bytes);
  else
    take_stream(dns, direction, offset, bytes);
  return DECODER_GOES_ON;
}

static void *decoder_create(const DecoderSink *sink, bool from_start)
{
  (void)from_start;
  DnsDecoder *decoder = g_new0(DnsDecoder, 1);
  decoder->sink = sink;
  return decoder;
}

/* Datagrams have no gaps between them. */
static void decoder_gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  DnsDecoder *dns = decoder;
  give_up_message(dns, direction, false);
  dns->streams[direction].lost = true;
  decoder_emit_note(dns->sink, NOTE_GAP, direction, 0, offset, length);
}

static void decoder_destroy(void *decoder)
{
  DnsDecoder *dns = decoder;
  byte_buffer_clear(&dns->streams[0].held);
  byte_buffer_clear(&dns->streams[1].held);
  g_free(dns);
}

static void decoder_finish(void *decoder)
{
  DnsDecoder *dns = decoder;
  give_up_message(dns, DIRECTION_TO_SERVER, dns->sink->closed);
  give_up_message(dns, DIRECTION_TO_CLIENT, dns->sink->closed);
}

/* A length and a header that can be, from the client a question (RFC 1035 §4.1.1). */
static Recognition judge_side(Bytes view, bool response)
{
  enum { HEADER = 12, RESPONSE = 0x80, OPERATION = 0x78 };
  if (view.length == 0) return RECOGNISED_MAYBE;
  if (view.length >= 2 && ((size_t)view.data[0] << 8 | view.data[1]) < HEADER) return RECOGNISED_NO;
  if (view.length < 2 + HEADER) return RECOGNISED_MAYBE;
  bool right_way = ((view.data[4] & RESPONSE) != 0) == response;
  bool one_question = view.data[6] == 0 && view.data[7] <= 1;
  return right_way && (view.data[4] & OPERATION) == 0 && one_question ? RECOGNISED_YES : RECOGNISED_NO;
}

/* Only on the port of DNS: the bytes alone say too little. */
static Recognition decoder_recognise(const StreamStart *start)
{
  if (start->server_port != DNS_PORT || !start->from_start) return RECOGNISED_NO;
  Recognition client = judge_side(start->to_server, false), server = judge_side(start->to_client, true);
  if (client == RECOGNISED_NO || server == RECOGNISED_NO) return RECOGNISED_NO;
  return MAX(client, server);
}

static const uint16_t ports[] = {DNS_PORT, 0};

const DecoderClass dns_decoder_class = {
    .vocabulary = &dns_vocabulary,
    .ports = ports,
    .recognise = decoder_recognise,
    .create = decoder_create,
    .receive = decoder_receive,
    .gap = decoder_gap,
    .finish = decoder_finish,
    .destroy = decoder_destroy,
    .dissect = dns_dissect,
    .refine = dns_refine,
};
