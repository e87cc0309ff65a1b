/* SPDX-License-Identifier: MIT */
/* Headers rewritten in place. */
#include "observe/redact-frame.h"

#include "wire/checksum.h"

enum { IPV4 = 4, IPV6 = 16, HARDWARE = 6 };

struct AddressMask {
  GHashTable *known[3]; /* GBytes → number: IPv4, IPv6, hardware */
};

AddressMask *address_mask_new(void)
{
  AddressMask *mask = g_new0(AddressMask, 1);
  for (size_t i = 0; i < G_N_ELEMENTS(mask->known); i++)
    mask->known[i] = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  return mask;
}

void address_mask_free(AddressMask *mask)
{
  if (mask == NULL) return;
  for (size_t i = 0; i < G_N_ELEMENTS(mask->known); i++)
    g_hash_table_unref(mask->known[i]);
  g_free(mask);
}

/* Returns the number of the address, from 1, in the order in which they are met. */
static guint number_of(GHashTable *known, const uint8_t *address, size_t length)
{
  GBytes *key = g_bytes_new(address, length);
  gpointer number = g_hash_table_lookup(known, key);
  if (number == NULL) {
    number = GUINT_TO_POINTER(g_hash_table_size(known) + 1);
    g_hash_table_insert(known, g_bytes_ref(key), number);
  }
  g_bytes_unref(key);
  return GPOINTER_TO_UINT(number);
}

static void put_number(uint8_t *end, guint number, size_t bytes)
{
  for (size_t i = 1; i <= bytes; i++, number >>= 8)
    end[-(ptrdiff_t)i] = (uint8_t)number;
}

void address_mask_ip(AddressMask *mask, uint8_t *address, size_t length)
{
  static const uint8_t prefix[] = {0x20, 0x01, 0x0d, 0xb8};
  guint number = number_of(mask->known[length == IPV4 ? 0 : 1], address, length);
  memset(address, 0, length);
  if (length == IPV4)
    address[0] = 10;
  else
    memcpy(address, prefix, sizeof prefix);
  put_number(address + length, number, 3);
}

static void mask_hardware(AddressMask *mask, uint8_t *address)
{
  guint number = number_of(mask->known[2], address, HARDWARE);
  memset(address, 0, HARDWARE);
  address[0] = 2; /* locally administered */
  put_number(address + HARDWARE, number, 3);
}

/* The link headers that can stay. Returns false for all others. */
static bool mask_link(AddressMask *mask, uint16_t link_type, uint8_t *frame, size_t link_length)
{
  enum { ETHERNET = 14, COOKED = 16, COOKED2 = 20, TAG = 4, MOST_TAGS = 8 };
  size_t header = link_type == LINK_TYPE_ETHERNET     ? ETHERNET
                  : link_type == LINK_TYPE_LINUX_SLL  ? COOKED
                  : link_type == LINK_TYPE_LINUX_SLL2 ? COOKED2
                                                      : 0;
  bool bare = link_type == LINK_TYPE_NULL || link_type == LINK_TYPE_LOOP || link_type == LINK_TYPE_RAW ||
              link_type == LINK_TYPE_IPV4 || link_type == LINK_TYPE_IPV6;
  if (header == 0) return bare && link_length <= 4;
  bool tags =
      link_length >= header && (link_length - header) % TAG == 0 && link_length <= header + TAG * MOST_TAGS;
  if (!tags) return false;
  if (link_type == LINK_TYPE_ETHERNET) {
    mask_hardware(mask, frame);
    mask_hardware(mask, frame + HARDWARE);
  } else {
    mask_hardware(mask, frame + (link_type == LINK_TYPE_LINUX_SLL ? 6 : 12));
  }
  return true;
}

static void put_be16(uint8_t *at, uint16_t value)
{
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void mend_ipv4(uint8_t *ip, size_t header)
{
  memset(ip + 20, 1, header - 20); /* options may hold addresses: nothing but fillers */
  put_be16(ip + 10, 0);
  put_be16(ip + 10, checksum_finish(checksum_add(0, (Bytes){ip, header})));
}

static IpAddress address_at(const uint8_t *at, bool v4)
{
  IpAddress address = {.version = v4 ? 4 : 6};
  memcpy(address.bytes, at, v4 ? IPV4 : IPV6);
  return address;
}

static void mend_transport(const Packet *packet, uint8_t *ip, bool v4, bool whole)
{
  bool tcp = packet->kind == PACKET_TCP;
  uint8_t *transport = ip + packet->network_length;
  uint8_t *sum = transport + (tcp ? 16 : 6);
  size_t length = packet->transport_length + packet->payload.length;
  put_be16(sum, 0);
  if (!whole) return;
  IpAddress source = address_at(ip + (v4 ? 12 : 8), v4), destination = address_at(ip + (v4 ? 16 : 24), v4);
  uint64_t total = checksum_add_pseudo_header(0, &source, &destination, tcp ? 6 : 17, length);
  uint16_t checksum = checksum_finish(checksum_add(total, (Bytes){transport, length}));
  put_be16(sum, checksum == 0 && !tcp ? 0xffff : checksum);
}

Bytes redact_frame(AddressMask *mask, const Packet *packet, uint8_t *frame, size_t length, bool whole,
                   uint16_t *link_type)
{
  bool transport = packet->kind == PACKET_TCP || packet->kind == PACKET_UDP;
  bool ip = transport || packet->fragment;
  size_t start = ip ? packet->link_length : MIN(length, (size_t)14);
  if (!ip) {
    bool ethernet = *link_type == LINK_TYPE_ETHERNET && length >= 14;
    if (ethernet) mask_link(mask, *link_type, frame, 14);
    size_t kept = ethernet ? 14 : 0;
    memset(frame + kept, 0, length - kept);
    return (Bytes){frame, length};
  }
  uint8_t *header = frame + start;
  bool v4 = packet->source.version == 4;
  bool link = mask_link(mask, *link_type, frame, start);
  address_mask_ip(mask, header + (v4 ? 12 : 8), v4 ? IPV4 : IPV6);
  address_mask_ip(mask, header + (v4 ? 16 : 24), v4 ? IPV4 : IPV6);
  if (v4) mend_ipv4(header, packet->network_length);
  if (transport) mend_transport(packet, header, v4, whole);
  size_t end = start + packet->network_length + packet->transport_length + packet->payload.length;
  if (transport && end < length) memset(frame + end, 0, length - end); /* padding holds anything */
  if (link) return (Bytes){frame, length};
  *link_type = LINK_TYPE_RAW;
  return (Bytes){header, (transport ? end : length) - start};
}
