/* SPDX-License-Identifier: MIT */
/* Routers: frames go from link to link with a hop less and right checksums, over IPv4 and IPv6; what does not
 * arrive is told by ICMP; and a frame is the same frame on every leg. */
#include "support/small-network.h"
#include "wire/checksum.h"
#include "wire/icmp.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static const LinkConfig plain = {.delay = 10 * MILLISECOND};

/* What the tap and the watch tell of the frames of a run. */
typedef struct {
  GArray *numbers[SMALL_NETWORK_MAX]; /* of uint32_t, by link, as the watch tells */
  guint seen[SMALL_NETWORK_MAX];      /* by link, as the tap tells */
  guint icmp, bad;
  int hops[SMALL_NETWORK_MAX]; /* time to live, or hop limit, of frames from 10.0.0.1 on each link */
  MacAddress sources[SMALL_NETWORK_MAX], destinations[SMALL_NETWORK_MAX];
} Sight;

static void tapped(void *owner, const Frame *frame)
{
  Sight *sight = owner;
  Packet packet;
  PacketKind kind = packet_parse(frame, &packet);
  sight->seen[frame->interface_id]++;
  bool v4 = packet.source.version == 4;
  const uint8_t *header = frame->bytes.data + packet.link_length;
  if (v4 && checksum_finish(checksum_add(0, (Bytes){header, packet.network_length})) != 0) sight->bad++;
  if (kind == PACKET_OTHER) {
    g_assert_true(icmp_is_message(frame, &packet));
    Bytes body = bytes_skip(frame->bytes, packet.link_length + packet.network_length);
    uint64_t sum =
        v4 ? 0 : checksum_add_pseudo_header(0, &packet.source, &packet.destination, header[6], body.length);
    if (checksum_finish(checksum_add(sum, body)) != 0) sight->bad++;
    sight->icmp++;
    return;
  }
  if (checksum_verify(frame, &packet) != CHECKSUM_GOOD) sight->bad++;
  if (packet.source.bytes[v4 ? 2 : 5] != 0) return;
  sight->hops[frame->interface_id] = header[v4 ? 8 : 7];
  memcpy(sight->destinations[frame->interface_id].bytes, frame->bytes.data, 6);
  memcpy(sight->sources[frame->interface_id].bytes, frame->bytes.data + 6, 6);
}

static void departed(void *owner, const Link *link, const LinkFrame *frame)
{
  g_array_append_val(((Sight *)owner)->numbers[link->index], frame->number);
}

static void watch(Sight *sight, SmallNetwork *network, TapPlace place)
{
  *sight = (Sight){0};
  network->tap.sink = (FrameSink){tapped, sight};
  network->tap.place = place;
  for (guint i = 0; i + 1 < network->count; i++) {
    sight->numbers[i] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    network->links[i].watch = (LinkWatch){departed, sight};
  }
}

static void sight_clear(Sight *sight)
{
  for (guint i = 0; i < SMALL_NETWORK_MAX; i++)
    if (sight->numbers[i] != NULL) g_array_unref(sight->numbers[i]);
}

/* Talks from the first host to the last. */
static void talk(SmallNetwork *network, AgentTransport transport, int version)
{
  Talker caller, listener;
  talker_init(&caller, "are you there, far away?");
  talker_init(&listener, "yes, behind two routers");
  caller.closes = true;
  caller.want_got = strlen("yes, behind two routers");
  guint last = network->count - 1;
  AgentService service = talker_service(&listener);
  agent_host_listen(host_as_agent_host(network->hosts[last]), transport, 7, &service);
  talker_call(&caller, network->hosts[0], transport, small_network_get_address(last, version), 7);
  small_network_run(network);
  g_assert_cmpstr(caller.got->str, ==, "yes, behind two routers");
  g_assert_cmpstr(listener.got->str, ==, "are you there, far away?");
  g_assert_cmpint(caller.end, ==, AGENT_CLOSED);
  small_network_clear(network);
  talker_clear(&caller);
  talker_clear(&listener);
}

