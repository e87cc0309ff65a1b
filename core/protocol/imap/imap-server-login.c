/* SPDX-License-Identifier: MIT */
/* How a client of an IMAP server becomes a user: LOGIN, AUTHENTICATE. */
#include "protocol/imap/imap-server-private.h"

#define FAILED_LOGINS_MAX 5u

static void forget_login(ImapServer *server)
{
  g_clear_pointer(&server->secret, endpoint_wipe);
  g_clear_pointer(&server->sasl, sasl_server_free);
}

void imap_server_handle_login(ImapServer *server, Bytes argument)
{
  ByteBuffer user = {0}, secret = {0};
  bool sound = imap_take_astring(&argument, &user, false) && imap_take_byte(&argument, ' ') &&
               imap_take_astring(&argument, &secret, false) && argument.length == 0;
  forget_login(server);
  if (!sound) {
    imap_server_bad(server, "LOGIN wants a user name and a password");
  } else if (server->no_login) {
    imap_server_no(server, "[PRIVACYREQUIRED] LOGIN is not allowed here; AUTHENTICATE is");
  } else {
    g_free(server->user);
    server->user = bytes_dup_string(byte_buffer_view(&user));
    server->secret = bytes_dup_string(byte_buffer_view(&secret));
    imap_server_ask(server, ENDPOINT_AUTHENTICATE);
  }
  byte_buffer_clear(&user);
  byte_buffer_clear(&secret);
}

static void refuse_login(ImapServer *server, const char *text)
{
  forget_login(server);
  g_clear_pointer(&server->user, g_free);
  imap_server_no(server, text != NULL ? text : "[AUTHENTICATIONFAILED] Wrong user name or password");
  if (++server->failed_logins < FAILED_LOGINS_MAX || server->closing) return;
  imap_server_say(server, "BYE Too many failed log-ins");
  imap_server_close(server);
}

/* Does what the exchange wants next; text: the owner's words where it refused, or NULL. */
static void follow_sasl(ImapServer *server, SaslServerStep step, const char *text)
{
  EndpointEvent question = {0};
  switch (step) {
  case SASL_SERVER_CHALLENGE:
    byte_buffer_append(&server->out, BYTES_LITERAL("+ "));
    byte_buffer_append(&server->out, sasl_server_get_challenge(server->sasl));
    byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
    server->input = IMAP_INPUT_SASL;
    break;
  case SASL_SERVER_ASK:
    sasl_server_get_question(server->sasl, &question);
    g_free(server->user);
    server->user = bytes_dup_string(question.user);
    imap_server_ask(server, ENDPOINT_AUTHENTICATE);
    break;
  case SASL_SERVER_ACCEPTED:
    forget_login(server);
    imap_server_ask(server, ENDPOINT_OPEN_MAILBOX);
    break;
  case SASL_SERVER_REFUSED:
    refuse_login(server, text);
    break;
  default:
    forget_login(server);
    g_clear_pointer(&server->user, g_free);
    imap_server_bad(server, step == SASL_SERVER_CANCELLED ? "The log-in was given up"
                                                          : "This is not what the mechanism wants");
  }
}

void imap_server_handle_authenticate(ImapServer *server, Bytes argument)
{
  Bytes mechanism = imap_take_atom(&argument);
  bool initial = imap_take_byte(&argument, ' ');
  forget_login(server);
  if (mechanism.length == 0 || (!initial && argument.length > 0)) {
    imap_server_bad(server, "AUTHENTICATE wants a mechanism");
    return;
  }
  const char *const *offered = (const char *const *)server->mechanisms;
  if (offered != NULL && sasl_names_find(offered, mechanism) != NULL)
    server->sasl = sasl_server_new(mechanism, &(SaslServerConfig){server->host_name, server->nonce});
  if (server->sasl == NULL) {
    imap_server_no(server, "[CANNOT] This mechanism is not offered");
    return;
  }
  follow_sasl(server, initial ? sasl_server_take(server->sasl, argument) : sasl_server_begin(server->sasl),
              NULL);
}

void imap_server_take_sasl(ImapServer *server, Bytes line)
{
  server->input = IMAP_INPUT_COMMAND;
  follow_sasl(server, sasl_server_take(server->sasl, line), NULL);
}

void imap_server_answer_login(ImapServer *server, const EndpointVerdict *verdict)
{
  if (server->sasl != NULL) {
    follow_sasl(server, sasl_server_answer(server->sasl, verdict), verdict->text);
    return;
  }
  forget_login(server);
  if (verdict->accepted)
    imap_server_ask(server, ENDPOINT_OPEN_MAILBOX);
  else
    refuse_login(server, verdict->text);
}

void imap_server_answer_open(ImapServer *server, const EndpointVerdict *verdict)
{
  if (!verdict->accepted) {
    g_clear_pointer(&server->user, g_free);
    imap_server_no(server, verdict->text != NULL ? verdict->text : "[UNAVAILABLE] Your mail cannot be read");
    return;
  }
  g_assert(verdict->object != NULL);
  server->folders = verdict->object;
  imap_server_set_state(server, IMAP_AUTHENTICATED, "log-in");
  ByteBuffer text = {0};
  byte_buffer_append(&text, BYTES_LITERAL("[CAPABILITY "));
  imap_server_append_capabilities(server, &text);
  byte_buffer_append_format(&text, "] %s", verdict->text != NULL ? verdict->text : "Logged in");
  g_autofree char *line = bytes_dup_string(byte_buffer_view(&text));
  imap_server_ok(server, line);
  byte_buffer_clear(&text);
}
