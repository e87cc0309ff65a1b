/* SPDX-License-Identifier: MIT */
/* Places, hosts and trays of the stage. */
#include "ui/scene/scene-draw.h"

#include "ui/scene/scene-text.h"

#include <math.h>

static void stroke_box(cairo_t *cr, const SceneBox *box, double radius, double width, const Palette *palette,
                       Color color)
{
  SceneBox edge = {scene_crisp(box->x, width), scene_crisp(box->y, width),
                   round(box->width) - (width == 1 ? 1 : 0), round(box->height) - (width == 1 ? 1 : 0)};
  scene_rounded(cr, &edge, radius);
  cairo_set_line_width(cr, width);
  palette_set_source(palette, color, cr);
  cairo_stroke(cr);
}

static void draw_strip(cairo_t *cr, const SceneLayout *layout, const Palette *palette,
                       const ScenePlace *place)
{
  double u = layout->unit, bottom = place->box.y + place->box.height - 10 * u, top = layout->middle + 16 * u,
         length;
  scene_measure(layout, SCENE_TEXT_TITLE, place->title, &length, NULL);
  /* Below the main line where it has room there; else the whole strip, save its head, where the disc of a
   * step may stand. */
  if (length > bottom - top) top = place->box.y + 36 * u;
  cairo_save(cr);
  cairo_translate(cr, place->box.x + place->box.width / 2, (top + bottom) / 2);
  cairo_rotate(cr, -G_PI_2);
  scene_show(cr, layout, palette, SCENE_TEXT_TITLE, COLOR_DIM, place->title, 0, 0, bottom - top,
             SCENE_ALIGN_MIDDLE);
  cairo_restore(cr);
}

static void draw_places(cairo_t *cr, const SceneLayout *layout, const Palette *palette)
{
  for (guint i = 0; i < PLACE_COUNT; i++) {
    const ScenePlace *place = &layout->places[i];
    if (place->title == NULL) continue;
    double u = layout->unit, text;
    scene_measure(layout, SCENE_TEXT_TITLE, place->title, NULL, &text);
    double y = place->box.y + 8 * u + text / 2;
    if (i == PLACE_INTERNET) {
      scene_show(cr, layout, palette, SCENE_TEXT_TITLE, COLOR_DIM, place->title,
                 place->box.x + place->box.width / 2, y, place->box.width - 12 * u, SCENE_ALIGN_MIDDLE);
      continue;
    }
    scene_rounded(cr, &place->box, 10 * u);
    palette_set_source(palette, COLOR_PLACE, cr);
    cairo_fill(cr);
    stroke_box(cr, &place->box, 10 * u, palette->edge, palette, COLOR_BORDER);
    if (place->fold > 0.5)
      draw_strip(cr, layout, palette, place);
    else
      scene_show(cr, layout, palette, SCENE_TEXT_TITLE, COLOR_DIM, place->title, place->box.x + 14 * u, y,
                 place->box.width - 28 * u, SCENE_ALIGN_LEFT);
  }
}

static Glyph host_glyph(const WorldHost *host)
{
  static const Glyph glyphs[] = {[HOST_USER] = GLYPH_LAPTOP,
                                 [HOST_MAIL_SERVER] = GLYPH_SERVER,
                                 [HOST_NAME_SERVER] = GLYPH_DNS,
                                 [HOST_WEB_SERVER] = GLYPH_HTTP,
                                 [HOST_ROUTER] = GLYPH_ROUTER};
  return host->kind < G_N_ELEMENTS(glyphs) ? glyphs[host->kind] : GLYPH_SERVER;
}

static void draw_host_edge(cairo_t *cr, const SceneHost *host, const SceneBox *box, bool acting, double u,
                           const Palette *palette)
{
  double width = acting ? fmax(2, round(2 * u)) : palette->edge;
  cairo_save(cr);
  if (!host->up) cairo_set_dash(cr, (const double[]){5 * u, 4 * u}, 2, 0);
  if (acting && palette->high_contrast) width = 3;
  stroke_box(cr, box, 5 * u, width, palette, acting ? COLOR_TEXT : COLOR_SHAPE);
  cairo_restore(cr);
}

