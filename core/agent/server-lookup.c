/* SPDX-License-Identifier: MIT */
/* MX, A and AAAA questions, one after the other, until there is an address. */
#include "agent/server-lookup.h"

void server_lookup_clear(ServerLookup *lookup)
{
  resolver_cancel(lookup->question);
  g_free(lookup->name);
  *lookup = (ServerLookup){0};
}

static void finish(ServerLookup *lookup, const char *peer)
{
  ServerLookupFound found = lookup->found;
  void *owner = lookup->owner;
  server_lookup_clear(lookup);
  found(owner, peer);
}

static bool is_address(const DnsRecord *record)
{
  return record->type == DNS_A || record->type == DNS_AAAA;
}

/* Returns the first address in section, of that name or, with NULL, of whatever alias led there; the caller's
 * to free, or NULL. */
static char *find_address(const GArray *section, const char *name)
{
  for (guint i = 0; i < section->len; i++) {
    const DnsRecord *record = &g_array_index(section, DnsRecord, i);
    if (is_address(record) && (name == NULL || dns_name_equal(record->name, name)))
      return dns_record_dup_address(record);
  }
  return NULL;
}

static void second_answered(void *owner, const DnsMessage *answer)
{
  ((ServerLookup *)owner)->question = NULL;
  g_autofree char *address = answer == NULL ? NULL : find_address(answer->answers, NULL);
  finish(owner, address);
}

/* The name exists and has no IPv4 address: perhaps it has one of IPv6. */
static void first_answered(void *owner, const DnsMessage *answer)
{
  ServerLookup *lookup = owner;
  g_autofree char *address = answer == NULL ? NULL : find_address(answer->answers, NULL);
  if (address != NULL || answer == NULL || answer->response_code != DNS_NOERROR)
    second_answered(owner, answer);
  else
    lookup->question = resolver_ask(lookup->resolver, lookup->name, DNS_AAAA, second_answered, lookup);
}

static void ask_name_server(ServerLookup *lookup)
{
  lookup->question = resolver_ask(lookup->resolver, lookup->name, DNS_A, first_answered, lookup);
}

static void ask_address(ServerLookup *lookup)
{
  if (lookup->resolver == NULL || agent_host_knows(lookup->host, lookup->name)) {
    g_autofree char *name = g_strdup(lookup->name);
    finish(lookup, name);
    return;
  }
  ask_name_server(lookup);
}

/* Returns the record of the server that mail should go to first, or NULL. */
static const DnsRecord *best_server(const DnsMessage *answer)
{
  const DnsRecord *best = NULL;
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type != DNS_MX || record->target == NULL) continue;
    if (best == NULL || record->preference < best->preference) best = record;
  }
  return best;
}

static void servers_answered(void *owner, const DnsMessage *answer)
{
  ServerLookup *lookup = owner;
  lookup->question = NULL;
  if (answer == NULL || answer->response_code != DNS_NOERROR) {
    finish(lookup, NULL);
    return;
  }
  const DnsRecord *best = best_server(answer);
  g_autofree char *address = best == NULL ? NULL : find_address(answer->additional, best->target);
  if (address != NULL) {
    finish(lookup, address);
    return;
  }
  if (best != NULL) {
    g_free(lookup->name);
    lookup->name = g_strdup(best->target);
  }
  ask_address(lookup);
}

static void begin(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *name,
                  ServerLookupFound found, void *owner)
{
  server_lookup_clear(lookup);
  *lookup = (ServerLookup){
      .host = host, .resolver = resolver, .name = g_strdup(name), .found = found, .owner = owner};
}

void server_lookup_host(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *name,
                        ServerLookupFound found, void *owner)
{
  begin(lookup, host, resolver, name, found, owner);
  ask_address(lookup);
}

void server_lookup_name(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *name,
                        ServerLookupFound found, void *owner)
{
  begin(lookup, host, resolver, name, found, owner);
  if (resolver == NULL)
    ask_address(lookup);
  else
    ask_name_server(lookup);
}

void server_lookup_mail(ServerLookup *lookup, AgentHost *host, Resolver *resolver, const char *domain,
                        ServerLookupFound found, void *owner)
{
  begin(lookup, host, resolver, domain, found, owner);
  if (resolver == NULL)
    ask_address(lookup);
  else
    lookup->question = resolver_ask(resolver, domain, DNS_MX, servers_answered, lookup);
}
