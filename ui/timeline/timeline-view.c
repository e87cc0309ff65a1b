/* SPDX-License-Identifier: MIT */
/* The list of lines: a tree view of fixed height over a TimelineModel. */
#include "ui/timeline/timeline-view.h"

#include "base/i18n.h"
#include "ui/timeline/line-cell.h"
#include "ui/timeline/lines-tree.h"
#include "ui/window/palette.h"

#include <gdk/gdkkeysyms.h>
#include <math.h>

/* Rows are told to the view a slice at a time, for so many µs a frame. Where more than BULK wait, and more
 * than half of what the list has, they are taken with the view detached: its cost is that of the whole list,
 * so the list must grow by a part of itself each time. An assistive program would be told of the whole list
 * at once then, and the window would stand still: it gets slices, and more of each frame. */
#define SLICE 32u
#define FRAME_BUDGET 5000
#define FRAME_BUDGET_LISTENED 12000
#define BULK 10000u

/* Lines asked for their names before the columns are laid out. */
#define FIRST_LINES 100u

/* In characters. Below this width the thoughts give way (the explanation keeps them); where there is too
 * little for the rest, the wire and then the names shrink, down to these. */
#define WIDTH_FOR_GLOSS 86
#define WIRE_LEAST 16
#define BETWEEN_LEAST 9

struct _TimelineView {
  GtkOverlay parent;
  GtkTreeView *tree;
  GtkWidget *scroller;
  GtkLabel *placeholder;
  GtkTreeViewColumn *columns[TIMELINE_COLUMN_COUNT];
  TimelineModel *model;
  guint fit_source;
  int fitted_width; /* what the columns were laid out for */
  bool moving;      /* the selection is being changed by us, in bulk */
};

G_DEFINE_TYPE(TimelineView, timeline_view, GTK_TYPE_OVERLAY)

enum { LINE_SELECTED, LINE_ACTIVATED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

typedef struct {
  const char *title; /* N_() */
  double width;      /* in characters of the font */
  bool right;
  bool expand;
} ColumnPlan;

static const ColumnPlan plans[TIMELINE_COLUMN_COUNT] = {
    [TIMELINE_COLUMN_NUMBER] = {N_("No."), 5, true, false},
    [TIMELINE_COLUMN_TIME] = {N_("Time"), 7.5, true, false},
    [TIMELINE_COLUMN_BETWEEN] = {N_("Between"), 20, false, false},
    [TIMELINE_COLUMN_PROTOCOL] = {N_("Protocol"), 8.5, false, false},
    [TIMELINE_COLUMN_CLASS] = {"", 3.5, false, false},
    [TIMELINE_COLUMN_WIRE] = {N_("On the wire"), 26, false, true},
    [TIMELINE_COLUMN_GLOSS] = {N_("In plain words"), 18, false, true},
};

static double character_width(GtkWidget *widget)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, "0123456789");
  int width;
  pango_layout_get_pixel_size(layout, &width, NULL);
  return width / 10.0;
}

static double row_height(GtkWidget *widget)
{
  g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, "Ág");
  PangoContext *context = gtk_widget_get_pango_context(widget);
  const PangoFontDescription *font = pango_context_get_font_description(context);
  int size = pango_font_description_get_size(font), height;
  pango_layout_get_pixel_size(layout, NULL, &height);
  double em = pango_font_description_get_size_is_absolute(font) ? (double)size / PANGO_SCALE
                                                                : (double)size / PANGO_SCALE * 96 / 72;
  return fmax(height + 4, round(1.77 * em));
}

