/* SPDX-License-Identifier: MIT */
/* UDP ports and the endpoints behind them: each pending is one datagram out, each datagram in one receive. */
#include "loopback/loopback-private.h"

#include <errno.h>

#define DATAGRAMS_A_TURN 32

/* A server's port, on both addresses, which answers whoever asked last; or a client's, which talks to one
 * port. */
typedef struct {
  LoopbackDriver *driver;
  LoopbackDescriptor descriptors[2]; /* a client has the first only, or none where no way leads to its peer */
  LoopbackSession session;
  Timer timer;
  bool server;
  LoopbackView view; /* of a server's datagrams; its peer is who asked last */
} LoopbackDatagramSocket;

static void datagrams_free(gpointer data)
{
  LoopbackDatagramSocket *socket = data;
  endpoint_free(socket->session.endpoint);
  g_free(socket);
}

static void end_socket(LoopbackDatagramSocket *socket, AgentEnd end)
{
  LoopbackDriver *driver = socket->driver;
  for (int i = 0; i < 2; i++)
    loopback_descriptor_close(&socket->descriptors[i]);
  loopback_driver_cancel_timer(driver, &socket->timer);
  loopback_session_end(&socket->session, end);
  g_hash_table_remove(driver->sockets, socket);
  loopback_driver_bury(driver, socket, datagrams_free);
}

void loopback_datagrams_stop(gpointer socket)
{
  end_socket(socket, AGENT_STOPPED);
}

static void tell_bytes(const LoopbackDatagramSocket *socket, bool sent, Bytes bytes)
{
  const LoopbackDriver *driver = socket->driver;
  if (socket->server && driver->watch.bytes != NULL)
    driver->watch.bytes(driver->owner, &socket->view, sent, bytes);
}

/* Sends what is pending, to whoever asked last or to the one peer. What the kernel does not take is lost, as
 * datagrams may be. */
static void send_pending(const LoopbackDatagramSocket *socket, int fd, const struct sockaddr_storage *to,
                         socklen_t length)
{
  for (;;) {
    Bytes pending = endpoint_pending(socket->session.endpoint);
    if (pending.length == 0) return;
    const struct sockaddr *address = to == NULL ? NULL : (const struct sockaddr *)to;
    if (sendto(fd, pending.data, pending.length, MSG_NOSIGNAL, address, length) >= 0)
      tell_bytes(socket, true, pending);
    endpoint_consumed(socket->session.endpoint, pending.length);
  }
}

/* Moves the endpoint's events and sets its timer. A client that has said all is gone afterwards: false. */
static bool move_on(LoopbackDatagramSocket *socket)
{
  LoopbackDriver *driver = socket->driver;
  loopback_session_pump_events(&socket->session);
  if (socket->session.said_all && !socket->server) {
    end_socket(socket, AGENT_CLOSED);
    return false;
  }
  Nanoseconds deadline = endpoint_deadline(socket->session.endpoint);
  if (deadline == NANOSECONDS_NEVER)
    loopback_driver_cancel_timer(driver, &socket->timer);
  else
    loopback_driver_set_timer(driver, &socket->timer, deadline);
  return true;
}

/* Takes one datagram. Returns false when there is none, or nobody left to take one. */
static bool receive_one(LoopbackDatagramSocket *socket, int fd)
{
  LoopbackDriver *driver = socket->driver;
  struct sockaddr_storage from;
  socklen_t length = sizeof from;
  ssize_t count = recvfrom(fd, driver->room, sizeof driver->room, 0, (struct sockaddr *)&from, &length);
  if (count < 0 && errno == ECONNREFUSED && !socket->server) {
    endpoint_peer_closed(socket->session.endpoint); /* nobody listens there */
    return move_on(socket);
  }
  if (count < 0) return false;
  if (socket->server) loopback_read_address(&from, &socket->view.peer, &socket->view.peer_port);
  Bytes datagram = {driver->room, (size_t)count};
  tell_bytes(socket, false, datagram);
  endpoint_receive(socket->session.endpoint, datagram);
  if (!move_on(socket)) return false;
  send_pending(socket, fd, socket->server ? &from : NULL, socket->server ? length : 0);
  return true;
}

static void socket_ready(LoopbackDescriptor *descriptor, uint32_t events)
{
  (void)events;
  LoopbackDatagramSocket *socket = descriptor->owner;
  endpoint_advance(socket->session.endpoint, real_clock_now(&socket->driver->clock));
  if (socket->server) {
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    if (getsockname(descriptor->fd, (struct sockaddr *)&own, &length) == 0)
      loopback_read_address(&own, &socket->view.local, &socket->view.local_port);
  }
  for (int i = 0; i < DATAGRAMS_A_TURN; i++)
    if (!receive_one(socket, descriptor->fd)) return;
}

static void timer_expired(void *owner)
{
  LoopbackDatagramSocket *socket = owner;
  if (!socket->server && socket->descriptors[0].fd < 0) {
    end_socket(socket, AGENT_UNREACHABLE);
    return;
  }
  endpoint_advance(socket->session.endpoint, real_clock_now(&socket->driver->clock));
  if (move_on(socket) && !socket->server) send_pending(socket, socket->descriptors[0].fd, NULL, 0);
}

static LoopbackDatagramSocket *socket_new(LoopbackDriver *driver)
{
  LoopbackDatagramSocket *socket = g_new0(LoopbackDatagramSocket, 1);
  socket->driver = driver;
  socket->timer = (Timer){.expired = timer_expired, .owner = socket};
  for (int i = 0; i < 2; i++)
    socket->descriptors[i] = (LoopbackDescriptor){.ready = socket_ready, .owner = socket, .fd = -1};
  g_hash_table_add(driver->sockets, socket);
  return socket;
}

void loopback_datagrams_listen(LoopbackListener *listener, int fds[2])
{
  LoopbackDriver *driver = listener->host->driver;
  LoopbackDatagramSocket *socket = socket_new(driver);
  socket->server = true;
  socket->view = (LoopbackView){.host = listener->host->name,
                                .port = listener->port,
                                .local_port = listener->real,
                                .transport = AGENT_UDP};
  socket->session.endpoint =
      listener->service.accept(listener->service.owner, NULL, &socket->session.session);
  endpoint_advance(socket->session.endpoint, real_clock_now(&driver->clock));
  for (int i = 0; i < 2; i++) {
    socket->descriptors[i].fd = fds[i];
    loopback_driver_wait_for(driver, &socket->descriptors[i], EPOLLIN);
  }
  move_on(socket);
}

void loopback_datagrams_open(LoopbackHost *host, const LoopbackHost *target, uint16_t port,
                             Endpoint *endpoint, const AgentSession *session)
{
  LoopbackDriver *driver = host->driver;
  LoopbackDatagramSocket *socket = socket_new(driver);
  socket->session = (LoopbackSession){.endpoint = endpoint, .session = *session};
  const LoopbackListener *listener =
      target == NULL ? NULL : loopback_host_find_listener(target, AGENT_UDP, port);
  uint16_t own_port;
  if (listener != NULL) socket->descriptors[0].fd = loopback_connect(SOCK_DGRAM, listener->real, &own_port);
  loopback_driver_wait_for(driver, &socket->descriptors[0], EPOLLIN);
  /* Not at once: the agent must not hear of it before its call returns. */
  loopback_driver_set_timer(driver, &socket->timer, real_clock_now(&driver->clock));
}
