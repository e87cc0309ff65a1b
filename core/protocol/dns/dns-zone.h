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

/* Adds the address (IPv4 or IPv6, as text) of a host: A or AAAA in the zone that holds name, and PTR in a
 * reverse zone, made where none holds it: the last octet's (/24) or the last 16 nibbles' (/64). Returns false
 * when no zone holds name or the text is no address. */
bool dns_zones_append_host(DnsZones *zones, const char *name, uint32_t ttl, const char *address);

/* Removes the records of name and type (DNS_ANY: all but the start of authority). Returns how many. */
guint dns_zones_remove(DnsZones *zones, const char *name, DnsType type);

/* Lets every question about the zone of that name fail with SERVFAIL, or work again. Returns false when there
 * is no such zone. */
bool dns_zones_set_broken(DnsZones *zones, const char *origin, bool broken);

/* Returns the answer to query, the caller's to free: records, aliases followed, addresses of mail servers and
 * name servers as additional records, NXDOMAIN or an empty answer with the start of authority, REFUSED
 * outside our zones, FORMERR and NOTIMP where due. */
DnsMessage *dns_zones_answer(const DnsZones *zones, const DnsMessage *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DnsZones, dns_zones_free)
