/* SPDX-License-Identifier: MIT */
/* What an SMTP client says, and what each reply leads to. */
#include "protocol/dot-body.h"
#include "protocol/sasl/sasl-message.h"
#include "protocol/smtp/smtp-client-private.h"

#define MINUTE (60 * NANOSECONDS_PER_SECOND)

/* RFC 5321 §4.5.3.2: how long to wait for each reply. */
static const Nanoseconds patience_of[STEP_COUNT] = {
    [STEP_GREETING] = 5 * MINUTE, [STEP_EHLO] = 5 * MINUTE,  [STEP_HELO] = 5 * MINUTE,
    [STEP_AUTH] = 5 * MINUTE,     [STEP_MAIL] = 5 * MINUTE,  [STEP_RECIPIENT] = 5 * MINUTE,
    [STEP_DATA] = 2 * MINUTE,     [STEP_BODY] = 10 * MINUTE, [STEP_QUIT] = 2 * MINUTE,
};

void smtp_client_expect(SmtpClient *client, SmtpClientStep step)
{
  g_assert(client->expected_count < G_N_ELEMENTS(client->expected));
  client->expected[client->expected_count++] = step;
  client->idle.limit = client->patience != 0 ? client->patience : patience_of[step];
  idle_timer_touch(&client->idle);
}

static void close_connection(SmtpClient *client)
{
  client->closing = true;
  client->close_due = true;
  client->expected_count = 0;
  idle_timer_stop(&client->idle);
}

/* Sets the result of every recipient that has none. */
static void settle(SmtpClient *client, SmtpResultType type, int code, const char *reply)
{
  for (guint i = 0; i < client->envelope->recipients->len; i++) {
    SmtpClientResult *result = &client->results[i];
    if (result->type != SMTP_RESULT_PENDING) continue;
    *result = (SmtpClientResult){type, code, g_strdup(reply)};
  }
}

/* A reply that nobody can make sense of here is no reason to give up for good. */
static SmtpResultType result_type(ReplyClass reply_class)
{
  return reply_class == REPLY_REFUSED ? SMTP_RESULT_REFUSED : SMTP_RESULT_LATER;
}

static void settle_by_reply(SmtpClient *client)
{
  settle(client, result_type(smtp_reply_class(client->reply_code)), client->reply_code, client->reply->str);
}

static void say_quit(SmtpClient *client)
{
  byte_buffer_append(&client->out, BYTES_LITERAL("QUIT\r\n"));
  smtp_client_expect(client, STEP_QUIT);
}

/* The dialogue cannot go on: everybody left shares the reason. by_server: words are the server's. */
static void fail(SmtpClient *client, SmtpResultType type, int code, const char *words, bool by_server)
{
  if (client->decided) return;
  settle(client, type, code, words);
  client->decided = client->failed = client->outcome_due = true;
  if (by_server) client->server_words = g_strdup(words);
}

static void fail_by_reply(SmtpClient *client)
{
  SmtpResultType type = result_type(smtp_reply_class(client->reply_code));
  fail(client, type, client->reply_code, client->reply->str, true);
  say_quit(client);
}

void smtp_client_fail_at_once(SmtpClient *client, const char *words)
{
  fail(client, SMTP_RESULT_LATER, 0, words, false);
  close_connection(client);
}

/* The transaction is over, be it good or bad. */
static void finish(SmtpClient *client)
{
  client->decided = client->outcome_due = true;
  say_quit(client);
}

static bool has_8bit(GBytes *message)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(message, &size);
  for (gsize i = 0; i < size; i++)
    if (data[i] >= 0x80) return true;
  return false;
}

static void append_mail(SmtpClient *client)
{
  byte_buffer_append_format(&client->out, "MAIL FROM:<%s>", client->envelope->sender);
  if (client->offers_size)
    byte_buffer_append_format(&client->out, " SIZE=%" G_GSIZE_FORMAT, g_bytes_get_size(client->message));
  if (client->offers_8bitmime && has_8bit(client->message))
    byte_buffer_append(&client->out, BYTES_LITERAL(" BODY=8BITMIME"));
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  smtp_client_expect(client, STEP_MAIL);
}

