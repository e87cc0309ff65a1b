/* SPDX-License-Identifier: MIT */
/* Items packed one behind the other. */
#include "protocol/line-items.h"

typedef struct {
  uint64_t bytes;
  uint32_t name, value; /* lengths; the texts follow */
  uint8_t depth, has_bytes;
} PackedItem;

bool line_items_add(LineItemWriter *writer, const LineItem *item)
{
  if (writer->count == LINE_ITEMS_MAX || item->depth >= LINE_ITEM_DEPTH) return false;
  PackedItem packed = {.bytes = item->bytes,
                       .name = (uint32_t)MIN(item->name.length, UINT32_MAX),
                       .value = (uint32_t)MIN(item->value.length, UINT32_MAX),
                       .depth = (uint8_t)item->depth,
                       .has_bytes = item->has_bytes};
  byte_buffer_append(writer->out, (Bytes){(const uint8_t *)&packed, sizeof packed});
  byte_buffer_append(writer->out, bytes_slice(item->name, 0, packed.name));
  byte_buffer_append(writer->out, bytes_slice(item->value, 0, packed.value));
  writer->count++;
  return true;
}

bool line_items_next(Bytes *items, LineItem *item)
{
  PackedItem packed;
  if (items->length < sizeof packed) return false;
  memcpy(&packed, items->data, sizeof packed);
  *items = bytes_skip(*items, sizeof packed);
  *item = (LineItem){.depth = packed.depth,
                     .name = bytes_slice(*items, 0, packed.name),
                     .value = bytes_slice(*items, packed.name, packed.value),
                     .has_bytes = packed.has_bytes != 0,
                     .bytes = packed.bytes};
  *items = bytes_skip(*items, (size_t)packed.name + packed.value);
  return true;
}
