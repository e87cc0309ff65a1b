/* SPDX-License-Identifier: MIT */
/* The program's style sheet, in the colours of the palette that suits the theme. */
#pragma once

#include <gtk/gtk.h>

/* Loads the style sheet for the screen of window, and again whenever its theme changes. */
void style_follow(GtkWidget *window);
