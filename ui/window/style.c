/* SPDX-License-Identifier: MIT */
/* Puts the palette's colours before the style sheet and loads both. */
#include "ui/window/style.h"

#include "ui/window/palette.h"

static void load(GtkWidget *window, GtkCssProvider *provider)
{
  const Palette *palette = palette_get_for_widget(window);
  if (g_object_get_data(G_OBJECT(provider), "palette") == palette) return;
  g_object_set_data(G_OBJECT(provider), "palette", (gpointer)(uintptr_t)palette);
  g_autoptr(GBytes) sheet =
      g_resources_lookup_data("/io/github/carteiro/Carteiro/style.css", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *colors = palette_dup_css(palette);
  g_autofree char *css =
      g_strdup_printf("%s%s", colors, sheet == NULL ? "" : (const char *)g_bytes_get_data(sheet, NULL));
  gtk_css_provider_load_from_data(provider, css, -1, NULL);
}

void style_follow(GtkWidget *window)
{
  GtkCssProvider *provider = gtk_css_provider_new();
  gtk_style_context_add_provider_for_screen(gtk_widget_get_screen(window), GTK_STYLE_PROVIDER(provider),
                                            GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_signal_connect_data(window, "style-updated", G_CALLBACK(load), provider,
                        (GClosureNotify)(void (*)(void))g_object_unref, 0);
  load(window, provider);
}
