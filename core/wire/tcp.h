/* SPDX-License-Identifier: MIT */
/* The TCP header (RFC 9293 section 3.1), read and written. */
#pragma once

#include "wire/layer.h"
#include "wire/packet-build.h"
#include "wire/packet.h"

enum { TCP_HEADER = 20, TCP_OPTIONS_MAX = 40 };

/* Reads the header with its options; sets packet's ports, numbers, flags, window, transport_length and
 * payload. */
LayerStep tcp_parse(const Layer *layer, Packet *packet);

/* Writes header and options, padded to words, with a checksum of 0; returns how many bytes. */
size_t tcp_build(const PacketTemplate *packet, uint8_t *out);
