/* SPDX-License-Identifier: MIT */
/* The window: header bar, messages, stage, list, detail, status. It shows what it is given; the application
 * decides what that is. */
#pragma once

#include "ui/detail/detail-line.h"
#include "ui/scene/player.h"
#include <gtk/gtk.h>

#define MAIN_TYPE_WINDOW (main_window_get_type())
G_DECLARE_FINAL_TYPE(MainWindow, main_window, MAIN, WINDOW, GtkApplicationWindow)

/* Returns a window that shows the empty page. find_vocabulary may be NULL. */
MainWindow *main_window_new(GtkApplication *application, DetailVocabulary find_vocabulary);

/* Shows lines under a title; with a player also the stage, and only the lines up to its cursor. Eve listens
 * on eve_link (UINT32_MAX: nobody). */
void main_window_show_lines(MainWindow *window, TimelineModel *model, Player *player, uint32_t eve_link,
                            const char *title, const char *subtitle);

/* Shows the empty page with a heading and a sentence. */
void main_window_show_empty(MainWindow *window, const char *heading, const char *sentence);

/* Says what stands in place of lines. */
void main_window_set_placeholder(MainWindow *window, const char *text);

/* Takes rows published since the last call into the list. Returns true when more are left. */
bool main_window_take_rows(MainWindow *window);

/* Shows how far reading has come, 0 … 1; below 0: not known; main_window_end_progress hides it. */
void main_window_set_progress(MainWindow *window, double fraction);
void main_window_end_progress(MainWindow *window);

/* Puts a message above the content until it is closed; the one before goes. */
void main_window_show_message(MainWindow *window, GtkMessageType type, const char *text);
void main_window_clear_message(MainWindow *window);

/* The line at the foot. */
void main_window_set_status(MainWindow *window, const char *text);
