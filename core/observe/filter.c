/* SPDX-License-Identifier: MIT */
/* Rows chosen: a filter's steps run over one row after the other. */
#include "observe/filter-private.h"

#include "base/limits.h"

static void clear_value(gpointer data)
{
  FilterValue *value = data;
  g_free(value->text);
  g_clear_pointer(&value->pattern, g_regex_unref);
}

Filter *filter_new(const char *text, bool reveal, guint *column, GError **error)
{
  g_autoptr(Filter) filter = g_new0(Filter, 1);
  filter->steps = g_array_new(FALSE, TRUE, sizeof(FilterStep));
  filter->tests = g_array_new(FALSE, TRUE, sizeof(FilterTest));
  filter->values = g_array_new(FALSE, TRUE, sizeof(FilterValue));
  g_array_set_clear_func(filter->values, clear_value);
  filter->row.reveal = reveal;
  filter->row.shown = g_string_new(NULL);
  filter->row.lower = g_string_new(NULL);
  row_text_init(&filter->row.text);
  if (!filter_parse(filter, text, column, error)) return NULL;
  return g_steal_pointer(&filter);
}

static void free_wiped(GString *string)
{
  explicit_bzero(string->str, string->allocated_len);
  g_string_free(string, TRUE);
}

void filter_free(Filter *filter)
{
  if (filter == NULL) return;
  g_array_unref(filter->steps);
  g_array_unref(filter->tests);
  g_array_unref(filter->values);
  byte_buffer_clear(&filter->row.scratch);
  free_wiped(filter->row.shown);
  free_wiped(filter->row.lower);
  row_text_clear(&filter->row.text);
  g_free(filter);
}

static bool is_in_prefix(const IpAddress *address, const FilterValue *value)
{
  unsigned whole = value->prefix / 8, rest = value->prefix % 8;
  if (memcmp(address->bytes, value->address.bytes, whole) != 0) return false;
  return rest == 0 || (address->bytes[whole] ^ value->address.bytes[whole]) >> (8 - rest) == 0;
}

static bool any_number(const FieldValues *values, const FilterValue *value, Comparison comparison)
{
  for (unsigned i = 0; i < values->count; i++) {
    uint64_t number = values->numbers[i];
    const bool fits[] = {[COMPARE_EQUAL] = number >= value->low && number <= value->high,
                         [COMPARE_GREATER] = number > value->low,
                         [COMPARE_GREATER_EQUAL] = number >= value->low,
                         [COMPARE_LESS] = number < value->low,
                         [COMPARE_LESS_EQUAL] = number <= value->low};
    if (fits[comparison]) return true;
  }
  return false;
}

static bool any_address(const FieldValues *values, const FilterValue *value)
{
  for (unsigned i = 0; i < values->count; i++)
    if (is_in_prefix(values->addresses[i], value)) return true;
  return false;
}

static bool pattern_fits(FilterValue *value, Bytes text)
{
  g_autoptr(GError) failure = NULL;
  if (value->surrenders >= LIMIT_PATTERN_SURRENDERS) return false;
  bool fits =
      g_regex_match_full(value->pattern, (const char *)text.data, (gssize)text.length, 0, 0, NULL, &failure);
  if (failure != NULL) value->surrenders++;
  return fits && failure == NULL;
}

/* Returns the text as it is compared: words in lower case. */
static Bytes comparable(FilterRow *row, const FilterField *field, Bytes text)
{
  if (field->type == FIELD_TEXT) return text;
  g_string_truncate(row->lower, 0);
  g_string_append_len(row->lower, (const char *)text.data, (gssize)text.length);
  for (size_t i = 0; i < row->lower->len; i++)
    row->lower->str[i] = g_ascii_tolower(row->lower->str[i]);
  return (Bytes){(const uint8_t *)row->lower->str, row->lower->len};
}

