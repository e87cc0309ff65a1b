/* SPDX-License-Identifier: MIT */
/* Virtual TCP over links that lose and reorder: every byte arrives once and in order, both ways, and both
 * ends close. */
#include "simulate/link.h"
#include "simulate/virtual-tcp.h"
#include "wire/checksum.h"
#include "wire/packet-build.h"

typedef struct Pair Pair;

/* One end: sends `give`, keeps what it gets, and finishes when told. */
typedef struct {
  Pair *pair;
  unsigned end;
  VirtualTcp tcp;
  bool listening;
  GBytes *give;
  size_t given;
  GByteArray *got;
  bool finish_when_given; /* FIN right after the last byte */
  bool finish_after_peer; /* FIN when the peer's came */
  bool reads;             /* false: lets bytes lie, so that the window closes */
  VirtualTcpState states[16];
  guint state_count;
} Side;

struct Pair {
  VirtualClock clock;
  Tap tap;
  Link link;
  Side sides[2];
  guint frames, lost, bad, resets;
  guint sent, drop; /* segments given to the link; the one never given, 0 for none */
  GString *trace;   /* "from flags payload" of each frame, or NULL */
};

static void side_transmit(void *owner, const VirtualTcpSegment *segment)
{
  Side *side = owner;
  if (++side->pair->sent == side->pair->drop) return;
  const uint8_t mss[] = PACKET_MSS_OPTION(segment->mss);
  uint8_t from = (uint8_t)(1 + side->end), to = (uint8_t)(2 - side->end);
  PacketTemplate template = {
      .kind = PACKET_TCP,
      .source = {4, {10, 0, 0, from}},
      .destination = {4, {10, 0, 0, to}},
      .source_port = from,
      .destination_port = to,
      .sequence = segment->sequence,
      .acknowledgement = segment->acknowledgement,
      .window = segment->window,
      .flags = segment->flags,
      .time_to_live = 64,
      .payload = segment->payload,
  };
  if (segment->mss != 0) template.options = (Bytes){mss, sizeof mss};
  LinkFrame *frame = link_begin(&side->pair->link, side->end);
  frame->length = (uint16_t)packet_build(&template, frame->bytes, sizeof frame->bytes);
  g_assert_cmpuint(frame->length, >, 0);
  link_send(frame);
}

static void side_state_changed(void *owner, VirtualTcpState before, VirtualTcpState now)
{
  Side *side = owner;
  g_assert_cmpint(before, !=, now);
  g_assert_cmpuint(side->state_count, <, G_N_ELEMENTS(side->states));
  side->states[side->state_count++] = now;
}

static void side_ready(void *owner)
{
  Side *side = owner;
  VirtualTcp *tcp = &side->tcp;
  if (side->reads) {
    Bytes readable = virtual_tcp_get_readable(tcp);
    g_byte_array_append(side->got, readable.data, (guint)readable.length);
    virtual_tcp_read(tcp, readable.length);
  }
  Bytes give;
  give.data = g_bytes_get_data(side->give, &give.length);
  Bytes next = bytes_slice(give, side->given, virtual_tcp_get_room(tcp));
  virtual_tcp_write(tcp, next);
  side->given += next.length;
  bool all = side->given == give.length;
  if (all && (side->finish_when_given || (side->finish_after_peer && virtual_tcp_peer_finished(tcp))))
    virtual_tcp_finish(tcp);
  virtual_tcp_flush(tcp);
}

static const VirtualTcpClass side_class = {side_transmit, side_state_changed, side_ready};

