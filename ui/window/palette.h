/* SPDX-License-Identifier: MIT */
/* Every colour of the program: one table a theme. Nothing else may name a colour. */
#pragma once

#include "protocol/vocabulary.h"
#include <gtk/gtk.h>

typedef enum {
  COLOR_WINDOW,
  COLOR_LIST,
  COLOR_SELECTED,
  COLOR_STAGE,
  COLOR_PLACE,
  COLOR_TEXT,
  COLOR_DIM,
  COLOR_SHAPE,  /* lines of shapes: at least 3:1 */
  COLOR_ACCENT, /* focus, link, the step that is now */
  COLOR_SMTP,
  COLOR_POP,
  COLOR_IMAP,
  COLOR_HTTP,
  COLOR_DNS,
  COLOR_TLS,
  COLOR_OK,
  COLOR_CONTINUE,
  COLOR_LATER, /* 4xx and warnings */
  COLOR_ERROR, /* 5xx and errors */
  COLOR_MARKER,
  COLOR_MARKER_TEXT,
  COLOR_MARKER_LINE,
  COLOR_HATCH_GROUND,
  COLOR_HATCH_LINE,
  COLOR_POSTCARD,
  COLOR_BAND_1, /* state bands of the ladder */
  COLOR_BAND_2,
  COLOR_BAND_3,
  COLOR_HOST,      /* ground of a host's box */
  COLOR_BORDER,    /* hairlines between areas and round places: no meaning, no contrast asked */
  COLOR_DISC,      /* ground of a step that is done */
  COLOR_DISC_TEXT, /* on COLOR_DISC and on COLOR_ACCENT */
  COLOR_COUNT,
} Color;

typedef enum { THEME_LIGHT, THEME_DARK, THEME_HIGH_CONTRAST, THEME_HIGH_CONTRAST_INVERSE, THEME_COUNT } Theme;

typedef struct {
  GdkRGBA colors[COLOR_COUNT];
  Theme theme;
  bool dark;          /* light text on dark ground */
  bool high_contrast; /* no tints; edges 2 px */
  double edge;        /* px of an ordinary edge: 1, or 2 in high contrast */
} Palette;

/* Returns the palette of a theme. Static. */
const Palette *palette_get(Theme theme);

/* Returns the palette that suits the widget's theme: by its name, then by the luminance of its window
 * background. Static. */
const Palette *palette_get_for_widget(GtkWidget *widget);

/* Returns the colour, and makes it the source of cr. */
const GdkRGBA *palette_color(const Palette *palette, Color color);
void palette_set_source(const Palette *palette, Color color, cairo_t *cr);

/* Returns the colour in which a protocol is drawn; COLOR_DIM for PROTOCOL_NONE. */
Color palette_protocol_color(ProtocolId protocol);

/* Returns the colour of a reply class; COLOR_DIM for untagged data. */
Color palette_reply_color(ReplyClass reply_class);

/* Writes "#rrggbb" and NUL, for Pango markup and CSS. */
#define PALETTE_HEX 8
void palette_hex(const Palette *palette, Color color, char text[PALETTE_HEX]);

/* Returns CSS @define-color lines ("carteiro_smtp" …) for the program's style sheet; free with g_free. */
char *palette_dup_css(const Palette *palette);

/* Fills the current path with the sealed pattern: ground, and lines at 45°, 1 px every 5 px. Keeps no path.
 */
void palette_fill_hatched(const Palette *palette, cairo_t *cr);
