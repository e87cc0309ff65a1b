/* SPDX-License-Identifier: MIT */
/* The transport under the stage: to start, back, play, forward, to end; what a step is; speed; scrubber;
 * clock. The window installs the keys (Space: player_toggle; Left, Right: player_step_back,
 * player_step_forward; Home, End). */
#pragma once

#include "ui/scene/player.h"
#include <gtk/gtk.h>

#define TYPE_TRANSPORT_BAR (transport_bar_get_type())
G_DECLARE_FINAL_TYPE(TransportBar, transport_bar, CARTEIRO, TRANSPORT_BAR, GtkBox)

/* Returns a transport for the player (a reference is kept). */
GtkWidget *transport_bar_new(Player *player);

/* Adds a button or the like at the right end ("What If…"). */
void transport_bar_add_end(TransportBar *bar, GtkWidget *child);

/* Presenter mode: only scrubber, clock and a hint stay. */
void transport_bar_set_presenter(TransportBar *bar, bool presenter);

/* Returns "12:00:01.548" for a time, with the locale's decimal sign; free with g_free. */
char *transport_bar_dup_clock(Nanoseconds time);
