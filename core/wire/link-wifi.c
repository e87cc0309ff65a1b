/* SPDX-License-Identifier: MIT */
/* 802.11 frames in clear, as a monitoring card hands them over. */
#include "wire/link.h"

/* Frame control, its two bytes as one little-endian number. */
enum {
  VERSION_AND_TYPE = 0x000f,
  DATA = 0x0008, /* of version 0 */
  NO_DATA = 0x0040,
  QUALITY = 0x0080, /* of service: two bytes more */
  TO_SYSTEM = 0x0100,
  FROM_SYSTEM = 0x0200,
  MORE_FRAGMENTS = 0x0400,
  PROTECTED = 0x4000,
  ORDER = 0x8000, /* with QUALITY: four bytes of HT control more */
};

static LayerStep parse_data(Layer *layer, uint16_t *ether_type, bool padded)
{
  enum { AGGREGATED = 0x80 };
  ByteReader reader = byte_reader(layer->captured);
  uint16_t control = byte_reader_le16(&reader);
  if (reader.overrun) return LAYER_DAMAGED;
  if ((control & VERSION_AND_TYPE) != DATA || (control & (NO_DATA | PROTECTED | MORE_FRAGMENTS)) != 0)
    return LAYER_STOP;
  byte_reader_take(&reader, 20);
  uint16_t sequence = byte_reader_le16(&reader);
  bool relayed = (control & TO_SYSTEM) != 0 && (control & FROM_SYSTEM) != 0;
  if (relayed) byte_reader_take(&reader, 6);
  uint16_t quality = (control & QUALITY) != 0 ? byte_reader_le16(&reader) : 0;
  if ((control & QUALITY) != 0 && (control & ORDER) != 0) byte_reader_take(&reader, 4);
  if (padded && reader.position % 4 != 0) byte_reader_take(&reader, 4 - reader.position % 4);
  if (reader.overrun) return LAYER_DAMAGED;
  if ((sequence & 0x000f) != 0 || (quality & AGGREGATED) != 0) return LAYER_STOP;
  layer_skip(layer, reader.position);
  return llc_parse(layer, ether_type);
}

LayerStep wifi_parse(Layer *layer, uint16_t *ether_type)
{
  return parse_data(layer, ether_type, false);
}

LayerStep radiotap_parse(Layer *layer, uint16_t *ether_type)
{
  enum { HAS_TIME = 1, HAS_FLAGS = 2, WITH_CHECKSUM = 0x10, PADDED = 0x20, BAD_CHECKSUM = 0x40 };
  enum { FRAME_CHECK_SEQUENCE = 4 };
  const uint32_t more = UINT32_C(1) << 31;
  ByteReader start = byte_reader(layer->captured);
  uint16_t version = byte_reader_le16(&start) & UINT8_MAX;
  size_t length = byte_reader_le16(&start);
  if (start.overrun || version != 0 || length > layer->captured.length) return LAYER_DAMAGED;
  ByteReader reader = byte_reader(bytes_slice(layer->captured, 0, length));
  byte_reader_take(&reader, 4);
  uint32_t present = byte_reader_le32(&reader), next = present;
  while ((next & more) != 0 && !reader.overrun)
    next = byte_reader_le32(&reader);
  if ((present & HAS_TIME) != 0) {
    if (reader.position % 8 != 0) byte_reader_take(&reader, 8 - reader.position % 8);
    byte_reader_take(&reader, 8);
  }
  uint8_t flags = (present & HAS_FLAGS) != 0 ? byte_reader_u8(&reader) : 0;
  if (reader.overrun) return LAYER_DAMAGED;
  if ((flags & BAD_CHECKSUM) != 0) return LAYER_STOP;
  layer_skip(layer, length);
  if ((flags & WITH_CHECKSUM) != 0) {
    if (layer->wire_length < FRAME_CHECK_SEQUENCE) return LAYER_DAMAGED;
    layer_bound(layer, layer->wire_length - FRAME_CHECK_SEQUENCE);
  }
  return parse_data(layer, ether_type, (flags & PADDED) != 0);
}
