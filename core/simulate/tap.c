/* SPDX-License-Identifier: MIT */
/* The tap. */
#include "simulate/tap.h"

uint32_t tap_push(Tap *tap, Nanoseconds time, uint32_t link, Bytes bytes)
{
  tap->count++;
  if (tap->sink.frame == NULL) return tap->count;
  Frame frame = {
      .time = time,
      .bytes = bytes,
      .original_length = (uint32_t)bytes.length,
      .number = tap->count,
      .interface_id = link,
      .link_type = LINK_TYPE_ETHERNET,
  };
  frame_sink_push(&tap->sink, &frame);
  return tap->count;
}
