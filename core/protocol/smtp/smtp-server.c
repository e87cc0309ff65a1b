/* SPDX-License-Identifier: MIT */
/* An SMTP server without I/O: its bytes and its states. What each command does is in smtp-server-commands.c.
 */
#include "protocol/smtp/smtp-server-private.h"

#define USUAL_SIZE_LIMIT (10u * 1024 * 1024)
#define USUAL_RECIPIENT_LIMIT 100u
#define USUAL_ERROR_LIMIT 20u
#define USUAL_IDLE_LIMIT (5 * 60 * NANOSECONDS_PER_SECOND)

/* The one place where the state changes. */
static void set_state(SmtpServer *server, uint8_t state, const char *cause)
{
  if (state == STATE_SAME || state == server->state) return;
  server->cause = cause;
  server->state = state;
}

static const char *word_name(uint16_t word)
{
  return word == VOCABULARY_UNKNOWN ? "unknown command" : smtp_vocabulary.words[word].word;
}

void smtp_server_forget_transaction(SmtpServer *server)
{
  g_clear_pointer(&server->envelope, envelope_free);
  server->refused_recipients = false;
  server->chunked = false;
  server->body_too_large = false;
  byte_buffer_clear(&server->message);
}

static void close_connection(SmtpServer *server, const char *cause)
{
  set_state(server, SMTP_STATE_CLOSING, cause);
  idle_timer_stop(&server->idle);
  smtp_server_forget_transaction(server);
  server->event = ENDPOINT_CLOSE;
  server->event_told = false;
}

static void append_reply(SmtpServer *server, int code, const char *enhanced, const char *text)
{
  bool with_enhanced = (server->capabilities & SMTP_CAPABILITY_ENHANCED_STATUS_CODES) != 0;
  smtp_append_reply(&server->out, code, with_enhanced ? enhanced : NULL, text);
}

void smtp_server_say_goodbye(SmtpServer *server, const char *enhanced, const char *why)
{
  g_autofree char *text = g_strdup_printf("%s %s, closing connection", server->host_name, why);
  append_reply(server, 421, enhanced, text);
  close_connection(server, why);
}

void smtp_server_reply(SmtpServer *server, int code, const char *enhanced, const char *text)
{
  append_reply(server, code, enhanced, text);
  ReplyClass reply_class = smtp_reply_class(code);
  if (server->word != VOCABULARY_UNKNOWN)
    set_state(server, smtp_vocabulary.words[server->word].next[reply_class], word_name(server->word));
  if (server->state == SMTP_STATE_CLOSING || code == 421)
    close_connection(server, word_name(server->word));
  else if (reply_class == REPLY_REFUSED && ++server->errors >= server->error_limit)
    smtp_server_say_goodbye(server, "4.7.0", "Too many errors");
}

void smtp_server_refuse(SmtpServer *server, const SmtpRefusal *refusal)
{
  smtp_server_reply(server, refusal->code, refusal->enhanced, refusal->text);
}

void smtp_server_end_command(SmtpServer *server, uint8_t state, const char *cause)
{
  set_state(server, state, cause);
  server->word = VOCABULARY_UNKNOWN;
}

