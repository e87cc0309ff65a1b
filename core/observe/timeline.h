/* SPDX-License-Identifier: MIT */
/* The timeline: rows kept for a window. One thread appends, another reads what was published; a row never
 * changes after that. */
#pragma once

#include "observe/row.h"

typedef struct Timeline Timeline;

/* Returns an empty timeline whose bytes are read from source_fd by position (a capture file or an unlinked
 * spool). The descriptor is duplicated. source_fd may be -1 when no bytes will be asked for. */
Timeline *timeline_new(int source_fd);

Timeline *timeline_ref(Timeline *timeline);
void timeline_unref(Timeline *timeline);

/* Tells when the source began (its first frame, or a simulation's start), before the first publish; times are
 * shown from there. */
void timeline_set_start(Timeline *timeline, Nanoseconds start);

/* Returns that time, or the first row's where nobody told; 0 while there is neither. Readers only. */
Nanoseconds timeline_get_start(Timeline *timeline);

/* Returns the sink for an Inspector. Used by one thread. */
RowSink timeline_get_sink(Timeline *timeline);

/* Appending thread: makes all rows so far visible to readers. */
void timeline_publish(Timeline *timeline);

/* Returns how many rows are published. Any thread. */
uint32_t timeline_get_count(Timeline *timeline);

/* Returns the row at 0-based index, which must be below the count. Valid as long as the timeline. */
const Row *timeline_get_row(Timeline *timeline, uint32_t index);

/* Returns the stream of a published row. Valid as long as the timeline. */
const StreamInfo *timeline_get_stream(Timeline *timeline, uint32_t stream);

/* Returns the index of the row with that id, or -1. */
int64_t timeline_find_id(Timeline *timeline, uint32_t id);

/* Returns the index of the reply that answers the command with that id (the first), or -1. */
int64_t timeline_find_answer(Timeline *timeline, uint32_t command_id);

/* Returns the index of the first note about the row with that id, or -1. */
int64_t timeline_find_note(Timeline *timeline, uint32_t id);

/* Reads up to limit bytes of the row's range of its stream from the source into bytes (reset first). Returns
 * false with *error set where the source has changed or cannot be read. Missing bytes (a gap) are left out.
 */
bool timeline_read(Timeline *timeline, const Row *row, size_t limit, ByteBuffer *bytes, GError **error);

/* Returns the index of the letter that the row with that id carries (a body's line, a letter's own line), or
 * -1. */
int64_t timeline_find_message(Timeline *timeline, uint32_t id);

/* Reads the letter of a row of kind LINE_MESSAGE into bytes (reset first), doubled dots undone, up to limit
 * bytes of it. Returns false with *error set where it cannot be read, or is no letter's row. */
bool timeline_read_message(Timeline *timeline, const Row *row, size_t limit, ByteBuffer *bytes,
                           GError **error);

/* Fills *event for a row, with its bytes (at most LIMIT_LINE_SHOWN) read into raw, for row_text_set. Where
 * the bytes cannot be read raw is left empty; returns false then. event's views are valid until raw changes.
 */
bool timeline_get_event(Timeline *timeline, const Row *row, ByteBuffer *raw, RowEvent *event);

/* Where a row's bytes lie: the frames that carry them. */
typedef struct {
  uint32_t frame;
  uint16_t link_type;
  uint64_t frame_offset; /* of the frame's first byte in the source */
  uint32_t frame_length;
  uint32_t highlight_start; /* the row's part, in bytes from the frame's start */
  uint32_t highlight_length;
} RowPlace;

/* Returns the places of a row, at most limit, in stream order; free with g_array_unref. Never NULL. */
GArray *timeline_get_places(Timeline *timeline, const Row *row, guint limit);

/* Reads one whole frame of a place into bytes (reset first). Returns false with *error set on a read failure.
 */
bool timeline_read_frame(Timeline *timeline, const RowPlace *place, ByteBuffer *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timeline, timeline_unref)
