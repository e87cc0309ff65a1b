/* SPDX-License-Identifier: MIT */
/* What a POP3 server does before a mailbox is open: who are you, may we go on under TLS, in which letters and
 * words; and CAPA, which tells what of that is offered. */
#include "protocol/pop3/pop3-server-private.h"
#include "protocol/sasl/sasl-spoken.h"

#define FAILED_LOGINS_MAX 5u
#define WRONG_LOGIN "[AUTH] Wrong user name or password"

static void handle_user(Pop3Server *server, Bytes argument)
{
  if (argument.length == 0) {
    pop3_server_reply_error(server, "Syntax: USER name");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(argument);
  /* The same words for everybody: a stranger shall not learn who lives here. */
  pop3_server_reply_ok(server, "Send the password");
}

static void begin_login(Pop3Server *server, const char *mechanism, Bytes secret)
{
  server->mechanism = mechanism;
  server->secret = bytes_dup_string(secret);
  pop3_server_ask(server, ENDPOINT_AUTHENTICATE);
}

static void handle_pass(Pop3Server *server, Bytes argument)
{
  if (server->user == NULL)
    pop3_server_reply_error(server, "Say USER first");
  else if (argument.length == 0)
    pop3_server_reply_error(server, "Syntax: PASS password");
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
    pop3_server_reply_error(server, "Syntax: APOP name digest");
    return;
  }
  g_free(server->user);
  server->user = bytes_dup_string(bytes_slice(argument, 0, split - 1));
  begin_login(server, "APOP", bytes_skip(argument, split));
}

/* text: the owner's words, or NULL. */
static void refuse_login(Pop3Server *server, const char *text)
{
  g_clear_pointer(&server->user, g_free);
  g_clear_pointer(&server->sasl, sasl_server_free);
  pop3_server_reply_error(server, text != NULL ? text : WRONG_LOGIN);
  if (++server->failed_logins >= FAILED_LOGINS_MAX && !server->closing) pop3_server_close(server);
}

static void accept_login(Pop3Server *server)
{
  g_clear_pointer(&server->sasl, sasl_server_free);
  pop3_server_ask(server, ENDPOINT_OPEN_MAILBOX);
}

static void give_up_sasl(Pop3Server *server, const char *text)
{
  g_clear_pointer(&server->sasl, sasl_server_free);
  pop3_server_reply_error(server, text);
}

static void ask_about_sasl(Pop3Server *server)
{
  EndpointEvent question = {.type = ENDPOINT_AUTHENTICATE};
  sasl_server_get_question(server->sasl, &question);
  g_free(server->user);
  server->user = bytes_dup_string(question.user);
  pop3_server_ask(server, ENDPOINT_AUTHENTICATE);
}

static void follow_sasl(Pop3Server *server, SaslServerStep step, const char *owner_words)
{
  switch (step) {
  case SASL_SERVER_CHALLENGE:
    byte_buffer_append(&server->out, BYTES_LITERAL("+ "));
    byte_buffer_append(&server->out, sasl_server_get_challenge(server->sasl));
    byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
    break;
  case SASL_SERVER_ASK:
    ask_about_sasl(server);
    break;
  case SASL_SERVER_ACCEPTED:
    accept_login(server);
    break;
  case SASL_SERVER_REFUSED:
    refuse_login(server, owner_words);
    break;
  case SASL_SERVER_CANCELLED:
    give_up_sasl(server, "Log-in cancelled");
    break;
  case SASL_SERVER_MALFORMED:
    give_up_sasl(server, "Cannot read this line of the log-in");
    break;
  }
}

void pop3_server_sasl_line(Pop3Server *server, Bytes line, bool too_long)
{
  if (too_long)
    give_up_sasl(server, "Line too long");
  else
    follow_sasl(server, sasl_server_take(server->sasl, line), NULL);
}

/* AUTH alone, an old habit, asks for the list. */
static void list_mechanisms(Pop3Server *server)
{
  pop3_server_reply_ok(server, "These are the mechanisms");
  for (char **name = server->mechanisms; *name != NULL; name++)
    byte_buffer_append_format(&server->out, "%s\r\n", *name);
  byte_buffer_append(&server->out, BYTES_LITERAL(".\r\n"));
}

static void handle_auth(Pop3Server *server, Bytes argument)
{
  Bytes mechanism = pop3_next_word(&argument);
  if (mechanism.length == 0) {
    list_mechanisms(server);
    return;
  }
  const char *name = sasl_names_find((const char *const *)server->mechanisms, mechanism);
  if (name == NULL) {
    pop3_server_reply_error(server, "Mechanism not offered");
    return;
  }
  g_autofree char *nonce =
      g_strdup_printf("%s%u", server->nonce == NULL ? "" : server->nonce, ++server->exchanges);
  server->sasl = sasl_server_new(bytes_from_string(name),
                                 &(SaslServerConfig){.host_name = server->host_name, .nonce = nonce});
  follow_sasl(server,
              argument.length == 0 ? sasl_server_begin(server->sasl)
                                   : sasl_server_take(server->sasl, argument),
              NULL);
}

