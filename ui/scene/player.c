/* SPDX-License-Identifier: MIT */
/* The play head. Virtual time passes at the speed asked for, save where something travels (slow enough to be
 * seen) and where nothing happens (quick enough not to bore). */
#include "ui/scene/player.h"

#include "ui/scene/scene-flights.h"

#include <math.h>

#define LEAST_TRAVEL 0.25 /* real seconds */
#define MOST_TRAVEL 1.2
#define SILENCE (2 * NANOSECONDS_PER_SECOND) /* longer ones are shortened … */
#define MOST_SILENCE 0.4                     /* … to so many real seconds */

struct _Player {
  GObject parent_instance;
  SceneSource source;
  bool has_source;
  GDestroyNotify release;
  SceneFlights *flights;
  GArray *stops[PLAYER_STEP_COUNT]; /* Nanoseconds, ascending, no two alike */
  Nanoseconds cursor;               /* what is shown */
  Nanoseconds clock;                /* where playing has come to: ahead of the cursor without motion */
  double speed;
  PlayerStep step;
  bool playing, reduced;
};

G_DEFINE_TYPE(Player, player, G_TYPE_OBJECT)

enum { PROPERTY_PLAYING = 1 };
enum { SIGNAL_CHANGED, SIGNAL_STOPS_CHANGED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];
static GParamSpec *playing_property;

static void let_go(Player *player)
{
  g_clear_pointer(&player->flights, scene_flights_free);
  if (player->has_source && player->release != NULL) player->release(player->source.owner);
  player->has_source = false;
}

static void player_finalize(GObject *object)
{
  Player *player = CARTEIRO_PLAYER(object);
  let_go(player);
  for (guint i = 0; i < PLAYER_STEP_COUNT; i++)
    g_array_unref(player->stops[i]);
  G_OBJECT_CLASS(player_parent_class)->finalize(object);
}

