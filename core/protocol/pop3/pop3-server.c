/* SPDX-License-Identifier: MIT */
/* A POP3 server without I/O: its bytes, its events and its states. It works on a list of the messages taken
 * when the mailbox was opened: what arrives later is for the next session. */
#include "protocol/pop3/pop3-server-private.h"

#include "protocol/sasl/sasl-spoken.h"

#define USUAL_IDLE_LIMIT (10 * 60 * NANOSECONDS_PER_SECOND)
#define ERRORS_MAX 50u

void pop3_server_set_state(Pop3Server *server, uint8_t state, const char *cause)
{
  if (state == server->state) return;
  server->cause = cause;
  server->state = state;
}

void pop3_server_reply_ok(Pop3Server *server, const char *text)
{
  byte_buffer_append_texts(&server->out, "+OK", *text == '\0' ? "" : " ", text, "\r\n", NULL);
}

void pop3_server_close(Pop3Server *server)
{
  server->closing = true;
  idle_timer_stop(&server->idle);
  server->event = ENDPOINT_CLOSE;
  server->event_told = false;
}

void pop3_server_reply_error(Pop3Server *server, const char *text)
{
  byte_buffer_append_texts(&server->out, "-ERR ", text, "\r\n", NULL);
  if (++server->errors < ERRORS_MAX || server->event != ENDPOINT_NOTHING) return;
  pop3_server_close(server);
}

void pop3_server_ask(Pop3Server *server, EndpointEventType event)
{
  g_assert(server->event == ENDPOINT_NOTHING);
  server->event = event;
  server->event_told = false;
}

static bool receive_line(Pop3Server *server)
{
  Bytes line;
  LineInputResult result = line_input_next(&server->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  if (server->sasl != NULL)
    pop3_server_sasl_line(server, line, result == LINE_INPUT_TOO_LONG);
  else if (result == LINE_INPUT_TOO_LONG)
    pop3_server_reply_error(server, "Line too long");
  else
    pop3_server_command(server, line);
  return true;
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(Pop3Server *server)
{
  while (server->event == ENDPOINT_NOTHING && !server->closing) {
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    if (receive_line(server)) continue;
    if (server->peer_closed) pop3_server_close(server);
    return;
  }
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  if (server->closing) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in.bytes, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  if (server->event == ENDPOINT_NOTHING || server->event_told) return ENDPOINT_NOTHING;
  *event = (EndpointEvent){.type = server->event, .user = bytes_from_string(server->user)};
  if (server->event == ENDPOINT_AUTHENTICATE && server->sasl != NULL) {
    sasl_server_get_question(server->sasl, event);
  } else if (server->event == ENDPOINT_AUTHENTICATE) {
    event->secret = bytes_from_string(server->secret);
    event->mechanism = server->mechanism;
    if (server->mechanism[0] == 'A') event->challenge = bytes_from_string(server->apop_stamp);
  } else if (server->event == ENDPOINT_UPDATE) {
    maildrop_hand_over_marks(&server->drop);
  }
  server->event_told = true;
  return event->type;
}

static void answer_open(Pop3Server *server, const EndpointVerdict *verdict)
{
  if (!verdict->accepted) {
    g_clear_pointer(&server->user, g_free);
    pop3_server_reply_error(server, verdict->text != NULL ? verdict->text
                                                          : "[IN-USE] Another session has the mailbox open");
    return;
  }
  g_assert(verdict->object != NULL);
  maildrop_open(&server->drop, verdict->object);
  pop3_server_set_state(server, POP3_TRANSACTION, "mailbox open");
  if (verdict->text != NULL)
    pop3_server_reply_ok(server, verdict->text);
  else
    pop3_server_reply_maildrop(server, "Mailbox open, ");
}

static void answer_update(Pop3Server *server, const EndpointVerdict *verdict)
{
  if (verdict->accepted)
    pop3_server_reply_ok(server, verdict->text != NULL ? verdict->text : "Bye");
  else
    pop3_server_reply_error(server, verdict->text != NULL ? verdict->text : "Some messages were not deleted");
  if (!server->closing) pop3_server_close(server);
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  static const struct {
    EndpointEventType event;
    void (*answer)(Pop3Server *server, const EndpointVerdict *verdict);
  } answers[] = {{ENDPOINT_AUTHENTICATE, pop3_server_answer_login},
                 {ENDPOINT_OPEN_MAILBOX, answer_open},
                 {ENDPOINT_UPDATE, answer_update},
                 {ENDPOINT_UPGRADE, pop3_server_answer_upgrade}};
  EndpointEventType event = server->event;
  /* A connection that ended while its owner thought needs no answer any more. */
  if (server->closing) return;
  g_assert(event != ENDPOINT_NOTHING && server->event_told);
  server->event = ENDPOINT_NOTHING;
  for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
    if (answers[i].event == event) answers[i].answer(server, verdict);
  idle_timer_touch(&server->idle);
  run(server);
}

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((Pop3Server *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  byte_buffer_consume(&server->out, count);
  message_stretches_consume(&server->letters, count);
  idle_timer_touch(&server->idle);
  run(server);
}

static bool server_wants_read(Endpoint *endpoint)
{
  const Pop3Server *server = (const Pop3Server *)endpoint;
  return server->event == ENDPOINT_NOTHING && !server->closing &&
         byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  return ((Pop3Server *)endpoint)->idle.deadline;
}

/* The autologout timer: nothing is said and nothing is deleted (RFC 1939 §3). */
static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  if (idle_timer_advance(&server->idle, now)) pop3_server_close(server);
}

static void server_peer_closed(Endpoint *endpoint)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  server->peer_closed = true;
  run(server);
}

static bool server_find_message(Endpoint *endpoint, EndpointStretch *stretch)
{
  return message_stretches_find(&((const Pop3Server *)endpoint)->letters, stretch);
}

static void server_free(Endpoint *endpoint)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  message_stretches_clear(&server->letters);
  maildrop_clear(&server->drop);
  g_free(server->host_name);
  g_free(server->apop_stamp);
  g_free(server->user);
  endpoint_wipe(server->secret);
  g_strfreev(server->mechanisms);
  g_free(server->nonce);
  sasl_server_free(server->sasl);
  g_free(server);
}

