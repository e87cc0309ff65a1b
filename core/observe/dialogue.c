/* SPDX-License-Identifier: MIT */
/* Recognition, decoding and stamping of one stream. */
#include "observe/dialogue-private.h"

#include "base/limits.h"
#include "protocol/registry.h"

static Dialogue *new_dialogue(StreamInfo *info, RowOutput *output, uint8_t client_side)
{
  Dialogue *dialogue = g_new0(Dialogue, 1);
  dialogue->info = info;
  dialogue->output = output;
  dialogue->client_side = client_side;
  dialogue_rows_bind(dialogue);
  dialogue->stamp = dialogue->last = (RowStamp){info->first_time, info->first_frame};
  return dialogue;
}

Dialogue *dialogue_new(StreamInfo *info, RowOutput *output, uint8_t client_side, bool from_start)
{
  Dialogue *dialogue = new_dialogue(info, output, client_side);
  dialogue->from_start = from_start;
  return dialogue;
}

Dialogue *dialogue_new_datagrams(StreamInfo *info, RowOutput *output, uint8_t client_side,
                                 ProtocolId protocol)
{
  Dialogue *dialogue = new_dialogue(info, output, client_side);
  dialogue->from_start = dialogue->known = true;
  dialogue->class = registry_get(protocol);
  dialogue->sink.datagrams = true;
  dialogue->decoder = dialogue->class->create(&dialogue->sink, true);
  info->protocol = protocol;
  info->index = output->stream_count++;
  return dialogue;
}

static void tell_segment(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  const RowSink *sink = &dialogue->output->sink;
  if (sink->segment == NULL) return;
  StreamSegment segment = {.stream = dialogue->info->index,
                           .layer = dialogue->layer,
                           .bytes = chunk->bytes,
                           .direction = dialogue_direction(dialogue, side),
                           .offset = chunk->offset,
                           .length = (uint32_t)chunk->bytes.length,
                           .frame = chunk->frame,
                           .source_offset = chunk->source_offset,
                           .header_length = chunk->header_length,
                           .link_type = chunk->link_type,
                           .frame_length = chunk->frame_length};
  sink->segment(sink->owner, &segment);
}

static void drop_decoder(Dialogue *dialogue)
{
  if (dialogue->decoder == NULL) return;
  dialogue->class->finish(dialogue->decoder);
  dialogue->class->destroy(dialogue->decoder);
  dialogue->decoder = NULL;
  dialogue->class = NULL;
}

/* Another protocol is spoken from offset of that side on. */
static void hand_over(Dialogue *dialogue, uint8_t side, ProtocolId next, uint64_t offset)
{
  drop_decoder(dialogue);
  dialogue->class = registry_get(next);
  if (dialogue->class == NULL) return;
  dialogue->decoder = dialogue->class->create(&dialogue->sink, true);
  /* its first word says just that: STARTTLS */
  DecodedLine line = {.kind = LINE_TLS,
                      .direction = dialogue_direction(dialogue, side),
                      .answered_word = VOCABULARY_UNKNOWN,
                      .offset = offset};
  if (next == PROTOCOL_TLS) dialogue->sink.emit(dialogue, &line);
}

static void lose_layer(Dialogue *dialogue, uint8_t side)
{
  Layer *layer = &dialogue->layers[side];
  if (layer->lost || dialogue->class == NULL) return;
  layer->lost = true;
  dialogue_rows_remark(dialogue, side, NOTE_COMPRESSED_LOST, layer->offset, 0);
}

static void decode(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk);

/* Unpacked bytes are a chunk like any other, of the same frame. */
static void take_unpacked(void *owner, Bytes bytes)
{
  UnpackedSide *unpacked = owner;
  Layer *layer = &unpacked->dialogue->layers[unpacked->side];
  StreamChunk chunk = *layer->chunk;
  chunk.bytes = bytes;
  chunk.offset = layer->offset;
  layer->offset += bytes.length;
  if (unpacked->dialogue->class != NULL) decode(unpacked->dialogue, unpacked->side, &chunk);
}

static void unpack(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  Layer *layer = &dialogue->layers[side];
  UnpackedSide owner = {dialogue, side};
  if (layer->lost) return;
  layer->chunk = chunk;
  bool good = stream_inflate_feed(layer->inflate, chunk->bytes, take_unpacked, &owner);
  layer->chunk = NULL;
  if (!good) lose_layer(dialogue, side);
}

