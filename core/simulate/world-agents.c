/* SPDX-License-Identifier: MIT */
/* The programs on the world's hosts: servers on their disks, zones, and the people's own. */
#include "simulate/world-private.h"

#include "base/i18n.h"

#include <string.h>

enum { TTL = 3600, MX_FIRST = 10, MX_BACKUP = 20 };

static const char *name_server_of(const World *world)
{
  guint index = world_find_kind(world, HOST_NAME_SERVER);
  return index < world->host_count ? world->hosts[index].name : NULL;
}

static void make_disk(World *world, guint index)
{
  WorldMachine *machine = &world->machines[index];
  machine->store = mail_store_new();
  machine->queue = mail_queue_new(&world_plan_host(world->plan, index)->server->queue);
  machine->greylist = greylist_new();
  const char *names = world_plan_host(world->plan, index)->server->mechanisms;
  if (names != NULL && names[0] != '\0') machine->mechanisms = g_strsplit(names, " ", -1);
  for (guint i = 0; i < world->user_count; i++) {
    const PlanUser *user = world_plan_user(world->plan, i);
    if (user->server == index && user->address[0] != '\0')
      mail_store_add_user(machine->store, user->address, user->password);
  }
}

/* The people's way to their mailboxes: POP3, POP2, IMAP. */
static void start_access(WorldMachine *machine, const ServerConfig *server, const char *name)
{
  AgentHost *host = host_as_agent_host(machine->machine);
  const char *const *mechanisms = (const char *const *)machine->mechanisms;
  machine->access_server = access_server_new(&(AccessServerConfig){
      .host = host,
      .host_name = name,
      .store = machine->store,
      .offer_apop = server->apop,
      .mechanisms = mechanisms,
      .no_pop3 = !server->ports[SERVER_PORT_POP3],
      .offer_pop2 = server->ports[SERVER_PORT_POP2],
      .shares = !server->lock_pop3,
  });
  if (server->ports[SERVER_PORT_IMAP])
    machine->imap_server = access_server_imap_new(&(AccessServerImapConfig){.host = host,
                                                                            .host_name = name,
                                                                            .store = machine->store,
                                                                            .mechanisms = mechanisms,
                                                                            .quota = server->quota});
}

static void start_mail_server(World *world, guint index)
{
  WorldMachine *machine = &world->machines[index];
  const ServerConfig *server = world_plan_host(world->plan, index)->server;
  AgentHost *host = host_as_agent_host(machine->machine);
  const char *name = server->host_name != NULL ? server->host_name : world->hosts[index].name;
  machine->transfer_agent = transfer_agent_new(&(TransferAgentConfig){
      .host = host,
      .host_name = name,
      .store = machine->store,
      .queue = machine->queue,
      .greylist = machine->greylist,
      .name_server = name_server_of(world),
      .server = server,
  });
  start_access(machine, server, name);
}

static void append_record(DnsZones *zones, const char *name, const char *format, const char *value)
{
  g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
  g_autofree char *text = g_strjoinv(value, parts);
  bool sound = dns_zones_append(zones, name, TTL, text);
  g_assert(sound);
}

static void append_addresses(DnsZones *zones, const PlanHost *host)
{
  char address[IP_ADDRESS_TEXT];
  ip_address_format(&host->address, address);
  append_record(zones, host->name, "A %s", address);
  if (host->address6.version == 0) return;
  ip_address_format(&host->address6, address);
  append_record(zones, host->name, "AAAA %s", address);
}

static void append_mail_servers(DnsZones *zones, const PlanHost *host)
{
  g_autofree char *backup = g_strdup_printf("MX %d %s", MX_BACKUP, host->name);
  g_autofree char *first = g_strdup_printf("MX %d %s", MX_FIRST, host->name);
  const GPtrArray *domains = host->server->backup_for;
  for (guint i = 0; i < domains->len; i++)
    if (!dns_zones_append(zones, g_ptr_array_index(domains, i), TTL, backup))
      g_debug("no zone for %s", (const char *)g_ptr_array_index(domains, i));
  if (domains->len == 0) append_record(zones, host->domain, "%s", first);
}

