/* SPDX-License-Identifier: MIT */
/* The triples seen. */
#include "agent/greylist.h"

#define KEPT_UNPROVEN (2 * 24 * 3600 * NANOSECONDS_PER_SECOND)
#define KEPT_PROVEN (36 * 24 * 3600 * NANOSECONDS_PER_SECOND)
#define MOST_TRIPLES 100000u /* above that, nobody is asked to come again: the list would only grow */

typedef struct {
  Nanoseconds first, last;
  bool proven;
} Triple;

struct Greylist {
  GHashTable *triples; /* "peer sender recipient" in lower case to Triple */
  Nanoseconds swept;   /* when the old ones were last thrown away */
};

Greylist *greylist_new(void)
{
  Greylist *greylist = g_new0(Greylist, 1);
  greylist->triples = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return greylist;
}

void greylist_free(Greylist *greylist)
{
  if (greylist == NULL) return;
  g_hash_table_unref(greylist->triples);
  g_free(greylist);
}

static bool is_over(const Triple *triple, Nanoseconds now)
{
  return now - triple->last > (triple->proven ? KEPT_PROVEN : KEPT_UNPROVEN);
}

/* At most once in two days, so that the cost stays linear in the tries. */
static void sweep(Greylist *greylist, Nanoseconds now)
{
  GHashTableIter iterator;
  gpointer triple;
  if (now - greylist->swept < KEPT_UNPROVEN) return;
  greylist->swept = now;
  g_hash_table_iter_init(&iterator, greylist->triples);
  while (g_hash_table_iter_next(&iterator, NULL, &triple))
    if (is_over(triple, now)) g_hash_table_iter_remove(&iterator);
}

bool greylist_admit(Greylist *greylist, const char *peer, const char *sender, const char *recipient,
                    Nanoseconds delay, Nanoseconds now)
{
  sweep(greylist, now);
  g_autofree char *text = g_strdup_printf("%s %s %s", peer, sender, recipient);
  g_autofree char *key = g_ascii_strdown(text, -1);
  Triple *triple = g_hash_table_lookup(greylist->triples, key);
  if (triple != NULL && !is_over(triple, now)) {
    triple->last = now;
    triple->proven = triple->proven || now - triple->first >= delay;
    return triple->proven;
  }
  if (g_hash_table_size(greylist->triples) >= MOST_TRIPLES) return true;
  triple = g_new(Triple, 1);
  *triple = (Triple){.first = now, .last = now};
  g_hash_table_replace(greylist->triples, g_steal_pointer(&key), triple);
  return false;
}
