/* SPDX-License-Identifier: MIT */
/* A Frame: the bytes that crossed one link at one instant. The only thing observe and simulate have in
 * common. */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

/* The pcap link types we know, by the numbers of the tcpdump registry. */
typedef enum {
  LINK_TYPE_NULL = 0,
  LINK_TYPE_ETHERNET = 1,
  LINK_TYPE_PPP = 9,
  LINK_TYPE_PPP_HDLC = 50,
  LINK_TYPE_PPP_ETHER = 51,
  LINK_TYPE_RAW = 101,
  LINK_TYPE_IEEE802_11 = 105,
  LINK_TYPE_LOOP = 108,
  LINK_TYPE_LINUX_SLL = 113,
  LINK_TYPE_IEEE802_11_RADIOTAP = 127,
  LINK_TYPE_IPV4 = 228,
  LINK_TYPE_IPV6 = 229,
  LINK_TYPE_LINUX_SLL2 = 276,
} LinkType;

/* bytes are borrowed and valid until the sink returns. */
typedef struct {
  Nanoseconds time;
  Bytes bytes;              /* what was captured */
  uint32_t original_length; /* what was on the wire; larger than bytes.length when the capture cut it */
  uint32_t number;          /* 1-based, in the order of the source */
  uint32_t interface_id;    /* 0-based interface of the source */
  uint16_t link_type;       /* a LinkType, or a number we do not know */
  uint64_t source_offset;   /* where the first of bytes lies in the source file or spool */
} Frame;

typedef struct {
  void (*frame)(void *owner, const Frame *frame);
  void *owner;
} FrameSink;

static inline void frame_sink_push(const FrameSink *sink, const Frame *frame)
{
  sink->frame(sink->owner, frame);
}
