/* SPDX-License-Identifier: MIT */
/* The stage's state follows the log both ways, and the player goes where it is sent. */
#include "golden/scene/scene-walk.h"
#include "ui/scene/player.h"
#include "ui/scene/scene-layout.h"
#include "ui/scene/scene-text.h"

#include <string.h>

static SceneState *walk_state(SceneArrays *arrays, const WorldEvent *events, guint count)
{
  SceneSource source = walk_source(arrays, events, count);
  return scene_state_new(&source);
}

#define PLAIN walk_plain_events, G_N_ELEMENTS(walk_plain_events)
#define SEALED walk_sealed_events, G_N_ELEMENTS(walk_sealed_events)
#define DOWN walk_down_events, G_N_ELEMENTS(walk_down_events)

/* Everything a person can see, as text: two states that look alike are alike here. */
static char *describe(const SceneState *state)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < state->host_count; i++) {
    g_autofree char *fact = scene_text_host_fact(state, i, false);
    g_autofree char *name = scene_text_host_accessible(state, i);
    g_string_append_printf(text, "%s|%s|sent %u, %u open", name, fact, state->hosts[i].sent,
                           state->hosts[i].connections);
    for (guint tray = 0; tray < SCENE_TRAYS; tray++)
      for (guint k = 0; k < state->hosts[i].trays[tray]->len; k++)
        g_string_append_printf(text, " %u:%u", tray, g_array_index(state->hosts[i].trays[tray], uint32_t, k));
    g_string_append_c(text, '\n');
  }
  for (guint i = 0; i < state->open->len; i++) {
    uint32_t number = g_array_index(state->open, uint32_t, i);
    const SceneConnection *connection = scene_state_get_connection(state, number);
    g_string_append_printf(text, "connection %u: %u, port %u, sealed %d, at %" G_GINT64_FORMAT "\n", number,
                           connection->state, connection->port, connection->sealed, connection->changed);
  }
  for (guint i = 0; i < state->flying->len; i++) {
    const SceneFlight *flight = &g_array_index(state->flying, SceneFlight, i);
    g_string_append_printf(text, "flight %u → %u, message %u, event %u\n", flight->from, flight->to,
                           flight->message, flight->event);
  }
  for (guint i = 0; i < state->disc_count; i++)
    g_string_append_printf(text, "disc %u %u\n", state->discs[i].number, state->discs[i].when);
  g_string_append_printf(text, "acting %u, eve %" G_GUINT64_FORMAT " + %" G_GUINT64_FORMAT, state->acting,
                         state->eve_readable, state->eve_sealed);
  return g_string_free(text, FALSE);
}

static void test_way_does_not_matter(void)
{
  static const struct {
    const WorldEvent *events;
    guint count;
  } stories[] = {{PLAIN}, {SEALED}, {DOWN}};
  for (size_t story = 0; story < G_N_ELEMENTS(stories); story++) {
    SceneArrays arrays;
    g_autoptr(SceneState) wandering = walk_state(&arrays, stories[story].events, stories[story].count);
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (guint round = 0; round < 400; round++) {
      Nanoseconds time = WALK_AT(g_rand_int_range(random, -50, 5000));
      g_autoptr(SceneState) straight = walk_state(&arrays, stories[story].events, stories[story].count);
      scene_state_seek(straight, time);
      scene_state_seek(wandering, time);
      g_autofree char *first = describe(straight), *second = describe(wandering);
      g_assert_cmpstr(first, ==, second);
    }
  }
}

static void test_trays(void)
{
  static const struct {
    int at;
    guint outbox, queue, mailbox, inbox, sent;
  } cases[] = {{50, 0, 0, 1, 0, 0},
               {150, 1, 0, 1, 0, 0},
               {450, 0, 1, 1, 0, 1},
               {930, 0, 0, 2, 0, 1},
               {4500, 0, 0, 1, 1, 1}};
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, PLAIN);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    scene_state_seek(state, WALK_AT(cases[i].at));
    g_assert_cmpuint(scene_state_count(state, WALK_ALICE, TRAY_OUTBOX), ==, cases[i].outbox);
    g_assert_cmpuint(scene_state_count(state, WALK_ALPHA, TRAY_QUEUE), ==, cases[i].queue);
    g_assert_cmpuint(scene_state_count(state, WALK_BETA, TRAY_MAILBOX), ==, cases[i].mailbox);
    g_assert_cmpuint(scene_state_count(state, WALK_BOB, TRAY_INBOX), ==, cases[i].inbox);
    g_assert_cmpuint(state->hosts[WALK_ALICE].sent, ==, cases[i].sent);
  }
}

