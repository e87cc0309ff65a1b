/* SPDX-License-Identifier: MIT */
/* The stage with its sentence and its transport, as one column. */
#pragma once

#include "ui/scene/player.h"
#include <gtk/gtk.h>

/* Returns the column for a player. */
GtkWidget *stage_box_new(Player *player);
