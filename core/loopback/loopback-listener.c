/* SPDX-License-Identifier: MIT */
/* Ports that agents wait on: opened on 127.0.0.1 and ::1 and nowhere else; who may come in, and what happens
 * when the process has no descriptors left. */
#include "loopback/loopback-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define BACKLOG 512
#define ACCEPTS_A_TURN 16
#define TRIES_FOR_A_PAIR 16 /* for a free port that is free on both addresses */
#define REST (100 * NANOSECONDS_PER_MILLISECOND)

static void fill_address(int version, uint16_t port, struct sockaddr_storage *address, socklen_t *length)
{
  *address = (struct sockaddr_storage){0};
  if (version == 4) {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)address;
    *ipv4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *length = sizeof *ipv4;
  } else {
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)address;
    *ipv6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    ipv6->sin6_addr = in6addr_loopback;
    *length = sizeof *ipv6;
  }
}

/* Closes fd and lets errno stay. Returns -1. */
static int give_up(int fd)
{
  int reason = errno;
  close(fd);
  errno = reason;
  return -1;
}

int loopback_connect(int type, uint16_t real, uint16_t *own_port)
{
  struct sockaddr_storage address;
  socklen_t length;
  IpAddress ip;
  fill_address(4, real, &address, &length);
  int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (connect(fd, (const struct sockaddr *)&address, length) != 0 && errno != EINPROGRESS) return give_up(fd);
  if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return give_up(fd);
  loopback_read_address(&address, &ip, own_port);
  return fd;
}

