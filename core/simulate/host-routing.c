/* SPDX-License-Identifier: MIT */
/* Which way packets leave, the router's work on those for others, and what it tells their senders. */
#include "simulate/host-private.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"

static guint address_hash(gconstpointer key)
{
  const IpAddress *address = key;
  uint64_t words[2];
  memcpy(words, address->bytes, sizeof words);
  uint64_t mixed = (words[0] ^ words[1] * UINT64_C(0xff51afd7ed558ccd)) * UINT64_C(0x9e3779b97f4a7c15);
  return (guint)(mixed >> 32);
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
  return ip_address_equal(a, b);
}

void host_routing_init(Host *host)
{
  host->host_routes = g_hash_table_new_full(address_hash, address_equal, g_free, NULL);
  host->routes = g_array_new(FALSE, FALSE, sizeof(HostRoute));
}

void host_routing_clear(Host *host)
{
  g_hash_table_unref(host->host_routes);
  g_array_unref(host->routes);
}

static HostInterface *interface_of(const Host *host, const Link *link)
{
  for (guint i = 0; i < host->interfaces->len; i++) {
    HostInterface *interface = g_ptr_array_index(host->interfaces, i);
    if (interface->link == link) return interface;
  }
  g_assert_not_reached();
}

void host_add_route(Host *host, const IpAddress *destination, const Link *link)
{
  g_hash_table_replace(host->host_routes, g_memdup2(destination, sizeof *destination),
                       interface_of(host, link));
}

void host_add_network_route(Host *host, const IpAddress *network, unsigned prefix, const Link *link)
{
  HostRoute route = {*network, prefix, interface_of(host, link)};
  guint place = 0;
  while (place < host->routes->len && g_array_index(host->routes, HostRoute, place).prefix > prefix)
    place++;
  g_array_insert_val(host->routes, place, route);
}

const HostInterface *host_find_interface(const Host *host, const IpAddress *destination)
{
  const HostInterface *interface = g_hash_table_lookup(host->host_routes, destination);
  if (interface != NULL) return interface;
  for (guint i = 0; i < host->routes->len; i++) {
    const HostRoute *route = &g_array_index(host->routes, HostRoute, i);
    if (ip_address_shares_prefix(&route->network, destination, route->prefix)) return route->interface;
  }
  return NULL;
}

const IpAddress *host_get_address(const Host *host, uint8_t version)
{
  if (host->config.address.version == version) return &host->config.address;
  return host->config.other_address.version == version ? &host->config.other_address : NULL;
}

/* Returns the packet's bytes from the IP header on, without padding. */
static Bytes ip_packet(const HostPacket *incoming)
{
  return bytes_skip(incoming->frame.bytes, incoming->packet.link_length);
}

void host_send_error(Host *host, const HostPacket *about, IcmpError error, uint16_t mtu)
{
  const IpAddress *source = host_get_address(host, about->packet.source.version);
  if (source == NULL || icmp_is_message(&about->frame, &about->packet)) return;
  const HostInterface *back = about->interface;
  IcmpTemplate message = {
      .error = error,
      .mtu = mtu,
      .source_mac = host->config.mac,
      .destination_mac = back->peer,
      .source = *source,
      .destination = about->packet.source,
      .time_to_live = 64,
      .identification = host->next_packet_id++,
      .about = ip_packet(about),
  };
  LinkFrame *frame = link_begin(back->link, back->end);
  frame->length = (uint16_t)icmp_build(&message, frame->bytes, sizeof frame->bytes);
  frame->label =
      (LinkLabel){.connection = about->link_frame->label.connection, .port = about->link_frame->label.port};
  frame->payload_length = 0;
  link_send(frame);
}

/* Copies the frame to the next link with the addresses of that link and a hop less. */
static void pass_on(Host *host, const HostPacket *incoming, const HostInterface *onward)
{
  const LinkFrame *old = incoming->link_frame;
  LinkFrame *frame = link_begin(onward->link, onward->end);
  frame->length = old->length;
  frame->payload_length = old->payload_length;
  frame->label = old->label;
  frame->number = old->number;
  memcpy(frame->bytes, old->bytes, old->length);
  memcpy(frame->bytes, onward->peer.bytes, sizeof onward->peer.bytes);
  memcpy(frame->bytes + 6, host->config.mac.bytes, sizeof host->config.mac.bytes);
  uint8_t *header = frame->bytes + incoming->packet.link_length;
  if (incoming->packet.source.version == 4)
    ipv4_take_hop(header);
  else
    ipv6_take_hop(header);
  link_send(frame);
}

void host_forward(Host *host, const HostPacket *incoming)
{
  Bytes packet = ip_packet(incoming);
  uint8_t hops = packet.data[incoming->packet.source.version == 4 ? 8 : 7];
  const HostInterface *onward = host_find_interface(host, &incoming->packet.destination);
  if (hops <= 1)
    host_send_error(host, incoming, ICMP_TIME_EXCEEDED, 0);
  else if (onward == NULL)
    host_send_error(host, incoming, ICMP_NETWORK_UNREACHABLE, 0);
  else if (onward->link->down)
    host_send_error(host, incoming, ICMP_HOST_UNREACHABLE, 0);
  else if (packet.length > link_get_mtu(onward->link, onward->end))
    host_send_error(host, incoming, ICMP_TOO_BIG, link_get_mtu(onward->link, onward->end));
  else
    pass_on(host, incoming, onward);
}

void host_receive_error(Host *host, const HostPacket *incoming)
{
  IcmpError error;
  uint16_t mtu;
  Packet about;
  if (!icmp_parse(&incoming->frame, &incoming->packet, &error, &mtu, &about)) return;
  const IpAddress *own = host_get_address(host, about.source.version);
  if (own == NULL || !ip_address_equal(own, &about.source)) return;
  if (about.kind == PACKET_UDP) {
    host_socket_hear(host, &about, error);
    return;
  }
  HostConnection *connection =
      host_find_connection(host, &about.destination, about.source_port, about.destination_port);
  if (connection != NULL) host_connection_hear(connection, error, mtu);
}
