/* SPDX-License-Identifier: MIT */
/* The four tables of colours, and how a widget finds its own. */
#include "ui/window/palette.h"

#include <math.h>
#include <string.h>

#define RGB(hex)                                                                                             \
  {                                                                                                          \
    ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex)&0xff) / 255.0, 1.0                     \
  }

/* clang-format off */
#define COLOR_ROWS \
  /*                    light     dark      contrast  inverse */ \
  ROW(COLOR_WINDOW,       0xF6F5F4, 0x353535, 0xFFFFFF, 0x000000) \
  ROW(COLOR_LIST,         0xFFFFFF, 0x2D2D2D, 0xFFFFFF, 0x000000) \
  ROW(COLOR_SELECTED,     0xD8E6F8, 0x24466B, 0xCFE3FF, 0x0B3A73) \
  ROW(COLOR_STAGE,        0xEFECE8, 0x242424, 0xFFFFFF, 0x000000) \
  ROW(COLOR_PLACE,        0xFFFFFF, 0x2D2D2D, 0xFFFFFF, 0x000000) \
  ROW(COLOR_TEXT,         0x2E3436, 0xEEEEEC, 0x000000, 0xFFFFFF) \
  ROW(COLOR_DIM,          0x5E5C64, 0xC2BFBA, 0x2E2E2E, 0xE0E0E0) \
  ROW(COLOR_SHAPE,        0x7D7983, 0x9A9691, 0x000000, 0xFFFFFF) \
  ROW(COLOR_ACCENT,       0x1A5FB4, 0x8AB8F0, 0x00308F, 0x9CC8FF) \
  ROW(COLOR_SMTP,         0x0B4AA2, 0x7CC4FD, 0x00318A, 0x94BAFD) \
  ROW(COLOR_POP,          0x662400, 0xFFA368, 0x4A1B00, 0xF08C6C) \
  ROW(COLOR_IMAP,         0x08704B, 0x4AE3A8, 0x044F36, 0x45F1B3) \
  ROW(COLOR_HTTP,         0x9B2F80, 0xDE9FCB, 0x751677, 0xF8DBF7) \
  ROW(COLOR_DNS,          0x756400, 0xF7DC4A, 0x4B4108, 0xFFCA44) \
  ROW(COLOR_TLS,          0x2F343D, 0xE9EDF0, 0x1D222B, 0xAEB9C4) \
  ROW(COLOR_OK,           0x2C6953, 0xC4EDCF, 0x0A5235, 0xD8F5EB) \
  ROW(COLOR_CONTINUE,     0x1B3D73, 0x8FB7F0, 0x051D50, 0x7FB3FF) \
  ROW(COLOR_LATER,        0x7E600C, 0xF5CE60, 0x5A4209, 0xF9D343) \
  ROW(COLOR_ERROR,        0x8F0A14, 0xFF9B96, 0x6E0010, 0xF98484) \
  ROW(COLOR_MARKER,       0xFFE680, 0x6E5800, 0xFFF200, 0xFFF200) \
  ROW(COLOR_MARKER_TEXT,  0x2E3436, 0xFFF6D0, 0x000000, 0x000000) \
  ROW(COLOR_MARKER_LINE,  0x8A6A00, 0xF2C200, 0x000000, 0x000000) \
  ROW(COLOR_HATCH_GROUND, 0xE9E6E2, 0x403E3C, 0xFFFFFF, 0x000000) \
  ROW(COLOR_HATCH_LINE,   0xC9C4BE, 0x5A5754, 0x000000, 0xFFFFFF) \
  ROW(COLOR_POSTCARD,     0xFFFDF6, 0x3A382F, 0xFFFFFF, 0x000000) \
  ROW(COLOR_BAND_1,       0xEEF2F8, 0x2B3440, 0xFFFFFF, 0x000000) \
  ROW(COLOR_BAND_2,       0xF7F3EA, 0x383226, 0xFFFFFF, 0x000000) \
  ROW(COLOR_BAND_3,       0xEEF5F0, 0x27362F, 0xFFFFFF, 0x000000) \
  ROW(COLOR_HOST,         0xF6F5F4, 0x353535, 0xFFFFFF, 0x000000) \
  ROW(COLOR_BORDER,       0xD5D0CB, 0x454545, 0x000000, 0xFFFFFF) \
  ROW(COLOR_DISC,         0x5E5C64, 0xC2BFBA, 0x2E2E2E, 0xE0E0E0) \
  ROW(COLOR_DISC_TEXT,    0xFFFFFF, 0x242424, 0xFFFFFF, 0x000000)
/* clang-format on */

static const Palette palettes[THEME_COUNT] = {
    [THEME_LIGHT] =
        {
#define ROW(color, light, in_dark, contrast, inverse) [color] = RGB(light),
            .colors = {COLOR_ROWS},
#undef ROW
            .theme = THEME_LIGHT,
            .edge = 1,
        },
    [THEME_DARK] =
        {
#define ROW(color, light, in_dark, contrast, inverse) [color] = RGB(in_dark),
            .colors = {COLOR_ROWS},
#undef ROW
            .theme = THEME_DARK,
            .dark = true,
            .edge = 1,
        },
    [THEME_HIGH_CONTRAST] =
        {
#define ROW(color, light, in_dark, contrast, inverse) [color] = RGB(contrast),
            .colors = {COLOR_ROWS},
#undef ROW
            .theme = THEME_HIGH_CONTRAST,
            .high_contrast = true,
            .edge = 2,
        },
    [THEME_HIGH_CONTRAST_INVERSE] =
        {
#define ROW(color, light, in_dark, contrast, inverse) [color] = RGB(inverse),
            .colors = {COLOR_ROWS},
#undef ROW
            .theme = THEME_HIGH_CONTRAST_INVERSE,
            .dark = true,
            .high_contrast = true,
            .edge = 2,
        },
};

