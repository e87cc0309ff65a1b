/* SPDX-License-Identifier: MIT */
/* The UDP header (RFC 768), read and written. */
#pragma once

#include "wire/layer.h"
#include "wire/packet-build.h"
#include "wire/packet.h"

enum { UDP_HEADER = 8 };

/* Reads the header; its length bounds the payload (0, as in a jumbogram, bounds nothing: RFC 2675 section 4).
 */
LayerStep udp_parse(const Layer *layer, Packet *packet);

/* Writes the header with a checksum of 0; returns UDP_HEADER. */
size_t udp_build(const PacketTemplate *packet, uint8_t *out);
