/* SPDX-License-Identifier: MIT */
/* What a listener learns from a SASL exchange. */
#include "protocol/sasl/sasl-observer.h"

#include "protocol/sasl/sasl-message.h"

#define MECHANISM_NAME_MAX 20u /* RFC 4422 §3.1 */

typedef enum {
  KIND_OPAQUE, /* nothing inside can be read */
  KIND_PLAIN,
  KIND_LOGIN,
  KIND_CRAM_MD5,
  KIND_DIGEST_MD5,
  KIND_SCRAM,
  KIND_XOAUTH2,
  KIND_OAUTHBEARER,
  KIND_NAME, /* the response is a name: ANONYMOUS, EXTERNAL */
} MechanismKind;

static const struct {
  const char *name;
  MechanismKind kind;
} mechanisms[] = {
    {"PLAIN", KIND_PLAIN},         {"LOGIN", KIND_LOGIN},
    {"CRAM-MD5", KIND_CRAM_MD5},   {"DIGEST-MD5", KIND_DIGEST_MD5},
    {"SCRAM-SHA-1", KIND_SCRAM},   {"SCRAM-SHA-1-PLUS", KIND_SCRAM},
    {"SCRAM-SHA-256", KIND_SCRAM}, {"SCRAM-SHA-256-PLUS", KIND_SCRAM},
    {"SCRAM-SHA-512", KIND_SCRAM}, {"SCRAM-SHA-512-PLUS", KIND_SCRAM},
    {"XOAUTH2", KIND_XOAUTH2},     {"OAUTHBEARER", KIND_OAUTHBEARER},
    {"ANONYMOUS", KIND_NAME},      {"EXTERNAL", KIND_NAME},
    {"GSSAPI", KIND_OPAQUE},       {"GSS-SPNEGO", KIND_OPAQUE},
    {"GS2-KRB5", KIND_OPAQUE},     {"KERBEROS_V4", KIND_OPAQUE},
    {"NTLM", KIND_OPAQUE},         {"MSN", KIND_OPAQUE},
    {"OTP", KIND_OPAQUE},          {"SKEY", KIND_OPAQUE},
    {"SECURID", KIND_OPAQUE},      {"SRP", KIND_OPAQUE},
    {"XOAUTH", KIND_OPAQUE},       {"XYMCOOKIE", KIND_OPAQUE},
    {"XYMPKI", KIND_OPAQUE},
};

static int find_row(Bytes name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++)
    if (bytes_equal_ignore_case(name, mechanisms[i].name)) return (int)i;
  return -1;
}

const char *sasl_mechanism_find(Bytes name)
{
  int row = find_row(name);
  return row < 0 ? NULL : mechanisms[row].name;
}

bool sasl_mechanism_is_plausible(Bytes name)
{
  if (find_row(name) >= 0) return true;
  if (name.length == 0 || name.length > MECHANISM_NAME_MAX) return false;
  for (size_t i = 0; i < name.length; i++) {
    uint8_t byte = name.data[i];
    if (!g_ascii_isupper(byte) && !g_ascii_isdigit(byte) && byte != '-' && byte != '_') return false;
  }
  return true;
}

static void put(ByteBuffer *into, Bytes bytes)
{
  byte_buffer_reset(into);
  byte_buffer_append(into, bytes);
}

static void decode(ByteBuffer *into, Bytes base64)
{
  byte_buffer_reset(into);
  sasl_append_decoded(into, base64);
}

void sasl_observer_end(SaslObserver *observer)
{
  byte_buffer_reset(&observer->user);
  byte_buffer_reset(&observer->secret);
  byte_buffer_reset(&observer->challenge);
  byte_buffer_reset(&observer->digest);
  byte_buffer_reset(&observer->scratch);
  observer->mechanism = NULL;
  observer->responses = 0;
  observer->cancelled = false;
}

void sasl_observer_clear(SaslObserver *observer)
{
  byte_buffer_clear(&observer->user);
  byte_buffer_clear(&observer->secret);
  byte_buffer_clear(&observer->challenge);
  byte_buffer_clear(&observer->digest);
  byte_buffer_clear(&observer->scratch);
  *observer = (SaslObserver){0};
}

void sasl_observer_begin(SaslObserver *observer, Bytes mechanism)
{
  sasl_observer_end(observer);
  int row = find_row(mechanism);
  observer->mechanism = row < 0 ? "AUTH" : mechanisms[row].name;
  observer->kind = (uint8_t)(row < 0 ? KIND_OPAQUE : mechanisms[row].kind);
}

void sasl_observer_challenge(SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer) || base64.length == 0) return;
  /* LOGIN's challenges are only prompts. Of several the first holds the salt or time stamp that a guesser
   * needs. */
  bool wanted = observer->kind != KIND_LOGIN && byte_buffer_view(&observer->challenge).length == 0;
  if (wanted) decode(&observer->challenge, base64);
}

