/* SPDX-License-Identifier: MIT */
/* One end of a TCP connection (RFC 9293) in virtual time: segments in, segments out, a stream of bytes each
 * way. Loss recovery by RFC 6298 (timer), RFC 5681 and 6582 (congestion window, fast retransmit); no options
 * but the segment size. Small segments do not wait for an acknowledgement (no Nagle, as mail programs set
 * TCP_NODELAY): endpoints hand over whole lines and letters, so that none is sent byte by byte. */
#pragma once

#include "base/byte-buffer.h"
#include "simulate/virtual-clock.h"

#define VIRTUAL_TCP_WINDOW 65535u
#define VIRTUAL_TCP_MSS 1460u     /* Ethernet's 1500 less two headers of 20 */
#define VIRTUAL_TCP_LEAST_MSS 28u /* of the smallest MTU, 68, that RFC 791 allows */

/* RFC 9293 §3.3.2; LISTEN is the host's list of ports. */
typedef enum {
  VIRTUAL_TCP_CLOSED,
  VIRTUAL_TCP_SYN_SENT,
  VIRTUAL_TCP_SYN_RECEIVED,
  VIRTUAL_TCP_ESTABLISHED,
  VIRTUAL_TCP_FIN_WAIT_1,
  VIRTUAL_TCP_FIN_WAIT_2,
  VIRTUAL_TCP_CLOSE_WAIT,
  VIRTUAL_TCP_CLOSING,
  VIRTUAL_TCP_LAST_ACK,
  VIRTUAL_TCP_TIME_WAIT,
} VirtualTcpState;

/* Why a connection ended otherwise than by both sides' FIN. */
typedef enum {
  VIRTUAL_TCP_FINE,
  VIRTUAL_TCP_REFUSED,     /* RST in answer to our SYN */
  VIRTUAL_TCP_RESET,       /* RST later */
  VIRTUAL_TCP_TIMED_OUT,   /* no answer to any retransmission, or no FIN to ours */
  VIRTUAL_TCP_UNREACHABLE, /* a router says so, before the connection was open */
} VirtualTcpError;

/* A segment without its ports and addresses, which the host knows. */
typedef struct {
  uint32_t sequence, acknowledgement;
  uint8_t flags; /* TCP_ bits of wire/packet.h */
  uint16_t window;
  uint16_t mss; /* option of a SYN, 0 for none */
  Bytes payload;
} VirtualTcpSegment;

typedef struct VirtualTcp VirtualTcp;

/* How a connection reaches the outside. owner is handed to each. */
typedef struct {
  /* Sends a segment; its payload is valid during the call. Must not call the connection. */
  void (*transmit)(void *owner, const VirtualTcpSegment *segment);
  /* The state is a new one. Must not call the connection. */
  void (*state_changed)(void *owner, VirtualTcpState before, VirtualTcpState now);
  /* Look again: there may be bytes to read, room to write, an end. Called last: it may call the connection,
   * ends with virtual_tcp_flush (which acknowledges), or clears it. */
  void (*ready)(void *owner);
} VirtualTcpClass;

typedef struct {
  const VirtualTcpClass *class;
  void *owner;
  VirtualClock *clock;
  uint32_t initial_sequence;
  uint16_t mss;     /* the largest segment that fits the first link; 0: VIRTUAL_TCP_MSS */
  guint syn_tries;  /* retransmissions of a SYN before giving up; 0: 6, about two minutes */
  guint data_tries; /* of anything else; 0: 15 */
} VirtualTcpConfig;

/* A segment that came before its turn. */
typedef struct VirtualTcpHeld VirtualTcpHeld;

struct VirtualTcp {
  VirtualTcpConfig config;
  VirtualTcpState state;
  VirtualTcpError error;

