/* SPDX-License-Identifier: MIT */
/* What the two halves of virtual TCP, receiving and sending, ask of one another. */
#pragma once

#include "simulate/virtual-tcp.h"

/* A window smaller than this is not offered anew: the peer waits until it is worth it (RFC 9293 §3.8.6.2.2).
 */
#define VIRTUAL_TCP_LEAST_WINDOW (2 * VIRTUAL_TCP_MSS)

/* Sequence numbers wrap: a is before b when less than half the space lies between them (RFC 9293 §3.4). */
static inline bool sequence_before(uint32_t a, uint32_t b)
{
  return (int32_t)(a - b) < 0;
}

static inline bool sequence_after(uint32_t a, uint32_t b)
{
  return (int32_t)(a - b) > 0;
}

/* The one place where the state changes. */
void virtual_tcp_set_state(VirtualTcp *tcp, VirtualTcpState state);

/* Ends the connection at once, without a word to the peer. */
void virtual_tcp_fail(VirtualTcp *tcp, VirtualTcpError error);

/* Prepares the sending half. */
void virtual_tcp_init_sending(VirtualTcp *tcp);

/* The peer's segment size is known: what is sent is cut to it, and the congestion window begins (RFC 6928
 * §2). */
void virtual_tcp_begin_sending(VirtualTcp *tcp, uint16_t peer_mss);

/* Our FIN was acknowledged and the peer's has not come: it will be waited for only so long. */
void virtual_tcp_await_fin(VirtualTcp *tcp);

/* Sends the SYN, or the SYN with ACK, and sets the timer. */
void virtual_tcp_send_syn(VirtualTcp *tcp);

/* Sends an empty segment with our state of things. */
void virtual_tcp_send_acknowledgement(VirtualTcp *tcp);

/* Sends a RST with that sequence number; with_acknowledgement adds ours. */
void virtual_tcp_send_reset(VirtualTcp *tcp, uint32_t sequence, bool with_acknowledgement);

/* Takes the ACK of our SYN. */
void virtual_tcp_take_syn_acknowledgement(VirtualTcp *tcp, const VirtualTcpSegment *segment);

/* Takes the acknowledgement and window of a segment. Returns false when it acknowledges what was never sent.
 */
bool virtual_tcp_take_acknowledgement(VirtualTcp *tcp, const VirtualTcpSegment *segment);

/* Says that an in-order segment came; the ACK may wait for company. */
void virtual_tcp_delay_acknowledgement(VirtualTcp *tcp);
