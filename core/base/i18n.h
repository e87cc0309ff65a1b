/* SPDX-License-Identifier: MIT */
/* Translation: _() for text shown now, N_() for text in tables, and the choice of language at the start of a
 * program. */
#pragma once

#define GETTEXT_PACKAGE "carteiro"
#include <glib/gi18n-lib.h>
#include <stdbool.h>
#include <stdint.h>

/* Sets the program's language: wanted is "pt_BR" or "en", or NULL for the locale's. Where the machine lacks
 * that locale, C.UTF-8 carries it. Catalogues are looked for in ../share/locale beside the program's folder.
 * Returns false when wanted is a language we do not speak; then the locale's own stays. Call once, before any
 * thread starts. */
bool i18n_init(const char *wanted);

/* Returns the language in use: "pt_BR" or "en". Static. */
const char *i18n_language(void);

/* Room for i18n_format_number's text and its NUL. */
#define I18N_NUMBER_TEXT 48

/* Writes number with the language's marks between thousands ("1.403" in Portuguese, a narrow space in
 * English); returns text. */
const char *i18n_format_number(uint64_t number, char text[I18N_NUMBER_TEXT]);

/* Returns the language's decimal mark: ',' or '.'. */
char i18n_decimal_mark(void);
