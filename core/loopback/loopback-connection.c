/* SPDX-License-Identifier: MIT */
/* The glue between a TCP socket and an endpoint. Each turn moves a bounded piece of work; epoll tells again
 * of what is left, so that nobody keeps others waiting. */
#include "loopback/loopback-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define WRITTEN_A_TURN (4 * 65536u) /* bytes */
/* What a connection may read in its turn is measured by the time that its endpoint took last: a thousand
 * short commands are more work than a long stretch of text. */
#define LEAST_SHARE 512u /* bytes */
#define FIRST_SHARE 4096u
#define SHORT_TURN (NANOSECONDS_PER_MILLISECOND / 4)
#define LONG_TURN NANOSECONDS_PER_MILLISECOND

typedef enum {
  CONNECTION_FAILING, /* never came to be: the session is told when its timer goes off */
  CONNECTION_CONNECTING,
  CONNECTION_OPEN,
  CONNECTION_FINISHED, /* our last byte and FIN are with the kernel */
} ConnectionState;

typedef struct {
  LoopbackDriver *driver;
  LoopbackDescriptor descriptor;
  LoopbackSession session;
  Timer timer; /* the endpoint's deadline, or how long we wait for the peer */
  ConnectionState state;
  LoopbackView view; /* of one that we accepted */
  bool accepted;
  size_t share;        /* bytes to be read in a turn */
  bool cut;            /* somebody of ours wants it cut */
  bool told_end;       /* the peer sends no more, and the endpoint knows */
  AgentEnd end;        /* FAILING: what to tell */
  Nanoseconds give_up; /* one side has said all: when the other's time is over */
  uint16_t own_port;   /* one that we opened */
} LoopbackConnection;

static void turn(LoopbackConnection *connection, uint32_t events);

static void connection_free(gpointer data)
{
  LoopbackConnection *connection = data;
  endpoint_free(connection->session.endpoint);
  g_free(connection);
}

/* Counts a connection from outside in (1) or out (-1). */
static void count_peer(const LoopbackConnection *connection, int change)
{
  LoopbackDriver *driver = connection->driver;
  const IpAddress *peer = &connection->view.peer;
  driver->accepted = (guint)((int)driver->accepted + change);
  if (connection->view.peer_host != NULL) return;
  int count = GPOINTER_TO_INT(g_hash_table_lookup(driver->peers, peer)) + change;
  if (count == 0)
    g_hash_table_remove(driver->peers, peer);
  else
    g_hash_table_insert(driver->peers, g_memdup2(peer, sizeof *peer), GINT_TO_POINTER(count));
}

/* Closes the socket, tells how it ended, and lets the connection go. */
static void end_connection(LoopbackConnection *connection, AgentEnd end)
{
  LoopbackDriver *driver = connection->driver;
  loopback_descriptor_close(&connection->descriptor);
  loopback_driver_cancel_timer(driver, &connection->timer);
  if (connection->own_port != 0)
    g_hash_table_remove(driver->own_ports, GUINT_TO_POINTER(connection->own_port));
  if (connection->accepted) {
    count_peer(connection, -1);
    if (driver->watch.closed != NULL) driver->watch.closed(driver->owner, &connection->view, end);
  }
  g_hash_table_remove(driver->endpoints, connection->session.endpoint);
  loopback_session_end(&connection->session, end);
  g_hash_table_remove(driver->connections, connection);
  loopback_driver_bury(driver, connection, connection_free);
}

void loopback_connection_stop(gpointer connection)
{
  end_connection(connection, AGENT_STOPPED);
}

static void tell_bytes(const LoopbackConnection *connection, bool sent, Bytes bytes)
{
  const LoopbackDriver *driver = connection->driver;
  if (connection->accepted && driver->watch.bytes != NULL)
    driver->watch.bytes(driver->owner, &connection->view, sent, bytes);
}

static bool wants_read(const LoopbackConnection *connection)
{
  /* Who has said all listens no more, yet must hear when the peer closes. */
  return !connection->told_end &&
         (connection->session.said_all || endpoint_wants_read(connection->session.endpoint));
}

/* Reads once, its share. Returns false where the connection is broken. */
static bool read_some(LoopbackConnection *connection)
{
  LoopbackDriver *driver = connection->driver;
  ssize_t count = recv(connection->descriptor.fd, driver->room, connection->share, 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) {
    connection->told_end = true;
    endpoint_peer_closed(connection->session.endpoint);
    return true;
  }
  Bytes bytes = {driver->room, (size_t)count};
  tell_bytes(connection, false, bytes);
  if (!connection->session.said_all) endpoint_receive(connection->session.endpoint, bytes);
  return true;
}

/* Writes what the kernel takes, but no more than a turn's share. Returns false where the connection is
 * broken. */
