/* SPDX-License-Identifier: MIT */
/* The JSON writer's short cuts, against the plain way. */
#include "base/decimal.h"
#include "observe/json.h"

#include <stdio.h>

static char *written(ByteBuffer *out)
{
  char *text = bytes_dup_string(byte_buffer_view(out));
  byte_buffer_reset(out);
  return text;
}

static void check_number(ByteBuffer *out, uint64_t number)
{
  g_autofree char *want = g_strdup_printf("%" G_GUINT64_FORMAT, number);
  json_number(out, number);
  g_autofree char *got = written(out);
  g_assert_cmpstr(got, ==, want);
}

static void numbers_are_written_as_printf_does(void)
{
  ByteBuffer out = {0};
  check_number(&out, 0);
  uint64_t power = 1;
  for (int digits = 1; digits <= 20; digits++, power *= 10)
    for (uint64_t near = power - 2; near != power + 3; near++)
      check_number(&out, near);
  check_number(&out, UINT32_MAX);
  check_number(&out, (uint64_t)UINT32_MAX + 1);
  check_number(&out, UINT64_MAX);
  for (uint64_t number = 1; number < UINT64_MAX / 7; number = number * 7 + 3)
    check_number(&out, number);
  byte_buffer_clear(&out);
}

static void padded_numbers_keep_their_zeros(void)
{
  static const uint32_t numbers[] = {0, 5, 42, 100, 99999, 123456789, 999999999, UINT32_MAX};
  for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
    for (size_t count = 1; count <= 10; count++) {
      uint8_t at[16] = "################";
      g_autofree char *all = g_strdup_printf("%010u", numbers[i]);
      decimal_put_padded(at, numbers[i], count);
      g_assert_true(memcmp(at, all + 10 - count, count) == 0);
      g_assert_cmpint(at[count], ==, '#');
    }
  }
}

/* One odd byte in every place of texts of every short length. */
static void odd_bytes_are_found_in_every_place(void)
{
  static const struct {
    uint8_t byte;
    const char *text;
  } odd[] = {{'"', "\\\""},     {'\\', "\\\\"},    {'\n', "\\n"},
             {0x01, "\\u0001"}, {0x7f, "\\u007f"}, {0xff, "\xef\xbf\xbd"}};
  ByteBuffer out = {0};
  for (size_t length = 0; length < 40; length++) {
    for (size_t place = 0; place <= length; place++) {
      for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        char text[40];
        memset(text, 'x', sizeof text);
        if (place < length) text[place] = (char)odd[i].byte;
        bool valid = json_string(&out, (Bytes){(const uint8_t *)text, length});
        g_assert_cmpint(valid, ==, place == length || odd[i].byte != 0xff);
        g_autofree char *got = written(&out);
        g_autoptr(GString) want = g_string_new("\"");
        for (size_t at = 0; at < length; at++)
          g_string_append(want, at == place ? odd[i].text : "x");
        g_string_append_c(want, '"');
        g_assert_cmpstr(got, ==, want->str);
      }
    }
  }
  byte_buffer_clear(&out);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/json/numbers are written as printf does", numbers_are_written_as_printf_does);
  g_test_add_func("/json/padded numbers keep their zeros", padded_numbers_keep_their_zeros);
  g_test_add_func("/json/odd bytes are found in every place", odd_bytes_are_found_in_every_place);
  return g_test_run();
}
