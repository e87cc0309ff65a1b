/* SPDX-License-Identifier: MIT */
/* What a world is made of: making, finding, adding. */
#include "simulate/world-plan.h"

#include "simulate/default-world.h"

#include <string.h>

#define DEFAULT_LINK_DELAY (20 * NANOSECONDS_PER_MILLISECOND)

static void host_free(gpointer data)
{
  PlanHost *host = data;
  g_free(host->id);
  g_free(host->name);
  g_free(host->label);
  g_free(host->domain);
  server_config_free(host->server);
  g_array_unref(host->offline);
  g_free(host);
}

static void link_free(gpointer data)
{
  PlanLink *link = data;
  g_free(link->name);
  g_free(link);
}

static void user_free(gpointer data)
{
  PlanUser *user = data;
  g_free(user->name);
  g_free(user->person);
  g_free(user->address);
  g_free(user->password);
  g_free(user->login);
  g_free(user);
}

static void record_clear(gpointer data)
{
  PlanRecord *record = data;
  g_free(record->name);
  g_free(record->text);
}

static void zone_free(gpointer data)
{
  PlanZone *zone = data;
  g_free(zone->origin);
  g_array_unref(zone->records);
  g_free(zone);
}

WorldPlan *world_plan_new(void)
{
  WorldPlan *plan = g_new0(WorldPlan, 1);
  plan->hosts = g_ptr_array_new_with_free_func(host_free);
  plan->links = g_ptr_array_new_with_free_func(link_free);
  plan->users = g_ptr_array_new_with_free_func(user_free);
  plan->zones = g_ptr_array_new_with_free_func(zone_free);
  plan->host_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  plan->user_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  plan->networks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  plan->pairs = g_hash_table_new(NULL, NULL);
  default_world_fill(plan);
  return plan;
}

void world_plan_free(WorldPlan *plan)
{
  if (plan == NULL) return;
  g_ptr_array_unref(plan->hosts);
  g_ptr_array_unref(plan->links);
  g_ptr_array_unref(plan->users);
  g_ptr_array_unref(plan->zones);
  g_hash_table_unref(plan->host_names);
  g_hash_table_unref(plan->user_names);
  g_hash_table_unref(plan->networks);
  g_hash_table_unref(plan->pairs);
  g_free(plan);
}

static guint look_up(GHashTable *names, const char *name)
{
  g_autofree char *small = g_ascii_strdown(name, -1);
  return GPOINTER_TO_UINT(g_hash_table_lookup(names, small));
}

static void note_name(GHashTable *names, const char *name, guint index)
{
  g_hash_table_insert(names, g_ascii_strdown(name, -1), GUINT_TO_POINTER(index + 1));
}

guint world_plan_find_host(const WorldPlan *plan, const char *name)
{
  const PlanUser *user = world_plan_find_user(plan, name);
  guint found = user != NULL ? user->host + 1 : look_up(plan->host_names, name);
  return found == 0 ? plan->hosts->len : found - 1;
}

/* The key of two hosts, whichever comes first. */
static gpointer pair_of(guint a, guint b)
{
  return (gpointer)(uintptr_t)((uint64_t)MAX(a, b) << 32 | MIN(a, b));
}

guint world_plan_find_link(const WorldPlan *plan, const char *names)
{
  g_auto(GStrv) parts = g_strsplit_set(names, " \t", -1);
  guint hosts[2] = {plan->hosts->len, plan->hosts->len}, count = 0;
  for (char **part = parts; *part != NULL; part++) {
    if (**part == '\0') continue;
    if (count < 2) hosts[count] = world_plan_find_host(plan, *part);
    count++;
  }
  guint found =
      count == 2 ? GPOINTER_TO_UINT(g_hash_table_lookup(plan->pairs, pair_of(hosts[0], hosts[1]))) : 0;
  return found == 0 ? plan->links->len : found - 1;
}

guint world_plan_find_user_index(const WorldPlan *plan, const char *name)
{
  guint found = look_up(plan->user_names, name);
  return found == 0 ? plan->users->len : found - 1;
}

PlanUser *world_plan_find_user(const WorldPlan *plan, const char *name)
{
  guint index = world_plan_find_user_index(plan, name);
  return index < plan->users->len ? world_plan_user(plan, index) : NULL;
}

void world_plan_rename_host(WorldPlan *plan, guint index, const char *name)
{
  PlanHost *host = world_plan_host(plan, index);
  g_free(host->name);
  host->name = g_strdup(name);
  note_name(plan->host_names, name, index);
}

PlanZone *world_plan_need_zone(WorldPlan *plan, const char *origin)
{
  for (guint i = 0; i < plan->zones->len; i++) {
    PlanZone *zone = g_ptr_array_index(plan->zones, i);
    if (g_ascii_strcasecmp(zone->origin, origin) == 0) return zone;
  }
  PlanZone *zone = g_new0(PlanZone, 1);
  zone->origin = g_ascii_strdown(origin, -1);
  zone->records = g_array_new(FALSE, FALSE, sizeof(PlanRecord));
  g_array_set_clear_func(zone->records, record_clear);
  g_ptr_array_add(plan->zones, zone);
  return zone;
}

