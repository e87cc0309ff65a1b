/* SPDX-License-Identifier: MIT */
/* Measures the words and shares the width among five places: home, domain, the Internet, domain, home. */
#include "ui/scene/scene-paint.h"
#include "ui/scene/scene-text.h"

#include <math.h>
#include <string.h>

#define MARGIN 12.0
#define GAP 14.0
#define STRIP 40.0

static bool same_domain(const WorldHost *a, const char *domain)
{
  return a->domain != NULL && domain != NULL && strcmp(a->domain, domain) == 0;
}

/* The domain of the first mail server stands left; all others right. */
static const char *left_domain(const SceneState *state)
{
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < state->host_count; i++) {
      const WorldHost *host = state->hosts[i].host;
      if (host->domain == NULL || host->kind == HOST_NAME_SERVER) continue;
      if (pass == 1 || host->kind == HOST_MAIL_SERVER) return host->domain;
    }
  return NULL;
}

static ScenePlaceId place_of(const WorldHost *host, const char *left)
{
  if (host->kind == HOST_NAME_SERVER) return PLACE_INTERNET;
  bool on_left = same_domain(host, left);
  if (host->kind == HOST_USER) return on_left ? PLACE_HOME_LEFT : PLACE_HOME_RIGHT;
  return on_left ? PLACE_DOMAIN_LEFT : PLACE_DOMAIN_RIGHT;
}

static void mark_host(const SceneState *state, guint host, const char *left, double fold[PLACE_COUNT])
{
  if (host < state->host_count) fold[place_of(state->hosts[host].host, left)] = 0;
}

static void mark_link(const SceneState *state, guint index, const char *left, double fold[PLACE_COUNT])
{
  if (index >= state->source.link_count(state->source.owner)) return;
  const WorldLink *link = state->source.link(state->source.owner, index);
  mark_host(state, link->a, left, fold);
  mark_host(state, link->b, left, fold);
}

void scene_layout_find_fold(const SceneState *state, const SceneFrame *frame, double fold[PLACE_COUNT])
{
  double unit = fmax(1, frame->em / 14.667);
  bool narrow = frame->presenter || frame->width < 1000 * fmin(unit, 1.3);
  for (guint i = 0; i < PLACE_COUNT; i++)
    fold[i] = narrow && i != PLACE_INTERNET ? 1 : 0;
  /* Before the first step, nobody has less part than another. */
  if (!narrow || state->step == NULL) {
    memset(fold, 0, PLACE_COUNT * sizeof fold[0]);
    return;
  }
  const char *left = left_domain(state);
  mark_host(state, state->step->host, left, fold);
  mark_host(state, state->step->peer, left, fold);
  mark_link(state, state->step->link, left, fold);
  for (guint i = 0; i < state->open->len; i++)
    mark_link(state, scene_state_get_connection(state, g_array_index(state->open, uint32_t, i))->link, left,
              fold);
  for (guint i = 0; i < state->flying->len; i++)
    mark_link(state, g_array_index(state->flying, SceneFlight, i).link, left, fold);
}

static char *place_title(const SceneState *state, SceneLayout *layout, ScenePlaceId place)
{
  if (place == PLACE_INTERNET) return scene_text_internet();
  GString *title = g_string_new(NULL);
  const char *last = NULL;
  for (guint i = 0; i < state->host_count; i++) {
    const WorldHost *host = state->hosts[i].host;
    if (layout->hosts[i].place != place) continue;
    const char *domain = host->domain != NULL ? host->domain : "";
    if (host->kind == HOST_USER && layout->places[place].hosts == 1) {
      g_autofree char *home = scene_text_home(host->label);
      g_string_assign(title, home);
    } else if (last == NULL || strcmp(last, domain) != 0) {
      g_string_append_printf(title, "%s%s", title->len > 0 ? " · " : "", domain);
    }
    last = domain;
  }
  return g_string_free(title, FALSE);
}

static double host_width(const SceneLayout *layout, const SceneState *state, guint host)
{
  g_autofree char *name = scene_text_host_name(state, host);
  g_autofree char *widest = scene_text_host_fact_widest(state, host, layout->facts == SCENE_FACT_SHORT);
  double name_width, fact_width;
  scene_measure(layout, SCENE_TEXT_NAME, name, &name_width, NULL);
  scene_measure(layout, SCENE_TEXT_FACT, widest, &fact_width, NULL);
  return (layout->facts != SCENE_FACT_NONE ? fmax(name_width, fact_width) : name_width) + 58 * layout->unit;
}

static double tray_width(const SceneLayout *layout, WorldTray tray, bool cards)
{
  g_autofree char *name = scene_text_tray(tray);
  g_autofree char *text = g_strdup_printf(cards ? "%s 00" : "%s 0", name);
  double width;
  scene_measure(layout, SCENE_TEXT_FACT, text, &width, NULL);
  return width + (cards ? 52 : layout->tight ? 15 : 21) * layout->unit;
}

