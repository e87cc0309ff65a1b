/* SPDX-License-Identifier: MIT */
/* What a filter compares a field with, read as the field's type wants it. */
#include "observe/filter-parser.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "base/word-advice.h"

/* Reads decimal or 0x hexadecimal digits. */
static bool read_number(Bytes text, uint64_t *number)
{
  bool hex = bytes_starts_ignore_case(text, "0x");
  g_autofree char *digits = bytes_dup_string(bytes_skip(text, hex ? 2 : 0));
  return g_ascii_string_to_unsigned(digits, hex ? 16 : 10, 0, G_MAXUINT64, number, NULL);
}

/* Says which words there are, or, where one is near, which was probably meant. */
static bool say_unknown_choice(FilterParser *parser, const char *word, const FieldChoice *choice)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  g_autoptr(GString) list = g_string_new(NULL);
  for (unsigned i = 0; i < choice->count; i++) {
    const char *name = choice->name(i);
    if (name[0] == '\0') continue;
    g_ptr_array_add(names, (gpointer)(uintptr_t)name);
    g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", name);
  }
  const char *nearest = word_nearest(word, names);
  g_autofree char *near = g_strdup_printf("\"%s\"", nearest);
  g_autofree char *all = g_strdup_printf(_("one of %s"), list->str);
  return filter_expected(parser, nearest != NULL ? near : all);
}

static bool read_choice(FilterParser *parser, const FieldChoice *choice, FilterValue *value)
{
  for (unsigned i = 0; i < choice->count && !value->numeric; i++) {
    const char *name = choice->name(i);
    value->numeric = name[0] != '\0' && bytes_equal_ignore_case(bytes_from_string(value->text), name);
    value->low = value->high = i;
  }
  return value->numeric || say_unknown_choice(parser, value->text, choice);
}

/* "10.0.0.1" or "10.0.0.0/8". */
static bool read_address(FilterParser *parser, uint8_t version, FilterValue *value)
{
  uint64_t prefix = version == 4 ? 32 : 128;
  g_auto(GStrv) parts = g_strsplit(value->text, "/", 2);
  bool right = parts[0] != NULL && ip_address_parse(parts[0], &value->address) &&
               value->address.version == version &&
               (parts[1] == NULL || g_ascii_string_to_unsigned(parts[1], 10, 0, prefix, &prefix, NULL));
  value->prefix = (unsigned)prefix;
  if (right) return true;
  return filter_expected(parser, version == 4 ? _("an IPv4 address such as 10.0.0.1 or 10.0.0.0/8")
                                              : _("an IPv6 address such as 2001:db8::1 or 2001:db8::/32"));
}

/* PCRE reads limits at the front of a pattern and lets what follows only lower them. \C would tear characters
 * apart. */
static bool read_pattern(FilterParser *parser, FilterValue *value)
{
  bool tears = false;
  for (const char *at = value->text; (at = strchr(at, '\\')) != NULL && at[1] != '\0'; at += 2)
    tears |= at[1] == 'C';
  g_autofree char *pattern = g_strdup_printf("(*LIMIT_MATCH=%u)(*LIMIT_DEPTH=%u)%s", LIMIT_PATTERN_STEPS,
                                             LIMIT_PATTERN_STEPS, value->text);
  if (!tears) value->pattern = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
  return value->pattern != NULL || filter_expected(parser, _("a regular expression"));
}

/* Puts the token's text into value. */
static bool read_text(FilterParser *parser, Comparison comparison, FilterValue *value)
{
  const Token *token = &parser->token;
  if (token->kind == TOKEN_UNENDED) return filter_expected(parser, _("a closing \" somewhere after this"));
  bool keyword = token->kind == TOKEN_BARE && filter_is_keyword(token);
  if (token->kind == TOKEN_END || token->kind == TOKEN_SIGN || keyword)
    return filter_expected(parser, _("a text in quotes"));
  g_autoptr(GString) text = g_string_new(NULL);
  guint wrong = token_append_text(token, comparison == COMPARE_MATCHES, text);
  if (wrong > 0) return filter_fail(parser, wrong, _("expected \\\\, \\\", \\n, \\r, \\t, \\xHH or \\uHHHH"));
  value->text_length = text->len;
  value->text = g_string_free(g_steal_pointer(&text), FALSE);
  return true;
}

/* Returns false, having said that a number is wanted. */
static bool say_no_number(FilterParser *parser)
{
  uint64_t number;
  bool quoted = parser->token.kind == TOKEN_QUOTED && read_number(parser->token.text, &number);
  return filter_expected(parser, quoted ? _("a number without quotes") : _("a number"));
}

static bool is_ordering(Comparison comparison)
{
  return comparison >= COMPARE_GREATER && comparison <= COMPARE_LESS_EQUAL;
}

static void lower(FilterValue *value)
{
  for (size_t i = 0; i < value->text_length; i++)
    value->text[i] = g_ascii_tolower(value->text[i]);
}

bool filter_value_read(FilterParser *parser, const FilterField *field, Comparison comparison,
                       FilterValue *value)
{
  value->column = parser->token.column;
  bool bare = parser->token.kind == TOKEN_BARE;
  bool wants_text = comparison == COMPARE_CONTAINS || comparison == COMPARE_MATCHES;
  if ((field->type == FIELD_NUMBER || field->type == FIELD_CODE) && bare && !wants_text)
    value->numeric = read_number(parser->token.text, &value->low);
  value->high = value->low;
  if (value->numeric) return true;
  if (field->type == FIELD_NUMBER || (field->type == FIELD_CODE && is_ordering(comparison)))
    return say_no_number(parser);
  if (!read_text(parser, comparison, value)) return false;
  if (comparison == COMPARE_MATCHES) return read_pattern(parser, value);
  if (field->type == FIELD_IPV4 || field->type == FIELD_IPV6)
    return read_address(parser, field->type == FIELD_IPV4 ? 4 : 6, value);
  if (field->type == FIELD_CHOICE && !wants_text) return read_choice(parser, field->choice, value);
  if (field->type != FIELD_TEXT) lower(value);
  return true;
}

bool filter_value_read_end(FilterParser *parser, FilterValue *value)
{
  if (parser->token.kind != TOKEN_BARE || !read_number(parser->token.text, &value->high))
    return filter_expected(parser, _("a number"));
  if (value->high < value->low) {
    g_autofree char *least = g_strdup_printf("%" G_GUINT64_FORMAT, value->low);
    g_autofree char *wanted = g_strdup_printf(_("a number not below %s"), least);
    return filter_expected(parser, wanted);
  }
  return true;
}
