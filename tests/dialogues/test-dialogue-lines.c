/* SPDX-License-Identifier: MIT */
/* Every dialogue file gives the same lines of the timeline, whether two endpoints hand one another their
 * bytes and frames are made of these, or two hosts of the simulated network speak it over a cable, or two
 * hosts on real sockets of this machine: with the script on one side, on the other, and with our two
 * programs; over a bad cable too. */
#include "loopback/loopback-driver.h"
#include "observe/inspector.h"
#include "simulate/host.h"
#include "support/dialogue-speaker.h"
#include "support/row-recorder.h"
#include "wire/tcp-conversation.h"

#define START (1000 * NANOSECONDS_PER_SECOND)

static const char *const addresses[] = {[DIALOGUE_CLIENT] = "192.0.2.1", [DIALOGUE_SERVER] = "198.51.100.25"};

static uint16_t port_of(const EndpointDialogue *file)
{
  return dialogue_program_find(file)->port;
}

static IpAddress address_of(DialogueSide side)
{
  IpAddress address;
  g_assert_true(ip_address_parse(addresses[side], &address));
  return address;
}

/* Which side is the script's. */
typedef enum { SCRIPTED_CLIENT, SCRIPTED_SERVER, SCRIPTED_NONE, SCRIPTED_COUNT } Scripted;

static void speakers_init(DialogueSpeaker speakers[2], const EndpointDialogue *file, Scripted scripted)
{
  dialogue_speaker_init(&speakers[DIALOGUE_CLIENT], file, DIALOGUE_CLIENT, scripted == SCRIPTED_CLIENT);
  dialogue_speaker_init(&speakers[DIALOGUE_SERVER], file, DIALOGUE_SERVER, scripted == SCRIPTED_SERVER);
}

/* The endpoint pair: whole chunks from one to the other, and the same bytes as frames. */
typedef struct {
  DialogueSpeaker speakers[2];
  bool finished[2];
  TcpConversation frames;
  uint32_t frame_count;
} Pair;

/* Returns false when side had nothing to say or to end. */
static bool pair_step(Pair *pair, DialogueSide side)
{
  DialogueSpeaker *speaker = &pair->speakers[side], *other = &pair->speakers[!side];
  TcpConversationSide from = side == DIALOGUE_CLIENT ? TCP_CONVERSATION_CLIENT : TCP_CONVERSATION_SERVER;
  dialogue_speaker_run(speaker);
  Bytes pending = endpoint_pending(speaker->endpoint);
  if (pair->finished[side]) return false;
  if (pending.length > 0) {
    g_autofree uint8_t *copy = g_memdup2(pending.data, pending.length);
    size_t length = pending.length;
    endpoint_consumed(speaker->endpoint, length);
    tcp_conversation_send(&pair->frames, from, (Bytes){copy, length}, START);
    if (!other->closed) endpoint_receive(other->endpoint, (Bytes){copy, length});
    return true;
  }
  if (!speaker->closed && !pair->finished[!side]) return false;
  pair->finished[side] = true;
  tcp_conversation_finish(&pair->frames, from, START);
  endpoint_peer_closed(other->endpoint);
  return true;
}

/* Prepares frames for inspector, of bytes that passed without a cable. */
static void frames_init(TcpConversation *frames, const EndpointDialogue *file, Inspector *inspector,
                        uint32_t *frame_count)
{
  TcpConversationConfig config = {.sink = inspector_get_frame_sink(inspector), .frame_count = frame_count};
  config.ends[TCP_CONVERSATION_CLIENT] =
      (TcpConversationEnd){.address = address_of(DIALOGUE_CLIENT), .port = 40000};
  config.ends[TCP_CONVERSATION_SERVER] =
      (TcpConversationEnd){.address = address_of(DIALOGUE_SERVER), .port = port_of(file)};
  tcp_conversation_init(frames, &config);
}

static void pair_run(const EndpointDialogue *file, Scripted scripted, RowRecorder *recorder)
{
  Pair pair = {0};
  speakers_init(pair.speakers, file, scripted);
  RowSink sink = row_recorder_get_sink(recorder);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  frames_init(&pair.frames, file, inspector, &pair.frame_count);
  tcp_conversation_open(&pair.frames, START);
  for (guint side = 0; side < 2; side++)
    endpoint_advance(pair.speakers[side].endpoint, START);
  while (pair_step(&pair, DIALOGUE_SERVER) || pair_step(&pair, DIALOGUE_CLIENT)) {
  }
  g_assert_false(tcp_conversation_is_open(&pair.frames));
  inspector_finish(inspector);
  for (guint side = 0; side < 2; side++) {
    dialogue_speaker_check(&pair.speakers[side], pair.speakers[side].endpoint);
    dialogue_speaker_clear(&pair.speakers[side]);
  }
}