static bool is_default_host(const IpAddress *address)
{
  static const uint8_t taken[] = {10, 25, 42, 53}; /* of the default world's networks */
  return memchr(taken, address->bytes[3], sizeof taken) != NULL;
}

/* Gives host the next free address of its domain's network: that of the domain's first host, or one of those
 * RFC 2544 sets aside. A network that is full goes on in the next one. */
static void give_address(WorldPlan *plan, PlanHost *host)
{
  enum { FIRST = 60, LAST = 254 };
  IpAddress *last = g_hash_table_lookup(plan->networks, host->domain);
  if (last == NULL) {
    last = g_new(IpAddress, 1);
    bool sound = ip_address_parse("198.18.0.0", last);
    g_assert(sound);
    last->bytes[2] = (uint8_t)plan->zones->len;
    last->bytes[3] = FIRST - 1;
    g_hash_table_insert(plan->networks, g_strdup(host->domain), last);
  }
  do {
    if (last->bytes[3]++ < LAST) continue;
    last->bytes[3] = 1;
    if (++last->bytes[2] == 0) last->bytes[1]++;
  } while (is_default_host(last));
  host->address = *last;
}

void world_plan_set_address(WorldPlan *plan, PlanHost *host, const IpAddress *address)
{
  enum { BEFORE_FIRST = 59 };
  host->address = *address;
  IpAddress *last = g_new(IpAddress, 1);
  *last = *address;
  last->bytes[3] = BEFORE_FIRST;
  g_hash_table_insert(plan->networks, g_strdup(host->domain), last);
}

PlanHost *world_plan_add_host(WorldPlan *plan, const char *id, WorldHostKind kind, const char *domain)
{
  PlanHost *host = g_new0(PlanHost, 1);
  host->id = g_strdup(id);
  host->domain = g_ascii_strdown(domain, -1);
  bool whole = g_str_has_suffix(id, domain);
  size_t label = strcspn(id, ".");
  host->name = whole ? g_strdup(id) : g_strdup_printf("%.*s.%s", (int)label, id, host->domain);
  host->label = g_strdup(id);
  host->kind = kind;
  host->mail_server = plan->hosts->len;
  host->offline = g_array_new(FALSE, FALSE, sizeof(PlanWindow));
  if (kind == HOST_MAIL_SERVER) {
    host->server = g_new0(ServerConfig, 1);
    server_config_init(host->server);
    /* a user who needs them opens them */
    server_config_set_port(host->server, 109, false);
    server_config_set_port(host->server, 143, false);
  }
  world_plan_need_zone(plan, host->domain);
  give_address(plan, host);
  g_ptr_array_add(plan->hosts, host);
  note_name(plan->host_names, host->id, plan->hosts->len - 1);
  note_name(plan->host_names, host->name, plan->hosts->len - 1);
  return host;
}

PlanLink *world_plan_add_link(WorldPlan *plan, guint a, guint b)
{
  PlanLink *link = g_new0(PlanLink, 1);
  link->a = a;
  link->b = b;
  link->delay = DEFAULT_LINK_DELAY;
  link->name = g_strdup_printf("%s–%s", world_plan_host(plan, a)->label, world_plan_host(plan, b)->label);
  g_ptr_array_add(plan->links, link);
  g_hash_table_insert(plan->pairs, pair_of(a, b), GUINT_TO_POINTER(plan->links->len));
  return link;
}

void world_plan_split_link(WorldPlan *plan, PlanLink *link, guint host)
{
  gpointer pair = pair_of(link->a, link->b);
  gpointer index = g_hash_table_lookup(plan->pairs, pair);
  guint far = link->b;
  g_hash_table_remove(plan->pairs, pair);
  link->b = host;
  g_hash_table_insert(plan->pairs, pair_of(link->a, host), index);
  g_free(link->name);
  link->name =
      g_strdup_printf("%s–%s", world_plan_host(plan, link->a)->label, world_plan_host(plan, host)->label);
  world_plan_add_link(plan, host, far);
}

PlanUser *world_plan_add_user(WorldPlan *plan, const char *name, guint host)
{
  PlanUser *user = g_new0(PlanUser, 1);
  user->name = g_ascii_strdown(name, -1);
  user->person = g_strdup(name);
  user->person[0] = g_ascii_toupper(user->person[0]);
  user->address = g_strdup("");
  user->password = g_strdup("");
  user->login = g_strdup("password");
  user->host = host;
  user->server = user->web = plan->hosts->len;
  g_ptr_array_add(plan->users, user);
  note_name(plan->user_names, name, plan->users->len - 1);
  return user;
}