static void every_hop_has_its_addresses_and_one_hop_less(void)
{
  for (int i = 0; i < 4; i++) {
    SmallNetwork network;
    Sight sight;
    small_network_init(&network, 4, &plain, 1);
    watch(&sight, &network, TAP_EVERYWHERE);
    talk(&network, i % 2 == 0 ? AGENT_TCP : AGENT_UDP, i < 2 ? 4 : 6);
    g_assert_cmpuint(sight.bad, ==, 0);
    g_assert_cmpuint(sight.icmp, ==, 0);
    for (guint link = 0; link < 3; link++) {
      g_assert_cmpint(sight.hops[link], ==, 64 - (int)link);
      g_assert_cmpuint(sight.sources[link].bytes[5], ==, link + 1);
      g_assert_cmpuint(sight.destinations[link].bytes[5], ==, link + 2);
    }
    sight_clear(&sight);
  }
}

static void a_frame_keeps_its_number_and_the_tap_shows_it_once(void)
{
  SmallNetwork network;
  Sight sight;
  small_network_init(&network, 4, &plain, 1);
  watch(&sight, &network, TAP_SENDERS);
  talk(&network, AGENT_TCP, 4);
  g_assert_cmpuint(sight.seen[0], >=, 4);
  g_assert_cmpuint(sight.seen[1], ==, 0);
  g_assert_cmpuint(sight.seen[2], >=, 3);
  guint frames = sight.seen[0] + sight.seen[2];
  for (guint link = 0; link < 3; link++) {
    const GArray *numbers = sight.numbers[link];
    g_assert_cmpuint(numbers->len, ==, frames);
    bool told[64] = {false};
    for (guint i = 0; i < frames; i++) {
      uint32_t number = g_array_index(numbers, uint32_t, i);
      g_assert_cmpuint(number, >=, 1);
      g_assert_cmpuint(number, <=, frames);
      g_assert_false(told[number]);
      told[number] = true;
    }
  }
  sight_clear(&sight);
}

static void eve_sees_what_passes_her_link(void)
{
  SmallNetwork network;
  Sight sight;
  small_network_init(&network, 4, &plain, 1);
  watch(&sight, &network, TAP_SENDERS);
  tap_choose_link(&network.tap, 1);
  talk(&network, AGENT_TCP, 6);
  g_assert_cmpuint(sight.seen[0] + sight.seen[2], ==, 0);
  g_assert_cmpuint(sight.seen[1], ==, sight.numbers[1]->len);
  g_assert_cmpuint(sight.seen[1], >=, 7);
  sight_clear(&sight);
}

/* Calls an address and returns how that ended. */
static AgentEnd end_of_call(SmallNetwork *network, AgentTransport transport, const char *address)
{
  Talker caller;
  talker_init(&caller, "hello");
  talker_call(&caller, network->hosts[0], transport, address, 7);
  small_network_run(network);
  g_assert_cmpuint(caller.ended, ==, 1);
  AgentEnd end = caller.end;
  talker_clear(&caller);
  return end;
}

static void what_leads_nowhere_is_told(void)
{
  static const char *const nowhere[] = {"192.0.2.1", "2001:db8:ffff::1"};
  for (int version = 0; version < 2; version++)
    for (int transport = AGENT_TCP; transport <= AGENT_UDP; transport++) {
      SmallNetwork network;
      Sight sight;
      small_network_init(&network, 3, &plain, 1);
      watch(&sight, &network, TAP_SENDERS);
      g_assert_cmpint(end_of_call(&network, (AgentTransport)transport, nowhere[version]), ==,
                      AGENT_UNREACHABLE);
      g_assert_cmpuint(sight.icmp, ==, 1);
      g_assert_cmpuint(sight.bad, ==, 0);
      g_assert_cmpint(network.clock.now, ==, 20 * MILLISECOND);
      small_network_clear(&network);
      sight_clear(&sight);
    }
}

