/* SPDX-License-Identifier: MIT */
/* The computer: what comes in by its links, what it listens for, and the effects its agents ask for. */
#include "simulate/host-private.h"

static const AgentHostClass agent_host_class;

Host *host_new(const HostConfig *config)
{
  Host *host = g_new0(Host, 1);
  host->agent_host.class = &agent_host_class;
  host->config = *config;
  host->dice = random_source(config->seed, UINT64_C(0x6800000000) + config->index);
  host->interfaces = g_ptr_array_new_with_free_func(g_free);
  host_routing_init(host);
  host->firewall = g_array_new(FALSE, FALSE, sizeof(HostFirewallRule));
  host->listeners = g_array_new(FALSE, FALSE, sizeof(HostListener));
  host->connections =
      g_hash_table_new_full(host_connection_hash, host_connection_equal, NULL, host_connection_free);
  g_queue_init(&host->resting);
  host->sockets = g_ptr_array_new_with_free_func(host_socket_free);
  host->next_packet_id = (uint16_t)random_source_next(&host->dice);
  return host;
}

uint16_t host_get_index(const Host *host)
{
  return host->config.index;
}

AgentHost *host_as_agent_host(Host *host)
{
  return &host->agent_host;
}

/* Returns the segment size a SYN states, 0 for none (RFC 9293 §3.2). */
static uint16_t read_mss(Bytes options)
{
  ByteReader reader = byte_reader(options);
  while (byte_reader_left(&reader) > 0 && !reader.overrun) {
    uint8_t kind = byte_reader_u8(&reader);
    if (kind == 0) break;
    if (kind == 1) continue;
    uint8_t length = byte_reader_u8(&reader);
    if (length < 2) break;
    Bytes value = byte_reader_take(&reader, length - 2u);
    if (kind != 2 || value.length != 2) continue;
    return (uint16_t)(value.data[0] << 8 | value.data[1]);
  }
  return 0;
}

VirtualTcpSegment host_read_segment(const HostPacket *incoming)
{
  const Packet *packet = &incoming->packet;
  VirtualTcpSegment segment = {
      .sequence = packet->sequence,
      .acknowledgement = packet->acknowledgement,
      .flags = packet->flags,
      .window = packet->window,
      .payload = packet->payload,
  };
  if (packet->flags & TCP_SYN) {
    size_t header = (size_t)packet->link_length + packet->network_length;
    segment.mss = read_mss(bytes_slice(incoming->frame.bytes, header + 20, packet->transport_length - 20u));
  }
  return segment;
}

static bool is_own(const Host *host, const IpAddress *address)
{
  const IpAddress *own = host_get_address(host, address->version);
  return own != NULL && ip_address_equal(own, address);
}

static void link_receive(void *owner, Link *link, const LinkFrame *link_frame)
{
  (void)link;
  const HostInterface *interface = owner;
  Host *host = interface->host;
  if (host->stopped || host->down) return;
  HostPacket incoming;
  incoming.interface = interface;
  incoming.link_frame = link_frame;
  incoming.frame = (Frame){
      .time = host->config.clock->now,
      .bytes = {link_frame->bytes, link_frame->length},
      .original_length = link_frame->length,
      .link_type = LINK_TYPE_ETHERNET,
  };
  PacketKind kind = packet_parse(&incoming.frame, &incoming.packet);
  if (incoming.packet.destination.version == 0) return;
  if (host->firewall->len > 0 && !host_firewall_passes(host, &incoming)) return;
  if (!is_own(host, &incoming.packet.destination)) {
    if (host->config.forwards) host_forward(host, &incoming);
  } else if (kind == PACKET_TCP) {
    host_connection_receive(host, &incoming);
  } else if (kind == PACKET_UDP) {
    host_socket_receive(host, &incoming);
  } else {
    host_receive_error(host, &incoming);
  }
}

void host_add_link(Host *host, Link *link, unsigned end, const MacAddress *peer)
{
  HostInterface *interface = g_new(HostInterface, 1);
  *interface = (HostInterface){host, link, end, *peer};
  g_ptr_array_add(host->interfaces, interface);
  link->ends[end] = (LinkEnd){link_receive, interface};
}