/* What CSS calls each colour. */
static const char *const css_names[COLOR_COUNT] = {
    "window",   "list",   "selected", "stage",  "place",     "text",        "dim",          "shape",
    "accent",   "smtp",   "pop",      "imap",   "http",      "dns",         "tls",          "ok",
    "continue", "later",  "error",    "marker", "marker_fg", "marker_line", "hatch_ground", "hatch_line",
    "postcard", "band_1", "band_2",   "band_3", "host",      "border",      "disc",         "disc_fg",
};

const Palette *palette_get(Theme theme)
{
  g_assert(theme < THEME_COUNT);
  return &palettes[theme];
}

/* WCAG's relative luminance. */
static double luminance(const GdkRGBA *color)
{
  const double parts[] = {color->red, color->green, color->blue};
  const double weights[] = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (size_t i = 0; i < 3; i++)
    sum += weights[i] * (parts[i] <= 0.03928 ? parts[i] / 12.92 : pow((parts[i] + 0.055) / 1.055, 2.4));
  return sum;
}

/* GTK_THEME goes before the settings, as in GTK, which does not write it there. */
static char *dup_theme_name(GtkWidget *widget, gboolean *dark)
{
  char *name = NULL;
  g_object_get(gtk_widget_get_settings(widget), "gtk-theme-name", &name, "gtk-application-prefer-dark-theme",
               dark, NULL);
  const char *forced = g_getenv("GTK_THEME");
  if (forced == NULL || forced[0] == '\0') return name;
  g_free(name);
  *dark = g_str_has_suffix(forced, ":dark");
  return g_strdup(forced);
}

const Palette *palette_get_for_widget(GtkWidget *widget)
{
  gboolean dark = FALSE;
  g_autofree char *name = dup_theme_name(widget, &dark);
  if (name != NULL && strstr(name, "HighContrast") != NULL)
    return &palettes[dark || strstr(name, "Inverse") != NULL ? THEME_HIGH_CONTRAST_INVERSE
                                                             : THEME_HIGH_CONTRAST];
  GdkRGBA ground;
  /* A theme of another name says whether it is dark by its own background, whatever is preferred. */
  if (gtk_style_context_lookup_color(gtk_widget_get_style_context(widget), "theme_bg_color", &ground))
    dark = luminance(&ground) < 0.18;
  return &palettes[dark ? THEME_DARK : THEME_LIGHT];
}

const GdkRGBA *palette_color(const Palette *palette, Color color)
{
  g_assert(color < COLOR_COUNT);
  return &palette->colors[color];
}

void palette_set_source(const Palette *palette, Color color, cairo_t *cr)
{
  gdk_cairo_set_source_rgba(cr, palette_color(palette, color));
}

Color palette_protocol_color(ProtocolId protocol)
{
  static const Color colors[PROTOCOL_COUNT] = {
      [PROTOCOL_NONE] = COLOR_DIM, [PROTOCOL_SMTP] = COLOR_SMTP, [PROTOCOL_POP2] = COLOR_POP,
      [PROTOCOL_POP3] = COLOR_POP, [PROTOCOL_IMAP] = COLOR_IMAP, [PROTOCOL_HTTP] = COLOR_HTTP,
      [PROTOCOL_DNS] = COLOR_DNS,  [PROTOCOL_TLS] = COLOR_TLS,
  };
  return protocol < PROTOCOL_COUNT ? colors[protocol] : COLOR_DIM;
}

Color palette_reply_color(ReplyClass reply_class)
{
  static const Color colors[REPLY_CLASS_COUNT] = {
      [REPLY_OK] = COLOR_OK,         [REPLY_CONTINUE] = COLOR_CONTINUE, [REPLY_LATER] = COLOR_LATER,
      [REPLY_REFUSED] = COLOR_ERROR, [REPLY_UNTAGGED] = COLOR_DIM,
  };
  return reply_class < REPLY_CLASS_COUNT ? colors[reply_class] : COLOR_DIM;
}

void palette_hex(const Palette *palette, Color color, char text[PALETTE_HEX])
{
  const GdkRGBA *rgba = palette_color(palette, color);
  g_snprintf(text, PALETTE_HEX, "#%02x%02x%02x", (unsigned)lround(rgba->red * 255) & 0xff,
             (unsigned)lround(rgba->green * 255) & 0xff, (unsigned)lround(rgba->blue * 255) & 0xff);
}

char *palette_dup_css(const Palette *palette)
{
  GString *css = g_string_new(NULL);
  for (Color color = 0; color < COLOR_COUNT; color++) {
    char hex[PALETTE_HEX];
    palette_hex(palette, color, hex);
    g_string_append_printf(css, "@define-color carteiro_%s %s;\n", css_names[color], hex);
  }
  return g_string_free(css, FALSE);
}

void palette_fill_hatched(const Palette *palette, cairo_t *cr)
{
  double left, top, right, bottom;
  cairo_path_extents(cr, &left, &top, &right, &bottom);
  cairo_save(cr);
  palette_set_source(palette, COLOR_HATCH_GROUND, cr);
  cairo_fill_preserve(cr);
  cairo_clip(cr);
  /* Lines start at multiples of 5 of x + y, so that neighbouring hatched shapes join without a seam. */
  double height = bottom - top;
  double first = floor((left + top) / 5) * 5;
  for (double sum = first; sum < right + bottom + 5; sum += 5) {
    cairo_move_to(cr, sum - top, top);
    cairo_line_to(cr, sum - top - height, bottom);
  }
  cairo_set_line_width(cr, 1);
  palette_set_source(palette, COLOR_HATCH_LINE, cr);
  cairo_stroke(cr);
  cairo_restore(cr);
}