/* Opens one half of a pair: real of 127.0.0.1 (version 4) or ::1 (6). Returns -1 with errno set. */
static int open_half(int version, AgentTransport transport, uint16_t real, struct sockaddr_storage *address)
{
  static const int yes = 1;
  int type = transport == AGENT_TCP ? SOCK_STREAM : SOCK_DGRAM;
  socklen_t length;
  fill_address(version, real, address, &length);
  int fd = socket(address->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (version == 6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  /* A program that starts anew need not wait for the last one's connections to be forgotten. */
  if (type == SOCK_STREAM && real != 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (const struct sockaddr *)address, length) != 0 ||
      getsockname(fd, (struct sockaddr *)address, &length) != 0 ||
      (transport == AGENT_TCP && listen(fd, BACKLOG) != 0))
    return give_up(fd);
  return fd;
}

/* Opens real (0: any) on both addresses. Returns 0, or the reason against it, for which *address stands;
 * fds[1] is -1 on a machine without IPv6. */
static int open_pair(AgentTransport transport, uint16_t real, int fds[2], struct sockaddr_storage *address)
{
  IpAddress ip;
  uint16_t port;
  for (int tries = 1;; tries++) {
    fds[0] = open_half(4, transport, real, address);
    if (fds[0] < 0) return errno;
    loopback_read_address(address, &ip, &port);
    fds[1] = open_half(6, transport, port, address);
    if (fds[1] >= 0 || errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL) return 0;
    int reason = errno;
    close(fds[0]);
    if (real != 0 || reason != EADDRINUSE || tries == TRIES_FOR_A_PAIR) return reason;
  }
}

void loopback_reset(int fd)
{
  static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

static void turn_away(LoopbackListener *listener, int fd, const LoopbackView *view)
{
  const LoopbackDriver *driver = listener->host->driver;
  loopback_reset(fd);
  if (driver->watch.turned_away != NULL) driver->watch.turned_away(driver->owner, view);
}

static bool may_come_in(const LoopbackDriver *driver, const LoopbackView *view)
{
  if (driver->accepted >= driver->connection_limit) return false;
  if (view->peer_host != NULL) return true;
  return GPOINTER_TO_UINT(g_hash_table_lookup(driver->peers, &view->peer)) < driver->peer_limit;
}

static LoopbackView view_of(const LoopbackListener *listener)
{
  return (LoopbackView){.host = listener->host->name, .port = listener->port, .local_port = listener->real};
}

static void welcome(LoopbackListener *listener, int fd, const struct sockaddr_storage *from)
{
  const LoopbackDriver *driver = listener->host->driver;
  LoopbackView view = view_of(listener);
  struct sockaddr_storage own;
  socklen_t length = sizeof own;
  loopback_read_address(from, &view.peer, &view.peer_port);
  if (getsockname(fd, (struct sockaddr *)&own, &length) == 0)
    loopback_read_address(&own, &view.local, &view.local_port);
  if (view.peer.version == 4) {
    const LoopbackHost *opener = g_hash_table_lookup(driver->own_ports, GUINT_TO_POINTER(view.peer_port));
    if (opener != NULL) view.peer_host = opener->name;
  }
  if (may_come_in(driver, &view))
    loopback_connection_accept(listener, fd, &view);
  else
    turn_away(listener, fd, &view);
}

/* No descriptor is left: gives up the spare one to turn one client away. Returns false where there was none,
 * or the port must rest. */
static bool shed_one(LoopbackListener *listener, int listening)
{
  LoopbackDriver *driver = listener->host->driver;
  int fd = -1, reason = 0;
  if (driver->spare >= 0) {
    close(driver->spare);
    fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    reason = errno;
    LoopbackView view = view_of(listener);
    if (fd >= 0) turn_away(listener, fd, &view);
  }
  driver->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (driver->spare >= 0 && fd >= 0) return true;
  if (driver->spare >= 0 && reason == EAGAIN) return false; /* accept4 asks for a descriptor first */
  for (int i = 0; i < 2; i++)
    loopback_driver_wait_for(driver, &listener->descriptors[i], 0);
  loopback_driver_set_timer(driver, &listener->resume, real_clock_now(&driver->clock) + REST);
  return false;
}

/* Returns false when nobody else waits, or the port must rest. */
static bool accept_one(LoopbackListener *listener, int listening)
{
  struct sockaddr_storage from;
  socklen_t length = sizeof from;
  int fd = accept4(listening, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    welcome(listener, fd, &from);
    return true;
  }
  switch (errno) {
  case EMFILE:
  case ENFILE:
  case ENOBUFS:
  case ENOMEM:
    return shed_one(listener, listening);
  case EINTR:
  case ECONNABORTED: /* that one has gone already; the next may be there */
    return true;
  default:
    return false;
  }
}

static void listener_ready(LoopbackDescriptor *descriptor, uint32_t events)
{
  (void)events;
  for (int i = 0; i < ACCEPTS_A_TURN; i++)
    if (!accept_one(descriptor->owner, descriptor->fd)) return;
}

static void wait_for_clients(LoopbackListener *listener)
{
  for (int i = 0; i < 2; i++)
    loopback_driver_wait_for(listener->host->driver, &listener->descriptors[i], EPOLLIN);
}

static void rest_expired(void *owner)
{
  wait_for_clients(owner);
}

static uint16_t pick_port(const LoopbackHost *host, AgentTransport transport, uint16_t port)
{
  for (size_t i = 0; i < host->port_count; i++)
    if (host->ports[i].transport == transport && host->ports[i].port == port) return host->ports[i].real;
  return host->any_port ? 0 : (uint16_t)(loopback_usual_port(port) + host->port_offset);
}

void loopback_listener_add(LoopbackHost *host, AgentTransport transport, uint16_t port,
                           const AgentService *service)
{
  struct sockaddr_storage address;
  IpAddress ip;
  int fds[2];
  int reason = open_pair(transport, pick_port(host, transport, port), fds, &address);
  if (reason != 0) {
    loopback_driver_note_error(host->driver, (const struct sockaddr *)&address, reason);
    return;
  }
  LoopbackListener *listener = g_new0(LoopbackListener, 1);
  listener->host = host;
  listener->transport = transport;
  listener->port = port;
  listener->service = *service;
  listener->resume = (Timer){.expired = rest_expired, .owner = listener};
  /* Where the machine has no IPv6, address is still the one asked for: the port is the same. */
  loopback_read_address(&address, &ip, &listener->real);
  g_ptr_array_add(host->listeners, listener);
  for (int i = 0; i < 2; i++)
    listener->descriptors[i] = (LoopbackDescriptor){listener_ready, listener, -1, 0, false};
  if (transport == AGENT_UDP) {
    loopback_datagrams_listen(listener, fds);
    return;
  }
  for (int i = 0; i < 2; i++)
    listener->descriptors[i].fd = fds[i];
  wait_for_clients(listener);
}

void loopback_listener_free(gpointer data)
{
  LoopbackListener *listener = data;
  loopback_driver_cancel_timer(listener->host->driver, &listener->resume);
  for (int i = 0; i < 2; i++)
    loopback_descriptor_close(&listener->descriptors[i]);
  g_free(listener);
}
