/* SPDX-License-Identifier: MIT */
/* A POP2 client. A message fetched is told before it is acknowledged, so that ACKD follows safe keeping. */
#include "protocol/pop2/pop2-client.h"

#include "protocol/endpoint-support.h"
#include "protocol/pop2/pop2-syntax.h"

#define USUAL_PATIENCE (5 * 60 * NANOSECONDS_PER_SECOND)
#define MESSAGE_BYTES_MAX (64u * 1024 * 1024)
#define MESSAGES_MAX 1000000u /* a server that claims more is not believed */

/* What is awaited. */
typedef enum {
  STEP_GREETING,
  STEP_HELO,
  STEP_FOLD,
  STEP_LENGTH, /* of READ, ACKS, ACKD */
  STEP_TEXT,   /* of RETR: no line, but bytes */
  STEP_QUIT,
  STEP_COUNT,
} Step;

typedef struct {
  Endpoint base;
  char *user, *password, *folder;
  bool keep;
  LineInput in;
  ByteBuffer out;
  IdleTimer idle;
  Step step;
  guint count;
  guint number;  /* of the message at hand, from 1 */
  size_t length; /* that the server told of it */
  ByteBuffer message;
  bool fetched_due,
      fetched_told; /* the message waits for next_event; it was told and the next call goes on */
  bool failed_due, failed;
  char *server_words; /* that FAILED tells, or NULL */
  bool closing, close_due;
} Pop2Client;

static void send_command(Pop2Client *client, Step step, const char *word, const char *argument)
{
  byte_buffer_append_format(&client->out, "%s%s%s\r\n", word, *argument == '\0' ? "" : " ", argument);
  client->step = step;
  idle_timer_touch(&client->idle);
}

static void close_connection(Pop2Client *client)
{
  client->closing = client->close_due = true;
  idle_timer_stop(&client->idle);
}

/* words are the server's, or empty. Any error ends a session of POP2. */
static void fail(Pop2Client *client, Bytes words)
{
  if (!client->failed) {
    client->failed = client->failed_due = true;
    client->server_words = bytes_dup_string(words);
  }
  close_connection(client);
}

static void on_greeting(Pop2Client *client, Bytes text)
{
  (void)text;
  char *login = g_strdup_printf("%s %s", client->user, client->password);
  send_command(client, STEP_HELO, "HELO", login);
  endpoint_wipe(login);
}

static void read_first(Pop2Client *client, Bytes text)
{
  uint64_t count;
  if (!pop2_parse_number(text, &count) || count > MESSAGES_MAX) {
    fail(client, text);
    return;
  }
  client->count = (guint)count;
  client->number = 1;
  if (count == 0)
    send_command(client, STEP_QUIT, "QUIT", "");
  else
    send_command(client, STEP_LENGTH, "READ", "");
}

static void on_count(Pop2Client *client, Bytes text)
{
  if (client->step == STEP_HELO && client->folder != NULL)
    send_command(client, STEP_FOLD, "FOLD", client->folder);
  else
    read_first(client, text);
}

static void on_length(Pop2Client *client, Bytes text)
{
  uint64_t length;
  if (!pop2_parse_number(text, &length) || length > MESSAGE_BYTES_MAX) {
    fail(client, text);
    return;
  }
  client->length = (size_t)length;
  if (client->number > client->count) {
    send_command(client, STEP_QUIT, "QUIT", "");
  } else if (length > 0) {
    send_command(client, STEP_TEXT, "RETR", "");
  } else { /* deleted, or empty: nothing to fetch */
    char number[16];
    g_snprintf(number, sizeof number, "%u", ++client->number);
    if (client->number > client->count)
      send_command(client, STEP_QUIT, "QUIT", "");
    else
      send_command(client, STEP_LENGTH, "READ", number);
  }
}

static void on_quit(Pop2Client *client, Bytes text)
{
  (void)text;
  close_connection(client);
}

/* The reply that each step wants, and what is done then. */
static const struct {
  char code;
  void (*take)(Pop2Client *client, Bytes text);
} wanted[STEP_COUNT] = {
    [STEP_GREETING] = {'+', on_greeting}, [STEP_HELO] = {'#', on_count}, [STEP_FOLD] = {'#', on_count},
    [STEP_LENGTH] = {'=', on_length},     [STEP_QUIT] = {'+', on_quit},
};

