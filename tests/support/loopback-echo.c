/* SPDX-License-Identifier: MIT */
/* The echo, its town, and the sockets outside. */
#include "support/loopback-echo.h"

#include "base/byte-buffer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>

#define PATIENCE (20 * G_USEC_PER_SEC)
#define HELD_MAX 65536u

/* Says back what it hears; hearing "bye\r\n" it closes. As a caller it says "call\r\n" and closes at once. */
typedef struct {
  Endpoint endpoint;
  Town *town;
  ByteBuffer out;
  Nanoseconds idle_limit, deadline;
  bool closing, told;
  bool thinking; /* wants no input, and does not close, before its owner has said something */
} Echo;

static void echo_receive(Endpoint *endpoint, Bytes bytes)
{
  Echo *echo = (Echo *)endpoint;
  byte_buffer_append(&echo->out, bytes);
  if (bytes_equal(bytes, BYTES_LITERAL("bye\r\n"))) echo->closing = true;
  echo->town->most_held = MAX(echo->town->most_held, byte_buffer_view(&echo->out).length);
}

static EndpointEventType echo_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Echo *echo = (Echo *)endpoint;
  if (!echo->closing || echo->told || echo->thinking) return ENDPOINT_NOTHING;
  echo->told = true;
  return event->type = ENDPOINT_CLOSE;
}

static void echo_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes echo_pending(Endpoint *endpoint)
{
  return bytes_slice(byte_buffer_view(&((Echo *)endpoint)->out), 0, HELD_MAX);
}

static void echo_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((Echo *)endpoint)->out, count);
}

static bool echo_wants_read(Endpoint *endpoint)
{
  const Echo *echo = (const Echo *)endpoint;
  return !echo->thinking && byte_buffer_view(&echo->out).length < HELD_MAX;
}

static Nanoseconds echo_deadline(Endpoint *endpoint)
{
  return ((Echo *)endpoint)->deadline;
}

static void echo_advance(Endpoint *endpoint, Nanoseconds now)
{
  Echo *echo = (Echo *)endpoint;
  if (echo->idle_limit == 0)
    echo->deadline = NANOSECONDS_NEVER;
  else if (echo->deadline == 0)
    echo->deadline = now + echo->idle_limit;
  else if (now >= echo->deadline)
    echo->closing = true;
}

static void echo_peer_closed(Endpoint *endpoint)
{
  ((Echo *)endpoint)->closing = true;
}

static void echo_free(Endpoint *endpoint)
{
  byte_buffer_clear(&((Echo *)endpoint)->out);
  g_free(endpoint);
}

static const EndpointClass echo_class = {
    .name = "echo",
    .receive = echo_receive,
    .next_event = echo_next_event,
    .answer = echo_answer,
    .pending = echo_pending,
    .consumed = echo_consumed,
    .wants_read = echo_wants_read,
    .deadline = echo_deadline,
    .advance = echo_advance,
    .peer_closed = echo_peer_closed,
    .free = echo_free,
};

static Echo *echo_new(Town *town)
{
  Echo *echo = g_new0(Echo, 1);
  echo->endpoint.class = &echo_class;
  echo->town = town;
  return echo;
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  Town *town = owner;
  town->sessions--;
  town->last_end = end;
}

static void caller_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  ((Town *)owner)->caller_end = (int)end;
}

static const AgentSessionClass session_class = {session_event, session_ended};
static const AgentSessionClass caller_class = {session_event, caller_ended};

static Endpoint *accept_echo(void *owner, const char *peer, AgentSession *session)
{
  Town *town = owner;
  Echo *echo = echo_new(town);
  echo->idle_limit = town->idle_limit;
  echo->thinking = town->thoughtful;
  town->last_endpoint = &echo->endpoint;
  town->sessions++;
  g_free(town->last_peer);
  town->last_peer = g_strdup(peer);
  *session = (AgentSession){&session_class, town};
  return &echo->endpoint;
}

static void watch_opened(void *owner, const LoopbackView *view)
{
  Town *town = owner;
  g_assert_cmpuint(view->id, ==, ++town->opened);
  g_assert_cmpstr(view->host, ==, "echo.example");
  g_assert_cmpuint(view->port, ==, 25);
  g_assert_cmpuint(view->local_port, ==, town->port);
  g_free(town->last_peer_host);
  town->last_peer_host = g_strdup(view->peer_host);
}

static void watch_bytes(void *owner, const LoopbackView *view, bool sent, Bytes bytes)
{
  (void)view;
  ((Town *)owner)->seen_bytes[sent] += bytes.length;
}

static void watch_closed(void *owner, const LoopbackView *view, AgentEnd end)
{
  (void)view;
  (void)end;
  ((Town *)owner)->closed++;
}

static void watch_turned_away(void *owner, const LoopbackView *view)
{
  g_assert_cmpuint(view->id, ==, 0);
  ((Town *)owner)->turned_away++;
}

static const LoopbackWatch watch = {
    .opened = watch_opened,
    .bytes = watch_bytes,
    .closed = watch_closed,
    .turned_away = watch_turned_away,
};