/* As wide as the names of the first lines want: short names leave room for the thoughts. */
static int between_width(TimelineView *view, double unit)
{
  int widest = 0, most = (int)ceil(plans[TIMELINE_COLUMN_BETWEEN].width * unit) + 8;
  Timeline *timeline = view->model == NULL ? NULL : timeline_model_get_timeline(view->model);
  uint32_t count = timeline == NULL ? 0 : MIN(timeline_get_count(timeline), FIRST_LINES);
  if (count == 0) return most;
  for (uint32_t i = 0; i < count; i++) {
    const StreamInfo *stream = timeline_get_stream(timeline, timeline_get_row(timeline, i)->stream);
    g_autofree char *between =
        name_table_dup_between(timeline_model_get_names(view->model), stream, DIRECTION_TO_SERVER);
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(GTK_WIDGET(view->tree), between);
    int width;
    pango_layout_get_pixel_size(layout, &width, NULL);
    widest = MAX(widest, width);
  }
  return CLAMP(widest + 24, most / 2, most);
}

/* Takes from a column what is missing, down to a least width. */
static void shrink(int *width, int least, int *room)
{
  int taken = CLAMP(-*room, 0, MAX(*width - least, 0));
  *width -= taken;
  *room += taken;
}

static void set_widths(TimelineView *view)
{
  GtkWidget *tree = GTK_WIDGET(view->tree);
  int widths[TIMELINE_COLUMN_COUNT], room = gtk_widget_get_allocated_width(GTK_WIDGET(view));
  double unit = character_width(tree);
  for (int i = 0; i < TIMELINE_COLUMN_COUNT; i++) {
    bool between = i == TIMELINE_COLUMN_BETWEEN;
    int width = between ? between_width(view, unit) : (int)ceil(plans[i].width * unit) + 8;
    widths[i] = width;
    if (gtk_tree_view_column_get_visible(view->columns[i])) room -= width;
    g_autoptr(GList) cells = gtk_cell_layout_get_cells(GTK_CELL_LAYOUT(view->columns[i]));
    gtk_cell_renderer_set_fixed_size(cells->data, -1, (int)row_height(tree));
  }
  if (gtk_widget_get_allocated_width(tree) > 1) {
    shrink(&widths[TIMELINE_COLUMN_WIRE], (int)(WIRE_LEAST * unit), &room);
    shrink(&widths[TIMELINE_COLUMN_BETWEEN], (int)(BETWEEN_LEAST * unit), &room);
  }
  for (int i = 0; i < TIMELINE_COLUMN_COUNT; i++)
    if (gtk_tree_view_column_get_fixed_width(view->columns[i]) != widths[i])
      gtk_tree_view_column_set_fixed_width(view->columns[i], widths[i]);
}

