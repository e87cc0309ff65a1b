/* SPDX-License-Identifier: MIT */
/* What an SMTP client says, and what each reply leads to. */
#include "protocol/smtp/smtp-client-private.h"

#define COMMAND_LINE_MAX 512u /* RFC 5321 §4.5.3.1.4 */
#define MINUTE (60 * NANOSECONDS_PER_SECOND)

/* RFC 5321 §4.5.3.2: how long to wait for each reply. */
static const Nanoseconds patience_of[STEP_COUNT] = {
    [STEP_GREETING] = 5 * MINUTE,  [STEP_EHLO] = 5 * MINUTE,  [STEP_HELO] = 5 * MINUTE,
    [STEP_AUTH] = 5 * MINUTE,      [STEP_RESET] = 5 * MINUTE, [STEP_MAIL] = 5 * MINUTE,
    [STEP_RECIPIENT] = 5 * MINUTE, [STEP_DATA] = 2 * MINUTE,  [STEP_CHUNK] = 3 * MINUTE,
    [STEP_BODY] = 10 * MINUTE,     [STEP_QUIT] = 2 * MINUTE,
};

void smtp_client_expect(SmtpClient *client, SmtpClientStep step)
{
  g_assert(client->expected_count < G_N_ELEMENTS(client->expected));
  client->expected[client->expected_count++] = step;
  if (step == STEP_BODY) client->handing_due = client->tells_handing;
  client->idle.limit = client->patience != 0 ? client->patience : patience_of[step];
  idle_timer_touch(&client->idle);
}

static void close_connection(SmtpClient *client)
{
  client->closing = true;
  client->close_due = true;
  client->told = false;
  client->expected_count = 0;
  idle_timer_stop(&client->idle);
}

/* A reply that nobody can make sense of here is no reason to give up for good. */
static SmtpResultType result_type(ReplyClass reply_class)
{
  return reply_class == REPLY_REFUSED ? SMTP_RESULT_REFUSED : SMTP_RESULT_LATER;
}

static void settle_by_reply(SmtpClient *client)
{
  smtp_client_settle(client, result_type(smtp_reply_class(client->reply_code)), client->reply_code,
                     client->reply->str);
}

void smtp_client_say_quit(SmtpClient *client)
{
  client->told = false;
  byte_buffer_append(&client->out, BYTES_LITERAL("QUIT\r\n"));
  smtp_client_expect(client, STEP_QUIT);
}

/* The dialogue cannot go on: everybody left shares the reason. by_server: words are the server's. */
static void fail(SmtpClient *client, SmtpResultType type, int code, const char *words, bool by_server)
{
  if (client->decided) return;
  smtp_client_settle(client, type, code, words);
  client->decided = client->failed = client->outcome_due = true;
  if (by_server) client->server_words = g_strdup(words);
}

static void fail_by_reply(SmtpClient *client)
{
  SmtpResultType type = result_type(smtp_reply_class(client->reply_code));
  fail(client, type, client->reply_code, client->reply->str, true);
  smtp_client_say_quit(client);
}

void smtp_client_fail_at_once(SmtpClient *client, const char *words)
{
  fail(client, SMTP_RESULT_LATER, 0, words, false);
  close_connection(client);
}

/* The transaction is over, be it good or bad; QUIT waits until the owner has had the chance to go on. */
static void finish(SmtpClient *client)
{
  client->decided = client->outcome_due = true;
}

static bool pipelines(const SmtpClient *client)
{
  return client->pipelining && (client->offers & SMTP_CAPABILITY_PIPELINING) != 0;
}

static void append_data(SmtpClient *client)
{
  byte_buffer_append(&client->out, BYTES_LITERAL("DATA\r\n"));
  smtp_client_expect(client, STEP_DATA);
}

/* With PIPELINING, as many commands as the queue of steps may hold; without, one. */
static void send_recipients(SmtpClient *client)
{
  guint limit = pipelines(client) ? RECIPIENTS_AT_ONCE : 1;
  while (client->expected_count < limit && !smtp_client_has_named_all(client))
    smtp_client_append_recipient(client);
  if (smtp_client_has_named_all(client) && limit > 1 && !client->transaction.chunked) append_data(client);
}

static void begin_transaction(SmtpClient *client)
{
  if (!smtp_client_choose_form(client)) {
    finish(client);
    return;
  }
  smtp_client_append_mail(client);
  if (pipelines(client)) send_recipients(client);
}

void smtp_client_begin(SmtpClient *client)
{
  if (!client->needs_reset) {
    begin_transaction(client);
    return;
  }
  byte_buffer_append(&client->out, BYTES_LITERAL("RSET\r\n"));
  smtp_client_expect(client, STEP_RESET);
}

static void on_reset(SmtpClient *client, ReplyClass reply_class)
{
  client->needs_reset = false;
  if (reply_class == REPLY_OK)
    begin_transaction(client);
  else
    fail_by_reply(client);
}

/* An initial response of no bytes is written "="; one too long for a command line waits for the server's 334
 * (RFC 4954 §4). */
