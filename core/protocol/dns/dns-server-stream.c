/* SPDX-License-Identifier: MIT */
/* A name server over TCP: messages cut out of the stream by their lengths. What is held of a message is what
 * came of it, whatever length was announced. */
#include "protocol/dns/dns-server.h"
#include "protocol/endpoint-support.h"

#define IDLE_LIMIT (30 * NANOSECONDS_PER_SECOND) /* RFC 7766 §6.2.3: seconds, not minutes */

typedef struct {
  Endpoint base;
  const DnsZones *zones;
  ByteBuffer in, out;
  IdleTimer idle;
  bool close_due, closed;
} DnsStreamServer;

static void close_stream(DnsStreamServer *server)
{
  if (server->closed) return;
  server->closed = server->close_due = true;
  idle_timer_stop(&server->idle);
}

/* Answers what came whole, while there is room for answers. */
static void run(DnsStreamServer *server)
{
  while (!server->closed && byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX) {
    ByteReader reader = byte_reader(byte_buffer_view(&server->in));
    Bytes message = byte_reader_take(&reader, byte_reader_be16(&reader));
    if (reader.overrun) return;
    g_autoptr(GBytes) reply = dns_server_reply(server->zones, message, DNS_STREAM_MAX);
    byte_buffer_consume(&server->in, reader.position);
    if (reply == NULL) {
      close_stream(server); /* noise: there is no telling where the next message begins */
      return;
    }
    gsize size;
    const uint8_t *data = g_bytes_get_data(reply, &size);
    byte_buffer_append(&server->out, (Bytes){(const uint8_t[]){(uint8_t)(size >> 8), (uint8_t)size}, 2});
    byte_buffer_append(&server->out, (Bytes){data, size});
  }
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  DnsStreamServer *server = (DnsStreamServer *)endpoint;
  if (server->closed) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  DnsStreamServer *server = (DnsStreamServer *)endpoint;
  *event = (EndpointEvent){.type = server->close_due ? ENDPOINT_CLOSE : ENDPOINT_NOTHING};
  server->close_due = false;
  return event->type;
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((DnsStreamServer *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  DnsStreamServer *server = (DnsStreamServer *)endpoint;
  byte_buffer_consume(&server->out, count);
  run(server);
}

static bool server_wants_read(Endpoint *endpoint)
{
  const DnsStreamServer *server = (const DnsStreamServer *)endpoint;
  return !server->closed && byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  return ((DnsStreamServer *)endpoint)->idle.deadline;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  DnsStreamServer *server = (DnsStreamServer *)endpoint;
  if (idle_timer_advance(&server->idle, now)) close_stream(server);
}

static void server_peer_closed(Endpoint *endpoint)
{
  close_stream((DnsStreamServer *)endpoint);
}

static void server_free(Endpoint *endpoint)
{
  DnsStreamServer *server = (DnsStreamServer *)endpoint;
  byte_buffer_clear(&server->in);
  byte_buffer_clear(&server->out);
  g_free(server);
}

static const EndpointClass dns_stream_server_class = {
    .name = "dns-server-stream",
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

Endpoint *dns_server_new_stream(const DnsZones *zones)
{
  DnsStreamServer *server = g_new0(DnsStreamServer, 1);
  server->base.class = &dns_stream_server_class;
  server->zones = zones;
  server->idle.limit = IDLE_LIMIT;
  return &server->base;
}
