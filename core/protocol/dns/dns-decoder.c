/* SPDX-License-Identifier: MIT */
/* DNS as observe sees it: every datagram is a line, and an answer belongs to the latest query with its ID. */
#include "protocol/dns/dns-decoder.h"

#include "base/limits.h"
#include "protocol/dns/dns-message.h"
#include "protocol/dns/dns-syntax.h"
#include "protocol/dns/dns-vocabulary.h"

#define PENDING_MAX 64u /* queries whose answers are awaited; the oldest is forgotten */

typedef struct {
  uint32_t line; /* id of the line; 0: free */
  uint16_t id;   /* of the DNS message */
  uint16_t word;
} Pending;

typedef struct {
  const DecoderSink *sink;
  Pending pending[PENDING_MAX]; /* a ring */
  size_t next;                  /* place of the next query */
} DnsDecoder;

static uint16_t word_of(const DnsMessage *message)
{
  if (message->questions->len == 0) return VOCABULARY_UNKNOWN;
  char room[12];
  const char *type = dns_type_format(g_array_index(message->questions, DnsQuestion, 0).type, room);
  return vocabulary_find_word(&dns_vocabulary, bytes_from_string(type));
}

/* An empty answer has a row of its own: the name is there, the type is not. */
static uint16_t reply_of(const DnsMessage *message, uint16_t answered)
{
  char room[12];
  const char *code = dns_response_code_format(message->response_code, room);
  bool empty = message->response_code == DNS_NOERROR && message->answers->len == 0 && !message->truncated;
  /* A referral holds no answer either, yet is no "none of these". */
  if (empty && message->authoritative) code = "NODATA";
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

static void emit_answer(DnsDecoder *decoder, const DnsMessage *message, DecodedLine *line)
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
  decoder->sink->emit(decoder->sink->owner, line);
}

static void emit_query(DnsDecoder *decoder, const DnsMessage *message, DecodedLine *line)
{
  line->kind = LINE_QUERY;
  line->word = word_of(message);
  uint32_t id = decoder->sink->emit(decoder->sink->owner, line);
  decoder->pending[decoder->next] = (Pending){id, message->id, line->word};
  decoder->next = (decoder->next + 1) % PENDING_MAX;
}

static DecoderVerdict decoder_receive(void *decoder, Direction direction, uint64_t offset, Bytes datagram)
{
  bool whole;
  g_autoptr(DnsMessage) message = dns_message_parse_partly(datagram, &whole);
  if (message == NULL) return DECODER_GOES_ON;
  DecodedLine line = {
      .direction = direction,
      .word = VOCABULARY_UNKNOWN,
      .answered_word = VOCABULARY_UNKNOWN,
      .lines = 1,
      .offset = offset,
      .length = datagram.length,
      .raw = bytes_slice(datagram, 0, LIMIT_LINE_SHOWN),
  };
  if (!whole) line.flags |= LINE_INCOMPLETE;
  if (message->response)
    emit_answer(decoder, message, &line);
  else
    emit_query(decoder, message, &line);
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
  (void)decoder;
  (void)direction;
  (void)offset;
  (void)length;
}

static void decoder_finish(void *decoder)
{
  (void)decoder;
}

/* Streams are never DNS here: the inspector hands datagrams of port 53 over. */
static Recognition decoder_recognise(const StreamStart *start)
{
  (void)start;
  return RECOGNISED_NO;
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
    .destroy = g_free,
    .dissect = dns_dissect,
};
