/* SPDX-License-Identifier: MIT */
/* Zones, and the answers they give. */
#include "protocol/dns/dns-zone.h"

#define ALIASES_MAX 8u    /* CNAMEs followed for one question */
#define NEGATIVE_TTL 300u /* seconds */

typedef struct {
  char *origin;
  GArray *records; /* of DnsRecord; the first is the start of authority */
  bool broken;     /* every answer is SERVFAIL */
} Zone;

struct DnsZones {
  GPtrArray *zones; /* of Zone * */
};

static void zone_free(gpointer data)
{
  Zone *zone = data;
  g_free(zone->origin);
  g_array_unref(zone->records);
  g_free(zone);
}

static void record_clear(gpointer data)
{
  dns_record_clear(data);
}

DnsZones *dns_zones_new(void)
{
  DnsZones *zones = g_new0(DnsZones, 1);
  zones->zones = g_ptr_array_new_with_free_func(zone_free);
  return zones;
}

void dns_zones_free(DnsZones *zones)
{
  if (zones == NULL) return;
  g_ptr_array_unref(zones->zones);
  g_free(zones);
}

/* Returns true when name is origin or lies below it. */
static bool is_within(const char *name, const char *origin)
{
  size_t name_length = strlen(name), origin_length = strlen(origin);
  if (strcmp(origin, ".") == 0) return true;
  if (name_length < origin_length || !dns_name_equal(name + name_length - origin_length, origin))
    return false;
  return name_length == origin_length || name[name_length - origin_length - 1] == '.';
}

/* Returns the zone nearest to name, or NULL. */
static Zone *find_zone(const DnsZones *zones, const char *name)
{
  Zone *best = NULL;
  for (guint i = 0; i < zones->zones->len; i++) {
    Zone *zone = g_ptr_array_index(zones->zones, i);
    if (is_within(name, zone->origin) && (best == NULL || strlen(zone->origin) > strlen(best->origin)))
      best = zone;
  }
  return best;
}

void dns_zones_add(DnsZones *zones, const char *origin)
{
  const Zone *near = find_zone(zones, origin);
  if (near != NULL && dns_name_equal(near->origin, origin)) return;
  Zone *zone = g_new0(Zone, 1);
  zone->origin = g_strdup(origin);
  zone->records = g_array_new(FALSE, TRUE, sizeof(DnsRecord));
  g_array_set_clear_func(zone->records, record_clear);
  g_autofree char *authority =
      g_strdup_printf("SOA ns.%s hostmaster.%s 1 3600 600 86400 %u", origin, origin, NEGATIVE_TTL);
  DnsRecord record;
  bool good = dns_record_parse(&record, origin, NEGATIVE_TTL, authority);
  g_assert(good);
  g_array_append_val(zone->records, record);
  g_ptr_array_add(zones->zones, zone);
}

bool dns_zones_append(DnsZones *zones, const char *name, uint32_t ttl, const char *text)
{
  DnsRecord record;
  if (!dns_record_parse(&record, name, ttl, text)) return false;
  Zone *zone = find_zone(zones, record.name);
  if (zone == NULL) {
    dns_record_clear(&record);
    return false;
  }
  /* A start of authority that is told replaces the one we made. */
  if (record.type == DNS_SOA) {
    dns_record_clear(&g_array_index(zone->records, DnsRecord, 0));
    g_array_index(zone->records, DnsRecord, 0) = record;
  } else {
    g_array_append_val(zone->records, record);
  }
  return true;
}

bool dns_zones_append_host(DnsZones *zones, const char *name, uint32_t ttl, const char *address)
{
  enum { LABELS_BELOW_V4 = 1, LABELS_BELOW_V6 = 16 };
  bool v6 = strchr(address, ':') != NULL;
  g_autofree char *reverse = dns_reverse_name(address);
  g_autofree char *forward = g_strdup_printf("%s %s", v6 ? "AAAA" : "A", address);
  g_autofree char *pointer = g_strdup_printf("PTR %s", name);
  if (reverse == NULL || !dns_zones_append(zones, name, ttl, forward)) return false;
  const char *origin = reverse;
  for (int i = 0; i < (v6 ? LABELS_BELOW_V6 : LABELS_BELOW_V4); i++)
    origin = strchr(origin, '.') + 1;
  if (find_zone(zones, reverse) == NULL) dns_zones_add(zones, origin);
  return dns_zones_append(zones, reverse, ttl, pointer);
}

