/* SPDX-License-Identifier: MIT */
/* The IPv6 header and its chain of extensions (RFC 8200), read and written. */
#pragma once

#include "wire/layer.h"
#include "wire/packet.h"

enum { IPV6_HEADER = 40 };

/* Reads the header and up to LIMIT_IPV6_EXTENSIONS extensions: sets packet's addresses, network_length and
 * fragment, *protocol to what follows, and bounds the layer by the payload length (0, a jumbogram or a large
 * segment, bounds nothing). LAYER_STOP: a fragment that is not the whole datagram. */
LayerStep ipv6_parse(Layer *layer, Packet *packet, uint8_t *protocol);

/* Writes a header for payload_length bytes to follow; identification becomes the flow label. */
void ipv6_build(const IpAddress *source, const IpAddress *destination, uint8_t protocol, uint8_t hop_limit,
                uint16_t identification, size_t payload_length, uint8_t *out);

/* Takes one from the hop limit of a header. Returns what is left; a header that has none left stays as it is.
 */
uint8_t ipv6_take_hop(uint8_t *header);
