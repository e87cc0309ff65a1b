/* SPDX-License-Identifier: MIT */
/* Frames with their addresses replaced and their checksums right again. */
#pragma once

#include "wire/packet.h"

/* Replaces addresses, the same one always by the same other. */
typedef struct AddressMask AddressMask;

AddressMask *address_mask_new(void);
void address_mask_free(AddressMask *mask);

/* Writes over a network-order address of 4 or 16 bytes: 10.0.0.1 and on, 2001:db8::1 and on. */
void address_mask_ip(AddressMask *mask, uint8_t *address, size_t length);

/* Makes frame, a copy of a captured one whose payload is redacted already, fit to be given away: hardware
 * addresses, IP addresses, checksums. What is neither TCP nor UDP loses all its content. Returns where the
 * frame begins now: bytes before an inner IP header (tunnels, Wi-Fi, PPP) are left out, and *link_type is
 * LINK_TYPE_RAW then. packet is what packet_parse made of frame. */
Bytes redact_frame(AddressMask *mask, const Packet *packet, uint8_t *frame, size_t length, bool whole,
                   uint16_t *link_type);
