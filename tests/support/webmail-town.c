/* SPDX-License-Identifier: MIT */
/* The town, built and run. */
#include "support/webmail-town.h"

const char *const town_addresses[COUNT] = {"192.0.2.10", "192.0.2.80", "192.0.2.25"};

static bool find_name(void *owner, const char *name, IpAddress *address)
{
  (void)owner;
  return g_str_equal(name, "mail.beta.example") && ip_address_parse(town_addresses[MAIL], address);
}

static void cable_init(Cable *cable, uint32_t index, VirtualClock *clock)
{
  cable->writer = ndjson_writer_new(&cable->text, false);
  RowSink sink = ndjson_writer_get_sink(cable->writer);
  cable->inspector = inspector_new(NULL, &sink);
  cable->tap.sink = inspector_get_frame_sink(cable->inspector);
  link_init(&cable->link, index, &(LinkConfig){.delay = 5 * NANOSECONDS_PER_MILLISECOND}, 1, clock,
            &cable->tap);
}

static void cable_clear(Cable *cable)
{
  link_clear(&cable->link);
  inspector_free(cable->inspector);
  ndjson_writer_free(cable->writer);
  byte_buffer_clear(&cable->text);
}

static MacAddress mac_of(int host)
{
  return (MacAddress){{2, 0, 0, 0, 0, (uint8_t)host}};
}

static void plug(Town *town, int cable, int left, int right)
{
  const int ends[] = {left, right};
  for (unsigned end = 0; end < 2; end++) {
    IpAddress peer;
    MacAddress mac = mac_of(ends[!end]);
    g_assert_true(ip_address_parse(town_addresses[ends[!end]], &peer));
    host_add_link(town->hosts[ends[end]], &town->cables[cable].link, end, &mac);
    host_add_route(town->hosts[ends[end]], &peer, &town->cables[cable].link);
  }
}

static void start_servers(Town *town, const char *language)
{
  AgentHost *web = host_as_agent_host(town->hosts[WEBMAIL]), *mail = host_as_agent_host(town->hosts[MAIL]);
  town->store = mail_store_new();
  mail_store_add_user(town->store, "bob@beta.example", "builder");
  mail_store_add_user(town->store, "alice@beta.example", "wonderland");
  town->transfer = transfer_agent_new(&(TransferAgentConfig){
      .host = mail, .host_name = "mail.beta.example", .store = town->store, .name_server = "203.0.113.53"});
  town->imap = access_server_imap_new(
      &(AccessServerImapConfig){.host = mail, .host_name = "mail.beta.example", .store = town->store});
  town->names = name_server_new(web);
  dns_zones_add(name_server_get_zones(town->names), "beta.example");
  dns_zones_append(name_server_get_zones(town->names), "webmail.beta.example", 3600, "A 192.0.2.80");
  town->webmail = webmail_server_new(&(WebmailServerConfig){.host = web,
                                                            .host_name = "webmail.beta.example",
                                                            .mail_server = "mail.beta.example",
                                                            .domain = "beta.example",
                                                            .language = language,
                                                            .keep_sent = true,
                                                            .session_limit = 3});
}

void town_init(Town *town, const char *language)
{
  *town = (Town){.clock = {.now = 1772452800 * NANOSECONDS_PER_SECOND}};
  for (uint32_t i = 0; i < G_N_ELEMENTS(town->cables); i++)
    cable_init(&town->cables[i], i, &town->clock);
  for (int i = 0; i < COUNT; i++) {
    HostConfig config = {
        .index = (uint16_t)i, .mac = mac_of(i), .seed = 1, .clock = &town->clock, .find_name = find_name};
    g_assert_true(ip_address_parse(town_addresses[i], &config.address));
    town->hosts[i] = host_new(&config);
  }
  plug(town, FRONT, COMPUTER, WEBMAIL);
  plug(town, BACK, WEBMAIL, MAIL);
  start_servers(town, language);
  town->browser = browser_new(&(BrowserConfig){.host = host_as_agent_host(town->hosts[COMPUTER]),
                                               .name_server = town_addresses[WEBMAIL]});
}

void town_clear(Town *town)
{
  for (int i = 0; i < COUNT; i++)
    host_stop(town->hosts[i]);
  browser_free(town->browser);
  webmail_server_free(town->webmail);
  name_server_free(town->names);
  transfer_agent_free(town->transfer);
  access_server_imap_free(town->imap);
  for (int i = 0; i < COUNT; i++)
    host_free(town->hosts[i]);
  for (guint i = 0; i < G_N_ELEMENTS(town->cables); i++)
    cable_clear(&town->cables[i]);
  mail_store_free(town->store);
  virtual_clock_clear(&town->clock);
}

void town_run(Town *town, Nanoseconds length)
{
  Nanoseconds limit = town->clock.now + length;
  while (virtual_clock_step(&town->clock, limit))
    ;
  town->clock.now = MAX(town->clock.now, limit);
}

void town_is_done(void *owner, bool good)
{
  Town *town = owner;
  town->done++;
  town->good = good;
}

/* Runs until what was asked for is over; returns whether it was good. */
bool town_finish(Town *town)
{
  Nanoseconds limit = town->clock.now + 600 * NANOSECONDS_PER_SECOND;
  while (town->done == 0 && virtual_clock_step(&town->clock, limit))
    ;
  g_assert_cmpuint(town->done, ==, 1);
  town->done = 0;
  return town->good;
}

bool town_open_site(Town *town)
{
  browser_open(town->browser, "http://webmail.beta.example/", town_is_done, town);
  return town_finish(town);
}

bool town_log_in(Town *town, const char *user, const char *password)
{
  browser_log_in(town->browser, user, password, town_is_done, town);
  return town_finish(town);
}
