/* SPDX-License-Identifier: MIT */
/* A computer of the simulated network: its address, its links, its ports, and the connections behind them.
 * Provides the agents' effects. */
#pragma once

#include "agent/agent-host.h"
#include "simulate/link.h"
#include "wire/mac-address.h"
#include "wire/packet.h"

typedef struct Host Host;

/* The state of a connection, as the world's log numbers it. */
typedef enum {
  HOST_CONNECTION_NONE,
  HOST_CONNECTION_OPENING,
  HOST_CONNECTION_OPEN,
  HOST_CONNECTION_CLOSING,
  HOST_CONNECTION_CLOSED,
  HOST_CONNECTION_RESET, /* also: timed out */
  HOST_CONNECTION_REFUSED,
} HostConnectionState;

/* A connection as seen by the host that opened it; TCP only. */
typedef struct {
  uint32_t id; /* the world's, as open gave it */
  Host *host;
  const Link *link;
  IpAddress peer;
  uint16_t port;
} HostConnectionView;

/* Whoever records what hosts do. Every member may be NULL. */
typedef struct {
  /* A connection begins; returns its id. */
  uint32_t (*opened)(void *owner, const HostConnectionView *connection);
  void (*changed)(void *owner, const HostConnectionView *connection, HostConnectionState before,
                  HostConnectionState now);
  /* A question leaves by UDP. */
  void (*asked)(void *owner, Host *host, const IpAddress *peer, uint16_t port);
  void (*message_moved)(void *owner, Host *host, const AgentMove *move);
  /* So many copies of message lie in the host's tray, whatever was thought before. */
  void (*message_lies)(void *owner, Host *host, Bytes message, AgentTray tray, guint copies);
  /* Returns the number of a message that is about to leave in frames. */
  uint32_t (*message_number)(void *owner, Bytes message);
} HostWatch;

typedef struct {
  uint16_t index; /* the world's number of it */
  IpAddress address;
  MacAddress mac;
  uint64_t seed;
  VirtualClock *clock;
  /* Finds the address of a name this host knows without asking; returns false for none. */
  bool (*find_name)(void *owner, const char *name, IpAddress *address);
  const HostWatch *watch;
  void *owner; /* of find_name and watch */
} HostConfig;

/* Returns a host without links. */
Host *host_new(const HostConfig *config);

/* Returns the number it was given. */
uint16_t host_get_index(const Host *host);

/* Plugs end (0 or 1) of link in; the host at the other end has the MAC address peer. */
void host_add_link(Host *host, Link *link, unsigned end, const MacAddress *peer);

/* Packets for destination leave by link, one that was added. */
void host_add_route(Host *host, const IpAddress *destination, const Link *link);

/* Returns the host as its agents see it. */
AgentHost *host_as_agent_host(Host *host);

/* Ends every connection at once and silently: the agents hear AGENT_STOPPED. Afterwards agents may be freed,
 * then the host. */
void host_stop(Host *host);

/* Frees a host that has stopped. */
void host_free(Host *host);
