/* SPDX-License-Identifier: MIT */
/* How the times of a pcapng interface become nanoseconds: units of 10^-n or 2^-n seconds, and an offset. */
#pragma once

#include "base/clock.h"

typedef struct {
  uint64_t multiplier; /* nanoseconds a unit, or 0 where a unit is shorter or binary */
  uint64_t divisor;    /* units a nanosecond, or 0 where a unit is binary */
  uint8_t binary_bits; /* n of 2^-n */
  int64_t offset;      /* seconds to add */
} CaptureFileClock;

/* Returns the clock of an interface's options if_tsresol (6, microseconds, is the default) and if_tsoffset
 * (seconds). */
CaptureFileClock capture_file_clock(uint8_t resolution, int64_t offset);

/* Returns the time, from 1970 to before NANOSECONDS_NEVER; what lies outside becomes the nearer of the two.
 */
Nanoseconds capture_file_clock_convert(const CaptureFileClock *clock, uint64_t units);
