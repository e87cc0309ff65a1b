/* SPDX-License-Identifier: MIT */
/* The UDP header, read and written. */
#include "wire/udp.h"

#include "wire/byte-put.h"

LayerStep udp_parse(const Layer *layer, Packet *packet)
{
  ByteReader reader = byte_reader(layer->captured);
  uint16_t source_port = byte_reader_be16(&reader), destination_port = byte_reader_be16(&reader);
  size_t length = byte_reader_be16(&reader);
  byte_reader_take(&reader, 2);
  if (length == 0) length = layer->wire_length;
  if (reader.overrun || length < UDP_HEADER || length > layer->wire_length) return LAYER_DAMAGED;
  packet->source_port = source_port;
  packet->destination_port = destination_port;
  packet->transport_length = UDP_HEADER;
  packet->payload = bytes_slice(layer->captured, UDP_HEADER, length - UDP_HEADER);
  packet->payload_length = (uint32_t)(length - UDP_HEADER);
  return LAYER_NEXT;
}

size_t udp_build(const PacketTemplate *packet, uint8_t *out)
{
  byte_put_be16(out, packet->source_port);
  byte_put_be16(out + 2, packet->destination_port);
  byte_put_be16(out + 4, (uint16_t)(UDP_HEADER + packet->payload.length));
  byte_put_be16(out + 6, 0);
  return UDP_HEADER;
}
