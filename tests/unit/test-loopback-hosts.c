/* SPDX-License-Identifier: MIT */
/* What agents ask of a host on loopback: connections to hosts of the same driver and to nobody else,
 * datagrams, timers, chance; which ports it opens, and how it stops. */
#include "agent/name-server.h"
#include "agent/resolver.h"
#include "support/loopback-echo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

/* By name, whatever its case, and by the address that DNS has of it. */
static void test_own_hosts(void)
{
  static const char *const names[] = {"echo.example", "Echo.EXAMPLE", "192.0.2.25"};
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    town_call(&town, names[i], 25);
    g_assert_cmpint(town.caller_end, ==, -1); /* never before the call returns */
    town_run_until(&town, town_call_is_over);
    g_assert_cmpint(town.caller_end, ==, AGENT_CLOSED);
    town_run_until(&town, town_is_empty);
    g_assert_cmpstr(town.last_peer, ==, "192.0.2.25");
    g_assert_cmpstr(town.last_peer_host, ==, "echo.example");
    g_assert_cmpuint(town.seen_bytes[0], ==, 6 * (i + 1));
  }
  int fd = town_dial(&town, AF_INET); /* a stranger is who he is */
  g_assert_cmpstr(town.last_peer, ==, "127.0.0.1");
  g_assert_null(town.last_peer_host);
  close(fd);
  town_run_until(&town, town_is_empty);
  town_clear(&town);
}

/* Names and addresses of the world outside, and of this very machine, lead nowhere. */
static void test_nobody_else(void)
{
  static const char *const names[] = {"www.example.org", "localhost", "127.0.0.1", "::1", "192.0.2.26",
                                      "10.0.0.1",        "0.0.0.0",   "",          " "};
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    town_call(&town, names[i], 25);
    g_assert_cmpint(town.caller_end, ==, -1);
    town_run_until(&town, town_call_is_over);
    g_assert_cmpint(town.caller_end, ==, AGENT_UNREACHABLE);
  }
  town_call(&town, "echo.example", 26);
  town_run_until(&town, town_call_is_over);
  g_assert_cmpint(town.caller_end, ==, AGENT_REFUSED);
  g_assert_cmpuint(town.opened, ==, 0);
  town_clear(&town);
}

static void test_knows(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  g_assert_true(agent_host_knows(town.host, "echo.example"));
  g_assert_true(agent_host_knows(town.host, "192.0.2.25"));
  g_assert_false(agent_host_knows(town.host, "127.0.0.1"));
  g_assert_false(agent_host_knows(town.host, "www.example.org"));
  town_clear(&town);
}

/* Reads exactly text. */
static void hear(Town *town, int fd, const char *text)
{
  char heard[16] = {0};
  town_wait_readable(town, fd);
  g_assert_cmpint(recv(fd, heard, sizeof heard - 1, 0), ==, (ssize_t)strlen(text));
  g_assert_cmpstr(heard, ==, text);
}

/* An endpoint speaks unasked, though its client is silent; and one whose owner thinks answers later, though
 * its client has closed its half meanwhile. */
static void test_wake(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  int fd = town_dial(&town, AF_INET);
  town_rest(&town, 20);
  town_say(&town, "news\r\n");
  hear(&town, fd, "news\r\n");
  close(fd);
  town_run_until(&town, town_is_empty);
  town.thoughtful = true;
  fd = town_dial(&town, AF_INET);
  g_assert_cmpint(send(fd, "question", 8, MSG_NOSIGNAL), ==, 8);
  shutdown(fd, SHUT_WR);
  g_assert_cmpuint(town_rest(&town, 50), <, 10); /* it waits, and not by turning round and round */
  g_assert_cmpuint(town.sessions, ==, 1);
  town_say(&town, "answer");
  hear(&town, fd, "answer");
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_CLOSED);
  g_assert_cmpuint(town.seen_bytes[0], ==, 8);
  close(fd);
  town_clear(&town);
}

static void test_cut(void)
{
  Town town;
  char byte;
  town_init(&town, &(LoopbackDriverConfig){0});
  int fd = town_dial(&town, AF_INET);
  g_assert_cmpint(send(fd, "half", 4, MSG_NOSIGNAL), ==, 4);
  agent_host_cut(town.host, town.last_endpoint);
  g_assert_cmpuint(town.sessions, ==, 1); /* not before it returns */
  town_run_until(&town, town_is_empty);
  g_assert_cmpint(town.last_end, ==, AGENT_RESET);
  g_assert_cmpint(recv(fd, &byte, 1, 0), ==, -1);
  g_assert_cmpint(errno, ==, ECONNRESET);
  close(fd);
  town_clear(&town);
}

