/* SPDX-License-Identifier: MIT */
/* What a listener learns from a SASL exchange. */
#include "protocol/sasl/sasl-observer.h"

#include "protocol/sasl/sasl-message.h"

#define MECHANISM_NAME_MAX 20u /* RFC 4422 §3.1 */

static const struct {
  const char *name;
  SaslShape shape;
} mechanisms[] = {
    {"PLAIN", SASL_PLAIN},         {"LOGIN", SASL_LOGIN},
    {"CRAM-MD5", SASL_CRAM_MD5},   {"DIGEST-MD5", SASL_DIGEST_MD5},
    {"SCRAM-SHA-1", SASL_SCRAM},   {"SCRAM-SHA-1-PLUS", SASL_SCRAM},
    {"SCRAM-SHA-256", SASL_SCRAM}, {"SCRAM-SHA-256-PLUS", SASL_SCRAM},
    {"SCRAM-SHA-512", SASL_SCRAM}, {"SCRAM-SHA-512-PLUS", SASL_SCRAM},
    {"XOAUTH2", SASL_XOAUTH2},     {"OAUTHBEARER", SASL_OAUTHBEARER},
    {"ANONYMOUS", SASL_ANONYMOUS}, {"EXTERNAL", SASL_EXTERNAL},
    {"GSSAPI", SASL_GSSAPI},       {"GSS-SPNEGO", SASL_GSSAPI},
    {"GS2-KRB5", SASL_GSSAPI},     {"KERBEROS_V4", SASL_GSSAPI},
    {"NTLM", SASL_NTLM},           {"MSN", SASL_NTLM},
    {"OTP", SASL_ONE_TIME},        {"SKEY", SASL_ONE_TIME},
    {"SECURID", SASL_OPAQUE},      {"SRP", SASL_OPAQUE},
    {"XOAUTH", SASL_OPAQUE},       {"XYMCOOKIE", SASL_OPAQUE},
    {"XYMPKI", SASL_OPAQUE},
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

static void put_hex(ByteBuffer *into, Bytes bytes)
{
  byte_buffer_reset(into);
  for (size_t i = 0; i < bytes.length; i++)
    byte_buffer_append_format(into, "%02x", bytes.data[i]);
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
  observer->responses = observer->challenges = 0;
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
  observer->shape = row < 0 ? SASL_OPAQUE : mechanisms[row].shape;
}

void sasl_observer_challenge(SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer)) return;
  observer->challenges++;
  /* LOGIN's challenges are only prompts. Of several the first holds the salt or time stamp that a guesser
   * needs. */
  bool wanted = observer->shape != SASL_LOGIN && byte_buffer_view(&observer->challenge).length == 0;
  if (!wanted || base64.length == 0) return;
  if (observer->shape != SASL_NTLM) {
    decode(&observer->challenge, base64);
    return;
  }
  decode(&observer->scratch, base64);
  Bytes number = sasl_parse_ntlm_challenge(byte_buffer_view(&observer->scratch));
  put_hex(&observer->challenge, number);
}

/* LOGIN's prompts say themselves what they ask, whatever was sent ahead of them. */
static uint32_t prompt_index(Bytes base64, uint32_t index)
{
  ByteBuffer text = {0};
  sasl_append_decoded(&text, base64);
  Bytes prompt = byte_buffer_view(&text);
  if (bytes_starts_ignore_case(prompt, "user")) index = 0;
  if (bytes_starts_ignore_case(prompt, "pass")) index = 1;
  byte_buffer_clear(&text);
  return index;
}

uint8_t sasl_observer_challenge_step(const SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer)) return 0;
  /* an initial response takes the place of the first challenge */
  uint32_t index = MIN(observer->responses, observer->challenges + 1);
  if (observer->shape == SASL_LOGIN) index = prompt_index(base64, index);
  return sasl_step_find(observer->shape, SASL_CHALLENGE, index);
}

uint8_t sasl_observer_response_step(const SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer)) return 0;
  bool cancel = bytes_equal(base64, BYTES_LITERAL("*"));
  return sasl_step_find(observer->shape, cancel ? SASL_CANCEL : SASL_RESPONSE, observer->responses);
}

