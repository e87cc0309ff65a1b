/* SPDX-License-Identifier: MIT */
/* What a frame carries, down to the transport's payload: one pass over borrowed bytes, nothing copied. */
#pragma once

#include "wire/frame.h"
#include "wire/ip-address.h"

typedef enum {
  PACKET_OTHER, /* not IP, or IP with neither TCP nor UDP: nothing for us, not damaged */
  PACKET_TCP,
  PACKET_UDP,
  PACKET_DAMAGED,      /* a header lies or is cut */
  PACKET_UNKNOWN_LINK, /* a link type we cannot read */
} PacketKind;

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_PSH = 0x08, TCP_ACK = 0x10, TCP_URG = 0x20 };

typedef struct {
  PacketKind kind;
  IpAddress source, destination;
  uint16_t source_port, destination_port;
  uint32_t sequence, acknowledgement; /* TCP */
  uint16_t window;
  uint8_t flags;
  Bytes payload;             /* captured payload of TCP or UDP; Ethernet padding is not in it */
  uint32_t payload_length;   /* on the wire; larger than payload.length when the capture cut the frame */
  uint16_t link_length;      /* bytes before the IP header */
  uint16_t network_length;   /* bytes of IP header and extensions */
  uint16_t transport_length; /* bytes of the TCP or UDP header */
  bool fragment;             /* an IP fragment other than a whole datagram: kind is PACKET_OTHER */
  struct {
    Bytes payload; /* captured */
    uint32_t identification;
    uint32_t payload_length; /* on the wire */
    uint16_t offset;         /* of payload in the datagram, in bytes */
    uint8_t protocol;        /* of the datagram's payload */
    bool more;               /* it is not the last */
  } piece;                   /* with fragment: RFC 791 §3.2, RFC 8200 §4.5 */
} Packet;

/* Parses a datagram's payload put together from fragments: TCP or UDP by its protocol number. Fills the
 * transport's fields of *packet, whose addresses stay. Returns the kind; PACKET_OTHER for other protocols. */
PacketKind packet_parse_transport(Bytes payload, uint8_t protocol, Packet *packet);

/* Parses frame into *packet. Views point into the frame. Returns packet->kind; every field that the kind has
 * is set, the rest are zero. RFC 791, 8200, 9293, 768; IEEE 802.1Q. */
PacketKind packet_parse(const Frame *frame, Packet *packet);

/* True for the link types that packet_parse reads. */
bool packet_knows_link_type(uint16_t link_type);
