/* SPDX-License-Identifier: MIT */
/* AUTH (RFC 4954): the mechanisms speak through sasl-server, the owner judges. */
#include "protocol/sasl/sasl-message.h"
#include "protocol/smtp/smtp-server-private.h"

#define IN_CLEAR (SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN)
#define NEEDS_NONCE (SMTP_CAPABILITIES_AUTH & ~(uint32_t)IN_CLEAR)

/* Those we could speak; of them some are not listed while the line is in clear. */
static uint32_t known_mechanisms(const SmtpServer *server)
{
  uint32_t known = server->capabilities & SMTP_CAPABILITIES_AUTH;
  return server->nonce == NULL ? known & ~NEEDS_NONCE : known;
}

uint32_t smtp_server_get_mechanisms(const SmtpServer *server)
{
  uint32_t known = known_mechanisms(server);
  return server->encryption_for_log_in ? known & ~(uint32_t)IN_CLEAR : known;
}

void smtp_server_end_auth(SmtpServer *server)
{
  g_clear_pointer(&server->sasl, sasl_server_free);
  g_clear_pointer(&server->auth_user, g_free);
}

static void say_challenge(SmtpServer *server)
{
  g_autofree char *text = bytes_dup_string(sasl_server_get_challenge(server->sasl));
  smtp_server_reply(server, 334, NULL, text);
}

static void say_malformed(SmtpServer *server, Bytes line)
{
  ByteBuffer decoded = {0};
  bool base64 = bytes_equal(line, BYTES_LITERAL("=")) || sasl_append_decoded(&decoded, line);
  byte_buffer_clear(&decoded);
  smtp_server_reply(server, 501, "5.5.2", base64 ? "Cannot read the response" : "Cannot decode base64");
}

/* What the step that line led to says; the owner's words come elsewhere. */
static void go_on(SmtpServer *server, SaslServerStep step, Bytes line)
{
  if (step == SASL_SERVER_CHALLENGE) {
    say_challenge(server);
    return;
  }
  if (step == SASL_SERVER_ASK) {
    smtp_server_ask(server, ENDPOINT_AUTHENTICATE);
    return;
  }
  if (step == SASL_SERVER_ACCEPTED) {
    g_free(server->user);
    server->user = g_steal_pointer(&server->auth_user);
    smtp_server_reply(server, 235, "2.7.0", "Authentication successful");
  } else if (step == SASL_SERVER_CANCELLED) {
    smtp_server_reply(server, 501, "5.7.0", "Authentication cancelled");
  } else if (step == SASL_SERVER_MALFORMED) {
    say_malformed(server, line);
  } else {
    smtp_server_reply(server, 535, "5.7.8", "Wrong user name or password");
  }
  smtp_server_end_auth(server);
}

static void begin(SmtpServer *server, Bytes mechanism, Bytes initial)
{
  g_autofree char *nonce =
      g_strdup_printf("%s%u", server->nonce == NULL ? "" : server->nonce, ++server->auth_count);
  server->sasl = sasl_server_new(mechanism, &(SaslServerConfig){server->host_name, nonce});
  /* LOGIN's user may come along, though no RFC says so */
  bool early_user = initial.length > 0 && bytes_equal_ignore_case(mechanism, "LOGIN");
  SaslServerStep step = SASL_SERVER_CHALLENGE;
  if (initial.length == 0 || early_user) step = sasl_server_begin(server->sasl);
  if (initial.length > 0) step = sasl_server_take(server->sasl, initial);
  go_on(server, step, initial);
}

void smtp_server_handle_auth(SmtpServer *server, Bytes argument)
{
  Bytes mechanism, initial;
  smtp_parse_auth(argument, &mechanism, &initial);
  uint32_t bit = smtp_capability_of_mechanism(mechanism);
  if (server->user != NULL)
    smtp_server_reply(server, 503, "5.5.1", "Already authenticated");
  else if (argument.length == 0)
    smtp_server_reply(server, 501, "5.5.4", "Syntax: AUTH mechanism");
  else if ((bit & known_mechanisms(server)) == 0)
    smtp_server_reply(server, 504, "5.5.4", "Authentication mechanism not known");
  else if ((bit & smtp_server_get_mechanisms(server)) == 0)
    smtp_server_reply(server, 538, "5.7.11", "Encryption required for that mechanism");
  else
    begin(server, mechanism, initial);
}

void smtp_server_auth_response(SmtpServer *server, Bytes line)
{
  server->word = SMTP_AUTH_RESPONSE;
  go_on(server, sasl_server_take(server->sasl, line), line);
}

SaslServerStep smtp_server_auth_verdict(SmtpServer *server, const EndpointVerdict *verdict)
{
  EndpointEvent question = {0};
  sasl_server_get_question(server->sasl, &question);
  server->auth_user = bytes_dup_string(question.user);
  SaslServerStep step = sasl_server_answer(server->sasl, verdict);
  if (step == SASL_SERVER_CHALLENGE) {
    say_challenge(server);
    return step;
  }
  if (step == SASL_SERVER_ACCEPTED) server->user = g_steal_pointer(&server->auth_user);
  smtp_server_end_auth(server);
  return step;
}
