/* SPDX-License-Identifier: MIT */
/* The small internet and its talkers. */
#include "support/small-network.h"

static IpAddress address_of(guint host, int version)
{
  IpAddress address;
  g_assert_true(ip_address_parse(small_network_get_address(host, version), &address));
  return address;
}

const char *small_network_get_address(guint host, int version)
{
  static char texts[SMALL_NETWORK_MAX][2][IP_ADDRESS_TEXT];
  char *text = texts[host][version == 6];
  g_snprintf(text, IP_ADDRESS_TEXT, version == 4 ? "10.0.%u.1" : "2001:db8:%u::1", host);
  return text;
}

static MacAddress mac_of(guint host)
{
  return (MacAddress){{2, 0, 0, 0, 0, (uint8_t)(host + 1)}};
}

static uint32_t opened(void *owner, const HostConnectionView *connection)
{
  (void)owner;
  (void)connection;
  return 1;
}

static void changed(void *owner, const HostConnectionView *connection, HostConnectionState before,
                    HostConnectionState now)
{
  static const char *const names[] = {"none", "opening", "open", "closing", "closed", "reset", "refused"};
  (void)connection;
  g_assert_cmpint(before, !=, now);
  g_string_append_printf(((SmallNetwork *)owner)->states, "%s ", names[now]);
}

static void build_link(SmallNetwork *network, guint index, const LinkConfig *config, uint64_t seed)
{
  link_init(&network->links[index], index, config, seed, &network->clock, &network->tap);
  for (guint end = 0; end < 2; end++) {
    MacAddress peer = mac_of(index + !end);
    host_add_link(network->hosts[index + end], &network->links[index], end, &peer);
  }
}

/* Routers know each network; computers send all to their router. */
static void add_routes(SmallNetwork *network, guint index)
{
  static const unsigned prefixes[] = {24, 48};
  bool computer = index == 0 || index + 1 == network->count;
  for (guint other = 0; other < network->count; other++) {
    if (other == index) continue;
    Link *link = &network->links[other < index ? index - 1 : index];
    for (int i = 0; i < 2; i++) {
      IpAddress address = address_of(other, i == 0 ? 4 : 6);
      host_add_network_route(network->hosts[index], &address, computer ? 0 : prefixes[i], link);
    }
  }
}

void small_network_init(SmallNetwork *network, guint count, const LinkConfig *config, uint64_t seed)
{
  g_assert_cmpuint(count, <=, SMALL_NETWORK_MAX);
  *network = (SmallNetwork){.count = count, .watch = {.opened = opened, .changed = changed}};
  network->states = g_string_new(NULL);
  for (guint i = 0; i < count; i++)
    network->hosts[i] = host_new(&(HostConfig){.index = (uint16_t)i,
                                               .address = address_of(i, 4),
                                               .other_address = address_of(i, 6),
                                               .mac = mac_of(i),
                                               .forwards = i > 0 && i + 1 < count,
                                               .seed = seed,
                                               .clock = &network->clock,
                                               .watch = &network->watch,
                                               .owner = network});
  for (guint i = 0; i + 1 < count; i++)
    build_link(network, i, config, seed);
  for (guint i = 0; i < count; i++)
    add_routes(network, i);
}

void small_network_run_until(SmallNetwork *network, Nanoseconds until)
{
  guint steps = 0;
  while (virtual_clock_step(&network->clock, until))
    g_assert_cmpuint(++steps, <, 1000000);
  if (until != NANOSECONDS_NEVER) network->clock.now = MAX(network->clock.now, until);
}

void small_network_run(SmallNetwork *network)
{
  small_network_run_until(network, NANOSECONDS_NEVER);
}

void small_network_clear(SmallNetwork *network)
{
  for (guint i = 0; i < network->count; i++)
    host_stop(network->hosts[i]);
  for (guint i = 0; i < network->count; i++)
    host_free(network->hosts[i]);
  for (guint i = 0; i + 1 < network->count; i++)
    link_clear(&network->links[i]);
  virtual_clock_clear(&network->clock);
  tap_clear(&network->tap);
  g_string_free(network->states, TRUE);
}