/* The simulated network: a host a side and a cable between them, with a tap. */
typedef struct {
  DialogueSpeaker speakers[2];
  guint lost; /* frames */
  VirtualClock clock;
  Tap tap;
  Link link;
  Host *hosts[2];
} Network;

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  dialogue_speaker_take_event(owner, endpoint, event);
}

/* The endpoint's last moment: it is looked at here. */
static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  DialogueSpeaker *speaker = owner;
  g_assert_cmpint(end, ==, AGENT_CLOSED);
  dialogue_speaker_check(speaker, endpoint);
  speaker->outcome = ENDPOINT_CLOSE; /* looked at */
}

static const AgentSessionClass session_class = {session_event, session_ended};

static Endpoint *accept_caller(void *owner, const char *peer, AgentSession *session)
{
  DialogueSpeaker *speaker = owner;
  g_assert_cmpstr(peer, ==, addresses[DIALOGUE_CLIENT]);
  g_assert_nonnull(speaker->endpoint);
  *session = (AgentSession){&session_class, speaker};
  return g_steal_pointer(&speaker->endpoint);
}

static void count_lost(void *owner, const Link *link, const LinkFrame *frame)
{
  (void)link;
  ((Network *)owner)->lost += frame->lost;
}

static void network_build(Network *network, double loss, uint64_t seed, FrameSink sink)
{
  static const MacAddress macs[] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
  network->clock.now = START;
  network->tap.sink = sink;
  LinkConfig link = {.delay = 20 * NANOSECONDS_PER_MILLISECOND, .loss = loss};
  link_init(&network->link, 0, &link, seed, &network->clock, &network->tap);
  network->link.watch = (LinkWatch){count_lost, network};
  for (uint16_t side = 0; side < 2; side++) {
    HostConfig host = {.index = side,
                       .address = address_of((DialogueSide)side),
                       .mac = macs[side],
                       .seed = 1,
                       .clock = &network->clock};
    IpAddress peer = address_of((DialogueSide)!side);
    network->hosts[side] = host_new(&host);
    host_add_link(network->hosts[side], &network->link, side, &macs[!side]);
    host_add_route(network->hosts[side], &peer, &network->link);
  }
}

/* Returns how many frames were lost. */
static guint network_run(const EndpointDialogue *file, Scripted scripted, double loss, uint64_t seed,
                         RowRecorder *recorder)
{
  Network network = {0};
  RowSink sink = row_recorder_get_sink(recorder);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  network_build(&network, loss, seed, inspector_get_frame_sink(inspector));
  speakers_init(network.speakers, file, scripted);
  DialogueSpeaker *client = &network.speakers[DIALOGUE_CLIENT], *server = &network.speakers[DIALOGUE_SERVER];
  agent_host_listen(host_as_agent_host(network.hosts[DIALOGUE_SERVER]), AGENT_TCP, port_of(file),
                    &(AgentService){accept_caller, server});
  agent_host_connect(host_as_agent_host(network.hosts[DIALOGUE_CLIENT]), AGENT_TCP,
                     addresses[DIALOGUE_SERVER], port_of(file), g_steal_pointer(&client->endpoint),
                     &(AgentSession){&session_class, client});
  while (virtual_clock_step(&network.clock, NANOSECONDS_NEVER))
    ;
  inspector_finish(inspector);
  for (guint side = 0; side < 2; side++) {
    g_assert_cmpint(network.speakers[side].outcome, ==, ENDPOINT_CLOSE);
    host_stop(network.hosts[side]);
  }
  for (guint side = 0; side < 2; side++) {
    host_free(network.hosts[side]);
    dialogue_speaker_clear(&network.speakers[side]);
  }
  link_clear(&network.link);
  virtual_clock_clear(&network.clock);
  return network.lost;
}

/* The same talk again and again over a bad cable. */
static void check_lossy(const EndpointDialogue *file, Scripted scripted, const RowRecorder *wanted)
{
  guint lost = 0;
  for (uint64_t seed = 1; seed <= 8; seed++) {
    RowRecorder lossy;
    row_recorder_init(&lossy, false);
    lost += network_run(file, scripted, 0.1, seed, &lossy);
    row_recorder_assert_same(wanted, &lossy, "with loss");
    row_recorder_clear(&lossy);
  }
  g_assert_cmpuint(lost, >, 4);
}

/* Real sockets: the two hosts of one driver, and frames made of the bytes that passed. */
typedef struct {
  DialogueSpeaker speakers[2];
  TcpConversation frames;
  uint32_t frame_count;
} Sockets;

static void sockets_opened(void *owner, const LoopbackView *view)
{
  g_assert_cmpstr(view->peer_host, ==, "client");
  tcp_conversation_open(&((Sockets *)owner)->frames, START);
}

static void sockets_bytes(void *owner, const LoopbackView *view, bool sent, Bytes bytes)
{
  (void)view;
  tcp_conversation_send(&((Sockets *)owner)->frames, sent ? TCP_CONVERSATION_SERVER : TCP_CONVERSATION_CLIENT,
                        bytes, START);
}

