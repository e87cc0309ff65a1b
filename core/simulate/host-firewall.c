/* SPDX-License-Identifier: MIT */
/* The firewall: rules in order, the first that fits decides, and none lets pass. */
#include "simulate/host-private.h"

void host_add_firewall_rule(Host *host, const HostFirewallRule *rule)
{
  g_array_append_val(host->firewall, *rule);
}

void host_clear_firewall(Host *host)
{
  g_array_set_size(host->firewall, 0);
}

static bool address_fits(const IpAddress *wanted, uint8_t prefix, const IpAddress *address)
{
  if (wanted->version == 0) return true;
  if (prefix == 0) return ip_address_equal(wanted, address);
  return ip_address_shares_prefix(wanted, address, prefix);
}

const HostFirewallRule *host_find_rule(const Host *host, PacketKind kind, const IpAddress *source,
                                       const IpAddress *destination, uint16_t port)
{
  for (guint i = 0; i < host->firewall->len; i++) {
    const HostFirewallRule *rule = &g_array_index(host->firewall, HostFirewallRule, i);
    if ((rule->kind == PACKET_OTHER || rule->kind == kind) && (rule->port == 0 || rule->port == port) &&
        address_fits(&rule->source, rule->source_prefix, source) &&
        address_fits(&rule->destination, rule->destination_prefix, destination))
      return rule;
  }
  return NULL;
}

bool host_firewall_passes(Host *host, const HostPacket *incoming)
{
  const Packet *packet = &incoming->packet;
  const HostFirewallRule *rule =
      host_find_rule(host, packet->kind, &packet->source, &packet->destination, packet->destination_port);
  if (rule == NULL) return true;
  if (rule->action == HOST_FIREWALL_DROP) return false;
  if (packet->kind == PACKET_TCP) {
    VirtualTcpSegment segment = host_read_segment(incoming);
    host_send_refusal(host, incoming, &segment);
  } else {
    host_send_error(host, incoming, ICMP_PROHIBITED, 0);
  }
  return false;
}
