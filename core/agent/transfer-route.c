/* SPDX-License-Identifier: MIT */
/* Where a domain's mail goes (RFC 5321 §5.1): its mail servers by preference, equal ones by chance, without
 * ourselves and all that are no better; else the domain's own address. */
#include "agent/transfer-agent-private.h"

#define MOST_TARGETS 16u /* mail servers of a domain that we try */

struct TransferRoute {
  TransferAgent *agent;
  char *domain;
  GArray *targets; /* of TransferTarget */
  ResolverQuestion *question;
  TransferRouted told;
  void *owner;
  guint target; /* whose addresses are asked for */
};

static void clear_target(gpointer data)
{
  TransferTarget *target = data;
  g_free(target->name);
  g_ptr_array_unref(target->addresses);
}

static void append_target(TransferRoute *route, const char *name, uint16_t preference)
{
  TransferTarget target = {g_strdup(name), preference, g_ptr_array_new_with_free_func(g_free)};
  g_array_append_val(route->targets, target);
}

static void tell(TransferRoute *route, TransferRouteResult result, const char *words)
{
  route->told(route->owner, result, words);
}

/* Adds the addresses of name among records, of one type. */
static void take_addresses(TransferTarget *target, const GArray *records, DnsType type, bool any_name)
{
  for (guint i = 0; i < records->len; i++) {
    const DnsRecord *record = &g_array_index(records, DnsRecord, i);
    if (record->type != type || (!any_name && !dns_name_equal(record->name, target->name))) continue;
    g_ptr_array_add(target->addresses, dns_record_dup_address(record));
  }
}

static gint compare_targets(gconstpointer a, gconstpointer b)
{
  return (gint)((const TransferTarget *)a)->preference - (gint)((const TransferTarget *)b)->preference;
}

/* Equal ones in an order drawn by lot, so that they share the work. */
static void sort_targets(TransferRoute *route)
{
  GArray *targets = route->targets;
  for (guint i = targets->len; i > 1; i--) {
    guint other = (guint)(agent_host_random(route->agent->host) % i);
    TransferTarget target = g_array_index(targets, TransferTarget, i - 1);
    g_array_index(targets, TransferTarget, i - 1) = g_array_index(targets, TransferTarget, other);
    g_array_index(targets, TransferTarget, other) = target;
  }
  g_array_sort(targets, compare_targets);
}

/* Where we are one of them, those no better than we are would only send it back. Returns false when that was
 * all of them. */
static bool drop_ourselves(TransferRoute *route)
{
  guint limit = G_MAXUINT;
  for (guint i = 0; i < route->targets->len; i++) {
    const TransferTarget *target = &g_array_index(route->targets, TransferTarget, i);
    if (dns_name_equal(target->name, route->agent->host_name)) limit = MIN(limit, target->preference);
  }
  for (guint i = route->targets->len; i-- > 0;)
    if (g_array_index(route->targets, TransferTarget, i).preference >= limit)
      g_array_remove_index(route->targets, i);
  return route->targets->len > 0;
}

/* "." as the only mail server: this domain takes no mail (RFC 7505). */
static bool is_null_mx(const TransferRoute *route)
{
  return route->targets->len == 1 && g_str_equal(g_array_index(route->targets, TransferTarget, 0).name, ".");
}

static void servers_answered(void *owner, const DnsMessage *answer)
{
  TransferRoute *route = owner;
  route->question = NULL;
  if (answer == NULL) {
    tell(route, ROUTE_LATER, "4.4.3 the name server does not answer");
    return;
  }
  if (answer->response_code == DNS_NXDOMAIN) {
    tell(route, ROUTE_NEVER, "5.1.2 That domain does not exist");
    return;
  }
  if (answer->response_code != DNS_NOERROR) {
    tell(route, ROUTE_LATER, "4.4.3 the name server cannot tell now");
    return;
  }
  for (guint i = 0; i < answer->answers->len && route->targets->len < MOST_TARGETS; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type == DNS_MX && record->target != NULL)
      append_target(route, record->target, record->preference);
  }
  if (is_null_mx(route)) {
    tell(route, ROUTE_NEVER, "5.1.10 That domain takes no mail");
    return;
  }
  /* Without MX the domain's own address counts. */
  if (route->targets->len == 0) append_target(route, route->domain, 0);
  sort_targets(route);
  for (guint i = 0; i < route->targets->len; i++) {
    TransferTarget *target = &g_array_index(route->targets, TransferTarget, i);
    take_addresses(target, answer->additional, DNS_A, false);
    take_addresses(target, answer->additional, DNS_AAAA, false);
  }
  if (drop_ourselves(route))
    tell(route, ROUTE_FOUND, NULL);
  else
    tell(route, ROUTE_NEVER, "5.4.6 DNS sends mail for that domain to us, and we do not keep it");
}

