/* SPDX-License-Identifier: MIT */
/* Finds what travels in a log. A letter is the run of frames, all in one direction, that came before the log
 * says it has moved. */
#include "ui/scene/scene-flights.h"

#include "ui/scene/scene-state.h"

struct SceneFlights {
  GArray *all;         /* SceneFlight, by departure */
  GArray *connections; /* uint32_t, one an entry of the log */
  Nanoseconds longest;
};

typedef struct {
  uint16_t port;
  uint8_t protocol;
  bool sealed;
} PortRow;

static const PortRow ports[] = {
    {25, PROTOCOL_SMTP, false},  {587, PROTOCOL_SMTP, false}, {465, PROTOCOL_SMTP, true},
    {109, PROTOCOL_POP2, false}, {110, PROTOCOL_POP3, false}, {995, PROTOCOL_POP3, true},
    {143, PROTOCOL_IMAP, false}, {993, PROTOCOL_IMAP, true},  {80, PROTOCOL_HTTP, false},
    {443, PROTOCOL_HTTP, true},  {53, PROTOCOL_DNS, false},   {8080, PROTOCOL_HTTP, false},
};

ProtocolId scene_port_protocol(uint16_t port, bool *sealed)
{
  for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
    if (ports[i].port != port) continue;
    if (sealed != NULL) *sealed = ports[i].sealed;
    return (ProtocolId)ports[i].protocol;
  }
  if (sealed != NULL) *sealed = false;
  return PROTOCOL_NONE;
}

/* What the log has said of a connection so far. */
typedef struct {
  ProtocolId protocol;
  bool sealed;
  GArray *frames; /* indexes into SceneFlights.all */
} Conversation;

typedef struct {
  const SceneSource *source;
  SceneFlights *flights;
  GHashTable *conversations; /* connection → Conversation */
  GHashTable *latest;        /* pair of hosts → connection that changed or spoke last between them */
  GArray *letters;           /* SceneFlight */
  bool told;                 /* frames name the letter they carry */
} Reading;

static void conversation_free(gpointer data)
{
  Conversation *conversation = data;
  g_array_unref(conversation->frames);
  g_free(conversation);
}

static Conversation *get_conversation(Reading *reading, uint32_t number)
{
  Conversation *found = g_hash_table_lookup(reading->conversations, GUINT_TO_POINTER(number));
  if (found != NULL) return found;
  found = g_new0(Conversation, 1);
  found->frames = g_array_new(FALSE, FALSE, sizeof(guint));
  g_hash_table_insert(reading->conversations, GUINT_TO_POINTER(number), found);
  return found;
}

static gpointer pair_key(uint16_t a, uint16_t b)
{
  return GUINT_TO_POINTER((guint)MIN(a, b) << 16 | MAX(a, b));
}

static bool is_live(uint8_t state)
{
  return state == SCENE_CONNECTION_OPENING || state == SCENE_CONNECTION_OPEN ||
         state == SCENE_CONNECTION_SEALED;
}

static void read_connection(Reading *reading, const WorldEvent *event)
{
  if (is_live(event->new_state))
    g_hash_table_insert(reading->latest, pair_key(event->host, event->peer),
                        GUINT_TO_POINTER(event->connection));
  Conversation *conversation = get_conversation(reading, event->connection);
  bool sealed;
  ProtocolId protocol = scene_port_protocol(event->port, &sealed);
  if (protocol != PROTOCOL_NONE) conversation->protocol = protocol;
  if (sealed || event->new_state == SCENE_CONNECTION_SEALED) conversation->sealed = true;
}

static uint16_t other_end(const Reading *reading, const WorldEvent *event)
{
  if (event->peer != UINT16_MAX) return event->peer;
  const WorldLink *link = reading->source->link(reading->source->owner, event->link);
  return link->a == event->host ? link->b : link->a;
}

/* A frame need not say to which connection it belongs: then it is the latest of its two hosts. */
static uint32_t connection_of(const Reading *reading, const WorldEvent *event)
{
  if (event->connection != 0 || event->link == UINT16_MAX || event->host == UINT16_MAX)
    return event->connection;
  return GPOINTER_TO_UINT(
      g_hash_table_lookup(reading->latest, pair_key(event->host, other_end(reading, event))));
}

static bool is_name_server(const Reading *reading, uint16_t host)
{
  const SceneSource *source = reading->source;
  return host < source->host_count(source->owner) &&
         source->host(source->owner, host)->kind == HOST_NAME_SERVER;
}

