/* SPDX-License-Identifier: MIT */
/* Texts are decoded and folded one at a time, then searched. */
#include "mail/message-match.h"

#include "mail/header-text.h"

char *message_fold(Bytes text)
{
  g_autofree char *valid =
      g_utf8_make_valid(text.length > 0 ? (const char *)text.data : "", (gssize)text.length);
  return g_utf8_casefold(valid, -1);
}

static bool holds(const char *text, const char *folded)
{
  g_autofree char *here = g_utf8_casefold(text, -1);
  return strstr(here, folded) != NULL;
}

static bool value_matches(Bytes value, const char *folded)
{
  g_autofree char *line = message_field_unfold(value);
  g_autofree char *decoded = header_text_decode(bytes_from_string(line));
  return holds(decoded != NULL ? decoded : line, folded);
}

bool message_header_matches(Bytes header, Bytes name, const char *folded)
{
  MessageField field;
  g_autofree char *wanted = bytes_dup_string(name);
  while (message_field_next(&header, &field))
    if (bytes_equal_ignore_case(field.name, wanted) && value_matches(field.value, folded)) return true;
  return false;
}

/* Does any field hold it, its name before it? */
static bool any_field_matches(Bytes header, const char *folded)
{
  MessageField field;
  while (message_field_next(&header, &field))
    if (value_matches(field.whole, folded)) return true;
  return false;
}

bool message_body_matches(const MessageStructure *structure, const char *folded, bool whole)
{
  guint count = message_structure_get_count(structure);
  if (*folded == '\0') return true;
  for (guint i = 0; i < count; i++) {
    MessageEntity entity = message_structure_get(structure, i);
    if ((whole || i > 0) && any_field_matches(entity.header, folded)) return true;
    if (!g_str_has_prefix(entity.type, "text/")) continue;
    g_autofree char *text = message_entity_text(&entity);
    if (holds(text, folded)) return true;
  }
  return false;
}