static bool write_some(LoopbackConnection *connection)
{
  Endpoint *endpoint = connection->session.endpoint;
  for (size_t left = WRITTEN_A_TURN; left > 0;) {
    Bytes pending = bytes_slice(endpoint_pending(endpoint), 0, left);
    if (pending.length == 0) return true;
    ssize_t count = send(connection->descriptor.fd, pending.data, pending.length, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
    tell_bytes(connection, true, bytes_slice(pending, 0, (size_t)count));
    endpoint_consumed(endpoint, (size_t)count);
    loopback_session_pump_events(&connection->session); /* room in the endpoint lets it work on */
    connection->give_up = 0;
    left -= (size_t)count;
  }
  return true;
}

/* Sets the timer: to the endpoint's deadline, or, when one side has said all, to the end of our patience. */
static void set_timer(LoopbackConnection *connection)
{
  LoopbackDriver *driver = connection->driver;
  Nanoseconds due = NANOSECONDS_NEVER;
  if (connection->session.said_all || connection->told_end) {
    if (connection->give_up == 0) connection->give_up = real_clock_now(&driver->clock) + driver->linger_limit;
    due = connection->give_up;
  } else {
    due = endpoint_deadline(connection->session.endpoint);
  }
  if (due == NANOSECONDS_NEVER)
    loopback_driver_cancel_timer(driver, &connection->timer);
  else if (!timer_is_set(&connection->timer) || connection->timer.due != due)
    loopback_driver_set_timer(driver, &connection->timer, due);
}

static void wait_for_more(LoopbackConnection *connection)
{
  uint32_t events = 0;
  if (wants_read(connection)) events |= EPOLLIN;
  if (endpoint_pending(connection->session.endpoint).length > 0) events |= EPOLLOUT;
  loopback_driver_wait_for(connection->driver, &connection->descriptor, events);
}

/* Learns how connect went. Returns false while it is still under way, or when it failed. */
static bool finish_connect(LoopbackConnection *connection)
{
  int reason = 0;
  socklen_t length = sizeof reason;
  if (getsockopt(connection->descriptor.fd, SOL_SOCKET, SO_ERROR, &reason, &length) != 0) reason = errno;
  if (reason != 0) {
    end_connection(connection, reason == ECONNREFUSED ? AGENT_REFUSED
                               : reason == ETIMEDOUT  ? AGENT_TIMED_OUT
                                                      : AGENT_RESET);
    return false;
  }
  connection->state = CONNECTION_OPEN;
  loopback_driver_cancel_timer(connection->driver, &connection->timer);
  return true;
}

/* Makes the share of the next turn larger or smaller by the time that this one took. */
static void set_share(LoopbackConnection *connection, Nanoseconds took)
{
  if (took > LONG_TURN)
    connection->share = MAX(connection->share / 2, LEAST_SHARE);
  else if (took < SHORT_TURN)
    connection->share = MIN(connection->share * 2, LOOPBACK_READ_MAX);
}

/* Moves what can move. The connection may be over afterwards. */
static void turn(LoopbackConnection *connection, uint32_t events)
{
  LoopbackSession *session = &connection->session;
  if (connection->cut) return; /* its timer is about to go off */
  if (connection->state == CONNECTION_CONNECTING && !finish_connect(connection)) return;
  Nanoseconds begun = real_clock_now(&connection->driver->clock);
  endpoint_advance(session->endpoint, begun);
  /* What was said before the line broke still counts: reading comes before the error is looked at. */
  bool sound = true, may_read = wants_read(connection);
  if (may_read && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) sound = read_some(connection);
  if (!may_read && (events & (EPOLLHUP | EPOLLERR))) sound = false;
  loopback_session_pump_events(session);
  sound = sound && write_some(connection);
  if (!sound) {
    bool all_said = connection->state == CONNECTION_FINISHED && session->said_all;
    end_connection(connection, all_said ? AGENT_CLOSED : AGENT_RESET);
    return;
  }
  /* An endpoint whose owner still thinks about its question will say more. */
  bool over = session->said_all || (connection->told_end && endpoint_wants_read(session->endpoint));
  if (over && connection->state == CONNECTION_OPEN && endpoint_pending(session->endpoint).length == 0) {
    connection->state = CONNECTION_FINISHED;
    shutdown(connection->descriptor.fd, SHUT_WR);
  }
  if (connection->state == CONNECTION_FINISHED && connection->told_end) {
    end_connection(connection, AGENT_CLOSED);
    return;
  }
  set_share(connection, real_clock_now(&connection->driver->clock) - begun);
  set_timer(connection);
  wait_for_more(connection);
}

static void connection_ready(LoopbackDescriptor *descriptor, uint32_t events)
{
  turn(descriptor->owner, events);
}

static void timer_expired(void *owner)
{
  LoopbackConnection *connection = owner;
  if (connection->state == CONNECTION_FAILING) {
    end_connection(connection, connection->end);
  } else if (connection->cut) {
    loopback_reset(connection->descriptor.fd);
    connection->descriptor.fd = -1;
    end_connection(connection, AGENT_RESET);
  } else if (connection->state == CONNECTION_CONNECTING) {
    end_connection(connection, AGENT_TIMED_OUT);
  } else if (connection->give_up != 0 && real_clock_now(&connection->driver->clock) >= connection->give_up) {
    end_connection(connection, connection->state == CONNECTION_FINISHED ? AGENT_CLOSED : AGENT_RESET);
  } else {
    turn(connection, 0);
  }
}

void loopback_connection_wake(LoopbackDriver *driver, Endpoint *endpoint)
{
  LoopbackConnection *connection = g_hash_table_lookup(driver->endpoints, endpoint);
  /* One that is not open yet has a turn when it is. */
  if (connection != NULL && connection->state >= CONNECTION_OPEN)
    loopback_driver_set_timer(driver, &connection->timer, real_clock_now(&driver->clock));
}

void loopback_connection_cut(LoopbackDriver *driver, Endpoint *endpoint)
{
  LoopbackConnection *connection = g_hash_table_lookup(driver->endpoints, endpoint);
  if (connection == NULL || connection->state == CONNECTION_FAILING) return;
  connection->cut = true;
  loopback_driver_set_timer(driver, &connection->timer, real_clock_now(&driver->clock));
}

static LoopbackConnection *connection_new(LoopbackDriver *driver, int fd)
{
  LoopbackConnection *connection = g_new0(LoopbackConnection, 1);
  connection->driver = driver;
  connection->share = FIRST_SHARE;
  connection->descriptor = (LoopbackDescriptor){.ready = connection_ready, .owner = connection, .fd = fd};
  connection->timer = (Timer){.expired = timer_expired, .owner = connection};
  g_hash_table_add(driver->connections, connection);
  return connection;
}

/* Lines are short and answered at once: they shall not wait for one another. */
static void hurry(int fd)
{
  static const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void loopback_connection_accept(LoopbackListener *listener, int fd, const LoopbackView *view)
{
  LoopbackDriver *driver = listener->host->driver;
  LoopbackConnection *connection = connection_new(driver, fd);
  char peer[IP_ADDRESS_TEXT];
  IpAddress address = view->peer;
  if (view->peer_host != NULL) {
    const LoopbackHost *opener = loopback_driver_find_host(driver, view->peer_host);
    if (opener->address.version != 0) address = opener->address; /* the one that DNS has of it */
  }
  ip_address_format(&address, peer);
  hurry(fd);
  connection->state = CONNECTION_OPEN;
  connection->accepted = true;
  connection->view = *view;
  connection->view.id = ++driver->last_id;
  count_peer(connection, 1);
  if (driver->watch.opened != NULL) driver->watch.opened(driver->owner, &connection->view);
  connection->session.endpoint =
      listener->service.accept(listener->service.owner, peer, &connection->session.session);
  g_hash_table_insert(driver->endpoints, connection->session.endpoint, connection);
  turn(connection, 0);
}

static void fail_later(LoopbackConnection *connection, AgentEnd end)
{
  connection->state = CONNECTION_FAILING;
  connection->end = end;
  loopback_descriptor_close(&connection->descriptor);
  loopback_driver_set_timer(connection->driver, &connection->timer,
                            real_clock_now(&connection->driver->clock));
}

/* Begins to connect a socket to the real port of listener. */
static void begin_connect(LoopbackConnection *connection, LoopbackHost *host,
                          const LoopbackListener *listener)
{
  LoopbackDriver *driver = connection->driver;
  connection->descriptor.fd = loopback_connect(SOCK_STREAM, listener->real, &connection->own_port);
  if (connection->descriptor.fd < 0) { /* else: no descriptor or port is left */
    fail_later(connection, errno == ECONNREFUSED ? AGENT_REFUSED : AGENT_UNREACHABLE);
    return;
  }
  hurry(connection->descriptor.fd);
  g_hash_table_insert(driver->own_ports, GUINT_TO_POINTER(connection->own_port), host);
  connection->state = CONNECTION_CONNECTING;
  loopback_driver_set_timer(driver, &connection->timer,
                            real_clock_now(&driver->clock) + driver->connect_limit);
  loopback_driver_wait_for(driver, &connection->descriptor, EPOLLOUT);
}

void loopback_connection_open(LoopbackHost *host, const LoopbackHost *target, uint16_t port,
                              Endpoint *endpoint, const AgentSession *session)
{
  LoopbackConnection *connection = connection_new(host->driver, -1);
  connection->session = (LoopbackSession){.endpoint = endpoint, .session = *session};
  g_hash_table_insert(host->driver->endpoints, endpoint, connection);
  endpoint_advance(endpoint, real_clock_now(&host->driver->clock));
  const LoopbackListener *listener =
      target == NULL ? NULL : loopback_host_find_listener(target, AGENT_TCP, port);
  if (listener != NULL)
    begin_connect(connection, host, listener);
  else
    fail_later(connection, target == NULL ? AGENT_UNREACHABLE : AGENT_REFUSED);
}