/* Without a connection: by port, or by whom it goes to. */
static ProtocolId loose_protocol(const Reading *reading, const SceneFlight *flight, uint16_t port)
{
  if (port != 0) return scene_port_protocol(port, NULL);
  return is_name_server(reading, flight->from) || is_name_server(reading, flight->to) ? PROTOCOL_DNS
                                                                                      : PROTOCOL_NONE;
}

static void read_frame(Reading *reading, const WorldEvent *event, guint index)
{
  if (event->length == 0 || event->link == UINT16_MAX || event->host == UINT16_MAX) return;
  uint32_t connection = g_array_index(reading->flights->connections, uint32_t, index);
  Conversation *conversation = connection != 0 ? get_conversation(reading, connection) : NULL;
  SceneFlight flight = {
      .departs = event->time,
      .arrives = MAX(event->until, event->time),
      .connection = connection,
      .event = index,
      .from = event->host,
      .to = other_end(reading, event),
      .link = event->link,
      .lost = event->new_state == 1,
      .sealed = conversation != NULL && conversation->sealed,
  };
  flight.protocol =
      conversation != NULL ? conversation->protocol : loose_protocol(reading, &flight, event->port);
  guint position = reading->flights->all->len;
  g_array_append_val(reading->flights->all, flight);
  if (conversation != NULL) {
    g_array_append_val(conversation->frames, position);
    g_hash_table_insert(reading->latest, pair_key(flight.from, flight.to), GUINT_TO_POINTER(connection));
  }
  g_array_index(reading->flights->all, SceneFlight, position).message = event->message;
}

static SceneFlight *frame_at(Reading *reading, const Conversation *conversation, guint index)
{
  return &g_array_index(reading->flights->all, SceneFlight,
                        g_array_index(conversation->frames, guint, index));
}

static uint32_t payload(const Reading *reading, const SceneFlight *flight)
{
  return reading->source->event(reading->source->owner, flight->event)->length;
}

/* Turns the frames [first, last] of a conversation into one letter. */
static void make_letter(Reading *reading, const Conversation *conversation, guint first, guint last,
                        uint32_t message)
{
  SceneFlight letter = *frame_at(reading, conversation, first);
  letter.message = message;
  letter.lost = false;
  letter.carries = false;
  for (guint i = first; i <= last; i++) {
    SceneFlight *frame = frame_at(reading, conversation, i);
    if (frame->from != letter.from) continue;
    frame->carries = true;
    letter.arrives = MAX(letter.arrives, frame->arrives);
  }
  g_array_append_val(reading->letters, letter);
}

/* The latest run of frames one way that is as large as the letter, else the largest run. */
static bool find_run(Reading *reading, const Conversation *conversation, uint16_t from, uint64_t size,
                     guint *first, guint *last)
{
  uint64_t best = 0;
  for (guint end = conversation->frames->len; end > 0;) {
    const SceneFlight *frame = frame_at(reading, conversation, end - 1);
    if (frame->from != from || frame->carries) {
      end--;
      continue;
    }
    guint begin = end;
    uint64_t sum = 0;
    while (begin > 0 && frame_at(reading, conversation, begin - 1)->from == from &&
           !frame_at(reading, conversation, begin - 1)->carries) {
      begin--;
      sum += payload(reading, frame_at(reading, conversation, begin));
    }
    if (sum > best) {
      best = sum;
      *first = begin;
      *last = end - 1;
      if (sum >= size) break;
    }
    end = begin;
  }
  return best > 0;
}

/* The log says a letter has moved between hosts: which frames carried it? */
static void read_move(Reading *reading, const WorldEvent *event)
{
  bool travels = event->host != UINT16_MAX && event->peer != UINT16_MAX && event->host != event->peer;
  if (reading->told || !travels || event->message == 0) return;
  uint32_t connection = event->connection;
  if (connection == 0)
    connection = GPOINTER_TO_UINT(g_hash_table_lookup(reading->latest, pair_key(event->host, event->peer)));
  if (connection == 0) return;
  const WorldMessage *message = event->message <= reading->source->message_count(reading->source->owner)
                                    ? reading->source->message(reading->source->owner, event->message - 1)
                                    : NULL;
  guint first, last;
  const Conversation *conversation = get_conversation(reading, connection);
  if (find_run(reading, conversation, event->host, message != NULL ? message->size : 0, &first, &last))
    make_letter(reading, conversation, first, last, event->message);
}

