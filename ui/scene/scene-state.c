/* SPDX-License-Identifier: MIT */
/* Applies entries of the log forward and back: an entry is undone exactly as it was done, by its old values.
 */
#include "ui/scene/scene-state.h"

/* What the way back needs to know of each entry. Indexes are + 1; 0 is none. */
typedef struct {
  guint act;      /* the latest at or before this entry */
  guint acting;   /* the entry that says who acts */
  guint previous; /* of the same connection */
} EntryNote;

/* When a step is shown. Steps that come in the same instant follow one another, so that none is missed. */
typedef struct {
  guint index;
  Nanoseconds time;
} StepTime;

#define STEP_APART (20 * NANOSECONDS_PER_MILLISECOND)

static const WorldEvent *entry(const SceneState *state, guint index)
{
  return state->source.event(state->source.owner, index);
}

static const EntryNote *note_before(const SceneState *state)
{
  static const EntryNote none;
  return state->position == 0 ? &none : &g_array_index(state->notes, EntryNote, state->position - 1);
}

static bool is_act(const WorldEvent *event)
{
  if (event->host == UINT16_MAX) return false;
  return event->type == WORLD_MESSAGE || (event->type == WORLD_FRAME && event->length > 0) ||
         (event->type == WORLD_STEP && event->link == UINT16_MAX) ||
         (event->type == WORLD_CONNECTION && event->new_state == SCENE_CONNECTION_OPENING);
}

static void learn_host(SceneState *state, const WorldEvent *event)
{
  if (event->type != WORLD_MESSAGE) return;
  if (event->host < state->host_count && event->old_tray == TRAY_OUTBOX)
    state->hosts[event->host].sends = true;
  guint into = event->peer != UINT16_MAX ? event->peer : event->host;
  if (into < state->host_count && event->new_tray == TRAY_INBOX) state->hosts[into].receives = true;
  if (into < state->host_count && event->new_tray == TRAY_OUTBOX) state->hosts[into].sends = true;
}

/* One pass over the log for what cannot be told from an entry alone. */
static void read_log(SceneState *state)
{
  g_autoptr(GHashTable) connections = g_hash_table_new(NULL, NULL);
  guint count = state->source.event_count(state->source.owner);
  EntryNote note = {0};
  for (guint i = 0; i < count; i++) {
    const WorldEvent *event = entry(state, i);
    note.previous = 0;
    if (event->type == WORLD_ACT) note.act = i + 1;
    if (event->type == WORLD_HOST) g_array_append_val(state->host_events, i);
    if (event->type == WORLD_STEP) {
      StepTime step = {i, event->time};
      g_array_append_val(state->steps, step);
    }
    if (is_act(event)) note.acting = i + 1;
    if (event->type == WORLD_CONNECTION) {
      gpointer key = GUINT_TO_POINTER(event->connection);
      note.previous = GPOINTER_TO_UINT(g_hash_table_lookup(connections, key));
      g_hash_table_insert(connections, key, GUINT_TO_POINTER(i + 1));
      if (event->connection > state->connections->len)
        g_array_set_size(state->connections, event->connection);
    }
    learn_host(state, event);
    g_array_append_val(state->notes, note);
  }
}

static StepTime *step_at(const SceneState *state, guint index)
{
  return &g_array_index(state->steps, StepTime, index);
}

static const WorldEvent *step_entry(const SceneState *state, guint index)
{
  return entry(state, step_at(state, index)->index);
}

static void spread_steps(SceneState *state)
{
  for (guint i = 1; i < state->steps->len; i++) {
    bool at_once = step_entry(state, i)->time == step_entry(state, i - 1)->time;
    Nanoseconds earliest = step_at(state, i - 1)->time + (at_once ? STEP_APART : 0);
    step_at(state, i)->time = MAX(step_at(state, i)->time, earliest);
  }
}

