/* SPDX-License-Identifier: MIT */
/* A host of the driver: its names and ports, and the effects its agents ask for. */
#include "loopback/loopback-private.h"

#include <errno.h>
#include <sys/random.h>

static const AgentHostClass agent_host_class;

uint16_t loopback_usual_port(uint16_t port)
{
  enum { SMTP = 25, SMTP_OURS = 2525, DISTANCE = 2000 };
  return port == SMTP ? SMTP_OURS : (uint16_t)(port + DISTANCE);
}

LoopbackHost *loopback_driver_add_host(LoopbackDriver *driver, const LoopbackHostConfig *config)
{
  LoopbackHost *host = g_new0(LoopbackHost, 1);
  host->agent_host.class = &agent_host_class;
  host->driver = driver;
  host->name = g_strdup(config->name);
  if (config->address != NULL && !ip_address_parse(config->address, &host->address))
    g_assert_not_reached(); /* addresses come from our own tables */
  host->ports = g_memdup2(config->ports, config->port_count * sizeof *config->ports);
  host->port_count = config->port_count;
  host->port_offset = config->port_offset;
  host->any_port = config->any_port;
  host->listeners = g_ptr_array_new_with_free_func(loopback_listener_free);
  g_ptr_array_add(driver->hosts, host);
  return host;
}

AgentHost *loopback_host_as_agent_host(LoopbackHost *host)
{
  return &host->agent_host;
}

const char *loopback_host_get_name(const LoopbackHost *host)
{
  return host->name;
}

LoopbackListener *loopback_host_find_listener(const LoopbackHost *host, AgentTransport transport,
                                              uint16_t port)
{
  for (guint i = 0; i < host->listeners->len; i++) {
    LoopbackListener *listener = g_ptr_array_index(host->listeners, i);
    if (listener->transport == transport && listener->port == port) return listener;
  }
  return NULL;
}

uint16_t loopback_host_get_port(const LoopbackHost *host, AgentTransport transport, uint16_t port)
{
  const LoopbackListener *listener = loopback_host_find_listener(host, transport, port);
  return listener == NULL ? 0 : listener->real;
}

void loopback_session_pump_events(LoopbackSession *session)
{
  EndpointEvent event = {0};
  while (endpoint_next_event(session->endpoint, &event) != ENDPOINT_NOTHING) {
    if (event.type == ENDPOINT_CLOSE) session->said_all = true;
    session->session.class->event(session->session.owner, session->endpoint, &event);
    event = (EndpointEvent){0};
  }
}

void loopback_session_end(LoopbackSession *session, AgentEnd end)
{
  Endpoint *endpoint = g_steal_pointer(&session->endpoint);
  if (endpoint == NULL) return;
  session->session.class->ended(session->session.owner, endpoint, end);
  endpoint_free(endpoint);
}

void loopback_read_address(const struct sockaddr_storage *storage, IpAddress *address, uint16_t *port)
{
  *address = (IpAddress){0};
  *port = 0;
  if (storage->ss_family == AF_INET) {
    const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)storage;
    address->version = 4;
    memcpy(address->bytes, &ipv4->sin_addr, sizeof ipv4->sin_addr);
    *port = ntohs(ipv4->sin_port);
  } else if (storage->ss_family == AF_INET6) {
    const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)storage;
    address->version = 6;
    memcpy(address->bytes, &ipv6->sin6_addr, sizeof ipv6->sin6_addr);
    *port = ntohs(ipv6->sin6_port);
  }
}

static LoopbackHost *host_of(AgentHost *agent_host)
{
  return (LoopbackHost *)agent_host;
}

static Nanoseconds effect_now(AgentHost *agent_host)
{
  return real_clock_now(&host_of(agent_host)->driver->clock);
}

static void effect_set_timer(AgentHost *agent_host, Timer *timer, Nanoseconds due)
{
  loopback_driver_set_timer(host_of(agent_host)->driver, timer, due);
}

static void effect_cancel_timer(AgentHost *agent_host, Timer *timer)
{
  loopback_driver_cancel_timer(host_of(agent_host)->driver, timer);
}

static uint64_t effect_random(AgentHost *agent_host)
{
  (void)agent_host;
  uint64_t chance;
  /* Eight bytes come whole or not at all; a signal can come between only before the kernel has its seed. */
  while (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
    if (errno != EINTR) g_error("getrandom: %s", g_strerror(errno));
  return chance;
}

static void effect_connect(AgentHost *agent_host, AgentTransport transport, const char *peer, uint16_t port,
                           Endpoint *endpoint, const AgentSession *session)
{
  LoopbackHost *host = host_of(agent_host);
  const LoopbackHost *target = loopback_driver_find_host(host->driver, peer);
  if (transport == AGENT_TCP)
    loopback_connection_open(host, target, port, endpoint, session);
  else
    loopback_datagrams_open(host, target, port, endpoint, session);
}

static bool effect_knows(AgentHost *agent_host, const char *peer)
{
  return loopback_driver_find_host(host_of(agent_host)->driver, peer) != NULL;
}

static void effect_wake(AgentHost *agent_host, Endpoint *endpoint)
{
  loopback_connection_wake(host_of(agent_host)->driver, endpoint);
}

static void effect_cut(AgentHost *agent_host, Endpoint *endpoint)
{
  loopback_connection_cut(host_of(agent_host)->driver, endpoint);
}

static void effect_listen(AgentHost *agent_host, AgentTransport transport, uint16_t port,
                          const AgentService *service)
{
  loopback_listener_add(host_of(agent_host), transport, port, service);
}

static void effect_message_moved(AgentHost *agent_host, const AgentMove *move)
{
  LoopbackHost *host = host_of(agent_host);
  const LoopbackDriver *driver = host->driver;
  if (driver->watch.message_moved != NULL) driver->watch.message_moved(driver->owner, host, move);
}

static void effect_message_lies(AgentHost *agent_host, Bytes message, AgentTray tray, guint copies)
{
  LoopbackHost *host = host_of(agent_host);
  const LoopbackDriver *driver = host->driver;
  if (driver->watch.message_lies != NULL)
    driver->watch.message_lies(driver->owner, host, message, tray, copies);
}

static const AgentHostClass agent_host_class = {
    .now = effect_now,
    .set_timer = effect_set_timer,
    .cancel_timer = effect_cancel_timer,
    .random = effect_random,
    .connect = effect_connect,
    .knows = effect_knows,
    .wake = effect_wake,
    .cut = effect_cut,
    .listen = effect_listen,
    .message_moved = effect_message_moved,
    .message_lies = effect_message_lies,
};
