/* SPDX-License-Identifier: MIT */
/* The command `carteiro`: finds the subcommand and sets the language. */
#include "command.h"

#include "base/i18n.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const Command *const commands[] = {&decode_command, &simulate_command, &export_command};

static void print_help(void)
{
  printf("%s\n\n%s\n", _("See how e-mail works, line by line."), _("Usage:"));
  printf("  carteiro                        %s\n", _("Open the desktop program"));
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    printf("  carteiro %-8s %-13s %s\n", commands[i]->name, commands[i]->usage, _(commands[i]->summary));
  printf("\n%s\n", _("Common options:"));
  printf("  --lang pt_BR|en                 %s\n", _("Language (else the environment’s)"));
  printf("  --version                       %s\n", _("Show the version"));
  printf("  --help                          %s\n", _("Show this help; after a command, its options"));
}

/* Takes --lang out of argv. Returns its value, or NULL; *bad is set when the value is missing. */
static const char *take_language(int *argc, char **argv, bool *bad)
{
  const char *found = NULL;
  int kept = 0;
  bool options = true;
  for (int i = 0; i < *argc; i++) {
    if (strcmp(argv[i], "--") == 0) options = false;
    if (options && g_str_has_prefix(argv[i], "--lang=")) {
      found = argv[i] + strlen("--lang=");
    } else if (options && strcmp(argv[i], "--lang") == 0) {
      *bad = i + 1 >= *argc;
      if (!*bad) found = argv[++i];
    } else {
      argv[kept++] = argv[i];
    }
  }
  argv[kept] = NULL;
  *argc = kept;
  return found;
}

/* Becomes the desktop program, which lies beside this one. */
static int start_desktop(void)
{
  if (g_getenv("DISPLAY") == NULL && g_getenv("WAYLAND_DISPLAY") == NULL)
    return command_fail(EXIT_UNREADABLE, "desktop", "DISPLAY",
                        _("there is no display; “carteiro simulate” plays in the terminal"));
  char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  program[MAX(length, 0)] = '\0';
  g_autofree char *folder = g_path_get_dirname(program);
  g_autofree char *desktop = g_build_filename(folder, "carteiro-desktop", NULL);
  execl(desktop, "carteiro-desktop", (char *)NULL);
  execlp("carteiro-desktop", "carteiro-desktop", (char *)NULL);
  return command_fail(EXIT_UNREADABLE, "desktop", "carteiro-desktop",
                      _("the desktop program carteiro-desktop is not installed"));
}

/* Memory that a long letter needed is soon needed again: giving it back to the system each time costs more
 * than the letter. */
static void keep_freed_memory(void)
{
  enum { MEBIBYTE = 1 << 20 };
  mallopt(M_TRIM_THRESHOLD, 16 * MEBIBYTE);
  mallopt(M_MMAP_THRESHOLD, 4 * MEBIBYTE);
  mallopt(M_TOP_PAD, MEBIBYTE);
}

int main(int argc, char **argv)
{
  keep_freed_memory();
  signal(SIGPIPE, SIG_IGN);
  bool bad = false;
  const char *language = take_language(&argc, argv, &bad);
  if (!i18n_init(language) || bad)
    return command_fail(EXIT_USAGE, "--lang", language, _("the languages are pt_BR and en"));
  if (argc < 2) return start_desktop();
  if (strcmp(argv[1], "--version") == 0) {
    printf("carteiro %s\n", CARTEIRO_VERSION);
    return command_flush("--version");
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    print_help();
    return command_flush("--help");
  }
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
    if (strcmp(argv[1], commands[i]->name) == 0) return commands[i]->run(argc - 1, argv + 1);
  return command_fail(EXIT_USAGE, _("command"), argv[1], _("no such command; see carteiro --help"));
}
