/* SPDX-License-Identifier: MIT */
/* What an SMTP server does at each command. A command without a row in `handlers` is answered 502; order is
 * kept by the vocabulary's states. */
#include "mail/address.h"
#include "protocol/sasl/sasl-message.h"
#include "protocol/smtp/smtp-server-private.h"

typedef void (*Handler)(SmtpServer *server, Bytes argument);

/* Appends the capabilities that EHLO's reply lists, one a line. */
static void append_capabilities(const SmtpServer *server, GString *text)
{
  static const struct {
    uint32_t bit;
    const char *line;
  } capabilities[] = {
      {SMTP_CAPABILITY_PIPELINING, "PIPELINING"},
      {SMTP_CAPABILITY_8BITMIME, "8BITMIME"},
      {SMTP_CAPABILITY_ENHANCED_STATUS_CODES, "ENHANCEDSTATUSCODES"},
      {SMTP_CAPABILITY_HELP, "HELP"},
  };
  if ((server->capabilities & SMTP_CAPABILITY_SIZE) != 0)
    g_string_append_printf(text, "\nSIZE %" G_GUINT64_FORMAT, server->size_limit);
  if ((server->capabilities & (SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN)) != 0)
    g_string_append_printf(text, "\nAUTH%s%s",
                           server->capabilities & SMTP_CAPABILITY_AUTH_PLAIN ? " PLAIN" : "",
                           server->capabilities & SMTP_CAPABILITY_AUTH_LOGIN ? " LOGIN" : "");
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++)
    if ((server->capabilities & capabilities[i].bit) != 0)
      g_string_append_printf(text, "\n%s", capabilities[i].line);
}

static bool introduce(SmtpServer *server, Bytes argument)
{
  if (!address_is_domain(argument)) {
    smtp_server_reply(server, 501, "5.5.4", "Say your domain name, or your address in brackets");
    return false;
  }
  smtp_server_forget_transaction(server);
  g_free(server->client_name);
  server->client_name = bytes_dup_string(argument);
  return true;
}

/* Neither reply has an enhanced code (RFC 2034 §3). */
static void handle_ehlo(SmtpServer *server, Bytes argument)
{
  if (!introduce(server, argument)) return;
  server->extended = true;
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "%s Hello %s", server->host_name, server->client_name);
  append_capabilities(server, text);
  smtp_server_reply(server, 250, NULL, text->str);
}

static void handle_helo(SmtpServer *server, Bytes argument)
{
  if (!introduce(server, argument)) return;
  server->extended = false;
  g_autofree char *text = g_strdup_printf("%s Hello %s", server->host_name, server->client_name);
  smtp_server_reply(server, 250, NULL, text);
}

/* Replies to a MAIL parameter we cannot honour. Returns true when it is fine. */
static bool take_parameter(SmtpServer *server, Bytes keyword, Bytes value)
{
  uint64_t size;
  if (bytes_equal_ignore_case(keyword, "SIZE") && (server->capabilities & SMTP_CAPABILITY_SIZE) != 0) {
    if (!smtp_parse_number(value, &size))
      smtp_server_reply(server, 501, "5.5.4", "SIZE needs a number of bytes");
    else if (size > server->size_limit)
      smtp_server_reply(server, 552, "5.3.4", "Message size exceeds fixed limit");
    else
      return true;
    return false;
  }
  if (bytes_equal_ignore_case(keyword, "BODY") && (server->capabilities & SMTP_CAPABILITY_8BITMIME) != 0) {
    if (bytes_equal_ignore_case(value, "7BIT") || bytes_equal_ignore_case(value, "8BITMIME")) return true;
    smtp_server_reply(server, 501, "5.5.4", "BODY is 7BIT or 8BITMIME");
    return false;
  }
  if (bytes_equal_ignore_case(keyword, "AUTH") &&
      (server->capabilities & (SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN)) != 0)
    return true;
  smtp_server_reply(server, 555, "5.5.4", "Parameter not known");
  return false;
}

static bool is_postmaster(Bytes address)
{
  return bytes_equal_ignore_case(address, "postmaster");
}

static void handle_mail(SmtpServer *server, Bytes argument)
{
  if (server->auth_required && server->user == NULL) {
    smtp_server_reply(server, 530, "5.7.0", "Authentication required");
    return;
  }
  SmtpPath path;
  if (!smtp_parse_path(argument, "FROM", &path) || !path.has_brackets || path.has_space) {
    smtp_server_reply(server, 501, "5.5.4", "Syntax: MAIL FROM:<address>");
    return;
  }
  Address address;
  if (path.address.length > 0 && !address_parse(path.address, &address)) {
    smtp_server_reply(server, 501, "5.1.7", "Bad sender address");
    return;
  }
  Bytes rest = path.parameters, keyword, value;
  while (smtp_next_parameter(&rest, &keyword, &value))
    if (!take_parameter(server, keyword, value)) return;
  server->path = bytes_dup_string(path.address);
  smtp_server_ask(server, ENDPOINT_SENDER);
}

