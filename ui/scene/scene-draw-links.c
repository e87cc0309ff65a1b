/* SPDX-License-Identifier: MIT */
/* Links, the connections open on them, Eve's ring with its lead, and the discs of the steps. */
#include "ui/scene/scene-draw.h"

#include "ui/scene/scene-text.h"

#include <math.h>

#define LINES_APART 4.0 /* px from the link's middle to either line of a connection */
#define SEAL_HALF 14.0
#define MARKER_HALF 12.0

static void trace(cairo_t *cr, const ScenePath *path, double line_width)
{
  for (guint i = 0; i < path->count; i++)
    cairo_line_to(cr, scene_crisp(path->points[i].x, line_width), scene_crisp(path->points[i].y, line_width));
}

/* Strokes the path moved sideways by offset px, and shortened so that the corners meet. */
static void trace_beside(cairo_t *cr, const ScenePath *path, double offset)
{
  for (guint i = 0; i < path->count; i++) {
    double x = 0, y = 0;
    guint before = i > 0 ? i - 1 : i, after = i + 1 < path->count ? i : i - 1;
    const guint segments[] = {before, after};
    for (guint k = 0; k < (before == after ? 1 : 2); k++) {
      const ScenePoint *a = &path->points[segments[k]], *b = &path->points[segments[k] + 1];
      double length = hypot(b->x - a->x, b->y - a->y);
      if (length <= 0) continue;
      x -= (b->y - a->y) / length;
      y += (b->x - a->x) / length;
    }
    cairo_line_to(cr, path->points[i].x + x * offset, path->points[i].y + y * offset);
  }
}

static bool is_open(const SceneConnection *connection)
{
  return connection->state == SCENE_CONNECTION_OPENING || connection->state == SCENE_CONNECTION_OPEN ||
         connection->state == SCENE_CONNECTION_CLOSING || connection->state == SCENE_CONNECTION_SEALED;
}

static bool is_recent_failure(const SceneState *state, const SceneConnection *connection)
{
  bool failed = connection->state == SCENE_CONNECTION_RESET || connection->state == SCENE_CONNECTION_REFUSED;
  return failed && state->time - connection->changed < SCENE_CROSS;
}

/* Up to three connections share a link, side by side. */
static guint find_connections(const SceneState *state, guint link, const SceneConnection *found[3])
{
  guint count = 0;
  for (guint i = state->open->len; i > 0 && count < 3; i--) {
    const SceneConnection *connection =
        scene_state_get_connection(state, g_array_index(state->open, uint32_t, i - 1));
    if (connection->link != link) continue;
    if (is_open(connection) || is_recent_failure(state, connection)) found[count++] = connection;
  }
  return count;
}

static const SceneFlight *find_loose_flight(const SceneState *state, guint link)
{
  for (guint i = 0; i < state->flying->len; i++) {
    const SceneFlight *flight = &g_array_index(state->flying, SceneFlight, i);
    if (flight->link == link && flight->connection == 0 && !flight->lost) return flight;
  }
  return NULL;
}

static void draw_marker(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const ScenePath *path)
{
  cairo_save(cr);
  trace(cr, path, 1);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(cr, 2 * MARKER_HALF * layout->unit);
  palette_set_source(palette, COLOR_MARKER, cr);
  cairo_stroke(cr);
  cairo_restore(cr);
}

/* The space between the lines of a sealed connection: only straight ways are hatched, corners stay plain. */
static void draw_seal(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const ScenePath *path)
{
  double half = SEAL_HALF * layout->unit;
  for (guint i = 0; i + 1 < path->count; i++) {
    const ScenePoint *a = &path->points[i], *b = &path->points[i + 1];
    bool level = fabs(a->y - b->y) < 1;
    double x = fmin(a->x, b->x), y = fmin(a->y, b->y);
    if (level)
      cairo_rectangle(cr, x, y - half, fabs(a->x - b->x), 2 * half);
    else
      cairo_rectangle(cr, x - half, y, 2 * half, fabs(a->y - b->y));
    palette_fill_hatched(palette, cr);
  }
}

