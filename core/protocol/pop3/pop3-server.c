/* SPDX-License-Identifier: MIT */
/* A POP3 server without I/O. It works on a list of the messages taken when the mailbox was opened: what
 * arrives later is for the next session. */
#include "protocol/pop3/pop3-server.h"

#include "protocol/dot-body.h"
#include "protocol/endpoint-support.h"
#include "protocol/pop3/pop3-syntax.h"

#define USUAL_IDLE_LIMIT (10 * 60 * NANOSECONDS_PER_SECOND)
#define FAILED_LOGINS_MAX 5u
#define ERRORS_MAX 50u

/* One message as this session sees it; its number is its index + 1. */
typedef struct {
  uint32_t uid;
  GBytes *message;
  bool marked;
} Entry;

typedef struct {
  Endpoint base;
  char *host_name;
  char *apop_stamp;
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  uint8_t state;     /* Pop3State; set by set_state alone */
  const char *cause; /* of the last change of state, for whoever looks on */
  bool closing;
  bool peer_closed;
  EndpointEventType event; /* to be told, or told and not answered */
  bool event_told;
  guint errors, failed_logins;
  char *user;   /* of USER or APOP */
  char *secret; /* of AUTHENTICATE */
  const char *mechanism;
  Mailbox *mailbox; /* the store's */
  GArray *entries;  /* of Entry */
} Pop3Server;

typedef void (*Handler)(Pop3Server *server, Bytes argument);

static void entry_clear(gpointer data)
{
  g_bytes_unref(((Entry *)data)->message);
}

/* The one place where the state changes. */
static void set_state(Pop3Server *server, uint8_t state, const char *cause)
{
  if (state == server->state) return;
  server->cause = cause;
  server->state = state;
}

static void reply_ok(Pop3Server *server, const char *text)
{
  byte_buffer_append_format(&server->out, "+OK%s%s\r\n", *text == '\0' ? "" : " ", text);
}

static void close_connection(Pop3Server *server)
{
  server->closing = true;
  idle_timer_stop(&server->idle);
  server->event = ENDPOINT_CLOSE;
  server->event_told = false;
}

static void reply_error(Pop3Server *server, const char *text)
{
  byte_buffer_append_format(&server->out, "-ERR %s\r\n", text);
  if (++server->errors < ERRORS_MAX || server->event != ENDPOINT_NOTHING) return;
  close_connection(server);
}

static void ask(Pop3Server *server, EndpointEventType event)
{
  g_assert(server->event == ENDPOINT_NOTHING);
  server->event = event;
  server->event_told = false;
}

static uint64_t entry_size(const Entry *entry)
{
  return g_bytes_get_size(entry->message);
}

static Entry *get_entry(const Pop3Server *server, guint index)
{
  return &g_array_index(server->entries, Entry, index);
}

/* Counts what is not marked. */
static guint count_entries(const Pop3Server *server, uint64_t *size)
{
  guint count = 0;
  *size = 0;
  for (guint i = 0; i < server->entries->len; i++) {
    if (get_entry(server, i)->marked) continue;
    count++;
    *size += entry_size(get_entry(server, i));
  }
  return count;
}

/* Cuts a number off the front of *argument. Returns false when there is none. */
static bool take_number(Bytes *argument, uint64_t *number)
{
  g_autofree char *word = bytes_dup_string(pop3_next_word(argument));
  return g_ascii_string_to_unsigned(word, 10, 0, G_MAXUINT32, number, NULL);
}

/* Returns the message that argument names at its front, moving past the number; else replies, and returns
 * NULL. */
static Entry *take_entry(Pop3Server *server, Bytes *argument, guint *number)
{
  uint64_t wanted;
  if (!take_number(argument, &wanted)) {
    reply_error(server, "A message number is needed");
    return NULL;
  }
  if (wanted == 0 || wanted > server->entries->len || get_entry(server, (guint)wanted - 1)->marked) {
    reply_error(server, "No such message");
    return NULL;
  }
  *number = (guint)wanted;
  return get_entry(server, *number - 1);
}

