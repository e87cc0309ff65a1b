/* SPDX-License-Identifier: MIT */
/* The capture reader: every format gives the same frames; files cut, lying or foreign are said to be so. */
#include <sys/stat.h>

#include "base/limits.h"
#include "test-capture-bytes.h"

enum { SECONDS = 1700000000, FRAMES = 5 };

static const Bytes frame_bytes[FRAMES] = {
    {(const uint8_t *)"first frame", 11},       {(const uint8_t *)"2nd", 3},  {(const uint8_t *)"", 0},
    {(const uint8_t *)"the fourth frame!", 17}, {(const uint8_t *)"last", 4},
};

/* Frame i is at so many nanoseconds after SECONDS: whole microseconds, so that every format can say it. */
static uint64_t fraction_of(size_t i)
{
  return 123456000u + i * 1000u;
}

static uint64_t time_of(size_t i)
{
  return SECONDS * UINT64_C(1000000000) + fraction_of(i);
}

static uint32_t original_of(size_t i)
{
  return (uint32_t)frame_bytes[i].length + (uint32_t)i;
}

static Made make_pcap(bool big, uint32_t magic, uint32_t unit, size_t extra)
{
  Made made = made_new(big);
  put_pcap_header(made, magic, 65535, 0x10000001 | 0x04000000);
  for (size_t i = 0; i < FRAMES; i++)
    put_pcap_record(made, SECONDS, (uint32_t)(fraction_of(i) / unit), frame_bytes[i], original_of(i), extra);
  return made;
}

static Made make_pcapng(bool big, int resolution, uint64_t divisor)
{
  Made made = made_new(big);
  put_section(made, "a section");
  put_interface(made, 1, 65535, "eth0", resolution, 0);
  for (size_t i = 0; i < FRAMES; i++) {
    put_enhanced(made, 0, time_of(i) / divisor, frame_bytes[i], original_of(i));
    put_unknown(made, 0x0bad + (uint32_t)i, 16);
  }
  return made;
}

static Made make_obsolete(bool big)
{
  Made made = made_new(big);
  put_section(made, NULL);
  put_interface(made, 1, 0, NULL, -1, 0);
  for (size_t i = 0; i < FRAMES; i++)
    put_obsolete(made, 0, time_of(i) / 1000, frame_bytes[i], original_of(i));
  return made;
}

static Made make_with_offset(bool big)
{
  Made made = made_new(big);
  put_section(made, NULL);
  put_interface(made, 1, 0, NULL, 9, SECONDS);
  for (size_t i = 0; i < FRAMES; i++)
    put_enhanced(made, 0, fraction_of(i), frame_bytes[i], original_of(i));
  return made;
}

/* Sample number of all formats and byte orders; returns false after the last. */
static bool make_sample(unsigned number, Made *made, const char **format)
{
  static const char *const names[] = {"pcap",   "pcap-ns", "pcap-modified", "pcapng",
                                      "pcapng", "pcapng",  "pcapng",        "pcapng"};
  bool big = number % 2 != 0;
  if (number / 2 >= G_N_ELEMENTS(names)) return false;
  *format = names[number / 2];
  switch (number / 2) {
  case 0:
    *made = make_pcap(big, 0xa1b2c3d4, 1000, 0);
    break;
  case 1:
    *made = make_pcap(big, 0xa1b23c4d, 1, 0);
    break;
  case 2:
    *made = make_pcap(big, 0xa1b2cd34, 1000, 8);
    break;
  case 3:
    *made = make_pcapng(big, -1, 1000);
    break;
  case 4:
    *made = make_pcapng(big, 9, 1);
    break;
  case 5:
    *made = make_pcapng(big, 7, 100);
    break;
  case 6:
    *made = make_obsolete(big);
    break;
  default:
    *made = make_with_offset(big);
    break;
  }
  return true;
}

static void check_frame(const Frame *frame, size_t i, Bytes source)
{
  g_assert_true(bytes_equal(frame->bytes, frame_bytes[i]));
  g_assert_cmpint(frame->time, ==, (Nanoseconds)time_of(i));
  g_assert_cmpuint(frame->original_length, ==, original_of(i));
  g_assert_cmpuint(frame->number, ==, i + 1);
  g_assert_cmpuint(frame->interface_id, ==, 0);
  g_assert_cmpuint(frame->link_type, ==, LINK_TYPE_ETHERNET);
  g_assert_true(bytes_equal(bytes_slice(source, frame->source_offset, frame->bytes.length), frame->bytes));
}

