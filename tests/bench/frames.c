/* SPDX-License-Identifier: MIT */
/* How fast the simulated network is: two hosts throw a ball of 46 bytes to and fro on many TCP connections,
 * frames of 100 bytes, each with the peer's acknowledgement, through the tap into a counter. Usage: frames
 * [THOUSANDS] */
#include "simulate/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CONNECTIONS 100u
#define PORT 7
#define FIRST_ADDRESS "192.0.2.1"
#define SECOND_ADDRESS "198.51.100.1"

static const uint8_t ball[46] = "a ball of forty-six bytes, going to and fro.\r\n";

/* Sends a ball for each that came. */
typedef struct {
  Endpoint base;
  size_t received, due;
} Player;

static void player_receive(Endpoint *endpoint, Bytes bytes)
{
  Player *player = (Player *)endpoint;
  player->received += bytes.length;
  for (; player->received >= sizeof ball; player->received -= sizeof ball)
    player->due += sizeof ball;
}

static EndpointEventType player_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  (void)endpoint;
  (void)event;
  return ENDPOINT_NOTHING;
}

static Bytes player_pending(Endpoint *endpoint)
{
  return (Bytes){ball, MIN(((Player *)endpoint)->due, sizeof ball)};
}

static void player_consumed(Endpoint *endpoint, size_t count)
{
  ((Player *)endpoint)->due -= count;
}

static bool player_wants_read(Endpoint *endpoint)
{
  (void)endpoint;
  return true;
}

static Nanoseconds player_deadline(Endpoint *endpoint)
{
  (void)endpoint;
  return NANOSECONDS_NEVER;
}

static void player_advance(Endpoint *endpoint, Nanoseconds now)
{
  (void)endpoint;
  (void)now;
}

static void player_peer_closed(Endpoint *endpoint)
{
  (void)endpoint;
}

static void player_free(Endpoint *endpoint)
{
  g_free(endpoint);
}

static const EndpointClass player_class = {
    .name = "player",
    .receive = player_receive,
    .next_event = player_next_event,
    .pending = player_pending,
    .consumed = player_consumed,
    .wants_read = player_wants_read,
    .deadline = player_deadline,
    .advance = player_advance,
    .peer_closed = player_peer_closed,
    .free = player_free,
};

static Endpoint *player_new(size_t due)
{
  Player *player = g_new0(Player, 1);
  *player = (Player){.base = {&player_class}, .due = due};
  return &player->base;
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  (void)event;
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)owner;
  (void)endpoint;
  (void)end;
}

static const AgentSessionClass session_class = {session_event, session_ended};

static Endpoint *accept_player(void *owner, const char *peer, AgentSession *session)
{
  (void)owner;
  (void)peer;
  *session = (AgentSession){&session_class, NULL};
  return player_new(0);
}

typedef struct {
  guint64 frames, bytes;
} Count;

static void count_frame(void *owner, const Frame *frame)
{
  Count *count = owner;
  count->frames++;
  count->bytes += frame->bytes.length;
}

static Host *new_host(VirtualClock *clock, Link *link, unsigned end)
{
  static const char *const addresses[2] = {FIRST_ADDRESS, SECOND_ADDRESS};
  IpAddress peer;
  HostConfig config = {
      .index = (uint16_t)end, .mac = {{2, 0, 0, 0, 0, (uint8_t)end}}, .seed = 1, .clock = clock};
  if (!ip_address_parse(addresses[end], &config.address) || !ip_address_parse(addresses[!end], &peer))
    abort();
  Host *host = host_new(&config);
  host_add_link(host, link, end, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)!end}});
  host_add_route(host, &peer, link);
  return host;
}

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
  guint64 wanted = (argc > 1 ? g_ascii_strtoull(argv[1], NULL, 10) : 3000) * 1000;
  VirtualClock clock = {0};
  Count count = {0};
  Tap tap = {.sink = {count_frame, &count}};
  Link link;
  link_init(&link, 0, &(LinkConfig){.delay = 20 * NANOSECONDS_PER_MILLISECOND}, 1, &clock, &tap);
  Host *hosts[2] = {new_host(&clock, &link, 0), new_host(&clock, &link, 1)};
  agent_host_listen(host_as_agent_host(hosts[1]), AGENT_TCP, PORT, &(AgentService){accept_player, NULL});
  for (guint i = 0; i < CONNECTIONS; i++)
    agent_host_connect(host_as_agent_host(hosts[0]), AGENT_TCP, SECOND_ADDRESS, PORT, player_new(sizeof ball),
                       &(AgentSession){&session_class, NULL});
  double begin = seconds();
  while (count.frames < wanted && virtual_clock_step(&clock, NANOSECONDS_NEVER - 1))
    ;
  double spent = seconds() - begin;
  printf("%.0f frames a second, %.1f bytes each\n", (double)count.frames / spent,
         (double)count.bytes / (double)count.frames);
  for (int i = 0; i < 2; i++)
    host_stop(hosts[i]);
  for (int i = 0; i < 2; i++)
    host_free(hosts[i]);
  link_clear(&link);
  virtual_clock_clear(&clock);
  return count.frames >= wanted ? 0 : 1;
}