/* Both sides compress from here on (RFC 4978 §3); rest is what of the chunk already is. */
static void begin_layer(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk, size_t used)
{
  if (dialogue->layer > 0) {
    drop_decoder(dialogue);
    return;
  }
  dialogue->layer = 1;
  for (int i = 0; i < 2; i++)
    dialogue->layers[i].inflate = stream_inflate_new();
  StreamChunk rest = *chunk;
  rest.bytes = bytes_skip(chunk->bytes, used);
  rest.source_offset += used;
  rest.header_length += (uint32_t)used;
  if (rest.bytes.length > 0) unpack(dialogue, side, &rest);
}

/* Feeds bytes of a protocol that is known. */
static void feed(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  dialogue->stamp = dialogue->last = (RowStamp){chunk->time, chunk->frame};
  dialogue->bytes += chunk->bytes.length;
  if (dialogue->class == NULL) return;
  if (dialogue->layer > 0)
    unpack(dialogue, side, chunk);
  else
    decode(dialogue, side, chunk);
}

static void decode(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  tell_segment(dialogue, side, chunk);
  Bytes left = chunk->bytes;
  uint64_t offset = chunk->offset;
  while (left.length > 0 && dialogue->class != NULL) {
    DecoderVerdict verdict =
        dialogue->class->receive(dialogue->decoder, dialogue_direction(dialogue, side), offset, left);
    if (verdict.finished) drop_decoder(dialogue);
    if (verdict.filter == STREAM_FILTER_INFLATE) {
      begin_layer(dialogue, side, chunk, (size_t)(offset - chunk->offset) + verdict.consumed);
      return;
    }
    if (verdict.next == PROTOCOL_NONE) return;
    hand_over(dialogue, side, verdict.next, offset + verdict.consumed);
    left = bytes_skip(left, verdict.consumed);
    offset += verdict.consumed;
  }
}

static void swap_sides(Dialogue *dialogue)
{
  StreamInfo *info = dialogue->info;
  StreamInfo old = *info;
  info->client = old.server;
  info->server = old.client;
  info->client_port = old.server_port;
  info->server_port = old.client_port;
  dialogue->client_side ^= 1;
}

static void forget_held(Dialogue *dialogue)
{
  if (dialogue->held != NULL) g_array_unref(dialogue->held);
  dialogue->held = NULL;
  byte_buffer_clear(&dialogue->head[0]);
  byte_buffer_clear(&dialogue->head[1]);
}

/* Writes the line that opens the conversation, unless a call that came to nothing has done so. Returns its
 * id. */
static uint32_t open_session(Dialogue *dialogue, ProtocolId protocol)
{
  StreamInfo *info = dialogue->info;
  info->protocol = protocol;
  if (dialogue->session_id != 0) return dialogue->session_id;
  info->index = dialogue->output->stream_count++;
  dialogue->session_id =
      dialogue_rows_session(dialogue, dialogue->from_start ? STREAM_OPENED : STREAM_MIDSTREAM,
                            (RowStamp){info->first_time, info->first_frame}, false);
  return dialogue->session_id;
}

/* The protocol is known: writes the session row and feeds what had to wait. */
static void begin(Dialogue *dialogue, ProtocolId protocol)
{
  StreamInfo *info = dialogue->info;
  dialogue->known = true;
  uint32_t id = open_session(dialogue, protocol);
  if (dialogue->output->servers != NULL)
    dialogue->sink.server = server_table_find(dialogue->output->servers, &info->server, info->server_port);
  dialogue->class = registry_get(protocol);
  dialogue->decoder = dialogue->class->create(&dialogue->sink, dialogue->from_start);
  RowStamp first = {info->first_time, info->first_frame};
  dialogue_rows_note_port(dialogue, id, first);
  dialogue_rows_note_resolved(dialogue, id, first);
  for (guint i = 0; dialogue->held != NULL && i < dialogue->held->len; i++) {
    HeldChunk *held = &g_array_index(dialogue->held, HeldChunk, i);
    if (held->gap > 0) {
      dialogue_gap(dialogue, held->side, held->chunk.offset, held->gap,
                   (RowStamp){held->chunk.time, held->chunk.frame});
      continue;
    }
    held->chunk.bytes =
        bytes_slice(byte_buffer_view(&dialogue->head[held->side]), held->start, held->chunk.bytes.length);
    feed(dialogue, held->side, &held->chunk);
  }
  forget_held(dialogue);
}

static ProtocolId decode_as(const StreamInfo *info, const RowOutput *output)
{
  const GArray *rules = output->decode_as;
  for (guint i = 0; rules != NULL && i < rules->len; i++) {
    const DecodeAs *rule = &g_array_index(rules, DecodeAs, i);
    if (rule->port == info->server_port) return rule->protocol;
  }
  return PROTOCOL_NONE;
}

