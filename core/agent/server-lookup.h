/* SPDX-License-Identifier: MIT */
/* Where a server is: nothing is asked where the host knows its name, else a name server is. */
#pragma once

#include "agent/resolver.h"

/* Told once: peer is what agent_host_connect takes, borrowed during the call; NULL where nobody knows the
 * server. Not called when the host stops first. */
typedef void (*ServerLookupFound)(void *owner, const char *peer);

/* One search at a time; part of its owner. All zero is ready; members are private. */
typedef struct {
  AgentHost *host;
  Resolver *resolver;
  ResolverQuestion *question; /* asked, or NULL */
  char *name;                 /* a domain at first, then its server's */
  ServerLookupFound found;
  void *owner;
} ServerLookup;

/* Finds the server of that name. found is called before this returns where the host knows it, or nobody can
 * be asked (resolver NULL: name itself is told). */
void server_lookup_host(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *name,
                        ServerLookupFound found, void *owner);

/* The same by the name server alone, as a browser does, whatever the host knows. */
void server_lookup_name(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *name,
                        ServerLookupFound found, void *owner);

/* Finds the mail server of domain: the best of its MX, else the domain's own address (RFC 5321 §5.1). */
void server_lookup_mail(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *domain,
                        ServerLookupFound found, void *owner);

/* Frees what it holds, before the resolver is freed; a search under way is given up. */
void server_lookup_clear(ServerLookup *lookup);
