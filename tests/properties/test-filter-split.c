/* SPDX-License-Identifier: MIT */
/* What must hold for every filter over every capture: it and its `not` share the rows out among them, and so
 * do `and` and `or`, however the filter is put together. */
#include "observe/filter.h"
#include "support/frame-list.h"

enum { FILTERS = 200, VALUES_TRIED = 40 };

/* Three filters F, G and what is made of them. */
typedef struct {
  char *text;
  Filter *whole, *turned, *other, *both, *either;
} Made;

typedef struct {
  GPtrArray *made;
  uint64_t fitting, rows; /* judgements of `whole` */
} Judge;

static const char *const values[] = {
    "MAIL",       "\"250\"",      "250",       "3",     "1",    "500",       "reply",
    "command",    "note",         "warning",   "smtp",  "imap", "closed",    "gap",
    "10.20.0.20", "10.20.0.0/16", "fd00::/8",  "\"a\"", "OK",   "\"^a.*e\"", "25",
    "alice",      "\"(a|b)+c\"",  "\"\\\\d\"", "\"\"",  "true", "PLAIN",     "refused"};
static const char *const operators[] = {"==", "!=", ">", ">=", "<", "<=", "contains", "matches", "eq", "ne"};

static const char *pick(GRand *random, const char *const *from, size_t count)
{
  return from[g_rand_int_range(random, 0, (gint32)count)];
}

/* Returns a test that can be read, the caller's to free. */
static char *random_test(GRand *random, const char **names, size_t count)
{
  for (int i = 0; i < VALUES_TRIED; i++) {
    const char *name = pick(random, names, count);
    const char *value = pick(random, values, G_N_ELEMENTS(values));
    int form = g_rand_int_range(random, 0, 8);
    g_autofree char *text =
        form == 0 ? g_strdup(name)
        : form == 1
            ? g_strdup_printf("%s in {%s, %s}", name, value, pick(random, values, G_N_ELEMENTS(values)))
        : form == 2
            ? g_strdup_printf("%s not in {%s}", name, value)
            : g_strdup_printf("%s %s %s", name, pick(random, operators, G_N_ELEMENTS(operators)), value);
    g_autoptr(Filter) filter = filter_new(text, false, NULL, NULL);
    if (filter != NULL) return g_steal_pointer(&text);
  }
  return g_strdup("id > 3");
}

static char *random_filter(GRand *random, const char **names, size_t count, int depth)
{
  if (depth == 0 || g_rand_int_range(random, 0, 4) == 0) return random_test(random, names, count);
  g_autofree char *left = random_filter(random, names, count, depth - 1);
  g_autofree char *right = random_filter(random, names, count, depth - 1);
  switch (g_rand_int_range(random, 0, 5)) {
  case 0:
    return g_strdup_printf("not (%s)", left);
  case 1:
    return g_strdup_printf("%s && (%s)", left, right);
  case 2:
    return g_strdup_printf("(%s) or !%s", left, right);
  case 3:
    return g_strdup_printf("%s and %s or %s", left, right, left);
  default:
    return g_strdup_printf("((%s) || %s)", left, right);
  }
}

static Filter *compile(const char *form, const char *a, const char *b)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text =
      b != NULL ? g_strdup_printf("(%s) %s (%s)", a, form, b) : g_strdup_printf("%s(%s)", form, a);
  Filter *filter = filter_new(text, false, NULL, &error);
  if (filter == NULL) g_error("%s: %s", text, error->message);
  return filter;
}

static void free_made(gpointer data)
{
  Made *made = data;
  Filter *filters[] = {made->whole, made->turned, made->other, made->both, made->either};
  for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
    filter_free(filters[i]);
  g_free(made->text);
  g_free(made);
}

static GPtrArray *make_filters(GRand *random)
{
  g_autofree const char **names = filter_dup_field_names();
  size_t count = g_strv_length((char **)names);
  GPtrArray *list = g_ptr_array_new_with_free_func(free_made);
  for (int i = 0; i < FILTERS; i++) {
    g_autofree char *other = random_filter(random, names, count, 2);
    Made *made = g_new0(Made, 1);
    made->text = random_filter(random, names, count, 3);
    made->whole = compile("", made->text, NULL);
    made->turned = compile("not ", made->text, NULL);
    made->other = compile("", other, NULL);
    made->both = compile("and", made->text, other);
    made->either = compile("or", made->text, other);
    g_ptr_array_add(list, made);
  }
  return list;
}

static void judge_row(void *owner, const RowEvent *event)
{
  Judge *judge = owner;
  for (guint i = 0; i < judge->made->len; i++) {
    const Made *made = g_ptr_array_index(judge->made, i);
    bool fits = filter_matches(made->whole, event), other = filter_matches(made->other, event);
    if (filter_matches(made->turned, event) == fits)
      g_error("row %u fits both or none: %s", event->row->id, made->text);
    g_assert_cmpint(filter_matches(made->both, event), ==, fits && other);
    g_assert_cmpint(filter_matches(made->either, event), ==, fits || other);
    judge->fitting += fits;
    judge->rows++;
  }
}

static void a_filter_and_its_not_share_out_the_rows_of_every_capture(void)
{
  g_autoptr(GPtrArray) paths = frame_list_captures();
  GRand *random = g_rand_new_with_seed(17);
  Judge judge = {.made = make_filters(random)};
  RowSink sink = {.row = judge_row, .owner = &judge};
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr(GPtrArray) list = frame_list_load(g_ptr_array_index(paths, i));
    g_autoptr(Inspector) inspector = inspector_new(NULL, &sink);
    for (guint k = 0; k < list->len; k++)
      inspector_push(inspector, g_ptr_array_index(list, k));
    inspector_finish(inspector);
  }
  /* the filters do choose: neither nearly all nor nearly none */
  g_assert_cmpuint(judge.fitting, >, judge.rows / 10);
  g_assert_cmpuint(judge.fitting, <, judge.rows - judge.rows / 10);
  g_ptr_array_unref(judge.made);
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/filter/a filter and its not share out the rows of every capture",
                  a_filter_and_its_not_share_out_the_rows_of_every_capture);
  return g_test_run();
}
