/* SPDX-License-Identifier: MIT */
/* Titles out of the scenarios themselves, in the program's language. */
#include "app/desktop/scenario-menu.h"

#include "base/i18n.h"
#include "simulate/scenario.h"

static void append_scenario(GMenu *menu, const char *name)
{
  g_autoptr(Scenario) scenario = scenario_load(name, NULL, NULL);
  if (scenario == NULL) return;
  /* An underscore in a title is no mnemonic. */
  g_auto(GStrv) parts = g_strsplit(scenario_get_title(scenario), "_", -1);
  g_autofree char *label = g_strjoinv("__", parts);
  g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
  g_menu_item_set_action_and_target(item, "app.watch-scenario", "s", name);
  g_menu_append_item(menu, item);
}

void scenario_menu_append(GMenu *menu)
{
  g_autoptr(GMenu) scenarios = g_menu_new();
  g_autoptr(GMenu) section = g_menu_new();
  for (guint i = 0; i < scenario_get_boxed_count(); i++)
    append_scenario(scenarios, scenario_get_boxed_name(i));
  g_menu_append_submenu(section, _("S_cenarios"), G_MENU_MODEL(scenarios));
  g_menu_insert_section(menu, 1, NULL, G_MENU_MODEL(section));
}
