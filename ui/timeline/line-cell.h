/* SPDX-License-Identifier: MIT */
/* A LineCell draws one column of a line: number, time, ends, protocol, class, the wire, the thought. It is a
 * text renderer, so that a screen reader reads the cell's text. */
#pragma once

#include "ui/timeline/timeline-model.h"

#define LINE_TYPE_CELL (line_cell_get_type())
G_DECLARE_FINAL_TYPE(LineCell, line_cell, LINE, CELL, GtkCellRendererText)

/* Returns a renderer for a column of a TimelineModel. */
GtkCellRenderer *line_cell_new(TimelineColumn column);

/* A GtkTreeCellDataFunc for such a renderer. */
void line_cell_set_data(GtkTreeViewColumn *view_column, GtkCellRenderer *cell, GtkTreeModel *model,
                        GtkTreeIter *iter, gpointer data);
