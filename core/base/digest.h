/* SPDX-License-Identifier: MIT */
/* What log-ins compute with digests: HMAC, PBKDF2, the proofs of SCRAM, and comparing without telling by the
 * time it takes. */
#pragma once

#include "base/byte-buffer.h"

#define DIGEST_LENGTH_MAX 32 /* of SHA-256, the longest of those used */

/* A digest by value, so that secrets need no heap. */
typedef struct {
  uint8_t bytes[DIGEST_LENGTH_MAX];
  size_t length;
} Digest;

/* Returns a view of the digest, valid as long as it stands. */
static inline Bytes digest_view(const Digest *digest)
{
  return (Bytes){digest->bytes, digest->length};
}

/* Returns HMAC(key, data) (RFC 2104). hash: MD5, SHA-1 or SHA-256. */
Digest digest_hmac(GChecksumType hash, Bytes key, Bytes data);

/* Returns the first block of PBKDF2 with HMAC (RFC 8018 §5.2), which is Hi() of RFC 5802 §2.2. iterations: at
 * least 1; cost is linear in them. */
Digest digest_pbkdf2(GChecksumType hash, Bytes password, Bytes salt, guint iterations);

/* What the two sides of SCRAM show each other (RFC 5802 §3). */
typedef struct {
  Digest client_proof, server_signature;
} ScramProof;

/* What a SCRAM exchange is made of. */
typedef struct {
  GChecksumType hash; /* SHA-1 or SHA-256 */
  Bytes password;     /* as the person types it: SASLprep is done here */
  Bytes salt;
  guint iterations;
  Bytes auth_message;
} ScramExchange;

/* Returns both proofs. The caller wipes the client's. */
ScramProof digest_scram(const ScramExchange *exchange);

/* Finds the hash of a SCRAM mechanism's name, "SCRAM-SHA-1" or "SCRAM-SHA-256". Returns false for another. */
bool digest_find_scram(const char *mechanism, GChecksumType *hash);

/* Appends a name or password prepared by SASLprep (RFC 4013 §2.1, §2.2): blanks of all kinds become spaces,
 * what is commonly mapped to nothing goes, and the rest is normalised (NFKC). Text that is not UTF-8 stays as
 * it is. */
void digest_append_prepared(ByteBuffer *out, Bytes text);

/* Returns true when both hold the same bytes; the time taken tells the length of a at most. */
bool digest_equal(Bytes a, Bytes b);