static bool receive_line(Pop2Client *client)
{
  Bytes line, code, text;
  LineInputResult result = line_input_next(&client->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  bool good = result == LINE_INPUT_LINE && pop2_parse_reply(line, &code, &text) &&
              code.data[0] == (uint8_t)wanted[client->step].code;
  if (good)
    wanted[client->step].take(client, text);
  else
    fail(client, result == LINE_INPUT_LINE ? line : BYTES_EMPTY);
  return true;
}

static bool receive_text(Pop2Client *client)
{
  size_t missing = client->length - byte_buffer_view(&client->message).length;
  Bytes view = bytes_slice(line_input_view(&client->in), 0, missing);
  byte_buffer_append(&client->message, view);
  line_input_consume(&client->in, view.length);
  client->fetched_due = view.length == missing;
  return client->fetched_due;
}

static bool is_waiting(const Pop2Client *client)
{
  return client->closing || client->fetched_due || client->fetched_told;
}

static void run(Pop2Client *client)
{
  while (!is_waiting(client))
    if (!(client->step == STEP_TEXT ? receive_text(client) : receive_line(client))) return;
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  Pop2Client *client = (Pop2Client *)endpoint;
  if (client->closing) return;
  idle_timer_touch(&client->idle);
  byte_buffer_append(&client->in.bytes, bytes);
  run(client);
}

/* The message is kept safe: the server may know. */
static void acknowledge(Pop2Client *client)
{
  byte_buffer_reset(&client->message);
  client->number++;
  send_command(client, STEP_LENGTH, client->keep ? "ACKS" : "ACKD", "");
  run(client);
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  Pop2Client *client = (Pop2Client *)endpoint;
  if (client->fetched_told) {
    client->fetched_told = false;
    if (!client->closing) acknowledge(client);
  }
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (client->fetched_due) {
    client->fetched_due = false;
    client->fetched_told = true;
    event->type = ENDPOINT_FETCHED;
    event->message = byte_buffer_view(&client->message);
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

/* No event of this client asks. */
static void client_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes client_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((Pop2Client *)endpoint)->out);
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((Pop2Client *)endpoint)->out, count);
}

static bool client_wants_read(Endpoint *endpoint)
{
  return !is_waiting((const Pop2Client *)endpoint);
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  return ((Pop2Client *)endpoint)->idle.deadline;
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  Pop2Client *client = (Pop2Client *)endpoint;
  if (idle_timer_advance(&client->idle, now)) fail(client, BYTES_EMPTY);
}

static void client_peer_closed(Endpoint *endpoint)
{
  Pop2Client *client = (Pop2Client *)endpoint;
  if (!client->closing) fail(client, BYTES_EMPTY);
}

static void client_free(Endpoint *endpoint)
{
  Pop2Client *client = (Pop2Client *)endpoint;
  line_input_clear(&client->in);
  byte_buffer_clear(&client->out);
  byte_buffer_clear(&client->message);
  g_free(client->user);
  endpoint_wipe(client->password);
  g_free(client->folder);
  g_free(client->server_words);
  g_free(client);
}

static const EndpointClass pop2_client_class = {
    .name = "pop2-client",
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

/* Returns a copy in which a line end begins no command of its own; NULL of NULL. */
static char *copy_argument(const char *text)
{
  char *copy = g_strdup(text);
  return copy == NULL ? NULL : g_strdelimit(copy, "\r\n", '?');
}

Endpoint *pop2_client_new(const Pop2ClientConfig *config)
{
  Pop2Client *client = g_new0(Pop2Client, 1);
  client->base.class = &pop2_client_class;
  client->user = copy_argument(config->user);
  client->password = copy_argument(config->password);
  client->folder = copy_argument(config->folder);
  client->keep = config->keep;
  client->idle.limit = config->patience == 0 ? USUAL_PATIENCE : config->patience;
  client->step = STEP_GREETING;
  return &client->base;
}

guint pop2_client_get_count(const Endpoint *client)
{
  return ((const Pop2Client *)client)->count;
}

guint pop2_client_get_fetched(const Endpoint *client)
{
  return ((const Pop2Client *)client)->number;
}
