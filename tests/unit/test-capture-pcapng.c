/* SPDX-License-Identifier: MIT */
/* The blocks of pcapng: sections, interfaces and their clocks, names, and blocks that lie. */
#include "base/limits.h"
#include "test-capture-bytes.h"

static void sections_interfaces_and_resolutions_mix(void)
{
  Made made = made_new(false);
  put_section(made, "one");
  put_interface(made, 1, 0, "eth0", 6, 0);
  put_interface(made, 113, 0, "any", 0x80 | 10, 0);
  put_enhanced(made, 1, (UINT64_C(5) << 10) + 512, BYTES_LITERAL("a"), 1);
  put_interface(made, 0x10c, 3, NULL, 0, 0);
  put_enhanced(made, 2, 7, BYTES_LITERAL("b"), 1);
  put_simple(made, BYTES_LITERAL("cc"), 2);
  made.big = true;
  put_section(made, "two");
  put_interface(made, 101, 3, "tun0", 12, -1);
  put_enhanced(made, 0, UINT64_C(9500000000000), BYTES_LITERAL("d"), 1);
  put_simple(made, BYTES_LITERAL("eee"), 900);
  GError *error = NULL;
  g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
  g_assert_cmpuint(capture_file_get_interfaces(file)->len, ==, 2);
  static const struct {
    Nanoseconds time;
    uint32_t interface, original;
    uint16_t link_type;
    const char *bytes;
  } want[] = {
      {5500000000, 1, 1, 113, "a"}, {7000000000, 2, 1, 0x10c, "b"},   {7000000000, 0, 2, 1, "cc"},
      {8500000000, 3, 1, 101, "d"}, {8500000000, 3, 900, 101, "eee"},
  };
  Frame frame;
  for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    g_assert_cmpint(frame.time, ==, want[i].time);
    g_assert_cmpuint(frame.interface_id, ==, want[i].interface);
    g_assert_cmpuint(frame.link_type, ==, want[i].link_type);
    g_assert_cmpuint(frame.original_length, ==, want[i].original);
    g_assert_true(bytes_equal(frame.bytes, bytes_from_string(want[i].bytes)));
  }
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
  const GPtrArray *comments = capture_file_get_comments(file),
                  *interfaces = capture_file_get_interfaces(file);
  g_assert_cmpuint(comments->len, ==, 2);
  g_assert_cmpstr(comments->pdata[0], ==, "one");
  g_assert_cmpstr(comments->pdata[1], ==, "two");
  g_assert_cmpuint(interfaces->len, ==, 4);
  g_assert_cmpstr(((CaptureInterface *)interfaces->pdata[3])->name, ==, "tun0");
  g_assert_null(((CaptureInterface *)interfaces->pdata[2])->name);
  made_free(made);
}

static void absurd_times_stay_between_1970_and_never(void)
{
  static const struct {
    int resolution;
    int64_t offset;
    uint64_t units;
    Nanoseconds want;
  } cases[] = {
      {9, 0, UINT64_MAX, NANOSECONDS_NEVER - 1},
      {0, 0, UINT64_MAX, NANOSECONDS_NEVER - 1},
      {9, INT64_MIN, 5, 0},
      {9, INT64_MAX, 5, NANOSECONDS_NEVER - 1},
      {9, -1, 5, 0},
      {127, 0, UINT64_MAX, 1},
      {28, 0, UINT64_C(10000000000000000000), 1},
      {18, 0, UINT64_C(1000000000000000000), 1000000000},
      {0x80, 0, 3, 3000000000},
      {0x80 | 63, 0, UINT64_C(1) << 63, 1000000000},
      {0x80 | 64, 0, UINT64_C(1) << 63, 500000000},
      {0x80 | 127, 0, UINT64_MAX, 0},
      {6, 0, 1, 1000},
      {9, 0, INT64_MAX - 1, INT64_MAX - 1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Made made = made_new(i % 2 == 0);
    put_section(made, NULL);
    put_interface(made, 1, 0, NULL, cases[i].resolution, cases[i].offset);
    put_enhanced(made, 0, cases[i].units, BYTES_LITERAL("x"), 1);
    GError *error = NULL;
    g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
    Frame frame;
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    g_assert_cmpint(frame.time, ==, cases[i].want);
    made_free(made);
  }
}

static void bad_block_lengths_stop_the_reading(void)
{
  static const uint32_t lengths[] = {0, 1, 4, 8, 11, 13, 14, 15, 31, 37, 0x7ffffffc, 0xfffffffc, UINT32_MAX};
  for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
    for (uint32_t type = 1; type <= 10; type++) {
      Made made = made_new(false);
      put_section(made, NULL);
      put_interface(made, 1, 0, NULL, 9, 0);
      put_enhanced(made, 0, 1, BYTES_LITERAL("good"), 4);
      guint start = made.bytes->len;
      put_unknown(made, type, 32);
      memcpy(made.bytes->data + start + 4, &(uint32_t){GUINT32_TO_LE(lengths[i])}, 4);
      put_enhanced(made, 0, 2, BYTES_LITERAL("never"), 5);
      GError *error = NULL;
      g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
      g_assert_cmpuint(count_frames(file, &error), ==, 1);
      g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED);
      g_clear_error(&error);
      made_free(made);
    }
  }
}

