/* SPDX-License-Identifier: MIT */
/* What leaves a host: segments and datagrams made into frames, straight into the link's buffers. */
#include "simulate/host-private.h"
#include "wire/packet-build.h"

#define TIME_TO_LIVE 64

/* Fills the rest of the template and sends the frame by interface. What its firewall stops, or the link
 * cannot hold, does not leave. */
static void send_packet(Host *host, const HostInterface *interface, PacketTemplate *template,
                        const LinkLabel *label)
{
  if (host->firewall->len > 0 && host_find_rule(host, template->kind, &template->source,
                                                &template->destination, template->destination_port) != NULL)
    return;
  template->source_mac = host->config.mac;
  template->destination_mac = interface->peer;
  template->time_to_live = TIME_TO_LIVE;
  template->identification = host->next_packet_id++;
  LinkFrame *frame = link_begin(interface->link, interface->end);
  size_t length = packet_build(template, frame->bytes, sizeof frame->bytes);
  if (length == 0) {
    link_forget(frame);
    return;
  }
  frame->length = (uint16_t)length;
  frame->label = *label;
  frame->payload_length = (uint16_t) template->payload.length;
  link_send(frame);
}

void host_send_segment(Host *host, const HostInterface *interface, const IpAddress *source,
                       const IpAddress *peer, uint16_t local_port, uint16_t peer_port,
                       const VirtualTcpSegment *segment, const LinkLabel *label)
{
  const uint8_t mss_option[] = PACKET_MSS_OPTION(segment->mss);
  PacketTemplate template = {
      .kind = PACKET_TCP,
      .source = source != NULL ? *source : *host_get_address(host, peer->version),
      .destination = *peer,
      .source_port = local_port,
      .destination_port = peer_port,
      .sequence = segment->sequence,
      .acknowledgement = segment->acknowledgement,
      .window = segment->window,
      .flags = segment->flags,
      .payload = segment->payload,
  };
  if (segment->mss != 0) template.options = (Bytes){mss_option, sizeof mss_option};
  send_packet(host, interface, &template, label);
}

void host_send_datagram(Host *host, const HostInterface *interface, const IpAddress *peer,
                        uint16_t local_port, uint16_t peer_port, Bytes payload, const LinkLabel *label)
{
  PacketTemplate template = {
      .kind = PACKET_UDP,
      .source = *host_get_address(host, peer->version),
      .destination = *peer,
      .source_port = local_port,
      .destination_port = peer_port,
      .payload = payload,
  };
  send_packet(host, interface, &template, label);
}

void host_send_refusal(Host *host, const HostPacket *incoming, const VirtualTcpSegment *segment)
{
  VirtualTcpSegment reset;
  if (!virtual_tcp_refuse(segment, &reset)) return;
  const Packet *packet = &incoming->packet;
  LinkLabel label = {.connection = incoming->link_frame->label.connection, .port = packet->destination_port};
  host_send_segment(host, incoming->interface, &packet->destination, &packet->source,
                    packet->destination_port, packet->source_port, &reset, &label);
}