/* What is usual on the server's port, or what the person says of it. */
static ProtocolId usual_protocol(const StreamInfo *info, const RowOutput *output)
{
  ProtocolId said = decode_as(info, output);
  return said != PROTOCOL_NONE ? said : registry_find_port(info->server_port);
}

bool dialogue_is_for_mail(const StreamInfo *info, const RowOutput *output)
{
  enum { WEB_PORT = 443 };
  ProtocolId usual = usual_protocol(info, output);
  return dialogue_rows_is_mail(usual) || (usual == PROTOCOL_TLS && info->server_port != WEB_PORT);
}

void dialogue_tell_call(Dialogue *dialogue, NoteCode code, RowStamp stamp)
{
  if (dialogue->known || (code == NOTE_NO_ANSWER && dialogue->told_call)) return;
  dialogue->told_call = true;
  uint32_t id = open_session(dialogue, usual_protocol(dialogue->info, dialogue->output));
  dialogue_rows_note(dialogue, code, id, stamp);
}

static bool has_held_gap(const Dialogue *dialogue)
{
  for (guint i = 0; dialogue->held != NULL && i < dialogue->held->len; i++)
    if (g_array_index(dialogue->held, HeldChunk, i).gap > 0) return true;
  return false;
}

/* What is spoken is no mail, yet on a port for mail from its first byte on: somebody should be told. Of the
 * rest only the number of bytes is taken. Returns false where nothing is told. */
static bool begin_other(Dialogue *dialogue)
{
  StreamInfo *info = dialogue->info;
  ProtocolId usual = registry_find_port(info->server_port);
  bool said = decode_as(info, dialogue->output) != PROTOCOL_NONE;
  if (!dialogue_rows_is_mail(usual) || !dialogue->from_start || said || has_held_gap(dialogue)) return false;
  dialogue->known = true;
  dialogue->stamp = dialogue->last;
  uint32_t session = open_session(dialogue, usual);
  dialogue->bytes = byte_buffer_view(&dialogue->head[0]).length + byte_buffer_view(&dialogue->head[1]).length;
  dialogue_rows_note(dialogue, NOTE_OTHER_PROTOCOL, session, dialogue->stamp);
  forget_held(dialogue);
  return true;
}

/* What a recogniser is shown; extra are the bytes of side that are not held yet. */
static StreamStart stream_start(Dialogue *dialogue, uint8_t side, Bytes extra)
{
  Bytes heads[2];
  for (uint8_t s = 0; s < 2; s++) {
    heads[s] = byte_buffer_view(&dialogue->head[s]);
    if (s == side && heads[s].length == 0) heads[s] = extra;
    heads[s] = bytes_slice(heads[s], 0, LIMIT_RECOGNITION_BYTES);
  }
  return (StreamStart){heads[dialogue->client_side], heads[dialogue->client_side ^ 1],
                       dialogue->info->server_port, dialogue->from_start};
}

/* Judges the first bytes. */
static Recognition judge(Dialogue *dialogue, const StreamStart *start, ProtocolId *protocol)
{
  *protocol = decode_as(dialogue->info, dialogue->output);
  if (*protocol != PROTOCOL_NONE) return registry_get(*protocol) != NULL ? RECOGNISED_YES : RECOGNISED_NO;
  Recognition judged = registry_recognise(start, protocol);
  if (judged == RECOGNISED_YES || dialogue->from_start) return judged;
  StreamStart turned = {start->to_client, start->to_server, dialogue->info->client_port, false};
  Recognition other = registry_recognise(&turned, protocol);
  if (other == RECOGNISED_YES) swap_sides(dialogue);
  return MAX(judged, other);
}

static void keep(Dialogue *dialogue, HeldChunk held)
{
  if (dialogue->held == NULL) dialogue->held = g_array_new(FALSE, FALSE, sizeof(HeldChunk));
  g_array_append_val(dialogue->held, held);
}

static void keep_chunk(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  keep(dialogue,
       (HeldChunk){.chunk = *chunk, .side = side, .start = byte_buffer_view(&dialogue->head[side]).length});
  byte_buffer_append(&dialogue->head[side], chunk->bytes);
}

/* The protocol usual on the server's port: the last resort for a stream that says too little, unless what it
 * says is surely something else. */
static ProtocolId port_protocol(const Dialogue *dialogue, const StreamStart *start)
{
  ProtocolId protocol = registry_find_port(dialogue->info->server_port);
  const DecoderClass *class = registry_get(protocol);
  if (class == NULL || (start->from_start && class->recognise(start) == RECOGNISED_NO)) return PROTOCOL_NONE;
  return protocol;
}

/* Bytes that come one by one are judged one by one only at first: all of them again for each would cost their
 * square. */