  /* Sending (RFC 9293 §3.3.1). Numbers in sequence space:
   *   unacknowledged ≤ next ≤ highest; outgoing holds the data from unacknowledged on, SYN and FIN not
   * counted. */
  ByteBuffer outgoing;
  uint32_t unacknowledged, next, highest;
  uint32_t peer_window, window_sequence, window_acknowledgement; /* SND.WND, SND.WL1, SND.WL2 */
  uint16_t mss; /* of what is sent: the smaller of both sides', less where the path is narrower */
  bool syn_repeated;
  bool finishing; /* FIN follows the data */
  uint32_t fin_sequence;

  /* Receiving: readable holds what is in order and not yet read, held what came before its turn. */
  ByteBuffer readable;
  VirtualTcpHeld *held;
  uint32_t expected;        /* RCV.NXT */
  uint32_t advertised_edge; /* first number beyond the window we told of last */
  bool peer_fin_known;
  uint32_t peer_fin_sequence;
  bool acknowledge_now;
  guint unacknowledged_segments; /* in order since our last ACK */

  /* Loss recovery. */
  uint32_t congestion_window, slow_start_threshold, recover;
  guint duplicates;
  bool recovering;
  guint tries; /* time-outs in a row */
  Nanoseconds smoothed_rtt, rtt_variation, retransmission_timeout;
  bool timing; /* timed_sequence left at timed_since and was never sent again */
  uint32_t timed_sequence;
  Nanoseconds timed_since;
  Nanoseconds last_sent; /* data or FIN */
  Timer retransmission, delayed_acknowledgement;
};

/* Prepares a closed connection. The clock and the owner outlive it. */
void virtual_tcp_init(VirtualTcp *tcp, const VirtualTcpConfig *config);

/* Stops the timers and frees the buffers; sends nothing. */
void virtual_tcp_clear(VirtualTcp *tcp);

/* Opens actively: sends a SYN. */
void virtual_tcp_connect(VirtualTcp *tcp);

/* Opens passively: answers the SYN that came for a listening port. */
void virtual_tcp_accept(VirtualTcp *tcp, const VirtualTcpSegment *syn);

/* Takes a segment from the peer (RFC 9293 §3.10.7). */
void virtual_tcp_receive(VirtualTcp *tcp, const VirtualTcpSegment *segment);

/* Returns what came in order and was not read. Valid until the next call. */
Bytes virtual_tcp_get_readable(const VirtualTcp *tcp);

/* Drops count bytes, now read, from it. */
void virtual_tcp_read(VirtualTcp *tcp, size_t count);

/* Returns true when the peer sent FIN and all before it was read. */
bool virtual_tcp_peer_finished(const VirtualTcp *tcp);

/* Returns how many bytes may be written now; 0 also before the connection is open and after finish. */
size_t virtual_tcp_get_room(const VirtualTcp *tcp);

/* Takes bytes, at most get_room, to be sent. virtual_tcp_flush sends them. */
void virtual_tcp_write(VirtualTcp *tcp, Bytes bytes);

/* Nothing more will be written: FIN follows the last byte. */
void virtual_tcp_finish(VirtualTcp *tcp);

/* Sends what window and congestion window allow, or at least the acknowledgement that is due. */
void virtual_tcp_flush(VirtualTcp *tcp);

/* A router tells that nothing gets through to the peer: an opening connection ends (RFC 5461 §4.1), an open
 * one goes on trying. */
void virtual_tcp_hear_unreachable(VirtualTcp *tcp);

/* A router tells that segments of more than mss bytes do not get through (RFC 1191 §6.4): they go again,
 * smaller. */
void virtual_tcp_lower_mss(VirtualTcp *tcp, uint16_t mss);

/* Returns true when the SYN may open anew what is in TIME-WAIT here (RFC 9293 §3.6.1). */
bool virtual_tcp_may_reopen(const VirtualTcp *tcp, const VirtualTcpSegment *syn);

/* Resets the connection: a RST where the peer knows of it; closed at once. */
void virtual_tcp_abort(VirtualTcp *tcp);

/* Fills *reset, the answer to a segment that belongs to no connection (RFC 9293 §3.5.2). Returns false when
 * there must be none. */
bool virtual_tcp_refuse(const VirtualTcpSegment *segment, VirtualTcpSegment *reset);
