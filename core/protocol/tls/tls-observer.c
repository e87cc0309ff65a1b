/* SPDX-License-Identifier: MIT */
/* Records of both directions, until they are sealed (RFC 8446 §5). */
#include "protocol/tls/tls-observer.h"

#include "protocol/decoder-support.h"
#include "protocol/tls/tls-handshake.h"
#include "protocol/tls/tls-names.h"
#include "protocol/tls/tls-vocabulary.h"

typedef struct {
  LineRange flight;     /* whole records whose handshake messages are not told yet */
  ByteBuffer handshake; /* their content */
  ByteBuffer record;    /* a record that spans chunks */
  uint64_t offset;      /* of record's first byte */
  bool sealed;
} TlsSide;

typedef struct {
  const DecoderSink *sink;
  TlsSide sides[2];
  bool told_sealed;
  bool lost; /* bytes are missing in the handshake, or it is none: nothing more is read */
} TlsSession;

static uint32_t emit(TlsSession *session, Direction direction, TlsWord word, const LineRange *range)
{
  DecodedLine line = decoded_line(LINE_TLS, direction);
  decoded_line_set_range(&line, range);
  line.word = (uint16_t)word;
  return decoder_emit(session->sink, &line);
}

static void tell_sealed(TlsSession *session, Direction direction, uint64_t offset, Bytes header)
{
  session->sides[direction].sealed = true;
  if (session->told_sealed) return;
  session->told_sealed = true;
  DecodedLine line = decoded_line(LINE_TLS, direction);
  line.word = TLS_ENCRYPTED;
  line.offset = offset;
  line.length = header.length;
  line.raw = header;
  decoder_emit(session->sink, &line);
}

/* Tells the messages that are whole. Those of no interest are passed over. */
static void tell_messages(TlsSession *session, Direction direction)
{
  TlsSide *side = &session->sides[direction];
  Bytes rest = byte_buffer_view(&side->handshake), body;
  uint8_t type;
  while (tls_next_message(&rest, &type, &body)) {
    if (type == TLS_MESSAGE_CLIENT_HELLO) emit(session, direction, TLS_CLIENT_HELLO, &side->flight);
    if (type == TLS_MESSAGE_SERVER_HELLO) emit(session, direction, TLS_SERVER_HELLO, &side->flight);
    if (type == TLS_MESSAGE_CERTIFICATE) emit(session, direction, TLS_CERTIFICATE, &side->flight);
  }
  /* messages end where records do, but for very long ones */
  byte_buffer_consume(&side->handshake, byte_buffer_view(&side->handshake).length - rest.length);
  if (rest.length == 0) {
    byte_buffer_reset(&side->handshake);
    line_range_reset(&side->flight);
  }
  if (rest.length > LIMIT_LINE_SHOWN) session->lost = true;
}

static void take_record(TlsSession *session, Direction direction, uint64_t offset, Bytes record,
                        bool borrowed)
{
  TlsSide *side = &session->sides[direction];
  Bytes header = bytes_slice(record, 0, TLS_RECORD_HEADER), content = bytes_skip(record, TLS_RECORD_HEADER);
  switch (record.data[0]) {
  case TLS_RECORD_HANDSHAKE:
    if (side->sealed) break;
    line_range_add_bytes(&side->flight, offset, record, borrowed);
    byte_buffer_append(&side->handshake, content);
    tell_messages(session, direction);
    break;
  case TLS_RECORD_ALERT:
    if (side->sealed || content.length != 2) {
      tell_sealed(session, direction, offset, header);
    } else {
      LineRange range = {0};
      line_range_add_bytes(&range, offset, record, true);
      emit(session, direction, TLS_ALERT, &range);
      line_range_clear(&range);
    }
    break;
  case TLS_RECORD_DATA:
    tell_sealed(session, direction, offset, header);
    break;
  default:
    /* in TLS 1.3 change_cipher_spec is only there for show, before it the content is sealed all the same */
    side->sealed = true;
  }
}

