/* SPDX-License-Identifier: MIT */
/* The cable: a queue before each end, the time on the wire, and the dice. */
#include "simulate/link.h"

static void arrive(void *owner);
static void turn_comes(void *owner);

/* The frames of all links of one tap, under way or free: they are reused, so there are no more than were ever
 * under way at a time. */
typedef struct LinkStock {
  guint links;
  LinkFrame *free;
  GPtrArray *all;
} LinkStock;

void link_init(Link *link, uint32_t index, const LinkConfig *config, uint64_t seed, VirtualClock *clock,
               Tap *tap)
{
  *link = (Link){.index = index, .clock = clock, .tap = tap};
  if (tap->stock == NULL) {
    tap->stock = g_new0(LinkStock, 1);
    tap->stock->all = g_ptr_array_new_with_free_func(g_free);
  }
  tap->stock->links++;
  for (unsigned from = 0; from < 2; from++) {
    LinkDirection *direction = &link->directions[from];
    direction->config = *config;
    direction->dice = random_source(seed, UINT64_C(0x6c00000000) + 2 * index + from);
    direction->turn = (Timer){.expired = turn_comes, .owner = direction};
    direction->link = link;
  }
}

const LinkConfig *link_get_config(const Link *link, unsigned from)
{
  return &link->directions[from].config;
}

uint16_t link_get_mtu(const Link *link, unsigned from)
{
  uint16_t mtu = link->directions[from].config.mtu;
  return mtu == 0 ? LINK_MTU : mtu;
}

void link_set_up(Link *link, bool up)
{
  link->down = !up;
}

LinkFrame *link_begin(Link *link, unsigned from)
{
  LinkStock *stock = link->tap->stock;
  LinkFrame *frame = stock->free;
  if (frame == NULL) {
    frame = g_new0(LinkFrame, 1);
    frame->timer = (Timer){.expired = arrive, .owner = frame};
    g_ptr_array_add(stock->all, frame);
  } else {
    stock->free = frame->next;
  }
  frame->link = link;
  link->begun++;
  frame->from = (uint8_t)from;
  frame->label = (LinkLabel){0};
  frame->number = frame->seen = 0;
  frame->lost = frame->copy = false;
  return frame;
}

void link_forget(LinkFrame *frame)
{
  LinkStock *stock = frame->link->tap->stock;
  frame->next = stock->free;
  stock->free = frame;
  frame->link->begun--;
  frame->link = NULL;
}

static void drop(LinkFrame *frame)
{
  const Link *link = frame->link;
  if (link->dropped != NULL) link->dropped(link->watch.owner, link, frame);
  link_forget(frame);
}

/* How long the frame occupies its direction. */
static Nanoseconds time_on_wire(const LinkDirection *direction, const LinkFrame *frame)
{
  if (direction->config.bandwidth == 0) return 0;
  return (Nanoseconds)((double)frame->length * 8 * (double)NANOSECONDS_PER_SECOND /
                       (double)direction->config.bandwidth);
}

/* Draws how long the frame travels. What is not wanted is not drawn, so that it shifts no other numbers. */
static Nanoseconds draw_travel(LinkDirection *direction, const LinkFrame *frame)
{
  const LinkConfig *config = &direction->config;
  Nanoseconds travel = time_on_wire(direction, frame) + config->delay;
  if (config->jitter > 0)
    travel += (Nanoseconds)(random_source_next(&direction->dice) % (uint64_t)config->jitter);
  if (config->reorder > 0 && random_source_chance(&direction->dice, config->reorder))
    travel += config->reorder_delay;
  return travel;
}

/* Tells of the frame and lets it travel, or not. */
static void travel_on(LinkFrame *frame, Nanoseconds travel)
{
  Link *link = frame->link;
  frame->arrival = link->clock->now + travel;
  if (link->watch.departed != NULL) link->watch.departed(link->watch.owner, link, frame);
  if (frame->lost)
    link_forget(frame);
  else
    virtual_clock_set(link->clock, &frame->timer, travel);
}

static LinkFrame *copy_of(const LinkFrame *frame)
{
  LinkFrame *copy = link_begin(frame->link, frame->from);
  copy->length = frame->length;
  copy->payload_length = frame->payload_length;
  copy->label = frame->label;
  copy->number = frame->number;
  copy->seen = frame->seen;
  copy->copy = true;
  memcpy(copy->bytes, frame->bytes, frame->length);
  return copy;
}

