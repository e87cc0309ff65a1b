/* SPDX-License-Identifier: MIT */
/* The default world and its walk: what happens, in which order, and what lies where at the end. */
#include "simulate/world.h"
#include "wire/checksum.h"

#include <glib/gstdio.h>

/* What the tap saw. */
typedef struct {
  guint frames, bad, out_of_order;
  Nanoseconds last;
  GChecksum *digest;
} Seen;

static void see_frame(void *owner, const Frame *frame)
{
  Seen *seen = owner;
  Packet packet;
  PacketKind kind = packet_parse(frame, &packet);
  if (kind != PACKET_TCP && kind != PACKET_UDP) seen->bad++;
  if (checksum_verify(frame, &packet) != CHECKSUM_GOOD) seen->bad++;
  if (frame->number != ++seen->frames || frame->time < seen->last) seen->out_of_order++;
  seen->last = frame->time;
  g_checksum_update(seen->digest, (const guchar *)&frame->time, sizeof frame->time);
  g_checksum_update(seen->digest, (const guchar *)&frame->interface_id, sizeof frame->interface_id);
  g_checksum_update(seen->digest, frame->bytes.data, (gssize)frame->bytes.length);
}

typedef struct {
  World *world;
  Seen seen;
} Run;

static Run run_to_end(const char *name, const char *const *settings, uint64_t seed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Scenario) scenario = scenario_load(name, settings, &error);
  g_assert_no_error(error);
  Run run = {.seen = {.digest = g_checksum_new(G_CHECKSUM_SHA256)}};
  Seen *seen = g_new(Seen, 1);
  *seen = run.seen;
  run.world = world_new(scenario, seed, &(FrameSink){see_frame, seen}, &error);
  g_assert_no_error(error);
  g_assert_nonnull(run.world);
  g_assert_true(world_run(run.world, NANOSECONDS_NEVER));
  run.seen = *seen;
  g_free(seen);
  g_assert_cmpuint(run.seen.bad, ==, 0);
  g_assert_cmpuint(run.seen.out_of_order, ==, 0);
  return run;
}

static void run_clear(Run *run)
{
  world_free(run->world);
  g_checksum_free(run->seen.digest);
}

