/* SPDX-License-Identifier: MIT */
/* Reads a capture off the window's thread: frames to rows, published about sixty times a second, until the
 * end or a cancel. */
#pragma once

#include "observe/inspector.h"
#include "observe/timeline.h"
#include "ui/timeline/name-table.h"

typedef struct CaptureLoader CaptureLoader;

/* How far a loader is. */
typedef enum {
  LOADING_OPENING, /* nothing to show yet */
  LOADING_ROWS,    /* the timeline exists and grows */
  LOADING_DONE,    /* the thread has ended; the rest is final */
} LoadingState;

/* Begins to read path (copied). */
CaptureLoader *capture_loader_new(const char *path);

/* Asks the thread to stop; it does within 100 ms, what it has read stays. */
void capture_loader_cancel(CaptureLoader *loader);

LoadingState capture_loader_get_state(CaptureLoader *loader);

/* Returns true when the source was opened, so that there is a timeline to show. */
bool capture_loader_was_opened(CaptureLoader *loader);

/* Returns the timeline, or NULL before there is one. Borrowed. */
Timeline *capture_loader_get_timeline(CaptureLoader *loader);

/* Returns the part read, 0 … 1, or -1 where the size is not known. */
double capture_loader_get_fraction(CaptureLoader *loader);

/* Adds names learned since the last call to names; returns true when there were any. */
bool capture_loader_take_names(CaptureLoader *loader, NameTable *names);

/* After the end: why reading stopped before it, or NULL; the counts; whether it was cancelled. Borrowed. */
const GError *capture_loader_get_error(CaptureLoader *loader);
const InspectorCounts *capture_loader_get_counts(CaptureLoader *loader);
bool capture_loader_was_cancelled(CaptureLoader *loader);

/* Cancels, waits for the thread and frees. */
void capture_loader_free(CaptureLoader *loader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureLoader, capture_loader_free)
