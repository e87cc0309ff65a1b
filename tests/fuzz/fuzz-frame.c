/* SPDX-License-Identifier: MIT */
/* Hostile frames: two bytes of link type, then frames, each two bytes of length and so many bytes. */
#include "fuzz/fuzz-dialogue.h"
#include "fuzz/fuzz-rows.h"
#include "wire/packet.h"

static void check_packet(const Frame *frame, const Packet *packet)
{
  if (packet->kind != PACKET_TCP && packet->kind != PACKET_UDP) return;
  const uint8_t *end = frame->bytes.data + frame->bytes.length;
  g_assert(packet->payload.length == 0 || (packet->payload.data >= frame->bytes.data &&
                                           packet->payload.data + packet->payload.length <= end));
  g_assert(packet->payload.length <= packet->payload_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  ByteReader reader = byte_reader((Bytes){data, size});
  Frame frame = {.link_type = byte_reader_be16(&reader)};
  FuzzRows rows;
  fuzz_rows_init(&rows);
  RowSink sink = fuzz_rows_get_sink(&rows);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  while (byte_reader_left(&reader) > 2) {
    size_t length = byte_reader_be16(&reader);
    Bytes bytes = byte_reader_take(&reader, MIN(length, byte_reader_left(&reader)));
    g_autofree uint8_t *copy = g_memdup2(bytes.data, bytes.length);
    frame.bytes = (Bytes){copy, bytes.length};
    frame.original_length = (uint32_t)length;
    frame.number++;
    frame.time += 1000000;
    Packet packet;
    packet_parse(&frame, &packet);
    check_packet(&frame, &packet);
    inspector_push(inspector, &frame);
  }
  inspector_finish(inspector);
  fuzz_rows_check(&rows);
  fuzz_rows_clear(&rows);
  return 0;
}
