/* SPDX-License-Identifier: MIT */
/* The list's cells: glyphs and texts in the palette's colours; a secret stands on the yellow marker. */
#include "ui/timeline/line-cell.h"

#include "ui/window/glyph.h"
#include "ui/window/palette.h"

#include <math.h>

#define PAD 8
#define GLYPH_PX 16

struct _LineCell {
  GtkCellRendererText parent;
  TimelineColumn column;
  const LineText *text; /* of the line to be drawn next; the model's */
};

G_DEFINE_TYPE(LineCell, line_cell, GTK_TYPE_CELL_RENDERER_TEXT)

/* What a column's drawing function gets. */
typedef struct {
  cairo_t *cr;
  GtkWidget *widget;
  const Palette *palette;
  const LineText *text;
  TimelineColumn column;
  const GdkRectangle *area;
} CellContext;

static PangoLayout *make_layout(const CellContext *cell, const char *text, PangoAttrList *attributes,
                                int width)
{
  PangoLayout *layout = gtk_widget_create_pango_layout(cell->widget, text);
  pango_layout_set_attributes(layout, attributes);
  pango_layout_set_single_paragraph_mode(layout, TRUE);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width(layout, MAX(width, 0) * PANGO_SCALE);
  return layout;
}

static void show_layout(const CellContext *cell, PangoLayout *layout, double x, Color color)
{
  int height;
  pango_layout_get_pixel_size(layout, NULL, &height);
  palette_set_source(cell->palette, color, cell->cr);
  cairo_move_to(cell->cr, x, cell->area->y + floor((cell->area->height - height) / 2.0));
  pango_cairo_show_layout(cell->cr, layout);
}

static void add_attribute(PangoAttrList *list, PangoAttribute *attribute, size_t start, size_t end)
{
  attribute->start_index = (guint)start;
  attribute->end_index = (guint)end;
  pango_attr_list_insert(list, attribute);
}

static void draw_number(const CellContext *cell)
{
  const char *text = cell->column == TIMELINE_COLUMN_NUMBER ? cell->text->number : cell->text->time;
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_scale_new(0.88));
  pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
  g_autoptr(PangoLayout) layout = make_layout(cell, text, attributes, cell->area->width - PAD);
  pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
  pango_attr_list_unref(attributes);
  show_layout(cell, layout, cell->area->x, COLOR_DIM);
}

static void draw_between(const CellContext *cell)
{
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_scale_new(0.94));
  g_autoptr(PangoLayout) layout = make_layout(cell, cell->text->between, attributes, cell->area->width - PAD);
  pango_attr_list_unref(attributes);
  show_layout(cell, layout, cell->area->x + PAD,
              cell->text->row->kind == LINE_SESSION ? COLOR_DIM : COLOR_TEXT);
}

static void draw_glyph(const CellContext *cell, Glyph glyph, double x, Color color)
{
  double y = cell->area->y + floor((cell->area->height - GLYPH_PX) / 2.0);
  glyph_draw(cell->cr, glyph, x, y, GLYPH_PX, palette_color(cell->palette, color));
}

static void draw_protocol(const CellContext *cell)
{
  ProtocolId protocol = (ProtocolId)cell->text->row->protocol;
  if (protocol == PROTOCOL_NONE) return;
  Color color = palette_protocol_color(protocol);
  draw_glyph(cell, glyph_for_protocol(protocol), cell->area->x + PAD, color);
  PangoAttrList *attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_weight_new(PANGO_WEIGHT_SEMIBOLD));
  pango_attr_list_insert(attributes, pango_attr_scale_new(0.9));
  int left = PAD + GLYPH_PX + 4;
  g_autoptr(PangoLayout) layout =
      make_layout(cell, line_text_protocol_label(cell->text->row), attributes, cell->area->width - left);
  pango_attr_list_unref(attributes);
  show_layout(cell, layout, cell->area->x + left, color);
}

