/* SPDX-License-Identifier: MIT */
/* The ways of links between hosts, and what hangs on them: discs, Eve's ring and her lead. */
#include "ui/scene/scene-layout.h"

#include <math.h>

static void add_point(ScenePath *path, double x, double y)
{
  g_assert(path->count < SCENE_PATH_POINTS);
  path->points[path->count++] = (ScenePoint){x, y};
}

static double segment(const ScenePath *path, guint index)
{
  return hypot(path->points[index + 1].x - path->points[index].x,
               path->points[index + 1].y - path->points[index].y);
}

static void measure_path(ScenePath *path)
{
  path->length = 0;
  for (guint i = 0; i + 1 < path->count; i++) {
    double length = segment(path, i);
    path->length += length;
    if (length > segment(path, path->main)) path->main = i;
  }
}

ScenePoint scene_path_point(const ScenePath *path, double fraction)
{
  double left = fmin(fmax(fraction, 0), 1) * path->length;
  for (guint i = 0; i + 1 < path->count; i++) {
    double length = segment(path, i);
    if (left <= length || i + 2 == path->count) {
      double part = length > 0 ? fmin(left / length, 1) : 0;
      return (ScenePoint){path->points[i].x + (path->points[i + 1].x - path->points[i].x) * part,
                          path->points[i].y + (path->points[i + 1].y - path->points[i].y) * part};
    }
    left -= length;
  }
  return path->count > 0 ? path->points[0] : (ScenePoint){0, 0};
}

static double centre_y(const SceneLayout *layout, const SceneHostPlace *host)
{
  /* A strip is met where the main line runs. */
  return host->folded ? layout->middle : round(host->box.y + host->box.height / 2);
}

/* From the top of a host up to a name server, and into its side. */
static void route_up(const SceneLayout *layout, const SceneHostPlace *host, const SceneHostPlace *server,
                     ScenePath *path)
{
  bool from_left = host->box.x < server->box.x;
  double inset = fmin(host->box.width * 0.25, 48 * layout->unit);
  double x = round(from_left ? host->box.x + host->box.width - inset : host->box.x + inset);
  double y = centre_y(layout, server);
  double side = from_left ? server->box.x : server->box.x + server->box.width;
  if (host->folded)
    add_point(path, from_left ? host->box.x + host->box.width : host->box.x, y);
  else {
    add_point(path, x, host->box.y);
    add_point(path, x, y);
  }
  add_point(path, side, y);
}

static void route_side(const SceneLayout *layout, const SceneHostPlace *a, const SceneHostPlace *b,
                       ScenePath *path)
{
  bool forward = a->box.x <= b->box.x;
  double from = forward ? a->box.x + a->box.width : a->box.x,
         to = forward ? b->box.x : b->box.x + b->box.width;
  double first = centre_y(layout, a), last = centre_y(layout, b);
  add_point(path, from, first);
  if (fabs(first - last) >= 3) {
    double bend = round((from + to) / 2);
    add_point(path, bend, first);
    add_point(path, bend, last);
  }
  add_point(path, to, last);
}

static void route_within(const SceneLayout *layout, const SceneHostPlace *a, const SceneHostPlace *b,
                         ScenePath *path)
{
  bool down = a->box.y < b->box.y;
  double x = round(fmax(a->box.x, b->box.x) + 24 * layout->unit);
  add_point(path, x, down ? a->box.y + a->box.height : a->box.y);
  add_point(path, x, down ? b->box.y : b->box.y + b->box.height);
}

static void turn(ScenePath *path)
{
  for (guint i = 0; i < path->count / 2; i++) {
    ScenePoint kept = path->points[i];
    path->points[i] = path->points[path->count - 1 - i];
    path->points[path->count - 1 - i] = kept;
  }
}