static void check_all(CaptureFile *file, Bytes source)
{
  Frame frame;
  GError *error = NULL;
  for (size_t i = 0; i < FRAMES; i++) {
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    check_frame(&frame, i, source);
  }
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
  g_assert_no_error(error);
}

static void every_format_gives_the_same_frames(void)
{
  Made made;
  const char *format;
  for (unsigned number = 0; make_sample(number, &made, &format); number++) {
    GError *error = NULL;
    g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(capture_file_get_format(file), ==, format);
    g_assert_cmpuint(capture_file_get_interfaces(file)->len, ==, 1);
    g_assert_cmpint(capture_file_get_fd(file), >=, 0);
    check_all(file, bytes_of(made));
    uint64_t total = 0;
    g_assert_cmpuint(capture_file_get_progress(file, &total), ==, made.bytes->len);
    g_assert_cmpuint(total, ==, made.bytes->len);
    made_free(made);
  }
}

typedef struct {
  int fd;
  Bytes bytes;
} Feeder;

/* One byte at a time, so that every read is short. */
static gpointer feed(gpointer data)
{
  Feeder *feeder = data;
  for (size_t i = 0; i < feeder->bytes.length; i++)
    g_assert_cmpint(write(feeder->fd, feeder->bytes.data + i, 1), ==, 1);
  close(feeder->fd);
  return NULL;
}

static void a_pipe_gives_the_same_frames_byte_by_byte(void)
{
  Made made;
  const char *format;
  for (unsigned number = 0; make_sample(number, &made, &format); number++) {
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    Feeder feeder = {ends[1], bytes_of(made)};
    if (number % 2 == 0) fcntl(ends[0], F_SETFL, O_NONBLOCK);
    GThread *thread = g_thread_new("feeder", feed, &feeder);
    GError *error = NULL;
    g_autoptr(CaptureFile) file = capture_file_open_fd(ends[0], &error);
    g_assert_no_error(error);
    g_assert_cmpint(capture_file_get_fd(file), ==, -1);
    check_all(file, bytes_of(made));
    g_thread_join(thread);
    made_free(made);
  }
}

static void a_file_cut_at_any_byte_gives_the_frames_before(void)
{
  Made made;
  const char *format;
  for (unsigned number = 0; make_sample(number, &made, &format); number++) {
    size_t before = 0;
    for (guint cut = 0; cut <= made.bytes->len; cut++) {
      GError *error = NULL;
      g_autoptr(CaptureFile) file = open_bytes((Bytes){made.bytes->data, cut}, &error);
      if (file == NULL) {
        CaptureError want = cut == 0  ? CAPTURE_ERROR_EMPTY
                            : cut < 4 ? CAPTURE_ERROR_FOREIGN
                                      : CAPTURE_ERROR_DAMAGED;
        g_assert_error(error, CAPTURE_ERROR, (int)want);
        g_clear_error(&error);
        continue;
      }
      size_t count = count_frames(file, &error);
      g_assert_cmpuint(count, >=, before);
      before = count;
      if (error == NULL) continue;
      g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED);
      g_autofree char *byte = g_strdup_printf("at byte %u", cut);
      g_assert_nonnull(strstr(error->message, byte));
      g_clear_error(&error);
    }
    g_assert_cmpuint(before, ==, FRAMES);
    made_free(made);
  }
}

static void a_cut_frame_is_named_with_its_byte(void)
{
  Made made = make_pcap(false, 0xa1b2c3d4, 1000, 0);
  GError *error = NULL;
  g_autoptr(CaptureFile) file = open_bytes((Bytes){made.bytes->data, 24 + 16 + 11 + 16 + 2}, &error);
  g_assert_cmpuint(count_frames(file, &error), ==, 1);
  g_assert_cmpstr(error->message, ==, "the file ends inside frame 2, at byte 69");
  g_clear_error(&error);
  made_free(made);
}

