/* SPDX-License-Identifier: MIT */
/* Building a world from its tables and a scenario, running it, and looking at it. */
#include "simulate/world.h"

#include "simulate/world-private.h"

static bool find_name(void *owner, const char *name, IpAddress *address)
{
  const World *world = owner;
  uint16_t host = world_find_name(world, name);
  if (host == UINT16_MAX) return false;
  *address = world->hosts[host].address;
  return true;
}

static void build_host(World *world, uint16_t index)
{
  const DefaultHost *plan = &default_hosts[index];
  WorldHost *view = &world->hosts[index];
  *view = (WorldHost){
      .id = plan->id,
      .name = plan->name,
      .label = plan->label,
      .kind = plan->kind,
      .domain = plan->domain,
      .mac = {2, 0, 0, 0, 0, (uint8_t)(index + 1)},
      .ports = plan->ports,
  };
  bool sound = ip_address_parse(plan->address, &view->address);
  g_assert(sound);
  HostConfig config = {
      .index = index,
      .address = view->address,
      .seed = world->seed,
      .clock = &world->clock,
      .find_name = find_name,
      .watch = &world->watch,
      .owner = world,
  };
  memcpy(config.mac.bytes, view->mac, sizeof view->mac);
  world->machines[index] = host_new(&config);
}

static void plug_in(World *world, uint16_t index, unsigned end, uint16_t host, uint16_t peer)
{
  MacAddress mac;
  memcpy(mac.bytes, world->hosts[peer].mac, sizeof mac.bytes);
  host_add_link(world->machines[host], &world->cables[index], end, &mac);
  host_add_route(world->machines[host], &world->hosts[peer].address, &world->cables[index]);
}

static void build_link(World *world, uint16_t index)
{
  const DefaultLink *plan = &default_links[index];
  LinkConfig config = {
      .delay = world->scenario->links[index].delay,
      .loss = world->scenario->links[index].loss,
      .bandwidth = world->scenario->links[index].bandwidth,
  };
  world->links[index] =
      (WorldLink){plan->a, plan->b, config.delay, config.loss, config.bandwidth, plan->name};
  link_init(&world->cables[index], index, &config, world->seed, &world->clock, &world->tap);
  plug_in(world, index, 0, plan->a, plan->b);
  plug_in(world, index, 1, plan->b, plan->a);
}

static void build_mail_server(World *world, uint16_t index)
{
  AgentHost *host = host_as_agent_host(world->machines[index]);
  const char *name = world->hosts[index].name;
  MailStore *store = world->stores[index] = mail_store_new();
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    if (default_users[i].server == index)
      mail_store_add_user(store, default_users[i].address, world->scenario->passwords[i]);
  world->transfer_agents[index] = transfer_agent_new(&(TransferAgentConfig){
      .host = host,
      .host_name = name,
      .store = store,
      .name_server = world->hosts[DEFAULT_NAME_SERVER].name,
  });
  world->access_servers[index] = access_server_new(
      &(AccessServerConfig){.host = host, .host_name = name, .store = store, .offer_apop = true});
}

/* Every host has its address in the zone of its domain, and every mail server is its domain's. */
static void build_name_server(World *world)
{
  enum { TTL = 3600 };
  world->name_server = name_server_new(host_as_agent_host(world->machines[DEFAULT_NAME_SERVER]));
  DnsZones *zones = name_server_get_zones(world->name_server);
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++)
    dns_zones_add(zones, world->hosts[i].domain);
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++) {
    const WorldHost *host = &world->hosts[i];
    char address[IP_ADDRESS_TEXT];
    ip_address_format(&host->address, address);
    g_autofree char *a = g_strdup_printf("A %s", address);
    g_autofree char *mx = g_strdup_printf("MX 10 %s", host->name);
    bool sound = dns_zones_append(zones, host->name, TTL, a);
    if (host->kind == HOST_MAIL_SERVER) sound = sound && dns_zones_append(zones, host->domain, TTL, mx);
    g_assert(sound);
  }
}

