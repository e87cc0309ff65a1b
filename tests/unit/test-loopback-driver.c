/* SPDX-License-Identifier: MIT */
/* The driver against plain sockets: bytes both ways however slowly they go, ends of every kind, limits, no
 * descriptors left, clients that are slow or flood, and a stop in the middle of it all. */
#include "support/loopback-echo.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static void test_clock(void)
{
  RealClock clock;
  real_clock_start(&clock);
  Nanoseconds calendar = g_get_real_time() * 1000, now = real_clock_now(&clock);
  g_assert_cmpint(ABS(now - calendar), <, NANOSECONDS_PER_SECOND);
  for (int i = 0; i < 10000; i++) {
    Nanoseconds next = real_clock_now(&clock);
    g_assert_cmpint(next, >=, now);
    now = next;
  }
  int64_t steady = g_get_monotonic_time(), ready = real_clock_get_ready_time(&clock, now);
  g_assert_cmpint(ABS(ready - steady), <, 1000000);
  g_assert_cmpint(real_clock_get_ready_time(&clock, now + 1), <=, ready + 1);
  g_assert_cmpint(real_clock_get_ready_time(&clock, now + 1000), ==, ready + 1);
  g_assert_cmpint(real_clock_get_ready_time(&clock, NANOSECONDS_NEVER), ==, -1);
  g_assert_cmpint(real_clock_get_ready_time(&clock, 0), ==, 0);
}

static void test_ports(void)
{
  g_assert_cmpuint(loopback_usual_port(25), ==, 2525);
  g_assert_cmpuint(loopback_usual_port(587), ==, 2587);
  g_assert_cmpuint(loopback_usual_port(110), ==, 2110);
  g_assert_cmpuint(loopback_usual_port(109), ==, 2109);
  g_assert_cmpuint(loopback_usual_port(143), ==, 2143);
  g_assert_cmpuint(loopback_usual_port(80), ==, 2080);
}

/* Everything that is sent comes back, over both families, also 12 MiB to a client who reads in fits and
 * starts. */
static void test_echo(void)
{
  enum { MUCH = 12 * 1024 * 1024 };
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  g_autofree char *much = g_malloc(MUCH);
  for (size_t i = 0; i < MUCH; i++)
    much[i] = (char)(i * 7 + i / 251);
  for (int family = 0; family < 2; family++) {
    int fd = town_dial(&town, family == 0 ? AF_INET : AF_INET6);
    if (fd < 0 && family == 1) {
      g_test_message("no IPv6 on this machine");
      continue;
    }
    town_expect(&town, fd, "hello\r\n", 7, false);
    town_expect(&town, fd, much, MUCH, true);
    close(fd);
    town_run_until(&town, town_is_empty);
    g_assert_cmpint(town.last_end, ==, AGENT_CLOSED);
  }
  g_assert_cmpuint(town.seen_bytes[0], ==, town.seen_bytes[1]);
  g_assert_cmpuint(town.seen_bytes[0] % (MUCH + 7), ==, 0);
  g_assert_cmpuint(town.opened, ==, town.closed);
  town_clear(&town);
}

/* The client says no more, and still hears all that it is owed. */
static void test_half_close(void)
{
  enum { MUCH = 300000 };
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  int fd = town_dial(&town, AF_INET);
  g_autofree char *much = g_malloc(MUCH), *back = g_malloc(MUCH);
  memset(much, 'x', MUCH);
  size_t sent = 0, got = 0;
  while (sent < MUCH) {
    ssize_t count = send(fd, much + sent, MUCH - sent, MSG_NOSIGNAL);
    if (count > 0) sent += (size_t)count;
    town_turn(&town);
  }
  shutdown(fd, SHUT_WR);
  for (;;) {
    town_turn(&town);
    ssize_t count = recv(fd, back, MUCH, 0);
    if (count == 0) break;
    if (count > 0) got += (size_t)count;
    g_assert_true(count > 0 || errno == EAGAIN);
  }
  g_assert_cmpuint(got, ==, MUCH);
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_CLOSED);
  close(fd);
  town_clear(&town);
}