/* Returns how many steps have begun. */
static guint steps_begun(const SceneState *state)
{
  guint low = 0, high = state->steps->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (step_at(state, middle)->time <= state->time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

SceneState *scene_state_new(const SceneSource *source)
{
  SceneState *state = g_new0(SceneState, 1);
  state->source = *source;
  state->eve_link = source->eve_link;
  state->time = INT64_MIN;
  state->host_count = source->host_count(source->owner);
  state->hosts = g_new0(SceneHost, state->host_count);
  for (guint i = 0; i < state->host_count; i++) {
    state->hosts[i] =
        (SceneHost){.host = source->host(source->owner, i), .up = true, .up_again = NANOSECONDS_NEVER};
    for (guint tray = 0; tray < SCENE_TRAYS; tray++)
      state->hosts[i].trays[tray] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  }
  state->connections = g_array_new(FALSE, TRUE, sizeof(SceneConnection));
  state->open = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  state->flying = g_array_new(FALSE, FALSE, sizeof(SceneFlight));
  state->notes = g_array_new(FALSE, FALSE, sizeof(EntryNote));
  state->steps = g_array_new(FALSE, FALSE, sizeof(StepTime));
  state->host_events = g_array_new(FALSE, FALSE, sizeof(guint));
  read_log(state);
  spread_steps(state);
  state->flights = scene_flights_new(source);
  scene_state_seek(state, source->start);
  return state;
}

void scene_state_free(SceneState *state)
{
  if (state == NULL) return;
  for (guint i = 0; i < state->host_count; i++)
    for (guint tray = 0; tray < SCENE_TRAYS; tray++)
      g_array_unref(state->hosts[i].trays[tray]);
  g_free(state->hosts);
  g_array_unref(state->connections);
  g_array_unref(state->open);
  g_array_unref(state->flying);
  g_array_unref(state->notes);
  g_array_unref(state->steps);
  g_array_unref(state->host_events);
  scene_flights_free(state->flights);
  g_free(state);
}

/* Sorted, so that a tray looks the same from whichever side the cursor came. */
static void set_add(GArray *set, uint32_t value)
{
  guint at = 0;
  while (at < set->len && g_array_index(set, uint32_t, at) < value)
    at++;
  g_array_insert_val(set, at, value);
}

static void set_remove(GArray *set, uint32_t value)
{
  for (guint i = 0; i < set->len; i++) {
    if (g_array_index(set, uint32_t, i) != value) continue;
    g_array_remove_index(set, i);
    return;
  }
}

static GArray *tray_at(SceneState *state, uint16_t host, uint8_t tray)
{
  return host < state->host_count && tray > TRAY_NONE && tray < SCENE_TRAYS ? state->hosts[host].trays[tray]
                                                                            : NULL;
}

static void move_message(SceneState *state, const WorldEvent *event, bool forward)
{
  GArray *from = tray_at(state, event->host, event->old_tray);
  GArray *into = tray_at(state, event->peer != UINT16_MAX ? event->peer : event->host, event->new_tray);
  if (from != NULL) (forward ? set_remove : set_add)(from, event->message);
  if (into != NULL) (forward ? set_add : set_remove)(into, event->message);
  bool sent = from != NULL && event->old_tray == TRAY_OUTBOX && event->new_tray != TRAY_OUTBOX;
  if (sent && forward) state->hosts[event->host].sent++;
  if (sent && !forward) state->hosts[event->host].sent--;
}

static bool is_live(uint8_t state)
{
  return state == SCENE_CONNECTION_OPENING || state == SCENE_CONNECTION_OPEN ||
         state == SCENE_CONNECTION_CLOSING || state == SCENE_CONNECTION_SEALED;
}

static bool is_drawn(uint8_t state)
{
  return is_live(state) || state == SCENE_CONNECTION_RESET || state == SCENE_CONNECTION_REFUSED;
}

static void count_connection(SceneState *state, const SceneConnection *connection, int change)
{
  const uint16_t ends[] = {connection->opener, connection->peer};
  for (size_t i = 0; i < 2; i++)
    if (ends[i] < state->host_count) state->hosts[ends[i]].connections += (guint)change;
}

/* The one place where a connection's state changes. */
static void set_connection(SceneState *state, const WorldEvent *event, uint8_t value, bool sealed,
                           Nanoseconds changed)
{
  SceneConnection *connection = &g_array_index(state->connections, SceneConnection, event->connection - 1);
  uint8_t before = connection->state;
  if (event->host != UINT16_MAX) connection->opener = event->host;
  if (event->peer != UINT16_MAX) connection->peer = event->peer;
  connection->link = event->link;
  if (event->port != 0) connection->port = event->port;
  bool implicit;
  connection->protocol = scene_port_protocol(connection->port, &implicit);
  connection->state = value;
  connection->sealed = sealed || (implicit && value != SCENE_CONNECTION_OPENING);
  connection->changed = changed;
  if (!is_live(before) && is_live(value)) count_connection(state, connection, 1);
  if (is_live(before) && !is_live(value)) count_connection(state, connection, -1);
  if (!is_drawn(before) && is_drawn(value)) set_add(state->open, event->connection);
  if (is_drawn(before) && !is_drawn(value)) set_remove(state->open, event->connection);
}

static bool was_sealed(const SceneState *state, guint index)
{
  while (index != 0) {
    if (entry(state, index - 1)->new_state == SCENE_CONNECTION_SEALED) return true;
    index = g_array_index(state->notes, EntryNote, index - 1).previous;
  }
  return false;
}

static void change_connection(SceneState *state, const WorldEvent *event, guint index, bool forward)
{
  if (event->connection == 0 || event->connection > state->connections->len) return;
  guint previous = g_array_index(state->notes, EntryNote, index).previous;
  if (forward)
    set_connection(state, event, event->new_state, was_sealed(state, index + 1), event->time);
  else
    set_connection(state, event, event->old_state, was_sealed(state, previous),
                   previous != 0 ? entry(state, previous - 1)->time : INT64_MIN);
}

static void count_frame(SceneState *state, const WorldEvent *event, guint index, bool forward)
{
  if (event->length == 0) return;
  if (event->host < state->host_count) state->hosts[event->host].answers += (guint)(forward ? 1 : -1);
  if (event->link != state->eve_link) return;
  const SceneConnection *connection =
      scene_state_get_connection(state, scene_flights_get_connection(state->flights, index));
  uint64_t *sum = connection != NULL && connection->sealed ? &state->eve_sealed : &state->eve_readable;
  *sum = forward ? *sum + event->length : *sum - event->length;
}

static void apply(SceneState *state, guint index, bool forward)
{
  const WorldEvent *event = entry(state, index);
  switch (event->type) {
  case WORLD_CONNECTION:
    change_connection(state, event, index, forward);
    break;
  case WORLD_MESSAGE:
    move_message(state, event, forward);
    break;
  case WORLD_FRAME:
    count_frame(state, event, index, forward);
    break;
  case WORLD_HOST:
    if (event->host < state->host_count)
      state->hosts[event->host].up = (forward ? event->new_state : event->old_state) != 0;
    break;
  case WORLD_ACT:
  case WORLD_STEP:
    break; /* looked up in the notes */
  }
}

static void add_flight(const SceneFlight *flight, void *data)
{
  g_array_append_vals(((SceneState *)data)->flying, flight, 1);
}

static void find_return(SceneState *state)
{
  for (guint host = 0; host < state->host_count; host++) {
    state->hosts[host].up_again = NANOSECONDS_NEVER;
    if (state->hosts[host].up) continue;
    for (guint i = 0; i < state->host_events->len; i++) {
      guint index = g_array_index(state->host_events, guint, i);
      const WorldEvent *event = entry(state, index);
      if (index < state->position || event->host != host || event->new_state == 0) continue;
      state->hosts[host].up_again = event->time;
      break;
    }
  }
}

/* The walk is the run of steps whose numbers do not fall; the discs are those of the walk the cursor is in.
 */
static void find_discs(SceneState *state, guint begun)
{
  guint first = 0, end = 0, count = state->steps->len;
  state->disc_count = 0;
  state->step_count = 0;
  for (; first < count; first = end) {
    for (end = first + 1;
         end < count && step_entry(state, end)->number >= step_entry(state, end - 1)->number;)
      end++;
    if (begun <= end) break;
  }
  for (guint i = first; i < end; i++) {
    const WorldEvent *step = step_entry(state, i);
    bool same = state->disc_count > 0 && state->discs[state->disc_count - 1].number == step->number;
    /* A step told twice keeps its first place until the second has come. */
    if (same && i >= begun) continue;
    if (!same && state->disc_count == SCENE_MAX_DISCS) break;
    SceneDisc *disc = &state->discs[same ? state->disc_count - 1 : state->disc_count++];
    *disc = (SceneDisc){step->number, step->host, step->link, SCENE_TO_COME};
    state->step_count = MAX(state->step_count, step->number);
  }
  uint32_t current = begun > first ? step_entry(state, begun - 1)->number : 0;
  for (guint i = 0; i < state->disc_count; i++) {
    SceneDisc *disc = &state->discs[i];
    disc->when = disc->number == current ? SCENE_NOW : disc->number < current ? SCENE_DONE : SCENE_TO_COME;
  }
}

static void look_up(SceneState *state)
{
  const EntryNote *note = note_before(state);
  guint begun = steps_begun(state);
  state->step = begun > 0 ? step_entry(state, begun - 1) : NULL;
  state->act = note->act != 0 ? entry(state, note->act - 1) : NULL;
  const WorldEvent *acting = note->acting != 0 ? entry(state, note->acting - 1) : NULL;
  state->acting = acting != NULL ? acting->host : SCENE_NOBODY;
  state->acting_peer = acting != NULL ? acting->peer : SCENE_NOBODY;
  g_array_set_size(state->flying, 0);
  scene_flights_find(state->flights, state->time, add_flight, state);
  find_discs(state, begun);
  find_return(state);
}

void scene_state_seek(SceneState *state, Nanoseconds time)
{
  /* No more than was read at the beginning: a world that has run on is given as a new state. */
  while (state->position < state->notes->len && entry(state, state->position)->time <= time) {
    apply(state, state->position, true);
    state->position++;
  }
  while (state->position > 0 && entry(state, state->position - 1)->time > time) {
    state->position--;
    apply(state, state->position, false);
  }
  state->time = time;
  look_up(state);
}

void scene_state_set_eve_link(SceneState *state, guint link)
{
  Nanoseconds time = state->time;
  while (state->position > 0) {
    state->position--;
    apply(state, state->position, false);
  }
  state->eve_link = link;
  state->eve_readable = state->eve_sealed = 0;
  scene_state_seek(state, time);
}

const SceneConnection *scene_state_get_connection(const SceneState *state, uint32_t number)
{
  return number == 0 || number > state->connections->len
             ? NULL
             : &g_array_index(state->connections, SceneConnection, number - 1);
}

EveSees scene_state_eve_sees(const SceneState *state)
{
  EveSees sees = EVE_IDLE;
  for (guint i = 0; i < state->open->len; i++) {
    const SceneConnection *connection =
        scene_state_get_connection(state, g_array_index(state->open, uint32_t, i));
    if (connection->link != state->eve_link || !is_live(connection->state)) continue;
    if (!connection->sealed) return EVE_READS;
    sees = EVE_COUNTS;
  }
  for (guint i = 0; i < state->flying->len; i++) {
    const SceneFlight *flight = &g_array_index(state->flying, SceneFlight, i);
    if (flight->link == state->eve_link && !flight->sealed && !flight->lost) return EVE_READS;
  }
  return sees;
}

guint scene_state_count(const SceneState *state, guint host, WorldTray tray)
{
  return state->hosts[host].trays[tray]->len;
}
