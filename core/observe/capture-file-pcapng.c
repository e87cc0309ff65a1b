/* SPDX-License-Identifier: MIT */
/* The pcapng format: a table of block types, each block held whole in the window or skipped. */
#include "base/i18n.h"
#include "base/limits.h"
#include "observe/capture-file-format.h"
#include "wire/ip-address.h"

enum {
  BLOCK_SECTION = 0x0a0d0d0a,
  BLOCK_HEAD = 8,   /* type and length */
  BLOCK_FRAME = 12, /* both and the length again at the end */
  BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

/* What the tables kept for a whole file may hold; a file with more of them is made to exhaust us. */
enum {
  INTERFACES_MAX = 65536,
  COMMENTS_MAX = 1024,
  NAMES_MAX = 16384,
  NAME_BYTES = 255,
  PREAMBLE_BLOCKS = 4096
};

/* One block, held whole. */
typedef struct {
  ByteReader body;
  uint64_t position; /* of the block in the source */
  Frame *frame;
} Block;

/* BLOCK_DONE: read, and no frame came of it. */
typedef enum { BLOCK_DONE, BLOCK_DELIVERED, BLOCK_FAILED } BlockStep;

bool capture_file_pcapng_recognises(const uint8_t magic[4])
{
  return memcmp(magic, "\x0a\x0d\x0d\x0a", 4) == 0;
}

static BlockStep damage(CaptureFile *file, const char *message, const Block *block, GError **error)
{
  capture_file_damage(file, message, block->position, error);
  return BLOCK_FAILED;
}

static BlockStep damage_in_block(CaptureFile *file, const Block *block, GError **error)
{
  return damage(file, _("the block before frame %u, at byte %s, cannot be right"), block, error);
}

/* Reads the next option; returns false at the end of the list, also where an option claims more than there
 * is. */
static bool next_option(const CaptureFile *file, ByteReader *body, uint16_t *code, Bytes *value)
{
  *code = capture_file_read16(file, body);
  size_t length = capture_file_read16(file, body);
  *value = byte_reader_take(body, length);
  if (body->overrun || *code == 0) return false;
  byte_reader_take(body, MIN((4 - length % 4) % 4, byte_reader_left(body)));
  return true;
}

/* Returns text up to its first NUL as valid UTF-8. */
static char *dup_text(Bytes value)
{
  ptrdiff_t nul = bytes_find(value, 0);
  return g_utf8_make_valid((const char *)value.data, nul >= 0 ? nul : (gssize)value.length);
}

static BlockStep read_section(CaptureFile *file, Block *block, GError **error)
{
  enum { COMMENT = 1 };
  byte_reader_take(&block->body, 4);
  unsigned major = capture_file_read16(file, &block->body), minor = capture_file_read16(file, &block->body);
  byte_reader_take(&block->body, 8); /* the section's length: we find its end anyway */
  if (block->body.overrun) return damage_in_block(file, block, error);
  if (major != 1) {
    file->ended = true;
    g_set_error(error, CAPTURE_ERROR,
                file->format_name == NULL ? CAPTURE_ERROR_FOREIGN : CAPTURE_ERROR_DAMAGED,
                _("this is a pcapng file of version %u.%u, which is not known here"), major, minor);
    return BLOCK_FAILED;
  }
  file->first_interface = file->interfaces->len;
  uint16_t code;
  Bytes value;
  while (next_option(file, &block->body, &code, &value)) {
    if (code == COMMENT && value.length > 0 && file->comments->len < COMMENTS_MAX)
      g_ptr_array_add(file->comments, dup_text(value));
  }
  return BLOCK_DONE;
}

static BlockStep read_interface(CaptureFile *file, Block *block, GError **error)
{
  enum { NAME = 2, DESCRIPTION = 3, TIME_RESOLUTION = 9, TIME_OFFSET = 14 };
  uint16_t link_type = capture_file_read16(file, &block->body);
  byte_reader_take(&block->body, 2);
  uint32_t snap_length = capture_file_read32(file, &block->body);
  if (block->body.overrun || file->interfaces->len == INTERFACES_MAX)
    return damage_in_block(file, block, error);
  Bytes name = BYTES_EMPTY, description = BYTES_EMPTY, value;
  uint8_t resolution = 6;
  uint64_t offset = 0;
  uint16_t code;
  while (next_option(file, &block->body, &code, &value)) {
    if (code == NAME) name = value;
    if (code == DESCRIPTION) description = value;
    if (code == TIME_RESOLUTION && value.length >= 1) resolution = value.data[0];
    if (code == TIME_OFFSET && value.length >= 8) {
      ByteReader reader = byte_reader(value);
      uint64_t first = capture_file_read32(file, &reader), second = capture_file_read32(file, &reader);
      offset = file->big_endian ? first << 32 | second : second << 32 | first;
    }
  }
  CaptureFileClock clock = capture_file_clock(resolution, (int64_t)offset);
  g_array_append_val(file->clocks, clock);
  capture_file_add_interface(file, link_type, snap_length, name.length > 0 ? dup_text(name) : NULL,
                             description.length > 0 ? dup_text(description) : NULL);
  return BLOCK_DONE;
}

static void add_name(CaptureFile *file, uint8_t version, Bytes value)
{
  size_t length = version == 4 ? 4 : 16;
  Bytes name = bytes_slice(value, length, NAME_BYTES);
  if (name.length == 0 || g_hash_table_size(file->names) >= NAMES_MAX) return;
  IpAddress address = {.version = version};
  memcpy(address.bytes, value.data, length);
  char text[IP_ADDRESS_TEXT];
  ip_address_format(&address, text);
  g_hash_table_insert(file->names, g_strdup(text), dup_text(name));
}

static BlockStep read_names(CaptureFile *file, Block *block, GError **error)
{
  enum { RECORD_IPV4 = 1, RECORD_IPV6 = 2 };
  (void)error;
  uint16_t code;
  Bytes value;
  while (next_option(file, &block->body, &code, &value)) {
    if (code == RECORD_IPV4) add_name(file, 4, value);
    if (code == RECORD_IPV6) add_name(file, 6, value);
  }
  return BLOCK_DONE;
}

static BlockStep read_secrets(CaptureFile *file, Block *block, GError **error)
{
  (void)block;
  (void)error;
  file->secret_blocks++;
  return BLOCK_DONE;
}

/* Fills the frame from captured bytes at the front of the body. */
static BlockStep deliver(CaptureFile *file, Block *block, uint32_t interface, uint32_t captured,
                         uint32_t original, GError **error)
{
  uint64_t source_offset = block->position + BLOCK_HEAD + block->body.position;
  Bytes bytes = byte_reader_take(&block->body, captured);
  if (block->body.overrun || captured > LIMIT_FRAME_BYTES)
    return damage(file, _("the length of frame %u, at byte %s, cannot be right"), block, error);
  if (interface >= file->interfaces->len - file->first_interface)
    return damage(file, _("frame %u, at byte %s, is of an interface that the file does not describe"), block,
                  error);
  capture_file_fill_frame(file, block->frame, file->first_interface + interface, bytes, original,
                          source_offset);
  return BLOCK_DELIVERED;
}

/* Reads the two halves of a time, and the lengths, as the enhanced and the obsolete packet block have them.
 */
static BlockStep read_timed_packet(CaptureFile *file, Block *block, uint32_t interface, GError **error)
{
  uint64_t high = capture_file_read32(file, &block->body), low = capture_file_read32(file, &block->body);
  uint32_t captured = capture_file_read32(file, &block->body),
           original = capture_file_read32(file, &block->body);
  BlockStep step = deliver(file, block, interface, captured, original, error);
  if (step != BLOCK_DELIVERED) return step;
  const CaptureFileClock *clock = &g_array_index(file->clocks, CaptureFileClock, block->frame->interface_id);
  file->last_time = block->frame->time = capture_file_clock_convert(clock, high << 32 | low);
  return BLOCK_DELIVERED;
}

static BlockStep read_enhanced_packet(CaptureFile *file, Block *block, GError **error)
{
  return read_timed_packet(file, block, capture_file_read32(file, &block->body), error);
}

static BlockStep read_obsolete_packet(CaptureFile *file, Block *block, GError **error)
{
  uint16_t interface = capture_file_read16(file, &block->body);
  byte_reader_take(&block->body, 2); /* drops */
  return read_timed_packet(file, block, interface, error);
}

/* Has neither interface, nor captured length, nor time: the first, what fits, and the last frame's stand in
 * for them. */
static BlockStep read_simple_packet(CaptureFile *file, Block *block, GError **error)
{
  uint32_t original = capture_file_read32(file, &block->body), captured = original;
  if (file->interfaces->len > file->first_interface) {
    const CaptureInterface *interface = g_ptr_array_index(file->interfaces, file->first_interface);
    if (interface->snap_length > 0) captured = MIN(captured, interface->snap_length);
  }
  block->frame->time = file->last_time;
  return deliver(file, block, 0, captured, original, error);
}

typedef struct {
  uint32_t type;
  bool packet;
  BlockStep (*read)(CaptureFile *file, Block *block, GError **error);
} BlockRow;

static const BlockRow rows[] = {
    {0x00000006, true, read_enhanced_packet}, {0x00000003, true, read_simple_packet},
    {0x00000002, true, read_obsolete_packet}, {0x00000001, false, read_interface},
    {BLOCK_SECTION, false, read_section},     {0x00000004, false, read_names},
    {0x0000000a, false, read_secrets},
};

static const BlockRow *find_row(uint32_t type)
{
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i].type == type) return &rows[i];
  }
  return NULL;
}

