/* SPDX-License-Identifier: MIT */
/* A line taken apart: its parts in large type, a bracket and a word under each. */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

#define DISSECTED_TYPE_LINE (dissected_line_get_type())
G_DECLARE_FINAL_TYPE(DissectedLineView, dissected_line, DISSECTED, LINE, GtkDrawingArea)

/* Returns an empty view. */
GtkWidget *dissected_line_new(void);

/* Adds a part: text in bold where it is the verb or code, on the marker where it stands for a secret; label
 * may be "". A glue is set between a part and the next as it stands on the wire (" ", or ""). */
void dissected_line_add(DissectedLineView *line, const char *text, const char *label, bool bold, bool secret);
