/* SPDX-License-Identifier: MIT */
/* Recognition, decoding and stamping of one stream. */
#include "observe/dialogue.h"

#include "base/limits.h"
#include "protocol/registry.h"

/* Bytes of a stream whose protocol is not known yet wait in `head`; where they came from, here. Gaps too, in
 * their order. */
typedef struct {
  StreamChunk chunk;
  uint8_t side;
  size_t start;
  uint64_t gap; /* bytes missing at chunk.offset; 0 for bytes */
} HeldChunk;

struct Dialogue {
  StreamInfo *info;
  RowOutput *output;
  const DecoderClass *class; /* NULL: not known yet, or nothing more can be read */
  void *decoder;
  DecoderSink sink;
  RowStamp stamp;
  RowStamp last; /* of the last bytes */
  GArray *held;
  ByteBuffer head[2];
  size_t judged[2]; /* bytes of head when it was judged last */
  uint64_t bytes;
  uint32_t commands, replies;
  uint8_t client_side;
  bool from_start, known;
};

static uint32_t write_row(Dialogue *dialogue, Row *row, Bytes raw, const Credential *credential)
{
  RowOutput *output = dialogue->output;
  row->id = ++output->last_id;
  row->stream = dialogue->info->index;
  output->counts.rows[row->kind]++;
  RowEvent event = {row, dialogue->info, raw, credential};
  output->sink.row(output->sink.owner, &event);
  return row->id;
}

static uint32_t emit(void *owner, const DecodedLine *line)
{
  Dialogue *dialogue = owner;
  if (line->kind == LINE_COMMAND) dialogue->commands++;
  if (line->kind == LINE_REPLY) dialogue->replies++;
  Row row = {.time = dialogue->stamp.time,
             .offset = line->offset,
             .length = line->length,
             .lines = line->lines,
             .frame = dialogue->stamp.frame,
             .about = line->about,
             .word = line->word,
             .answered_word = line->answered_word,
             .kind = (uint8_t)line->kind,
             .protocol = (uint8_t)dialogue->class->vocabulary->id,
             .direction = (uint8_t)line->direction,
             .flags = line->flags,
             .secret = (uint8_t)line->secret,
             .phase = line->phase,
             .reply_class = line->reply_class};
  return write_row(dialogue, &row, line->raw, line->credential);
}

static Dialogue *new_dialogue(StreamInfo *info, RowOutput *output, uint8_t client_side)
{
  Dialogue *dialogue = g_new0(Dialogue, 1);
  dialogue->info = info;
  dialogue->output = output;
  dialogue->client_side = client_side;
  dialogue->sink = (DecoderSink){emit, dialogue};
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
  dialogue->decoder = dialogue->class->create(&dialogue->sink, true);
  info->protocol = protocol;
  info->index = output->stream_count++;
  return dialogue;
}

static Direction side_direction(const Dialogue *dialogue, uint8_t side)
{
  return side == dialogue->client_side ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
}

