/* SPDX-License-Identifier: MIT */
/* The driver itself: what it waits for, whose turn it is, and how all of it ends. */
#include "loopback/loopback-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

#define EVENTS_A_TURN 64
#define USUAL_CONNECTIONS 1000u
#define USUAL_OF_A_PEER 800u
#define USUAL_PATIENCE (30 * NANOSECONDS_PER_SECOND)

/* Something freed at the end of the turn: epoll may have told of it already. */
typedef struct {
  gpointer object;
  GDestroyNotify free_object;
} LoopbackDead;

typedef struct {
  GSource source;
  LoopbackDriver *driver;
} DriverSource;

static void dead_free(gpointer data)
{
  LoopbackDead *dead = data;
  dead->free_object(dead->object);
  g_free(dead);
}

void loopback_driver_bury(LoopbackDriver *driver, gpointer object, GDestroyNotify free_object)
{
  LoopbackDead *dead = g_new(LoopbackDead, 1);
  *dead = (LoopbackDead){object, free_object};
  g_ptr_array_add(driver->dead, dead);
}

void loopback_driver_wait_for(LoopbackDriver *driver, LoopbackDescriptor *descriptor, uint32_t events)
{
  if (descriptor->fd < 0 || (descriptor->waiting && descriptor->interest == events)) return;
  struct epoll_event event = {.events = events, .data.ptr = descriptor};
  int how = descriptor->waiting ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  /* It fails only where the kernel has no memory, or the user too many: then its timer will end it. */
  if (epoll_ctl(driver->epoll, how, descriptor->fd, &event) == 0) descriptor->waiting = true;
  descriptor->interest = events;
}

void loopback_descriptor_close(LoopbackDescriptor *descriptor)
{
  if (descriptor->fd < 0) return;
  close(descriptor->fd); /* epoll forgets it with its last descriptor */
  descriptor->fd = -1;
}

/* Tells the main loop when the next timer is due. In a turn, that is done once at its end. */
static void set_ready_time(LoopbackDriver *driver)
{
  if (driver->dispatching || driver->source == NULL) return;
  const Timer *first = timer_queue_peek(&driver->timers);
  g_source_set_ready_time(driver->source,
                          first == NULL ? -1 : real_clock_get_ready_time(&driver->clock, first->due));
}

void loopback_driver_set_timer(LoopbackDriver *driver, Timer *timer, Nanoseconds due)
{
  timer_queue_set(&driver->timers, timer, due);
  set_ready_time(driver);
}

void loopback_driver_cancel_timer(LoopbackDriver *driver, Timer *timer)
{
  timer_queue_cancel(&driver->timers, timer);
  set_ready_time(driver);
}

/* Lets the timers go off that are due; what is set meanwhile waits for the next turn. */
static void run_timers(LoopbackDriver *driver)
{
  Nanoseconds now = real_clock_now(&driver->clock);
  uint64_t limit = driver->timers.order;
  for (Timer *timer; (timer = timer_queue_peek(&driver->timers)) != NULL;) {
    if (timer->due > now || timer->order >= limit) return;
    timer_queue_take(&driver->timers);
    timer->expired(timer->owner);
  }
}

static gboolean driver_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
  (void)callback;
  (void)data;
  LoopbackDriver *driver = ((DriverSource *)source)->driver;
  struct epoll_event events[EVENTS_A_TURN];
  int count = epoll_wait(driver->epoll, events, EVENTS_A_TURN, 0);
  driver->dispatching = true;
  for (int i = 0; i < count; i++) {
    LoopbackDescriptor *descriptor = events[i].data.ptr;
    if (descriptor->fd >= 0) descriptor->ready(descriptor, events[i].events);
  }
  run_timers(driver);
  g_ptr_array_set_size(driver->dead, 0);
  driver->dispatching = false;
  set_ready_time(driver);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs driver_source_functions = {.dispatch = driver_dispatch};

static guint address_hash(gconstpointer data)
{
  const IpAddress *address = data;
  guint hash = address->version;
  for (size_t i = 0; i < sizeof address->bytes; i++)
    hash = hash * 31 + address->bytes[i];
  return hash;
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
  return ip_address_equal(a, b);
}

static void host_free(gpointer data)
{
  LoopbackHost *host = data;
  g_ptr_array_unref(host->listeners);
  g_free(host->name);
  g_free(host->ports);
  g_free(host);
}

