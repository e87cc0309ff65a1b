/* SPDX-License-Identifier: MIT */
/* Segments of one direction in any order, cut, repeated, overlapping, lost: what is delivered must be what
 * was sent, at its place, each byte once, and never joined over a hole. Each segment is four bytes: place
 * (2), length, what is odd about it. */
#include <stdlib.h>

#include "fuzz/fuzz-dialogue.h"
#include "observe/tcp-stream.h"

#define SENT_BYTES 65536u

typedef struct {
  uint64_t next; /* offset of the next byte to be told */
} Listener;

/* The byte sent at offset: no two places nearby look alike. */
static uint8_t sent(uint64_t offset)
{
  return (uint8_t)((offset * UINT64_C(2654435761)) >> 13);
}

static void hear(void *owner, const StreamChunk *chunk)
{
  Listener *listener = owner;
  if (chunk->offset != listener->next) abort();
  for (size_t i = 0; i < chunk->bytes.length; i++)
    if (chunk->bytes.data[i] != sent(chunk->offset + i)) abort();
  listener->next += chunk->bytes.length;
}

static void miss(void *owner, uint64_t offset, uint64_t length)
{
  Listener *listener = owner;
  if (offset != listener->next || length == 0) abort();
  listener->next += length;
}

static void never(void *owner, uint64_t offset, uint64_t length)
{
  (void)owner;
  (void)offset;
  (void)length;
  abort(); /* all copies are alike */
}

enum { ODD_FIN = 1, ODD_CUT = 2, ODD_ACKNOWLEDGE = 4, ODD_WITH_DATA = 8, ODD_FAR = 16 };

static void take_segment(TcpStream *stream, ByteReader *reader, uint32_t first, const TcpStreamSink *sink)
{
  uint32_t place = byte_reader_be16(reader), length = byte_reader_u8(reader);
  uint8_t odd = byte_reader_u8(reader);
  uint8_t bytes[256];
  for (uint32_t i = 0; i < length; i++)
    bytes[i] = sent(place + i);
  if ((odd & ODD_ACKNOWLEDGE) != 0) {
    tcp_stream_acknowledge(stream, first + place, (odd & ODD_WITH_DATA) != 0, sink);
    return;
  }
  Packet packet = {.kind = PACKET_TCP,
                   .sequence = first + place + ((odd & ODD_FAR) != 0 ? UINT32_C(1) << 31 : 0),
                   .flags = (odd & ODD_FIN) != 0 && place + length == SENT_BYTES ? TCP_FIN : 0,
                   .payload = {bytes, (odd & ODD_CUT) != 0 ? length / 2 : length},
                   .payload_length = length};
  Frame frame = {.bytes = {bytes, sizeof bytes}, .number = 1};
  tcp_stream_receive(stream, &packet, &frame, sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ByteReader reader = byte_reader((Bytes){data, size});
  TcpStream stream = {0};
  Listener listener = {0};
  TcpStreamSink sink = {hear, miss, never, &listener};
  uint32_t initial = byte_reader_be32(&reader);
  tcp_stream_begin(&stream, initial);
  while (byte_reader_left(&reader) >= 4)
    take_segment(&stream, &reader, initial + 1, &sink);
  tcp_stream_flush(&stream, &sink);
  tcp_stream_clear(&stream);
  return 0;
}
