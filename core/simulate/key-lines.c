/* SPDX-License-Identifier: MIT */
/* The lines of a key file. */
#include "simulate/key-lines.h"

#include "base/i18n.h"

#include <string.h>

void key_line_free(gpointer data)
{
  KeyLine *line = data;
  g_free(line->group);
  g_free(line->key);
  g_free(line->language);
  g_free(line->value);
  g_free(line);
}

char *key_lines_unescape(const char *value)
{
  static const struct {
    char letter, meaning;
  } escapes[] = {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'s', ' '}, {'\\', '\\'}};
  GString *plain = g_string_new(NULL);
  for (const char *at = value; *at != '\0'; at++) {
    bool known = *at != '\\';
    char meaning = *at;
    if (!known) at++;
    for (size_t i = 0; !known && i < G_N_ELEMENTS(escapes); i++)
      if (*at == escapes[i].letter) {
        meaning = escapes[i].meaning;
        known = true;
      }
    if (!known) {
      g_string_free(plain, TRUE);
      return NULL;
    }
    g_string_append_c(plain, meaning);
  }
  return g_string_free(plain, FALSE);
}

/* Splits "Title[pt_BR]" into *key and *language (NULL for none). Returns false where it is neither form. */
static bool split_key(const char *text, char **key, char **language)
{
  const char *open = strchr(text, '[');
  size_t length = strlen(text);
  *key = g_strndup(text, open == NULL ? length : (size_t)(open - text));
  *language = NULL;
  if (open == NULL) return length > 0;
  if (open == text || text[length - 1] != ']' || open + 2 >= text + length) return false;
  *language = g_strndup(open + 1, (size_t)(text + length - open) - 2);
  return true;
}

/* Returns what is wrong with a line that is neither group nor key. */
static const char *explain_line(const char *text)
{
  if (text[0] == ';') return _("a comment begins with “#”");
  size_t word = 0;
  while (g_ascii_isalpha(text[word]))
    word++;
  if (word > 0 && text[word] == ':') return _("a value comes after “=”, not after “:”, like Do=fetch");
  return _("neither a group like [Act 1] nor a key like Title=…; a longer text stays on one line, with \\n "
           "between its "
           "lines");
}

/* Reads one line that is neither blank nor a comment into *line. Returns NULL, or what is wrong. */
static const char *read_line(char *text, const char *group, KeyLine *line)
{
  if (text[0] == '[') {
    size_t length = strlen(text);
    if (length < 3 || text[length - 1] != ']') return _("a group ends with “]”, like [Act 1]");
    line->group = g_strstrip(g_strndup(text + 1, length - 2));
    return NULL;
  }
  char *equals = strchr(text, '=');
  if (equals == NULL) return explain_line(text);
  if (group == NULL) return _("a key comes after its group: [Scenario] first");
  *equals = '\0';
  line->group = g_strdup(group);
  if (!split_key(g_strstrip(text), &line->key, &line->language))
    return _("a key is one word, with its language in brackets where it has one: Title[pt_BR]=…");
  line->value = key_lines_unescape(g_strstrip(equals + 1));
  return line->value == NULL ? _("after a backslash comes n, t, s or another backslash") : NULL;
}

/* Remembers the line; returns false when there was one like it. */
static bool remember(GHashTable *seen, const KeyLine *line)
{
  return g_hash_table_add(seen, g_strdup_printf("%s\n%s\n%s", line->group, line->key == NULL ? "" : line->key,
                                                line->language == NULL ? "" : line->language));
}

GPtrArray *key_lines_parse(const char *text, gsize length, guint *line_number, const char **problem)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(key_line_free);
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  static const char byte_order_mark[] = "\xef\xbb\xbf"; /* some editors begin a file with it */
  const char *group = NULL, *end = text + length;
  if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) text += 3;
  *line_number = 0;
  *problem = NULL;
  while (text < end) {
    const char *line_end = memchr(text, '\n', (size_t)(end - text));
    if (line_end == NULL) line_end = end;
    ++*line_number;
    g_autofree char *one = g_strndup(text, (size_t)(line_end - text));
    bool sound = g_utf8_validate(text, line_end - text, NULL);
    text = line_end + 1;
    g_strstrip(one);
    if (!sound) *problem = _("this line is not UTF-8 text");
    if (sound && (one[0] == '\0' || one[0] == '#')) continue;
    KeyLine *line = g_new0(KeyLine, 1);
    line->line = *line_number;
    if (sound) *problem = read_line(one, group, line);
    if (*problem == NULL && !remember(seen, line))
      *problem = line->key == NULL
                     ? _("there is a group like this already; acts are numbered: [Act 1], [Act 2] …")
                     : _("this key comes twice in its group");
    if (*problem != NULL) {
      key_line_free(line);
      return NULL;
    }
    if (line->key == NULL) group = line->group;
    g_ptr_array_add(lines, line);
  }
  return g_steal_pointer(&lines);
}