static void depart(LinkFrame *frame)
{
  Link *link = frame->link;
  LinkDirection *direction = &link->directions[frame->from];
  Nanoseconds travel = draw_travel(direction, frame);
  LinkFrame *copy = NULL;
  bool first_leg = frame->number == 0;
  if (first_leg) frame->number = tap_number(link->tap);
  frame->seen =
      tap_show(link->tap, link->clock->now, link->index, first_leg, (Bytes){frame->bytes, frame->length});
  frame->lost = random_source_chance(&direction->dice, direction->config.loss) || link->down;
  if (direction->config.duplication > 0 &&
      random_source_chance(&direction->dice, direction->config.duplication) && !frame->lost)
    copy = copy_of(frame);
  travel_on(frame, travel);
  if (copy != NULL) travel_on(copy, travel);
}

/* Lets the oldest that waits go when the direction is free, and wakes up for the next. */
static void serve_queue(LinkDirection *direction)
{
  VirtualClock *clock = direction->link->clock;
  while (direction->waiting != NULL && direction->free_at <= clock->now) {
    LinkFrame *frame = direction->waiting;
    direction->waiting = frame->next;
    direction->waiting_count--;
    direction->free_at = clock->now + time_on_wire(direction, frame);
    depart(frame);
  }
  if (direction->waiting != NULL) virtual_clock_set(clock, &direction->turn, direction->free_at - clock->now);
}

static void turn_comes(void *owner)
{
  serve_queue(owner);
}

static void arrive(void *owner)
{
  LinkFrame *frame = owner;
  LinkEnd *end = &frame->link->ends[!frame->from];
  if (end->receive != NULL) end->receive(end->owner, frame->link, frame);
  link_forget(frame);
}

void link_set_config(Link *link, unsigned from, const LinkConfig *config)
{
  LinkDirection *direction = &link->directions[from];
  direction->config = *config;
  if (config->bandwidth == 0) direction->free_at = link->clock->now;
  serve_queue(direction);
}

void link_send(LinkFrame *frame)
{
  Link *link = frame->link;
  LinkDirection *direction = &link->directions[frame->from];
  Nanoseconds now = link->clock->now;
  g_assert(frame->length <= LINK_FRAME_BYTES);
  if (direction->config.bandwidth == 0) {
    depart(frame);
    return;
  }
  if (direction->waiting == NULL && direction->free_at <= now) {
    direction->free_at = now + time_on_wire(direction, frame);
    depart(frame);
    return;
  }
  uint32_t room = direction->config.queue == 0 ? LINK_QUEUE : direction->config.queue;
  if (direction->waiting_count >= room) {
    drop(frame);
    return;
  }
  frame->next = NULL;
  if (direction->waiting == NULL)
    direction->waiting = frame;
  else
    direction->youngest->next = frame;
  direction->youngest = frame;
  direction->waiting_count++;
  if (!timer_is_set(&direction->turn))
    virtual_clock_set(link->clock, &direction->turn, direction->free_at - now);
}

void link_drop_waiting(Link *link, unsigned from)
{
  LinkDirection *direction = &link->directions[from];
  while (direction->waiting != NULL) {
    LinkFrame *frame = direction->waiting;
    direction->waiting = frame->next;
    drop(frame);
  }
  direction->waiting_count = 0;
  virtual_clock_cancel(link->clock, &direction->turn);
}

void link_clear(Link *link)
{
  LinkStock *stock = link->tap == NULL ? NULL : link->tap->stock;
  if (stock == NULL) return;
  link->dropped = NULL; /* nobody is told any more */
  for (unsigned from = 0; from < 2; from++)
    link_drop_waiting(link, from);
  for (guint i = 0; i < stock->all->len && link->begun > 0; i++) {
    LinkFrame *frame = g_ptr_array_index(stock->all, i);
    if (frame->link != link) continue;
    virtual_clock_cancel(link->clock, &frame->timer);
    link_forget(frame);
  }
  if (--stock->links == 0) {
    link->tap->stock = NULL;
    g_ptr_array_unref(stock->all);
    g_free(stock);
  }
  *link = (Link){0};
}
