/* SPDX-License-Identifier: MIT */
/* The firewall, first of all on a provider's router: port 25 is closed to its customers ("Gerência de Porta
 * 25"), with a word or without, and nothing else is. */
#include "support/small-network.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

/* A customer, the provider's router, another router, and a server that listens on two ports, for both
 * transports. */
typedef struct {
  SmallNetwork network;
  Talker listener;
  guint resets, at_server;
  IpAddress reset_from;
} Provider;

static void tapped(void *owner, const Frame *frame)
{
  Provider *provider = owner;
  Packet packet;
  packet_parse(frame, &packet);
  if (frame->interface_id == 2) provider->at_server++;
  if (!(packet.flags & TCP_RST)) return;
  provider->resets++;
  provider->reset_from = packet.source;
}

static void provider_init(Provider *provider)
{
  *provider = (Provider){0};
  small_network_init(&provider->network, 4, &(LinkConfig){.delay = 10 * MILLISECOND}, 1);
  provider->network.tap.sink = (FrameSink){tapped, provider};
  provider->network.tap.place = TAP_EVERYWHERE;
  talker_init(&provider->listener, "220 hello");
  AgentService service = talker_service(&provider->listener);
  static const uint16_t ports[] = {25, 587};
  for (size_t i = 0; i < G_N_ELEMENTS(ports); i++)
    for (int transport = AGENT_TCP; transport <= AGENT_UDP; transport++)
      agent_host_listen(host_as_agent_host(provider->network.hosts[3]), (AgentTransport)transport, ports[i],
                        &service);
}

static void provider_clear(Provider *provider)
{
  small_network_clear(&provider->network);
  talker_clear(&provider->listener);
}

/* Returns how a call from a host to the server ends. */
static AgentEnd call(Provider *provider, guint from, AgentTransport transport, int version, uint16_t port)
{
  Talker caller;
  talker_init(&caller, "EHLO me");
  caller.closes = true;
  caller.want_got = strlen("220 hello");
  provider->resets = provider->at_server = 0;
  talker_call(&caller, provider->network.hosts[from], transport, small_network_get_address(3, version), port);
  small_network_run(&provider->network);
  g_assert_cmpuint(caller.ended, ==, 1);
  AgentEnd end = caller.end;
  talker_clear(&caller);
  return end;
}

static HostFirewallRule rule_for(const char *source, uint8_t prefix, HostFirewallAction action)
{
  HostFirewallRule rule = {.action = action, .kind = PACKET_TCP, .source_prefix = prefix, .port = 25};
  g_assert_true(ip_address_parse(source, &rule.source));
  return rule;
}

static void port_25_is_refused_and_587_is_not(void)
{
  Provider provider;
  provider_init(&provider);
  HostFirewallRule rule = rule_for("10.0.0.0", 24, HOST_FIREWALL_REJECT);
  host_add_firewall_rule(provider.network.hosts[1], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_REFUSED);
  g_assert_cmpuint(provider.resets, ==, 1);
  g_assert_cmpuint(provider.at_server, ==, 0);
  IpAddress server;
  g_assert_true(ip_address_parse(small_network_get_address(3, 4), &server));
  g_assert_true(ip_address_equal(&provider.reset_from, &server)); /* in its name, not by it */
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 587), ==, AGENT_CLOSED);
  g_assert_cmpint(call(&provider, 2, AGENT_TCP, 4, 25), ==, AGENT_CLOSED);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 6, 25), ==, AGENT_CLOSED); /* the hole of many a provider … */
  rule = rule_for("2001:db8::", 48, HOST_FIREWALL_REJECT);
  host_add_firewall_rule(provider.network.hosts[1], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 6, 25), ==, AGENT_REFUSED); /* … closed */
  host_clear_firewall(provider.network.hosts[1]);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_CLOSED);
  provider_clear(&provider);
}

static void dropped_silently_it_times_out(void)
{
  Provider provider;
  provider_init(&provider);
  HostFirewallRule rule = rule_for("10.0.0.1", 0, HOST_FIREWALL_DROP);
  host_add_firewall_rule(provider.network.hosts[1], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_TIMED_OUT);
  g_assert_cmpuint(provider.at_server + provider.resets, ==, 0);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 587), ==, AGENT_CLOSED);
  provider_clear(&provider);
}

