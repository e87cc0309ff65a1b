/* SPDX-License-Identifier: MIT */
/* Writes JSON at the end of a byte buffer. */
#include "observe/json.h"

#include "observe/text-clean.h"

#include <stdio.h>

void json_raw(ByteBuffer *out, const char *text)
{
  byte_buffer_append(out, bytes_from_string(text));
}

/* True for bytes that stand in a JSON string as they are. */
static bool is_plain(uint8_t c)
{
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escape_control(ByteBuffer *out, uint8_t c)
{
  static const struct {
    uint8_t byte;
    const char *text;
  } names[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    if (names[i].byte == c) {
      json_raw(out, names[i].text);
      return;
    }
  }
  char text[8];
  snprintf(text, sizeof text, "\\u%04x", c);
  json_raw(out, text);
}

/* Writes a character as JSON's escape, beyond U+FFFF as a pair of surrogates (RFC 8259 §7). */
static void escape_character(ByteBuffer *out, gunichar c)
{
  char text[16];
  if (c > 0xffff)
    snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
  else
    snprintf(text, sizeof text, "\\u%04x", c);
  json_raw(out, text);
}

/* Appends the character at the front, which is not ASCII, and returns its length; a bad byte counts as one.
 */
static size_t append_character(ByteBuffer *out, Bytes view, bool *valid)
{
  gunichar c = g_utf8_get_char_validated((const char *)view.data, (gssize)MIN(view.length, (size_t)8));
  if (c == (gunichar)-1 || c == (gunichar)-2) {
    json_raw(out, "\xef\xbf\xbd");
    *valid = false;
    return 1;
  }
  char text[8];
  gint length = g_unichar_to_utf8(c, text);
  /* the lines may be looked at in a terminal */
  if (text_is_invisible(c))
    escape_character(out, c);
  else
    byte_buffer_append(out, (Bytes){(const uint8_t *)text, (size_t)length});
  return (size_t)length;
}

bool json_string_part(ByteBuffer *out, Bytes view)
{
  bool valid = true;
  while (view.length > 0) {
    size_t run = 0;
    while (run < view.length && is_plain(view.data[run]))
      run++;
    byte_buffer_append(out, bytes_slice(view, 0, run));
    view = bytes_skip(view, run);
    if (view.length == 0) break;
    size_t taken = 1;
    if (view.data[0] < 0x80)
      escape_control(out, view.data[0]);
    else
      taken = append_character(out, view, &valid);
    view = bytes_skip(view, taken);
  }
  return valid;
}

bool json_string(ByteBuffer *out, Bytes view)
{
  json_raw(out, "\"");
  bool valid = json_string_part(out, view);
  json_raw(out, "\"");
  return valid;
}

void json_number(ByteBuffer *out, uint64_t number)
{
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  byte_buffer_append(out, (Bytes){(const uint8_t *)digits + at, sizeof digits - at});
}

void json_key(ByteBuffer *out, const char *key)
{
  json_raw(out, ",\"");
  json_raw(out, key);
  json_raw(out, "\":");
}

void json_key_text(ByteBuffer *out, const char *key, const char *text)
{
  json_key(out, key);
  json_string(out, bytes_from_string(text));
}

bool json_key_bytes(ByteBuffer *out, const char *key, Bytes view)
{
  json_key(out, key);
  return json_string(out, view);
}

void json_key_number(ByteBuffer *out, const char *key, uint64_t number)
{
  json_key(out, key);
  json_number(out, number);
}
