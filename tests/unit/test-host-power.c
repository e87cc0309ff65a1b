/* SPDX-License-Identifier: MIT */
/* Power cuts: who had no time to say good-bye, what the others notice, and that all is there again
 * afterwards. */
#include "support/small-network.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define SECOND NANOSECONDS_PER_SECOND

/* Two computers and a router; the last one listens on port 7. */
typedef struct {
  SmallNetwork network;
  Talker caller, listener;
  guint frames[2], resets; /* by sender: the first computer, and the last */
} Scene;

static void tapped(void *owner, const Frame *frame)
{
  Scene *scene = owner;
  Packet packet;
  packet_parse(frame, &packet);
  scene->frames[frame->interface_id == 0 ? 0 : 1]++;
  if (packet.flags & TCP_RST) scene->resets++;
}

static void scene_init(Scene *scene, AgentTransport transport, const char *to_give, const char *to_answer)
{
  *scene = (Scene){0};
  small_network_init(&scene->network, 3, &(LinkConfig){.delay = 10 * MILLISECOND}, 1);
  scene->network.tap.sink = (FrameSink){tapped, scene};
  talker_init(&scene->caller, to_give);
  talker_init(&scene->listener, to_answer);
  scene->caller.closes = true;
  scene->caller.want_got = strlen(to_answer);
  AgentService service = talker_service(&scene->listener);
  agent_host_listen(host_as_agent_host(scene->network.hosts[2]), transport, 7, &service);
}

static void scene_clear(Scene *scene)
{
  small_network_clear(&scene->network);
  g_assert_cmpuint(scene->caller.begun, ==, scene->caller.ended);
  g_assert_cmpuint(scene->listener.begun, ==, scene->listener.ended);
  talker_clear(&scene->caller);
  talker_clear(&scene->listener);
}

static void call(Scene *scene, AgentTransport transport)
{
  talker_call(&scene->caller, scene->network.hosts[0], transport, small_network_get_address(2, 4), 7);
}

static void a_server_without_power_is_silent_and_given_up(void)
{
  Scene scene;
  g_autofree char *text = g_strnfill(200000, 'x');
  scene_init(&scene, AGENT_TCP, text, "");
  call(&scene, AGENT_TCP);
  small_network_run_until(&scene.network, 150 * MILLISECOND);
  g_assert_cmpuint(scene.listener.got->len, >, 0);
  guint said = scene.frames[1];
  host_go_down(scene.network.hosts[2]);
  g_assert_false(host_is_up(scene.network.hosts[2]));
  g_assert_cmpuint(scene.listener.ended, ==, 1);
  g_assert_cmpint(scene.listener.end, ==, AGENT_STOPPED);
  small_network_run(&scene.network);
  g_assert_cmpuint(scene.frames[1], ==, said);
  g_assert_cmpuint(scene.resets, ==, 0);
  g_assert_cmpint(scene.caller.end, ==, AGENT_TIMED_OUT);
  g_assert_cmpstr(scene.network.states->str, ==, "opening open reset ");
  scene_clear(&scene);
}

static void a_server_that_comes_back_knows_nothing_and_serves_anew(void)
{
  Scene scene;
  g_autofree char *text = g_strnfill(200000, 'x');
  scene_init(&scene, AGENT_TCP, text, "");
  call(&scene, AGENT_TCP);
  small_network_run_until(&scene.network, 150 * MILLISECOND);
  host_go_down(scene.network.hosts[2]);
  small_network_run_until(&scene.network, 5 * SECOND);
  g_assert_cmpuint(scene.caller.ended, ==, 0);
  host_come_up(scene.network.hosts[2]);
  small_network_run(&scene.network);
  g_assert_cmpint(scene.caller.end, ==, AGENT_RESET);
  g_assert_cmpuint(scene.resets, ==, 1);
  g_string_truncate(scene.listener.got, 0);
  call(&scene, AGENT_TCP);
  small_network_run(&scene.network);
  g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
  g_assert_cmpstr(scene.listener.got->str, ==, text);
  scene_clear(&scene);
}

static void a_host_without_power_answers_no_call(void)
{
  Scene scene;
  scene_init(&scene, AGENT_TCP, "hello", "hi");
  host_go_down(scene.network.hosts[2]);
  host_go_down(scene.network.hosts[2]); /* twice does no harm */
  call(&scene, AGENT_TCP);
  small_network_run(&scene.network);
  g_assert_cmpint(scene.caller.end, ==, AGENT_TIMED_OUT);
  g_assert_cmpuint(scene.frames[0], ==, 7);
  g_assert_cmpuint(scene.frames[1], ==, 0);
  g_assert_cmpint(scene.network.clock.now, ==, 123 * SECOND);
  scene_clear(&scene);
}

