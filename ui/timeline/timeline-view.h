/* SPDX-License-Identifier: MIT */
/* The list of lines. Signals: "line-selected" (the selection changed), "line-activated" (Enter or double
 * click). */
#pragma once

#include "ui/timeline/timeline-model.h"

#define TIMELINE_TYPE_VIEW (timeline_view_get_type())
G_DECLARE_FINAL_TYPE(TimelineView, timeline_view, TIMELINE, VIEW, GtkOverlay)

/* Returns a list without lines. */
GtkWidget *timeline_view_new(void);

/* Shows the lines of model (a reference is kept), or none for NULL. */
void timeline_view_set_model(TimelineView *view, TimelineModel *model);
TimelineModel *timeline_view_get_model(TimelineView *view);

/* Takes the rows published since the last call, as many as fit in a frame; all at once where they are very
 * many. Returns true when more are left. */
bool timeline_view_take_rows(TimelineView *view);

/* Shows rows up to a moment (NANOSECONDS_NEVER: all). */
void timeline_view_set_horizon(TimelineView *view, Nanoseconds time);

/* Selects a line and brings it into view; -1 for none. */
void timeline_view_select(TimelineView *view, int64_t line);

/* Returns the row selected, or NULL. */
const Row *timeline_view_get_selected(TimelineView *view);

/* Says what stands in place of lines when there are none; "" for nothing. */
void timeline_view_set_placeholder(TimelineView *view, const char *text);

/* Moves the keyboard focus to the list. */
void timeline_view_focus(TimelineView *view);
