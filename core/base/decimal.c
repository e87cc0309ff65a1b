/* SPDX-License-Identifier: MIT */
/* Two digits at a time, from a table. */
#include "base/decimal.h"

#include <string.h>

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
    "49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
    "9899";

size_t decimal_put(uint8_t *at, uint64_t number)
{
  size_t length = 1;
  for (uint64_t limit = 10; length < DECIMAL_DIGITS && number >= limit; limit *= 10)
    length++;
  uint8_t *end = at + length;
  for (; number > UINT32_MAX; number /= 10)
    *--end = (uint8_t)('0' + number % 10);
  uint32_t small = (uint32_t)number;
  for (; small >= 100; small /= 100)
    memcpy(end -= 2, pairs + (size_t)(small % 100) * 2, 2);
  if (small >= 10)
    memcpy(end - 2, pairs + (size_t)small * 2, 2);
  else
    end[-1] = (uint8_t)('0' + small);
  return length;
}

void decimal_put_padded(uint8_t *at, uint32_t number, size_t count)
{
  for (; count >= 2; number /= 100)
    memcpy(at + (count -= 2), pairs + (size_t)(number % 100) * 2, 2);
  if (count > 0) at[0] = (uint8_t)('0' + number % 10);
}
