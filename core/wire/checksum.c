/* SPDX-License-Identifier: MIT */
/* The Internet checksum over words of the machine's own order: RFC 1071 section 2 (B) shows that only the end
 * needs a swap. */
#include "wire/checksum.h"

#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/layer.h"

static inline uint64_t load64(const uint8_t *data)
{
  uint64_t word;
  memcpy(&word, data, sizeof word);
  return (word & UINT32_MAX) + (word >> 32);
}

uint64_t checksum_add(uint64_t sum, Bytes bytes)
{
  const uint8_t *data = bytes.data;
  size_t left = bytes.length;
  /* Four sums, so that the additions do not wait for one another. */
  uint64_t a = 0, b = 0, c = 0, d = 0;
  for (; left >= 32; left -= 32, data += 32) {
    a += load64(data);
    b += load64(data + 8);
    c += load64(data + 16);
    d += load64(data + 24);
  }
  for (; left >= 8; left -= 8, data += 8)
    a += load64(data);
  if (left > 0) {
    uint8_t last[8] = {0};
    memcpy(last, data, left);
    b += load64(last);
  }
  return sum + a + b + c + d;
}

uint64_t checksum_add_pseudo_header(uint64_t sum, const IpAddress *source, const IpAddress *destination,
                                    uint8_t protocol, size_t length)
{
  const uint8_t tail[8] = {(uint8_t)(length >> 24),
                           (uint8_t)(length >> 16),
                           (uint8_t)(length >> 8),
                           (uint8_t)length,
                           0,
                           0,
                           0,
                           protocol};
  uint32_t words[4]; /* in the machine's order, as checksum_add takes them */
  memcpy(words, tail, sizeof tail);
  if (source->version == 4) {
    memcpy(words + 2, source->bytes, 4);
    memcpy(words + 3, destination->bytes, 4);
    return sum + words[0] + words[1] + words[2] + words[3];
  }
  sum = checksum_add(sum, (Bytes){source->bytes, 16});
  sum = checksum_add(sum, (Bytes){destination->bytes, 16});
  return sum + words[0] + words[1];
}

static uint16_t fold(uint64_t sum)
{
  while (sum >> 16 != 0)
    sum = (sum & UINT16_MAX) + (sum >> 16);
  return GUINT16_FROM_BE((uint16_t)sum);
}

uint16_t checksum_finish(uint64_t sum)
{
  return (uint16_t)~fold(sum);
}

/* Judges the checksum of an IPv4 header; 0 is what a card was going to fill in, and so was the rest of a
 * large segment whose header does not tell its length. */
static ChecksumVerdict verify_ipv4(Bytes header)
{
  ByteReader reader = byte_reader(header);
  byte_reader_take(&reader, 2);
  if (byte_reader_be16(&reader) == 0) return CHECKSUM_UNKNOWN;
  byte_reader_take(&reader, 6);
  if (byte_reader_be16(&reader) == 0) return CHECKSUM_OFFLOAD;
  return checksum_finish(checksum_add(0, header)) == 0 ? CHECKSUM_GOOD : CHECKSUM_BAD;
}

/* Judges the checksum of TCP or UDP over segment. */
static ChecksumVerdict verify_segment(const Packet *packet, Bytes segment)
{
  bool tcp = packet->kind == PACKET_TCP;
  ByteReader stored = byte_reader(bytes_slice(segment, tcp ? 16 : 6, 2));
  uint16_t value = byte_reader_be16(&stored);
  if (!tcp && value == 0 && packet->source.version == 4) return CHECKSUM_ABSENT;
  uint8_t protocol = tcp ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP;
  uint64_t sum =
      checksum_add_pseudo_header(0, &packet->source, &packet->destination, protocol, segment.length);
  if (checksum_finish(checksum_add(sum, segment)) == 0) return CHECKSUM_GOOD;
  if (tcp && value == 0) return CHECKSUM_UNKNOWN;
  /* a card that cuts a large segment adds the length of each part itself */
  uint64_t part = checksum_add_pseudo_header(0, &packet->source, &packet->destination, protocol, 0);
  return value == fold(sum) || value == fold(part) ? CHECKSUM_OFFLOAD : CHECKSUM_BAD;
}

ChecksumVerdict checksum_verify(const Frame *frame, const Packet *packet)
{
  bool tcp = packet->kind == PACKET_TCP;
  bool whole = packet->payload.length == packet->payload_length;
  /* options and extension headers may hold the destination that the sum was made with: a source route */
  bool plain = packet->network_length == (packet->source.version == 4 ? IPV4_HEADER : IPV6_HEADER);
  if ((!tcp && packet->kind != PACKET_UDP) || !whole || !plain) return CHECKSUM_UNKNOWN;
  if (packet->source.version == 4) {
    ChecksumVerdict verdict =
        verify_ipv4(bytes_slice(frame->bytes, packet->link_length, packet->network_length));
    if (verdict == CHECKSUM_UNKNOWN || verdict == CHECKSUM_BAD) return verdict;
  }
  Bytes segment = bytes_slice(frame->bytes, (size_t)packet->link_length + packet->network_length,
                              packet->transport_length + packet->payload.length);
  return verify_segment(packet, segment);
}
