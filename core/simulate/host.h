/* SPDX-License-Identifier: MIT */
/* A computer of the simulated network: its addresses, its links, its ports, and the connections behind them;
 * or a router, which passes packets on. Provides the agents' effects. */
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
  IpAddress other_address; /* of the other IP version; version 0: none */
  MacAddress mac;
  bool forwards; /* a router: passes on what is for others */
  uint64_t seed;
  VirtualClock *clock;
  /* Finds the address, of either version, of a name this host knows without asking; returns false for none.
   */
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

/* Packets for destination leave by link, one that was added. The same destination again: by this one now. */
void host_add_route(Host *host, const IpAddress *destination, const Link *link);

/* Packets for the addresses that share the first prefix bits (0 … 32, 128) with network leave by link, unless
 * a longer prefix, or a route of the first kind, fits better. prefix 0 is the way of all the rest of that IP
 * version. */
void host_add_network_route(Host *host, const IpAddress *network, unsigned prefix, const Link *link);

/* What a firewall does to a packet that fits a rule. */
typedef enum {
  HOST_FIREWALL_REJECT, /* TCP: a RST in the name of the destination; else ICMP "prohibited" (RFC 1812
                           §5.2.7.1, RFC 4443 §3.1) */
  HOST_FIREWALL_DROP,   /* silence */
} HostFirewallAction;

/* A rule of the firewall; what is zero fits all. */
typedef struct {
  HostFirewallAction action;
  PacketKind kind; /* PACKET_TCP or PACKET_UDP; 0, PACKET_OTHER: either */
  IpAddress source, destination;
  uint8_t source_prefix, destination_prefix; /* bits of the address that count; 0: all of them */
  uint16_t port;                             /* the destination's */
} HostFirewallRule;

/* Adds a rule: of what this host is handed by its links, for itself or for others, and of what it sends
 * itself, packets that fit do not pass. CGI.br's "Gerência de Porta 25" is {.kind = PACKET_TCP, .port = 25,
 * .source = …} on a provider's router. */
void host_add_firewall_rule(Host *host, const HostFirewallRule *rule);

/* Forgets all rules. */
void host_clear_firewall(Host *host);

/* Returns the host as its agents see it. */
AgentHost *host_as_agent_host(Host *host);

/* The power fails: connections vanish without a word to the peers, the agents hear AGENT_STOPPED, what comes
 * in is not received, and what agents connect meanwhile ends as AGENT_STOPPED too. The agents' own timers go
 * on: who must not act without power cancels them. Not to be called from inside an agent's call. Nothing
 * happens to a host without power. */
void host_go_down(Host *host);

/* The power is back: the services that listen when it is called are there again, for UDP with a new endpoint.
 * Whoever still talks to an old connection gets a RST. Nothing happens to a host that has power. */
void host_come_up(Host *host);

/* Returns true while the host has power. */
bool host_is_up(const Host *host);

/* Lets nobody listen any more: before agents are freed whose host has no power. They, or others in their
 * place, listen again before host_come_up, or after. */
void host_forget_services(Host *host);

/* Ends every connection at once and silently: the agents hear AGENT_STOPPED. Afterwards agents may be freed,
 * then the host. */
void host_stop(Host *host);

/* Frees a host that has stopped. */
void host_free(Host *host);
