/* SPDX-License-Identifier: MIT */
/* Draws fixed moments of the walk on images and compares them with the pictures kept beside this file. */
#include "base/i18n.h"
#include "golden/scene/scene-walk.h"
#include "ui/scene/scene-draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER SOURCE_DIR "/tests/golden/scene/images/"

typedef enum { STORY_PLAIN, STORY_SEALED, STORY_DOWN } Story;

typedef struct {
  const char *name;
  Story story;
  int64_t at; /* ms after the start; a moment in between, so that something travels */
  int width, height;
  double em;
  const char *language;
  guint eve;
  bool presenter;
  bool every_theme; /* light and dark; else light alone */
} Moment;

#define EM 14.667

static const Moment moments[] = {
    {"start", STORY_PLAIN, 50, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"submission", STORY_PLAIN, 390, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"name-server", STORY_PLAIN, 630, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"relay", STORY_PLAIN, 886, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"sealed", STORY_SEALED, 890, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"fetch", STORY_PLAIN, 4148, 1280, 256, EM, "en", WALK_LINK_BOB, false, true},
    {"down", STORY_DOWN, 1000, 1280, 256, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"relay-pt", STORY_PLAIN, 886, 1280, 256, EM, "pt_BR", WALK_LINK_MIDDLE, false, true},
    {"relay-wide", STORY_PLAIN, 886, 1920, 320, EM, "en", WALK_LINK_MIDDLE, false, true},
    {"relay-narrow", STORY_PLAIN, 886, 960, 256, EM, "pt_BR", WALK_LINK_MIDDLE, false, true},
    {"start-narrow", STORY_PLAIN, -1, 960, 256, EM, "en", WALK_LINK_MIDDLE, false, false},
    {"submission-narrow", STORY_PLAIN, 390, 960, 256, EM, "en", WALK_LINK_ALICE, false, false},
    {"relay-large-text", STORY_PLAIN, 886, 1280, 360, EM * 1.8, "pt_BR", WALK_LINK_MIDDLE, false, false},
    {"sealed-presenter", STORY_SEALED, 890, 1920, 560, EM * 2, "pt_BR", WALK_LINK_MIDDLE, true, true},
};

static bool update;

static SceneSource story_source(Story story, SceneArrays *arrays)
{
  if (story == STORY_SEALED) return walk_source(arrays, walk_sealed_events, G_N_ELEMENTS(walk_sealed_events));
  if (story == STORY_DOWN) return walk_source(arrays, walk_down_events, G_N_ELEMENTS(walk_down_events));
  return walk_source(arrays, walk_plain_events, G_N_ELEMENTS(walk_plain_events));
}

static void use_language(const char *language)
{
  i18n_init(language);
  bindtextdomain(GETTEXT_PACKAGE, GOLDEN_LOCALE);
}

static cairo_surface_t *draw_moment(const Moment *moment, const Palette *palette)
{
  SceneArrays arrays;
  SceneSource source = story_source(moment->story, &arrays);
  use_language(moment->language);
  g_autoptr(SceneState) state = scene_state_new(&source);
  scene_state_set_eve_link(state, moment->eve);
  scene_state_seek(state, WALK_AT(moment->at));
  SceneFrame frame = {.width = moment->width,
                      .height = moment->height,
                      .font = "Cantarell",
                      .em = moment->em,
                      .presenter = moment->presenter};
  g_autoptr(SceneLayout) layout = scene_layout_new(state, &frame);
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, moment->width, moment->height);
  cairo_t *cr = cairo_create(surface);
  scene_draw(cr, state, layout, palette);
  cairo_destroy(cr);
  cairo_surface_flush(surface);
  return surface;
}

/* The mean difference of the colour channels, 0 … 255; 255 where the sizes differ. *worst: share of pixels
 * that differ much. */