static bool is_bare(const World *world, const char *domain)
{
  for (guint i = 0; i < world->plan->zones->len; i++) {
    const PlanZone *zone = g_ptr_array_index(world->plan->zones, i);
    if (zone->bare && g_ascii_strcasecmp(zone->origin, domain) == 0) return true;
  }
  return false;
}

/* Every host has its address in the zone of its domain, every mail server is its domain's; and what the
 * scenario adds. Returns false with *error set where a record of the scenario is none. */
static bool start_name_server(World *world, guint index, GError **error)
{
  NameServer *server = name_server_new(host_as_agent_host(world->machines[index].machine));
  world->machines[index].name_server = server;
  DnsZones *zones = name_server_get_zones(server);
  const WorldPlan *plan = world->plan;
  for (guint i = 0; i < plan->zones->len; i++)
    dns_zones_add(zones, ((const PlanZone *)g_ptr_array_index(plan->zones, i))->origin);
  for (guint i = 0; i < world->host_count; i++) {
    const PlanHost *host = world_plan_host(plan, i);
    if (is_bare(world, host->domain)) continue;
    append_addresses(zones, host);
    if (host->server != NULL) append_mail_servers(zones, host);
  }
  for (guint i = 0; i < plan->zones->len; i++) {
    const PlanZone *zone = g_ptr_array_index(plan->zones, i);
    for (guint j = 0; j < zone->records->len; j++) {
      const PlanRecord *record = &g_array_index(zone->records, PlanRecord, j);
      if (dns_zones_append(zones, record->name, TTL, record->text)) continue;
      g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID,
                  _("[Zone %s] Records: “%s %s” is no record that fits into this zone"), zone->origin,
                  record->name, record->text);
      return false;
    }
  }
  return true;
}

static void start_web_server(World *world, guint index)
{
  const PlanHost *plan = world_plan_host(world->plan, index);
  if (plan->mail_server >= world->host_count) return;
  world->machines[index].webmail = webmail_server_new(&(WebmailServerConfig){
      .host = host_as_agent_host(world->machines[index].machine),
      .host_name = world->hosts[index].name,
      .mail_server = world->hosts[plan->mail_server].name,
      .domain = world->hosts[plan->mail_server].domain,
      .language = i18n_language(),
  });
}

static bool start_servers(World *world, guint index, GError **error)
{
  switch (world->hosts[index].kind) {
  case HOST_MAIL_SERVER:
    start_mail_server(world, index);
    return true;
  case HOST_NAME_SERVER:
    return start_name_server(world, index, error);
  case HOST_WEB_SERVER:
    start_web_server(world, index);
    return true;
  case HOST_USER:
  case HOST_ROUTER:
    break;
  }
  return true;
}

static void free_servers(WorldMachine *machine)
{
  g_clear_pointer(&machine->transfer_agent, transfer_agent_free);
  g_clear_pointer(&machine->access_server, access_server_free);
  g_clear_pointer(&machine->imap_server, access_server_imap_free);
  g_clear_pointer(&machine->name_server, name_server_free);
  g_clear_pointer(&machine->webmail, webmail_server_free);
}

bool world_agents_init(World *world, GError **error)
{
  world->user_count = world->plan->users->len;
  world->people = g_new0(WorldPerson, world->user_count);
  bool sound = true;
  for (guint i = 0; i < world->host_count; i++)
    if (world->hosts[i].kind == HOST_MAIL_SERVER) make_disk(world, i);
  for (guint i = 0; i < world->host_count && sound; i++)
    sound = start_servers(world, i, error);
  for (guint i = 0; i < world->user_count; i++)
    if (world_plan_user(world->plan, i)->access != PLAN_ACCESS_WEB) world_need_mail(world, i);
  return sound;
}

void world_agents_clear(World *world)
{
  for (guint i = 0; i < world->host_count; i++)
    host_stop(world->machines[i].machine);
  for (guint i = 0; i < world->user_count; i++) {
    mail_user_agent_free(world->people[i].mail);
    browser_free(world->people[i].browser);
    spoofer_free(world->people[i].spoofer);
    typist_free(world->people[i].typist);
  }
  g_free(world->people);
  for (guint i = 0; i < world->host_count; i++) {
    WorldMachine *machine = &world->machines[i];
    free_servers(machine);
    mail_store_free(machine->store);
    mail_queue_free(machine->queue);
    greylist_free(machine->greylist);
    g_strfreev(machine->mechanisms);
  }
}