static void test_letters(void)
{
  static const struct {
    int at;
    uint32_t message;
    uint16_t from, to;
  } cases[] = {
      {350, 0, WALK_ALPHA, WALK_ALICE}, {390, 1, WALK_ALICE, WALK_ALPHA}, {410, 0, WALK_ALPHA, WALK_ALICE},
      {890, 1, WALK_ALPHA, WALK_BETA},  {4150, 1, WALK_BETA, WALK_BOB},   {4070, 0, WALK_BETA, WALK_BOB},
  };
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, PLAIN);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    scene_state_seek(state, WALK_AT(cases[i].at));
    const SceneFlight *seen = NULL;
    for (guint k = 0; k < state->flying->len; k++)
      if (!g_array_index(state->flying, SceneFlight, k).carries)
        seen = &g_array_index(state->flying, SceneFlight, k);
    g_assert_nonnull(seen);
    g_assert_cmpuint(seen->message, ==, cases[i].message);
    g_assert_cmpuint(seen->from, ==, cases[i].from);
    g_assert_cmpuint(seen->to, ==, cases[i].to);
  }
}

/* Frames may name their letter: then nothing has to be guessed, whatever the sizes. */
static void test_named_letters(void)
{
  g_autofree WorldEvent *events = g_memdup2(walk_plain_events, sizeof walk_plain_events);
  guint count = G_N_ELEMENTS(walk_plain_events);
  for (guint i = 0; i < count; i++)
    if (events[i].type == WORLD_FRAME && events[i].length == 33) events[i].message = 2;
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, events, count);
  guint letters = 0;
  for (guint i = 0; i < scene_flights_get_count(state->flights); i++)
    if (scene_flights_get(state->flights, i)->message != 0) {
      letters++;
      g_assert_cmpuint(scene_flights_get(state->flights, i)->message, ==, 2);
    }
  g_assert_cmpuint(letters, ==, 1);
}

static void test_eve(void)
{
  SceneArrays arrays;
  g_autoptr(SceneState) plain = walk_state(&arrays, PLAIN);
  scene_state_seek(plain, WALK_AT(890));
  g_assert_cmpint(scene_state_eve_sees(plain), ==, EVE_READS);
  g_assert_cmpuint(plain->eve_readable, ==, 30 + 33 + 37 + 415);
  g_assert_cmpuint(plain->eve_sealed, ==, 0);
  scene_state_set_eve_link(plain, WALK_LINK_ALICE);
  g_assert_cmpint(scene_state_eve_sees(plain), ==, EVE_IDLE);
  g_assert_cmpuint(plain->eve_readable, ==, 30 + 6 + 37 + 415 + 12);
  scene_state_set_eve_link(plain, UINT_MAX);
  g_assert_cmpuint(plain->eve_readable, ==, 0);
  g_autoptr(SceneState) sealed = walk_state(&arrays, SEALED);
  scene_state_seek(sealed, WALK_AT(890));
  g_assert_cmpint(scene_state_eve_sees(sealed), ==, EVE_COUNTS);
  g_assert_cmpuint(sealed->eve_readable, ==, 0);
  g_assert_cmpuint(sealed->eve_sealed, ==, 30 + 33 + 37 + 415);
}

/* STARTTLS: what went before it was readable, what comes after is not, and stepping back opens it again. */
static void test_starttls(void)
{
  static const WorldEvent events[] = {
      WALK_CONNECTION(0, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 0, 2),
      WALK_FRAME(10, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 10, 0),
      WALK_CONNECTION(50, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 2, SCENE_CONNECTION_SEALED),
      WALK_FRAME(60, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, 100, 0),
      WALK_CONNECTION(90, 1, WALK_ALPHA, WALK_BETA, WALK_LINK_MIDDLE, 25, SCENE_CONNECTION_SEALED, 3),
  };
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, events, G_N_ELEMENTS(events));
  scene_state_seek(state, WALK_AT(95));
  g_assert_true(scene_state_get_connection(state, 1)->sealed);
  g_assert_cmpuint(state->eve_readable, ==, 10);
  g_assert_cmpuint(state->eve_sealed, ==, 100);
  scene_state_seek(state, WALK_AT(20));
  g_assert_false(scene_state_get_connection(state, 1)->sealed);
  g_assert_cmpuint(state->eve_readable, ==, 10);
  g_assert_cmpuint(state->eve_sealed, ==, 0);
}

