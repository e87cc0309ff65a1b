/* SPDX-License-Identifier: MIT */
/* A name server without I/O. */
#include "protocol/dns/dns-server.h"

#define WAITING_MAX 64u         /* answers not sent yet; more questions are dropped, as UDP does */
#define EDNS_DATAGRAM_MAX 1232u /* bytes: no fragments on any usual path */

typedef struct {
  Endpoint base;
  const DnsZones *zones;
  GQueue waiting; /* of GBytes *: datagrams to be sent */
} DnsServer;

GBytes *dns_server_reply(const DnsZones *zones, Bytes message, size_t limit)
{
  bool whole;
  g_autoptr(DnsMessage) query = dns_message_parse_partly(message, &whole);
  /* An answer is never answered: two servers would talk for ever. */
  if (query == NULL || query->response) return NULL;
  g_autoptr(DnsMessage) answer = NULL;
  if (whole) {
    answer = dns_zones_answer(zones, query);
  } else {
    answer = dns_message_new(query->id);
    answer->response = true;
    answer->response_code = DNS_FORMERR;
  }
  if (query->edns && limit == DNS_DATAGRAM_MAX) limit = CLAMP(query->udp_size, limit, EDNS_DATAGRAM_MAX);
  return dns_message_build(answer, limit);
}

static void server_receive(Endpoint *endpoint, Bytes datagram)
{
  DnsServer *server = (DnsServer *)endpoint;
  if (g_queue_get_length(&server->waiting) >= WAITING_MAX) return;
  GBytes *reply = dns_server_reply(server->zones, datagram, DNS_DATAGRAM_MAX);
  if (reply != NULL) g_queue_push_tail(&server->waiting, reply);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  (void)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  return ENDPOINT_NOTHING;
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes server_pending(Endpoint *endpoint)
{
  GBytes *first = g_queue_peek_head(&((DnsServer *)endpoint)->waiting);
  if (first == NULL) return BYTES_EMPTY;
  gsize size;
  const uint8_t *data = g_bytes_get_data(first, &size);
  return (Bytes){data, size};
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  if (count > 0) g_bytes_unref(g_queue_pop_head(&((DnsServer *)endpoint)->waiting));
}

static bool server_wants_read(Endpoint *endpoint)
{
  return g_queue_get_length(&((DnsServer *)endpoint)->waiting) < WAITING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  (void)endpoint;
  return NANOSECONDS_NEVER;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  (void)endpoint;
  (void)now;
}

static void server_peer_closed(Endpoint *endpoint)
{
  (void)endpoint;
}

static void free_bytes(gpointer bytes)
{
  g_bytes_unref(bytes);
}

static void server_free(Endpoint *endpoint)
{
  g_queue_clear_full(&((DnsServer *)endpoint)->waiting, free_bytes);
  g_free(endpoint);
}

static const EndpointClass dns_server_class = {
    .name = "dns-server",
    .receive = server_receive,
    .next_event = server_next_event,
    .answer = server_answer,
    .pending = server_pending,
    .consumed = server_consumed,
    .wants_read = server_wants_read,
    .deadline = server_deadline,
    .advance = server_advance,
    .peer_closed = server_peer_closed,
    .free = server_free,
};

Endpoint *dns_server_new(const DnsZones *zones)
{
  DnsServer *server = g_new0(DnsServer, 1);
  server->base.class = &dns_server_class;
  server->zones = zones;
  g_queue_init(&server->waiting);
  return &server->base;
}
