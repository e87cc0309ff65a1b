/* SPDX-License-Identifier: MIT */
/* The client's side: each mechanism is a row of what it says first, second and third. */
#include "protocol/sasl/sasl-client.h"

#include "base/digest.h"
#include "protocol/sasl/sasl-message.h"
#include "protocol/sasl/sasl-spoken.h"

#define GS2_HEADER "n,," /* no channel binding, nobody else's mailbox */
#define GS2_HEADER_IN_BASE64 "biws"
#define ITERATIONS_MAX 200000u /* a server that asks for more only wants us busy */
#define MESSAGES_MAX 3u

struct SaslClient {
  const SaslSpoken *mechanism;
  char *user, *password, *nonce;
  guint messages;              /* said so far */
  bool satisfied;              /* the exchange is at its end, and what the server had to prove is proved */
  ByteBuffer challenge;        /* decoded */
  ByteBuffer message, encoded; /* the last one */
  /* SCRAM's */
  GChecksumType hash;
  ByteBuffer first_bare;
  Digest server_signature; /* that the server is to show */
};

/* Says something after challenge into message. Returns false where the challenge does not allow it. */
typedef bool (*Say)(SaslClient *client, Bytes challenge);

static bool say_plain(SaslClient *client, Bytes challenge)
{
  sasl_append_plain(&client->message, bytes_from_string(client->user), bytes_from_string(client->password));
  client->satisfied = true;
  return challenge.length == 0;
}

/* Each server words its two questions as it likes. */
static bool say_login_user(SaslClient *client, Bytes challenge)
{
  (void)challenge;
  byte_buffer_append(&client->message, bytes_from_string(client->user));
  return true;
}

static bool say_login_password(SaslClient *client, Bytes challenge)
{
  (void)challenge;
  byte_buffer_append(&client->message, bytes_from_string(client->password));
  client->satisfied = true;
  return true;
}

static bool say_cram_md5(SaslClient *client, Bytes challenge)
{
  if (challenge.length == 0) return false;
  sasl_append_cram_md5(&client->message, bytes_from_string(client->user), bytes_from_string(client->password),
                       challenge);
  client->satisfied = true;
  return true;
}

static void append_escaped(ByteBuffer *out, Bytes name)
{
  for (size_t i = 0; i < name.length; i++) {
    Bytes byte = bytes_slice(name, i, 1);
    if (byte.data[0] == ',')
      byte = BYTES_LITERAL("=2C");
    else if (byte.data[0] == '=')
      byte = BYTES_LITERAL("=3D");
    byte_buffer_append(out, byte);
  }
}

static bool say_scram_first(SaslClient *client, Bytes challenge)
{
  ByteBuffer prepared = {0};
  digest_append_prepared(&prepared, bytes_from_string(client->user));
  byte_buffer_append(&client->first_bare, BYTES_LITERAL("n="));
  append_escaped(&client->first_bare, byte_buffer_view(&prepared));
  byte_buffer_append_format(&client->first_bare, ",r=%s", client->nonce);
  byte_buffer_append(&client->message, BYTES_LITERAL(GS2_HEADER));
  byte_buffer_append(&client->message, byte_buffer_view(&client->first_bare));
  byte_buffer_clear(&prepared);
  return challenge.length == 0;
}

/* What server-first-message holds (RFC 5802 §7). */
typedef struct {
  Bytes nonce, salt; /* salt in base64 */
  guint64 iterations;
} ServerFirst;

static bool parse_server_first(const SaslClient *client, Bytes message, ServerFirst *first)
{
  /* an extension that must be understood would stand before the nonce ("m=") */
  if (!bytes_starts_ignore_case(message, "r=")) return false;
  first->nonce = sasl_find_attribute(message, "r");
  first->salt = sasl_find_attribute(message, "s");
  Bytes own = bytes_from_string(client->nonce);
  if (first->nonce.length <= own.length || !bytes_equal(bytes_slice(first->nonce, 0, own.length), own))
    return false;
  g_autofree char *iterations = bytes_dup_string(sasl_find_attribute(message, "i"));
  return g_ascii_string_to_unsigned(iterations, 10, 1, ITERATIONS_MAX, &first->iterations, NULL);
}

static bool say_scram_final(SaslClient *client, Bytes challenge)
{
  ServerFirst first;
  if (!parse_server_first(client, challenge, &first)) return false;
  ByteBuffer salt = {0}, auth_message = {0};
  bool good = sasl_append_decoded(&salt, first.salt) && byte_buffer_view(&salt).length > 0;
  if (good) {
    byte_buffer_append(&client->message, BYTES_LITERAL("c=" GS2_HEADER_IN_BASE64 ",r="));
    byte_buffer_append(&client->message, first.nonce);
    const Bytes parts[] = {byte_buffer_view(&client->first_bare), challenge,
                           byte_buffer_view(&client->message)};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
      if (i > 0) byte_buffer_append(&auth_message, BYTES_LITERAL(","));
      byte_buffer_append(&auth_message, parts[i]);
    }
    ScramProof proof = digest_scram(&(ScramExchange){
        .hash = client->hash,
        .password = bytes_from_string(client->password),
        .salt = byte_buffer_view(&salt),
        .iterations = (guint)first.iterations,
        .auth_message = byte_buffer_view(&auth_message),
    });
    client->server_signature = proof.server_signature;
    byte_buffer_append(&client->message, BYTES_LITERAL(",p="));
    sasl_append_encoded(&client->message, digest_view(&proof.client_proof));
    explicit_bzero(&proof, sizeof proof);
  }
  byte_buffer_clear(&salt);
  byte_buffer_clear(&auth_message);
  return good;
}

