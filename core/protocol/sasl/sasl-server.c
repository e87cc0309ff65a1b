/* SPDX-License-Identifier: MIT */
/* The server's side: each mechanism is a row of what is done at the client's first, second and third message.
 */
#include "protocol/sasl/sasl-server.h"

#include "base/digest.h"
#include "protocol/sasl/sasl-message.h"
#include "protocol/sasl/sasl-spoken.h"

#define ITERATIONS 4096u /* the least RFC 7677 §4 advises */
#define SALT_LENGTH 16u
#define MESSAGES_MAX 3u

struct SaslServer {
  const SaslSpoken *mechanism;
  char *host_name, *nonce;
  guint messages;                /* of the client so far */
  bool begun;                    /* without an initial response */
  ByteBuffer challenge, encoded; /* the last one, in clear and in base64 */
  ByteBuffer message;            /* of the client, decoded */
  ByteBuffer user, secret;
  /* SCRAM's */
  GChecksumType hash;
  ByteBuffer gs2_header, first_bare; /* of the client's first message */
  ByteBuffer server_first, auth_message;
  Digest salt;
};

typedef SaslServerStep (*Take)(SaslServer *server, Bytes message);

/* Sends what stands in challenge. */
static SaslServerStep send_challenge(SaslServer *server)
{
  byte_buffer_reset(&server->encoded);
  sasl_append_encoded(&server->encoded, byte_buffer_view(&server->challenge));
  return SASL_SERVER_CHALLENGE;
}

static SaslServerStep challenge_with(SaslServer *server, Bytes text)
{
  byte_buffer_reset(&server->challenge);
  byte_buffer_append(&server->challenge, text);
  return send_challenge(server);
}

/* Nobody may act as somebody else here (RFC 4422 §3.4.1). */
static bool may_act_as(Bytes authzid, Bytes user)
{
  return authzid.length == 0 ||
         (authzid.length == user.length &&
          g_ascii_strncasecmp((const char *)authzid.data, (const char *)user.data, user.length) == 0);
}

static SaslServerStep take_plain(SaslServer *server, Bytes message)
{
  Bytes authzid, user, secret;
  if (!sasl_parse_plain(message, &authzid, &user, &secret)) return SASL_SERVER_MALFORMED;
  if (user.length == 0 || secret.length == 0 || bytes_find(secret, '\0') >= 0) return SASL_SERVER_MALFORMED;
  if (!may_act_as(authzid, user)) return SASL_SERVER_REFUSED;
  byte_buffer_append(&server->user, user);
  byte_buffer_append(&server->secret, secret);
  return SASL_SERVER_ASK;
}

static SaslServerStep take_login_user(SaslServer *server, Bytes message)
{
  byte_buffer_append(&server->user, message);
  return challenge_with(server, BYTES_LITERAL("Password:"));
}

static SaslServerStep take_login_password(SaslServer *server, Bytes message)
{
  byte_buffer_append(&server->secret, message);
  return SASL_SERVER_ASK;
}

static SaslServerStep take_cram_md5(SaslServer *server, Bytes message)
{
  Bytes user, digest;
  if (!sasl_parse_cram_md5(message, &user, &digest) || user.length == 0) return SASL_SERVER_MALFORMED;
  byte_buffer_append(&server->user, user);
  byte_buffer_append(&server->secret, digest);
  return SASL_SERVER_ASK;
}

/* Cuts what stands before the next comma off the front, and the comma. Returns false where there is none. */
static bool cut_field(Bytes *rest, Bytes *field)
{
  ptrdiff_t comma = bytes_find(*rest, ',');
  if (comma < 0) return false;
  *field = bytes_slice(*rest, 0, (size_t)comma);
  *rest = bytes_skip(*rest, (size_t)comma + 1);
  return true;
}

/* Cuts the value of attribute "name=" off the front of *rest, up to a comma or the end. */
static bool cut_attribute(Bytes *rest, char name, Bytes *value)
{
  if (rest->length < 2 || rest->data[0] != (uint8_t)name || rest->data[1] != '=') return false;
  Bytes field;
  if (!cut_field(rest, &field)) {
    field = *rest;
    *rest = BYTES_EMPTY;
  }
  *value = bytes_skip(field, 2);
  return true;
}

/* saslname (RFC 5802 §7): at least one byte, no NUL, "=" only in "=2C" and "=3D". */
static bool is_scram_name(Bytes name)
{
  for (size_t i = 0; i < name.length; i++) {
    Bytes escape = bytes_slice(name, i, 3);
    if (name.data[i] == '\0') return false;
    if (name.data[i] == '=' && !bytes_equal(escape, BYTES_LITERAL("=2C")) &&
        !bytes_equal(escape, BYTES_LITERAL("=3D")))
      return false;
  }
  return name.length > 0;
}

