/* SPDX-License-Identifier: MIT */
/* The glue between virtual TCP and an endpoint: moves bytes both ways and events to the agent, until both
 * have said all. */
#include "simulate/host-private.h"

#define TIME_WAIT (60 * NANOSECONDS_PER_SECOND)

static void pump(HostConnection *connection);

static HostConnectionKey key_of(const IpAddress *peer, uint16_t local_port, uint16_t peer_port)
{
  HostConnectionKey key = {.version = peer->version, .local_port = local_port, .peer_port = peer_port};
  memcpy(key.peer, peer->bytes, sizeof key.peer);
  return key;
}

guint host_connection_hash(gconstpointer key)
{
  uint64_t words[3];
  G_STATIC_ASSERT(sizeof words == sizeof(HostConnectionKey));
  memcpy(words, key, sizeof words);
  uint64_t mixed = words[0] * UINT64_C(0x9e3779b97f4a7c15) ^ words[1] * UINT64_C(0xff51afd7ed558ccd) ^
                   words[2] * UINT64_C(0xc4ceb9fe1a85ec53);
  return (guint)(mixed >> 32);
}

gboolean host_connection_equal(gconstpointer a, gconstpointer b)
{
  return memcmp(a, b, sizeof(HostConnectionKey)) == 0;
}

HostConnection *host_find_connection(const Host *host, const IpAddress *peer, uint16_t local_port,
                                     uint16_t peer_port)
{
  HostConnectionKey key = key_of(peer, local_port, peer_port);
  const HostConnection *last = host->last_connection;
  if (last != NULL && host_connection_equal(&last->key, &key)) return host->last_connection;
  return g_hash_table_lookup(host->connections, &key);
}

/* Returns the message that count bytes from sequence on carry some of, or 0; forgets what was acknowledged.
 */
static uint32_t carried_message(HostConnection *connection, uint32_t sequence, size_t count)
{
  GArray *stretches = connection->stretches;
  if (stretches == NULL || count == 0) return 0;
  while (stretches->len > 0 &&
         (int32_t)(g_array_index(stretches, HostStretch, 0).end - connection->tcp.unacknowledged) <= 0)
    g_array_remove_index(stretches, 0);
  for (guint i = 0; i < stretches->len; i++) {
    const HostStretch *stretch = &g_array_index(stretches, HostStretch, i);
    if ((int32_t)(stretch->first - (sequence + (uint32_t)count)) < 0 &&
        (int32_t)(stretch->end - sequence) > 0)
      return stretch->message;
  }
  return 0;
}

static void tcp_transmit(void *owner, const VirtualTcpSegment *segment)
{
  HostConnection *connection = owner;
  LinkLabel label = {
      .connection = connection->view.id,
      .message = carried_message(connection, segment->sequence, segment->payload.length),
      .port = connection->view.port,
  };
  host_send_segment(connection->host, connection->interface, NULL, &connection->peer, connection->local_port,
                    connection->peer_port, segment, &label);
}

static HostConnectionState shown_state(const HostConnection *connection, VirtualTcpState state)
{
  switch (state) {
  case VIRTUAL_TCP_SYN_SENT:
  case VIRTUAL_TCP_SYN_RECEIVED:
    return HOST_CONNECTION_OPENING;
  case VIRTUAL_TCP_ESTABLISHED:
    return HOST_CONNECTION_OPEN;
  case VIRTUAL_TCP_TIME_WAIT:
    return HOST_CONNECTION_CLOSED;
  case VIRTUAL_TCP_CLOSED:
    if (connection->tcp.error == VIRTUAL_TCP_REFUSED) return HOST_CONNECTION_REFUSED;
    return connection->tcp.error == VIRTUAL_TCP_FINE ? HOST_CONNECTION_CLOSED : HOST_CONNECTION_RESET;
  default:
    return HOST_CONNECTION_CLOSING;
  }
}

static void tcp_state_changed(void *owner, VirtualTcpState before, VirtualTcpState now)
{
  (void)before;
  HostConnection *connection = owner;
  const Host *host = connection->host;
  if (!connection->opened_here || host->stopped || host->config.watch == NULL) return;
  HostConnectionState shown = shown_state(connection, now);
  if (shown == connection->shown) return;
  HostConnectionState old = connection->shown;
  connection->shown = shown;
  if (host->config.watch->changed != NULL)
    host->config.watch->changed(host->config.owner, &connection->view, old, shown);
}

