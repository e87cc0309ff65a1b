/* SPDX-License-Identifier: MIT */
/* Frames in, rows out: finds each frame's conversation, puts its bytes in order and hands them to the
 * dialogue. */
#include "observe/inspector.h"

#include "observe/flow-table.h"
#include "observe/fragment-table.h"
#include "protocol/registry.h"
#include "wire/checksum.h"

#define DNS_PORT 53
#define DUPLICATE_NANOSECONDS 5000000 /* within which a datagram of the same bytes is the same datagram */
#define JOURNEY_NANOSECONDS INT64_C(2000000000) /* within which it passes all the links that are captured */

/* A SYN as much later as this was sent again, and is not the same on another link of its way; so much later,
 * its network has not just lost one. */
#define SYN_AGAIN_NANOSECONDS 200000000
#define SYN_PATIENCE_NANOSECONDS INT64_C(5000000000)

/* A RST further from the next byte than this is not of this connection (RFC 5961 §3.2, with room for scaled
 * windows). */
#define RESET_WINDOW (INT32_C(1) << 20)

struct Inspector {
  RowOutput output;
  FlowTable *flows;
  FragmentTable *fragments;
  GArray *decode_as;
  uint32_t tcp_streams, udp_streams;
  size_t held_bytes; /* waiting out of order, over all streams */
};

/* What the callbacks of one direction need to know. */
typedef struct {
  Flow *flow;
  uint8_t side;
} HalfContext;

static void half_chunk(void *owner, const StreamChunk *chunk)
{
  HalfContext *context = owner;
  Flow *flow = context->flow;
  if (!flow->uninteresting && flow->dialogue != NULL &&
      !dialogue_receive(flow->dialogue, context->side, chunk))
    flow->uninteresting = true;
}

static void half_gap(void *owner, uint64_t offset, uint64_t length)
{
  HalfContext *context = owner;
  if (context->flow->dialogue != NULL)
    dialogue_gap(context->flow->dialogue, context->side, offset, length, context->flow->last);
}

static void half_conflict(void *owner, uint64_t offset, uint64_t length)
{
  HalfContext *context = owner;
  if (context->flow->dialogue != NULL)
    dialogue_conflict(context->flow->dialogue, context->side, offset, length, context->flow->last);
}

static TcpStreamSink half_sink(HalfContext *context)
{
  return (TcpStreamSink){half_chunk, half_gap, half_conflict, context};
}

static void flush_halves(Flow *flow)
{
  for (uint8_t side = 0; side < 2; side++) {
    HalfContext context = {flow, side};
    TcpStreamSink sink = half_sink(&context);
    if (!flow->udp) tcp_stream_flush(&flow->halves[side], &sink);
  }
}

static void drop_dialogue(Flow *flow)
{
  dialogue_free(flow->dialogue);
  flow->dialogue = NULL;
  tcp_stream_clear(&flow->halves[0]);
  tcp_stream_clear(&flow->halves[1]);
}

static uint8_t client_side(const Flow *flow)
{
  return flow->info.client_port == flow->source_port && ip_address_equal(&flow->info.client, &flow->source)
             ? 0
             : 1;
}

/* The client's call comes to nothing: told where it is for mail. */
static void tell_call(Inspector *inspector, Flow *flow, NoteCode code)
{
  if (!dialogue_is_for_mail(&flow->info, &inspector->output)) return;
  if (flow->dialogue == NULL)
    flow->dialogue = dialogue_new(&flow->info, &inspector->output, client_side(flow), true);
  dialogue_tell_call(flow->dialogue, code, flow->last);
}

/* True while nothing but the SYN of that side was seen. */
static bool only_calls(const Flow *flow, uint8_t side)
{
  return flow->syn_seen[side] && !flow->syn_seen[side ^ 1] && !flow->halves[side ^ 1].started;
}

static bool is_unanswered(const Flow *flow)
{
  return flow->called_again && !flow->closed && only_calls(flow, client_side(flow));
}