static void test_reset(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  int fd = town_dial(&town, AF_INET);
  town_expect(&town, fd, "hello\r\n", 7, false);
  hang_up(fd);
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_RESET);
  /* One that does not read is not read from, and its reset is heard all the same. */
  fd = town_dial(&town, AF_INET);
  char block[4096] = {0};
  for (int quiet = 0; quiet < 200; town_turn(&town))
    quiet = send(fd, block, sizeof block, MSG_NOSIGNAL) > 0 ? 0 : quiet + 1;
  g_assert_cmpuint(town.most_held, <=, 2 * 65536);
  hang_up(fd);
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_RESET);
  town_clear(&town);
}

/* "bye" makes the server close: who goes on talking, or hears nothing, is cut after the linger limit. */
static void test_linger(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){.linger_limit = 50 * NANOSECONDS_PER_MILLISECOND});
  int fd = town_dial(&town, AF_INET);
  town_expect(&town, fd, "bye\r\n", 5, false);
  char byte;
  town_wait_readable(&town, fd);
  g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 0); /* the server has finished … */
  Nanoseconds begun = agent_host_now(town.host);
  while (!town_is_empty(&town)) { /* … and the client babbles on */
    (void)!send(fd, "more\r\n", 6, MSG_NOSIGNAL);
    town_turn(&town);
  }
  Nanoseconds took = agent_host_now(town.host) - begun;
  g_assert_cmpint(took, <, 5 * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(took, >=, 40 * NANOSECONDS_PER_MILLISECOND);
  close(fd);
  town_clear(&town);
}

/* The endpoint's own deadline: it closes a quiet client after 50 ms. */
static void test_deadline(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  town.idle_limit = 50 * NANOSECONDS_PER_MILLISECOND;
  int fd = town_dial(&town, AF_INET);
  char byte;
  town_wait_readable(&town, fd);
  g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 0);
  close(fd);
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_CLOSED);
  town_clear(&town);
}

/* Waiting costs nothing: a fifth of a second with idle connections takes no processor time to speak of. */
static void test_no_busy_loop(void)
{
  Town town;
  int fds[20];
  town_init(&town, &(LoopbackDriverConfig){0});
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
    fds[i] = town_dial(&town, AF_INET);
  shutdown(fds[0], SHUT_WR);
  char block[4096] = {0};
  for (int quiet = 0; quiet < 200; town_turn(&town)) /* this one does not read */
    quiet = send(fds[1], block, sizeof block, MSG_NOSIGNAL) > 0 ? 0 : quiet + 1;
  guint turns = town_rest(&town, 200);
  g_assert_cmpuint(turns, <, 10);
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
  town_run_until(&town, town_is_empty);
  town_clear(&town);
}

static void expect_turned_away(Town *town, int fd)
{
  char byte;
  town_wait_readable(town, fd);
  g_assert_cmpint(recv(fd, &byte, 1, 0), ==, -1);
  g_assert_cmpint(errno, ==, ECONNRESET);
  close(fd);
}

/* One below, at and above each limit. */
static void test_limits(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){.connection_limit = 3, .peer_limit = 2});
  int a = town_dial(&town, AF_INET), b = town_dial(&town, AF_INET);
  town_expect(&town, b, "here\r\n", 6, false);
  expect_turned_away(&town, town_dial(&town, AF_INET));
  g_assert_cmpuint(town.turned_away, ==, 1);
  int other = town_dial_from(&town, "127.0.0.2");
  town_expect(&town, other, "here\r\n", 6, false);
  g_assert_cmpuint(loopback_driver_get_connection_count(town.driver), ==, 3);
  expect_turned_away(&town, town_dial_from(&town, "127.0.0.3"));
  close(a);
  while (loopback_driver_get_connection_count(town.driver) == 3)
    town_turn(&town);
  a = town_dial(&town, AF_INET); /* there is room again */
  town_expect(&town, a, "here\r\n", 6, false);
  close(a);
  close(b);
  close(other);
  town_run_until(&town, town_is_empty);
  town_clear(&town);
}

