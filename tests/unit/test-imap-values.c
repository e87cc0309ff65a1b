/* SPDX-License-Identifier: MIT */
/* IMAP's values: mailbox names, sets, dates, strings. */
#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-sequence-set.h"
#include "protocol/imap/imap-write.h"

static char *taken(ByteBuffer *buffer)
{
  char *text = bytes_dup_string(byte_buffer_view(buffer));
  byte_buffer_clear(buffer);
  return text;
}

static const struct {
  const char *name, *wire;
} names[] = {
    {"INBOX", "INBOX"},
    {"a&b", "a&-b"},
    {"Caf\u00e9", "Caf&AOk-"},
    {"\u00cdndia", "&AM0-ndia"},
    {"\u53f0\u5317", "&U,BTFw-"},
    {"\U0001F4E7 x", "&2D3c5w- x"},
    {"\u00e7\u00e3o", "&AOcA4w-o"},
    {"&", "&-"},
};

static void names_go_both_ways(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    ByteBuffer out = {0};
    imap_encode_mailbox_name(bytes_from_string(names[i].name), &out);
    g_autofree char *wire = taken(&out);
    g_assert_cmpstr(wire, ==, names[i].wire);
    bool encoded = imap_decode_mailbox_name(bytes_from_string(wire), &out);
    g_autofree char *back = taken(&out);
    g_assert_cmpint(encoded, ==, strchr(wire, '&') != NULL);
    if (encoded) g_assert_cmpstr(back, ==, names[i].name);
  }
}

static void any_name_goes_both_ways(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(11);
  for (int round = 0; round < 20000; round++) {
    g_autoptr(GString) name = g_string_new("\u00e9");
    for (int i = g_rand_int_range(random, 0, 12); i > 0; i--) {
      gunichar c = (gunichar)g_rand_int_range(random, 0x20, g_rand_boolean(random) ? 0x7f : 0x11000);
      if (g_unichar_validate(c) && c != 0x7f) g_string_append_unichar(name, c);
    }
    ByteBuffer wire = {0}, back = {0};
    imap_encode_mailbox_name(bytes_from_string(name->str), &wire);
    g_assert_true(imap_decode_mailbox_name(byte_buffer_view(&wire), &back));
    g_assert_true(bytes_equal(byte_buffer_view(&back), bytes_from_string(name->str)));
    byte_buffer_clear(&wire);
    byte_buffer_clear(&back);
  }
}

static const struct {
  const char *text, *set; /* with 9 as the largest; NULL: wrong */
} sets[] = {
    {"1", "1"},
    {"1:3,5", "1:3,5"},
    {"5,1:3", "1:3,5"},
    {"3:1", "1:3"},
    {"*", "9"},
    {"*:7", "7:9"},
    {"12:*", "9:12"},
    {"1,2,3", "1:3"},
    {"1:5,2:3", "1:5"},
    {"4294967295", "4294967295"},
    {"1:4294967295,7", "1:4294967295"},
    {"0", NULL},
    {"1,", NULL},
    {",1", NULL},
    {"1:", NULL},
    {"a", NULL},
    {"", NULL},
    {"4294967296", NULL},
    {"-1", NULL},
};

static void sets_are_sorted_and_joined(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
    ImapSequenceSet set;
    Bytes rest = bytes_from_string(sets[i].text);
    bool sound = imap_sequence_set_take(&rest, 9, &set) && rest.length == 0;
    if (sound != (sets[i].set != NULL)) g_error("\"%s\" is %s", sets[i].text, sound ? "sound" : "wrong");
    ByteBuffer out = {0};
    imap_sequence_set_format(&set, &out);
    g_autofree char *text = taken(&out);
    if (sound) g_assert_cmpstr(text, ==, sets[i].set);
    imap_sequence_set_clear(&set);
  }
}

