/* SPDX-License-Identifier: MIT */
/* The IPv6 header, its extension chain by a table of their length units, and the header written. */
#include "wire/ipv6.h"

#include "base/limits.h"
#include "wire/byte-put.h"

/* An extension is base + length field × unit bytes long. */
static const struct {
  uint8_t protocol, base, unit;
} extensions[] = {
    {IP_PROTOCOL_HOP_BY_HOP, 8, 8},    {IP_PROTOCOL_ROUTING, 8, 8},        {IP_PROTOCOL_FRAGMENT, 8, 0},
    {IP_PROTOCOL_DESTINATION, 8, 8},   {IP_PROTOCOL_AUTHENTICATION, 8, 4}, {IP_PROTOCOL_MOBILITY, 8, 8},
    {IP_PROTOCOL_HOST_IDENTITY, 8, 8}, {IP_PROTOCOL_SHIM6, 8, 8},
};

/* Reads one extension of the table's row and moves past it. RFC 8200 section 4; RFC 4302 section 2.2. */
static LayerStep parse_extension(Layer *layer, size_t row, Packet *packet, uint8_t *protocol)
{
  ByteReader reader = byte_reader(layer->captured);
  uint8_t next = byte_reader_u8(&reader);
  size_t length = extensions[row].base + (size_t)byte_reader_u8(&reader) * extensions[row].unit;
  if (reader.overrun || length > layer->captured.length) return LAYER_DAMAGED;
  if (extensions[row].protocol == IP_PROTOCOL_FRAGMENT) {
    uint16_t place = byte_reader_be16(&reader);
    /* Offset 0 and no more to come is a whole datagram after all: RFC 8200's atomic fragment. */
    packet->fragment = (place & 0xfff9) != 0;
    packet->piece.offset = place & 0xfff8;
    packet->piece.more = (place & 1) != 0;
    packet->piece.identification = byte_reader_be32(&reader);
  }
  *protocol = next;
  packet->network_length = (uint16_t)(packet->network_length + length);
  layer_skip(layer, length);
  if (!packet->fragment) return LAYER_NEXT;
  packet->piece.payload = layer->captured;
  packet->piece.payload_length = (uint32_t)layer->wire_length;
  packet->piece.protocol = next;
  return LAYER_STOP;
}

static LayerStep parse_extensions(Layer *layer, Packet *packet, uint8_t *protocol)
{
  for (unsigned count = 0;; count++) {
    size_t row = 0;
    while (row < G_N_ELEMENTS(extensions) && extensions[row].protocol != *protocol)
      row++;
    if (row == G_N_ELEMENTS(extensions)) return LAYER_NEXT;
    if (count == LIMIT_IPV6_EXTENSIONS) return LAYER_DAMAGED;
    LayerStep step = parse_extension(layer, row, packet, protocol);
    if (step != LAYER_NEXT) return step;
  }
}

static void set_address(IpAddress *address, Bytes bytes)
{
  address->version = 6;
  memcpy(address->bytes, bytes.data, bytes.length);
}

LayerStep ipv6_parse(Layer *layer, Packet *packet, uint8_t *protocol)
{
  ByteReader reader = byte_reader(layer->captured);
  uint8_t version = byte_reader_u8(&reader) >> 4;
  byte_reader_take(&reader, 3);
  size_t payload_length = byte_reader_be16(&reader);
  *protocol = byte_reader_u8(&reader);
  byte_reader_take(&reader, 1);
  Bytes source = byte_reader_take(&reader, 16), destination = byte_reader_take(&reader, 16);
  if (reader.overrun || version != 6) return LAYER_DAMAGED;
  layer_skip(layer, IPV6_HEADER);
  if (payload_length > layer->wire_length) return LAYER_DAMAGED;
  if (payload_length > 0) layer_bound(layer, payload_length);
  set_address(&packet->source, source);
  set_address(&packet->destination, destination);
  packet->network_length = IPV6_HEADER;
  packet->fragment = false;
  if (*protocol == IP_PROTOCOL_TCP) return LAYER_NEXT;
  return parse_extensions(layer, packet, protocol);
}

void ipv6_build(const IpAddress *source, const IpAddress *destination, uint8_t protocol, uint8_t hop_limit,
                uint16_t identification, size_t payload_length, uint8_t *out)
{
  byte_put_be32(out, 0x60000000u | identification);
  byte_put_be16(out + 4, (uint16_t)payload_length);
  out[6] = protocol;
  out[7] = hop_limit;
  memcpy(out + 8, source->bytes, 16);
  memcpy(out + 24, destination->bytes, 16);
}

uint8_t ipv6_take_hop(uint8_t *header)
{
  if (header[7] > 0) header[7]--;
  return header[7];
}
