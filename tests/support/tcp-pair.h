/* SPDX-License-Identifier: MIT */
/* Two ends of virtual TCP on one link, which trade bytes: what they sent, what arrived, and a trace of the
 * segments. */
#pragma once

#include "simulate/link.h"
#include "simulate/virtual-tcp.h"

typedef struct TcpPair TcpPair;

/* One end: sends `give`, keeps what it gets, and finishes when told. */
typedef struct {
  TcpPair *pair;
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
} TcpSide;

struct TcpPair {
  VirtualClock clock;
  Tap tap;
  Link link;
  TcpSide sides[2];
  guint frames, lost, bad, resets;
  guint sent, drop; /* segments given to the link; the one never given, 0 for none */
  guint doubled;
  bool states_no_mss;  /* SYNs tell no segment size */
  uint16_t mss[2];     /* else what each side stated */
  uint32_t largest[2]; /* payload of a segment of each side */
  GString *trace;      /* "from:flags payload" of each frame, or NULL */
  bool timed;          /* the trace begins each with "milliseconds@" */
};

/* Returns a pair on a link, to be connected; each side has so many bytes to give, which follow from seed. */
TcpPair *tcp_pair_new(const LinkConfig *config, uint64_t seed, size_t first_length, size_t second_length);

/* Runs until nothing is left to happen. */
void tcp_pair_run(TcpPair *pair);

/* Lets the side read, write and finish, as it does whenever a segment came. */
void tcp_side_ready(void *owner);

/* Fails the test unless all that from gave came to to. */
void tcp_pair_assert_arrived(const TcpSide *to, const TcpSide *from);

void tcp_pair_free(TcpPair *pair);
