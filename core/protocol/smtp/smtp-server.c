/* SPDX-License-Identifier: MIT */
/* An SMTP server without I/O: its bytes, its events and its states. What each command does is in
 * smtp-server-commands.c. */
#include "mail/message-text.h"
#include "protocol/smtp/smtp-server-private.h"

#include <stdio.h>

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
  server->body_too_large = false;
  byte_buffer_clear(&server->stuffed);
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

static void say_goodbye(SmtpServer *server, const char *enhanced, const char *why)
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
    say_goodbye(server, "4.7.0", "Too many errors");
}

void smtp_server_ask(SmtpServer *server, EndpointEventType event)
{
  g_assert(server->event == ENDPOINT_NOTHING);
  server->event = event;
  server->event_told = false;
}

/* The lone dot came: the message goes to the owner, or is refused for its size. */
static void end_body(SmtpServer *server)
{
  Bytes stuffed = byte_buffer_view(&server->stuffed);
  if (!server->body_too_large) {
    message_text_undo_dots(&server->message, bytes_slice(stuffed, 0, (size_t)server->body.bytes));
    byte_buffer_clear(&server->stuffed);
    server->body_too_large = byte_buffer_view(&server->message).length > server->size_limit;
  }
  /* Whatever the reply, the transaction is over; the table cannot tell this reply from 354. */
  set_state(server, SMTP_STATE_READY, "the lone dot");
  server->word = VOCABULARY_UNKNOWN;
  if (!server->body_too_large) {
    smtp_server_ask(server, ENDPOINT_MESSAGE);
    return;
  }
  smtp_server_forget_transaction(server);
  smtp_server_reply(server, 552, "5.3.4", "Message size exceeds fixed limit");
}

/* Takes body bytes. Returns false when all input is used up. */
static bool receive_body(SmtpServer *server)
{
  Bytes view = line_input_view(&server->in);
  if (view.length == 0) return false;
  bool ended;
  size_t used = dot_body_scan(&server->body, view, &ended, NULL);
  /* Stuffing adds at most one byte to each line of at least three. */
  if (!server->body_too_large && server->body.bytes > server->size_limit / 2 * 3 + 8) {
    server->body_too_large = true;
    byte_buffer_clear(&server->stuffed);
  }
  if (!server->body_too_large) byte_buffer_append(&server->stuffed, bytes_slice(view, 0, used));
  line_input_consume(&server->in, used);
  if (ended) end_body(server);
  return true;
}

