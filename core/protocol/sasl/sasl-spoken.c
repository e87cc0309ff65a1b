/* SPDX-License-Identifier: MIT */
/* The mechanisms that we speak: one table. */
#include "protocol/sasl/sasl-spoken.h"

static const SaslSpoken mechanisms[] = {
    {"SCRAM-SHA-256", SASL_SPOKEN_SCRAM, true}, {"SCRAM-SHA-1", SASL_SPOKEN_SCRAM, true},
    {"CRAM-MD5", SASL_SPOKEN_CRAM_MD5, false},  {"PLAIN", SASL_SPOKEN_PLAIN, true},
    {"LOGIN", SASL_SPOKEN_LOGIN, true}, /* never written down as a standard; programs send the name first too
                                         */
};

const char *const sasl_spoken_names[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", NULL};

const SaslSpoken *sasl_spoken_find(Bytes name)
{
  for (size_t i = 0; i < G_N_ELEMENTS(mechanisms); i++)
    if (bytes_equal_ignore_case(name, mechanisms[i].name)) return &mechanisms[i];
  return NULL;
}

const char *sasl_names_find(const char *const *names, Bytes name)
{
  for (names = names == NULL ? sasl_spoken_names : names; *names != NULL; names++)
    if (bytes_equal_ignore_case(name, *names)) return *names;
  return NULL;
}

char *sasl_names_join(const char *const *names)
{
  return g_strjoinv(" ", (char **)(names == NULL ? sasl_spoken_names : names));
}
