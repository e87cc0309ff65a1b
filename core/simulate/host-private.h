/* SPDX-License-Identifier: MIT */
/* What a host, its routes, its firewall, its connections and its datagrams share. */
#pragma once

#include "simulate/host.h"
#include "simulate/virtual-tcp.h"
#include "wire/icmp.h"

#define HOST_FIRST_EPHEMERAL 49152u /* RFC 6335 §6 */
#define HOST_EPHEMERAL_COUNT 16384u

/* A way out: one end of a link. */
typedef struct {
  Host *host;
  Link *link;
  unsigned end;
  MacAddress peer;
} HostInterface;

/* A route to a network. */
typedef struct {
  IpAddress network;
  unsigned prefix;
  const HostInterface *interface;
} HostRoute;

/* A packet that came in: the frame, what was read of it, and by which way. */
typedef struct {
  const HostInterface *interface;
  const LinkFrame *link_frame;
  Frame frame;
  Packet packet;
} HostPacket;

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

/* What tells a connection from the others of its host; no gaps between the members. */
typedef struct {
  uint8_t peer[16];
  uint32_t version;
  uint16_t local_port, peer_port;
} HostConnectionKey;

/* A TCP connection and the endpoint it carries. Kept through TIME-WAIT, when the endpoint is gone already. */
typedef struct {
  VirtualTcp tcp;
  Host *host;
  const HostInterface *interface;
  IpAddress peer;
  uint16_t local_port, peer_port;
  HostConnectionKey key;
  Endpoint *endpoint; /* NULL once ended */
  AgentSession session;
  Timer deadline;          /* the endpoint's, or of an end to be told later */
  Nanoseconds expires;     /* TIME-WAIT: when the ports may be used again */
  GList rest;              /* TIME-WAIT: its place in the host's queue */
  bool opened_here;        /* we sent the first SYN: the log tells of it */
  HostConnectionView view; /* id and port also where it was opened by the peer */
  GArray *stretches;       /* of HostStretch, not yet acknowledged; NULL before the first */
  const uint8_t *carried;  /* text of the message numbered carried_number */
  uint32_t carried_number;
  HostConnectionState shown; /* the log's last word */
  bool said_all;             /* the endpoint wants to close */
  bool told_end;             /* the endpoint knows that the peer sends no more */
  bool pumping;
  bool cut; /* the agent wants it reset */
} HostConnection;

/* A UDP port with its endpoint: a server's, which answers whoever asked last, or a client's, which talks to
 * one peer. */
typedef struct {
  Host *host;
  Endpoint *endpoint;
  AgentSession session;
  uint16_t local_port;
  bool server;
  const HostInterface *interface; /* client: NULL where verdict says that nothing will be sent */
  AgentEnd verdict;
  IpAddress peer;
  uint16_t peer_port;
  Timer deadline;
  bool said_all;
} HostSocket;

struct Host {
  AgentHost agent_host; /* first: agents hold it */
  HostConfig config;
  RandomSource dice;
  GPtrArray *interfaces;           /* of HostInterface */
  GHashTable *host_routes;         /* IpAddress → HostInterface */
  GArray *routes;                  /* of HostRoute, longest prefix first */
  GArray *firewall;                /* of HostFirewallRule */
  GArray *listeners;               /* of HostListener */
  GHashTable *connections;         /* by key, of HostConnection, owned */
  HostConnection *last_connection; /* heard last: segments come in runs; or NULL */
  GQueue resting;                  /* of HostConnection in TIME-WAIT, oldest first */
  GPtrArray *sockets;              /* of HostSocket, owned */
  uint16_t next_packet_id;
  bool stopped, down;
};

/* Returns the host's address of that IP version, or NULL. */
const IpAddress *host_get_address(const Host *host, uint8_t version);

/* Returns the way to destination, or NULL. */
const HostInterface *host_find_interface(const Host *host, const IpAddress *destination);