void world_set_power(World *world, guint index, bool on)
{
  WorldMachine *machine = &world->machines[index];
  if (host_is_up(machine->machine) == on) return;
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.type = WORLD_HOST;
  event.host = (uint16_t)index;
  event.old_state = on ? 0 : 1;
  event.new_state = on ? 1 : 0;
  if (on) {
    bool sound = start_servers(world, index, NULL); /* what could be started once can be again */
    g_assert(sound);
    host_come_up(machine->machine);
  } else {
    host_go_down(machine->machine);
    host_forget_services(machine->machine);
    free_servers(machine);
  }
  world_log_append(world, event);
}

static AgentHost *host_of(const World *world, const PlanUser *user)
{
  return host_as_agent_host(world->machines[user->host].machine);
}

static MailLogin login_of(const PlanUser *user)
{
  if (g_ascii_strcasecmp(user->login, "password") == 0) return MAIL_LOGIN_PASSWORD;
  return g_ascii_strcasecmp(user->login, "apop") == 0 ? MAIL_LOGIN_APOP : MAIL_LOGIN_SASL;
}

MailUserAgent *world_need_mail(World *world, guint index)
{
  static const MailAccess accesses[] = {[PLAN_ACCESS_POP3] = MAIL_ACCESS_POP3,
                                        [PLAN_ACCESS_POP2] = MAIL_ACCESS_POP2,
                                        [PLAN_ACCESS_IMAP] = MAIL_ACCESS_IMAP,
                                        [PLAN_ACCESS_WEB] = MAIL_ACCESS_POP3};
  WorldPerson *person = &world->people[index];
  const PlanUser *user = world_plan_user(world->plan, index);
  if (person->mail != NULL || user->server >= world->host_count) return person->mail;
  MailLogin login = login_of(user);
  g_autofree char *names = g_ascii_strup(user->login, -1);
  g_auto(GStrv) mechanisms = g_strsplit(names, " ", -1);
  size_t local = strcspn(user->address, "@");
  g_autofree char *log_in_name = g_strndup(user->address, local);
  person->mail = mail_user_agent_new(&(MailUserAgentConfig){
      .host = host_of(world, user),
      .person = user->person,
      .address = user->address,
      .host_name = world->hosts[user->host].name,
      .server = world->hosts[user->server].name,
      .name_server = name_server_of(world),
      .user = log_in_name,
      .password = user->password,
      .access = accesses[user->access],
      .login = login,
      .outgoing_port = user->submission,
      .outgoing_without_login = user->no_login,
      .mechanisms = login == MAIL_LOGIN_SASL ? (const char *const *)mechanisms : NULL,
      .sent_folder = user->keep_sent ? "Sent" : NULL,
      .leave_bcc = user->leave_bcc,
      .eight_bit = user->eight_bit,
  });
  return person->mail;
}

Browser *world_need_browser(World *world, guint index)
{
  WorldPerson *person = &world->people[index];
  const PlanUser *user = world_plan_user(world->plan, index);
  if (person->browser == NULL)
    person->browser =
        browser_new(&(BrowserConfig){.host = host_of(world, user), .name_server = name_server_of(world)});
  return person->browser;
}

Spoofer *world_need_spoofer(World *world, guint index)
{
  WorldPerson *person = &world->people[index];
  const PlanUser *user = world_plan_user(world->plan, index);
  if (person->spoofer == NULL)
    person->spoofer = spoofer_new(&(SpooferConfig){.host = host_of(world, user),
                                                   .host_name = world->hosts[user->host].name,
                                                   .name_server = name_server_of(world)});
  return person->spoofer;
}

Typist *world_need_typist(World *world, guint index)
{
  WorldPerson *person = &world->people[index];
  const PlanUser *user = world_plan_user(world->plan, index);
  if (person->typist == NULL)
    person->typist =
        typist_new(&(TypistConfig){.host = host_of(world, user), .name_server = name_server_of(world)});
  return person->typist;
}
