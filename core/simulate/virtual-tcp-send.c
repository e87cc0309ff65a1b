/* SPDX-License-Identifier: MIT */
/* The sending half: what may leave now, what was acknowledged, and when to send it again. */
#include "simulate/virtual-tcp-private.h"
#include "wire/packet.h"

#define FIRST_TIMEOUT NANOSECONDS_PER_SECOND                /* RFC 6298 §2.1 */
#define TIMEOUT_AFTER_LOST_SYN (3 * NANOSECONDS_PER_SECOND) /* RFC 6298 §5.7 */
#define LEAST_TIMEOUT (200 * NANOSECONDS_PER_MILLISECOND)   /* well above the delayed ACK */
#define LONGEST_TIMEOUT (60 * NANOSECONDS_PER_SECOND)       /* RFC 6298 §2.5 */
/* RFC 9293 §3.8.6.3 allows half a second. */
#define ACKNOWLEDGEMENT_DELAY (40 * NANOSECONDS_PER_MILLISECOND)
#define DUPLICATES_FOR_LOSS 3u /* RFC 5681 §3.2 */
#define FIRST_SEGMENTS 10u     /* RFC 6928 */
#define MOST_SEGMENTS 44u      /* one window of whole segments, so that a window is never exactly full */
#define DEFAULT_MSS 536u       /* of a peer that states none: RFC 9293 §3.7.1 */
#define FIN_WAIT (15 * 60 * NANOSECONDS_PER_SECOND) /* a peer that lives has tried all it tries by then */
#define DEFAULT_SYN_TRIES 6u
#define DEFAULT_DATA_TRIES 15u

static void retransmission_expired(void *owner);
static void delayed_acknowledgement_expired(void *owner);

void virtual_tcp_init_sending(VirtualTcp *tcp)
{
  uint32_t first = tcp->config.initial_sequence;
  tcp->unacknowledged = tcp->next = tcp->highest = tcp->recover = first;
  if (tcp->config.mss == 0) tcp->config.mss = VIRTUAL_TCP_MSS;
  tcp->mss = tcp->config.mss;
  tcp->slow_start_threshold = UINT32_MAX;
  tcp->retransmission_timeout = FIRST_TIMEOUT;
  tcp->retransmission = (Timer){.expired = retransmission_expired, .owner = tcp};
  tcp->delayed_acknowledgement = (Timer){.expired = delayed_acknowledgement_expired, .owner = tcp};
  if (tcp->config.syn_tries == 0) tcp->config.syn_tries = DEFAULT_SYN_TRIES;
  if (tcp->config.data_tries == 0) tcp->config.data_tries = DEFAULT_DATA_TRIES;
}

/* RFC 6928 §2; after idleness RFC 5681 §4.1. */
static uint32_t initial_window(const VirtualTcp *tcp)
{
  return MIN(FIRST_SEGMENTS * tcp->mss, MAX(2u * tcp->mss, FIRST_SEGMENTS * VIRTUAL_TCP_MSS));
}

void virtual_tcp_begin_sending(VirtualTcp *tcp, uint16_t peer_mss)
{
  tcp->mss = (uint16_t)MIN(peer_mss == 0 ? DEFAULT_MSS : peer_mss, tcp->config.mss);
  tcp->mss = MAX(tcp->mss, VIRTUAL_TCP_LEAST_MSS);
  tcp->congestion_window = initial_window(tcp);
}

/* Returns the window to tell of. One that was nearly full is not told of in crumbs: its edge stays where it
 * was. */
static uint32_t window_to_offer(const VirtualTcp *tcp)
{
  uint32_t room =
      VIRTUAL_TCP_WINDOW - (uint32_t)MIN(virtual_tcp_get_readable(tcp).length, VIRTUAL_TCP_WINDOW);
  if (room >= VIRTUAL_TCP_LEAST_WINDOW) return room;
  return sequence_after(tcp->advertised_edge, tcp->expected) ? tcp->advertised_edge - tcp->expected : 0;
}

/* Sends a segment with the newest acknowledgement, which then is no longer due. */
static void transmit(VirtualTcp *tcp, uint32_t sequence, uint8_t flags, Bytes payload)
{
  uint32_t window = window_to_offer(tcp);
  VirtualTcpSegment segment = {
      .sequence = sequence,
      .acknowledgement = flags & TCP_ACK ? tcp->expected : 0,
      .flags = flags,
      .window = (uint16_t)window,
      .mss = flags & TCP_SYN ? tcp->config.mss : 0,
      .payload = payload,
  };
  if (flags & TCP_ACK) {
    tcp->advertised_edge = tcp->expected + window;
    tcp->acknowledge_now = false;
    tcp->unacknowledged_segments = 0;
    virtual_clock_cancel(tcp->config.clock, &tcp->delayed_acknowledgement);
  }
  tcp->config.class->transmit(tcp->config.owner, &segment);
}

