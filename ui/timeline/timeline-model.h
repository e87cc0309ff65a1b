/* SPDX-License-Identifier: MIT */
/* The list's model: published rows of a Timeline by index, their texts made when they are drawn. */
#pragma once

#include <gtk/gtk.h>

#include "ui/timeline/line-text.h"

/* Columns, all strings. */
typedef enum {
  TIMELINE_COLUMN_NUMBER,
  TIMELINE_COLUMN_TIME,
  TIMELINE_COLUMN_BETWEEN,
  TIMELINE_COLUMN_PROTOCOL,
  TIMELINE_COLUMN_CLASS,
  TIMELINE_COLUMN_WIRE,
  TIMELINE_COLUMN_GLOSS,
  TIMELINE_COLUMN_COUNT,
} TimelineColumn;

#define TIMELINE_TYPE_MODEL (timeline_model_get_type())
G_DECLARE_FINAL_TYPE(TimelineModel, timeline_model, TIMELINE, MODEL, GObject)

/* Returns a model without lines. timeline and names are taken with a reference. */
TimelineModel *timeline_model_new(Timeline *timeline, NameTable *names);

Timeline *timeline_model_get_timeline(TimelineModel *model);
NameTable *timeline_model_get_names(TimelineModel *model);

/* Replaces the names, and forgets the texts made so far. */
void timeline_model_set_names(TimelineModel *model, NameTable *names);

/* Returns how many published rows the list does not show yet and may (at most what the horizon allows). */
uint32_t timeline_model_get_backlog(TimelineModel *model);

/* Shows up to limit more rows; says so to the view unless quiet (then no view may be attached). */
void timeline_model_take(TimelineModel *model, uint32_t limit, bool quiet);

/* Shows the rows up to time and no later ones, now and in future; NANOSECONDS_NEVER for all. Lines past it go
 * away. */
void timeline_model_set_horizon(TimelineModel *model, Nanoseconds time);

/* Returns how many lines the list has. */
uint32_t timeline_model_get_count(TimelineModel *model);

/* Returns how many conversations the lines shown have begun. */
uint32_t timeline_model_get_conversations(TimelineModel *model);

/* Returns the time of the source's first line, from which the list counts; 0 where there is none. */
Nanoseconds timeline_model_get_start(TimelineModel *model);

/* Returns the row shown at a line, which must be below the count. */
const Row *timeline_model_get_row(TimelineModel *model, uint32_t line);

/* Returns the texts of a line, valid until the next call. */
const LineText *timeline_model_get_text(TimelineModel *model, uint32_t line);

/* Returns the line that shows the row with that id, or the last before it; -1 where there is none. */
int64_t timeline_model_find_id(TimelineModel *model, uint32_t id);

/* Returns the line an iterator stands for. */
uint32_t timeline_model_get_line(const GtkTreeIter *iter);
