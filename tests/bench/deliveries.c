/* SPDX-License-Identifier: MIT */
/* deliveries USERS LETTERS GAP: a world of so many users, half of them on either side, each of whom sends
 * letters to a partner on the other side and fetches what came: DNS, submission, relay, POP3. Prints users,
 * letters that arrived, seconds of processor time, frames. A letter is sent each GAP milliseconds of the
 * world's time: few, and many are under way at once. The world's building is not timed. */
#include "simulate/scenario.h"
#include "simulate/world.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double processor_seconds(void)
{
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void count_frame(void *owner, const Frame *frame)
{
  (void)frame;
  ++*(unsigned long *)owner;
}

static void append_user(GString *text, guint number, guint pair)
{
  const char *domain = number % 2 == 0 ? "alpha" : "beta";
  g_string_append_printf(text, "[User u%u]\nAddress=u%u@%s.example\nPassword=secret%u\n", number, number,
                         domain, pair);
}

static char *write_scenario(guint users, guint letters, guint gap)
{
  g_autoptr(GString) text = g_string_new("[Scenario]\nTitle=Many\n");
  for (guint i = 0; i < users; i++)
    append_user(text, i, i / 2);
  for (guint i = 0; i < letters; i++) {
    guint pair = i % (users / 2);
    g_string_append_printf(text,
                           "[Act %u]\nAt=%u ms\nAgent=u%u\nDo=send\nTo=u%u@beta.example\nSubject=letter %u\n"
                           "Text=Hello.\\n\\nThis is letter %u.\n",
                           2 * i + 1, i * gap, 2 * pair, 2 * pair + 1, i, i);
    /* when all have been handed on, one after the other over the one line that the servers keep */
    g_string_append_printf(text, "[Act %u]\nAt=%u ms\nAgent=u%u\nDo=fetch\n", 2 * i + 2,
                           10000 + (200 + gap) * letters + i * gap, 2 * pair + 1);
  }
  char *path = NULL;
  int fd = g_file_open_tmp("deliveries-XXXXXX.ini", &path, NULL);
  if (fd < 0 || !g_file_set_contents(path, text->str, (gssize)text->len, NULL)) exit(2);
  g_close(fd, NULL);
  return path;
}

static unsigned count_letters(const World *world)
{
  unsigned count = 0;
  for (guint i = 0; i < world_get_host_count(world); i++) {
    const GPtrArray *inbox = world_get_inbox(world, i);
    count += inbox == NULL ? 0 : inbox->len;
  }
  return count;
}

int main(int argc, char **argv)
{
  guint users = argc > 1 ? (guint)atoi(argv[1]) : 0, letters = argc > 2 ? (guint)atoi(argv[2]) : 0;
  guint gap = argc > 3 ? (guint)atoi(argv[3]) : 50;
  if (users < 2 || users > 60000 || letters > 4900 || gap > 1000) {
    fprintf(stderr, "usage: deliveries USERS LETTERS [GAP]\n");
    return 2;
  }
  g_autofree char *path = write_scenario(users, letters, gap);
  g_autoptr(GError) error = NULL;
  g_autoptr(Scenario) scenario = scenario_load(path, NULL, &error);
  g_unlink(path);
  unsigned long frames = 0;
  FrameSink sink = {.frame = count_frame, .owner = &frames};
  g_autoptr(World) world = scenario == NULL ? NULL : world_new(scenario, 1, &sink, &error);
  if (world == NULL) {
    fprintf(stderr, "deliveries: %s\n", error->message);
    return 1;
  }
  double began = processor_seconds();
  world_run(world, NANOSECONDS_NEVER);
  printf("%u %u %.3f %lu\n", users, count_letters(world), processor_seconds() - began, frames);
  return 0;
}