/* The server knows the password too, or it lies: an empty line ends the exchange. */
static bool say_scram_end(SaslClient *client, Bytes challenge)
{
  if (!bytes_starts_ignore_case(challenge, "v=")) return false;
  ByteBuffer shown = {0};
  client->satisfied = sasl_append_decoded(&shown, sasl_find_attribute(challenge, "v")) &&
                      digest_equal(byte_buffer_view(&shown), digest_view(&client->server_signature));
  byte_buffer_clear(&shown);
  return client->satisfied;
}

static const Say says[][MESSAGES_MAX] = {
    [SASL_SPOKEN_PLAIN] = {say_plain},
    [SASL_SPOKEN_LOGIN] = {say_login_user, say_login_password},
    [SASL_SPOKEN_CRAM_MD5] = {say_cram_md5},
    [SASL_SPOKEN_SCRAM] = {say_scram_first, say_scram_final, say_scram_end},
};

const char *sasl_client_pick(Bytes offered, const char *const *allowed)
{
  g_autofree char *text = bytes_dup_string(offered);
  g_auto(GStrv) names = g_strsplit_set(text, " \t", -1);
  for (allowed = allowed == NULL ? sasl_spoken_names : allowed; *allowed != NULL; allowed++)
    if (sasl_spoken_find(bytes_from_string(*allowed)) != NULL &&
        sasl_names_find((const char *const *)names, bytes_from_string(*allowed)) != NULL)
      return *allowed;
  return NULL;
}

static char *copy_text(const char *text)
{
  return g_strdup(text == NULL ? "" : text);
}

SaslClient *sasl_client_new(const char *mechanism, const SaslClientConfig *config)
{
  const SaslSpoken *spoken = sasl_spoken_find(bytes_from_string(mechanism));
  if (spoken == NULL) return NULL;
  SaslClient *client = g_new0(SaslClient, 1);
  client->mechanism = spoken;
  client->user = copy_text(config->user);
  client->password = copy_text(config->password);
  client->nonce = copy_text(config->nonce);
  if (spoken->kind == SASL_SPOKEN_SCRAM) digest_find_scram(spoken->name, &client->hash);
  return client;
}

const char *sasl_client_get_mechanism(const SaslClient *client)
{
  return client->mechanism->name;
}

static bool say(SaslClient *client, Bytes challenge, Bytes *base64)
{
  Say next = client->messages < MESSAGES_MAX ? says[client->mechanism->kind][client->messages] : NULL;
  client->messages++;
  byte_buffer_reset(&client->message);
  byte_buffer_reset(&client->encoded);
  bool good = next != NULL && next(client, challenge);
  if (good) sasl_append_encoded(&client->encoded, byte_buffer_view(&client->message));
  if (!good) client->satisfied = false;
  *base64 = byte_buffer_view(&client->encoded);
  return good;
}

/* Counted a little too long: every name is escaped, every part is there. */
bool sasl_client_fits_initial(const SaslClient *client, size_t room)
{
  size_t said = client->mechanism->kind == SASL_SPOKEN_PLAIN
                    ? 2 + strlen(client->user) + strlen(client->password)
                    : strlen(GS2_HEADER "n=,r=") + 3 * strlen(client->user) + strlen(client->nonce);
  return (said + 2) / 3 * 4 <= room;
}

bool sasl_client_get_initial(SaslClient *client, Bytes *base64)
{
  *base64 = BYTES_EMPTY;
  bool speaks_first =
      client->mechanism->kind == SASL_SPOKEN_PLAIN || client->mechanism->kind == SASL_SPOKEN_SCRAM;
  return speaks_first && client->messages == 0 && say(client, BYTES_EMPTY, base64);
}

bool sasl_client_take(SaslClient *client, Bytes challenge, Bytes *base64)
{
  *base64 = BYTES_EMPTY;
  byte_buffer_reset(&client->challenge);
  if (!sasl_append_decoded(&client->challenge, challenge)) {
    client->satisfied = false;
    return false;
  }
  return say(client, byte_buffer_view(&client->challenge), base64);
}

bool sasl_client_is_satisfied(const SaslClient *client)
{
  return client->satisfied;
}

void sasl_client_free(SaslClient *client)
{
  if (client == NULL) return;
  ByteBuffer *const buffers[] = {&client->challenge, &client->message, &client->encoded, &client->first_bare};
  for (size_t i = 0; i < G_N_ELEMENTS(buffers); i++)
    byte_buffer_clear(buffers[i]);
  if (client->password != NULL) explicit_bzero(client->password, strlen(client->password));
  g_free(client->password);
  g_free(client->user);
  g_free(client->nonce);
  explicit_bzero(&client->server_signature, sizeof client->server_signature);
  g_free(client);
}