/* Writes what the flow still owes, with the state in which it ended. */
static void end_flow(Inspector *inspector, Flow *flow, StreamState state)
{
  if (is_unanswered(flow)) tell_call(inspector, flow, NOTE_NO_ANSWER);
  if (flow->dialogue == NULL) return;
  flush_halves(flow);
  if (!flow->uninteresting) dialogue_end(flow->dialogue, state, flow->last);
  drop_dialogue(flow);
}

static void evict_flow(void *owner, Flow *flow)
{
  end_flow(owner, flow, STREAM_UNFINISHED);
}

Inspector *inspector_new(const InspectorOptions *options, const RowSink *sink)
{
  Inspector *inspector = g_new0(Inspector, 1);
  inspector->output.sink = *sink;
  inspector->flows = flow_table_new(evict_flow, inspector);
  inspector->fragments = fragment_table_new();
  inspector->output.resolved = server_table_new();
  inspector->decode_as = g_array_new(FALSE, FALSE, sizeof(DecodeAs));
  if (options != NULL && options->decode_as_count > 0)
    g_array_append_vals(inspector->decode_as, options->decode_as, (guint)options->decode_as_count);
  inspector->output.decode_as = inspector->decode_as;
  inspector->output.servers = server_table_new();
  return inspector;
}

/* Returns the side of the client: 0 is the sender of packet, the first of its flow. */
static uint8_t guess_client_side(const Packet *packet)
{
  if ((packet->flags & TCP_SYN) != 0) return (packet->flags & TCP_ACK) != 0 ? 1 : 0;
  bool source_known = registry_find_port(packet->source_port) != PROTOCOL_NONE;
  bool destination_known = registry_find_port(packet->destination_port) != PROTOCOL_NONE;
  if (source_known != destination_known) return source_known ? 1 : 0;
  return packet->source_port < packet->destination_port ? 1 : 0;
}

static Flow *add_flow(Inspector *inspector, const Packet *packet, const Frame *frame)
{
  Flow *flow = flow_table_add(inspector->flows, packet);
  bool source_is_client;
  if (flow->udp) {
    flow->info.number = inspector->udp_streams++;
    source_is_client = packet->destination_port == DNS_PORT || packet->source_port != DNS_PORT;
  } else {
    flow->info.number = inspector->tcp_streams++;
    source_is_client = guess_client_side(packet) == 0;
  }
  flow->halves[0].held_total = flow->halves[1].held_total = &inspector->held_bytes;
  StreamInfo *info = &flow->info;
  info->udp = flow->udp;
  info->client = source_is_client ? packet->source : packet->destination;
  info->server = source_is_client ? packet->destination : packet->source;
  info->client_port = source_is_client ? packet->source_port : packet->destination_port;
  info->server_port = source_is_client ? packet->destination_port : packet->source_port;
  info->first_time = frame->time;
  info->first_frame = frame->number;
  info->interface_id = frame->interface_id;
  return flow;
}

/* True when a SYN shows that the endpoints have begun another connection. */
static bool begins_anew(const Flow *flow, const Packet *packet, uint8_t side)
{
  if ((packet->flags & TCP_SYN) == 0) return false;
  if (flow->syn_seen[side]) return flow->initial_sequence[side] != packet->sequence;
  return flow->closed || (flow->halves[side].started && (packet->flags & TCP_ACK) == 0);
}

static void note_syn(Inspector *inspector, Flow *flow, const Packet *packet, uint8_t side)
{
  if ((packet->flags & TCP_SYN) == 0) return;
  Nanoseconds since = flow->last.time - flow->info.first_time;
  bool calls = only_calls(flow, side) && (packet->flags & TCP_ACK) == 0;
  if (calls && since >= SYN_AGAIN_NANOSECONDS) flow->called_again = true;
  if (calls && since >= SYN_PATIENCE_NANOSECONDS) tell_call(inspector, flow, NOTE_NO_ANSWER);
  if (flow->syn_seen[side]) return;
  flow->syn_seen[side] = true;
  flow->initial_sequence[side] = packet->sequence;
  if (!flow->halves[side].started) tcp_stream_begin(&flow->halves[side], packet->sequence);
}

