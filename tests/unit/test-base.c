/* SPDX-License-Identifier: MIT */
/* Byte views, the bounds-checked reader, the byte queue and the text of a time. */
#include "base/byte-buffer.h"
#include "base/clock.h"
#include "base/text-lines.h"

static void a_view_is_compared_without_case(void)
{
  g_assert_true(bytes_equal_ignore_case(BYTES_LITERAL("eHlO"), "EHLO"));
  g_assert_false(bytes_equal_ignore_case(BYTES_LITERAL("EHLO "), "EHLO"));
  g_assert_true(bytes_starts_ignore_case(BYTES_LITERAL("mail from:"), "MAIL"));
  g_assert_false(bytes_starts_ignore_case(BYTES_LITERAL("MA"), "MAIL"));
}

static void a_line_end_is_taken_off_once(void)
{
  static const struct {
    const char *line, *want;
  } cases[] = {{"a\r\n", "a"}, {"a\n", "a"}, {"a\r", "a"}, {"a\r\r\n", "a\r"}, {"\n\n", "\n"}, {"", ""}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *got = bytes_dup_string(bytes_chomp(bytes_from_string(cases[i].line)));
    g_assert_cmpstr(got, ==, cases[i].want);
  }
}

static void a_reader_never_leaves_its_view(void)
{
  ByteReader reader = byte_reader(BYTES_LITERAL("\x01\x02\x03\x04\x05"));
  g_assert_cmpuint(byte_reader_be32(&reader), ==, 0x01020304);
  g_assert_false(reader.overrun);
  g_assert_cmpuint(byte_reader_be16(&reader), ==, 0);
  g_assert_true(reader.overrun);
  g_assert_cmpuint(byte_reader_left(&reader), ==, 1);
  g_assert_cmpuint(byte_reader_u8(&reader), ==, 5);
  ByteReader little = byte_reader(BYTES_LITERAL("\x01\x02\x03\x04\x05\x06"));
  g_assert_cmpuint(byte_reader_le32(&little), ==, 0x04030201);
  g_assert_cmpuint(byte_reader_le16(&little), ==, 0x0605);
}

static void a_buffer_gives_back_what_was_appended_in_order(void)
{
  ByteBuffer buffer = {0};
  GString *want = g_string_new(NULL);
  for (int i = 0; i < 2000; i++) {
    byte_buffer_append_format(&buffer, "%d,", i);
    g_string_append_printf(want, "%d,", i);
    if (i % 3 == 0) {
      size_t drop = MIN((size_t)i % 11, byte_buffer_view(&buffer).length);
      byte_buffer_consume(&buffer, drop);
      g_string_erase(want, 0, (gssize)drop);
    }
    g_assert_true(bytes_equal(byte_buffer_view(&buffer), bytes_from_string(want->str)));
  }
  byte_buffer_reset(&buffer);
  g_assert_cmpuint(byte_buffer_view(&buffer).length, ==, 0);
  byte_buffer_clear(&buffer);
  g_string_free(want, TRUE);
}

static void a_time_has_nine_decimals(void)
{
  static const struct {
    Nanoseconds time;
    const char *want;
  } cases[] = {
      {0, "0.000000000"},
      {1, "0.000000001"},
      {INT64_C(1772452800123456789), "1772452800.123456789"},
      {-1, "-0.000000001"},
      {INT64_C(-1500000000), "-1.500000000"},
      {INT64_MIN, "-9223372036.854775808"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    char text[NANOSECONDS_TEXT];
    g_assert_cmpuint(nanoseconds_format(cases[i].time, text), ==, strlen(cases[i].want));
    g_assert_cmpstr(text, ==, cases[i].want);
  }
}

/* Text with few oddities, so that whole blocks are plain and others are not. */
static void fill_with_lines(GRand *random, uint8_t *data, size_t length)
{
  static const char odd[] = "\r\n.\0";
  for (size_t i = 0; i < length; i++)
    data[i] = (uint8_t)('a' + i % 26);
  for (size_t i = 1; i + 1 < length; i += (size_t)g_rand_int_range(random, 3, 90)) {
    data[i] = '\r';
    data[i + 1] = '\n';
  }
  for (int left = g_rand_int_range(random, 0, 3); left > 0; left--)
    data[g_rand_int_range(random, 0, (gint32)length)] = (uint8_t)odd[g_rand_int_range(random, 0, 4)];
}

static bool is_odd(const uint8_t *data, size_t at)
{
  bool after_cr = data[at - 1] == '\r', ends = data[at] == '\n';
  return after_cr != ends || (data[at - 1] == '\n' && data[at] == '.') || data[at] == '\0';
}

static void text_is_looked_at_in_blocks_as_byte_by_byte(void)
{
  enum { LONGEST = 700, BLOCK = 64 };
  GRand *random = g_rand_new_with_seed(11);
  for (int round = 0; round < 20000; round++) {
    uint8_t data[LONGEST];
    Bytes view = {data, (size_t)g_rand_int_range(random, 2, LONGEST)};
    fill_with_lines(random, data, view.length);
    size_t start = (size_t)g_rand_int_range(random, 1, (gint32)view.length);
    uint64_t ends = 0, lines = 0;
    size_t passed = text_lines_pass(view, start, &ends), plain = start;
    while (plain < view.length && !is_odd(data, plain))
      plain++;
    g_assert_cmpuint(passed, ==, (plain - start) / BLOCK * BLOCK);
    for (size_t i = start; i < start + passed; i++)
      lines += data[i] == '\n';
    g_assert_cmpuint(ends, ==, lines);
    size_t count = 0;
    bool bare = false;
    for (size_t i = 0; i < view.length; i++) {
      count += data[i] == '\n';
      bare |= data[i] == '\r' && i + 1 < view.length && data[i + 1] != '\n';
    }
    g_assert_cmpuint(bytes_count(view, '\n'), ==, count);
    g_assert_cmpint(text_lines_have_bare_cr(view), ==, bare);
  }
  g_rand_free(random);
}

static void texts_and_numbers_are_joined(void)
{
  ByteBuffer buffer = {0};
  byte_buffer_append_texts(&buffer, "RCPT TO:<", "", "bob@beta.example", ">", NULL);
  byte_buffer_append_texts(&buffer, " SIZE=", NULL);
  byte_buffer_append_number(&buffer, UINT64_MAX);
  byte_buffer_append_number(&buffer, 0);
  g_assert_true(bytes_equal(byte_buffer_view(&buffer),
                            BYTES_LITERAL("RCPT TO:<bob@beta.example> SIZE=184467440737095516150")));
  byte_buffer_clear(&buffer);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/a view is compared without case", a_view_is_compared_without_case);
  g_test_add_func("/base/a line end is taken off once", a_line_end_is_taken_off_once);
  g_test_add_func("/base/a reader never leaves its view", a_reader_never_leaves_its_view);
  g_test_add_func("/base/a buffer gives back what was appended, in order",
                  a_buffer_gives_back_what_was_appended_in_order);
  g_test_add_func("/base/texts and numbers are joined", texts_and_numbers_are_joined);
  g_test_add_func("/base/text is looked at in blocks as byte by byte",
                  text_is_looked_at_in_blocks_as_byte_by_byte);
  g_test_add_func("/base/a time has nine decimals", a_time_has_nine_decimals);
  return g_test_run();
}
