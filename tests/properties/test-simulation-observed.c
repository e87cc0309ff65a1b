/* SPDX-License-Identifier: MIT */
/* What is seen of a simulated world does not depend on how it is looked at: live or from the saved file, with
 * loss on the links or without; and a frame missing in the file is told, and gets no reply wrong. */
#include "observe/capture-file.h"
#include "observe/capture-writer.h"
#include "observe/timeline.h"
#include "simulate/world.h"
#include "support/frame-list.h"
#include "support/row-recorder.h"

#include <glib/gstdio.h>

/* Rows go into a timeline and, as they come, onto paper. */
typedef struct {
  RowRecorder recorder;
  Timeline *timeline;
  RowSink timeline_sink;
} View;

static void view_row(void *owner, const RowEvent *event)
{
  View *view = owner;
  row_recorder_write(&view->recorder, event);
  view->timeline_sink.row(view->timeline_sink.owner, event);
}

static void view_segment(void *owner, const StreamSegment *segment)
{
  const View *view = owner;
  view->timeline_sink.segment(view->timeline_sink.owner, segment);
}

static Inspector *view_init(View *view, int source_fd)
{
  row_recorder_init(&view->recorder, true);
  view->timeline = timeline_new(source_fd);
  view->timeline_sink = timeline_get_sink(view->timeline);
  return inspector_new(NULL, &(RowSink){.row = view_row, .segment = view_segment, .owner = view});
}

static void view_clear(View *view)
{
  row_recorder_clear(&view->recorder);
  timeline_unref(view->timeline);
}

/* Writes down what the window would show: every row with its bytes read again from the source. */
static void view_read_back(View *view, RowRecorder *recorder)
{
  ByteBuffer raw = {0};
  timeline_publish(view->timeline);
  for (uint32_t i = 0; i < timeline_get_count(view->timeline); i++) {
    RowEvent event;
    g_assert_true(timeline_get_event(view->timeline, timeline_get_row(view->timeline, i), &raw, &event));
    row_recorder_write(recorder, &event);
  }
  byte_buffer_clear(&raw);
}

/* A world being run: its tap feeds the inspector through a spool, as the window does, and is saved. */
typedef struct {
  View view;
  Inspector *inspector;
  CaptureWriter *spool, *save;
  GPtrArray *frames;
  char *path;
  GHashTable *lost; /* numbers of the frames that never arrived */
} Run;

static void take_frame(void *owner, const Frame *frame)
{
  Run *run = owner;
  Frame spooled = *frame;
  spooled.source_offset = capture_writer_write(run->spool, frame);
  capture_writer_write(run->save, frame);
  frame_list_append(run->frames, frame);
  inspector_push(run->inspector, &spooled);
}

static void run_world(Run *run, const char *const *settings, uint64_t seed)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("carteiro-XXXXXX", &error);
  g_assert_no_error(error);
  *run = (Run){.path = g_build_filename(folder, "run.pcapng", NULL),
               .frames = g_ptr_array_new_with_free_func(g_free),
               .lost = g_hash_table_new(NULL, NULL)};
  run->spool = capture_writer_new_spool(&error);
  g_assert_no_error(error);
  run->save = capture_writer_new(run->path, &error);
  g_assert_no_error(error);
  run->inspector = view_init(&run->view, capture_writer_get_fd(run->spool));
  g_autoptr(Scenario) scenario = scenario_load("walk", settings, &error);
  g_assert_no_error(error);
  g_autoptr(World) world = world_new(scenario, seed, &(FrameSink){take_frame, run}, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < world_get_link_count(world); i++) {
    capture_writer_add_interface(run->spool, LINK_TYPE_ETHERNET, world_get_link(world, i)->name);
    capture_writer_add_interface(run->save, LINK_TYPE_ETHERNET, world_get_link(world, i)->name);
  }
  g_assert_true(world_run(world, NANOSECONDS_NEVER));
  inspector_finish(run->inspector);
  for (guint i = 0; i < world_get_event_count(world); i++) {
    const WorldEvent *event = world_get_event(world, i);
    if (event->type == WORLD_FRAME && event->new_state == 1)
      g_hash_table_add(run->lost, GUINT_TO_POINTER(event->frame));
  }
  g_assert_true(capture_writer_flush(run->spool, &error));
  g_assert_true(capture_writer_commit(run->save, &error));
  g_assert_no_error(error);
}

static void run_clear(Run *run)
{
  g_autofree char *folder = g_path_get_dirname(run->path);
  g_unlink(run->path);
  g_rmdir(folder);
  g_free(run->path);
  inspector_free(run->inspector);
  capture_writer_free(run->spool);
  capture_writer_free(run->save);
  view_clear(&run->view);
  g_ptr_array_unref(run->frames);
  g_hash_table_unref(run->lost);
}

#define LOSS "10 %"

static const char *const lossy[] = {"Link alice mail.alpha/Loss=" LOSS,
                                    "Link mail.alpha ns/Loss=" LOSS,
                                    "Link mail.alpha mail.beta/Loss=" LOSS,
                                    "Link mail.beta bob/Loss=" LOSS,
                                    "Act 2/At=3 d",
                                    NULL};