static void datagrams_are_answered_again_when_the_power_is_back(void)
{
  Scene scene;
  scene_init(&scene, AGENT_UDP, "question", "answer");
  host_go_down(scene.network.hosts[2]);
  g_assert_cmpint(scene.listener.end, ==, AGENT_STOPPED);
  call(&scene, AGENT_UDP);
  small_network_run(&scene.network);
  g_assert_cmpuint(scene.caller.ended, ==, 0); /* nobody answers: the caller has no deadline */
  g_assert_cmpuint(scene.frames[1], ==, 0);
  host_come_up(scene.network.hosts[2]);
  host_come_up(scene.network.hosts[2]);
  g_assert_cmpuint(scene.listener.begun, ==, 2);
  Talker second;
  talker_init(&second, "question");
  second.closes = true;
  second.want_got = strlen("answer");
  talker_call(&second, scene.network.hosts[0], AGENT_UDP, small_network_get_address(2, 6), 7);
  small_network_run(&scene.network);
  g_assert_cmpstr(second.got->str, ==, "answer");
  scene_clear(&scene);
  talker_clear(&second);
}

static void without_power_nobody_calls(void)
{
  for (int transport = AGENT_TCP; transport <= AGENT_UDP; transport++) {
    Scene scene;
    scene_init(&scene, (AgentTransport)transport, "hello", "hi");
    host_go_down(scene.network.hosts[0]);
    call(&scene, (AgentTransport)transport);
    g_assert_cmpuint(scene.caller.ended, ==, 0); /* never before the call returns */
    host_come_up(scene.network.hosts[0]);
    small_network_run(&scene.network);
    g_assert_cmpuint(scene.caller.ended, ==, 1);
    g_assert_cmpint(scene.caller.end, ==, AGENT_STOPPED);
    g_assert_cmpuint(scene.frames[0], ==, 0);
    call(&scene, (AgentTransport)transport);
    small_network_run(&scene.network);
    g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
    scene_clear(&scene);
  }
}

static void a_caller_without_power_leaves_a_half_open_connection(void)
{
  Scene scene;
  scene_init(&scene, AGENT_TCP, "hello", "");
  scene.caller.want_got = 1; /* waits for what never comes */
  call(&scene, AGENT_TCP);
  small_network_run_until(&scene.network, SECOND);
  host_go_down(scene.network.hosts[0]);
  g_assert_cmpstr(scene.network.states->str, ==, "opening open reset ");
  small_network_run(&scene.network);
  g_assert_cmpuint(scene.listener.ended, ==, 0); /* it has nothing to say, so it never learns */
  host_come_up(scene.network.hosts[0]);
  scene_clear(&scene);
}

static void services_may_be_forgotten_and_others_listen(void)
{
  Scene scene;
  Talker other;
  scene_init(&scene, AGENT_TCP, "hello", "hi");
  host_go_down(scene.network.hosts[2]);
  host_forget_services(scene.network.hosts[2]);
  host_come_up(scene.network.hosts[2]);
  call(&scene, AGENT_TCP);
  small_network_run(&scene.network);
  g_assert_cmpint(scene.caller.end, ==, AGENT_REFUSED);
  talker_init(&other, "hi");
  AgentService service = talker_service(&other);
  for (guint i = 0; i < 2; i++) /* the second takes the place of the first */
    for (int transport = AGENT_TCP; transport <= AGENT_UDP; transport++)
      agent_host_listen(host_as_agent_host(scene.network.hosts[2]), (AgentTransport)transport, 7, &service);
  for (int transport = AGENT_TCP; transport <= AGENT_UDP; transport++) {
    g_string_truncate(scene.caller.got, 0);
    call(&scene, (AgentTransport)transport);
    small_network_run(&scene.network);
    g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
  }
  g_assert_cmpstr(other.got->str, ==, "hellohello");
  scene_clear(&scene);
  talker_clear(&other);
}

static void a_router_without_power_is_a_hole(void)
{
  Scene scene;
  scene_init(&scene, AGENT_TCP, "hello", "hi");
  host_go_down(scene.network.hosts[1]);
  call(&scene, AGENT_TCP);
  small_network_run_until(&scene.network, 2 * SECOND);
  g_assert_cmpuint(scene.caller.ended, ==, 0);
  host_come_up(scene.network.hosts[1]);
  small_network_run(&scene.network);
  g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
  scene_clear(&scene);
}

static void what_waited_in_a_host_without_power_is_gone(void)
{
  Scene scene;
  g_autofree char *text = g_strnfill(100000, 'x');
  scene_init(&scene, AGENT_TCP, text, "");
  link_set_config(&scene.network.links[0], 0, &(LinkConfig){.delay = 10 * MILLISECOND, .bandwidth = 1000000});
  call(&scene, AGENT_TCP);
  small_network_run_until(&scene.network, 60 * MILLISECOND);
  g_assert_cmpuint(scene.network.links[0].directions[0].waiting_count, >, 3);
  guint said = scene.frames[0];
  host_go_down(scene.network.hosts[0]);
  small_network_run(&scene.network);
  g_assert_cmpuint(scene.frames[0], ==, said);
  scene_clear(&scene);
}