static void side_receive(void *owner, Link *link, const LinkFrame *link_frame)
{
  (void)link;
  Side *side = owner;
  Frame frame = {.bytes = {link_frame->bytes, link_frame->length},
                 .original_length = link_frame->length,
                 .link_type = LINK_TYPE_ETHERNET};
  Packet packet;
  g_assert_cmpint(packet_parse(&frame, &packet), ==, PACKET_TCP);
  VirtualTcpSegment segment = {
      .sequence = packet.sequence,
      .acknowledgement = packet.acknowledgement,
      .flags = packet.flags,
      .window = packet.window,
      .mss = packet.flags & TCP_SYN ? 1460 : 0,
      .payload = packet.payload,
  };
  if (side->tcp.state == VIRTUAL_TCP_CLOSED && side->listening) {
    if (packet.flags != TCP_SYN) return;
    side->listening = false;
    virtual_tcp_accept(&side->tcp, &segment);
    return;
  }
  VirtualTcpSegment reset;
  if (side->tcp.state != VIRTUAL_TCP_CLOSED)
    virtual_tcp_receive(&side->tcp, &segment);
  else if (virtual_tcp_refuse(&segment, &reset))
    side_transmit(side, &reset);
}

static void count_frame(void *owner, const Frame *frame)
{
  Pair *pair = owner;
  Packet packet;
  pair->frames++;
  if (packet_parse(frame, &packet) != PACKET_TCP || checksum_verify(frame, &packet) != CHECKSUM_GOOD)
    pair->bad++;
  if (packet.flags & TCP_RST) pair->resets++;
  if (pair->trace != NULL)
    g_string_append_printf(pair->trace, "%u:%s%s%s%s%s%u ", packet.source_port,
                           packet.flags & TCP_SYN ? "S" : "", packet.flags & TCP_FIN ? "F" : "",
                           packet.flags & TCP_RST ? "R" : "", packet.flags & TCP_PSH ? "P" : "",
                           packet.flags & TCP_ACK ? "." : "", packet.payload_length);
}

static void count_lost(void *owner, const Link *link, const LinkFrame *frame)
{
  (void)link;
  ((Pair *)owner)->lost += frame->lost;
}

static GBytes *made_of(RandomSource *dice, size_t length)
{
  uint8_t *bytes = g_malloc(length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)random_source_next(dice);
  return g_bytes_new_take(bytes, length);
}

static Pair *pair_new(const LinkConfig *config, uint64_t seed, size_t first_length, size_t second_length)
{
  Pair *pair = g_new0(Pair, 1);
  RandomSource dice = random_source(seed, 1);
  pair->tap.sink = (FrameSink){count_frame, pair};
  link_init(&pair->link, 0, config, seed, &pair->clock, &pair->tap);
  pair->link.watch = (LinkWatch){count_lost, pair};
  for (unsigned end = 0; end < 2; end++) {
    Side *side = &pair->sides[end];
    *side = (Side){.pair = pair, .end = end, .reads = true, .listening = end == 1};
    side->give = made_of(&dice, end == 0 ? first_length : second_length);
    side->got = g_byte_array_new();
    pair->link.ends[end] = (LinkEnd){side_receive, side};
    virtual_tcp_init(&side->tcp, &(VirtualTcpConfig){
                                     .class = &side_class,
                                     .owner = side,
                                     .clock = &pair->clock,
                                     /* near the wrap, so that sequence numbers pass zero */
                                     .initial_sequence = UINT32_MAX - random_source_below(&dice, 40000),
                                     .syn_tries = 30,
                                     .data_tries = 30,
                                 });
  }
  return pair;
}

static void pair_run(Pair *pair)
{
  guint steps = 0;
  while (virtual_clock_step(&pair->clock, NANOSECONDS_NEVER))
    g_assert_cmpuint(++steps, <, 1000000);
}

static void pair_free(Pair *pair)
{
  for (unsigned end = 0; end < 2; end++) {
    virtual_tcp_clear(&pair->sides[end].tcp);
    g_bytes_unref(pair->sides[end].give);
    g_byte_array_unref(pair->sides[end].got);
  }
  link_clear(&pair->link);
  virtual_clock_clear(&pair->clock);
  if (pair->trace != NULL) g_string_free(pair->trace, TRUE);
  g_free(pair);
}

static void assert_arrived(const Side *to, const Side *from)
{
  size_t length;
  const void *want = g_bytes_get_data(from->give, &length);
  g_assert_true(bytes_equal((Bytes){to->got->data, to->got->len}, (Bytes){want, length}));
}

