/* SPDX-License-Identifier: MIT */
/* The errors of ICMP (RFC 792, 1191, 1812) and ICMPv6 (RFC 4443), read and written: what becomes of a packet
 * that does not arrive. */
#pragma once

#include "wire/mac-address.h"
#include "wire/packet.h"

typedef enum {
  ICMP_NETWORK_UNREACHABLE, /* no way leads there */
  ICMP_HOST_UNREACHABLE,    /* the way is broken */
  ICMP_PORT_UNREACHABLE,    /* nobody there */
  ICMP_TOO_BIG,             /* for the next link: its MTU is told */
  ICMP_PROHIBITED,          /* by a firewall */
  ICMP_TIME_EXCEEDED,       /* too many hops */
} IcmpError;

/* source and destination are of one IP version, that of the packet told of. */
typedef struct {
  IcmpError error;
  uint16_t mtu; /* ICMP_TOO_BIG */
  MacAddress source_mac, destination_mac;
  IpAddress source, destination;
  uint8_t time_to_live;
  uint16_t identification; /* of the IPv4 header; IPv6's flow label */
  Bytes about; /* the packet told of, from its IP header on; cut here to what such a message may hold */
} IcmpTemplate;

/* Bytes of a frame with such a message at their longest (RFC 4443 §2.4 (c): IPv6's smallest MTU). */
#define ICMP_FRAME_MAX (14u + 1280u)

/* Writes an Ethernet frame with the message, right checksums included. Returns its length, or 0 when it does
 * not fit into size bytes. */
size_t icmp_build(const IcmpTemplate *message, uint8_t *out, size_t size);

/* Returns true when packet, made from frame by packet_parse, is an ICMP or ICMPv6 message of any kind: about
 * such none may be sent. */
bool icmp_is_message(const Frame *frame, const Packet *packet);

/* Reads one of the errors above out of packet, made from frame by packet_parse: sets *error, *mtu (0 where
 * none is told) and *about, the TCP or UDP packet it tells of, of which the payload may be cut. Returns false
 * for anything else. Views point into the frame. */
bool icmp_parse(const Frame *frame, const Packet *packet, IcmpError *error, uint16_t *mtu, Packet *about);
