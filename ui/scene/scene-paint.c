/* SPDX-License-Identifier: MIT */
/* Text and shapes as the stage draws them. */
#include "ui/scene/scene-paint.h"

#include <math.h>

typedef struct {
  double scale; /* em */
  bool bold;
} TextRow;

static const TextRow styles[SCENE_TEXT_COUNT] = {
    [SCENE_TEXT_TITLE] = {0.88, true},  [SCENE_TEXT_NAME] = {0.95, true},  [SCENE_TEXT_FACT] = {0.86, false},
    [SCENE_TEXT_STRONG] = {0.86, true}, [SCENE_TEXT_CARD] = {0.84, false}, [SCENE_TEXT_DISC] = {0.9, true},
};

PangoContext *scene_pango_new(void)
{
  PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  /* Text must not change its width with its place: it travels. */
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  return context;
}

static PangoLayout *make_layout(const SceneLayout *layout, SceneTextStyle style, const char *text)
{
  PangoLayout *made = pango_layout_new(layout->pango);
  g_autoptr(PangoFontDescription) font = pango_font_description_new();
  pango_font_description_set_family(font, layout->font.family);
  pango_font_description_set_absolute_size(font, layout->font.em * styles[style].scale * PANGO_SCALE);
  pango_font_description_set_weight(font, styles[style].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(made, font);
  pango_layout_set_single_paragraph_mode(made, TRUE);
  pango_layout_set_text(made, text, -1);
  return made;
}

void scene_measure(const SceneLayout *layout, SceneTextStyle style, const char *text, double *width,
                   double *height)
{
  g_autoptr(PangoLayout) made = make_layout(layout, style, text);
  int units_wide, units_high;
  pango_layout_get_size(made, &units_wide, &units_high);
  if (width != NULL) *width = (double)units_wide / PANGO_SCALE;
  if (height != NULL) *height = (double)units_high / PANGO_SCALE;
}

double scene_show(cairo_t *cr, const SceneLayout *layout, const Palette *palette, SceneTextStyle style,
                  Color color, const char *text, double x, double y, double most_width, SceneAlign align)
{
  if (text[0] == '\0') return 0;
  g_autoptr(PangoLayout) made = make_layout(layout, style, text);
  if (most_width > 0) {
    pango_layout_set_width(made, (int)ceil(most_width * PANGO_SCALE));
    pango_layout_set_ellipsize(made, PANGO_ELLIPSIZE_END);
  }
  PangoRectangle extent;
  pango_layout_get_extents(made, NULL, &extent);
  double width = (double)extent.width / PANGO_SCALE, height = (double)extent.height / PANGO_SCALE;
  double left = align == SCENE_ALIGN_LEFT ? x : align == SCENE_ALIGN_MIDDLE ? x - width / 2 : x - width;
  palette_set_source(palette, color, cr);
  cairo_move_to(cr, left - (double)extent.x / PANGO_SCALE, round(y - height / 2));
  pango_cairo_show_layout(cr, made);
  cairo_new_path(cr);
  return width;
}

void scene_rounded(cairo_t *cr, const SceneBox *box, double radius)
{
  double r = fmin(radius, fmin(box->width, box->height) / 2);
  cairo_new_sub_path(cr);
  cairo_arc(cr, box->x + box->width - r, box->y + r, r, -G_PI_2, 0);
  cairo_arc(cr, box->x + box->width - r, box->y + box->height - r, r, 0, G_PI_2);
  cairo_arc(cr, box->x + r, box->y + box->height - r, r, G_PI_2, G_PI);
  cairo_arc(cr, box->x + r, box->y + r, r, G_PI, 3 * G_PI_2);
  cairo_close_path(cr);
}

double scene_crisp(double edge, double line_width)
{
  return (int)lround(line_width) % 2 == 1 ? floor(edge) + 0.5 : round(edge);
}
