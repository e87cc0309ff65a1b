/* SPDX-License-Identifier: MIT */
/* Text and shapes as the stage draws them. */
#pragma once

#include "ui/scene/scene-layout.h"
#include "ui/window/glyph.h"
#include "ui/window/palette.h"

typedef enum {
  SCENE_TEXT_TITLE, /* of a place */
  SCENE_TEXT_NAME,  /* of a host */
  SCENE_TEXT_FACT,
  SCENE_TEXT_STRONG, /* a caption in bold */
  SCENE_TEXT_CARD,
  SCENE_TEXT_DISC,
  SCENE_TEXT_COUNT,
} SceneTextStyle;

typedef enum { SCENE_ALIGN_LEFT, SCENE_ALIGN_MIDDLE, SCENE_ALIGN_RIGHT } SceneAlign;

/* Measures text in px; width or height may be NULL. */
void scene_measure(const SceneLayout *layout, SceneTextStyle style, const char *text, double *width,
                   double *height);

/* Draws one line with its middle at height y, in the colour; cut with … at most_width (0: never). Returns the
 * width it took. */
double scene_show(cairo_t *cr, const SceneLayout *layout, const Palette *palette, SceneTextStyle style,
                  Color color, const char *text, double x, double y, double most_width, SceneAlign align);

/* A rounded rectangle as the current path. */
void scene_rounded(cairo_t *cr, const SceneBox *box, double radius);

/* Moves an edge so that a line of that width covers whole pixels. */
double scene_crisp(double edge, double line_width);

/* A Pango context for text on images; sizes are given in px. Free with g_object_unref. */
PangoContext *scene_pango_new(void);
