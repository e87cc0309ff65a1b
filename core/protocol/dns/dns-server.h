/* SPDX-License-Identifier: MIT */
/* A name server without I/O. Each receive takes one whole datagram, each pending gives one whole datagram, to
 * be sent to the one who asked: use one endpoint for each asker (address and port), or drain pending after
 * each receive. No event needs an answer. */
#pragma once

#include "protocol/dns/dns-zone.h"
#include "protocol/endpoint.h"

/* zones must outlive the endpoint. */
Endpoint *dns_server_new(const DnsZones *zones);
