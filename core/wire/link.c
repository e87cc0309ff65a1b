/* SPDX-License-Identifier: MIT */
/* Link headers, read by one table of link types; and the Ethernet header, written. */
#include "wire/link.h"

#include "base/limits.h"
#include "wire/byte-put.h"
#include "wire/frame.h"

/* Consumes what reader has read. */
static LayerStep finish(Layer *layer, const ByteReader *reader)
{
  if (reader->overrun) return LAYER_DAMAGED;
  layer_skip(layer, reader->position);
  return LAYER_NEXT;
}

LayerStep ethernet_parse(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 12);
  *ether_type = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  return step == LAYER_NEXT && *ether_type < ETHER_TYPE_FIRST ? LAYER_STOP : step;
}

static LayerStep parse_linux_sll(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 14);
  *ether_type = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  return step == LAYER_NEXT && *ether_type < ETHER_TYPE_FIRST ? LAYER_STOP : step;
}

static LayerStep parse_linux_sll2(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  *ether_type = byte_reader_be16(&reader);
  byte_reader_take(&reader, 18);
  LayerStep step = finish(layer, &reader);
  return step == LAYER_NEXT && *ether_type < ETHER_TYPE_FIRST ? LAYER_STOP : step;
}

/* The address families that BSD systems, macOS and Linux write before a packet of their loopback interface.
 */
static const struct {
  uint8_t family;
  uint16_t ether_type;
} families[] = {
    {2, ETHER_TYPE_IPV4},  {10, ETHER_TYPE_IPV6}, {24, ETHER_TYPE_IPV6},
    {28, ETHER_TYPE_IPV6}, {30, ETHER_TYPE_IPV6},
};

/* The family is in the byte order of the capturing machine, which the file's need not be: a small number fits
 * only one. */
static LayerStep parse_loopback(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  uint32_t family = byte_reader_be32(&reader);
  LayerStep step = finish(layer, &reader);
  if (step != LAYER_NEXT) return step;
  for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
    if (family != families[i].family && family != (uint32_t)families[i].family << 24) continue;
    *ether_type = families[i].ether_type;
    return LAYER_NEXT;
  }
  return LAYER_STOP;
}

static LayerStep parse_raw(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  uint8_t version = byte_reader_u8(&reader) >> 4;
  if (version != 4 && version != 6) return LAYER_DAMAGED;
  *ether_type = version == 4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6;
  return LAYER_NEXT;
}

static LayerStep parse_ipv4_only(Layer *layer, uint16_t *ether_type)
{
  (void)layer;
  *ether_type = ETHER_TYPE_IPV4;
  return LAYER_NEXT;
}

static LayerStep parse_ipv6_only(Layer *layer, uint16_t *ether_type)
{
  (void)layer;
  *ether_type = ETHER_TYPE_IPV6;
  return LAYER_NEXT;
}

/* The commonest first. 12 and 14 are what some systems wrote for raw IP before the registry gave it a number.
 */
static const struct {
  uint16_t link_type;
  LayerStep (*parse)(Layer *layer, uint16_t *ether_type);
} links[] = {
    {LINK_TYPE_ETHERNET, ethernet_parse},
    {LINK_TYPE_LINUX_SLL, parse_linux_sll},
    {LINK_TYPE_LINUX_SLL2, parse_linux_sll2},
    {LINK_TYPE_NULL, parse_loopback},
    {LINK_TYPE_LOOP, parse_loopback},
    {LINK_TYPE_RAW, parse_raw},
    {LINK_TYPE_IPV4, parse_ipv4_only},
    {LINK_TYPE_IPV6, parse_ipv6_only},
    {12, parse_raw},
    {14, parse_raw},
};

bool link_parse(uint16_t link_type, Layer *layer, uint16_t *ether_type, LayerStep *step)
{
  for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
    if (links[i].link_type != link_type) continue;
    *step = links[i].parse(layer, ether_type);
    return true;
  }
  return false;
}

bool link_knows(uint16_t link_type)
{
  for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
    if (links[i].link_type == link_type) return true;
  }
  return false;
}

static LayerStep parse_vlan_tag(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 2);
  *ether_type = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  return step == LAYER_NEXT && *ether_type < ETHER_TYPE_FIRST ? LAYER_STOP : step;
}

static LayerStep parse_pppoe(Layer *layer, uint16_t *ether_type)
{
  enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 6);
  uint16_t protocol = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  if (step != LAYER_NEXT) return step;
  *ether_type = protocol == PPP_IPV6 ? ETHER_TYPE_IPV6 : ETHER_TYPE_IPV4;
  return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? LAYER_NEXT : LAYER_STOP;
}

LayerStep link_skip_tags(Layer *layer, uint16_t *ether_type)
{
  static const struct {
    uint16_t ether_type;
    LayerStep (*parse)(Layer *layer, uint16_t *ether_type);
  } tags[] = {
      {ETHER_TYPE_VLAN, parse_vlan_tag},
      {ETHER_TYPE_VLAN_SERVICE, parse_vlan_tag},
      {ETHER_TYPE_VLAN_OLD, parse_vlan_tag},
      {ETHER_TYPE_PPPOE_SESSION, parse_pppoe},
  };
  for (unsigned count = 0;; count++) {
    size_t i = 0;
    while (i < G_N_ELEMENTS(tags) && tags[i].ether_type != *ether_type)
      i++;
    if (i == G_N_ELEMENTS(tags)) return LAYER_NEXT;
    if (count == LIMIT_VLAN_TAGS) return LAYER_DAMAGED;
    LayerStep step = tags[i].parse(layer, ether_type);
    if (step != LAYER_NEXT) return step;
  }
}

LayerStep gre_parse(Layer *layer, uint16_t *ether_type)
{
  enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, VERSION = 0x0007 };
  ByteReader reader = byte_reader(layer->captured);
  uint16_t flags = byte_reader_be16(&reader);
  *ether_type = byte_reader_be16(&reader);
  if ((flags & (VERSION | ROUTING)) != 0) return LAYER_STOP;
  static const uint16_t optional_words[] = {CHECKSUM, KEY, SEQUENCE};
  for (size_t i = 0; i < G_N_ELEMENTS(optional_words); i++) {
    if ((flags & optional_words[i]) != 0) byte_reader_take(&reader, 4);
  }
  LayerStep step = finish(layer, &reader);
  if (step == LAYER_NEXT && *ether_type == ETHER_TYPE_BRIDGED) return ethernet_parse(layer, ether_type);
  return step;
}

void ethernet_build(const MacAddress *source, const MacAddress *destination, uint16_t ether_type,
                    uint8_t *out)
{
  memcpy(out, destination->bytes, sizeof destination->bytes);
  memcpy(out + 6, source->bytes, sizeof source->bytes);
  byte_put_be16(out + 12, ether_type);
}