static void sockets_closed(void *owner, const LoopbackView *view, AgentEnd end)
{
  (void)view;
  g_assert_cmpint(end, ==, AGENT_CLOSED);
  tcp_conversation_finish(&((Sockets *)owner)->frames, TCP_CONVERSATION_SERVER, START);
  tcp_conversation_finish(&((Sockets *)owner)->frames, TCP_CONVERSATION_CLIENT, START);
}

static void sockets_talk(Sockets *sockets, const EndpointDialogue *file)
{
  static const LoopbackWatch watch = {
      .opened = sockets_opened, .bytes = sockets_bytes, .closed = sockets_closed};
  static const char *const names[] = {[DIALOGUE_CLIENT] = "client", [DIALOGUE_SERVER] = "server"};
  g_autoptr(GMainContext) context = g_main_context_new();
  LoopbackDriver *driver = loopback_driver_new(
      &(LoopbackDriverConfig){.context = context, .watch = &watch, .owner = sockets}, NULL);
  AgentHost *hosts[2];
  for (guint side = 0; side < 2; side++)
    hosts[side] = loopback_host_as_agent_host(loopback_driver_add_host(
        driver, &(LoopbackHostConfig){.name = names[side], .address = addresses[side], .any_port = true}));
  DialogueSpeaker *client = &sockets->speakers[DIALOGUE_CLIENT],
                  *server = &sockets->speakers[DIALOGUE_SERVER];
  agent_host_listen(hosts[DIALOGUE_SERVER], AGENT_TCP, port_of(file), &(AgentService){accept_caller, server});
  agent_host_connect(hosts[DIALOGUE_CLIENT], AGENT_TCP, addresses[DIALOGUE_SERVER], port_of(file),
                     g_steal_pointer(&client->endpoint), &(AgentSession){&session_class, client});
  while (client->outcome != ENDPOINT_CLOSE || server->outcome != ENDPOINT_CLOSE)
    g_main_context_iteration(context, TRUE);
  loopback_driver_stop(driver);
  loopback_driver_free(driver);
}

static void sockets_run(const EndpointDialogue *file, Scripted scripted, RowRecorder *recorder)
{
  Sockets sockets = {0};
  speakers_init(sockets.speakers, file, scripted);
  RowSink sink = row_recorder_get_sink(recorder);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  frames_init(&sockets.frames, file, inspector, &sockets.frame_count);
  sockets_talk(&sockets, file);
  inspector_finish(inspector);
  for (guint side = 0; side < 2; side++)
    dialogue_speaker_clear(&sockets.speakers[side]);
}

static void check(const EndpointDialogue *file, Scripted scripted, RowRecorder *wanted)
{
  static const char *const names[SCRIPTED_COUNT] = {"scripted client", "scripted server", "our two programs"};
  RowRecorder pair, network, sockets;
  row_recorder_init(&pair, false);
  row_recorder_init(&sockets, false);
  row_recorder_init(&network, false);
  pair_run(file, scripted, &pair);
  network_run(file, scripted, 0, 1, &network);
  sockets_run(file, scripted, &sockets);
  if (wanted->lines->len == 0) g_string_append_len(wanted->lines, pair.lines->str, (gssize)pair.lines->len);
  row_recorder_assert_same(wanted, &pair, names[scripted]);
  row_recorder_assert_same(wanted, &network, names[scripted]);
  row_recorder_assert_same(wanted, &sockets, names[scripted]);
  check_lossy(file, scripted, wanted);
  row_recorder_clear(&pair);
  row_recorder_clear(&network);
  row_recorder_clear(&sockets);
}

static void speak(gconstpointer data)
{
  g_autoptr(EndpointDialogue) file = endpoint_dialogue_load(data);
  bool with_server = !endpoint_dialogue_get_flag(file, "Scripted-Server");
  bool with_client = endpoint_dialogue_get_flag(file, "Client");
  RowRecorder wanted;
  row_recorder_init(&wanted, false);
  if (with_server) check(file, SCRIPTED_CLIENT, &wanted);
  if (with_client) check(file, SCRIPTED_SERVER, &wanted);
  if (with_server && with_client) check(file, SCRIPTED_NONE, &wanted);
  g_assert_cmpuint(wanted.lines->len, >, 0);
  row_recorder_clear(&wanted);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_autoptr(GPtrArray) paths = endpoint_dialogue_list(SOURCE_DIR "/tests/dialogues");
  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *name = g_path_get_basename(paths->pdata[i]);
    g_autofree char *test =
        g_strdup_printf("/dialogue-lines/%.*s", (int)(strlen(name) - strlen(".dialogue")), name);
    g_test_add_data_func_full(test, g_strdup(paths->pdata[i]), speak, g_free);
  }
  g_assert_cmpuint(paths->len, >=, 28);
  return g_test_run();
}
