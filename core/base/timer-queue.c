/* SPDX-License-Identifier: MIT */
/* The heap of timers. */
#include "base/timer-queue.h"

#include <glib.h>

void timer_queue_clear(TimerQueue *queue)
{
  for (size_t i = 0; i < queue->count; i++)
    queue->heap[i]->position = 0;
  g_free(queue->heap);
  *queue = (TimerQueue){0};
}

static inline bool goes_before(const Timer *a, const Timer *b)
{
  return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static inline void put(TimerQueue *queue, size_t index, Timer *timer)
{
  queue->heap[index] = timer;
  timer->position = index + 1;
}

static void sift_up(TimerQueue *queue, size_t index, Timer *timer)
{
  while (index > 0) {
    size_t parent = (index - 1) / 2;
    if (!goes_before(timer, queue->heap[parent])) break;
    put(queue, index, queue->heap[parent]);
    index = parent;
  }
  put(queue, index, timer);
}

static void sift_down(TimerQueue *queue, size_t index, Timer *timer)
{
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= queue->count) break;
    if (child + 1 < queue->count && goes_before(queue->heap[child + 1], queue->heap[child])) child++;
    if (!goes_before(queue->heap[child], timer)) break;
    put(queue, index, queue->heap[child]);
    index = child;
  }
  put(queue, index, timer);
}

/* Puts timer where it belongs, index being free. */
static void settle(TimerQueue *queue, size_t index, Timer *timer)
{
  if (index > 0 && goes_before(timer, queue->heap[(index - 1) / 2]))
    sift_up(queue, index, timer);
  else
    sift_down(queue, index, timer);
}

void timer_queue_set(TimerQueue *queue, Timer *timer, Nanoseconds due)
{
  size_t index;
  if (timer_is_set(timer)) {
    index = timer->position - 1;
  } else {
    if (queue->count == queue->size) {
      queue->size = MAX((size_t)64, queue->size * 2);
      queue->heap = g_renew(Timer *, queue->heap, queue->size);
    }
    index = queue->count++;
  }
  timer->due = due;
  timer->order = queue->order++;
  settle(queue, index, timer);
}

void timer_queue_cancel(TimerQueue *queue, Timer *timer)
{
  if (!timer_is_set(timer)) return;
  size_t index = timer->position - 1;
  g_assert(index < queue->count && queue->heap[index] == timer);
  timer->position = 0;
  Timer *last = queue->heap[--queue->count];
  if (last != timer) settle(queue, index, last);
}

Timer *timer_queue_take(TimerQueue *queue)
{
  Timer *first = timer_queue_peek(queue);
  if (first != NULL) timer_queue_cancel(queue, first);
  return first;
}
