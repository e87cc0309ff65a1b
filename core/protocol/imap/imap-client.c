/* SPDX-License-Identifier: MIT */
/* An IMAP client without I/O: its bytes, its events, one command after another. */
#include "protocol/imap/imap-client-private.h"

#define USUAL_PATIENCE (5 * 60 * NANOSECONDS_PER_SECOND)
#define RESPONSE_MAX (64u * 1024 * 1024)     /* bytes of one response, literals inside */
#define RESPONSE_LINE_MAX (4u * 1024 * 1024) /* bytes of one line of it */

static void queued_free(gpointer data)
{
  ImapQueued *queued = data;
  byte_buffer_clear(&queued->text);
  g_free(queued->mailbox);
  g_free(queued);
}

static void told_free(gpointer data)
{
  ImapTold *told = data;
  if (told == NULL) return;
  g_ptr_array_unref(told->texts);
  g_array_unref(told->parts);
  g_array_unref(told->sections);
  g_array_unref(told->found);
  byte_buffer_clear(&told->raw);
  g_free(told);
}

ImapTold *imap_client_tell(ImapClient *client, EndpointEventType type, ImapResultType result)
{
  ImapTold *told = g_new0(ImapTold, 1);
  const ImapQueued *current = client->current;
  bool asked = current != NULL && current->number > 0;
  told->type = type;
  told->result = (ImapResult){.type = result,
                              .request = asked ? current->number : 0,
                              .word = asked ? current->word : VOCABULARY_UNKNOWN,
                              .code = "",
                              .text = "",
                              .name = "",
                              .attributes = ""};
  told->texts = g_ptr_array_new_with_free_func(g_free);
  told->parts = g_array_new(FALSE, TRUE, sizeof(ImapPart));
  told->sections = g_array_new(FALSE, TRUE, sizeof(ImapSection));
  told->found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  g_queue_push_tail(&client->told, told);
  return told;
}

const char *imap_told_keep(ImapTold *told, char *text)
{
  g_ptr_array_add(told->texts, text);
  return text;
}

static void close_connection(ImapClient *client)
{
  if (client->closing) return;
  client->closing = true;
  idle_timer_stop(&client->idle);
  imap_client_tell(client, ENDPOINT_CLOSE, IMAP_RESULT_DONE);
}

void imap_client_fail(ImapClient *client, Bytes words)
{
  if (client->closing) return;
  ImapTold *told = imap_client_tell(client, ENDPOINT_FAILED, IMAP_RESULT_DONE);
  told->result.text = imap_told_keep(told, bytes_dup_string(words));
  close_connection(client);
}

/* The server owes us something from now on. */
static void begin_waiting(ImapClient *client)
{
  if (client->idle.deadline == NANOSECONDS_NEVER && !client->closing) client->idle.deadline = 0;
  idle_timer_touch(&client->idle);
}

void imap_client_say_line(ImapClient *client, Bytes line)
{
  byte_buffer_append(&client->out, line);
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  begin_waiting(client);
}

void imap_client_say_first(ImapClient *client, uint16_t word, ByteBuffer *text)
{
  ImapQueued *queued = g_new0(ImapQueued, 1);
  queued->word = word;
  queued->text = *text;
  *text = (ByteBuffer){0};
  g_queue_push_head(&client->waiting, queued);
}

/* Says as much of the command under way as the server wants to hear: up to a literal that waits for "+". */
static void say_on(ImapClient *client)
{
  Bytes text = byte_buffer_view(&client->current->text);
  bool plus = !client->no_literal_plus && imap_client_offers(&client->base, "LITERAL+");
  while (client->sent < text.length) {
    Bytes rest = bytes_skip(text, client->sent);
    ptrdiff_t lf = bytes_find(rest, '\n');
    Bytes line = bytes_slice(rest, 0, lf < 0 ? rest.length : (size_t)lf + 1);
    ImapLiteral literal;
    client->sent += line.length;
    if (lf < 0 || !imap_parse_literal(line, &literal)) {
      byte_buffer_append(&client->out, line);
      continue;
    }
    bool waits = literal.waits && !plus;
    byte_buffer_append(&client->out, bytes_slice(line, 0, line.length - strlen("}\r\n")));
    byte_buffer_append(&client->out,
                       literal.waits && plus ? BYTES_LITERAL("+}\r\n") : BYTES_LITERAL("}\r\n"));
    client->awaits_go = waits;
    if (waits) return;
    Bytes value = bytes_slice(text, client->sent, (size_t)literal.size);
    byte_buffer_append(&client->out, value);
    client->sent += value.length;
  }
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
}

