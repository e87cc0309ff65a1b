/* SPDX-License-Identifier: MIT */
/* An IMAP server without I/O: its bytes, its events and its states. */
#include "protocol/imap/imap-server-private.h"

#include <stdarg.h>

#define USUAL_IDLE_LIMIT (30 * 60 * NANOSECONDS_PER_SECOND)
#define USUAL_SIZE_LIMIT (32u * 1024 * 1024)
#define ERRORS_MAX 50u
#define REFUSED_MAX (64u * 1024 * 1024) /* bytes of a refused literal that are passed over */

static void bytes_free(gpointer data)
{
  g_bytes_unref(data);
}

void imap_server_set_state(ImapServer *server, uint8_t state, const char *cause)
{
  if (state == server->state) return;
  server->cause = cause;
  server->state = state;
}

void imap_server_say(ImapServer *server, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  byte_buffer_append_format(&server->out, "* %s\r\n", text);
}

void imap_server_close(ImapServer *server)
{
  if (server->closing) return;
  server->closing = true;
  imap_server_unselect(server);
  g_clear_pointer(&server->fetch, imap_server_fetch_free);
  idle_timer_stop(&server->idle);
  imap_server_set_state(server, IMAP_LOGGED_OUT, "closing");
  server->event = ENDPOINT_CLOSE;
  server->event_told = false;
}

/* RFC 9051 §7.5.1: numbers must not move under these commands. */
static bool may_tell_expunges(const ImapServer *server)
{
  return server->word != IMAP_FETCH && server->word != IMAP_STORE && server->word != IMAP_SEARCH;
}

static void finish(ImapServer *server, const char *status, const char *text)
{
  imap_server_tell_news(server, may_tell_expunges(server));
  byte_buffer_append_format(&server->out, "%s %s %s\r\n", server->tag == NULL ? "*" : server->tag, status,
                            text);
  g_clear_pointer(&server->tag, g_free);
  server->input = IMAP_INPUT_COMMAND;
}

void imap_server_ok(ImapServer *server, const char *text)
{
  finish(server, "OK", text);
}

void imap_server_no(ImapServer *server, const char *text)
{
  finish(server, "NO", text);
}

void imap_server_bad(ImapServer *server, const char *text)
{
  finish(server, "BAD", text);
  if (++server->errors < ERRORS_MAX || server->closing) return;
  imap_server_say(server, "BYE Too many mistakes");
  imap_server_close(server);
}

void imap_server_ask(ImapServer *server, EndpointEventType event)
{
  g_assert(server->event == ENDPOINT_NOTHING);
  server->event = event;
  server->event_told = false;
}

static void end_update(ImapServer *server)
{
  server->resume = NULL;
  server->target = NULL;
  g_ptr_array_set_size(server->added, 0);
  g_ptr_array_set_size(server->removed, 0);
  g_array_set_size(server->chosen, 0);
}

void imap_server_ask_update(ImapServer *server, ImapResume resume)
{
  if (server->added->len > 0 || server->removed->len > 0) {
    server->resume = resume;
    imap_server_ask(server, ENDPOINT_UPDATE);
    return;
  }
  resume(server);
  end_update(server);
}

bool imap_server_offers(const ImapServer *server, const char *capability)
{
  for (guint i = 0; i < server->without->len; i++)
    if (g_ascii_strcasecmp(g_ptr_array_index(server->without, i), capability) == 0) return false;
  return true;
}

/* A client that cannot be understood any more, or announces more than anybody reads. */
static void give_up(ImapServer *server, const char *why)
{
  imap_server_say(server, "BYE %s", why);
  imap_server_close(server);
}

/* How many bytes a command in work may have, its literals inside. */
static uint64_t command_limit(const ImapServer *server, const ImapCommand *command)
{
  if (server->state == IMAP_NOT_AUTHENTICATED) return IMAP_SERVER_STRANGER_MAX;
  return IMAP_SERVER_COMMAND_MAX + (command->word == IMAP_APPEND ? server->size_limit : 0);
}

static bool is_tag(Bytes tag)
{
  for (size_t i = 0; i < tag.length; i++)
    if (tag.data[i] <= ' ' || tag.data[i] >= 0x7f || strchr("(){%*\"\\+", tag.data[i]) != NULL) return false;
  return tag.length > 0 && tag.length <= 64;
}

/* The command goes no further: its tag is answered, what is announced is passed over. */
static void refuse_literal(ImapServer *server, const ImapCommand *command, const ImapLiteral *literal)
{
  bool append = command->word == IMAP_APPEND && server->state != IMAP_NOT_AUTHENTICATED;
  server->tag = is_tag(command->tag) ? bytes_dup_string(command->tag) : NULL;
  server->word = command->word;
  byte_buffer_reset(&server->command);
  if (append)
    imap_server_no(server, "[TOOBIG] This message is too large");
  else
    imap_server_bad(server, "This command is too long");
  if (literal->waits || server->closing) return; /* the client sends nothing without our "+" */
  if (literal->size > REFUSED_MAX) {
    give_up(server, "[TOOBIG] Nobody reads as much as this");
    return;
  }
  server->literal_left = literal->size;
  server->input = IMAP_INPUT_REFUSED;
}

