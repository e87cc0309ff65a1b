/* SPDX-License-Identifier: MIT */
/* The layers of one frame, outermost first: what a view of bytes marks off. */
#pragma once

#include "wire/frame.h"

#define FRAME_LAYERS_MAX 4u

typedef struct {
  const char *name; /* "Ethernet", "IPv4", "TCP", or "" for what the transport carries; a protocol's name,
                       never translated */
  uint32_t start;   /* index of its first byte in the frame */
  uint32_t length;
} FrameLayer;

/* Fills layers with those of a frame of that link type and returns their number, 1 or more unless the frame
 * is empty. What cannot be read is one layer without name. Every byte of the frame is in exactly one layer.
 */
guint frame_layers_find(Bytes frame, uint16_t link_type, FrameLayer layers[FRAME_LAYERS_MAX]);
