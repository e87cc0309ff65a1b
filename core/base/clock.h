/* SPDX-License-Identifier: MIT */
/* Time in nanoseconds since 1970-01-01T00:00:00Z, and the one interface from which anybody learns what time
 * it is. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef int64_t Nanoseconds;

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)
#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)
#define NANOSECONDS_NEVER INT64_MAX

/* Whoever needs the time is given a Clock; only loopback/real-clock and live-capture read the machine's. */
typedef struct {
  Nanoseconds (*now)(void *owner);
  void *owner;
} Clock;

static inline Nanoseconds clock_now(const Clock *clock)
{
  return clock->now(clock->owner);
}

/* Room for nanoseconds_format's text and its NUL. */
#define NANOSECONDS_TEXT 32

/* Writes "seconds.nnnnnnnnn", with nine decimals and a sign where negative, and its NUL; returns its length.
 */
size_t nanoseconds_format(Nanoseconds time, char text[NANOSECONDS_TEXT]);
