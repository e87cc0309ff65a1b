/* SPDX-License-Identifier: MIT */
/* The IPv4 header, read and written. */
#include "wire/ipv4.h"

#include "wire/byte-put.h"
#include "wire/checksum.h"

enum { DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000, FRAGMENT_OFFSET = 0x1fff };

static void set_address(IpAddress *address, Bytes bytes)
{
  *address = (IpAddress){.version = 4};
  memcpy(address->bytes, bytes.data, 4);
}

LayerStep ipv4_parse(Layer *layer, Packet *packet, uint8_t *protocol)
{
  if (layer->captured.length < IPV4_HEADER) return LAYER_DAMAGED; /* once for all fields */
  ByteReader reader = byte_reader(layer->captured);
  uint8_t first = byte_reader_u8(&reader);
  byte_reader_take(&reader, 1);
  size_t total_length = byte_reader_be16(&reader);
  uint16_t identification = byte_reader_be16(&reader);
  uint16_t fragment = byte_reader_be16(&reader);
  byte_reader_take(&reader, 1);
  *protocol = byte_reader_u8(&reader);
  byte_reader_take(&reader, 2);
  Bytes source = byte_reader_take(&reader, 4), destination = byte_reader_take(&reader, 4);
  size_t header = (first & 15u) * 4u;
  if (first >> 4 != 4 || header < IPV4_HEADER || header > layer->captured.length)
    return LAYER_DAMAGED;
  if (total_length == 0) total_length = layer->wire_length;
  if (total_length < header || total_length > layer->wire_length) return LAYER_DAMAGED;
  layer_bound(layer, total_length);
  if (header > layer->captured.length) return LAYER_DAMAGED;
  set_address(&packet->source, source);
  set_address(&packet->destination, destination);
  packet->network_length = (uint16_t)header;
  packet->fragment = (fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
  layer_skip(layer, header);
  if (!packet->fragment) return LAYER_NEXT;
  packet->piece.payload = layer->captured;
  packet->piece.payload_length = (uint32_t)layer->wire_length;
  packet->piece.identification = identification;
  packet->piece.offset = (uint16_t)((fragment & FRAGMENT_OFFSET) * 8u);
  packet->piece.protocol = *protocol;
  packet->piece.more = (fragment & MORE_FRAGMENTS) != 0;
  return LAYER_STOP;
}

void ipv4_build(const IpAddress *source, const IpAddress *destination, uint8_t protocol, uint8_t time_to_live,
                uint16_t identification, size_t payload_length, uint8_t *out)
{
  out[0] = 0x45;
  out[1] = 0;
  byte_put_be16(out + 2, (uint16_t)(IPV4_HEADER + payload_length));
  byte_put_be16(out + 4, identification);
  byte_put_be16(out + 6, DONT_FRAGMENT);
  out[8] = time_to_live;
  out[9] = protocol;
  byte_put_be16(out + 10, 0);
  memcpy(out + 12, source->bytes, 4);
  memcpy(out + 16, destination->bytes, 4);
  byte_put_be16(out + 10, checksum_finish(checksum_add(0, (Bytes){out, IPV4_HEADER})));
}

uint8_t ipv4_take_hop(uint8_t *header)
{
  if (header[8] == 0) return 0;
  /* HC' = ~(~HC + ~m + m'), where m, the word of time to live and protocol, becomes 0x100 less. */
  uint32_t before = (uint32_t)header[8] << 8 | header[9];
  uint32_t sum = (~((uint32_t)header[10] << 8 | header[11]) & 0xffff) + (~before & 0xffff) + (before - 0x100);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  header[8]--;
  byte_put_be16(header + 10, (uint16_t)~sum);
  return header[8];
}