static void test_server_down(void)
{
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, DOWN);
  scene_state_seek(state, WALK_AT(700));
  g_assert_false(state->hosts[WALK_BETA].up);
  g_autofree char *fact = scene_text_host_fact(state, WALK_BETA, false);
  g_assert_cmpstr(fact, ==, "offline until 12:20");
  g_assert_cmpuint(state->flying->len, ==, 1);
  g_assert_true(g_array_index(state->flying, SceneFlight, 0).lost);
  scene_state_seek(state, WALK_AT(1200000));
  g_assert_true(state->hosts[WALK_BETA].up);
  g_assert_cmpuint(state->flying->len, ==, 0);
}

static void test_discs(void)
{
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, PLAIN);
  scene_state_seek(state, WALK_AT(890));
  g_assert_cmpuint(state->disc_count, ==, 6);
  for (guint i = 0; i < 6; i++) {
    g_assert_cmpuint(state->discs[i].number, ==, i + 1);
    g_assert_cmpint(state->discs[i].when, ==, i < 4 ? SCENE_DONE : i == 4 ? SCENE_NOW : SCENE_TO_COME);
  }
  g_autofree char *number = scene_text_step_number(state), *sentence = scene_text_sentence(state);
  g_assert_cmpstr(number, ==, "5 of 6");
  g_assert_cmpstr(sentence, ==, "alpha’s server hands the letter to beta’s server, line by line.");
  bool reads;
  g_autofree char *eve = scene_text_eve_sentence(state, &reads);
  g_assert_true(reads);
  g_assert_cmpstr(eve, ==, "Eve reads along.");
  scene_state_seek(state, WALK_AT(-1));
  g_assert_null(state->step);
  g_assert_cmpuint(state->disc_count, ==, 6);
  g_assert_cmpint(state->discs[0].when, ==, SCENE_TO_COME);
}

/* A second letter walks the six steps again: its discs, not those of the first. */
static void test_second_walk(void)
{
  static const WorldEvent events[] = {
      WALK_STEP(0, 1, WALK_ALICE, WALK_NONE, WALK_NONE, "a"),
      WALK_STEP(10, 2, WALK_ALICE, WALK_NONE, WALK_LINK_ALICE, "b"),
      WALK_STEP(20, 1, WALK_BOB, WALK_NONE, WALK_NONE, "c"),
      WALK_STEP(30, 2, WALK_BOB, WALK_NONE, WALK_LINK_BOB, "d"),
      WALK_STEP(40, 3, WALK_BETA, WALK_NONE, WALK_NONE, "e"),
  };
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, events, G_N_ELEMENTS(events));
  scene_state_seek(state, WALK_AT(15));
  g_assert_cmpuint(state->disc_count, ==, 2);
  g_assert_cmpuint(state->discs[0].host, ==, WALK_ALICE);
  scene_state_seek(state, WALK_AT(25));
  g_assert_cmpuint(state->disc_count, ==, 3);
  g_assert_cmpuint(state->discs[0].host, ==, WALK_BOB);
  g_assert_cmpint(state->discs[0].when, ==, SCENE_NOW);
  g_assert_cmpint(state->discs[1].when, ==, SCENE_TO_COME);
}

/* A log may tell several steps in one instant; a person sees each. */
static void test_steps_at_once(void)
{
  static const WorldEvent events[] = {
      WALK_STEP(0, 1, WALK_ALICE, WALK_NONE, WALK_NONE, "a"),
      WALK_STEP(0, 2, WALK_ALICE, WALK_NONE, WALK_LINK_ALICE, "b"),
      WALK_STEP(500, 3, WALK_ALPHA, WALK_NONE, WALK_NONE, "c"),
  };
  static const struct {
    int at;
    uint32_t step;
  } cases[] = {{0, 1}, {19, 1}, {20, 2}, {499, 2}, {500, 3}, {10, 1}};
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, events, G_N_ELEMENTS(events));
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    scene_state_seek(state, WALK_AT(cases[i].at));
    g_assert_cmpuint(state->step->number, ==, cases[i].step);
  }
}

/* Frames of a real log name no connection: it is told by their hosts; between a server and a name server
 * there is none. */
