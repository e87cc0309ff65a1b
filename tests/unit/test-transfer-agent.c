/* SPDX-License-Identifier: MIT */
/* A transfer agent whose neighbour is not there yet: refused and unreachable servers are tried again, in the
 * queue's own time. */
#include "agent/transfer-agent.h"
#include "simulate/host.h"

#include <string.h>

enum { FIRST, SECOND, COUNT };

/* Two servers, one cable, no name server: addresses are literals. */
typedef struct {
  VirtualClock clock;
  Tap tap;
  Link link;
  Host *hosts[COUNT];
  MailStore *stores[COUNT];
  TransferAgent *agents[COUNT];
  guint refused;
} Town;

static const char *const addresses[COUNT] = {"192.0.2.25", "198.51.100.25"};

static uint32_t connection_opened(void *owner, const HostConnectionView *connection)
{
  (void)owner;
  (void)connection;
  return 1;
}

static void connection_changed(void *owner, const HostConnectionView *connection, HostConnectionState before,
                               HostConnectionState now)
{
  (void)connection;
  (void)before;
  if (now == HOST_CONNECTION_REFUSED) ((Town *)owner)->refused++;
}

static const HostWatch watch = {.opened = connection_opened, .changed = connection_changed};

static void start_agent(Town *town, int which, const MailQueuePolicy *policy)
{
  town->agents[which] = transfer_agent_new(&(TransferAgentConfig){
      .host = host_as_agent_host(town->hosts[which]),
      .host_name = which == FIRST ? "first.example" : "second.example",
      .store = town->stores[which],
      .name_server = "203.0.113.53", /* no way leads there */
      .policy = policy,
  });
}

static void town_init(Town *town)
{
  *town = (Town){0};
  link_init(&town->link, 0, &(LinkConfig){.delay = NANOSECONDS_PER_MILLISECOND}, 1, &town->clock, &town->tap);
  for (int i = 0; i < COUNT; i++) {
    HostConfig config = {.index = (uint16_t)i,
                         .mac = {{2, 0, 0, 0, 0, (uint8_t)i}},
                         .seed = 1,
                         .clock = &town->clock,
                         .watch = &watch,
                         .owner = town};
    g_assert_true(ip_address_parse(addresses[i], &config.address));
    town->hosts[i] = host_new(&config);
    town->stores[i] = mail_store_new();
    g_autofree char *user = g_strdup_printf("user@[%s]", addresses[i]);
    mail_store_add_user(town->stores[i], user, "secret");
  }
  for (int i = 0; i < COUNT; i++) {
    IpAddress peer;
    g_assert_true(ip_address_parse(addresses[!i], &peer));
    host_add_link(town->hosts[i], &town->link, (unsigned)i, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)!i}});
    host_add_route(town->hosts[i], &peer, &town->link);
  }
}

static void town_clear(Town *town)
{
  for (int i = 0; i < COUNT; i++)
    host_stop(town->hosts[i]);
  for (int i = 0; i < COUNT; i++) {
    transfer_agent_free(town->agents[i]);
    mail_store_free(town->stores[i]);
  }
  for (int i = 0; i < COUNT; i++)
    host_free(town->hosts[i]);
  link_clear(&town->link);
  virtual_clock_clear(&town->clock);
}

static void run_until(Town *town, Nanoseconds limit)
{
  while (virtual_clock_step(&town->clock, limit))
    ;
  town->clock.now = MAX(town->clock.now, limit);
}

static void queue_letter(Town *town, const char *recipient)
{
  static const char letter[] =
      "From: <user@[192.0.2.25]>\r\nMessage-ID: <1@first.example>\r\nSubject: x\r\n\r\nx\r\n";
  g_autoptr(GBytes) message = g_bytes_new_static(letter, strlen(letter));
  g_autoptr(Envelope) envelope = envelope_new("user@[192.0.2.25]");
  envelope_append(envelope, recipient);
  transfer_agent_submit(town->agents[FIRST], envelope, message);
}

static guint count_mail(const Town *town, int which)
{
  return mailbox_get_count(mail_store_get(town->stores[which], 0));
}

static void a_refused_connection_is_tried_again_until_somebody_listens(void)
{
  Town town;
  town_init(&town);
  start_agent(&town, FIRST, NULL);
  queue_letter(&town, "user@[198.51.100.25]");
  run_until(&town, 2 * 3600 * NANOSECONDS_PER_SECOND);
  g_assert_cmpuint(town.refused, >=, 2);
  g_assert_cmpuint(mail_queue_get_count(transfer_agent_get_queue(town.agents[FIRST])), ==, 1);
  const MailQueueEntry *entry = mail_queue_get(transfer_agent_get_queue(town.agents[FIRST]), 0);
  g_assert_nonnull(strstr(entry->last_reply, "refused"));
  start_agent(&town, SECOND, NULL);
  run_until(&town, 12 * 3600 * NANOSECONDS_PER_SECOND);
  g_assert_cmpuint(mail_queue_get_count(transfer_agent_get_queue(town.agents[FIRST])), ==, 0);
  g_assert_cmpuint(count_mail(&town, SECOND), ==, 1);
  g_assert_cmpuint(count_mail(&town, FIRST), ==, 0);
  town_clear(&town);
}

static void what_is_never_taken_comes_back_once(void)
{
  static const char *const recipients[] = {"user@[198.51.100.25]", "user@[203.0.113.1]",
                                           "user@nowhere.example"};
  static const MailQueuePolicy policy = {60 * NANOSECONDS_PER_SECOND, 600 * NANOSECONDS_PER_SECOND,
                                         3600 * NANOSECONDS_PER_SECOND, 0};
  for (size_t i = 0; i < G_N_ELEMENTS(recipients); i++) {
    Town town;
    town_init(&town);
    start_agent(&town, FIRST, &policy);
    queue_letter(&town, recipients[i]);
    run_until(&town, 100 * 3600 * NANOSECONDS_PER_SECOND);
    g_assert_cmpuint(mail_queue_get_count(transfer_agent_get_queue(town.agents[FIRST])), ==, 0);
    g_assert_cmpuint(count_mail(&town, FIRST), ==, 1);
    town_clear(&town);
  }
}

static void an_agent_may_stop_in_the_middle_of_anything(void)
{
  for (int milliseconds = 0; milliseconds < 60; milliseconds++) {
    Town town;
    town_init(&town);
    start_agent(&town, FIRST, NULL);
    start_agent(&town, SECOND, NULL);
    queue_letter(&town, "user@[198.51.100.25]");
    run_until(&town, milliseconds * NANOSECONDS_PER_MILLISECOND);
    g_assert_cmpuint(count_mail(&town, SECOND), <=, 1);
    town_clear(&town);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/transfer-agent/a refused connection is tried again until somebody listens",
                  a_refused_connection_is_tried_again_until_somebody_listens);
  g_test_add_func("/transfer-agent/what is never taken comes back once", what_is_never_taken_comes_back_once);
  g_test_add_func("/transfer-agent/an agent may stop in the middle of anything",
                  an_agent_may_stop_in_the_middle_of_anything);
  return g_test_run();
}
