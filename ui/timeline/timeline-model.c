/* SPDX-License-Identifier: MIT */
/* The list's model. An array of row indexes is the filter; a small cache keeps the texts of the lines on
 * screen. */
#include "ui/timeline/timeline-model.h"

#define CACHE_SLOTS 256u

struct _TimelineModel {
  GObject parent;
  Timeline *timeline;
  NameTable *names;
  GArray *shown; /* of uint32_t: index in the timeline of each line */
  uint32_t conversations;
  uint32_t taken; /* rows of the timeline looked at */
  Nanoseconds horizon;
  Nanoseconds start;
  int stamp;
  LineText cache[CACHE_SLOTS]; /* by line modulo slots; cached_line says which */
  uint32_t cached_line[CACHE_SLOTS];
};

static void timeline_model_tree_init(GtkTreeModelIface *iface);

G_DEFINE_TYPE_WITH_CODE(TimelineModel, timeline_model, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GTK_TYPE_TREE_MODEL, timeline_model_tree_init))

static void forget_texts(TimelineModel *model)
{
  for (guint i = 0; i < CACHE_SLOTS; i++)
    line_text_clear(&model->cache[i]);
}

static void timeline_model_finalize(GObject *object)
{
  TimelineModel *model = TIMELINE_MODEL(object);
  forget_texts(model);
  timeline_unref(model->timeline);
  name_table_unref(model->names);
  g_array_unref(model->shown);
  G_OBJECT_CLASS(timeline_model_parent_class)->finalize(object);
}

static void timeline_model_class_init(TimelineModelClass *class)
{
  G_OBJECT_CLASS(class)->finalize = timeline_model_finalize;
}

static void timeline_model_init(TimelineModel *model)
{
  model->shown = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  model->horizon = NANOSECONDS_NEVER;
  model->stamp = 1;
}

TimelineModel *timeline_model_new(Timeline *timeline, NameTable *names)
{
  TimelineModel *model = g_object_new(TIMELINE_TYPE_MODEL, NULL);
  model->timeline = timeline_ref(timeline);
  model->names = name_table_ref(names);
  return model;
}

Timeline *timeline_model_get_timeline(TimelineModel *model)
{
  return model->timeline;
}

NameTable *timeline_model_get_names(TimelineModel *model)
{
  return model->names;
}

void timeline_model_set_names(TimelineModel *model, NameTable *names)
{
  name_table_ref(names);
  name_table_unref(model->names);
  model->names = names;
  forget_texts(model);
}

/* Notes are shown on the line they are about, so they have no line of their own. */
static bool has_line(const Row *row)
{
  return row->kind != LINE_NOTE;
}

static bool begins_conversation(const Row *row)
{
  return row->kind == LINE_SESSION && (row->word == STREAM_OPENED || row->word == STREAM_MIDSTREAM);
}

/* The end of the rows that may be shown, looked for from `from` on, at most limit rows further. */
static uint32_t find_end(TimelineModel *model, uint32_t from, uint32_t limit)
{
  uint32_t end = timeline_get_count(model->timeline);
  if (limit < end - from) end = from + limit;
  if (model->horizon == NANOSECONDS_NEVER) return end;
  while (from < end && timeline_get_row(model->timeline, from)->time <= model->horizon)
    from++;
  return from;
}

uint32_t timeline_model_get_backlog(TimelineModel *model)
{
  return find_end(model, model->taken, UINT32_MAX) - model->taken;
}

/* A note learned later than its line was drawn: the line gets its sign. */
static void refresh_noted(TimelineModel *model, const Row *note, bool quiet)
{
  int64_t line = timeline_model_find_id(model, note->about);
  if (line < 0) return;
  line_text_clear(&model->cache[line % CACHE_SLOTS]);
  if (quiet) return;
  GtkTreeIter iter = {.stamp = model->stamp, .user_data = GUINT_TO_POINTER((guint)line)};
  GtkTreePath *path = gtk_tree_path_new_from_indices((int)line, -1);
  gtk_tree_model_row_changed(GTK_TREE_MODEL(model), path, &iter);
  gtk_tree_path_free(path);
}

