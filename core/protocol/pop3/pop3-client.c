/* SPDX-License-Identifier: MIT */
/* A POP3 client without I/O. A message fetched is told before the next command goes out, so that DELE follows
 * safe keeping. */
#include "protocol/pop3/pop3-client-private.h"

#include "mail/message-text.h"

#define USUAL_PATIENCE (5 * 60 * NANOSECONDS_PER_SECOND)
#define MESSAGE_BYTES_MAX (64u * 1024 * 1024) /* of one message, or of a listing */
#define MESSAGES_MAX 1000000u                 /* a server that claims more is not believed */

void pop3_client_send(Pop3Client *client, Pop3ClientStep step, const char *word, const char *argument)
{
  byte_buffer_append_texts(&client->out, word, *argument == '\0' ? "" : " ", argument, "\r\n", NULL);
  client->step = step;
  idle_timer_touch(&client->idle);
}

static void send_number(Pop3Client *client, Pop3ClientStep step, const char *word)
{
  char number[16];
  g_snprintf(number, sizeof number, "%u", client->number);
  pop3_client_send(client, step, word, number);
}

static void close_connection(Pop3Client *client)
{
  client->closing = client->close_due = true;
  idle_timer_stop(&client->idle);
}

void pop3_client_fail(Pop3Client *client, Bytes words, bool at_once)
{
  if (!client->failed) {
    client->failed = client->failed_due = true;
    client->server_words = bytes_dup_string(words);
  }
  if (at_once) close_connection(client);
}

void pop3_client_fail_and_quit(Pop3Client *client, Bytes words)
{
  pop3_client_fail(client, words, false);
  pop3_client_send(client, STEP_QUIT, "QUIT", "");
}

static bool is_known(const Pop3Client *client, guint number)
{
  const char *uid = number <= client->uids->len ? g_ptr_array_index(client->uids, number - 1) : NULL;
  return uid != NULL && g_hash_table_contains(client->known_uids, uid);
}

/* All is fetched: goodbye, or wait to be told so. */
static void finish(Pop3Client *client)
{
  if (!client->hold) {
    pop3_client_send(client, STEP_QUIT, "QUIT", "");
    return;
  }
  client->hold_due = true;
  idle_timer_stop(&client->idle);
}

static void ask_for_message(Pop3Client *client)
{
  send_number(client, STEP_RETR, "RETR");
}

/* Asks for the next message that is new; after the last one the work is done. */
static void fetch_next(Pop3Client *client)
{
  do
    client->number++;
  while (client->number <= client->count && is_known(client, client->number));
  if (client->number > client->count) {
    finish(client);
  } else if (client->top == POP3_TOP_NOT) {
    ask_for_message(client);
  } else {
    char argument[32];
    g_snprintf(argument, sizeof argument, "%u %u", client->number, client->top_lines);
    pop3_client_send(client, STEP_TOP, "TOP", argument);
  }
}

/* The message at hand, or its top, is kept safe. */
static void after_fetched(Pop3Client *client)
{
  if (client->step == STEP_TOP && client->top == POP3_TOP_FIRST)
    ask_for_message(client);
  else if (client->step == STEP_TOP || client->keep)
    fetch_next(client);
  else
    send_number(client, STEP_DELE, "DELE");
}

void pop3_client_begin_body(Pop3Client *client)
{
  client->in_body = true;
  dot_body_begin(&client->body);
}

void pop3_client_on_logged_in(Pop3Client *client, Bytes line)
{
  (void)line;
  pop3_client_send(client, STEP_STAT, "STAT", "");
}

static void after_list(Pop3Client *client)
{
  if (client->keep)
    pop3_client_send(client, STEP_UIDL, "UIDL", "");
  else
    fetch_next(client);
}

static void on_stat(Pop3Client *client, Bytes line)
{
  g_autofree char *text = bytes_dup_string(line);
  g_auto(GStrv) words = g_strsplit(text, " ", 4);
  guint64 count, size;
  if (g_strv_length(words) < 3 || !g_ascii_string_to_unsigned(words[1], 10, 0, MESSAGES_MAX, &count, NULL) ||
      !g_ascii_string_to_unsigned(words[2], 10, 0, G_MAXINT64, &size, NULL)) {
    pop3_client_fail_and_quit(client, line);
    return;
  }
  client->count = (guint)count;
  client->size = size;
  if (count == 0)
    finish(client);
  else if (client->list)
    pop3_client_send(client, STEP_LIST, "LIST", "");
  else
    after_list(client);
}

static void on_listing(Pop3Client *client, Bytes line)
{
  (void)line;
  pop3_client_begin_body(client);
}

