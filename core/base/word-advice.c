/* SPDX-License-Identifier: MIT */
/* Finding the word that was meant. */
#include "base/word-advice.h"

#include "base/i18n.h"

#include <string.h>

/* Returns how many letters must be put, dropped or changed to make a into b, whatever their case; words are
 * cut at 31 letters. */
static guint distance(const char *a, const char *b)
{
  guint row[32];
  size_t a_length = MIN(strlen(a), (size_t)31), b_length = MIN(strlen(b), (size_t)31);
  for (guint j = 0; j <= b_length; j++)
    row[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    guint diagonal = row[0];
    row[0] = (guint)i;
    for (size_t j = 1; j <= b_length; j++) {
      guint changed = diagonal + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));
      diagonal = row[j];
      row[j] = MIN(changed, MIN(row[j], row[j - 1]) + 1);
    }
  }
  return row[b_length];
}

/* Returns how far a word may be from a known one to be taken for a slip of the finger. */
static guint slip(const char *known)
{
  return strlen(known) < 5 ? 1 : 2;
}

const char *word_nearest(const char *word, const GPtrArray *words)
{
  const char *nearest = NULL;
  guint best = 3;
  for (guint i = 0; i < words->len; i++) {
    const char *known = g_ptr_array_index(words, i);
    guint away = distance(word, known);
    if (away >= best || away > slip(known)) continue;
    best = away;
    nearest = known;
  }
  return nearest;
}

char *word_advice(const char *word, const GPtrArray *words)
{
  const char *nearest = word_nearest(word, words);
  if (nearest != NULL) return g_strdup_printf(_("did you mean “%s”?"), nearest);
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; i < words->len; i++)
    g_string_append_printf(list, "%s%s", i == 0 ? "" : ", ", (const char *)g_ptr_array_index(words, i));
  return g_strdup_printf(_("known here: %s"), list->str);
}