typedef struct {
  guint count;
  char *address;
} Answers;

static void answered(void *owner, const DnsMessage *answer)
{
  Answers *answers = owner;
  answers->count++;
  g_clear_pointer(&answers->address, g_free);
  if (answer != NULL && answer->answers->len == 1)
    answers->address = dns_record_dup_address(&g_array_index(answer->answers, DnsRecord, 0));
}

static void ask(Town *town, Answers *answers, const char *server)
{
  guint before = answers->count;
  Resolver *resolver = resolver_new(town->host, server);
  resolver_ask(resolver, "mail.beta.example", DNS_A, answered, answers);
  g_assert_cmpuint(answers->count, ==, before);
  while (answers->count == before)
    town_turn(town);
  town_turn(town); /* the question's connection is let go */
  resolver_free(resolver);
}

static void test_datagrams(void)
{
  Town town;
  Answers answers = {0};
  town_init(&town, &(LoopbackDriverConfig){0});
  LoopbackHost *host =
      loopback_driver_add_host(town.driver, &(LoopbackHostConfig){.name = "ns.example", .any_port = true});
  NameServer *server = name_server_new(loopback_host_as_agent_host(host));
  dns_zones_add(name_server_get_zones(server), "beta.example");
  g_assert_true(dns_zones_append(name_server_get_zones(server), "mail.beta.example", 60, "A 198.51.100.25"));
  for (guint i = 1; i <= 20; i++) {
    ask(&town, &answers, "ns.example");
    g_assert_cmpstr(answers.address, ==, "198.51.100.25");
  }
  ask(&town, &answers, "echo.example"); /* which has no name server */
  g_assert_null(answers.address);
  ask(&town, &answers, "203.0.113.53"); /* which nobody is */
  g_assert_null(answers.address);
  Resolver *resolver = resolver_new(town.host, "ns.example");
  resolver_ask(resolver, "mail.beta.example", DNS_A, answered, &answers);
  loopback_driver_stop(town.driver); /* the question is forgotten, not answered */
  g_assert_cmpuint(answers.count, ==, 22);
  resolver_free(resolver);
  name_server_free(server);
  town_clear(&town);
}

typedef struct {
  Town *town;
  Timer timer;
  GString *log;
  char letter;
  guint again;
} Bell;

static void ring(void *owner)
{
  Bell *bell = owner;
  g_string_append_c(bell->log, bell->letter);
  if (bell->again-- > 0)
    agent_host_set_timer(bell->town->host, &bell->timer, agent_host_now(bell->town->host));
}

static void test_timers(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  g_autoptr(GString) log = g_string_new("");
  Nanoseconds now = agent_host_now(town.host);
  Bell bells[4];
  static const int after[] = {30, 10, 20, 15}; /* milliseconds */
  for (size_t i = 0; i < G_N_ELEMENTS(bells); i++) {
    bells[i] = (Bell){.town = &town, .log = log, .letter = (char)('a' + i)};
    bells[i].timer = (Timer){.expired = ring, .owner = &bells[i]};
    agent_host_set_timer(town.host, &bells[i].timer, now + after[i] * NANOSECONDS_PER_MILLISECOND);
  }
  agent_host_cancel_timer(town.host, &bells[3].timer);
  bells[1].again = 2;
  while (log->len < 5) {
    town_turn(&town);
    if (log->len == 0) g_assert_cmpint(agent_host_now(town.host) - now, <, 20 * NANOSECONDS_PER_SECOND);
  }
  g_assert_cmpint(agent_host_now(town.host) - now, >=, 30 * NANOSECONDS_PER_MILLISECOND);
  g_assert_cmpstr(log->str, ==, "bbbca");
  town_clear(&town);
}

static void test_chance(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  uint64_t ones = 0, zeros = 0;
  for (int i = 0; i < 1000; i++) {
    uint64_t chance = agent_host_random(town.host);
    ones |= chance;
    zeros |= ~chance;
    g_assert_true(g_hash_table_add(seen, g_memdup2(&chance, sizeof chance)));
  }
  g_assert_cmphex(ones & zeros, ==, UINT64_MAX); /* every bit moves */
  town_clear(&town);
}

