/* SPDX-License-Identifier: MIT */
/* Builds an info bar in the program's style. */
#include "ui/window/message-bar.h"

#include "ui/window/glyph.h"

static void close_bar(GtkInfoBar *bar, int response, gpointer data)
{
  (void)response;
  (void)data;
  gtk_widget_destroy(GTK_WIDGET(bar));
}

GtkWidget *message_bar_new(GtkMessageType type, const char *text)
{
  GtkWidget *bar = gtk_info_bar_new();
  GtkWidget *label = gtk_label_new(text);
  gtk_style_context_add_class(gtk_widget_get_style_context(bar), "carteiro-message");
  gtk_info_bar_set_message_type(GTK_INFO_BAR(bar), type);
  gtk_info_bar_set_show_close_button(GTK_INFO_BAR(bar), TRUE);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_label_set_selectable(GTK_LABEL(label), TRUE);
  gtk_widget_set_can_focus(label, FALSE);
  GtkBox *content = GTK_BOX(gtk_info_bar_get_content_area(GTK_INFO_BAR(bar)));
  Glyph glyph = type == GTK_MESSAGE_ERROR     ? GLYPH_REFUSED
                : type == GTK_MESSAGE_WARNING ? GLYPH_LATER
                                              : GLYPH_UNTAGGED;
  GtkWidget *sign = glyph_image_new(glyph, 20);
  if (type != GTK_MESSAGE_INFO)
    gtk_style_context_add_class(gtk_widget_get_style_context(sign),
                                type == GTK_MESSAGE_ERROR ? "carteiro-refused" : "carteiro-later");
  gtk_box_pack_start(content, sign, FALSE, FALSE, 0);
  gtk_box_pack_start(content, label, TRUE, TRUE, 0);
  g_signal_connect(bar, "response", G_CALLBACK(close_bar), NULL);
  gtk_widget_show_all(bar);
  return bar;
}
