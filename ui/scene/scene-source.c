/* SPDX-License-Identifier: MIT */
/* A source that reads a simulated world. */
#include "ui/scene/scene-source.h"

static guint world_hosts(void *owner)
{
  return world_get_host_count(owner);
}

static const WorldHost *world_host(void *owner, guint index)
{
  return world_get_host(owner, index);
}

static guint world_links(void *owner)
{
  return world_get_link_count(owner);
}

static const WorldLink *world_link(void *owner, guint index)
{
  return world_get_link(owner, index);
}

static guint world_messages(void *owner)
{
  return world_get_message_count(owner);
}

static const WorldMessage *world_message(void *owner, guint index)
{
  return world_get_message(owner, index);
}

static guint world_events(void *owner)
{
  return world_get_event_count(owner);
}

static const WorldEvent *world_event(void *owner, guint index)
{
  return world_get_event(owner, index);
}

SceneSource scene_source_for_world(World *world)
{
  return (SceneSource){
      .host_count = world_hosts,
      .host = world_host,
      .link_count = world_links,
      .link = world_link,
      .message_count = world_messages,
      .message = world_message,
      .event_count = world_events,
      .event = world_event,
      .start = world_get_start(world),
      .end = MAX(world_get_now(world), world_get_start(world)),
      .eve_link = world_get_eve_link(world),
      .owner = world,
  };
}
