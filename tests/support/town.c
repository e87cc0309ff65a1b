/* SPDX-License-Identifier: MIT */
/* Builds the town's hosts and cables; every frame's payload is written down as it leaves. */
#include "support/town.h"

#include "wire/packet.h"

const char *const town_names[TOWN_HOSTS] = {
    [TOWN_HOME] = "home.alpha.example",  [TOWN_CAFE] = "cafe.alpha.example",
    [TOWN_ALPHA] = "mail.alpha.example", [TOWN_BETA] = "mail.beta.example",
    [TOWN_NAMES] = "ns.example",
};
const char *const town_addresses[TOWN_HOSTS] = {
    [TOWN_HOME] = "192.0.2.10",    [TOWN_CAFE] = "192.0.2.11",    [TOWN_ALPHA] = "192.0.2.25",
    [TOWN_BETA] = "198.51.100.25", [TOWN_NAMES] = "203.0.113.53",
};

static bool find_name(void *owner, const char *name, IpAddress *address)
{
  const Town *town = owner;
  for (int i = 0; i < TOWN_HOSTS; i++)
    if (town->names_known && g_str_equal(town_names[i], name))
      return ip_address_parse(town_addresses[i], address);
  return false;
}

/* A server's port, whichever end it stands at. */
static void take_frame(void *owner, const Frame *frame)
{
  Town *town = owner;
  Packet packet;
  if (packet_parse(frame, &packet) != PACKET_TCP || packet.payload.length == 0) return;
  bool from_server = packet.source_port < 1024;
  g_string_append_printf(town->traffic, "%u%c", from_server ? packet.source_port : packet.destination_port,
                         from_server ? '<' : '>');
  g_string_append_len(town->traffic, (const char *)packet.payload.data, (gssize)packet.payload.length);
}

static void build_host(Town *town, int index)
{
  HostConfig config = {
      .index = (uint16_t)index,
      .mac = {{2, 0, 0, 0, 0, (uint8_t)index}},
      .seed = 1,
      .clock = &town->clock,
      .find_name = find_name,
      .owner = town,
  };
  g_assert_true(ip_address_parse(town_addresses[index], &config.address));
  town->hosts[index] = host_new(&config);
}

static void plug_in(Town *town, Link *link, unsigned end, int host, int peer)
{
  IpAddress address;
  g_assert_true(ip_address_parse(town_addresses[peer], &address));
  host_add_link(town->hosts[host], link, end, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)peer}});
  host_add_route(town->hosts[host], &address, link);
}

static void build_zones(Town *town)
{
  DnsZones *zones = name_server_get_zones(town->name_server);
  dns_zones_add(zones, "alpha.example");
  dns_zones_add(zones, "beta.example");
  dns_zones_add(zones, "example");
  for (int i = 0; i < TOWN_HOSTS; i++) {
    g_autofree char *record = g_strdup_printf("A %s", town_addresses[i]);
    g_assert_true(dns_zones_append(zones, town_names[i], 3600, record));
  }
  g_assert_true(dns_zones_append(zones, "alpha.example", 3600, "MX 10 mail.alpha.example"));
  g_assert_true(dns_zones_append(zones, "beta.example", 3600, "MX 20 mail.nowhere.example"));
  g_assert_true(dns_zones_append(zones, "beta.example", 3600, "MX 10 mail.beta.example"));
}

void town_init(Town *town, bool names_known)
{
  *town = (Town){.names_known = names_known, .traffic = g_string_new(NULL)};
  town->clock.now = INT64_C(1772452800) * NANOSECONDS_PER_SECOND;
  town->tap.sink = (FrameSink){.frame = take_frame, .owner = town};
  for (int i = 0; i < TOWN_HOSTS; i++)
    build_host(town, i);
  uint32_t index = 0;
  for (int a = 0; a < TOWN_HOSTS; a++)
    for (int b = a + 1; b < TOWN_HOSTS; b++) {
      Link *link = &town->links[index];
      link_init(link, index++, &(LinkConfig){.delay = 10 * NANOSECONDS_PER_MILLISECOND}, 1, &town->clock,
                &town->tap);
      plug_in(town, link, 0, a, b);
      plug_in(town, link, 1, b, a);
    }
  town->name_server = name_server_new(town_host(town, TOWN_NAMES));
  build_zones(town);
}

void town_start_servers(Town *town, int host)
{
  MailStore *store = town->stores[host] = mail_store_new();
  if (host == TOWN_ALPHA) {
    mail_store_add_user(store, "alice@alpha.example", "wonderland");
    mail_store_add_user(store, "carol@alpha.example", "rabbit");
  } else {
    mail_store_add_user(store, "bob@beta.example", "builder");
  }
  town->transfer_agents[host] = transfer_agent_new(&(TransferAgentConfig){
      .host = town_host(town, host),
      .host_name = town_names[host],
      .store = store,
      .name_server = town_addresses[TOWN_NAMES],
  });
  town->access_servers[host] = access_server_new(&(AccessServerConfig){
      .host = town_host(town, host), .host_name = town_names[host], .store = store, .offer_apop = true});
}

void town_stop(Town *town)
{
  for (int i = 0; i < TOWN_HOSTS; i++)
    host_stop(town->hosts[i]);
}

void town_clear(Town *town)
{
  for (int i = 0; i < TOWN_HOSTS; i++) {
    transfer_agent_free(town->transfer_agents[i]);
    access_server_free(town->access_servers[i]);
    mail_store_free(town->stores[i]);
  }
  name_server_free(town->name_server);
  for (int i = 0; i < TOWN_HOSTS; i++)
    host_free(town->hosts[i]);
  for (size_t i = 0; i < G_N_ELEMENTS(town->links); i++)
    link_clear(&town->links[i]);
  virtual_clock_clear(&town->clock);
  g_string_free(town->traffic, TRUE);
}

AgentHost *town_host(Town *town, int host)
{
  return host_as_agent_host(town->hosts[host]);
}

void town_run_until(Town *town, double seconds)
{
  Nanoseconds limit =
      INT64_C(1772452800) * NANOSECONDS_PER_SECOND + (Nanoseconds)(seconds * (double)NANOSECONDS_PER_SECOND);
  while (virtual_clock_step(&town->clock, limit))
    ;
  town->clock.now = MAX(town->clock.now, limit);
}

Mailbox *town_mailbox(Town *town, const char *address)
{
  int host = g_str_has_suffix(address, "@alpha.example") ? TOWN_ALPHA : TOWN_BETA;
  return mail_store_find(town->stores[host], bytes_from_string(address));
}

void town_drop_letter(Town *town, const char *address, const char *subject)
{
  char *text =
      g_strdup_printf("From: Bob <bob@beta.example>\r\nTo: %s\r\nSubject: %s\r\n"
                      "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nMessage-ID: <%s@town>\r\n\r\nabout %s\r\n",
                      address, subject, subject, subject);
  g_autoptr(GBytes) message = g_bytes_new_take(text, strlen(text));
  mailbox_append(town_mailbox(town, address), message, town->clock.now);
}
