/* SPDX-License-Identifier: MIT */
/* Writes pcapng through one buffer, into a temporary file, a spool, or straight into a pipe or device. */
#include "observe/capture-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/pcapng-block.h"

enum { BUFFER_BYTES = 262144, TEMPORARY_NAMES = 100, NAME_KEPT = 200 };

struct CaptureWriter {
  int fd;
  bool direct;     /* a pipe or device: no temporary file, no reading back */
  bool begun;      /* the section header is written */
  char *path;      /* where commit renames to; NULL for a spool and where direct */
  char *temporary; /* what is to be renamed or removed; NULL as above */
  char *comment;
  int error; /* errno of the first failure, 0 while all is well; after it nothing more is written */
  uint32_t interfaces;
  uint64_t offset; /* bytes given to us so far, in the buffer or written */
  uint8_t *buffer; /* BUFFER_BYTES */
  size_t buffered;
};

static void set_error(int code, GError **error)
{
  static const struct {
    int code;
    const char *text;
  } rows[] = {
      {ENOSPC, N_("the disk is full")},
      {EDQUOT, N_("your share of the disk is full")},
      {EACCES, N_("you have no permission to write there")},
      {EPERM, N_("you have no permission to write there")},
      {EROFS, N_("this disk can only be read")},
      {ENOENT, N_("there is no such folder")},
      {EISDIR, N_("this is a folder, not a file")},
      {EPIPE, N_("whoever was reading has gone away")},
      {EIO, N_("the disk or device reports a write error")},
  };
  const char *text = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(rows) && text == NULL; i++) {
    if (rows[i].code == code) text = _(rows[i].text);
  }
  g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
                      text != NULL ? text : g_strerror(code));
}

/* Returns a writer to fd, or NULL with *error set from errno when there is none. */
static CaptureWriter *new_writer(int fd, GError **error)
{
  if (fd < 0) {
    set_error(errno, error);
    return NULL;
  }
  CaptureWriter *writer = g_new0(CaptureWriter, 1);
  writer->fd = fd;
  writer->buffer = g_malloc(BUFFER_BYTES);
  return writer;
}

static CaptureWriter *new_direct(int fd, GError **error)
{
  CaptureWriter *writer = new_writer(fd, error);
  if (writer != NULL) writer->direct = true;
  return writer;
}

/* Returns the file that a save to path should replace, or NULL when path is to be written directly: a pipe, a
 * device, or one of the names under /dev and /proc that stand for an open descriptor. A link keeps its place:
 * what it leads to is replaced. */
static char *find_target(const char *path)
{
  struct stat itself, status;
  if (lstat(path, &itself) != 0 || stat(path, &status) != 0) return g_strdup(path);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return NULL;
  if (!S_ISLNK(itself.st_mode)) return g_strdup(path);
  if (g_str_has_prefix(path, "/dev/") || g_str_has_prefix(path, "/proc/")) return NULL;
  char *resolved = realpath(path, NULL);
  char *target = g_strdup(resolved != NULL ? resolved : path);
  free(resolved);
  return target;
}

/* Creates a file beside target that nobody else has; returns its descriptor, or -1 with errno set. */
static int open_beside(const char *target, char **temporary)
{
  g_autofree char *folder = g_path_get_dirname(target);
  g_autofree char *name = g_path_get_basename(target);
  for (int i = 0; i < TEMPORARY_NAMES; i++) {
    *temporary = g_strdup_printf("%s/.%.*s.%ld-%d.part", folder, (int)NAME_KEPT, name, (long)getpid(), i);
    int fd = open(*temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return fd;
    int code = errno;
    g_clear_pointer(temporary, g_free);
    errno = code;
    if (code != EEXIST) return -1;
  }
  return -1;
}

CaptureWriter *capture_writer_new(const char *path, GError **error)
{
  if (strcmp(path, "-") == 0) return new_direct(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), error);
  g_autofree char *target = find_target(path);
  if (target == NULL) return new_direct(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), error);
  if (g_file_test(target, G_FILE_TEST_IS_DIR)) {
    set_error(EISDIR, error);
    return NULL;
  }
  struct stat old;
  bool exists = stat(target, &old) == 0;
  char *temporary = NULL;
  int fd = open_beside(target, &temporary);
  /* Best effort: a file that was private stays private. */
  if (fd >= 0 && exists && fchmod(fd, old.st_mode & 0777) != 0) errno = 0;
  CaptureWriter *writer = new_writer(fd, error);
  if (writer == NULL) return NULL;
  writer->path = g_steal_pointer(&target);
  writer->temporary = temporary;
  return writer;
}

CaptureWriter *capture_writer_new_spool(GError **error)
{
  int fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) return new_writer(fd, error);
  /* Some file systems cannot make a file without a name. */
  g_autofree char *name = g_build_filename(g_get_tmp_dir(), "carteiro-XXXXXX", NULL);
  fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) unlink(name);
  return new_writer(fd, error);
}

