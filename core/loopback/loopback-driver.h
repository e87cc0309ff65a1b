/* SPDX-License-Identifier: MIT */
/* Hosts whose agents talk through real sockets of this machine: the effects of agent-host.h for the world
 * outside the simulator. One thread, one GSource; every socket is non-blocking.
 *
 * Safety: it listens on 127.0.0.1 and ::1 only, and connects to nobody but hosts of the same driver: a name
 * or address that is not theirs is unreachable, whatever the machine's network could do. Limits: connections
 * in all and of one peer; a bounded piece of work for each connection in its turn, so that none keeps others
 * waiting; a connection that has said all and cannot get rid of it is cut. Where the process has no
 * descriptors left, newcomers are turned away and the rest goes on. */
#pragma once

#include "agent/agent-host.h"
#include "wire/ip-address.h"

typedef struct LoopbackDriver LoopbackDriver;
typedef struct LoopbackHost LoopbackHost;

/* A connection, as the side that accepted it sees it (every connection of a driver has been accepted by one
 * of its hosts); or a datagram. */
typedef struct {
  uint64_t id;         /* from 1, in the order of opening; 0 for a datagram */
  const char *host;    /* the name of the host that accepted; borrowed from the driver */
  uint16_t port;       /* the well-known one: 25 */
  IpAddress local;     /* 127.0.0.1 or ::1 … */
  uint16_t local_port; /* … and the real port: 2525 */
  IpAddress peer;
  uint16_t peer_port;
  const char *peer_host; /* where one of our hosts opened it: its name, borrowed; NULL for a foreign client */
  AgentTransport transport;
} LoopbackView;

/* Whoever looks on. Every member may be NULL. Nothing of the driver may be freed or stopped from here. */
typedef struct {
  void (*opened)(void *owner, const LoopbackView *view);
  /* Bytes went from the server (sent) or came to it, in their order; valid during the call. */
  void (*bytes)(void *owner, const LoopbackView *view, bool sent, Bytes bytes);
  void (*closed)(void *owner, const LoopbackView *view, AgentEnd end);
  /* A client was turned away because of a limit: of connections, or of descriptors (view without a peer
   * then). Its id is 0. */
  void (*turned_away)(void *owner, const LoopbackView *view);
  void (*message_moved)(void *owner, LoopbackHost *host, const AgentMove *move);
  void (*message_lies)(void *owner, LoopbackHost *host, Bytes message, AgentTray tray, guint copies);
} LoopbackWatch;

/* A number of 0 stands for the usual one. */
typedef struct {
  GMainContext *context;      /* NULL: the default one */
  guint connection_limit;     /* accepted and open at once, usual 1 000 */
  guint peer_limit;           /* of these from one address outside the driver, usual 800 */
  Nanoseconds linger_limit;   /* for a peer to take our last words and to close, usual 30 seconds */
  Nanoseconds connect_limit;  /* usual 30 seconds */
  const LoopbackWatch *watch; /* copied; may be NULL */
  void *owner;                /* of watch */
} LoopbackDriverConfig;

/* Which real port stands for a well-known one. */
typedef struct {
  AgentTransport transport;
  uint16_t port; /* 25 */
  uint16_t real; /* 0: whichever is free */
} LoopbackPort;

/* Strings and ports are copied. */
typedef struct {
  const char *name;    /* "mail.alpha.example": by it other hosts of the driver reach this one … */
  const char *address; /* … and by this, "192.0.2.25", which no packet bears but agents are told of as the
                          peer's; NULL: 127.0.0.1 is what they are told */
  const LoopbackPort *ports; /* of what it listens to; what is not here gets loopback_usual_port … */
  size_t port_count;
  uint16_t port_offset; /* … plus this, so that a second host has ports of its own … */
  bool any_port;        /* … or, where true, whichever is free */
} LoopbackHostConfig;

/* Returns 2525 for 25, and port + 2000 for the other well-known ports (587 is 2587, 110 is 2110, 53 is 2053).
 */
uint16_t loopback_usual_port(uint16_t port);

/* Returns a driver without hosts, attached to the context; or NULL with error set (of G_IO_ERROR) where the
 * process has no descriptors left. */
LoopbackDriver *loopback_driver_new(const LoopbackDriverConfig *config, GError **error);

/* Adds a host. Owned by the driver. */
LoopbackHost *loopback_driver_add_host(LoopbackDriver *driver, const LoopbackHostConfig *config);

/* Returns the host as its agents see it. */
AgentHost *loopback_host_as_agent_host(LoopbackHost *host);

/* Returns its name. Borrowed. */
const char *loopback_host_get_name(const LoopbackHost *host);

/* Returns the real port behind a well-known one, or 0 where no agent of host listens there. */
uint16_t loopback_host_get_port(const LoopbackHost *host, AgentTransport transport, uint16_t port);

/* Returns true where all ports could be opened that agents asked for; else false, with the first failure in
 * error (of G_IO_ERROR, "127.0.0.1:2525: Address already in use"). Where the machine has no IPv6, 127.0.0.1
 * alone will do. */
bool loopback_driver_check(const LoopbackDriver *driver, GError **error);

/* Returns how many accepted connections are open. */
guint loopback_driver_get_connection_count(const LoopbackDriver *driver);

/* Closes everything at once: sessions hear AGENT_STOPPED. Not from inside a call of the driver. Afterwards
 * agents may be freed, then the driver. Stopping twice is nothing. */
void loopback_driver_stop(LoopbackDriver *driver);

/* Frees the driver and its hosts, stopped before where it was not; NULL is nothing. */
void loopback_driver_free(LoopbackDriver *driver);
