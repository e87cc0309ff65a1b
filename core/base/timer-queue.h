/* SPDX-License-Identifier: MIT */
/* Timers in order of time: a heap of embedded timers, four below each; timers due at the same instant go off
 * in the order they were set. */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

/* One thing to be done at one time. Embedded in whatever it wakes; a zeroed timer is not set. */
typedef struct {
  void (*expired)(void *owner); /* called once, when the timer goes off; it may be set again from there */
  void *owner;
  Nanoseconds due;
  uint64_t order;  /* the queue's own: breaks ties */
  size_t position; /* the queue's own: 1-based place in the heap, 0 while not set */
} Timer;

/* A timer's place in the heap, with what it is compared by, so that others' memory need not be looked at. */
typedef struct {
  Nanoseconds due;
  uint64_t order;
  Timer *timer;
} TimerSlot;

/* A queue of zero bytes is ready for use. It borrows the timers: a timer must be cancelled before its memory
 * goes. */
typedef struct {
  TimerSlot *heap;
  size_t count;
  size_t size;    /* slots allocated */
  uint64_t order; /* timers set so far */
} TimerQueue;

/* Frees the queue's memory; timers still set are forgotten. */
void timer_queue_clear(TimerQueue *queue);

/* Sets timer to go off at due. A timer already set moves there, and behind others due at the same instant.
 * O(log n). */
void timer_queue_set(TimerQueue *queue, Timer *timer, Nanoseconds due);

/* Puts count places aside, in the order of timers due at the same instant, for timers to be set later with
 * set_at: each then goes off as though it had been set now. Returns the first place; the others follow it. */
uint64_t timer_queue_reserve(TimerQueue *queue, size_t count);
void timer_queue_set_at(TimerQueue *queue, Timer *timer, Nanoseconds due, uint64_t place);

/* Takes timer out of the queue; nothing when it is not set. O(log n). */
void timer_queue_cancel(TimerQueue *queue, Timer *timer);

/* Returns the timer due first, still set, or NULL. */
static inline Timer *timer_queue_peek(const TimerQueue *queue)
{
  return queue->count == 0 ? NULL : queue->heap[0].timer;
}

/* Takes out and returns the timer due first, or NULL. The caller calls its expired. */
Timer *timer_queue_take(TimerQueue *queue);

/* Returns true while timer waits in a queue. */
static inline bool timer_is_set(const Timer *timer)
{
  return timer->position != 0;
}
