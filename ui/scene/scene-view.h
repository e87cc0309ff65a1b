/* SPDX-License-Identifier: MIT */
/* The stage: the drawn world, and above it real buttons for hosts. Signals: "eve-moved" (guint link): the
 * person put Eve elsewhere; "host-activated" (guint host). */
#pragma once

#include "ui/scene/player.h"
#include <gtk/gtk.h>

#define TYPE_SCENE_VIEW (scene_view_get_type())
G_DECLARE_FINAL_TYPE(SceneView, scene_view, CARTEIRO, SCENE_VIEW, GtkOverlay)

/* Returns a stage that shows what the player plays. The player is kept by a reference; the view drives its
 * ticks. */
GtkWidget *scene_view_new(Player *player);

/* Puts Eve on a link (UINT_MAX: nowhere). */
void scene_view_set_eve_link(SceneView *view, guint link);

/* Presenter mode: everything twice as large, the height taken from the parent, places without part folded. */
void scene_view_set_presenter(SceneView *view, bool presenter);

/* Writes the stage as it looks now into an SVG, PNG or PDF file, by the name's ending; width and height in px
 * at 96 dpi, 0: as on the screen. Returns false with *error set. */
bool scene_view_export(SceneView *view, const char *path, int width, int height, GError **error);