static void packets_that_go_in_circles_run_out_of_hops(void)
{
  static const char *const nowhere[] = {"192.0.2.1", "2001:db8:ffff::1"};
  for (int version = 0; version < 2; version++) {
    SmallNetwork network;
    Sight sight;
    small_network_init(&network, 4, &plain, 1);
    watch(&sight, &network, TAP_EVERYWHERE);
    IpAddress all = {.version = version == 0 ? 4 : 6};
    host_add_network_route(network.hosts[1], &all, 0, &network.links[1]);
    host_add_network_route(network.hosts[2], &all, 0, &network.links[1]);
    g_assert_cmpint(end_of_call(&network, AGENT_TCP, nowhere[version]), ==, AGENT_UNREACHABLE);
    g_assert_cmpuint(sight.icmp, >=, 1);
    g_assert_cmpuint(sight.numbers[1]->len, >=, 63);
    g_assert_cmpuint(sight.numbers[1]->len, <=, 64);
    g_assert_cmpuint(sight.bad, ==, 0);
    small_network_clear(&network);
    sight_clear(&sight);
  }
}

static void the_longest_prefix_wins(void)
{
  SmallNetwork network;
  small_network_init(&network, 3, &plain, 1);
  Host *router = network.hosts[1];
  IpAddress wide, narrow, single;
  g_assert_true(ip_address_parse("172.16.0.0", &wide) && ip_address_parse("172.16.5.0", &narrow) &&
                ip_address_parse("172.16.5.9", &single));
  host_add_network_route(router, &narrow, 23, &network.links[1]);
  host_add_network_route(router, &wide, 12, &network.links[0]);
  host_add_route(router, &single, &network.links[0]);
  static const struct {
    const char *address;
    int link; /* -1: none */
  } cases[] = {{"172.16.5.1", 1},        {"172.16.4.200", 1}, {"172.16.6.0", 0}, {"172.31.9.9", 0},
               {"172.32.0.0", -1},       {"172.16.5.9", 0},   {"10.0.2.200", 1}, {"10.0.3.1", -1},
               {"2001:db8:2:ffff::", 1}, {"2001:db8:3::", -1}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Sight sight;
    Talker caller;
    talker_init(&caller, "x");
    caller.closes = true;
    watch(&sight, &network, TAP_SENDERS);
    talker_call(&caller, router, AGENT_UDP, cases[i].address, 9);
    small_network_run_until(&network, network.clock.now);
    for (int link = 0; link < 2; link++)
      g_assert_cmpuint(sight.numbers[link]->len, ==, cases[i].link == link);
    g_assert_cmpint(caller.end, ==, cases[i].link == -1 ? AGENT_UNREACHABLE : AGENT_CLOSED);
    small_network_run(&network);
    sight_clear(&sight);
    talker_clear(&caller);
  }
  small_network_clear(&network);
}

static void a_narrow_link_in_the_middle_makes_segments_smaller(void)
{
  for (int version = 4; version <= 6; version += 2) {
    SmallNetwork network;
    Sight sight;
    Talker caller, listener;
    g_autofree char *long_text = g_strnfill(50000, 'x');
    small_network_init(&network, 4, &plain, 1);
    watch(&sight, &network, TAP_SENDERS);
    for (unsigned from = 0; from < 2; from++)
      link_set_config(&network.links[1], from, &(LinkConfig){.delay = 10 * MILLISECOND, .mtu = 1280});
    talker_init(&caller, long_text);
    talker_init(&listener, long_text);
    caller.closes = true;
    caller.want_got = 50000;
    AgentService service = talker_service(&listener);
    agent_host_listen(host_as_agent_host(network.hosts[3]), AGENT_TCP, 7, &service);
    talker_call(&caller, network.hosts[0], AGENT_TCP, small_network_get_address(3, version), 7);
    small_network_run(&network);
    g_assert_cmpstr(caller.got->str, ==, long_text);
    g_assert_cmpstr(listener.got->str, ==, long_text);
    g_assert_cmpint(caller.end, ==, AGENT_CLOSED);
    g_assert_cmpuint(sight.icmp, >=, 2); /* to either side */
    g_assert_cmpuint(sight.bad, ==, 0);
    g_assert_cmpint(network.clock.now, <, 3 * NANOSECONDS_PER_SECOND); /* nobody waited for a timer */
    small_network_clear(&network);
    talker_clear(&caller);
    talker_clear(&listener);
    sight_clear(&sight);
  }
}

static void a_first_link_that_is_narrow_is_told_of_in_the_syn(void)
{
  SmallNetwork network;
  Sight sight;
  small_network_init(&network, 3, &(LinkConfig){.delay = MILLISECOND, .mtu = 600}, 1);
  watch(&sight, &network, TAP_SENDERS);
  talk(&network, AGENT_TCP, 4);
  g_assert_cmpuint(sight.icmp, ==, 0);
  sight_clear(&sight);
}