static void a_file_that_is_no_capture_is_named(void)
{
  static const struct {
    Bytes start;
    const char *want;
  } cases[] = {
      {{(const uint8_t *)"PK\x03\x04....", 8}, "this is a zip archive: unpack it first"},
      {{(const uint8_t *)"\x89PNG\r\n\x1a\n", 8}, "this is a PNG picture, not a network capture"},
      {{(const uint8_t *)"%PDF-1.7", 8}, "this is a PDF document, not a network capture"},
      {{(const uint8_t *)"\x7f"
                         "ELF\2\1\1",
        7},
       "this is a program, not a network capture"},
      {{(const uint8_t *)"snoop\0\0\0\0\0\0\2", 12},
       "this is a snoop capture, which is not read here: save it as pcapng first"},
      {{(const uint8_t *)"Received: from x", 16}, "this is a mail message, not a network capture"},
      {{(const uint8_t *)"ol\xc3\xa1\n", 5}, "this is a text file, not a network capture"},
      {{(const uint8_t *)"a", 1}, "this is a text file, not a network capture"},
      {{(const uint8_t *)"\0\0\0\0\0", 5}, "this is a file of zeros, not a network capture"},
      {{(const uint8_t *)"\1\2\3\4\5\6", 6}, "this is not a network capture: neither pcap nor pcapng"},
      {{(const uint8_t *)"\n\r\r\nhello, world", 16}, "this is a text file, not a network capture"},
      {{(const uint8_t *)"", 0}, "the file is empty"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    GError *error = NULL;
    g_assert_null(open_bytes(cases[i].start, &error));
    g_assert_cmpstr(error->message, ==, cases[i].want);
    g_assert_error(error, CAPTURE_ERROR,
                   (int)(cases[i].start.length == 0 ? CAPTURE_ERROR_EMPTY : CAPTURE_ERROR_FOREIGN));
    g_clear_error(&error);
  }
}

static void what_cannot_be_opened_says_why(void)
{
  GError *error = NULL;
  g_assert_null(capture_file_open("/nowhere/at/all.pcap", &error));
  g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN);
  g_assert_cmpstr(error->message, ==, "there is no such file");
  g_clear_error(&error);
  g_assert_null(capture_file_open("/", &error));
  g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN);
  g_assert_cmpstr(error->message, ==, "this is a folder, not a file");
  g_clear_error(&error);
  g_assert_null(capture_file_open("/dev/null", &error));
  g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_EMPTY);
  g_clear_error(&error);
  g_assert_null(capture_file_open("/dev/zero", &error));
  g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN);
  g_clear_error(&error);
  /* The kernel says EIO, EPERM or EACCES here, root or not. */
  g_assert_null(capture_file_open("/proc/self/mem", &error));
  g_assert_cmpint(error->code == CAPTURE_ERROR_READ || error->code == CAPTURE_ERROR_OPEN, ==, TRUE);
  g_clear_error(&error);
}

static void a_lying_length_is_damage_and_not_an_allocation(void)
{
  static const struct {
    uint32_t captured, original, snap_length;
    size_t want; /* frames */
  } cases[] = {
      {LIMIT_FRAME_BYTES - 1, LIMIT_FRAME_BYTES, 65535, 1},
      {LIMIT_FRAME_BYTES, LIMIT_FRAME_BYTES, 0, 1},
      {LIMIT_FRAME_BYTES + 1, LIMIT_FRAME_BYTES + 1, 0, 0},
      {UINT32_MAX, 60, 65535, 0},
      {0x7fffffff, 0x7fffffff, UINT32_MAX, 0},
      {2000, 60, 100, 0},
      {2000, 2000, 100, 1},
      {2000, 60, 65535, 1},
      {2000, 0, 0, 1},
  };
  uint8_t *data = g_malloc0(LIMIT_FRAME_BYTES + 64);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Made made = made_new(false);
    put_pcap_header(made, 0xa1b2c3d4, cases[i].snap_length, 1);
    put32(made, 1);
    put32(made, 2);
    put32(made, cases[i].captured);
    put32(made, cases[i].original);
    put_bytes(made, data, MIN(cases[i].captured, LIMIT_FRAME_BYTES + 64));
    GError *error = NULL;
    g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
    g_assert_cmpuint(count_frames(file, &error), ==, cases[i].want);
    if (cases[i].want == 0)
      g_assert_cmpstr(error->message, ==, "the length of frame 1, at byte 24, cannot be right");
    g_clear_error(&error);
    made_free(made);
  }
  g_free(data);
}