/* Looks into the kernel's table of listening sockets. Returns how many have port, all of them on loopback. */
static guint count_listening(const char *table, uint16_t port, const char *loopback)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents(table, &text, NULL, NULL)) return 0;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  guint count = 0;
  for (char **line = lines + 1; *line != NULL && **line != '\0'; line++) {
    char address[40];
    unsigned local, state;
    g_assert_cmpint(sscanf(*line, " %*u: %39[0-9A-F]:%X %*[0-9A-F]:%*X %X", address, &local, &state), ==, 3);
    if (local != port || state != 10) continue;
    g_assert_cmpstr(address, ==, loopback);
    count++;
  }
  return count;
}

static void test_loopback_only(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  g_assert_cmpuint(count_listening("/proc/net/tcp", town.port, "0100007F"), ==, 1);
  g_assert_cmpuint(count_listening("/proc/net/tcp6", town.port, "00000000000000000000000001000000"), <=, 1);
  town_clear(&town);
  g_assert_cmpuint(count_listening("/proc/net/tcp", town.port, "0100007F"), ==, 0);
}

static void test_port_in_use(void)
{
  Town town;
  town_init(&town, &(LoopbackDriverConfig){0});
  LoopbackPort ports[] = {{AGENT_TCP, 25, town.port}};
  LoopbackHost *second = loopback_driver_add_host(
      town.driver, &(LoopbackHostConfig){.name = "second.example", .ports = ports, .port_count = 1});
  agent_host_listen(loopback_host_as_agent_host(second), AGENT_TCP, 25, &(AgentService){NULL, NULL});
  g_autoptr(GError) error = NULL;
  g_assert_false(loopback_driver_check(town.driver, &error));
  g_assert_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_autofree char *begin = g_strdup_printf("127.0.0.1:%u: ", town.port);
  g_assert_true(g_str_has_prefix(error->message, begin));
  g_assert_cmpuint(loopback_host_get_port(second, AGENT_TCP, 25), ==, 0);
  town_call(&town, "second.example", 25);
  town_run_until(&town, town_call_is_over);
  g_assert_cmpint(town.caller_end, ==, AGENT_REFUSED);
  town_clear(&town);
}

/* A stop while bytes are under way, and a call has only begun: all sessions end, nothing listens. */
static void test_stop(void)
{
  Town town;
  int fds[50];
  char block[4096] = {0};
  town_init(&town, &(LoopbackDriverConfig){0});
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
    fds[i] = town_dial(&town, AF_INET);
    g_assert_cmpint(send(fds[i], block, sizeof block, MSG_NOSIGNAL), >, 0);
    if (i % 2 == 0) town_turn(&town);
  }
  town_call(&town, "echo.example", 25);
  loopback_driver_stop(town.driver);
  g_assert_cmpint(town.last_end, ==, AGENT_STOPPED);
  g_assert_cmpint(town.caller_end, ==, AGENT_STOPPED);
  g_assert_cmpuint(loopback_driver_get_connection_count(town.driver), ==, 0);
  int late = raw_socket(AF_INET), reason = 0;
  socklen_t length = sizeof reason;
  bool begun = dial(late, AF_INET, town.port);
  g_assert_cmpint(getsockopt(late, SOL_SOCKET, SO_ERROR, &reason, &length), ==, 0);
  g_assert_true(!begun || reason == ECONNREFUSED);
  close(late);
  for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
    close(fds[i]);
  town_clear(&town); /* stopping twice is nothing */
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/loopback/own-hosts", test_own_hosts);
  g_test_add_func("/loopback/hardening/94-relays-nowhere", test_nobody_else);
  g_test_add_func("/loopback/knows", test_knows);
  g_test_add_func("/loopback/wake", test_wake);
  g_test_add_func("/loopback/cut", test_cut);
  g_test_add_func("/loopback/datagrams", test_datagrams);
  g_test_add_func("/loopback/timers", test_timers);
  g_test_add_func("/loopback/chance", test_chance);
  g_test_add_func("/loopback/hardening/94-binds-loopback-only", test_loopback_only);
  g_test_add_func("/loopback/port-in-use", test_port_in_use);
  g_test_add_func("/loopback/stop", test_stop);
  return g_test_run();
}
