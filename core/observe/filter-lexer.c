/* SPDX-License-Identifier: MIT */
/* A filter's text cut into words, quoted texts and signs. */
#include "observe/filter-private.h"

/* Returns the character at the front of text and its length in bytes. */
static gunichar front(Bytes text, size_t *length)
{
  gunichar c = g_utf8_get_char((const char *)text.data);
  *length = (size_t)g_utf8_skip[text.data[0]];
  return c;
}

static bool is_bare(gunichar c)
{
  if (c < 0x80) return g_ascii_isalnum((gchar)c) || (c != 0 && strchr("_.-+:/@*", (int)c) != NULL);
  return g_unichar_isalnum(c) || g_unichar_ismark(c);
}

static Bytes take(Lexer *lexer, size_t length)
{
  Bytes taken = bytes_slice(lexer->rest, 0, length);
  lexer->column += (guint)g_utf8_strlen((const char *)taken.data, (gssize)taken.length);
  lexer->rest = bytes_skip(lexer->rest, length);
  return taken;
}

static size_t bare_length(Bytes text)
{
  size_t at = 0, width;
  while (at < text.length) {
    Bytes left = bytes_skip(text, at);
    if (!is_bare(front(left, &width))) break;
    /* 1..5 is a range */
    if (left.data[0] == '.' && left.length > 1 && left.data[1] == '.') break;
    at += width;
  }
  return at;
}

/* Returns the length of the sign at the front: the two-letter ones first. */
static size_t sign_length(Bytes text)
{
  static const char *const signs[] = {"==", "!=", ">=", "<=", "&&", "||", ".."};
  for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
    if (text.length >= 2 && memcmp(text.data, signs[i], 2) == 0) return 2;
  size_t width;
  front(text, &width);
  return width;
}

/* Returns the length of a quoted text whose opening quote is at start, closing quote included; 0 where that
 * is missing. */
static size_t quoted_length(Bytes text, size_t start, bool raw)
{
  for (size_t at = start + 1; at < text.length; at++) {
    if (text.data[at] == '"') return at + 1;
    if (text.data[at] == '\\' && !raw) at++;
  }
  return 0;
}

void lexer_next(Lexer *lexer, Token *token)
{
  while (lexer->rest.length > 0 && g_ascii_isspace((gchar)lexer->rest.data[0]))
    take(lexer, 1);
  Bytes rest = lexer->rest;
  *token = (Token){.kind = TOKEN_END, .column = lexer->column};
  if (rest.length == 0) return;
  bool raw = rest.length > 1 && (rest.data[0] | 0x20) == 'r' && rest.data[1] == '"';
  if (raw || rest.data[0] == '"') {
    size_t start = raw ? 1 : 0, length = quoted_length(rest, start, raw);
    token->kind = length == 0 ? TOKEN_UNENDED : raw ? TOKEN_RAW : TOKEN_QUOTED;
    token->whole = take(lexer, length == 0 ? rest.length : length);
    token->text = length == 0 ? token->whole : bytes_slice(token->whole, start + 1, length - start - 2);
    return;
  }
  size_t bare = bare_length(rest);
  token->kind = bare > 0 ? TOKEN_BARE : TOKEN_SIGN;
  token->text = token->whole = take(lexer, bare > 0 ? bare : sign_length(rest));
}

/* Reads count hex digits. Returns false where they are not there. */
static bool read_hex(Bytes digits, size_t count, gunichar *value)
{
  if (digits.length < count) return false;
  *value = 0;
  for (size_t i = 0; i < count; i++) {
    if (!g_ascii_isxdigit((gchar)digits.data[i])) return false;
    *value = *value << 4 | (gunichar)g_ascii_xdigit_value((gchar)digits.data[i]);
  }
  return g_unichar_validate(*value);
}

/* Appends what the escape at the front of text (after its backslash) means. Returns its length, 0 for none.
 */
static size_t append_escape(Bytes text, GString *into)
{
  static const struct {
    char letter, means;
  } simple[] = {{'"', '"'}, {'\\', '\\'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}};
  for (size_t i = 0; i < G_N_ELEMENTS(simple); i++) {
    if (text.data[0] != (uint8_t)simple[i].letter) continue;
    g_string_append_c(into, simple[i].means);
    return 1;
  }
  size_t digits = text.data[0] == 'x' ? 2 : text.data[0] == 'u' ? 4 : 0;
  gunichar c;
  if (digits == 0 || !read_hex(bytes_skip(text, 1), digits, &c)) return 0;
  g_string_append_unichar(into, c);
  return 1 + digits;
}

guint token_append_text(const Token *token, bool pattern, GString *into)
{
  Bytes text = token->text;
  bool escapes = token->kind == TOKEN_QUOTED;
  for (size_t at = 0; at < text.length; at++) {
    if (text.data[at] != '\\' || !escapes) {
      g_string_append_c(into, (char)text.data[at]);
      continue;
    }
    /* A backslash inside quotes is never the last byte. */
    if (pattern) {
      if (text.data[at + 1] != '"') g_string_append_c(into, '\\');
      g_string_append_c(into, (char)text.data[++at]);
      continue;
    }
    size_t length = append_escape(bytes_skip(text, at + 1), into);
    if (length == 0) return token->column + 1 + (guint)g_utf8_strlen((const char *)text.data, (gssize)at);
    at += length;
  }
  return 0;
}