static void packets_that_lie_inside_their_block_are_damage(void)
{
  static const struct {
    uint32_t interface, captured;
  } cases[] = {{1, 4}, {UINT32_MAX, 4}, {0, 49}, {0, UINT32_MAX}, {0, LIMIT_FRAME_BYTES + 1}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Made made = made_new(true);
    put_section(made, NULL);
    put_interface(made, 1, 0, NULL, 9, 0);
    guint block = begin_block(made, 6);
    put32(made, cases[i].interface);
    put64(made, 0);
    put32(made, cases[i].captured);
    put32(made, 4);
    for (int n = 0; n < 12; n++)
      put32(made, 0);
    end_block(made, block);
    GError *error = NULL;
    g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
    g_assert_cmpuint(count_frames(file, &error), ==, 0);
    g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED);
    g_clear_error(&error);
    made_free(made);
  }
}

static void long_unknown_blocks_are_skipped_without_holding_them(void)
{
  Made made = made_new(false);
  put_section(made, NULL);
  put_interface(made, 1, 0, NULL, 9, 0);
  put_unknown(made, 0x80000001, 3000000);
  put_enhanced(made, 0, 2, BYTES_LITERAL("after"), 5);
  guint bad = made.bytes->len;
  put_unknown(made, 5, 3000000);
  made.bytes->data[made.bytes->len - 1] ^= 1;
  GError *error = NULL;
  g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
  g_assert_cmpuint(count_frames(file, &error), ==, 1);
  g_autofree char *want = g_strdup_printf("the block before frame 2, at byte %u, cannot be right", bad);
  g_assert_cmpstr(error->message, ==, want);
  g_clear_error(&error);
  made_free(made);
}

static void hostile_options_and_names_are_bounded(void)
{
  Made made = made_new(false);
  guint block = begin_block(made, 0x0a0d0d0a);
  put32(made, 0x1a2b3c4d);
  put32(made, 1);
  put64(made, 0);
  put_option(made, 1, "bad \xff utf-8", 11);
  put_option(made, 1, "with\0nul", 8);
  put16(made, 1);
  put16(made, 60000); /* more than there is */
  put32(made, 0x20202020);
  end_block(made, block);
  put_interface(made, 1, 0, "x", 9, 0);
  block = begin_block(made, 4);
  put_option(made, 1, "\x0a\0\0\1alpha.example", 18);
  put_option(made, 2, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1beta.example\0other", 34);
  put_option(made, 1, "\x0a\0", 2);
  put_option(made, 1, "\x0a\0\0\2", 4);
  put32(made, 0);
  end_block(made, block);
  put_unknown(made, 10, 32);
  GError *error = NULL;
  g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
  g_assert_no_error(error);
  g_assert_cmpuint(count_frames(file, &error), ==, 0);
  g_assert_no_error(error);
  const GPtrArray *comments = capture_file_get_comments(file);
  g_assert_cmpuint(comments->len, ==, 2);
  g_assert_cmpstr(comments->pdata[0], ==, "bad \xef\xbf\xbd utf-8");
  g_assert_cmpstr(comments->pdata[1], ==, "with");
  GHashTable *names = capture_file_get_names(file);
  g_assert_cmpuint(g_hash_table_size(names), ==, 2);
  g_assert_cmpstr(g_hash_table_lookup(names, "10.0.0.1"), ==, "alpha.example");
  g_assert_cmpstr(g_hash_table_lookup(names, "2001:db8::1"), ==, "beta.example");
  g_assert_cmpuint(capture_file_get_secret_blocks(file), ==, 1);
  made_free(made);
}

static void a_live_pipe_opens_before_its_first_frame(void)
{
  Made made = made_new(false);
  put_section(made, NULL);
  put_interface(made, 1, 0, "lo", 9, 0);
  int ends[2];
  g_assert_cmpint(pipe(ends), ==, 0);
  g_assert_cmpint(write(ends[1], made.bytes->data, made.bytes->len), ==, made.bytes->len);
  GError *error = NULL;
  CaptureFile *file = capture_file_open_fd(ends[0], &error);
  g_assert_no_error(error);
  g_assert_cmpuint(capture_file_get_interfaces(file)->len, ==, 1);
  close(ends[1]);
  g_assert_cmpuint(count_frames(file, &error), ==, 0);
  g_assert_no_error(error);
  capture_file_free(file);
  made_free(made);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/capture-pcapng/" #name, name)
  TEST(sections_interfaces_and_resolutions_mix);
  TEST(absurd_times_stay_between_1970_and_never);
  TEST(bad_block_lengths_stop_the_reading);
  TEST(packets_that_lie_inside_their_block_are_damage);
  TEST(long_unknown_blocks_are_skipped_without_holding_them);
  TEST(hostile_options_and_names_are_bounded);
  TEST(a_live_pipe_opens_before_its_first_frame);
  g_test_add_func("/hardening/07-bad-block-lengths-stop-the-reading", bad_block_lengths_stop_the_reading);
  g_test_add_func("/hardening/08-interfaces-link-types-and-resolutions-mix",
                  sections_interfaces_and_resolutions_mix);
  g_test_add_func("/hardening/09-hostile-options-are-bounded", hostile_options_and_names_are_bounded);
  g_test_add_func("/hardening/10-unknown-blocks-are-skipped",
                  long_unknown_blocks_are_skipped_without_holding_them);
  g_test_add_func("/hardening/12-absurd-times-stay-in-order", absurd_times_stay_between_1970_and_never);
  return g_test_run();
}