static bool reset_is_credible(const Flow *flow, const Packet *packet, uint8_t side)
{
  const TcpStream *half = &flow->halves[side];
  if (!half->started) return true;
  int32_t ahead = (int32_t)(packet->sequence - half->next);
  return ahead >= 0 ? ahead <= RESET_WINDOW : packet->sequence == half->next - 1;
}

#define CHECKSUMS_TRIED 16u /* data segments of a direction whose checksum is looked at */

/* Marked, not refused: a card that computes checksums leaves them open in what its own machine captures. */
static void judge_checksum(Flow *flow, const Packet *packet, const Frame *frame, uint8_t side)
{
  if (packet->payload_length == 0 || packet->fragment || flow->told_checksum[side]) return;
  if (!flow->bad_checksum[side] && flow->checksums[side] < CHECKSUMS_TRIED) {
    flow->checksums[side]++;
    flow->bad_checksum[side] = checksum_verify(frame, packet) == CHECKSUM_BAD;
  }
  if (flow->bad_checksum[side])
    flow->told_checksum[side] =
        dialogue_remark(flow->dialogue, side, NOTE_BAD_CHECKSUM, flow->halves[side].offset, flow->last);
}

static void tell_placement(Inspector *inspector, const Flow *flow, const Packet *packet, const Frame *frame,
                           uint8_t side, int64_t offset)
{
  const RowSink *sink = &inspector->output.sink;
  if (sink->placed == NULL || packet->payload.length == 0) return;
  size_t header = (size_t)(packet->payload.data - frame->bytes.data);
  Placement placement = {.udp = flow->udp,
                         .number = flow->info.number,
                         .side = side,
                         .source = flow->source,
                         .source_port = flow->source_port,
                         .offset = offset,
                         .source_offset = frame->source_offset + header,
                         .length = (uint32_t)packet->payload.length};
  sink->placed(sink->owner, &placement);
}

/* Puts the segment into its direction; opens the dialogue at the first payload. */
static void receive_segment(Inspector *inspector, Flow *flow, const Packet *packet, const Frame *frame,
                            uint8_t side)
{
  if (packet->payload_length > 0 && flow->dialogue == NULL)
    flow->dialogue = dialogue_new(&flow->info, &inspector->output, client_side(flow),
                                  flow->syn_seen[0] || flow->syn_seen[1]);
  HalfContext contexts[2] = {{flow, 0}, {flow, 1}};
  TcpStreamSink sinks[2] = {half_sink(&contexts[0]), half_sink(&contexts[1])};
  if ((packet->flags & TCP_ACK) != 0)
    tcp_stream_acknowledge(&flow->halves[side ^ 1], packet->acknowledgement, packet->payload_length > 0,
                           &sinks[side ^ 1]);
  const TcpStream *half = &flow->halves[side];
  uint32_t sequence = packet->sequence + ((packet->flags & TCP_SYN) != 0 ? 1 : 0);
  int64_t ahead = half->started ? (int32_t)(sequence - half->next) : 0;
  tell_placement(inspector, flow, packet, frame, side, (int64_t)half->offset + ahead);
  tcp_stream_receive(&flow->halves[side], packet, frame, &sinks[side]);
  if (flow->dialogue != NULL && !flow->uninteresting) judge_checksum(flow, packet, frame, side);
  if (flow->uninteresting && flow->dialogue != NULL) drop_dialogue(flow);
}

static bool flow_is_finished(const Flow *flow)
{
  if (flow->uninteresting) return flow->finish_seen[0] && flow->finish_seen[1];
  return flow->halves[0].finished && flow->halves[1].finished;
}

