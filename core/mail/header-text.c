/* SPDX-License-Identifier: MIT */
/* Decoding of header fields: GMime knows RFC 2047. */
#include "mail/header-text.h"

#include "mail/gmime-start.h"

#define DECODED_MAX 262144u /* bytes of a field that are decoded; what is longer is hardly text */

static bool has_encoded_word(Bytes value)
{
  const uint8_t *at = value.data, *end = value.data + value.length;
  while (at < end && (at = memchr(at, '=', (size_t)(end - at))) != NULL) {
    if (at + 1 < end && at[1] == '?') return true;
    at++;
  }
  return false;
}

static char *from_windows_1252(Bytes value)
{
  gsize written;
  char *text = g_convert_with_fallback((const char *)value.data, (gssize)value.length, "UTF-8",
                                       "WINDOWS-1252", NULL, NULL, &written, NULL);
  if (text == NULL)
    text = g_convert((const char *)value.data, (gssize)value.length, "UTF-8", "ISO-8859-1", NULL, &written,
                     NULL);
  return text;
}

static void one_line(char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if (*c == '\r' || *c == '\n') *c = ' ';
}

char *header_text_decode(Bytes value)
{
  value = bytes_slice(value, 0, DECODED_MAX);
  if (value.length == 0) return NULL;
  bool valid = g_utf8_validate_len((const char *)value.data, value.length, NULL);
  bool encoded = has_encoded_word(value);
  if (valid && !encoded) return NULL;
  char *text = valid ? bytes_dup_string(value) : from_windows_1252(value);
  if (text == NULL) return NULL;
  if (encoded) {
    gmime_start();
    char *decoded = g_mime_utils_header_decode_text(NULL, text);
    g_free(text);
    text = g_utf8_make_valid(decoded, -1);
    g_free(decoded);
  }
  one_line(text);
  return text;
}

char *header_text_one_line(const char *text)
{
  char *line = g_utf8_make_valid(text, -1);
  for (char *c = line; *c != '\0'; c++)
    if ((guchar)*c < ' ' || *c == 0x7f) *c = ' ';
  return g_strstrip(line);
}

/* Returns how many bytes the quoted string or comment at the front takes. */
static size_t skip_enclosed(Bytes text)
{
  char close = text.data[0] == '"' ? '"' : ')';
  size_t depth = 1, at = 1;
  for (; at < text.length && depth > 0; at++) {
    char c = (char)text.data[at];
    if (c == '\\') at++;
    if (c == close)
      depth--;
    else if (c == '(' && close == ')')
      depth++;
  }
  return MIN(at, text.length);
}

static bool ends_word(uint8_t c)
{
  return c <= ' ' || c == ',' || c == ';' || c == '<' || c == '>' || c == '(' || c == ':';
}

/* A bare word; a quoted local part belongs to it. */
static size_t word_length(Bytes text)
{
  size_t at = 0;
  while (at < text.length && !ends_word(text.data[at]))
    at += text.data[at] == '"' ? skip_enclosed(bytes_skip(text, at)) : 1;
  return at;
}

/* "<@relay:alice@alpha.example>": the route of old is no part of the address. */
static Bytes without_route(Bytes path)
{
  if (path.length == 0 || path.data[0] != '@') return path;
  ptrdiff_t colon = bytes_find(path, ':');
  return colon < 0 ? path : bytes_skip(path, (size_t)colon + 1);
}

Bytes header_text_next_address(Bytes *rest)
{
  while (rest->length > 0) {
    uint8_t c = rest->data[0];
    if (c == '<') {
      ptrdiff_t close = bytes_find(*rest, '>');
      if (close < 0) close = (ptrdiff_t)rest->length;
      Bytes path = without_route(bytes_slice(*rest, 1, (size_t)close - 1));
      *rest = bytes_skip(*rest, (size_t)close + 1);
      if (path.length > 0) return path;
    } else if (c == '(') {
      *rest = bytes_skip(*rest, skip_enclosed(*rest));
    } else if (ends_word(c)) {
      *rest = bytes_skip(*rest, 1);
    } else {
      Bytes word = bytes_slice(*rest, 0, word_length(*rest));
      *rest = bytes_skip(*rest, word.length);
      bool quoted_only = word.data[word.length - 1] == '"';
      if (bytes_find(word, '@') > 0 && !quoted_only) return word;
    }
  }
  return BYTES_EMPTY;
}
