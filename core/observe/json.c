/* SPDX-License-Identifier: MIT */
/* Writes JSON at the end of a byte buffer. */
#include "observe/json.h"

#include "observe/text-clean.h"

#include <stdio.h>

/* True for bytes that stand in a JSON string as they are. */
static inline bool is_plain(uint8_t c)
{
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Returns true where all eight bytes of word are plain: each test sets the highest bit of a byte that is not.
 */
static inline bool are_plain(uint64_t word)
{
  const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
  uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\', delete = word ^ ones * 0x7f;
  uint64_t odd = word | (word - ones * 0x20) | (quote - ones) | (backslash - ones) | (delete - ones);
  return (odd & highs) == 0;
}

/* Returns how many bytes at the front stand in a JSON string as they are. */
static size_t plain_run(Bytes view)
{
  size_t run = 0;
  uint64_t word;
  for (; view.length - run >= sizeof word; run += sizeof word) {
    memcpy(&word, view.data + run, sizeof word);
    if (!are_plain(word)) break;
  }
  if (run > 0 && view.length - run < sizeof word) {
    /* what is left, together with some that were looked at before */
    memcpy(&word, view.data + view.length - sizeof word, sizeof word);
    if (are_plain(word)) return view.length;
  }
  while (run < view.length && is_plain(view.data[run]))
    run++;
  return run;
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
    size_t run = plain_run(view);
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
  if (plain_run(view) == view.length) {
    uint8_t *room = byte_buffer_extend(out, view.length + 2);
    room[0] = room[view.length + 1] = '"';
    if (view.length > 0) memcpy(room + 1, view.data, view.length);
    return true;
  }
  json_raw(out, "\"");
  bool valid = json_string_part(out, view);
  json_raw(out, "\"");
  return valid;
}

void json_number(ByteBuffer *out, uint64_t number)
{
  byte_buffer_append_number(out, number);
}
