/* SPDX-License-Identifier: MIT */
/* What the simulator writes, judged by another program: tshark knows the protocols and finds nothing to warn
 * of. */
#include "observe/capture-writer.h"
#include "simulate/world.h"
#include "support/tshark-judge.h"

#include <glib/gstdio.h>

static void write_frame(void *owner, const Frame *frame)
{
  capture_writer_write(owner, frame);
}

/* Runs the scenario and saves its tap; returns the path, the caller's to unlink and free. */
static char *record(const char *const *settings)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp("carteiro-XXXXXX", &error);
  g_assert_no_error(error);
  char *path = g_build_filename(folder, "run.pcapng", NULL);
  g_autoptr(CaptureWriter) writer = capture_writer_new(path, &error);
  g_assert_no_error(error);
  g_autoptr(Scenario) scenario = scenario_load(NULL, settings, &error);
  g_assert_no_error(error);
  g_autoptr(World) world =
      world_new(scenario, scenario_get_seed(scenario), &(FrameSink){write_frame, writer}, &error);
  g_assert_no_error(error);
  for (guint i = 0; i < world_get_link_count(world); i++)
    capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, world_get_link(world, i)->name);
  for (guint i = 0; i < world_get_host_count(world); i++)
    capture_writer_add_name(writer, &world_get_host(world, i)->address, world_get_host(world, i)->name);
  g_assert_true(world_run(world, NANOSECONDS_NEVER));
  g_assert_true(capture_writer_commit(writer, &error));
  g_assert_no_error(error);
  return path;
}

static guint count_lines(char **lines, const char *word)
{
  guint count = 0;
  for (char **line = lines; *line != NULL; line++)
    count += strstr(*line, word) != NULL;
  return count;
}

static void remove_record(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  g_unlink(path);
  g_rmdir(folder);
}

static void assert_clean(const char *const *settings, guint least_frames)
{
  g_autofree char *path = record(settings);
  g_auto(GStrv) lines = tshark_judge(path);
  guint frames = 0;
  while (lines[frames] != NULL && lines[frames][0] != '\0') {
    tshark_assert_no_warning(lines[frames], frames + 1);
    frames++;
  }
  g_assert_cmpuint(frames, >=, least_frames);
  g_assert_cmpuint(count_lines(lines, ":tcp:smtp"), >=, 20);
  g_assert_cmpuint(count_lines(lines, ":imf"), >=, 1);
  g_assert_cmpuint(count_lines(lines, ":udp:dns"), >=, 2);
  remove_record(path);
}

static void the_walk_is_clean(void)
{
  assert_clean(NULL, 60);
}

static void a_large_letter_is_clean_on_any_link(void)
{
  g_autoptr(GString) text = g_string_new("Act 1/Text=");
  for (guint line = 0; line < 9000; line++)
    g_string_append_printf(text, "Linha %u de uma carta comprida, com acentuação.\\n", line);
  const char *const fast[] = {text->str, "Act 2/At=60 s", NULL};
  const char *const slow[] = {text->str, "Act 2/At=1 h", "Link alice mail.alpha/Bandwidth=1 Mbit/s",
                              "Link mail.alpha mail.beta/Delay=300 ms", NULL};
  assert_clean(fast, 1000);
  assert_clean(slow, 1000);
}

static void a_notice_of_failure_is_clean(void)
{
  static const char *const settings[] = {"Act 1/To=ninguem@beta.example, bob@beta.example",
                                         "Act 2/Agent=alice", NULL};
  assert_clean(settings, 60);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/simulation/the walk is clean", the_walk_is_clean);
  g_test_add_func("/simulation/a large letter is clean on any link", a_large_letter_is_clean_on_any_link);
  g_test_add_func("/simulation/a notice of failure is clean", a_notice_of_failure_is_clean);
  return g_test_run();
}
