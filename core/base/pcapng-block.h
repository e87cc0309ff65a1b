/* SPDX-License-Identifier: MIT */
/* The one writer of pcapng blocks, into the caller's memory: plain C, so that a small privileged program can
 * use it too. Always little endian, times in nanoseconds. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes of a packet block before the frame's bytes, and the most of them after. */
#define PCAPNG_PACKET_HEAD 28u
#define PCAPNG_PACKET_TAIL_MAX 7u

/* The most that a text of an option or a name may have; longer ones are cut, at a character of UTF-8. */
#define PCAPNG_TEXT_MAX 32768u

/* Room that any one block below but the packet block fits into. */
#define PCAPNG_BLOCK_MAX (2u * PCAPNG_TEXT_MAX + 128u)

static inline uint8_t *pcapng_put16(uint8_t *out, uint16_t value)
{
  out[0] = (uint8_t)value;
  out[1] = (uint8_t)(value >> 8);
  return out + 2;
}

static inline uint8_t *pcapng_put32(uint8_t *out, uint32_t value)
{
  return pcapng_put16(pcapng_put16(out, (uint16_t)value), (uint16_t)(value >> 16));
}

/* Returns how many zero bytes bring length to a multiple of four. */
static inline size_t pcapng_padding(size_t length)
{
  return (4u - length % 4u) % 4u;
}

static inline uint8_t *pcapng_put_padded(uint8_t *out, const void *data, size_t length)
{
  memcpy(out, data, length);
  memset(out + length, 0, pcapng_padding(length));
  return out + length + pcapng_padding(length);
}

static inline size_t pcapng_text_length(const char *text)
{
  size_t length = strlen(text);
  if (length <= PCAPNG_TEXT_MAX) return length;
  length = PCAPNG_TEXT_MAX;
  while (length > 0 && ((uint8_t)text[length] & 0xc0u) == 0x80u)
    length--;
  return length;
}

/* Writes a text option; nothing when text is NULL. */
static inline uint8_t *pcapng_put_text(uint8_t *out, uint16_t code, const char *text)
{
  if (text == NULL) return out;
  size_t length = pcapng_text_length(text);
  return pcapng_put_padded(pcapng_put16(pcapng_put16(out, code), (uint16_t)length), text, length);
}

/* Writes the length at both ends of the block that began at out and whose body ends at end; returns the whole
 * length. */
static inline size_t pcapng_finish(uint8_t *out, uint8_t *end)
{
  uint32_t length = (uint32_t)(end - out) + 4u;
  pcapng_put32(out + 4, length);
  pcapng_put32(end, length);
  return length;
}

/* Writes a section header block; comment and application may be NULL. Returns its length. */
static inline size_t pcapng_section(uint8_t *out, const char *comment, const char *application)
{
  uint8_t *at = pcapng_put32(out, 0x0a0d0d0au);
  at = pcapng_put32(pcapng_put32(at, 0), 0x1a2b3c4du);
  at = pcapng_put16(pcapng_put16(at, 1), 0);
  at = pcapng_put32(pcapng_put32(at, UINT32_MAX), UINT32_MAX); /* the section's length: not known yet */
  at = pcapng_put_text(at, 1, comment);
  at = pcapng_put_text(at, 4, application);
  return pcapng_finish(out, pcapng_put32(at, 0));
}

/* Writes an interface description block; name may be NULL. Returns its length. */
static inline size_t pcapng_interface(uint8_t *out, uint16_t link_type, uint32_t snap_length,
                                      const char *name)
{
  static const uint8_t nanoseconds[1] = {9};
  uint8_t *at = pcapng_put32(pcapng_put32(out, 1), 0);
  at = pcapng_put32(pcapng_put16(pcapng_put16(at, link_type), 0), snap_length);
  at = pcapng_put_text(at, 2, name);
  at = pcapng_put_padded(pcapng_put16(pcapng_put16(at, 9), 1), nanoseconds, 1);
  return pcapng_finish(out, pcapng_put32(at, 0));
}

/* Writes a name resolution block with one IPv4 (4 bytes) or IPv6 (16 bytes) address. Returns its length. */
static inline size_t pcapng_name(uint8_t *out, const uint8_t *address, size_t address_length,
                                 const char *name)
{
  size_t length = pcapng_text_length(name);
  uint8_t *at = pcapng_put32(pcapng_put32(out, 4), 0);
  at = pcapng_put16(at, address_length == 4 ? 1 : 2);
  at = pcapng_put16(at, (uint16_t)(address_length + length + 1));
  memcpy(at, address, address_length);
  memcpy(at + address_length, name, length);
  memset(at + address_length + length, 0, 1 + pcapng_padding(address_length + length + 1));
  at += address_length + length + 1 + pcapng_padding(address_length + length + 1);
  return pcapng_finish(out, pcapng_put32(at, 0));
}

/* Returns the length of the packet block of so many captured bytes. */
static inline uint32_t pcapng_packet_length(uint32_t captured)
{
  return PCAPNG_PACKET_HEAD + captured + (uint32_t)pcapng_padding(captured) + 4u;
}

/* Writes what stands before a frame's bytes: PCAPNG_PACKET_HEAD bytes. time is nanoseconds since 1970, not
 * negative. */
static inline void pcapng_packet_head(uint8_t *out, uint32_t interface, int64_t time, uint32_t captured,
                                      uint32_t original)
{
  uint8_t *at = pcapng_put32(pcapng_put32(out, 6), pcapng_packet_length(captured));
  at = pcapng_put32(at, interface);
  at = pcapng_put32(pcapng_put32(at, (uint32_t)((uint64_t)time >> 32)), (uint32_t)time);
  pcapng_put32(pcapng_put32(at, captured), original);
}

/* Writes what stands after a frame's bytes; returns how many, at most PCAPNG_PACKET_TAIL_MAX. */
static inline size_t pcapng_packet_tail(uint8_t *out, uint32_t captured)
{
  size_t padding = pcapng_padding(captured);
  memset(out, 0, padding);
  pcapng_put32(out + padding, pcapng_packet_length(captured));
  return padding + 4;
}
