/* SPDX-License-Identifier: MIT */
/* Advice for a word that is not known. */
#pragma once

#include <glib.h>

/* Returns the word (of const char *) that was most likely meant, or NULL where none is near. Borrowed. */
const char *word_nearest(const char *word, const GPtrArray *words);

/* Returns "did you mean X?" where one of words (of const char *) is near, else which are known; the caller's
 * to free. */
char *word_advice(const char *word, const GPtrArray *words);
