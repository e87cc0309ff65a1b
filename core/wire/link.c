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

LayerStep llc_parse(Layer *layer, uint16_t *ether_type)
{
  enum { BRIDGED_ETHERNET = 0x0000f8, SHORTEST = 3 };
  static const uint8_t snap[] = {0xaa, 0xaa, 0x03};
  ByteReader reader = byte_reader(layer->captured);
  Bytes head = byte_reader_take(&reader, sizeof snap);
  if (reader.overrun) return layer->wire_length < SHORTEST ? LAYER_STOP : LAYER_DAMAGED;
  if (!bytes_equal(head, (Bytes){snap, sizeof snap})) return LAYER_STOP;
  uint32_t organisation = (uint32_t)byte_reader_be16(&reader) << 8;
  organisation |= byte_reader_u8(&reader);
  *ether_type = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  if (step != LAYER_NEXT) return step;
  bool typed = organisation == 0 || organisation == BRIDGED_ETHERNET;
  return typed && *ether_type >= ETHER_TYPE_FIRST ? LAYER_NEXT : LAYER_STOP;
}

/* Consumes what reader has read, up to a field that is an Ethernet type or the length of what an LLC header
 * begins (IEEE 802.3 §3.2.6). */
static LayerStep finish_typed(Layer *layer, const ByteReader *reader, uint16_t *ether_type)
{
  LayerStep step = finish(layer, reader);
  if (step != LAYER_NEXT || *ether_type >= ETHER_TYPE_FIRST) return step;
  if (*ether_type > layer->wire_length) return LAYER_DAMAGED;
  layer_bound(layer, *ether_type);
  return llc_parse(layer, ether_type);
}

LayerStep ethernet_parse(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 12);
  *ether_type = byte_reader_be16(&reader);
  return finish_typed(layer, &reader, ether_type);
}

/* What a PPP protocol number stands for, its first byte left out where it is 0 (RFC 1661 §6.5). */
static LayerStep parse_ppp_protocol(Layer *layer, ByteReader *reader, uint16_t *ether_type)
{
  static const struct {
    uint16_t protocol, ether_type;
  } protocols[] = {{0x0021, ETHER_TYPE_IPV4},
                   {0x0057, ETHER_TYPE_IPV6},
                   {0x0281, ETHER_TYPE_MPLS},
                   {0x0283, ETHER_TYPE_MPLS_MULTICAST}};
  uint16_t protocol = byte_reader_u8(reader);
  if ((protocol & 1) == 0) protocol = (uint16_t)(protocol << 8 | byte_reader_u8(reader));
  LayerStep step = finish(layer, reader);
  for (size_t i = 0; step == LAYER_NEXT && i < G_N_ELEMENTS(protocols); i++) {
    if (protocols[i].protocol != protocol) continue;
    *ether_type = protocols[i].ether_type;
    return LAYER_NEXT;
  }
  return step == LAYER_NEXT ? LAYER_STOP : step;
}

/* With or without the address and control bytes of HDLC (RFC 1662 §3.1); or with Cisco's, and an Ethernet
 * type. */
static LayerStep parse_ppp(Layer *layer, uint16_t *ether_type)
{
  enum { ALL_STATIONS = 0xff, UNNUMBERED = 0x03, CISCO_UNICAST = 0x0f, CISCO_BROADCAST = 0x8f };
  ByteReader reader = byte_reader(layer->captured);
  uint8_t address = layer->captured.length > 0 ? layer->captured.data[0] : 0;
  bool cisco = address == CISCO_UNICAST || address == CISCO_BROADCAST;
  if (address == ALL_STATIONS || cisco) byte_reader_take(&reader, 2);
  if (!cisco) return parse_ppp_protocol(layer, &reader, ether_type);
  *ether_type = byte_reader_be16(&reader);
  return finish(layer, &reader);
}

bool vxlan_parse(Layer *layer, uint16_t *ether_type, LayerStep *step)
{
  enum { PORT = 4789, UDP_HEADER_BYTES = 8, VXLAN_HEADER = 8, HAS_NETWORK = 0x08 };
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_be16(&reader);
  uint16_t port = byte_reader_be16(&reader), length = byte_reader_be16(&reader);
  byte_reader_take(&reader, 2);
  uint8_t flags = byte_reader_u8(&reader);
  byte_reader_take(&reader, VXLAN_HEADER - 2);
  uint8_t reserved = byte_reader_u8(&reader);
  /* the port may be a client's own by chance: an answer of DNS has a count where VXLAN has a zero */
  bool here = port == PORT && length >= UDP_HEADER_BYTES + VXLAN_HEADER && length <= layer->wire_length;
  if (!here || (!reader.overrun && ((flags & HAS_NETWORK) == 0 || reserved != 0))) return false;
  *step = LAYER_DAMAGED;
  if (reader.overrun) return true;
  layer_bound(layer, length);
  layer_skip(layer, UDP_HEADER_BYTES + VXLAN_HEADER);
  *step = ethernet_parse(layer, ether_type);
  return true;
}

