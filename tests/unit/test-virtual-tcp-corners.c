/* SPDX-License-Identifier: MIT */
/* Virtual TCP in the corners: how the congestion window moves, closed windows, small segments, both closing
 * at once, and peers that are not there any more. */
#include "support/tcp-pair.h"
#include "wire/packet.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static void run_until(TcpPair *pair, Nanoseconds until)
{
  while (virtual_clock_step(&pair->clock, until))
    ;
  pair->clock.now = MAX(pair->clock.now, until);
}

/* Counts the segments with payload that side 0 sent from one time on until another, by a timed trace. */
static guint count_sent(const TcpPair *pair, guint64 from, guint64 until)
{
  guint count = 0;
  g_auto(GStrv) segments = g_strsplit(pair->trace->str, " ", -1);
  for (char **segment = segments; *segment != NULL && **segment != '\0'; segment++) {
    char *rest;
    guint64 time = g_ascii_strtoull(*segment, &rest, 10);
    bool data = g_str_has_prefix(rest, "@1:") && !g_str_has_suffix(rest, ".0") && strchr(rest, 'S') == NULL;
    count += data && time >= from && time < until;
  }
  return count;
}

static TcpPair *timed_pair(const LinkConfig *config, size_t first_length, size_t second_length)
{
  TcpPair *pair = tcp_pair_new(config, 11, first_length, second_length);
  pair->trace = g_string_new(NULL);
  pair->timed = true;
  return pair;
}

static void slow_start_opens_the_window_by_a_segment_for_each_acknowledgement(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = 50 * MILLISECOND}, 1460 * 200, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  /* RFC 6928: ten segments; then one more for each ACK, which tells of two segments or, after 40 ms, of a
   * lone one; up to one window of 44. */
  static const guint flights[] = {10, 15, 23, 35, 43, 44};
  for (guint i = 0; i < G_N_ELEMENTS(flights); i++)
    g_assert_cmpuint(count_sent(pair, 100 + 100 * i, 200 + 100 * i), ==, flights[i]);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  tcp_pair_free(pair);
}

static void a_loss_halves_the_window_and_it_grows_slowly_then(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = 50 * MILLISECOND}, 1460 * 400, 0);
  VirtualTcp *tcp = &pair->sides[0].tcp;
  pair->drop = 150;
  virtual_tcp_connect(tcp);
  while (!tcp->recovering)
    g_assert_true(virtual_clock_step(&pair->clock, NANOSECONDS_NEVER));
  uint32_t flight = tcp->highest - tcp->unacknowledged;
  g_assert_cmpuint(tcp->slow_start_threshold, ==, flight / 2);
  while (tcp->recovering)
    g_assert_true(virtual_clock_step(&pair->clock, NANOSECONDS_NEVER));
  g_assert_cmpuint(tcp->congestion_window, ==, tcp->slow_start_threshold);
  uint32_t window = tcp->congestion_window;
  run_until(pair, pair->clock.now + 102 * MILLISECOND);
  g_assert_cmpuint(tcp->congestion_window, >=, window + tcp->mss / 3);
  g_assert_cmpuint(tcp->congestion_window, <=, window + tcp->mss);
  tcp_pair_run(pair);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  tcp_pair_free(pair);
}

static void a_time_out_begins_again_with_one_segment(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = 50 * MILLISECOND}, 1460 * 100, 0);
  VirtualTcp *tcp = &pair->sides[0].tcp;
  virtual_tcp_connect(tcp);
  run_until(pair, 350 * MILLISECOND);
  for (unsigned from = 0; from < 2; from++)
    link_set_config(&pair->link, from, &(LinkConfig){.delay = 50 * MILLISECOND, .loss = 1});
  while (tcp->tries == 0)
    g_assert_true(virtual_clock_step(&pair->clock, NANOSECONDS_NEVER));
  g_assert_cmpuint(tcp->congestion_window, ==, tcp->mss);
  g_assert_cmpuint(tcp->slow_start_threshold, ==, (tcp->highest - tcp->unacknowledged) / 2);
  Nanoseconds timeout = tcp->retransmission_timeout, now = pair->clock.now;
  while (tcp->tries == 1)
    g_assert_true(virtual_clock_step(&pair->clock, NANOSECONDS_NEVER));
  g_assert_cmpint(pair->clock.now - now, ==, timeout);
  g_assert_cmpint(tcp->retransmission_timeout, ==, 2 * timeout);
  for (unsigned from = 0; from < 2; from++)
    link_set_config(&pair->link, from, &(LinkConfig){.delay = 50 * MILLISECOND});
  tcp_pair_run(pair);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  tcp_pair_free(pair);
}