static double place_padding(const SceneLayout *layout, ScenePlaceId place)
{
  bool home = place == PLACE_HOME_LEFT || place == PLACE_HOME_RIGHT;
  return (layout->tight ? 10 : home ? 18 : 20) * layout->unit;
}

/* Width a place asks for so that nothing in it is cut. */
static double place_width(const SceneLayout *layout, const SceneState *state, ScenePlaceId place)
{
  double padding = place_padding(layout, place);
  double width = 0;
  if (layout->places[place].title == NULL) return 0;
  for (guint i = 0; i < layout->host_count; i++) {
    if (layout->hosts[i].place != place) continue;
    width = fmax(width, host_width(layout, state, i));
    if (layout->hosts[i].trays)
      width = fmax(width, tray_width(layout, TRAY_QUEUE, layout->cards) +
                              tray_width(layout, TRAY_MAILBOX, layout->cards) + 6 * layout->unit);
  }
  double title;
  scene_measure(layout, SCENE_TEXT_TITLE, layout->places[place].title, &title, NULL);
  if (place == PLACE_INTERNET)
    return fmax(width + 40 * layout->unit, layout->card.width + (layout->tight ? 84 : 150) * layout->unit);
  return fmax(width + 2 * padding, title + 28 * layout->unit);
}

typedef struct {
  double margin, gap;
  double natural[PLACE_COUNT], widths[PLACE_COUNT];
} Columns;

static double folded_width(const SceneLayout *layout, double open, double fold)
{
  double strip = fmax(34, (layout->tight ? 30 : STRIP) * layout->unit);
  return open > 0 ? open + (strip - open) * fold : 0;
}

/* Returns what is left when every place has what it asks for; less than 0: too narrow. */
static double measure(SceneLayout *layout, const SceneState *state, const double fold[PLACE_COUNT],
                      Columns *columns)
{
  double room = layout->frame.width - 2 * columns->margin;
  for (guint i = 0; i < PLACE_COUNT; i++) {
    columns->natural[i] = place_width(layout, state, (ScenePlaceId)i);
    columns->widths[i] = folded_width(layout, columns->natural[i], fold[i]);
    room -= columns->widths[i];
  }
  if (columns->natural[PLACE_HOME_LEFT] > 0) room -= columns->gap;
  if (columns->natural[PLACE_HOME_RIGHT] > 0) room -= columns->gap;
  return room;
}

/* What a narrow stage gives up, one after the other. */
typedef struct {
  SceneFact facts;
  bool cards;
  double card_width;
  bool tight;
} Measure;

static const Measure measures[] = {
    {SCENE_FACT_FULL, true, 160, false},  {SCENE_FACT_SHORT, true, 160, false},
    {SCENE_FACT_NONE, true, 160, false},  {SCENE_FACT_SHORT, false, 160, false},
    {SCENE_FACT_NONE, false, 160, false}, {SCENE_FACT_NONE, false, 130, false},
    {SCENE_FACT_NONE, false, 130, true},
};

/* Takes the first measure with which everything has room; returns what is left, less than 0 where none
 * suffices. */
static double fit(SceneLayout *layout, const SceneState *state, const double fold[PLACE_COUNT],
                  Columns *columns)
{
  SceneFact most = layout->facts; /* what the height allows */
  double room = -1;
  for (size_t i = 0; i < G_N_ELEMENTS(measures) && room < 0; i++) {
    layout->facts = MIN(most, measures[i].facts);
    layout->cards = measures[i].cards;
    layout->card.width = measures[i].card_width * layout->unit;
    layout->tight = measures[i].tight;
    room = measure(layout, state, fold, columns);
  }
  return room;
}

/* Shares what is left: domains and homes grow up to a comfortable width, the Internet takes the rest. */
static void share(SceneLayout *layout, double room, const double fold[PLACE_COUNT], Columns *columns)
{
  static const double comfort[PLACE_COUNT] = {210, 290, 0, 290, 210};
  static const double part[PLACE_COUNT] = {0.15, 0.2, 0, 0.2, 0.15};
  double grow = fmax(1, layout->frame.width / (1280 * layout->unit));
  if (room < 0) {
    double sum = 0;
    for (guint i = 0; i < PLACE_COUNT; i++)
      sum += columns->widths[i];
    double scale = fmax(0.2, 1 + room / sum);
    for (guint i = 0; i < PLACE_COUNT; i++)
      columns->widths[i] *= scale;
    return;
  }
  double left = room;
  for (guint i = 0; i < PLACE_COUNT; i++) {
    if (columns->natural[i] <= 0) continue;
    double most = fmax(0, comfort[i] * layout->unit * grow - columns->natural[i]);
    double more = fmin(most, room * part[i]) * (1 - fold[i]);
    columns->widths[i] += more;
    left -= more;
  }
  columns->widths[PLACE_INTERNET] += left;
}

