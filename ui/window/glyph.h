/* SPDX-License-Identifier: MIT */
/* The program's signs, drawn with Cairo on a grid of 16 with strokes of 1.6: on the stage, in the list, in
 * the ladder. */
#pragma once

#include "protocol/vocabulary.h"
#include <gtk/gtk.h>

typedef enum {
  GLYPH_NONE,
  GLYPH_SMTP,        /* pennant: pushes */
  GLYPH_POP3,        /* arrow into a tray: pulls */
  GLYPH_POP2,        /* the same, hollow */
  GLYPH_IMAP,        /* cabinet of two drawers: stays */
  GLYPH_HTTP,        /* browser window */
  GLYPH_DNS,         /* signpost */
  GLYPH_PADLOCK,     /* TLS */
  GLYPH_OK,          /* 2xx: circle, tick */
  GLYPH_CONTINUE,    /* 3xx: rounded square, chevron */
  GLYPH_LATER,       /* 4xx: solid triangle, ! */
  GLYPH_REFUSED,     /* 5xx: solid octagon, × */
  GLYPH_UNTAGGED,    /* hollow diamond */
  GLYPH_WARNING,     /* hollow triangle, !: a note */
  GLYPH_ARROW_RIGHT, /* command, client on the left */
  GLYPH_ARROW_LEFT,
  GLYPH_EYE,
  GLYPH_LAPTOP,
  GLYPH_SERVER,
  GLYPH_ROUTER, /* a way through, either direction */
  GLYPH_POSTCARD,
  GLYPH_ENVELOPE, /* sealed */
  GLYPH_CROSS,
  GLYPH_COUNT,
} Glyph;

/* Draws the glyph in the square of `size` px whose corner is (x, y). Solid glyphs cut their sign out, so that
 * the ground shows through. Leaves cr's state as it was, without a path. */
void glyph_draw(cairo_t *cr, Glyph glyph, double x, double y, double size, const GdkRGBA *color);

/* Returns the glyph of a protocol, of a reply class; GLYPH_NONE where there is none. */
Glyph glyph_for_protocol(ProtocolId protocol);
Glyph glyph_for_reply(ReplyClass reply_class);

/* Returns what a screen reader says for the glyph, translated ("accepted", "sealed"). Static. */
const char *glyph_get_name(Glyph glyph);

/* Returns a GtkImage-like widget that draws the glyph at size px (0: 1 em) in the style's text colour, with
 * its accessible name. */
GtkWidget *glyph_image_new(Glyph glyph, int size);