/* Icon, name and fact in a host's or Eve's box. */
static void draw_label(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                       Glyph glyph, const char *name, const char *fact, Color fact_color)
{
  double u = layout->unit, icon = round(18 * u), name_height, fact_height;
  scene_measure(layout, SCENE_TEXT_NAME, name, NULL, &name_height);
  scene_measure(layout, SCENE_TEXT_FACT, "X", NULL, &fact_height);
  double middle = box->y + box->height / 2, left = box->x + 12 * u, text = left + icon + 10 * u;
  double room = box->x + box->width - 8 * u - text;
  bool two = fact != NULL && name_height + fact_height <= box->height;
  glyph_draw(cr, glyph, left, round(middle - icon / 2), icon, palette_color(palette, COLOR_TEXT));
  scene_show(cr, layout, palette, SCENE_TEXT_NAME, COLOR_TEXT, name, text,
             two ? middle - fact_height / 2 : middle, room, SCENE_ALIGN_LEFT);
  if (two)
    scene_show(cr, layout, palette, SCENE_TEXT_FACT, fact_color, fact, text, middle + name_height / 2, room,
               SCENE_ALIGN_LEFT);
}

static void strike_icon(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box)
{
  double u = layout->unit, icon = round(18 * u), x = box->x + 12 * u, y = box->y + box->height / 2;
  cairo_move_to(cr, x - 2 * u, y + icon / 2 + 2 * u);
  cairo_line_to(cr, x + icon + 2 * u, y - icon / 2 - 2 * u);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(cr, 5 * u);
  palette_set_source(palette, COLOR_HOST, cr);
  cairo_stroke_preserve(cr);
  cairo_set_line_width(cr, 2 * u);
  palette_set_source(palette, COLOR_ERROR, cr);
  cairo_stroke(cr);
}

static void draw_mini_card(cairo_t *cr, const SceneLayout *layout, const Palette *palette, double x, double y)
{
  double u = layout->unit;
  SceneBox card = {round(x), round(y), round(22 * u), round(15 * u)};
  scene_rounded(cr, &card, 1.5 * u);
  palette_set_source(palette, COLOR_POSTCARD, cr);
  cairo_fill(cr);
  stroke_box(cr, &card, 1.5 * u, palette->edge, palette, COLOR_TEXT);
  palette_set_source(palette, COLOR_TEXT, cr);
  cairo_rectangle(cr, card.x + 15 * u, card.y + 3 * u, 4 * u, 4.5 * u);
  cairo_fill(cr);
  cairo_set_line_width(cr, fmax(1, u));
  for (guint line = 0; line < 2; line++) {
    double height = scene_crisp(card.y + (line == 0 ? 6 : 9) * u, fmax(1, u));
    cairo_move_to(cr, card.x + 4 * u, height);
    cairo_line_to(cr, card.x + (line == 0 ? 12 : 10) * u, height);
    cairo_stroke(cr);
  }
}

static void draw_tray(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                      WorldTray tray, guint count)
{
  double u = layout->unit, width = fmax(palette->edge, 1), r = 4 * u, padding = (layout->tight ? 5 : 8) * u;
  double left = scene_crisp(box->x, width), right = scene_crisp(box->x + box->width - 1, width);
  double bottom = scene_crisp(box->y + box->height - 1, width), middle = box->y + box->height / 2;
  cairo_move_to(cr, left, box->y);
  cairo_line_to(cr, left, bottom - r);
  cairo_arc_negative(cr, left + r, bottom - r, r, G_PI, G_PI_2);
  cairo_arc_negative(cr, right - r, bottom - r, r, G_PI_2, 0);
  cairo_line_to(cr, right, box->y);
  palette_set_source(palette, COLOR_HOST, cr);
  cairo_fill_preserve(cr);
  cairo_set_line_width(cr, width);
  palette_set_source(palette, COLOR_SHAPE, cr);
  cairo_stroke(cr);
  g_autofree char *name = scene_text_tray(tray);
  g_autofree char *number = g_strdup_printf("%u", count);
  double x = box->x + padding, number_width;
  scene_measure(layout, SCENE_TEXT_STRONG, number, &number_width, NULL);
  x += scene_show(cr, layout, palette, SCENE_TEXT_FACT, COLOR_TEXT, name, x, middle,
                  ceil(box->width - 2 * padding - number_width - 4 * u), SCENE_ALIGN_LEFT);
  x += 4 * u + scene_show(cr, layout, palette, SCENE_TEXT_STRONG, COLOR_TEXT, number, x + 4 * u, middle, 0,
                          SCENE_ALIGN_LEFT);
  guint shown = MIN(count, 3);
  double room = box->x + box->width - padding - x - 4 * u, step = 5 * u;
  while (shown > 0 && (22 * u + (shown - 1) * step > room || !layout->cards))
    shown--;
  for (guint i = 0; i < shown; i++)
    draw_mini_card(cr, layout, palette, box->x + box->width - padding - 22 * u - (shown - 1 - i) * step,
                   middle - 7.5 * u);
}

