/* SPDX-License-Identifier: MIT */
/* Where everything on the stage stands, for a size, a font and the language's words. Pure: needs no display.
 */
#pragma once

#include "ui/scene/scene-state.h"
#include <pango/pangocairo.h>

typedef struct {
  double x, y, width, height;
} SceneBox;

typedef struct {
  double x, y;
} ScenePoint;

#define SCENE_PATH_POINTS 6

/* A link's way, from host a to host b. */
typedef struct {
  ScenePoint points[SCENE_PATH_POINTS];
  guint count;
  double length;
  guint main; /* the segment that labels and discs go to: points[main] → points[main + 1] */
  bool brief; /* too short for words */
} ScenePath;

/* How much a host says of itself under its name. */
typedef enum { SCENE_FACT_NONE, SCENE_FACT_SHORT, SCENE_FACT_FULL } SceneFact;

typedef enum {
  PLACE_HOME_LEFT,
  PLACE_DOMAIN_LEFT,
  PLACE_INTERNET,
  PLACE_DOMAIN_RIGHT,
  PLACE_HOME_RIGHT,
  PLACE_COUNT
} ScenePlaceId;

typedef struct {
  SceneBox box;
  char *title; /* NULL: nobody lives there */
  guint hosts;
  double fold; /* 0 … 1: drawn as a strip from 0.5 */
} ScenePlace;

typedef struct {
  SceneBox box; /* of the strip where its place is folded */
  ScenePlaceId place;
  bool folded;
  bool trays;
  SceneBox queue, mailbox;
} SceneHostPlace;

typedef struct {
  char *family;
  double em; /* px */
} SceneFont;

/* What a layout is made for. */
typedef struct {
  double width, height;
  const char *font;   /* family: "Cantarell" */
  double em;          /* px of the body text, 14.667 for 11 pt at 96 dpi */
  bool presenter;     /* places without part fold whatever the width */
  const double *fold; /* PLACE_COUNT fractions on the way, or NULL: as the state says */
} SceneFrame;

typedef struct {
  SceneFrame frame;
  SceneFont font;
  double unit;   /* px of the design's px: grows with the font, never below 1 */
  double middle; /* y of the main line */
  SceneFact facts;
  bool cards;       /* trays show cards, not only counts */
  bool tight;       /* less air than the design asks for */
  guint card_lines; /* of the postcard in flight: 3, or 2 where it is low */
  SceneBox card;    /* size of a postcard in flight (x, y unused) */
  ScenePlace places[PLACE_COUNT];
  SceneHostPlace *hosts;
  guint host_count;
  ScenePath *links;
  guint link_count;
  SceneBox eve;
  ScenePoint ring; /* on Eve's link */
  double ring_radius;
  ScenePath lead; /* from the ring to Eve's box; count 0: none */
  PangoContext *pango;
} SceneLayout;

/* Which places have no part in what happens now: fold[place] becomes 1 there, else 0. All 0 when everything
 * has room. */
void scene_layout_find_fold(const SceneState *state, const SceneFrame *frame, double fold[PLACE_COUNT]);

/* Returns a layout for the state's hosts, links and step; it depends on them, not on the time within a step.
 */
SceneLayout *scene_layout_new(const SceneState *state, const SceneFrame *frame);
void scene_layout_free(SceneLayout *layout);

/* Returns where the step's disc has its middle; index among state->discs. */
ScenePoint scene_layout_disc(const SceneLayout *layout, const SceneState *state, guint index);
double scene_layout_disc_radius(const SceneLayout *layout);

/* Returns the point at a fraction of the path's length. */
ScenePoint scene_path_point(const ScenePath *path, double fraction);

/* Returns the least height at which the stage is whole, for a font. */
double scene_layout_least_height(double em);

/* Computes links, ring and lead from the boxes; part of scene_layout_new. */
void scene_layout_route(SceneLayout *layout, const SceneState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SceneLayout, scene_layout_free)