const HostListener *host_find_listener(const Host *host, AgentTransport transport, uint16_t port)
{
  for (guint i = 0; i < host->listeners->len; i++) {
    const HostListener *listener = &g_array_index(host->listeners, HostListener, i);
    if (listener->transport == transport && listener->port == port) return listener;
  }
  return NULL;
}

static bool is_port_free(const Host *host, const IpAddress *peer, uint16_t local_port, uint16_t peer_port)
{
  if (host_find_connection(host, peer, local_port, peer_port) != NULL) return false;
  for (guint i = 0; i < host->sockets->len; i++)
    if (((const HostSocket *)g_ptr_array_index(host->sockets, i))->local_port == local_port) return false;
  return true;
}

uint16_t host_pick_port(Host *host, const IpAddress *peer, uint16_t peer_port)
{
  uint32_t first = random_source_below(&host->dice, HOST_EPHEMERAL_COUNT);
  for (uint32_t i = 0; i < HOST_EPHEMERAL_COUNT; i++) {
    uint16_t port = (uint16_t)(HOST_FIRST_EPHEMERAL + (first + i) % HOST_EPHEMERAL_COUNT);
    if (is_port_free(host, peer, port, peer_port)) return port;
  }
  return (uint16_t)(HOST_FIRST_EPHEMERAL +
                    first); /* 16 384 connections to one port: the oldest's answers are lost */
}

/* Ends connections and datagrams without a word to anybody but the agents. Those that agents, against the
 * rule, open meanwhile are denied. */
static void end_everything(Host *host)
{
  GHashTableIter iterator;
  gpointer connection;
  g_hash_table_iter_init(&iterator, host->connections);
  while (g_hash_table_iter_next(&iterator, NULL, &connection))
    host_connection_stop(connection);
  guint sockets = host->sockets->len;
  for (guint i = 0; i < sockets; i++)
    host_socket_stop(g_ptr_array_index(host->sockets, i));
  g_queue_init(&host->resting); /* its links are part of the connections */
  g_hash_table_remove_all(host->connections);
  if (sockets > 0) g_ptr_array_remove_range(host->sockets, 0, sockets);
}

void host_go_down(Host *host)
{
  if (host->down || host->stopped) return;
  host->down = true;
  end_everything(host);
  for (guint i = 0; i < host->interfaces->len; i++) {
    const HostInterface *interface = g_ptr_array_index(host->interfaces, i);
    link_drop_waiting(interface->link, interface->end);
  }
}

void host_come_up(Host *host)
{
  if (!host->down || host->stopped) return;
  host->down = false;
  for (guint i = 0; i < host->listeners->len; i++) {
    const HostListener *listener = &g_array_index(host->listeners, HostListener, i);
    if (listener->transport == AGENT_UDP) host_socket_listen(host, listener);
  }
}

bool host_is_up(const Host *host)
{
  return !host->down && !host->stopped;
}

void host_forget_services(Host *host)
{
  for (guint i = 0; i < host->listeners->len; i++) {
    const HostListener *listener = &g_array_index(host->listeners, HostListener, i);
    if (listener->transport == AGENT_UDP) host_socket_close(host, listener->port);
  }
  g_array_set_size(host->listeners, 0);
}

void host_stop(Host *host)
{
  host->stopped = true;
  end_everything(host);
}

void host_free(Host *host)
{
  if (host == NULL) return;
  g_hash_table_unref(host->connections);
  g_ptr_array_unref(host->sockets);
  g_array_unref(host->listeners);
  g_array_unref(host->firewall);
  host_routing_clear(host);
  g_ptr_array_unref(host->interfaces);
  g_free(host);
}

static Host *host_of(AgentHost *agent_host)
{
  return (Host *)agent_host;
}

static Nanoseconds effect_now(AgentHost *agent_host)
{
  return host_of(agent_host)->config.clock->now;
}

static void effect_set_timer(AgentHost *agent_host, Timer *timer, Nanoseconds due)
{
  VirtualClock *clock = host_of(agent_host)->config.clock;
  virtual_clock_set(clock, timer, due - clock->now);
}

