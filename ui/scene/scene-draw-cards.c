/* SPDX-License-Identifier: MIT */
/* What travels: postcards, sealed letters, the frames of a dialogue, and what gets lost. */
#include "ui/scene/scene-draw.h"

#include <math.h>

static void draw_ground(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                        bool sealed)
{
  double u = layout->unit;
  if (!palette->high_contrast) {
    SceneBox shadow = {box->x + 1, box->y + 2, box->width, box->height};
    scene_rounded(cr, &shadow, 2 * u);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.18);
    cairo_fill(cr);
  }
  scene_rounded(cr, box, 2 * u);
  if (sealed)
    palette_fill_hatched(palette, cr);
  else {
    palette_set_source(palette, COLOR_POSTCARD, cr);
    cairo_fill(cr);
  }
  double width = fmax(1.5, palette->edge);
  SceneBox edge = {box->x + width / 2, box->y + width / 2, box->width - width, box->height - width};
  scene_rounded(cr, &edge, 2 * u);
  cairo_set_line_width(cr, width);
  palette_set_source(palette, sealed ? COLOR_TLS : COLOR_TEXT, cr);
  cairo_stroke(cr);
}

static void draw_letter(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box)
{
  double u = layout->unit, middle = box->x + box->width / 2, tip = box->y + box->height * 0.56;
  cairo_move_to(cr, box->x + 1, box->y + 1);
  cairo_line_to(cr, middle, tip);
  cairo_line_to(cr, box->x + box->width - 1, box->y + 1);
  palette_set_source(palette, COLOR_HATCH_GROUND, cr);
  cairo_fill_preserve(cr);
  cairo_set_line_width(cr, 1.5 * u);
  palette_set_source(palette, COLOR_TLS, cr);
  cairo_stroke(cr);
  double radius = fmin(14 * u, box->height * 0.26), size = radius * 1.15;
  cairo_arc(cr, middle, tip, radius, 0, 2 * G_PI);
  palette_set_source(palette, COLOR_TLS, cr);
  cairo_fill(cr);
  glyph_draw(cr, GLYPH_PADLOCK, middle - size / 2, tip - size / 2, size,
             palette_color(palette, COLOR_HATCH_GROUND));
}

static void draw_stamp(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                       ProtocolId protocol)
{
  double u = layout->unit, size = round(22 * u), x = round(box->x + box->width - size - 6 * u),
         y = round(box->y + 6 * u);
  cairo_save(cr);
  cairo_rectangle(cr, x + 0.5, y + 0.5, size - 1, size - 1);
  cairo_set_dash(cr, (const double[]){2, 1.5}, 2, 0);
  cairo_set_line_width(cr, 1);
  palette_set_source(palette, COLOR_TEXT, cr);
  cairo_stroke(cr);
  cairo_restore(cr);
  double glyph = round(14 * u);
  glyph_draw(cr, glyph_for_protocol(protocol), x + (size - glyph) / 2, y + (size - glyph) / 2, glyph,
             palette_color(palette, palette_protocol_color(protocol)));
}

void scene_draw_card(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                     const WorldMessage *message, ProtocolId protocol, bool sealed)
{
  double u = layout->unit;
  draw_ground(cr, layout, palette, box, sealed);
  if (sealed) {
    draw_letter(cr, layout, palette, box);
    return;
  }
  draw_stamp(cr, layout, palette, box, protocol);
  if (message == NULL) return;
  const char *const lines[] = {message->to, message->subject, message->first_line};
  double pitch = (box->height - 8 * u) / layout->card_lines, inner = box->width - 14 * u;
  double beside_stamp = inner - 28 * u;
  for (guint i = 0; i < layout->card_lines; i++) {
    double y = box->y + 4 * u + pitch * (i + 0.5);
    bool clear = y - pitch / 2 >= box->y + 26 * u;
    scene_show(cr, layout, palette, SCENE_TEXT_CARD, COLOR_TEXT, lines[i] != NULL ? lines[i] : "",
               box->x + 7 * u, y, clear ? inner : beside_stamp, SCENE_ALIGN_LEFT);
  }
}

static double ease(double part)
{
  return part * part * (3 - 2 * part);
}

static double progress(const SceneState *state, const SceneFlight *flight)
{
  if (flight->arrives <= flight->departs) return 0;
  double part = (double)(state->time - flight->departs) / (double)(flight->arrives - flight->departs);
  return ease(fmin(fmax(part, 0), 1));
}

static bool is_forward(const SceneState *state, const SceneFlight *flight)
{
  const WorldLink *link = state->source.link(state->source.owner, flight->link);
  return flight->from == link->a || flight->to == link->b;
}

static ScenePoint clamp_card(const SceneLayout *layout, ScenePoint at)
{
  double half_wide = layout->card.width / 2, half_high = layout->card.height / 2;
  at.x = fmin(fmax(at.x, half_wide + 4), layout->frame.width - half_wide - 4);
  at.y = fmin(fmax(at.y, half_high + 4), layout->frame.height - half_high - 4);
  return at;
}