static void tell_segment(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  const RowSink *sink = &dialogue->output->sink;
  if (sink->segment == NULL) return;
  StreamSegment segment = {.stream = dialogue->info->index,
                           .direction = side_direction(dialogue, side),
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

/* Feeds bytes of a protocol that is known. */
static void feed(Dialogue *dialogue, uint8_t side, const StreamChunk *chunk)
{
  dialogue->stamp = dialogue->last = (RowStamp){chunk->time, chunk->frame};
  dialogue->bytes += chunk->bytes.length;
  if (dialogue->class == NULL) return;
  tell_segment(dialogue, side, chunk);
  Bytes left = chunk->bytes;
  uint64_t offset = chunk->offset;
  while (left.length > 0 && dialogue->class != NULL) {
    DecoderVerdict verdict =
        dialogue->class->receive(dialogue->decoder, side_direction(dialogue, side), offset, left);
    if (verdict.next == PROTOCOL_NONE) return;
    drop_decoder(dialogue);
    dialogue->class = registry_get(verdict.next);
    if (dialogue->class != NULL) dialogue->decoder = dialogue->class->create(&dialogue->sink, true);
    left = bytes_skip(left, verdict.consumed);
    offset += verdict.consumed;
  }
}

static void write_session(Dialogue *dialogue, StreamState state, RowStamp stamp, bool totals)
{
  Row row = {.time = stamp.time,
             .frame = stamp.frame,
             .kind = LINE_SESSION,
             .protocol = (uint8_t)dialogue->info->protocol,
             .word = (uint16_t)state,
             .answered_word = VOCABULARY_UNKNOWN,
             .direction = DIRECTION_TO_SERVER};
  if (totals) {
    row.session_bytes = dialogue->bytes;
    row.session_commands = dialogue->commands;
    row.session_replies = dialogue->replies;
  }
  write_row(dialogue, &row, BYTES_EMPTY, NULL);
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

/* The protocol is known: writes the session row and feeds what had to wait. */
static void begin(Dialogue *dialogue, ProtocolId protocol)
{
  StreamInfo *info = dialogue->info;
  dialogue->known = true;
  info->protocol = protocol;
  info->index = dialogue->output->stream_count++;
  dialogue->class = registry_get(protocol);
  dialogue->decoder = dialogue->class->create(&dialogue->sink, dialogue->from_start);
  write_session(dialogue, dialogue->from_start ? STREAM_OPENED : STREAM_MIDSTREAM,
                (RowStamp){info->first_time, info->first_frame}, false);
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

static ProtocolId decode_as(const Dialogue *dialogue)
{
  const GArray *rules = dialogue->output->decode_as;
  for (guint i = 0; rules != NULL && i < rules->len; i++) {
    const DecodeAs *rule = &g_array_index(rules, DecodeAs, i);
    if (rule->port == dialogue->info->server_port) return rule->protocol;
  }
  return PROTOCOL_NONE;
}

/* Judges the first bytes; extra are the bytes of side that are not held yet. */
static Recognition judge(Dialogue *dialogue, uint8_t side, Bytes extra, ProtocolId *protocol)
{
  *protocol = decode_as(dialogue);
  if (*protocol != PROTOCOL_NONE) return registry_get(*protocol) != NULL ? RECOGNISED_YES : RECOGNISED_NO;
  Bytes heads[2];
  for (uint8_t s = 0; s < 2; s++) {
    heads[s] = byte_buffer_view(&dialogue->head[s]);
    if (s == side && heads[s].length == 0) heads[s] = extra;
    heads[s] = bytes_slice(heads[s], 0, LIMIT_RECOGNITION_BYTES);
  }
  StreamStart start = {heads[dialogue->client_side], heads[dialogue->client_side ^ 1],
                       dialogue->info->server_port, dialogue->from_start};
  Recognition judged = registry_recognise(&start, protocol);
  if (judged == RECOGNISED_YES || dialogue->from_start) return judged;
  StreamStart turned = {start.to_client, start.to_server, dialogue->info->client_port, false};
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

/* The protocol usual on the server's port: the last resort for a stream that says too little. */
static ProtocolId port_protocol(const Dialogue *dialogue)
{
  ProtocolId protocol = registry_find_port(dialogue->info->server_port);
  return registry_get(protocol) != NULL ? protocol : PROTOCOL_NONE;
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
  Recognition judged = judge(dialogue, side, chunk != NULL ? chunk->bytes : BYTES_EMPTY, &protocol);
  if (judged == RECOGNISED_MAYBE && seen >= LIMIT_RECOGNITION_BYTES) {
    protocol = port_protocol(dialogue);
    judged = protocol != PROTOCOL_NONE ? RECOGNISED_YES : RECOGNISED_NO;
  }
  if (judged == RECOGNISED_NO) return false;
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
  dialogue->class->gap(dialogue->decoder, side_direction(dialogue, side), offset, length);
}

void dialogue_conflict(Dialogue *dialogue, uint8_t side, uint64_t offset, uint64_t length, RowStamp stamp)
{
  if (dialogue->class == NULL) return;
  dialogue->stamp = stamp;
  DecodedLine line = {.kind = LINE_NOTE,
                      .direction = side_direction(dialogue, side),
                      .word = NOTE_CONFLICTING_OVERLAP,
                      .answered_word = VOCABULARY_UNKNOWN,
                      .offset = offset,
                      .length = length};
  emit(dialogue, &line);
}

void dialogue_end(Dialogue *dialogue, StreamState state, RowStamp stamp)
{
  if (!dialogue->known && dialogue->held != NULL) {
    ProtocolId protocol;
    if (judge(dialogue, 0, BYTES_EMPTY, &protocol) != RECOGNISED_YES) protocol = port_protocol(dialogue);
    if (protocol != PROTOCOL_NONE) begin(dialogue, protocol);
  }
  if (!dialogue->known) return;
  dialogue->stamp = stamp;
  drop_decoder(dialogue);
  if (!dialogue->info->udp) write_session(dialogue, state, stamp, true);
}

void dialogue_free(Dialogue *dialogue)
{
  if (dialogue == NULL) return;
  if (dialogue->decoder != NULL) dialogue->class->destroy(dialogue->decoder);
  forget_held(dialogue);
  g_free(dialogue);
}