void town_init(Town *town, const LoopbackDriverConfig *config)
{
  *town = (Town){.context = g_main_context_new(), .caller_end = -1};
  LoopbackDriverConfig own = *config;
  own.context = town->context;
  own.watch = &watch;
  own.owner = town;
  g_autoptr(GError) error = NULL;
  town->driver = loopback_driver_new(&own, &error);
  g_assert_no_error(error);
  LoopbackHost *host = loopback_driver_add_host(
      town->driver, &(LoopbackHostConfig){.name = "echo.example", .address = "192.0.2.25", .any_port = true});
  town->host = loopback_host_as_agent_host(host);
  agent_host_listen(town->host, AGENT_TCP, 25, &(AgentService){accept_echo, town});
  town->port = loopback_host_get_port(host, AGENT_TCP, 25);
  g_assert_true(loopback_driver_check(town->driver, &error));
}

void town_clear(Town *town)
{
  loopback_driver_stop(town->driver);
  g_assert_cmpuint(town->sessions, ==, 0);
  g_assert_cmpuint(town->opened, ==, town->closed);
  loopback_driver_free(town->driver);
  g_free(town->last_peer);
  g_free(town->last_peer_host);
  g_main_context_unref(town->context);
}

static gboolean do_nothing(gpointer data)
{
  (void)data;
  return G_SOURCE_REMOVE;
}

/* Wakes the context after so many milliseconds. */
static GSource *set_alarm(const Town *town, guint milliseconds)
{
  GSource *alarm = g_timeout_source_new(milliseconds);
  g_source_set_callback(alarm, do_nothing, NULL, NULL);
  g_source_attach(alarm, town->context);
  return alarm;
}

void town_turn(Town *town)
{
  GSource *alarm = set_alarm(town, 1);
  g_main_context_iteration(town->context, TRUE);
  g_source_destroy(alarm);
  g_source_unref(alarm);
}

void town_run_until(Town *town, bool (*done)(const Town *town))
{
  for (gint64 begun = g_get_monotonic_time(); !done(town);) {
    town_turn(town);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, PATIENCE);
  }
}

bool town_is_empty(const Town *town)
{
  return town->sessions == 0;
}

bool town_call_is_over(const Town *town)
{
  return town->caller_end != -1;
}

guint town_rest(Town *town, guint milliseconds)
{
  guint turns = 0;
  GSource *alarm = set_alarm(town, milliseconds);
  for (; !g_source_is_destroyed(alarm); turns++)
    g_main_context_iteration(town->context, TRUE);
  g_source_unref(alarm);
  return turns;
}

int raw_socket(int family)
{
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

bool dial(int fd, int family, uint16_t port)
{
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 ipv6 = {
      .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int result = family == AF_INET ? connect(fd, (struct sockaddr *)&ipv4, sizeof ipv4)
                                 : connect(fd, (struct sockaddr *)&ipv6, sizeof ipv6);
  return result == 0 || errno == EINPROGRESS;
}

static int dial_with(Town *town, int fd, int family)
{
  guint before = town->opened + town->turned_away;
  if (fd < 0 || !dial(fd, family, town->port)) {
    if (fd >= 0) close(fd);
    return -1;
  }
  while (town->opened + town->turned_away == before)
    town_turn(town);
  return fd;
}

int town_dial(Town *town, int family)
{
  return dial_with(town, raw_socket(family), family);
}

int town_dial_from(Town *town, const char *address)
{
  struct sockaddr_in own = {.sin_family = AF_INET};
  int fd = raw_socket(AF_INET);
  g_assert_cmpint(inet_pton(AF_INET, address, &own.sin_addr), ==, 1);
  g_assert_cmpint(bind(fd, (struct sockaddr *)&own, sizeof own), ==, 0);
  return dial_with(town, fd, AF_INET);
}

void hang_up(int fd)
{
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
  close(fd);
}

void town_wait_readable(Town *town, int fd)
{
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  for (gint64 begun = g_get_monotonic_time(); poll(&wait, 1, 0) == 0;) {
    town_turn(town);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, PATIENCE);
  }
}

void town_expect(Town *town, int fd, const char *bytes, size_t length, bool haltingly)
{
  static const int small = 131072; /* smaller ones wait for TCP's probes */
  size_t sent = 0, got = 0;
  g_autofree char *back = g_malloc(65536);
  if (haltingly) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  gint64 begun = g_get_monotonic_time();
  for (guint turn = 0; got < length; turn++) {
    ssize_t count = sent < length ? send(fd, bytes + sent, length - sent, MSG_NOSIGNAL) : 0;
    if (count > 0) sent += (size_t)count;
    town_turn(town);
    size_t most = !haltingly ? 65536 : turn % 7 == 0 ? 1 : turn % 3 * 9001;
    count = most == 0 ? 0 : recv(fd, back, most, 0);
    if (count > 0) {
      g_assert_cmpint(memcmp(back, bytes + got, (size_t)count), ==, 0);
      got += (size_t)count;
    }
    g_assert_cmpint(g_get_monotonic_time() - begun, <, PATIENCE);
  }
}

void town_say(Town *town, const char *text)
{
  Echo *echo = (Echo *)town->last_endpoint;
  byte_buffer_append(&echo->out, bytes_from_string(text));
  echo->thinking = false;
  agent_host_wake(town->host, town->last_endpoint);
}

void town_call(Town *town, const char *peer, uint16_t port)
{
  Echo *caller = echo_new(town);
  byte_buffer_append(&caller->out, BYTES_LITERAL("call\r\n"));
  caller->closing = true;
  town->caller_end = -1;
  agent_host_connect(town->host, AGENT_TCP, peer, port, &caller->endpoint,
                     &(AgentSession){&caller_class, town});
}
