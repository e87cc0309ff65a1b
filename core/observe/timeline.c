/* SPDX-License-Identifier: MIT */
/* Rows kept for a window: append-only chunks that never move, published by one counter. */
#include "observe/timeline.h"

#include "base/limits.h"
#include "mail/message-text.h"

#include <errno.h>
#include <unistd.h>

#define CHUNK_ROWS 4096u
#define CHUNKS_MOST 65536u /* 268 million rows */

/* A segment as kept: where a run of a direction's bytes lies in the source. */
typedef struct {
  uint64_t offset;
  uint64_t source_offset;
  uint32_t length;
  uint32_t frame;
  uint32_t header_length;
  uint32_t frame_length;
  uint16_t link_type;
} KeptSegment;

typedef struct {
  StreamInfo info;
  bool told;              /* info is set, and read without the lock from then on */
  GArray *segments[2];    /* of KeptSegment, by Direction, in order of offset */
  GByteArray *derived[2]; /* unpacked bytes, by Direction, from the first on; NULL while there are none */
  GArray *derived_segments[2]; /* of KeptSegment: out of which frames they came */
} KeptStream;

struct Timeline {
  gint references;
  int source_fd;
  gint published; /* rows that readers may see */
  uint32_t count; /* rows appended; the appending thread's */
  Row **chunks;
  Nanoseconds start;
  bool has_start;
  GMutex lock; /* guards all below */
  GPtrArray *streams;
  size_t derived_bytes;
  GHashTable *notes;       /* id remarked on → index of its first note */
  GHashTable *credentials; /* id of the row → Credential, deep */
  GHashTable *messages;    /* id of the row → MessageRecord */
};

static void free_stream(gpointer data)
{
  KeptStream *stream = data;
  g_array_unref(stream->segments[0]);
  g_array_unref(stream->segments[1]);
  for (int i = 0; i < 2; i++) {
    if (stream->derived[i] != NULL) g_byte_array_unref(stream->derived[i]);
    if (stream->derived_segments[i] != NULL) g_array_unref(stream->derived_segments[i]);
  }
  g_free(stream);
}

static void free_bytes(Bytes bytes)
{
  if (bytes.data == NULL) return;
  explicit_bzero((void *)(uintptr_t)bytes.data, bytes.length);
  g_free((void *)(uintptr_t)bytes.data);
}

static void free_credential(gpointer data)
{
  Credential *credential = data;
  free_bytes(credential->user);
  free_bytes(credential->secret);
  free_bytes(credential->challenge);
  free_bytes(credential->digest);
  g_free(credential);
}

static Bytes copy_bytes(Bytes bytes)
{
  return (Bytes){g_memdup2(bytes.data, bytes.length), bytes.length};
}

Timeline *timeline_new(int source_fd)
{
  Timeline *timeline = g_new0(Timeline, 1);
  timeline->references = 1;
  timeline->source_fd = source_fd >= 0 ? dup(source_fd) : -1;
  timeline->chunks = g_new0(Row *, CHUNKS_MOST);
  g_mutex_init(&timeline->lock);
  timeline->streams = g_ptr_array_new_with_free_func(free_stream);
  timeline->notes = g_hash_table_new(NULL, NULL);
  timeline->credentials = g_hash_table_new_full(NULL, NULL, NULL, free_credential);
  timeline->messages = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)message_record_unref);
  return timeline;
}

Timeline *timeline_ref(Timeline *timeline)
{
  g_atomic_int_inc(&timeline->references);
  return timeline;
}

void timeline_unref(Timeline *timeline)
{
  if (timeline == NULL || !g_atomic_int_dec_and_test(&timeline->references)) return;
  for (uint32_t i = 0; i < CHUNKS_MOST && timeline->chunks[i] != NULL; i++)
    g_free(timeline->chunks[i]);
  g_free(timeline->chunks);
  g_ptr_array_unref(timeline->streams);
  g_hash_table_unref(timeline->notes);
  g_hash_table_unref(timeline->credentials);
  g_hash_table_unref(timeline->messages);
  g_mutex_clear(&timeline->lock);
  if (timeline->source_fd >= 0) close(timeline->source_fd);
  g_free(timeline);
}

/* Returns the kept stream at index; grown as needed. Called with the lock held. */
static KeptStream *need_stream(Timeline *timeline, uint32_t index)
{
  while (timeline->streams->len <= index) {
    KeptStream *stream = g_new0(KeptStream, 1);
    for (int i = 0; i < 2; i++)
      stream->segments[i] = g_array_new(FALSE, FALSE, sizeof(KeptSegment));
    g_ptr_array_add(timeline->streams, stream);
  }
  return g_ptr_array_index(timeline->streams, index);
}

