/* SPDX-License-Identifier: MIT */
/* The stage as a file for slides and papers. */
#pragma once

#include "ui/scene/scene-draw.h"

/* Draws the state into a file whose name ends in .svg, .pdf or .png (twice as many pixels). Returns false
 * with *error set. */
bool scene_export(const SceneState *state, const SceneFrame *frame, const Palette *palette, const char *path,
                  GError **error);
