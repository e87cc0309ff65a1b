/* SPDX-License-Identifier: MIT */
/* Reassembly of one direction of a TCP connection. */
#include "observe/tcp-stream.h"

#include "base/limits.h"

/* Frames of the same connection to wait for bytes that were acknowledged but not seen: captures with several
 * queues put a segment after its own acknowledgement now and then. */
#define PATIENCE_FRAMES 8u

/* A segment further ahead than any window (RFC 7323: 1 GiB) is not of this connection. */
#define WINDOW_LARGEST (INT32_C(1) << 30)

/* A length beyond this is a lie of a frame whose IP header tells none. */
#define SEGMENT_LARGEST (UINT32_C(1) << 24)

/* Memory that a segment takes besides its bytes: itself and its place in the tree. */
#define HELD_OVERHEAD (sizeof(HeldSegment) + 64)

typedef struct {
  StreamChunk chunk; /* bytes points behind this struct */
  uint32_t sequence;
  uint32_t wire_length; /* larger than bytes.length where the capture cut the frame */
} HeldSegment;

static int32_t sequence_distance(uint32_t from, uint32_t to)
{
  return (int32_t)(to - from);
}

void tcp_stream_begin(TcpStream *stream, uint32_t initial_sequence)
{
  stream->next = initial_sequence + 1;
  stream->started = true;
}

static void skip(TcpStream *stream, uint32_t length, const TcpStreamSink *sink)
{
  if (length == 0) return;
  uint64_t offset = stream->offset;
  stream->next += length;
  stream->offset += length;
  sink->gap(sink->owner, offset, length);
}

/* Delivers the part of a segment that lies at and after `next`; wire_length counts from its first byte. */
static void deliver(TcpStream *stream, StreamChunk *chunk, uint32_t sequence, uint32_t wire_length,
                    const TcpStreamSink *sink)
{
  uint32_t old = stream->next - sequence;
  if (old >= wire_length) return;
  size_t dropped = MIN((size_t)old, chunk->bytes.length);
  chunk->bytes = bytes_skip(chunk->bytes, dropped);
  chunk->source_offset += dropped;
  chunk->header_length += (uint32_t)dropped;
  uint32_t fresh = wire_length - old;
  uint32_t captured = (uint32_t)chunk->bytes.length;
  if (captured > 0) {
    chunk->offset = stream->offset;
    stream->next += captured;
    stream->offset += captured;
    sink->chunk(sink->owner, chunk);
  }
  skip(stream, fresh - captured, sink);
}

static HeldSegment *first_held(const TcpStream *stream)
{
  GTreeNode *node = stream->held == NULL ? NULL : g_tree_node_first(stream->held);
  return node == NULL ? NULL : g_tree_node_value(node);
}

static void count_held(TcpStream *stream, const HeldSegment *segment, bool added)
{
  size_t size = segment->chunk.bytes.length + HELD_OVERHEAD;
  stream->held_bytes += added ? size : -size;
  if (stream->held_total != NULL) *stream->held_total += added ? size : -size;
}

static void free_segment(gpointer data)
{
  HeldSegment *segment = data;
  explicit_bzero(segment + 1, segment->chunk.bytes.length);
  g_free(segment);
}

static void forget_tree(TcpStream *stream)
{
  g_clear_pointer(&stream->held, g_tree_unref);
  stream->patience = 0;
}

static void deliver_held(TcpStream *stream, const TcpStreamSink *sink)
{
  HeldSegment *segment;
  while ((segment = first_held(stream)) != NULL && sequence_distance(stream->next, segment->sequence) <= 0) {
    g_tree_steal(stream->held, GUINT_TO_POINTER(segment->sequence));
    count_held(stream, segment, false);
    StreamChunk chunk = segment->chunk;
    deliver(stream, &chunk, segment->sequence, segment->wire_length, sink);
    free_segment(segment);
  }
  if (segment == NULL) forget_tree(stream);
}