void virtual_tcp_send_acknowledgement(VirtualTcp *tcp)
{
  transmit(tcp, tcp->next, TCP_ACK, BYTES_EMPTY);
}

void virtual_tcp_send_reset(VirtualTcp *tcp, uint32_t sequence, bool with_acknowledgement)
{
  transmit(tcp, sequence, with_acknowledgement ? TCP_RST | TCP_ACK : TCP_RST, BYTES_EMPTY);
}

static void start_timing(VirtualTcp *tcp, uint32_t sequence)
{
  if (tcp->timing) return;
  tcp->timing = true;
  tcp->timed_sequence = sequence;
  tcp->timed_since = tcp->config.clock->now;
}

void virtual_tcp_await_fin(VirtualTcp *tcp)
{
  virtual_clock_set(tcp->config.clock, &tcp->retransmission, FIN_WAIT);
}

static void set_retransmission(VirtualTcp *tcp)
{
  virtual_clock_set(tcp->config.clock, &tcp->retransmission, tcp->retransmission_timeout);
}

void virtual_tcp_send_syn(VirtualTcp *tcp)
{
  uint32_t first = tcp->config.initial_sequence;
  tcp->syn_repeated = tcp->highest != first;
  if (tcp->syn_repeated)
    tcp->timing = false; /* an ACK could be for either copy (Karn) */
  else
    start_timing(tcp, first);
  tcp->next = tcp->highest = first + 1;
  transmit(tcp, first, tcp->state == VIRTUAL_TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK, BYTES_EMPTY);
  set_retransmission(tcp);
}

/* Sends up to count bytes from next on, with FIN where fin. */
static void send_from_next(VirtualTcp *tcp, size_t count, bool fin)
{
  Bytes outgoing = byte_buffer_view(&tcp->outgoing);
  uint32_t offset = tcp->next - tcp->unacknowledged;
  bool again = sequence_before(tcp->next, tcp->highest);
  uint8_t flags = TCP_ACK;
  if (count > 0 && offset + count == outgoing.length) flags |= TCP_PSH;
  if (fin) flags |= TCP_FIN;
  if (again)
    tcp->timing = false; /* an ACK could be for either copy (Karn) */
  else
    start_timing(tcp, tcp->next);
  tcp->last_sent = tcp->config.clock->now;
  transmit(tcp, tcp->next, flags, bytes_slice(outgoing, offset, count));
  tcp->next += (uint32_t)count + fin;
  if (sequence_after(tcp->next, tcp->highest)) tcp->highest = tcp->next;
  if (!fin) return;
  if (tcp->state == VIRTUAL_TCP_ESTABLISHED) virtual_tcp_set_state(tcp, VIRTUAL_TCP_FIN_WAIT_1);
  if (tcp->state == VIRTUAL_TCP_CLOSE_WAIT) virtual_tcp_set_state(tcp, VIRTUAL_TCP_LAST_ACK);
}

/* Sends the next segment if it may leave; force sends something whatever the windows say. */
static bool send_one(VirtualTcp *tcp, bool force)
{
  size_t length = byte_buffer_view(&tcp->outgoing).length;
  uint32_t offset = tcp->next - tcp->unacknowledged;
  size_t unsent = offset < length ? length - offset : 0;
  uint32_t window = MIN(tcp->peer_window, tcp->congestion_window);
  size_t usable = window > offset ? window - offset : 0;
  size_t wanted = MIN(unsent, tcp->mss);
  size_t count = MIN(wanted, usable);
  if (force && count == 0 && wanted > 0) count = 1;
  bool fin = tcp->finishing && offset <= length && count == unsent;
  if (count == 0 && !fin) return false;
  /* A small piece only because the window is nearly full would stay small for ever (RFC 9293 §3.8.6.2.1). */
  if (!force && count < wanted && offset > 0) return false;
  send_from_next(tcp, count, fin);
  return true;
}

static bool may_send(const VirtualTcp *tcp)
{
  switch (tcp->state) {
  case VIRTUAL_TCP_ESTABLISHED:
  case VIRTUAL_TCP_CLOSE_WAIT:
  case VIRTUAL_TCP_FIN_WAIT_1:
  case VIRTUAL_TCP_CLOSING:
  case VIRTUAL_TCP_LAST_ACK:
    return true;
  default:
    return false;
  }
}

static void send_what_may_leave(VirtualTcp *tcp, bool force)
{
  if (!may_send(tcp)) return;
  /* After a pause nobody knows what the path would bear now. */
  if (tcp->highest == tcp->unacknowledged &&
      tcp->config.clock->now - tcp->last_sent > tcp->retransmission_timeout)
    tcp->congestion_window = MIN(tcp->congestion_window, initial_window(tcp));
  while (send_one(tcp, force))
    force = false;
  bool waiting = tcp->highest != tcp->unacknowledged || byte_buffer_view(&tcp->outgoing).length > 0;
  if (waiting && !timer_is_set(&tcp->retransmission)) set_retransmission(tcp);
}