/* A conversation is cut after every one of its events, at either end, and the host comes back at once or
 * later: whatever happens, everybody hears of an end, and the next call gets through. */
static void a_cut_between_any_two_events_leaves_nothing_behind(void)
{
  guint cut = 0;
  for (guint event = 0; event < 60; event++)
    for (guint which = 0; which < 4; which++) {
      Scene scene;
      g_autofree char *text = g_strnfill(9000, 'x');
      scene_init(&scene, AGENT_TCP, text, text);
      Host *host = scene.network.hosts[which & 1 ? 0 : 2];
      call(&scene, AGENT_TCP);
      for (guint i = 0; i < event; i++)
        virtual_clock_step(&scene.network.clock, NANOSECONDS_NEVER);
      host_go_down(host);
      if (which & 2) small_network_run_until(&scene.network, scene.network.clock.now + 20 * SECOND);
      host_come_up(host);
      small_network_run(&scene.network);
      g_assert_cmpuint(scene.caller.ended, ==, 1);
      cut += scene.caller.end != AGENT_CLOSED;
      g_string_truncate(scene.caller.got, 0);
      g_string_truncate(scene.listener.got, 0);
      call(&scene, AGENT_TCP);
      small_network_run(&scene.network);
      g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
      g_assert_cmpstr(scene.caller.got->str, ==, text);
      g_assert_cmpstr(scene.listener.got->str, ==, text);
      scene_clear(&scene);
    }
  g_assert_cmpuint(cut, >, 60);
}

/* When each port of the caller was last begun with. */
typedef struct {
  Scene *scene;
  Nanoseconds begun[65536];
  guint again;
} Ports;

static void note_port(void *owner, const Frame *frame)
{
  Ports *ports = owner;
  Packet packet;
  tapped(ports->scene, frame);
  packet_parse(frame, &packet);
  if (packet.flags != TCP_SYN) return;
  Nanoseconds *begun = &ports->begun[packet.source_port];
  if (*begun > 0 && frame->time - *begun < 60 * SECOND && frame->time - *begun > 3 * SECOND) ports->again++;
  *begun = frame->time;
}

/* The listener, who closes first, still rests while the same two ports are used once more. Where the new
 * numbers lie behind the old ones it is not asked in vain (RFC 9293 §3.6.1); else a second SYN gets through.
 */
static void ports_in_time_wait_are_opened_anew(void)
{
  Scene scene;
  g_autofree Ports *ports = g_new0(Ports, 1);
  scene_init(&scene, AGENT_TCP, "hello", "hi");
  ports->scene = &scene;
  scene.network.tap.sink = (FrameSink){note_port, ports};
  scene.listener.closes = true;
  scene.listener.want_got = strlen("hello");
  guint slow = 0;
  for (guint i = 0; i < 4000; i++) {
    g_string_truncate(scene.listener.got, 0);
    g_string_truncate(scene.caller.got, 0);
    Nanoseconds before = scene.network.clock.now;
    call(&scene, AGENT_TCP);
    small_network_run(&scene.network);
    g_assert_cmpint(scene.caller.end, ==, AGENT_CLOSED);
    g_assert_cmpstr(scene.caller.got->str, ==, "hi");
    g_assert_cmpint(scene.network.clock.now - before, <, 3 * SECOND);
    slow += scene.network.clock.now - before > SECOND;
  }
  g_assert_cmpuint(ports->again, >, 40);
  g_assert_cmpuint(slow, >, 0);
  g_assert_cmpuint(slow, <, ports->again * 2 / 3);
  scene_clear(&scene);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func("/host-power/" path, function)
  ADD("a server without power is silent and given up", a_server_without_power_is_silent_and_given_up);
  ADD("a server that comes back knows nothing and serves anew",
      a_server_that_comes_back_knows_nothing_and_serves_anew);
  ADD("a host without power answers no call", a_host_without_power_answers_no_call);
  ADD("datagrams are answered again when the power is back",
      datagrams_are_answered_again_when_the_power_is_back);
  ADD("without power nobody calls", without_power_nobody_calls);
  ADD("a caller without power leaves a half-open connection",
      a_caller_without_power_leaves_a_half_open_connection);
  ADD("services may be forgotten and others listen", services_may_be_forgotten_and_others_listen);
  ADD("a router without power is a hole", a_router_without_power_is_a_hole);
  ADD("what waited in a host without power is gone", what_waited_in_a_host_without_power_is_gone);
  ADD("a cut between any two events leaves nothing behind",
      a_cut_between_any_two_events_leaves_nothing_behind);
  ADD("ports in TIME-WAIT are opened anew", ports_in_time_wait_are_opened_anew);
#undef ADD
  return g_test_run();
}
