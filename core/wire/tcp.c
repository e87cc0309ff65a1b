/* SPDX-License-Identifier: MIT */
/* The TCP header, read and written. */
#include "wire/tcp.h"

#include "wire/byte-put.h"

LayerStep tcp_parse(const Layer *layer, Packet *packet)
{
  if (layer->captured.length < TCP_HEADER) return LAYER_DAMAGED; /* once for all fields */
  ByteReader reader = byte_reader(layer->captured);
  uint16_t source_port = byte_reader_be16(&reader), destination_port = byte_reader_be16(&reader);
  uint32_t sequence = byte_reader_be32(&reader), acknowledgement = byte_reader_be32(&reader);
  size_t header = (byte_reader_u8(&reader) >> 4) * 4u;
  uint8_t flags = byte_reader_u8(&reader);
  uint16_t window = byte_reader_be16(&reader);
  if (header < TCP_HEADER || header > layer->captured.length) return LAYER_DAMAGED;
  packet->source_port = source_port;
  packet->destination_port = destination_port;
  packet->sequence = sequence;
  packet->acknowledgement = acknowledgement;
  packet->flags = flags;
  packet->window = window;
  packet->transport_length = (uint16_t)header;
  packet->payload = bytes_skip(layer->captured, header);
  packet->payload_length = (uint32_t)(layer->wire_length - header);
  return LAYER_NEXT;
}

size_t tcp_build(const PacketTemplate *packet, uint8_t *out)
{
  size_t options = (packet->options.length + 3) / 4 * 4;
  byte_put_be16(out, packet->source_port);
  byte_put_be16(out + 2, packet->destination_port);
  byte_put_be32(out + 4, packet->sequence);
  byte_put_be32(out + 8, packet->acknowledgement);
  out[12] = (uint8_t)((TCP_HEADER + options) / 4 << 4);
  out[13] = packet->flags;
  byte_put_be16(out + 14, packet->window);
  byte_put_be32(out + 16, 0); /* checksum, urgent pointer */
  if (options > 0) {
    byte_put_be32(out + TCP_HEADER + options - 4, 0); /* the padding is "end of options" */
    memcpy(out + TCP_HEADER, packet->options.data, packet->options.length);
  }
  return TCP_HEADER + options;
}