static bool is_acting(const SceneState *state, guint host)
{
  return state->acting == host;
}

static void draw_hosts(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                       const Palette *palette)
{
  double u = layout->unit;
  for (guint i = 0; i < layout->host_count; i++) {
    const SceneHostPlace *at = &layout->hosts[i];
    const SceneHost *host = &state->hosts[i];
    if (at->folded) {
      if (is_acting(state, i)) stroke_box(cr, &at->box, 10 * u, 2, palette, COLOR_TEXT);
      continue;
    }
    /* While a place unfolds its boxes are cut at its edge. */
    cairo_save(cr);
    const SceneBox *place = &layout->places[at->place].box;
    cairo_rectangle(cr, place->x, 0, place->width, layout->frame.height);
    cairo_clip(cr);
    scene_rounded(cr, &at->box, 5 * u);
    palette_set_source(palette, COLOR_HOST, cr);
    cairo_fill(cr);
    draw_host_edge(cr, host, &at->box, is_acting(state, i), u, palette);
    g_autofree char *name = scene_text_host_name(state, i);
    g_autofree char *fact = scene_text_host_fact(state, i, layout->facts == SCENE_FACT_SHORT);
    /* That a server is down is said however little room there is. */
    draw_label(cr, layout, palette, &at->box, host_glyph(host->host), name,
               layout->facts != SCENE_FACT_NONE || !host->up ? fact : NULL,
               host->up ? COLOR_DIM : COLOR_ERROR);
    if (!host->up) strike_icon(cr, layout, palette, &at->box);
    if (at->trays) {
      draw_tray(cr, layout, palette, &at->queue, TRAY_QUEUE, scene_state_count(state, i, TRAY_QUEUE));
      draw_tray(cr, layout, palette, &at->mailbox, TRAY_MAILBOX, scene_state_count(state, i, TRAY_MAILBOX));
    }
    cairo_restore(cr);
  }
}

static void draw_eve_box(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                         const Palette *palette)
{
  double u = layout->unit, width = fmax(1.5, palette->edge);
  g_autofree char *name = scene_text_eve_name();
  g_autofree char *fact = scene_text_eve_fact(state);
  scene_rounded(cr, &layout->eve, 5 * u);
  palette_set_source(palette, COLOR_HOST, cr);
  cairo_fill(cr);
  cairo_save(cr);
  cairo_set_dash(cr, (const double[]){5 * u, 3.5 * u}, 2, 0);
  stroke_box(cr, &layout->eve, 5 * u, width, palette, COLOR_TEXT);
  cairo_restore(cr);
  draw_label(cr, layout, palette, &layout->eve, GLYPH_EYE, name, layout->facts ? fact : NULL, COLOR_DIM);
}

void scene_draw(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  cairo_save(cr);
  cairo_rectangle(cr, 0, 0, layout->frame.width, layout->frame.height);
  cairo_clip(cr);
  palette_set_source(palette, COLOR_STAGE, cr);
  cairo_paint(cr);
  draw_places(cr, layout, palette);
  scene_draw_links(cr, state, layout, palette);
  scene_draw_beads(cr, state, layout, palette);
  scene_draw_eve(cr, state, layout, palette);
  draw_hosts(cr, state, layout, palette);
  draw_eve_box(cr, state, layout, palette);
  scene_draw_discs(cr, state, layout, palette);
  scene_draw_cards(cr, state, layout, palette);
  cairo_restore(cr);
}
