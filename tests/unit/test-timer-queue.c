/* SPDX-License-Identifier: MIT */
/* The heap of timers, against a plain sorted list. */
#include "base/timer-queue.h"

#include <glib.h>

static void timers_come_in_order_of_time(void)
{
  TimerQueue queue = {0};
  Timer timers[5] = {0};
  static const Nanoseconds due[5] = {30, -10, 20, NANOSECONDS_NEVER, 0};
  static const int want[5] = {1, 4, 2, 0, 3};
  g_assert_null(timer_queue_peek(&queue));
  for (int i = 0; i < 5; i++)
    timer_queue_set(&queue, &timers[i], due[i]);
  for (int i = 0; i < 5; i++) {
    Timer *next = timer_queue_take(&queue);
    g_assert_true(next == &timers[want[i]]);
    g_assert_false(timer_is_set(next));
  }
  g_assert_null(timer_queue_take(&queue));
  timer_queue_clear(&queue);
}

static void a_place_kept_goes_before_what_was_set_after_it(void)
{
  TimerQueue queue = {0};
  Timer timers[4] = {0};
  timer_queue_set(&queue, &timers[0], 5);
  uint64_t place = timer_queue_reserve(&queue, 2);
  timer_queue_set(&queue, &timers[3], 5);
  timer_queue_set_at(&queue, &timers[2], 5, place + 1);
  timer_queue_set_at(&queue, &timers[1], 5, place);
  for (int i = 0; i < 4; i++)
    g_assert_true(timer_queue_take(&queue) == &timers[i]);
  timer_queue_clear(&queue);
}

static void equal_times_keep_the_order_of_setting(void)
{
  enum { COUNT = 1000 };
  TimerQueue queue = {0};
  Timer *timers = g_new0(Timer, COUNT);
  for (int i = 0; i < COUNT; i++)
    timer_queue_set(&queue, &timers[i], i % 7);
  timer_queue_set(&queue, &timers[0], 0); /* set again: now behind the others of its instant */
  int previous = -1, group = 0;
  for (int i = 0; i < COUNT; i++) {
    Timer *next = timer_queue_take(&queue);
    int index = (int)(next - timers);
    if (index == 0) {
      g_assert_cmpint(group, ==, 0);
      g_assert_cmpint(previous, ==, 994);
      continue;
    }
    if (index % 7 != group) {
      g_assert_cmpint(index % 7, ==, group + 1);
      group = index % 7;
      previous = -1;
    }
    g_assert_cmpint(index, >, previous);
    previous = index;
  }
  timer_queue_clear(&queue);
  g_free(timers);
}

/* Returns the timer that must come next, by looking at all of them. */
static Timer *first_of(Timer *timers, int count)
{
  Timer *first = NULL;
  for (int i = 0; i < count; i++) {
    Timer *timer = &timers[i];
    if (!timer_is_set(timer)) continue;
    if (first == NULL || timer->due < first->due || (timer->due == first->due && timer->order < first->order))
      first = timer;
  }
  return first;
}

static void any_mix_of_set_move_cancel_and_take_agrees_with_a_list(void)
{
  enum { COUNT = 60 };
  for (guint32 seed = 0; seed < 50; seed++) {
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    TimerQueue queue = {0};
    Timer timers[COUNT] = {0};
    for (int step = 0; step < 1000; step++) {
      Timer *timer = &timers[g_rand_int_range(random, 0, COUNT)];
      switch (g_rand_int_range(random, 0, 4)) {
      case 0:
      case 1:
        timer_queue_set(&queue, timer, g_rand_int_range(random, 0, 40));
        break;
      case 2:
        timer_queue_cancel(&queue, timer);
        g_assert_false(timer_is_set(timer));
        break;
      default: {
        Timer *want = first_of(timers, COUNT);
        g_assert_true(timer_queue_peek(&queue) == want);
        g_assert_true(timer_queue_take(&queue) == want);
      }
      }
    }
    timer_queue_clear(&queue);
    g_assert_null(first_of(timers, COUNT));
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/timer-queue/timers come in order of time", timers_come_in_order_of_time);
  g_test_add_func("/timer-queue/equal times keep the order of setting",
                  equal_times_keep_the_order_of_setting);
  g_test_add_func("/timer-queue/a place kept goes before what was set after it",
                  a_place_kept_goes_before_what_was_set_after_it);
  g_test_add_func("/timer-queue/any mix of set, move, cancel and take agrees with a list",
                  any_mix_of_set_move_cancel_and_take_agrees_with_a_list);
  return g_test_run();
}
