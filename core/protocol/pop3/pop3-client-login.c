/* SPDX-License-Identifier: MIT */
/* How a POP3 client gets in: by APOP or USER and PASS as it is told, or by the first way allowed that the
 * server offers. */
#include "protocol/pop3/pop3-client-private.h"
#include "protocol/sasl/sasl-spoken.h"

#define COMMAND_LENGTH_MAX 255u /* with CR LF (RFC 5034 §4): a longer initial response waits for its "+" */

static const char apop[] = "APOP", user_pass[] = "USER/PASS";

static void send_apop(Pop3Client *client)
{
  g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_MD5);
  g_checksum_update(digest, (const guchar *)client->stamp, (gssize)strlen(client->stamp));
  g_checksum_update(digest, (const guchar *)client->password, (gssize)strlen(client->password));
  g_autofree char *argument = g_strdup_printf("%s %s", client->user, g_checksum_get_string(digest));
  pop3_client_send(client, STEP_APOP, "APOP", argument);
}

static void send_auth(Pop3Client *client)
{
  client->sasl = sasl_client_new(
      client->mechanism,
      &(SaslClientConfig){.user = client->user, .password = client->password, .nonce = client->nonce});
  ByteBuffer argument = {0};
  byte_buffer_append(&argument, bytes_from_string(client->mechanism));
  size_t room = COMMAND_LENGTH_MAX - strlen("AUTH  \r\n") - strlen(client->mechanism);
  Bytes initial = BYTES_EMPTY;
  if (!client->wait_for_challenge && sasl_client_fits_initial(client->sasl, room) &&
      sasl_client_get_initial(client->sasl, &initial)) {
    byte_buffer_append(&argument, BYTES_LITERAL(" "));
    byte_buffer_append(&argument, initial);
  }
  char *text = bytes_dup_string(byte_buffer_view(&argument));
  pop3_client_send(client, STEP_AUTH, "AUTH", text);
  endpoint_wipe(text);
  byte_buffer_clear(&argument);
}

static void log_in(Pop3Client *client, const char *mechanism)
{
  client->mechanism = mechanism;
  if (mechanism == apop)
    send_apop(client);
  else if (mechanism == user_pass)
    pop3_client_send(client, STEP_USER, "USER", client->user);
  else
    send_auth(client);
}

void pop3_client_on_greeting(Pop3Client *client, Bytes line)
{
  Bytes stamp = pop3_find_stamp(line);
  if (stamp.length > 0) client->stamp = bytes_dup_string(stamp);
  if (client->mechanisms != NULL)
    pop3_client_send(client, STEP_CAPA, "CAPA", "");
  else
    log_in(client, client->use_apop && client->stamp != NULL ? apop : user_pass);
}

void pop3_client_on_user(Pop3Client *client, Bytes line)
{
  (void)line;
  pop3_client_send(client, STEP_PASS, "PASS", client->password);
}

/* Returns the line of CAPA that begins with that word, without the word; with *found false where there is
 * none. */
static Bytes find_capability(Bytes capabilities, const char *word, bool *found)
{
  *found = false;
  while (capabilities.length > 0) {
    ptrdiff_t end = bytes_find(capabilities, '\n');
    size_t length = end < 0 ? capabilities.length : (size_t)end + 1;
    Bytes rest = bytes_chomp(bytes_slice(capabilities, 0, length));
    capabilities = bytes_skip(capabilities, length);
    *found = bytes_equal_ignore_case(pop3_next_word(&rest), word);
    if (*found) return rest;
  }
  return BYTES_EMPTY;
}

void pop3_client_choose(Pop3Client *client, Bytes capabilities)
{
  bool has_sasl, has_user;
  Bytes offered = find_capability(capabilities, "SASL", &has_sasl);
  find_capability(capabilities, "USER", &has_user);
  for (char **name = client->mechanisms; *name != NULL; name++) {
    const char *const only[] = {*name, NULL};
    const char *picked = sasl_client_pick(offered, only);
    /* a server without CAPA has USER and PASS, if it has anything */
    if (strcmp(*name, user_pass) == 0 && (has_user || capabilities.length == 0)) picked = user_pass;
    if (strcmp(*name, apop) == 0 && client->stamp != NULL) picked = apop;
    if (picked == NULL) continue;
    log_in(client, picked);
    return;
  }
  pop3_client_fail_and_quit(client, BYTES_EMPTY);
}

void pop3_client_challenge(Pop3Client *client, Bytes line)
{
  Bytes challenge = BYTES_EMPTY, response;
  pop3_parse_status(line, &challenge);
  if (!sasl_client_take(client->sasl, challenge, &response)) response = BYTES_LITERAL("*");
  byte_buffer_append(&client->out, response);
  byte_buffer_append(&client->out, BYTES_LITERAL("\r\n"));
  idle_timer_touch(&client->idle);
}

void pop3_client_on_auth(Pop3Client *client, Bytes line)
{
  /* a server that proved nothing may be anybody */
  if (sasl_client_is_satisfied(client->sasl))
    pop3_client_on_logged_in(client, line);
  else
    pop3_client_fail_and_quit(client, line);
}