static void append_recipient(SmtpClient *client)
{
  const char *address = g_ptr_array_index(client->envelope->recipients, client->recipients_sent++);
  byte_buffer_append_format(&client->out, "RCPT TO:<%s>\r\n", address);
  smtp_client_expect(client, STEP_RECIPIENT);
}

static void append_data(SmtpClient *client)
{
  byte_buffer_append(&client->out, BYTES_LITERAL("DATA\r\n"));
  smtp_client_expect(client, STEP_DATA);
}

/* With PIPELINING, as many commands as the queue of steps may hold; without, one. */
static void send_recipients(SmtpClient *client)
{
  guint limit = client->pipelining && client->offers_pipelining ? RECIPIENTS_AT_ONCE : 1;
  while (client->expected_count < limit && client->recipients_sent < client->envelope->recipients->len)
    append_recipient(client);
  if (client->recipients_sent == client->envelope->recipients->len && limit > 1) append_data(client);
}

static void begin_transaction(SmtpClient *client)
{
  append_mail(client);
  if (client->pipelining && client->offers_pipelining) send_recipients(client);
}

static guint count_taken(const SmtpClient *client)
{
  guint taken = 0;
  for (guint i = 0; i < client->recipients_answered; i++)
    if (client->results[i].type == SMTP_RESULT_PENDING) taken++;
  return taken;
}

static void begin_auth(SmtpClient *client)
{
  ByteBuffer response = {0};
  if (client->offers_plain) {
    sasl_append_plain(&response, bytes_from_string(client->user), bytes_from_string(client->password));
    byte_buffer_append(&client->out, BYTES_LITERAL("AUTH PLAIN "));
    sasl_append_encoded(&client->out, byte_buffer_view(&response));
    byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
    smtp_client_expect(client, STEP_AUTH);
  } else if (client->offers_login) {
    byte_buffer_append(&client->out, BYTES_LITERAL("AUTH LOGIN\r\n"));
    smtp_client_expect(client, STEP_AUTH);
  } else {
    fail(client, SMTP_RESULT_REFUSED, 0, "The server offers no log-in that we know", false);
    say_quit(client);
  }
  byte_buffer_clear(&response);
}

static void after_introduction(SmtpClient *client)
{
  if (client->user != NULL)
    begin_auth(client);
  else
    begin_transaction(client);
}

static void on_greeting(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class != REPLY_OK) {
    fail_by_reply(client);
    return;
  }
  byte_buffer_append_format(&client->out, "EHLO %s\r\n", client->host_name);
  smtp_client_expect(client, STEP_EHLO);
}

/* Reads one line of EHLO's reply, after the first. */
static void read_capability(SmtpClient *client, const char *line)
{
  g_auto(GStrv) words = g_strsplit(line, " ", -1);
  if (words[0] == NULL) return;
  if (g_ascii_strcasecmp(words[0], "PIPELINING") == 0) client->offers_pipelining = true;
  if (g_ascii_strcasecmp(words[0], "SIZE") == 0) client->offers_size = true;
  if (g_ascii_strcasecmp(words[0], "8BITMIME") == 0) client->offers_8bitmime = true;
  if (g_ascii_strcasecmp(words[0], "AUTH") != 0) return;
  for (char **word = words + 1; *word != NULL; word++) {
    if (g_ascii_strcasecmp(*word, "PLAIN") == 0) client->offers_plain = true;
    if (g_ascii_strcasecmp(*word, "LOGIN") == 0) client->offers_login = true;
  }
}

static void on_ehlo(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_REFUSED) {
    byte_buffer_append_format(&client->out, "HELO %s\r\n", client->host_name);
    smtp_client_expect(client, STEP_HELO);
  } else if (reply_class != REPLY_OK) {
    fail_by_reply(client);
  } else {
    g_auto(GStrv) lines = g_strsplit(client->reply->str, "\n", -1);
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
      if (strlen(lines[i]) > 4) read_capability(client, lines[i] + 4);
    after_introduction(client);
  }
}

