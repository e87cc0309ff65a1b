/* SPDX-License-Identifier: MIT */
/* How fast the simulated network is: two hosts throw a ball of 46 bytes to and fro on many TCP connections,
 * frames of 100 bytes, each with the peer's acknowledgement, through the tap into a counter; on a cable, or
 * with routers between them, where the tap counts each leg. Usage: frames [THOUSANDS [CONNECTIONS [ROUTERS]]]
 */
#include "simulate/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CONNECTIONS 100u
#define MOST_ROUTERS 8u
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

/* Hosts in a row; the first and the last play. */
typedef struct {
  VirtualClock clock;
  Tap tap;
  guint count; /* of hosts */
  Host *hosts[MOST_ROUTERS + 2];
  Link links[MOST_ROUTERS + 1];
} Row;

static IpAddress address_of(const Row *row, guint index)
{
  IpAddress address = {4, {10, 0, 0, (uint8_t)index}};
  bool sound = true;
  if (index == 0) sound = ip_address_parse(FIRST_ADDRESS, &address);
  if (index == row->count - 1) sound = ip_address_parse(SECOND_ADDRESS, &address);
  if (!sound) abort();
  return address;
}

static void build(Row *row, guint routers, Count *count)
{
  row->count = routers + 2;
  row->tap = (Tap){.sink = {count_frame, count}, .place = TAP_EVERYWHERE};
  for (guint i = 0; i < row->count; i++)
    row->hosts[i] = host_new(&(HostConfig){.index = (uint16_t)i,
                                           .address = address_of(row, i),
                                           .mac = {{2, 0, 0, 0, 0, (uint8_t)i}},
                                           .forwards = i > 0 && i + 1 < row->count,
                                           .seed = 1,
                                           .clock = &row->clock});
  for (guint i = 0; i + 1 < row->count; i++) {
    link_init(&row->links[i], i, &(LinkConfig){.delay = 20 * NANOSECONDS_PER_MILLISECOND}, 1, &row->clock,
              &row->tap);
    IpAddress first = address_of(row, 0), last = address_of(row, row->count - 1);
    host_add_link(row->hosts[i], &row->links[i], 0, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)(i + 1)}});
    host_add_link(row->hosts[i + 1], &row->links[i], 1, &(MacAddress){{2, 0, 0, 0, 0, (uint8_t)i}});
    host_add_route(row->hosts[i], &last, &row->links[i]);
    host_add_route(row->hosts[i + 1], &first, &row->links[i]);
  }
}

static void clear(Row *row)
{
  for (guint i = 0; i < row->count; i++)
    host_stop(row->hosts[i]);
  for (guint i = 0; i < row->count; i++)
    host_free(row->hosts[i]);
  for (guint i = 0; i + 1 < row->count; i++)
    link_clear(&row->links[i]);
  virtual_clock_clear(&row->clock);
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
  guint connections = argc > 2 ? (guint)g_ascii_strtoull(argv[2], NULL, 10) : CONNECTIONS;
  guint routers = argc > 3 ? (guint)g_ascii_strtoull(argv[3], NULL, 10) : 0;
  Count count = {0};
  Row row = {0};
  build(&row, MIN(routers, MOST_ROUTERS), &count);
  Host *first = row.hosts[0], *last = row.hosts[row.count - 1];
  agent_host_listen(host_as_agent_host(last), AGENT_TCP, PORT, &(AgentService){accept_player, NULL});
  for (guint i = 0; i < connections; i++)
    agent_host_connect(host_as_agent_host(first), AGENT_TCP, SECOND_ADDRESS, PORT, player_new(sizeof ball),
                       &(AgentSession){&session_class, NULL});
  double begin = seconds();
  while (count.frames < wanted && virtual_clock_step(&row.clock, NANOSECONDS_NEVER - 1))
    ;
  double spent = seconds() - begin;
  printf("%.0f frames a second, %.1f bytes each\n", (double)count.frames / spent,
         (double)count.bytes / (double)count.frames);
  clear(&row);
  return count.frames >= wanted ? 0 : 1;
}
