/* SPDX-License-Identifier: MIT */
/* An HTTP server without I/O: requests read, one at a time, and the answers written. */
#include "protocol/http/http-server.h"

#include "base/limits.h"
#include "mail/message-trace.h"

#define USUAL_PATIENCE (60 * NANOSECONDS_PER_SECOND)

typedef struct {
  Endpoint base;
  char *software;
  bool no_date;
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  Nanoseconds now;
  HttpReader reader;
  bool continue_said; /* 100 was sent for this request */
  bool request_due;   /* REQUEST is to be told */
  bool waiting;       /* a request has no answer yet */
  bool peer_gone;
  bool closing, close_due;
} HttpServer;

static void close_connection(HttpServer *server)
{
  server->closing = server->close_due = true;
  idle_timer_stop(&server->idle);
}

/* "Mon, 02 Mar 2026 12:00:00 GMT" (RFC 9110 §5.6.7). */
static void write_date(HttpServer *server)
{
  char text[MESSAGE_DATE_TEXT];
  if (server->no_date) return;
  message_date_format(server->now, 0, text);
  char *zone = strrchr(text, ' ');
  byte_buffer_append_format(&server->out, "Date: %.*s GMT\r\n", (int)(zone - text), text);
}

static void write_response(HttpServer *server, const HttpResponse *response)
{
  const HttpMessage *request = &server->reader.message;
  ByteBuffer *out = &server->out;
  byte_buffer_append_format(out, "HTTP/1.1 %d %s\r\n", response->code, http_status_phrase(response->code));
  write_date(server);
  if (server->software != NULL) http_write_field(out, "Server", server->software);
  http_write_fields(out, response->fields, response->field_count);
  if (response->close)
    http_write_field(out, "Connection", "close");
  else if (request->old)
    http_write_field(out, "Connection", "keep-alive");
  bool bare = response->code < 200 || response->code == 204 || response->code == 304;
  if (bare)
    byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  else
    http_write_body(out, response->body, response->chunked && !request->old, request->word == HTTP_HEAD);
}

/* A page of one line. */
static void write_plain(HttpServer *server, int code, const char *text, bool close)
{
  static const HttpHeader type = {"Content-Type", "text/plain; charset=utf-8"};
  g_autofree char *body = text == NULL ? g_strdup_printf("%d %s\n", code, http_status_phrase(code))
                                       : g_strdup_printf("%s\n", text);
  write_response(server, &(HttpResponse){.code = code,
                                         .fields = &type,
                                         .field_count = code == 204 ? 0 : 1,
                                         .body = bytes_from_string(body),
                                         .close = close});
}

static void refuse(HttpServer *server, int code)
{
  write_plain(server, code, NULL, true);
  close_connection(server);
}

static bool may_work(const HttpServer *server)
{
  return !server->closing && !server->waiting &&
         byte_buffer_view(&server->out).length <= ENDPOINT_PENDING_MAX;
}

static void run(HttpServer *server)
{
  if (!may_work(server)) return;
  ParseResult result = http_reader_read(&server->reader, &server->in);
  if (server->reader.asked && !server->continue_said) { /* also where the body came unbidden */
    server->continue_said = true;
    byte_buffer_append(&server->out, BYTES_LITERAL("HTTP/1.1 100 Continue\r\n\r\n"));
  }
  switch (result) {
  case PARSE_COMPLETE:
    server->request_due = server->waiting = true;
    break;
  case PARSE_INVALID:
    refuse(server, server->reader.fault);
    break;
  case PARSE_NEED_MORE:
    if (server->peer_gone) close_connection(server);
    break;
  }
}

static void begin_request(HttpServer *server)
{
  http_reader_begin(&server->reader, VOCABULARY_UNKNOWN);
  server->continue_said = false;
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  HttpServer *server = (HttpServer *)endpoint;
  if (server->closing) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in.bytes, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  HttpServer *server = (HttpServer *)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  run(server);
  if (server->request_due) {
    server->request_due = false;
    event->type = ENDPOINT_REQUEST;
    event->address = server->reader.message.target;
    event->message = server->reader.message.body;
  } else if (server->close_due) {
    server->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

/* The answer is written: on to the next request, or the end. */
static void end_request(HttpServer *server, bool close)
{
  server->waiting = server->request_due = false;
  begin_request(server);
  idle_timer_touch(&server->idle);
  if (close) close_connection(server);
}

static bool must_close(const HttpServer *server)
{
  return server->peer_gone || !http_message_persists(&server->reader.message);
}

void http_server_respond(Endpoint *endpoint, const HttpResponse *response)
{
  HttpServer *server = (HttpServer *)endpoint;
  if (!server->waiting) return;
  HttpResponse whole = *response;
  whole.close = whole.close || must_close(server);
  write_response(server, &whole);
  end_request(server, whole.close);
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  HttpServer *server = (HttpServer *)endpoint;
  if (!server->waiting) return;
  int code = verdict->code != 0 ? verdict->code : verdict->accepted ? 204 : 404;
  bool close = must_close(server);
  write_plain(server, code, verdict->text, close);
  end_request(server, close);
}

const HttpMessage *http_server_get_request(const Endpoint *endpoint)
{
  const HttpServer *server = (const HttpServer *)endpoint;
  return server->waiting ? &server->reader.message : NULL;
}

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((HttpServer *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((HttpServer *)endpoint)->out, count);
}

static bool server_wants_read(Endpoint *endpoint)
{
  return may_work((const HttpServer *)endpoint);
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  const HttpServer *server = (const HttpServer *)endpoint;
  return server->waiting && server->now != 0 ? NANOSECONDS_NEVER : server->idle.deadline;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  HttpServer *server = (HttpServer *)endpoint;
  server->now = now;
  if (server->waiting) idle_timer_touch(&server->idle);
  if (!idle_timer_advance(&server->idle, now)) return;
  if (http_reader_is_empty(&server->reader, &server->in))
    close_connection(server);
  else
    refuse(server, 408);
}

static void server_peer_closed(Endpoint *endpoint)
{
  HttpServer *server = (HttpServer *)endpoint;
  server->peer_gone = true;
  run(server);
}

static void server_free(Endpoint *endpoint)
{
  HttpServer *server = (HttpServer *)endpoint;
  g_free(server->software);
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  http_reader_clear(&server->reader);
  g_free(server);
}

static const EndpointClass server_class = {
    .name = "http-server",
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

Endpoint *http_server_new(const HttpServerConfig *config)
{
  HttpServer *server = g_new0(HttpServer, 1);
  server->base.class = &server_class;
  server->software = g_strdup(config->software);
  server->no_date = config->no_date;
  server->reader.body_limit = config->body_limit == 0 ? LIMIT_HTTP_REQUEST : config->body_limit;
  server->idle.limit = config->patience == 0 ? USUAL_PATIENCE : config->patience;
  begin_request(server);
  return &server->base;
}