/* Returns a path to text, written to a file of its own; the caller's to unlink and free. */
static char *scenario_file(const char *text)
{
  g_autoptr(GError) error = NULL;
  char *path = NULL;
  int fd = g_file_open_tmp("carteiro-XXXXXX.ini", &path, &error);
  g_assert_no_error(error);
  g_close(fd, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  return path;
}

static Run run_text(const char *text, uint64_t seed)
{
  g_autofree char *path = scenario_file(text);
  Run run = run_to_end(path, NULL, seed);
  g_unlink(path);
  return run;
}

static guint find_host(const World *world, const char *id)
{
  for (guint i = 0; i < world_get_host_count(world); i++)
    if (g_str_equal(world_get_host(world, i)->id, id)) return i;
  g_assert_not_reached();
}

static guint inbox_count(const World *world, const char *id)
{
  return world_get_inbox(world, find_host(world, id))->len;
}

/* Returns the letter as text, the caller's to free. */
static char *letter(const World *world, const char *id, guint index)
{
  gsize length;
  const char *bytes =
      g_bytes_get_data(g_ptr_array_index(world_get_inbox(world, find_host(world, id)), index), &length);
  return g_strndup(bytes, length);
}

static guint count_events(const World *world, WorldEventType type, int new_state)
{
  guint count = 0;
  for (guint i = 0; i < world_get_event_count(world); i++) {
    const WorldEvent *event = world_get_event(world, i);
    if (event->type == type && (new_state < 0 || event->new_state == new_state)) count++;
  }
  return count;
}

static void the_walk_takes_six_steps_and_the_letter_five_moves(void)
{
  Run run = run_to_end(NULL, NULL, 1);
  const World *world = run.world;
  guint step = 0, moves = 0, frames = 0;
  Nanoseconds last = world_get_start(world);
  static const struct {
    const char *host, *peer;
    WorldTray old_tray, new_tray;
  } want[] = {
      {"alice-computer", "alice-computer", TRAY_NONE, TRAY_OUTBOX},
      {"alice-computer", "mail.alpha", TRAY_OUTBOX, TRAY_QUEUE},
      {"mail.alpha", "mail.beta", TRAY_QUEUE, TRAY_MAILBOX},
      {"mail.beta", "bob-computer", TRAY_NONE, TRAY_INBOX},
      {"mail.beta", "mail.beta", TRAY_MAILBOX, TRAY_NONE},
  };
  for (guint i = 0; i < world_get_event_count(world); i++) {
    const WorldEvent *event = world_get_event(world, i);
    g_assert_cmpint(event->time, >=, last);
    g_assert_cmpint(event->until, >=, event->time);
    last = event->time;
    if (event->type == WORLD_STEP) {
      g_assert_cmpuint(event->number, ==, ++step);
      g_assert_cmpint(g_utf8_strlen(event->text, -1), <=, 90);
    }
    if (event->type == WORLD_FRAME) g_assert_cmpuint(event->frame, ==, ++frames);
    if (event->type != WORLD_MESSAGE) continue;
    g_assert_cmpuint(moves, <, G_N_ELEMENTS(want));
    g_assert_cmpstr(world_get_host(world, event->host)->id, ==, want[moves].host);
    g_assert_cmpstr(world_get_host(world, event->peer)->id, ==, want[moves].peer);
    g_assert_cmpint(event->old_tray, ==, want[moves].old_tray);
    g_assert_cmpint(event->new_tray, ==, want[moves].new_tray);
    g_assert_cmpuint(event->message, ==, 1);
    moves++;
  }
  g_assert_cmpuint(step, ==, 6);
  g_assert_cmpuint(moves, ==, G_N_ELEMENTS(want));
  g_assert_cmpuint(frames, ==, run.seen.frames);
  g_assert_cmpuint(world_get_message_count(world), ==, 1);
  const WorldMessage *message = world_get_message(world, 0);
  g_assert_cmpstr(message->subject, ==, "vamos estudar redes");
  g_assert_cmpstr(message->from, ==, "Alice <alice@alpha.example>");
  g_assert_cmpstr(message->first_line, ==, "Oi, Bob!");
  run_clear(&run);
}

static void bob_holds_the_letter_with_its_trace(void)
{
  Run run = run_to_end("walk", NULL, 1);
  g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 1);
  g_assert_cmpuint(inbox_count(run.world, "alice-computer"), ==, 0);
  g_autofree char *text = letter(run.world, "bob-computer", 0);
  static const char *const parts[] = {
      "Return-Path: <alice@alpha.example>\r\n",
      "by mail.beta.example",
      "by mail.alpha.example",
      "From: Alice <alice@alpha.example>\r\n",
      "Subject: vamos estudar redes\r\n",
  };
  const char *at = text;
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    at = strstr(at, parts[i]);
    g_assert_nonnull(at);
  }
  g_assert_nonnull(strstr(text, "ESMTPA"));
  run_clear(&run);
}

/* Follows the trays of a log: nothing leaves a tray in which it does not lie. Returns how many lie in tray of
 * host at the end. */
static guint lie_in(const World *world, const char *id, WorldTray tray)
{
  enum { MOST_HOSTS = 8, MOST_MESSAGES = 16 };
  guint copies[MOST_MESSAGES][MOST_HOSTS][TRAY_INBOX + 1] = {0}, sum = 0;
  for (guint i = 0; i < world_get_event_count(world); i++) {
    const WorldEvent *event = world_get_event(world, i);
    if (event->type != WORLD_MESSAGE) continue;
    g_assert_cmpuint(event->message, <, MOST_MESSAGES);
    g_assert_cmpuint(event->old_tray + event->new_tray, >, 0);
    if (event->old_tray != TRAY_NONE)
      g_assert_cmpuint(copies[event->message][event->host][event->old_tray]--, >, 0);
    if (event->new_tray != TRAY_NONE) copies[event->message][event->peer][event->new_tray]++;
  }
  for (guint i = 0; i < MOST_MESSAGES; i++)
    sum += copies[i][find_host(world, id)][tray];
  return sum;
}

