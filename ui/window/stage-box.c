/* SPDX-License-Identifier: MIT */
/* Puts scene, sentence and transport under one another. */
#include "ui/window/stage-box.h"

#include "ui/scene/scene-view.h"
#include "ui/scene/sentence-line.h"
#include "ui/scene/transport-bar.h"

/* Where Eve is put, her sentence follows. */
static void eve_moved(SceneView *scene, guint link, SentenceLine *sentence)
{
  (void)scene;
  sentence_line_set_eve_link(sentence, link);
}

static void follow_animations(GtkSettings *settings, GParamSpec *spec, Player *player)
{
  gboolean animated = TRUE;
  (void)spec;
  g_object_get(settings, "gtk-enable-animations", &animated, NULL);
  player_set_reduced_motion(player, !animated);
}

GtkWidget *stage_box_new(Player *player)
{
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scene = scene_view_new(player);
  GtkWidget *sentence = sentence_line_new(player);
  GtkWidget *transport = transport_bar_new(player);
  GtkSettings *settings = gtk_settings_get_default();
  gtk_box_pack_start(GTK_BOX(box), scene, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), sentence, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), transport, FALSE, FALSE, 0);
  g_signal_connect_object(scene, "eve-moved", G_CALLBACK(eve_moved), sentence, 0);
  g_signal_connect_object(settings, "notify::gtk-enable-animations", G_CALLBACK(follow_animations), player,
                          0);
  follow_animations(settings, NULL, player);
  gtk_style_context_add_class(gtk_widget_get_style_context(box), "carteiro-stage");
  gtk_widget_show_all(box);
  return box;
}