static void after_a_pause_the_window_is_the_first_again(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = 50 * MILLISECOND}, 1460 * 300, 0);
  TcpSide *side = &pair->sides[0];
  g_autoptr(GBytes) all = g_bytes_ref(side->give);
  g_bytes_unref(side->give);
  side->give = g_bytes_new_from_bytes(all, 0, 1460 * 200);
  virtual_tcp_connect(&side->tcp);
  tcp_pair_run(pair);
  g_assert_cmpuint(side->tcp.congestion_window, ==, 44 * 1460);
  run_until(pair, 10000 * MILLISECOND);
  g_bytes_unref(side->give);
  side->give = g_steal_pointer(&all);
  tcp_side_ready(side);
  tcp_pair_run(pair);
  g_assert_cmpuint(count_sent(pair, 10000, 10100), ==, 10);
  tcp_pair_assert_arrived(&pair->sides[1], side);
  tcp_pair_free(pair);
}

static void a_lost_syn_leaves_a_window_of_one_segment(void)
{
  for (guint dropped = 1; dropped <= 2; dropped++) {
    TcpPair *pair = timed_pair(&(LinkConfig){.delay = 50 * MILLISECOND}, 1460 * 20, 0);
    pair->drop = dropped;
    virtual_tcp_connect(&pair->sides[0].tcp);
    tcp_pair_run(pair);
    g_assert_cmpuint(count_sent(pair, 1100, 1141), ==, 1);
    tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
    tcp_pair_free(pair);
  }
}

static void an_acknowledgement_waits_for_company_but_not_long(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = MILLISECOND}, 5, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpstr(pair->trace->str, ==, "0@1:S0 1@2:S.0 2@1:P.5 43@2:.0 ");
  tcp_pair_free(pair);
}

static void a_closed_window_is_probed_with_single_bytes_and_longer_and_longer_waits(void)
{
  TcpPair *pair = timed_pair(&(LinkConfig){.delay = MILLISECOND}, 100000, 0);
  TcpSide *sender = &pair->sides[0], *reader = &pair->sides[1];
  reader->reads = false;
  virtual_tcp_connect(&sender->tcp);
  run_until(pair, 500 * MILLISECOND);
  g_assert_cmpuint(sender->tcp.peer_window, <, sender->tcp.mss);
  uint32_t window = sender->tcp.congestion_window;
  /* The last bytes of the window by force, then byte after byte. */
  run_until(pair, 1000 * MILLISECOND);
  g_assert_cmpuint(sender->tcp.peer_window, ==, 0);
  g_assert_cmpuint(virtual_tcp_get_readable(&reader->tcp).length, ==, VIRTUAL_TCP_WINDOW);
  run_until(pair, 600 * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(sender->tcp.state, ==, VIRTUAL_TCP_ESTABLISHED);
  guint probes = count_sent(pair, 1000, 600000);
  g_assert_cmpuint(probes, >=, 12); /* up to a minute apart … */
  g_assert_cmpuint(probes, <=, 20); /* … and first less than a second */
  g_assert_cmpuint(sender->tcp.congestion_window, >=, window / 2);
  reader->reads = true;
  tcp_side_ready(reader);
  Nanoseconds opened = pair->clock.now;
  while (reader->got->len < 100000)
    g_assert_true(virtual_clock_step(&pair->clock, opened + 20 * MILLISECOND));
  tcp_pair_assert_arrived(reader, sender);
  tcp_pair_free(pair);
}

static void segments_are_no_larger_than_either_side_or_the_path_bears(void)
{
  for (unsigned narrow = 0; narrow < 2; narrow++) {
    TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 50000, 50000);
    pair->sides[narrow].tcp.config.mss = 700;
    virtual_tcp_connect(&pair->sides[0].tcp);
    tcp_pair_run(pair);
    g_assert_cmpuint(pair->mss[narrow], ==, 700);
    g_assert_cmpuint(pair->mss[!narrow], ==, 1460);
    g_assert_cmpuint(pair->largest[0], ==, 700);
    g_assert_cmpuint(pair->largest[1], ==, 700);
    tcp_pair_assert_arrived(&pair->sides[0], &pair->sides[1]);
    tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
    tcp_pair_free(pair);
  }
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 50000, 0);
  pair->states_no_mss = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpuint(pair->largest[0], ==, 536);
  tcp_pair_free(pair);
}

static void a_narrower_path_is_told_of_in_the_middle(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = 10 * MILLISECOND}, 3, 90000, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  run_until(pair, 50 * MILLISECOND);
  g_assert_cmpuint(pair->largest[0], ==, 1460);
  pair->largest[0] = 0;
  virtual_tcp_lower_mss(&pair->sides[0].tcp, 400);
  virtual_tcp_lower_mss(&pair->sides[0].tcp, 900); /* older news */
  tcp_pair_run(pair);
  g_assert_cmpuint(pair->largest[0], ==, 400);
  tcp_pair_assert_arrived(&pair->sides[1], &pair->sides[0]);
  tcp_pair_free(pair);
}

