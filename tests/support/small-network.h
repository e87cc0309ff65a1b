/* SPDX-License-Identifier: MIT */
/* A small internet for tests: hosts in a row, a link between each two neighbours, routers inside, computers
 * at both ends, all with an IPv4 and an IPv6 address; and talkers, endpoints that say something and keep what
 * they hear. */
#pragma once

#include "simulate/host.h"

#define SMALL_NETWORK_MAX 6u

/* Host i has 10.0.i.1 and 2001:db8:i::1; link i joins hosts i and i + 1, end 0 at host i. */
typedef struct {
  guint count;
  VirtualClock clock;
  Tap tap;
  Link links[SMALL_NETWORK_MAX];
  Host *hosts[SMALL_NETWORK_MAX];
  HostWatch watch;
  GString *states; /* "opening open …" of all connections, as the log would hear */
} SmallNetwork;

/* Builds count hosts; every link is as config says. The computers' only routes are those of all the rest. */
void small_network_init(SmallNetwork *network, guint count, const LinkConfig *config, uint64_t seed);

/* Runs until nothing is left to happen, or until a time. */
void small_network_run(SmallNetwork *network);
void small_network_run_until(SmallNetwork *network, Nanoseconds until);

/* Stops the hosts and frees everything; talkers outlive it. */
void small_network_clear(SmallNetwork *network);

/* Returns the text of a host's address, of IP version 4 or 6. */
const char *small_network_get_address(guint host, int version);

/* What a talker says and hears, and how its conversation ended. A listening one talks to any number of
 * callers, one after the other. */
typedef struct {
  GBytes *give;
  GString *got;
  size_t given; /* of the conversation that goes on */
  bool closes;  /* when all is given and as much was heard as want_got; else when the peer closes */
  size_t want_got;
  guint begun, ended; /* conversations */
  AgentEnd end;       /* of the last */
  bool peer_closed;
} Talker;

/* Prepares a talker that has text to say. */
void talker_init(Talker *talker, const char *text);
void talker_clear(Talker *talker);

/* Returns what a listening talker is on a host's port. */
AgentService talker_service(Talker *talker);

/* Lets the talker on host call a port of a peer, an address as text. */
void talker_call(Talker *talker, Host *host, AgentTransport transport, const char *peer, uint16_t port);
