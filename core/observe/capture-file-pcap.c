/* SPDX-License-Identifier: MIT */
/* The pcap formats: microseconds, nanoseconds, and the one with longer record headers that Linux 2.2 systems
 * wrote. */
#include "base/i18n.h"
#include "base/limits.h"
#include "observe/capture-file-format.h"

enum { FILE_HEADER = 24 };

static const struct {
  uint32_t magic;
  const char *name;
  uint32_t fraction;     /* nanoseconds a unit */
  uint8_t record_header; /* bytes */
} variants[] = {
    {0xa1b2c3d4, "pcap", 1000, 16},
    {0xa1b23c4d, "pcap-ns", 1, 16},
    {0xa1b2cd34, "pcap-modified", 1000, 24},
};

/* Returns the row of variants that magic, in either byte order, names, or -1. */
static int find_variant(const uint8_t magic[4], bool *big_endian)
{
  ByteReader big = byte_reader((Bytes){magic, 4}), little = big;
  uint32_t as_big = byte_reader_be32(&big), as_little = byte_reader_le32(&little);
  for (int i = 0; i < (int)G_N_ELEMENTS(variants); i++) {
    *big_endian = variants[i].magic == as_big;
    if (*big_endian || variants[i].magic == as_little) return i;
  }
  return -1;
}

bool capture_file_pcap_recognises(const uint8_t magic[4])
{
  bool big_endian;
  return find_variant(magic, &big_endian) >= 0;
}

static bool open_pcap(CaptureFile *file, GError **error)
{
  Bytes header = capture_file_window_need(&file->window, FILE_HEADER);
  if (header.length < FILE_HEADER) {
    capture_file_cut_in_block(file, error);
    return false;
  }
  int variant = find_variant(header.data, &file->big_endian);
  file->format_name = variants[variant].name;
  file->fraction = variants[variant].fraction;
  file->record_header = variants[variant].record_header;
  ByteReader reader = byte_reader(header);
  byte_reader_take(&reader, 4);
  unsigned major = capture_file_read16(file, &reader), minor = capture_file_read16(file, &reader);
  byte_reader_take(&reader, 8); /* time zone and accuracy: always 0 */
  uint32_t snap_length = capture_file_read32(file, &reader), link = capture_file_read32(file, &reader);
  if (major != 2) {
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FOREIGN,
                _("this is a pcap file of version %u.%u, which is not known here"), major, minor);
    return false;
  }
  file->swapped_lengths = minor < 3;
  /* The upper bits tell the length of a frame check sequence, which IP's own length leaves out anyway. */
  capture_file_add_interface(file, link & 0x03ffffff, snap_length, NULL, NULL);
  capture_file_window_consume(&file->window, FILE_HEADER);
  return true;
}

/* A length beyond our limit lies; so does one beyond both what the capture took of a frame and what the frame
 * had. */
static bool lies(const CaptureFile *file, uint32_t captured, uint32_t original)
{
  const CaptureInterface *interface = g_ptr_array_index(file->interfaces, 0);
  if (captured > LIMIT_FRAME_BYTES) return true;
  return captured > original && original > 0 && captured > interface->snap_length &&
         interface->snap_length > 0;
}

static CaptureStep next_pcap(CaptureFile *file, Frame *frame, GError **error)
{
  size_t header = file->record_header;
  Bytes record = capture_file_window_need(&file->window, header);
  if (G_UNLIKELY(record.length < header))
    return record.length == 0 ? capture_file_end(file, error) : capture_file_cut_in_frame(file, error);
  ByteReader reader = byte_reader(record);
  uint32_t seconds = capture_file_read32(file, &reader), fraction = capture_file_read32(file, &reader);
  uint32_t captured = capture_file_read32(file, &reader), original = capture_file_read32(file, &reader);
  if (file->swapped_lengths) {
    uint32_t first = captured;
    captured = original;
    original = first;
  }
  uint64_t position = capture_file_window_position(&file->window);
  if (G_UNLIKELY(lies(file, captured, original)))
    return capture_file_damage(file, _("the length of frame %u, at byte %s, cannot be right"), position,
                               error);
  record = capture_file_window_need(&file->window, header + captured);
  if (G_UNLIKELY(record.length < header + captured)) return capture_file_cut_in_frame(file, error);
  frame->time = (int64_t)seconds * NANOSECONDS_PER_SECOND + (int64_t)fraction * file->fraction;
  capture_file_fill_frame(file, frame, 0, (Bytes){record.data + header, captured}, original,
                          position + header);
  capture_file_window_consume(&file->window, header + captured);
  return CAPTURE_FRAME;
}

const CaptureFileFormat capture_file_pcap = {open_pcap, next_pcap};
