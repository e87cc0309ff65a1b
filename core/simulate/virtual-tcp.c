/* SPDX-License-Identifier: MIT */
/* The states, and the receiving half. */
#include "simulate/virtual-tcp.h"

#include "simulate/virtual-tcp-private.h"
#include "wire/packet.h"

#define OUTGOING_LIMIT 65536u

struct VirtualTcpHeld {
  VirtualTcpHeld *next;
  uint32_t sequence;
  uint32_t length;
  uint8_t bytes[];
};

void virtual_tcp_init(VirtualTcp *tcp, const VirtualTcpConfig *config)
{
  *tcp = (VirtualTcp){.config = *config};
  virtual_tcp_init_sending(tcp);
}

static void stop_timers(VirtualTcp *tcp)
{
  virtual_clock_cancel(tcp->config.clock, &tcp->retransmission);
  virtual_clock_cancel(tcp->config.clock, &tcp->delayed_acknowledgement);
}

static void free_held(VirtualTcp *tcp)
{
  while (tcp->held != NULL) {
    VirtualTcpHeld *next = tcp->held->next;
    g_free(tcp->held);
    tcp->held = next;
  }
}

void virtual_tcp_clear(VirtualTcp *tcp)
{
  stop_timers(tcp);
  free_held(tcp);
  byte_buffer_clear(&tcp->outgoing);
  byte_buffer_clear(&tcp->readable);
  tcp->state = VIRTUAL_TCP_CLOSED;
}

void virtual_tcp_set_state(VirtualTcp *tcp, VirtualTcpState state)
{
  VirtualTcpState before = tcp->state;
  if (before == state) return;
  tcp->state = state;
  if (state == VIRTUAL_TCP_CLOSED || state == VIRTUAL_TCP_TIME_WAIT) stop_timers(tcp);
  if (state == VIRTUAL_TCP_FIN_WAIT_2) virtual_tcp_await_fin(tcp);
  tcp->config.class->state_changed(tcp->config.owner, before, state);
}

void virtual_tcp_fail(VirtualTcp *tcp, VirtualTcpError error)
{
  tcp->error = error;
  virtual_tcp_set_state(tcp, VIRTUAL_TCP_CLOSED);
}

void virtual_tcp_connect(VirtualTcp *tcp)
{
  g_assert(tcp->state == VIRTUAL_TCP_CLOSED);
  virtual_tcp_set_state(tcp, VIRTUAL_TCP_SYN_SENT);
  virtual_tcp_send_syn(tcp);
}

static void take_peer_syn(VirtualTcp *tcp, const VirtualTcpSegment *syn)
{
  tcp->expected = syn->sequence + 1;
  tcp->advertised_edge = tcp->expected + VIRTUAL_TCP_WINDOW;
  virtual_tcp_begin_sending(tcp, syn->mss);
}

void virtual_tcp_accept(VirtualTcp *tcp, const VirtualTcpSegment *syn)
{
  g_assert(tcp->state == VIRTUAL_TCP_CLOSED);
  take_peer_syn(tcp, syn);
  virtual_tcp_set_state(tcp, VIRTUAL_TCP_SYN_RECEIVED);
  virtual_tcp_send_syn(tcp);
}

bool virtual_tcp_refuse(const VirtualTcpSegment *segment, VirtualTcpSegment *reset)
{
  if (segment->flags & TCP_RST) return false;
  if (segment->flags & TCP_ACK) {
    *reset = (VirtualTcpSegment){.sequence = segment->acknowledgement, .flags = TCP_RST};
    return true;
  }
  uint32_t length = (uint32_t)segment->payload.length + ((segment->flags & TCP_SYN) != 0) +
                    ((segment->flags & TCP_FIN) != 0);
  *reset = (VirtualTcpSegment){.acknowledgement = segment->sequence + length, .flags = TCP_RST | TCP_ACK};
  return true;
}

