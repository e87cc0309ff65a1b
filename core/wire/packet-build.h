/* SPDX-License-Identifier: MIT */
/* Builds whole Ethernet frames with TCP or UDP inside, right checksums included: the counterpart of
 * packet_parse. */
#pragma once

#include "wire/mac-address.h"
#include "wire/packet.h"

/* Zero what is not needed. source and destination are of one IP version. */
typedef struct {
  PacketKind kind; /* PACKET_TCP or PACKET_UDP */
  MacAddress source_mac, destination_mac;
  IpAddress source, destination;
  uint16_t source_port, destination_port;
  uint32_t sequence, acknowledgement; /* TCP */
  uint16_t window;                    /* TCP */
  uint8_t flags;                      /* TCP_SYN and so on */
  uint8_t time_to_live;
  uint16_t identification; /* of the IPv4 header; IPv6's flow label */
  Bytes options;           /* TCP options as on the wire, at most 40 bytes; padded to words here */
  Bytes payload;
} PacketTemplate;

/* Bytes of Ethernet, IPv6 and TCP headers at their longest: a buffer of this and the payload holds any frame.
 */
#define PACKET_HEADERS_MAX 114u

/* A TCP option "maximum segment size" for the options of a SYN. RFC 9293 section 3.2. */
#define PACKET_MSS_OPTION(mss)                                                                               \
  {                                                                                                          \
    2, 4, (uint8_t)((mss) >> 8), (uint8_t)((mss)&0xff)                                                       \
  }

/* Writes the frame to out, without padding to Ethernet's minimum and without frame check sequence; no
 * allocation. Returns its length, or 0 when it does not fit into size bytes or its payload into an IP packet.
 */
size_t packet_build(const PacketTemplate *packet, uint8_t *out, size_t size);
