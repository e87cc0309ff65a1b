/* SPDX-License-Identifier: MIT */
/* The IPv4 header (RFC 791), read and written. */
#pragma once

#include "wire/layer.h"
#include "wire/packet.h"

enum { IPV4_HEADER = 20 };

/* Reads the header: sets packet's addresses, network_length and fragment, *protocol to what follows, and
 * bounds the layer by the total length, so that padding is out; a total length of 0 (the card was to cut a
 * large segment) bounds nothing. LAYER_STOP: a fragment. */
LayerStep ipv4_parse(Layer *layer, Packet *packet, uint8_t *protocol);

/* Writes a header without options, with its checksum, for payload_length bytes to follow; don't fragment is
 * set. */
void ipv4_build(const IpAddress *source, const IpAddress *destination, uint8_t protocol, uint8_t time_to_live,
                uint16_t identification, size_t payload_length, uint8_t *out);

/* Takes one hop from the time to live of a header and mends its checksum (RFC 1624). Returns what is left; a
 * header that has none left stays as it is. */
uint8_t ipv4_take_hop(uint8_t *header);