static void a_cut_link_behind_the_router_is_told(void)
{
  SmallNetwork network;
  small_network_init(&network, 3, &plain, 1);
  link_set_up(&network.links[1], false);
  g_assert_cmpint(end_of_call(&network, AGENT_TCP, small_network_get_address(2, 4)), ==, AGENT_UNREACHABLE);
  small_network_clear(&network);
  small_network_init(&network, 3, &plain, 1);
  link_set_up(&network.links[0], false); /* nobody can tell */
  g_assert_cmpint(end_of_call(&network, AGENT_TCP, small_network_get_address(2, 4)), ==, AGENT_TIMED_OUT);
  small_network_clear(&network);
}

static void a_port_where_nobody_is_answers(void)
{
  for (int version = 4; version <= 6; version += 2) {
    SmallNetwork network;
    small_network_init(&network, 3, &plain, 1);
    g_assert_cmpint(end_of_call(&network, AGENT_TCP, small_network_get_address(2, version)), ==,
                    AGENT_REFUSED);
    g_assert_cmpint(end_of_call(&network, AGENT_UDP, small_network_get_address(2, version)), ==,
                    AGENT_REFUSED);
    small_network_clear(&network);
  }
}

static void any_seed_gets_the_bytes_through_bad_routers_too(void)
{
  g_autofree char *text = g_strnfill(20000, 'y');
  for (uint64_t seed = 0; seed < 100; seed++) {
    LinkConfig bad = {.delay = 5 * MILLISECOND,
                      .jitter = seed % 2 ? 8 * MILLISECOND : 0,
                      .loss = 0.03,
                      .duplication = 0.05,
                      .reorder = 0.05,
                      .reorder_delay = 20 * MILLISECOND,
                      .bandwidth = seed % 3 ? 0 : 2000000,
                      .queue = 8};
    SmallNetwork network;
    Talker caller, listener;
    small_network_init(&network, 5, &bad, seed);
    talker_init(&caller, text);
    talker_init(&listener, text);
    caller.closes = true;
    caller.want_got = strlen(text);
    AgentService service = talker_service(&listener);
    agent_host_listen(host_as_agent_host(network.hosts[4]), AGENT_TCP, 7, &service);
    talker_call(&caller, network.hosts[0], AGENT_TCP, small_network_get_address(4, seed % 2 ? 4 : 6), 7);
    small_network_run(&network);
    g_assert_cmpstr(caller.got->str, ==, text);
    g_assert_cmpuint(caller.ended, ==, 1);
    g_assert_cmpuint(listener.ended, ==, listener.begun);
    /* A SYN that came twice, late, may have begun a second conversation, which says what was said once more.
     */
    g_assert_true(g_str_has_prefix(listener.got->str, text));
    small_network_clear(&network);
    talker_clear(&caller);
    talker_clear(&listener);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/host-routing/" path, function)
  ADD("every hop has its addresses and one hop less", every_hop_has_its_addresses_and_one_hop_less);
  ADD("a frame keeps its number and the tap shows it once",
      a_frame_keeps_its_number_and_the_tap_shows_it_once);
  ADD("Eve sees what passes her link", eve_sees_what_passes_her_link);
  ADD("what leads nowhere is told", what_leads_nowhere_is_told);
  ADD("packets that go in circles run out of hops", packets_that_go_in_circles_run_out_of_hops);
  ADD("the longest prefix wins", the_longest_prefix_wins);
  ADD("a narrow link in the middle makes segments smaller",
      a_narrow_link_in_the_middle_makes_segments_smaller);
  ADD("a first link that is narrow is told of in the SYN", a_first_link_that_is_narrow_is_told_of_in_the_syn);
  ADD("a cut link behind the router is told", a_cut_link_behind_the_router_is_told);
  ADD("a port where nobody is answers", a_port_where_nobody_is_answers);
  ADD("any seed gets the bytes through bad routers too", any_seed_gets_the_bytes_through_bad_routers_too);
#undef ADD
  return g_test_run();
}
