/* SPDX-License-Identifier: MIT */
/* What an SMTP server does at each command. A command without a row in `handlers` is answered 502; order is
 * kept by the vocabulary's states. */
#include "mail/address.h"
#include "protocol/smtp/smtp-server-private.h"

typedef void (*Handler)(SmtpServer *server, Bytes argument);

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
  uint32_t auth = smtp_server_get_mechanisms(server);
  smtp_capabilities_append(text, (server->capabilities & ~(uint32_t)SMTP_CAPABILITIES_AUTH) | auth,
                           server->size_limit);
  smtp_server_reply(server, 250, NULL, text->str);
}

static void handle_helo(SmtpServer *server, Bytes argument)
{
  if (!introduce(server, argument)) return;
  server->extended = false;
  g_autofree char *text = g_strconcat(server->host_name, " Hello ", server->client_name, NULL);
  smtp_server_reply(server, 250, NULL, text);
}

static bool is_postmaster(Bytes address)
{
  return bytes_equal_ignore_case(address, "postmaster");
}

/* UTF-8 in an address is for those who announced it (RFC 6531 §3.4). Returns false after a reply. */
static bool may_be_8bit(SmtpServer *server, Bytes address, bool utf8)
{
  static const SmtpRefusal unasked = {553, "5.6.7", "UTF-8 addresses need SMTPUTF8 after MAIL"};
  static const SmtpRefusal unknown = {553, "5.6.7", "Only ASCII addresses are taken here"};
  if (utf8 || !smtp_is_8bit(address)) return true;
  smtp_server_refuse(server, server->capabilities & SMTP_CAPABILITY_SMTPUTF8 ? &unasked : &unknown);
  return false;
}

static bool is_sound(Bytes text)
{
  Address address;
  return address_parse(text, &address) && g_utf8_validate((const char *)text.data, (gssize)text.length, NULL);
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
  if (path.address.length > 0 && !is_sound(path.address)) {
    smtp_server_reply(server, 501, "5.1.7", "Bad sender address");
    return;
  }
  g_autofree char *sender = bytes_dup_string(path.address);
  g_autoptr(Envelope) envelope = envelope_new(sender);
  SmtpRefusal refusal;
  if (!smtp_parse_mail_parameters(path.parameters, server->capabilities, server->size_limit, envelope,
                                  &refusal)) {
    smtp_server_refuse(server, &refusal);
  } else if (may_be_8bit(server, path.address, envelope->utf8)) {
    server->path = g_steal_pointer(&sender);
    server->envelope = g_steal_pointer(&envelope);
    smtp_server_ask(server, ENDPOINT_SENDER);
  }
}

static void handle_rcpt(SmtpServer *server, Bytes argument)
{
  SmtpPath path;
  if (!smtp_parse_path(argument, "TO", &path) || !path.has_brackets || path.has_space) {
    smtp_server_reply(server, 501, "5.5.4", "Syntax: RCPT TO:<address>");
    return;
  }
  if (!is_sound(path.address) && !is_postmaster(path.address)) {
    smtp_server_reply(server, 501, "5.1.3", "Bad recipient address");
    return;
  }
  SmtpRefusal refusal;
  server->request = (EnvelopeRequest){0};
  if (!smtp_parse_recipient_parameters(path.parameters, server->capabilities, &server->request, &refusal)) {
    smtp_server_refuse(server, &refusal);
  } else if (!may_be_8bit(server, path.address, server->envelope->utf8)) {
    server->refused_recipients = true;
  } else if (server->envelope->recipients->len >= server->recipient_limit) {
    smtp_server_reply(server, 452, "4.5.3", "Too many recipients");
  } else {
    server->path = bytes_dup_string(path.address);
    smtp_server_ask(server, ENDPOINT_RECIPIENT);
    return;
  }
  g_clear_pointer(&server->request.original, g_free);
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
  if (!lacks_argument(server, argument)) return;
  if (server->envelope->body == ENVELOPE_BODY_BINARYMIME) {
    smtp_server_reply(server, 503, "5.5.1", "BINARYMIME needs BDAT");
    return;
  }
  smtp_server_reply(server, 354, NULL, "Start mail input; end with <CRLF>.<CRLF>");
  dot_body_begin(&server->body);
}

