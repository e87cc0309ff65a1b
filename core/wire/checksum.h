/* SPDX-License-Identifier: MIT */
/* The Internet checksum (RFC 1071): made for the builders, judged for what was captured. */
#pragma once

#include "wire/packet.h"

/* Adds bytes to a running sum that began at 0. Only the last piece of a whole may have an odd length. */
uint64_t checksum_add(uint64_t sum, Bytes bytes);

/* Adds the pseudo-header of TCP or UDP: addresses (of one version), protocol, and length of header and
 * payload. RFC 9293 section 3.1, RFC 8200 section 8.1. */
uint64_t checksum_add_pseudo_header(uint64_t sum, const IpAddress *source, const IpAddress *destination,
                                    uint8_t protocol, size_t length);

/* Returns the checksum of what was added, to be stored in network order; 0 when what was added holds its
 * right checksum. */
uint16_t checksum_finish(uint64_t sum);

typedef enum {
  CHECKSUM_UNKNOWN, /* not TCP or UDP, the capture cut the frame, or IPv4 does not tell its length */
  CHECKSUM_GOOD,
  CHECKSUM_ABSENT,  /* UDP over IPv4 may leave it out */
  CHECKSUM_OFFLOAD, /* only the pseudo-header is summed: the network card was going to finish it; not an error
                     */
  CHECKSUM_BAD,
} ChecksumVerdict;

/* Judges the transport checksum of packet, which packet_parse made from frame, and the checksum of the IPv4
 * header right before it: CHECKSUM_BAD when either is wrong. RFC 791 section 3.1, RFC 9293 section 3.1. */
ChecksumVerdict checksum_verify(const Frame *frame, const Packet *packet);
