/* SPDX-License-Identifier: MIT */
/* An SMTP client without I/O: its bytes, its events, its results. Commands sent and not yet answered wait in
 * a queue of steps, so that PIPELINING is the same machine with a longer queue. Whatever happens, every
 * recipient ends with a result. */
#include "protocol/smtp/smtp-client-private.h"

#define REPLY_BYTES_MAX 65536u /* of one reply, all its lines together */

/* Takes one reply line. Returns false when all input is used up. */
static bool receive_line(SmtpClient *client)
{
  Bytes line;
  LineInputResult result = line_input_next(&client->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  SmtpReplyLine reply;
  if (result == LINE_INPUT_TOO_LONG || !smtp_parse_reply_line(line, &reply) ||
      client->reply->len + line.length > REPLY_BYTES_MAX) {
    smtp_client_fail_at_once(client, "The server does not speak SMTP");
    return true;
  }
  if (!client->reply_begun) g_string_truncate(client->reply, 0);
  if (client->reply_begun) g_string_append_c(client->reply, '\n');
  g_string_append_len(client->reply, (const char *)line.data, (gssize)line.length);
  client->reply_begun = !reply.last;
  client->reply_code = reply.code;
  if (reply.last) smtp_client_handle_reply(client);
  return true;
}

static void client_receive(Endpoint *endpoint, Bytes bytes)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  if (client->closing) return;
  idle_timer_touch(&client->idle);
  byte_buffer_append(&client->in.bytes, bytes);
  while (!client->closing && receive_line(client)) {
  }
}

static EndpointEventType client_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (client->handing_due) {
    client->handing_due = false;
    event->type = ENDPOINT_HANDING;
  } else if (client->outcome_due) {
    client->outcome_due = false;
    client->told = !client->failed && !client->closing;
    event->type = client->failed ? ENDPOINT_FAILED : ENDPOINT_DELIVERED;
    event->reply = bytes_from_string(client->server_words);
  } else if (client->told) {
    smtp_client_say_quit(client);
  } else if (client->close_due) {
    client->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

/* No event of a client asks. */
static void client_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes client_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((SmtpClient *)endpoint)->out);
}

static void client_consumed(Endpoint *endpoint, size_t count)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  byte_buffer_consume(&client->out, count);
  message_stretches_consume(&client->letters, count);
  idle_timer_touch(&client->idle);
}

static bool client_wants_read(Endpoint *endpoint)
{
  return !((SmtpClient *)endpoint)->closing;
}

static Nanoseconds client_deadline(Endpoint *endpoint)
{
  return ((SmtpClient *)endpoint)->idle.deadline;
}

static void client_advance(Endpoint *endpoint, Nanoseconds now)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  if (idle_timer_advance(&client->idle, now))
    smtp_client_fail_at_once(client, "The server did not answer in time");
}

static void client_peer_closed(Endpoint *endpoint)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  if (!client->closing)
    smtp_client_fail_at_once(client, "The connection was closed before the message was taken");
}

static bool client_find_message(Endpoint *endpoint, EndpointStretch *stretch)
{
  return message_stretches_find(&((const SmtpClient *)endpoint)->letters, stretch);
}

static void client_free(Endpoint *endpoint)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  smtp_client_clear_transaction(client);
  line_input_clear(&client->in);
  byte_buffer_clear(&client->out);
  message_stretches_clear(&client->letters);
  g_string_free(client->reply, TRUE);
  g_free(client->host_name);
  g_free(client->user);
  g_free(client->nonce);
  g_strfreev(client->mechanisms);
  g_string_free(client->offered_mechanisms, TRUE);
  sasl_client_free(client->sasl);
  g_free(client->server_words);
  endpoint_wipe(client->password);
  g_free(client);
}

static const EndpointClass smtp_client_class = {
    .name = "smtp-client",
    .receive = client_receive,
    .next_event = client_next_event,
    .answer = client_answer,
    .pending = client_pending,
    .consumed = client_consumed,
    .wants_read = client_wants_read,
    .deadline = client_deadline,
    .advance = client_advance,
    .peer_closed = client_peer_closed,
    .find_message = client_find_message,
    .free = client_free,
};

/* SCRAM needs a nonce. */
static char **dup_mechanisms(const SmtpClientConfig *config)
{
  static const char *const usual[] = {"PLAIN", "LOGIN", NULL};
  GPtrArray *names = g_ptr_array_new();
  for (const char *const *name = config->mechanisms == NULL ? usual : config->mechanisms; *name != NULL;
       name++)
    if (config->nonce != NULL || g_ascii_strncasecmp(*name, "SCRAM-", 6) != 0)
      g_ptr_array_add(names, g_strdup(*name));
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(names, FALSE);
}

Endpoint *smtp_client_new(const SmtpClientConfig *config)
{
  SmtpClient *client = g_new0(SmtpClient, 1);
  client->base.class = &smtp_client_class;
  client->host_name = g_strdup(config->host_name);
  client->user = g_strdup(config->user);
  client->password = g_strdup(config->password == NULL ? "" : config->password);
  client->nonce = g_strdup(config->nonce == NULL ? "" : config->nonce);
  client->mechanisms = dup_mechanisms(config);
  client->pipelining = config->pipelining;
  client->chunking = config->chunking;
  client->chunk_size = config->chunk_size;
  client->patience = config->patience;
  client->tells_handing = config->tells_handing;
  client->reply = g_string_new(NULL);
  client->offered_mechanisms = g_string_new(NULL);
  smtp_client_set_transaction(client, config->envelope, config->message, config->message_7bit);
  smtp_client_expect(client, STEP_GREETING);
  return &client->base;
}

bool smtp_client_send_next(Endpoint *endpoint, const Envelope *envelope, GBytes *message,
                           GBytes *message_7bit)
{
  SmtpClient *client = (SmtpClient *)endpoint;
  if (!client->told || client->closing) return false;
  client->told = client->decided = false;
  smtp_client_clear_transaction(client);
  smtp_client_set_transaction(client, envelope, message, message_7bit);
  smtp_client_begin(client);
  return true;
}

guint smtp_client_get_result_count(const Endpoint *client)
{
  return ((const SmtpClient *)client)->transaction.envelope->recipients->len;
}

SmtpResult smtp_client_get_result(const Endpoint *endpoint, guint index)
{
  const SmtpClientTransaction *transaction = &((const SmtpClient *)endpoint)->transaction;
  g_assert(index < transaction->envelope->recipients->len);
  const SmtpClientResult *result = &transaction->results[index];
  return (SmtpResult){g_ptr_array_index(transaction->envelope->recipients, index), result->type, result->code,
                      result->reply};
}

uint32_t smtp_client_get_offers(const Endpoint *client)
{
  return ((const SmtpClient *)client)->offers;
}
