/* SPDX-License-Identifier: MIT */
/* The Internet checksum over words of the machine's own order: RFC 1071 section 2 (B) shows that only the end
 * needs a swap. */
#include "wire/checksum.h"

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
  size_t address_length = source->version == 4 ? 4 : 16;
  sum = checksum_add(sum, (Bytes){source->bytes, address_length});
  sum = checksum_add(sum, (Bytes){destination->bytes, address_length});
  const uint8_t tail[8] = {(uint8_t)(length >> 24),
                           (uint8_t)(length >> 16),
                           (uint8_t)(length >> 8),
                           (uint8_t)length,
                           0,
                           0,
                           0,
                           protocol};
  return checksum_add(sum, (Bytes){tail, sizeof tail});
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

ChecksumVerdict checksum_verify(const Frame *frame, const Packet *packet)
{
  bool tcp = packet->kind == PACKET_TCP;
  if ((!tcp && packet->kind != PACKET_UDP) || packet->payload.length != packet->payload_length)
    return CHECKSUM_UNKNOWN;
  Bytes segment = bytes_slice(frame->bytes, (size_t)packet->link_length + packet->network_length,
                              packet->transport_length + packet->payload.length);
  Bytes stored = bytes_slice(segment, tcp ? 16 : 6, 2);
  uint16_t value = (uint16_t)(stored.data[0] << 8 | stored.data[1]);
  if (!tcp && value == 0 && packet->source.version == 4) return CHECKSUM_ABSENT;
  uint64_t sum = checksum_add_pseudo_header(0, &packet->source, &packet->destination,
                                            tcp ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP, segment.length);
  if (checksum_finish(checksum_add(sum, segment)) == 0) return CHECKSUM_GOOD;
  return value == fold(sum) ? CHECKSUM_OFFLOAD : CHECKSUM_BAD;
}