static void test_frames_without_connection(void)
{
  g_autofree WorldEvent *events = g_memdup2(walk_plain_events, sizeof walk_plain_events);
  guint count = G_N_ELEMENTS(walk_plain_events);
  for (guint i = 0; i < count; i++)
    if (events[i].type == WORLD_FRAME) events[i].connection = events[i].port = 0;
  SceneArrays arrays, told;
  g_autoptr(SceneState) state = walk_state(&arrays, events, count), named = walk_state(&told, PLAIN);
  for (int at = 0; at < 4300; at += 10) {
    scene_state_seek(state, WALK_AT(at));
    scene_state_seek(named, WALK_AT(at));
    g_autofree char *first = describe(state), *second = describe(named);
    g_assert_cmpstr(first, ==, second);
  }
  scene_state_seek(state, WALK_AT(610));
  g_assert_cmpint(g_array_index(state->flying, SceneFlight, 0).protocol, ==, PROTOCOL_DNS);
}

static bool overlap(const SceneBox *a, const SceneBox *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
         b->y < a->y + a->height;
}

static void test_layout_keeps_hosts_apart(void)
{
  SceneArrays arrays;
  g_autoptr(SceneState) state = walk_state(&arrays, PLAIN);
  scene_state_seek(state, WALK_AT(890));
  for (int width = 960; width <= 2600; width += 60)
    for (int large = 10; large <= 20; large += 5) {
      double em = 14.667 * large / 10;
      SceneFrame frame = {
          .width = width, .height = scene_layout_least_height(em), .font = "Cantarell", .em = em};
      g_autoptr(SceneLayout) layout = scene_layout_new(state, &frame);
      for (guint i = 0; i < layout->host_count; i++) {
        const SceneBox *box = &layout->hosts[i].box;
        g_assert_cmpfloat(box->x, >=, 0);
        g_assert_cmpfloat(box->x + box->width, <=, width);
        g_assert_cmpfloat(box->y + box->height, <=, frame.height);
        g_assert_cmpfloat(box->width, >=, 30);
        g_assert_false(overlap(box, &layout->eve));
        for (guint k = 0; k < i; k++)
          g_assert_false(overlap(box, &layout->hosts[k].box));
      }
    }
}

static void count_changes(Player *player, gpointer data)
{
  (void)player;
  ++*(guint *)data;
}

static Player *walk_player(SceneArrays *arrays)
{
  Player *player = player_new();
  SceneSource source = walk_source(arrays, PLAIN);
  player_set_source(player, &source, NULL);
  return player;
}

static void test_player_steps(void)
{
  SceneArrays arrays;
  g_autoptr(Player) player = walk_player(&arrays);
  guint changes = 0;
  g_signal_connect(player, "changed", G_CALLBACK(count_changes), &changes);
  const Nanoseconds stops[] = {WALK_AT(260), WALK_AT(300), WALK_AT(300), WALK_AT(880)};
  player_set_stops(player, stops, G_N_ELEMENTS(stops));
  g_assert_cmpint(player_get_cursor(player), ==, WALK_AT(0));
  g_assert_true(player_step_forward(player));
  g_assert_cmpint(player_get_cursor(player), ==, WALK_AT(260));
  g_assert_true(player_step_forward(player));
  g_assert_true(player_step_forward(player));
  g_assert_cmpint(player_get_cursor(player), ==, WALK_AT(880));
  g_assert_cmpuint(changes, ==, 3);
  g_assert_false(player_step_forward(player));
  g_assert_true(player_at_end(player));
  g_assert_true(player_step_back(player));
  g_assert_cmpint(player_get_cursor(player), ==, WALK_AT(880));
  player_to_start(player);
  g_assert_false(player_step_back(player));
  player_seek(player, WALK_AT(99999));
  g_assert_cmpint(player_get_cursor(player), ==, player_get_end(player));
  player_set_step(player, PLAYER_STEP_MESSAGE);
  player_to_start(player);
  guint messages = 0;
  while (player_step_forward(player))
    messages++;
  /* Composed at the start is no step on; composed 100, and for each of the three ways: leaves, has moved. */
  g_assert_cmpuint(messages, ==, 1 + 3 * 2);
}

static double play_to_end(Player *player)
{
  double seconds = 0;
  player_to_start(player);
  player_play(player);
  while (player_is_playing(player) && seconds < 600) {
    player_tick(player, 16667);
    seconds += 0.016667;
  }
  return seconds;
}