/* Frames that name their letter: one letter a connection and message. */
static void gather_told(Reading *reading)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, reading->conversations);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Conversation *conversation = value;
    for (guint i = 0; i < conversation->frames->len; i++) {
      uint32_t message = frame_at(reading, conversation, i)->message;
      if (message == 0) continue;
      guint last = i;
      for (guint j = i; j < conversation->frames->len; j++) {
        uint32_t other = frame_at(reading, conversation, j)->message;
        if (other != 0 && other != message) break;
        if (other == message) last = j;
      }
      make_letter(reading, conversation, i, last, message);
      i = last;
    }
  }
}

static gint by_departure(gconstpointer a, gconstpointer b)
{
  const SceneFlight *first = a, *second = b;
  if (first->departs != second->departs) return first->departs < second->departs ? -1 : 1;
  if (first->event != second->event) return first->event < second->event ? -1 : 1;
  return (first->message > second->message) - (first->message < second->message);
}

static Nanoseconds end_of(const SceneFlight *flight)
{
  return flight->lost ? flight->departs + SCENE_FALL + SCENE_CROSS : flight->arrives;
}

static void finish(Reading *reading)
{
  GArray *all = reading->flights->all;
  if (reading->told) gather_told(reading);
  for (guint i = 0; i < all->len; i++)
    g_array_index(all, SceneFlight, i).message = 0;
  if (reading->letters->len > 0) g_array_append_vals(all, reading->letters->data, reading->letters->len);
  g_array_sort(all, by_departure);
  for (guint i = 0; i < all->len; i++) {
    const SceneFlight *flight = &g_array_index(all, SceneFlight, i);
    reading->flights->longest = MAX(reading->flights->longest, end_of(flight) - flight->departs);
  }
}

SceneFlights *scene_flights_new(const SceneSource *source)
{
  SceneFlights *flights = g_new0(SceneFlights, 1);
  flights->all = g_array_new(FALSE, FALSE, sizeof(SceneFlight));
  flights->connections = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_autoptr(GHashTable) conversations = g_hash_table_new_full(NULL, NULL, NULL, conversation_free);
  g_autoptr(GHashTable) latest = g_hash_table_new(NULL, NULL);
  g_autoptr(GArray) letters = g_array_new(FALSE, FALSE, sizeof(SceneFlight));
  Reading reading = {source, flights, conversations, latest, letters, false};
  guint count = source->event_count(source->owner);
  for (guint i = 0; i < count && !reading.told; i++) {
    const WorldEvent *event = source->event(source->owner, i);
    reading.told = event->type == WORLD_FRAME && event->message != 0;
  }
  for (guint i = 0; i < count; i++) {
    const WorldEvent *event = source->event(source->owner, i);
    uint32_t connection = event->type == WORLD_FRAME ? connection_of(&reading, event) : event->connection;
    g_array_append_val(flights->connections, connection);
    if (event->type == WORLD_CONNECTION) read_connection(&reading, event);
    if (event->type == WORLD_FRAME) read_frame(&reading, event, i);
    if (event->type == WORLD_MESSAGE) read_move(&reading, event);
  }
  finish(&reading);
  return flights;
}

void scene_flights_free(SceneFlights *flights)
{
  if (flights == NULL) return;
  g_array_unref(flights->all);
  g_array_unref(flights->connections);
  g_free(flights);
}

guint scene_flights_get_count(const SceneFlights *flights)
{
  return flights->all->len;
}

uint32_t scene_flights_get_connection(const SceneFlights *flights, guint event)
{
  return event < flights->connections->len ? g_array_index(flights->connections, uint32_t, event) : 0;
}

const SceneFlight *scene_flights_get(const SceneFlights *flights, guint index)
{
  return &g_array_index(flights->all, SceneFlight, index);
}

void scene_flights_find(const SceneFlights *flights, Nanoseconds time,
                        void (*found)(const SceneFlight *flight, void *data), void *data)
{
  guint low = 0, high = flights->all->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (scene_flights_get(flights, middle)->departs < time - flights->longest)
      low = middle + 1;
    else
      high = middle;
  }
  for (guint i = low; i < flights->all->len; i++) {
    const SceneFlight *flight = scene_flights_get(flights, i);
    if (flight->departs > time) break;
    if (time < end_of(flight)) found(flight, data);
  }
}
