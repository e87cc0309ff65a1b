/* SPDX-License-Identifier: MIT */
/* Tags out, words left. */
#include "mail/html-text.h"

#include <glib.h>
#include <string.h>

/* Returns where what begins at tag ends: behind its ">", or behind the closing tag of an element whose
 * content is no text. */
static const char *skip_tag(const char *tag)
{
  static const char *const silent[] = {"style", "script", "head"};
  if (g_str_has_prefix(tag, "<!--")) {
    const char *end = strstr(tag, "-->");
    return end != NULL ? end + 3 : tag + strlen(tag);
  }
  const char *end = strchr(tag, '>');
  if (end == NULL) return tag + strlen(tag);
  for (size_t i = 0; i < G_N_ELEMENTS(silent); i++) {
    size_t length = strlen(silent[i]);
    if (g_ascii_strncasecmp(tag + 1, silent[i], length) != 0 || g_ascii_isalnum(tag[1 + length])) continue;
    for (const char *at = end; (at = strchr(at, '<')) != NULL; at++)
      if (at[1] == '/' && g_ascii_strncasecmp(at + 2, silent[i], length) == 0) return skip_tag(at);
    return tag + strlen(tag);
  }
  return end + 1;
}

static const char *take_entity(const char *at, char *character)
{
  static const struct {
    const char *entity;
    char character;
  } entities[] = {{"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
                  {"&quot;", '"'}, {"&nbsp;", ' '}, {"&#39;", '\''}};
  for (size_t i = 0; i < G_N_ELEMENTS(entities); i++) {
    if (!g_str_has_prefix(at, entities[i].entity)) continue;
    *character = entities[i].character;
    return at + strlen(entities[i].entity);
  }
  *character = *at;
  return at + 1;
}

void html_text_strip(char *html)
{
  char *out = html;
  for (const char *at = html; *at != '\0';) {
    if (*at == '<')
      at = skip_tag(at);
    else
      at = take_entity(at, out++);
  }
  *out = '\0';
}
