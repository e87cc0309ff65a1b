/* SPDX-License-Identifier: MIT */
/* Draws the stage with Cairo and Pango alone: the same on a screen, on an image and in an SVG file. */
#pragma once

#include "ui/scene/scene-paint.h"

/* Draws the whole stage into the frame of its layout. */
void scene_draw(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette);

/* Draws a postcard, or where sealed a hatched letter, into the box. Any text may be NULL. */
void scene_draw_card(cairo_t *cr, const SceneLayout *layout, const Palette *palette, const SceneBox *box,
                     const WorldMessage *message, ProtocolId protocol, bool sealed);

/* Returns whether a letter in flight lies over that box. */
bool scene_card_covers(const SceneState *state, const SceneLayout *layout, const SceneBox *box);

/* The parts, in the order in which they lie upon one another. */
void scene_draw_links(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                      const Palette *palette);
void scene_draw_beads(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                      const Palette *palette);
void scene_draw_eve(cairo_t *cr, const SceneState *state, const SceneLayout *layout, const Palette *palette);
void scene_draw_discs(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                      const Palette *palette);
void scene_draw_cards(cairo_t *cr, const SceneState *state, const SceneLayout *layout,
                      const Palette *palette);