/* Light strokes vanish on the yellow of the inverse theme. */
static Color on_marker(const Palette *palette, Color color)
{
  return palette->theme == THEME_HIGH_CONTRAST_INVERSE ? COLOR_MARKER_TEXT : color;
}

static void draw_connection(cairo_t *cr, const SceneLayout *layout, const Palette *palette,
                            const ScenePath *path, const SceneConnection *connection, double beside,
                            bool marked)
{
  double u = layout->unit, apart = (connection->sealed ? SEAL_HALF : LINES_APART) * u;
  if (connection->sealed && is_open(connection)) draw_seal(cr, layout, palette, path);
  cairo_save(cr);
  cairo_set_line_width(cr, fmax(2, round(2 * u)));
  Color color = connection->sealed ? COLOR_TLS : palette_protocol_color(connection->protocol);
  palette_set_source(palette, marked ? on_marker(palette, color) : color, cr);
  if (connection->state == SCENE_CONNECTION_OPENING || connection->state == SCENE_CONNECTION_CLOSING)
    cairo_set_dash(cr, (const double[]){6 * u, 4 * u}, 2, 0);
  for (int side = -1; side <= 1; side += 2) {
    trace_beside(cr, path, beside + side * apart);
    cairo_stroke(cr);
  }
  cairo_restore(cr);
}

static void draw_failure(cairo_t *cr, const SceneLayout *layout, const Palette *palette,
                         const WorldLink *link, const ScenePath *path, const SceneConnection *connection)
{
  /* Refused where it knocked; broken in the middle. */
  double part = connection->state == SCENE_CONNECTION_RESET ? 0.5 : connection->peer == link->b ? 0.9 : 0.1;
  ScenePoint at = scene_path_point(path, part);
  double size = 18 * layout->unit;
  glyph_draw(cr, GLYPH_CROSS, at.x - size / 2, at.y - size / 2, size, palette_color(palette, COLOR_ERROR));
}

static double left_of(const ScenePath *path)
{
  return fmin(path->points[path->main].x, path->points[path->main + 1].x);
}

static double right_of(const ScenePath *path)
{
  return fmax(path->points[path->main].x, path->points[path->main + 1].x);
}

/* What a link's labels need to know. */
typedef struct {
  const SceneLayout *layout;
  const ScenePath *path;
  double left, right, y; /* of the segment that carries them */
  double offset;         /* from the line to the middle of a line of text */
  double centre;         /* of brief labels: beside Eve's lead where she is */
  bool eve;
} LabelPlace;

static LabelPlace find_label_place(const SceneState *state, const SceneLayout *layout, guint index)
{
  LabelPlace place = {.layout = layout,
                      .path = &layout->links[index],
                      .eve = index == state->eve_link && layout->lead.count > 0};
  double text;
  scene_measure(layout, SCENE_TEXT_FACT, "X", NULL, &text);
  place.left = left_of(place.path);
  place.right = right_of(place.path);
  place.y = place.path->points[place.path->main].y;
  place.offset = (SEAL_HALF + 5) * layout->unit + text / 2;
  place.centre = (place.left + place.right) / 2;
  return place;
}

static double brief_centre(const LabelPlace *place, double width)
{
  return place->eve ? fmin(place->centre, place->layout->ring.x - 5 * place->layout->unit - width / 2)
                    : place->centre;
}

/* With edges as strong as text, a word that lies across one needs a ground of its own. */
static void draw_label_ground(cairo_t *cr, const Palette *palette, const SceneBox *box)
{
  if (!palette->high_contrast) return;
  palette_set_source(palette, COLOR_STAGE, cr);
  cairo_rectangle(cr, box->x - 2, box->y, box->width + 4, box->height);
  cairo_fill(cr);
}

