/* SPDX-License-Identifier: MIT */
/* A packet to build frames with, and a parser that a sanitizer watches; for the tests of core/wire. */
#pragma once

#include <stdlib.h>

#include "base/limits.h"
#include "wire/checksum.h"
#include "wire/packet-build.h"

enum { ETHERNET = 14, BUFFER = 70000 };

static inline PacketTemplate template_of(PacketKind kind, const char *source, const char *destination)
{
  PacketTemplate template = {
      .kind = kind, .source_mac = {{2, 0, 0, 0, 0, 1}}, .destination_mac = {{2, 0, 0, 0, 0, 2}}};
  g_assert_true(ip_address_parse(source, &template.source));
  g_assert_true(ip_address_parse(destination, &template.destination));
  template.source_port = 40000;
  template.destination_port = 25;
  template.sequence = 0xfffffff0;
  template.acknowledgement = 7;
  template.window = 64240;
  template.flags = TCP_PSH | TCP_ACK;
  template.time_to_live = 64;
  template.identification = 0x1234;
  template.payload = BYTES_LITERAL("EHLO beta.example\r\n");
  return template;
}

static inline PacketTemplate default_template(void)
{
  return template_of(PACKET_TCP, "10.0.0.1", "10.0.0.2");
}

/* Parses an exact heap copy, so that the sanitizer sees any step outside. */
static inline PacketKind parse(uint16_t link_type, const uint8_t *data, size_t length, size_t original,
                               Packet *packet)
{
  uint8_t *copy = g_malloc(length + 1);
  uint8_t *exact = realloc(copy, length > 0 ? length : 1);
  memcpy(exact, data, length);
  Frame frame = {.bytes = {exact, length}, .original_length = (uint32_t)original, .link_type = link_type};
  PacketKind kind = packet_parse(&frame, packet);
  if (kind == PACKET_TCP || kind == PACKET_UDP) {
    size_t headers = (size_t)packet->link_length + packet->network_length + packet->transport_length;
    g_assert_cmpuint(headers + packet->payload.length, <=, length);
    g_assert_cmpuint(packet->payload.length, <=, packet->payload_length);
    if (packet->payload.length > 0) g_assert_true(packet->payload.data == exact + headers);
    checksum_verify(&frame, packet);
  }
  packet->payload.data = packet->payload.length > 0 ? data + (packet->payload.data - exact) : NULL;
  free(exact);
  return kind;
}
