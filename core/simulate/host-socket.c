/* SPDX-License-Identifier: MIT */
/* UDP ports and the endpoints behind them: each pending is one datagram out, each datagram in one receive. */
#include "simulate/host-private.h"

static void socket_pump(HostSocket *socket);

static void deadline_expired(void *owner)
{
  socket_pump(owner);
}

static HostSocket *socket_new(Host *host, uint16_t local_port, Endpoint *endpoint,
                              const AgentSession *session)
{
  HostSocket *socket = g_new0(HostSocket, 1);
  socket->host = host;
  socket->local_port = local_port;
  socket->endpoint = endpoint;
  socket->session = *session;
  socket->deadline = (Timer){.expired = deadline_expired, .owner = socket};
  g_ptr_array_add(host->sockets, socket);
  return socket;
}

void host_socket_free(gpointer data)
{
  HostSocket *socket = data;
  virtual_clock_cancel(socket->host->config.clock, &socket->deadline);
  endpoint_free(socket->endpoint);
  g_free(socket);
}

/* Returns true when a datagram was sent. */
static bool send_pending(HostSocket *socket)
{
  for (bool any = false;; any = true) {
    Bytes pending = endpoint_pending(socket->endpoint);
    if (pending.length == 0) return any;
    if (!socket->server && socket->host->config.watch != NULL && socket->host->config.watch->asked != NULL)
      socket->host->config.watch->asked(socket->host->config.owner, socket->host, &socket->peer,
                                        socket->peer_port);
    host_send_datagram(socket->host, socket->interface, &socket->peer, socket->local_port, socket->peer_port,
                       pending,
                       &(LinkLabel){.port = socket->server ? socket->local_port : socket->peer_port});
    endpoint_consumed(socket->endpoint, pending.length);
  }
}

static void end_session(HostSocket *socket, AgentEnd end)
{
  Endpoint *endpoint = g_steal_pointer(&socket->endpoint);
  if (endpoint == NULL) return;
  socket->session.class->ended(socket->session.owner, endpoint, end);
  endpoint_free(endpoint);
}

static void end_socket(HostSocket *socket, AgentEnd end)
{
  end_session(socket, end);
  g_ptr_array_remove_fast(socket->host->sockets, socket);
}

/* Moves events and datagrams. A client that has said all is gone afterwards. */
static void socket_pump(HostSocket *socket)
{
  Host *host = socket->host;
  EndpointEvent event = {0};
  if (!socket->server && socket->interface == NULL) {
    end_socket(socket, socket->verdict);
    return;
  }
  endpoint_advance(socket->endpoint, host->config.clock->now);
  do {
    while (endpoint_next_event(socket->endpoint, &event) != ENDPOINT_NOTHING) {
      if (event.type == ENDPOINT_CLOSE) socket->said_all = true;
      socket->session.class->event(socket->session.owner, socket->endpoint, &event);
      event = (EndpointEvent){0};
    }
  } while (send_pending(socket));
  if (socket->said_all && !socket->server) {
    end_socket(socket, AGENT_CLOSED);
    return;
  }
  Nanoseconds deadline = endpoint_deadline(socket->endpoint);
  if (deadline == NANOSECONDS_NEVER)
    virtual_clock_cancel(host->config.clock, &socket->deadline);
  else
    virtual_clock_set(host->config.clock, &socket->deadline, deadline - host->config.clock->now);
}

void host_socket_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                      const AgentSession *session)
{
  HostSocket *socket = socket_new(host, host_pick_port(host, peer, port), endpoint, session);
  socket->interface = host_find_interface(host, peer);
  socket->peer = *peer;
  socket->peer_port = port;
  /* Not at once: the agent must not hear of it before its call returns. */
  virtual_clock_set(host->config.clock, &socket->deadline, 0);
}

void host_socket_deny(Host *host, Endpoint *endpoint, const AgentSession *session, AgentEnd verdict)
{
  HostSocket *socket = socket_new(host, 0, endpoint, session);
  socket->verdict = verdict;
  virtual_clock_set(host->config.clock, &socket->deadline, 0);
}

static HostSocket *find_server(const Host *host, uint16_t port)
{
  for (guint i = 0; i < host->sockets->len; i++) {
    HostSocket *socket = g_ptr_array_index(host->sockets, i);
    if (socket->server && socket->local_port == port) return socket;
  }
  return NULL;
}

void host_socket_close(Host *host, uint16_t port)
{
  HostSocket *socket = find_server(host, port);
  if (socket != NULL) end_socket(socket, AGENT_STOPPED);
}

void host_socket_listen(Host *host, const HostListener *listener)
{
  AgentSession session;
  Endpoint *endpoint = listener->service.accept(listener->service.owner, NULL, &session);
  HostSocket *socket = socket_new(host, listener->port, endpoint, &session);
  socket->server = true;
}

/* Returns the socket that a datagram to local_port from that peer belongs to, or NULL. */
static HostSocket *find_socket(const Host *host, uint16_t local_port, const IpAddress *peer,
                               uint16_t peer_port)
{
  for (guint i = 0; i < host->sockets->len; i++) {
    HostSocket *socket = g_ptr_array_index(host->sockets, i);
    if (socket->local_port != local_port) continue;
    if (socket->server || (ip_address_equal(&socket->peer, peer) && socket->peer_port == peer_port))
      return socket;
  }
  return NULL;
}

void host_socket_receive(Host *host, const HostPacket *incoming)
{
  const Packet *packet = &incoming->packet;
  HostSocket *socket = find_socket(host, packet->destination_port, &packet->source, packet->source_port);
  if (socket == NULL) {
    host_send_error(host, incoming, ICMP_PORT_UNREACHABLE, 0);
    return;
  }
  if (socket->server) {
    socket->interface = incoming->interface;
    socket->peer = packet->source;
    socket->peer_port = packet->source_port;
  }
  endpoint_receive(socket->endpoint, packet->payload);
  socket_pump(socket);
}

void host_socket_hear(Host *host, const Packet *about, IcmpError error)
{
  HostSocket *socket = find_socket(host, about->source_port, &about->destination, about->destination_port);
  if (socket == NULL || socket->server || error == ICMP_TOO_BIG) return;
  end_socket(socket, error == ICMP_PORT_UNREACHABLE ? AGENT_REFUSED : AGENT_UNREACHABLE);
}

void host_socket_stop(HostSocket *socket)
{
  end_session(socket, AGENT_STOPPED);
}
