/* SPDX-License-Identifier: MIT */
/* What a host is and holds, and where Eve listens: the popovers of the stage's buttons. */
#pragma once

#include "ui/scene/scene-state.h"
#include <gtk/gtk.h>

/* Shows a popover at the button with the host's facts as they are now; it goes when closed. */
void host_popover_show(GtkWidget *button, const SceneState *state, guint host);

/* Shows a popover with the links Eve may be put on; chosen(link, data) is called when the person picks one.
 */
void eve_popover_show(GtkWidget *button, const SceneState *state, void (*chosen)(guint link, gpointer data),
                      gpointer data);
