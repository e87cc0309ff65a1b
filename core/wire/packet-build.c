/* SPDX-License-Identifier: MIT */
/* Builds whole frames by the builders of each layer. */
#include "wire/packet-build.h"

#include "wire/byte-put.h"
#include "wire/checksum.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"

/* Sums pseudo-header, header and payload into the header's checksum field at offset. A UDP sum of 0 is sent
 * as all ones, because 0 means "none" there; in TCP the two are equal to the receiver. RFC 768. */
static void put_checksum(const PacketTemplate *packet, uint8_t protocol, uint8_t *segment, size_t length,
                         size_t offset)
{
  uint64_t sum = checksum_add_pseudo_header(0, &packet->source, &packet->destination, protocol, length);
  uint16_t checksum = checksum_finish(checksum_add(sum, (Bytes){segment, length}));
  if (checksum == 0 && protocol == IP_PROTOCOL_UDP) checksum = UINT16_MAX;
  byte_put_be16(segment + offset, checksum);
}

size_t packet_build(const PacketTemplate *packet, uint8_t *out, size_t size)
{
  bool tcp = packet->kind == PACKET_TCP, ipv4 = packet->source.version == 4;
  g_assert(tcp || packet->kind == PACKET_UDP);
  g_assert(packet->source.version == packet->destination.version);
  g_assert(packet->options.length <= TCP_OPTIONS_MAX);
  size_t network = ipv4 ? IPV4_HEADER : IPV6_HEADER;
  size_t transport = tcp ? TCP_HEADER + (packet->options.length + 3) / 4 * 4 : UDP_HEADER;
  if (packet->payload.length > UINT16_MAX - IPV4_HEADER - transport) return 0;
  size_t segment_length = transport + packet->payload.length;
  size_t length = ETHERNET_HEADER + network + segment_length;
  if (length > size) return 0;

  uint8_t protocol = tcp ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP;
  uint8_t *segment = out + ETHERNET_HEADER + network;
  ethernet_build(&packet->source_mac, &packet->destination_mac, ipv4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6,
                 out);
  (ipv4 ? ipv4_build : ipv6_build)(&packet->source, &packet->destination, protocol, packet->time_to_live,
                                   packet->identification, segment_length, out + ETHERNET_HEADER);
  (tcp ? tcp_build : udp_build)(packet, segment);
  if (packet->payload.length > 0) memcpy(segment + transport, packet->payload.data, packet->payload.length);
  put_checksum(packet, protocol, segment, segment_length, tcp ? 16 : 6);
  return length;
}