static void push_tcp(Inspector *inspector, const Packet *packet, const Frame *frame)
{
  uint8_t side = 0;
  Flow *flow = flow_table_find(inspector->flows, packet, &side);
  if (flow != NULL && begins_anew(flow, packet, side)) {
    end_flow(inspector, flow, STREAM_UNFINISHED);
    flow_table_remove(inspector->flows, flow);
    flow = NULL;
  }
  if (flow == NULL) {
    side = 0;
    flow = add_flow(inspector, packet, frame);
  }
  flow->last = (RowStamp){frame->time, frame->number};
  if (flow->closed) return;
  note_syn(inspector, flow, packet, side);
  bool calls = only_calls(flow, side ^ 1);
  if ((packet->flags & TCP_FIN) != 0) flow->finish_seen[side] = true;
  if (!flow->uninteresting) receive_segment(inspector, flow, packet, frame, side);
  if ((packet->flags & TCP_RST) != 0 && reset_is_credible(flow, packet, side)) {
    if (calls) tell_call(inspector, flow, NOTE_CONNECTION_REFUSED);
    end_flow(inspector, flow, STREAM_RESET);
    flow_table_retire(inspector->flows, flow);
  } else if (flow_is_finished(flow)) {
    end_flow(inspector, flow, STREAM_CLOSED);
    flow_table_retire(inspector->flows, flow);
  }
}

/* Returns what stays the same in the IP header on all links: IPv4's identification, IPv6's flow label. */
static uint32_t identification_of(const Packet *packet, const Frame *frame)
{
  ByteReader reader = byte_reader(bytes_skip(frame->bytes, packet->link_length));
  uint32_t label = byte_reader_be32(&reader) & 0xfffff;
  return packet->source.version == 4 ? byte_reader_be16(&reader) : label;
}

/* The same datagram once more, as it passes another interface of a capture on `any` (nobody repeats a
 * question that soon), or another of several links that were captured. */
static bool is_duplicate(Flow *flow, uint8_t side, const Packet *packet, const Frame *frame)
{
  uint64_t sum = checksum_add(0, packet->payload);
  FlowDatagram *known = flow->datagrams[side];
  FlowDatagram datagram = {.time = frame->time,
                           .length = (uint32_t)packet->payload.length,
                           .hash = (uint32_t)(sum ^ sum >> 32),
                           .interface_id = frame->interface_id,
                           .identification = identification_of(packet, frame)};
  for (int i = 0; i < 2; i++) {
    Nanoseconds since = datagram.time - known[i].time;
    if (known[i].length != datagram.length || known[i].hash != datagram.hash || since < 0) continue;
    bool other_link =
        known[i].interface_id != datagram.interface_id && known[i].identification == datagram.identification;
    if (since >= (other_link ? JOURNEY_NANOSECONDS : DUPLICATE_NANOSECONDS)) continue;
    known[i].time = datagram.time;
    return true;
  }
  known[1] = known[0];
  known[0] = datagram;
  return false;
}

static void push_udp(Inspector *inspector, const Packet *packet, const Frame *frame)
{
  uint8_t side = 0;
  Flow *flow = flow_table_find(inspector->flows, packet, &side);
  if (flow == NULL) flow = add_flow(inspector, packet, frame);
  flow->last = (RowStamp){frame->time, frame->number};
  if (flow->info.server_port != DNS_PORT || packet->payload.length == 0 || registry_get(PROTOCOL_DNS) == NULL)
    return;
  if (is_duplicate(flow, side, packet, frame)) return;
  if (flow->dialogue == NULL)
    flow->dialogue = dialogue_new_datagrams(&flow->info, &inspector->output, client_side(flow), PROTOCOL_DNS);
  /* put together from fragments it lies in no one frame: it is shown where its first piece is */
  bool inside = packet->payload.data >= frame->bytes.data &&
                packet->payload.data < frame->bytes.data + frame->bytes.length;
  size_t header = inside ? (size_t)(packet->payload.data - frame->bytes.data)
                         : packet->link_length + (size_t)packet->network_length + packet->transport_length;
  StreamChunk chunk = {.bytes = packet->payload,
                       .offset = flow->halves[side].offset,
                       .time = frame->time,
                       .frame = frame->number,
                       .frame_length = (uint32_t)frame->bytes.length,
                       .source_offset = frame->source_offset + header,
                       .header_length = (uint32_t)header,
                       .link_type = frame->link_type};
  if (inside) tell_placement(inspector, flow, packet, frame, side, (int64_t)flow->halves[side].offset);
  flow->halves[side].offset += packet->payload.length;
  dialogue_receive(flow->dialogue, side, &chunk);
}

