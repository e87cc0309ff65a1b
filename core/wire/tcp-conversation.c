/* SPDX-License-Identifier: MIT */
/* Makes the frames of a TCP connection over which nothing is lost. */
#include "wire/tcp-conversation.h"

#include "wire/packet-build.h"

enum {
  MTU = 1500, /* Ethernet's */
  MSS_IPV4 = MTU - 20 - 20,
  MSS_IPV6 = MTU - 40 - 20,
  WINDOW = 65535,
  TIME_TO_LIVE = 64,
};

static TcpConversationSide other(TcpConversationSide side)
{
  return side == TCP_CONVERSATION_CLIENT ? TCP_CONVERSATION_SERVER : TCP_CONVERSATION_CLIENT;
}

static uint16_t mss_of(const TcpConversation *conversation)
{
  return conversation->config.ends[TCP_CONVERSATION_CLIENT].address.version == 4 ? MSS_IPV4 : MSS_IPV6;
}

void tcp_conversation_init(TcpConversation *conversation, const TcpConversationConfig *config)
{
  g_assert(config->ends[0].address.version == config->ends[1].address.version);
  *conversation = (TcpConversation){.config = *config};
  for (int side = 0; side < 2; side++)
    conversation->states[side].next = config->ends[side].initial_sequence;
}

/* Sends one segment; SYN and FIN take a number each, like a byte. With ACK it acknowledges all that the peer
 * said so far. */
static void put_segment(TcpConversation *conversation, TcpConversationSide from, uint8_t flags, Bytes payload,
                        Nanoseconds now)
{
  const TcpConversationConfig *config = &conversation->config;
  const TcpConversationEnd *source = &config->ends[from], *destination = &config->ends[other(from)];
  TcpConversationState *state = &conversation->states[from];
  const uint8_t mss_option[] = PACKET_MSS_OPTION(mss_of(conversation));
  PacketTemplate template = {
      .kind = PACKET_TCP,
      .source_mac = source->mac,
      .destination_mac = destination->mac,
      .source = source->address,
      .destination = destination->address,
      .source_port = source->port,
      .destination_port = destination->port,
      .sequence = state->next,
      .window = WINDOW,
      .flags = flags,
      .time_to_live = TIME_TO_LIVE,
      .identification = state->identification++,
      .payload = payload,
  };
  if (flags & TCP_ACK) {
    state->acknowledged = conversation->states[other(from)].next;
    template.acknowledgement = state->acknowledged;
  }
  if (flags & TCP_SYN) template.options = (Bytes){mss_option, sizeof mss_option};
  state->next += (uint32_t)payload.length + ((flags & (TCP_SYN | TCP_FIN)) != 0);

  uint8_t bytes[PACKET_HEADERS_MAX + MSS_IPV4];
  size_t length = packet_build(&template, bytes, sizeof bytes);
  g_assert(length > 0);
  frame_sink_push(&config->sink, &(Frame){
                                     .time = now,
                                     .bytes = {bytes, length},
                                     .original_length = (uint32_t)length,
                                     .number = ++*config->frame_count,
                                     .interface_id = config->interface_id,
                                     .link_type = LINK_TYPE_ETHERNET,
                                 });
}

void tcp_conversation_open(TcpConversation *conversation, Nanoseconds now)
{
  g_assert(!conversation->open);
  conversation->open = true;
  put_segment(conversation, TCP_CONVERSATION_CLIENT, TCP_SYN, BYTES_EMPTY, now);
  put_segment(conversation, TCP_CONVERSATION_SERVER, TCP_SYN | TCP_ACK, BYTES_EMPTY, now);
  put_segment(conversation, TCP_CONVERSATION_CLIENT, TCP_ACK, BYTES_EMPTY, now);
}

void tcp_conversation_send(TcpConversation *conversation, TcpConversationSide from, Bytes bytes,
                           Nanoseconds now)
{
  const TcpConversationState *state = &conversation->states[from], *peer = &conversation->states[other(from)];
  g_assert(conversation->open && !state->finished);
  uint16_t mss = mss_of(conversation);
  while (bytes.length > 0) {
    Bytes payload = bytes_slice(bytes, 0, mss);
    bytes = bytes_skip(bytes, payload.length);
    uint8_t flags = bytes.length == 0 ? TCP_ACK | TCP_PSH : TCP_ACK;
    put_segment(conversation, from, flags, payload, now);
    if (state->next - peer->acknowledged >= 2u * mss)
      put_segment(conversation, other(from), TCP_ACK, BYTES_EMPTY, now);
  }
}

void tcp_conversation_finish(TcpConversation *conversation, TcpConversationSide from, Nanoseconds now)
{
  g_assert(conversation->open);
  TcpConversationState *state = &conversation->states[from];
  if (state->finished) return;
  state->finished = true;
  put_segment(conversation, from, TCP_FIN | TCP_ACK, BYTES_EMPTY, now);
  put_segment(conversation, other(from), TCP_ACK, BYTES_EMPTY, now);
}

void tcp_conversation_reset(TcpConversation *conversation, TcpConversationSide from, Nanoseconds now)
{
  if (!tcp_conversation_is_open(conversation)) return;
  put_segment(conversation, from, TCP_RST | TCP_ACK, BYTES_EMPTY, now);
  conversation->states[0].finished = conversation->states[1].finished = true;
}

bool tcp_conversation_is_open(const TcpConversation *conversation)
{
  return conversation->open && !(conversation->states[0].finished && conversation->states[1].finished);
}
