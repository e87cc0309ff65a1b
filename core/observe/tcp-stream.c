/* SPDX-License-Identifier: MIT */
/* Reassembly of one direction of a TCP connection. */
#include "observe/tcp-stream.h"

#include "base/limits.h"

/* Frames of the same connection to wait for bytes that were acknowledged but not seen: captures with several queues put a
 * segment after its own acknowledgement now and then. */
#define PATIENCE_FRAMES 8u

/* A segment further ahead than any window (RFC 7323: 1 GiB) is not of this connection. */
#define WINDOW_LARGEST (INT32_C(1) << 30)

struct TcpHeldSegment {
  TcpHeldSegment *next;
  StreamChunk chunk;        /* bytes points behind this struct */
  uint32_t sequence;
  uint32_t wire_length;     /* larger than bytes.length where the capture cut the frame */
};

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

static void deliver_held(TcpStream *stream, const TcpStreamSink *sink)
{
  while (stream->held != NULL && sequence_distance(stream->next, stream->held->sequence) <= 0) {
    TcpHeldSegment *segment = stream->held;
    stream->held = segment->next;
    stream->held_bytes -= segment->chunk.bytes.length;
    StreamChunk chunk = segment->chunk;
    deliver(stream, &chunk, segment->sequence, segment->wire_length, sink);
    g_free(segment);
  }
  if (stream->held == NULL) stream->patience = 0;
}

static void note_finish(TcpStream *stream)
{
  if (stream->has_finish && sequence_distance(stream->finish, stream->next) >= 0) stream->finished = true;
}

/* Compares a new early segment with one that is held: true when the bytes they share differ. */
static bool overlap_differs(const TcpHeldSegment *held, uint32_t sequence, Bytes bytes, uint32_t *at, uint32_t *length)
{
  int32_t shift = sequence_distance(sequence, held->sequence);
  size_t new_start = shift > 0 ? (size_t)shift : 0;
  size_t held_start = shift < 0 ? (size_t)-(int64_t)shift : 0;
  Bytes a = bytes_skip(bytes, new_start), b = bytes_skip(held->chunk.bytes, held_start);
  size_t shared = MIN(a.length, b.length);
  *at = held->sequence + (uint32_t)held_start;
  *length = (uint32_t)shared;
  return shared > 0 && memcmp(a.data, b.data, shared) != 0;
}

/* Keeps a copy of an early segment, in order; parts that an earlier copy holds already are dropped when it is delivered. */
static void hold(TcpStream *stream, const StreamChunk *chunk, uint32_t sequence, uint32_t wire_length,
                 const TcpStreamSink *sink)
{
  TcpHeldSegment **place = &stream->held;
  for (; *place != NULL && sequence_distance((*place)->sequence, sequence) >= 0; place = &(*place)->next) {
    if (sequence_distance((*place)->sequence + (*place)->wire_length, sequence + wire_length) <= 0) {
      uint32_t at, length;
      if (overlap_differs(*place, sequence, chunk->bytes, &at, &length))
        sink->conflict(sink->owner, stream->offset + (at - stream->next), length);
      return;
    }
  }
  TcpHeldSegment *segment = g_malloc(sizeof *segment + chunk->bytes.length);
  *segment = (TcpHeldSegment){.next = *place, .chunk = *chunk, .sequence = sequence, .wire_length = wire_length};
  uint8_t *copy = (uint8_t *)(segment + 1);
  if (chunk->bytes.length > 0) memcpy(copy, chunk->bytes.data, chunk->bytes.length);
  segment->chunk.bytes.data = copy;
  *place = segment;
  stream->held_bytes += chunk->bytes.length;
}

/* Gives up on the first hole. */
static void give_up_hole(TcpStream *stream, const TcpStreamSink *sink)
{
  skip(stream, stream->held->sequence - stream->next, sink);
  deliver_held(stream, sink);
  stream->patience = 0;
}

bool tcp_stream_receive(TcpStream *stream, const Packet *packet, const Frame *frame, const TcpStreamSink *sink)
{
  uint32_t sequence = packet->sequence + ((packet->flags & TCP_SYN) != 0 ? 1 : 0);
  uint32_t wire_length = packet->payload_length;
  if (!stream->started) {
    stream->next = sequence;
    stream->started = true;
  }
  int32_t ahead = sequence_distance(stream->next, sequence);
  if (ahead > WINDOW_LARGEST || ahead < -WINDOW_LARGEST) return false;
  if ((packet->flags & TCP_FIN) != 0 && !stream->has_finish) {
    stream->finish = sequence + wire_length;
    stream->has_finish = true;
  }
  if (wire_length > 0) {
    size_t header = (size_t)(packet->payload.data - frame->bytes.data);
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
      while (stream->held_bytes > LIMIT_REASSEMBLY_BYTES)
        give_up_hole(stream, sink);
    }
  }
  note_finish(stream);
  return true;
}

void tcp_stream_acknowledge(TcpStream *stream, uint32_t number, bool with_data, const TcpStreamSink *sink)
{
  if (!stream->started) return;
  uint32_t limit = number;
  /* A FIN takes a number too, but no byte. */
  if (stream->has_finish && number == stream->finish + 1) limit = stream->finish;
  int32_t missed = sequence_distance(stream->next, limit);
  if (missed <= 0 || missed > WINDOW_LARGEST) return;
  if (!with_data && ++stream->patience <= PATIENCE_FRAMES) return;
  while (stream->held != NULL && sequence_distance(stream->held->sequence, limit) >= 0)
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
}

void tcp_stream_clear(TcpStream *stream)
{
  while (stream->held != NULL) {
    TcpHeldSegment *segment = stream->held;
    stream->held = segment->next;
    explicit_bzero(segment + 1, segment->chunk.bytes.length);
    g_free(segment);
  }
  stream->held_bytes = 0;
}
