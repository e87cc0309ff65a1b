/* SPDX-License-Identifier: MIT */
/* Fills the window: no mapping, so that a file that shrinks is a short read and not a signal. */
#include "observe/capture-file-window.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much is asked for at a time: what was read should still be in the processor's cache when it is decoded.
 */
enum { READ_BYTES = 262144 };

void capture_file_window_init(CaptureFileWindow *window, int fd)
{
  struct stat status;
  *window = (CaptureFileWindow){.fd = fd, .memory = g_malloc(CAPTURE_WINDOW_BYTES), .spool = -1};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return;
  off_t position = lseek(fd, 0, SEEK_CUR);
  if (position < 0) return;
  window->seekable = true;
  window->offset = (uint64_t)position;
  window->total = (uint64_t)status.st_size;
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

void capture_file_window_clear(CaptureFileWindow *window)
{
  if (window->fd >= 0) close(window->fd);
  if (window->spool >= 0) close(window->spool);
  window->spool = -1;
  g_clear_pointer(&window->gzip, capture_gzip_free);
  window->fd = -1;
  g_clear_pointer(&window->memory, g_free);
}

/* Reads once to the end of what is held; waits where the descriptor would not. */
static ssize_t read_some(CaptureFileWindow *window, size_t room)
{
  if (window->gzip != NULL) return capture_gzip_read(window->gzip, window->memory + window->end, room);
  for (;;) {
    uint8_t *into = window->memory + window->end;
    ssize_t count = window->seekable ? pread(window->fd, into, room, (off_t)capture_file_window_end(window))
                                     : read(window->fd, into, room);
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -1;
    struct pollfd waiting = {.fd = window->fd, .events = POLLIN};
    if (poll(&waiting, 1, -1) < 0 && errno != EINTR) return -1;
  }
}

void capture_file_window_unpack(CaptureFileWindow *window)
{
  Bytes held = {window->memory + window->start, window->end - window->start};
  if (window->seekable) lseek(window->fd, (off_t)capture_file_window_end(window), SEEK_SET);
  window->gzip = capture_gzip_new(window->fd, held);
  window->packed_total = window->total;
  window->total = 0;
  window->start = window->end = 0;
  window->offset = 0;
  window->ended = window->seekable = false;
}

/* Writes all of view, or tells why not. */
static bool spool_write(CaptureFileWindow *window, Bytes view)
{
  while (view.length > 0) {
    ssize_t written = write(window->spool, view.data, view.length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    view = bytes_skip(view, (size_t)written);
  }
  return true;
}

bool capture_file_window_keep_spool(CaptureFileWindow *window)
{
  g_assert(window->offset == 0);
  window->spool = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (window->spool < 0) {
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "carteiro-XXXXXX", NULL);
    window->spool = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (window->spool >= 0) unlink(path);
  }
  return window->spool >= 0 && spool_write(window, (Bytes){window->memory, window->end});
}

void capture_file_window_fill(CaptureFileWindow *window, size_t count)
{
  g_assert(count <= CAPTURE_WINDOW_BYTES);
  if (window->ended) return;
  if (window->start > 0) {
    memmove(window->memory, window->memory + window->start, window->end - window->start);
    window->offset += window->start;
    window->end -= window->start;
    window->start = 0;
  }
  while (window->end < count && !window->ended) {
    size_t room = CAPTURE_WINDOW_BYTES - window->end;
    ssize_t got = read_some(window, MIN(room, MAX((size_t)READ_BYTES, count - window->end)));
    if (got > 0) {
      Bytes more = {window->memory + window->end, (size_t)got};
      window->end += more.length;
      if (window->spool < 0 || spool_write(window, more)) continue;
      got = -1;
    }
    window->ended = true;
    window->read_errno = got < 0 ? errno : 0;
  }
}

bool capture_file_window_skip(CaptureFileWindow *window, uint64_t count)
{
  while (count > 0) {
    size_t held = window->end - window->start;
    if (held == 0) held = capture_file_window_need(window, 1).length;
    if (held == 0) return false;
    size_t step = (size_t)MIN((uint64_t)held, count);
    capture_file_window_consume(window, step);
    count -= step;
  }
  return true;
}
