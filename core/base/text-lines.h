/* SPDX-License-Identifier: MIT */
/* Looking at text in lines that end in CR LF (RFC 5322 §2.3), many bytes at a time. */
#pragma once

#include "base/bytes.h"

/* Returns how many bytes from start on are plain text: CR stands only before LF and LF only after CR, no line
 * begins with a dot, no byte is zero. Whole blocks of 64 are looked at, so that fewer are passed than could
 * be. start is not 0: the byte before it counts as what stands before them. *line_ends grows by the LFs
 * passed. */
size_t text_lines_pass(Bytes view, size_t start, uint64_t *line_ends);

/* Returns true where a CR stands before anything but LF; one at view's end is not judged. */
bool text_lines_have_bare_cr(Bytes view);