/* "n,,n=alice,r=nonce" names the user; "c=…,r=…,p=proof" ends with the proof (RFC 5802 §5). */
static SaslLeak learn_scram(SaslObserver *observer, Bytes message)
{
  if (observer->responses == 1) {
    put(&observer->user, sasl_find_attribute(message, "n"));
    return SASL_LEAKS_NOTHING;
  }
  Bytes proof = sasl_find_attribute(message, "p");
  if (proof.length == 0) return SASL_LEAKS_NOTHING;
  put(&observer->digest, proof);
  return SASL_LEAKS_DIGEST;
}

static SaslLeak learn_plain(SaslObserver *observer, Bytes message)
{
  Bytes authzid, user, secret;
  /* with one NUL only, what follows it is more likely the password than the user */
  if (!sasl_parse_plain(message, &authzid, &user, &secret)) {
    secret = user;
    user = BYTES_EMPTY;
  }
  put(&observer->user, user.length > 0 ? user : authzid);
  put(&observer->secret, secret);
  return secret.length > 0 ? SASL_LEAKS_PASSWORD : SASL_LEAKS_NOTHING;
}

static SaslLeak learn_login(SaslObserver *observer, Bytes message)
{
  if (observer->responses == 1) {
    put(&observer->user, message);
    return SASL_LEAKS_NOTHING;
  }
  if (observer->responses > 2 || message.length == 0) return SASL_LEAKS_NOTHING;
  put(&observer->secret, message);
  return SASL_LEAKS_PASSWORD;
}

static SaslLeak learn_cram_md5(SaslObserver *observer, Bytes message)
{
  Bytes user, digest;
  sasl_parse_cram_md5(message, &user, &digest);
  put(&observer->user, user);
  put(&observer->digest, digest);
  return digest.length > 0 ? SASL_LEAKS_DIGEST : SASL_LEAKS_NOTHING;
}

static SaslLeak learn_digest_md5(SaslObserver *observer, Bytes message)
{
  Bytes digest = sasl_find_attribute(message, "response");
  if (digest.length == 0) return SASL_LEAKS_NOTHING;
  put(&observer->user, sasl_find_attribute(message, "username"));
  put(&observer->digest, digest);
  return SASL_LEAKS_DIGEST;
}

/* "user=alice^Aauth=Bearer token^A^A", or RFC 7628's "n,a=alice,^Aauth=Bearer token^A^A". */
static SaslLeak learn_oauth(SaslObserver *observer, Bytes message, const char *user_name)
{
  Bytes token = sasl_find_attribute(message, "auth");
  if (token.length == 0) return SASL_LEAKS_NOTHING;
  put(&observer->user, sasl_find_attribute(message, user_name));
  ptrdiff_t space = bytes_find(token, ' ');
  put(&observer->secret, bytes_skip(token, space < 0 ? 0 : (size_t)space + 1));
  return SASL_LEAKS_PASSWORD;
}

SaslLeak sasl_observer_response(SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer)) return SASL_LEAKS_NOTHING;
  observer->cancelled = bytes_equal(base64, BYTES_LITERAL("*"));
  if (observer->cancelled) return SASL_LEAKS_NOTHING;
  observer->responses++;
  decode(&observer->scratch, base64);
  Bytes message = byte_buffer_view(&observer->scratch);
  switch ((MechanismKind)observer->kind) {
  case KIND_PLAIN:
    return learn_plain(observer, message);
  case KIND_LOGIN:
    return learn_login(observer, message);
  case KIND_CRAM_MD5:
    return learn_cram_md5(observer, message);
  case KIND_DIGEST_MD5:
    return learn_digest_md5(observer, message);
  case KIND_SCRAM:
    return learn_scram(observer, message);
  case KIND_XOAUTH2:
    return learn_oauth(observer, message, "user");
  case KIND_OAUTHBEARER:
    return learn_oauth(observer, message, "a");
  case KIND_NAME:
    put(&observer->user, message);
    return SASL_LEAKS_NOTHING;
  case KIND_OPAQUE:
    break;
  }
  return SASL_LEAKS_NOTHING;
}

bool sasl_observer_get_credential(const SaslObserver *observer, int accepted, Credential *credential)
{
  if (!sasl_observer_is_active(observer) || observer->responses == 0) return false;
  *credential = (Credential){.mechanism = observer->mechanism,
                             .user = byte_buffer_view(&observer->user),
                             .secret = byte_buffer_view(&observer->secret),
                             .challenge = byte_buffer_view(&observer->challenge),
                             .digest = byte_buffer_view(&observer->digest),
                             .accepted = accepted};
  return true;
}
