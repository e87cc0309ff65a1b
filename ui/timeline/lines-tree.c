/* SPDX-License-Identifier: MIT */
/* GTK makes the accessible of a widget when it is first asked for: the asking is noted here. */
#include "ui/timeline/lines-tree.h"

#include "base/i18n.h"

struct _LinesTree {
  GtkTreeView parent;
  bool listened_to;
};

G_DEFINE_TYPE(LinesTree, lines_tree, GTK_TYPE_TREE_VIEW)

/* The name is set here, for setting it at the start would make the accessible for nobody. */
static AtkObject *lines_tree_get_accessible(GtkWidget *widget)
{
  LinesTree *tree = LINES_TREE(widget);
  AtkObject *accessible = GTK_WIDGET_CLASS(lines_tree_parent_class)->get_accessible(widget);
  if (tree->listened_to || accessible == NULL) return accessible;
  tree->listened_to = true;
  atk_object_set_name(accessible, _("Lines"));
  return accessible;
}

static void lines_tree_class_init(LinesTreeClass *class)
{
  GTK_WIDGET_CLASS(class)->get_accessible = lines_tree_get_accessible;
}

static void lines_tree_init(LinesTree *tree)
{
  (void)tree;
}

GtkWidget *lines_tree_new(void)
{
  return g_object_new(LINES_TYPE_TREE, NULL);
}

bool lines_tree_is_listened_to(LinesTree *tree)
{
  return tree->listened_to;
}