static void add_columns(TimelineView *view)
{
  for (TimelineColumn i = 0; i < TIMELINE_COLUMN_COUNT; i++) {
    GtkTreeViewColumn *column = gtk_tree_view_column_new();
    GtkCellRenderer *cell = line_cell_new(i);
    view->columns[i] = column;
    gtk_tree_view_column_set_title(column, plans[i].title[0] == '\0' ? "" : _(plans[i].title));
    gtk_tree_view_column_pack_start(column, cell, TRUE);
    gtk_tree_view_column_set_cell_data_func(column, cell, line_cell_set_data, NULL, NULL);
    gtk_tree_view_column_set_sizing(column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_resizable(column, i != TIMELINE_COLUMN_CLASS);
    gtk_tree_view_column_set_expand(column, plans[i].expand);
    gtk_tree_view_column_set_alignment(column, plans[i].right ? 1.0F : 0.0F);
    gtk_tree_view_append_column(view->tree, column);
  }
}

static void selection_changed(GtkTreeSelection *selection, gpointer data)
{
  (void)selection;
  if (!TIMELINE_VIEW(data)->moving) g_signal_emit(data, signals[LINE_SELECTED], 0);
}

static void row_activated(GtkTreeView *tree, GtkTreePath *path, GtkTreeViewColumn *column, gpointer data)
{
  (void)tree;
  (void)path;
  (void)column;
  g_signal_emit(data, signals[LINE_ACTIVATED], 0);
}

/* The selected line keeps its colours; a bar at its left end and an edge say that it is the one. */
static gboolean draw_selection(GtkWidget *widget, cairo_t *cr, gpointer data)
{
  TimelineView *view = data;
  GtkTreeIter iter;
  if (!gtk_tree_selection_get_selected(gtk_tree_view_get_selection(view->tree), NULL, &iter)) return FALSE;
  GtkTreePath *path = gtk_tree_model_get_path(GTK_TREE_MODEL(view->model), &iter);
  GdkRectangle area;
  int x, y;
  gtk_tree_view_get_background_area(view->tree, path, NULL, &area);
  gtk_tree_path_free(path);
  gtk_tree_view_convert_bin_window_to_widget_coords(view->tree, 0, area.y, &x, &y);
  int header = 0;
  gtk_tree_view_convert_bin_window_to_widget_coords(view->tree, 0, 0, NULL, &header);
  double width = gtk_widget_get_allocated_width(widget);
  cairo_save(cr);
  cairo_rectangle(cr, 0, header, width, gtk_widget_get_allocated_height(widget));
  cairo_clip(cr);
  palette_set_source(palette_get_for_widget(widget), COLOR_ACCENT, cr);
  cairo_rectangle(cr, 0, y, 4, area.height);
  cairo_fill(cr);
  cairo_set_line_width(cr, 1);
  cairo_rectangle(cr, 0.5, y + 0.5, width - 1, area.height - 1);
  cairo_stroke(cr);
  cairo_restore(cr);
  return FALSE;
}

static gboolean fit_columns(gpointer data)
{
  TimelineView *view = data;
  view->fit_source = 0;
  int width = gtk_widget_get_allocated_width(GTK_WIDGET(view));
  bool roomy = width >= WIDTH_FOR_GLOSS * character_width(GTK_WIDGET(view->tree));
  if (gtk_tree_view_column_get_visible(view->columns[TIMELINE_COLUMN_GLOSS]) != roomy)
    gtk_tree_view_column_set_visible(view->columns[TIMELINE_COLUMN_GLOSS], roomy);
  set_widths(view);
  return G_SOURCE_REMOVE;
}

static void timeline_view_size_allocate(GtkWidget *widget, GtkAllocation *allocation)
{
  TimelineView *view = TIMELINE_VIEW(widget);
  GTK_WIDGET_CLASS(timeline_view_parent_class)->size_allocate(widget, allocation);
  if (allocation->width == view->fitted_width || view->fit_source != 0) return;
  view->fitted_width = allocation->width;
  view->fit_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, fit_columns, view, NULL);
}

static void style_updated(GtkWidget *tree, gpointer data)
{
  (void)tree;
  set_widths(data);
}

static gboolean query_tooltip(GtkWidget *tree, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                              gpointer data)
{
  TimelineView *view = data;
  GtkTreeIter iter;
  GtkTreePath *path = NULL;
  if (view->model == NULL) return FALSE;
  if (!gtk_tree_view_get_tooltip_context(GTK_TREE_VIEW(tree), &x, &y, keyboard, NULL, &path, &iter))
    return FALSE;
  const LineText *text = timeline_model_get_text(view->model, timeline_model_get_line(&iter));
  g_autofree char *ends = name_table_dup_ends(timeline_model_get_names(view->model), text->stream);
  g_autofree char *tip =
      text->gloss[0] == '\0' ? g_strdup(ends) : g_strdup_printf("%s\n%s", text->gloss, ends);
  gtk_tooltip_set_text(tooltip, tip);
  gtk_tree_view_set_tooltip_row(GTK_TREE_VIEW(tree), tooltip, path);
  gtk_tree_path_free(path);
  return TRUE;
}

/* What is copied is what is shown: secrets stay masked. */
static gboolean key_pressed(GtkWidget *tree, GdkEventKey *event, gpointer data)
{
  TimelineView *view = data;
  GtkTreeIter iter;
  bool copy = (event->state & gtk_accelerator_get_default_mod_mask()) == GDK_CONTROL_MASK &&
              (event->keyval == GDK_KEY_c || event->keyval == GDK_KEY_C || event->keyval == GDK_KEY_Insert);
  if (!copy || !gtk_tree_selection_get_selected(gtk_tree_view_get_selection(view->tree), NULL, &iter))
    return GDK_EVENT_PROPAGATE;
  const LineText *text = timeline_model_get_text(view->model, timeline_model_get_line(&iter));
  g_autofree char *line = g_strjoin("\t", text->number, text->time, text->between,
                                    line_text_protocol_label(text->row), text->wire, text->gloss, NULL);
  gtk_clipboard_set_text(gtk_widget_get_clipboard(tree, GDK_SELECTION_CLIPBOARD), line, -1);
  return GDK_EVENT_STOP;
}