static void tcp_ready(void *owner)
{
  pump(owner);
}

static const VirtualTcpClass tcp_class = {tcp_transmit, tcp_state_changed, tcp_ready};

void host_connection_look(Host *host, const Endpoint *endpoint, bool cut)
{
  GHashTableIter iterator;
  gpointer value;
  g_hash_table_iter_init(&iterator, host->connections);
  while (g_hash_table_iter_next(&iterator, NULL, &value)) {
    HostConnection *connection = value;
    if (connection->endpoint != endpoint) continue;
    connection->cut = connection->cut || cut;
    if (!connection->pumping) virtual_clock_set(host->config.clock, &connection->deadline, 0);
    return;
  }
}

static void deadline_expired(void *owner)
{
  pump(owner);
}

/* Returns how large a segment may be for an IP packet of mtu bytes to hold it. */
static uint16_t segment_size(const HostConnection *connection, uint16_t mtu)
{
  uint16_t headers = connection->peer.version == 4 ? 40 : 60;
  return mtu > headers ? (uint16_t)(mtu - headers) : 0;
}

static HostConnection *connection_new(Host *host, const HostInterface *interface, const IpAddress *peer,
                                      uint16_t local_port, uint16_t peer_port)
{
  HostConnection *connection = g_new0(HostConnection, 1);
  connection->host = host;
  connection->interface = interface;
  connection->peer = *peer;
  connection->local_port = local_port;
  connection->peer_port = peer_port;
  connection->deadline = (Timer){.expired = deadline_expired, .owner = connection};
  connection->key = key_of(peer, local_port, peer_port);
  connection->rest.data = connection;
  uint16_t mss = segment_size(connection, link_get_mtu(interface->link, interface->end));
  virtual_tcp_init(&connection->tcp, &(VirtualTcpConfig){
                                         .class = &tcp_class,
                                         .owner = connection,
                                         .clock = host->config.clock,
                                         .initial_sequence = (uint32_t)random_source_next(&host->dice),
                                         .mss = MAX(mss, VIRTUAL_TCP_LEAST_MSS),
                                     });
  g_hash_table_insert(host->connections, &connection->key, connection);
  return connection;
}

void host_connection_free(gpointer data)
{
  HostConnection *connection = data;
  if (connection->host->last_connection == connection) connection->host->last_connection = NULL;
  virtual_clock_cancel(connection->host->config.clock, &connection->deadline);
  virtual_tcp_clear(&connection->tcp);
  endpoint_free(connection->endpoint);
  if (connection->stretches != NULL) g_array_unref(connection->stretches);
  g_free(connection);
}

/* Tells the agent that it is over and lets the endpoint go. */
static void end_session(HostConnection *connection, AgentEnd end)
{
  Endpoint *endpoint = g_steal_pointer(&connection->endpoint);
  if (endpoint == NULL) return;
  virtual_clock_cancel(connection->host->config.clock, &connection->deadline);
  connection->session.class->ended(connection->session.owner, endpoint, end);
  endpoint_free(endpoint);
}

static AgentEnd end_of(const HostConnection *connection)
{
  switch (connection->tcp.error) {
  case VIRTUAL_TCP_REFUSED:
    return AGENT_REFUSED;
  case VIRTUAL_TCP_RESET:
    return AGENT_RESET;
  case VIRTUAL_TCP_TIMED_OUT:
    return AGENT_TIMED_OUT;
  case VIRTUAL_TCP_UNREACHABLE:
    return AGENT_UNREACHABLE;
  default:
    return AGENT_CLOSED;
  }
}

/* Takes the connection out of the host's tables and frees it. */
static void forget(HostConnection *connection)
{
  Host *host = connection->host;
  if (connection->expires != 0) g_queue_unlink(&host->resting, &connection->rest);
  g_hash_table_remove(host->connections, &connection->key);
}

/* Forgets connections whose TIME-WAIT is over. */
static void sweep(Host *host)
{
  HostConnection *oldest;
  while ((oldest = g_queue_peek_head(&host->resting)) != NULL && oldest->expires <= host->config.clock->now)
    forget(oldest);
}