/* The letter lies where it should while each step is told. */
static void at_every_step_the_letter_lies_in_one_tray(void)
{
  static const struct {
    const char *host;
    WorldTray tray;
  } want[] = {{NULL, TRAY_NONE},          {"alice-computer", TRAY_OUTBOX}, {"mail.alpha", TRAY_QUEUE},
              {"mail.alpha", TRAY_QUEUE}, {"mail.alpha", TRAY_QUEUE},      {"mail.beta", TRAY_MAILBOX}};
  Run run = run_to_end("walk", NULL, 1);
  uint8_t tray = TRAY_NONE;
  uint16_t host = UINT16_MAX;
  Nanoseconds last = world_get_start(run.world) - NANOSECONDS_PER_SECOND;
  for (guint i = 0; i < world_get_event_count(run.world); i++) {
    const WorldEvent *event = world_get_event(run.world, i);
    if (event->type == WORLD_MESSAGE) {
      tray = event->new_tray;
      host = event->peer;
    }
    if (event->type != WORLD_STEP) continue;
    g_assert_cmpint(tray, ==, want[event->number - 1].tray);
    if (tray != TRAY_NONE)
      g_assert_cmpstr(world_get_host(run.world, host)->id, ==, want[event->number - 1].host);
    g_assert_cmpint(event->time, >, last); /* a class sees them one after the other */
    last = event->time;
  }
  g_assert_cmpuint(lie_in(run.world, "bob-computer", TRAY_INBOX), ==, 1);
  g_assert_cmpuint(lie_in(run.world, "mail.beta", TRAY_MAILBOX), ==, 0);
  run_clear(&run);
}

static void frames_tell_their_connection_port_and_letter(void)
{
  Run run = run_to_end("walk", NULL, 1);
  static const uint16_t ports[] = {53, 587, 25, 110};
  guint with_letter[G_N_ELEMENTS(ports)] = {0};
  for (guint i = 0; i < world_get_event_count(run.world); i++) {
    const WorldEvent *event = world_get_event(run.world, i);
    if (event->type != WORLD_FRAME) continue;
    g_assert_cmpuint(event->connection, <, G_N_ELEMENTS(ports));
    g_assert_cmpuint(event->port, ==, ports[event->connection]);
    if (event->message == 0) continue;
    g_assert_cmpuint(event->message, ==, 1);
    g_assert_cmpuint(event->length, >, 100);
    with_letter[event->connection]++;
    const char *sender = world_get_host(run.world, event->host)->id;
    static const char *const senders[] = {NULL, "alice-computer", "mail.alpha", "mail.beta"};
    g_assert_cmpstr(sender, ==, senders[event->connection]);
  }
  g_assert_cmpuint(with_letter[0], ==, 0);
  for (guint i = 1; i < G_N_ELEMENTS(ports); i++)
    g_assert_cmpuint(with_letter[i], ==, 1);
  run_clear(&run);
}

/* Lost receipts, several domains, refusals, kept letters: the trays of the log are those of the programs. */
static void trays_of_the_log_hold_what_the_programs_hold(void)
{
  static const char scenario[] =
      "[Link alice mail.alpha]\nLoss=25 %\n[Link mail.alpha mail.beta]\nLoss=25 %\n[Link mail.beta "
      "bob]\nLoss=25 %\n"
      "[Act 1]\nAgent=alice\nDo=send\nTo=bob@beta.example, alice@alpha.example, x@gamma.example, "
      "550@beta.example, "
      "551@alpha.example\nSubject=oi\n[Act 2]\nAt=1 d\nAgent=bob\nDo=fetch\nKeep=yes\n"
      "[Act 3]\nAfter=1 d\nAgent=alice\nDo=fetch\n";
  for (uint64_t seed = 0; seed < 60; seed++) {
    Run run = run_text(scenario, seed);
    g_assert_cmpuint(lie_in(run.world, "bob-computer", TRAY_INBOX), ==,
                     inbox_count(run.world, "bob-computer"));
    g_assert_cmpuint(lie_in(run.world, "alice-computer", TRAY_INBOX), ==,
                     inbox_count(run.world, "alice-computer"));
    g_assert_cmpuint(lie_in(run.world, "alice-computer", TRAY_OUTBOX), ==, 1); /* 551 was refused at once */
    g_assert_cmpuint(lie_in(run.world, "mail.beta", TRAY_MAILBOX), >=, 1);
    g_assert_cmpuint(lie_in(run.world, "mail.alpha", TRAY_QUEUE), ==, 0);
    g_assert_cmpuint(lie_in(run.world, "mail.alpha", TRAY_MAILBOX), ==, 0);
    run_clear(&run);
  }
}

static void every_connection_opens_and_closes(void)
{
  Run run = run_to_end("walk", NULL, 1);
  static const uint16_t ports[] = {587, 25, 110};
  guint opened = 0;
  for (guint i = 0; i < world_get_event_count(run.world); i++) {
    const WorldEvent *event = world_get_event(run.world, i);
    if (event->type != WORLD_CONNECTION) continue;
    g_assert_cmpint(event->new_state, ==, event->old_state + 1);
    if (event->new_state != 1) continue;
    g_assert_cmpuint(event->port, ==, ports[opened]);
    g_assert_cmpuint(event->connection, ==, ++opened);
  }
  g_assert_cmpuint(opened, ==, 3);
  g_assert_cmpuint(count_events(run.world, WORLD_CONNECTION, 4), ==, 3);
  run_clear(&run);
}