static void large_frames_cross_the_window_unharmed(void)
{
  enum { COUNT = 40 };
  GRand *random = g_rand_new_with_seed(5);
  Made made = made_new(false);
  put_pcap_header(made, 0xa1b23c4d, 0, 1);
  uint8_t *data = g_malloc(LIMIT_FRAME_BYTES);
  uint32_t lengths[COUNT];
  for (size_t i = 0; i < LIMIT_FRAME_BYTES; i++)
    data[i] = (uint8_t)g_rand_int(random);
  for (uint32_t i = 0; i < COUNT; i++) {
    lengths[i] = i % 4 == 0 ? LIMIT_FRAME_BYTES : (uint32_t)g_rand_int_range(random, 0, LIMIT_FRAME_BYTES);
    put_pcap_record(made, i, i, (Bytes){data, lengths[i]}, lengths[i], 0);
  }
  GError *error = NULL;
  g_autoptr(CaptureFile) file = open_bytes(bytes_of(made), &error);
  Frame frame;
  for (size_t i = 0; i < COUNT; i++) {
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    g_assert_true(bytes_equal(frame.bytes, (Bytes){data, lengths[i]}));
    g_assert_true(bytes_equal(bytes_slice(bytes_of(made), frame.source_offset, lengths[i]), frame.bytes));
  }
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
  g_free(data);
  g_rand_free(random);
  made_free(made);
}

static void other_versions_and_link_types_are_taken_as_they_are(void)
{
  Made made = made_new(true);
  put_pcap_header(made, 0xa1b2c3d4, 0, 12);
  put32(made, 1);
  put32(made, 0);
  put32(made, 9); /* before version 2.3 the original length came first */
  put32(made, 2);
  put_bytes(made, "ab", 2);
  made.bytes->data[7] = 2;
  GError *error = NULL;
  CaptureFile *file = open_bytes(bytes_of(made), &error);
  Frame frame;
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
  g_assert_cmpuint(frame.bytes.length, ==, 2);
  g_assert_cmpuint(frame.original_length, ==, 9);
  g_assert_cmpuint(frame.link_type, ==, LINK_TYPE_RAW);
  capture_file_free(file);
  made.bytes->data[5] = 3;
  g_assert_null(open_bytes(bytes_of(made), &error));
  g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN);
  g_clear_error(&error);
  made_free(made);
}

static void a_file_that_shrinks_or_grows_while_read_is_no_crash(void)
{
  Made made = made_new(false);
  put_pcap_header(made, 0xa1b2c3d4, 0, 1);
  static const uint8_t data[1000];
  for (uint32_t i = 0; i < 5000; i++)
    put_pcap_record(made, i, 0, (Bytes){data, sizeof data}, sizeof data, 0);
  for (int boundary = 0; boundary < 2; boundary++) {
    int fd = fd_of(bytes_of(made));
    GError *error = NULL;
    g_autoptr(CaptureFile) file = capture_file_open_fd(fd, &error);
    Frame frame;
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    g_assert_cmpint(ftruncate(fd, 24 + 3000 * 1016 + (boundary == 0 ? 500 : 0)), ==, 0);
    g_assert_cmpuint(count_frames(file, &error), ==, 2999);
    g_assert_error(error, CAPTURE_ERROR, CAPTURE_ERROR_READ);
    g_clear_error(&error);
  }
  int fd = fd_of(bytes_of(made));
  GError *error = NULL;
  g_autoptr(CaptureFile) file = capture_file_open_fd(fd, &error);
  g_assert_cmpint(pwrite(fd, made.bytes->data + 24, 1016, made.bytes->len), ==, 1016);
  g_assert_cmpuint(count_frames(file, &error), ==, 5001);
  g_assert_no_error(error);
  made_free(made);
}

