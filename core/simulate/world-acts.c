/* SPDX-License-Identifier: MIT */
/* The acts of the scenario: when each begins, what its agent is asked to do, and that the next may wait for
 * its end. */
#include "simulate/world-private.h"

static guint act_count(const World *world)
{
  return world->scenario->acts->len;
}

static const ScenarioAct *plan_of(const WorldAct *act)
{
  return &g_array_index(act->world->scenario->acts, ScenarioAct, act->index);
}

static void act_ended(void *owner)
{
  WorldAct *act = owner;
  if (act->index + 1 >= act_count(act->world)) return;
  WorldAct *next = act + 1;
  if (plan_of(next)->after) virtual_clock_set(&act->world->clock, &next->timer, plan_of(next)->when);
}

static void agent_done(void *owner, bool good)
{
  (void)good;
  act_ended(owner);
}

static void act_begins(void *owner)
{
  WorldAct *act = owner;
  World *world = act->world;
  const ScenarioAct *plan = plan_of(act);
  WorldEvent event = WORLD_EVENT_EMPTY;
  event.type = WORLD_ACT;
  event.number = plan->number;
  event.text = plan->title;
  if (plan->kind != ACT_WAIT) event.host = default_users[plan->user].host;
  world_log_append(world, event);
  switch (plan->kind) {
  case ACT_SEND:
    mail_user_agent_send(world->user_agents[plan->user], plan->to, plan->subject, plan->text, agent_done,
                         act);
    break;
  case ACT_FETCH:
    mail_user_agent_fetch(world->user_agents[plan->user], plan->keep, agent_done, act);
    break;
  case ACT_WAIT:
    virtual_clock_set(&world->clock, &act->pause, plan->length);
    break;
  }
}

void world_acts_init(World *world)
{
  world->acts = g_new0(WorldAct, act_count(world));
  for (guint i = 0; i < act_count(world); i++) {
    WorldAct *act = &world->acts[i];
    act->world = world;
    act->index = i;
    act->timer = (Timer){.expired = act_begins, .owner = act};
    act->pause = (Timer){.expired = act_ended, .owner = act};
    if (!plan_of(act)->after) virtual_clock_set(&world->clock, &act->timer, plan_of(act)->when);
  }
}

void world_acts_clear(World *world)
{
  for (guint i = 0; i < act_count(world); i++) {
    virtual_clock_cancel(&world->clock, &world->acts[i].timer);
    virtual_clock_cancel(&world->clock, &world->acts[i].pause);
  }
  g_free(world->acts);
}