static void timeline_view_dispose(GObject *object)
{
  TimelineView *view = TIMELINE_VIEW(object);
  g_clear_handle_id(&view->fit_source, g_source_remove);
  view->moving = true;
  if (view->tree != NULL && view->model != NULL) gtk_tree_view_set_model(view->tree, NULL);
  g_clear_object(&view->model);
  G_OBJECT_CLASS(timeline_view_parent_class)->dispose(object);
}

static void timeline_view_class_init(TimelineViewClass *class)
{
  G_OBJECT_CLASS(class)->dispose = timeline_view_dispose;
  GTK_WIDGET_CLASS(class)->size_allocate = timeline_view_size_allocate;
  signals[LINE_SELECTED] = g_signal_new("line-selected", TIMELINE_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 0);
  signals[LINE_ACTIVATED] = g_signal_new("line-activated", TIMELINE_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void add_placeholder(TimelineView *view)
{
  view->placeholder = GTK_LABEL(gtk_label_new(""));
  gtk_label_set_line_wrap(view->placeholder, TRUE);
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(view->placeholder)), "carteiro-dim");
  gtk_widget_set_halign(GTK_WIDGET(view->placeholder), GTK_ALIGN_CENTER);
  gtk_widget_set_valign(GTK_WIDGET(view->placeholder), GTK_ALIGN_CENTER);
  gtk_overlay_add_overlay(GTK_OVERLAY(view), GTK_WIDGET(view->placeholder));
  gtk_overlay_set_overlay_pass_through(GTK_OVERLAY(view), GTK_WIDGET(view->placeholder), TRUE);
}

static void timeline_view_init(TimelineView *view)
{
  view->scroller = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(view->scroller), GTK_POLICY_AUTOMATIC,
                                 GTK_POLICY_AUTOMATIC);
  view->tree = GTK_TREE_VIEW(lines_tree_new());
  gtk_style_context_add_class(gtk_widget_get_style_context(GTK_WIDGET(view->tree)), "carteiro-lines");
  add_columns(view);
  gtk_tree_view_set_fixed_height_mode(view->tree, TRUE);
  gtk_tree_view_set_enable_search(view->tree, FALSE);
  gtk_tree_view_set_grid_lines(view->tree, GTK_TREE_VIEW_GRID_LINES_HORIZONTAL);
  gtk_widget_set_has_tooltip(GTK_WIDGET(view->tree), TRUE);
  gtk_container_add(GTK_CONTAINER(view->scroller), GTK_WIDGET(view->tree));
  gtk_container_add(GTK_CONTAINER(view), view->scroller);
  add_placeholder(view);
  set_widths(view);
  g_signal_connect(gtk_tree_view_get_selection(view->tree), "changed", G_CALLBACK(selection_changed), view);
  g_signal_connect(view->tree, "row-activated", G_CALLBACK(row_activated), view);
  g_signal_connect(view->tree, "key-press-event", G_CALLBACK(key_pressed), view);
  g_signal_connect(view->tree, "query-tooltip", G_CALLBACK(query_tooltip), view);
  g_signal_connect(view->tree, "style-updated", G_CALLBACK(style_updated), view);
  g_signal_connect_after(view->tree, "draw", G_CALLBACK(draw_selection), view);
  gtk_widget_show_all(GTK_WIDGET(view));
}

GtkWidget *timeline_view_new(void)
{
  return g_object_new(TIMELINE_TYPE_VIEW, NULL);
}

static void update_placeholder(TimelineView *view)
{
  bool empty = view->model == NULL || timeline_model_get_count(view->model) <= 1;
  gtk_widget_set_visible(GTK_WIDGET(view->placeholder), empty);
}

