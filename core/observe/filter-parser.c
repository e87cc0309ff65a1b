/* SPDX-License-Identifier: MIT */
/* A filter's sentence made into steps, or the place where it is wrong and what was expected there. */
#include "observe/filter-parser.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "base/word-advice.h"
#include "observe/text-clean.h"

#define FOUND_SHOWN 40u /* characters */

#define ANY(comparison) (1u << COMPARE_##comparison)
#define ORDERINGS (ANY(GREATER) | ANY(GREATER_EQUAL) | ANY(LESS) | ANY(LESS_EQUAL))
#define EQUALITIES (ANY(EQUAL) | ANY(UNEQUAL) | ANY(IN) | ANY(NOT_IN))
#define TEXTS (ANY(CONTAINS) | ANY(MATCHES))

static const struct {
  const char *sign, *word;
  Comparison comparison;
} operators[] = {
    {"==", "eq", COMPARE_EQUAL},
    {"!=", "ne", COMPARE_UNEQUAL},
    {">", "gt", COMPARE_GREATER},
    {"<", "lt", COMPARE_LESS},
    {">=", "ge", COMPARE_GREATER_EQUAL},
    {"<=", "le", COMPARE_LESS_EQUAL},
    {NULL, "contains", COMPARE_CONTAINS},
    {NULL, "matches", COMPARE_MATCHES},
    {NULL, "in", COMPARE_IN},
};

/* Which comparisons a field's type knows, as bits of Comparison. */
static uint32_t comparisons_of(const FilterField *field)
{
  static const uint32_t known[] = {
      [FIELD_PRESENCE] = 0,
      [FIELD_NUMBER] = EQUALITIES | ORDERINGS,
      [FIELD_CODE] = EQUALITIES | ORDERINGS | TEXTS,
      [FIELD_CHOICE] = EQUALITIES | TEXTS,
      [FIELD_WORD] = EQUALITIES | TEXTS,
      [FIELD_TEXT] = EQUALITIES | TEXTS,
      [FIELD_IPV4] = EQUALITIES,
      [FIELD_IPV6] = EQUALITIES,
  };
  bool ordered = field->choice != NULL && field->choice->ordered;
  return known[field->type] | (ordered ? ORDERINGS : 0);
}

bool filter_fail(FilterParser *parser, guint column, const char *what)
{
  if (parser->fault != NULL) return false;
  parser->column = column;
  parser->fault = g_strdup_printf(_("column %u: %s"), column, what);
  return false;
}

/* Returns the token as a person sees it. */
static char *dup_found(const Token *token)
{
  if (token->kind == TOKEN_END) return g_strdup(_("the end"));
  GString *found = g_string_new(token->whole.data[0] == '"' ? "" : "\"");
  text_append_visible(found, token->whole, FOUND_SHOWN);
  if (token->whole.data[0] != '"') g_string_append_c(found, '"');
  return g_string_free(found, FALSE);
}

bool filter_expected(FilterParser *parser, const char *wanted)
{
  g_autofree char *found = dup_found(&parser->token);
  g_autofree char *what = g_strdup_printf(_("expected %s, found %s"), wanted, found);
  return filter_fail(parser, parser->token.column, what);
}

static bool token_is(const Token *token, const char *sign, const char *word)
{
  if (token->kind == TOKEN_SIGN) return sign != NULL && bytes_equal(token->text, bytes_from_string(sign));
  return token->kind == TOKEN_BARE && word != NULL && bytes_equal_ignore_case(token->text, word);
}

/* Returns the operator's place in the table, or -1. */
static int find_operator(const Token *token)
{
  for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
    if (token_is(token, operators[i].sign, operators[i].word)) return (int)i;
  return -1;
}

bool filter_is_keyword(const Token *token)
{
  return token_is(token, "&&", "and") || token_is(token, "||", "or") || token_is(token, "!", "not") ||
         find_operator(token) >= 0;
}

static void next(FilterParser *parser)
{
  lexer_next(&parser->lexer, &parser->token);
}

/* Moves past the sign or word. Returns false, with nothing said, where something else stands there. */
static bool take(FilterParser *parser, const char *sign, const char *word)
{
  if (!token_is(&parser->token, sign, word)) return false;
  next(parser);
  return true;
}

static guint add_step(FilterParser *parser, StepKind kind, guint operand)
{
  FilterStep step = {kind, operand};
  g_array_append_val(parser->filter->steps, step);
  return parser->filter->steps->len - 1;
}

static bool say_unknown_field(FilterParser *parser)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  const FilterField *field;
  for (size_t i = 0; (field = filter_field_get(i)) != NULL; i++)
    g_ptr_array_add(names, (gpointer)(uintptr_t)field->name);
  g_autofree char *word = bytes_dup_string(parser->token.text);
  const char *nearest = word_nearest(word, names);
  /* "subject" for "imf.subject" */
  for (guint i = 0; i < names->len && nearest == NULL; i++) {
    const char *last = strrchr(g_ptr_array_index(names, i), '.');
    if (last != NULL && g_ascii_strcasecmp(last + 1, word) == 0) nearest = g_ptr_array_index(names, i);
  }
  g_autofree char *found = dup_found(&parser->token);
  g_autofree char *what =
      nearest != NULL
          ? g_strdup_printf(_("there is no field %s; did you mean \"%s\"?"), found, nearest)
          : g_strdup_printf(_("there is no field %s; known are such as verb, code, smtp.req.command"), found);
  return filter_fail(parser, parser->token.column, what);
}

