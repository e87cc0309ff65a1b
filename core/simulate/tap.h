/* SPDX-License-Identifier: MIT */
/* Eve's clip on every cable: numbers the frames of all links as they leave their senders and hands them to a
 * sink. */
#pragma once

#include "wire/frame.h"

/* A zeroed tap only counts. */
typedef struct {
  FrameSink sink;
  uint32_t count;
} Tap;

/* Hands a frame of the link numbered link to the sink; returns its number, from 1. */
uint32_t tap_push(Tap *tap, Nanoseconds time, uint32_t link, Bytes bytes);