static bool receive_line(SmtpServer *server)
{
  Bytes line;
  LineInputResult result = line_input_next(&server->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  bool logging_in = server->state == SMTP_STATE_AUTH;
  if (result == LINE_INPUT_TOO_LONG) {
    server->word = logging_in ? SMTP_AUTH_RESPONSE : VOCABULARY_UNKNOWN;
    if (logging_in) smtp_server_end_auth(server);
    smtp_server_reply(server, 500, logging_in ? "5.5.6" : "5.5.2", "Line too long");
  } else if (logging_in) {
    smtp_server_auth_response(server, line);
  } else {
    smtp_server_command(server, line);
  }
  return true;
}

/* Takes what the state calls for. Returns false when all input is used up. */
static bool receive_next(SmtpServer *server)
{
  if (server->chunk.active) return smtp_server_receive_chunk(server);
  if (server->state == SMTP_STATE_DATA && !server->chunked) return smtp_server_receive_body(server);
  return receive_line(server);
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(SmtpServer *server)
{
  for (;;) {
    if (server->event != ENDPOINT_NOTHING || server->state == SMTP_STATE_CLOSING) return;
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    if (receive_next(server)) continue;
    if (server->peer_closed) close_connection(server, "peer closed");
    return;
  }
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  if (server->state == SMTP_STATE_CLOSING) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in.bytes, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  if (server->event == ENDPOINT_NOTHING || server->event_told) return ENDPOINT_NOTHING;
  smtp_server_fill_event(server, event);
  server->event_told = true;
  return event->type;
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  EndpointEventType event = server->event;
  /* A connection that ended while its owner thought needs no answer any more. */
  if (event == ENDPOINT_NOTHING || event == ENDPOINT_CLOSE) return;
  g_assert(server->event_told);
  server->event = ENDPOINT_NOTHING;
  smtp_server_take_verdict(server, event, verdict);
  idle_timer_touch(&server->idle);
  run(server);
}

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((SmtpServer *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  byte_buffer_consume(&server->out, count);
  run(server);
}

static bool server_wants_read(Endpoint *endpoint)
{
  const SmtpServer *server = (const SmtpServer *)endpoint;
  return server->event == ENDPOINT_NOTHING && server->state != SMTP_STATE_CLOSING &&
         byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  return ((SmtpServer *)endpoint)->idle.deadline;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  if (!idle_timer_advance(&server->idle, now)) return;
  smtp_server_say_goodbye(server, "4.4.2", "Timeout");
}

static void server_peer_closed(Endpoint *endpoint)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  server->peer_closed = true;
  run(server);
}

static void server_free(Endpoint *endpoint)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  smtp_server_forget_transaction(server);
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  smtp_server_end_auth(server);
  g_free(server->host_name);
  g_free(server->nonce);
  g_free(server->client_name);
  g_free(server->user);
  g_free(server->path);
  g_free(server->request.original);
  g_free(server);
}

static const EndpointClass smtp_server_class = {
    .name = "smtp-server",
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

/* Who is refused by the greeting stays where QUIT alone is allowed. */
static void greet(SmtpServer *server, const SmtpServerConfig *config)
{
  int code = config->greeting_code == 0 ? 220 : config->greeting_code;
  const char *greeting = config->greeting;
  if (greeting == NULL)
    greeting = code < 400   ? "ESMTP Carteiro"
               : code < 500 ? "Service not available, try again later"
                            : "No mail service here";
  g_autofree char *text = g_strconcat(server->host_name, " ", greeting, NULL);
  smtp_append_reply(&server->out, code, NULL, text);
  if (code < 400)
    set_state(server, SMTP_STATE_CONNECTED, "greeting");
  else if (code == 421)
    close_connection(server, "greeting");
}

Endpoint *smtp_server_new(const SmtpServerConfig *config)
{
  SmtpServer *server = g_new0(SmtpServer, 1);
  server->base.class = &smtp_server_class;
  server->host_name = g_strdup(config->host_name);
  server->client_name = g_strdup("");
  server->nonce = g_strdup(config->nonce);
  server->capabilities = config->capabilities;
  if ((server->capabilities & SMTP_CAPABILITY_CHUNKING) == 0)
    server->capabilities &= ~(uint32_t)SMTP_CAPABILITY_BINARYMIME;
  server->auth_required = config->auth_required;
  server->encryption_for_log_in = config->encryption_for_log_in;
  server->size_limit = config->size_limit == 0 ? USUAL_SIZE_LIMIT : config->size_limit;
  server->recipient_limit = config->recipient_limit == 0 ? USUAL_RECIPIENT_LIMIT : config->recipient_limit;
  server->error_limit = config->error_limit == 0 ? USUAL_ERROR_LIMIT : config->error_limit;
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->word = VOCABULARY_UNKNOWN;
  server->state = SMTP_STATE_GREETING;
  greet(server, config);
  return &server->base;
}

void smtp_server_shut_down(Endpoint *endpoint)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  if (server->state != SMTP_STATE_CLOSING) smtp_server_say_goodbye(server, "4.3.2", "Service shutting down");
}

uint8_t smtp_server_get_state(const Endpoint *server)
{
  return ((const SmtpServer *)server)->state;
}

bool smtp_server_has_quit(const Endpoint *endpoint)
{
  const SmtpServer *server = (const SmtpServer *)endpoint;
  return server->state == SMTP_STATE_CLOSING && server->word == SMTP_QUIT;
}

const char *smtp_server_get_client_name(const Endpoint *server)
{
  return ((const SmtpServer *)server)->client_name;
}

const char *smtp_server_get_user(const Endpoint *server)
{
  return ((const SmtpServer *)server)->user;
}

const char *smtp_server_get_with(const Endpoint *endpoint)
{
  const SmtpServer *server = (const SmtpServer *)endpoint;
  bool utf8 = server->envelope != NULL && server->envelope->utf8;
  if (utf8) return server->user == NULL ? "UTF8SMTP" : "UTF8SMTPA";
  if (!server->extended) return "SMTP";
  return server->user == NULL ? "ESMTP" : "ESMTPA";
}
