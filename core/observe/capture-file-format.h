/* SPDX-License-Identifier: MIT */
/* What the readers of the formats share behind capture-file.h: the open file, and how each failure is said.
 */
#pragma once

#include "observe/capture-file-clock.h"
#include "observe/capture-file-window.h"
#include "observe/capture-file.h"

typedef struct CaptureFileFormat CaptureFileFormat;

struct CaptureFile {
  CaptureFileWindow window;
  const CaptureFileFormat *format;
  const char *format_name;
  GPtrArray *interfaces; /* of CaptureInterface */
  GPtrArray *comments;   /* of char * */
  GHashTable *names;     /* char * → char * */
  GArray *clocks;        /* of CaptureFileClock, one an interface (pcapng) */
  bool big_endian;
  bool ended;
  bool swapped_lengths;     /* pcap before version 2.3 wrote the original length first */
  uint8_t record_header;    /* pcap: bytes of a record's header */
  uint32_t fraction;        /* pcap: nanoseconds of one unit of a time's second half */
  uint32_t first_interface; /* pcapng: index of the section's interface 0 */
  uint32_t frames;          /* delivered so far */
  uint32_t secret_blocks;
  Nanoseconds last_time; /* pcapng: for the simple packet block, which has none */
};

struct CaptureFileFormat {
  /* Reads the header. Returns false with *error set. */
  bool (*open)(CaptureFile *file, GError **error);
  CaptureStep (*next)(CaptureFile *file, Frame *frame, GError **error);
};

extern const CaptureFileFormat capture_file_pcap, capture_file_pcapng;

/* Returns true when the first four bytes are those of the format. */
bool capture_file_pcap_recognises(const uint8_t magic[4]);
bool capture_file_pcapng_recognises(const uint8_t magic[4]);

/* Sets *error to the name of what start seems to be. */
void capture_file_set_foreign(Bytes start, GError **error);

/* Ends the file after the last frame, or says why it ends too early. */
CaptureStep capture_file_end(CaptureFile *file, GError **error);

/* The source ends inside the next frame, or inside something else: sets *error and returns CAPTURE_FAILED. */
CaptureStep capture_file_cut_in_frame(CaptureFile *file, GError **error);
CaptureStep capture_file_cut_in_block(CaptureFile *file, GError **error);

/* Ends the file with a damage: message has one %u, for the number of the next frame, and then one %s, for
 * position. */
CaptureStep capture_file_damage(CaptureFile *file, const char *message, uint64_t position, GError **error);

/* Adds an interface; name and description are taken over and may be NULL. */
void capture_file_add_interface(CaptureFile *file, uint32_t link_type, uint32_t snap_length, char *name,
                                char *description);

/* Reads numbers in the byte order of file. */
static inline uint16_t capture_file_read16(const CaptureFile *file, ByteReader *reader)
{
  return file->big_endian ? byte_reader_be16(reader) : byte_reader_le16(reader);
}

static inline uint32_t capture_file_read32(const CaptureFile *file, ByteReader *reader)
{
  return file->big_endian ? byte_reader_be32(reader) : byte_reader_le32(reader);
}

/* Fills the frame's number, counting it, and the fields every format has. */
static inline void capture_file_fill_frame(CaptureFile *file, Frame *frame, uint32_t interface_id,
                                           Bytes bytes, uint32_t original_length, uint64_t source_offset)
{
  const CaptureInterface *interface = g_ptr_array_index(file->interfaces, interface_id);
  frame->bytes = bytes;
  frame->original_length = MAX(original_length, (uint32_t)bytes.length);
  frame->number = ++file->frames;
  frame->interface_id = interface_id;
  frame->link_type = interface->link_type;
  frame->source_offset = source_offset;
}
