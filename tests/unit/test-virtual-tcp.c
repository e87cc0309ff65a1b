/* SPDX-License-Identifier: MIT */
/* Virtual TCP over links that lose, reorder and double: every byte arrives once and in order, both ways, and
 * both ends close. */
#include "support/tcp-pair.h"

static void any_loss_disorder_and_doubling_leaves_the_bytes_whole_and_closes(void)
{
  guint lost = 0, overtaken = 0, doubled = 0;
  for (uint64_t seed = 0; seed < 1000; seed++) {
    RandomSource dice = random_source(seed, 2);
    LinkConfig config = {
        .delay = 20 * NANOSECONDS_PER_MILLISECOND,
        .jitter = seed % 3 == 0 ? 0 : 30 * NANOSECONDS_PER_MILLISECOND,
        .loss = (double)random_source_below(&dice, 31) / 100,
        .bandwidth = seed % 5 == 0 ? 1000000 : 0,
        .queue = seed % 15 == 0 ? 4 : 0,
        .reorder = seed % 4 == 0 ? 0.1 : 0,
        .reorder_delay = 70 * NANOSECONDS_PER_MILLISECOND,
        .duplication = seed % 4 < 2 ? (double)random_source_below(&dice, 31) / 100 : 0,
    };
    TcpPair *pair = tcp_pair_new(&config, seed, random_source_below(&dice, 60000),
                                 random_source_below(&dice, seed % 7 ? 30000 : 1));
    pair->sides[0].finish_when_given = seed % 2 == 0;
    pair->sides[0].finish_after_peer = seed % 2 != 0;
    pair->sides[1].finish_when_given = seed % 2 != 0;
    pair->sides[1].finish_after_peer = seed % 2 == 0;
    virtual_tcp_connect(&pair->sides[0].tcp);
    tcp_pair_run(pair);
    tcp_pair_assert_arrived(&pair->sides[0], &pair->sides[1]);
    tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
    for (unsigned end = 0; end < 2; end++) {
      VirtualTcpState state = pair->sides[end].tcp.state;
      g_assert_true(state == VIRTUAL_TCP_CLOSED || state == VIRTUAL_TCP_TIME_WAIT);
      g_assert_true(virtual_tcp_peer_finished(&pair->sides[end].tcp));
    }
    g_assert_cmpuint(pair->bad, ==, 0);
    lost += pair->lost;
    overtaken += config.jitter > 0 || config.reorder > 0;
    doubled += pair->doubled;
    tcp_pair_free(pair);
  }
  g_assert_cmpuint(lost, >, 10000);
  g_assert_cmpuint(overtaken, >, 600);
  g_assert_cmpuint(doubled, >, 3000);
}

static void a_small_exchange_takes_exactly_the_segments_of_the_book(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 7, 5, 3000);
  pair->trace = g_string_new(NULL);
  pair->sides[0].finish_after_peer = true;
  pair->sides[1].finish_when_given = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpstr(pair->trace->str, ==, "1:S0 2:S.0 1:P.5 2:.1460 2:.1460 2:FP.80 1:.0 1:F.0 2:.0 ");
  static const VirtualTcpState first[] = {VIRTUAL_TCP_SYN_SENT, VIRTUAL_TCP_ESTABLISHED,
                                          VIRTUAL_TCP_CLOSE_WAIT, VIRTUAL_TCP_LAST_ACK, VIRTUAL_TCP_CLOSED};
  static const VirtualTcpState second[] = {VIRTUAL_TCP_SYN_RECEIVED, VIRTUAL_TCP_ESTABLISHED,
                                           VIRTUAL_TCP_FIN_WAIT_1, VIRTUAL_TCP_FIN_WAIT_2,
                                           VIRTUAL_TCP_TIME_WAIT};
  g_assert_cmpuint(pair->sides[0].state_count, ==, G_N_ELEMENTS(first));
  g_assert_cmpuint(pair->sides[1].state_count, ==, G_N_ELEMENTS(second));
  for (size_t i = 0; i < G_N_ELEMENTS(first); i++) {
    g_assert_cmpint(pair->sides[0].states[i], ==, first[i]);
    g_assert_cmpint(pair->sides[1].states[i], ==, second[i]);
  }
  tcp_pair_free(pair);
}

static void nothing_is_sent_twice_on_a_clean_link(void)
{
  static const LinkConfig configs[] = {
      {.delay = 20 * NANOSECONDS_PER_MILLISECOND},
      {.delay = 90 * NANOSECONDS_PER_MILLISECOND},
      {.delay = 20 * NANOSECONDS_PER_MILLISECOND, .bandwidth = 10000000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(configs); i++) {
    TcpPair *pair = tcp_pair_new(&configs[i], i, 1460 * 500, 0);
    pair->sides[0].finish_when_given = true;
    pair->sides[1].finish_after_peer = true;
    virtual_tcp_connect(&pair->sides[0].tcp);
    tcp_pair_run(pair);
    tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
    /* 500 segments, one ACK for two of them, three to open, few to close. */
    g_assert_cmpuint(pair->frames, >=, 500 + 250);
    g_assert_cmpuint(pair->frames, <=, 500 + 250 + 10);
    tcp_pair_free(pair);
  }
}

static void a_closed_port_refuses(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, 10, 10);
  pair->sides[1].listening = false;
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_REFUSED);
  g_assert_cmpuint(pair->frames, ==, 2);
  g_assert_cmpuint(pair->resets, ==, 1);
  tcp_pair_free(pair);
}