static void reply_maildrop(Pop3Server *server, const char *before)
{
  uint64_t size;
  guint count = count_entries(server, &size);
  byte_buffer_append_format(&server->out, "+OK %s%u message%s (%" G_GUINT64_FORMAT " octets)\r\n", before,
                            count, count == 1 ? "" : "s", size);
}

static void handle_user(Pop3Server *server, Bytes argument)
{
  if (argument.length == 0) {
    reply_error(server, "Syntax: USER name");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(argument);
  /* The same words for everybody: a stranger shall not learn who lives here. */
  reply_ok(server, "Send the password");
}

static void begin_login(Pop3Server *server, const char *mechanism, Bytes secret)
{
  server->mechanism = mechanism;
  server->secret = bytes_dup_string(secret);
  ask(server, ENDPOINT_AUTHENTICATE);
}

static void handle_pass(Pop3Server *server, Bytes argument)
{
  if (server->user == NULL)
    reply_error(server, "Say USER first");
  else if (argument.length == 0)
    reply_error(server, "Syntax: PASS password");
  else
    begin_login(server, "USER/PASS", argument);
}

static void handle_apop(Pop3Server *server, Bytes argument)
{
  /* The digest is the last word, so that a name may hold spaces. */
  size_t split = argument.length;
  while (split > 0 && argument.data[split - 1] != ' ')
    split--;
  if (split < 2 || argument.length - split != 32) {
    reply_error(server, "Syntax: APOP name digest");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(bytes_slice(argument, 0, split - 1));
  begin_login(server, "APOP", bytes_skip(argument, split));
}

static void handle_capa(Pop3Server *server, Bytes argument)
{
  (void)argument;
  reply_ok(server, "This is what I can do");
  static const char lines[] =
      "TOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\n"
      "IMPLEMENTATION Carteiro\r\n.\r\n";
  byte_buffer_append(&server->out, bytes_from_string(lines));
}

static void handle_stat(Pop3Server *server, Bytes argument)
{
  (void)argument;
  uint64_t size;
  guint count = count_entries(server, &size);
  byte_buffer_append_format(&server->out, "+OK %u %" G_GUINT64_FORMAT "\r\n", count, size);
}

/* Appends what LIST, or UIDL, says of one message. */
static void append_size(Pop3Server *server, guint number, const Entry *entry)
{
  byte_buffer_append_format(&server->out, "%u %" G_GUINT64_FORMAT "\r\n", number, entry_size(entry));
}

static void append_uid(Pop3Server *server, guint number, const Entry *entry)
{
  byte_buffer_append_format(&server->out, "%u %08x%08x\r\n", number,
                            mailbox_get_uid_validity(server->mailbox), entry->uid);
}

static void list(Pop3Server *server, Bytes argument, void (*append)(Pop3Server *, guint, const Entry *))
{
  guint number;
  if (argument.length > 0) {
    const Entry *entry = take_entry(server, &argument, &number);
    if (entry == NULL) return;
    byte_buffer_append(&server->out, BYTES_LITERAL("+OK "));
    append(server, number, entry);
    return;
  }
  reply_maildrop(server, "");
  for (number = 1; number <= server->entries->len; number++)
    if (!get_entry(server, number - 1)->marked) append(server, number, get_entry(server, number - 1));
  byte_buffer_append(&server->out, BYTES_LITERAL(".\r\n"));
}

static void handle_list(Pop3Server *server, Bytes argument)
{
  list(server, argument, append_size);
}

static void handle_uidl(Pop3Server *server, Bytes argument)
{
  list(server, argument, append_uid);
}

static Bytes message_of(const Entry *entry)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(entry->message, &size);
  return (Bytes){data, size};
}

static void handle_retr(Pop3Server *server, Bytes argument)
{
  guint number;
  const Entry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  byte_buffer_append_format(&server->out, "+OK %" G_GUINT64_FORMAT " octets\r\n", entry_size(entry));
  dot_body_append_stuffed(&server->out, message_of(entry));
}

/* Returns the headers, the empty line and the first count lines of the body. */
static Bytes top_of(Bytes message, uint64_t count)
{
  bool in_body = false;
  size_t at = 0;
  while (at < message.length && !(in_body && count == 0)) {
    ptrdiff_t end = bytes_find(bytes_skip(message, at), '\n');
    size_t length = end < 0 ? message.length - at : (size_t)end + 1;
    if (in_body) count--;
    if (bytes_chomp(bytes_slice(message, at, length)).length == 0) in_body = true;
    at += length;
  }
  return bytes_slice(message, 0, at);
}

static void handle_top(Pop3Server *server, Bytes argument)
{
  guint number;
  uint64_t count;
  const Entry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  if (!take_number(&argument, &count)) {
    reply_error(server, "Syntax: TOP message lines");
    return;
  }
  reply_ok(server, "The top of the message follows");
  dot_body_append_stuffed(&server->out, top_of(message_of(entry), count));
}

static void handle_dele(Pop3Server *server, Bytes argument)
{
  guint number;
  Entry *entry = take_entry(server, &argument, &number);
  if (entry == NULL) return;
  entry->marked = true;
  mailbox_mark(server->mailbox, entry->uid, true);
  byte_buffer_append_format(&server->out, "+OK Message %u marked for deletion\r\n", number);
}

static void handle_noop(Pop3Server *server, Bytes argument)
{
  (void)argument;
  reply_ok(server, "");
}

static void handle_rset(Pop3Server *server, Bytes argument)
{
  (void)argument;
  for (guint i = 0; i < server->entries->len; i++) {
    get_entry(server, i)->marked = false;
    mailbox_mark(server->mailbox, get_entry(server, i)->uid, false);
  }
  reply_maildrop(server, "Maildrop has ");
}

static void handle_quit(Pop3Server *server, Bytes argument)
{
  (void)argument;
  if (server->state == POP3_TRANSACTION) {
    set_state(server, POP3_UPDATE, "QUIT");
    ask(server, ENDPOINT_UPDATE);
  } else {
    reply_ok(server, "Bye");
    close_connection(server);
  }
}

static const Handler handlers[POP3_WORD_COUNT] = {
    [POP3_USER] = handle_user, [POP3_PASS] = handle_pass, [POP3_APOP] = handle_apop,
    [POP3_CAPA] = handle_capa, [POP3_STAT] = handle_stat, [POP3_LIST] = handle_list,
    [POP3_UIDL] = handle_uidl, [POP3_RETR] = handle_retr, [POP3_TOP] = handle_top,
    [POP3_DELE] = handle_dele, [POP3_NOOP] = handle_noop, [POP3_RSET] = handle_rset,
    [POP3_QUIT] = handle_quit,
};

static void handle_line(Pop3Server *server, Bytes line)
{
  Pop3Command command;
  pop3_parse_command(line, &command);
  uint16_t word = command.word;
  bool offered =
      word < POP3_WORD_COUNT && handlers[word] != NULL && (word != POP3_APOP || server->apop_stamp != NULL);
  if (!offered)
    reply_error(server, "Unknown command");
  else if ((pop3_vocabulary.words[word].states & (1u << server->state)) == 0)
    reply_error(server, server->state == POP3_AUTHORIZATION ? "Log in first" : "You are logged in already");
  else
    handlers[word](server, command.argument);
}

static bool receive_line(Pop3Server *server)
{
  Bytes line;
  LineInputResult result = line_input_next(&server->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  if (result == LINE_INPUT_TOO_LONG)
    reply_error(server, "Line too long");
  else
    handle_line(server, line);
  return true;
}

/* Works on what is held until an event waits, the input ends, or enough output is queued. */
static void run(Pop3Server *server)
{
  while (server->event == ENDPOINT_NOTHING && !server->closing) {
    if (byte_buffer_view(&server->out).length >= ENDPOINT_PENDING_MAX) return;
    if (receive_line(server)) continue;
    if (server->peer_closed) close_connection(server);
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
  if (server->event == ENDPOINT_AUTHENTICATE) {
    event->secret = bytes_from_string(server->secret);
    event->mechanism = server->mechanism;
    if (server->mechanism[0] == 'A') event->challenge = bytes_from_string(server->apop_stamp);
  }
  server->event_told = true;
  return event->type;
}

/* The session's own list: numbers must not move while it lasts. */
static void open_mailbox(Pop3Server *server, Mailbox *mailbox)
{
  server->mailbox = mailbox;
  for (guint i = 0; i < mailbox_get_count(mailbox); i++) {
    const MailboxMessage *message = mailbox_get(mailbox, i);
    Entry entry = {message->uid, g_bytes_ref(message->message), false};
    g_array_append_val(server->entries, entry);
  }
}

static void answer_login(Pop3Server *server, const EndpointVerdict *verdict)
{
  g_clear_pointer(&server->secret, endpoint_wipe);
  if (verdict->accepted) {
    ask(server, ENDPOINT_OPEN_MAILBOX);
    return;
  }
  g_clear_pointer(&server->user, g_free);
  reply_error(server, verdict->text != NULL ? verdict->text : "[AUTH] Wrong user name or password");
  if (++server->failed_logins >= FAILED_LOGINS_MAX && !server->closing) close_connection(server);
}

static void answer_open(Pop3Server *server, const EndpointVerdict *verdict)
{
  if (!verdict->accepted) {
    g_clear_pointer(&server->user, g_free);
    reply_error(server,
                verdict->text != NULL ? verdict->text : "[IN-USE] Another session has the mailbox open");
    return;
  }
  g_assert(verdict->object != NULL);
  open_mailbox(server, verdict->object);
  set_state(server, POP3_TRANSACTION, "mailbox open");
  if (verdict->text != NULL)
    reply_ok(server, verdict->text);
  else
    reply_maildrop(server, "Mailbox open, ");
}

static void answer_update(Pop3Server *server, const EndpointVerdict *verdict)
{
  if (verdict->accepted)
    reply_ok(server, verdict->text != NULL ? verdict->text : "Bye");
  else
    reply_error(server, verdict->text != NULL ? verdict->text : "Some messages were not deleted");
  if (!server->closing) close_connection(server);
}

static void server_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  static const struct {
    EndpointEventType event;
    void (*answer)(Pop3Server *server, const EndpointVerdict *verdict);
  } answers[] = {{ENDPOINT_AUTHENTICATE, answer_login},
                 {ENDPOINT_OPEN_MAILBOX, answer_open},
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

static Bytes server_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((Pop3Server *)endpoint)->out);
}

static void server_consumed(Endpoint *endpoint, size_t count)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  byte_buffer_consume(&server->out, count);
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
  if (idle_timer_advance(&server->idle, now)) close_connection(server);
}

static void server_peer_closed(Endpoint *endpoint)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  server->peer_closed = true;
  run(server);
}