/* Returns true when bytes, or the news of their end, went to the endpoint. */
static bool pump_in(HostConnection *connection)
{
  VirtualTcp *tcp = &connection->tcp;
  Bytes readable = virtual_tcp_get_readable(tcp);
  if (readable.length > 0) {
    if (!connection->said_all && !endpoint_wants_read(connection->endpoint)) return false;
    /* Who has said all listens no more, yet must not let the window close. */
    if (!connection->said_all) endpoint_receive(connection->endpoint, readable);
    virtual_tcp_read(tcp, readable.length);
    return true;
  }
  if (connection->told_end || !virtual_tcp_peer_finished(tcp)) return false;
  connection->told_end = true;
  endpoint_peer_closed(connection->endpoint);
  return true;
}

static bool pump_events(HostConnection *connection)
{
  EndpointEvent event = {0};
  bool any = false;
  while (endpoint_next_event(connection->endpoint, &event) != ENDPOINT_NOTHING) {
    any = true;
    if (event.type == ENDPOINT_CLOSE) connection->said_all = true;
    connection->session.class->event(connection->session.owner, connection->endpoint, &event);
    event = (EndpointEvent){0};
  }
  return any;
}

/* Notes that the next count bytes written carry message. */
static void note_stretch(HostConnection *connection, Bytes message, size_t count)
{
  const Host *host = connection->host;
  const VirtualTcp *tcp = &connection->tcp;
  if (host->config.watch == NULL || host->config.watch->message_number == NULL) return;
  if (connection->carried != message.data) {
    connection->carried = message.data;
    connection->carried_number = host->config.watch->message_number(host->config.owner, message);
  }
  if (connection->stretches == NULL) connection->stretches = g_array_new(FALSE, FALSE, sizeof(HostStretch));
  uint32_t first = tcp->unacknowledged + (uint32_t)byte_buffer_view(&tcp->outgoing).length;
  HostStretch stretch = {first, first + (uint32_t)count, connection->carried_number};
  g_array_append_val(connection->stretches, stretch);
}

/* Returns how many of count pending bytes to write at once: up to where a message begins or ends. */
static size_t cut_at_message(HostConnection *connection, size_t count)
{
  EndpointStretch stretch;
  if (!endpoint_find_message(connection->endpoint, &stretch)) return count;
  if (stretch.start > 0) return MIN(count, stretch.start);
  count = MIN(count, stretch.length);
  note_stretch(connection, stretch.message, count);
  return count;
}

static bool pump_out(HostConnection *connection)
{
  bool any = false;
  for (;;) {
    Bytes pending = endpoint_pending(connection->endpoint);
    size_t count = MIN(pending.length, virtual_tcp_get_room(&connection->tcp));
    if (count == 0) return any;
    count = cut_at_message(connection, count);
    virtual_tcp_write(&connection->tcp, bytes_slice(pending, 0, count));
    endpoint_consumed(connection->endpoint, count);
    any = true;
  }
}

/* A deadline that has moved on, as it does with every word said, is looked up when the old one comes. */
static void set_deadline(HostConnection *connection)
{
  Host *host = connection->host;
  Nanoseconds deadline = endpoint_deadline(connection->endpoint);
  if (deadline == NANOSECONDS_NEVER || connection->said_all)
    virtual_clock_cancel(host->config.clock, &connection->deadline);
  else if (!timer_is_set(&connection->deadline) || connection->deadline.due > deadline)
    virtual_clock_set(host->config.clock, &connection->deadline, deadline - host->config.clock->now);
}

/* Moves whatever can move. The connection may be gone afterwards. */
static void pump(HostConnection *connection)
{
  Host *host = connection->host;
  VirtualTcp *tcp = &connection->tcp;
  g_assert(!connection->pumping); /* an agent never reaches its own connection */
  if (connection->endpoint != NULL && !connection->cut) {
    connection->pumping = true;
    endpoint_advance(connection->endpoint, host->config.clock->now);
    for (bool moved = true; moved;) {
      moved = pump_in(connection);
      moved = pump_events(connection) || moved;
      moved = pump_out(connection) || moved;
    }
    connection->pumping = false;
    bool all_written = endpoint_pending(connection->endpoint).length == 0;
    /* An event that waits for its answer keeps our side open though the peer has said all. */
    bool thinking =
        connection->told_end && !connection->said_all && !endpoint_wants_read(connection->endpoint);
    if (all_written && !thinking && (connection->said_all || connection->told_end)) virtual_tcp_finish(tcp);
    set_deadline(connection);
  } else {
    virtual_tcp_read(tcp, virtual_tcp_get_readable(tcp).length);
  }
  if (connection->cut)
    virtual_tcp_abort(tcp);
  else
    virtual_tcp_flush(tcp);
  if (tcp->state == VIRTUAL_TCP_TIME_WAIT && connection->expires == 0) {
    connection->expires = host->config.clock->now + TIME_WAIT;
    g_queue_push_tail_link(&host->resting, &connection->rest);
    end_session(connection, AGENT_CLOSED);
  } else if (tcp->state == VIRTUAL_TCP_CLOSED) {
    end_session(connection, end_of(connection));
    forget(connection);
  }
}

