/* SPDX-License-Identifier: MIT */
/* The name server. */
#include "agent/name-server.h"

#include "protocol/dns/dns-server.h"

struct NameServer {
  DnsZones *zones;
};

static void server_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void server_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)owner;
  (void)endpoint;
  (void)end;
}

static const AgentSessionClass server_class = {server_event, server_ended};

static Endpoint *server_accept(void *owner, const char *peer, AgentSession *session)
{
  (void)peer;
  NameServer *server = owner;
  *session = (AgentSession){&server_class, server};
  return dns_server_new(server->zones);
}

static Endpoint *stream_accept(void *owner, const char *peer, AgentSession *session)
{
  (void)peer;
  NameServer *server = owner;
  *session = (AgentSession){&server_class, server};
  return dns_server_new_stream(server->zones);
}

NameServer *name_server_new(AgentHost *host)
{
  NameServer *server = g_new0(NameServer, 1);
  server->zones = dns_zones_new();
  agent_host_listen(host, AGENT_UDP, DNS_PORT, &(AgentService){server_accept, server});
  agent_host_listen(host, AGENT_TCP, DNS_PORT, &(AgentService){stream_accept, server});
  return server;
}

DnsZones *name_server_get_zones(NameServer *server)
{
  return server->zones;
}

void name_server_free(NameServer *server)
{
  if (server == NULL) return;
  dns_zones_free(server->zones);
  g_free(server);
}