static void announce_line(TimelineModel *model, uint32_t line)
{
  GtkTreeIter iter = {.stamp = model->stamp, .user_data = GUINT_TO_POINTER(line)};
  GtkTreePath *path = gtk_tree_path_new_from_indices((int)line, -1);
  gtk_tree_model_row_inserted(GTK_TREE_MODEL(model), path, &iter);
  gtk_tree_path_free(path);
}

void timeline_model_take(TimelineModel *model, uint32_t limit, bool quiet)
{
  uint32_t end = find_end(model, model->taken, limit);
  if (model->taken == 0 && end > 0) model->start = timeline_get_start(model->timeline);
  for (; model->taken < end; model->taken++) {
    const Row *row = timeline_get_row(model->timeline, model->taken);
    if (!has_line(row)) {
      if (row->about != 0) refresh_noted(model, row, quiet);
      continue;
    }
    g_array_append_val(model->shown, model->taken);
    if (begins_conversation(row)) model->conversations++;
    if (!quiet) announce_line(model, model->shown->len - 1);
  }
}

static void drop_lines(TimelineModel *model, uint32_t keep)
{
  while (model->shown->len > keep) {
    uint32_t line = model->shown->len - 1;
    line_text_clear(&model->cache[line % CACHE_SLOTS]);
    if (begins_conversation(timeline_model_get_row(model, line))) model->conversations--;
    g_array_set_size(model->shown, line);
    GtkTreePath *path = gtk_tree_path_new_from_indices((int)line, -1);
    gtk_tree_model_row_deleted(GTK_TREE_MODEL(model), path);
    gtk_tree_path_free(path);
  }
}

void timeline_model_set_horizon(TimelineModel *model, Nanoseconds time)
{
  bool back = time < model->horizon;
  model->horizon = time;
  if (back) {
    uint32_t end = find_end(model, 0, model->taken);
    uint32_t keep = model->shown->len;
    while (keep > 0 && g_array_index(model->shown, uint32_t, keep - 1) >= end)
      keep--;
    drop_lines(model, keep);
    model->taken = end;
  }
  timeline_model_take(model, UINT32_MAX, false);
}

uint32_t timeline_model_get_count(TimelineModel *model)
{
  return model->shown->len;
}

uint32_t timeline_model_get_conversations(TimelineModel *model)
{
  return model->conversations;
}

Nanoseconds timeline_model_get_start(TimelineModel *model)
{
  return model->start;
}

const Row *timeline_model_get_row(TimelineModel *model, uint32_t line)
{
  g_assert(line < model->shown->len);
  return timeline_get_row(model->timeline, g_array_index(model->shown, uint32_t, line));
}

const LineText *timeline_model_get_text(TimelineModel *model, uint32_t line)
{
  LineText *text = &model->cache[line % CACHE_SLOTS];
  if (text->row == NULL || model->cached_line[line % CACHE_SLOTS] != line) {
    line_text_fill(text, model->timeline, timeline_model_get_row(model, line), model->names, model->start);
    model->cached_line[line % CACHE_SLOTS] = line;
  }
  return text;
}

int64_t timeline_model_find_id(TimelineModel *model, uint32_t id)
{
  int64_t index = timeline_find_id(model->timeline, id);
  if (index < 0) return -1;
  uint32_t low = 0, high = model->shown->len;
  while (low < high) { /* first line past index */
    uint32_t middle = low + (high - low) / 2;
    if (g_array_index(model->shown, uint32_t, middle) <= index)
      low = middle + 1;
    else
      high = middle;
  }
  return (int64_t)low - 1;
}

uint32_t timeline_model_get_line(const GtkTreeIter *iter)
{
  return GPOINTER_TO_UINT(iter->user_data);
}

/* GtkTreeModel */

static GtkTreeModelFlags get_flags(GtkTreeModel *tree)
{
  (void)tree;
  return GTK_TREE_MODEL_LIST_ONLY;
}

static int get_n_columns(GtkTreeModel *tree)
{
  (void)tree;
  return TIMELINE_COLUMN_COUNT;
}

