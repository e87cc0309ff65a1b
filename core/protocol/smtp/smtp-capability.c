/* SPDX-License-Identifier: MIT */
/* What EHLO's reply lists. */
#include "protocol/smtp/smtp-capability.h"

/* mechanism: one of AUTH's words, which share a line. In the order listed. */
static const struct {
  uint32_t bit;
  const char *keyword, *mechanism;
} capabilities[] = {
    {SMTP_CAPABILITY_SIZE, "SIZE", NULL},
    {SMTP_CAPABILITY_AUTH_SCRAM_SHA_256, "AUTH", "SCRAM-SHA-256"},
    {SMTP_CAPABILITY_AUTH_SCRAM_SHA_1, "AUTH", "SCRAM-SHA-1"},
    {SMTP_CAPABILITY_AUTH_CRAM_MD5, "AUTH", "CRAM-MD5"},
    {SMTP_CAPABILITY_AUTH_PLAIN, "AUTH", "PLAIN"},
    {SMTP_CAPABILITY_AUTH_LOGIN, "AUTH", "LOGIN"},
    {SMTP_CAPABILITY_PIPELINING, "PIPELINING", NULL},
    {SMTP_CAPABILITY_8BITMIME, "8BITMIME", NULL},
    {SMTP_CAPABILITY_ENHANCED_STATUS_CODES, "ENHANCEDSTATUSCODES", NULL},
    {SMTP_CAPABILITY_SMTPUTF8, "SMTPUTF8", NULL},
    {SMTP_CAPABILITY_CHUNKING, "CHUNKING", NULL},
    {SMTP_CAPABILITY_BINARYMIME, "BINARYMIME", NULL},
    {SMTP_CAPABILITY_DSN, "DSN", NULL},
    {SMTP_CAPABILITY_VRFY, "VRFY", NULL},
    {SMTP_CAPABILITY_EXPN, "EXPN", NULL},
    {SMTP_CAPABILITY_HELP, "HELP", NULL},
};

void smtp_capabilities_append(GString *text, uint32_t offered, uint64_t size_limit)
{
  bool auth_begun = false;
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++) {
    if ((offered & capabilities[i].bit) == 0) continue;
    bool auth = capabilities[i].mechanism != NULL;
    if (!auth || !auth_begun) g_string_append(g_string_append_c(text, '\n'), capabilities[i].keyword);
    if (auth) g_string_append(g_string_append_c(text, ' '), capabilities[i].mechanism);
    if (capabilities[i].bit == SMTP_CAPABILITY_SIZE)
      g_string_append_printf(text, " %" G_GUINT64_FORMAT, size_limit);
    auth_begun |= auth;
  }
}

uint32_t smtp_capability_of_mechanism(Bytes mechanism)
{
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++)
    if (capabilities[i].mechanism != NULL && bytes_equal_ignore_case(mechanism, capabilities[i].mechanism))
      return capabilities[i].bit;
  return 0;
}

/* Cuts the next word off the front of *rest; "=" parts words too, as in the AUTH=LOGIN of old servers.
 * Returns an empty view at the end. */
static Bytes next_word(Bytes *rest)
{
  static const char gaps[] = " \t=";
  size_t start = 0;
  while (start < rest->length && strchr(gaps, rest->data[start]) != NULL && rest->data[start] != 0)
    start++;
  size_t end = start;
  while (end < rest->length && (rest->data[end] == 0 || strchr(gaps, rest->data[end]) == NULL))
    end++;
  Bytes word = bytes_slice(*rest, start, end - start);
  *rest = bytes_skip(*rest, end);
  return word;
}

uint32_t smtp_capabilities_parse(Bytes line)
{
  uint32_t offered = 0;
  Bytes keyword = next_word(&line);
  if (bytes_equal_ignore_case(keyword, "AUTH")) {
    for (Bytes word = next_word(&line); word.length > 0; word = next_word(&line))
      offered |= smtp_capability_of_mechanism(word);
    return offered;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(capabilities); i++)
    if (bytes_equal_ignore_case(keyword, capabilities[i].keyword)) offered |= capabilities[i].bit;
  return offered;
}
