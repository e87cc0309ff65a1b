/* SPDX-License-Identifier: MIT */
/* The heap of timers. */
#include "base/timer-queue.h"

#include <glib.h>

/* Children of each slot. Four lie side by side in memory, and the heap is half as deep as with two. */
#define BRANCHES 4u

void timer_queue_clear(TimerQueue *queue)
{
  for (size_t i = 0; i < queue->count; i++)
    queue->heap[i].timer->position = 0;
  g_free(queue->heap);
  *queue = (TimerQueue){0};
}

static inline bool goes_before(const TimerSlot *a, const TimerSlot *b)
{
  return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static inline void put(TimerQueue *queue, size_t index, TimerSlot slot)
{
  queue->heap[index] = slot;
  slot.timer->position = index + 1;
}

static void sift_up(TimerQueue *queue, size_t index, TimerSlot slot)
{
  while (index > 0) {
    size_t parent = (index - 1) / BRANCHES;
    if (!goes_before(&slot, &queue->heap[parent])) break;
    put(queue, index, queue->heap[parent]);
    index = parent;
  }
  put(queue, index, slot);
}

static void sift_down(TimerQueue *queue, size_t index, TimerSlot slot)
{
  for (;;) {
    size_t child = BRANCHES * index + 1, first = child;
    if (child >= queue->count) break;
    size_t end = MIN(child + BRANCHES, queue->count);
    while (++child < end)
      if (goes_before(&queue->heap[child], &queue->heap[first])) first = child;
    if (!goes_before(&queue->heap[first], &slot)) break;
    put(queue, index, queue->heap[first]);
    index = first;
  }
  put(queue, index, slot);
}

/* Puts slot where it belongs, index being free. */
static void settle(TimerQueue *queue, size_t index, TimerSlot slot)
{
  if (index > 0 && goes_before(&slot, &queue->heap[(index - 1) / BRANCHES]))
    sift_up(queue, index, slot);
  else
    sift_down(queue, index, slot);
}

uint64_t timer_queue_reserve(TimerQueue *queue, size_t count)
{
  queue->order += count;
  return queue->order - count;
}

void timer_queue_set_at(TimerQueue *queue, Timer *timer, Nanoseconds due, uint64_t place)
{
  size_t index;
  if (timer_is_set(timer)) {
    index = timer->position - 1;
  } else {
    if (queue->count == queue->size) {
      queue->size = MAX((size_t)64, queue->size * 2);
      queue->heap = g_renew(TimerSlot, queue->heap, queue->size);
    }
    index = queue->count++;
  }
  timer->due = due;
  timer->order = place;
  settle(queue, index, (TimerSlot){due, place, timer});
}

void timer_queue_set(TimerQueue *queue, Timer *timer, Nanoseconds due)
{
  timer_queue_set_at(queue, timer, due, timer_queue_reserve(queue, 1));
}

void timer_queue_cancel(TimerQueue *queue, Timer *timer)
{
  if (!timer_is_set(timer)) return;
  size_t index = timer->position - 1;
  g_assert(index < queue->count && queue->heap[index].timer == timer);
  timer->position = 0;
  TimerSlot last = queue->heap[--queue->count];
  if (last.timer != timer) settle(queue, index, last);
}

Timer *timer_queue_take(TimerQueue *queue)
{
  Timer *first = timer_queue_peek(queue);
  if (first != NULL) timer_queue_cancel(queue, first);
  return first;
}