static void build_user(World *world, guint index)
{
  const DefaultUser *user = &default_users[index];
  world->user_agents[index] = mail_user_agent_new(&(MailUserAgentConfig){
      .host = host_as_agent_host(world->machines[user->host]),
      .person = user->person,
      .address = user->address,
      .host_name = world->hosts[user->host].name,
      .server = world->hosts[user->server].name,
      .user = user->name,
      .password = world->scenario->passwords[index],
  });
}

World *world_new(Scenario *scenario, uint64_t seed, const FrameSink *tap, GError **error)
{
  (void)error; /* a scenario that was read can be built: the reader checked its hosts, links and users */
  World *world = g_new0(World, 1);
  world->scenario = scenario_ref(scenario);
  world->seed = seed;
  world->clock.now = scenario->start;
  if (tap != NULL) world->tap.sink = *tap;
  for (uint16_t i = 0; i < DEFAULT_HOST_COUNT; i++)
    build_host(world, i);
  for (uint16_t i = 0; i < DEFAULT_LINK_COUNT; i++)
    build_link(world, i);
  world_log_init(world);
  for (uint16_t i = 0; i < DEFAULT_HOST_COUNT; i++)
    if (world->hosts[i].kind == HOST_MAIL_SERVER) build_mail_server(world, i);
  build_name_server(world);
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    build_user(world, i);
  world_acts_init(world);
  return world;
}

bool world_run(World *world, Nanoseconds limit)
{
  while (virtual_clock_step(&world->clock, limit))
    ;
  return timer_queue_peek(&world->clock.timers) == NULL;
}

Nanoseconds world_get_now(const World *world)
{
  return world->clock.now;
}

Nanoseconds world_get_start(const World *world)
{
  return world->scenario->start;
}

guint world_get_host_count(const World *world)
{
  return G_N_ELEMENTS(world->hosts);
}

const WorldHost *world_get_host(const World *world, guint index)
{
  g_return_val_if_fail(index < G_N_ELEMENTS(world->hosts), NULL);
  return &world->hosts[index];
}

guint world_get_link_count(const World *world)
{
  return G_N_ELEMENTS(world->links);
}

const WorldLink *world_get_link(const World *world, guint index)
{
  g_return_val_if_fail(index < G_N_ELEMENTS(world->links), NULL);
  return &world->links[index];
}

guint world_get_message_count(const World *world)
{
  return world->messages->len;
}

const WorldMessage *world_get_message(const World *world, guint index)
{
  g_return_val_if_fail(index < world->messages->len, NULL);
  return g_ptr_array_index(world->messages, index);
}

const GPtrArray *world_get_inbox(const World *world, guint host)
{
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    if (default_users[i].host == host) return mail_user_agent_get_inbox(world->user_agents[i]);
  return NULL;
}

guint world_get_eve_link(const World *world)
{
  return world->scenario->eve_link;
}

guint world_get_event_count(const World *world)
{
  return world->events->len;
}

const WorldEvent *world_get_event(const World *world, guint index)
{
  g_return_val_if_fail(index < world->events->len, NULL);
  return &g_array_index(world->events, WorldEvent, index);
}

void world_free(World *world)
{
  if (world == NULL) return;
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++)
    host_stop(world->machines[i]);
  world_acts_clear(world);
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    mail_user_agent_free(world->user_agents[i]);
  name_server_free(world->name_server);
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++) {
    transfer_agent_free(world->transfer_agents[i]);
    access_server_free(world->access_servers[i]);
    mail_store_free(world->stores[i]);
  }
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++)
    host_free(world->machines[i]);
  for (guint i = 0; i < DEFAULT_LINK_COUNT; i++)
    link_clear(&world->cables[i]);
  virtual_clock_clear(&world->clock);
  world_log_clear(world);
  scenario_unref(world->scenario);
  g_free(world);
}
