/* SPDX-License-Identifier: MIT */
/* What stands before the IP header: Ethernet and its VLAN tags, Linux cooked, loopback, raw, PPP, Wi-Fi, and
 * the headers of tunnels. */
#pragma once

#include "wire/layer.h"
#include "wire/mac-address.h"

enum { ETHERNET_HEADER = 14 };

/* Reads the link header of a frame of link_type and sets *ether_type to what follows it. Returns false when
 * the link type is unknown; else *step is set. IEEE 802.3, 802.1Q, 802.1ad; LINKTYPE_LINUX_SLL, _SLL2, _NULL,
 * _LOOP, _RAW, _IPV4, _IPV6, _PPP, _PPP_HDLC, _PPP_ETHER,
 * _IEEE802_11, _IEEE802_11_RADIOTAP. */
bool link_parse(uint16_t link_type, Layer *layer, uint16_t *ether_type, LayerStep *step);

/* Reads an Ethernet header, and the LLC and SNAP headers behind a length (IEEE 802.2). */
LayerStep ethernet_parse(Layer *layer, uint16_t *ether_type);

/* Reads LLC and SNAP headers; LAYER_STOP where they lead to no Ethernet type (IEEE 802.2, RFC 1042). */
LayerStep llc_parse(Layer *layer, uint16_t *ether_type);

/* Reads an 802.11 header, of a data frame in clear, unfragmented and not aggregated; all others are
 * LAYER_STOP. And the same behind a radiotap header. IEEE 802.11 §9.2, radiotap.org. */
LayerStep wifi_parse(Layer *layer, uint16_t *ether_type);
LayerStep radiotap_parse(Layer *layer, uint16_t *ether_type);

/* Reads a VXLAN header and the Ethernet header in it (RFC 7348), where layer is at a UDP header for its port.
 * Returns false, and moves nothing, where it is not. */
bool vxlan_parse(Layer *layer, uint16_t *ether_type, LayerStep *step);

/* Moves past VLAN tags, PPPoE session headers and MPLS labels, up to LIMIT_VLAN_TAGS of them. RFC 2516, RFC
 * 3032. */
LayerStep link_skip_tags(Layer *layer, uint16_t *ether_type);

/* Reads a GRE header of version 0. RFC 2784, 2890. */
LayerStep gre_parse(Layer *layer, uint16_t *ether_type);

/* Writes an Ethernet header of ETHERNET_HEADER bytes. */
void ethernet_build(const MacAddress *source, const MacAddress *destination, uint16_t ether_type,
                    uint8_t *out);

/* True for the link types that link_parse reads. */
bool link_knows(uint16_t link_type);
