/* SPDX-License-Identifier: MIT */
/* An HTTP client without I/O: requests queued, responses told. */
#include "protocol/http/http-client.h"

#include "base/limits.h"

#define USUAL_PATIENCE (5 * 60 * NANOSECONDS_PER_SECOND)

typedef struct {
  ByteBuffer bytes;
  uint16_t word;
} QueuedRequest;

typedef struct {
  Endpoint base;
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  HttpReader reader;
  GQueue requests;   /* of QueuedRequest; the first one's answer is awaited where asked is true */
  bool asked;        /* the first request was written */
  bool response_due; /* RESPONSE is to be told */
  bool told;         /* it was told, and the next call goes on */
  bool persists;     /* the connection goes on after the response at hand */
  bool finishing;
  bool failed_due, failed;
  char odd[16]; /* what FAILED tells */
  bool closing, close_due;
} HttpClient;

static void request_free(gpointer data)
{
  QueuedRequest *request = data;
  byte_buffer_clear(&request->bytes);
  g_free(request);
}

static void close_connection(HttpClient *client)
{
  if (client->closing) return;
  client->closing = client->close_due = true;
  idle_timer_stop(&client->idle);
}

static void fail(HttpClient *client)
{
  if (client->closing) return;
  client->failed = client->failed_due = true;
  close_connection(client);
}

/* The connection is over in good order; requests that are left were not answered. */
static void end(HttpClient *client)
{
  if (!g_queue_is_empty(&client->requests))
    fail(client);
  else
    close_connection(client);
}

static bool in_answer(const HttpClient *client)
{
  return client->response_due || client->told;
}

/* Writes the next request, when the one before is answered. */
static void ask_next(HttpClient *client)
{
  if (client->closing || client->asked || in_answer(client)) return;
  const QueuedRequest *request = g_queue_peek_head(&client->requests);
  if (request == NULL) {
    if (client->finishing) close_connection(client);
    return;
  }
  client->asked = true;
  client->idle.deadline = 0; /* patience begins with the next word about the time */
  byte_buffer_append(&client->out, byte_buffer_view(&request->bytes));
  http_reader_begin(&client->reader, request->word);
}

/* The head of the line is answered. */
static void take_response(HttpClient *client)
{
  client->response_due = true;
  client->asked = false;
  client->persists = http_message_persists(&client->reader.message);
  request_free(g_queue_pop_head(&client->requests));
}

static void run(HttpClient *client)
{
  while (!client->closing && client->asked) {
    ParseResult result = http_reader_read(&client->reader, &client->in);
    if (result == PARSE_NEED_MORE) return;
    int code = client->reader.message.code;
    if (result == PARSE_INVALID || code == 101) {
      g_snprintf(client->odd, sizeof client->odd, "%d", code);
      fail(client);
    } else if (code < 200) {
      http_reader_begin(&client->reader, client->reader.answered);
    } else {
      take_response(client);
    }
  }
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  HttpClient *client = (HttpClient *)endpoint;
  if (client->closing) return;
  idle_timer_touch(&client->idle);
  byte_buffer_append(&client->in.bytes, bytes);
  if (!client->asked && !in_answer(client)) { /* nobody asked */
    fail(client);
    return;
  }
  run(client);
}

/* The owner has seen the response. */
static void go_on(HttpClient *client)
{
  client->told = false;
  http_reader_begin(&client->reader, VOCABULARY_UNKNOWN);
  if (!client->persists)
    end(client);
  else if (byte_buffer_view(&client->in.bytes).length > client->in.taken)
    fail(client); /* more than the answer came */
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  HttpClient *client = (HttpClient *)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (client->told) go_on(client);
  ask_next(client);
  if (client->response_due) {
    client->response_due = false;
    client->told = true;
    event->type = ENDPOINT_RESPONSE;
    event->message = client->reader.message.body;
  } else if (client->failed_due) {
    client->failed_due = false;
    event->type = ENDPOINT_FAILED;
    event->reply = bytes_from_string(client->odd);
  } else if (client->close_due) {
    client->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

/* No event of a client asks. */
static void client_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static bool is_one_word(const char *text)
{
  return *text != '\0' && strpbrk(text, " \t\r\n") == NULL;
}

bool http_client_request(Endpoint *endpoint, const HttpRequest *request)
{
  HttpClient *client = (HttpClient *)endpoint;
  bool over = client->closing || client->finishing || (in_answer(client) && !client->persists);
  if (over || !is_one_word(request->method) || !is_one_word(request->target)) return false;
  QueuedRequest *queued = g_new0(QueuedRequest, 1);
  ByteBuffer *out = &queued->bytes;
  queued->word = vocabulary_find_word(&http_vocabulary, bytes_from_string(request->method));
  byte_buffer_append_format(out, "%s %s HTTP/1.1\r\n", request->method, request->target);
  http_write_field(out, "Host", request->host);
  http_write_fields(out, request->fields, request->field_count);
  bool carries = queued->word == HTTP_POST || queued->word == HTTP_PUT || queued->word == HTTP_PATCH;
  if (carries || request->body.length > 0)
    http_write_body(out, request->body, request->chunked, false);
  else
    byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  g_queue_push_tail(&client->requests, queued);
  ask_next(client);
  return true;
}

const HttpMessage *http_client_get_response(const Endpoint *endpoint)
{
  return &((const HttpClient *)endpoint)->reader.message;
}

guint http_client_get_waiting(const Endpoint *endpoint)
{
  return ((const HttpClient *)endpoint)->requests.length;
}

void http_client_finish(Endpoint *endpoint)
{
  HttpClient *client = (HttpClient *)endpoint;
  client->finishing = true;
  ask_next(client);
}

static Bytes client_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((HttpClient *)endpoint)->out);
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((HttpClient *)endpoint)->out, count);
}

static bool client_wants_read(Endpoint *endpoint)
{
  const HttpClient *client = (const HttpClient *)endpoint;
  return !client->closing && !in_answer(client);
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  const HttpClient *client = (const HttpClient *)endpoint;
  return client->asked && !client->closing ? client->idle.deadline : NANOSECONDS_NEVER;
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  HttpClient *client = (HttpClient *)endpoint;
  if (!client->asked || client->closing) return;
  if (idle_timer_advance(&client->idle, now)) fail(client);
}

static void client_peer_closed(Endpoint *endpoint)
{
  HttpClient *client = (HttpClient *)endpoint;
  client->persists = false;
  if (client->closing || in_answer(client)) return;
  if (client->asked && http_reader_close(&client->reader)) {
    take_response(client);
    client->persists = false;
  } else {
    end(client);
  }
}

static void client_free(Endpoint *endpoint)
{
  HttpClient *client = (HttpClient *)endpoint;
  line_input_clear(&client->in);
  byte_buffer_clear(&client->out);
  http_reader_clear(&client->reader);
  g_queue_clear_full(&client->requests, request_free);
  g_free(client);
}

static const EndpointClass client_class = {
    .name = "http-client",
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

Endpoint *http_client_new(const HttpClientConfig *config)
{
  HttpClient *client = g_new0(HttpClient, 1);
  client->base.class = &client_class;
  client->reader.responses = true;
  client->reader.body_limit = config->body_limit == 0 ? LIMIT_HTTP_RESPONSE : config->body_limit;
  client->idle.limit = config->patience == 0 ? USUAL_PATIENCE : config->patience;
  g_queue_init(&client->requests);
  http_reader_begin(&client->reader, VOCABULARY_UNKNOWN);
  return &client->base;
}
