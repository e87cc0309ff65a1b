/* SPDX-License-Identifier: MIT */
/* A POP2 server: the vocabulary's states keep the order, and any error ends the session. */
#include "protocol/pop2/pop2-server.h"

#include "protocol/endpoint-support.h"
#include "protocol/maildrop.h"
#include "protocol/pop2/pop2-syntax.h"

#define USUAL_IDLE_LIMIT (10 * 60 * NANOSECONDS_PER_SECOND)

typedef struct {
  Endpoint base;
  char *host_name;
  LineInput in;
  ByteBuffer out;
  MessageStretches letters; /* in out */
  IdleTimer idle;
  uint8_t state;     /* Pop2State; set by set_state alone */
  const char *cause; /* of the last change of state, for whoever looks on */
  bool closing, peer_closed;
  EndpointEventType event; /* to be told, or told and not answered */
  bool event_told;
  bool quitting; /* UPDATE is QUIT's; else FOLD's */
  char *user, *secret, *folder;
  Maildrop drop;
  guint current; /* index of the message at hand */
} Pop2Server;

typedef void (*Handler)(Pop2Server *server, Bytes argument);

/* The one place where the state changes. */
static void set_state(Pop2Server *server, uint8_t state, const char *cause)
{
  server->cause = cause;
  server->state = state;
}

static void ask(Pop2Server *server, EndpointEventType event)
{
  server->event = event;
  server->event_told = false;
}

static void close_session(Pop2Server *server)
{
  set_state(server, POP2_DONE, "close");
  server->closing = true;
  idle_timer_stop(&server->idle);
  ask(server, ENDPOINT_CLOSE);
}

/* RFC 937: after an error the server closes the connection. */
static void fail(Pop2Server *server, const char *text)
{
  byte_buffer_append_format(&server->out, "- %s\r\n", text);
  close_session(server);
}

static void reply_count(Pop2Server *server)
{
  guint count = maildrop_get_count(&server->drop);
  byte_buffer_append_format(&server->out, "#%u message%s in this mailbox\r\n", count, count == 1 ? "" : "s");
  server->current = 0;
  set_state(server, POP2_MAILBOX, "mailbox open");
}

/* Returns the message at hand, or NULL: there is none, or it is to be deleted. */
static MaildropEntry *get_current(const Pop2Server *server)
{
  if (server->current >= maildrop_get_count(&server->drop)) return NULL;
  MaildropEntry *entry = maildrop_get(&server->drop, server->current);
  return entry->marked ? NULL : entry;
}

static void reply_length(Pop2Server *server, const char *cause)
{
  const MaildropEntry *entry = get_current(server);
  byte_buffer_append_format(&server->out, "=%" G_GSIZE_FORMAT " characters in this message\r\n",
                            entry == NULL ? 0 : g_bytes_get_size(entry->message));
  set_state(server, POP2_ITEM, cause);
}

static void handle_helo(Pop2Server *server, Bytes argument)
{
  Bytes user, password;
  pop2_split_login(argument, &user, &password);
  if (user.length == 0 || password.length == 0) {
    fail(server, "Syntax: HELO user password");
    return;
  }
  server->user = bytes_dup_string(user);
  server->secret = bytes_dup_string(password);
  ask(server, ENDPOINT_AUTHENTICATE);
}

static bool has_marks(const Pop2Server *server)
{
  uint64_t size;
  return maildrop_count_unmarked(&server->drop, &size) < maildrop_get_count(&server->drop);
}

static void handle_fold(Pop2Server *server, Bytes argument)
{
  if (argument.length == 0) {
    fail(server, "Syntax: FOLD mailbox");
    return;
  }
  g_free(server->folder);
  server->folder = bytes_dup_string(argument);
  /* leaving a mailbox removes what was marked in it */
  ask(server, has_marks(server) ? ENDPOINT_UPDATE : ENDPOINT_OPEN_MAILBOX);
}

static void handle_read(Pop2Server *server, Bytes argument)
{
  uint64_t number;
  if (argument.length > 0 && !pop2_parse_number(argument, &number)) {
    fail(server, "Syntax: READ number");
    return;
  }
  /* number 0 and those too high have no message: "=0" */
  if (argument.length > 0)
    server->current = number == 0 || number > G_MAXUINT32 ? G_MAXUINT32 : (guint)number - 1;
  reply_length(server, "READ");
}

/* As many bytes as were told: no dot ends them, and none is doubled. */
static void handle_retr(Pop2Server *server, Bytes argument)
{
  (void)argument;
  const MaildropEntry *entry = get_current(server);
  if (entry == NULL || g_bytes_get_size(entry->message) == 0) {
    fail(server, "There is no such message");
    return;
  }
  Bytes text = maildrop_get_text(entry);
  message_stretches_append(&server->letters, byte_buffer_view(&server->out).length, text.length,
                           entry->message);
  byte_buffer_append(&server->out, text);
  set_state(server, POP2_NEXT, "RETR");
}

static void go_on(Pop2Server *server, const char *cause)
{
  server->current++;
  reply_length(server, cause);
}

static void handle_acks(Pop2Server *server, Bytes argument)
{
  (void)argument;
  go_on(server, "ACKS");
}

static void handle_ackd(Pop2Server *server, Bytes argument)
{
  (void)argument;
  get_current(server)->marked = true; /* it was sent just now: it is there */
  go_on(server, "ACKD");
}

static void handle_nack(Pop2Server *server, Bytes argument)
{
  (void)argument;
  reply_length(server, "NACK");
}

static void say_goodbye(Pop2Server *server)
{
  byte_buffer_append(&server->out, BYTES_LITERAL("+ Bye\r\n"));
  close_session(server);
}

