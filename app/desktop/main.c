/* SPDX-License-Identifier: MIT */
/* Starts the desktop program: language first, then GTK. */
#include "app/desktop/application.h"
#include "base/i18n.h"

#include <stdio.h>

static const char *wanted_language(int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (g_str_has_prefix(argv[i], "--lang=")) return argv[i] + strlen("--lang=");
    if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) return argv[i + 1];
  }
  return NULL;
}

static int handle_options(GApplication *application, GVariantDict *options, gpointer data)
{
  (void)application;
  (void)data;
  if (!g_variant_dict_contains(options, "version")) return -1;
  printf("carteiro-desktop %s\n", CARTEIRO_VERSION);
  return 0;
}

int main(int argc, char **argv)
{
  static const GOptionEntry entries[] = {
      {"lang", 0, 0, G_OPTION_ARG_STRING, NULL, N_("Language: pt_BR or en"), N_("LANGUAGE")},
      {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Show the version"), NULL},
      {0},
  };
  /* GTK would ask for the machine's own locale, which may be missing, and say so. */
  gtk_disable_setlocale();
  if (!i18n_init(wanted_language(argc, argv))) {
    fprintf(stderr, "carteiro-desktop: --lang: %s\n", _("choose pt_BR or en"));
    return 2;
  }
  g_set_prgname("carteiro-desktop");
  g_set_application_name("Carteiro");
  g_autoptr(GtkApplication) application = carteiro_application_new();
  g_application_add_main_option_entries(G_APPLICATION(application), entries);
  g_application_set_option_context_parameter_string(G_APPLICATION(application), _("[CAPTURE]"));
  g_signal_connect(application, "handle-local-options", G_CALLBACK(handle_options), NULL);
  return g_application_run(G_APPLICATION(application), argc, argv);
}