/* Feeds whole records; what is left of the last one is held. */
static void feed(TlsSession *session, Direction direction, uint64_t offset, Bytes bytes)
{
  TlsSide *side = &session->sides[direction];
  if (byte_buffer_view(&side->record).length == 0) side->offset = offset;
  byte_buffer_append(&side->record, bytes);
  for (;;) {
    Bytes view = byte_buffer_view(&side->record);
    if (view.length < TLS_RECORD_HEADER) return;
    if (!tls_is_record(view)) {
      session->lost = true;
      return;
    }
    size_t length = TLS_RECORD_HEADER + ((size_t)view.data[3] << 8 | view.data[4]);
    bool data = view.data[0] == TLS_RECORD_DATA;
    if (data) tell_sealed(session, direction, side->offset, bytes_slice(view, 0, TLS_RECORD_HEADER));
    if (view.length < length || session->told_sealed) return;
    take_record(session, direction, side->offset, bytes_slice(view, 0, length), true);
    line_range_keep(&side->flight);
    byte_buffer_consume(&side->record, length);
    side->offset += length;
  }
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  TlsSession *session = decoder;
  if (!session->lost && !session->told_sealed) feed(session, direction, offset, bytes);
  return (DecoderVerdict){.finished = session->lost || session->told_sealed};
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  TlsSession *session = decoder;
  if (session->lost || session->told_sealed) return;
  decoder_emit_note(session->sink, NOTE_GAP, direction, 0, offset, length);
  session->lost = true;
}

static void finish(void *decoder)
{
  (void)decoder;
}

static void *create(const DecoderSink *sink, bool from_start)
{
  (void)from_start;
  TlsSession *session = g_new0(TlsSession, 1);
  session->sink = sink;
  return session;
}

static void destroy(void *decoder)
{
  TlsSession *session = decoder;
  for (int i = 0; i < 2; i++) {
    line_range_clear(&session->sides[i].flight);
    byte_buffer_clear(&session->sides[i].handshake);
    byte_buffer_clear(&session->sides[i].record);
  }
  g_free(session);
}

static Bytes name_view(const char *name)
{
  return bytes_from_string(name);
}

static void dissect_hello(const DecodedLine *line, Bytes body, DissectedLine *dissected)
{
  TlsHello hello;
  if (line->word == TLS_CLIENT_HELLO) {
    tls_read_client_hello(body, &hello);
    dissected->tls.server_name = hello.server_name;
  } else {
    tls_read_server_hello(body, &hello);
    dissected->tls.cipher = name_view(tls_cipher_name(hello.cipher));
  }
  dissected->tls.version = name_view(tls_version_name(hello.version));
}

static void dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected)
{
  byte_buffer_reset(scratch);
  *dissected = (DissectedLine){0};
  if (line->word >= TLS_WORD_COUNT) return;
  dissected->tls.event = name_view(tls_vocabulary.words[line->word].word);
  if (line->word == TLS_ALERT && line->raw.length == TLS_RECORD_HEADER + 2) {
    dissected->text = name_view(tls_alert_name(line->raw.data[TLS_RECORD_HEADER + 1]));
    return;
  }
  tls_append_handshake(scratch, line->raw);
  Bytes rest = byte_buffer_view(scratch), body;
  uint8_t type;
  while (tls_next_message(&rest, &type, &body)) {
    bool hello = (type == TLS_MESSAGE_CLIENT_HELLO && line->word == TLS_CLIENT_HELLO) ||
                 (type == TLS_MESSAGE_SERVER_HELLO && line->word == TLS_SERVER_HELLO);
    if (hello) dissect_hello(line, body, dissected);
    if (type == TLS_MESSAGE_CERTIFICATE && line->word == TLS_CERTIFICATE)
      dissected->tls.subject = tls_read_certificate_name(body);
  }
}

/* Does view begin with a hello of that type, as far as it goes? */
static Recognition judge_side(Bytes view, uint8_t hello)
{
  const uint8_t begin[] = {TLS_RECORD_HANDSHAKE, 3};
  if (view.length == 0) return RECOGNISED_MAYBE;
  if (memcmp(view.data, begin, MIN(view.length, sizeof begin)) != 0) return RECOGNISED_NO;
  if (view.length <= TLS_RECORD_HEADER) return RECOGNISED_MAYBE;
  return tls_is_record(view) && view.data[TLS_RECORD_HEADER] == hello ? RECOGNISED_YES : RECOGNISED_NO;
}

static Recognition recognise(const StreamStart *start)
{
  Recognition client = judge_side(start->to_server, TLS_MESSAGE_CLIENT_HELLO);
  Recognition server = judge_side(start->to_client, TLS_MESSAGE_SERVER_HELLO);
  if (client == RECOGNISED_YES || (server == RECOGNISED_YES && client != RECOGNISED_NO))
    return RECOGNISED_YES;
  return client == RECOGNISED_NO || server == RECOGNISED_NO ? RECOGNISED_NO : RECOGNISED_MAYBE;
}

static const uint16_t ports[] = {465, 993, 995, 443, 0};

const DecoderClass tls_observer_class = {
    .vocabulary = &tls_vocabulary,
    .ports = ports,
    .recognise = recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = dissect,
};