/* The middle of a card in flight: along a long link, over the hosts on a short one. */
static ScenePoint card_point(const SceneState *state, const SceneLayout *layout, const SceneFlight *flight)
{
  const ScenePath *path = &layout->links[flight->link];
  const ScenePoint *a = &path->points[path->main], *b = &path->points[path->main + 1];
  double part = progress(state, flight), u = layout->unit;
  bool forward = is_forward(state, flight);
  if (fabs(b->x - a->x) > layout->card.width + 60 * u) {
    double left = fmin(a->x, b->x), right = fmax(a->x, b->x), half = layout->card.width / 2;
    /* The disc at the left end stays in sight while the card waits to leave. */
    double first = left + (right - left) * 0.25 + scene_layout_disc_radius(layout) + 8 * u + half,
           last = right - 6 * u - half;
    if (first > last) first = left + half;
    bool rightward = forward == (b->x > a->x);
    return (ScenePoint){rightward ? first + (last - first) * part : last + (first - last) * part,
                        (a->y + b->y) / 2};
  }
  const SceneBox *from = &layout->hosts[flight->from].box, *to = &layout->hosts[flight->to].box;
  double start = from->x + from->width / 2, end = to->x + to->width / 2;
  double top = fmin(layout->hosts[flight->from].folded ? INFINITY : from->y,
                    layout->hosts[flight->to].folded ? INFINITY : to->y);
  if (!isfinite(top)) top = layout->middle - 34 * u;
  return clamp_card(layout,
                    (ScenePoint){start + (end - start) * part, top - layout->card.height / 2 - 4 * u});
}

static bool is_card(const SceneLayout *layout, const SceneFlight *flight)
{
  return flight->message != 0 && flight->link < layout->link_count &&
         layout->links[flight->link].count >= 2 && flight->from < layout->host_count &&
         flight->to < layout->host_count;
}

static SceneBox card_box(const SceneState *state, const SceneLayout *layout, const SceneFlight *flight)
{
  ScenePoint at = card_point(state, layout, flight);
  return (SceneBox){round(at.x - layout->card.width / 2), round(at.y - layout->card.height / 2),
                    layout->card.width, layout->card.height};
}

bool scene_card_covers(const SceneState *state, const SceneLayout *layout, const SceneBox *box)
{
  for (guint i = 0; i < state->flying->len; i++) {
    const SceneFlight *flight = &g_array_index(state->flying, SceneFlight, i);
    if (!is_card(layout, flight)) continue;
    SceneBox card = card_box(state, layout, flight);
    if (card.x < box->x + box->width && box->x < card.x + card.width && card.y < box->y + box->height &&
        box->y < card.y + card.height)
      return true;
  }
  return false;
}

static void draw_card(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette,
                      const SceneFlight *flight)
{
  if (!is_card(layout, flight)) return;
  guint messages = state->source.message_count(state->source.owner);
  const WorldMessage *message =
      flight->message <= messages ? state->source.message(state->source.owner, flight->message - 1) : NULL;
  SceneBox box = card_box(state, layout, flight);
  scene_draw_card(cr, layout, palette, &box, message, flight->protocol, flight->sealed);
}

/* A command or reply: a capsule on the line. */
static void draw_bead(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette,
                      const SceneFlight *flight, double fallen, double alpha)
{
  const ScenePath *path = &layout->links[flight->link];
  double part = progress(state, flight), u = layout->unit;
  /* A lost one is seen to go half the way. */
  if (flight->lost) part = 0.5;
  /* It starts beside its host, not under it. */
  double inset = fmin(9 * u / fmax(path->length, 1), 0.3);
  part = inset + part * (1 - 2 * inset);
  ScenePoint at = scene_path_point(path, is_forward(state, flight) ? part : 1 - part);
  SceneBox bead = {at.x - 8 * u, at.y - 5 * u + fallen, 16 * u, 10 * u};
  Color color = flight->sealed ? COLOR_TLS : palette_protocol_color(flight->protocol);
  GdkRGBA fill = *palette_color(palette, color), edge = *palette_color(palette, COLOR_LIST);
  fill.alpha = edge.alpha = alpha;
  scene_rounded(cr, &bead, 5 * u);
  gdk_cairo_set_source_rgba(cr, &fill);
  cairo_fill_preserve(cr);
  cairo_set_line_width(cr, 2);
  gdk_cairo_set_source_rgba(cr, &edge);
  cairo_stroke(cr);
}

static void draw_lost(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette,
                      const SceneFlight *flight)
{
  double fall = fmin((double)(state->time - flight->departs) / (double)SCENE_FALL, 1), u = layout->unit;
  if (fall < 1) {
    draw_bead(cr, state, layout, palette, flight, 24 * u * fall * fall, 1 - 0.7 * fall);
    return;
  }
  ScenePoint at = scene_path_point(&layout->links[flight->link], 0.5);
  double size = 16 * u;
  glyph_draw(cr, GLYPH_CROSS, at.x - size / 2, at.y + 24 * u - size / 2, size,
             palette_color(palette, COLOR_ERROR));
}

void scene_draw_beads(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  for (guint i = 0; i < state->flying->len; i++) {
    const SceneFlight *flight = &g_array_index(state->flying, SceneFlight, i);
    if (flight->message != 0 || flight->link >= layout->link_count || layout->links[flight->link].count < 2)
      continue;
    if (flight->lost)
      draw_lost(cr, state, layout, palette, flight);
    else if (!flight->carries)
      draw_bead(cr, state, layout, palette, flight, 0, 1);
  }
}

void scene_draw_cards(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  for (guint i = 0; i < state->flying->len; i++)
    draw_card(cr, state, layout, palette, &g_array_index(state->flying, SceneFlight, i));
}
