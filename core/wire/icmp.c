/* SPDX-License-Identifier: MIT */
/* The errors of ICMP and ICMPv6, by one table of their types and codes. */
#include "wire/icmp.h"

#include "wire/byte-put.h"
#include "wire/checksum.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/link.h"

enum { ICMP_HEADER = 8, IPV4_ERROR_MAX = 576, IPV6_ERROR_MAX = 1280 };

static const struct {
  uint8_t type, code;   /* RFC 792, RFC 1812 section 5.2.7.1 */
  uint8_t type6, code6; /* RFC 4443 section 3 */
} rows[] = {
    [ICMP_NETWORK_UNREACHABLE] = {3, 0, 1, 0}, [ICMP_HOST_UNREACHABLE] = {3, 1, 1, 3},
    [ICMP_PORT_UNREACHABLE] = {3, 3, 1, 4},    [ICMP_TOO_BIG] = {3, 4, 2, 0},
    [ICMP_PROHIBITED] = {3, 13, 1, 1},         [ICMP_TIME_EXCEEDED] = {11, 0, 3, 0},
};

size_t icmp_build(const IcmpTemplate *message, uint8_t *out, size_t size)
{
  bool ipv4 = message->source.version == 4;
  g_assert(message->source.version == message->destination.version);
  size_t network = ipv4 ? IPV4_HEADER : IPV6_HEADER;
  size_t most = (ipv4 ? IPV4_ERROR_MAX : IPV6_ERROR_MAX) - network - ICMP_HEADER;
  Bytes about = bytes_slice(message->about, 0, most);
  size_t length = ICMP_HEADER + about.length;
  if (ETHERNET_HEADER + network + length > size) return 0;

  uint8_t protocol = ipv4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
  uint8_t *body = out + ETHERNET_HEADER + network;
  ethernet_build(&message->source_mac, &message->destination_mac, ipv4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6,
                 out);
  (ipv4 ? ipv4_build : ipv6_build)(&message->source, &message->destination, protocol, message->time_to_live,
                                   message->identification, length, out + ETHERNET_HEADER);
  body[0] = ipv4 ? rows[message->error].type : rows[message->error].type6;
  body[1] = ipv4 ? rows[message->error].code : rows[message->error].code6;
  byte_put_be16(body + 2, 0);
  /* RFC 1191 section 4 has the MTU in the last two of these bytes, RFC 4443 section 3.2 in all four. */
  byte_put_be32(body + 4, message->error == ICMP_TOO_BIG ? message->mtu : 0);
  if (about.length > 0) memcpy(body + ICMP_HEADER, about.data, about.length);
  uint64_t sum =
      ipv4 ? 0 : checksum_add_pseudo_header(0, &message->source, &message->destination, protocol, length);
  byte_put_be16(body + 2, checksum_finish(checksum_add(sum, (Bytes){body, length})));
  return ETHERNET_HEADER + network + length;
}

bool icmp_is_message(const Frame *frame, const Packet *packet)
{
  if (packet->kind != PACKET_OTHER || packet->network_length == 0 || packet->fragment) return false;
  bool ipv4 = packet->source.version == 4;
  Bytes protocol = bytes_slice(frame->bytes, packet->link_length + (ipv4 ? 9u : 6u), 1);
  return protocol.length == 1 && protocol.data[0] == (ipv4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
}

/* Returns the length that the IP header at the beginning of bytes tells of its packet. */
static size_t told_length(Bytes bytes, bool ipv4)
{
  ByteReader reader = byte_reader(bytes_skip(bytes, ipv4 ? 2 : 4));
  return byte_reader_be16(&reader) + (ipv4 ? 0u : IPV6_HEADER);
}

bool icmp_parse(const Frame *frame, const Packet *packet, IcmpError *error, uint16_t *mtu, Packet *about)
{
  if (!icmp_is_message(frame, packet)) return false;
  bool ipv4 = packet->source.version == 4;
  ByteReader reader = byte_reader(bytes_skip(frame->bytes, packet->link_length + packet->network_length));
  uint8_t type = byte_reader_u8(&reader), code = byte_reader_u8(&reader);
  byte_reader_take(&reader, 4);
  uint16_t told = byte_reader_be16(&reader);
  if (reader.overrun) return false;
  size_t row = 0;
  while (row < G_N_ELEMENTS(rows) && (type != (ipv4 ? rows[row].type : rows[row].type6) ||
                                      code != (ipv4 ? rows[row].code : rows[row].code6)))
    row++;
  if (row == G_N_ELEMENTS(rows)) return false;
  Bytes inside = byte_reader_take(&reader, byte_reader_left(&reader));
  Frame lost = {.bytes = inside,
                .original_length = (uint32_t)MAX(told_length(inside, ipv4), inside.length),
                .link_type = ipv4 ? LINK_TYPE_IPV4 : LINK_TYPE_IPV6};
  PacketKind kind = packet_parse(&lost, about);
  *error = (IcmpError)row;
  *mtu = row == ICMP_TOO_BIG ? told : 0;
  return kind == PACKET_TCP || kind == PACKET_UDP;
}