static void place_columns(SceneLayout *layout, const Columns *columns, const double fold[PLACE_COUNT])
{
  double x = columns->margin;
  for (guint i = 0; i < PLACE_COUNT; i++) {
    ScenePlace *place = &layout->places[i];
    double width = columns->widths[i];
    place->fold = fold[i];
    place->box = (SceneBox){round(x), columns->margin, round(x + width) - round(x),
                            layout->frame.height - 2 * columns->margin};
    x += width;
    bool beside_home = i == PLACE_HOME_LEFT || i == PLACE_DOMAIN_RIGHT;
    if (beside_home && columns->natural[i == PLACE_HOME_LEFT ? PLACE_HOME_LEFT : PLACE_HOME_RIGHT] > 0)
      x += columns->gap;
  }
}

static double host_height(const SceneLayout *layout, ScenePlaceId place)
{
  double name, fact;
  scene_measure(layout, SCENE_TEXT_NAME, "X", NULL, &name);
  scene_measure(layout, SCENE_TEXT_FACT, "X", NULL, &fact);
  double padding = place == PLACE_INTERNET || !layout->facts               ? 6
                   : place == PLACE_HOME_LEFT || place == PLACE_HOME_RIGHT ? 10
                                                                           : 15;
  return fmax(34 * layout->unit, round(name + (layout->facts ? fact : 0) + 2 * padding * layout->unit));
}

static double title_bottom(const SceneLayout *layout)
{
  double height;
  scene_measure(layout, SCENE_TEXT_TITLE, "X", NULL, &height);
  return layout->places[PLACE_INTERNET].box.y + 8 * layout->unit + height;
}

static void place_middle(SceneLayout *layout)
{
  double u = layout->unit;
  double above =
      title_bottom(layout) + 6 * u + host_height(layout, PLACE_INTERNET) + 6 * u + layout->card.height / 2;
  double below = layout->card.height / 2 + 10 * u + host_height(layout, PLACE_INTERNET) + MARGIN;
  layout->middle = round(above + fmax(0, layout->frame.height - above - below) * 0.4);
}

/* Drops what does not fit in the height. */
static void fit_height(SceneLayout *layout)
{
  double card_line;
  scene_measure(layout, SCENE_TEXT_CARD, "X", NULL, &card_line);
  for (guint step = 0; step < 3; step++) {
    layout->card.height = fmax(step < 2 ? 60 : 44, round(card_line * layout->card_lines + 12 * layout->unit));
    double need = title_bottom(layout) + 2 * host_height(layout, PLACE_INTERNET) + layout->card.height +
                  22 * layout->unit + MARGIN;
    if (need <= layout->frame.height + 1) break;
    if (step == 0) layout->facts = SCENE_FACT_NONE;
    if (step == 1) layout->card_lines = 2;
  }
}

static void place_trays(SceneLayout *layout, SceneHostPlace *host)
{
  double u = layout->unit, text,
         bottom = layout->places[host->place].box.y + layout->places[host->place].box.height - 8 * u;
  scene_measure(layout, SCENE_TEXT_FACT, "X", NULL, &text);
  double height = round(fmax(26 * u, text + 8 * u)), gap = 6 * u;
  double top = round(fmin(host->box.y + host->box.height + 22 * u, bottom - height));
  double first = tray_width(layout, TRAY_QUEUE, layout->cards),
         second = tray_width(layout, TRAY_MAILBOX, layout->cards);
  double share = round((host->box.width - gap) * first / (first + second));
  host->queue = (SceneBox){host->box.x, top, share, height};
  host->mailbox = (SceneBox){host->box.x + share + gap, top, host->box.width - share - gap, height};
}

