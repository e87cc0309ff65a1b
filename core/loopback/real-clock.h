/* SPDX-License-Identifier: MIT */
/* The machine's time: the calendar is read once, from then on the steady clock counts, so that time never
 * goes back while the program runs. A correction of the machine's calendar meanwhile is not followed. */
#pragma once

#include "base/clock.h"

typedef struct {
  Nanoseconds offset; /* from the steady clock to the calendar */
} RealClock;

/* Reads the calendar. */
void real_clock_start(RealClock *clock);

/* Returns what time it is, in nanoseconds since 1970-01-01T00:00:00Z. Never less than it returned before. */
Nanoseconds real_clock_now(const RealClock *clock);

/* Returns due on the scale of g_get_monotonic_time, in microseconds rounded up, as g_source_set_ready_time
 * takes it; -1 for NANOSECONDS_NEVER. */
int64_t real_clock_get_ready_time(const RealClock *clock, Nanoseconds due);