/* Each piece of a fragmented segment is a segment of its own: so its bytes are found where they lie. */
static void push_tcp_pieces(Inspector *inspector, const FragmentedDatagram *datagram)
{
  const Packet *whole = &datagram->packet;
  uint32_t end = datagram->header + (uint32_t)whole->payload.length;
  for (guint i = 0; i < datagram->pieces->len; i++) {
    const FragmentPiece *piece = &g_array_index(datagram->pieces, FragmentPiece, i);
    uint32_t start = MAX(piece->start, datagram->header);
    bool last = i + 1 == datagram->pieces->len;
    if (piece->end <= start && !last) continue;
    Packet part = *whole;
    uint32_t length = MIN(piece->end, end) - MIN(start, MIN(piece->end, end));
    part.payload = bytes_slice(piece->frame.bytes, piece->at + (start - piece->start), length);
    part.payload_length = length;
    part.sequence += start - datagram->header;
    if (!last) part.flags &= (uint8_t)~TCP_FIN;
    if (start > datagram->header) part.flags &= (uint8_t)~TCP_SYN;
    push_tcp(inspector, &part, &piece->frame);
  }
}

static void push_fragment(Inspector *inspector, const Packet *packet, const Frame *frame)
{
  const FragmentedDatagram *datagram = fragment_table_add(inspector->fragments, packet, frame);
  if (datagram == NULL) return;
  if (datagram->packet.kind == PACKET_TCP)
    push_tcp_pieces(inspector, datagram);
  else
    push_udp(inspector, &datagram->packet, &g_array_index(datagram->pieces, FragmentPiece, 0).frame);
}

void inspector_push(Inspector *inspector, const Frame *frame)
{
  InspectorCounts *counts = &inspector->output.counts;
  counts->frames++;
  counts->bytes += frame->bytes.length;
  Packet packet;
  switch (packet_parse(frame, &packet)) {
  case PACKET_TCP:
    push_tcp(inspector, &packet, frame);
    break;
  case PACKET_UDP:
    push_udp(inspector, &packet, frame);
    break;
  case PACKET_DAMAGED:
    counts->damaged_frames++;
    break;
  case PACKET_UNKNOWN_LINK:
    counts->unknown_link++;
    break;
  case PACKET_OTHER:
    if (packet.fragment) push_fragment(inspector, &packet, frame);
    break;
  }
}

static void push_frame(void *owner, const Frame *frame)
{
  inspector_push(owner, frame);
}

FrameSink inspector_get_frame_sink(Inspector *inspector)
{
  return (FrameSink){push_frame, inspector};
}

static gint compare_first_frames(gconstpointer a, gconstpointer b)
{
  const Flow *first = *(Flow *const *)a, *second = *(Flow *const *)b;
  if (first->info.first_frame != second->info.first_frame)
    return first->info.first_frame < second->info.first_frame ? -1 : 1;
  return 0;
}

void inspector_finish(Inspector *inspector)
{
  g_autoptr(GPtrArray) open = g_ptr_array_new();
  for (Flow *flow = flow_table_get_oldest(inspector->flows); flow != NULL; flow = flow->newer)
    if (flow->dialogue != NULL || is_unanswered(flow)) g_ptr_array_add(open, flow);
  g_ptr_array_sort(open, compare_first_frames);
  for (guint i = 0; i < open->len; i++)
    end_flow(inspector, g_ptr_array_index(open, i), STREAM_UNFINISHED);
}

const InspectorCounts *inspector_get_counts(const Inspector *inspector)
{
  return &inspector->output.counts;
}

void inspector_free(Inspector *inspector)
{
  if (inspector == NULL) return;
  flow_table_free(inspector->flows);
  fragment_table_free(inspector->fragments);
  server_table_free(inspector->output.resolved);
  g_array_unref(inspector->decode_as);
  server_table_free(inspector->output.servers);
  g_free(inspector);
}