static void the_same_seed_gives_the_same_bytes_and_another_gives_others(void)
{
  Run first = run_to_end("walk", NULL, 1), again = run_to_end("walk", NULL, 1),
      other = run_to_end("walk", NULL, 2);
  g_assert_cmpstr(g_checksum_get_string(first.seen.digest), ==, g_checksum_get_string(again.seen.digest));
  g_assert_cmpstr(g_checksum_get_string(first.seen.digest), !=, g_checksum_get_string(other.seen.digest));
  g_assert_cmpuint(first.seen.frames, ==, other.seen.frames);
  run_clear(&first);
  run_clear(&again);
  run_clear(&other);
}

static void a_run_in_small_pieces_is_the_same_run(void)
{
  Run whole = run_to_end("walk", NULL, 1);
  g_autoptr(Scenario) scenario = scenario_load("walk", NULL, NULL);
  Seen seen = {.digest = g_checksum_new(G_CHECKSUM_SHA256)};
  g_autoptr(World) world = world_new(scenario, 1, &(FrameSink){see_frame, &seen}, NULL);
  Nanoseconds limit = world_get_start(world);
  guint pieces = 0;
  while (!world_run(world, limit)) {
    g_assert_cmpint(world_get_now(world), <=, limit);
    limit += 7 * NANOSECONDS_PER_MILLISECOND;
    pieces++;
  }
  g_assert_cmpuint(pieces, >, 100);
  g_assert_cmpstr(g_checksum_get_string(seen.digest), ==, g_checksum_get_string(whole.seen.digest));
  g_assert_cmpuint(world_get_event_count(world), ==, world_get_event_count(whole.world));
  g_checksum_free(seen.digest);
  run_clear(&whole);
}

static void a_fifth_of_all_frames_lost_delivers_exactly_once(void)
{
  static const char *const settings[] = {"Link alice mail.alpha/Loss=20 %",
                                         "Link mail.alpha ns/Loss=20 %",
                                         "Link mail.alpha mail.beta/Loss=20 %",
                                         "Link mail.beta bob/Loss=20 %",
                                         "Act 2/At=2 h",
                                         NULL};
  guint lost = 0;
  for (uint64_t seed = 0; seed < 100; seed++) {
    Run run = run_to_end("walk", settings, seed);
    g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 1);
    g_assert_cmpuint(world_get_message_count(run.world), ==, 1);
    lost += count_events(run.world, WORLD_FRAME, 1);
    run_clear(&run);
  }
  g_assert_cmpuint(lost, >, 500);
}

static void a_wrong_address_comes_back_to_alice(void)
{
  static const struct {
    const char *to, *words;
  } cases[] = {
      {"bod@beta.example", "550 5.1.1 No such user here"},
      {"552@beta.example", "552"},
      {"bob@gamma.example", "That domain does not exist"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdup_printf("[Act 1]\nAgent=alice\nDo=send\nTo=%s\nSubject=oi\nText=oi\n"
                                            "[Act 2]\nAfter=10 s\nAgent=alice\nDo=fetch\n",
                                            cases[i].to);
    Run run = run_text(text, 1);
    g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 0);
    g_assert_cmpuint(inbox_count(run.world, "alice-computer"), ==, 1);
    g_autofree char *notice = letter(run.world, "alice-computer", 0);
    g_assert_nonnull(strstr(notice, "Return-Path: <>\r\n"));
    g_assert_nonnull(strstr(notice, cases[i].words));
    g_assert_nonnull(strstr(notice, cases[i].to));
    g_assert_cmpuint(world_get_message_count(run.world), ==, 2);
    run_clear(&run);
  }
}

static void several_recipients_get_one_copy_each(void)
{
  Run run = run_text(
      "[Act 1]\nAgent=bob\nDo=send\nTo=alice@alpha.example, bob@beta.example, x@beta.example\nSubject=oi\n"
      "[Act 2]\nAfter=10 s\nAgent=alice\nDo=fetch\n[Act 3]\nAfter=1 s\nAgent=bob\nDo=fetch\n",
      1);
  g_assert_cmpuint(inbox_count(run.world, "alice-computer"), ==, 1);
  g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 1);
  run_clear(&run);
}