static const char *const lossless[] = {"Act 2/At=3 d", NULL};

static void check_reopened(const char *const *settings, uint64_t seed, bool loses)
{
  Run run;
  View reopened;
  g_autoptr(GError) error = NULL;
  run_world(&run, settings, seed);
  g_assert_cmpint(g_hash_table_size(run.lost) > 0, ==, loses);
  g_autoptr(CaptureFile) file = capture_file_open(run.path, &error);
  g_assert_no_error(error);
  g_autoptr(Inspector) inspector = view_init(&reopened, capture_file_get_fd(file));
  Frame frame;
  while (capture_file_next(file, &frame, &error) == CAPTURE_FRAME)
    inspector_push(inspector, &frame);
  g_assert_no_error(error);
  inspector_finish(inspector);
  row_recorder_assert_same(&run.view.recorder, &reopened.recorder, "reopened");

  RowRecorder live, later;
  row_recorder_init(&live, true);
  row_recorder_init(&later, true);
  view_read_back(&run.view, &live);
  view_read_back(&reopened, &later);
  row_recorder_assert_same(&live, &later, "read back");
  row_recorder_clear(&live);
  row_recorder_clear(&later);
  view_clear(&reopened);
  run_clear(&run);
}

static void a_saved_world_reopens_as_the_same_timeline(void)
{
  check_reopened(NULL, 1, false);
  for (uint64_t seed = 1; seed <= 8; seed++)
    check_reopened(lossy, seed, true);
}

/* The commands and replies of each conversation, apart from when they were said. */
typedef struct {
  GPtrArray *streams; /* of GString *: by index */
  RowText text;
} Exchanges;

static void free_string(gpointer data)
{
  if (data != NULL) g_string_free(data, TRUE);
}

static void exchange_row(void *owner, const RowEvent *event)
{
  Exchanges *exchanges = owner;
  const Row *row = event->row;
  if (exchanges->streams->len <= row->stream) g_ptr_array_set_size(exchanges->streams, (gint)row->stream + 1);
  GString **stream = (GString **)&exchanges->streams->pdata[row->stream];
  if (*stream == NULL) {
    char client[IP_ADDRESS_TEXT], server[IP_ENDPOINT_TEXT];
    ip_address_format(&event->stream->client, client);
    ip_endpoint_format(&event->stream->server, event->stream->server_port, server);
    *stream = g_string_new(NULL);
    g_string_printf(*stream, "%s > %s\n", client, server);
  }
  const unsigned wanted = 1u << LINE_COMMAND | 1u << LINE_REPLY | 1u << LINE_QUERY | 1u << LINE_ANSWER;
  g_assert_false(row->kind == LINE_NOTE && row->word == NOTE_GAP);
  if ((wanted & 1u << row->kind) == 0) return;
  row_text_set(&exchanges->text, event, false);
  g_string_append_printf(*stream, "%s %s\n", row->direction == DIRECTION_TO_SERVER ? ">" : "<",
                         exchanges->text.wire->str);
}

static gint compare_streams(gconstpointer a, gconstpointer b)
{
  return g_strcmp0((*(GString *const *)a)->str, (*(GString *const *)b)->str);
}

/* A question by UDP is asked again where it or its answer was lost: that it was is all that counts. */
static void drop_repetitions(GString *stream)
{
  g_auto(GStrv) lines = g_strsplit(stream->str, "\n", -1);
  g_string_truncate(stream, 0);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    if (!g_strv_contains((const char *const *)&lines[i + 1], lines[i]))
      g_string_append_printf(stream, "%s\n", lines[i]);
}

/* The stamp of a POP3 greeting holds the time. */
static char *without_times(const char *text)
{
  g_autoptr(GRegex) stamp = g_regex_new("<[0-9.a-f]+@", 0, 0, NULL);
  return g_regex_replace_literal(stamp, text, -1, 0, "<…@", 0, NULL);
}

/* Returns the conversations of frames as text, in an order of their own; the caller's to free. */
static char *exchanges_of(const GPtrArray *frames)
{
  Exchanges exchanges = {.streams = g_ptr_array_new_with_free_func(free_string)};
  row_text_init(&exchanges.text);
  g_autoptr(Inspector) inspector = inspector_new(NULL, &(RowSink){.row = exchange_row, .owner = &exchanges});
  for (guint i = 0; i < frames->len; i++)
    inspector_push(inspector, frames->pdata[i]);
  inspector_finish(inspector);
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint i = 0; i < exchanges.streams->len; i++)
    if (strstr(((GString *)exchanges.streams->pdata[i])->str, ":53\n") != NULL)
      drop_repetitions(exchanges.streams->pdata[i]);
  g_ptr_array_sort(exchanges.streams, compare_streams);
  const char *last = "";
  for (guint i = 0; i < exchanges.streams->len; i++) {
    const char *stream = ((GString *)exchanges.streams->pdata[i])->str;
    if (strstr(stream, ":53\n") == NULL || !g_str_equal(stream, last))
      g_string_append_printf(all, "%s\n", stream);
    last = stream;
  }
  row_text_clear(&exchanges.text);
  char *text = without_times(all->str);
  g_ptr_array_unref(exchanges.streams);
  return text;
}

