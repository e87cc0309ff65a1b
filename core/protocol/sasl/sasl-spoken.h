/* SPDX-License-Identifier: MIT */
/* The mechanisms that our servers and clients speak, and lists of their names. */
#pragma once

#include "base/bytes.h"

typedef enum { SASL_SPOKEN_SCRAM, SASL_SPOKEN_CRAM_MD5, SASL_SPOKEN_PLAIN, SASL_SPOKEN_LOGIN } SaslSpokenKind;

typedef struct {
  const char *name;
  SaslSpokenKind kind;
  bool client_first; /* an initial response is allowed */
} SaslSpoken;

/* Their names, best first, NULL at the end. */
extern const char *const sasl_spoken_names[];

/* Returns the mechanism of that name, whatever its case, or NULL for one we do not speak. */
const SaslSpoken *sasl_spoken_find(Bytes name);

/* Returns the entry of names (NULL-terminated; NULL: all that we speak) that equals name whatever its case,
 * or NULL. */
const char *sasl_names_find(const char *const *names, Bytes name);

/* Returns the names with a space between them, the caller's to free. names as above. */
char *sasl_names_join(const char *const *names);