/* Glyph and words of a connection under its line. */
static void draw_connection_label(cairo_t *cr, const SceneState *state, const LabelPlace *place,
                                  const Palette *palette, const SceneConnection *connection)
{
  const SceneLayout *layout = place->layout;
  bool brief = place->path->brief,
       failed = !is_open(connection) && connection->state != SCENE_CONNECTION_NONE;
  double u = layout->unit, size = round(13 * u), width, gap = (brief ? 3 : 6) * u,
         y = place->y + place->offset;
  SceneBox box = {place->left + 12 * u, y - size / 2, size + gap, size};
  Color color = failed               ? COLOR_ERROR
                : connection->sealed ? COLOR_TLS
                                     : palette_protocol_color(connection->protocol);
  Glyph glyph = connection->sealed ? GLYPH_PADLOCK : glyph_for_protocol(connection->protocol);
  g_autofree char *text = scene_text_connection(connection, brief);
  scene_measure(layout, SCENE_TEXT_STRONG, text, &width, NULL);
  box.width += width;
  /* A letter that lies over the words leaves room for the number. */
  if (!brief && scene_card_covers(state, layout, &box)) {
    g_free(text);
    text = scene_text_connection(connection, true);
    scene_measure(layout, SCENE_TEXT_STRONG, text, &width, NULL);
  }
  double all = (glyph == GLYPH_NONE ? 0 : size + gap) + width;
  double x = brief ? brief_centre(place, all) - all / 2 : place->left + 12 * u;
  draw_label_ground(cr, palette, &(SceneBox){x, y - size * 0.7, all, size * 1.4});
  if (glyph != GLYPH_NONE)
    glyph_draw(cr, glyph, round(x), round(y - size / 2), size, palette_color(palette, color));
  scene_show(cr, layout, palette, SCENE_TEXT_STRONG, color, text, x + all - width, y, 0, SCENE_ALIGN_LEFT);
}

static void draw_delay(cairo_t *cr, const SceneState *state, const LabelPlace *place, const Palette *palette,
                       const WorldLink *link)
{
  const SceneLayout *layout = place->layout;
  bool brief = place->path->brief;
  g_autofree char *delay = scene_text_link(link, !brief);
  double u = layout->unit, width, height;
  scene_measure(layout, SCENE_TEXT_FACT, delay, &width, &height);
  /* A brief link lies between two boxes: a longer label would run into them; beside a strip there is no room
   * at all. */
  if (layout->hosts[link->a].folded || layout->hosts[link->b].folded) return;
  if (brief && width > place->right - place->left + 16 * u) return;
  double last = place->right - 8 * u - width / 2;
  double middle = brief ? brief_centre(place, width) : place->eve ? fmin(layout->ring.x, last) : last;
  double y = place->y + (brief ? 1 : -1) * place->offset;
  SceneBox box = {middle - width / 2, y - height / 2 - 3 * u, width, height + 6 * u};
  if (scene_card_covers(state, layout, &box)) return;
  draw_label_ground(cr, palette, &(SceneBox){box.x, y - height * 0.45, width, height * 0.9});
  scene_show(cr, layout, palette, SCENE_TEXT_FACT, COLOR_DIM, delay, middle, y, 0, SCENE_ALIGN_MIDDLE);
}

static void draw_labels(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                        const Palette *palette, guint index)
{
  const WorldLink *link = state->source.link(state->source.owner, index);
  LabelPlace place = find_label_place(state, layout, index);
  const SceneConnection *found[3];
  guint count = find_connections(state, index, found);
  if (fabs(place.path->points[place.path->main].y - place.path->points[place.path->main + 1].y) > 1) return;
  const SceneFlight *loose = count == 0 ? find_loose_flight(state, index) : NULL;
  /* A question without a connection: UDP. */
  SceneConnection asked = {.protocol = PROTOCOL_DNS, .port = 53};
  if (count > 0)
    draw_connection_label(cr, state, &place, palette, found[0]);
  else if (loose != NULL && loose->protocol == PROTOCOL_DNS)
    draw_connection_label(cr, state, &place, palette, &asked);
  /* The way to the name server is quiet unless it loses something. */
  if (place.path->count > 2 && link->loss <= 0) return;
  /* On a brief link there is one line of words: who speaks now, else how long it takes. */
  if (!place.path->brief || count == 0) draw_delay(cr, state, &place, palette, link);
}