static void any_loss_and_reordering_leaves_the_bytes_whole_and_closes(void)
{
  guint lost = 0, overtaken = 0;
  for (uint64_t seed = 0; seed < 1000; seed++) {
    RandomSource dice = random_source(seed, 2);
    LinkConfig config = {
        .delay = 20 * NANOSECONDS_PER_MILLISECOND,
        .jitter = seed % 3 == 0 ? 0 : 30 * NANOSECONDS_PER_MILLISECOND,
        .loss = (double)random_source_below(&dice, 31) / 100,
        .bandwidth = seed % 5 == 0 ? 1000000 : 0,
    };
    Pair *pair = pair_new(&config, seed, random_source_below(&dice, 60000),
                          random_source_below(&dice, seed % 7 ? 30000 : 1));
    pair->sides[0].finish_when_given = seed % 2 == 0;
    pair->sides[0].finish_after_peer = seed % 2 != 0;
    pair->sides[1].finish_when_given = seed % 2 != 0;
    pair->sides[1].finish_after_peer = seed % 2 == 0;
    virtual_tcp_connect(&pair->sides[0].tcp);
    pair_run(pair);
    assert_arrived(&pair->sides[0], &pair->sides[1]);
    assert_arrived(&pair->sides[1], &pair->sides[0]);
    for (unsigned end = 0; end < 2; end++) {
      VirtualTcpState state = pair->sides[end].tcp.state;
      g_assert_true(state == VIRTUAL_TCP_CLOSED || state == VIRTUAL_TCP_TIME_WAIT);
      g_assert_true(virtual_tcp_peer_finished(&pair->sides[end].tcp));
    }
    g_assert_cmpuint(pair->bad, ==, 0);
    lost += pair->lost;
    overtaken += config.jitter > 0;
    pair_free(pair);
  }
  g_assert_cmpuint(lost, >, 10000);
  g_assert_cmpuint(overtaken, >, 600);
}

static void a_small_exchange_takes_exactly_the_segments_of_the_book(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 7, 5, 3000);
  pair->trace = g_string_new(NULL);
  pair->sides[0].finish_after_peer = true;
  pair->sides[1].finish_when_given = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  pair_run(pair);
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
  pair_free(pair);
}

static void nothing_is_sent_twice_on_a_clean_link(void)
{
  static const LinkConfig configs[] = {
      {.delay = 20 * NANOSECONDS_PER_MILLISECOND},
      {.delay = 90 * NANOSECONDS_PER_MILLISECOND},
      {.delay = 20 * NANOSECONDS_PER_MILLISECOND, .bandwidth = 10000000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(configs); i++) {
    Pair *pair = pair_new(&configs[i], i, 1460 * 500, 0);
    pair->sides[0].finish_when_given = true;
    pair->sides[1].finish_after_peer = true;
    virtual_tcp_connect(&pair->sides[0].tcp);
    pair_run(pair);
    assert_arrived(&pair->sides[1], &pair->sides[0]);
    /* 500 segments, one ACK for two of them, three to open, few to close. */
    g_assert_cmpuint(pair->frames, >=, 500 + 250);
    g_assert_cmpuint(pair->frames, <=, 500 + 250 + 10);
    pair_free(pair);
  }
}

static void a_closed_port_refuses(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, 10, 10);
  pair->sides[1].listening = false;
  virtual_tcp_connect(&pair->sides[0].tcp);
  pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_REFUSED);
  g_assert_cmpuint(pair->frames, ==, 2);
  g_assert_cmpuint(pair->resets, ==, 1);
  pair_free(pair);
}

static void a_dead_link_times_out_with_longer_and_longer_waits(void)
{
  Pair *pair = pair_new(&(LinkConfig){.loss = 1}, 1, 10, 10);
  pair->sides[0].tcp.config.syn_tries = 6;
  virtual_tcp_connect(&pair->sides[0].tcp);
  pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_TIMED_OUT);
  g_assert_cmpuint(pair->frames, ==, 7);
  /* 1 + 2 + 4 + 8 + 16 + 32 + 60 */
  g_assert_cmpint(pair->clock.now, ==, 123 * NANOSECONDS_PER_SECOND);
  pair_free(pair);
}

