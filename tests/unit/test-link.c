/* SPDX-License-Identifier: MIT */
/* The cable: when frames arrive, which ones never do, which come twice or out of turn, by the seed's dice
 * alone; and where the tap looks. */
#include "simulate/link.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define FRAME_BYTES 1250u /* 10 000 bits */

/* A link, what arrived at its ends, and what was told of its frames. */
typedef struct {
  VirtualClock clock;
  Tap tap;
  Link link;
  GString *arrived; /* "id@milliseconds " of each */
  guint count, overtaken, departed, lost, copies, dropped, taps;
  uint8_t last;
} Cable;

static void receive(void *owner, Link *link, const LinkFrame *frame)
{
  (void)link;
  Cable *cable = owner;
  g_assert_cmpint(frame->arrival, ==, cable->clock.now);
  g_assert_false(frame->lost);
  cable->overtaken += cable->count > 0 && (int8_t)(frame->bytes[0] - cable->last) < 0;
  cable->last = frame->bytes[0];
  cable->count++;
  g_string_append_printf(cable->arrived, "%u@%" G_GINT64_FORMAT " ", frame->bytes[0],
                         cable->clock.now / MILLISECOND);
}

static void departed(void *owner, const Link *link, const LinkFrame *frame)
{
  (void)link;
  Cable *cable = owner;
  cable->departed += !frame->copy;
  cable->lost += frame->lost;
  cable->copies += frame->copy;
  g_assert_cmpuint(frame->number, >, 0);
}

static void dropped(void *owner, const Link *link, const LinkFrame *frame)
{
  (void)link;
  (void)frame;
  ((Cable *)owner)->dropped++;
}

static void tapped(void *owner, const Frame *frame)
{
  Cable *cable = owner;
  g_assert_cmpuint(frame->number, ==, ++cable->taps);
  g_assert_cmpint(frame->time, ==, cable->clock.now);
}

static Cable *cable_new(const LinkConfig *config, uint64_t seed)
{
  Cable *cable = g_new0(Cable, 1);
  cable->arrived = g_string_new(NULL);
  cable->tap.sink = (FrameSink){tapped, cable};
  link_init(&cable->link, 3, config, seed, &cable->clock, &cable->tap);
  cable->link.watch = (LinkWatch){departed, cable};
  cable->link.dropped = dropped;
  for (unsigned end = 0; end < 2; end++)
    cable->link.ends[end] = (LinkEnd){receive, cable};
  return cable;
}

static void cable_free(Cable *cable)
{
  link_clear(&cable->link);
  virtual_clock_clear(&cable->clock);
  tap_clear(&cable->tap);
  g_string_free(cable->arrived, TRUE);
  g_free(cable);
}

static void send(Cable *cable, unsigned from, uint8_t id)
{
  LinkFrame *frame = link_begin(&cable->link, from);
  memset(frame->bytes, id, FRAME_BYTES);
  frame->length = FRAME_BYTES;
  link_send(frame);
}

static void send_many(Cable *cable, unsigned from, guint count)
{
  for (guint i = 0; i < count; i++)
    send(cable, from, (uint8_t)i);
}

static void run(Cable *cable, Nanoseconds until)
{
  while (virtual_clock_step(&cable->clock, until))
    ;
}

static void assert_arrived(Cable *cable, const char *wanted)
{
  run(cable, NANOSECONDS_NEVER);
  g_assert_cmpstr(cable->arrived->str, ==, wanted);
  g_string_truncate(cable->arrived, 0);
}

static void frames_take_their_time_and_wait_for_one_another(void)
{
  Cable *cable = cable_new(&(LinkConfig){.delay = 20 * MILLISECOND}, 1);
  send_many(cable, 0, 3);
  assert_arrived(cable, "0@20 1@20 2@20 ");
  cable_free(cable);
  cable = cable_new(&(LinkConfig){.delay = 20 * MILLISECOND, .bandwidth = 1000000}, 1);
  send_many(cable, 0, 3);
  send(cable, 1, 9); /* the other direction is free */
  assert_arrived(cable, "0@30 9@30 1@40 2@50 ");
  send(cable, 0, 4); /* long after */
  assert_arrived(cable, "4@80 ");
  cable_free(cable);
}