/* Consumes what reader has read of a Linux cooked header, whose protocol is an Ethernet type or a number of
 * Linux's own. */
static LayerStep finish_cooked(Layer *layer, const ByteReader *reader, uint16_t *ether_type)
{
  enum { LINUX_LLC = 4 };
  LayerStep step = finish(layer, reader);
  if (step == LAYER_NEXT && *ether_type == LINUX_LLC) return llc_parse(layer, ether_type);
  return step == LAYER_NEXT && *ether_type < ETHER_TYPE_FIRST ? LAYER_STOP : step;
}

static LayerStep parse_linux_sll(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  byte_reader_take(&reader, 14);
  *ether_type = byte_reader_be16(&reader);
  return finish_cooked(layer, &reader, ether_type);
}

static LayerStep parse_linux_sll2(Layer *layer, uint16_t *ether_type)
{
  ByteReader reader = byte_reader(layer->captured);
  *ether_type = byte_reader_be16(&reader);
  byte_reader_take(&reader, 18);
  return finish_cooked(layer, &reader, ether_type);
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

static LayerStep parse_pppoe(Layer *layer, uint16_t *ether_type)
{
  enum { VERSION_AND_TYPE = 0x11, SESSION_DATA = 0 };
  ByteReader reader = byte_reader(layer->captured);
  uint8_t version = byte_reader_u8(&reader), code = byte_reader_u8(&reader);
  byte_reader_be16(&reader); /* the session's number */
  uint16_t length = byte_reader_be16(&reader);
  LayerStep step = finish(layer, &reader);
  if (step != LAYER_NEXT || version != VERSION_AND_TYPE || length > layer->wire_length) return LAYER_DAMAGED;
  if (code != SESSION_DATA) return LAYER_STOP;
  layer_bound(layer, length);
  ByteReader inside = byte_reader(layer->captured);
  return parse_ppp_protocol(layer, &inside, ether_type);
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
    {LINK_TYPE_PPP, parse_ppp},
    {LINK_TYPE_PPP_HDLC, parse_ppp},
    {LINK_TYPE_PPP_ETHER, parse_pppoe},
    {LINK_TYPE_IEEE802_11, wifi_parse},
    {LINK_TYPE_IEEE802_11_RADIOTAP, radiotap_parse},
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
  return finish_typed(layer, &reader, ether_type);
}

/* Labels up to the one at the bottom of their stack (RFC 3032 §2.1); what they lead to, the first bits of IP
 * tell. */
static LayerStep parse_mpls(Layer *layer, uint16_t *ether_type)
{
  enum { BOTTOM = 0x100 };
  ByteReader reader = byte_reader(layer->captured);
  uint32_t label = 0;
  for (unsigned count = 0; count < LIMIT_MPLS_LABELS && !reader.overrun && (label & BOTTOM) == 0; count++)
    label = byte_reader_be32(&reader);
  if ((label & BOTTOM) == 0) return LAYER_DAMAGED;
  LayerStep step = finish(layer, &reader);
  if (step != LAYER_NEXT || layer->captured.length == 0) return LAYER_DAMAGED;
  uint8_t version = layer->captured.data[0] >> 4;
  *ether_type = version == 6 ? ETHER_TYPE_IPV6 : ETHER_TYPE_IPV4;
  return version == 4 || version == 6 ? LAYER_NEXT : LAYER_STOP;
}

LayerStep link_skip_tags(Layer *layer, uint16_t *ether_type)
{
  static const struct {
    uint16_t ether_type;
    LayerStep (*parse)(Layer *layer, uint16_t *ether_type);
  } tags[] = {
      {ETHER_TYPE_VLAN, parse_vlan_tag},     {ETHER_TYPE_VLAN_SERVICE, parse_vlan_tag},
      {ETHER_TYPE_VLAN_OLD, parse_vlan_tag}, {ETHER_TYPE_PPPOE_SESSION, parse_pppoe},
      {ETHER_TYPE_MPLS, parse_mpls},         {ETHER_TYPE_MPLS_MULTICAST, parse_mpls},
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
