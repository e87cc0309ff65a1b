/* SPDX-License-Identifier: MIT */
/* What stands before the IP header: Ethernet and its VLAN tags, Linux cooked, loopback, raw, and the headers
 * of tunnels. */
#pragma once

#include "wire/layer.h"
#include "wire/mac-address.h"

enum { ETHERNET_HEADER = 14 };

/* Reads the link header of a frame of link_type and sets *ether_type to what follows it. Returns false when
 * the link type is unknown; else *step is set. IEEE 802.3, 802.1Q, 802.1ad; LINKTYPE_LINUX_SLL, _SLL2, _NULL,
 * _LOOP, _RAW, _IPV4, _IPV6. */
bool link_parse(uint16_t link_type, Layer *layer, uint16_t *ether_type, LayerStep *step);

/* Reads an Ethernet header. */
LayerStep ethernet_parse(Layer *layer, uint16_t *ether_type);

/* Moves past VLAN tags and PPPoE session headers, up to LIMIT_VLAN_TAGS of them. RFC 2516. */
LayerStep link_skip_tags(Layer *layer, uint16_t *ether_type);

/* Reads a GRE header of version 0. RFC 2784, 2890. */
LayerStep gre_parse(Layer *layer, uint16_t *ether_type);

/* Writes an Ethernet header of ETHERNET_HEADER bytes. */
void ethernet_build(const MacAddress *source, const MacAddress *destination, uint16_t ether_type,
                    uint8_t *out);

/* True for the link types that link_parse reads. */
bool link_knows(uint16_t link_type);