/* Without descriptors newcomers are turned away, those inside go on, and later all is as before. */
static void test_no_descriptors(void)
{
  Town town;
  struct rlimit before, tight;
  town_init(&town, &(LoopbackDriverConfig){0});
  int inside = town_dial(&town, AF_INET), others[4];
  town_expect(&town, inside, "here\r\n", 6, false);
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
    others[i] = raw_socket(AF_INET);
  int lowest = dup(0);
  close(lowest);
  g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
  tight = before;
  tight.rlim_cur = (rlim_t)lowest;
  g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &tight), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    dial(others[i], AF_INET, town.port);
    expect_turned_away(&town, others[i]);
    dup2(0, others[i]); /* still none left */
  }
  town_expect(&town, inside, "still here\r\n", 12, false);
  /* An agent that wants out hears that there is no way, and not before its call returns. */
  town_call(&town, "echo.example", 25);
  g_assert_cmpint(town.caller_end, ==, -1);
  town_run_until(&town, town_call_is_over);
  g_assert_cmpint(town.caller_end, ==, AGENT_UNREACHABLE);
  g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
  g_assert_cmpuint(town.turned_away, ==, G_N_ELEMENTS(others));
  int fd = town_dial(&town, AF_INET);
  town_expect(&town, fd, "here again\r\n", 12, false);
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
    close(others[i]);
  close(fd);
  close(inside);
  town_run_until(&town, town_is_empty);
  town_clear(&town);
}

/* 200 that say nothing and 20 that never stop: a third one's words come back in no time. */
static void test_fairness(void)
{
  enum { SLOW = 200, FLOODS = 20, ROUNDS = 100 };
  Town town;
  int slow[SLOW], floods[FLOODS];
  static char block[65536];
  town_init(&town, &(LoopbackDriverConfig){0});
  for (int i = 0; i < SLOW; i++)
    slow[i] = town_dial(&town, AF_INET);
  for (int i = 0; i < FLOODS; i++)
    floods[i] = town_dial(&town, AF_INET);
  int fd = town_dial(&town, AF_INET);
  guint worst = 0;
  for (int round = 0; round < ROUNDS; round++) {
    guint turns = 0;
    char byte = 0;
    g_assert_cmpint(send(fd, "!", 1, MSG_NOSIGNAL), ==, 1);
    for (; recv(fd, &byte, 1, 0) != 1; turns++) {
      for (int i = 0; i < FLOODS; i++)
        while (send(floods[i], block, sizeof block, MSG_NOSIGNAL) > 0)
          (void)!recv(floods[i], block, sizeof block, 0);
      town_turn(&town);
    }
    g_assert_cmpint(byte, ==, '!');
    worst = MAX(worst, turns);
  }
  g_assert_cmpuint(worst, <=, 4); /* its turn comes with everybody's, whatever they send */
  close(fd);
  for (int i = 0; i < SLOW; i++)
    close(slow[i]);
  for (int i = 0; i < FLOODS; i++)
    hang_up(floods[i]);
  town_run_until(&town, town_is_empty);
  town_clear(&town);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/loopback/clock", test_clock);
  g_test_add_func("/loopback/ports", test_ports);
  g_test_add_func("/loopback/echo", test_echo);
  g_test_add_func("/loopback/half-close", test_half_close);
  g_test_add_func("/loopback/reset", test_reset);
  g_test_add_func("/loopback/linger", test_linger);
  g_test_add_func("/loopback/deadline", test_deadline);
  g_test_add_func("/loopback/no-busy-loop", test_no_busy_loop);
  g_test_add_func("/loopback/limits", test_limits);
  g_test_add_func("/loopback/hardening/93-no-descriptors", test_no_descriptors);
  g_test_add_func("/loopback/hardening/92-slow-and-flooding-clients", test_fairness);
  return g_test_run();
}