/* A section may change the byte order, so its length can be read only after its magic. Returns false when
 * there is none. */
static bool read_byte_order(CaptureFile *file)
{
  ByteReader reader = byte_reader(capture_file_window_need(&file->window, BLOCK_FRAME));
  byte_reader_take(&reader, BLOCK_HEAD);
  ByteReader little = reader;
  file->big_endian = byte_reader_be32(&reader) == BYTE_ORDER_MAGIC;
  return file->big_endian || byte_reader_le32(&little) == BYTE_ORDER_MAGIC;
}

/* The source ends inside the block. */
static BlockStep cut(CaptureFile *file, const BlockRow *row, GError **error)
{
  if (row != NULL && row->packet)
    capture_file_cut_in_frame(file, error);
  else
    capture_file_cut_in_block(file, error);
  return BLOCK_FAILED;
}

/* Moves past a block too long to be held; what we need to read is never that long. */
static BlockStep skip_long_block(CaptureFile *file, const Block *block, uint32_t length, GError **error)
{
  if (!capture_file_window_skip(&file->window, length - 4)) return cut(file, NULL, error);
  ByteReader tail = byte_reader(capture_file_window_need(&file->window, 4));
  if (byte_reader_left(&tail) < 4) return cut(file, NULL, error);
  if (capture_file_read32(file, &tail) != length) return damage_in_block(file, block, error);
  capture_file_window_consume(&file->window, 4);
  return BLOCK_DONE;
}