static void keep_credential(Timeline *timeline, const RowEvent *event)
{
  Credential *copy = g_memdup2(event->credential, sizeof *copy);
  copy->user = copy_bytes(copy->user);
  copy->secret = copy_bytes(copy->secret);
  copy->challenge = copy_bytes(copy->challenge);
  copy->digest = copy_bytes(copy->digest);
  g_hash_table_insert(timeline->credentials, GUINT_TO_POINTER(event->row->id), copy);
}

/* A record never changes, so that it can be shared with the thread that made it. */
static void keep_message(Timeline *timeline, const RowEvent *event)
{
  MessageRecord *shared = (MessageRecord *)(uintptr_t)event->message;
  g_hash_table_insert(timeline->messages, GUINT_TO_POINTER(event->row->id), message_record_ref(shared));
}

static void take_row(void *owner, const RowEvent *event)
{
  Timeline *timeline = owner;
  uint32_t index = timeline->count;
  if (index / CHUNK_ROWS >= CHUNKS_MOST) return;
  Row **chunk = &timeline->chunks[index / CHUNK_ROWS];
  if (*chunk == NULL) *chunk = g_new(Row, CHUNK_ROWS);
  (*chunk)[index % CHUNK_ROWS] = *event->row;
  timeline->count++;
  g_mutex_lock(&timeline->lock);
  KeptStream *stream = need_stream(timeline, event->row->stream);
  if (!stream->told) stream->info = *event->stream;
  stream->told = true;
  gpointer about = GUINT_TO_POINTER(event->row->about);
  if (event->row->kind == LINE_NOTE && !g_hash_table_contains(timeline->notes, about))
    g_hash_table_insert(timeline->notes, about, GUINT_TO_POINTER(index));
  if (event->credential != NULL) keep_credential(timeline, event);
  if (event->message != NULL) keep_message(timeline, event);
  g_mutex_unlock(&timeline->lock);
}

/* Unpacked bytes lie in no source, so they are kept; beyond the cap they are not. Called with the lock held.
 */
static void keep_derived(Timeline *timeline, const StreamSegment *segment)
{
  KeptStream *stream = need_stream(timeline, segment->stream);
  Direction direction = segment->direction;
  if (stream->derived[direction] == NULL) {
    stream->derived[direction] = g_byte_array_new();
    stream->derived_segments[direction] = g_array_new(FALSE, FALSE, sizeof(KeptSegment));
  }
  bool follows = segment->offset == stream->derived[direction]->len;
  if (!follows || timeline->derived_bytes + segment->length > LIMIT_DERIVED_BYTES) return;
  timeline->derived_bytes += segment->length;
  g_byte_array_append(stream->derived[direction], segment->bytes.data, segment->length);
  KeptSegment kept = {segment->offset,        segment->source_offset, segment->length,   segment->frame,
                      segment->header_length, segment->frame_length,  segment->link_type};
  g_array_append_val(stream->derived_segments[direction], kept);
}

static void take_segment(void *owner, const StreamSegment *segment)
{
  Timeline *timeline = owner;
  if (segment->layer > 0) {
    g_mutex_lock(&timeline->lock);
    keep_derived(timeline, segment);
    g_mutex_unlock(&timeline->lock);
    return;
  }
  KeptSegment kept = {segment->offset,        segment->source_offset, segment->length,   segment->frame,
                      segment->header_length, segment->frame_length,  segment->link_type};
  g_mutex_lock(&timeline->lock);
  g_array_append_val(need_stream(timeline, segment->stream)->segments[segment->direction], kept);
  g_mutex_unlock(&timeline->lock);
}

RowSink timeline_get_sink(Timeline *timeline)
{
  return (RowSink){.row = take_row, .segment = take_segment, .owner = timeline};
}

void timeline_publish(Timeline *timeline)
{
  g_atomic_int_set(&timeline->published, (gint)timeline->count);
}

void timeline_set_start(Timeline *timeline, Nanoseconds start)
{
  timeline->start = start;
  timeline->has_start = true;
}

Nanoseconds timeline_get_start(Timeline *timeline)
{
  uint32_t count = timeline_get_count(timeline);
  if (timeline->has_start) return timeline->start;
  return count > 0 ? timeline_get_row(timeline, 0)->time : 0;
}

uint32_t timeline_get_count(Timeline *timeline)
{
  return (uint32_t)g_atomic_int_get(&timeline->published);
}

const Row *timeline_get_row(Timeline *timeline, uint32_t index)
{
  return &timeline->chunks[index / CHUNK_ROWS][index % CHUNK_ROWS];
}

