/* SPDX-License-Identifier: MIT */
/* The world's time: it stands still while something happens and jumps to the next thing that is due. */
#pragma once

#include "base/timer-queue.h"

typedef struct {
  Nanoseconds now;
  TimerQueue timers;
} VirtualClock;

/* Sets timer to go off delay nanoseconds from now; a negative delay counts as none. */
void virtual_clock_set(VirtualClock *clock, Timer *timer, Nanoseconds delay);

/* Takes timer out; nothing when it is not set. */
void virtual_clock_cancel(VirtualClock *clock, Timer *timer);

/* Jumps to the timer due first and lets it go off. Returns false, with nothing done, when none is set or the
 * first is due after limit. */
bool virtual_clock_step(VirtualClock *clock, Nanoseconds limit);

/* Returns the same time as a Clock, for those who must not know where it comes from. */
Clock virtual_clock_as_clock(VirtualClock *clock);

/* Frees the queue; timers still set are forgotten. */
void virtual_clock_clear(VirtualClock *clock);