static void handle_rcpt(SmtpServer *server, Bytes argument)
{
  SmtpPath path;
  if (!smtp_parse_path(argument, "TO", &path) || !path.has_brackets || path.has_space) {
    smtp_server_reply(server, 501, "5.5.4", "Syntax: RCPT TO:<address>");
    return;
  }
  Address address;
  Bytes rest = path.parameters, keyword, value;
  if (!address_parse(path.address, &address) && !is_postmaster(path.address)) {
    smtp_server_reply(server, 501, "5.1.3", "Bad recipient address");
  } else if (smtp_next_parameter(&rest, &keyword, &value)) {
    smtp_server_reply(server, 555, "5.5.4", "Parameter not known");
  } else if (server->envelope->recipients->len >= server->recipient_limit) {
    smtp_server_reply(server, 452, "4.5.3", "Too many recipients");
  } else {
    server->path = bytes_dup_string(path.address);
    smtp_server_ask(server, ENDPOINT_RECIPIENT);
  }
}

/* Returns true when the command came without argument, as it must; else replies. */
static bool lacks_argument(SmtpServer *server, Bytes argument)
{
  if (argument.length == 0) return true;
  g_autofree char *text = g_strdup_printf("%s takes no argument", smtp_vocabulary.words[server->word].word);
  smtp_server_reply(server, 501, "5.5.4", text);
  return false;
}

static void handle_data(SmtpServer *server, Bytes argument)
{
  if (lacks_argument(server, argument))
    smtp_server_reply(server, 354, NULL, "Start mail input; end with <CRLF>.<CRLF>");
}

static void handle_rset(SmtpServer *server, Bytes argument)
{
  if (!lacks_argument(server, argument)) return;
  smtp_server_forget_transaction(server);
  /* Before EHLO there is nothing to go back to: the table's next state is for later. */
  if (server->state == SMTP_STATE_CONNECTED) server->word = SMTP_NOOP;
  smtp_server_reply(server, 250, "2.0.0", "Reset");
}

static void handle_noop(SmtpServer *server, Bytes argument)
{
  (void)argument; /* a string that is ignored, RFC 5321 §4.1.1.9 */
  smtp_server_reply(server, 250, "2.0.0", "OK");
}

/* 252 for both: a stranger shall not learn who lives here (RFC 5321 §7.3). */
static void handle_vrfy(SmtpServer *server, Bytes argument)
{
  if (argument.length == 0)
    smtp_server_reply(server, 501, "5.5.4", "Syntax: VRFY address");
  else
    smtp_server_reply(server, 252, "2.0.0", "Cannot verify the user, but will try to deliver");
}

static void handle_expn(SmtpServer *server, Bytes argument)
{
  if (argument.length == 0)
    smtp_server_reply(server, 501, "5.5.4", "Syntax: EXPN list");
  else
    smtp_server_reply(server, 252, "2.0.0", "Cannot show the list, but will try to deliver");
}

static void handle_quit(SmtpServer *server, Bytes argument)
{
  if (!lacks_argument(server, argument)) return;
  g_autofree char *text = g_strdup_printf("%s closing connection", server->host_name);
  smtp_server_reply(server, 221, "2.0.0", text);
}

static bool offers_auth(const SmtpServer *server)
{
  return (server->capabilities & (SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN)) != 0;
}

static void handle_auth(SmtpServer *server, Bytes argument)
{
  Bytes mechanism, initial;
  smtp_parse_auth(argument, &mechanism, &initial);
  bool plain =
      bytes_equal_ignore_case(mechanism, "PLAIN") && (server->capabilities & SMTP_CAPABILITY_AUTH_PLAIN) != 0;
  bool login =
      bytes_equal_ignore_case(mechanism, "LOGIN") && (server->capabilities & SMTP_CAPABILITY_AUTH_LOGIN) != 0;
  if (server->user != NULL) {
    smtp_server_reply(server, 503, "5.5.1", "Already authenticated");
  } else if (argument.length == 0) {
    smtp_server_reply(server, 501, "5.5.4", "Syntax: AUTH mechanism");
  } else if (!plain && !login) {
    smtp_server_reply(server, 504, "5.5.4", "Authentication mechanism not known");
  } else {
    server->auth_mechanism = plain ? "PLAIN" : "LOGIN";
    server->auth_step = plain ? AUTH_STEP_PLAIN : AUTH_STEP_USER;
    if (initial.length > 0)
      smtp_server_auth_response(server, initial);
    else
      smtp_server_reply(server, 334, NULL, plain ? "" : "VXNlcm5hbWU6");
  }
}

/* Takes the decoded response of the step at hand. Returns false when it is not what the mechanism asks for.
 */
static bool take_auth_step(SmtpServer *server, Bytes decoded)
{
  Bytes authorization, user, secret;
  switch (server->auth_step) {
  case AUTH_STEP_PLAIN:
    if (!sasl_parse_plain(decoded, &authorization, &user, &secret)) return false;
    byte_buffer_append(&server->auth_user, user);
    byte_buffer_append(&server->auth_secret, secret);
    break;
  case AUTH_STEP_USER:
    byte_buffer_append(&server->auth_user, decoded);
    server->auth_step = AUTH_STEP_PASSWORD;
    smtp_server_reply(server, 334, NULL, "UGFzc3dvcmQ6");
    return true;
  case AUTH_STEP_PASSWORD:
    byte_buffer_append(&server->auth_secret, decoded);
    break;
  }
  smtp_server_ask(server, ENDPOINT_AUTHENTICATE);
  return true;
}