static void server_free(Endpoint *endpoint)
{
  Pop3Server *server = (Pop3Server *)endpoint;
  line_input_clear(&server->in);
  byte_buffer_clear(&server->out);
  g_array_unref(server->entries);
  g_free(server->host_name);
  g_free(server->apop_stamp);
  g_free(server->user);
  endpoint_wipe(server->secret);
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
    .free = server_free,
};

Endpoint *pop3_server_new(const Pop3ServerConfig *config)
{
  Pop3Server *server = g_new0(Pop3Server, 1);
  server->base.class = &pop3_server_class;
  server->host_name = g_strdup(config->host_name);
  server->apop_stamp = g_strdup(config->apop_stamp);
  server->idle.limit = config->idle_limit == 0 ? USUAL_IDLE_LIMIT : config->idle_limit;
  server->state = POP3_AUTHORIZATION;
  server->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(server->entries, entry_clear);
  g_autofree char *usual = g_strdup_printf("%s POP3 server ready", server->host_name);
  byte_buffer_append_format(
      &server->out, "+OK %s%s%s\r\n", config->greeting == NULL ? usual : config->greeting,
      server->apop_stamp == NULL ? "" : " ", server->apop_stamp == NULL ? "" : server->apop_stamp);
  return &server->base;
}

uint8_t pop3_server_get_state(const Endpoint *server)
{
  return ((const Pop3Server *)server)->state;
}

Mailbox *pop3_server_get_mailbox(const Endpoint *server)
{
  return ((const Pop3Server *)server)->mailbox;
}
