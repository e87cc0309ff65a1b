/* SPDX-License-Identifier: MIT */
/* The program's dialogs. */
#pragma once

#include <gtk/gtk.h>

/* Asks for a capture to open; NULL when the person cancels. The caller's to unref. */
GFile *dialogs_choose_capture(GtkWindow *parent);

/* Asks where to save; NULL when the person cancels. The caller's to free. */
char *dialogs_choose_save(GtkWindow *parent, const char *name);

/* Shows what the program is, its version and its licence. */
void dialogs_show_about(GtkWindow *parent);