static void begin_auth(SmtpClient *client)
{
  Bytes offered = {(const uint8_t *)client->offered_mechanisms->str, client->offered_mechanisms->len};
  const char *mechanism = sasl_client_pick(offered, (const char *const *)client->mechanisms);
  if (mechanism != NULL)
    client->sasl =
        sasl_client_new(mechanism, &(SaslClientConfig){client->user, client->password, client->nonce});
  if (client->sasl == NULL) {
    fail(client, SMTP_RESULT_REFUSED, 0, "The server offers no log-in that we know", false);
    smtp_client_say_quit(client);
    return;
  }
  Bytes initial;
  byte_buffer_append_format(&client->out, "AUTH %s", mechanism);
  size_t room = COMMAND_LINE_MAX - strlen("AUTH  \r\n") - strlen(mechanism);
  if (sasl_client_fits_initial(client->sasl, room) && sasl_client_get_initial(client->sasl, &initial)) {
    byte_buffer_append(&client->out, BYTES_LITERAL(" "));
    byte_buffer_append(&client->out, initial.length == 0 ? BYTES_LITERAL("=") : initial);
  }
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  smtp_client_expect(client, STEP_AUTH);
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
  byte_buffer_append_texts(&client->out, "EHLO ", client->host_name, "\r\n", NULL);
  smtp_client_expect(client, STEP_EHLO);
}

/* Reads one line of EHLO's reply, after the first. */
static void read_capability(SmtpClient *client, Bytes line)
{
  client->offers |= smtp_capabilities_parse(line);
  if (!bytes_starts_ignore_case(line, "AUTH")) return;
  /* "AUTH=LOGIN" is how old servers write it */
  for (size_t i = strlen("AUTH"); i < line.length; i++)
    g_string_append_c(client->offered_mechanisms, line.data[i] == '=' ? ' ' : (char)line.data[i]);
}

static void on_ehlo(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_REFUSED) {
    byte_buffer_append_texts(&client->out, "HELO ", client->host_name, "\r\n", NULL);
    smtp_client_expect(client, STEP_HELO);
  } else if (reply_class != REPLY_OK) {
    fail_by_reply(client);
  } else {
    Bytes rest = bytes_from_string(client->reply->str);
    for (bool first = true; rest.length > 0; first = false) {
      ptrdiff_t end = bytes_find(rest, '\n');
      Bytes line = bytes_slice(rest, 0, end < 0 ? rest.length : (size_t)end);
      rest = bytes_skip(rest, line.length + 1);
      if (!first && line.length > 4) read_capability(client, bytes_skip(line, 4));
    }
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

/* A challenge that the mechanism does not allow gets "*". A server that lets us in without having proved what
 * SCRAM wants it to may be anybody: it gets no letter. */
static void on_auth(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_CONTINUE) {
    Bytes response, challenge = bytes_skip(bytes_from_string(client->reply->str), strlen("334 "));
    bool good = sasl_client_take(client->sasl, challenge, &response);
    byte_buffer_append(&client->out, good ? response : BYTES_LITERAL("*"));
    byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
    smtp_client_expect(client, STEP_AUTH);
    return;
  }
  bool proved = sasl_client_is_satisfied(client->sasl);
  g_clear_pointer(&client->sasl, sasl_client_free);
  if (reply_class != REPLY_OK) {
    fail_by_reply(client);
  } else if (proved) {
    begin_transaction(client);
  } else {
    fail(client, SMTP_RESULT_REFUSED, 0, "The server did not prove that it knows the password", false);
    smtp_client_say_quit(client);
  }
}

static void on_mail(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class != REPLY_OK) {
    client->transaction.sender_refused = true;
    settle_by_reply(client);
    if (client->expected_count == 0) finish(client);
    return;
  }
  client->needs_reset = true;
  if (client->expected_count == 0) send_recipients(client);
}

static void on_recipient(SmtpClient *client, ReplyClass reply_class)
{
  SmtpClientResult *result = smtp_client_take_answered(client);
  if (reply_class != REPLY_OK && result->type == SMTP_RESULT_PENDING)
    *result = (SmtpClientResult){
        .type = result_type(reply_class), .code = client->reply_code, .reply = g_strdup(client->reply->str)};
  if (client->expected_count > 0) return;
  if (client->transaction.sender_refused)
    finish(client);
  else if (!smtp_client_has_named_all(client))
    send_recipients(client);
  else if (smtp_client_count_taken(client) == 0)
    finish(client);
  else if (client->transaction.chunked)
    smtp_client_append_chunk(client);
  else
    append_data(client);
}

/* A server that says 354 though nobody was taken gets nothing (RFC 2920 §3.1). */
static void on_data(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_CONTINUE) {
    smtp_client_append_body(client);
    return;
  }
  settle_by_reply(client);
  finish(client);
}

static void on_chunk(SmtpClient *client, ReplyClass reply_class)
{
  if (reply_class == REPLY_OK) {
    smtp_client_append_chunk(client);
    return;
  }
  settle_by_reply(client);
  finish(client);
}

/* A piece that was refused leaves the transaction in doubt (RFC 3030 §2), a dot never. */
static void on_body(SmtpClient *client, ReplyClass reply_class)
{
  client->needs_reset = client->transaction.chunked && reply_class != REPLY_OK;
  if (reply_class == REPLY_OK)
    smtp_client_settle(client, SMTP_RESULT_DELIVERED, client->reply_code, client->reply->str);
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
    [STEP_GREETING] = on_greeting,   [STEP_EHLO] = on_ehlo,   [STEP_HELO] = on_helo,
    [STEP_AUTH] = on_auth,           [STEP_RESET] = on_reset, [STEP_MAIL] = on_mail,
    [STEP_RECIPIENT] = on_recipient, [STEP_DATA] = on_data,   [STEP_CHUNK] = on_chunk,
    [STEP_BODY] = on_body,           [STEP_QUIT] = on_quit,
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