static void a_temporary_refusal_is_tried_again_until_it_is_too_late(void)
{
  Run run = run_text("[Act 1]\nAgent=alice\nDo=send\nTo=450@beta.example\nSubject=oi\n"
                     "[Act 2]\nAt=10 d\nAgent=alice\nDo=fetch\n",
                     1);
  guint tries = 0;
  for (guint i = 0; i < world_get_event_count(run.world); i++) {
    const WorldEvent *event = world_get_event(run.world, i);
    if (event->type == WORLD_CONNECTION && event->port == 25 && event->new_state == 1) tries++;
  }
  g_assert_cmpuint(tries, >, 10);
  /* after four hours that it takes long, after five days that it is over */
  g_assert_cmpuint(inbox_count(run.world, "alice-computer"), ==, 2);
  g_autofree char *warning = letter(run.world, "alice-computer", 0);
  g_assert_nonnull(strstr(warning, "Action: delayed"));
  g_autofree char *notice = letter(run.world, "alice-computer", 1);
  g_assert_nonnull(strstr(notice, "Action: failed"));
  g_assert_nonnull(strstr(notice, "450"));
  run_clear(&run);
}

static void a_dead_link_is_tried_again_and_given_up(void)
{
  Run run =
      run_text("[Link mail.alpha mail.beta]\nLoss=100 %\n[Act 1]\nAgent=alice\nDo=send\nTo=bob@beta.example\n"
               "[Act 2]\nAt=10 d\nAgent=alice\nDo=fetch\n",
               1);
  g_assert_cmpuint(count_events(run.world, WORLD_CONNECTION, 5), >, 10);
  g_assert_cmpuint(inbox_count(run.world, "alice-computer"), ==, 2); /* the warning, and the end */
  run_clear(&run);
}

static void what_is_kept_is_fetched_once_and_stays(void)
{
  Run run = run_text(
      "[Act 1]\nAgent=alice\nDo=send\nTo=bob@beta.example\nSubject=oi\nText=.\\n..\\n.x\n"
      "[Act 2]\nAt=10 s\nAgent=bob\nDo=fetch\nKeep=yes\n[Act 3]\nAfter=1 s\nAgent=bob\nDo=fetch\nKeep=yes\n"
      "[Act 4]\nAfter=1 s\nAgent=bob\nDo=fetch\n",
      1);
  g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 2);
  g_autofree char *text = letter(run.world, "bob-computer", 0);
  g_assert_nonnull(strstr(text, "\r\n\r\n.\r\n..\r\n.x"));
  run_clear(&run);
}

static void any_password_goes_both_ways(void)
{
  /* The server learns the password of the scenario; so does the agent: both agree whatever it is. */
  static const char *const settings[] = {"User bob/Password=Ω", "User alice/Password=x", NULL};
  Run run = run_to_end("walk", settings, 1);
  g_assert_cmpuint(inbox_count(run.world, "bob-computer"), ==, 1);
  run_clear(&run);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/world/the walk takes six steps and the letter five moves",
                  the_walk_takes_six_steps_and_the_letter_five_moves);
  g_test_add_func("/world/at every step the letter lies in one tray",
                  at_every_step_the_letter_lies_in_one_tray);
  g_test_add_func("/world/frames tell their connection, port and letter",
                  frames_tell_their_connection_port_and_letter);
  g_test_add_func("/world/trays of the log hold what the programs hold",
                  trays_of_the_log_hold_what_the_programs_hold);
  g_test_add_func("/world/Bob holds the letter with its trace", bob_holds_the_letter_with_its_trace);
  g_test_add_func("/world/every connection opens and closes", every_connection_opens_and_closes);
  g_test_add_func("/world/the same seed gives the same bytes and another gives others",
                  the_same_seed_gives_the_same_bytes_and_another_gives_others);
  g_test_add_func("/world/a run in small pieces is the same run", a_run_in_small_pieces_is_the_same_run);
  g_test_add_func("/world/a fifth of all frames lost delivers exactly once",
                  a_fifth_of_all_frames_lost_delivers_exactly_once);
  g_test_add_func("/world/a wrong address comes back to Alice", a_wrong_address_comes_back_to_alice);
  g_test_add_func("/world/several recipients get one copy each", several_recipients_get_one_copy_each);
  g_test_add_func("/world/a temporary refusal is tried again until it is too late",
                  a_temporary_refusal_is_tried_again_until_it_is_too_late);
  g_test_add_func("/world/a dead link is tried again and given up", a_dead_link_is_tried_again_and_given_up);
  g_test_add_func("/world/what is kept is fetched once and stays", what_is_kept_is_fetched_once_and_stays);
  g_test_add_func("/world/any password goes both ways", any_password_goes_both_ways);
  return g_test_run();
}
