/* SPDX-License-Identifier: MIT */
/* Fills a menu from GTK's recent files. */
#include "ui/window/recent-menu.h"

#include "base/i18n.h"

#define ITEMS_SHOWN 10

static int compare_times(gconstpointer a, gconstpointer b)
{
  time_t first = gtk_recent_info_get_modified((GtkRecentInfo *)(uintptr_t)a);
  time_t second = gtk_recent_info_get_modified((GtkRecentInfo *)(uintptr_t)b);
  return first < second ? 1 : first > second ? -1 : 0;
}

static bool is_ours(GtkRecentInfo *info)
{
  return gtk_recent_info_has_application(info, "Carteiro") && gtk_recent_info_is_local(info) &&
         gtk_recent_info_exists(info);
}

static void append_item(GMenu *menu, GtkRecentInfo *info)
{
  /* An underscore in a file's name is no mnemonic. */
  g_auto(GStrv) parts = g_strsplit(gtk_recent_info_get_display_name(info), "_", -1);
  g_autofree char *label = g_strjoinv("__", parts);
  g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
  g_menu_item_set_action_and_target(item, "app.open-recent", "s", gtk_recent_info_get_uri(info));
  g_menu_append_item(menu, item);
}

static void fill(GtkRecentManager *manager, GMenu *menu)
{
  GList *infos = g_list_sort(gtk_recent_manager_get_items(manager), compare_times);
  int shown = 0;
  g_menu_remove_all(menu);
  for (GList *info = infos; info != NULL && shown < ITEMS_SHOWN; info = info->next) {
    if (!is_ours(info->data)) continue;
    append_item(menu, info->data);
    shown++;
  }
  /* An action that nobody has greys the item. */
  if (shown == 0) g_menu_append(menu, _("No capture was opened yet"), "app.none");
  g_list_free_full(infos, (GDestroyNotify)(void (*)(void))gtk_recent_info_unref);
}

GMenuModel *recent_menu_new(void)
{
  GMenu *menu = g_menu_new();
  GtkRecentManager *manager = gtk_recent_manager_get_default();
  g_signal_connect_object(manager, "changed", G_CALLBACK(fill), menu, 0);
  fill(manager, menu);
  return G_MENU_MODEL(menu);
}