static void effect_cancel_timer(AgentHost *agent_host, Timer *timer)
{
  virtual_clock_cancel(host_of(agent_host)->config.clock, timer);
}

static uint64_t effect_random(AgentHost *agent_host)
{
  return random_source_next(&host_of(agent_host)->dice);
}

static bool find_peer(const Host *host, const char *peer, IpAddress *address)
{
  if (ip_address_parse(peer, address)) return true;
  return host->config.find_name != NULL && host->config.find_name(host->config.owner, peer, address);
}

/* Judges whether anything may be sent to port of the address; AGENT_CLOSED: it may. */
static AgentEnd judge_connect(const Host *host, AgentTransport transport, const IpAddress *address,
                              uint16_t port)
{
  if (host->down || host->stopped) return AGENT_STOPPED;
  const IpAddress *own = host_get_address(host, address->version);
  if (address->version == 0 || own == NULL || host_find_interface(host, address) == NULL)
    return AGENT_UNREACHABLE;
  if (host->firewall->len == 0) return AGENT_CLOSED;
  const HostFirewallRule *rule =
      host_find_rule(host, transport == AGENT_TCP ? PACKET_TCP : PACKET_UDP, own, address, port);
  if (rule == NULL || rule->action == HOST_FIREWALL_DROP) return AGENT_CLOSED;
  return transport == AGENT_TCP ? AGENT_REFUSED : AGENT_UNREACHABLE;
}

static void effect_connect(AgentHost *agent_host, AgentTransport transport, const char *peer, uint16_t port,
                           Endpoint *endpoint, const AgentSession *session)
{
  Host *host = host_of(agent_host);
  IpAddress address = {0};
  if (!find_peer(host, peer, &address)) address = (IpAddress){0};
  AgentEnd verdict = judge_connect(host, transport, &address, port);
  if (verdict != AGENT_CLOSED)
    host_socket_deny(host, endpoint, session, verdict);
  else if (transport == AGENT_TCP)
    host_connection_open(host, &address, port, endpoint, session);
  else
    host_socket_open(host, &address, port, endpoint, session);
}

/* A port that is listened on already goes to the new service. */
static void effect_listen(AgentHost *agent_host, AgentTransport transport, uint16_t port,
                          const AgentService *service)
{
  Host *host = host_of(agent_host);
  HostListener listener = {transport, port, *service};
  HostListener *old = (HostListener *)host_find_listener(host, transport, port);
  if (old != NULL)
    *old = listener;
  else
    g_array_append_val(host->listeners, listener);
  if (transport != AGENT_UDP || host->down) return;
  if (old != NULL) host_socket_close(host, port);
  host_socket_listen(host, &listener);
}

static bool effect_knows(AgentHost *agent_host, const char *peer)
{
  IpAddress address;
  return find_peer(host_of(agent_host), peer, &address);
}

static void effect_wake(AgentHost *agent_host, Endpoint *endpoint)
{
  host_connection_look(host_of(agent_host), endpoint, false);
}

static void effect_cut(AgentHost *agent_host, Endpoint *endpoint)
{
  host_connection_look(host_of(agent_host), endpoint, true);
}

static void effect_message_moved(AgentHost *agent_host, const AgentMove *move)
{
  Host *host = host_of(agent_host);
  if (host->config.watch != NULL && host->config.watch->message_moved != NULL)
    host->config.watch->message_moved(host->config.owner, host, move);
}

static void effect_message_lies(AgentHost *agent_host, Bytes message, AgentTray tray, guint copies)
{
  Host *host = host_of(agent_host);
  if (host->config.watch != NULL && host->config.watch->message_lies != NULL)
    host->config.watch->message_lies(host->config.owner, host, message, tray, copies);
}

static const AgentHostClass agent_host_class = {
    .now = effect_now,
    .set_timer = effect_set_timer,
    .cancel_timer = effect_cancel_timer,
    .random = effect_random,
    .knows = effect_knows,
    .wake = effect_wake,
    .cut = effect_cut,
    .connect = effect_connect,
    .listen = effect_listen,
    .message_moved = effect_message_moved,
    .message_lies = effect_message_lies,
};