static void player_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROPERTY_PLAYING)
    g_value_set_boolean(value, CARTEIRO_PLAYER(object)->playing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void player_class_init(PlayerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS(class);
  object_class->finalize = player_finalize;
  object_class->get_property = player_get_property;
  playing_property =
      g_param_spec_boolean("playing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property(object_class, PROPERTY_PLAYING, playing_property);
  signals[SIGNAL_CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_STOPS_CHANGED] = g_signal_new("stops-changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void player_init(Player *player)
{
  player->speed = 1;
  for (guint i = 0; i < PLAYER_STEP_COUNT; i++)
    player->stops[i] = g_array_new(FALSE, FALSE, sizeof(Nanoseconds));
}

Player *player_new(void)
{
  return g_object_new(TYPE_PLAYER, NULL);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
  const Nanoseconds first = *(const Nanoseconds *)a, second = *(const Nanoseconds *)b;
  return (first > second) - (first < second);
}

static void tidy(GArray *stops)
{
  g_array_sort(stops, by_time);
  guint kept = 0;
  for (guint i = 0; i < stops->len; i++) {
    Nanoseconds time = g_array_index(stops, Nanoseconds, i);
    if (kept > 0 && g_array_index(stops, Nanoseconds, kept - 1) == time) continue;
    g_array_index(stops, Nanoseconds, kept++) = time;
  }
  g_array_set_size(stops, kept);
}

static void find_stops(Player *player)
{
  const SceneSource *source = &player->source;
  guint count = player->has_source ? source->event_count(source->owner) : 0;
  for (guint i = 0; i < PLAYER_STEP_COUNT; i++)
    g_array_set_size(player->stops[i], 0);
  for (guint i = 0; i < count; i++) {
    const WorldEvent *event = source->event(source->owner, i);
    bool payload = event->type == WORLD_FRAME && event->length > 0;
    if (event->type == WORLD_STEP || event->type == WORLD_CONNECTION || payload)
      g_array_append_val(player->stops[PLAYER_STEP_LINE], event->time);
    if (event->type == WORLD_MESSAGE) g_array_append_val(player->stops[PLAYER_STEP_MESSAGE], event->time);
    if (event->type == WORLD_FRAME) g_array_append_val(player->stops[PLAYER_STEP_FRAME], event->time);
  }
  for (guint i = 0; count > 0 && i < scene_flights_get_count(player->flights); i++) {
    const SceneFlight *flight = scene_flights_get(player->flights, i);
    if (flight->message != 0) g_array_append_val(player->stops[PLAYER_STEP_MESSAGE], flight->departs);
  }
  for (guint i = 0; i < PLAYER_STEP_COUNT; i++)
    tidy(player->stops[i]);
}

static void set_playing(Player *player, bool playing)
{
  if (player->playing == playing) return;
  player->playing = playing;
  g_object_notify_by_pspec(G_OBJECT(player), playing_property);
}

static void set_cursor(Player *player, Nanoseconds time)
{
  if (player->cursor == time) return;
  player->cursor = time;
  g_signal_emit(player, signals[SIGNAL_CHANGED], 0);
}

void player_set_source(Player *player, const SceneSource *source, GDestroyNotify release)
{
  set_playing(player, false);
  let_go(player);
  player->release = release;
  player->has_source = source != NULL;
  if (source != NULL) {
    player->source = *source;
    player->flights = scene_flights_new(source);
  }
  player->cursor = player->clock = player_get_start(player);
  find_stops(player);
  g_signal_emit(player, signals[SIGNAL_STOPS_CHANGED], 0);
  g_signal_emit(player, signals[SIGNAL_CHANGED], 0);
}

const SceneSource *player_get_source(Player *player)
{
  return player->has_source ? &player->source : NULL;
}

void player_set_stops(Player *player, const Nanoseconds *stops, guint count)
{
  if (stops == NULL) {
    find_stops(player);
  } else {
    GArray *lines = player->stops[PLAYER_STEP_LINE];
    g_array_set_size(lines, 0);
    g_array_append_vals(lines, stops, count);
    tidy(lines);
  }
  g_signal_emit(player, signals[SIGNAL_STOPS_CHANGED], 0);
}

void player_set_step(Player *player, PlayerStep step)
{
  g_assert(step < PLAYER_STEP_COUNT);
  if (player->step == step) return;
  player->step = step;
  g_signal_emit(player, signals[SIGNAL_STOPS_CHANGED], 0);
}

PlayerStep player_get_step(Player *player)
{
  return player->step;
}

Nanoseconds player_get_cursor(Player *player)
{
  return player->cursor;
}

Nanoseconds player_get_start(Player *player)
{
  return player->has_source ? player->source.start : 0;
}

Nanoseconds player_get_end(Player *player)
{
  return player->has_source ? MAX(player->source.end, player->source.start) : 0;
}

bool player_at_end(Player *player)
{
  return player->cursor >= player_get_end(player);
}

void player_play(Player *player)
{
  if (!player->has_source || player_get_end(player) == player_get_start(player)) return;
  if (player_at_end(player)) player_to_start(player);
  set_playing(player, true);
}

void player_pause(Player *player)
{
  player->clock = player->cursor;
  set_playing(player, false);
}

void player_toggle(Player *player)
{
  if (player->playing)
    player_pause(player);
  else
    player_play(player);
}

bool player_is_playing(Player *player)
{
  return player->playing;
}

/* Returns how many stops lie at or before time. */
static guint stops_until(const GArray *stops, Nanoseconds time)
{
  guint low = 0, high = stops->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index(stops, Nanoseconds, middle) <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void player_seek(Player *player, Nanoseconds time)
{
  player->clock = CLAMP(time, player_get_start(player), player_get_end(player));
  set_cursor(player, player->clock);
}

bool player_step_forward(Player *player)
{
  player_pause(player);
  const GArray *stops = player->stops[player->step];
  guint next = stops_until(stops, player->cursor);
  bool found = next < stops->len && g_array_index(stops, Nanoseconds, next) <= player_get_end(player);
  player_seek(player, found ? g_array_index(stops, Nanoseconds, next) : player_get_end(player));
  return found;
}

bool player_step_back(Player *player)
{
  player_pause(player);
  const GArray *stops = player->stops[player->step];
  guint before = stops_until(stops, player->cursor - 1);
  bool found = before > 0 && g_array_index(stops, Nanoseconds, before - 1) >= player_get_start(player);
  player_seek(player, found ? g_array_index(stops, Nanoseconds, before - 1) : player_get_start(player));
  return found;
}

void player_to_start(Player *player)
{
  player_pause(player);
  player_seek(player, player_get_start(player));
}

void player_to_end(Player *player)
{
  player_pause(player);
  player_seek(player, player_get_end(player));
}

void player_set_speed(Player *player, double speed)
{
  player->speed = CLAMP(speed, PLAYER_SPEED_MIN, PLAYER_SPEED_MAX);
}

double player_get_speed(Player *player)
{
  return player->speed;
}

void player_set_reduced_motion(Player *player, bool reduced)
{
  player->reduced = reduced;
}

/* How fast time passes at the clock, and until when that holds. */
typedef struct {
  Nanoseconds clock, until;
  double speed;
  double rate; /* virtual for real; 0: nothing travels */
} Pace;

/* A letter takes its 0.25 to 1.2 s whatever the speed; a line of a dialogue is hurried when the person
 * hurries. */
static void slow_down(const SceneFlight *flight, void *data)
{
  Pace *pace = data;
  if (flight->lost || flight->carries || flight->arrives <= pace->clock) return;
  double length = (double)(flight->arrives - flight->departs) / NANOSECONDS_PER_SECOND;
  double least = flight->message != 0 ? LEAST_TRAVEL : LEAST_TRAVEL / fmax(1, pace->speed);
  double rate = length / fmin(fmax(length / pace->speed, least), MOST_TRAVEL);
  pace->rate = pace->rate > 0 ? fmin(pace->rate, rate) : rate;
  pace->until = MIN(pace->until, flight->arrives);
}

static Nanoseconds next_departure(const SceneFlights *flights, Nanoseconds time)
{
  guint low = 0, high = scene_flights_get_count(flights);
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (scene_flights_get(flights, middle)->departs <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low < scene_flights_get_count(flights) ? scene_flights_get(flights, low)->departs
                                                : NANOSECONDS_NEVER;
}

/* Between two entries of the log far apart, time hurries. */
static void hurry(Player *player, Pace *pace)
{
  const SceneSource *source = &player->source;
  guint low = 0, high = source->event_count(source->owner);
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (source->event(source->owner, middle)->time <= pace->clock)
      low = middle + 1;
    else
      high = middle;
  }
  Nanoseconds before = low > 0 ? source->event(source->owner, low - 1)->time : source->start;
  Nanoseconds after = low < source->event_count(source->owner) ? source->event(source->owner, low)->time
                                                               : player_get_end(player);
  pace->rate = pace->speed;
  if (after - before > SILENCE)
    pace->rate = fmax(pace->rate, (double)(after - before) / NANOSECONDS_PER_SECOND / MOST_SILENCE);
  if (after > pace->clock) pace->until = MIN(pace->until, after);
}

static Nanoseconds advance(Player *player, Nanoseconds clock, double real)
{
  Nanoseconds end = player_get_end(player);
  while (real > 0 && clock < end) {
    Pace pace = {clock, MIN(next_departure(player->flights, clock), end), player->speed, 0};
    scene_flights_find(player->flights, clock, slow_down, &pace);
    if (pace.rate <= 0) hurry(player, &pace);
    double needed = (double)(pace.until - clock) / NANOSECONDS_PER_SECOND / pace.rate;
    if (needed > real) return clock + (Nanoseconds)(real * pace.rate * NANOSECONDS_PER_SECOND);
    clock = pace.until;
    real -= needed;
  }
  return clock;
}

void player_tick(Player *player, gint64 microseconds)
{
  if (!player->playing || microseconds <= 0) return;
  player->clock = advance(player, player->clock, (double)microseconds / 1e6);
  Nanoseconds shown = player->clock, end = player_get_end(player);
  if (player->reduced && shown < end) {
    const GArray *stops = player->stops[player->step];
    guint passed = stops_until(stops, shown);
    shown = passed > 0 ? g_array_index(stops, Nanoseconds, passed - 1) : player->cursor;
    shown = MAX(shown, player->cursor);
  }
  set_cursor(player, shown);
  if (player->clock >= end) set_playing(player, false);
}