/* "+" came: the literal goes, and what follows it. */
static void go_ahead(ImapClient *client)
{
  Bytes text = byte_buffer_view(&client->current->text);
  Bytes before = bytes_slice(text, 0, client->sent);
  ImapLiteral literal;
  client->awaits_go = false;
  if (!imap_parse_literal(before, &literal)) return;
  Bytes value = bytes_slice(text, client->sent, (size_t)literal.size);
  byte_buffer_append(&client->out, value);
  client->sent += value.length;
  if (client->sent < text.length)
    say_on(client);
  else
    byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  begin_waiting(client);
}

/* Idling ends where somebody wants it, or something else is to be done. */
static void leave_idle(ImapClient *client)
{
  bool wanted = client->stop_idle || !g_queue_is_empty(&client->waiting);
  if (!client->idling || client->done_said || !wanted) return;
  client->done_said = true;
  imap_client_say_line(client, BYTES_LITERAL("DONE"));
}

void imap_client_look(ImapClient *client)
{
  if (client->current != NULL) {
    leave_idle(client);
    return;
  }
  const ImapQueued *next = g_queue_peek_head(&client->waiting);
  if (!client->greeted || client->closing || next == NULL || (next->number > 0 && !client->ready)) return;
  client->current = g_queue_pop_head(&client->waiting);
  client->sent = 0;
  client->idling = client->done_said = false;
  g_free(client->tag);
  client->tag = g_strdup_printf("a%u", ++client->tags);
  byte_buffer_append_format(&client->out, "%s ", client->tag);
  say_on(client);
  begin_waiting(client);
}

static void take_greeting(ImapClient *client, const ImapResponse *response)
{
  Bytes text = response->text;
  client->greeted = true;
  bool known = bytes_equal_ignore_case(response->code, "PREAUTH");
  if (response->type != IMAP_UNTAGGED || !response->status ||
      (!known && !bytes_equal_ignore_case(response->code, "OK"))) {
    imap_client_fail(client, text);
    return;
  }
  imap_client_take_code(client, &text);
  if (known) client->state = IMAP_AUTHENTICATED;
  imap_client_go_on_login(client);
}

static void take_continuation(ImapClient *client, const ImapResponse *response)
{
  const ImapQueued *current = client->current;
  if (client->awaits_go) {
    go_ahead(client);
  } else if (current != NULL && current->word == IMAP_AUTHENTICATE) {
    imap_client_take_challenge(client, response->text);
  } else if (current != NULL && current->word == IMAP_IDLE && !client->idling) {
    client->idling = true;
    imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_IDLING);
  } /* else nobody asked: passed over */
}

/* The folder that SELECT opened, or the one that is closed now. */
static void follow_state(ImapClient *client, const ImapQueued *command, ReplyClass reply_class)
{
  uint8_t next = imap_vocabulary.words[command->word].next[reply_class];
  if (next == STATE_SAME) return;
  client->state = next;
  if (next != IMAP_SELECTED) {
    imap_client_forget_folder(client);
    return;
  }
  g_free(client->folder_name);
  client->folder_name = g_strdup(command->mailbox);
  client->folder.name = client->folder_name;
  imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_OPENED);
}