const StreamInfo *timeline_get_stream(Timeline *timeline, uint32_t stream)
{
  g_mutex_lock(&timeline->lock);
  const KeptStream *kept = g_ptr_array_index(timeline->streams, stream);
  g_mutex_unlock(&timeline->lock);
  return &kept->info;
}

int64_t timeline_find_id(Timeline *timeline, uint32_t id)
{
  return id >= 1 && id <= timeline_get_count(timeline) ? (int64_t)id - 1 : -1;
}

int64_t timeline_find_answer(Timeline *timeline, uint32_t command_id)
{
  uint32_t count = timeline_get_count(timeline);
  if (command_id == 0 || command_id > count) return -1;
  uint32_t stream = timeline_get_row(timeline, command_id - 1)->stream;
  for (uint32_t i = command_id; i < count; i++) {
    const Row *row = timeline_get_row(timeline, i);
    if (row->stream != stream) continue;
    if (row->kind == LINE_REPLY && row->about == command_id) return i;
    if (row->kind == LINE_SESSION) break;
  }
  return -1;
}

int64_t timeline_find_note(Timeline *timeline, uint32_t id)
{
  gpointer index = NULL;
  g_mutex_lock(&timeline->lock);
  bool found = id != 0 && g_hash_table_lookup_extended(timeline->notes, GUINT_TO_POINTER(id), NULL, &index);
  g_mutex_unlock(&timeline->lock);
  return found && GPOINTER_TO_UINT(index) < timeline_get_count(timeline) ? (int64_t)GPOINTER_TO_UINT(index)
                                                                         : -1;
}

/* Returns copies of the segments that hold part of [offset, offset + length), at most limit. */
static GArray *find_segments(Timeline *timeline, const Row *row, uint64_t length, guint limit)
{
  GArray *found = g_array_new(FALSE, FALSE, sizeof(KeptSegment));
  g_mutex_lock(&timeline->lock);
  KeptStream *stream = need_stream(timeline, row->stream);
  const GArray *all =
      row->layer > 0 ? stream->derived_segments[row->direction] : stream->segments[row->direction];
  if (all == NULL) {
    g_mutex_unlock(&timeline->lock);
    return found;
  }
  guint low = 0, high = all->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    const KeptSegment *segment = &g_array_index(all, KeptSegment, middle);
    if (segment->offset + segment->length <= row->offset)
      low = middle + 1;
    else
      high = middle;
  }
  for (guint i = low; i < all->len && found->len < limit; i++) {
    const KeptSegment *segment = &g_array_index(all, KeptSegment, i);
    if (segment->offset >= row->offset + length) break;
    g_array_append_val(found, *segment);
  }
  g_mutex_unlock(&timeline->lock);
  return found;
}