/* RFC 9293 §3.10.7.3. */
static void receive_in_syn_sent(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  bool answers_syn =
      (segment->flags & TCP_ACK) && segment->acknowledgement == tcp->config.initial_sequence + 1;
  if ((segment->flags & TCP_ACK) && !answers_syn) {
    if (!(segment->flags & TCP_RST)) virtual_tcp_send_reset(tcp, segment->acknowledgement, false);
    return;
  }
  if (segment->flags & TCP_RST) {
    if (!answers_syn) return;
    virtual_tcp_fail(tcp, VIRTUAL_TCP_REFUSED);
    tcp->config.class->ready(tcp->config.owner);
    return;
  }
  if (!(segment->flags & TCP_SYN)) return;
  take_peer_syn(tcp, segment);
  if (!answers_syn) { /* both opened at once */
    virtual_tcp_set_state(tcp, VIRTUAL_TCP_SYN_RECEIVED);
    virtual_tcp_send_syn(tcp);
    return;
  }
  virtual_tcp_take_syn_acknowledgement(tcp, segment);
  tcp->acknowledge_now = true;
  virtual_tcp_set_state(tcp, VIRTUAL_TCP_ESTABLISHED);
  tcp->config.class->ready(tcp->config.owner);
}

/* RFC 9293 §3.10.7.4, table 6. */
static bool is_acceptable(const VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  uint32_t length = (uint32_t)segment->payload.length + ((segment->flags & TCP_SYN) != 0) +
                    ((segment->flags & TCP_FIN) != 0);
  uint32_t window = tcp->advertised_edge - tcp->expected;
  uint32_t first = segment->sequence - tcp->expected;
  uint32_t last = segment->sequence + length - 1 - tcp->expected;
  if (window == 0) return length == 0 && first == 0;
  if (length == 0) return first < window;
  return first < window || last < window;
}

/* Keeps a copy of payload until its turn comes, sorted by sequence. */
static void hold(VirtualTcp *tcp, uint32_t sequence, Bytes payload)
{
  VirtualTcpHeld **place = &tcp->held;
  while (*place != NULL && sequence_before((*place)->sequence, sequence))
    place = &(*place)->next;
  if (*place != NULL && (*place)->sequence == sequence && (*place)->length >= payload.length) return;
  VirtualTcpHeld *held = g_malloc(sizeof *held + payload.length);
  held->next = *place;
  held->sequence = sequence;
  held->length = (uint32_t)payload.length;
  memcpy(held->bytes, payload.data, payload.length);
  *place = held;
}

static void append_held(VirtualTcp *tcp)
{
  while (tcp->held != NULL && !sequence_after(tcp->held->sequence, tcp->expected)) {
    VirtualTcpHeld *held = tcp->held;
    uint32_t known = tcp->expected - held->sequence;
    if (known < held->length) {
      byte_buffer_append(&tcp->readable, (Bytes){held->bytes + known, held->length - known});
      tcp->expected += held->length - known;
    }
    tcp->held = held->next;
    g_free(held);
    tcp->acknowledge_now = true;
  }
}

static void take_payload(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  uint32_t sequence = segment->sequence;
  Bytes payload = segment->payload;
  if (sequence_before(sequence, tcp->expected)) {
    uint32_t known = tcp->expected - sequence;
    tcp->acknowledge_now = true;
    payload = bytes_skip(payload, known);
    sequence = tcp->expected;
  }
  if (payload.length == 0) return;
  payload = bytes_slice(payload, 0, tcp->advertised_edge - sequence);
  if (sequence != tcp->expected) {
    tcp->acknowledge_now = true;
    hold(tcp, sequence, payload);
    return;
  }
  byte_buffer_append(&tcp->readable, payload);
  tcp->expected += (uint32_t)payload.length;
  append_held(tcp);
  virtual_tcp_delay_acknowledgement(tcp);
}