static void note_finish(TcpStream *stream)
{
  if (stream->has_finish && sequence_distance(stream->finish, stream->next) >= 0) stream->finished = true;
}

/* All that waits lies within one window, so that the order holds over the wrap of the numbers too. */
static gint compare_sequences(gconstpointer a, gconstpointer b, gpointer data)
{
  (void)data;
  return sequence_distance(GPOINTER_TO_UINT(b), GPOINTER_TO_UINT(a));
}

/* Keeps a copy of the part of an early segment from shift on, length bytes on the wire. */
static void insert_part(TcpStream *stream, const StreamChunk *chunk, uint32_t sequence, uint32_t shift,
                        uint32_t length)
{
  Bytes bytes = bytes_slice(chunk->bytes, shift, length);
  HeldSegment *segment = g_malloc(sizeof *segment + bytes.length);
  *segment = (HeldSegment){.chunk = *chunk, .sequence = sequence + shift, .wire_length = length};
  uint8_t *copy = (uint8_t *)(segment + 1);
  if (bytes.length > 0) memcpy(copy, bytes.data, bytes.length);
  segment->chunk.bytes = (Bytes){copy, bytes.length};
  segment->chunk.source_offset += shift;
  segment->chunk.header_length += shift;
  g_tree_insert(stream->held, GUINT_TO_POINTER(segment->sequence), segment);
  count_held(stream, segment, true);
}

/* Tells where a new early segment differs from what is held of the same bytes. */
static void compare_overlap(const TcpStream *stream, const HeldSegment *held, uint32_t sequence, Bytes bytes,
                            const TcpStreamSink *sink)
{
  int32_t shift = sequence_distance(sequence, held->sequence);
  Bytes a = bytes_skip(bytes, shift > 0 ? (size_t)shift : 0);
  Bytes b = bytes_skip(held->chunk.bytes, shift < 0 ? (size_t) - (int64_t)shift : 0);
  size_t shared = MIN(a.length, b.length);
  if (shared == 0 || memcmp(a.data, b.data, shared) == 0) return;
  uint32_t at = shift > 0 ? held->sequence : sequence;
  sink->conflict(sink->owner, stream->offset + (at - stream->next), shared);
}

/* Keeps a copy of the parts of an early segment that are not held already: the first copy wins. */
static void hold(TcpStream *stream, const StreamChunk *chunk, uint32_t sequence, uint32_t wire_length,
                 const TcpStreamSink *sink)
{
  if (stream->held == NULL) stream->held = g_tree_new_full(compare_sequences, NULL, NULL, free_segment);
  GTreeNode *node = g_tree_upper_bound(stream->held, GUINT_TO_POINTER(sequence));
  GTreeNode *before = node != NULL ? g_tree_node_previous(node) : g_tree_node_last(stream->held);
  uint32_t done = 0; /* bytes of the segment dealt with */
  if (before != NULL) {
    const HeldSegment *held = g_tree_node_value(before);
    int32_t reach = sequence_distance(sequence, held->sequence + held->wire_length);
    if (reach > 0) {
      compare_overlap(stream, held, sequence, chunk->bytes, sink);
      done = MIN((uint32_t)reach, wire_length);
    }
  }
  for (; node != NULL && done < wire_length; node = g_tree_node_next(node)) {
    const HeldSegment *held = g_tree_node_value(node);
    uint32_t start = held->sequence - sequence;
    if (start >= wire_length) break;
    if (start > done) insert_part(stream, chunk, sequence, done, start - done);
    compare_overlap(stream, held, sequence, chunk->bytes, sink);
    done = MIN(start + held->wire_length, wire_length);
  }
  if (done < wire_length) insert_part(stream, chunk, sequence, done, wire_length - done);
}

/* Gives up on the first hole. */
static void give_up_hole(TcpStream *stream, const TcpStreamSink *sink)
{
  skip(stream, first_held(stream)->sequence - stream->next, sink);
  deliver_held(stream, sink);
  stream->patience = 0;
}