/* Reads one block of at least BLOCK_HEAD held bytes. */
static BlockStep read_block(CaptureFile *file, Frame *frame, GError **error)
{
  ByteReader head = byte_reader(capture_file_window_need(&file->window, BLOCK_HEAD));
  Block block = {.position = capture_file_window_position(&file->window), .frame = frame};
  uint32_t type = capture_file_read32(file, &head);
  const BlockRow *row = find_row(type);
  if (type == BLOCK_SECTION) {
    bool known = read_byte_order(file);
    head = byte_reader(capture_file_window_need(&file->window, BLOCK_FRAME));
    if (byte_reader_left(&head) < BLOCK_FRAME) return cut(file, row, error);
    if (!known) return damage_in_block(file, &block, error);
    byte_reader_take(&head, 4);
  }
  uint32_t length = capture_file_read32(file, &head);
  if (length < BLOCK_FRAME || length % 4 != 0) return damage_in_block(file, &block, error);
  if (length > CAPTURE_WINDOW_BYTES) {
    bool needed = row != NULL && (row->packet || row->read == read_section || row->read == read_interface);
    return needed ? damage_in_block(file, &block, error) : skip_long_block(file, &block, length, error);
  }
  Bytes whole = capture_file_window_need(&file->window, length);
  if (whole.length < length) return cut(file, row, error);
  ByteReader tail = byte_reader(bytes_slice(whole, length - 4, 4));
  if (capture_file_read32(file, &tail) != length) return damage_in_block(file, &block, error);
  block.body = byte_reader(bytes_slice(whole, BLOCK_HEAD, length - BLOCK_FRAME));
  BlockStep step = row == NULL ? BLOCK_DONE : row->read(file, &block, error);
  if (step != BLOCK_FAILED) capture_file_window_consume(&file->window, length);
  return step;
}

/* Reads what stands before the first frame, so that the interfaces are known at once. From a pipe only to the
 * first of them: a live source may have no more to say for a while. */
static bool read_preamble(CaptureFile *file, GError **error)
{
  for (unsigned count = 0; count < PREAMBLE_BLOCKS; count++) {
    if (!file->window.seekable && file->interfaces->len > 0) return true;
    ByteReader head = byte_reader(capture_file_window_need(&file->window, BLOCK_HEAD));
    if (byte_reader_left(&head) < BLOCK_HEAD) return true;
    const BlockRow *row = find_row(capture_file_read32(file, &head));
    if (row != NULL && row->packet) return true;
    if (read_block(file, NULL, error) == BLOCK_FAILED) return false;
  }
  return true;
}

static bool open_pcapng(CaptureFile *file, GError **error)
{
  Bytes head = capture_file_window_need(&file->window, BLOCK_FRAME);
  if (head.length < BLOCK_FRAME) return cut(file, NULL, error) != BLOCK_FAILED;
  if (!read_byte_order(file)) {
    capture_file_set_foreign(capture_file_window_need(&file->window, 512), error);
    return false;
  }
  if (read_block(file, NULL, error) == BLOCK_FAILED) return false;
  file->format_name = "pcapng";
  return read_preamble(file, error);
}

static CaptureStep next_pcapng(CaptureFile *file, Frame *frame, GError **error)
{
  for (;;) {
    size_t held = capture_file_window_need(&file->window, BLOCK_HEAD).length;
    if (G_UNLIKELY(held < BLOCK_HEAD))
      return held == 0 ? capture_file_end(file, error) : capture_file_cut_in_block(file, error);
    switch (read_block(file, frame, error)) {
    case BLOCK_DELIVERED:
      return CAPTURE_FRAME;
    case BLOCK_FAILED:
      return CAPTURE_FAILED;
    case BLOCK_DONE:
      break;
    }
  }
}

const CaptureFileFormat capture_file_pcapng = {open_pcapng, next_pcapng};