static void loss_on_the_links_changes_no_exchange(void)
{
  guint lost = 0;
  Run whole;
  run_world(&whole, lossless, 1);
  g_autofree char *wanted = exchanges_of(whole.frames);
  static const char *const words[] = {"> EHLO ", "> RCPT TO:<bob@beta.example>\n< 250", "> RETR 1\n< +OK",
                                      "> MX?"};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    if (strstr(wanted, words[i]) == NULL) g_error("no %s in\n%s", words[i], wanted);
  for (uint64_t seed = 1; seed <= 12; seed++) {
    Run run;
    run_world(&run, lossy, seed);
    g_autofree char *got = exchanges_of(run.frames);
    g_assert_cmpstr(got, ==, wanted);
    lost += g_hash_table_size(run.lost);
    run_clear(&run);
  }
  g_assert_cmpuint(lost, >, 50);
  run_clear(&whole);
}

static GPtrArray *without(const GPtrArray *frames, guint index)
{
  GPtrArray *thinned = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < frames->len; i++)
    if (i != index) frame_list_append(thinned, frames->pdata[i]);
  return thinned;
}

static guint sum(GHashTable *pairs)
{
  GHashTableIter iterator;
  gpointer count;
  guint all = 0;
  g_hash_table_iter_init(&iterator, pairs);
  while (g_hash_table_iter_next(&iterator, NULL, &count))
    all += GPOINTER_TO_UINT(count);
  return all;
}

static void assert_part_of(GHashTable *part, GHashTable *whole)
{
  GHashTableIter iterator;
  gpointer pair;
  g_hash_table_iter_init(&iterator, part);
  while (g_hash_table_iter_next(&iterator, &pair, NULL))
    if (!g_hash_table_contains(whole, pair)) g_error("shifted: %s", (char *)pair);
}

static bool carries_data(const Frame *frame, Packet *packet)
{
  return packet_parse(frame, packet) == PACKET_TCP && packet->payload.length > 0;
}

/* Returns how many lines end in payload. */
static guint count_lines(Bytes payload)
{
  guint lines = 0;
  for (size_t i = 0; i < payload.length; i++)
    lines += payload.data[i] == '\n';
  return lines;
}

static void a_missing_frame_is_told_and_shifts_nothing(void)
{
  Run run;
  guint gaps, replies, dropped = 0;
  run_world(&run, lossless, 1);
  g_autoptr(GHashTable) whole = frame_list_pairs(run.frames, &gaps, &replies);
  g_assert_cmpuint(gaps, ==, 0);
  for (guint i = 0; i < run.frames->len; i++) {
    Packet packet;
    if (!carries_data(run.frames->pdata[i], &packet)) continue;
    g_autoptr(GPtrArray) thinned = without(run.frames, i);
    g_autoptr(GHashTable) seen = frame_list_pairs(thinned, &gaps, &replies);
    /* Bytes that left together with a FIN are missed only by whoever counts what was acknowledged. */
    g_assert_cmpuint(gaps, ==, 1);
    assert_part_of(seen, whole);
    /* Every line costs its own exchange, DATA both of its replies. */
    if (sum(seen) + count_lines(packet.payload) + 1 < sum(whole))
      g_error("without frame %u: %u of %u exchanges", i + 1, sum(seen), sum(whole));
    dropped++;
  }
  g_assert_cmpuint(dropped, >=, 30);
  run_clear(&run);
}

/* The tap sees a frame as it leaves; whoever listens at the far end sees only what arrives. */
static void exchanges_are_the_same_behind_the_loss(void)
{
  guint missing = 0;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    Run run;
    run_world(&run, lossy, seed);
    g_autofree char *wanted = exchanges_of(run.frames);
    g_autoptr(GPtrArray) arrived = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < run.frames->len; i++)
      if (!g_hash_table_contains(run.lost, GUINT_TO_POINTER(i + 1)))
        frame_list_append(arrived, run.frames->pdata[i]);
    g_autofree char *got = exchanges_of(arrived);
    g_assert_cmpstr(got, ==, wanted);
    missing += run.frames->len - arrived->len;
    run_clear(&run);
  }
  g_assert_cmpuint(missing, >, 50);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/simulation/a saved world reopens as the same timeline",
                  a_saved_world_reopens_as_the_same_timeline);
  g_test_add_func("/simulation/loss on the links changes no exchange", loss_on_the_links_changes_no_exchange);
  g_test_add_func("/simulation/a missing frame is told and shifts nothing",
                  a_missing_frame_is_told_and_shifts_nothing);
  g_test_add_func("/simulation/exchanges are the same behind the loss",
                  exchanges_are_the_same_behind_the_loss);
  return g_test_run();
}
