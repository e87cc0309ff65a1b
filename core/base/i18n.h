/* SPDX-License-Identifier: MIT */
/* Translation: _() for text shown now, N_() for text in tables, and the choice of language at the start of a program. */
#pragma once

#define GETTEXT_PACKAGE "carteiro"
#include <glib/gi18n-lib.h>
#include <stdbool.h>

/* Sets the program's language: wanted is "pt_BR" or "en", or NULL for the locale's. Where the machine lacks that
 * locale, C.UTF-8 carries it. Catalogues are looked for in ../share/locale beside the program's folder. Returns false
 * when wanted is a language we do not speak; then the locale's own stays. Call once, before any thread starts. */
bool i18n_init(const char *wanted);

/* Returns the language in use: "pt_BR" or "en". Static. */
const char *i18n_language(void);