static void test_player_pace(void)
{
  SceneArrays arrays;
  g_autoptr(Player) player = walk_player(&arrays);
  double normal = play_to_end(player);
  /* 14 frames of dialogue and letters at a quarter of a second, the rest in its own time, and three silent
   * seconds in 0.4. */
  g_assert_cmpfloat(normal, >, 14 * 0.25);
  g_assert_cmpfloat(normal, <, 14 * 0.25 + 1.6);
  g_assert_true(player_at_end(player));
  player_set_speed(player, 1000);
  g_assert_cmpfloat(player_get_speed(player), ==, PLAYER_SPEED_MAX);
  g_assert_cmpfloat(play_to_end(player), <, normal / 2);
  player_set_speed(player, 0.1);
  g_assert_cmpfloat(play_to_end(player), >, normal);
}

static void test_player_without_motion(void)
{
  SceneArrays arrays;
  g_autoptr(Player) player = walk_player(&arrays);
  const Nanoseconds stops[] = {WALK_AT(260), WALK_AT(880)};
  player_set_stops(player, stops, G_N_ELEMENTS(stops));
  player_set_reduced_motion(player, true);
  guint changes = 0;
  g_signal_connect(player, "changed", G_CALLBACK(count_changes), &changes);
  player_play(player);
  for (guint i = 0; i < 100000 && player_is_playing(player); i++) {
    player_tick(player, 16667);
    Nanoseconds cursor = player_get_cursor(player);
    g_assert_true(cursor == WALK_AT(0) || cursor == WALK_AT(260) || cursor == WALK_AT(880) ||
                  cursor == player_get_end(player));
  }
  g_assert_false(player_is_playing(player));
  g_assert_cmpuint(changes, ==, 3);
}

static void test_empty_player(void)
{
  g_autoptr(Player) player = player_new();
  player_play(player);
  player_tick(player, 1000000);
  g_assert_false(player_is_playing(player));
  g_assert_false(player_step_forward(player));
  g_assert_false(player_step_back(player));
  player_seek(player, 77);
  g_assert_cmpint(player_get_cursor(player), ==, 0);
}

static void test_texts(void)
{
  static const struct {
    uint64_t number;
    const char *text;
  } numbers[] = {{0, "0"}, {999, "999"}, {1204, "1\u202f204"}, {1234567, "1\u202f234\u202f567"}};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
    g_autofree char *text = scene_text_number(numbers[i].number);
    g_assert_cmpstr(text, ==, numbers[i].text);
  }
  g_autofree char *clock = scene_text_clock(WALK_AT(1548)), *before = scene_text_clock(-1);
  g_assert_cmpstr(clock, ==, "12:00:01.548");
  g_assert_cmpstr(before, ==, "23:59:59.999");
}

int main(int count, char **arguments)
{
  g_setenv("LANGUAGE", "en", TRUE);
  g_test_init(&count, &arguments, NULL);
  g_test_add_func("/scene/the same instant looks the same from either side", test_way_does_not_matter);
  g_test_add_func("/scene/letters lie in the trays the log says", test_trays);
  g_test_add_func("/scene/a letter flies while its frames do", test_letters);
  g_test_add_func("/scene/frames may name their letter", test_named_letters);
  g_test_add_func("/scene/Eve reads what passes her link in clear", test_eve);
  g_test_add_func("/scene/after STARTTLS Eve counts", test_starttls);
  g_test_add_func("/scene/a server that is down says until when", test_server_down);
  g_test_add_func("/scene/discs are done, now and to come", test_discs);
  g_test_add_func("/scene/a second walk has its own discs", test_second_walk);
  g_test_add_func("/scene/steps of one instant follow one another", test_steps_at_once);
  g_test_add_func("/scene/frames find their connection", test_frames_without_connection);
  g_test_add_func("/scene/hosts stay apart at every width and font", test_layout_keeps_hosts_apart);
  g_test_add_func("/player/steps go from stop to stop", test_player_steps);
  g_test_add_func("/player/travel is slowed and silence shortened", test_player_pace);
  g_test_add_func("/player/without motion it jumps", test_player_without_motion);
  g_test_add_func("/player/without a source nothing moves", test_empty_player);
  g_test_add_func("/scene/numbers and clocks are written our way", test_texts);
  return g_test_run();
}
