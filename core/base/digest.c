/* SPDX-License-Identifier: MIT */
/* HMAC and what is built on it, over GLib's checksums: one checksum is used again and again, so that PBKDF2
 * allocates nothing a round. */
#include "base/digest.h"

#define BLOCK_LENGTH 64 /* of MD5, SHA-1 and SHA-256 alike */

/* HMAC with one key. */
typedef struct {
  GChecksum *checksum;
  uint8_t inner[BLOCK_LENGTH], outer[BLOCK_LENGTH];
} Keyed;

static void update(GChecksum *checksum, Bytes data)
{
  if (data.length > 0) g_checksum_update(checksum, data.data, (gssize)data.length);
}

static Digest finish(GChecksum *checksum)
{
  Digest digest = {.length = DIGEST_LENGTH_MAX};
  g_checksum_get_digest(checksum, digest.bytes, &digest.length);
  g_checksum_reset(checksum);
  return digest;
}

static void keyed_init(Keyed *keyed, GChecksumType hash, Bytes key)
{
  keyed->checksum = g_checksum_new(hash);
  Digest short_key = {.length = 0};
  if (key.length > BLOCK_LENGTH) {
    update(keyed->checksum, key);
    short_key = finish(keyed->checksum);
    key = digest_view(&short_key);
  }
  for (size_t i = 0; i < BLOCK_LENGTH; i++) {
    uint8_t byte = i < key.length ? key.data[i] : 0;
    keyed->inner[i] = byte ^ 0x36;
    keyed->outer[i] = byte ^ 0x5c;
  }
  explicit_bzero(&short_key, sizeof short_key);
}

static Digest keyed_compute(Keyed *keyed, Bytes first, Bytes second)
{
  update(keyed->checksum, (Bytes){keyed->inner, BLOCK_LENGTH});
  update(keyed->checksum, first);
  update(keyed->checksum, second);
  Digest inside = finish(keyed->checksum);
  update(keyed->checksum, (Bytes){keyed->outer, BLOCK_LENGTH});
  update(keyed->checksum, digest_view(&inside));
  return finish(keyed->checksum);
}

static void keyed_clear(Keyed *keyed)
{
  g_checksum_free(keyed->checksum);
  explicit_bzero(keyed, sizeof *keyed);
}

Digest digest_hmac(GChecksumType hash, Bytes key, Bytes data)
{
  Keyed keyed;
  keyed_init(&keyed, hash, key);
  Digest digest = keyed_compute(&keyed, data, BYTES_EMPTY);
  keyed_clear(&keyed);
  return digest;
}

static void mix(Digest *digest, const Digest *with)
{
  for (size_t i = 0; i < digest->length; i++)
    digest->bytes[i] ^= with->bytes[i];
}

Digest digest_pbkdf2(GChecksumType hash, Bytes password, Bytes salt, guint iterations)
{
  static const uint8_t first_block[] = {0, 0, 0, 1};
  Keyed keyed;
  keyed_init(&keyed, hash, password);
  Digest round = keyed_compute(&keyed, salt, (Bytes){first_block, sizeof first_block});
  Digest result = round;
  for (guint i = 1; i < iterations; i++) {
    round = keyed_compute(&keyed, digest_view(&round), BYTES_EMPTY);
    mix(&result, &round);
  }
  explicit_bzero(&round, sizeof round);
  keyed_clear(&keyed);
  return result;
}

ScramProof digest_scram(const ScramExchange *exchange)
{
  ByteBuffer password = {0};
  digest_append_prepared(&password, exchange->password);
  Digest salted =
      digest_pbkdf2(exchange->hash, byte_buffer_view(&password), exchange->salt, exchange->iterations);
  Digest client_key = digest_hmac(exchange->hash, digest_view(&salted), BYTES_LITERAL("Client Key"));
  Digest server_key = digest_hmac(exchange->hash, digest_view(&salted), BYTES_LITERAL("Server Key"));
  g_autoptr(GChecksum) checksum = g_checksum_new(exchange->hash);
  update(checksum, digest_view(&client_key));
  Digest stored_key = finish(checksum);
  ScramProof proof = {.client_proof = client_key};
  Digest signature = digest_hmac(exchange->hash, digest_view(&stored_key), exchange->auth_message);
  mix(&proof.client_proof, &signature);
  proof.server_signature = digest_hmac(exchange->hash, digest_view(&server_key), exchange->auth_message);
  Digest *const secrets[] = {&salted, &client_key, &server_key, &stored_key};
  for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++)
    explicit_bzero(secrets[i], sizeof *secrets[i]);
  byte_buffer_clear(&password);
  return proof;
}

bool digest_find_scram(const char *mechanism, GChecksumType *hash)
{
  static const struct {
    const char *mechanism;
    GChecksumType hash;
  } rows[] = {{"SCRAM-SHA-1", G_CHECKSUM_SHA1}, {"SCRAM-SHA-256", G_CHECKSUM_SHA256}};
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (g_strcmp0(mechanism, rows[i].mechanism) != 0) continue;
    *hash = rows[i].hash;
    return true;
  }
  return false;
}

/* Commonly mapped to nothing (RFC 3454 appendix B.1). */
static bool is_nothing(gunichar c)
{
  return c == 0xad || c == 0x34f || c == 0x1806 || (c >= 0x180b && c <= 0x180d) ||
         (c >= 0x200b && c <= 0x200d) || c == 0x2060 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

void digest_append_prepared(ByteBuffer *out, Bytes text)
{
  if (text.length == 0) return;
  if (!g_utf8_validate((const char *)text.data, (gssize)text.length, NULL)) {
    byte_buffer_append(out, text);
    return;
  }
  ByteBuffer mapped = {0};
  const char *at = (const char *)text.data, *end = at + text.length;
  for (; at < end; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    /* a blank of another kind (appendix C.1.2); U+200B is in both lists, and goes */
    bool blank = c > 0x7f && g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
    if (is_nothing(c)) continue;
    byte_buffer_append(&mapped, blank ? BYTES_LITERAL(" ")
                                      : (Bytes){(const uint8_t *)at, (size_t)(g_utf8_next_char(at) - at)});
  }
  Bytes view = byte_buffer_view(&mapped);
  if (view.length > 0) {
    char *normal = g_utf8_normalize((const char *)view.data, (gssize)view.length, G_NORMALIZE_NFKC);
    byte_buffer_append(out, bytes_from_string(normal));
    explicit_bzero(normal, strlen(normal));
    g_free(normal);
  }
  byte_buffer_clear(&mapped);
}

bool digest_equal(Bytes a, Bytes b)
{
  unsigned difference = a.length == b.length ? 0 : 1;
  for (size_t i = 0; i < a.length; i++)
    difference |= (unsigned)(a.data[i] ^ (b.length == 0 ? 1 : b.data[i % b.length]));
  return difference == 0;
}
