/* SPDX-License-Identifier: MIT */
/* The inspector: frames in, rows out. Joins flow table, TCP reassembly and protocol decoders; the same for
 * files, live capture and simulation. */
#pragma once

#include "observe/row.h"

typedef struct Inspector Inspector;

typedef struct {
  uint16_t port;
  ProtocolId protocol;
} DecodeAs;

typedef struct {
  const DecodeAs *decode_as; /* may be NULL; copied */
  size_t decode_as_count;
} InspectorOptions;

typedef struct {
  uint64_t frames;
  uint64_t bytes;          /* captured bytes of all frames */
  uint64_t unknown_link;   /* frames of a link type we cannot read */
  uint64_t damaged_frames; /* headers that lie */
  uint64_t rows[LINE_KIND_COUNT];
} InspectorCounts;

/* Returns a new inspector that hands rows to sink (copied; its owner outlives the inspector). options may be
 * NULL. */
Inspector *inspector_new(const InspectorOptions *options, const RowSink *sink);

/* Takes the next frame. Cost is linear in its bytes; nothing of frame is kept but what waits out of order. */
void inspector_push(Inspector *inspector, const Frame *frame);

/* Returns a sink that pushes into inspector. */
FrameSink inspector_get_frame_sink(Inspector *inspector);

/* The source has ended: gives up waiting for missing bytes and writes the closing rows. */
void inspector_finish(Inspector *inspector);

/* Returns the counts so far, borrowed. */
const InspectorCounts *inspector_get_counts(const Inspector *inspector);

void inspector_free(Inspector *inspector);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inspector, inspector_free)
