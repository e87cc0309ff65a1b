/* SPDX-License-Identifier: MIT */
/* Names what a file that is no capture seems to be, so that the person knows what to do with it. */
#include "base/i18n.h"
#include "observe/capture-file-format.h"

typedef struct {
  size_t offset;
  Bytes magic;
  const char *name;
} ForeignRow;

#define MAGIC(offset, bytes, name)                                                                           \
  {                                                                                                          \
    offset, {(const uint8_t *)(bytes), sizeof(bytes) - 1}, name                                              \
  }

/* What only has to be unpacked. */
static const ForeignRow packed[] = {
    MAGIC(0, "\x1f\x8b", N_("a file compressed twice")),
    MAGIC(0, "\x28\xb5\x2f\xfd", N_("a zstd-compressed file")),
    MAGIC(0,
          "\xfd"
          "7zXZ",
          N_("an xz-compressed file")),
    MAGIC(0, "BZh", N_("a bzip2-compressed file")),
    MAGIC(0, "\x04\x22\x4d\x18", N_("an lz4-compressed file")),
    MAGIC(0, "PK\x03\x04", N_("a zip archive")),
    MAGIC(0, "7z\xbc\xaf\x27\x1c", N_("a 7z archive")),
    MAGIC(257, "ustar", N_("a tar archive")),
};

/* Captures, but of formats that nobody writes any more. */
static const ForeignRow captures[] = {
    MAGIC(0, "snoop\0\0\0", N_("a snoop capture")),
    MAGIC(0, "GMBU", N_("a Network Monitor capture")),
    MAGIC(0, "RTSS", N_("a Network Monitor capture")),
    MAGIC(0, "TRSNIFF data", N_("a Sniffer capture")),
};

static const ForeignRow others[] = {
    MAGIC(0, "\x89PNG", N_("a PNG picture")),
    MAGIC(0, "\xff\xd8\xff", N_("a JPEG picture")),
    MAGIC(0, "GIF8", N_("a GIF picture")),
    MAGIC(0, "%PDF", N_("a PDF document")),
    MAGIC(0,
          "\x7f"
          "ELF",
          N_("a program")),
    MAGIC(0, "MZ", N_("a Windows program")),
    MAGIC(0, "SQLite format 3", N_("a SQLite database")),
    MAGIC(0, "From ", N_("a mailbox file")),
    MAGIC(0, "Return-Path:", N_("a mail message")),
    MAGIC(0, "Received:", N_("a mail message")),
    MAGIC(0, "<!DOCTYPE html", N_("a web page")),
    MAGIC(0, "<html", N_("a web page")),
    MAGIC(0, "<?xml", N_("an XML file")),
    MAGIC(0, "#!", N_("a script")),
    MAGIC(0, "\xff\xfe", N_("a text file")),
    MAGIC(0, "\xfe\xff", N_("a text file")),
};

static const char *find_row(const ForeignRow *rows, size_t count, Bytes start)
{
  for (size_t i = 0; i < count; i++) {
    if (bytes_equal(bytes_slice(start, rows[i].offset, rows[i].magic.length), rows[i].magic))
      return rows[i].name;
  }
  return NULL;
}

/* Text is UTF-8, but for a character cut at the end, with no control characters save line ends, tab and form
 * feed. */
static bool looks_like_text(Bytes start)
{
  const char *end = NULL;
  g_utf8_validate_len((const char *)start.data, start.length, &end);
  if ((size_t)(end - (const char *)start.data) + 4 <= start.length) return false;
  for (const char *at = (const char *)start.data; at < end; at++) {
    if ((uint8_t)*at < ' ' && strchr("\t\n\r\f\x1b", *at) == NULL) return false;
  }
  return end != (const char *)start.data;
}

static bool is_all_zeros(Bytes start)
{
  for (size_t i = 0; i < start.length; i++) {
    if (start.data[i] != 0) return false;
  }
  return true;
}

void capture_file_set_foreign(Bytes start, GError **error)
{
  start = bytes_slice(start, 0, 4096);
  const char *name = find_row(packed, G_N_ELEMENTS(packed), start);
  if (name != NULL) {
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN, _("this is %s: unpack it first"), _(name));
    return;
  }
  name = find_row(captures, G_N_ELEMENTS(captures), start);
  if (name != NULL) {
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN,
                _("this is %s, which is not read here: save it as pcapng first"), _(name));
    return;
  }
  name = find_row(others, G_N_ELEMENTS(others), start);
  if (name == NULL && is_all_zeros(start)) name = N_("a file of zeros");
  if (name == NULL && looks_like_text(start)) name = N_("a text file");
  if (name == NULL)
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN,
                        _("this is not a network capture: neither pcap nor pcapng"));
  else
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN, _("this is %s, not a network capture"), _(name));
}