static void a_dead_link_times_out_with_longer_and_longer_waits(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.loss = 1}, 1, 10, 10);
  pair->sides[0].tcp.config.syn_tries = 6;
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_TIMED_OUT);
  g_assert_cmpuint(pair->frames, ==, 7);
  /* 1 + 2 + 4 + 8 + 16 + 32 + 60 */
  g_assert_cmpint(pair->clock.now, ==, 123 * NANOSECONDS_PER_SECOND);
  tcp_pair_free(pair);
}

static void a_link_that_dies_in_the_middle_is_given_up(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, 100000, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  while (virtual_clock_step(&pair->clock, 5 * NANOSECONDS_PER_MILLISECOND))
    ;
  g_assert_cmpuint(pair->sides[1].got->len, >, 0);
  for (unsigned from = 0; from < 2; from++)
    link_set_config(&pair->link, from, &(LinkConfig){.loss = 1});
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_TIMED_OUT);
  tcp_pair_free(pair);
}

static void a_reader_who_sleeps_closes_the_window_and_loses_nothing(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 3, 300000, 0);
  pair->sides[0].finish_when_given = true;
  pair->sides[1].finish_after_peer = true;
  pair->sides[1].reads = false;
  virtual_tcp_connect(&pair->sides[0].tcp);
  for (int nap = 0; nap < 100; nap++) {
    Nanoseconds until = pair->clock.now + 3 * NANOSECONDS_PER_SECOND;
    while (virtual_clock_step(&pair->clock, until)) {
      g_assert_cmpuint(virtual_tcp_get_readable(&pair->sides[1].tcp).length, <=, VIRTUAL_TCP_WINDOW);
    }
    pair->clock.now = until;
    pair->sides[1].reads = true;
    tcp_side_ready(&pair->sides[1]);
    pair->sides[1].reads = nap % 10 == 9;
  }
  pair->sides[1].reads = true;
  tcp_side_ready(&pair->sides[1]);
  tcp_pair_run(pair);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_TIME_WAIT);
  g_assert_cmpuint(pair->bad, ==, 0);
  tcp_pair_free(pair);
}

static void one_lost_segment_comes_again_before_the_timer(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = 20 * NANOSECONDS_PER_MILLISECOND}, 5, 1460 * 8, 0);
  pair->trace = g_string_new(NULL);
  pair->drop = 4; /* SYN, SYN ACK, and the second segment of data */
  pair->sides[0].finish_after_peer = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  /* Six duplicate ACKs; after the third the lost one goes again; then all is acknowledged at once. */
  g_assert_cmpstr(pair->trace->str, ==,
                  "1:S0 2:S.0 1:.1460 1:.1460 1:.1460 1:.1460 1:.1460 1:.1460 1:P.1460 "
                  "2:.0 2:.0 2:.0 2:.0 2:.0 2:.0 1:.1460 2:.0 ");
  g_assert_cmpint(pair->clock.now, ==, 120 * NANOSECONDS_PER_MILLISECOND);
  tcp_pair_free(pair);
}

static void both_may_open_at_once(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 9, 5000, 7000);
  for (unsigned end = 0; end < 2; end++)
    pair->sides[end].finish_when_given = true;
  pair->sides[1].listening = false;
  virtual_tcp_connect(&pair->sides[0].tcp);
  virtual_tcp_connect(&pair->sides[1].tcp);
  tcp_pair_run(pair);
  tcp_pair_assert_arrived(&pair->sides[0], &pair->sides[1]);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  g_assert_cmpuint(pair->resets, ==, 0);
  tcp_pair_free(pair);
}

static void an_abort_resets_the_peer(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 9, 5, 5);
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  virtual_tcp_abort(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[1].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[1].tcp.error, ==, VIRTUAL_TCP_RESET);
  g_assert_cmpuint(pair->resets, ==, 1);
  tcp_pair_free(pair);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/virtual-tcp/a small exchange takes exactly the segments of the book",
                  a_small_exchange_takes_exactly_the_segments_of_the_book);
  g_test_add_func("/virtual-tcp/nothing is sent twice on a clean link",
                  nothing_is_sent_twice_on_a_clean_link);
  g_test_add_func("/virtual-tcp/any loss, disorder and doubling leaves the bytes whole and closes",
                  any_loss_disorder_and_doubling_leaves_the_bytes_whole_and_closes);
  g_test_add_func("/virtual-tcp/a closed port refuses", a_closed_port_refuses);
  g_test_add_func("/virtual-tcp/a dead link times out with longer and longer waits",
                  a_dead_link_times_out_with_longer_and_longer_waits);
  g_test_add_func("/virtual-tcp/a link that dies in the middle is given up",
                  a_link_that_dies_in_the_middle_is_given_up);
  g_test_add_func("/virtual-tcp/a reader who sleeps closes the window and loses nothing",
                  a_reader_who_sleeps_closes_the_window_and_loses_nothing);
  g_test_add_func("/virtual-tcp/one lost segment comes again before the timer",
                  one_lost_segment_comes_again_before_the_timer);
  g_test_add_func("/virtual-tcp/both may open at once", both_may_open_at_once);
  g_test_add_func("/virtual-tcp/an abort resets the peer", an_abort_resets_the_peer);
  return g_test_run();
}
