/* SPDX-License-Identifier: MIT */
/* The two clocks of the machine, and the way from one to the other. */
#include "loopback/real-clock.h"

#include <time.h>

static Nanoseconds read_clock(clockid_t id)
{
  struct timespec time;
  clock_gettime(id, &time); /* fails for clocks that are not there only: these two always are */
  return (Nanoseconds)time.tv_sec * NANOSECONDS_PER_SECOND + time.tv_nsec;
}

void real_clock_start(RealClock *clock)
{
  clock->offset = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_MONOTONIC);
}

Nanoseconds real_clock_now(const RealClock *clock)
{
  return read_clock(CLOCK_MONOTONIC) + clock->offset;
}

int64_t real_clock_get_ready_time(const RealClock *clock, Nanoseconds due)
{
  enum { MICROSECOND = 1000 };
  if (due == NANOSECONDS_NEVER) return -1;
  Nanoseconds steady = due - clock->offset;
  if (steady <= 0) return 0;
  return steady / MICROSECOND + (steady % MICROSECOND != 0);
}