static void route(const SceneLayout *layout, const WorldLink *link, ScenePath *path)
{
  if (link->a >= layout->host_count || link->b >= layout->host_count) return;
  const SceneHostPlace *a = &layout->hosts[link->a], *b = &layout->hosts[link->b];
  if (a->folded && b->folded && a->place == b->place) return;
  if (a->place == b->place)
    route_within(layout, a, b, path);
  else if (b->place == PLACE_INTERNET)
    route_up(layout, a, b, path);
  else if (a->place == PLACE_INTERNET) {
    route_up(layout, b, a, path);
    turn(path);
  } else
    route_side(layout, a, b, path);
  measure_path(path);
  path->brief = segment(path, path->main) < 150 * layout->unit;
}

static void route_lead(SceneLayout *layout)
{
  double u = layout->unit, x = layout->ring.x, y = layout->ring.y + layout->ring_radius;
  const SceneBox *eve = &layout->eve;
  add_point(&layout->lead, x, y);
  if (x > eve->x + 8 * u && x < eve->x + eve->width - 8 * u && y < eve->y) {
    add_point(&layout->lead, x, eve->y);
  } else {
    /* Round the trays: along the foot of the places. */
    double foot = round(fmax(eve->y + eve->height - 6 * u, layout->frame.height - 24 * u));
    add_point(&layout->lead, x, foot);
    add_point(&layout->lead, x < eve->x ? eve->x : eve->x + eve->width, foot);
  }
  measure_path(&layout->lead);
}

void scene_layout_route(SceneLayout *layout, const SceneState *state)
{
  layout->link_count = state->source.link_count(state->source.owner);
  layout->links = g_new0(ScenePath, layout->link_count);
  for (guint i = 0; i < layout->link_count; i++)
    route(layout, state->source.link(state->source.owner, i), &layout->links[i]);
  layout->ring_radius = 9 * layout->unit;
  if (state->eve_link >= layout->link_count || layout->links[state->eve_link].count < 2) return;
  const ScenePath *path = &layout->links[state->eve_link];
  const ScenePoint *from = &path->points[path->main], *to = &path->points[path->main + 1];
  /* Always nearer to the right end, where the disc is not. */
  double part = path->brief ? 0.8 : 0.82;
  if (from->x > to->x) part = 1 - part;
  layout->ring =
      (ScenePoint){round(from->x + (to->x - from->x) * part), round(from->y + (to->y - from->y) * part)};
  route_lead(layout);
}

double scene_layout_disc_radius(const SceneLayout *layout)
{
  return 12 * layout->unit;
}

static ScenePoint disc_on_link(const SceneLayout *layout, const SceneState *state, guint index, double shift)
{
  const ScenePath *path = &layout->links[index];
  const ScenePoint *from = &path->points[path->main], *to = &path->points[path->main + 1];
  double length = segment(path, path->main), part = 0.5;
  if (!path->brief && path->count == 2) part = 0.25;
  if (path->brief && index == state->eve_link) part = 0.28;
  if (from->x > to->x) part = 1 - part;
  if (length > 0) part += shift / length * (from->x > to->x ? -1 : 1);
  part = fmin(part, 1);
  return (ScenePoint){from->x + (to->x - from->x) * part, from->y + (to->y - from->y) * part};
}

ScenePoint scene_layout_disc(const SceneLayout *layout, const SceneState *state, guint index)
{
  const SceneDisc *disc = &state->discs[index];
  guint before = 0;
  for (guint i = 0; i < index; i++)
    if (state->discs[i].link == disc->link &&
        (disc->link != UINT16_MAX || state->discs[i].host == disc->host))
      before++;
  double shift = before * (2 * scene_layout_disc_radius(layout) + 4 * layout->unit);
  if (disc->link < layout->link_count && layout->links[disc->link].count >= 2)
    return disc_on_link(layout, state, disc->link, shift);
  if (disc->host >= layout->host_count) return (ScenePoint){-100 * layout->unit, -100 * layout->unit};
  const SceneHostPlace *host = &layout->hosts[disc->host];
  if (host->folded)
    return (ScenePoint){host->box.x + host->box.width / 2, host->box.y + 20 * layout->unit + shift};
  return (ScenePoint){host->box.x + host->box.width - 3 * layout->unit - shift,
                      host->box.y - 2 * layout->unit};
}
