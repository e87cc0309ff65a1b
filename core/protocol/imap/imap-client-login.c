/* SPDX-License-Identifier: MIT */
/* How an IMAP client comes in: capabilities, LOGIN or AUTHENTICATE. */
#include "protocol/imap/imap-client-private.h"

#define INITIAL_MAX 4096u /* bytes of an initial response in the command line */

/* Returns the mechanisms after "AUTH=" in the server's list, the caller's to free. */
static char *offered_mechanisms(const ImapClient *client)
{
  GString *names = g_string_new(NULL);
  Bytes rest = bytes_from_string(client->capabilities);
  while (rest.length > 0) {
    Bytes word = imap_next_word(&rest);
    if (!bytes_starts_ignore_case(word, "AUTH=")) continue;
    Bytes name = bytes_skip(word, strlen("AUTH="));
    g_string_append_len(names, (const char *)name.data, (gssize)name.length);
    g_string_append_c(names, ' ');
  }
  return g_string_free(names, FALSE);
}

/* Returns the mechanism to be used, NULL for none. Static, or the client's. */
static const char *choose_mechanism(const ImapClient *client)
{
  static const char *const without_nonce[] = {"CRAM-MD5", "PLAIN", "LOGIN", NULL};
  g_autofree char *offered = offered_mechanisms(client);
  const char *const *allowed = (const char *const *)client->mechanisms;
  if (allowed == NULL && client->nonce == NULL) allowed = without_nonce;
  return sasl_client_pick(bytes_from_string(offered), allowed);
}

static void say_capability(ImapClient *client)
{
  ByteBuffer text = {0};
  byte_buffer_append(&text, BYTES_LITERAL("CAPABILITY"));
  imap_client_say_first(client, IMAP_CAPABILITY, &text);
}

static void say_login(ImapClient *client)
{
  ByteBuffer text = {0};
  if (imap_client_offers(&client->base, "LOGINDISABLED")) {
    imap_client_fail(client, BYTES_LITERAL("LOGINDISABLED"));
    return;
  }
  byte_buffer_append(&text, BYTES_LITERAL("LOGIN "));
  imap_append_string(&text, bytes_from_string(client->user));
  byte_buffer_append(&text, BYTES_LITERAL(" "));
  imap_append_string(&text, bytes_from_string(client->password));
  imap_client_say_first(client, IMAP_LOGIN, &text);
}

static void say_authenticate(ImapClient *client, const char *mechanism)
{
  ByteBuffer text = {0};
  Bytes initial;
  client->saslclient =
      sasl_client_new(mechanism, &(SaslClientConfig){client->user, client->password,
                                                     client->nonce == NULL ? "" : client->nonce});
  byte_buffer_append_format(&text, "AUTHENTICATE %s", mechanism);
  bool fits = imap_client_offers(&client->base, "SASL-IR") &&
              sasl_client_fits_initial(client->saslclient, INITIAL_MAX);
  if (fits && sasl_client_get_initial(client->saslclient, &initial)) {
    byte_buffer_append(&text, BYTES_LITERAL(" "));
    byte_buffer_append(&text, initial.length > 0 ? initial : BYTES_LITERAL("="));
  }
  imap_client_say_first(client, IMAP_AUTHENTICATE, &text);
}

void imap_client_go_on_login(ImapClient *client)
{
  if (client->state != IMAP_NOT_AUTHENTICATED) {
    if (client->capabilities == NULL) {
      say_capability(client);
      return;
    }
    client->ready = true;
    imap_client_tell(client, ENDPOINT_RESULT, IMAP_RESULT_READY);
    return;
  }
  if (client->sasl && client->capabilities == NULL) {
    say_capability(client);
    return;
  }
  const char *mechanism = client->sasl ? choose_mechanism(client) : NULL;
  if (mechanism != NULL)
    say_authenticate(client, mechanism);
  else
    say_login(client);
}

void imap_client_take_challenge(ImapClient *client, Bytes challenge)
{
  Bytes response;
  bool good = sasl_client_take(client->saslclient, challenge, &response);
  imap_client_say_line(client, good ? response : BYTES_LITERAL("*"));
}

void imap_client_take_login_answer(ImapClient *client, const ImapQueued *command,
                                   const ImapResponse *response)
{
  bool good = bytes_equal_ignore_case(response->code, "OK");
  bool login = command->word != IMAP_CAPABILITY;
  bool proven = client->saslclient == NULL || sasl_client_is_satisfied(client->saslclient);
  if (login) g_clear_pointer(&client->saslclient, sasl_client_free);
  if (login && (!good || !proven)) {
    imap_client_fail(client, good ? BYTES_EMPTY : response->text);
    return;
  }
  if (!login && client->capabilities == NULL) client->capabilities = g_strdup("");
  imap_client_go_on_login(client);
}