static bool is_printable(Bytes nonce)
{
  for (size_t i = 0; i < nonce.length; i++)
    if (nonce.data[i] < 0x21 || nonce.data[i] > 0x7e) return false;
  return nonce.length > 0;
}

/* The salt follows from the name, whether anybody has it: who asks for a stranger sees a salt as lasting as
 * anybody's. */
static void choose_salt(SaslServer *server)
{
  server->salt =
      digest_hmac(G_CHECKSUM_SHA256, bytes_from_string(server->host_name), byte_buffer_view(&server->user));
  server->salt.length = SALT_LENGTH;
}

/* client-first-message = gs2-cbind-flag "," [authzid] "," "n=" user ",r=" nonce [extensions] */
static SaslServerStep take_scram_first(SaslServer *server, Bytes message)
{
  Bytes rest = message, flag, authzid, user, nonce;
  if (!cut_field(&rest, &flag) || !cut_field(&rest, &authzid)) return SASL_SERVER_MALFORMED;
  /* "p=…" asks for channel binding, which was not offered */
  if (!bytes_equal(flag, BYTES_LITERAL("n")) && !bytes_equal(flag, BYTES_LITERAL("y")))
    return SASL_SERVER_MALFORMED;
  if (authzid.length > 0 && !(authzid.length > 2 && authzid.data[0] == 'a' && authzid.data[1] == '='))
    return SASL_SERVER_MALFORMED;
  byte_buffer_append(&server->gs2_header, bytes_slice(message, 0, message.length - rest.length));
  byte_buffer_append(&server->first_bare, rest);
  if (!cut_attribute(&rest, 'n', &user) || !is_scram_name(user)) return SASL_SERVER_MALFORMED;
  if (!cut_attribute(&rest, 'r', &nonce) || !is_printable(nonce)) return SASL_SERVER_MALFORMED;
  if (!may_act_as(bytes_skip(authzid, 2), user)) return SASL_SERVER_REFUSED;
  sasl_append_scram_name(&server->user, user);
  choose_salt(server);
  byte_buffer_append(&server->server_first, BYTES_LITERAL("r="));
  byte_buffer_append(&server->server_first, nonce);
  byte_buffer_append_format(&server->server_first, "%s,s=", server->nonce);
  sasl_append_encoded(&server->server_first, digest_view(&server->salt));
  byte_buffer_append_format(&server->server_first, ",i=%u", ITERATIONS);
  return challenge_with(server, byte_buffer_view(&server->server_first));
}

/* Returns the nonce of both sides, out of our own first message. */
static Bytes whole_nonce(const SaslServer *server)
{
  Bytes rest = byte_buffer_view(&server->server_first), nonce = BYTES_EMPTY;
  cut_attribute(&rest, 'r', &nonce);
  return nonce;
}

/* client-final-message = "c=" gs2-header in base64 ",r=" nonce [extensions] ",p=" proof */
static SaslServerStep take_scram_final(SaslServer *server, Bytes message)
{
  Bytes rest = message, binding, nonce;
  const uint8_t *comma = message.length == 0 ? NULL : memrchr(message.data, ',', message.length);
  if (comma == NULL) return SASL_SERVER_MALFORMED;
  Bytes without_proof = bytes_slice(message, 0, (size_t)(comma - message.data));
  Bytes proof = bytes_skip(message, without_proof.length + 1);
  ByteBuffer wanted = {0};
  sasl_append_encoded(&wanted, byte_buffer_view(&server->gs2_header));
  bool good = cut_attribute(&rest, 'c', &binding) && bytes_equal(binding, byte_buffer_view(&wanted));
  byte_buffer_clear(&wanted);
  good = good && cut_attribute(&rest, 'r', &nonce) && bytes_equal(nonce, whole_nonce(server));
  if (!good || proof.length < 2 || proof.data[0] != 'p' || proof.data[1] != '=') return SASL_SERVER_MALFORMED;
  if (!sasl_append_decoded(&server->secret, bytes_skip(proof, 2))) return SASL_SERVER_MALFORMED;
  if (byte_buffer_view(&server->secret).length != (size_t)g_checksum_type_get_length(server->hash))
    return SASL_SERVER_MALFORMED;
  const Bytes parts[] = {byte_buffer_view(&server->first_bare), byte_buffer_view(&server->server_first),
                         without_proof};
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    if (i > 0) byte_buffer_append(&server->auth_message, BYTES_LITERAL(","));
    byte_buffer_append(&server->auth_message, parts[i]);
  }
  return SASL_SERVER_ASK;
}