LoopbackDriver *loopback_driver_new(const LoopbackDriverConfig *config, GError **error)
{
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) {
    int reason = errno;
    g_set_error_literal(error, G_IO_ERROR, (gint)g_io_error_from_errno(reason), g_strerror(reason));
    return NULL;
  }
  LoopbackDriver *driver = g_new0(LoopbackDriver, 1);
  driver->epoll = epoll;
  driver->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
  real_clock_start(&driver->clock);
  if (config->watch != NULL) driver->watch = *config->watch;
  driver->owner = config->owner;
  driver->connection_limit = config->connection_limit == 0 ? USUAL_CONNECTIONS : config->connection_limit;
  driver->peer_limit = config->peer_limit == 0 ? USUAL_OF_A_PEER : config->peer_limit;
  driver->linger_limit = config->linger_limit == 0 ? USUAL_PATIENCE : config->linger_limit;
  driver->connect_limit = config->connect_limit == 0 ? USUAL_PATIENCE : config->connect_limit;
  driver->hosts = g_ptr_array_new_with_free_func(host_free);
  driver->connections = g_hash_table_new(NULL, NULL);
  driver->sockets = g_hash_table_new(NULL, NULL);
  driver->endpoints = g_hash_table_new(NULL, NULL);
  driver->dead = g_ptr_array_new_with_free_func(dead_free);
  driver->own_ports = g_hash_table_new(NULL, NULL);
  driver->peers = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
  driver->source = g_source_new(&driver_source_functions, sizeof(DriverSource));
  ((DriverSource *)driver->source)->driver = driver;
  g_source_set_static_name(driver->source, "loopback-driver");
  g_source_add_unix_fd(driver->source, epoll, G_IO_IN);
  g_source_attach(driver->source, config->context);
  return driver;
}

LoopbackHost *loopback_driver_find_host(const LoopbackDriver *driver, const char *peer)
{
  IpAddress address;
  bool numeric = ip_address_parse(peer, &address);
  for (guint i = 0; i < driver->hosts->len; i++) {
    LoopbackHost *host = g_ptr_array_index(driver->hosts, i);
    if (numeric ? ip_address_equal(&host->address, &address) : g_ascii_strcasecmp(host->name, peer) == 0)
      return host;
  }
  return NULL;
}

void loopback_driver_note_error(LoopbackDriver *driver, const struct sockaddr *address, int reason)
{
  if (driver->error != NULL) return;
  struct sockaddr_storage storage = {0};
  IpAddress ip;
  uint16_t port;
  char text[IP_ENDPOINT_TEXT];
  memcpy(&storage, address,
         address->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
  loopback_read_address(&storage, &ip, &port);
  ip_endpoint_format(&ip, port, text);
  driver->error =
      g_error_new(G_IO_ERROR, (gint)g_io_error_from_errno(reason), "%s: %s", text, g_strerror(reason));
}

bool loopback_driver_check(const LoopbackDriver *driver, GError **error)
{
  if (driver->error == NULL) return true;
  g_propagate_error(error, g_error_copy(driver->error));
  return false;
}

guint loopback_driver_get_connection_count(const LoopbackDriver *driver)
{
  return driver->accepted;
}

/* Ends everything in table: ending takes it out. */
static void stop_all(GHashTable *table, void (*stop)(gpointer object))
{
  g_autofree gpointer *objects = g_hash_table_get_keys_as_array(table, NULL);
  for (gpointer *object = objects; *object != NULL; object++)
    stop(*object);
}

void loopback_driver_stop(LoopbackDriver *driver)
{
  g_assert(!driver->dispatching);
  if (driver->stopped) return;
  driver->stopped = true;
  stop_all(driver->connections, loopback_connection_stop);
  stop_all(driver->sockets, loopback_datagrams_stop);
  g_ptr_array_set_size(driver->dead, 0);
  for (guint i = 0; i < driver->hosts->len; i++)
    g_ptr_array_set_size(((LoopbackHost *)g_ptr_array_index(driver->hosts, i))->listeners, 0);
  g_source_destroy(driver->source);
  g_clear_pointer(&driver->source, g_source_unref);
}

void loopback_driver_free(LoopbackDriver *driver)
{
  if (driver == NULL) return;
  loopback_driver_stop(driver);
  g_ptr_array_unref(driver->hosts);
  g_hash_table_unref(driver->connections);
  g_hash_table_unref(driver->sockets);
  g_hash_table_unref(driver->endpoints);
  g_ptr_array_unref(driver->dead);
  g_hash_table_unref(driver->own_ports);
  g_hash_table_unref(driver->peers);
  timer_queue_clear(&driver->timers);
  g_clear_error(&driver->error);
  if (driver->spare >= 0) close(driver->spare);
  close(driver->epoll);
  g_free(driver);
}