static void a_full_queue_drops_the_newest(void)
{
  Cable *cable = cable_new(&(LinkConfig){.bandwidth = 1000000, .queue = 2}, 1);
  send_many(cable, 0, 5); /* one leaves, two wait */
  g_assert_cmpuint(cable->dropped, ==, 2);
  run(cable, 10 * MILLISECOND);
  send(cable, 0, 7);
  assert_arrived(cable, "0@10 1@20 2@30 7@40 ");
  g_assert_cmpuint(cable->departed, ==, 4);
  g_assert_cmpuint(cable->taps, ==, 4); /* what never left was never seen */
  g_assert_cmpuint(cable->tap.count, ==, 4);
  send_many(cable, 1, 2 + LINK_QUEUE); /* the other direction as well */
  g_assert_cmpuint(cable->dropped, ==, 2 + LINK_QUEUE - 1);
  cable_free(cable);
  cable = cable_new(&(LinkConfig){.bandwidth = 1000000}, 1);
  send_many(cable, 0, 2 + LINK_QUEUE);
  g_assert_cmpuint(cable->dropped, ==, 1);
  run(cable, NANOSECONDS_NEVER);
  g_assert_cmpuint(cable->count, ==, 1 + LINK_QUEUE);
  cable_free(cable);
}

static void the_dice_lose_double_and_hold_up_as_often_as_asked(void)
{
  enum { COUNT = 20000 };
  LinkConfig config = {.delay = MILLISECOND,
                       .loss = 0.1,
                       .duplication = 0.05,
                       .reorder = 0.02,
                       .reorder_delay = 5 * MILLISECOND};
  Cable *cable = cable_new(&config, 4);
  for (guint i = 0; i < COUNT; i++) {
    send(cable, 0, (uint8_t)i);
    run(cable, cable->clock.now + MILLISECOND);
    cable->clock.now = (Nanoseconds)(i + 1) * MILLISECOND;
  }
  run(cable, NANOSECONDS_NEVER);
  g_assert_cmpuint(cable->departed, ==, COUNT);
  g_assert_cmpuint(cable->taps, ==, COUNT); /* before loss, and no copies */
  g_assert_cmpuint(cable->count, ==, COUNT - cable->lost + cable->copies);
  g_assert_cmpfloat_with_epsilon(cable->lost, COUNT * 0.1, COUNT * 0.01);
  g_assert_cmpfloat_with_epsilon(cable->copies, COUNT * 0.9 * 0.05, COUNT * 0.005);
  /* One that is held up is overtaken: it arrives late once, its copy too. */
  g_assert_cmpfloat_with_epsilon(cable->overtaken, COUNT * 0.9 * 0.02, COUNT * 0.005);
  cable_free(cable);
}

static void the_same_seed_gives_the_same_frames_and_another_one_others(void)
{
  LinkConfig config = {.delay = MILLISECOND,
                       .jitter = 10 * MILLISECOND,
                       .loss = 0.2,
                       .duplication = 0.2,
                       .reorder = 0.2,
                       .reorder_delay = 9 * MILLISECOND};
  g_autofree char *first = NULL;
  for (guint round = 0; round < 3; round++) {
    Cable *cable = cable_new(&config, round < 2 ? 7 : 8);
    send_many(cable, 0, 100);
    run(cable, NANOSECONDS_NEVER);
    if (round == 0) first = g_strdup(cable->arrived->str);
    if (round == 1) g_assert_cmpstr(cable->arrived->str, ==, first);
    if (round == 2) g_assert_cmpstr(cable->arrived->str, !=, first);
    cable_free(cable);
  }
}

