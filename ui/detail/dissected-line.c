/* SPDX-License-Identifier: MIT */
/* Draws a line with brackets below its parts. The last part may run over several lines. */
#include "ui/detail/dissected-line.h"

#include "ui/window/palette.h"

#include <math.h>

#define BRACKET 7 /* px of the bracket's legs, with the space above them */
#define LINES_MOST 4
#define LABEL_GAP 10

typedef struct {
  char *text;
  char *label;
  bool bold, secret;
} LinePart;

struct _DissectedLineView {
  GtkDrawingArea parent;
  GArray *parts; /* of LinePart */
};

G_DEFINE_TYPE(DissectedLineView, dissected_line, GTK_TYPE_DRAWING_AREA)

static void clear_part(gpointer data)
{
  LinePart *part = data;
  g_free(part->text);
  g_free(part->label);
}

static PangoLayout *make_text(GtkWidget *widget, const LinePart *part, int width)
{
  PangoLayout *layout = gtk_widget_create_pango_layout(widget, part->text);
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_family_new("monospace"));
  pango_attr_list_insert(attributes, pango_attr_scale_new(1.16));
  if (part->bold) pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_width(layout, MAX(width, 40) * PANGO_SCALE);
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_height(layout, -LINES_MOST);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  return layout;
}

static PangoLayout *make_label(GtkWidget *widget, const LinePart *part, int width)
{
  PangoLayout *layout = gtk_widget_create_pango_layout(widget, part->label);
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_scale_new(0.86));
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_width(layout, MAX(width, 20) * PANGO_SCALE);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  return layout;
}

static void draw_secret_ground(cairo_t *cr, const Palette *palette, double x, double width, double height)
{
  palette_set_source(palette, COLOR_MARKER, cr);
  cairo_rectangle(cr, x - 2, 0, width + 4, height);
  cairo_fill(cr);
  palette_set_source(palette, COLOR_MARKER_LINE, cr);
  cairo_rectangle(cr, x - 2, height - 2, width + 4, 2);
  cairo_fill(cr);
}

static void draw_bracket(cairo_t *cr, const Palette *palette, double x, double y, double width)
{
  palette_set_source(palette, COLOR_SHAPE, cr);
  cairo_set_line_width(cr, 1);
  cairo_move_to(cr, floor(x) + 0.5, y);
  cairo_rel_line_to(cr, 0, BRACKET - 2);
  cairo_rel_line_to(cr, floor(width) - 1, 0);
  cairo_rel_line_to(cr, 0, -(BRACKET - 2));
  cairo_stroke(cr);
}

/* Draws, or with cr NULL measures; returns the height for that width. A label may run on to where the next
 * part begins. */
static int place_parts(DissectedLineView *line, cairo_t *cr, int width)
{
  GtkWidget *widget = GTK_WIDGET(line);
  const Palette *palette = palette_get_for_widget(widget);
  double x = 2, y = 0;
  int height = 0;
  for (guint i = 0; i < line->parts->len; i++) {
    const LinePart *part = &g_array_index(line->parts, LinePart, i);
    g_autoptr(PangoLayout) text = make_text(widget, part, width - (int)x - 2);
    int text_width, text_height, label_width, label_height;
    pango_layout_get_pixel_size(text, &text_width, &text_height);
    bool last = i + 1 == line->parts->len;
    g_autoptr(PangoLayout) label = make_label(widget, part, last ? width - (int)x - 2 : width);
    pango_layout_get_pixel_size(label, &label_width, &label_height);
    bool labelled = part->label[0] != '\0';
    if (cr != NULL) {
      if (part->secret) draw_secret_ground(cr, palette, x, text_width, text_height);
      palette_set_source(palette,
                         part->secret ? COLOR_MARKER_TEXT
                         : part->bold ? COLOR_ACCENT
                                      : COLOR_TEXT,
                         cr);
      cairo_move_to(cr, x, y);
      pango_cairo_show_layout(cr, text);
      if (labelled) {
        draw_bracket(cr, palette, x, y + text_height + 2, text_width);
        palette_set_source(palette, COLOR_DIM, cr);
        cairo_move_to(cr, x, y + text_height + BRACKET + 2);
        pango_cairo_show_layout(cr, label);
      }
    }
    height = MAX(height, text_height + (labelled ? BRACKET + 4 + label_height : 0));
    x += MAX(text_width, labelled && !last ? label_width : 0) + LABEL_GAP;
  }
  return height;
}

static gboolean dissected_line_draw(GtkWidget *widget, cairo_t *cr)
{
  place_parts(DISSECTED_LINE(widget), cr, gtk_widget_get_allocated_width(widget));
  return FALSE;
}

static GtkSizeRequestMode dissected_line_get_request_mode(GtkWidget *widget)
{
  (void)widget;
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void dissected_line_get_height(GtkWidget *widget, int width, int *minimum, int *natural)
{
  *minimum = *natural = place_parts(DISSECTED_LINE(widget), NULL, width);
}

static void dissected_line_get_any_height(GtkWidget *widget, int *minimum, int *natural)
{
  dissected_line_get_height(widget, 360, minimum, natural);
}

static void dissected_line_finalize(GObject *object)
{
  g_array_unref(DISSECTED_LINE(object)->parts);
  G_OBJECT_CLASS(dissected_line_parent_class)->finalize(object);
}

static void dissected_line_class_init(DissectedLineViewClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
  G_OBJECT_CLASS(class)->finalize = dissected_line_finalize;
  widget->draw = dissected_line_draw;
  widget->get_request_mode = dissected_line_get_request_mode;
  widget->get_preferred_height = dissected_line_get_any_height;
  widget->get_preferred_height_for_width = dissected_line_get_height;
}

static void dissected_line_init(DissectedLineView *line)
{
  line->parts = g_array_new(FALSE, FALSE, sizeof(LinePart));
  g_array_set_clear_func(line->parts, clear_part);
  atk_object_set_role(gtk_widget_get_accessible(GTK_WIDGET(line)), ATK_ROLE_LABEL);
}

GtkWidget *dissected_line_new(void)
{
  return g_object_new(DISSECTED_TYPE_LINE, "visible", TRUE, NULL);
}

static void name_for_readers(DissectedLineView *line)
{
  g_autoptr(GString) name = g_string_new(NULL);
  g_autoptr(GString) labels = g_string_new(NULL);
  for (guint i = 0; i < line->parts->len; i++) {
    const LinePart *part = &g_array_index(line->parts, LinePart, i);
    g_string_append_printf(name, i == 0 ? "%s" : " %s", part->text);
    g_string_append_printf(labels, i == 0 ? "%s" : ", %s", part->label);
  }
  AtkObject *accessible = gtk_widget_get_accessible(GTK_WIDGET(line));
  atk_object_set_name(accessible, name->str);
  atk_object_set_description(accessible, labels->str);
}

void dissected_line_add(DissectedLineView *line, const char *text, const char *label, bool bold, bool secret)
{
  LinePart part = {g_strdup(text), g_strdup(label), bold, secret};
  g_array_append_val(line->parts, part);
  name_for_readers(line);
  gtk_widget_queue_resize(GTK_WIDGET(line));
}