static bool eve_reads(const SceneState *state, guint index)
{
  return index == state->eve_link && scene_state_eve_sees(state) == EVE_READS;
}

void scene_draw_links(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  for (guint i = 0; i < layout->link_count; i++) {
    const ScenePath *path = &layout->links[i];
    if (path->count < 2) continue;
    const SceneConnection *found[3];
    guint count = find_connections(state, i, found);
    if (eve_reads(state, i)) draw_marker(cr, layout, palette, path);
    if (count == 0 || !is_open(found[0])) {
      trace(cr, path, 2);
      cairo_set_line_width(cr, fmax(2, round(2 * layout->unit)));
      cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
      palette_set_source(palette, COLOR_SHAPE, cr);
      cairo_stroke(cr);
    }
    for (guint k = 0; k < count; k++) {
      double beside = ((double)k - (count - 1) / 2.0) * 16 * layout->unit;
      if (is_open(found[k]))
        draw_connection(cr, layout, palette, path, found[k], beside, eve_reads(state, i));
      else
        draw_failure(cr, layout, palette, state->source.link(state->source.owner, i), path, found[k]);
    }
    draw_labels(cr, state, layout, palette, i);
  }
}

void scene_draw_eve(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  if (layout->lead.count == 0) return;
  double u = layout->unit;
  cairo_save(cr);
  palette_set_source(palette, COLOR_TEXT, cr);
  cairo_set_line_width(cr, fmax(1.5, 1.5 * u));
  cairo_set_dash(cr, (const double[]){4 * u, 3 * u}, 2, 0);
  trace(cr, &layout->lead, 1);
  cairo_stroke(cr);
  cairo_set_dash(cr, NULL, 0, 0);
  cairo_set_line_width(cr, 2 * u);
  if (eve_reads(state, state->eve_link)) palette_set_source(palette, on_marker(palette, COLOR_TEXT), cr);
  cairo_arc(cr, layout->ring.x, layout->ring.y, layout->ring_radius, 0, 2 * G_PI);
  cairo_stroke(cr);
  cairo_restore(cr);
}

static void draw_disc(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneDisc *disc,
                      ScenePoint at)
{
  static const Color grounds[] = {
      [SCENE_TO_COME] = COLOR_STAGE, [SCENE_NOW] = COLOR_LIST, [SCENE_DONE] = COLOR_DISC};
  static const Color texts[] = {
      [SCENE_TO_COME] = COLOR_DIM, [SCENE_NOW] = COLOR_TEXT, [SCENE_DONE] = COLOR_DISC_TEXT};
  double u = layout->unit, radius = scene_layout_disc_radius(layout) - (disc->when == SCENE_NOW ? 0 : 1) * u;
  bool on_link = disc->link != UINT16_MAX;
  cairo_arc(cr, at.x, at.y, radius, 0, 2 * G_PI);
  palette_set_source(palette, disc->when == SCENE_TO_COME && !on_link ? COLOR_PLACE : grounds[disc->when],
                     cr);
  cairo_fill_preserve(cr);
  if (disc->when == SCENE_DONE) {
    cairo_new_path(cr);
  } else {
    cairo_set_line_width(cr, (disc->when == SCENE_NOW ? 3 : 1.5) * u);
    palette_set_source(palette, disc->when == SCENE_NOW ? COLOR_ACCENT : COLOR_SHAPE, cr);
    cairo_stroke(cr);
  }
  char number[12];
  g_snprintf(number, sizeof number, "%u", disc->number);
  scene_show(cr, layout, palette, disc->when == SCENE_TO_COME ? SCENE_TEXT_FACT : SCENE_TEXT_DISC,
             texts[disc->when], number, at.x, at.y, 0, SCENE_ALIGN_MIDDLE);
}

void scene_draw_discs(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette)
{
  for (guint i = 0; i < state->disc_count; i++)
    draw_disc(cr, layout, palette, &state->discs[i], scene_layout_disc(layout, state, i));
}
