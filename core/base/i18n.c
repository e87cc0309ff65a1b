/* SPDX-License-Identifier: MIT */
/* Choice of the language, also on a machine that has only the C locale. */
#include "base/i18n.h"

#include <libintl.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static bool is_portuguese(const char *name)
{
  return g_ascii_strncasecmp(name, "pt", 2) == 0 && (name[2] == '\0' || strchr("_-.@:", name[2]) != NULL);
}

/* The language the person's environment asks for, as gettext would read it. */
static const char *environment_language(void)
{
  static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    const char *value = g_getenv(names[i]);
    if (value != NULL && value[0] != '\0') return is_portuguese(value) ? "pt_BR" : "en";
  }
  return "en";
}

static void bind_catalogue(void)
{
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  g_autofree char *folder = g_path_get_dirname(program);
  g_autofree char *catalogue = g_build_filename(folder, "..", "share", "locale", NULL);
  bindtextdomain(GETTEXT_PACKAGE, catalogue);
  bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
  textdomain(GETTEXT_PACKAGE);
}

bool i18n_init(const char *wanted)
{
  bool known = wanted == NULL || is_portuguese(wanted) || strcmp(wanted, "en") == 0;
  const char *language = wanted == NULL || !known ? environment_language()
                         : is_portuguese(wanted)  ? "pt_BR"
                                                  : "en";
  g_setenv("LANGUAGE", language, TRUE);
  /* Our own output never depends on the locale's number forms, so only messages and characters follow it. */
  if (setlocale(LC_CTYPE, "") == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
    setlocale(LC_CTYPE, "C.UTF-8");
  if (setlocale(LC_MESSAGES, "") == NULL || strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 ||
      strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0)
    setlocale(LC_MESSAGES, "C.UTF-8");
  bind_catalogue();
  return known;
}

const char *i18n_language(void)
{
  const char *language = g_getenv("LANGUAGE");
  return language != NULL && is_portuguese(language) ? "pt_BR" : "en";
}

const char *i18n_format_number(uint64_t number, char text[I18N_NUMBER_TEXT])
{
  const char *mark = is_portuguese(i18n_language()) ? "." : "\u202f";
  char digits[24];
  size_t count = (size_t)g_snprintf(digits, sizeof digits, "%" G_GUINT64_FORMAT, number);
  char *end = text;
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && (count - i) % 3 == 0) end = g_stpcpy(end, mark);
    *end++ = digits[i];
  }
  *end = '\0';
  return text;
}

char i18n_decimal_mark(void)
{
  return is_portuguese(i18n_language()) ? ',' : '.';
}
