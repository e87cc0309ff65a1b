/* SPDX-License-Identifier: MIT */
/* The world's log: frames, connections and messages; the six steps of the walk are told from them. */
#include "mail/message-trace.h"
#include "mail/message-view.h"
#include "simulate/host-private.h"
#include "simulate/world-private.h"

#include <string.h>

#define GLANCE_BYTES 16384u /* of a letter are looked at for its postcard: the headers and the first line */

void world_log_append(World *world, WorldEvent event)
{
  event.time = world->clock.now;
  if (event.until == 0) event.until = event.time;
  g_array_append_val(world->events, event);
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
  static const struct {
    uint16_t port;
    uint32_t step;
  } steps[] = {{SUBMISSION_PORT, STEP_SUBMIT},
               {SMTP_PORT, STEP_RELAY},
               {110, STEP_FETCH},
               {109, STEP_FETCH},
               {143, STEP_FETCH},
               {80, STEP_FETCH}};
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
    if (steps[i].port == connection->port) world_step(world, steps[i].step, host, peer, steps[i].port, link);
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
  if (port != 53) return;
  const HostInterface *way = host_find_interface(host, peer);
  world_step(world, STEP_LOOK_UP, host_get_index(host), world_find_address(world, peer), port,
             way == NULL ? UINT16_MAX : (uint16_t)way->link->index);
}

static void letter_free(gpointer data)
{
  WorldLetter *letter = data;
  g_clear_pointer(&letter->glance, g_bytes_unref);
  g_free((char *)letter->view.from);
  g_free((char *)letter->view.to);
  g_free((char *)letter->view.subject);
  g_free((char *)letter->view.first_line);
  g_free(letter);
}

/* Returns what stands between the brackets of the Message-ID field; empty for none. */
static Bytes find_id(Bytes message)
{
  static const char name[] = "Message-ID:";
  Bytes field, rest = bytes_slice(message, 0, GLANCE_BYTES);
  while (message_trace_next_field(&rest, &field)) {
    if (!bytes_starts_ignore_case(field, name)) continue;
    ptrdiff_t open = bytes_find(field, '<'), close = bytes_find(field, '>');
    return open < 0 || close < open ? BYTES_EMPTY
                                    : bytes_slice(field, (size_t)open + 1, (size_t)(close - open) - 1);
  }
  return BYTES_EMPTY;
}

static uint32_t add_message(World *world, Bytes bytes)
{
  Bytes glance = bytes_slice(bytes, 0, GLANCE_BYTES);
  WorldLetter *letter = g_new0(WorldLetter, 1);
  letter->glance = g_bytes_new(glance.data, glance.length);
  letter->view.size = bytes.length;
  g_ptr_array_add(world->messages, letter);
  return world->messages->len;
}

const WorldMessage *world_get_message(const World *world, guint index)
{
  g_return_val_if_fail(index < world->messages->len, NULL);
  WorldLetter *letter = g_ptr_array_index(world->messages, index);
  if (letter->glance == NULL) return &letter->view;
  MessageView view;
  Bytes glance;
  glance.data = g_bytes_get_data(letter->glance, &glance.length);
  message_view_init(&view, glance);
  letter->view = (WorldMessage){
      .from = g_strdup(view.from),
      .to = g_strdup(view.to),
      .subject = g_strdup(view.subject),
      .first_line = g_strdup(view.first_line),
      .size = letter->view.size,
  };
  message_view_clear(&view);
  g_clear_pointer(&letter->glance, g_bytes_unref);
  return &letter->view;
}

/* Returns the message's number, by its Message-ID; a new one where it was never seen. Messages move
 * often; what a postcard shows of one is read when somebody asks. */
static uint32_t number_of(World *world, Bytes bytes)
{
  g_autofree char *id = bytes_dup_string(find_id(bytes));
  uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(world->message_index, id));
  if (number != 0) return number;
  number = add_message(world, bytes);
  g_hash_table_insert(world->message_index, g_steal_pointer(&id), GUINT_TO_POINTER(number));
  return number;
}

static uint32_t message_number(void *owner, Bytes message)
{
  return number_of(owner, message);
}

/* The key of world->copies. */
static gpointer copies_key(uint32_t message, uint16_t host, uint8_t tray)
{
  G_STATIC_ASSERT(TRAY_INBOX < 16);
  return (gpointer)(uintptr_t)((uint64_t)message << 20 | (uint64_t)host << 4 | tray);
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
  if (move->new_tray == AGENT_TRAY_OUTBOX) world_step(world, STEP_WRITE, here, UINT16_MAX, 0, UINT16_MAX);
  append_move(world, event);
  if (move->new_tray == AGENT_TRAY_QUEUE) world_step(world, STEP_QUEUE, here, UINT16_MAX, 0, UINT16_MAX);
}

void world_log_init(World *world)
{
  world->events = g_array_new(FALSE, FALSE, sizeof(WorldEvent));
  world->messages = g_ptr_array_new_with_free_func(letter_free);
  world->message_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  world->watch = (HostWatch){connection_opened, connection_changed, host_asked,
                             message_moved,     message_lies,       message_number};
  world->copies = g_hash_table_new(NULL, NULL);
  world->texts = g_string_chunk_new(256);
  for (guint i = 0; i < world->link_count; i++)
    world->cables[i].watch = (LinkWatch){.departed = frame_departed, .owner = world};
}

void world_log_clear(World *world)
{
  g_array_unref(world->events);
  g_ptr_array_unref(world->messages);
  g_hash_table_unref(world->message_index);
  g_hash_table_unref(world->copies);
  g_string_chunk_free(world->texts);
}
