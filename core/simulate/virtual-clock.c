/* SPDX-License-Identifier: MIT */
/* The world's time. */
#include "simulate/virtual-clock.h"

void virtual_clock_set(VirtualClock *clock, Timer *timer, Nanoseconds delay)
{
  timer_queue_set(&clock->timers, timer, clock->now + MAX(delay, 0));
}

void virtual_clock_cancel(VirtualClock *clock, Timer *timer)
{
  timer_queue_cancel(&clock->timers, timer);
}

bool virtual_clock_step(VirtualClock *clock, Nanoseconds limit)
{
  Timer *next = timer_queue_peek(&clock->timers);
  if (next == NULL || next->due > limit) return false;
  timer_queue_cancel(&clock->timers, next);
  clock->now = next->due;
  next->expired(next->owner);
  return true;
}

static Nanoseconds now_of(void *owner)
{
  return ((VirtualClock *)owner)->now;
}

Clock virtual_clock_as_clock(VirtualClock *clock)
{
  return (Clock){now_of, clock};
}

void virtual_clock_clear(VirtualClock *clock)
{
  timer_queue_clear(&clock->timers);
}
