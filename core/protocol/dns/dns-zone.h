/* SPDX-License-Identifier: MIT */
/* What a name server knows: zones and their records, and how it answers a question from them (RFC 1034
 * §4.3.2). */
#pragma once

#include "protocol/dns/dns-message.h"

typedef struct DnsZones DnsZones;

DnsZones *dns_zones_new(void);
void dns_zones_free(DnsZones *zones);

/* Adds a zone by its name ("beta.example") unless it is there; with a start of authority made for it. */
void dns_zones_add(DnsZones *zones, const char *origin);

/* Adds a record to the zone that holds name, as dns_record_parse reads it. Returns false when the text is no
 * record or no zone holds the name. */
bool dns_zones_append(DnsZones *zones, const char *name, uint32_t ttl, const char *text);

/* Returns the answer to query, the caller's to free: records, aliases followed, addresses of mail servers and
 * name servers as additional records, NXDOMAIN or an empty answer with the start of authority, REFUSED
 * outside our zones, FORMERR and NOTIMP where due. */
DnsMessage *dns_zones_answer(const DnsZones *zones, const DnsMessage *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsZones, dns_zones_free)
