/* SPDX-License-Identifier: MIT */
/* Eve's clip on the cables: numbers the frames of the network and hands those it looks at to a sink. A frame
 * that routers pass on crosses several links; it keeps its number. */
#pragma once

#include "wire/frame.h"

/* Where the tap looks. */
typedef enum {
  TAP_SENDERS,    /* each frame once, as it leaves its first sender */
  TAP_LINKS,      /* only the links chosen: each frame as it leaves on one of them, forwarded ones too */
  TAP_EVERYWHERE, /* every link: a frame once for each leg of its way */
} TapPlace;

/* A zeroed tap looks at the senders and only counts. */
typedef struct {
  FrameSink sink;
  TapPlace place;
  uint32_t count; /* frames that ever left a first sender: the newest number */
  uint32_t seen;  /* frames given to the sink: there they are numbered from 1, without gaps */
  bool *links;    /* with TAP_LINKS: by number of the link, whether it is chosen */
  size_t link_count;
  struct LinkStock *stock; /* the links' own: the frames that they share */
} Tap;

/* Lets the tap look at that link, and besides at no other but those chosen so before (TAP_LINKS). */
void tap_choose_link(Tap *tap, uint32_t link);

/* Returns the number of a frame that leaves its first sender, from 1. */
uint32_t tap_number(Tap *tap);

/* Hands a frame that leaves on the link numbered link to the sink where the tap looks there; first_leg: it
 * leaves its first sender. Returns its number in the sink, 0 where it was not seen. */
uint32_t tap_show(Tap *tap, Nanoseconds time, uint32_t link, bool first_leg, Bytes bytes);

/* Frees what tap_choose_link made. */
void tap_clear(Tap *tap);
