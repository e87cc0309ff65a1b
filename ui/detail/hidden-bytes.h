/* SPDX-License-Identifier: MIT */
/* Which bytes of a frame must not be shown: those of a secret of any line that the frame carries. */
#pragma once

#include "observe/timeline.h"

typedef struct {
  uint32_t start, length; /* in bytes from the frame's start */
} HiddenRange;

/* Returns the hidden ranges of the frame at place, for a row of the same stream; of HiddenRange, free with
 * g_array_unref. */
GArray *hidden_bytes_find(Timeline *timeline, const Row *row, const RowPlace *place);

/* Returns true when the byte at index is hidden. */
bool hidden_bytes_has(const GArray *hidden, uint32_t index);