/* Against an array of all numbers. */
static void a_set_has_its_numbers(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(13);
  for (int round = 0; round < 2000; round++) {
    bool has[64] = {false};
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = g_rand_int_range(random, 1, 10); i > 0; i--) {
      int a = g_rand_int_range(random, 1, 64), b = g_rand_int_range(random, 1, 64);
      g_string_append_printf(text, "%s%d:%d", text->len > 0 ? "," : "", a, b);
      for (int n = MIN(a, b); n <= MAX(a, b); n++)
        has[n] = true;
    }
    ImapSequenceSet set;
    Bytes rest = bytes_from_string(text->str);
    g_assert_true(imap_sequence_set_take(&rest, 1, &set));
    for (uint32_t n = 1; n < 64; n++)
      g_assert_cmpint(imap_sequence_set_contains(&set, n), ==, has[n]);
    imap_sequence_set_clear(&set);
  }
}

static const struct {
  const char *text;
  gint64 seconds; /* -1: no date */
} dates[] = {
    {"02-Mar-2026 12:00:00 +0000", 1772452800}, {" 2-Mar-2026 09:00:00 -0300", 1772452800},
    {"2-mar-2026 13:30:00 +0130", 1772452800},  {"01-Jan-1970 00:00:00 +0000", 0},
    {"29-Feb-2024 00:00:00 +0000", 1709164800}, {"29-Feb-2026 00:00:00 +0000", -1},
    {"02-Mar-2026 24:00:00 +0000", -1},         {"02-Mar-2026 12:00:00", -1},
    {"02-Mar-2026 12:00:00 +0000 ", -1},        {"02-Mrz-2026 12:00:00 +0000", -1},
    {"02-Mar-26 12:00:00 +0000", -1},           {"00-Mar-2026 12:00:00 +0000", -1},
    {"02-Mar-9999 12:00:00 +0000", -1},         {"", -1},
};

static void dates_are_read(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(dates); i++) {
    Nanoseconds time = -1;
    bool sound = imap_parse_date_time(bytes_from_string(dates[i].text), &time);
    if (sound != (dates[i].seconds >= 0)) g_error("\"%s\"", dates[i].text);
    if (sound) g_assert_cmpint(time, ==, dates[i].seconds * NANOSECONDS_PER_SECOND);
  }
  gint day;
  g_assert_true(imap_parse_date(BYTES_LITERAL("1-Jan-1970"), &day));
  g_assert_cmpint(day, ==, 0);
  g_assert_true(imap_parse_date(BYTES_LITERAL("31-Dec-1969"), &day));
  g_assert_cmpint(day, ==, -1);
  ByteBuffer out = {0};
  imap_append_date_time(&out, 1772452800 * NANOSECONDS_PER_SECOND);
  g_autofree char *text = taken(&out);
  g_assert_cmpstr(text, ==, "\" 2-Mar-2026 12:00:00 +0000\"");
}

static const struct {
  const char *value, *wire;
} strings[] = {{"", "\"\""},
               {"a b", "\"a b\""},
               {"a\"b\\c", "\"a\\\"b\\\\c\""},
               {"a\r\nb", "{4}\r\na\r\nb"},
               {"\xc3\xa9", "{2}\r\n\xc3\xa9"}};

static void strings_are_written_so_that_they_can_be_read(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(strings); i++) {
    ByteBuffer out = {0}, value = {0};
    imap_append_string(&out, bytes_from_string(strings[i].value));
    Bytes rest = byte_buffer_view(&out);
    g_assert_true(bytes_equal(rest, bytes_from_string(strings[i].wire)));
    g_assert_true(imap_take_astring(&rest, &value, false));
    g_assert_true(bytes_equal(byte_buffer_view(&value), bytes_from_string(strings[i].value)));
    byte_buffer_clear(&out);
    byte_buffer_clear(&value);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/imap-values/names go both ways", names_go_both_ways);
  g_test_add_func("/imap-values/any name goes both ways", any_name_goes_both_ways);
  g_test_add_func("/imap-values/sets are sorted and joined", sets_are_sorted_and_joined);
  g_test_add_func("/imap-values/a set has its numbers", a_set_has_its_numbers);
  g_test_add_func("/imap-values/dates are read", dates_are_read);
  g_test_add_func("/imap-values/strings are written so that they can be read",
                  strings_are_written_so_that_they_can_be_read);
  return g_test_run();
}
