/* SPDX-License-Identifier: MIT */
/* Advice for a word that is not known. */
#pragma once

#include <glib.h>

/* Returns "did you mean X?" where one of words (of const char *) is near, else which are known; the caller's
 * to free. */
char *word_advice(const char *word, const GPtrArray *words);