static const EndpointClass pop3_server_class = {
    .name = "pop3-server",
    .receive = server_receive,
    .next_event = server_next_event,
    .answer = server_answer,
    .pending = server_pending,
    .consumed = server_consumed,
    .wants_read = server_wants_read,
    .deadline = server_deadline,
    .advance = server_advance,
    .peer_closed = server_peer_closed,
    .find_message = server_find_message,
    .free = server_free,
};

/* Returns those of names that we speak; NULL where there are none. */
static char **copy_mechanisms(const char *const *names)
{
  g_autoptr(GPtrArray) spoken = g_ptr_array_new();
  for (; names != NULL && *names != NULL; names++)
    if (sasl_spoken_find(bytes_from_string(*names)) != NULL) g_ptr_array_add(spoken, g_strdup(*names));
  if (spoken->len == 0) return NULL;
  g_ptr_array_add(spoken, NULL);
  return (char **)g_ptr_array_free(g_steal_pointer(&spoken), FALSE);
}

Endpoint *pop3_server_new(const Pop3ServerConfig *config)
{
  Pop3Server *server = g_new0(Pop3Server, 1);
  server->base.class = &pop3_server_class;
  server->host_name = g_strdup(config->host_name);
  server->apop_stamp = g_strdup(config->apop_stamp);
  server->mechanisms = copy_mechanisms(config->mechanisms);
  server->nonce = g_strdup(config->nonce);
  server->login_delay = config->login_delay;
  server->offer_stls = config->offer_stls;
  server->offer_utf8 = config->offer_utf8;
  server->offer_lang = config->offer_lang;
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->state = POP3_AUTHORIZATION;
  g_autofree char *usual = g_strconcat(server->host_name, " POP3 server ready", NULL);
  byte_buffer_append_texts(&server->out, "+OK ", config->greeting == NULL ? usual : config->greeting,
                           server->apop_stamp == NULL ? "" : " ",
                           server->apop_stamp == NULL ? "" : server->apop_stamp, "\r\n", NULL);
  return &server->base;
}

uint8_t pop3_server_get_state(const Endpoint *server)
{
  return ((const Pop3Server *)server)->state;
}

Mailbox *pop3_server_get_mailbox(const Endpoint *server)
{
  return ((const Pop3Server *)server)->drop.mailbox;
}