static void on_deleted(Pop3Client *client, Bytes line)
{
  (void)line;
  fetch_next(client);
}

static void on_quit(Pop3Client *client, Bytes line)
{
  (void)line;
  close_connection(client);
}

/* What is done at "+OK". */
static void (*const on_ok[STEP_COUNT])(Pop3Client *client, Bytes line) = {
    [STEP_GREETING] = pop3_client_on_greeting,
    [STEP_CAPA] = on_listing,
    [STEP_AUTH] = pop3_client_on_auth,
    [STEP_APOP] = pop3_client_on_logged_in,
    [STEP_USER] = pop3_client_on_user,
    [STEP_PASS] = pop3_client_on_logged_in,
    [STEP_STAT] = on_stat,
    [STEP_LIST] = on_listing,
    [STEP_UIDL] = on_listing,
    [STEP_TOP] = on_listing,
    [STEP_RETR] = on_listing,
    [STEP_DELE] = on_deleted,
    [STEP_QUIT] = on_quit,
};

static void on_error(Pop3Client *client, Bytes line)
{
  switch (client->step) {
  case STEP_CAPA: /* an old server */
    pop3_client_choose(client, BYTES_EMPTY);
    break;
  case STEP_LIST:
    after_list(client);
    break;
  case STEP_TOP: /* not offered */
    if (client->top == POP3_TOP_FIRST)
      ask_for_message(client);
    else
      fetch_next(client);
    break;
  case STEP_QUIT:
    pop3_client_fail(client, line, true);
    break;
  case STEP_UIDL: /* not offered: everything is fetched */
  case STEP_RETR: /* another session may have taken it away: the rest is still worth having */
    fetch_next(client);
    break;
  default:
    pop3_client_fail_and_quit(client, line);
    break;
  }
}

/* Reads UIDL's lines "number uid". */
static void read_uids(Pop3Client *client)
{
  g_ptr_array_set_size(client->uids, (gint)client->count);
  g_autofree char *text = bytes_dup_string(byte_buffer_view(&client->message));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    char *uid = strchr(g_strchomp(*line), ' ');
    guint64 number;
    if (uid == NULL) continue;
    *uid++ = '\0';
    if (!g_ascii_string_to_unsigned(*line, 10, 1, client->count, &number, NULL)) continue;
    gpointer *place = &g_ptr_array_index(client->uids, number - 1);
    g_free(*place);
    *place = g_strdup(uid);
  }
}

static void end_body(Pop3Client *client)
{
  client->in_body = false;
  byte_buffer_reset(&client->message);
  Bytes stuffed = bytes_slice(byte_buffer_view(&client->stuffed), 0, (size_t)client->body.bytes);
  message_text_undo_dots(&client->message, stuffed);
  byte_buffer_reset(&client->stuffed);
  switch (client->step) {
  case STEP_RETR:
  case STEP_TOP:
    client->fetched_due = true;
    break;
  case STEP_UIDL:
    read_uids(client);
    fetch_next(client);
    break;
  case STEP_CAPA:
    pop3_client_choose(client, byte_buffer_view(&client->message));
    break;
  default:
    after_list(client);
    break;
  }
}

static bool receive_body(Pop3Client *client)
{
  Bytes view = line_input_view(&client->in);
  if (view.length == 0) return false;
  bool ended;
  size_t used = dot_body_scan(&client->body, view, &ended, NULL);
  byte_buffer_append(&client->stuffed, bytes_slice(view, 0, used));
  line_input_consume(&client->in, used);
  if (client->body.bytes > MESSAGE_BYTES_MAX)
    pop3_client_fail(client, BYTES_EMPTY, true);
  else if (ended)
    end_body(client);
  return true;
}

