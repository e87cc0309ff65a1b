/* SPDX-License-Identifier: MIT */
/* A source that reads arrays: for tests and drawn examples, without a simulation. */
#include "ui/scene/scene-source.h"

static guint array_hosts(void *owner)
{
  return ((const SceneArrays *)owner)->host_count;
}

static const WorldHost *array_host(void *owner, guint index)
{
  return &((const SceneArrays *)owner)->hosts[index];
}

static guint array_links(void *owner)
{
  return ((const SceneArrays *)owner)->link_count;
}

static const WorldLink *array_link(void *owner, guint index)
{
  return &((const SceneArrays *)owner)->links[index];
}

static guint array_messages(void *owner)
{
  return ((const SceneArrays *)owner)->message_count;
}

static const WorldMessage *array_message(void *owner, guint index)
{
  return &((const SceneArrays *)owner)->messages[index];
}

static guint array_events(void *owner)
{
  return ((const SceneArrays *)owner)->event_count;
}

static const WorldEvent *array_event(void *owner, guint index)
{
  return &((const SceneArrays *)owner)->events[index];
}

SceneSource scene_source_for_arrays(SceneArrays *arrays, guint eve_link)
{
  Nanoseconds start = arrays->event_count > 0 ? arrays->events[0].time : 0;
  Nanoseconds end = start;
  for (guint i = 0; i < arrays->event_count; i++) {
    const WorldEvent *event = &arrays->events[i];
    end = MAX(end, event->type == WORLD_FRAME ? MAX(event->time, event->until) : event->time);
  }
  return (SceneSource){
      .host_count = array_hosts,
      .host = array_host,
      .link_count = array_links,
      .link = array_link,
      .message_count = array_messages,
      .message = array_message,
      .event_count = array_events,
      .event = array_event,
      .start = start,
      .end = end,
      .eve_link = eve_link,
      .owner = arrays,
  };
}
