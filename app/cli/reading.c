/* SPDX-License-Identifier: MIT */
/* How reading a capture went. */
#include "reading.h"

#include "base/i18n.h"

int reading_judge(const Command *command, const char *title, const Inspector *inspector,
                  const GError *failure)
{
  const InspectorCounts *counts = inspector_get_counts(inspector);
  if (failure != NULL) command_fail(EXIT_DAMAGE, command->name, title, failure->message);
  if (counts->unknown_link > 0) {
    char number[I18N_NUMBER_TEXT];
    i18n_format_number(counts->unknown_link, number);
    g_autofree char *why =
        g_strdup_printf(g_dngettext(GETTEXT_PACKAGE, "%s frame of a link type Carteiro cannot read",
                                    "%s frames of a link type Carteiro cannot read", counts->unknown_link),
                        number);
    command_fail(EXIT_DAMAGE, command->name, title, why);
    if (counts->unknown_link == counts->frames) return EXIT_UNREADABLE;
  }
  return failure != NULL || counts->unknown_link > 0 ? EXIT_DAMAGE : EXIT_ALL_READ;
}