static void handle_quit(Pop2Server *server, Bytes argument)
{
  (void)argument;
  server->quitting = true;
  if (has_marks(server))
    ask(server, ENDPOINT_UPDATE);
  else
    say_goodbye(server);
}

static const Handler handlers[POP2_WORD_COUNT] = {
    [POP2_HELO] = handle_helo, [POP2_FOLD] = handle_fold, [POP2_READ] = handle_read,
    [POP2_RETR] = handle_retr, [POP2_ACKS] = handle_acks, [POP2_ACKD] = handle_ackd,
    [POP2_NACK] = handle_nack, [POP2_QUIT] = handle_quit,
};

static void do_command(Pop2Server *server, Bytes line)
{
  Pop2Command command;
  pop2_parse_command(line, &command);
  if (command.word == VOCABULARY_UNKNOWN)
    fail(server, "Unknown command");
  else if ((pop2_vocabulary.words[command.word].states & (1u << server->state)) == 0)
    fail(server, server->state == POP2_AUTHORIZATION ? "Say HELO first" : "Not now");
  else
    handlers[command.word](server, command.argument);
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(Pop2Server *server)
{
  while (server->event == ENDPOINT_NOTHING && !server->closing) {
    Bytes line;
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    LineInputResult result = line_input_next(&server->in, &line);
    if (result == LINE_INPUT_LINE) {
      do_command(server, line);
    } else if (result == LINE_INPUT_TOO_LONG) {
      fail(server, "Line too long");
    } else {
      if (server->peer_closed) close_session(server);
      return;
    }
  }
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  if (server->closing) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in.bytes, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  if (server->event == ENDPOINT_NOTHING || server->event_told) return ENDPOINT_NOTHING;
  *event = (EndpointEvent){.type = server->event, .user = bytes_from_string(server->user)};
  if (server->event == ENDPOINT_AUTHENTICATE) {
    event->secret = bytes_from_string(server->secret);
    event->mechanism = "HELO";
  } else if (server->event == ENDPOINT_OPEN_MAILBOX) {
    event->address = bytes_from_string(server->folder);
  } else if (server->event == ENDPOINT_UPDATE) {
    maildrop_hand_over_marks(&server->drop);
  }
  server->event_told = true;
  return event->type;
}

static void answer_login(Pop2Server *server, const EndpointVerdict *verdict)
{
  g_clear_pointer(&server->secret, endpoint_wipe);
  if (verdict->accepted)
    ask(server, ENDPOINT_OPEN_MAILBOX);
  else
    fail(server, verdict->text != NULL ? verdict->text : "Wrong user name or password");
}

/* A mailbox that FOLD cannot open is one without messages; at the log-in there is no going on without one. */
static void answer_open(Pop2Server *server, const EndpointVerdict *verdict)
{
  maildrop_clear(&server->drop);
  if (!verdict->accepted && server->folder == NULL) {
    fail(server, verdict->text != NULL ? verdict->text : "Another session has the mailbox open");
    return;
  }
  if (verdict->accepted) maildrop_open(&server->drop, verdict->object);
  reply_count(server);
}

static void answer_update(Pop2Server *server, const EndpointVerdict *verdict)
{
  if (!verdict->accepted)
    fail(server, verdict->text != NULL ? verdict->text : "Some messages were not deleted");
  else if (server->quitting)
    say_goodbye(server);
  else
    ask(server, ENDPOINT_OPEN_MAILBOX);
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  EndpointEventType event = server->event;
  /* A connection that ended while its owner thought needs no answer any more. */
  if (server->closing) return;
  g_assert(event != ENDPOINT_NOTHING && server->event_told);
  server->event = ENDPOINT_NOTHING;
  if (event == ENDPOINT_AUTHENTICATE)
    answer_login(server, verdict);
  else if (event == ENDPOINT_OPEN_MAILBOX)
    answer_open(server, verdict);
  else
    answer_update(server, verdict);
  idle_timer_touch(&server->idle);
  run(server);
}

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((Pop2Server *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  byte_buffer_consume(&server->out, count);
  message_stretches_consume(&server->letters, count);
  idle_timer_touch(&server->idle);
  run(server);
}

static bool server_wants_read(Endpoint *endpoint)
{
  const Pop2Server *server = (const Pop2Server *)endpoint;
  return server->event == ENDPOINT_NOTHING && !server->closing &&
         byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  return ((Pop2Server *)endpoint)->idle.deadline;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  if (idle_timer_advance(&server->idle, now)) close_session(server);
}

static void server_peer_closed(Endpoint *endpoint)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  server->peer_closed = true;
  run(server);
}

static bool server_find_message(Endpoint *endpoint, EndpointStretch *stretch)
{
  return message_stretches_find(&((const Pop2Server *)endpoint)->letters, stretch);
}

static void server_free(Endpoint *endpoint)
{
  Pop2Server *server = (Pop2Server *)endpoint;
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  message_stretches_clear(&server->letters);
  maildrop_clear(&server->drop);
  g_free(server->host_name);
  g_free(server->user);
  g_free(server->folder);
  endpoint_wipe(server->secret);
  g_free(server);
}

static const EndpointClass pop2_server_class = {
    .name = "pop2-server",
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

Endpoint *pop2_server_new(const Pop2ServerConfig *config)
{
  Pop2Server *server = g_new0(Pop2Server, 1);
  server->base.class = &pop2_server_class;
  server->host_name = g_strdup(config->host_name);
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->state = POP2_AUTHORIZATION;
  if (config->greeting != NULL)
    byte_buffer_append_format(&server->out, "+ %s\r\n", config->greeting);
  else
    byte_buffer_append_format(&server->out, "+ POP2 %s server ready\r\n", server->host_name);
  return &server->base;
}

uint8_t pop2_server_get_state(const Endpoint *server)
{
  return ((const Pop2Server *)server)->state;
}
