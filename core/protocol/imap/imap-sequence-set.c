/* SPDX-License-Identifier: MIT */
/* Ranges, sorted and joined when they are read. */
#include "protocol/imap/imap-sequence-set.h"

#include "protocol/imap/imap-write.h"

static ImapRange *range_at(const ImapSequenceSet *set, guint index)
{
  return &g_array_index(set->ranges, ImapRange, index);
}

void imap_sequence_set_clear(ImapSequenceSet *set)
{
  if (set->ranges != NULL) g_array_unref(set->ranges);
  set->ranges = NULL;
}

static void add_range(ImapSequenceSet *set, ImapRange range)
{
  if (set->ranges == NULL) set->ranges = g_array_new(FALSE, FALSE, sizeof(ImapRange));
  g_array_append_val(set->ranges, range);
}

static bool take_end(Bytes *rest, uint32_t largest, uint32_t *number)
{
  uint64_t value;
  if (imap_take_byte(rest, '*')) {
    *number = largest;
    return true;
  }
  if (!imap_take_number(rest, &value) || value == 0 || value > UINT32_MAX) return false;
  *number = (uint32_t)value;
  return true;
}

static bool take_range(Bytes *rest, uint32_t largest, ImapRange *range)
{
  if (!take_end(rest, largest, &range->first)) return false;
  range->last = range->first;
  if (imap_take_byte(rest, ':') && !take_end(rest, largest, &range->last)) return false;
  if (range->first > range->last) *range = (ImapRange){range->last, range->first};
  return true;
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
  const ImapRange *left = a, *right = b;
  return left->first < right->first ? -1 : left->first > right->first;
}

/* Sorts, and joins what touches. */
static void join(ImapSequenceSet *set)
{
  g_array_sort(set->ranges, compare_ranges);
  guint kept = 0;
  for (guint i = 1; i < set->ranges->len; i++) {
    ImapRange *last = range_at(set, kept), *range = range_at(set, i);
    if (last->last == UINT32_MAX || range->first <= last->last + 1)
      last->last = MAX(last->last, range->last);
    else
      *range_at(set, ++kept) = *range;
  }
  g_array_set_size(set->ranges, kept + 1);
}

bool imap_sequence_set_take(Bytes *rest, uint32_t largest, ImapSequenceSet *set)
{
  *set = (ImapSequenceSet){0};
  do {
    ImapRange range;
    if (!take_range(rest, largest, &range)) {
      imap_sequence_set_clear(set);
      return false;
    }
    add_range(set, range);
  } while (imap_take_byte(rest, ','));
  join(set);
  return true;
}

void imap_sequence_set_append(ImapSequenceSet *set, uint32_t number)
{
  ImapRange *last = set->ranges == NULL ? NULL : range_at(set, set->ranges->len - 1);
  if (last != NULL && last->last + 1 == number)
    last->last = number;
  else
    add_range(set, (ImapRange){number, number});
}

bool imap_sequence_set_contains(const ImapSequenceSet *set, uint32_t number)
{
  guint low = 0, high = set->ranges == NULL ? 0 : set->ranges->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    const ImapRange *range = range_at(set, middle);
    if (number >= range->first && number <= range->last) return true;
    if (range->last < number)
      low = middle + 1;
    else
      high = middle;
  }
  return false;
}

uint32_t imap_sequence_set_get_last(const ImapSequenceSet *set)
{
  return set->ranges == NULL ? 0 : range_at(set, set->ranges->len - 1)->last;
}

void imap_sequence_set_format(const ImapSequenceSet *set, ByteBuffer *out)
{
  for (guint i = 0; set->ranges != NULL && i < set->ranges->len; i++) {
    const ImapRange *range = range_at(set, i);
    if (i > 0) byte_buffer_append(out, BYTES_LITERAL(","));
    byte_buffer_append_format(out, "%u", range->first);
    if (range->last != range->first) byte_buffer_append_format(out, ":%u", range->last);
  }
}
