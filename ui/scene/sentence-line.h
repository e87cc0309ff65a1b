/* SPDX-License-Identifier: MIT */
/* The line that says the step in one sentence, and tells it to screen readers when it changes. */
#pragma once

#include "ui/scene/player.h"
#include <gtk/gtk.h>

#define TYPE_SENTENCE_LINE (sentence_line_get_type())
G_DECLARE_FINAL_TYPE(SentenceLine, sentence_line, CARTEIRO, SENTENCE_LINE, GtkBox)

/* Returns a line that follows the player (a reference is kept). */
GtkWidget *sentence_line_new(Player *player);

/* Says on which link Eve reads (UINT_MAX: none), when the person moved her. */
void sentence_line_set_eve_link(SentenceLine *line, guint link);

/* Presenter mode: three times as large. */
void sentence_line_set_presenter(SentenceLine *line, bool presenter);
