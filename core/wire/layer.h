/* SPDX-License-Identifier: MIT */
/* Where a parser stands in a frame: what was captured and what was on the wire, both from the current header
 * on. */
#pragma once

#include "base/bytes.h"

/* Ether types and IP protocol numbers, from the IEEE and IANA registries. */
enum {
  ETHER_TYPE_IPV4 = 0x0800,
  ETHER_TYPE_IPV6 = 0x86dd,
  ETHER_TYPE_VLAN = 0x8100,
  ETHER_TYPE_VLAN_SERVICE = 0x88a8,
  ETHER_TYPE_VLAN_OLD = 0x9100,
  ETHER_TYPE_MPLS = 0x8847,
  ETHER_TYPE_MPLS_MULTICAST = 0x8848,
  ETHER_TYPE_PPPOE_SESSION = 0x8864,
  ETHER_TYPE_BRIDGED = 0x6558,
  ETHER_TYPE_FIRST = 0x0600, /* below it the field is an IEEE 802.3 length */
};

enum {
  IP_PROTOCOL_HOP_BY_HOP = 0,
  IP_PROTOCOL_ICMP = 1,
  IP_PROTOCOL_IPV4 = 4,
  IP_PROTOCOL_TCP = 6,
  IP_PROTOCOL_UDP = 17,
  IP_PROTOCOL_IPV6 = 41,
  IP_PROTOCOL_ROUTING = 43,
  IP_PROTOCOL_FRAGMENT = 44,
  IP_PROTOCOL_GRE = 47,
  IP_PROTOCOL_AUTHENTICATION = 51,
  IP_PROTOCOL_ICMPV6 = 58,
  IP_PROTOCOL_DESTINATION = 60,
  IP_PROTOCOL_MOBILITY = 135,
  IP_PROTOCOL_HOST_IDENTITY = 139,
  IP_PROTOCOL_SHIM6 = 140,
};

typedef struct {
  Bytes captured;
  size_t wire_length; /* never less than captured.length */
} Layer;

typedef enum {
  LAYER_NEXT,    /* the header is sound, and the layer begins after it */
  LAYER_STOP,    /* sound, but nothing for us inside */
  LAYER_DAMAGED, /* the header lies or is cut */
} LayerStep;

/* Moves past count captured bytes; count must not be larger than captured.length. */
static inline void layer_skip(Layer *layer, size_t count)
{
  layer->captured.data += count;
  layer->captured.length -= count;
  layer->wire_length -= count;
}

/* Cuts what lies beyond length bytes on the wire (padding); length must not be larger than wire_length. */
static inline void layer_bound(Layer *layer, size_t length)
{
  layer->wire_length = length;
  layer->captured.length = MIN(layer->captured.length, length);
}