static bool read_at(Timeline *timeline, uint64_t offset, size_t length, ByteBuffer *bytes, GError **error)
{
  g_autofree uint8_t *copy = g_malloc(length);
  size_t done = 0;
  while (done < length) {
    ssize_t got = pread(timeline->source_fd, copy + done, length - done, (off_t)(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      g_set_error(error, G_FILE_ERROR,
                  got < 0 ? (gint)g_file_error_from_errno(errno) : (gint)G_FILE_ERROR_FAILED, "%s",
                  got < 0 ? g_strerror(errno) : "the file has become shorter");
      return false;
    }
    done += (size_t)got;
  }
  byte_buffer_append(bytes, (Bytes){copy, length});
  explicit_bzero(copy, length);
  return true;
}

/* True for rows whose offset and length are a range of the stream. */
static bool has_bytes(const Row *row)
{
  return row->kind != LINE_SESSION && row->kind != LINE_NOTE && row->kind != LINE_CREDENTIAL &&
         row->length > 0;
}

static void read_derived(Timeline *timeline, const Row *row, uint64_t length, ByteBuffer *bytes)
{
  g_mutex_lock(&timeline->lock);
  const GByteArray *all = need_stream(timeline, row->stream)->derived[row->direction];
  Bytes view = all == NULL ? BYTES_EMPTY : (Bytes){all->data, all->len};
  byte_buffer_append(bytes, bytes_slice(view, (size_t)row->offset, (size_t)length));
  g_mutex_unlock(&timeline->lock);
}

bool timeline_read(Timeline *timeline, const Row *row, size_t limit, ByteBuffer *bytes, GError **error)
{
  byte_buffer_reset(bytes);
  if (!has_bytes(row) || limit == 0) return true;
  uint64_t length = MIN(row->length, (uint64_t)limit);
  if (row->layer > 0) {
    read_derived(timeline, row, length, bytes);
    return true;
  }
  g_autoptr(GArray) segments = find_segments(timeline, row, length, G_MAXUINT);
  for (guint i = 0; i < segments->len; i++) {
    const KeptSegment *segment = &g_array_index(segments, KeptSegment, i);
    uint64_t from = MAX(segment->offset, row->offset);
    uint64_t to = MIN(segment->offset + segment->length, row->offset + length);
    if (!read_at(timeline, segment->source_offset + (from - segment->offset), (size_t)(to - from), bytes,
                 error))
      return false;
  }
  return true;
}

static const MessageRecord *find_record(Timeline *timeline, uint32_t id)
{
  g_mutex_lock(&timeline->lock);
  const MessageRecord *message = g_hash_table_lookup(timeline->messages, GUINT_TO_POINTER(id));
  g_mutex_unlock(&timeline->lock);
  return message;
}

int64_t timeline_find_message(Timeline *timeline, uint32_t id)
{
  enum { NEAR = 64 }; /* a letter's line follows its body's closely */
  uint32_t count = timeline_get_count(timeline);
  if (id == 0 || id > count) return -1;
  for (uint32_t i = id - 1; i < count && i < id + NEAR; i++) {
    const Row *row = timeline_get_row(timeline, i);
    if (row->kind == LINE_MESSAGE && (row->id == id || row->about == id)) return i;
  }
  return -1;
}

bool timeline_read_message(Timeline *timeline, const Row *row, size_t limit, ByteBuffer *bytes,
                           GError **error)
{
  const MessageRecord *message = find_record(timeline, row->id);
  ByteBuffer wire = {0};
  byte_buffer_reset(bytes);
  if (message == NULL) {
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "no letter");
    return false;
  }
  bool read = true;
  for (guint i = 0; i < message->pieces->len && read && byte_buffer_view(bytes).length < limit; i++) {
    const MessagePiece *piece = &g_array_index(message->pieces, MessagePiece, i);
    Row place = *row;
    place.offset = piece->offset;
    place.length = piece->length;
    read = timeline_read(timeline, &place, limit - byte_buffer_view(bytes).length, &wire, error);
    if (message->doubled_dots)
      message_text_undo_dots(bytes, byte_buffer_view(&wire));
    else
      byte_buffer_append(bytes, byte_buffer_view(&wire));
  }
  byte_buffer_clear(&wire);
  return read;
}

bool timeline_get_event(Timeline *timeline, const Row *row, ByteBuffer *raw, RowEvent *event)
{
  bool keep_raw = row->kind != LINE_DATA && row->kind != LINE_MESSAGE;
  bool read = timeline_read(timeline, row, keep_raw ? LIMIT_LINE_SHOWN : 0, raw, NULL);
  g_mutex_lock(&timeline->lock);
  const Credential *credential = g_hash_table_lookup(timeline->credentials, GUINT_TO_POINTER(row->id));
  g_mutex_unlock(&timeline->lock);
  *event = (RowEvent){.row = row,
                      .stream = timeline_get_stream(timeline, row->stream),
                      .raw = keep_raw ? byte_buffer_view(raw) : BYTES_EMPTY,
                      .credential = credential,
                      .message = find_record(timeline, row->id)};
  return read;
}

GArray *timeline_get_places(Timeline *timeline, const Row *row, guint limit)
{
  GArray *places = g_array_new(FALSE, FALSE, sizeof(RowPlace));
  if (!has_bytes(row)) return places;
  g_autoptr(GArray) segments = find_segments(timeline, row, row->length, limit);
  for (guint i = 0; i < segments->len; i++) {
    const KeptSegment *segment = &g_array_index(segments, KeptSegment, i);
    uint64_t from = MAX(segment->offset, row->offset);
    uint64_t to = MIN(segment->offset + segment->length, row->offset + row->length);
    RowPlace place = {.frame = segment->frame,
                      .link_type = segment->link_type,
                      .frame_offset = segment->source_offset - segment->header_length,
                      .frame_length = segment->frame_length,
                      .highlight_start = segment->header_length + (uint32_t)(from - segment->offset),
                      .highlight_length = (uint32_t)(to - from)};
    /* packed bytes cannot be told apart: all that the frame brought is the row's */
    if (row->layer > 0) {
      place.highlight_start = segment->header_length;
      place.highlight_length = segment->frame_length - MIN(segment->frame_length, segment->header_length);
    }
    g_array_append_val(places, place);
  }
  return places;
}

bool timeline_read_frame(Timeline *timeline, const RowPlace *place, ByteBuffer *bytes, GError **error)
{
  byte_buffer_reset(bytes);
  return read_at(timeline, place->frame_offset, place->frame_length, bytes, error);
}
