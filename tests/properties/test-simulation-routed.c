/* SPDX-License-Identifier: MIT */
/* Dialogues across routers: wherever Eve listens, on the first line, in the middle, or on all links at once,
 * over IPv4 or IPv6, with loss or without, she reads the same lines as on a cable between the two; and tshark
 * finds nothing to warn of where nothing is lost. */
#include "observe/capture-writer.h"
#include "observe/inspector.h"
#include "support/row-recorder.h"
#include "support/script-endpoint.h"
#include "support/small-network.h"
#include "support/tshark-judge.h"
#include "wire/packet-build.h"

#include <glib/gstdio.h>

#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define START (INT64_C(1772452800) * NANOSECONDS_PER_SECOND)
#define HOSTS 4u

/* How a dialogue is spoken and listened to. */
typedef struct {
  guint hosts; /* in the row */
  int version; /* of IP */
  TapPlace place;
  int link; /* TAP_LINKS */
  double loss;
} Way;

/* One run: the frames of the tap go to the inspector, and into a file where there is a writer. */
typedef struct {
  Inspector *inspector;
  CaptureWriter *writer;
  const EndpointDialogue *file;
  guint ended;
} Run;

static void take_frame(void *owner, const Frame *frame)
{
  Run *run = owner;
  if (run->writer != NULL) capture_writer_write(run->writer, frame);
  inspector_push(run->inspector, frame);
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  g_assert_cmpint(event->type, ==, ENDPOINT_CLOSE);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  g_assert_cmpint(end, ==, AGENT_CLOSED);
  g_assert_true(script_endpoint_is_done(endpoint));
  ((Run *)owner)->ended++;
}

static const AgentSessionClass session_class = {session_event, session_ended};

static Endpoint *accept_caller(void *owner, const char *peer, AgentSession *session)
{
  (void)peer;
  *session = (AgentSession){&session_class, owner};
  return script_endpoint_new(((Run *)owner)->file, DIALOGUE_SERVER);
}

static uint16_t port_of(const EndpointDialogue *file)
{
  g_autofree char *name = g_path_get_basename(file->path);
  return g_str_has_prefix(name, "pop3") ? 110 : 25;
}

/* Speaks the dialogue and writes its rows down; keeps the frames where there is a writer. */
static void speak(const EndpointDialogue *file, const Way *way, uint64_t seed, CaptureWriter *writer,
                  RowRecorder *recorder)
{
  SmallNetwork network;
  RowSink sink = row_recorder_get_sink(recorder);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  Run run = {.inspector = inspector, .writer = writer, .file = file};
  small_network_init(&network, way->hosts, &(LinkConfig){.delay = 20 * MILLISECOND, .loss = way->loss}, seed);
  network.clock.now = START;
  network.tap.sink = (FrameSink){take_frame, &run};
  if (way->place == TAP_LINKS) tap_choose_link(&network.tap, (uint32_t)way->link);
  network.tap.place = way->place;
  guint last = way->hosts - 1;
  agent_host_listen(host_as_agent_host(network.hosts[last]), AGENT_TCP, port_of(file),
                    &(AgentService){accept_caller, &run});
  agent_host_connect(host_as_agent_host(network.hosts[0]), AGENT_TCP,
                     small_network_get_address(last, way->version), port_of(file),
                     script_endpoint_new(file, DIALOGUE_CLIENT), &(AgentSession){&session_class, &run});
  small_network_run(&network);
  inspector_finish(inspector);
  g_assert_cmpuint(run.ended, ==, 2);
  small_network_clear(&network);
}

static const Way cable = {2, 4, TAP_SENDERS, 0, 0};

static void eve_reads_the_same_wherever_she_listens(void)
{
  static const Way ways[] = {
      {HOSTS, 4, TAP_SENDERS, 0, 0},    {HOSTS, 6, TAP_SENDERS, 0, 0},    {HOSTS, 4, TAP_LINKS, 0, 0},
      {HOSTS, 4, TAP_LINKS, 1, 0},      {HOSTS, 6, TAP_LINKS, 2, 0},      {HOSTS, 4, TAP_EVERYWHERE, 0, 0},
      {HOSTS, 6, TAP_EVERYWHERE, 0, 0}, {HOSTS, 4, TAP_SENDERS, 0, 0.05}, {HOSTS, 6, TAP_EVERYWHERE, 0, 0.05},
  };
  g_autoptr(GPtrArray) paths = endpoint_dialogue_list(SOURCE_DIR "/tests/dialogues");
  for (guint i = 0; i < paths->len; i += 4) {
    g_autoptr(EndpointDialogue) file = endpoint_dialogue_load(g_ptr_array_index(paths, i));
    RowRecorder wanted;
    row_recorder_init(&wanted, false);
    speak(file, &cable, 1, NULL, &wanted);
    g_assert_cmpuint(wanted.lines->len, >, 100);
    for (size_t way = 0; way < G_N_ELEMENTS(ways); way++) {
      RowRecorder got;
      row_recorder_init(&got, false);
      speak(file, &ways[way], 1 + way, NULL, &got);
      row_recorder_assert_same(&wanted, &got, file->path);
      row_recorder_clear(&got);
    }
    row_recorder_clear(&wanted);
  }
}