void virtual_tcp_flush(VirtualTcp *tcp)
{
  if (tcp->state == VIRTUAL_TCP_CLOSED) return;
  send_what_may_leave(tcp, false);
  if (tcp->acknowledge_now)
    virtual_tcp_send_acknowledgement(tcp);
  else if (tcp->unacknowledged_segments > 0 && !timer_is_set(&tcp->delayed_acknowledgement))
    virtual_clock_set(tcp->config.clock, &tcp->delayed_acknowledgement, ACKNOWLEDGEMENT_DELAY);
}

/* Sends the oldest unacknowledged segment again, and only that. */
static void send_first_again(VirtualTcp *tcp)
{
  uint32_t next = tcp->next;
  size_t length = byte_buffer_view(&tcp->outgoing).length;
  size_t count = MIN(MIN(length, tcp->mss), MAX(tcp->peer_window, 1));
  tcp->next = tcp->unacknowledged;
  bool fin = tcp->finishing && count == length && sequence_after(tcp->highest, tcp->fin_sequence);
  send_from_next(tcp, count, fin);
  if (sequence_after(next, tcp->next)) tcp->next = next;
  set_retransmission(tcp);
}

static void take_round_trip(VirtualTcp *tcp, Nanoseconds sample)
{
  if (tcp->smoothed_rtt == 0) {
    tcp->smoothed_rtt = sample;
    tcp->rtt_variation = sample / 2;
  } else {
    tcp->rtt_variation += (ABS(tcp->smoothed_rtt - sample) - tcp->rtt_variation) / 4;
    tcp->smoothed_rtt += (sample - tcp->smoothed_rtt) / 8;
  }
  tcp->retransmission_timeout =
      CLAMP(tcp->smoothed_rtt + 4 * tcp->rtt_variation, LEAST_TIMEOUT, LONGEST_TIMEOUT);
}

static void take_timing(VirtualTcp *tcp, uint32_t acknowledgement)
{
  if (!tcp->timing || !sequence_after(acknowledgement, tcp->timed_sequence)) return;
  tcp->timing = false;
  take_round_trip(tcp, MAX(tcp->config.clock->now - tcp->timed_since, 1));
}

static void take_window(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  bool newer = sequence_after(segment->sequence, tcp->window_sequence) ||
               (segment->sequence == tcp->window_sequence &&
                !sequence_before(segment->acknowledgement, tcp->window_acknowledgement));
  if (!newer) return;
  /* The byte that probed a closed window was not taken: it goes again with those behind it. */
  if (tcp->peer_window == 0 && segment->window > 0 && segment->acknowledgement == tcp->unacknowledged)
    tcp->next = tcp->unacknowledged;
  tcp->peer_window = segment->window;
  tcp->window_sequence = segment->sequence;
  tcp->window_acknowledgement = segment->acknowledgement;
}

void virtual_tcp_take_syn_acknowledgement(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  tcp->unacknowledged = segment->acknowledgement;
  take_timing(tcp, segment->acknowledgement);
  if (tcp->tries > 0) tcp->retransmission_timeout = TIMEOUT_AFTER_LOST_SYN;
  if (tcp->syn_repeated) tcp->congestion_window = tcp->mss; /* RFC 5681 §3.1 */
  tcp->tries = 0;
  tcp->peer_window = segment->window;
  tcp->window_sequence = segment->sequence;
  tcp->window_acknowledgement = segment->acknowledgement;
  virtual_clock_cancel(tcp->config.clock, &tcp->retransmission);
}

/* New data was acknowledged: the congestion window opens (RFC 5681 §3.1), or recovery goes on (RFC 6582
 * §3.2). */
static void open_congestion_window(VirtualTcp *tcp, uint32_t acknowledged)
{
  uint32_t mss = tcp->mss;
  tcp->duplicates = 0;
  if (tcp->recovering && sequence_before(tcp->unacknowledged, tcp->recover)) {
    tcp->congestion_window -= MIN(acknowledged, tcp->congestion_window - mss);
    tcp->congestion_window += mss;
    send_first_again(tcp);
    return;
  }
  if (tcp->recovering) {
    tcp->recovering = false;
    tcp->congestion_window = tcp->slow_start_threshold;
  } else if (tcp->congestion_window < tcp->slow_start_threshold) {
    tcp->congestion_window += MIN(acknowledged, mss);
  } else {
    tcp->congestion_window += MAX(mss * mss / tcp->congestion_window, 1);
  }
  tcp->congestion_window = MIN(tcp->congestion_window, MOST_SEGMENTS * mss);
}

