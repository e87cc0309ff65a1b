/* SPDX-License-Identifier: MIT */
/* The client's side of a SASL exchange; mechanisms as in sasl-server.h. */
#pragma once

#include "base/bytes.h"

typedef struct SaslClient SaslClient;

/* Strings are copied; NULL is empty. */
typedef struct {
  const char *user;
  const char *password;
  const char *nonce; /* letters and digits that nobody foresees; SCRAM */
} SaslClientConfig;

/* Returns the best mechanism among those offered (names with spaces between them, any case) that allowed
 * (NULL-terminated, best first; NULL: sasl_spoken_names) has too; NULL where
 * there is none. Static or of allowed. */
const char *sasl_client_pick(Bytes offered, const char *const *allowed);

/* Returns an exchange of that mechanism, or NULL for one we do not know. */
SaslClient *sasl_client_new(const char *mechanism, const SaslClientConfig *config);

const char *sasl_client_get_mechanism(const SaslClient *client);

/* Returns true where the client speaks first (PLAIN, SCRAM), and gives its initial response in base64. Valid
 * until the next call. */
bool sasl_client_get_initial(SaslClient *client, Bytes *base64);

/* Returns true where the initial response is at most room bytes of base64, so that it may stand in the
 * command line. */
bool sasl_client_fits_initial(const SaslClient *client, size_t room);

/* Takes a challenge (what stands after "334 " or "+ ") and gives the response in base64, valid until the next
 * call. Returns false where the challenge is not one the mechanism allows, or SCRAM's server proves nothing:
 * the client sends "*". */
bool sasl_client_take(SaslClient *client, Bytes challenge, Bytes *base64);

/* Returns true when all was said and SCRAM's server has proved that it knows the password too: only then is
 * its "you are in" to be believed. */
bool sasl_client_is_satisfied(const SaslClient *client);

/* Frees, secrets wiped; NULL is nothing. */
void sasl_client_free(SaslClient *client);
