/* SPDX-License-Identifier: MIT */
/* What the writer writes, our reader and other people's give back; saves are whole or not at all. */
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/pcapng-block.h"
#include "observe/capture-file.h"
#include "observe/capture-writer.h"
#include "test-capture-bytes.h"
#include "wire/packet-build.h"

typedef struct {
  char *folder;
  char *path;
} Place;

static void place_set_up(Place *place, gconstpointer data)
{
  (void)data;
  place->folder = g_dir_make_tmp("carteiro-test-XXXXXX", NULL);
  g_assert_nonnull(place->folder);
  place->path = g_build_filename(place->folder, "out.pcapng", NULL);
}

/* Removes what the test left; a temporary file still there fails it. */
static void place_tear_down(Place *place, gconstpointer data)
{
  (void)data;
  g_autoptr(GDir) folder = g_dir_open(place->folder, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(folder)) != NULL) {
    g_assert_false(g_str_has_suffix(name, ".part"));
    g_autofree char *path = g_build_filename(place->folder, name, NULL);
    g_unlink(path);
  }
  g_rmdir(place->folder);
  g_free(place->folder);
  g_free(place->path);
}

/* Writes count frames of random bytes on two interfaces, the same for the same seed; checks the offsets
 * against fd when it is one. */
static void write_frames(CaptureWriter *writer, guint32 seed, uint32_t count, uint64_t *offsets)
{
  GRand *random = g_rand_new_with_seed(seed);
  uint8_t data[3000];
  for (uint32_t i = 0; i < count; i++) {
    size_t length = (size_t)g_rand_int_range(random, 0, sizeof data);
    for (size_t n = 0; n < length; n++)
      data[n] = (uint8_t)g_rand_int(random);
    Frame frame = {.time = INT64_C(1700000000000000001) * (i % 2) + i,
                   .bytes = {data, length},
                   .original_length = (uint32_t)length + i % 3,
                   .interface_id = i % 2};
    uint64_t offset = capture_writer_write(writer, &frame);
    if (offsets != NULL) offsets[i] = offset;
  }
  g_rand_free(random);
}

static void check_frames(CaptureFile *file, guint32 seed, uint32_t count, const uint64_t *offsets)
{
  GRand *random = g_rand_new_with_seed(seed);
  Frame frame;
  GError *error = NULL;
  for (uint32_t i = 0; i < count; i++) {
    g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_FRAME);
    g_assert_cmpint(frame.time, ==, INT64_C(1700000000000000001) * (i % 2) + i);
    g_assert_cmpuint(frame.interface_id, ==, i % 2);
    g_assert_cmpuint(frame.link_type, ==, i % 2 == 0 ? LINK_TYPE_ETHERNET : LINK_TYPE_RAW);
    g_assert_cmpuint(frame.bytes.length, ==, (size_t)g_rand_int_range(random, 0, 3000));
    g_assert_cmpuint(frame.original_length, ==, frame.bytes.length + i % 3);
    for (size_t n = 0; n < frame.bytes.length; n++)
      g_assert_cmpuint(frame.bytes.data[n], ==, (uint8_t)g_rand_int(random));
    if (offsets != NULL) g_assert_cmpuint(frame.source_offset, ==, offsets[i]);
  }
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
  g_rand_free(random);
}

static void add_everything(CaptureWriter *writer)
{
  IpAddress alpha, beta;
  ip_address_parse("10.0.0.1", &alpha);
  ip_address_parse("2001:db8::1", &beta);
  capture_writer_set_comment(writer, "Alice writes to Bob — ação");
  g_assert_cmpuint(capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, "alice–hub"), ==, 0);
  g_assert_cmpuint(capture_writer_add_interface(writer, LINK_TYPE_RAW, NULL), ==, 1);
  capture_writer_add_name(writer, &alpha, "alpha.example");
  capture_writer_add_name(writer, &beta, "b");
}