/* A whole command is in server->command. */
static void take_command(ImapServer *server, const ImapCommand *command, bool fits)
{
  Bytes whole = byte_buffer_view(&server->command);
  if (is_tag(command->tag) && fits) {
    imap_server_command(server, whole);
  } else {
    server->tag = is_tag(command->tag) ? bytes_dup_string(command->tag) : NULL;
    imap_server_bad(server, fits ? "A tag is needed before the command" : "This command is too long");
  }
  byte_buffer_reset(&server->command);
}

/* A line of a command came, which may announce a literal. */
static void take_command_line(ImapServer *server, Bytes line)
{
  ImapCommand command;
  ImapLiteral literal;
  byte_buffer_append(&server->command, line);
  byte_buffer_append(&server->command, BYTES_LITERAL("\r\n"));
  Bytes whole = byte_buffer_view(&server->command);
  imap_parse_command(whole, &command);
  uint64_t limit = command_limit(server, &command);
  bool fits = whole.length <= limit;
  if (!imap_parse_literal(line, &literal)) {
    take_command(server, &command, fits);
  } else if (!fits || literal.size > limit - whole.length) {
    refuse_literal(server, &command, &literal);
  } else {
    server->literal_left = literal.size;
    server->input = literal.size > 0 ? IMAP_INPUT_LITERAL : IMAP_INPUT_COMMAND;
    if (literal.waits) byte_buffer_append(&server->out, BYTES_LITERAL("+ Go ahead\r\n"));
  }
}

static void take_line(ImapServer *server, Bytes line)
{
  switch (server->input) {
  case IMAP_INPUT_SASL:
    imap_server_take_sasl(server, line);
    break;
  case IMAP_INPUT_IDLE:
    server->input = IMAP_INPUT_COMMAND;
    if (bytes_equal_ignore_case(line, "DONE"))
      imap_server_ok(server, "Idling is over");
    else
      imap_server_bad(server, "DONE was expected");
    break;
  case IMAP_INPUT_REFUSED: {
    ImapLiteral literal;
    bool announces = imap_parse_literal(line, &literal) && !literal.waits;
    if (announces && literal.size > REFUSED_MAX) {
      give_up(server, "[TOOBIG] Nobody reads as much as this");
      return;
    }
    server->input = announces ? IMAP_INPUT_REFUSED : IMAP_INPUT_COMMAND;
    server->literal_left = announces ? literal.size : 0;
    break;
  }
  default:
    server->input = IMAP_INPUT_COMMAND;
    take_command_line(server, line);
  }
}

static bool receive_literal(ImapServer *server)
{
  Bytes view = line_input_view(&server->in);
  view.length = (size_t)MIN(view.length, server->literal_left);
  if (view.length == 0) return false;
  if (server->input == IMAP_INPUT_LITERAL) byte_buffer_append(&server->command, view);
  server->literal_left -= view.length;
  line_input_consume(&server->in, view.length);
  return true;
}