/* The stream that asks for more is the one that gives way: it is the one whose bytes are at hand. */
static bool is_overfull(const TcpStream *stream)
{
  if (stream->held == NULL) return false;
  return stream->held_bytes > LIMIT_REASSEMBLY_BYTES ||
         (stream->held_total != NULL && *stream->held_total > LIMIT_REASSEMBLY_TOTAL);
}

bool tcp_stream_receive(TcpStream *stream, const Packet *packet, const Frame *frame,
                        const TcpStreamSink *sink)
{
  uint32_t sequence = packet->sequence + ((packet->flags & TCP_SYN) != 0 ? 1 : 0);
  uint32_t wire_length = packet->payload_length;
  if (!stream->started) {
    stream->next = sequence;
    stream->started = true;
  }
  int32_t ahead = sequence_distance(stream->next, sequence);
  if (ahead > WINDOW_LARGEST || ahead < -WINDOW_LARGEST || wire_length > SEGMENT_LARGEST) return false;
  if ((packet->flags & TCP_FIN) != 0 && !stream->has_finish) {
    stream->finish = sequence + wire_length;
    stream->has_finish = true;
  }
  if (wire_length > 0) {
    size_t header = packet->payload.length == 0 ? 0 : (size_t)(packet->payload.data - frame->bytes.data);
    StreamChunk chunk = {.bytes = packet->payload,
                         .time = frame->time,
                         .frame = frame->number,
                         .frame_length = (uint32_t)frame->bytes.length,
                         .source_offset = frame->source_offset + header,
                         .header_length = (uint32_t)header,
                         .link_type = frame->link_type};
    if (ahead <= 0) {
      deliver(stream, &chunk, sequence, wire_length, sink);
      if (stream->held != NULL) deliver_held(stream, sink);
    } else {
      hold(stream, &chunk, sequence, wire_length, sink);
      while (is_overfull(stream))
        give_up_hole(stream, sink);
    }
  }
  note_finish(stream);
  return true;
}

void tcp_stream_acknowledge(TcpStream *stream, uint32_t number, bool with_data, const TcpStreamSink *sink)
{
  if (!stream->started) return;
  int32_t news = sequence_distance(stream->acknowledged, number);
  if (!stream->has_acknowledged || (news > 0 && news <= WINDOW_LARGEST)) stream->acknowledged = number;
  stream->has_acknowledged = true;
  uint32_t limit = number;
  /* A FIN takes a number too, but no byte. */
  if (stream->has_finish && number == stream->finish + 1) limit = stream->finish;
  int32_t missed = sequence_distance(stream->next, limit);
  if (missed <= 0 || missed > WINDOW_LARGEST) return;
  if (!with_data && ++stream->patience <= PATIENCE_FRAMES) return;
  for (const HeldSegment *first;
       (first = first_held(stream)) != NULL && sequence_distance(first->sequence, limit) >= 0;)
    give_up_hole(stream, sink);
  missed = sequence_distance(stream->next, limit);
  if (missed > 0) skip(stream, (uint32_t)missed, sink);
  deliver_held(stream, sink);
  stream->patience = 0;
  note_finish(stream);
}

void tcp_stream_flush(TcpStream *stream, const TcpStreamSink *sink)
{
  while (stream->held != NULL)
    give_up_hole(stream, sink);
  if (!stream->has_acknowledged) return;
  /* One number more than the bytes may be a FIN that was lost with them. */
  int32_t missed = sequence_distance(stream->next, stream->acknowledged);
  if (missed > 1 && missed <= WINDOW_LARGEST) skip(stream, (uint32_t)missed - 1, sink);
}

void tcp_stream_clear(TcpStream *stream)
{
  if (stream->held_total != NULL) *stream->held_total -= stream->held_bytes;
  stream->held_bytes = 0;
  forget_tree(stream);
}
