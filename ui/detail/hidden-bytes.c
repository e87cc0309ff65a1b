/* SPDX-License-Identifier: MIT */
/* A frame may carry several lines, so the neighbours of the chosen line are asked for their secrets too. */
#include "ui/detail/hidden-bytes.h"

#include "observe/row-text.h"

/* Rows looked at on either side: more lines than that do not fit in one frame's reach. */
#define NEIGHBOURS 4096u
#define PLACES_OF_LINE 4096u

/* Adds the part of the secret that lies in the frame: raw's bytes follow one another through the line's
 * places. */
static void add_secret(Timeline *timeline, const Row *row, const RowPlace *frame, GArray *hidden)
{
  RowText text;
  ByteBuffer raw = {0};
  RowEvent event;
  row_text_init(&text);
  timeline_get_event(timeline, row, &raw, &event);
  row_text_set(&text, &event, false);
  size_t from = text.raw_secret_start, length = text.raw_secret_length;
  /* A secret that cannot be told apart hides its whole line. */
  if (length == 0 && (text.masked || event.raw.length == 0)) from = 0, length = SIZE_MAX / 2;
  /* what goes on behind the bytes that were kept goes on being secret */
  if (length > 0 && row->length > event.raw.length) length = SIZE_MAX / 2;
  row_text_clear(&text);
  byte_buffer_clear(&raw);
  if (length == 0) return;
  g_autoptr(GArray) places = timeline_get_places(timeline, row, PLACES_OF_LINE);
  size_t before = 0;
  for (guint i = 0; i < places->len; i++) {
    const RowPlace *place = &g_array_index(places, RowPlace, i);
    size_t start = MAX(from, before), end = MIN(from + length, before + place->highlight_length);
    if (place->frame == frame->frame && start < end) {
      HiddenRange range = {place->highlight_start + (uint32_t)(start - before), (uint32_t)(end - start)};
      g_array_append_val(hidden, range);
    }
    before += place->highlight_length;
  }
}

GArray *hidden_bytes_find(Timeline *timeline, const Row *row, const RowPlace *place)
{
  GArray *hidden = g_array_new(FALSE, FALSE, sizeof(HiddenRange));
  int64_t index = timeline_find_id(timeline, row->id);
  if (index < 0) return hidden;
  uint32_t count = timeline_get_count(timeline), here = (uint32_t)index;
  uint32_t first = here > NEIGHBOURS ? here - NEIGHBOURS : 0;
  uint32_t last = count - here > NEIGHBOURS ? here + NEIGHBOURS : count;
  for (uint32_t i = first; i < last; i++) {
    const Row *other = timeline_get_row(timeline, i);
    if (other->secret == SECRET_NONE) continue;
    if (other->stream == row->stream && other->direction == row->direction)
      add_secret(timeline, other, place, hidden);
  }
  return hidden;
}

bool hidden_bytes_has(const GArray *hidden, uint32_t index)
{
  for (guint i = 0; i < hidden->len; i++) {
    const HiddenRange *range = &g_array_index(hidden, HiddenRange, i);
    if (index >= range->start && index - range->start < range->length) return true;
  }
  return false;
}
