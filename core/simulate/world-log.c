/* SPDX-License-Identifier: MIT */
/* The world's log: frames, connections, messages, and the six steps of the walk as they can be told from
 * them. */
#include "base/i18n.h"
#include "mail/message-view.h"
#include "simulate/world-private.h"

#include <string.h>

#define GLANCE_BYTES 16384u /* of a letter are looked at for its postcard: the headers and the first line */

enum { STEP_WRITE = 1, STEP_SUBMIT, STEP_QUEUE, STEP_LOOK_UP, STEP_RELAY, STEP_FETCH };

void world_log_append(World *world, WorldEvent event)
{
  event.time = world->clock.now;
  if (event.until == 0) event.until = event.time;
  g_array_append_val(world->events, event);
}

uint16_t world_find_address(const World *world, const IpAddress *address)
{
  for (uint16_t i = 0; i < DEFAULT_HOST_COUNT; i++)
    if (ip_address_equal(&world->hosts[i].address, address)) return i;
  return UINT16_MAX;
}

uint16_t world_find_name(const World *world, const char *name)
{
  IpAddress address;
  if (ip_address_parse(name, &address)) return world_find_address(world, &address);
  for (uint16_t i = 0; i < DEFAULT_HOST_COUNT; i++)
    if (g_ascii_strcasecmp(world->hosts[i].name, name) == 0) return i;
  return UINT16_MAX;
}

/* Writes the step that host begins, unless it was the last one told. */
static void append_step(World *world, uint32_t step, uint16_t host, uint16_t peer, uint16_t link)
{
  if (step == world->last_step) return;
  world->last_step = step;
  bool beta = strcmp(world->hosts[host].domain, default_users[1].address + strlen("bob@")) == 0;
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.type = WORLD_STEP;
  event.number = step;
  event.host = host;
  event.peer = peer;
  event.link = link;
  event.text = default_steps[beta][step - 1];
  world_log_append(world, event);
}

static void frame_departed(void *owner, const Link *link, const LinkFrame *frame)
{
  World *world = owner;
  const WorldLink *view = &world->links[link->index];
  world_log_append(world, (WorldEvent){
                              .until = frame->arrival,
                              .type = WORLD_FRAME,
                              .host = frame->from == 0 ? view->a : view->b,
                              .peer = frame->from == 0 ? view->b : view->a,
                              .link = (uint16_t)link->index,
                              .port = frame->label.port,
                              .new_state = frame->lost,
                              .connection = frame->label.connection,
                              .message = frame->label.message,
                              .frame = frame->number,
                              .length = frame->payload_length,
                          });
}

static uint32_t connection_opened(void *owner, const HostConnectionView *connection)
{
  World *world = owner;
  uint16_t host = host_get_index(connection->host);
  uint16_t peer = world_find_address(world, &connection->peer);
  uint16_t link = (uint16_t)connection->link->index;
  bool user = world->hosts[host].kind == HOST_USER;
  if (connection->port == SUBMISSION_PORT) append_step(world, STEP_SUBMIT, host, peer, link);
  if (connection->port == SMTP_PORT && !user) append_step(world, STEP_RELAY, host, peer, link);
  if (connection->port == POP3_PORT) append_step(world, STEP_FETCH, host, peer, link);
  return ++world->connection_count;
}

static void connection_changed(void *owner, const HostConnectionView *connection, HostConnectionState before,
                               HostConnectionState now)
{
  World *world = owner;
  world_log_append(world, (WorldEvent){
                              .type = WORLD_CONNECTION,
                              .host = host_get_index(connection->host),
                              .peer = world_find_address(world, &connection->peer),
                              .link = (uint16_t)connection->link->index,
                              .port = connection->port,
                              .old_state = (uint8_t)before,
                              .new_state = (uint8_t)now,
                              .connection = connection->id,
                          });
}

static void host_asked(void *owner, Host *host, const IpAddress *peer, uint16_t port)
{
  World *world = owner;
  uint16_t link = UINT16_MAX, from = host_get_index(host), to = world_find_address(world, peer);
  for (uint16_t i = 0; i < DEFAULT_LINK_COUNT; i++)
    if ((world->links[i].a == from && world->links[i].b == to) ||
        (world->links[i].b == from && world->links[i].a == to))
      link = i;
  if (port == 53) append_step(world, STEP_LOOK_UP, from, to, link);
}

static void message_free(gpointer data)
{
  WorldMessage *message = data;
  g_free((char *)message->from);
  g_free((char *)message->to);
  g_free((char *)message->subject);
  g_free((char *)message->first_line);
  g_free(message);
}

