/* SPDX-License-Identifier: MIT */
/* The data of a line as a tree: names, values and lengths, packed in one buffer in the order of reading. */
#pragma once

#include "base/byte-buffer.h"

#define LINE_ITEMS_MAX 256u /* of one line; more are left out */
#define LINE_ITEM_DEPTH 16u /* items inside one another; what lies deeper is left out */

/* One item. Views are valid while the buffer is. */
typedef struct {
  unsigned depth; /* 0: not inside another; else one more than the item it is in */
  Bytes name;
  Bytes value;    /* UTF-8 as far as the line was; may be empty */
  bool has_bytes; /* the item is so many bytes of the message */
  uint64_t bytes;
} LineItem;

/* Packs items at the end of out. */
typedef struct {
  ByteBuffer *out;
  unsigned count;
} LineItemWriter;

/* Adds an item. Returns false, with nothing added, where there are too many already or it lies too deep. */
bool line_items_add(LineItemWriter *writer, const LineItem *item);

/* Cuts the next item off the front of *items. Returns false at the end. */
bool line_items_next(Bytes *items, LineItem *item);