void pop3_server_answer_login(Pop3Server *server, const EndpointVerdict *verdict)
{
  g_clear_pointer(&server->secret, endpoint_wipe);
  if (server->sasl != NULL)
    follow_sasl(server, sasl_server_answer(server->sasl, verdict), verdict->text);
  else if (verdict->accepted)
    accept_login(server);
  else
    refuse_login(server, verdict->text);
}

static void handle_capa(Pop3Server *server, Bytes argument)
{
  (void)argument;
  pop3_server_reply_ok(server, "This is what I can do");
  byte_buffer_append(&server->out, BYTES_LITERAL("TOP\r\nUIDL\r\nUSER\r\n"));
  if (server->mechanisms != NULL) {
    g_autofree char *names = sasl_names_join((const char *const *)server->mechanisms);
    byte_buffer_append_format(&server->out, "SASL %s\r\n", names);
  }
  byte_buffer_append(&server->out, BYTES_LITERAL("RESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n"));
  if (server->login_delay > 0)
    byte_buffer_append_format(&server->out, "LOGIN-DELAY %u\r\n", server->login_delay);
  if (server->offer_stls) byte_buffer_append(&server->out, BYTES_LITERAL("STLS\r\n"));
  if (server->offer_utf8) byte_buffer_append(&server->out, BYTES_LITERAL("UTF8\r\n"));
  if (server->offer_lang) byte_buffer_append(&server->out, BYTES_LITERAL("LANG\r\n"));
  byte_buffer_append(&server->out, BYTES_LITERAL("EXPIRE NEVER\r\nIMPLEMENTATION Carteiro\r\n.\r\n"));
}

static void handle_stls(Pop3Server *server, Bytes argument)
{
  (void)argument;
  pop3_server_ask(server, ENDPOINT_UPGRADE);
}

/* What came in clear is forgotten: neither what was learned of the client, nor lines sent too early, pass
 * into the safe session (RFC 2595 §4). */
void pop3_server_answer_upgrade(Pop3Server *server, const EndpointVerdict *verdict)
{
  if (!verdict->accepted) {
    pop3_server_reply_error(server, verdict->text != NULL ? verdict->text : "TLS is not available now");
    return;
  }
  line_input_clear(&server->in);
  g_clear_pointer(&server->user, g_free);
  server->offer_stls = false;
  pop3_server_reply_ok(server, verdict->text != NULL ? verdict->text : "Begin TLS now");
}

static void handle_utf8(Pop3Server *server, Bytes argument)
{
  (void)argument;
  server->utf8 = true;
  pop3_server_reply_ok(server, "UTF-8 it is");
}

static const struct {
  const char *tag, *name;
} languages[] = {{"en", "English"}, {"i-default", "English, for whoever asked for nothing"}};

static void handle_lang(Pop3Server *server, Bytes argument)
{
  if (argument.length == 0) {
    pop3_server_reply_ok(server, "These are the languages");
    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++)
      byte_buffer_append_format(&server->out, "%s %s\r\n", languages[i].tag, languages[i].name);
    byte_buffer_append(&server->out, BYTES_LITERAL(".\r\n"));
    return;
  }
  const char *found = bytes_equal(argument, BYTES_LITERAL("*")) ? "i-default" : NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(languages); i++)
    if (bytes_equal_ignore_case(argument, languages[i].tag)) found = languages[i].tag;
  if (found == NULL) {
    pop3_server_reply_error(server, "I do not speak that language");
    return;
  }
  byte_buffer_append_format(&server->out, "+OK %s This language it is\r\n", found);
}

Pop3Handler pop3_server_find_login(const Pop3Server *server, uint16_t word)
{
  switch (word) {
  case POP3_USER:
    return handle_user;
  case POP3_PASS:
    return handle_pass;
  case POP3_APOP:
    return server->apop_stamp == NULL ? NULL : handle_apop;
  case POP3_AUTH:
    return server->mechanisms == NULL ? NULL : handle_auth;
  case POP3_CAPA:
    return handle_capa;
  case POP3_STLS:
    return server->offer_stls ? handle_stls : NULL;
  case POP3_UTF8:
    return server->offer_utf8 ? handle_utf8 : NULL;
  case POP3_LANG:
    return server->offer_lang ? handle_lang : NULL;
  default:
    return NULL;
  }
}