static void what_is_written_is_read_back(Place *place, gconstpointer data)
{
  enum { COUNT = 2000 };
  (void)data;
  uint64_t offsets[COUNT];
  GError *error = NULL;
  CaptureWriter *writer = capture_writer_new(place->path, &error);
  g_assert_no_error(error);
  add_everything(writer);
  write_frames(writer, 1, COUNT, offsets);
  g_assert_false(g_file_test(place->path, G_FILE_TEST_EXISTS));
  g_assert_true(capture_writer_commit(writer, &error));
  capture_writer_free(writer);
  g_autoptr(CaptureFile) file = capture_file_open(place->path, &error);
  g_assert_no_error(error);
  check_frames(file, 1, COUNT, offsets);
  g_assert_cmpstr(capture_file_get_comments(file)->pdata[0], ==, "Alice writes to Bob — ação");
  const CaptureInterface *interface = capture_file_get_interfaces(file)->pdata[0];
  g_assert_cmpstr(interface->name, ==, "alice–hub");
  g_assert_cmpstr(g_hash_table_lookup(capture_file_get_names(file), "10.0.0.1"), ==, "alpha.example");
  g_assert_cmpstr(g_hash_table_lookup(capture_file_get_names(file), "2001:db8::1"), ==, "b");
}

static void a_spool_is_private_and_readable_by_position(Place *place, gconstpointer data)
{
  enum { COUNT = 300 };
  (void)place;
  (void)data;
  uint64_t offsets[COUNT];
  GError *error = NULL;
  g_autoptr(CaptureWriter) writer = capture_writer_new_spool(&error);
  g_assert_no_error(error);
  add_everything(writer);
  write_frames(writer, 2, COUNT, offsets);
  g_assert_true(capture_writer_flush(writer, &error));
  struct stat status;
  g_assert_cmpint(fstat(capture_writer_get_fd(writer), &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
  g_assert_cmpuint(status.st_nlink, ==, 0);
  int fd = dup(capture_writer_get_fd(writer));
  lseek(fd, 0, SEEK_SET);
  g_autoptr(CaptureFile) file = capture_file_open_fd(fd, &error);
  check_frames(file, 2, COUNT, offsets);
}

static void what_is_not_committed_leaves_the_old_file(Place *place, gconstpointer data)
{
  (void)data;
  g_assert_true(g_file_set_contents(place->path, "old", 3, NULL));
  g_assert_cmpint(g_chmod(place->path, 0640), ==, 0);
  GError *error = NULL;
  CaptureWriter *writer = capture_writer_new(place->path, &error);
  add_everything(writer);
  write_frames(writer, 3, 500, NULL);
  g_assert_true(capture_writer_flush(writer, &error));
  capture_writer_free(writer);
  g_autofree char *content = NULL;
  g_assert_true(g_file_get_contents(place->path, &content, NULL, NULL));
  g_assert_cmpstr(content, ==, "old");
  writer = capture_writer_new(place->path, &error);
  g_assert_true(capture_writer_commit(writer, &error));
  capture_writer_free(writer);
  struct stat status;
  g_assert_cmpint(stat(place->path, &status), ==, 0);
  g_assert_cmpuint(status.st_mode & 0777, ==, 0640);
  g_autoptr(CaptureFile) file = capture_file_open(place->path, &error);
  Frame frame;
  g_assert_cmpint(capture_file_next(file, &frame, &error), ==, CAPTURE_END);
}

static void a_link_keeps_its_place(Place *place, gconstpointer data)
{
  (void)data;
  g_autofree char *link = g_build_filename(place->folder, "link.pcapng", NULL);
  g_assert_true(g_file_set_contents(place->path, "old", 3, NULL));
  g_assert_cmpint(symlink("out.pcapng", link), ==, 0);
  GError *error = NULL;
  g_autoptr(CaptureWriter) writer = capture_writer_new(link, &error);
  g_assert_true(capture_writer_commit(writer, &error));
  g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
  g_autoptr(CaptureFile) file = capture_file_open(place->path, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(capture_file_get_format(file), ==, "pcapng");
}

static void a_place_that_cannot_be_written_says_why(Place *place, gconstpointer data)
{
  (void)data;
  GError *error = NULL;
  g_assert_null(capture_writer_new("/nowhere/at/all.pcapng", &error));
  g_assert_cmpstr(error->message, ==, "there is no such folder");
  g_clear_error(&error);
  g_assert_null(capture_writer_new(place->folder, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_clear_error(&error);
  g_autoptr(CaptureWriter) writer = capture_writer_new("/dev/full", &error);
  g_assert_no_error(error);
  g_assert_cmpint(capture_writer_get_fd(writer), ==, -1);
  add_everything(writer);
  write_frames(writer, 4, 1000, NULL);
  g_assert_false(capture_writer_commit(writer, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_cmpstr(error->message, ==, "the disk is full");
  g_clear_error(&error);
}

static void a_full_disk_is_told_and_the_old_file_stays(Place *place, gconstpointer data)
{
  (void)data;
  g_assert_true(g_file_set_contents(place->path, "old", 3, NULL));
  struct rlimit before, small = {100000, RLIM_INFINITY};
  g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
  small.rlim_max = before.rlim_max;
  void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
  g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
  GError *error = NULL;
  CaptureWriter *writer = capture_writer_new(place->path, &error);
  add_everything(writer);
  write_frames(writer, 5, 1000, NULL);
  bool committed = capture_writer_commit(writer, &error);
  capture_writer_free(writer);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old_handler);
  g_assert_false(committed);
  g_assert_nonnull(error);
  g_clear_error(&error);
  g_autofree char *content = NULL;
  g_assert_true(g_file_get_contents(place->path, &content, NULL, NULL));
  g_assert_cmpstr(content, ==, "old");
}

static gpointer write_to_fifo(gpointer data)
{
  GError *error = NULL;
  g_autoptr(CaptureWriter) writer = capture_writer_new(data, &error);
  g_assert_no_error(error);
  add_everything(writer);
  write_frames(writer, 6, 1000, NULL);
  g_assert_true(capture_writer_commit(writer, &error));
  return NULL;
}

static void a_fifo_is_written_directly(Place *place, gconstpointer data)
{
  (void)data;
  g_assert_cmpint(mkfifo(place->path, 0600), ==, 0);
  GThread *thread = g_thread_new("writer", write_to_fifo, place->path);
  GError *error = NULL;
  g_autoptr(CaptureFile) file = capture_file_open(place->path, &error);
  g_assert_no_error(error);
  check_frames(file, 6, 1000, NULL);
  g_thread_join(thread);
  struct stat status;
  g_assert_cmpint(stat(place->path, &status), ==, 0);
  g_assert_true(S_ISFIFO(status.st_mode));
}

static void a_reader_that_went_away_is_told(Place *place, gconstpointer data)
{
  (void)data;
  (void)place;
  int ends[2];
  void (*old_handler)(int) = signal(SIGPIPE, SIG_IGN);
  g_assert_cmpint(pipe(ends), ==, 0);
  g_autofree char *path = g_strdup_printf("/dev/fd/%d", ends[1]);
  GError *error = NULL;
  g_autoptr(CaptureWriter) writer = capture_writer_new(path, &error);
  g_assert_no_error(error);
  close(ends[0]);
  close(ends[1]);
  add_everything(writer);
  g_assert_false(capture_writer_flush(writer, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_PIPE);
  g_clear_error(&error);
  signal(SIGPIPE, old_handler);
}

static void long_texts_are_cut_at_a_character(Place *place, gconstpointer data)
{
  (void)data;
  g_autofree char *text = g_malloc0(PCAPNG_TEXT_MAX * 2 + 1);
  IpAddress address;
  ip_address_parse("10.0.0.1", &address);
  for (size_t i = 0; i < PCAPNG_TEXT_MAX; i++)
    memcpy(text + i * 2, "é", 2);
  for (size_t shift = 0; shift < 2; shift++) {
    GError *error = NULL;
    g_autoptr(CaptureWriter) writer = capture_writer_new(place->path, &error);
    if (shift == 1) text[PCAPNG_TEXT_MAX * 2 - 1] = '\0';
    if (shift == 1) memmove(text + 1, text, PCAPNG_TEXT_MAX * 2 - 1), text[0] = 'x';
    capture_writer_set_comment(writer, text);
    for (int i = 0; i < 10; i++)
      capture_writer_add_interface(writer, LINK_TYPE_RAW, text);
    for (int i = 0; i < 10; i++)
      capture_writer_add_name(writer, &address, text);
    g_assert_true(capture_writer_commit(writer, &error));
    g_autoptr(CaptureFile) file = capture_file_open(place->path, &error);
    g_assert_no_error(error);
    const char *comment = capture_file_get_comments(file)->pdata[0];
    g_assert_cmpuint(strlen(comment), ==, PCAPNG_TEXT_MAX - shift);
    g_assert_true(g_str_has_prefix(text, comment));
    g_assert_cmpuint(capture_file_get_interfaces(file)->len, ==, 10);
  }
}

/* Returns what tshark prints of path with the fields wanted. */
static char *run_tshark(const char *path)
{
  const char *command[] = {"tshark",
                           "-r",
                           path,
                           "-N",
                           "n",
                           "-o",
                           "tcp.check_checksum:TRUE",
                           "-o",
                           "udp.check_checksum:TRUE",
                           "-o",
                           "ip.check_checksum:TRUE",
                           "-T",
                           "fields",
                           "-e",
                           "frame.time_epoch",
                           "-e",
                           "ip.src_host",
                           "-e",
                           "ipv6.src_host",
                           "-e",
                           "tcp.checksum.status",
                           "-e",
                           "udp.checksum.status",
                           "-e",
                           "ip.checksum.status",
                           "-e",
                           "frame.interface_name",
                           NULL};
  char *output = NULL;
  g_autofree char *messages = NULL;
  int status = 0;
  GError *error = NULL;
  g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &messages, &status,
               &error);
  g_assert_no_error(error);
  g_assert_cmpint(status, ==, 0);
  return output;
}

static void tshark_reads_it_with_names_and_finds_every_checksum_right(Place *place, gconstpointer data)
{
  (void)data;
  static const struct {
    PacketKind kind;
    const char *source;
    size_t payload;
    const char *want;
  } cases[] = {
      {PACKET_TCP, "10.0.0.1", 0, "1700000000.123456789\talpha.example\t\t1\t\t1\teth0\n"},
      {PACKET_TCP, "10.0.0.1", 1459, "1700000000.123456789\talpha.example\t\t1\t\t1\teth0\n"},
      {PACKET_UDP, "10.0.0.1", 33, "1700000000.123456789\talpha.example\t\t\t1\t1\teth0\n"},
      {PACKET_TCP, "2001:db8::1", 7, "1700000000.123456789\t\tbeta.example\t1\t\t\teth0\n"},
      {PACKET_UDP, "2001:db8::1", 8, "1700000000.123456789\t\tbeta.example\t\t1\t\teth0\n"},
  };
  static const uint8_t mss[] = PACKET_MSS_OPTION(1460);
  GError *error = NULL;
  g_autoptr(CaptureWriter) writer = capture_writer_new(place->path, &error);
  IpAddress alpha, beta;
  ip_address_parse("10.0.0.1", &alpha);
  ip_address_parse("2001:db8::1", &beta);
  capture_writer_add_interface(writer, LINK_TYPE_ETHERNET, "eth0");
  capture_writer_add_name(writer, &alpha, "alpha.example");
  capture_writer_add_name(writer, &beta, "beta.example");
  g_autoptr(GString) want = g_string_new(NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    uint8_t payload[1460], out[2000];
    for (size_t n = 0; n < sizeof payload; n++)
      payload[n] = (uint8_t)(n * 31 + i);
    PacketTemplate template = {.kind = cases[i].kind,
                               .source_port = 40000,
                               .destination_port = 2,
                               .time_to_live = 64,
                               .window = 1000,
                               .sequence = 77,
                               .payload = {payload, cases[i].payload}};
    if (cases[i].kind == PACKET_TCP) template.options = (Bytes){mss, sizeof mss};
    template.flags = TCP_ACK;
    ip_address_parse(cases[i].source, &template.source);
    template.destination = template.source;
    size_t length = packet_build(&template, out, sizeof out);
    capture_writer_write(writer, &(Frame){.time = INT64_C(1700000000123456789),
                                          .bytes = {out, length},
                                          .original_length = (uint32_t)length});
    g_string_append(want, cases[i].want);
  }
  g_assert_true(capture_writer_commit(writer, &error));
  g_autofree char *got = run_tshark(place->path);
  g_assert_cmpstr(got, ==, want->str);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/capture-writer/" #name, Place, NULL, place_set_up, name, place_tear_down)
  TEST(what_is_written_is_read_back);
  TEST(a_spool_is_private_and_readable_by_position);
  TEST(what_is_not_committed_leaves_the_old_file);
  TEST(a_link_keeps_its_place);
  TEST(a_place_that_cannot_be_written_says_why);
  TEST(a_full_disk_is_told_and_the_old_file_stays);
  TEST(a_fifo_is_written_directly);
  TEST(a_reader_that_went_away_is_told);
  TEST(long_texts_are_cut_at_a_character);
  TEST(tshark_reads_it_with_names_and_finds_every_checksum_right);
  return g_test_run();
}
