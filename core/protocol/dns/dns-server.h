/* SPDX-License-Identifier: MIT */
/* A name server without I/O. Each receive takes one whole datagram, each pending gives one whole datagram, to
 * be sent to the one who asked: use one endpoint for each asker (address and port), or drain pending after
 * each receive. No event needs an answer. */
#pragma once

#include "protocol/dns/dns-zone.h"
#include "protocol/endpoint.h"

/* zones must outlive the endpoint. */
Endpoint *dns_server_new(const DnsZones *zones);

/* The same over TCP (RFC 7766): every message after its length in two bytes, questions answered in their
 * order, whatever their number. Ends by CLOSE when the peer sends no more, or nothing for 30 seconds. */
Endpoint *dns_server_new_stream(const DnsZones *zones);

/* Returns the reply to one message, at most limit bytes of it (more where the question allows it by EDNS and
 * limit is DNS_DATAGRAM_MAX), the caller's to unref; NULL for what gets none: noise, and answers. */
GBytes *dns_server_reply(const DnsZones *zones, Bytes message, size_t limit);