static void on_helo(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_OK)
    after_introduction(client);
  else
    fail_by_reply(client);
}

/* A 334: LOGIN's two prompts, answered in their order; PLAIN has said all it has. */
static void on_auth(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_OK) {
    begin_transaction(client);
  } else if (reply_class != REPLY_CONTINUE) {
    fail_by_reply(client);
  } else {
    if (client->offers_plain || client->login_step >= 2)
      byte_buffer_append(&client->out, BYTES_LITERAL("*"));
    else
      sasl_append_encoded(&client->out,
                          bytes_from_string(client->login_step == 0 ? client->user : client->password));
    client->login_step++;
    byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
    smtp_client_expect(client, STEP_AUTH);
  }
}

static void on_mail(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class != REPLY_OK) {
    client->sender_refused = true;
    settle_by_reply(client);
    if (client->expected_count == 0) finish(client);
    return;
  }
  if (client->expected_count == 0) send_recipients(client);
}

static void on_recipient(SmtpClient *client, ReplyClass reply_class)
{
  guint index = client->recipients_answered++;
  if (reply_class != REPLY_OK && client->results[index].type == SMTP_RESULT_PENDING)
    client->results[index] =
        (SmtpClientResult){result_type(reply_class), client->reply_code, g_strdup(client->reply->str)};
  if (client->expected_count > 0) return;
  if (client->sender_refused)
    finish(client);
  else if (client->recipients_sent < client->envelope->recipients->len)
    send_recipients(client);
  else if (count_taken(client) > 0)
    append_data(client);
  else
    finish(client);
}

static void on_data(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class != REPLY_CONTINUE) {
    settle_by_reply(client);
    finish(client);
    return;
  }
  gsize size;
  const void *data = g_bytes_get_data(client->message, &size);
  size_t held = byte_buffer_view(&client->out).length;
  /* A server that says 354 though nobody was taken gets nothing (RFC 2920 §3.1). */
  bool taken = count_taken(client) > 0;
  dot_body_append_stuffed(&client->out, taken ? (Bytes){data, size} : BYTES_EMPTY);
  size_t length = byte_buffer_view(&client->out).length - held;
  if (taken) message_stretches_append(&client->letters, held, length, client->message);
  smtp_client_expect(client, STEP_BODY);
}

static void on_body(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_OK)
    settle(client, SMTP_RESULT_DELIVERED, client->reply_code, client->reply->str);
  else
    settle_by_reply(client);
  finish(client);
}

static void on_quit(SmtpClient *client, ReplyClass reply_class)
{
  (void)reply_class;
  close_connection(client);
}

static void (*const on_reply[STEP_COUNT])(SmtpClient *client, ReplyClass reply_class) = {
    [STEP_GREETING] = on_greeting, [STEP_EHLO] = on_ehlo, [STEP_HELO] = on_helo,
    [STEP_AUTH] = on_auth,         [STEP_MAIL] = on_mail, [STEP_RECIPIENT] = on_recipient,
    [STEP_DATA] = on_data,         [STEP_BODY] = on_body, [STEP_QUIT] = on_quit,
};

void smtp_client_handle_reply(SmtpClient *client)
{
  /* Words nobody asked for are a farewell, and so is 421 at any time. */
  bool asked = client->expected_count > 0;
  if (!asked || (client->reply_code == 421 && client->expected[0] != STEP_QUIT)) {
    fail(client, SMTP_RESULT_LATER, client->reply_code, client->reply->str, true);
    close_connection(client);
    return;
  }
  SmtpClientStep step = client->expected[0];
  client->expected_count--;
  memmove(client->expected, client->expected + 1, client->expected_count * sizeof client->expected[0]);
  on_reply[step](client, smtp_reply_class(client->reply_code));
}