static void each_direction_has_its_own_ways_and_may_change_them(void)
{
  Cable *cable = cable_new(&(LinkConfig){.delay = 10 * MILLISECOND}, 1);
  link_set_config(&cable->link, 1, &(LinkConfig){.delay = 50 * MILLISECOND, .mtu = 576});
  g_assert_cmpint(link_get_config(&cable->link, 0)->delay, ==, 10 * MILLISECOND);
  g_assert_cmpuint(link_get_mtu(&cable->link, 0), ==, LINK_MTU);
  g_assert_cmpuint(link_get_mtu(&cable->link, 1), ==, 576);
  send(cable, 0, 1);
  send(cable, 1, 2);
  assert_arrived(cable, "1@10 2@50 ");
  /* On its way already, it arrives as it would have. */
  send(cable, 0, 3);
  link_set_config(&cable->link, 0, &(LinkConfig){.delay = 5 * MILLISECOND});
  send(cable, 0, 4);
  assert_arrived(cable, "4@55 3@60 ");
  /* A wider pipe empties the queue sooner, one without limit at once. */
  link_set_config(&cable->link, 0, &(LinkConfig){.bandwidth = 100000});
  send_many(cable, 0, 3);
  link_set_config(&cable->link, 0, &(LinkConfig){.bandwidth = 1000000});
  assert_arrived(cable, "0@160 1@170 2@180 ");
  send_many(cable, 0, 3);
  link_set_config(&cable->link, 0, &(LinkConfig){0});
  assert_arrived(cable, "1@180 2@180 0@190 ");
  cable_free(cable);
}

static void an_unplugged_link_loses_what_departs(void)
{
  Cable *cable = cable_new(&(LinkConfig){.delay = 10 * MILLISECOND}, 1);
  send(cable, 0, 1);
  link_set_up(&cable->link, false);
  send(cable, 0, 2);
  send(cable, 1, 3);
  g_assert_cmpuint(cable->lost, ==, 2);
  assert_arrived(cable, "1@10 ");
  link_set_up(&cable->link, true);
  send(cable, 1, 4);
  assert_arrived(cable, "4@20 ");
  g_assert_cmpuint(cable->taps, ==, 4);
  cable_free(cable);
}

static void what_waits_may_be_dropped(void)
{
  Cable *cable = cable_new(&(LinkConfig){.bandwidth = 1000000}, 1);
  send_many(cable, 0, 4);
  send_many(cable, 1, 2);
  link_drop_waiting(&cable->link, 0);
  g_assert_cmpuint(cable->dropped, ==, 3);
  assert_arrived(cable, "0@10 0@10 1@20 ");
  send(cable, 0, 5);
  assert_arrived(cable, "5@30 ");
  cable_free(cable);
}

static void the_tap_looks_where_it_is_told(void)
{
  static const struct {
    TapPlace place;
    bool first_leg, chosen, seen;
  } cases[] = {
      {TAP_SENDERS, true, false, true},     {TAP_SENDERS, false, false, false},
      {TAP_LINKS, true, false, false},      {TAP_LINKS, true, true, true},
      {TAP_LINKS, false, true, true},       {TAP_EVERYWHERE, true, false, true},
      {TAP_EVERYWHERE, false, false, true},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Cable *cable = cable_new(&(LinkConfig){0}, 1);
    if (cases[i].place == TAP_LINKS) tap_choose_link(&cable->tap, cases[i].chosen ? 3 : 2);
    cable->tap.place = cases[i].place;
    LinkFrame *frame = link_begin(&cable->link, 0);
    frame->length = 60;
    if (!cases[i].first_leg) frame->number = 17;
    link_send(frame);
    g_assert_cmpuint(cable->taps, ==, cases[i].seen);
    g_assert_cmpuint(frame->seen, ==, cases[i].seen);
    g_assert_cmpuint(frame->number, ==, cases[i].first_leg ? 1 : 17);
    g_assert_cmpuint(cable->tap.count, ==, cases[i].first_leg);
    cable_free(cable);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/link/frames take their time and wait for one another",
                  frames_take_their_time_and_wait_for_one_another);
  g_test_add_func("/link/a full queue drops the newest", a_full_queue_drops_the_newest);
  g_test_add_func("/link/the dice lose, double and hold up as often as asked",
                  the_dice_lose_double_and_hold_up_as_often_as_asked);
  g_test_add_func("/link/the same seed gives the same frames and another one others",
                  the_same_seed_gives_the_same_frames_and_another_one_others);
  g_test_add_func("/link/each direction has its own ways and may change them",
                  each_direction_has_its_own_ways_and_may_change_them);
  g_test_add_func("/link/an unplugged link loses what departs", an_unplugged_link_loses_what_departs);
  g_test_add_func("/link/what waits may be dropped", what_waits_may_be_dropped);
  g_test_add_func("/link/the tap looks where it is told", the_tap_looks_where_it_is_told);
  return g_test_run();
}
