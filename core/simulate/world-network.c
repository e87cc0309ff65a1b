/* SPDX-License-Identifier: MIT */
/* The world's hosts and cables, and which way leads where: the shortest, over routers. */
#include "simulate/world-private.h"

#define IPV4_ANY "0.0.0.0"
#define IPV6_ANY "::"

static bool find_name(void *owner, const char *name, IpAddress *address)
{
  const World *world = owner;
  uint16_t host = world_find_name(world, name);
  if (host == UINT16_MAX) return false;
  *address = world->hosts[host].address;
  return true;
}

/* Returns the ports a mail server waits on, ended by 0; the caller's to free. */
static uint16_t *list_ports(const PlanHost *plan)
{
  static const uint16_t numbers[] = {[SERVER_PORT_RELAY] = 25,
                                     [SERVER_PORT_SUBMISSION] = 587,
                                     [SERVER_PORT_POP3] = 110,
                                     [SERVER_PORT_POP2] = 109,
                                     [SERVER_PORT_IMAP] = 143};
  static const ServerPort order[] = {SERVER_PORT_RELAY, SERVER_PORT_POP2, SERVER_PORT_POP3, SERVER_PORT_IMAP,
                                     SERVER_PORT_SUBMISSION};
  uint16_t *ports = g_new0(uint16_t, SERVER_PORT_COUNT + 1);
  guint count = 0;
  if (plan->kind == HOST_NAME_SERVER) ports[count++] = 53;
  if (plan->kind == HOST_WEB_SERVER) ports[count++] = 80;
  for (size_t i = 0; plan->server != NULL && i < G_N_ELEMENTS(order); i++)
    if (plan->server->ports[order[i]]) ports[count++] = numbers[order[i]];
  return ports;
}

/* CGI.br's rule is for people at home: a provider's router lets none of them speak to port 25, while mail
 * servers go on. */
static void block_port_25(World *world, guint router)
{
  const PlanHost *plan = world_plan_host(world->plan, router);
  for (guint i = 0; i < world->host_count; i++) {
    const PlanHost *customer = world_plan_host(world->plan, i);
    if (customer->kind != HOST_USER) continue;
    HostFirewallRule rule = {
        .action = plan->block_silently ? HOST_FIREWALL_DROP : HOST_FIREWALL_REJECT,
        .kind = PACKET_TCP,
        .source = customer->address,
        .port = 25,
    };
    host_add_firewall_rule(world->machines[router].machine, &rule);
    rule.source = customer->address6;
    if (rule.source.version != 0) host_add_firewall_rule(world->machines[router].machine, &rule);
  }
}

static void build_host(World *world, guint index)
{
  const PlanHost *plan = world_plan_host(world->plan, index);
  WorldHost *view = &world->hosts[index];
  *view = (WorldHost){
      .id = plan->id,
      .name = plan->name,
      .label = plan->label,
      .kind = plan->kind,
      .domain = plan->domain,
      .address = plan->address,
      .other_address = plan->address6,
      .mac = {2, 0, 0, (uint8_t)((index + 1) >> 16), (uint8_t)((index + 1) >> 8), (uint8_t)(index + 1)},
      .ports = list_ports(plan),
  };
  HostConfig config = {
      .index = (uint16_t)index,
      .address = plan->address,
      .other_address = plan->address6,
      .seed = world->seed,
      .clock = &world->clock,
      .forwards = plan->kind == HOST_ROUTER,
      .find_name = find_name,
      .watch = &world->watch,
      .owner = world,
  };
  memcpy(config.mac.bytes, view->mac, sizeof view->mac);
  world->machines[index].machine = host_new(&config);
  g_hash_table_insert(world->names, g_ascii_strdown(plan->name, -1), GUINT_TO_POINTER(index + 1));
  g_hash_table_insert(world->addresses, (gpointer)&plan->address, GUINT_TO_POINTER(index + 1));
  if (plan->address6.version != 0)
    g_hash_table_insert(world->addresses, (gpointer)&plan->address6, GUINT_TO_POINTER(index + 1));
}

static void plug_in(World *world, guint index, unsigned end, guint host, guint peer)
{
  MacAddress mac;
  memcpy(mac.bytes, world->hosts[peer].mac, sizeof mac.bytes);
  host_add_link(world->machines[host].machine, &world->cables[index], end, &mac);
}

static void build_link(World *world, guint index)
{
  const PlanLink *plan = world_plan_link(world->plan, index);
  LinkConfig config = {
      .delay = plan->delay,
      .jitter = plan->jitter,
      .loss = plan->loss,
      .bandwidth = plan->bandwidth,
      .reorder = plan->reorder,
      .reorder_delay = plan->delay + NANOSECONDS_PER_MILLISECOND,
      .duplication = plan->duplication,
  };
  world->links[index] =
      (WorldLink){(uint16_t)plan->a, (uint16_t)plan->b, plan->delay, plan->loss, plan->bandwidth, plan->name};
  link_init(&world->cables[index], index, &config, world->seed, &world->clock, &world->tap);
  plug_in(world, index, 0, plan->a, plan->b);
  plug_in(world, index, 1, plan->b, plan->a);
}

static void add_route(World *world, guint from, guint to, guint link)
{
  const PlanHost *destination = world_plan_host(world->plan, to);
  Host *machine = world->machines[from].machine;
  host_add_route(machine, &destination->address, &world->cables[link]);
  if (destination->address6.version != 0)
    host_add_route(machine, &destination->address6, &world->cables[link]);
}

/* The links of every host: where those of host i begin in `links`, and whom each leads to. */
typedef struct {
  guint *first, *links, *peers;
} Neighbours;

