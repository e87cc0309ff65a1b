/* SPDX-License-Identifier: MIT */
/* The tap. */
#include "simulate/tap.h"

#include <glib.h>

void tap_choose_link(Tap *tap, uint32_t link)
{
  tap->place = TAP_LINKS;
  if (link >= tap->link_count) {
    tap->links = g_renew(bool, tap->links, (size_t)link + 1);
    memset(tap->links + tap->link_count, 0, link + 1 - tap->link_count);
    tap->link_count = (size_t)link + 1;
  }
  tap->links[link] = true;
}

uint32_t tap_number(Tap *tap)
{
  return ++tap->count;
}

static inline bool looks_at(const Tap *tap, uint32_t link, bool first_leg)
{
  switch (tap->place) {
  case TAP_SENDERS:
    return first_leg;
  case TAP_LINKS:
    return link < tap->link_count && tap->links[link];
  case TAP_EVERYWHERE:
    return true;
  }
  return false;
}

uint32_t tap_show(Tap *tap, Nanoseconds time, uint32_t link, bool first_leg, Bytes bytes)
{
  if (tap->sink.frame == NULL || !looks_at(tap, link, first_leg)) return 0;
  tap->seen++;
  Frame frame = {
      .time = time,
      .bytes = bytes,
      .original_length = (uint32_t)bytes.length,
      .number = tap->seen,
      .interface_id = link,
      .link_type = LINK_TYPE_ETHERNET,
  };
  frame_sink_push(&tap->sink, &frame);
  return tap->seen;
}

void tap_clear(Tap *tap)
{
  g_free(tap->links);
  tap->links = NULL;
  tap->link_count = 0;
}
