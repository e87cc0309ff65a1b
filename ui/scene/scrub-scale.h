/* SPDX-License-Identifier: MIT */
/* Maps virtual time to a place on the scrubber, where a long silence takes no more room than two seconds. */
#pragma once

#include "ui/scene/scene-source.h"

typedef struct {
  Nanoseconds start, end;
  GArray *gaps;  /* the long silences, ascending */
  double length; /* of the scrubber, in seconds */
} ScrubScale;

/* Reads a source's silences (NULL: nothing to scrub). scale is zero before the first time. */
void scrub_scale_read(ScrubScale *scale, const SceneSource *source);
void scrub_scale_clear(ScrubScale *scale);

/* Returns the place of a time, 0 … length, and the time of a place. */
double scrub_scale_position(const ScrubScale *scale, Nanoseconds time);
Nanoseconds scrub_scale_time(const ScrubScale *scale, double position);
