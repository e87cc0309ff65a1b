/* SPDX-License-Identifier: MIT */
/* A stub resolver without I/O. */
#include "protocol/dns/dns-client.h"

#define USUAL_WAIT (5 * NANOSECONDS_PER_SECOND)
#define USUAL_TRIES 3u
#define LENGTH_BYTES 2u /* before a message over TCP */

typedef struct {
  Endpoint base;
  uint16_t id;
  char *name;
  DnsType type;
  Nanoseconds wait;
  guint tries_left;
  Nanoseconds deadline;
  bool stream;
  ByteBuffer in, out; /* stream */
  GBytes *query;
  bool sent; /* of the try at hand: pending is empty */
  DnsMessage *answer;
  bool outcome_due, close_due, closed;
} DnsClient;

static void finish(DnsClient *client)
{
  client->closed = client->outcome_due = client->close_due = true;
  client->deadline = NANOSECONDS_NEVER;
}

/* An answer must be to our question: anybody can send a datagram. */
static bool is_ours(const DnsClient *client, const DnsMessage *message)
{
  if (!message->response || message->id != client->id || message->questions->len != 1) return false;
  const DnsQuestion *question = &g_array_index(message->questions, DnsQuestion, 0);
  return question->type == client->type && dns_name_equal(question->name, client->name);
}

static void take_message(DnsClient *client, Bytes bytes)
{
  g_autoptr(DnsMessage) message = dns_message_parse(bytes);
  if (message == NULL || !is_ours(client, message)) return;
  client->answer = g_steal_pointer(&message);
  finish(client);
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  DnsClient *client = (DnsClient *)endpoint;
  if (client->closed) return;
  if (!client->stream) {
    take_message(client, bytes);
    return;
  }
  byte_buffer_append(&client->in, bytes);
  while (!client->closed) {
    ByteReader reader = byte_reader(byte_buffer_view(&client->in));
    Bytes message = byte_reader_take(&reader, byte_reader_be16(&reader));
    if (reader.overrun) return;
    take_message(client, message);
    byte_buffer_consume(&client->in, reader.position);
  }
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  DnsClient *client = (DnsClient *)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (client->outcome_due) {
    client->outcome_due = false;
    event->type = client->answer != NULL ? ENDPOINT_RESOLVED : ENDPOINT_FAILED;
  } else if (client->close_due) {
    client->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

static void client_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes client_pending(Endpoint *endpoint)
{
  const DnsClient *client = (const DnsClient *)endpoint;
  if (client->closed) return BYTES_EMPTY;
  if (client->stream) return byte_buffer_view(&client->out);
  if (client->sent) return BYTES_EMPTY;
  gsize size;
  const uint8_t *data = g_bytes_get_data(client->query, &size);
  return (Bytes){data, size};
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  DnsClient *client = (DnsClient *)endpoint;
  if (client->stream)
    byte_buffer_consume(&client->out, count);
  else if (count > 0)
    client->sent = true;
}

static bool client_wants_read(Endpoint *endpoint)
{
  return !((DnsClient *)endpoint)->closed;
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  return ((DnsClient *)endpoint)->deadline;
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  DnsClient *client = (DnsClient *)endpoint;
  if (client->closed) return;
  if (client->deadline == 0) {
    client->deadline = now + client->wait;
  } else if (now >= client->deadline && client->tries_left == 0) {
    finish(client);
  } else if (now >= client->deadline) {
    client->tries_left--;
    client->sent = false;
    client->deadline = now + client->wait;
  }
}

/* Nobody listens there: no use in waiting. */
static void client_peer_closed(Endpoint *endpoint)
{
  DnsClient *client = (DnsClient *)endpoint;
  if (!client->closed) finish(client);
}

static void client_free(Endpoint *endpoint)
{
  DnsClient *client = (DnsClient *)endpoint;
  g_free(client->name);
  g_bytes_unref(client->query);
  byte_buffer_clear(&client->in);
  byte_buffer_clear(&client->out);
  dns_message_free(client->answer);
  g_free(client);
}

static const EndpointClass dns_client_class = {
    .name = "dns-client",
    .receive = client_receive,
    .next_event = client_next_event,
    .answer = client_answer,
    .pending = client_pending,
    .consumed = client_consumed,
    .wants_read = client_wants_read,
    .deadline = client_deadline,
    .advance = client_advance,
    .peer_closed = client_peer_closed,
    .free = client_free,
};

Endpoint *dns_client_new(const DnsClientConfig *config)
{
  DnsClient *client = g_new0(DnsClient, 1);
  client->base.class = &dns_client_class;
  client->id = config->id;
  client->name = g_strdup(config->name);
  client->type = config->type;
  client->wait = config->wait == 0 ? USUAL_WAIT : config->wait;
  client->stream = config->stream;
  client->tries_left = config->stream ? 0 : (config->tries == 0 ? USUAL_TRIES : config->tries) - 1;
  g_autoptr(DnsMessage) query = dns_message_new(config->id);
  query->recursion_desired = true;
  dns_message_append_question(query, config->name, config->type);
  client->query = dns_message_build(query, DNS_DATAGRAM_MAX);
  gsize size;
  const uint8_t *data = g_bytes_get_data(client->query, &size);
  if (client->stream) {
    byte_buffer_append(&client->out,
                       (Bytes){(const uint8_t[]){(uint8_t)(size >> 8), (uint8_t)size}, LENGTH_BYTES});
    byte_buffer_append(&client->out, (Bytes){data, size});
  }
  return &client->base;
}

const DnsMessage *dns_client_get_answer(const Endpoint *client)
{
  return ((const DnsClient *)client)->answer;
}
