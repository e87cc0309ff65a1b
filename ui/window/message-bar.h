/* SPDX-License-Identifier: MIT */
/* A message above the content: a sign, a sentence, a button that closes it. */
#pragma once

#include <gtk/gtk.h>

/* Returns a bar that destroys itself when it is closed. */
GtkWidget *message_bar_new(GtkMessageType type, const char *text);