static void take_peer_fin(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  if (segment->flags & TCP_FIN) {
    uint32_t sequence = segment->sequence + (uint32_t)segment->payload.length;
    tcp->acknowledge_now = true;
    if (!sequence_before(sequence, tcp->advertised_edge)) return; /* beyond the window: it will come again */
    tcp->peer_fin_known = true;
    tcp->peer_fin_sequence = sequence;
  }
  if (!tcp->peer_fin_known || tcp->expected != tcp->peer_fin_sequence) return;
  tcp->expected++;
  tcp->acknowledge_now = true;
  free_held(tcp);
  static const struct {
    VirtualTcpState before, after;
  } steps[] = {
      {VIRTUAL_TCP_ESTABLISHED, VIRTUAL_TCP_CLOSE_WAIT},
      {VIRTUAL_TCP_FIN_WAIT_1, VIRTUAL_TCP_CLOSING},
      {VIRTUAL_TCP_FIN_WAIT_2, VIRTUAL_TCP_TIME_WAIT},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
    if (tcp->state == steps[i].before) {
      virtual_tcp_set_state(tcp, steps[i].after);
      return;
    }
}

/* Our FIN was acknowledged. */
static void take_fin_acknowledgement(VirtualTcp *tcp)
{
  static const struct {
    VirtualTcpState before, after;
  } steps[] = {
      {VIRTUAL_TCP_FIN_WAIT_1, VIRTUAL_TCP_FIN_WAIT_2},
      {VIRTUAL_TCP_CLOSING, VIRTUAL_TCP_TIME_WAIT},
      {VIRTUAL_TCP_LAST_ACK, VIRTUAL_TCP_CLOSED},
  };
  if (!tcp->finishing || !sequence_after(tcp->unacknowledged, tcp->fin_sequence)) return;
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
    if (tcp->state == steps[i].before) {
      virtual_tcp_set_state(tcp, steps[i].after);
      return;
    }
}

/* A RST that fits exactly ends the connection; one that only lies in the window is asked about (RFC 5961
 * §3.2). */
static void receive_reset(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  if (segment->sequence != tcp->expected) {
    virtual_tcp_send_acknowledgement(tcp);
    return;
  }
  virtual_tcp_fail(tcp, VIRTUAL_TCP_RESET);
  tcp->config.class->ready(tcp->config.owner);
}

/* Returns false when the segment answers no SYN of ours. */
static bool receive_in_syn_received(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  if (segment->acknowledgement != tcp->config.initial_sequence + 1) {
    virtual_tcp_send_reset(tcp, segment->acknowledgement, false);
    return false;
  }
  virtual_tcp_take_syn_acknowledgement(tcp, segment);
  virtual_tcp_set_state(tcp, VIRTUAL_TCP_ESTABLISHED);
  return true;
}

/* A SYN to a connection that knows the peer's already. */
static void receive_late_syn(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  bool repeats = tcp->state == VIRTUAL_TCP_SYN_RECEIVED && segment->sequence + 1 == tcp->expected;
  if (!repeats) {
    virtual_tcp_send_acknowledgement(tcp);
  } else if (segment->flags & TCP_ACK) { /* both opened at once: only its ACK is news */
    VirtualTcpSegment rest = *segment;
    rest.flags &= (uint8_t)~TCP_SYN;
    rest.sequence++;
    virtual_tcp_receive(tcp, &rest);
  } else {
    virtual_tcp_send_syn(tcp); /* ours was lost */
  }
}

/* RFC 9293 §3.10.7.4: sequence, RST, SYN, ACK, data, FIN, in this order. */
void virtual_tcp_receive(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  if (tcp->state == VIRTUAL_TCP_CLOSED) return;
  if (tcp->state == VIRTUAL_TCP_SYN_SENT) {
    receive_in_syn_sent(tcp, segment);
    return;
  }
  bool acceptable = is_acceptable(tcp, segment);
  if (tcp->state == VIRTUAL_TCP_FIN_WAIT_2) virtual_tcp_await_fin(tcp);
  if (segment->flags & TCP_RST) {
    if (acceptable) receive_reset(tcp, segment);
    return;
  }
  if (segment->flags & TCP_SYN) {
    receive_late_syn(tcp, segment);
    return;
  }
  if (!(segment->flags & TCP_ACK)) return;
  if (tcp->state == VIRTUAL_TCP_SYN_RECEIVED && (!acceptable || !receive_in_syn_received(tcp, segment)))
    return;
  /* The acknowledgement counts also where the data came twice, or meets a closed window. */
  bool sound = virtual_tcp_take_acknowledgement(tcp, segment);
  if (!acceptable || !sound) tcp->acknowledge_now = true;
  take_fin_acknowledgement(tcp);
  if (acceptable && tcp->state < VIRTUAL_TCP_CLOSE_WAIT) {
    take_payload(tcp, segment);
    take_peer_fin(tcp, segment);
  }
  tcp->config.class->ready(tcp->config.owner);
}

Bytes virtual_tcp_get_readable(const VirtualTcp *tcp)
{
  return byte_buffer_view(&tcp->readable);
}

void virtual_tcp_read(VirtualTcp *tcp, size_t count)
{
  byte_buffer_consume(&tcp->readable, count);
  /* A window that was nearly closed is told to be open again only when it is worth it (RFC 9293 §3.8.6.2.2).
   */
  uint32_t told = tcp->advertised_edge - tcp->expected;
  uint32_t window =
      VIRTUAL_TCP_WINDOW - (uint32_t)MIN(virtual_tcp_get_readable(tcp).length, VIRTUAL_TCP_WINDOW);
  if (told < VIRTUAL_TCP_LEAST_WINDOW && window >= VIRTUAL_TCP_LEAST_WINDOW) tcp->acknowledge_now = true;
}

bool virtual_tcp_peer_finished(const VirtualTcp *tcp)
{
  return tcp->peer_fin_known && tcp->expected == tcp->peer_fin_sequence + 1 &&
         virtual_tcp_get_readable(tcp).length == 0;
}

size_t virtual_tcp_get_room(const VirtualTcp *tcp)
{
  if (tcp->state != VIRTUAL_TCP_ESTABLISHED && tcp->state != VIRTUAL_TCP_CLOSE_WAIT) return 0;
  if (tcp->finishing) return 0;
  return OUTGOING_LIMIT - byte_buffer_view(&tcp->outgoing).length;
}

void virtual_tcp_write(VirtualTcp *tcp, Bytes bytes)
{
  g_assert(bytes.length <= virtual_tcp_get_room(tcp));
  byte_buffer_append(&tcp->outgoing, bytes);
}

void virtual_tcp_finish(VirtualTcp *tcp)
{
  if (tcp->finishing || tcp->state == VIRTUAL_TCP_CLOSED) return;
  bool opening = tcp->unacknowledged == tcp->config.initial_sequence;
  tcp->finishing = true;
  tcp->fin_sequence = tcp->unacknowledged + opening + (uint32_t)byte_buffer_view(&tcp->outgoing).length;
}

void virtual_tcp_hear_unreachable(VirtualTcp *tcp)
{
  if (tcp->state != VIRTUAL_TCP_SYN_SENT) return;
  virtual_tcp_fail(tcp, VIRTUAL_TCP_UNREACHABLE);
  tcp->config.class->ready(tcp->config.owner);
}

bool virtual_tcp_may_reopen(const VirtualTcp *tcp, const VirtualTcpSegment *syn)
{
  return tcp->state == VIRTUAL_TCP_TIME_WAIT && (syn->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN &&
         sequence_after(syn->sequence, tcp->expected);
}

void virtual_tcp_abort(VirtualTcp *tcp)
{
  bool silent = tcp->state == VIRTUAL_TCP_CLOSED || tcp->state == VIRTUAL_TCP_SYN_SENT ||
                tcp->state == VIRTUAL_TCP_TIME_WAIT;
  if (!silent) virtual_tcp_send_reset(tcp, tcp->highest, true);
  virtual_tcp_fail(tcp, VIRTUAL_TCP_RESET);
}