/* Prepares, and frees, the tables of routes. */
void host_routing_init(Host *host);
void host_routing_clear(Host *host);

/* Passes on a packet for somebody else, or tells its sender why not. */
void host_forward(Host *host, const HostPacket *incoming);

/* Sends an ICMP message about a packet back to where it came from, unless it is one itself. */
void host_send_error(Host *host, const HostPacket *about, IcmpError error, uint16_t mtu);

/* Takes an ICMP message for this host. */
void host_receive_error(Host *host, const HostPacket *incoming);

/* Returns the rule that stops such a packet, or NULL. */
const HostFirewallRule *host_find_rule(const Host *host, PacketKind kind, const IpAddress *source,
                                       const IpAddress *destination, uint16_t port);

/* Returns true when the firewall lets a packet in that a link handed over; else its sender is told, or not.
 */
bool host_firewall_passes(Host *host, const HostPacket *incoming);

/* Returns the listener on that port, or NULL. */
const HostListener *host_find_listener(const Host *host, AgentTransport transport, uint16_t port);

/* Returns an ephemeral port not in use towards that peer. */
uint16_t host_pick_port(Host *host, const IpAddress *peer, uint16_t peer_port);

/* Sends a segment, or a datagram; source is the address it says it comes from, NULL for this host's own. */
void host_send_segment(Host *host, const HostInterface *interface, const IpAddress *source,
                       const IpAddress *peer, uint16_t local_port, uint16_t peer_port,
                       const VirtualTcpSegment *segment, const LinkLabel *label);
void host_send_datagram(Host *host, const HostInterface *interface, const IpAddress *peer,
                        uint16_t local_port, uint16_t peer_port, Bytes payload, const LinkLabel *label);

/* Sends a RST in answer to a segment, in the name of whom it was for, unless it must not be answered. */
void host_send_refusal(Host *host, const HostPacket *incoming, const VirtualTcpSegment *segment);

/* Hash and equality of HostConnectionKey, for the host's table. */
guint host_connection_hash(gconstpointer key);
gboolean host_connection_equal(gconstpointer a, gconstpointer b);

/* Returns the connection of this host, or NULL. */
HostConnection *host_find_connection(const Host *host, const IpAddress *peer, uint16_t local_port,
                                     uint16_t peer_port);

/* Reads a segment out of a packet, its segment size out of the options of a SYN. */
VirtualTcpSegment host_read_segment(const HostPacket *incoming);

/* Opens a connection to a peer to which a way leads (endpoint taken). */
void host_connection_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                          const AgentSession *session);

/* Looks at the endpoint's connection again once the agent has spoken; with cut, resets it then. */
void host_connection_look(Host *host, const Endpoint *endpoint, bool cut);

/* Takes a segment for this host: for its connection, for a listening port, or answered with RST. */
void host_connection_receive(Host *host, const HostPacket *incoming);

/* Takes what a router says of a segment of this connection. mtu: of the narrow link, with ICMP_TOO_BIG. */
void host_connection_hear(HostConnection *connection, IcmpError error, uint16_t mtu);

/* Ends the connection without a word to the peer. */
void host_connection_stop(HostConnection *connection);
void host_connection_free(gpointer connection);

/* The same for datagrams. */
void host_socket_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                      const AgentSession *session);
void host_socket_listen(Host *host, const HostListener *listener);
void host_socket_receive(Host *host, const HostPacket *incoming);
void host_socket_hear(Host *host, const Packet *about, IcmpError error);

/* For either transport: tells the agent, once its call has returned, that nothing can be sent. */
void host_socket_deny(Host *host, Endpoint *endpoint, const AgentSession *session, AgentEnd verdict);

/* Ends the server's endpoint on that port, if there is one. */
void host_socket_close(Host *host, uint16_t port);

void host_socket_stop(HostSocket *socket);
void host_socket_free(gpointer socket);