static void handle_bdat(SmtpServer *server, Bytes argument)
{
  uint64_t size;
  bool last;
  if (smtp_parse_bdat(argument, &size, &last)) {
    smtp_server_begin_chunk(server, size, last, NULL);
    return;
  }
  /* nobody knows how many bytes follow: this transaction is lost */
  smtp_server_forget_transaction(server);
  smtp_server_reply(server, 501, "5.5.4", "Syntax: BDAT size [LAST]");
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

/* VRFY and EXPN ask the owner where they are offered. Elsewhere 252 for both: a stranger shall not learn who
 * lives here (RFC 5321 §7.3). */
static void look_up(SmtpServer *server, Bytes argument, EndpointEventType event, const char *discreet)
{
  bool verify = event == ENDPOINT_VERIFY;
  Bytes rest = argument, word, value, last = BYTES_EMPTY;
  while (smtp_next_parameter(&rest, &word, &value))
    last = word;
  bool offered = (server->capabilities & SMTP_CAPABILITY_SMTPUTF8) != 0;
  server->utf8 = offered && last.data != argument.data && bytes_equal_ignore_case(last, "SMTPUTF8");
  if (server->utf8) argument.length = (size_t)(last.data - argument.data);
  while (argument.length > 0 && argument.data[argument.length - 1] == ' ')
    argument.length--;
  if (argument.length == 0) {
    smtp_server_reply(server, 501, "5.5.4", verify ? "Syntax: VRFY address" : "Syntax: EXPN list");
  } else if ((server->capabilities & (verify ? SMTP_CAPABILITY_VRFY : SMTP_CAPABILITY_EXPN)) == 0) {
    smtp_server_reply(server, 252, "2.0.0", discreet);
  } else if (may_be_8bit(server, argument, server->utf8)) {
    server->path = bytes_dup_string(argument);
    smtp_server_ask(server, event);
  }
}

static void handle_vrfy(SmtpServer *server, Bytes argument)
{
  look_up(server, argument, ENDPOINT_VERIFY, "Cannot verify the user, but will try to deliver");
}

static void handle_expn(SmtpServer *server, Bytes argument)
{
  look_up(server, argument, ENDPOINT_EXPAND, "Cannot show the list, but will try to deliver");
}

static void handle_quit(SmtpServer *server, Bytes argument)
{
  if (!lacks_argument(server, argument)) return;
  g_autofree char *text = g_strconcat(server->host_name, " closing connection", NULL);
  smtp_server_reply(server, 221, "2.0.0", text);
}

static void handle_help(SmtpServer *server, Bytes argument);

static const Handler handlers[SMTP_WORD_COUNT] = {
    [SMTP_HELO] = handle_helo, [SMTP_EHLO] = handle_ehlo, [SMTP_MAIL] = handle_mail,
    [SMTP_RCPT] = handle_rcpt, [SMTP_DATA] = handle_data, [SMTP_RSET] = handle_rset,
    [SMTP_VRFY] = handle_vrfy, [SMTP_EXPN] = handle_expn, [SMTP_HELP] = handle_help,
    [SMTP_NOOP] = handle_noop, [SMTP_QUIT] = handle_quit, [SMTP_AUTH] = smtp_server_handle_auth,
    [SMTP_BDAT] = handle_bdat,
};

static Handler find_handler(const SmtpServer *server, uint16_t word)
{
  uint32_t needed = word == SMTP_AUTH   ? SMTP_CAPABILITIES_AUTH
                    : word == SMTP_BDAT ? SMTP_CAPABILITY_CHUNKING
                                        : 0;
  if (word >= SMTP_WORD_COUNT || (needed != 0 && (server->capabilities & needed) == 0)) return NULL;
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

static const char *wrong_order_text(const SmtpServer *server)
{
  bool body = server->word == SMTP_DATA || server->word == SMTP_BDAT;
  if (server->state == SMTP_STATE_GREETING) return "No mail service here";
  if (server->state == SMTP_STATE_CONNECTED) return "Say EHLO or HELO first";
  if (server->state == SMTP_STATE_DATA) return "More BDAT is expected";
  if (server->word == SMTP_MAIL) return "Sender already given";
  if (server->word == SMTP_RCPT || (body && server->envelope == NULL)) return "Need MAIL first";
  if (body) return "Need RCPT first";
  if (server->word == SMTP_AUTH) return "Not during a transaction";
  return "Not now";
}

/* The command is known, and out of order. It changes no state, whatever its row says; a piece that comes with
 * it is swallowed first (RFC 3030 §2). */
static void refuse_order(SmtpServer *server, Bytes argument)
{
  bool body = server->word == SMTP_DATA || server->word == SMTP_BDAT;
  bool nobody_left = body && server->refused_recipients && server->envelope != NULL &&
                     server->envelope->recipients->len == 0;
  const SmtpRefusal refusal = {nobody_left ? 554 : 503, "5.5.1",
                               nobody_left ? "No valid recipients" : wrong_order_text(server)};
  uint64_t size;
  bool last;
  bool swallow = server->word == SMTP_BDAT && smtp_parse_bdat(argument, &size, &last);
  server->word = VOCABULARY_UNKNOWN;
  if (swallow)
    smtp_server_begin_chunk(server, size, last, &refusal);
  else
    smtp_server_refuse(server, &refusal);
}

/* A page in a browser can make it send any text to any port; mail programs never say these. */
static bool is_from_browser(const SmtpCommand *command)
{
  return bytes_equal_ignore_case(command->verb, "POST") || bytes_equal_ignore_case(command->verb, "PUT") ||
         bytes_equal_ignore_case(command->verb, "CONNECT");
}

void smtp_server_command(SmtpServer *server, Bytes line)
{
  SmtpCommand command;
  smtp_parse_command(line, &command);
  Handler handler = find_handler(server, command.word);
  server->word = handler == NULL ? VOCABULARY_UNKNOWN : command.word;
  if (is_from_browser(&command))
    smtp_server_say_goodbye(server, "4.7.0", "This is a mail server");
  else if (command.word == VOCABULARY_UNKNOWN)
    smtp_server_reply(server, 500, "5.5.2", "Command not recognized");
  else if (handler == NULL)
    smtp_server_reply(server, 502, "5.5.1", "Command not implemented");
  else if ((smtp_vocabulary.words[command.word].states & (1u << server->state)) == 0)
    refuse_order(server, command.argument);
  else
    handler(server, command.argument);
}
