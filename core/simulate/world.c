/* SPDX-License-Identifier: MIT */
/* Building a world from a scenario's plan, running it, and looking at it. */
#include "simulate/world.h"

#include "simulate/world-private.h"

World *world_new(Scenario *scenario, uint64_t seed, const FrameSink *tap, GError **error)
{
  World *world = g_new0(World, 1);
  world->scenario = scenario_ref(scenario);
  world->plan = scenario->plan;
  world->seed = seed;
  world->clock.now = scenario->start;
  if (tap != NULL) world->tap.sink = *tap;
  world_network_init(world);
  world_log_init(world);
  bool sound = world_agents_init(world, error);
  world_acts_init(world);
  if (sound) return world;
  world_free(world);
  return NULL;
}

bool world_run(World *world, Nanoseconds limit)
{
  while (virtual_clock_step(&world->clock, limit))
    ;
  return timer_queue_peek(&world->clock.timers) == NULL;
}

Nanoseconds world_get_now(const World *world)
{
  return world->clock.now;
}

Nanoseconds world_get_start(const World *world)
{
  return world->scenario->start;
}

guint world_get_host_count(const World *world)
{
  return world->host_count;
}

const WorldHost *world_get_host(const World *world, guint index)
{
  g_return_val_if_fail(index < world->host_count, NULL);
  return &world->hosts[index];
}

guint world_get_link_count(const World *world)
{
  return world->link_count;
}

const WorldLink *world_get_link(const World *world, guint index)
{
  g_return_val_if_fail(index < world->link_count, NULL);
  return &world->links[index];
}

guint world_get_message_count(const World *world)
{
  return world->messages->len;
}

const GPtrArray *world_get_inbox(const World *world, guint host)
{
  for (guint i = 0; i < world->user_count; i++)
    if (world_plan_user(world->plan, i)->host == host && world->people[i].mail != NULL)
      return mail_user_agent_get_inbox(world->people[i].mail);
  return NULL;
}

guint world_get_eve_link(const World *world)
{
  return world->plan->eve_link;
}

guint world_get_event_count(const World *world)
{
  return world->events->len;
}

const WorldEvent *world_get_event(const World *world, guint index)
{
  g_return_val_if_fail(index < world->events->len, NULL);
  return &g_array_index(world->events, WorldEvent, index);
}

void world_free(World *world)
{
  if (world == NULL) return;
  world_agents_clear(world);
  world_acts_clear(world);
  world_network_clear(world);
  virtual_clock_clear(&world->clock);
  tap_clear(&world->tap);
  world_log_clear(world);
  scenario_unref(world->scenario);
  g_free(world);
}
