/* SPDX-License-Identifier: MIT */
/* Cuts a frame into its layers with the lengths that the packet parser found. */
#include "observe/frame-layers.h"

#include "wire/packet.h"

static const char *link_name(uint16_t link_type)
{
  switch (link_type) {
  case LINK_TYPE_ETHERNET:
    return "Ethernet";
  case LINK_TYPE_NULL:
  case LINK_TYPE_LOOP:
    return "Loopback";
  case LINK_TYPE_LINUX_SLL:
    return "Linux SLL";
  case LINK_TYPE_LINUX_SLL2:
    return "Linux SLL2";
  case LINK_TYPE_PPP:
  case LINK_TYPE_PPP_HDLC:
  case LINK_TYPE_PPP_ETHER:
    return "PPP";
  case LINK_TYPE_IEEE802_11:
  case LINK_TYPE_IEEE802_11_RADIOTAP:
    return "IEEE 802.11";
  default:
    return "";
  }
}

static uint32_t add_layer(FrameLayer layers[], guint *count, const char *name, uint32_t start, size_t length)
{
  if (length > 0) layers[(*count)++] = (FrameLayer){name, start, (uint32_t)length};
  return start + (uint32_t)length;
}

guint frame_layers_find(Bytes frame, uint16_t link_type, FrameLayer layers[FRAME_LAYERS_MAX])
{
  guint count = 0;
  /* A frame that the capture cut is no damaged one: its headers count more bytes than are there. */
  Frame whole = {.bytes = frame, .original_length = UINT32_MAX, .link_type = link_type};
  Packet packet = {0};
  PacketKind kind = packet_parse(&whole, &packet);
  size_t headers = (size_t)packet.link_length + packet.network_length + packet.transport_length;
  if ((kind != PACKET_TCP && kind != PACKET_UDP) || headers > frame.length) {
    add_layer(layers, &count, "", 0, frame.length);
    return count;
  }
  uint32_t at = add_layer(layers, &count, link_name(link_type), 0, packet.link_length);
  at = add_layer(layers, &count, packet.source.version == 6 ? "IPv6" : "IPv4", at, packet.network_length);
  at = add_layer(layers, &count, kind == PACKET_TCP ? "TCP" : "UDP", at, packet.transport_length);
  add_layer(layers, &count, "", at, frame.length - at);
  return count;
}