/* An address literal needs no look-up: "[192.0.2.1]", "[IPv6:2001:db8::1]". Returns false for a name. */
static bool take_literal(TransferRoute *route)
{
  Bytes domain = bytes_from_string(route->domain);
  if (domain.length < 3 || domain.data[0] != '[') return false;
  Bytes inside = bytes_slice(domain, 1, domain.length - 2);
  if (bytes_starts_ignore_case(inside, "IPv6:")) inside = bytes_skip(inside, 5);
  append_target(route, route->domain, 0);
  g_ptr_array_add(g_array_index(route->targets, TransferTarget, 0).addresses, bytes_dup_string(inside));
  return true;
}

static TransferRoute *route_new(TransferAgent *agent, const char *domain)
{
  TransferRoute *route = g_new0(TransferRoute, 1);
  route->agent = agent;
  route->domain = g_strdup(domain);
  route->targets = g_array_new(FALSE, FALSE, sizeof(TransferTarget));
  g_array_set_clear_func(route->targets, clear_target);
  return route;
}

TransferRoute *transfer_route_begin(TransferAgent *agent, const char *domain, TransferRouted routed,
                                    void *owner)
{
  TransferRoute *route = route_new(agent, domain);
  route->told = routed;
  route->owner = owner;
  if (!take_literal(route))
    route->question = resolver_ask(agent->resolver, domain, DNS_MX, servers_answered, route);
  return route;
}

TransferRoute *transfer_route_new_known(TransferAgent *agent, const char *name, const char *address)
{
  TransferRoute *route = route_new(agent, name);
  append_target(route, name, 0);
  g_ptr_array_add(g_array_index(route->targets, TransferTarget, 0).addresses, g_strdup(address));
  return route;
}

const GArray *transfer_route_get_targets(const TransferRoute *route)
{
  return route->targets;
}

static TransferTarget *asked_target(const TransferRoute *route)
{
  return &g_array_index(route->targets, TransferTarget, route->target);
}

static void second_answered(void *owner, const DnsMessage *answer)
{
  TransferRoute *route = owner;
  route->question = NULL;
  if (answer != NULL) take_addresses(asked_target(route), answer->answers, DNS_AAAA, true);
  if (asked_target(route)->addresses->len > 0)
    tell(route, ROUTE_FOUND, NULL);
  else if (answer == NULL || (answer->response_code != DNS_NOERROR && answer->response_code != DNS_NXDOMAIN))
    tell(route, ROUTE_LATER, "4.4.3 the name server cannot tell now where the mail server is");
  else
    tell(route, ROUTE_NEVER, "5.4.4 The mail server of that domain has no address");
}

static void first_answered(void *owner, const DnsMessage *answer)
{
  TransferRoute *route = owner;
  route->question = NULL;
  if (answer != NULL) take_addresses(asked_target(route), answer->answers, DNS_A, true);
  if (asked_target(route)->addresses->len > 0)
    tell(route, ROUTE_FOUND, NULL);
  else if (answer != NULL && answer->response_code == DNS_NXDOMAIN)
    tell(route, ROUTE_NEVER, "5.4.4 The mail server of that domain has no address");
  else if (answer == NULL || answer->response_code != DNS_NOERROR)
    tell(route, ROUTE_LATER, "4.4.3 the name server cannot tell now where the mail server is");
  else
    route->question =
        resolver_ask(route->agent->resolver, asked_target(route)->name, DNS_AAAA, second_answered, route);
}

void transfer_route_find_addresses(TransferRoute *route, guint target, TransferRouted found, void *owner)
{
  route->target = target;
  route->told = found;
  route->owner = owner;
  if (asked_target(route)->addresses->len > 0)
    tell(route, ROUTE_FOUND, NULL);
  else
    route->question =
        resolver_ask(route->agent->resolver, asked_target(route)->name, DNS_A, first_answered, route);
}

void transfer_route_free(TransferRoute *route)
{
  if (route == NULL) return;
  resolver_cancel(route->question);
  g_array_unref(route->targets);
  g_free(route->domain);
  g_free(route);
}