static GType get_column_type(GtkTreeModel *tree, int column)
{
  (void)tree;
  (void)column;
  return G_TYPE_STRING;
}

static gboolean set_iter(TimelineModel *model, GtkTreeIter *iter, int64_t line)
{
  bool exists = line >= 0 && line < model->shown->len;
  *iter = (GtkTreeIter){.stamp = exists ? model->stamp : 0,
                        .user_data = GUINT_TO_POINTER(exists ? (guint)line : 0)};
  return exists;
}

static gboolean get_iter(GtkTreeModel *tree, GtkTreeIter *iter, GtkTreePath *path)
{
  if (gtk_tree_path_get_depth(path) != 1) return set_iter(TIMELINE_MODEL(tree), iter, -1);
  return set_iter(TIMELINE_MODEL(tree), iter, gtk_tree_path_get_indices(path)[0]);
}

static GtkTreePath *get_path(GtkTreeModel *tree, GtkTreeIter *iter)
{
  (void)tree;
  return gtk_tree_path_new_from_indices((int)timeline_model_get_line(iter), -1);
}

static void get_value(GtkTreeModel *tree, GtkTreeIter *iter, int column, GValue *value)
{
  TimelineModel *model = TIMELINE_MODEL(tree);
  const LineText *text = timeline_model_get_text(model, timeline_model_get_line(iter));
  const char *const columns[TIMELINE_COLUMN_COUNT] = {
      [TIMELINE_COLUMN_NUMBER] = text->number,
      [TIMELINE_COLUMN_TIME] = text->time,
      [TIMELINE_COLUMN_BETWEEN] = text->between,
      [TIMELINE_COLUMN_PROTOCOL] = line_text_protocol_label(text->row),
      [TIMELINE_COLUMN_CLASS] = line_text_class_name(text->row),
      [TIMELINE_COLUMN_WIRE] = text->wire,
      [TIMELINE_COLUMN_GLOSS] = text->gloss,
  };
  g_value_init(value, G_TYPE_STRING);
  if (column >= 0 && column < TIMELINE_COLUMN_COUNT) g_value_set_string(value, columns[column]);
}

static gboolean iter_next(GtkTreeModel *tree, GtkTreeIter *iter)
{
  return set_iter(TIMELINE_MODEL(tree), iter, (int64_t)timeline_model_get_line(iter) + 1);
}

static gboolean iter_previous(GtkTreeModel *tree, GtkTreeIter *iter)
{
  return set_iter(TIMELINE_MODEL(tree), iter, (int64_t)timeline_model_get_line(iter) - 1);
}

static gboolean iter_nth_child(GtkTreeModel *tree, GtkTreeIter *iter, GtkTreeIter *parent, int n)
{
  return set_iter(TIMELINE_MODEL(tree), iter, parent == NULL ? n : -1);
}

static gboolean iter_children(GtkTreeModel *tree, GtkTreeIter *iter, GtkTreeIter *parent)
{
  return iter_nth_child(tree, iter, parent, 0);
}

static gboolean iter_has_child(GtkTreeModel *tree, GtkTreeIter *iter)
{
  (void)tree;
  (void)iter;
  return FALSE;
}

static int iter_n_children(GtkTreeModel *tree, GtkTreeIter *iter)
{
  return iter == NULL ? (int)TIMELINE_MODEL(tree)->shown->len : 0;
}

static gboolean iter_parent(GtkTreeModel *tree, GtkTreeIter *iter, GtkTreeIter *child)
{
  (void)child;
  return set_iter(TIMELINE_MODEL(tree), iter, -1);
}

static void timeline_model_tree_init(GtkTreeModelIface *iface)
{
  iface->get_flags = get_flags;
  iface->get_n_columns = get_n_columns;
  iface->get_column_type = get_column_type;
  iface->get_iter = get_iter;
  iface->get_path = get_path;
  iface->get_value = get_value;
  iface->iter_next = iter_next;
  iface->iter_previous = iter_previous;
  iface->iter_nth_child = iter_nth_child;
  iface->iter_children = iter_children;
  iface->iter_has_child = iter_has_child;
  iface->iter_n_children = iter_n_children;
  iface->iter_parent = iter_parent;
}