void host_connection_open(Host *host, const IpAddress *peer, uint16_t port, Endpoint *endpoint,
                          const AgentSession *session)
{
  sweep(host);
  const HostInterface *interface = host_find_interface(host, peer);
  g_assert(interface != NULL);
  HostConnection *connection = connection_new(host, interface, peer, host_pick_port(host, peer, port), port);
  connection->endpoint = endpoint;
  connection->session = *session;
  connection->opened_here = true;
  connection->view = (HostConnectionView){.host = host, .link = interface->link, .peer = *peer, .port = port};
  if (host->config.watch != NULL && host->config.watch->opened != NULL)
    connection->view.id = host->config.watch->opened(host->config.owner, &connection->view);
  endpoint_advance(endpoint, host->config.clock->now);
  virtual_tcp_connect(&connection->tcp);
}

static void accept_connection(Host *host, const HostListener *listener, const HostPacket *incoming,
                              const VirtualTcpSegment *segment)
{
  sweep(host);
  const Packet *packet = &incoming->packet;
  const HostInterface *back = host_find_interface(host, &packet->source);
  HostConnection *connection = connection_new(host, back != NULL ? back : incoming->interface,
                                              &packet->source, packet->destination_port, packet->source_port);
  connection->view = (HostConnectionView){.id = incoming->link_frame->label.connection,
                                          .host = host,
                                          .link = connection->interface->link,
                                          .peer = packet->source,
                                          .port = packet->destination_port};
  char peer[IP_ADDRESS_TEXT];
  ip_address_format(&packet->source, peer);
  connection->endpoint = listener->service.accept(listener->service.owner, peer, &connection->session);
  endpoint_advance(connection->endpoint, host->config.clock->now);
  virtual_tcp_accept(&connection->tcp, segment);
}

/* TIME-WAIT: the peer's FIN came again, so our ACK was lost and it may come once more (RFC 9293 §3.10.7.4).
 */
static void rest_anew(HostConnection *connection)
{
  Host *host = connection->host;
  g_queue_unlink(&host->resting, &connection->rest);
  connection->expires = host->config.clock->now + TIME_WAIT;
  g_queue_push_tail_link(&host->resting, &connection->rest);
}

void host_connection_receive(Host *host, const HostPacket *incoming)
{
  const Packet *packet = &incoming->packet;
  VirtualTcpSegment segment = host_read_segment(incoming);
  HostConnection *connection =
      host_find_connection(host, &packet->source, packet->destination_port, packet->source_port);
  if (connection != NULL && connection->expires != 0) {
    if (connection->expires <= host->config.clock->now ||
        virtual_tcp_may_reopen(&connection->tcp, &segment)) {
      forget(connection);
      connection = NULL;
    } else if (segment.flags & TCP_FIN) {
      rest_anew(connection);
    }
  }
  if (connection != NULL) {
    host->last_connection = connection;
    virtual_tcp_receive(&connection->tcp, &segment);
    return;
  }
  const HostListener *listener = host_find_listener(host, AGENT_TCP, packet->destination_port);
  if (listener != NULL && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN)
    accept_connection(host, listener, incoming, &segment);
  else
    host_send_refusal(host, incoming, &segment);
}

void host_connection_hear(HostConnection *connection, IcmpError error, uint16_t mtu)
{
  if (error != ICMP_TOO_BIG)
    virtual_tcp_hear_unreachable(&connection->tcp);
  else if (mtu > 0)
    virtual_tcp_lower_mss(&connection->tcp, segment_size(connection, mtu));
}

void host_connection_stop(HostConnection *connection)
{
  const Host *host = connection->host;
  bool shown = connection->shown != HOST_CONNECTION_NONE && connection->shown < HOST_CONNECTION_CLOSED;
  if (shown && !host->stopped && host->config.watch->changed != NULL)
    host->config.watch->changed(host->config.owner, &connection->view, connection->shown,
                                HOST_CONNECTION_RESET);
  end_session(connection, AGENT_STOPPED);
}