static void draw_zigzag(const CellContext *cell, double x)
{
  double middle = cell->area->y + cell->area->height / 2.0;
  cairo_save(cell->cr);
  cairo_move_to(cell->cr, x, middle);
  for (int i = 1; i <= 6; i++)
    cairo_line_to(cell->cr, x + i * 3, middle + (i == 6 ? 0 : i % 2 == 1 ? -3 : 3));
  cairo_set_line_width(cell->cr, 1.4);
  palette_set_source(cell->palette, COLOR_SHAPE, cell->cr);
  cairo_stroke(cell->cr);
  cairo_restore(cell->cr);
}

static void draw_class(const CellContext *cell)
{
  const Row *row = cell->text->row;
  double x = cell->area->x + floor((cell->area->width - GLYPH_PX) / 2.0);
  Color protocol = palette_protocol_color((ProtocolId)row->protocol);
  Glyph arrow = cell->text->leftward ? GLYPH_ARROW_LEFT : GLYPH_ARROW_RIGHT;
  switch ((LineKind)row->kind) {
  case LINE_SESSION:
    draw_zigzag(cell, cell->area->x + (cell->area->width - 18) / 2.0);
    break;
  case LINE_REPLY:
    draw_glyph(cell, glyph_for_reply((ReplyClass)row->reply_class), x,
               palette_reply_color((ReplyClass)row->reply_class));
    break;
  case LINE_DATA:
  case LINE_MESSAGE:
    draw_glyph(cell, GLYPH_POSTCARD, x, protocol);
    break;
  case LINE_CREDENTIAL:
    draw_glyph(cell, GLYPH_EYE, x, COLOR_TEXT);
    break;
  case LINE_TLS:
    draw_glyph(cell, GLYPH_PADLOCK, x, COLOR_TLS);
    break;
  case LINE_ANSWER:
    draw_glyph(cell, GLYPH_UNTAGGED, x, COLOR_TEXT);
    break;
  default:
    draw_glyph(cell, arrow, x, protocol);
    break;
  }
}

/* The marker behind a masked secret: fill, 2 px line below, a dashed edge for what is hidden. */
static void draw_marker(const CellContext *cell, PangoLayout *layout, double x)
{
  PangoRectangle from, to;
  int height;
  pango_layout_get_pixel_size(layout, NULL, &height);
  pango_layout_index_to_pos(layout, (int)cell->text->mask_start, &from);
  pango_layout_index_to_pos(layout, (int)(cell->text->mask_start + cell->text->mask_length), &to);
  double left = x + (double)from.x / PANGO_SCALE - 3, right = x + (double)to.x / PANGO_SCALE + 3;
  double top = cell->area->y + floor((cell->area->height - height) / 2.0) - 1, tall = height + 2;
  if (right <= left + 6) return;
  cairo_t *cr = cell->cr;
  cairo_save(cr);
  cairo_rectangle(cr, left, top, right - left, tall);
  palette_set_source(cell->palette, COLOR_MARKER, cr);
  cairo_fill(cr);
  palette_set_source(cell->palette, COLOR_MARKER_LINE, cr);
  cairo_rectangle(cr, left, top + tall - 2, right - left, 2);
  cairo_fill(cr);
  cairo_set_line_width(cr, 1);
  cairo_set_dash(cr, (double[]){2, 2}, 2, 0);
  cairo_rectangle(cr, left + 0.5, top + 0.5, right - left - 1, tall - 1);
  cairo_stroke(cr);
  cairo_restore(cr);
}

static PangoAttrList *make_wire_attributes(const CellContext *cell)
{
  const LineText *text = cell->text;
  PangoAttrList *attributes = pango_attr_list_new();
  bool session = text->row->kind == LINE_SESSION;
  if (!session) {
    pango_attr_list_insert(attributes, pango_attr_family_new("monospace"));
    pango_attr_list_insert(attributes, pango_attr_scale_new(0.87));
  }
  add_attribute(attributes, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0, text->wire_head);
  const GdkRGBA *dim = palette_color(cell->palette, COLOR_DIM);
  if (session)
    add_attribute(attributes,
                  pango_attr_foreground_new((guint16)(dim->red * 65535), (guint16)(dim->green * 65535),
                                            (guint16)(dim->blue * 65535)),
                  text->wire_head, strlen(text->wire));
  if (text->mask_length > 0) {
    const GdkRGBA *ink = palette_color(cell->palette, COLOR_MARKER_TEXT);
    add_attribute(attributes,
                  pango_attr_foreground_new((guint16)(ink->red * 65535), (guint16)(ink->green * 65535),
                                            (guint16)(ink->blue * 65535)),
                  text->mask_start, text->mask_start + text->mask_length);
  }
  return attributes;
}