guint dns_zones_remove(DnsZones *zones, const char *name, DnsType type)
{
  guint count = 0;
  Zone *zone = find_zone(zones, name);
  for (guint i = 1; zone != NULL && i < zone->records->len;) {
    const DnsRecord *record = &g_array_index(zone->records, DnsRecord, i);
    if (dns_name_equal(record->name, name) && (type == DNS_ANY || record->type == type)) {
      g_array_remove_index(zone->records, i);
      count++;
    } else {
      i++;
    }
  }
  return count;
}

bool dns_zones_set_broken(DnsZones *zones, const char *origin, bool broken)
{
  Zone *zone = find_zone(zones, origin);
  if (zone == NULL || !dns_name_equal(zone->origin, origin)) return false;
  zone->broken = broken;
  return true;
}

/* Appends the zone's records of that name and type to section. Returns how many there were. */
static guint append_matching(const Zone *zone, const char *name, uint16_t type, GArray *section)
{
  guint count = 0;
  for (guint i = 0; i < zone->records->len; i++) {
    const DnsRecord *record = &g_array_index(zone->records, DnsRecord, i);
    if (!dns_name_equal(record->name, name) || (type != DNS_ANY && record->type != type)) continue;
    dns_message_append_record(section, record);
    count++;
  }
  return count;
}

/* Returns true when name, or a name below it, has any record. */
static bool exists(const Zone *zone, const char *name)
{
  for (guint i = 0; i < zone->records->len; i++)
    if (is_within(g_array_index(zone->records, DnsRecord, i).name, name)) return true;
  return false;
}

/* Whoever asks for mail or name servers needs their addresses next. */
static void append_additional(const DnsZones *zones, DnsMessage *answer)
{
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    const Zone *zone =
        record->type == DNS_MX || record->type == DNS_NS ? find_zone(zones, record->target) : NULL;
    if (zone == NULL) continue;
    append_matching(zone, record->target, DNS_A, answer->additional);
    append_matching(zone, record->target, DNS_AAAA, answer->additional);
  }
}

static void answer_from_zones(const DnsZones *zones, const DnsQuestion *question, DnsMessage *answer)
{
  g_autofree char *name = g_strdup(question->name);
  for (guint aliases = 0; aliases <= ALIASES_MAX; aliases++) {
    const Zone *zone = find_zone(zones, name);
    if (zone == NULL) {
      if (aliases == 0) answer->response_code = DNS_REFUSED;
      return;
    }
    if (zone->broken) {
      answer->authoritative = false;
      answer->response_code = DNS_SERVFAIL;
      return;
    }
    answer->authoritative = true;
    if (append_matching(zone, name, question->type, answer->answers) > 0) {
      append_additional(zones, answer);
      return;
    }
    guint before = answer->answers->len;
    if (append_matching(zone, name, DNS_CNAME, answer->answers) == 0) {
      if (!exists(zone, name)) answer->response_code = DNS_NXDOMAIN;
      append_matching(zone, zone->origin, DNS_SOA, answer->authorities);
      return;
    }
    g_free(name);
    name = g_strdup(g_array_index(answer->answers, DnsRecord, before).target);
  }
}

DnsMessage *dns_zones_answer(const DnsZones *zones, const DnsMessage *query)
{
  DnsMessage *answer = dns_message_new(query->id);
  answer->response = true;
  answer->opcode = query->opcode;
  answer->recursion_desired = query->recursion_desired;
  answer->edns = query->edns;
  answer->udp_size = query->edns ? 1232 : 0;
  for (guint i = 0; i < query->questions->len; i++) {
    const DnsQuestion *question = &g_array_index(query->questions, DnsQuestion, i);
    dns_message_append_question(answer, question->name, question->type);
    g_array_index(answer->questions, DnsQuestion, i).class = question->class;
  }
  if (query->opcode != 0) {
    answer->response_code = DNS_NOTIMP;
  } else if (query->questions->len != 1) {
    answer->response_code = DNS_FORMERR;
  } else {
    const DnsQuestion *question = &g_array_index(query->questions, DnsQuestion, 0);
    if (question->class == DNS_CLASS_IN)
      answer_from_zones(zones, question, answer);
    else
      answer->response_code = DNS_REFUSED;
  }
  return answer;
}