static bool receive_line(SmtpServer *server)
{
  Bytes line;
  LineInputResult result = line_input_next(&server->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  if (result == LINE_INPUT_TOO_LONG) {
    server->word = server->state == SMTP_STATE_AUTH ? SMTP_AUTH_RESPONSE : VOCABULARY_UNKNOWN;
    smtp_server_reply(server, 500, "5.5.2", "Line too long");
  } else if (server->state == SMTP_STATE_AUTH) {
    smtp_server_auth_response(server, line);
  } else {
    smtp_server_command(server, line);
    if (server->state == SMTP_STATE_DATA) dot_body_begin(&server->body);
  }
  return true;
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(SmtpServer *server)
{
  for (;;) {
    if (server->event != ENDPOINT_NOTHING || server->state == SMTP_STATE_CLOSING) return;
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    if (server->state == SMTP_STATE_DATA ? receive_body(server) : receive_line(server)) continue;
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
  *event = (EndpointEvent){.type = server->event};
  switch (server->event) {
  case ENDPOINT_AUTHENTICATE:
    event->user = byte_buffer_view(&server->auth_user);
    event->secret = byte_buffer_view(&server->auth_secret);
    event->mechanism = server->auth_mechanism;
    break;
  case ENDPOINT_SENDER:
  case ENDPOINT_RECIPIENT:
    event->address = bytes_from_string(server->path);
    event->envelope = server->envelope;
    break;
  case ENDPOINT_MESSAGE:
    event->envelope = server->envelope;
    event->message = byte_buffer_view(&server->message);
    break;
  default:
    break;
  }
  server->event_told = true;
  return event->type;
}

/* What is said when the verdict has no words of its own. */
static const struct UsualReply {
  EndpointEventType event;
  int code;
  const char *enhanced, *text;
  int refused_code;
  const char *refused_enhanced, *refused_text;
} usual_replies[] = {
    {ENDPOINT_AUTHENTICATE, 235, "2.7.0", "Authentication successful", 535, "5.7.8",
     "Wrong user name or password"},
    {ENDPOINT_SENDER, 250, "2.1.0", "Sender OK", 550, "5.1.0", "Sender refused"},
    {ENDPOINT_RECIPIENT, 250, "2.1.5", "Recipient OK", 550, "5.1.1", "No such user here"},
    {ENDPOINT_MESSAGE, 250, "2.0.0", "Message accepted for delivery", 451, "4.3.0",
     "Message not stored, try again later"},
};

/* Returns the reply's enhanced code when text begins with one, moving *text past it; else the usual one, or
 * class.0.0 for another code. */
static const char *pick_enhanced(int code, const struct UsualReply *usual, const char **text, char room[16])
{
  unsigned number[3];
  int length = 0;
  if (*text != NULL && sscanf(*text, "%1u.%3u.%3u %n", &number[0], &number[1], &number[2], &length) == 3 &&
      length > 0) {
    g_snprintf(room, 16, "%u.%u.%u", number[0], number[1], number[2]);
    *text += length;
    return room;
  }
  if (code == usual->code) return usual->enhanced;
  if (code == usual->refused_code) return usual->refused_enhanced;
  g_snprintf(room, 16, "%d.0.0", code / 100);
  return room;
}

static void reply_verdict(SmtpServer *server, const struct UsualReply *usual, const EndpointVerdict *verdict)
{
  int code = verdict->code != 0 ? verdict->code : verdict->accepted ? usual->code : usual->refused_code;
  const char *text = verdict->text;
  char room[16];
  const char *enhanced = pick_enhanced(code, usual, &text, room);
  if (text == NULL) text = code < 400 ? usual->text : usual->refused_text;
  smtp_server_reply(server, code, enhanced, text);
}

/* What the answer changes besides the state; taken is whether the reply will be 2xx. */
static void apply_verdict(SmtpServer *server, EndpointEventType event, bool taken)
{
  if (event == ENDPOINT_AUTHENTICATE) {
    Bytes user = byte_buffer_view(&server->auth_user);
    if (taken) server->user = bytes_dup_string(user);
    byte_buffer_clear(&server->auth_user);
    byte_buffer_clear(&server->auth_secret);
  } else if (event == ENDPOINT_SENDER && taken) {
    server->envelope = envelope_new(server->path);
  } else if (event == ENDPOINT_RECIPIENT && taken) {
    envelope_append(server->envelope, server->path);
  } else if (event == ENDPOINT_RECIPIENT) {
    server->refused_recipients = true;
  } else if (event == ENDPOINT_MESSAGE) {
    smtp_server_forget_transaction(server);
  }
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  SmtpServer *server = (SmtpServer *)endpoint;
  EndpointEventType event = server->event;
  /* A connection that ended while its owner thought needs no answer any more. */
  if (event == ENDPOINT_NOTHING || event == ENDPOINT_CLOSE) return;
  g_assert(server->event_told);
  server->event = ENDPOINT_NOTHING;
  for (size_t i = 0; i < G_N_ELEMENTS(usual_replies); i++) {
    if (usual_replies[i].event != event) continue;
    bool taken = verdict->code != 0 ? verdict->code < 400 : verdict->accepted;
    apply_verdict(server, event, taken);
    reply_verdict(server, &usual_replies[i], verdict);
  }
  g_clear_pointer(&server->path, g_free);
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
  say_goodbye(server, "4.4.2", "Timeout");
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
  byte_buffer_clear(&server->auth_user);
  byte_buffer_clear(&server->auth_secret);
  g_free(server->host_name);
  g_free(server->client_name);
  g_free(server->user);
  g_free(server->path);
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

Endpoint *smtp_server_new(const SmtpServerConfig *config)
{
  SmtpServer *server = g_new0(SmtpServer, 1);
  server->base.class = &smtp_server_class;
  server->host_name = g_strdup(config->host_name);
  server->client_name = g_strdup("");
  server->capabilities = config->capabilities;
  server->auth_required = config->auth_required;
  server->size_limit = config->size_limit == 0 ? USUAL_SIZE_LIMIT : config->size_limit;
  server->recipient_limit = config->recipient_limit == 0 ? USUAL_RECIPIENT_LIMIT : config->recipient_limit;
  server->error_limit = config->error_limit == 0 ? USUAL_ERROR_LIMIT : config->error_limit;
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->word = VOCABULARY_UNKNOWN;
  server->state = SMTP_STATE_GREETING;
  const char *greeting = config->greeting == NULL ? "ESMTP Carteiro" : config->greeting;
  g_autofree char *text = g_strdup_printf("%s %s", server->host_name, greeting);
  smtp_append_reply(&server->out, 220, NULL, text);
  set_state(server, SMTP_STATE_CONNECTED, "greeting");
  return &server->base;
}

uint8_t smtp_server_get_state(const Endpoint *server)
{
  return ((const SmtpServer *)server)->state;
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
  if (!server->extended) return "SMTP";
  return server->user == NULL ? "ESMTP" : "ESMTPA";
}
