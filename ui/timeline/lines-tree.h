/* SPDX-License-Identifier: MIT */
/* A tree view that knows whether an assistive program has asked for it. */
#pragma once

#include <gtk/gtk.h>
#include <stdbool.h>

#define LINES_TYPE_TREE (lines_tree_get_type())
G_DECLARE_FINAL_TYPE(LinesTree, lines_tree, LINES, TREE, GtkTreeView)

/* Returns a tree view without model. */
GtkWidget *lines_tree_new(void);

/* Returns true when its accessible exists. From then on every row told to the view is told to the assistive
 * program cell by cell, which is dear. */
bool lines_tree_is_listened_to(LinesTree *tree);