static void take_tagged(ImapClient *client, const ImapResponse *response)
{
  if (client->current == NULL || !bytes_equal(response->tag, bytes_from_string(client->tag))) return;
  bool good = bytes_equal_ignore_case(response->code, "OK");
  bool bad = bytes_equal_ignore_case(response->code, "BAD");
  Bytes text = response->text;
  ImapQueued *command = client->current;
  Bytes code = imap_client_take_code(client, &text);
  if (!bad) follow_state(client, command, good ? REPLY_OK : REPLY_REFUSED);
  if (command->number > 0) {
    ImapTold *told = imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_DONE);
    told->result.good = good;
    told->result.code = imap_told_keep(told, bytes_dup_string(code));
    told->result.text = imap_told_keep(told, bytes_dup_string(text));
  }
  if (command->word == IMAP_IDLE) client->idling = client->stop_idle = false;
  client->current = NULL;
  client->awaits_go = false;
  if (command->number == 0) imap_client_take_login_answer(client, command, response);
  if (command->word == IMAP_LOGOUT && good) close_connection(client);
  queued_free(command);
}

/* A whole response is in client->response. */
static void take_response(ImapClient *client)
{
  ImapResponse response;
  imap_parse_response(byte_buffer_view(&client->response), &response);
  if (!client->greeted) {
    take_greeting(client, &response);
  } else if (response.type == IMAP_CONTINUATION) {
    take_continuation(client, &response);
  } else if (response.type == IMAP_TAGGED) {
    take_tagged(client, &response);
  } else if (response.type == IMAP_UNTAGGED) {
    imap_client_take_untagged(client, &response);
  } else {
    imap_client_fail(client, bytes_chomp(byte_buffer_view(&client->response)));
  }
  byte_buffer_reset(&client->response);
}

/* Does the line that ends the response so far announce a literal? A status line never does: its text is for
 * people. */
static bool announces_literal(const ImapClient *client, Bytes line)
{
  ImapLiteral literal;
  ImapResponse response;
  if (!imap_parse_literal(line, &literal)) return false;
  imap_parse_response(byte_buffer_view(&client->response), &response);
  return !response.status && response.type == IMAP_UNTAGGED;
}

static bool receive_line(ImapClient *client)
{
  Bytes held = byte_buffer_view(&client->in);
  ptrdiff_t found = bytes_find(bytes_skip(held, client->scanned), '\n');
  if (found < 0) {
    client->scanned = held.length;
    if (held.length > RESPONSE_LINE_MAX) imap_client_fail(client, BYTES_EMPTY);
    return false;
  }
  Bytes line = bytes_slice(held, 0, client->scanned + (size_t)found + 1);
  byte_buffer_append(&client->response, line);
  client->scanned = 0;
  ImapLiteral literal;
  bool announces = announces_literal(client, line) && imap_parse_literal(line, &literal);
  byte_buffer_consume(&client->in, line.length);
  if (!announces)
    take_response(client);
  else if (literal.size > RESPONSE_MAX - MIN(RESPONSE_MAX, byte_buffer_view(&client->response).length))
    imap_client_fail(client, BYTES_EMPTY);
  else
    client->literal_left = literal.size;
  return true;
}

static bool receive_literal(ImapClient *client)
{
  Bytes view = byte_buffer_view(&client->in);
  view.length = (size_t)MIN(view.length, client->literal_left);
  if (view.length == 0) return false;
  byte_buffer_append(&client->response, view);
  client->literal_left -= view.length;
  byte_buffer_consume(&client->in, view.length);
  return true;
}

/* Works on what is held until there is something to tell. */
static void run(ImapClient *client)
{
  bool more = true;
  while (more && !client->closing && g_queue_is_empty(&client->told)) {
    more = client->literal_left > 0 ? receive_literal(client) : receive_line(client);
    imap_client_look(client);
  }
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  ImapClient *client = (ImapClient *)endpoint;
  if (client->closing) return;
  idle_timer_touch(&client->idle);
  byte_buffer_append(&client->in, bytes);
  run(client);
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  ImapClient *client = (ImapClient *)endpoint;
  g_clear_pointer(&client->last, told_free);
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  run(client);
  if (g_queue_is_empty(&client->told)) return ENDPOINT_NOTHING;
  client->last = g_queue_pop_head(&client->told);
  event->type = client->last->type;
  if (event->type == ENDPOINT_FAILED) event->reply = bytes_from_string(client->last->result.text);
  if (event->type == ENDPOINT_FETCHED && client->last->sections->len > 0)
    event->message = g_array_index(client->last->sections, ImapSection, 0).value;
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
  return endpoint_pending_of(&((ImapClient *)endpoint)->out);
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((ImapClient *)endpoint)->out, count);
}