static void neighbours_init(Neighbours *all, const WorldPlan *plan)
{
  guint hosts = plan->hosts->len, links = plan->links->len;
  all->first = g_new0(guint, hosts + 2);
  all->links = g_new(guint, 2 * links + 1);
  all->peers = g_new(guint, 2 * links + 1);
  for (guint i = 0; i < links; i++) {
    all->first[world_plan_link(plan, i)->a + 2]++;
    all->first[world_plan_link(plan, i)->b + 2]++;
  }
  for (guint i = 2; i < hosts + 2; i++)
    all->first[i] += all->first[i - 1];
  for (guint i = 0; i < links; i++) {
    const PlanLink *link = world_plan_link(plan, i);
    guint at = all->first[link->a + 1]++;
    all->links[at] = i;
    all->peers[at] = link->b;
    at = all->first[link->b + 1]++;
    all->links[at] = i;
    all->peers[at] = link->a;
  }
}

static void neighbours_clear(Neighbours *all)
{
  g_free(all->first);
  g_free(all->links);
  g_free(all->peers);
}

/* Breadth first from host: each host reached is routed by the first link of its way. reached and queue have
 * room for all hosts. */
static void route_from(World *world, const Neighbours *all, guint host, guint *reached, guint *queue)
{
  guint begin = 0, end = 0;
  memset(reached, 0, world->host_count * sizeof *reached); /* first link + 1 */
  queue[end++] = host;
  while (begin < end) {
    guint here = queue[begin++];
    bool passes = here == host || world->hosts[here].kind == HOST_ROUTER;
    for (guint i = all->first[here]; passes && i < all->first[here + 1]; i++) {
      guint next = all->peers[i];
      if (next == host || reached[next] != 0) continue;
      reached[next] = here == host ? all->links[i] + 1 : reached[here];
      add_route(world, host, next, reached[next] - 1);
      queue[end++] = next;
    }
  }
}

/* A host whose one cable leads to a router sends everything there. */
static void route_by_default(World *world, guint host, guint link)
{
  IpAddress any;
  if (ip_address_parse(IPV4_ANY, &any))
    host_add_network_route(world->machines[host].machine, &any, 0, &world->cables[link]);
  if (ip_address_parse(IPV6_ANY, &any))
    host_add_network_route(world->machines[host].machine, &any, 0, &world->cables[link]);
}

static void build_routes(World *world)
{
  Neighbours all;
  neighbours_init(&all, world->plan);
  g_autofree guint *reached = g_new(guint, world->host_count);
  g_autofree guint *queue = g_new(guint, world->host_count);
  for (guint i = 0; i < world->host_count; i++) {
    bool one = all.first[i + 1] - all.first[i] == 1;
    bool leaf = one && world->hosts[i].kind != HOST_ROUTER &&
                world->hosts[all.peers[all.first[i]]].kind == HOST_ROUTER;
    if (leaf)
      route_by_default(world, i, all.links[all.first[i]]);
    else
      route_from(world, &all, i, reached, queue);
  }
  neighbours_clear(&all);
}

static guint hash_address(gconstpointer data)
{
  const IpAddress *address = data;
  guint hash = address->version;
  for (guint i = 0; i < sizeof address->bytes; i++)
    hash = hash * 31 + address->bytes[i];
  return hash;
}

static gboolean equal_addresses(gconstpointer a, gconstpointer b)
{
  return ip_address_equal(a, b);
}

void world_network_init(World *world)
{
  world->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  world->addresses = g_hash_table_new(hash_address, equal_addresses);
  world->host_count = world->plan->hosts->len;
  world->link_count = world->plan->links->len;
  world->hosts = g_new0(WorldHost, world->host_count);
  world->machines = g_new0(WorldMachine, world->host_count);
  world->links = g_new0(WorldLink, world->link_count);
  world->cables = g_new0(Link, world->link_count);
  for (guint i = 0; i < world->host_count; i++)
    build_host(world, i);
  for (guint i = 0; i < world->link_count; i++)
    build_link(world, i);
  build_routes(world);
  for (guint i = 0; i < world->host_count; i++)
    if (world_plan_host(world->plan, i)->block_port_25) block_port_25(world, i);
}

void world_network_clear(World *world)
{
  for (guint i = 0; i < world->host_count; i++) {
    host_free(world->machines[i].machine);
    g_free((gpointer)world->hosts[i].ports);
  }
  for (guint i = 0; i < world->link_count; i++)
    link_clear(&world->cables[i]);
  g_free(world->hosts);
  g_free(world->links);
  g_free(world->machines);
  g_free(world->cables);
  g_hash_table_unref(world->names);
  g_hash_table_unref(world->addresses);
}

uint16_t world_find_address(const World *world, const IpAddress *address)
{
  guint found = GPOINTER_TO_UINT(g_hash_table_lookup(world->addresses, address));
  return found == 0 ? UINT16_MAX : (uint16_t)(found - 1);
}

uint16_t world_find_name(const World *world, const char *name)
{
  IpAddress address;
  if (ip_address_parse(name, &address)) return world_find_address(world, &address);
  g_autofree char *small = g_ascii_strdown(name, -1);
  guint found = GPOINTER_TO_UINT(g_hash_table_lookup(world->names, small));
  return found == 0 ? UINT16_MAX : (uint16_t)(found - 1);
}

guint world_find_kind(const World *world, WorldHostKind kind)
{
  for (guint i = 0; i < world->host_count; i++)
    if (world->hosts[i].kind == kind) return i;
  return world->host_count;
}