static bool receive_line(ImapServer *server)
{
  Bytes line;
  LineInputResult result = line_input_next(&server->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  if (result == LINE_INPUT_LINE)
    take_line(server, line);
  else /* whether it announced a literal nobody knows: what follows may be a message */
    give_up(server, "This line is too long");
  return true;
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(ImapServer *server)
{
  while (server->event == ENDPOINT_NOTHING && !server->closing) {
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    if (server->fetch != NULL) {
      imap_server_go_on_fetching(server);
      continue;
    }
    if (server->literal_left > 0 ? receive_literal(server) : receive_line(server)) continue;
    if (server->peer_closed) imap_server_close(server);
    return;
  }
}

static void server_receive(Endpoint *endpoint, Bytes bytes)
{
  ImapServer *server = (ImapServer *)endpoint;
  if (server->closing) return;
  idle_timer_touch(&server->idle);
  byte_buffer_append(&server->in.bytes, bytes);
  run(server);
}

static EndpointEventType server_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  ImapServer *server = (ImapServer *)endpoint;
  if (server->event == ENDPOINT_NOTHING || server->event_told) return ENDPOINT_NOTHING;
  *event = (EndpointEvent){.type = server->event};
  if (server->event == ENDPOINT_AUTHENTICATE && server->sasl != NULL)
    sasl_server_get_question(server->sasl, event);
  else if (server->event == ENDPOINT_AUTHENTICATE)
    event->secret = bytes_from_string(server->secret), event->mechanism = "LOGIN";
  event->type = server->event;
  event->user = bytes_from_string(server->user);
  server->event_told = true;
  return event->type;
}

static void answer_update(ImapServer *server, const EndpointVerdict *verdict)
{
  if (verdict->accepted)
    server->resume(server);
  else
    imap_server_no(server, verdict->text != NULL ? verdict->text : "[OVERQUOTA] There is no room");
  end_update(server);
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  ImapServer *server = (ImapServer *)endpoint;
  static const struct {
    EndpointEventType event;
    void (*answer)(ImapServer *server, const EndpointVerdict *verdict);
  } answers[] = {{ENDPOINT_AUTHENTICATE, imap_server_answer_login},
                 {ENDPOINT_OPEN_MAILBOX, imap_server_answer_open},
                 {ENDPOINT_UPDATE, answer_update}};
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

/* What happened while the client idles is told as far as it listens. */
static Bytes server_pending(Endpoint *endpoint)
{
  ImapServer *server = (ImapServer *)endpoint;
  bool idles = server->input == IMAP_INPUT_IDLE && server->news && !server->closing;
  if (idles && byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX)
    imap_server_tell_news(server, true);
  return endpoint_pending_of(&server->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  ImapServer *server = (ImapServer *)endpoint;
  byte_buffer_consume(&server->out, count);
  message_stretches_consume(&server->letters, count);
  idle_timer_touch(&server->idle);
  run(server);
}

static bool server_wants_read(Endpoint *endpoint)
{
  const ImapServer *server = (const ImapServer *)endpoint;
  return server->event == ENDPOINT_NOTHING && !server->closing &&
         byte_buffer_view(&server->out).length < ENDPOINT_PENDING_MAX;
}

static Nanoseconds server_deadline(Endpoint *endpoint)
{
  return ((ImapServer *)endpoint)->idle.deadline;
}

static void server_advance(Endpoint *endpoint, Nanoseconds now)
{
  ImapServer *server = (ImapServer *)endpoint;
  if (idle_timer_advance(&server->idle, now)) give_up(server, "You were quiet for too long");
}

static void server_peer_closed(Endpoint *endpoint)
{
  ImapServer *server = (ImapServer *)endpoint;
  server->peer_closed = true;
  run(server);
}

static bool server_find_message(Endpoint *endpoint, EndpointStretch *stretch)
{
  return message_stretches_find(&((const ImapServer *)endpoint)->letters, stretch);
}

static void server_free(Endpoint *endpoint)
{
  ImapServer *server = (ImapServer *)endpoint;
  imap_server_unselect(server);
  imap_server_fetch_free(server->fetch);
  sasl_server_free(server->sasl);
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  byte_buffer_clear(&server->command);
  message_stretches_clear(&server->letters);
  g_array_unref(server->entries);
  g_array_unref(server->chosen);
  g_ptr_array_unref(server->added);
  g_ptr_array_unref(server->removed);
  g_ptr_array_unref(server->without);
  g_free(server->host_name);
  g_strfreev(server->mechanisms);
  g_free(server->nonce);
  g_free(server->tag);
  g_free(server->user);
  g_free(server->doomed);
  endpoint_wipe(server->secret);
  g_free(server);
}

static const EndpointClass imap_server_class = {
    .name = "imap-server",
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

static void greet(ImapServer *server, const char *greeting)
{
  ByteBuffer capabilities = {0};
  imap_server_append_capabilities(server, &capabilities);
  Bytes list = byte_buffer_view(&capabilities);
  imap_server_say(server, "OK [CAPABILITY %.*s] %s%s", (int)list.length, (const char *)list.data,
                  greeting == NULL ? server->host_name : greeting,
                  greeting == NULL ? " IMAP server ready" : "");
  byte_buffer_clear(&capabilities);
}

Endpoint *imap_server_new(const ImapServerConfig *config)
{
  ImapServer *server = g_new0(ImapServer, 1);
  server->base.class = &imap_server_class;
  server->host_name = g_strdup(config->host_name);
  server->mechanisms = g_strdupv((char **)config->mechanisms);
  server->nonce = g_strdup(config->nonce);
  server->without = g_ptr_array_new_with_free_func(g_free);
  g_auto(GStrv) without = g_strsplit(config->without == NULL ? "" : config->without, " ", -1);
  for (char **word = without; *word != NULL; word++)
    g_ptr_array_add(server->without, g_strdup(*word));
  server->no_login = config->no_login;
  server->size_limit = config->size_limit == 0 ? USUAL_SIZE_LIMIT : config->size_limit;
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->clock = config->clock;
  server->wake = config->wake;
  server->owner = config->owner;
  server->state = IMAP_NOT_AUTHENTICATED;
  server->entries = g_array_new(FALSE, FALSE, sizeof(ImapEntry));
  server->chosen = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  server->added = g_ptr_array_new_with_free_func(bytes_free);
  server->removed = g_ptr_array_new_with_free_func(bytes_free);
  greet(server, config->greeting);
  return &server->base;
}

uint8_t imap_server_get_state(const Endpoint *server)
{
  return ((const ImapServer *)server)->state;
}

ImapUpdate imap_server_get_update(const Endpoint *endpoint)
{
  const ImapServer *server = (const ImapServer *)endpoint;
  return (ImapUpdate){server->added, server->removed};
}
