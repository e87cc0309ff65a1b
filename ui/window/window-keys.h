/* SPDX-License-Identifier: MIT */
/* The window's keys and actions: the player's, the areas (F6), the pages of the detail. */
#pragma once

#include "ui/window/main-window.h"

/* Adds the window's actions: win.play, step, step-back, to-start, to-end, next-area, previous-area,
 * explanation, bytes, menu. */
void window_keys_add_actions(MainWindow *window);

/* Says the application which keys belong to the actions. */
void window_keys_install(GtkApplication *application);

/* Enables the player's actions. */
void window_keys_enable_player(MainWindow *window, bool enabled);

/* Handles keys that must come before the focused widget (Space over the list). Returns true when it did. */
bool window_keys_before(MainWindow *window, GdkEventKey *event);

/* What the keys need of the window: the player or NULL; an area by index, NULL after the last; a page of the
 * detail to the front. */
Player *main_window_get_player(MainWindow *window);
GtkWidget *main_window_get_area(MainWindow *window, int index);
void main_window_show_detail(MainWindow *window, int page);
void main_window_open_menu(MainWindow *window);
