/* SPDX-License-Identifier: MIT */
/* The program that answers where a domain's mail goes: zones behind port 53, by UDP
 * and, for answers longer than a datagram, by TCP. */
#pragma once

#include "agent/agent-host.h"
#include "protocol/dns/dns-zone.h"

typedef struct NameServer NameServer;

/* Starts a name server without zones on host. */
NameServer *name_server_new(AgentHost *host);

/* Returns its zones, to be filled. Borrowed. */
DnsZones *name_server_get_zones(NameServer *server);

/* Frees the server: after its host has stopped. */
void name_server_free(NameServer *server);
