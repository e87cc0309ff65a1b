/* SPDX-License-Identifier: MIT */
/* Opens captures, chooses the reader of their format, and says plainly what went wrong. */
#include "observe/capture-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "observe/capture-file-format.h"

G_DEFINE_QUARK(capture - error - quark, capture_error)

static const struct {
  bool (*recognises)(const uint8_t magic[4]);
  const CaptureFileFormat *format;
} formats[] = {
    {capture_file_pcap_recognises, &capture_file_pcap},
    {capture_file_pcapng_recognises, &capture_file_pcapng},
};

static void interface_free(gpointer data)
{
  CaptureInterface *interface = data;
  g_free(interface->name);
  g_free(interface->description);
  g_free(interface);
}

/* Returns errno's meaning as a plain sentence; what has none of its own is said in the system's words. */
static const char *describe_errno(int code)
{
  static const struct {
    int code;
    const char *text;
  } rows[] = {
      {ENOENT, N_("there is no such file")},
      {EACCES, N_("you have no permission to read it")},
      {EPERM, N_("you have no permission to read it")},
      {EISDIR, N_("this is a folder, not a file")},
      {EIO, N_("the disk or device reports a read error")},
      {EBADMSG, N_("the compressed file is damaged, or ends too early")},
      {ENOSPC, N_("the disk is full: there is no room for a copy to look things up in")},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i].code == code) return _(rows[i].text);
  }
  return g_strerror(code);
}

/* Says that the source could not be read on, or that a file lost its end since it was opened; false when
 * neither is so. */
static bool set_read_error(const CaptureFile *file, GError **error)
{
  const CaptureFileWindow *window = &file->window;
  if (window->read_errno != 0) {
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_READ, describe_errno(window->read_errno));
    return true;
  }
  if (capture_file_window_end(window) >= window->total) return false;
  g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_READ,
              _("the file became shorter while it was read: it now ends at byte %" PRIu64),
              capture_file_window_end(window));
  return true;
}

CaptureStep capture_file_end(CaptureFile *file, GError **error)
{
  file->ended = true;
  return set_read_error(file, error) ? CAPTURE_FAILED : CAPTURE_END;
}

CaptureStep capture_file_cut_in_frame(CaptureFile *file, GError **error)
{
  file->ended = true;
  if (!set_read_error(file, error))
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED,
                _("the file ends inside frame %u, at byte %" PRIu64), file->frames + 1,
                capture_file_window_end(&file->window));
  return CAPTURE_FAILED;
}

CaptureStep capture_file_cut_in_block(CaptureFile *file, GError **error)
{
  file->ended = true;
  uint64_t end = capture_file_window_end(&file->window);
  if (set_read_error(file, error)) return CAPTURE_FAILED;
  if (file->interfaces->len == 0)
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED,
                _("the file ends inside its header, at byte %" PRIu64), end);
  else
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED,
                _("the file ends inside the block after frame %u, at byte %" PRIu64), file->frames, end);
  return CAPTURE_FAILED;
}

CaptureStep capture_file_damage(CaptureFile *file, const char *message, uint64_t position, GError **error)
{
  file->ended = true;
  g_autofree char *where = g_strdup_printf("%" G_GUINT64_FORMAT, position);
  g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_DAMAGED, message, file->frames + 1, where);
  return CAPTURE_FAILED;
}

void capture_file_add_interface(CaptureFile *file, uint32_t link_type, uint32_t snap_length, char *name,
                                char *description)
{
  CaptureInterface *interface = g_new(CaptureInterface, 1);
  /* 12 and 14 are raw IP as some systems numbered it; no link type beyond 16 bits exists. */
  if (link_type == 12 || link_type == 14) link_type = LINK_TYPE_RAW;
  *interface = (CaptureInterface){(uint16_t)MIN(link_type, UINT16_MAX), snap_length, name, description};
  g_ptr_array_add(file->interfaces, interface);
}

/* Reads the first bytes and lets their format read the header. */
static bool open_format(CaptureFile *file, GError **error)
{
  Bytes start = capture_file_window_need(&file->window, 4);
  if (start.length < 4 && file->window.read_errno != 0) return set_read_error(file, error) && false;
  if (start.length == 0) {
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_EMPTY, _("the file is empty"));
    return false;
  }
  for (size_t i = 0; start.length >= 4 && i < G_N_ELEMENTS(formats); i++) {
    if (!formats[i].recognises(start.data)) continue;
    file->format = formats[i].format;
    return file->format->open(file, error);
  }
  if (capture_gzip_recognises(start) && file->window.gzip == NULL) {
    capture_file_window_unpack(&file->window);
    return open_format(file, error);
  }
  capture_file_set_foreign(capture_file_window_need(&file->window, 512), error);
  return false;
}

CaptureFile *capture_file_open_fd(int fd, GError **error)
{
  CaptureFile *file = g_new0(CaptureFile, 1);
  capture_file_window_init(&file->window, fd);
  file->interfaces = g_ptr_array_new_with_free_func(interface_free);
  file->comments = g_ptr_array_new_with_free_func(g_free);
  file->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  file->clocks = g_array_new(FALSE, FALSE, sizeof(CaptureFileClock));
  if (open_format(file, error)) return file;
  capture_file_free(file);
  return NULL;
}

CaptureFile *capture_file_open(const char *path, GError **error)
{
  bool standard_input = strcmp(path, "-") == 0;
  int fd =
      standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, describe_errno(errno));
    return NULL;
  }
  struct stat status;
  if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    close(fd);
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, describe_errno(EISDIR));
    return NULL;
  }
  return capture_file_open_fd(fd, error);
}

CaptureStep capture_file_next(CaptureFile *file, Frame *frame, GError **error)
{
  return G_LIKELY(!file->ended) ? file->format->next(file, frame, error) : CAPTURE_END;
}

const char *capture_file_get_format(const CaptureFile *file)
{
  return file->format_name;
}

const GPtrArray *capture_file_get_interfaces(const CaptureFile *file)
{
  return file->interfaces;
}

const GPtrArray *capture_file_get_comments(const CaptureFile *file)
{
  return file->comments;
}

int capture_file_get_fd(const CaptureFile *file)
{
  if (file->window.spool >= 0) return file->window.spool;
  return file->window.seekable ? file->window.fd : -1;
}

bool capture_file_keep_spool(CaptureFile *file, GError **error)
{
  if (capture_file_get_fd(file) >= 0 || capture_file_window_keep_spool(&file->window)) return true;
  g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_READ, describe_errno(errno));
  return false;
}

uint64_t capture_file_get_progress(const CaptureFile *file, uint64_t *total)
{
  const CaptureGzip *gzip = file->window.gzip;
  if (total != NULL) *total = gzip != NULL ? file->window.packed_total : file->window.total;
  if (gzip != NULL) return capture_gzip_position(gzip);
  return capture_file_window_position(&file->window);
}

GHashTable *capture_file_get_names(const CaptureFile *file)
{
  return file->names;
}

uint32_t capture_file_get_secret_blocks(const CaptureFile *file)
{
  return file->secret_blocks;
}

void capture_file_free(CaptureFile *file)
{
  if (file == NULL) return;
  capture_file_window_clear(&file->window);
  g_ptr_array_unref(file->interfaces);
  g_ptr_array_unref(file->comments);
  g_hash_table_unref(file->names);
  g_array_unref(file->clocks);
  g_free(file);
}