static SaslServerStep take_scram_end(SaslServer *server, Bytes message)
{
  (void)server;
  return message.length == 0 ? SASL_SERVER_ACCEPTED : SASL_SERVER_MALFORMED;
}

/* What is done with the client's messages, in order. */
static const Take takes[][MESSAGES_MAX] = {
    [SASL_SPOKEN_PLAIN] = {take_plain},
    [SASL_SPOKEN_LOGIN] = {take_login_user, take_login_password},
    [SASL_SPOKEN_CRAM_MD5] = {take_cram_md5},
    [SASL_SPOKEN_SCRAM] = {take_scram_first, take_scram_final, take_scram_end},
};

SaslServer *sasl_server_new(Bytes mechanism, const SaslServerConfig *config)
{
  const SaslSpoken *spoken = sasl_spoken_find(mechanism);
  if (spoken == NULL) return NULL;
  SaslServer *server = g_new0(SaslServer, 1);
  server->mechanism = spoken;
  server->host_name = g_strdup(config->host_name == NULL ? "" : config->host_name);
  server->nonce = g_strdup(config->nonce == NULL ? "" : config->nonce);
  if (spoken->kind == SASL_SPOKEN_SCRAM) digest_find_scram(spoken->name, &server->hash);
  return server;
}

SaslServerStep sasl_server_begin(SaslServer *server)
{
  server->begun = true;
  byte_buffer_reset(&server->challenge);
  if (server->mechanism->kind == SASL_SPOKEN_LOGIN)
    byte_buffer_append(&server->challenge, BYTES_LITERAL("Username:"));
  else if (server->mechanism->kind == SASL_SPOKEN_CRAM_MD5)
    byte_buffer_append_format(&server->challenge, "<%s@%s>", server->nonce, server->host_name);
  return send_challenge(server);
}

SaslServerStep sasl_server_take(SaslServer *server, Bytes base64)
{
  bool initial = server->messages == 0 && !server->begun;
  if (bytes_equal(base64, BYTES_LITERAL("*"))) return SASL_SERVER_CANCELLED;
  if (initial && !server->mechanism->client_first) return SASL_SERVER_MALFORMED;
  if (initial && bytes_equal(base64, BYTES_LITERAL("="))) base64 = BYTES_EMPTY;
  byte_buffer_reset(&server->message);
  if (!sasl_append_decoded(&server->message, base64)) return SASL_SERVER_MALFORMED;
  Take take = server->messages < MESSAGES_MAX ? takes[server->mechanism->kind][server->messages] : NULL;
  server->messages++;
  return take == NULL ? SASL_SERVER_MALFORMED : take(server, byte_buffer_view(&server->message));
}

Bytes sasl_server_get_challenge(const SaslServer *server)
{
  return byte_buffer_view(&server->encoded);
}

void sasl_server_get_question(const SaslServer *server, EndpointEvent *event)
{
  bool scram = server->mechanism->kind == SASL_SPOKEN_SCRAM;
  event->mechanism = server->mechanism->name;
  event->user = byte_buffer_view(&server->user);
  event->secret = byte_buffer_view(&server->secret);
  event->challenge = BYTES_EMPTY;
  if (server->mechanism->kind == SASL_SPOKEN_CRAM_MD5)
    event->challenge = byte_buffer_view(&server->challenge);
  if (scram) event->challenge = byte_buffer_view(&server->auth_message);
  event->salt = scram ? digest_view(&server->salt) : BYTES_EMPTY;
  event->iterations = scram ? ITERATIONS : 0;
}

SaslServerStep sasl_server_answer(SaslServer *server, const EndpointVerdict *verdict)
{
  byte_buffer_reset(&server->secret);
  if (!verdict->accepted) return SASL_SERVER_REFUSED;
  if (server->mechanism->kind != SASL_SPOKEN_SCRAM) return SASL_SERVER_ACCEPTED;
  /* who lets everybody in can prove nothing */
  if (verdict->proof.length == 0) return SASL_SERVER_REFUSED;
  byte_buffer_reset(&server->challenge);
  byte_buffer_append(&server->challenge, BYTES_LITERAL("v="));
  sasl_append_encoded(&server->challenge, verdict->proof);
  return send_challenge(server);
}

void sasl_server_free(SaslServer *server)
{
  if (server == NULL) return;
  ByteBuffer *const buffers[] = {&server->challenge,  &server->encoded,      &server->message,
                                 &server->user,       &server->secret,       &server->gs2_header,
                                 &server->first_bare, &server->server_first, &server->auth_message};
  for (size_t i = 0; i < G_N_ELEMENTS(buffers); i++)
    byte_buffer_clear(buffers[i]);
  g_free(server->host_name);
  g_free(server->nonce);
  g_free(server);
}