static void datagrams_are_prohibited_by_icmp(void)
{
  for (int version = 4; version <= 6; version += 2) {
    Provider provider;
    provider_init(&provider);
    host_add_firewall_rule(provider.network.hosts[1], &(HostFirewallRule){.kind = PACKET_UDP, .port = 25});
    g_assert_cmpint(call(&provider, 0, AGENT_UDP, version, 25), ==, AGENT_UNREACHABLE);
    g_assert_cmpint(call(&provider, 0, AGENT_UDP, version, 587), ==, AGENT_CLOSED);
    g_assert_cmpint(call(&provider, 0, AGENT_TCP, version, 25), ==, AGENT_CLOSED);
    provider_clear(&provider);
  }
}

static void a_computer_may_guard_itself(void)
{
  Provider provider;
  provider_init(&provider);
  /* What comes in … */
  HostFirewallRule rule = rule_for("10.0.0.1", 0, HOST_FIREWALL_REJECT);
  host_add_firewall_rule(provider.network.hosts[3], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_REFUSED);
  g_assert_cmpuint(provider.at_server, ==, 2);
  host_clear_firewall(provider.network.hosts[3]);
  /* … and what goes out. */
  host_add_firewall_rule(provider.network.hosts[0], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_REFUSED);
  g_assert_cmpuint(provider.resets + provider.at_server, ==, 0);
  host_clear_firewall(provider.network.hosts[0]);
  rule.action = HOST_FIREWALL_DROP;
  host_add_firewall_rule(provider.network.hosts[0], &rule);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_TIMED_OUT);
  g_assert_cmpuint(provider.resets + provider.at_server, ==, 0);
  provider_clear(&provider);
}

static void the_first_rule_that_fits_decides_and_a_destination_may_be_named(void)
{
  Provider provider;
  provider_init(&provider);
  HostFirewallRule far = rule_for("10.0.0.1", 0, HOST_FIREWALL_REJECT);
  g_assert_true(ip_address_parse("10.0.9.0", &far.destination));
  far.destination_prefix = 24;
  HostFirewallRule near = far;
  near.action = HOST_FIREWALL_DROP;
  g_assert_true(ip_address_parse("10.0.3.0", &near.destination));
  host_add_firewall_rule(provider.network.hosts[1], &far);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_CLOSED);
  host_add_firewall_rule(provider.network.hosts[1], &near);
  near.action = HOST_FIREWALL_REJECT;
  host_add_firewall_rule(provider.network.hosts[1], &near);
  g_assert_cmpint(call(&provider, 0, AGENT_TCP, 4, 25), ==, AGENT_TIMED_OUT);
  provider_clear(&provider);
}

static void a_rule_cuts_what_is_open(void)
{
  Provider provider;
  Talker caller;
  provider_init(&provider);
  g_autofree char *text = g_strnfill(200000, 'x');
  talker_init(&caller, text);
  caller.closes = true;
  talker_call(&caller, provider.network.hosts[0], AGENT_TCP, small_network_get_address(3, 4), 25);
  small_network_run_until(&provider.network, 150 * MILLISECOND);
  HostFirewallRule rule = rule_for("10.0.0.1", 0, HOST_FIREWALL_REJECT);
  host_add_firewall_rule(provider.network.hosts[1], &rule);
  small_network_run(&provider.network);
  g_assert_cmpint(caller.end, ==, AGENT_RESET);
  provider_clear(&provider);
  talker_clear(&caller);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/host-firewall/port 25 is refused and 587 is not", port_25_is_refused_and_587_is_not);
  g_test_add_func("/host-firewall/dropped silently it times out", dropped_silently_it_times_out);
  g_test_add_func("/host-firewall/datagrams are prohibited by ICMP", datagrams_are_prohibited_by_icmp);
  g_test_add_func("/host-firewall/a computer may guard itself", a_computer_may_guard_itself);
  g_test_add_func("/host-firewall/the first rule that fits decides and a destination may be named",
                  the_first_rule_that_fits_decides_and_a_destination_may_be_named);
  g_test_add_func("/host-firewall/a rule cuts what is open", a_rule_cuts_what_is_open);
  return g_test_run();
}
