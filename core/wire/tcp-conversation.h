/* SPDX-License-Identifier: MIT */
/* Frames made of bytes that two programs exchanged, as if a cable without loss had lain between them:
 * opening, segments, acknowledgements and end of one TCP connection (RFC 9293). For whoever has the bytes but
 * not the cable. */
#pragma once

#include "wire/frame.h"
#include "wire/ip-address.h"
#include "wire/mac-address.h"

typedef enum { TCP_CONVERSATION_CLIENT, TCP_CONVERSATION_SERVER } TcpConversationSide;

/* One end: its addresses (both ends of one IP version) and where its sequence numbers begin. */
typedef struct {
  MacAddress mac;
  IpAddress address;
  uint16_t port;
  uint32_t initial_sequence;
} TcpConversationEnd;

typedef struct {
  TcpConversationEnd ends[2]; /* by TcpConversationSide */
  FrameSink sink;             /* its bytes are valid until it returns */
  uint32_t *frame_count;      /* shared by all who push into sink: a frame's number is its value after it */
  uint32_t interface_id;
} TcpConversationConfig;

typedef struct {
  uint32_t next;         /* the sequence number of its next byte */
  uint32_t acknowledged; /* up to here it told the peer what it has */
  uint16_t identification;
  bool finished;
} TcpConversationState;

typedef struct {
  TcpConversationConfig config;
  TcpConversationState states[2];
  bool open;
} TcpConversation;

/* Prepares a conversation; nothing to be cleared. What config points to outlives it. */
void tcp_conversation_init(TcpConversation *conversation, const TcpConversationConfig *config);

/* Makes the three frames of the opening (RFC 9293 §3.5). Every frame of a call has the time now. */
void tcp_conversation_open(TcpConversation *conversation, Nanoseconds now);

/* Makes the segments in which from says bytes, none longer than an Ethernet frame, the last one pushed; the
 * peer acknowledges every second one at the latest (RFC 1122 §4.2.3.2), the rest with what it says next. from
 * must not have finished. */
void tcp_conversation_send(TcpConversation *conversation, TcpConversationSide from, Bytes bytes,
                           Nanoseconds now);

/* from says no more: FIN, and the peer's acknowledgement. The second one closes the conversation. Nothing
 * where from has finished. */
void tcp_conversation_finish(TcpConversation *conversation, TcpConversationSide from, Nanoseconds now);

/* from cuts the conversation: RST, and both have finished. Nothing where it is closed. */
void tcp_conversation_reset(TcpConversation *conversation, TcpConversationSide from, Nanoseconds now);

/* Returns true from the opening until both have finished. */
bool tcp_conversation_is_open(const TcpConversation *conversation);