static void tshark_finds_nothing_to_warn_of(void)
{
  static const Way ways[] = {
      {HOSTS, 4, TAP_SENDERS, 0, 0}, {HOSTS, 6, TAP_SENDERS, 0, 0}, {HOSTS, 4, TAP_LINKS, 1, 0}};
  for (size_t way = 0; way < G_N_ELEMENTS(ways); way++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("carteiro-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(folder, "run.pcapng", NULL);
    g_autoptr(CaptureWriter) writer = capture_writer_new(path, &error);
    g_assert_no_error(error);
    for (guint i = 0; i + 1 < HOSTS; i++)
      capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, "link");
    g_autoptr(EndpointDialogue) file =
        endpoint_dialogue_load(SOURCE_DIR "/tests/dialogues/smtp-relay.dialogue");
    RowRecorder recorder;
    row_recorder_init(&recorder, false);
    speak(file, &ways[way], 1, writer, &recorder);
    row_recorder_clear(&recorder);
    g_assert_true(capture_writer_commit(writer, &error));
    g_assert_no_error(error);
    g_auto(GStrv) lines = tshark_judge(path);
    guint frames = 0, smtp = 0;
    for (; lines[frames] != NULL && lines[frames][0] != '\0'; frames++) {
      tshark_assert_no_warning(lines[frames], frames + 1);
      smtp += strstr(lines[frames], ":tcp:smtp") != NULL;
    }
    g_assert_cmpuint(frames, >=, 15);
    g_assert_cmpuint(smtp, >=, 8);
    g_unlink(path);
    g_rmdir(folder);
  }
}

typedef struct {
  Inspector *inspector;
  guint frames;
} Clip;

/* Hands the inspector a datagram as it passes a link: of its own identification, so many hops on its way. */
static void pass(Clip *clip, Nanoseconds time, uint32_t link, uint16_t identification, bool answer,
                 uint8_t id)
{
  const uint8_t question[] = {
      0, id, (uint8_t)(answer ? 0x81 : 1), 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'b', 0, 0, 15, 0, 1};
  PacketTemplate template = {.kind = PACKET_UDP,
                             .source_port = answer ? 53 : 50000,
                             .destination_port = answer ? 50000 : 53,
                             .identification = identification,
                             .time_to_live = (uint8_t)(64 - link),
                             .payload = {question, sizeof question}};
  bool ours = ip_address_parse(answer ? "10.0.3.1" : "10.0.0.1", &template.source) &&
              ip_address_parse(answer ? "10.0.0.1" : "10.0.3.1", &template.destination);
  g_assert_true(ours);
  uint8_t bytes[128];
  size_t length = packet_build(&template, bytes, sizeof bytes);
  Frame frame = {.time = time,
                 .bytes = {bytes, length},
                 .original_length = (uint32_t)length,
                 .number = ++clip->frames,
                 .interface_id = link,
                 .link_type = LINK_TYPE_ETHERNET};
  inspector_push(clip->inspector, &frame);
}

static void count_rows(void *owner, const RowEvent *event)
{
  guint *rows = owner;
  rows[event->row->kind]++;
}

/* A pair of questions on its way over three links; then the first is asked again, in vain and once more, and
 * answered. */
static void a_question_on_three_links_is_one_and_a_repeated_one_two(void)
{
  guint rows[LINE_KIND_COUNT] = {0};
  RowSink sink = {.row = count_rows, .owner = rows};
  g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
  Clip clip = {.inspector = inspector};
  for (uint32_t link = 0; link < 3; link++) {
    pass(&clip, link * 20 * MILLISECOND, link, 100, false, 1);
    pass(&clip, link * 20 * MILLISECOND, link, 101, false, 2);
  }
  guint questions = rows[LINE_QUERY];
  g_assert_cmpuint(questions, ==, 2);
  for (uint32_t link = 0; link < 3; link++)
    pass(&clip, (1000 + link * 20) * MILLISECOND, link, 102, false, 1);
  g_assert_cmpuint(rows[LINE_QUERY], ==, 3);
  for (uint32_t link = 0; link < 3; link++)
    pass(&clip, (1100 + link * 20) * MILLISECOND, 2 - link, 7, true, 1);
  inspector_finish(inspector);
  g_assert_cmpuint(rows[LINE_QUERY], ==, 3);
  g_assert_cmpuint(rows[LINE_ANSWER], ==, 1);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/routed/Eve reads the same wherever she listens", eve_reads_the_same_wherever_she_listens);
  g_test_add_func("/routed/tshark finds nothing to warn of", tshark_finds_nothing_to_warn_of);
  g_test_add_func("/routed/a question on three links is one and a repeated one two",
                  a_question_on_three_links_is_one_and_a_repeated_one_two);
  return g_test_run();
}