static bool receive_line(Pop3Client *client)
{
  Bytes line;
  LineInputResult result = line_input_next(&client->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  Pop3Status status = result == LINE_INPUT_LINE ? pop3_parse_status(line, NULL) : POP3_STATUS_NONE;
  if (status == POP3_STATUS_OK)
    on_ok[client->step](client, line);
  else if (status == POP3_STATUS_ERROR)
    on_error(client, line);
  else if (status == POP3_STATUS_CONTINUE && client->step == STEP_AUTH)
    pop3_client_challenge(client, line);
  else
    pop3_client_fail(client, line, true);
  return true;
}

/* Something was told, or is to be told, before more is heard. */
static bool is_waiting(const Pop3Client *client)
{
  return client->closing || client->fetched_due || client->fetched_told || client->hold_due || client->held;
}

static void run(Pop3Client *client)
{
  while (!is_waiting(client))
    if (!(client->in_body ? receive_body(client) : receive_line(client))) return;
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  if (client->closing) return;
  idle_timer_touch(&client->idle);
  byte_buffer_append(&client->in.bytes, bytes);
  run(client);
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  if (client->fetched_told) {
    client->fetched_told = false;
    if (!client->closing) {
      after_fetched(client);
      run(client);
    }
  }
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (client->fetched_due) {
    client->fetched_due = false;
    client->fetched_told = true;
    event->type = ENDPOINT_FETCHED;
    event->message = byte_buffer_view(&client->message);
  } else if (client->hold_due && !client->failed_due) {
    client->hold_due = false;
    client->held = true;
    event->type = ENDPOINT_HELD;
  } else if (client->failed_due) {
    client->failed_due = false;
    event->type = ENDPOINT_FAILED;
    event->reply = bytes_from_string(client->server_words);
  } else if (client->close_due) {
    client->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

/* HELD alone asks. */
static void client_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  if (!client->held || client->closing) return;
  client->held = false;
  if (verdict->accepted) {
    client->idle.deadline = 0;
    pop3_client_send(client, STEP_QUIT, "QUIT", "");
    run(client);
  } else {
    close_connection(client);
  }
}

static Bytes client_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((Pop3Client *)endpoint)->out);
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((Pop3Client *)endpoint)->out, count);
}

static bool client_wants_read(Endpoint *endpoint)
{
  const Pop3Client *client = (const Pop3Client *)endpoint;
  return !is_waiting(client);
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  return ((Pop3Client *)endpoint)->idle.deadline;
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  if (idle_timer_advance(&client->idle, now)) pop3_client_fail(client, BYTES_EMPTY, true);
}

static void client_peer_closed(Endpoint *endpoint)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  if (!client->closing) pop3_client_fail(client, BYTES_EMPTY, true);
}

static void client_free(Endpoint *endpoint)
{
  Pop3Client *client = (Pop3Client *)endpoint;
  g_hash_table_unref(client->known_uids);
  g_ptr_array_unref(client->uids);
  line_input_clear(&client->in);
  byte_buffer_clear(&client->out);
  byte_buffer_clear(&client->stuffed);
  byte_buffer_clear(&client->message);
  sasl_client_free(client->sasl);
  g_strfreev(client->mechanisms);
  g_free(client->nonce);
  g_free(client->stamp);
  g_free(client->user);
  endpoint_wipe(client->password);
  g_free(client->server_words);
  g_free(client);
}

static const EndpointClass pop3_client_class = {
    .name = "pop3-client",
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

Endpoint *pop3_client_new(const Pop3ClientConfig *config)
{
  Pop3Client *client = g_new0(Pop3Client, 1);
  client->base.class = &pop3_client_class;
  client->user = g_strdup(config->user);
  client->password = g_strdup(config->password);
  /* A line end in either would be a command of its own. */
  g_strdelimit(client->user, "\r\n", '?');
  g_strdelimit(client->password, "\r\n", '?');
  client->use_apop = config->use_apop;
  client->mechanisms = g_strdupv((char **)config->mechanisms);
  client->nonce = g_strdup(config->nonce);
  client->wait_for_challenge = config->wait_for_challenge;
  client->list = config->list;
  client->keep = config->keep;
  client->top = config->top;
  client->top_lines = config->top_lines;
  client->hold = config->hold;
  client->known_uids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (const char *const *uid = config->known_uids; uid != NULL && *uid != NULL; uid++)
    g_hash_table_add(client->known_uids, g_strdup(*uid));
  client->uids = g_ptr_array_new_with_free_func(g_free);
  client->idle.limit = config->patience == 0 ? USUAL_PATIENCE : config->patience;
  client->step = STEP_GREETING;
  return &client->base;
}

Pop3Fetched pop3_client_get_fetched(const Endpoint *endpoint)
{
  const Pop3Client *client = (const Pop3Client *)endpoint;
  bool known = client->number > 0 && client->number <= client->uids->len;
  return (Pop3Fetched){client->number, known ? g_ptr_array_index(client->uids, client->number - 1) : NULL,
                       client->step == STEP_TOP};
}

guint pop3_client_get_count(const Endpoint *client)
{
  return ((const Pop3Client *)client)->count;
}

uint64_t pop3_client_get_size(const Endpoint *client)
{
  return ((const Pop3Client *)client)->size;
}

const char *pop3_client_get_mechanism(const Endpoint *client)
{
  return ((const Pop3Client *)client)->mechanism;
}
