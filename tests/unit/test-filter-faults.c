/* SPDX-License-Identifier: MIT */
/* A wrong filter: the column, what was expected there, how much a filter may hold, and that the manual knows
 * every field. */
#include "base/limits.h"
#include "observe/filter.h"

static void a_fault_says_its_column_and_what_was_expected(void)
{
  static const struct {
    const char *text;
    guint column;
    const char *part;
  } cases[] = {
      {"tcp.port == \"abc\"", 13, "column 13: expected a number, found \"abc\""},
      {"tcp.port == abc", 13, "expected a number, found \"abc\""},
      {"tcp.port == \"25\"", 13, "a number without quotes"},
      {"tcp.port == -1", 13, "expected a number"},
      {"tcp.port == 18446744073709551616", 13, "expected a number"},
      {"smtp.req.commnd == \"MAIL\"", 1, "did you mean \"smtp.req.command\"?"},
      {"subject == a", 1, "did you mean \"imf.subject\"?"},
      {"xyzzyplugh", 1, "there is no field \"xyzzyplugh\""},
      {"verb ==", 8, "found the end"},
      {"verb == and", 9, "a text in quotes"},
      {"verb", 0, NULL},
      {"verb MAIL", 6, "an operator such as =="},
      {"verb = MAIL", 6, "an operator such as =="},
      {"verb not MAIL", 10, "\"in\""},
      {"verb > MAIL", 6, "one of ==, !=, contains, matches, in"},
      {"tcp.port contains 2", 10, "one of ==, !=, >, <, >=, <=, in"},
      {"ip.addr > 10.0.0.1", 9, "one of ==, !=, in"},
      {"kind > note", 6, "one of ==, !="},
      {"smtp == 1", 6, "\"and\", \"or\" or the end"},
      {"id == 1 id == 2", 9, "\"and\", \"or\" or the end, found \"id\""},
      {"id == 1 and", 12, "a field such as"},
      {"(id == 1", 9, "\"and\", \"or\" or \")\""},
      {"id == 1)", 8, "found \")\""},
      {"()", 2, "a field such as"},
      {"not", 4, "a field such as"},
      {"id in 1", 7, "\"{\""},
      {"id in {}", 8, "a number"},
      {"id in {1 2}", 10, "\",\" or \"}\""},
      {"id in {1,", 10, "a number"},
      {"id in {5..2}", 11, "not below 5"},
      {"id in {1..a}", 11, "a number"},
      {"id == 1..2", 8, "the end"},
      {"kind == comand", 9, "expected \"command\", found \"comand\""},
      {"protocol == gopher", 13, "one of smtp, pop2"},
      {"protocol == \"\"", 13, "one of smtp"},
      {"note.code == starttls-striped", 14, "\"starttls-stripped\""},
      {"severity == bad", 13, "one of info, warning, error"},
      {"code >= OK", 9, "a number"},
      {"ip.addr == 10.0.0.300", 12, "an IPv4 address"},
      {"ip.addr == 10.0.0.0/33", 12, "an IPv4 address"},
      {"ip.addr == fd00::1", 12, "an IPv4 address"},
      {"ipv6.addr == 10.0.0.1", 14, "an IPv6 address"},
      {"ipv6.addr == fd00::/129", 14, "an IPv6 address"},
      {"verb == \"abc", 9, "a closing \""},
      {"verb == \"a\\", 9, "a closing \""},
      {"verb == \"ab\\q\"", 12, "\\xHH"},
      {"verb == \"\xc3\xa9\\x4\"", 11, "\\xHH"},
      {"verb == \"\\ud800\"", 10, "\\uHHHH"},
      {"verb matches \"((\"", 14, "a regular expression"},
      {"verb matches \"a\\Cb\"", 14, "a regular expression"},
      {"user == \xc3\xa9t\xc3\xa9 or x\xc3\xa7", 16, "there is no field"},
      {"\xe2\x80\x9cMAIL\xe2\x80\x9d", 1, "a field such as"},
      {"user == a\xff", 10, "UTF-8"},
      {"verb == \x1b[31m", 9, "found \""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    guint column = 0;
    g_autoptr(Filter) filter = filter_new(cases[i].text, false, &column, &error);
    g_assert_cmpint(filter != NULL, ==, cases[i].part == NULL);
    if (column != cases[i].column) g_error("%s: column %u: %s", cases[i].text, column, error->message);
    if (cases[i].part != NULL && strstr(error->message, cases[i].part) == NULL)
      g_error("%s: no %s in %s", cases[i].text, cases[i].part, error->message);
    if (error != NULL) g_assert_null(strchr(error->message, '\x1b'));
  }
}

static char *nested(guint depth)
{
  g_autofree char *open = g_strnfill(depth, '('), *close = g_strnfill(depth, ')');
  return g_strconcat(open, "id == 1", close, NULL);
}

static void parentheses_nest_64_deep_and_no_deeper(void)
{
  for (guint depth = LIMIT_FILTER_NESTING - 1; depth <= LIMIT_FILTER_NESTING + 1; depth++) {
    g_autofree char *text = nested(depth);
    guint column = 0;
    g_autoptr(Filter) filter = filter_new(text, false, &column, NULL);
    g_assert_cmpint(filter != NULL, ==, depth <= LIMIT_FILTER_NESTING);
    g_assert_cmpuint(column, ==, filter != NULL ? 0 : depth);
  }
  /* beside one another they are as many as fit */
  g_autoptr(GString) row = g_string_new("(id == 1)");
  for (int i = 0; i < 200; i++)
    g_string_append(row, " or (id == 2)");
  g_autoptr(Filter) wide = filter_new(row->str, false, NULL, NULL);
  g_assert_nonnull(wide);
}

static void a_filter_has_at_most_16384_bytes(void)
{
  for (size_t length = LIMIT_FILTER_BYTES - 1; length <= LIMIT_FILTER_BYTES + 1; length++) {
    g_autofree char *text = g_strnfill(length, ' ');
    memcpy(text, "id == 1", 7);
    g_autoptr(Filter) filter = filter_new(text, false, NULL, NULL);
    g_assert_cmpint(filter != NULL, ==, length <= LIMIT_FILTER_BYTES);
  }
  /* the longest chain of nots, and the longest list, are read without deep recursion */
  g_autofree char *nots = g_strnfill(16000, '!');
  g_autofree char *text = g_strconcat(nots, "id == 1", NULL);
  g_autoptr(Filter) filter = filter_new(text, false, NULL, NULL);
  g_assert_nonnull(filter);
}

static void every_field_is_in_the_manual_page(void)
{
  g_autofree char *manual = NULL;
  g_assert_true(g_file_get_contents(SOURCE_DIR "/app/packaging/carteiro.1", &manual, NULL, NULL));
  g_auto(GStrv) words = g_strsplit_set(manual, ", \n", -1);
  g_autofree const char **names = filter_dup_field_names();
  for (size_t i = 0; names[i] != NULL; i++)
    if (!g_strv_contains((const char *const *)words, names[i])) g_error("%s is missing", names[i]);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/filter/a fault says its column and what was expected",
                  a_fault_says_its_column_and_what_was_expected);
  g_test_add_func("/filter/parentheses nest 64 deep and no deeper", parentheses_nest_64_deep_and_no_deeper);
  g_test_add_func("/filter/a filter has at most 16384 bytes", a_filter_has_at_most_16384_bytes);
  g_test_add_func("/filter/every field is in the manual page", every_field_is_in_the_manual_page);
  return g_test_run();
}
