/* SPDX-License-Identifier: MIT */
/* Converts times exactly, without overflow and without a division for the units in use. */
#include "observe/capture-file-clock.h"

enum { BINARY = 0x80, NANOSECOND_EXPONENT = 9, LARGEST_POWER = 19 };

static uint64_t power_of_ten(unsigned exponent)
{
  uint64_t power = 1;
  for (; exponent > 0; exponent--)
    power *= 10;
  return power;
}

CaptureFileClock capture_file_clock(uint8_t resolution, int64_t offset)
{
  unsigned exponent = resolution & ~(unsigned)BINARY;
  if ((resolution & BINARY) != 0)
    return (CaptureFileClock){.binary_bits = (uint8_t)exponent, .offset = offset};
  if (exponent <= NANOSECOND_EXPONENT)
    return (CaptureFileClock){.multiplier = power_of_ten(NANOSECOND_EXPONENT - exponent), .offset = offset};
  /* Units so short that 64 bits of them are no nanosecond: any divisor that large says so. */
  unsigned shift = MIN(exponent - NANOSECOND_EXPONENT, (unsigned)LARGEST_POWER);
  return (CaptureFileClock){.divisor = power_of_ten(shift), .offset = offset};
}

Nanoseconds capture_file_clock_convert(const CaptureFileClock *clock, uint64_t units)
{
  unsigned __int128 wide = 0;
  if (clock->multiplier != 0)
    wide = (unsigned __int128)units * clock->multiplier;
  else if (clock->divisor != 0)
    wide = units / clock->divisor;
  else
    wide = (unsigned __int128)units * (uint64_t)NANOSECONDS_PER_SECOND >> clock->binary_bits;
  __int128 time = (__int128)wide + (__int128)clock->offset * NANOSECONDS_PER_SECOND;
  if (time < 0) return 0;
  return time >= NANOSECONDS_NEVER ? NANOSECONDS_NEVER - 1 : (Nanoseconds)time;
}
