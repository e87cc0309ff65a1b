/* SPDX-License-Identifier: MIT */
/* What a host, its connections and its datagrams share. */
#pragma once

#include "simulate/host.h"
#include "simulate/virtual-tcp.h"

#define HOST_FIRST_EPHEMERAL 49152u /* RFC 6335 §6 */
#define HOST_EPHEMERAL_COUNT 16384u

/* A way out: one end of a link. */
typedef struct {
  Link *link;
  unsigned end;
  MacAddress peer;
} HostInterface;

typedef struct {
  IpAddress destination;
  guint interface;
} HostRoute;

typedef struct {
  AgentTransport transport;
  uint16_t port;
  AgentService service;
} HostListener;

/* A stretch of a connection's outgoing stream, by sequence numbers, that carries a message. */
typedef struct {
  uint32_t first, end;
  uint32_t message;
} HostStretch;

/* A TCP connection and the endpoint it carries. Kept through TIME-WAIT, when the endpoint is gone already. */
typedef struct {
  VirtualTcp tcp;
  Host *host;
  const HostInterface *interface;
  IpAddress peer;
  uint16_t local_port, peer_port;
  uint64_t key;       /* in the host's table */
  Endpoint *endpoint; /* NULL once ended */
  AgentSession session;
  Timer deadline;          /* the endpoint's, or of an end to be told later */
  Nanoseconds expires;     /* TIME-WAIT: when the ports may be used again */
  bool opened_here;        /* we sent the first SYN: the log tells of it */
  HostConnectionView view; /* id and port also where it was opened by the peer */
  GArray *stretches;       /* of HostStretch, not yet acknowledged; NULL before the first */
  const uint8_t *carried;  /* text of the message numbered carried_number */
  uint32_t carried_number;
  HostConnectionState shown; /* the log's last word */
  bool said_all;             /* the endpoint wants to close */
  bool told_end;             /* the endpoint knows that the peer sends no more */
  bool pumping;
} HostConnection;

/* A UDP port with its endpoint: a server's, which answers whoever asked last, or a client's, which talks to
 * one peer. */
typedef struct {
  Host *host;
  Endpoint *endpoint;
  AgentSession session;
  uint16_t local_port;
  bool server;
  const HostInterface *interface; /* client: NULL where no way leads to peer */
  IpAddress peer;
  uint16_t peer_port;
  Timer deadline;
  bool said_all;
} HostSocket;

struct Host {
  AgentHost agent_host; /* first: agents hold it */
  HostConfig config;
  RandomSource dice;
  GPtrArray *interfaces;   /* of HostInterface */
  GArray *routes;          /* of HostRoute */
  GArray *listeners;       /* of HostListener */
  GHashTable *connections; /* by key, of HostConnection, owned */
  GQueue resting;          /* of HostConnection in TIME-WAIT, oldest first */
  GPtrArray *sockets;      /* of HostSocket, owned */
  uint16_t next_packet_id;
  bool stopped;
};

/* Returns the way to destination, or NULL. */
const HostInterface *host_find_interface(const Host *host, const IpAddress *destination);

/* Returns the listener on that port, or NULL. */
const HostListener *host_find_listener(const Host *host, AgentTransport transport, uint16_t port);

/* Returns an ephemeral port not in use towards that peer. */
uint16_t host_pick_port(Host *host, const IpAddress *peer, uint16_t peer_port);

/* Sends a segment, or a datagram. */
void host_send_segment(Host *host, const HostInterface *interface, const IpAddress *peer, uint16_t local_port,
                       uint16_t peer_port, const VirtualTcpSegment *segment, const LinkLabel *label);
void host_send_datagram(Host *host, const HostInterface *interface, const IpAddress *peer,
                        uint16_t local_port, uint16_t peer_port, Bytes payload, const LinkLabel *label);

/* The key of a connection in the host's table. */
uint64_t host_connection_key(const IpAddress *peer, uint16_t local_port, uint16_t peer_port);

/* Opens a connection to a peer to which a way leads (endpoint taken). */
void host_connection_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                          const AgentSession *session);

/* Takes a segment for this host: for its connection, for a listening port, or answered with RST. */
void host_connection_receive(Host *host, const HostInterface *interface, const Packet *packet,
                             const VirtualTcpSegment *segment, const LinkLabel *label);

/* Ends the connection without a word to the peer. */
void host_connection_stop(HostConnection *connection);
void host_connection_free(gpointer connection);

/* The same for datagrams. Where no way leads to peer, this is also how the agent of either transport is told
 * of it. */
void host_socket_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                      const AgentSession *session);
void host_socket_listen(Host *host, const HostListener *listener);
void host_socket_receive(Host *host, const HostInterface *interface, const Packet *packet);
void host_socket_stop(HostSocket *socket);
void host_socket_free(gpointer socket);