typedef struct {
  Endpoint base;
  Talker *talker;
  bool told_close;
} TalkerEndpoint;

static Talker *talker_of(Endpoint *endpoint)
{
  return ((TalkerEndpoint *)endpoint)->talker;
}

static Bytes talker_pending(Endpoint *endpoint)
{
  const Talker *talker = talker_of(endpoint);
  Bytes give;
  give.data = g_bytes_get_data(talker->give, &give.length);
  return bytes_slice(give, talker->given, 65536);
}

static void talker_receive(Endpoint *endpoint, Bytes bytes)
{
  g_string_append_len(talker_of(endpoint)->got, (const char *)bytes.data, (gssize)bytes.length);
}

static EndpointEventType talker_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  TalkerEndpoint *self = (TalkerEndpoint *)endpoint;
  const Talker *talker = self->talker;
  bool done = talker->closes ? talker_pending(endpoint).length == 0 && talker->got->len >= talker->want_got
                             : talker->peer_closed;
  if (!done || self->told_close) return ENDPOINT_NOTHING;
  self->told_close = true;
  event->type = ENDPOINT_CLOSE;
  return ENDPOINT_CLOSE;
}

static void talker_consumed(Endpoint *endpoint, size_t count)
{
  talker_of(endpoint)->given += count;
}

static bool talker_wants_read(Endpoint *endpoint)
{
  (void)endpoint;
  return true;
}

static Nanoseconds talker_deadline(Endpoint *endpoint)
{
  (void)endpoint;
  return NANOSECONDS_NEVER;
}

static void talker_advance(Endpoint *endpoint, Nanoseconds now)
{
  (void)endpoint;
  (void)now;
}

static void talker_peer_closed(Endpoint *endpoint)
{
  talker_of(endpoint)->peer_closed = true;
}

static void talker_free(Endpoint *endpoint)
{
  g_free(endpoint);
}

static const EndpointClass talker_class = {
    .name = "talker",
    .receive = talker_receive,
    .next_event = talker_next_event,
    .pending = talker_pending,
    .consumed = talker_consumed,
    .wants_read = talker_wants_read,
    .deadline = talker_deadline,
    .advance = talker_advance,
    .peer_closed = talker_peer_closed,
    .free = talker_free,
};

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  (void)owner;
  (void)endpoint;
  g_assert_cmpint(event->type, ==, ENDPOINT_CLOSE);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  Talker *talker = owner;
  g_assert_true(talker_of(endpoint) == talker);
  talker->ended++;
  talker->end = end;
}

static const AgentSessionClass session_class = {session_event, session_ended};

static Endpoint *new_conversation(Talker *talker)
{
  TalkerEndpoint *endpoint = g_new0(TalkerEndpoint, 1);
  endpoint->base.class = &talker_class;
  endpoint->talker = talker;
  talker->begun++;
  talker->given = 0;
  talker->peer_closed = false;
  return &endpoint->base;
}

static Endpoint *accept_conversation(void *owner, const char *peer, AgentSession *session)
{
  (void)peer;
  *session = (AgentSession){&session_class, owner};
  return new_conversation(owner);
}

void talker_init(Talker *talker, const char *text)
{
  *talker = (Talker){.give = g_bytes_new(text, strlen(text)), .got = g_string_new(NULL)};
}

void talker_clear(Talker *talker)
{
  g_bytes_unref(talker->give);
  g_string_free(talker->got, TRUE);
}

AgentService talker_service(Talker *talker)
{
  return (AgentService){accept_conversation, talker};
}

void talker_call(Talker *talker, Host *host, AgentTransport transport, const char *peer, uint16_t port)
{
  agent_host_connect(host_as_agent_host(host), transport, peer, port, new_conversation(talker),
                     &(AgentSession){&session_class, talker});
}