void timeline_view_set_placeholder(TimelineView *view, const char *text)
{
  gtk_label_set_text(view->placeholder, text);
  update_placeholder(view);
}

void timeline_view_set_model(TimelineView *view, TimelineModel *model)
{
  if (model != NULL) g_object_ref(model);
  gtk_tree_view_set_model(view->tree, NULL);
  g_clear_object(&view->model);
  view->model = model;
  set_widths(view);
  if (model != NULL) gtk_tree_view_set_model(view->tree, GTK_TREE_MODEL(model));
  update_placeholder(view);
  g_signal_emit(view, signals[LINE_SELECTED], 0);
}

TimelineModel *timeline_view_get_model(TimelineView *view)
{
  return view->model;
}

/* With the view detached a row costs nothing but its index; selection and place are put back. */
static void take_bulk(TimelineView *view)
{
  const Row *selected = timeline_view_get_selected(view);
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(view->scroller));
  double place = gtk_adjustment_get_value(vertical);
  view->moving = true;
  gtk_tree_view_set_model(view->tree, NULL);
  timeline_model_take(view->model, UINT32_MAX, true);
  gtk_tree_view_set_model(view->tree, GTK_TREE_MODEL(view->model));
  if (selected != NULL) {
    int64_t line = timeline_model_find_id(view->model, selected->id);
    GtkTreePath *path = gtk_tree_path_new_from_indices((int)line, -1);
    gtk_tree_view_set_cursor(view->tree, path, NULL, FALSE);
    gtk_tree_path_free(path);
  }
  view->moving = false;
  gtk_adjustment_set_value(vertical, place);
}

static void take_slices(TimelineView *view)
{
  bool listened = lines_tree_is_listened_to(LINES_TREE(view->tree));
  gint64 end = g_get_monotonic_time() + (listened ? FRAME_BUDGET_LISTENED : FRAME_BUDGET);
  do
    timeline_model_take(view->model, SLICE, false);
  while (g_get_monotonic_time() < end && timeline_model_get_backlog(view->model) > 0);
}

bool timeline_view_take_rows(TimelineView *view)
{
  if (view->model == NULL) return false;
  uint32_t backlog = timeline_model_get_backlog(view->model);
  if (backlog == 0) return false;
  if (timeline_model_get_count(view->model) == 0) set_widths(view);
  bool many = backlog > MAX(BULK, timeline_model_get_count(view->model) / 2);
  if (many && !lines_tree_is_listened_to(LINES_TREE(view->tree)))
    take_bulk(view);
  else
    take_slices(view);
  update_placeholder(view);
  return timeline_model_get_backlog(view->model) > 0;
}

void timeline_view_set_horizon(TimelineView *view, Nanoseconds time)
{
  if (view->model == NULL) return;
  timeline_model_set_horizon(view->model, time);
  update_placeholder(view);
}

void timeline_view_select(TimelineView *view, int64_t line)
{
  if (view->model == NULL || line < 0 || line >= timeline_model_get_count(view->model)) {
    gtk_tree_selection_unselect_all(gtk_tree_view_get_selection(view->tree));
    return;
  }
  GtkTreePath *path = gtk_tree_path_new_from_indices((int)line, -1);
  gtk_tree_view_set_cursor(view->tree, path, NULL, FALSE);
  gtk_tree_view_scroll_to_cell(view->tree, path, NULL, FALSE, 0, 0);
  gtk_tree_path_free(path);
}

const Row *timeline_view_get_selected(TimelineView *view)
{
  GtkTreeIter iter;
  if (view->model == NULL) return NULL;
  if (!gtk_tree_selection_get_selected(gtk_tree_view_get_selection(view->tree), NULL, &iter)) return NULL;
  return timeline_model_get_row(view->model, timeline_model_get_line(&iter));
}

void timeline_view_focus(TimelineView *view)
{
  gtk_widget_grab_focus(GTK_WIDGET(view->tree));
}