static void both_may_close_at_once(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = 10 * MILLISECOND}, 3, 0, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  for (unsigned end = 0; end < 2; end++) {
    virtual_tcp_finish(&pair->sides[end].tcp);
    virtual_tcp_flush(&pair->sides[end].tcp);
  }
  tcp_pair_run(pair);
  for (unsigned end = 0; end < 2; end++) {
    const TcpSide *side = &pair->sides[end];
    g_assert_cmpint(side->states[side->state_count - 2], ==, VIRTUAL_TCP_CLOSING);
    g_assert_cmpint(side->tcp.state, ==, VIRTUAL_TCP_TIME_WAIT);
  }
  g_assert_cmpuint(pair->frames, ==, 3 + 4);
  g_assert_cmpuint(pair->resets, ==, 0);
  tcp_pair_free(pair);
}

static void a_fin_that_comes_again_is_acknowledged_again(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 0, 0);
  pair->sides[0].finish_when_given = true;
  pair->sides[1].finish_after_peer = true;
  pair->drop = 6; /* S, S., ., F., F. that acknowledges, and the last ACK */
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_TIME_WAIT);
  g_assert_cmpint(pair->sides[1].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[1].tcp.error, ==, VIRTUAL_TCP_FINE);
  tcp_pair_free(pair);
}

static void a_peer_that_lost_its_memory_answers_with_reset(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 10, 10);
  virtual_tcp_connect(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  virtual_tcp_clear(&pair->sides[1].tcp);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_ESTABLISHED); /* half open */
  virtual_tcp_write(&pair->sides[0].tcp, BYTES_LITERAL("are you there?"));
  virtual_tcp_flush(&pair->sides[0].tcp);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_RESET);
  g_assert_cmpuint(pair->resets, ==, 1);
  tcp_pair_free(pair);
}

static void a_peer_that_never_finishes_is_not_waited_for_for_ever(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 10, 0);
  pair->sides[0].finish_when_given = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  run_until(pair, NANOSECONDS_PER_SECOND);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_FIN_WAIT_2);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_TIMED_OUT);
  g_assert_cmpint(pair->sides[1].tcp.state, ==, VIRTUAL_TCP_CLOSE_WAIT);
  tcp_pair_free(pair);
}

static void a_router_that_says_unreachable_ends_only_what_is_opening(void)
{
  TcpPair *pair = tcp_pair_new(&(LinkConfig){.delay = MILLISECOND}, 3, 10, 10);
  virtual_tcp_connect(&pair->sides[0].tcp);
  run_until(pair, 100 * MILLISECOND);
  virtual_tcp_hear_unreachable(&pair->sides[0].tcp);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_ESTABLISHED);
  tcp_pair_free(pair);
  pair = tcp_pair_new(&(LinkConfig){.loss = 1}, 3, 10, 10);
  virtual_tcp_connect(&pair->sides[0].tcp);
  virtual_tcp_hear_unreachable(&pair->sides[0].tcp);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_UNREACHABLE);
  tcp_pair_run(pair);
  g_assert_cmpint(pair->clock.now, ==, 0);
  tcp_pair_free(pair);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/virtual-tcp/" path, function)
  ADD("slow start opens the window by a segment for each acknowledgement",
      slow_start_opens_the_window_by_a_segment_for_each_acknowledgement);
  ADD("a loss halves the window and it grows slowly then", a_loss_halves_the_window_and_it_grows_slowly_then);
  ADD("a time-out begins again with one segment", a_time_out_begins_again_with_one_segment);
  ADD("after a pause the window is the first again", after_a_pause_the_window_is_the_first_again);
  ADD("a lost SYN leaves a window of one segment", a_lost_syn_leaves_a_window_of_one_segment);
  ADD("an acknowledgement waits for company but not long", an_acknowledgement_waits_for_company_but_not_long);
  ADD("a closed window is probed with single bytes and longer and longer waits",
      a_closed_window_is_probed_with_single_bytes_and_longer_and_longer_waits);
  ADD("segments are no larger than either side or the path bears",
      segments_are_no_larger_than_either_side_or_the_path_bears);
  ADD("a narrower path is told of in the middle", a_narrower_path_is_told_of_in_the_middle);
  ADD("both may close at once", both_may_close_at_once);
  ADD("a FIN that comes again is acknowledged again", a_fin_that_comes_again_is_acknowledged_again);
  ADD("a peer that lost its memory answers with reset", a_peer_that_lost_its_memory_answers_with_reset);
  ADD("a peer that never finishes is not waited for for ever",
      a_peer_that_never_finishes_is_not_waited_for_for_ever);
  ADD("a router that says unreachable ends only what is opening",
      a_router_that_says_unreachable_ends_only_what_is_opening);
#undef ADD
  return g_test_run();
}