static bool is_worth_judging(Dialogue *dialogue, uint8_t side, size_t seen)
{
  enum { EACH_BYTE = 256, STEP = 8 };
  bool worth = seen <= EACH_BYTE || seen >= LIMIT_RECOGNITION_BYTES ||
               seen >= dialogue->judged[side] + dialogue->judged[side] / STEP;
  if (worth) dialogue->judged[side] = seen;
  return worth;
}

/* Returns false where the stream is of no interest at all. */
static bool take_other(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  if (chunk != NULL) dialogue->last = (RowStamp){chunk->time, chunk->frame};
  if (!begin_other(dialogue)) return false;
  if (chunk != NULL) feed(dialogue, side, chunk);
  return true;
}

bool dialogue_receive(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  if (dialogue->known) {
    feed(dialogue, side, chunk);
    return true;
  }
  if (byte_buffer_view(&dialogue->head[side]).length > 0) {
    keep_chunk(dialogue, side, chunk);
    dialogue->last = (RowStamp){chunk->time, chunk->frame};
    chunk = NULL;
  }
  size_t seen = byte_buffer_view(&dialogue->head[side]).length + (chunk != NULL ? chunk->bytes.length : 0);
  if (!is_worth_judging(dialogue, side, seen)) return true;
  ProtocolId protocol;
  StreamStart start = stream_start(dialogue, side, chunk != NULL ? chunk->bytes : BYTES_EMPTY);
  Recognition judged = judge(dialogue, &start, &protocol);
  if (judged == RECOGNISED_MAYBE && seen >= LIMIT_RECOGNITION_BYTES) {
    protocol = port_protocol(dialogue, &start);
    judged = protocol != PROTOCOL_NONE ? RECOGNISED_YES : RECOGNISED_NO;
  }
  if (judged == RECOGNISED_NO) return take_other(dialogue, side, chunk);
  if (judged == RECOGNISED_YES) {
    begin(dialogue, protocol);
    if (chunk != NULL) feed(dialogue, side, chunk);
  } else if (chunk != NULL) {
    keep_chunk(dialogue, side, chunk);
    dialogue->last = (RowStamp){chunk->time, chunk->frame};
  }
  return true;
}

void dialogue_gap(Dialogue *dialogue, uint8_t side, uint64_t offset, uint64_t length, RowStamp stamp)
{
  if (!dialogue->known) {
    StreamChunk missing = {.offset = offset, .time = stamp.time, .frame = stamp.frame};
    keep(dialogue, (HeldChunk){.chunk = missing, .side = side, .gap = length});
    return;
  }
  dialogue->stamp = dialogue->last = stamp;
  if (dialogue->class == NULL) return;
  if (dialogue->layer > 0) {
    lose_layer(dialogue, side);
    return;
  }
  dialogue->class->gap(dialogue->decoder, dialogue_direction(dialogue, side), offset, length);
}

void dialogue_conflict(Dialogue *dialogue, uint8_t side, uint64_t offset, uint64_t length, RowStamp stamp)
{
  if (dialogue->class == NULL) return;
  dialogue->stamp = stamp;
  dialogue_rows_remark(dialogue, side, NOTE_CONFLICTING_OVERLAP, offset, length);
}

bool dialogue_remark(Dialogue *dialogue, uint8_t side, NoteCode code, uint64_t offset, RowStamp stamp)
{
  if (dialogue->class == NULL) return false;
  dialogue->stamp = stamp;
  dialogue_rows_remark(dialogue, side, code, offset, 0);
  return true;
}

void dialogue_end(Dialogue *dialogue, StreamState state, RowStamp stamp)
{
  if (!dialogue->known && dialogue->held != NULL) {
    ProtocolId protocol;
    StreamStart start = stream_start(dialogue, 0, BYTES_EMPTY);
    if (judge(dialogue, &start, &protocol) != RECOGNISED_YES) protocol = port_protocol(dialogue, &start);
    if (protocol != PROTOCOL_NONE)
      begin(dialogue, protocol);
    else
      begin_other(dialogue);
  }
  if (!dialogue->known && dialogue->session_id == 0) return;
  dialogue->stamp = stamp;
  dialogue->sink.closed = state == STREAM_CLOSED || state == STREAM_RESET;
  drop_decoder(dialogue);
  if (!dialogue->info->udp) dialogue_rows_session(dialogue, state, stamp, true);
}

void dialogue_free(Dialogue *dialogue)
{
  if (dialogue == NULL) return;
  if (dialogue->decoder != NULL) dialogue->class->destroy(dialogue->decoder);
  stream_inflate_free(dialogue->layers[0].inflate);
  stream_inflate_free(dialogue->layers[1].inflate);
  forget_held(dialogue);
  g_free(dialogue);
}