/* Writes once; waits where the descriptor would not. Returns how many bytes went, or -1 with errno set. */
static ssize_t write_some(int fd, const uint8_t *data, size_t length)
{
  for (;;) {
    ssize_t written = write(fd, data, length);
    if (written >= 0) return written;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -1;
    struct pollfd waiting = {.fd = fd, .events = POLLOUT};
    if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return -1;
  }
}

static void empty_buffer(CaptureWriter *writer)
{
  size_t done = 0;
  while (done < writer->buffered && writer->error == 0) {
    ssize_t written = write_some(writer->fd, writer->buffer + done, writer->buffered - done);
    if (written < 0)
      writer->error = errno;
    else
      done += (size_t)written;
  }
  writer->buffered = 0;
}

static void append(CaptureWriter *writer, const uint8_t *data, size_t length)
{
  writer->offset += length;
  while (length > 0) {
    size_t step = MIN(length, BUFFER_BYTES - writer->buffered);
    memcpy(writer->buffer + writer->buffered, data, step);
    writer->buffered += step;
    data += step;
    length -= step;
    if (writer->buffered == BUFFER_BYTES) empty_buffer(writer);
  }
}

/* Makes room in the buffer for any one block that is not a packet's, and returns where it goes. */
static uint8_t *begin_block(CaptureWriter *writer)
{
  if (BUFFER_BYTES - writer->buffered < PCAPNG_BLOCK_MAX) empty_buffer(writer);
  return writer->buffer + writer->buffered;
}

static void end_block(CaptureWriter *writer, size_t length)
{
  writer->buffered += length;
  writer->offset += length;
}

/* The section header waits for its comment until something else is to be written. */
static void begin_section(CaptureWriter *writer)
{
  if (writer->begun) return;
  writer->begun = true;
  end_block(writer, pcapng_section(begin_block(writer), writer->comment, "Carteiro " CARTEIRO_VERSION));
}

void capture_writer_set_comment(CaptureWriter *writer, const char *comment)
{
  g_assert(!writer->begun);
  g_free(writer->comment);
  writer->comment = g_strdup(comment);
}

uint32_t capture_writer_add_interface(CaptureWriter *writer, LinkType link_type, const char *name)
{
  begin_section(writer);
  end_block(writer, pcapng_interface(begin_block(writer), (uint16_t)link_type, LIMIT_FRAME_BYTES, name));
  return writer->interfaces++;
}

void capture_writer_add_name(CaptureWriter *writer, const IpAddress *address, const char *name)
{
  g_assert(address->version == 4 || address->version == 6);
  begin_section(writer);
  size_t length = address->version == 4 ? 4 : 16;
  end_block(writer, pcapng_name(begin_block(writer), address->bytes, length, name));
}

uint64_t capture_writer_write(CaptureWriter *writer, const Frame *frame)
{
  g_assert(frame->interface_id < writer->interfaces);
  g_assert(frame->bytes.length <= LIMIT_FRAME_BYTES);
  uint32_t captured = (uint32_t)frame->bytes.length;
  uint8_t head[PCAPNG_PACKET_HEAD], tail[PCAPNG_PACKET_TAIL_MAX];
  pcapng_packet_head(head, frame->interface_id, MAX(frame->time, 0), captured,
                     MAX(frame->original_length, captured));
  append(writer, head, sizeof head);
  uint64_t offset = writer->offset;
  append(writer, frame->bytes.data, captured);
  append(writer, tail, pcapng_packet_tail(tail, captured));
  return offset;
}

bool capture_writer_flush(CaptureWriter *writer, GError **error)
{
  begin_section(writer);
  empty_buffer(writer);
  if (writer->error == 0) return true;
  set_error(writer->error, error);
  return false;
}

int capture_writer_get_fd(const CaptureWriter *writer)
{
  return writer->direct ? -1 : writer->fd;
}

/* Makes the new name durable too; not every file system can, and the file itself is already safe. */
static void sync_folder(const char *path)
{
  g_autofree char *folder = g_path_get_dirname(path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

bool capture_writer_commit(CaptureWriter *writer, GError **error)
{
  if (!capture_writer_flush(writer, error)) return false;
  if (writer->temporary == NULL) return true;
  if (fsync(writer->fd) != 0 || rename(writer->temporary, writer->path) != 0) {
    writer->error = errno;
    set_error(writer->error, error);
    return false;
  }
  g_clear_pointer(&writer->temporary, g_free);
  sync_folder(writer->path);
  return true;
}

void capture_writer_free(CaptureWriter *writer)
{
  if (writer == NULL) return;
  if (writer->temporary != NULL) unlink(writer->temporary);
  close(writer->fd);
  g_free(writer->temporary);
  g_free(writer->path);
  g_free(writer->comment);
  g_free(writer->buffer);
  g_free(writer);
}