static bool client_wants_read(Endpoint *endpoint)
{
  const ImapClient *client = (const ImapClient *)endpoint;
  return !client->closing && client->told.length == 0;
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  return ((ImapClient *)endpoint)->idle.deadline;
}

/* Does the server owe us an answer? While it idles with us it owes none. */
static bool is_owed(const ImapClient *client)
{
  return !client->greeted || (client->current != NULL && (!client->idling || client->done_said));
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  ImapClient *client = (ImapClient *)endpoint;
  if (idle_timer_advance(&client->idle, now) && is_owed(client)) imap_client_fail(client, BYTES_EMPTY);
}

static void client_peer_closed(Endpoint *endpoint)
{
  ImapClient *client = (ImapClient *)endpoint;
  if (!client->closing) imap_client_fail(client, BYTES_EMPTY);
}

static void client_free(Endpoint *endpoint)
{
  ImapClient *client = (ImapClient *)endpoint;
  g_queue_clear_full(&client->waiting, queued_free);
  g_queue_clear_full(&client->told, told_free);
  if (client->current != NULL) queued_free(client->current);
  told_free(client->last);
  sasl_client_free(client->saslclient);
  byte_buffer_clear(&client->in);
  byte_buffer_clear(&client->out);
  byte_buffer_clear(&client->response);
  g_strfreev(client->mechanisms);
  g_free(client->user);
  endpoint_wipe(client->password);
  g_free(client->nonce);
  g_free(client->capabilities);
  g_free(client->tag);
  g_free(client->folder_name);
  g_free(client->folder_flags);
  g_free(client->folder_permanent);
  g_free(client);
}

static const EndpointClass imap_client_class = {
    .name = "imap-client",
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

Endpoint *imap_client_new(const ImapClientConfig *config)
{
  ImapClient *client = g_new0(ImapClient, 1);
  client->base.class = &imap_client_class;
  client->user = g_strdup(config->user);
  client->password = g_strdup(config->password);
  client->nonce = g_strdup(config->nonce);
  client->mechanisms = g_strdupv((char **)config->mechanisms);
  client->sasl = config->sasl;
  client->no_literal_plus = config->no_literal_plus;
  client->idle.limit = config->patience == 0 ? USUAL_PATIENCE : config->patience;
  client->nothing =
      (ImapResult){.word = VOCABULARY_UNKNOWN, .code = "", .text = "", .name = "", .attributes = ""};
  imap_client_forget_folder(client);
  return &client->base;
}

const ImapResult *imap_client_get_result(const Endpoint *endpoint)
{
  const ImapClient *client = (const ImapClient *)endpoint;
  return client->last == NULL ? &client->nothing : &client->last->result;
}

const ImapFolder *imap_client_get_folder(const Endpoint *client)
{
  return &((const ImapClient *)client)->folder;
}

bool imap_client_offers(const Endpoint *endpoint, const char *name)
{
  Bytes rest = bytes_from_string(((const ImapClient *)endpoint)->capabilities);
  while (rest.length > 0)
    if (bytes_equal_ignore_case(imap_next_word(&rest), name)) return true;
  return false;
}

uint8_t imap_client_get_state(const Endpoint *client)
{
  return ((const ImapClient *)client)->state;
}

guint imap_client_get_waiting(const Endpoint *endpoint)
{
  const ImapClient *client = (const ImapClient *)endpoint;
  guint count = client->current != NULL && client->current->number > 0;
  for (const GList *item = client->waiting.head; item != NULL; item = item->next)
    count += ((const ImapQueued *)item->data)->number > 0;
  return count;
}
