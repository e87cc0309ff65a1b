/* SPDX-License-Identifier: MIT */
/* What the commands share: their messages, and how options are read. */
#include "command.h"

#include "base/i18n.h"
#include "observe/text-clean.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PART_SHOWN 4096u

/* Prints text on one line, with nothing in it that could steer a terminal. */
static void print_part(const char *text, const char *after)
{
  g_autoptr(GString) clean = g_string_new(NULL);
  text_append_visible(clean, bytes_from_string(text), PART_SHOWN);
  fprintf(stderr, "%s%s", clean->str, after);
}

int command_fail(ExitCode code, const char *what, const char *where, const char *why)
{
  fputs("carteiro: ", stderr);
  print_part(what, ": ");
  if (where != NULL) print_part(where, ": ");
  print_part(why, "\n");
  return (int)code;
}

int command_fail_output(const char *what, int error_number)
{
  if (error_number == EPIPE) return EXIT_ALL_READ;
  return command_fail(EXIT_OUTPUT, what, _("standard output"), g_strerror(error_number));
}

int command_flush(const char *what)
{
  errno = 0;
  if (fflush(stdout) == 0 && ferror(stdout) == 0) return EXIT_ALL_READ;
  return command_fail_output(what, errno != 0 ? errno : EIO);
}

bool command_parse_format(const Command *command, const char *name, bool allow_none, OutputFormat *format)
{
  static const char *const names[] = {"text", "ndjson", "none"};
  if (name == NULL) return true;
  for (size_t i = 0; i < (allow_none ? 3u : 2u); i++) {
    if (strcmp(names[i], name) != 0) continue;
    *format = (OutputFormat)i;
    return true;
  }
  g_autofree char *where = g_strdup_printf("--format %s", name);
  g_autofree char *why =
      g_strdup_printf(_("the formats are %s"), allow_none ? "text, ndjson, none" : "text, ndjson");
  command_fail(EXIT_USAGE, command->name, where, why);
  return false;
}

/* Returns the first of the words that looks like an option, or NULL. Words after "--" are never options. */
static const char *find_option(char **words)
{
  for (char **word = words; *word != NULL && strcmp(*word, "--") != 0; word++)
    if ((*word)[0] == '-' && (*word)[1] != '\0') return *word;
  return NULL;
}

static GOptionContext *make_context(const Command *command, const GOptionEntry *entries, gboolean *help)
{
  const GOptionEntry help_entries[] = {
      {"help", 'h', 0, G_OPTION_ARG_NONE, help, N_("Show this help"), NULL},
      G_OPTION_ENTRY_NULL,
  };
  GOptionContext *context = g_option_context_new(command->usage);
  g_option_context_set_summary(context, _(command->summary));
  g_option_context_add_main_entries(context, help_entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
  /* GLib would print the help itself and leave, and word its messages without saying where. */
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_set_ignore_unknown_options(context, TRUE);
  g_autofree char *name = g_strdup_printf("carteiro %s", command->name);
  g_set_prgname(name);
  return context;
}

bool command_parse_options(const Command *command, const GOptionEntry *entries, int argc, char **argv,
                           int *code)
{
  gboolean help = FALSE;
  g_autoptr(GOptionContext) context = make_context(command, entries, &help);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) words = g_strdupv(argv);
  g_autofree char **left = g_memdup2(words, ((gsize)argc + 1) * sizeof *words);
  *code = EXIT_USAGE;
  if (!g_option_context_parse(context, &argc, &left, &error)) {
    /* Only a last word can lack its value; anything else GLib names itself. */
    bool missing = g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    command_fail(EXIT_USAGE, command->name, argv[g_strv_length(argv) - 1],
                 missing ? _("a value must follow") : error->message);
    return false;
  }
  if (help) {
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    fputs(text, stdout);
    *code = command_flush(command->name);
    return false;
  }
  const char *unknown = find_option(left + 1);
  if (unknown == NULL) return true;
  g_autofree char *why = g_strdup_printf(_("no such option; see carteiro %s --help"), command->name);
  command_fail(EXIT_USAGE, command->name, unknown, why);
  return false;
}
