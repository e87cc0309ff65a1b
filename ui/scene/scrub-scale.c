/* SPDX-License-Identifier: MIT */
/* The scrubber's scale: even, save that silences are squeezed. */
#include "ui/scene/scrub-scale.h"

#define LONGEST (2 * NANOSECONDS_PER_SECOND)

typedef struct {
  Nanoseconds from, to;
  double position; /* where it begins on the scrubber */
} Gap;

static double seconds(Nanoseconds time)
{
  return (double)time / NANOSECONDS_PER_SECOND;
}

static void add_gap(ScrubScale *scale, Nanoseconds from, Nanoseconds to)
{
  if (to - from <= LONGEST) return;
  Gap gap = {from, to, scrub_scale_position(scale, from)};
  g_array_append_val(scale->gaps, gap);
}

void scrub_scale_read(ScrubScale *scale, const SceneSource *source)
{
  scrub_scale_clear(scale);
  scale->gaps = g_array_new(FALSE, FALSE, sizeof(Gap));
  if (source == NULL) return;
  scale->start = source->start;
  scale->end = MAX(source->start, source->end);
  Nanoseconds last = scale->start;
  for (guint i = 0; i < source->event_count(source->owner); i++) {
    Nanoseconds time = source->event(source->owner, i)->time;
    add_gap(scale, last, time);
    last = MAX(last, time);
  }
  add_gap(scale, last, scale->end);
  scale->length = scrub_scale_position(scale, scale->end);
}

void scrub_scale_clear(ScrubScale *scale)
{
  g_clear_pointer(&scale->gaps, g_array_unref);
  *scale = (ScrubScale){0};
}

static double squeezed(const Gap *gap)
{
  return seconds(LONGEST) / seconds(gap->to - gap->from);
}

double scrub_scale_position(const ScrubScale *scale, Nanoseconds time)
{
  Nanoseconds from = scale->start;
  double position = 0;
  for (guint i = 0; scale->gaps != NULL && i < scale->gaps->len; i++) {
    const Gap *gap = &g_array_index(scale->gaps, Gap, i);
    if (time < gap->from) break;
    if (time < gap->to) return gap->position + seconds(time - gap->from) * squeezed(gap);
    from = gap->to;
    position = gap->position + seconds(LONGEST);
  }
  return position + seconds(MAX(time - from, 0));
}

Nanoseconds scrub_scale_time(const ScrubScale *scale, double position)
{
  Nanoseconds from = scale->start;
  double reached = 0;
  for (guint i = 0; scale->gaps != NULL && i < scale->gaps->len; i++) {
    const Gap *gap = &g_array_index(scale->gaps, Gap, i);
    if (position < gap->position) break;
    if (position < gap->position + seconds(LONGEST))
      return gap->from + (Nanoseconds)((position - gap->position) / squeezed(gap) * NANOSECONDS_PER_SECOND);
    from = gap->to;
    reached = gap->position + seconds(LONGEST);
  }
  Nanoseconds time = from + (Nanoseconds)((position - reached) * NANOSECONDS_PER_SECOND);
  return CLAMP(time, scale->start, scale->end);
}
