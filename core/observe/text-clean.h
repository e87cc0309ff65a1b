/* SPDX-License-Identifier: MIT */
/* Bytes from the wire made safe to show: valid UTF-8, one line, nothing that could steer a terminal or
 * reorder text. */
#pragma once

#include "base/bytes.h"

/* Appends view to text: bad bytes become U+FFFD. Returns true when every byte was valid UTF-8. */
bool text_append_utf8(GString *text, Bytes view);

/* True for characters that could steer a terminal or reorder text and are not seen themselves: controls,
 * bidirectional and other format characters, line and paragraph separators. */
bool text_is_invisible(gunichar c);

/* Appends view to text on one line: line ends (CR LF, LF) become " ⏎ " save at the end, other controls their
 * picture (U+2400…), bidirectional and other invisible format characters U+FFFD. At most limit characters of
 * view are taken, then "…" follows. */
void text_append_visible(GString *text, Bytes view, size_t limit);
