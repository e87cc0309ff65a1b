/* SPDX-License-Identifier: MIT */
/* Bytes from the wire made safe to show. */
#include "observe/text-clean.h"

#define REPLACEMENT "\xef\xbf\xbd"

bool text_append_utf8(GString *text, Bytes view)
{
  bool valid = true;
  const char *at = (const char *)view.data;
  size_t left = view.length;
  while (left > 0) {
    const char *end;
    /* NUL is valid UTF-8, though GLib's check stops there. */
    bool good = g_utf8_validate_len(at, left, &end);
    size_t run = (size_t)(end - at);
    g_string_append_len(text, at, (gssize)run);
    at += run;
    left -= run;
    if (good || left == 0) break;
    if (*at == '\0') {
      g_string_append_c(text, '\0');
    } else {
      g_string_append(text, REPLACEMENT);
      valid = false;
    }
    at++;
    left--;
  }
  return valid;
}

bool text_is_invisible(gunichar c)
{
  switch (g_unichar_type(c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return true;
  default:
    return false;
  }
}

static void append_control(GString *text, gunichar c)
{
  if (c == '\t')
    g_string_append_c(text, ' ');
  else
    g_string_append_unichar(text, c == 0x7f ? 0x2421 : 0x2400 + c);
}

void text_append_visible(GString *text, Bytes view, size_t limit)
{
  const uint8_t *at = view.data;
  size_t left = view.length;
  for (size_t shown = 0; left > 0; shown++) {
    if (shown >= limit) {
      g_string_append(text, "…");
      return;
    }
    size_t taken = 1;
    bool line_end = *at == '\n' || (*at == '\r' && left > 1 && at[1] == '\n');
    if (line_end) {
      taken = *at == '\n' ? 1 : 2;
      if (left > taken) g_string_append(text, " ⏎ ");
    } else if (*at < 0x20 || *at == 0x7f) {
      append_control(text, *at);
    } else if (*at < 0x80) {
      g_string_append_c(text, (char)*at);
    } else {
      gunichar c = g_utf8_get_char_validated((const char *)at, (gssize)left);
      bool bad = c == (gunichar)-1 || c == (gunichar)-2;
      if (!bad) taken = g_unichar_to_utf8(c, NULL) > 0 ? (size_t)g_unichar_to_utf8(c, NULL) : 1;
      if (bad || text_is_invisible(c))
        g_string_append(text, REPLACEMENT);
      else
        g_string_append_unichar(text, c);
    }
    at += taken;
    left -= taken;
  }
}