uint8_t sasl_mechanism_step(Bytes name)
{
  int row = find_row(name);
  return row < 0 ? 0 : sasl_step_find(mechanisms[row].shape, SASL_CHOICE, 0);
}

/* "n,,n=alice,r=nonce" names the user; "c=…,r=…,p=proof" ends with the proof (RFC 5802 §5). */
static SaslLeak learn_scram(SaslObserver *observer, Bytes message)
{
  if (observer->responses == 1) {
    byte_buffer_reset(&observer->user);
    sasl_append_scram_name(&observer->user, sasl_find_attribute(message, "n"));
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

/* The third message holds name and response beside one another (MS-NLMP §2.2.1.3). */
static SaslLeak learn_ntlm(SaslObserver *observer, Bytes message)
{
  Bytes response;
  byte_buffer_reset(&observer->secret); /* serves as a scratch: NTLM sends no secret */
  if (!sasl_parse_ntlm_response(message, &observer->secret, &response)) return SASL_LEAKS_NOTHING;
  put(&observer->user, byte_buffer_view(&observer->secret));
  byte_buffer_reset(&observer->secret);
  put_hex(&observer->digest, response);
  return response.length > 0 ? SASL_LEAKS_DIGEST : SASL_LEAKS_NOTHING;
}

static SaslLeak learn_name(SaslObserver *observer, Bytes message)
{
  if (observer->responses == 1) put(&observer->user, message);
  return SASL_LEAKS_NOTHING;
}

/* "user=alice^Aauth=Bearer token^A^A", or RFC 7628's "n,a=alice,^Aauth=Bearer token^A^A". */
static SaslLeak learn_oauth(SaslObserver *observer, Bytes message)
{
  const char *user_name = observer->shape == SASL_XOAUTH2 ? "user" : "a";
  Bytes token = sasl_find_attribute(message, "auth");
  if (token.length == 0) return SASL_LEAKS_NOTHING;
  put(&observer->user, sasl_find_attribute(message, user_name));
  ptrdiff_t space = bytes_find(token, ' ');
  put(&observer->secret, bytes_skip(token, space < 0 ? 0 : (size_t)space + 1));
  return SASL_LEAKS_PASSWORD;
}

/* authzid NUL name, then the password of the day, which is of no use to anybody (RFC 2444 §3). */
static SaslLeak learn_one_time(SaslObserver *observer, Bytes message)
{
  ptrdiff_t nul = bytes_find(message, 0);
  if (observer->responses == 1) put(&observer->user, bytes_skip(message, (size_t)(nul + 1)));
  return SASL_LEAKS_NOTHING;
}

static SaslLeak learn_nothing(SaslObserver *observer, Bytes message)
{
  (void)observer;
  (void)message;
  return SASL_LEAKS_NOTHING;
}

static SaslLeak (*const learners[SASL_SHAPE_COUNT])(SaslObserver *observer, Bytes message) = {
    [SASL_OPAQUE] = learn_nothing,    [SASL_PLAIN] = learn_plain,           [SASL_LOGIN] = learn_login,
    [SASL_CRAM_MD5] = learn_cram_md5, [SASL_DIGEST_MD5] = learn_digest_md5, [SASL_SCRAM] = learn_scram,
    [SASL_XOAUTH2] = learn_oauth,     [SASL_OAUTHBEARER] = learn_oauth,     [SASL_ANONYMOUS] = learn_name,
    [SASL_EXTERNAL] = learn_name,     [SASL_GSSAPI] = learn_nothing,        [SASL_NTLM] = learn_ntlm,
    [SASL_ONE_TIME] = learn_one_time,
};

SaslLeak sasl_observer_response(SaslObserver *observer, Bytes base64)
{
  if (!sasl_observer_is_active(observer)) return SASL_LEAKS_NOTHING;
  observer->cancelled = bytes_equal(base64, BYTES_LITERAL("*"));
  if (observer->cancelled) return SASL_LEAKS_NOTHING;
  observer->responses++;
  decode(&observer->scratch, base64);
  Bytes message = byte_buffer_view(&observer->scratch);
  return learners[observer->shape](observer, message);
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