static bool say_wrong_operator(FilterParser *parser, const FilterField *field)
{
  g_autoptr(GString) known = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
    if ((comparisons_of(field) >> operators[i].comparison & 1) == 0) continue;
    if (known->len > 0) g_string_append(known, ", ");
    g_string_append(known, operators[i].sign != NULL ? operators[i].sign : operators[i].word);
  }
  g_autofree char *wanted = g_strdup_printf(_("one of %s"), known->str);
  return filter_expected(parser, wanted);
}

/* Reads one value, and moves past it. ranges: low..high may stand there. */
static bool parse_value(FilterParser *parser, FilterTest *test, bool ranges)
{
  GArray *values = parser->filter->values;
  g_array_set_size(values, values->len + 1);
  FilterValue *value = &g_array_index(values, FilterValue, values->len - 1);
  test->count++;
  if (!filter_value_read(parser, test->field, test->comparison, value)) return false;
  next(parser);
  if (!ranges || !value->numeric || test->field->type == FIELD_CHOICE || !take(parser, "..", NULL))
    return true;
  if (!filter_value_read_end(parser, value)) return false;
  next(parser);
  return true;
}

static bool parse_values(FilterParser *parser, FilterTest *test)
{
  if (!take(parser, "{", NULL)) return filter_expected(parser, "\"{\"");
  do {
    if (!parse_value(parser, test, true)) return false;
  } while (take(parser, ",", NULL));
  if (!take(parser, "}", NULL)) return filter_expected(parser, _("\",\" or \"}\""));
  return true;
}

static bool ends_test(const Token *token)
{
  return token->kind == TOKEN_END || token_is(token, ")", NULL) || token_is(token, "&&", "and") ||
         token_is(token, "||", "or");
}

/* Reads what follows the field. */
static bool parse_comparison(FilterParser *parser, FilterTest *test)
{
  if (test->field->type == FIELD_PRESENCE || ends_test(&parser->token)) return true;
  bool negated = take(parser, NULL, "not");
  int found = find_operator(&parser->token);
  if (negated && (found < 0 || operators[found].comparison != COMPARE_IN))
    return filter_expected(parser, "\"in\"");
  if (found < 0) return filter_expected(parser, _("an operator such as == or contains"));
  test->comparison = negated ? COMPARE_NOT_IN : operators[found].comparison;
  if ((comparisons_of(test->field) >> test->comparison & 1) == 0)
    return say_wrong_operator(parser, test->field);
  next(parser);
  if (operators[found].comparison == COMPARE_IN) return parse_values(parser, test);
  return parse_value(parser, test, false);
}

static bool parse_test(FilterParser *parser)
{
  FilterTest test = {.first = parser->filter->values->len};
  if (parser->token.kind != TOKEN_BARE || filter_is_keyword(&parser->token))
    return filter_expected(parser, _("a field such as verb or smtp.req.command"));
  test.field = filter_field_find(parser->token.text);
  if (test.field == NULL) return say_unknown_field(parser);
  next(parser);
  if (!parse_comparison(parser, &test)) return false;
  g_array_append_val(parser->filter->tests, test);
  add_step(parser, STEP_TEST, parser->filter->tests->len - 1);
  return true;
}

static bool parse_any(FilterParser *parser);

static bool parse_one(FilterParser *parser)
{
  bool negated = false;
  while (take(parser, "!", "not"))
    negated = !negated;
  Token open = parser->token;
  if (take(parser, "(", NULL)) {
    if (++parser->nesting > LIMIT_FILTER_NESTING)
      return filter_fail(parser, open.column, _("too many parentheses inside one another"));
    if (!parse_any(parser)) return false;
    if (!take(parser, ")", NULL)) return filter_expected(parser, _("\"and\", \"or\" or \")\""));
    parser->nesting--;
  } else if (!parse_test(parser)) {
    return false;
  }
  if (negated) add_step(parser, STEP_NOT, 0);
  return true;
}

/* Reads operands with one operator between them: what decides early jumps over the operand to its right. */
static bool parse_chain(FilterParser *parser, bool (*operand)(FilterParser *), const char *sign,
                        const char *word, StepKind jump)
{
  if (!operand(parser)) return false;
  while (take(parser, sign, word)) {
    guint step = add_step(parser, jump, 0);
    if (!operand(parser)) return false;
    g_array_index(parser->filter->steps, FilterStep, step).operand = parser->filter->steps->len;
  }
  return true;
}

static bool parse_all(FilterParser *parser)
{
  return parse_chain(parser, parse_one, "&&", "and", STEP_JUMP_IF_FALSE);
}

static bool parse_any(FilterParser *parser)
{
  return parse_chain(parser, parse_all, "||", "or", STEP_JUMP_IF_TRUE);
}

/* Returns false, with the fault noted, for text that is not ours to read. */
static bool check_text(FilterParser *parser, const char *text)
{
  const char *end;
  if (strlen(text) > LIMIT_FILTER_BYTES) {
    g_autofree char *what = g_strdup_printf(_("a filter has at most %u bytes"), LIMIT_FILTER_BYTES);
    return filter_fail(parser, 1, what);
  }
  if (g_utf8_validate(text, -1, &end)) return true;
  return filter_fail(parser, 1 + (guint)g_utf8_strlen(text, end - text), _("expected text in UTF-8"));
}

bool filter_parse(Filter *filter, const char *text, guint *column, GError **error)
{
  FilterParser parser = {.lexer = {bytes_from_string(text), 1}, .filter = filter};
  bool right = check_text(&parser, text);
  if (right) {
    next(&parser);
    right = parser.token.kind == TOKEN_END || parse_any(&parser);
    if (right && parser.token.kind != TOKEN_END)
      right = filter_expected(&parser, _("\"and\", \"or\" or the end"));
  }
  if (!right) g_set_error_literal(error, FILTER_ERROR, 0, parser.fault);
  if (!right && column != NULL) *column = parser.column;
  g_free(parser.fault);
  return right;
}