static void a_link_that_dies_in_the_middle_is_given_up(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, 100000, 0);
  virtual_tcp_connect(&pair->sides[0].tcp);
  while (virtual_clock_step(&pair->clock, 5 * NANOSECONDS_PER_MILLISECOND))
    ;
  g_assert_cmpuint(pair->sides[1].got->len, >, 0);
  pair->link.config.loss = 1;
  pair_run(pair);
  g_assert_cmpint(pair->sides[0].tcp.error, ==, VIRTUAL_TCP_TIMED_OUT);
  pair_free(pair);
}

static void a_reader_who_sleeps_closes_the_window_and_loses_nothing(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 3, 300000, 0);
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
    side_ready(&pair->sides[1]);
    pair->sides[1].reads = nap % 10 == 9;
  }
  pair->sides[1].reads = true;
  side_ready(&pair->sides[1]);
  pair_run(pair);
  assert_arrived(&pair->sides[1], &pair->sides[0]);
  g_assert_cmpint(pair->sides[0].tcp.state, ==, VIRTUAL_TCP_TIME_WAIT);
  g_assert_cmpuint(pair->bad, ==, 0);
  pair_free(pair);
}

static void one_lost_segment_comes_again_before_the_timer(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = 20 * NANOSECONDS_PER_MILLISECOND}, 5, 1460 * 8, 0);
  pair->trace = g_string_new(NULL);
  pair->drop = 4; /* SYN, SYN ACK, and the second segment of data */
  pair->sides[0].finish_after_peer = true;
  virtual_tcp_connect(&pair->sides[0].tcp);
  pair_run(pair);
  assert_arrived(&pair->sides[1], &pair->sides[0]);
  /* Six duplicate ACKs; after the third the lost one goes again; then all is acknowledged at once. */
  g_assert_cmpstr(pair->trace->str, ==,
                  "1:S0 2:S.0 1:.1460 1:.1460 1:.1460 1:.1460 1:.1460 1:.1460 1:P.1460 "
                  "2:.0 2:.0 2:.0 2:.0 2:.0 2:.0 1:.1460 2:.0 ");
  g_assert_cmpint(pair->clock.now, ==, 120 * NANOSECONDS_PER_MILLISECOND);
  pair_free(pair);
}

static void both_may_open_at_once(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 9, 5000, 7000);
  for (unsigned end = 0; end < 2; end++)
    pair->sides[end].finish_when_given = true;
  pair->sides[1].listening = false;
  virtual_tcp_connect(&pair->sides[0].tcp);
  virtual_tcp_connect(&pair->sides[1].tcp);
  pair_run(pair);
  assert_arrived(&pair->sides[0], &pair->sides[1]);
  assert_arrived(&pair->sides[1], &pair->sides[0]);
  g_assert_cmpuint(pair->resets, ==, 0);
  pair_free(pair);
}

static void an_abort_resets_the_peer(void)
{
  Pair *pair = pair_new(&(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 9, 5, 5);
  virtual_tcp_connect(&pair->sides[0].tcp);
  pair_run(pair);
  virtual_tcp_abort(&pair->sides[0].tcp);
  pair_run(pair);
  g_assert_cmpint(pair->sides[1].tcp.state, ==, VIRTUAL_TCP_CLOSED);
  g_assert_cmpint(pair->sides[1].tcp.error, ==, VIRTUAL_TCP_RESET);
  g_assert_cmpuint(pair->resets, ==, 1);
  pair_free(pair);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/virtual-tcp/a small exchange takes exactly the segments of the book",
                  a_small_exchange_takes_exactly_the_segments_of_the_book);
  g_test_add_func("/virtual-tcp/nothing is sent twice on a clean link",
                  nothing_is_sent_twice_on_a_clean_link);
  g_test_add_func("/virtual-tcp/any loss and reordering leaves the bytes whole and closes",
                  any_loss_and_reordering_leaves_the_bytes_whole_and_closes);
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
