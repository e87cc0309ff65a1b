/* SPDX-License-Identifier: MIT */
/* A capture in memory, to be cut, swapped and thinned out; and what the inspector says of it, as text. */
#pragma once

#include "observe/inspector.h"
#include "wire/packet.h"

/* Returns the frames of a capture file: a GPtrArray of Frame *, each with its bytes behind it. Fails the test
 * when the file cannot be read. */
GPtrArray *frame_list_load(const char *path);

/* Returns the paths of all files in captures/, sorted; free with g_ptr_array_unref. */
GPtrArray *frame_list_captures(void);

/* Appends a copy of frame. */
void frame_list_append(GPtrArray *list, const Frame *frame);

/* Appends a frame of our own making that carries packet's transport data: payload from start on, length bytes
 * of it. The FIN stays on the last part, a SYN on the first. */
void frame_list_append_part(GPtrArray *list, const Frame *origin, const Packet *packet, size_t start,
                            size_t length);

/* Returns the inspector's rows as text, one a line, in order; without what depends on the cutting of frames
 * (number, time) unless with_frames. Ids are written as they are. Free with g_string_free. */
GString *frame_list_inspect(const GPtrArray *list, bool with_frames);

/* Returns every command with the reply that answers it, "stream|command|reply" → GUINT count. */
GHashTable *frame_list_pairs(const GPtrArray *list, guint *gaps, guint *replies);
