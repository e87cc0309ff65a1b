/* SPDX-License-Identifier: MIT */
/* GMime, made ready on first use, and kept from what it cannot bear. */
#include "mail/gmime-start.h"

void gmime_start(void)
{
  static gsize done;
  if (!g_once_init_enter(&done)) return;
  g_mime_init();
  g_once_init_leave(&done, 1);
}

#define COLONS_MAX 64u /* in an address field */

void gmime_bound_groups(char *value)
{
  guint colons = 0;
  for (char *c = value; *c != '\0'; c++)
    if (*c == ':' && ++colons > COLONS_MAX) *c = ' ';
}

/* Does line begin a field whose addresses GMime reads? */
static bool is_address_field(Bytes line)
{
  static const char *const names[] = {"From", "Sender", "Reply-To", "To", "Cc", "Bcc"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    size_t length = strlen(names[i]);
    if (bytes_starts_ignore_case(line, names[i]) && line.length > length &&
        strchr(": \t", line.data[length]) != NULL)
      return true;
  }
  return false;
}

/* Returns a copy with the groups bounded, the caller's to free; NULL where the message is sound. */
static uint8_t *bound_message(Bytes message)
{
  uint8_t *copy = NULL;
  bool addresses = false;
  guint colons = 0;
  for (size_t at = 0; at < message.length;) {
    Bytes rest = bytes_skip(message, at);
    ptrdiff_t lf = bytes_find(rest, '\n');
    Bytes line = bytes_slice(rest, 0, lf < 0 ? rest.length : (size_t)lf + 1);
    if (line.data[0] != ' ' && line.data[0] != '\t') {
      addresses = is_address_field(line);
      colons = 0;
    }
    for (size_t i = 0; addresses && i < line.length; i++) {
      if (line.data[i] != ':' || ++colons <= COLONS_MAX + 1) continue; /* one is the name's */
      if (copy == NULL) copy = g_memdup2(message.data, message.length);
      copy[at + i] = ' ';
    }
    at += line.length;
  }
  return copy;
}

GMimeMessage *gmime_parse_message(Bytes message)
{
  gmime_start();
  g_autofree uint8_t *bounded = bound_message(message);
  const void *text = message.length == 0 ? "" : bounded != NULL ? (const void *)bounded : message.data;
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, message.length);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
  g_object_unref(parser);
  g_object_unref(stream);
  return parsed;
}