void smtp_server_auth_response(SmtpServer *server, Bytes line)
{
  if (server->state == SMTP_STATE_AUTH) server->word = SMTP_AUTH_RESPONSE;
  ByteBuffer decoded = {0};
  bool empty = bytes_equal(line, BYTES_LITERAL("="));
  if (bytes_equal(line, BYTES_LITERAL("*"))) {
    smtp_server_reply(server, 501, "5.7.0", "Authentication cancelled");
  } else if (!empty && !sasl_append_decoded(&decoded, line)) {
    smtp_server_reply(server, 501, "5.5.2", "Cannot decode base64");
  } else if (!take_auth_step(server, byte_buffer_view(&decoded))) {
    smtp_server_reply(server, 501, "5.5.2", "Cannot read the response");
  }
  if (server->event != ENDPOINT_AUTHENTICATE && server->state != SMTP_STATE_AUTH) {
    byte_buffer_clear(&server->auth_user);
    byte_buffer_clear(&server->auth_secret);
  }
  byte_buffer_clear(&decoded);
}

static void handle_help(SmtpServer *server, Bytes argument);

static const Handler handlers[SMTP_WORD_COUNT] = {
    [SMTP_HELO] = handle_helo, [SMTP_EHLO] = handle_ehlo, [SMTP_MAIL] = handle_mail,
    [SMTP_RCPT] = handle_rcpt, [SMTP_DATA] = handle_data, [SMTP_RSET] = handle_rset,
    [SMTP_VRFY] = handle_vrfy, [SMTP_EXPN] = handle_expn, [SMTP_HELP] = handle_help,
    [SMTP_NOOP] = handle_noop, [SMTP_QUIT] = handle_quit, [SMTP_AUTH] = handle_auth,
};

static Handler find_handler(const SmtpServer *server, uint16_t word)
{
  if (word >= SMTP_WORD_COUNT || (word == SMTP_AUTH && !offers_auth(server))) return NULL;
  return handlers[word];
}

static void handle_help(SmtpServer *server, Bytes argument)
{
  g_autoptr(GString) text = g_string_new(NULL);
  if (argument.length == 0) {
    g_string_append(text, "Commands:\n");
    for (uint16_t i = 0; i < SMTP_WORD_COUNT; i++)
      if (find_handler(server, i) != NULL) g_string_append_printf(text, "%s ", smtp_vocabulary.words[i].word);
    g_string_truncate(text, text->len - 1);
    g_string_append(text, "\nHELP and a command tells more");
    smtp_server_reply(server, 214, "2.0.0", text->str);
    return;
  }
  uint16_t word = vocabulary_find_word(&smtp_vocabulary, argument);
  if (find_handler(server, word) == NULL) {
    smtp_server_reply(server, 504, "5.5.4", "No help for that");
    return;
  }
  const VocabularyWord *row = &smtp_vocabulary.words[word];
  g_string_append_printf(text, "%s%s%s", row->word, *row->grammar == '\0' ? "" : " ", row->grammar);
  smtp_server_reply(server, 214, "2.0.0", text->str);
}

/* The command is known, and out of order. */
static void reply_wrong_order(SmtpServer *server)
{
  bool introduced = server->state != SMTP_STATE_CONNECTED;
  const char *text = "Not now";
  if (!introduced)
    text = "Say EHLO or HELO first";
  else if (server->word == SMTP_MAIL)
    text = "Sender already given";
  else if (server->word == SMTP_RCPT || (server->word == SMTP_DATA && server->envelope == NULL))
    text = "Need MAIL first";
  else if (server->word == SMTP_DATA)
    text = "Need RCPT first";
  else if (server->word == SMTP_AUTH)
    text = "Not during a transaction";
  bool nobody_left = server->word == SMTP_DATA && server->refused_recipients;
  /* A command that was not allowed changes no state, whatever its row says. */
  server->word = VOCABULARY_UNKNOWN;
  if (nobody_left)
    smtp_server_reply(server, 554, "5.5.1", "No valid recipients");
  else
    smtp_server_reply(server, 503, "5.5.1", text);
}

void smtp_server_command(SmtpServer *server, Bytes line)
{
  SmtpCommand command;
  smtp_parse_command(line, &command);
  Handler handler = find_handler(server, command.word);
  server->word = handler == NULL ? VOCABULARY_UNKNOWN : command.word;
  if (command.word == VOCABULARY_UNKNOWN)
    smtp_server_reply(server, 500, "5.5.2", "Command not recognized");
  else if (handler == NULL)
    smtp_server_reply(server, 502, "5.5.1", "Command not implemented");
  else if ((smtp_vocabulary.words[command.word].states & (1u << server->state)) == 0)
    reply_wrong_order(server);
  else
    handler(server, command.argument);
}
