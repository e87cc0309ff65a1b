/* SPDX-License-Identifier: MIT */
/* Walks over questions and records; pointers are left alone, for what they point at is redacted in its place.
 */
#include "observe/redact-dns.h"

#include "observe/redact-text.h"

typedef struct {
  uint8_t *bytes;
  size_t length, at;
  bool bad;
} Walk;

static uint16_t take16(Walk *walk)
{
  if (walk->bad || walk->length - walk->at < 2) {
    walk->bad = true;
    return 0;
  }
  uint16_t value = (uint16_t)(walk->bytes[walk->at] << 8 | walk->bytes[walk->at + 1]);
  walk->at += 2;
  return value;
}

/* A name, its labels made filler. */
static void take_name(Walk *walk, size_t end)
{
  enum { POINTER = 0xc0 };
  while (!walk->bad) {
    if (walk->at >= end) {
      walk->bad = true;
      return;
    }
    uint8_t size = walk->bytes[walk->at++];
    if (size == 0) return;
    if ((size & POINTER) == POINTER) {
      walk->bad = walk->at++ >= end;
      return;
    }
    if ((size & POINTER) != 0 || size > end - walk->at) {
      walk->bad = true;
      return;
    }
    memset(walk->bytes + walk->at, REDACTED, size);
    walk->at += size;
  }
}

static void redact_data(AddressMask *mask, Walk *walk, uint16_t type, size_t end)
{
  enum { A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, MX = 15, TXT = 16, AAAA = 28, SRV = 33, OPT = 41 };
  size_t length = end - walk->at;
  if ((type == A && length == 4) || (type == AAAA && length == 16)) {
    address_mask_ip(mask, walk->bytes + walk->at, length);
  } else if (type == NS || type == CNAME || type == PTR) {
    take_name(walk, end);
  } else if ((type == MX && length > 2) || (type == SRV && length > 6)) {
    walk->at += type == MX ? 2 : 6;
    take_name(walk, end);
  } else if (type == SOA) {
    take_name(walk, end);
    take_name(walk, end);
  } else if (type == TXT) {
    while (walk->at < end) {
      size_t size = MIN(walk->bytes[walk->at], end - walk->at - 1);
      memset(walk->bytes + walk->at + 1, REDACTED, size);
      walk->at += 1 + size;
    }
  } else if (type != OPT) {
    memset(walk->bytes + walk->at, REDACTED, length);
  } else {
    memset(walk->bytes + walk->at, 0, length);
  }
}

static void take_record(AddressMask *mask, Walk *walk)
{
  take_name(walk, walk->length);
  uint16_t type = take16(walk);
  take16(walk);
  take16(walk);
  take16(walk);
  size_t length = take16(walk);
  if (walk->bad || length > walk->length - walk->at) {
    walk->bad = true;
    return;
  }
  size_t end = walk->at + length;
  redact_data(mask, walk, type, end);
  walk->at = end;
}

void redact_dns(AddressMask *mask, uint8_t *bytes, size_t length, bool prefixed)
{
  enum { HEADER = 12 };
  size_t skipped = prefixed ? MIN(length, (size_t)2) : 0;
  Walk walk = {.bytes = bytes + skipped, .length = length - skipped};
  if (walk.length < HEADER) {
    memset(walk.bytes, REDACTED, walk.length);
    return;
  }
  walk.at = 4;
  uint32_t questions = take16(&walk), records = take16(&walk);
  records += take16(&walk);
  records += take16(&walk);
  for (; questions > 0 && !walk.bad; questions--) {
    take_name(&walk, walk.length);
    take16(&walk);
    take16(&walk);
  }
  for (; records > 0 && !walk.bad; records--)
    take_record(mask, &walk);
  /* what stands behind, or could not be read */
  memset(walk.bytes + walk.at, REDACTED, walk.length - walk.at);
}