static void draw_wire(const CellContext *cell)
{
  PangoAttrList *attributes = make_wire_attributes(cell);
  g_autoptr(PangoLayout) layout =
      make_layout(cell, cell->text->wire, attributes, cell->area->width - PAD - 2);
  pango_attr_list_unref(attributes);
  double x = cell->area->x + PAD;
  if (cell->text->mask_length > 0) draw_marker(cell, layout, x);
  show_layout(cell, layout, x, COLOR_TEXT);
}

static void draw_gloss(const CellContext *cell)
{
  int left = PAD;
  if (cell->text->noted) {
    draw_glyph(cell, GLYPH_WARNING, cell->area->x + left, COLOR_LATER);
    left += GLYPH_PX + 4;
  }
  g_autoptr(PangoLayout) layout = make_layout(cell, cell->text->gloss, NULL, cell->area->width - left - 2);
  show_layout(cell, layout, cell->area->x + left, COLOR_DIM);
}

static void line_cell_render(GtkCellRenderer *renderer, cairo_t *cr, GtkWidget *widget,
                             const GdkRectangle *background, const GdkRectangle *area,
                             GtkCellRendererState state)
{
  static void (*const draw[TIMELINE_COLUMN_COUNT])(const CellContext *) = {
      [TIMELINE_COLUMN_NUMBER] = draw_number,   [TIMELINE_COLUMN_TIME] = draw_number,
      [TIMELINE_COLUMN_BETWEEN] = draw_between, [TIMELINE_COLUMN_PROTOCOL] = draw_protocol,
      [TIMELINE_COLUMN_CLASS] = draw_class,     [TIMELINE_COLUMN_WIRE] = draw_wire,
      [TIMELINE_COLUMN_GLOSS] = draw_gloss,
  };
  LineCell *cell = LINE_CELL(renderer);
  (void)background;
  (void)state;
  if (cell->text == NULL || cell->text->row == NULL) return;
  CellContext context = {cr, widget, palette_get_for_widget(widget), cell->text, cell->column, area};
  draw[cell->column](&context);
}

static void line_cell_class_init(LineCellClass *class)
{
  GTK_CELL_RENDERER_CLASS(class)->render = line_cell_render;
}

static void line_cell_init(LineCell *cell)
{
  g_object_set(cell, "xpad", 0, "ypad", 0, NULL);
}

GtkCellRenderer *line_cell_new(TimelineColumn column)
{
  LineCell *cell = g_object_new(LINE_TYPE_CELL, NULL);
  cell->column = column;
  return GTK_CELL_RENDERER(cell);
}

void line_cell_set_data(GtkTreeViewColumn *view_column, GtkCellRenderer *renderer, GtkTreeModel *model,
                        GtkTreeIter *iter, gpointer data)
{
  LineCell *cell = LINE_CELL(renderer);
  (void)view_column;
  (void)data;
  cell->text = timeline_model_get_text(TIMELINE_MODEL(model), timeline_model_get_line(iter));
  const char *const columns[TIMELINE_COLUMN_COUNT] = {
      [TIMELINE_COLUMN_NUMBER] = cell->text->number,
      [TIMELINE_COLUMN_TIME] = cell->text->time,
      [TIMELINE_COLUMN_BETWEEN] = cell->text->between,
      [TIMELINE_COLUMN_PROTOCOL] = line_text_protocol_label(cell->text->row),
      [TIMELINE_COLUMN_CLASS] = line_text_class_name(cell->text->row),
      [TIMELINE_COLUMN_WIRE] = cell->text->wire,
      [TIMELINE_COLUMN_GLOSS] = cell->text->gloss,
  };
  g_object_set(cell, "text", columns[cell->column], NULL);
}
