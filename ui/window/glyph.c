/* SPDX-License-Identifier: MIT */
/* The glyphs: one small function each, in the units of the grid of 16. */
#include "ui/window/glyph.h"

#include "base/i18n.h"

#include <math.h>

static void rounded(cairo_t *cr, double x, double y, double width, double height, double radius)
{
  cairo_new_sub_path(cr);
  cairo_arc(cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc(cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc(cr, x + radius, y + radius, radius, G_PI, 3 * G_PI_2);
  cairo_close_path(cr);
}

static void polygon(cairo_t *cr, const double (*points)[2], size_t count)
{
  cairo_new_sub_path(cr);
  for (size_t i = 0; i < count; i++)
    cairo_line_to(cr, points[i][0], points[i][1]);
  cairo_close_path(cr);
}

static void lines(cairo_t *cr, const double (*points)[2], size_t count)
{
  for (size_t i = 0; i < count; i++)
    cairo_line_to(cr, points[i][0], points[i][1]);
  cairo_stroke(cr);
}

#define POLYGON(cr, ...)                                                                                     \
  polygon(cr, (const double[][2]){__VA_ARGS__}, sizeof((double[][2]){__VA_ARGS__}) / sizeof(double[2]))
#define LINES(cr, ...)                                                                                       \
  lines(cr, (const double[][2]){__VA_ARGS__}, sizeof((double[][2]){__VA_ARGS__}) / sizeof(double[2]))

/* Solid glyphs are drawn in a group, where their sign is taken out again. */
static void cut_out(cairo_t *cr)
{
  cairo_set_operator(cr, CAIRO_OPERATOR_DEST_OUT);
}

static void draw_smtp(cairo_t *cr)
{
  POLYGON(cr, {1.5, 2}, {15, 8}, {1.5, 14}, {4.8, 8});
  cairo_fill(cr);
}

static void draw_tray(cairo_t *cr)
{
  LINES(cr, {1.8, 9.6}, {1.8, 14}, {14.2, 14}, {14.2, 9.6});
}

static void draw_pop3(cairo_t *cr)
{
  draw_tray(cr);
  cairo_rectangle(cr, 6.9, 1, 2.2, 5);
  POLYGON(cr, {3.8, 5.4}, {12.2, 5.4}, {8, 10.9});
  cairo_fill(cr);
}

static void draw_pop2(cairo_t *cr)
{
  draw_tray(cr);
  cairo_set_line_width(cr, 1.2);
  POLYGON(cr, {6.6, 1.2}, {9.4, 1.2}, {9.4, 5.6}, {11.9, 5.6}, {8, 10.5}, {4.1, 5.6}, {6.6, 5.6});
  cairo_stroke(cr);
}

static void draw_imap(cairo_t *cr)
{
  rounded(cr, 2.3, 1.6, 11.4, 12.8, 1.2);
  cairo_move_to(cr, 2.3, 8);
  cairo_line_to(cr, 13.7, 8);
  cairo_stroke(cr);
  LINES(cr, {6.2, 4.8}, {9.8, 4.8});
  LINES(cr, {6.2, 11.2}, {9.8, 11.2});
}

static void draw_http(cairo_t *cr)
{
  rounded(cr, 1.3, 2.3, 13.4, 11.4, 1.4);
  cairo_stroke(cr);
  cairo_rectangle(cr, 1.3, 2.3, 13.4, 3.6);
  cairo_fill(cr);
  cut_out(cr);
  cairo_arc(cr, 4, 4.2, 0.8, 0, 2 * G_PI);
  cairo_new_sub_path(cr);
  cairo_arc(cr, 6.6, 4.2, 0.8, 0, 2 * G_PI);
  cairo_fill(cr);
}

static void draw_dns(cairo_t *cr)
{
  cairo_rectangle(cr, 7, 0.8, 2, 14.6);
  POLYGON(cr, {2.2, 2.2}, {11.8, 2.2}, {14.8, 5.4}, {11.8, 8.6}, {2.2, 8.6});
  cairo_fill(cr);
}

static void draw_padlock(cairo_t *cr)
{
  rounded(cr, 2.6, 7, 10.8, 7.8, 1.4);
  cairo_fill(cr);
  cairo_move_to(cr, 4.9, 7.4);
  cairo_line_to(cr, 4.9, 4.7);
  cairo_arc(cr, 8, 4.7, 3.1, G_PI, 0);
  cairo_line_to(cr, 11.1, 7.4);
  cairo_stroke(cr);
  cut_out(cr);
  cairo_arc(cr, 8, 10.2, 1.2, 0, 2 * G_PI);
  cairo_rectangle(cr, 7.4, 10.4, 1.2, 2.6);
  cairo_fill(cr);
}

static void draw_ok(cairo_t *cr)
{
  cairo_arc(cr, 8, 8, 6.6, 0, 2 * G_PI);
  cairo_stroke(cr);
  LINES(cr, {4.9, 8.3}, {7.2, 10.5}, {11.2, 5.9});
}

static void draw_continue(cairo_t *cr)
{
  rounded(cr, 1.6, 1.6, 12.8, 12.8, 2.6);
  cairo_stroke(cr);
  LINES(cr, {6.5, 4.8}, {9.8, 8}, {6.5, 11.2});
}

static void triangle(cairo_t *cr)
{
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  POLYGON(cr, {8, 2.2}, {14.5, 13.6}, {1.5, 13.6});
}

static void exclamation(cairo_t *cr)
{
  cairo_set_line_width(cr, 1.7);
  LINES(cr, {8, 6.3}, {8, 9.6});
  cairo_arc(cr, 8, 11.8, 1, 0, 2 * G_PI);
  cairo_fill(cr);
}

static void draw_later(cairo_t *cr)
{
  triangle(cr);
  cairo_fill_preserve(cr);
  cairo_stroke(cr);
  cut_out(cr);
  exclamation(cr);
}

static void draw_warning(cairo_t *cr)
{
  cairo_set_line_width(cr, 1.4);
  triangle(cr);
  cairo_stroke(cr);
  exclamation(cr);
}

static void draw_refused(cairo_t *cr)
{
  const double near = 4.9, far = 11.1, low = 0.6, high = 15.4;
  POLYGON(cr, {near, low}, {far, low}, {high, near}, {high, far}, {far, high}, {near, high}, {low, far},
          {low, near});
  cairo_fill(cr);
  cut_out(cr);
  cairo_set_line_width(cr, 1.8);
  LINES(cr, {5.3, 5.3}, {10.7, 10.7});
  LINES(cr, {10.7, 5.3}, {5.3, 10.7});
}

static void draw_untagged(cairo_t *cr)
{
  POLYGON(cr, {8, 2.6}, {13.4, 8}, {8, 13.4}, {2.6, 8});
  cairo_stroke(cr);
}

static void draw_arrow_right(cairo_t *cr)
{
  LINES(cr, {1.8, 8}, {13.4, 8});
  LINES(cr, {9.4, 3.8}, {13.8, 8}, {9.4, 12.2});
}

static void draw_arrow_left(cairo_t *cr)
{
  LINES(cr, {14.2, 8}, {2.6, 8});
  LINES(cr, {6.6, 3.8}, {2.2, 8}, {6.6, 12.2});
}

static void draw_eye(cairo_t *cr)
{
  cairo_move_to(cr, 0.9, 8);
  cairo_curve_to(cr, 3.4, 1.8, 12.6, 1.8, 15.1, 8);
  cairo_curve_to(cr, 12.6, 14.2, 3.4, 14.2, 0.9, 8);
  cairo_close_path(cr);
  cairo_stroke(cr);
  cairo_arc(cr, 8, 8, 2.7, 0, 2 * G_PI);
  cairo_fill(cr);
}

static void draw_laptop(cairo_t *cr)
{
  rounded(cr, 2.8, 2.4, 10.4, 8.2, 1);
  cairo_stroke(cr);
  LINES(cr, {0.6, 13.4}, {15.4, 13.4});
}

static void draw_server(cairo_t *cr)
{
  for (int i = 0; i < 2; i++) {
    double top = i == 0 ? 1.3 : 8.9;
    rounded(cr, 2, top, 12, 5.8, 1.5);
    cairo_stroke(cr);
    cairo_arc(cr, 5.2, top + 2.9, 1.1, 0, 2 * G_PI);
    cairo_fill(cr);
  }
}

static void draw_postcard(cairo_t *cr)
{
  cairo_set_line_width(cr, 1.4);
  rounded(cr, 0.8, 2.7, 14.4, 10.6, 0.8);
  cairo_stroke(cr);
  LINES(cr, {3.2, 6}, {7.4, 6});
  LINES(cr, {3.2, 8.4}, {8.6, 8.4});
  LINES(cr, {3.2, 10.6}, {6.4, 10.6});
  cairo_rectangle(cr, 10.2, 5, 3, 3.4);
  cairo_fill(cr);
}

static void draw_envelope(cairo_t *cr)
{
  cairo_set_line_width(cr, 1.4);
  rounded(cr, 0.8, 2.7, 14.4, 10.6, 0.8);
  cairo_stroke(cr);
  LINES(cr, {1.2, 3.2}, {8, 9}, {14.8, 3.2});
  cairo_arc(cr, 8, 8.8, 2.3, 0, 2 * G_PI);
  cairo_fill(cr);
}

static void draw_cross(cairo_t *cr)
{
  LINES(cr, {3.4, 3.4}, {12.6, 12.6});
  LINES(cr, {12.6, 3.4}, {3.4, 12.6});
}

/* A box with a way through in either direction. */
static void draw_router(cairo_t *cr)
{
  cairo_set_line_width(cr, 1.5);
  rounded(cr, 1, 2.6, 14, 10.8, 2.4);
  cairo_stroke(cr);
  LINES(cr, {3.6, 6.2}, {11.6, 6.2});
  LINES(cr, {9.6, 4.2}, {12, 6.2}, {9.6, 8.2});
  LINES(cr, {12.4, 10.2}, {4.4, 10.2});
  LINES(cr, {6.4, 8.6}, {4, 10.2}, {6.4, 11.8});
}

typedef struct {
  void (*draw)(cairo_t *cr);
  const char *name; /* N_() */
  bool cuts;        /* takes its sign out of what it filled: needs a group of its own */
} GlyphRow;

static const GlyphRow glyphs[GLYPH_COUNT] = {
    [GLYPH_NONE] = {NULL, "", false},
    [GLYPH_SMTP] = {draw_smtp, "SMTP", false},
    [GLYPH_POP3] = {draw_pop3, "POP3", false},
    [GLYPH_POP2] = {draw_pop2, "POP2", false},
    [GLYPH_IMAP] = {draw_imap, "IMAP", false},
    [GLYPH_HTTP] = {draw_http, "HTTP", true},
    [GLYPH_DNS] = {draw_dns, "DNS", false},
    [GLYPH_PADLOCK] = {draw_padlock, N_("sealed"), true},
    [GLYPH_OK] = {draw_ok, N_("accepted"), false},
    [GLYPH_CONTINUE] = {draw_continue, N_("go on"), false},
    [GLYPH_LATER] = {draw_later, N_("try later"), true},
    [GLYPH_REFUSED] = {draw_refused, N_("refused"), true},
    [GLYPH_UNTAGGED] = {draw_untagged, N_("data"), false},
    [GLYPH_WARNING] = {draw_warning, N_("note"), false},
    [GLYPH_ARROW_RIGHT] = {draw_arrow_right, N_("command"), false},
    [GLYPH_ARROW_LEFT] = {draw_arrow_left, N_("command"), false},
    [GLYPH_EYE] = {draw_eye, N_("Eve has read it"), false},
    [GLYPH_LAPTOP] = {draw_laptop, N_("computer"), false},
    [GLYPH_SERVER] = {draw_server, N_("server"), false},
    [GLYPH_ROUTER] = {draw_router, N_("router"), false},
    [GLYPH_POSTCARD] = {draw_postcard, N_("message, readable"), false},
    [GLYPH_ENVELOPE] = {draw_envelope, N_("message, sealed"), false},
    [GLYPH_CROSS] = {draw_cross, N_("lost"), false},
};

void glyph_draw(cairo_t *cr, Glyph glyph, double x, double y, double size, const GdkRGBA *color)
{
  g_assert(glyph < GLYPH_COUNT);
  if (glyphs[glyph].draw == NULL) return;
  cairo_save(cr);
  cairo_new_path(cr);
  if (glyphs[glyph].cuts) {
    /* The group is no larger than the glyph: a list draws hundreds a frame. */
    cairo_rectangle(cr, x - 1, y - 1, size + 2, size + 2);
    cairo_clip(cr);
    cairo_push_group(cr);
  }
  cairo_translate(cr, x, y);
  cairo_scale(cr, size / 16, size / 16);
  cairo_set_line_width(cr, 1.6);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  gdk_cairo_set_source_rgba(cr, color);
  glyphs[glyph].draw(cr);
  if (glyphs[glyph].cuts) {
    cairo_pop_group_to_source(cr);
    cairo_paint(cr);
  }
  cairo_new_path(cr);
  cairo_restore(cr);
}

Glyph glyph_for_protocol(ProtocolId protocol)
{
  static const Glyph by_protocol[PROTOCOL_COUNT] = {
      [PROTOCOL_SMTP] = GLYPH_SMTP,   [PROTOCOL_POP2] = GLYPH_POP2, [PROTOCOL_POP3] = GLYPH_POP3,
      [PROTOCOL_IMAP] = GLYPH_IMAP,   [PROTOCOL_HTTP] = GLYPH_HTTP, [PROTOCOL_DNS] = GLYPH_DNS,
      [PROTOCOL_TLS] = GLYPH_PADLOCK,
  };
  return protocol < PROTOCOL_COUNT ? by_protocol[protocol] : GLYPH_NONE;
}

Glyph glyph_for_reply(ReplyClass reply_class)
{
  static const Glyph by_class[REPLY_CLASS_COUNT] = {
      [REPLY_OK] = GLYPH_OK,           [REPLY_CONTINUE] = GLYPH_CONTINUE, [REPLY_LATER] = GLYPH_LATER,
      [REPLY_REFUSED] = GLYPH_REFUSED, [REPLY_UNTAGGED] = GLYPH_UNTAGGED,
  };
  return reply_class < REPLY_CLASS_COUNT ? by_class[reply_class] : GLYPH_NONE;
}

const char *glyph_get_name(Glyph glyph)
{
  g_assert(glyph < GLYPH_COUNT);
  const char *name = glyphs[glyph].name;
  return name[0] == '\0' ? "" : _(name);
}

static gboolean draw_image(GtkWidget *area, cairo_t *cr, gpointer data)
{
  GtkStyleContext *style = gtk_widget_get_style_context(area);
  GdkRGBA color;
  gtk_style_context_get_color(style, gtk_style_context_get_state(style), &color);
  double width = gtk_widget_get_allocated_width(area), height = gtk_widget_get_allocated_height(area);
  double size = fmin(width, height);
  glyph_draw(cr, (Glyph)GPOINTER_TO_INT(data), (width - size) / 2, (height - size) / 2, size, &color);
  return FALSE;
}

GtkWidget *glyph_image_new(Glyph glyph, int size)
{
  GtkWidget *area = gtk_drawing_area_new();
  if (size == 0) {
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(area, "M");
    pango_layout_get_pixel_size(layout, NULL, &size);
  }
  gtk_widget_set_size_request(area, size, size);
  gtk_widget_set_valign(area, GTK_ALIGN_CENTER);
  gtk_widget_set_halign(area, GTK_ALIGN_CENTER);
  g_signal_connect(area, "draw", G_CALLBACK(draw_image), GINT_TO_POINTER(glyph));
  AtkObject *accessible = gtk_widget_get_accessible(area);
  atk_object_set_role(accessible, ATK_ROLE_IMAGE);
  atk_object_set_name(accessible, glyph_get_name(glyph));
  gtk_widget_show(area);
  return area;
}
