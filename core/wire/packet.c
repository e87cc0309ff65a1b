/* SPDX-License-Identifier: MIT */
/* One pass down the layers of a frame. */
#include "wire/packet.h"

#include "base/limits.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/udp.h"

/* Reads one IP header where ether_type says there is one. */
static LayerStep parse_network(Layer *layer, uint16_t ether_type, Packet *packet, uint8_t *protocol)
{
  if (ether_type == ETHER_TYPE_IPV4) return ipv4_parse(layer, packet, protocol);
  if (ether_type == ETHER_TYPE_IPV6) return ipv6_parse(layer, packet, protocol);
  return LAYER_STOP;
}

/* Reads what tells the next IP header of a tunnel; LAYER_STOP when protocol is no tunnel. RFC 2003, 4213,
 * 2784. */
static LayerStep parse_tunnel(Layer *layer, uint8_t protocol, uint16_t *ether_type)
{
  if (protocol == IP_PROTOCOL_GRE) return gre_parse(layer, ether_type);
  if (protocol != IP_PROTOCOL_IPV4 && protocol != IP_PROTOCOL_IPV6) return LAYER_STOP;
  *ether_type = protocol == IP_PROTOCOL_IPV4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6;
  return LAYER_NEXT;
}

static PacketKind parse_transport(const Layer *layer, uint8_t protocol, Packet *packet)
{
  if (protocol == IP_PROTOCOL_TCP)
    return tcp_parse(layer, packet) == LAYER_NEXT ? PACKET_TCP : PACKET_DAMAGED;
  return udp_parse(layer, packet) == LAYER_NEXT ? PACKET_UDP : PACKET_DAMAGED;
}

PacketKind packet_parse_transport(Bytes payload, uint8_t protocol, Packet *packet)
{
  Layer layer = {payload, payload.length};
  packet->kind = protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP
                     ? parse_transport(&layer, protocol, packet)
                     : PACKET_OTHER;
  return packet->kind;
}

/* Goes from the end of the link header to the transport, through tunnels. */
static PacketKind parse_layers(const Frame *frame, Layer *layer, uint16_t ether_type, Packet *packet)
{
  for (unsigned depth = 0;; depth++) {
    LayerStep step = link_skip_tags(layer, &ether_type);
    if (step != LAYER_NEXT) return step == LAYER_STOP ? PACKET_OTHER : PACKET_DAMAGED;
    bool network = ether_type == ETHER_TYPE_IPV4 || ether_type == ETHER_TYPE_IPV6;
    if (!network) return PACKET_OTHER;
    if (depth == LIMIT_TUNNELS || layer->captured.length == 0) return PACKET_DAMAGED;
    size_t link_length = (size_t)(layer->captured.data - frame->bytes.data);
    if (link_length > UINT16_MAX) return PACKET_DAMAGED;
    packet->link_length = (uint16_t)link_length;
    uint8_t protocol = 0;
    step = parse_network(layer, ether_type, packet, &protocol);
    if (step != LAYER_NEXT) return step == LAYER_STOP ? PACKET_OTHER : PACKET_DAMAGED;
    if (protocol == IP_PROTOCOL_UDP && vxlan_parse(layer, &ether_type, &step)) {
      if (step != LAYER_NEXT) return step == LAYER_STOP ? PACKET_OTHER : PACKET_DAMAGED;
      continue;
    }
    if (protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP)
      return parse_transport(layer, protocol, packet);
    step = parse_tunnel(layer, protocol, &ether_type);
    if (step != LAYER_NEXT) return step == LAYER_STOP ? PACKET_OTHER : PACKET_DAMAGED;
  }
}

PacketKind packet_parse(const Frame *frame, Packet *packet)
{
  /* in two parts that are small enough to be written with a few wide stores */
  memset(packet, 0, offsetof(Packet, payload));
  memset((uint8_t *)packet + offsetof(Packet, payload), 0, sizeof *packet - offsetof(Packet, payload));
  Layer layer = {frame->bytes, MAX(frame->original_length, frame->bytes.length)};
  uint16_t ether_type = 0;
  LayerStep step = LAYER_STOP;
  if (!link_parse(frame->link_type, &layer, &ether_type, &step))
    packet->kind = PACKET_UNKNOWN_LINK;
  else if (step == LAYER_NEXT)
    packet->kind = parse_layers(frame, &layer, ether_type, packet);
  else
    packet->kind = step == LAYER_STOP ? PACKET_OTHER : PACKET_DAMAGED;
  return packet->kind;
}

bool packet_knows_link_type(uint16_t link_type)
{
  return link_knows(link_type);
}