static void a_descriptor_is_read_from_where_it_stands(void)
{
  Made made = made_new(false);
  put_bytes(made, "something before", 16);
  put_pcap_header(made, 0xa1b2c3d4, 0, 1);
  put_pcap_record(made, 1, 0, BYTES_LITERAL("frame"), 5, 0);
  int fd = fd_of(bytes_of(made));
  g_assert_cmpint(lseek(fd, 16, SEEK_SET), ==, 16);
  GError *error = NULL;
  g_autoptr(CaptureFile) file = capture_file_open_fd(fd, &error);
  Frame frame;
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
  g_assert_cmpuint(frame.source_offset, ==, 16 + 24 + 16);
  made_free(made);
}

static void corrupted_files_never_crash_or_loop(void)
{
  enum { MUTATIONS = 20000 };
  GRand *random = g_rand_new_with_seed(20260302);
  Made samples[16];
  const char *format;
  for (unsigned i = 0; i < G_N_ELEMENTS(samples); i++)
    g_assert_true(make_sample(i, &samples[i], &format));
  for (int round = 0; round < MUTATIONS; round++) {
    Made sample = samples[g_rand_int_range(random, 0, G_N_ELEMENTS(samples))];
    g_autofree uint8_t *copy = g_memdup2(sample.bytes->data, sample.bytes->len);
    for (int changes = g_rand_int_range(random, 1, 8); changes > 0; changes--) {
      static const uint8_t nasty[] = {0, 1, 0x7f, 0x80, 0xff, 0x0a, 6};
      gint32 at = g_rand_int_range(random, 0, (gint32)sample.bytes->len);
      copy[at] =
          g_rand_boolean(random) ? nasty[g_rand_int(random) % sizeof nasty] : (uint8_t)g_rand_int(random);
    }
    size_t length = g_rand_boolean(random) ? sample.bytes->len
                                           : (size_t)g_rand_int_range(random, 0, (gint32)sample.bytes->len);
    GError *error = NULL;
    g_autoptr(CaptureFile) file = open_bytes((Bytes){copy, length}, &error);
    if (file != NULL) g_assert_cmpuint(count_frames(file, &error), <=, sample.bytes->len / 12);
    g_assert_true(file != NULL || error != NULL);
    g_clear_error(&error);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
    made_free(samples[i]);
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/capture-file/" #name, name)
  TEST(every_format_gives_the_same_frames);
  TEST(a_pipe_gives_the_same_frames_byte_by_byte);
  TEST(a_file_cut_at_any_byte_gives_the_frames_before);
  TEST(a_cut_frame_is_named_with_its_byte);
  TEST(a_file_that_is_no_capture_is_named);
  TEST(what_cannot_be_opened_says_why);
  TEST(a_lying_length_is_damage_and_not_an_allocation);
  TEST(large_frames_cross_the_window_unharmed);
  TEST(other_versions_and_link_types_are_taken_as_they_are);
  TEST(a_file_that_shrinks_or_grows_while_read_is_no_crash);
  TEST(a_descriptor_is_read_from_where_it_stands);
  TEST(corrupted_files_never_crash_or_loop);
  g_test_add_func("/hardening/01-an-empty-file-is-said-to-be-empty", what_cannot_be_opened_says_why);
  g_test_add_func("/hardening/02-what-is-no-capture-is-named", a_file_that_is_no_capture_is_named);
  g_test_add_func("/hardening/03-every-form-gives-the-same-frames-and-times",
                  every_format_gives_the_same_frames);
  g_test_add_func("/hardening/04-a-cut-record-keeps-the-rest", a_cut_frame_is_named_with_its_byte);
  g_test_add_func("/hardening/05-a-lying-length-is-no-allocation",
                  a_lying_length_is_damage_and_not_an_allocation);
  g_test_add_func("/hardening/06-an-absurd-snap-length-changes-nothing",
                  a_lying_length_is_damage_and_not_an_allocation);
  g_test_add_func("/hardening/11-an-unknown-link-type-is-taken-as-it-is",
                  other_versions_and_link_types_are_taken_as_they_are);
  g_test_add_func("/hardening/14-a-file-that-shrinks-is-no-crash",
                  a_file_that_shrinks_or_grows_while_read_is_no_crash);
  return g_test_run();
}
