/* SPDX-License-Identifier: MIT */
/* The stage as SVG, PDF or PNG. */
#include "ui/scene/scene-export.h"

#include "base/i18n.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <gio/gio.h>
#include <math.h>

#define IMAGE_SCALE 2.0

static bool ends_in(const char *path, const char *ending)
{
  g_autofree char *lower = g_ascii_strdown(path, -1);
  return g_str_has_suffix(lower, ending);
}

static cairo_surface_t *open_surface(const char *path, const SceneFrame *frame)
{
  /* A px is 1/96 inch, a point 1/72. */
  if (ends_in(path, ".svg")) {
    cairo_surface_t *surface = cairo_svg_surface_create(path, frame->width, frame->height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    return surface;
  }
  if (ends_in(path, ".pdf")) return cairo_pdf_surface_create(path, frame->width * 0.75, frame->height * 0.75);
  if (!ends_in(path, ".png")) return NULL;
  return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(frame->width * IMAGE_SCALE),
                                    (int)ceil(frame->height * IMAGE_SCALE));
}

bool scene_export(const SceneState *state, const SceneFrame *frame, const Palette *palette, const char *path,
                  GError **error)
{
  cairo_surface_t *surface = open_surface(path, frame);
  if (surface == NULL) {
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("%s: the name must end in .svg, .pdf or .png"),
                path);
    return false;
  }
  g_autoptr(SceneLayout) layout = scene_layout_new(state, frame);
  cairo_t *cr = cairo_create(surface);
  if (ends_in(path, ".png")) cairo_scale(cr, IMAGE_SCALE, IMAGE_SCALE);
  if (ends_in(path, ".pdf")) cairo_scale(cr, 0.75, 0.75);
  scene_draw(cr, state, layout, palette);
  cairo_destroy(cr);
  cairo_status_t status = CAIRO_STATUS_SUCCESS;
  if (ends_in(path, ".png")) status = cairo_surface_write_to_png(surface, path);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (status == CAIRO_STATUS_SUCCESS) return true;
  g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s: cannot be written: %s"), path,
              cairo_status_to_string(status));
  return false;
}