/* Returns true when any of the field's values stands to value as comparison says. */
static bool any_fits(const FilterField *field, FieldValues *values, FilterValue *value, Comparison comparison,
                     FilterRow *row)
{
  if (comparison == COMPARE_MATCHES) return pattern_fits(value, values->text);
  if (value->numeric)
    return (field->type != FIELD_CODE || values->numeric) && any_number(values, value, comparison);
  if (field->type == FIELD_IPV4 || field->type == FIELD_IPV6) return any_address(values, value);
  Bytes wanted = {(const uint8_t *)value->text, value->text_length};
  if (comparison == COMPARE_EQUAL && values->text.length != wanted.length) return false;
  Bytes text = comparable(row, field, values->text);
  if (comparison == COMPARE_EQUAL) return bytes_equal(text, wanted);
  return memmem(text.data, text.length, wanted.data, wanted.length) != NULL;
}

bool filter_test_fits(Filter *filter, const FilterTest *test)
{
  /* What is asked of each value, and whether the answer is turned round. */
  static const struct {
    Comparison each;
    bool negated;
  } meanings[] = {
      [COMPARE_PRESENT] = {COMPARE_PRESENT, false},
      [COMPARE_EQUAL] = {COMPARE_EQUAL, false},
      [COMPARE_UNEQUAL] = {COMPARE_EQUAL, true},
      [COMPARE_GREATER] = {COMPARE_GREATER, false},
      [COMPARE_GREATER_EQUAL] = {COMPARE_GREATER_EQUAL, false},
      [COMPARE_LESS] = {COMPARE_LESS, false},
      [COMPARE_LESS_EQUAL] = {COMPARE_LESS_EQUAL, false},
      [COMPARE_CONTAINS] = {COMPARE_CONTAINS, false},
      [COMPARE_MATCHES] = {COMPARE_MATCHES, false},
      [COMPARE_IN] = {COMPARE_EQUAL, false},
      [COMPARE_NOT_IN] = {COMPARE_EQUAL, true},
  };
  FieldValues values;
  filter_field_read(test->field, &filter->row, &values);
  if (values.count == 0) return false;
  if (test->comparison == COMPARE_PRESENT) return true;
  if (test->field->type == FIELD_CHOICE)
    values.text = bytes_from_string(test->field->choice->name((unsigned)values.numbers[0]));
  bool fits = false;
  for (guint i = 0; i < test->count && !fits; i++)
    fits = any_fits(test->field, &values, &g_array_index(filter->values, FilterValue, test->first + i),
                    meanings[test->comparison].each, &filter->row);
  return fits != meanings[test->comparison].negated;
}

bool filter_matches(Filter *filter, const RowEvent *event)
{
  bool fits = true;
  filter->row.event = event;
  filter->row.dissected = false;
  for (guint i = 0; i < filter->steps->len; i++) {
    const FilterStep *step = &g_array_index(filter->steps, FilterStep, i);
    if (step->kind == STEP_TEST)
      fits = filter_test_fits(filter, &g_array_index(filter->tests, FilterTest, step->operand));
    else if (step->kind == STEP_NOT)
      fits = !fits;
    else if (fits == (step->kind == STEP_JUMP_IF_TRUE))
      i = step->operand - 1;
  }
  return fits;
}

guint filter_get_surrendered(const Filter *filter)
{
  for (guint i = 0; i < filter->values->len; i++) {
    const FilterValue *value = &g_array_index(filter->values, FilterValue, i);
    if (value->surrenders >= LIMIT_PATTERN_SURRENDERS) return value->column;
  }
  return 0;
}

const char **filter_dup_field_names(void)
{
  GPtrArray *names = g_ptr_array_new();
  const FilterField *field;
  for (size_t i = 0; (field = filter_field_get(i)) != NULL; i++)
    g_ptr_array_add(names, (gpointer)(uintptr_t)field->name);
  g_ptr_array_add(names, NULL);
  return (const char **)g_ptr_array_free(names, FALSE);
}