/* The hosts of one place, one above the other; a mail server is on the main line, others above it. */
static void stack_hosts(SceneLayout *layout, const SceneState *state, ScenePlaceId id)
{
  const ScenePlace *place = &layout->places[id];
  double u = layout->unit, height = host_height(layout, id), gap = 10 * u;
  double padding = place_padding(layout, id);
  double top = title_bottom(layout) + 6 * u;
  guint seen = 0, servers = 0;
  double centre = layout->middle;
  bool home = id == PLACE_HOME_LEFT || id == PLACE_HOME_RIGHT;
  if (home) centre -= (place->hosts - 1) * (height + gap) / 2;
  for (guint i = 0; i < layout->host_count; i++) {
    SceneHostPlace *host = &layout->hosts[i];
    if (host->place != id) continue;
    host->folded = place->fold > 0.5;
    double y = round(centre - height / 2) + seen * (height + gap);
    double tall = height;
    if (!home && id != PLACE_INTERNET && (state->hosts[i].host->kind != HOST_MAIL_SERVER || servers++ > 0)) {
      tall = fmin(height, fmax(34 * u, layout->middle - height / 2 - 8 * u - top));
      y = top;
    }
    if (id == PLACE_INTERNET) y = top + seen * (height + gap / 2);
    host->box = (SceneBox){place->box.x + padding, y, place->box.width - 2 * padding, tall};
    if (id == PLACE_INTERNET) {
      double width = fmin(fmax(160 * u, host_width(layout, state, i)), place->box.width - 20 * u);
      host->box.x = round(place->box.x + (place->box.width - width) / 2);
      host->box.width = round(width);
    }
    if (host->folded) host->box = place->box;
    if (host->trays) place_trays(layout, host);
    seen++;
  }
}

static void place_eve(SceneLayout *layout, const SceneState *state)
{
  const ScenePlace *internet = &layout->places[PLACE_INTERNET];
  g_autofree char *name = scene_text_eve_name();
  /* Room for what she may come to count, so that her box keeps its size. */
  SceneState later = *state;
  later.eve_readable = MAX(later.eve_readable, 99999);
  g_autofree char *fact = scene_text_eve_fact(&later);
  double name_width, fact_width, u = layout->unit, height = host_height(layout, PLACE_INTERNET);
  scene_measure(layout, SCENE_TEXT_NAME, name, &name_width, NULL);
  scene_measure(layout, SCENE_TEXT_FACT, fact, &fact_width, NULL);
  double width = fmax(150 * u, (layout->facts ? fmax(name_width, fact_width) : name_width) + 54 * u);
  width = round(fmin(width, internet->box.width - 16 * u));
  double x = fmin(internet->box.x + internet->box.width * 0.8 - width / 2,
                  internet->box.x + internet->box.width - width - 8 * u);
  double y = layout->frame.height - MARGIN - height;
  layout->eve = (SceneBox){round(fmax(x, internet->box.x + 8 * u)), round(y), width, height};
}

static void find_hosts(SceneLayout *layout, const SceneState *state)
{
  const char *left = left_domain(state);
  bool trays[PLACE_COUNT] = {false};
  layout->host_count = state->host_count;
  layout->hosts = g_new0(SceneHostPlace, state->host_count);
  for (guint i = 0; i < state->host_count; i++) {
    SceneHostPlace *host = &layout->hosts[i];
    host->place = place_of(state->hosts[i].host, left);
    layout->places[host->place].hosts++;
    host->trays = state->hosts[i].host->kind == HOST_MAIL_SERVER && !trays[host->place];
    if (host->trays) trays[host->place] = true;
  }
  for (guint i = 0; i < PLACE_COUNT; i++)
    if (layout->places[i].hosts > 0 || i == PLACE_INTERNET)
      layout->places[i].title = place_title(state, layout, (ScenePlaceId)i);
}

SceneLayout *scene_layout_new(const SceneState *state, const SceneFrame *frame)
{
  SceneLayout *layout = g_new0(SceneLayout, 1);
  layout->frame = *frame;
  layout->font = (SceneFont){g_strdup(frame->font), frame->em};
  layout->unit = fmax(1, frame->em / 14.667);
  layout->pango = scene_pango_new();
  layout->facts = SCENE_FACT_FULL;
  layout->cards = true;
  layout->card_lines = 3;
  layout->card.width = 160 * layout->unit;
  double fold[PLACE_COUNT];
  scene_layout_find_fold(state, frame, fold);
  if (frame->fold != NULL) memcpy(fold, frame->fold, sizeof fold);
  find_hosts(layout, state);
  layout->places[PLACE_INTERNET].box.y = MARGIN;
  fit_height(layout);
  Columns columns = {.margin = MARGIN, .gap = GAP};
  double room = fit(layout, state, fold, &columns);
  share(layout, room, fold, &columns);
  place_columns(layout, &columns, fold);
  place_middle(layout);
  for (guint i = 0; i < PLACE_COUNT; i++)
    stack_hosts(layout, state, (ScenePlaceId)i);
  place_eve(layout, state);
  scene_layout_route(layout, state);
  return layout;
}

void scene_layout_free(SceneLayout *layout)
{
  if (layout == NULL) return;
  for (guint i = 0; i < PLACE_COUNT; i++)
    g_free(layout->places[i].title);
  g_free(layout->hosts);
  g_free(layout->links);
  g_free(layout->font.family);
  g_clear_object(&layout->pango);
  g_free(layout);
}

double scene_layout_least_height(double em)
{
  double unit = fmax(1, em / 14.667);
  return unit < 1.2 ? round(256 * unit) : round(200 * unit);
}