/* Returns the message's number, by its Message-ID; a new one where it was never seen. */
static uint32_t number_of(World *world, Bytes bytes)
{
  MessageView view;
  message_view_init(&view, bytes_slice(bytes, 0, GLANCE_BYTES));
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(world->message_index, view.message_id));
  if (number == 0) {
    WorldMessage *message = g_new(WorldMessage, 1);
    *message = (WorldMessage){
        .from = g_strdup(view.from),
        .to = g_strdup(view.to),
        .subject = g_strdup(view.subject),
        .first_line = g_strdup(view.first_line),
        .size = bytes.length,
    };
    g_ptr_array_add(world->messages, message);
    number = world->messages->len;
    g_hash_table_insert(world->message_index, g_strdup(view.message_id), GUINT_TO_POINTER(number));
  }
  message_view_clear(&view);
  return number;
}

static uint32_t message_number(void *owner, Bytes message)
{
  return number_of(owner, message);
}

/* The key of world->copies. */
static gpointer copies_key(uint32_t message, uint16_t host, uint8_t tray)
{
  G_STATIC_ASSERT(DEFAULT_HOST_COUNT < 16 && TRAY_INBOX < 16);
  return GUINT_TO_POINTER(message << 8 | (guint)(host << 4 & 0xf0) | tray);
}

static guint get_copies(const World *world, uint32_t message, uint16_t host, uint8_t tray)
{
  return GPOINTER_TO_UINT(g_hash_table_lookup(world->copies, copies_key(message, host, tray)));
}

static void change_copies(World *world, uint32_t message, uint16_t host, uint8_t tray, gint change)
{
  if (tray == TRAY_NONE) return;
  guint copies = get_copies(world, message, host, tray) + (guint)change;
  g_hash_table_insert(world->copies, copies_key(message, host, tray), GUINT_TO_POINTER(copies));
}

/* Writes a move. A copy cannot leave a tray in which none lies: it was sent twice, its first receipt being
 * lost. */
static void append_move(World *world, WorldEvent event)
{
  event.type = WORLD_MESSAGE;
  if (event.old_tray != TRAY_NONE && get_copies(world, event.message, event.host, event.old_tray) == 0)
    event.old_tray = TRAY_NONE;
  change_copies(world, event.message, event.host, event.old_tray, -1);
  change_copies(world, event.message, event.peer, event.new_tray, 1);
  world_log_append(world, event);
}

static void message_lies(void *owner, Host *host, Bytes message, AgentTray tray, guint copies)
{
  World *world = owner;
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.host = event.peer = host_get_index(host);
  event.message = number_of(world, message);
  guint told = get_copies(world, event.message, event.host, (uint8_t)tray);
  event.old_tray = (uint8_t)(told > copies ? tray : AGENT_TRAY_NONE);
  event.new_tray = (uint8_t)(told < copies ? tray : AGENT_TRAY_NONE);
  for (guint i = 0; i < (told > copies ? told - copies : copies - told); i++)
    append_move(world, event);
}

static void message_moved(void *owner, Host *host, const AgentMove *move)
{
  World *world = owner;
  uint16_t here = host_get_index(host);
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.host = move->from == NULL ? here : world_find_name(world, move->from);
  event.peer = move->to == NULL ? here : world_find_name(world, move->to);
  event.old_tray = (uint8_t)move->old_tray;
  event.new_tray = (uint8_t)move->new_tray;
  event.message = number_of(world, move->message);
  if (move->new_tray == AGENT_TRAY_OUTBOX) append_step(world, STEP_WRITE, here, UINT16_MAX, UINT16_MAX);
  append_move(world, event);
  if (move->new_tray == AGENT_TRAY_QUEUE) append_step(world, STEP_QUEUE, here, UINT16_MAX, UINT16_MAX);
}

void world_log_init(World *world)
{
  world->events = g_array_new(FALSE, FALSE, sizeof(WorldEvent));
  world->messages = g_ptr_array_new_with_free_func(message_free);
  world->message_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  world->watch = (HostWatch){connection_opened, connection_changed, host_asked,
                             message_moved,     message_lies,       message_number};
  world->copies = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < DEFAULT_LINK_COUNT; i++)
    world->cables[i].watch = (LinkWatch){frame_departed, world};
}

void world_log_clear(World *world)
{
  g_array_unref(world->events);
  g_ptr_array_unref(world->messages);
  g_hash_table_unref(world->message_index);
  g_hash_table_unref(world->copies);
}
