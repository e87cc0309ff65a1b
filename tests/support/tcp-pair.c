/* SPDX-License-Identifier: MIT */
/* The pair, and the frames its segments become. */
#include "support/tcp-pair.h"

#include "wire/checksum.h"
#include "wire/packet-build.h"

static void side_transmit(void *owner, const VirtualTcpSegment *segment)
{
  TcpSide *side = owner;
  if (segment->mss != 0) side->pair->mss[side->end] = side->pair->states_no_mss ? 0 : segment->mss;
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
  TcpSide *side = owner;
  g_assert_cmpint(before, !=, now);
  g_assert_cmpuint(side->state_count, <, G_N_ELEMENTS(side->states));
  side->states[side->state_count++] = now;
}

void tcp_side_ready(void *owner)
{
  TcpSide *side = owner;
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

static const VirtualTcpClass side_class = {side_transmit, side_state_changed, tcp_side_ready};

static void side_receive(void *owner, Link *link, const LinkFrame *link_frame)
{
  (void)link;
  TcpSide *side = owner;
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
      .mss = packet.flags & TCP_SYN ? side->pair->mss[!side->end] : 0,
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
  TcpPair *pair = owner;
  Packet packet;
  pair->frames++;
  if (packet_parse(frame, &packet) != PACKET_TCP || checksum_verify(frame, &packet) != CHECKSUM_GOOD)
    pair->bad++;
  if (packet.flags & TCP_RST) pair->resets++;
  uint32_t *largest = &pair->largest[packet.source_port - 1];
  *largest = MAX(*largest, packet.payload_length);
  if (pair->trace != NULL && pair->timed)
    g_string_append_printf(pair->trace, "%" G_GINT64_FORMAT "@",
                           pair->clock.now / NANOSECONDS_PER_MILLISECOND);
  if (pair->trace != NULL)
    g_string_append_printf(pair->trace, "%u:%s%s%s%s%s%u ", packet.source_port,
                           packet.flags & TCP_SYN ? "S" : "", packet.flags & TCP_FIN ? "F" : "",
                           packet.flags & TCP_RST ? "R" : "", packet.flags & TCP_PSH ? "P" : "",
                           packet.flags & TCP_ACK ? "." : "", packet.payload_length);
}

static void count_lost(void *owner, const Link *link, const LinkFrame *frame)
{
  (void)link;
  TcpPair *pair = owner;
  pair->lost += frame->lost;
  pair->doubled += frame->copy;
}

static GBytes *made_of(RandomSource *dice, size_t length)
{
  uint8_t *bytes = g_malloc(length + 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (uint8_t)random_source_next(dice);
  return g_bytes_new_take(bytes, length);
}

TcpPair *tcp_pair_new(const LinkConfig *config, uint64_t seed, size_t first_length, size_t second_length)
{
  TcpPair *pair = g_new0(TcpPair, 1);
  RandomSource dice = random_source(seed, 1);
  pair->tap.sink = (FrameSink){count_frame, pair};
  link_init(&pair->link, 0, config, seed, &pair->clock, &pair->tap);
  pair->link.watch = (LinkWatch){count_lost, pair};
  for (unsigned end = 0; end < 2; end++) {
    TcpSide *side = &pair->sides[end];
    *side = (TcpSide){.pair = pair, .end = end, .reads = true, .listening = end == 1};
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

void tcp_pair_run(TcpPair *pair)
{
  guint steps = 0;
  while (virtual_clock_step(&pair->clock, NANOSECONDS_NEVER))
    g_assert_cmpuint(++steps, <, 1000000);
}

void tcp_pair_free(TcpPair *pair)
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

void tcp_pair_assert_arrived(const TcpSide *to, const TcpSide *from)
{
  size_t length;
  const void *want = g_bytes_get_data(from->give, &length);
  g_assert_true(bytes_equal((Bytes){to->got->data, to->got->len}, (Bytes){want, length}));
}