static void advance(VirtualTcp *tcp, uint32_t acknowledgement)
{
  uint32_t acknowledged = acknowledgement - tcp->unacknowledged;
  byte_buffer_consume(&tcp->outgoing, MIN(acknowledged, byte_buffer_view(&tcp->outgoing).length));
  take_timing(tcp, acknowledgement);
  tcp->unacknowledged = acknowledgement;
  if (sequence_before(tcp->next, acknowledgement)) tcp->next = acknowledgement;
  if (tcp->highest == acknowledgement)
    virtual_clock_cancel(tcp->config.clock, &tcp->retransmission);
  else
    set_retransmission(tcp);
  open_congestion_window(tcp, acknowledged);
}

/* One more segment arrived over there out of turn: after three, ours is taken for lost (RFC 5681 §3.2). */
static void take_duplicate(VirtualTcp *tcp)
{
  tcp->duplicates++;
  if (tcp->recovering) {
    tcp->congestion_window = MIN(tcp->congestion_window + tcp->mss, MOST_SEGMENTS * tcp->mss);
    return;
  }
  if (tcp->duplicates != DUPLICATES_FOR_LOSS || !sequence_after(tcp->unacknowledged, tcp->recover)) return;
  uint32_t flight = tcp->highest - tcp->unacknowledged;
  tcp->slow_start_threshold = MAX(flight / 2, 2u * tcp->mss);
  tcp->congestion_window = tcp->slow_start_threshold + DUPLICATES_FOR_LOSS * tcp->mss;
  tcp->recover = tcp->highest;
  tcp->recovering = true;
  send_first_again(tcp);
}

bool virtual_tcp_take_acknowledgement(VirtualTcp *tcp, const VirtualTcpSegment *segment)
{
  if (sequence_after(segment->acknowledgement, tcp->highest)) return false;
  bool repeats = segment->acknowledgement == tcp->unacknowledged && segment->payload.length == 0 &&
                 (segment->flags & TCP_FIN) == 0 && segment->window == tcp->peer_window &&
                 segment->window > 0 && tcp->highest != tcp->unacknowledged;
  tcp->tries = 0; /* the peer lives */
  take_window(tcp, segment);
  if (sequence_after(segment->acknowledgement, tcp->unacknowledged))
    advance(tcp, segment->acknowledgement);
  else if (repeats)
    take_duplicate(tcp);
  return true;
}

/* Most of what is received is answered at once, and acknowledged with that: the timer waits for the flush. */
void virtual_tcp_delay_acknowledgement(VirtualTcp *tcp)
{
  tcp->unacknowledged_segments++;
  if (tcp->unacknowledged_segments >= 2) tcp->acknowledge_now = true;
}

static void delayed_acknowledgement_expired(void *owner)
{
  virtual_tcp_send_acknowledgement(owner);
}

void virtual_tcp_lower_mss(VirtualTcp *tcp, uint16_t mss)
{
  mss = MAX(mss, VIRTUAL_TCP_LEAST_MSS);
  if (mss >= tcp->mss || !may_send(tcp)) return;
  tcp->mss = mss;
  tcp->next = tcp->unacknowledged; /* no loss, so the congestion window stays */
  send_what_may_leave(tcp, false);
}

/* Nothing was heard in time: the path is full, so all begins anew (RFC 5681 §3.1, RFC 6582 §4). */
static void take_loss(VirtualTcp *tcp)
{
  uint32_t flight = tcp->highest - tcp->unacknowledged;
  if (tcp->tries == 1) tcp->slow_start_threshold = MAX(flight / 2, 2u * tcp->mss);
  tcp->congestion_window = tcp->mss;
}

static void retransmission_expired(void *owner)
{
  VirtualTcp *tcp = owner;
  bool opening = tcp->state == VIRTUAL_TCP_SYN_SENT || tcp->state == VIRTUAL_TCP_SYN_RECEIVED;
  if (++tcp->tries > (opening ? tcp->config.syn_tries : tcp->config.data_tries) ||
      tcp->state == VIRTUAL_TCP_FIN_WAIT_2) {
    virtual_tcp_fail(tcp, VIRTUAL_TCP_TIMED_OUT);
    tcp->config.class->ready(tcp->config.owner);
    return;
  }
  tcp->retransmission_timeout = MIN(2 * tcp->retransmission_timeout, LONGEST_TIMEOUT);
  tcp->timing = false;
  if (opening) {
    virtual_tcp_send_syn(tcp);
    return;
  }
  if (tcp->peer_window > 0) take_loss(tcp); /* else this probes a closed window (RFC 9293 §3.8.6.1) */
  tcp->recover = tcp->highest;
  tcp->recovering = false;
  tcp->duplicates = 0;
  tcp->next = tcp->unacknowledged;
  send_what_may_leave(tcp, true);
}