static double difference(cairo_surface_t *a, cairo_surface_t *b, double *worst)
{
  int width = cairo_image_surface_get_width(a), height = cairo_image_surface_get_height(a);
  *worst = 1;
  if (width != cairo_image_surface_get_width(b) || height != cairo_image_surface_get_height(b)) return 255;
  double sum = 0, far = 0;
  for (int y = 0; y < height; y++) {
    const uint32_t *first =
        (const uint32_t *)(void *)(cairo_image_surface_get_data(a) + y * cairo_image_surface_get_stride(a));
    const uint32_t *second =
        (const uint32_t *)(void *)(cairo_image_surface_get_data(b) + y * cairo_image_surface_get_stride(b));
    for (int x = 0; x < width; x++) {
      int most = 0;
      for (int shift = 0; shift < 24; shift += 8) {
        int distance = abs((int)(first[x] >> shift & 0xff) - (int)(second[x] >> shift & 0xff));
        sum += distance;
        most = MAX(most, distance);
      }
      if (most > 96) far++;
    }
  }
  *worst = far / (width * height);
  return sum / (3.0 * width * height);
}

static void check(const Moment *moment, Theme theme)
{
  static const char *const names[THEME_COUNT] = {"light", "dark", "contrast", "contrast-inverse"};
  cairo_surface_t *drawn = draw_moment(moment, palette_get(theme));
  g_autofree char *path = g_strdup_printf(FOLDER "%s-%s.png", moment->name, names[theme]);
  if (update) {
    g_assert_cmpint(cairo_surface_write_to_png(drawn, path), ==, CAIRO_STATUS_SUCCESS);
  } else {
    cairo_surface_t *kept = cairo_image_surface_create_from_png(path);
    g_assert_cmpint(cairo_surface_status(kept), ==, CAIRO_STATUS_SUCCESS);
    double worst, mean = difference(drawn, kept, &worst);
    cairo_surface_destroy(kept);
    if (mean >= 0.25 || worst >= 0.002) {
      g_autofree char *wrong = g_strdup_printf("%s-%s-differs.png", moment->name, names[theme]);
      cairo_surface_write_to_png(drawn, wrong);
      g_test_message("%s: mean %.3f, far %.4f; drawn now: %s", path, mean, worst, wrong);
    }
    g_assert_cmpfloat(mean, <, 0.25);
    g_assert_cmpfloat(worst, <, 0.002);
  }
  cairo_surface_destroy(drawn);
}

static void test_moments(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
    check(&moments[i], THEME_LIGHT);
    if (moments[i].every_theme) check(&moments[i], THEME_DARK);
  }
}

static void test_contrast(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(moments); i++) {
    if (strcmp(moments[i].name, "relay") != 0 && strcmp(moments[i].name, "sealed") != 0) continue;
    check(&moments[i], THEME_HIGH_CONTRAST);
    check(&moments[i], THEME_HIGH_CONTRAST_INVERSE);
  }
}

/* The comparison itself must be able to fail: two moments are not alike. */
static void test_comparison(void)
{
  cairo_surface_t *first = draw_moment(&moments[0], palette_get(THEME_LIGHT)),
                  *second = draw_moment(&moments[3], palette_get(THEME_LIGHT));
  double worst;
  g_assert_cmpfloat(difference(first, first, &worst), ==, 0);
  g_assert_cmpfloat(difference(first, second, &worst), >, 0.25);
  cairo_surface_destroy(first);
  cairo_surface_destroy(second);
}

int main(int count, char **arguments)
{
  g_test_init(&count, &arguments, NULL);
  /* GLib decides at the first translation whether a program is translated at all: that must not be an English
   * one. */
  use_language("pt_BR");
  g_assert_cmpstr(_("queue"), ==, "fila");
  update = count > 1 && strcmp(arguments[1], "--update") == 0;
  g_test_add_func("/golden/scene/moments look as they did", test_moments);
  g_test_add_func("/golden/scene/high contrast looks as it did", test_contrast);
  g_test_add_func("/golden/scene/a different moment is told apart", test_comparison);
  return g_test_run();
}
