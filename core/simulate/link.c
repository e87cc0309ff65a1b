/* SPDX-License-Identifier: MIT */
/* The cable. */
#include "simulate/link.h"

static void timer_expired(void *owner);

void link_init(Link *link, uint32_t index, const LinkConfig *config, uint64_t seed, VirtualClock *clock,
               Tap *tap)
{
  *link = (Link){.index = index, .config = *config, .clock = clock, .tap = tap};
  link->frames = g_ptr_array_new_with_free_func(g_free);
  for (unsigned from = 0; from < 2; from++)
    link->directions[from].dice = random_source(seed, UINT64_C(0x6c00000000) + 2 * index + from);
}

LinkFrame *link_begin(Link *link, unsigned from)
{
  LinkFrame *frame = link->free_frames;
  if (frame == NULL) {
    frame = g_new0(LinkFrame, 1);
    frame->timer = (Timer){.expired = timer_expired, .owner = frame};
    frame->link = link;
    g_ptr_array_add(link->frames, frame);
  } else {
    link->free_frames = frame->next_free;
  }
  frame->from = (uint8_t)from;
  frame->label = (LinkLabel){0};
  frame->departed = false;
  return frame;
}

static void recycle(LinkFrame *frame)
{
  frame->next_free = frame->link->free_frames;
  frame->link->free_frames = frame;
}

/* How long the frame occupies its direction. */
static Nanoseconds time_on_wire(const Link *link, const LinkFrame *frame)
{
  if (link->config.bandwidth == 0) return 0;
  return (Nanoseconds)((double)frame->length * 8 * (double)NANOSECONDS_PER_SECOND /
                       (double)link->config.bandwidth);
}

static void depart(LinkFrame *frame)
{
  Link *link = frame->link;
  LinkDirection *direction = &link->directions[frame->from];
  Nanoseconds travel = time_on_wire(link, frame) + link->config.delay;
  if (link->config.jitter > 0)
    travel += (Nanoseconds)(random_source_next(&direction->dice) % (uint64_t)link->config.jitter);
  frame->departed = true;
  frame->lost = random_source_chance(&direction->dice, link->config.loss);
  frame->arrival = link->clock->now + travel;
  frame->number = tap_push(link->tap, link->clock->now, link->index, (Bytes){frame->bytes, frame->length});
  if (link->watch.departed != NULL) link->watch.departed(link->watch.owner, link, frame);
  if (frame->lost)
    recycle(frame);
  else
    virtual_clock_set(link->clock, &frame->timer, travel);
}

static void timer_expired(void *owner)
{
  LinkFrame *frame = owner;
  if (!frame->departed) {
    depart(frame);
    return;
  }
  LinkEnd *end = &frame->link->ends[!frame->from];
  if (end->receive != NULL) end->receive(end->owner, frame->link, frame);
  recycle(frame);
}

void link_send(LinkFrame *frame)
{
  Link *link = frame->link;
  LinkDirection *direction = &link->directions[frame->from];
  Nanoseconds now = link->clock->now;
  g_assert(frame->length <= LINK_FRAME_BYTES);
  if (link->config.bandwidth == 0) {
    depart(frame);
    return;
  }
  Nanoseconds begin = MAX(now, direction->free_at);
  direction->free_at = begin + time_on_wire(link, frame);
  if (begin == now)
    depart(frame);
  else
    virtual_clock_set(link->clock, &frame->timer, begin - now);
}

void link_clear(Link *link)
{
  if (link->frames == NULL) return;
  for (guint i = 0; i < link->frames->len; i++) {
    LinkFrame *frame = g_ptr_array_index(link->frames, i);
    virtual_clock_cancel(link->clock, &frame->timer);
  }
  g_ptr_array_unref(link->frames);
  *link = (Link){0};
}
