/* SPDX-License-Identifier: MIT */
/* Where the stage takes its world from: the simulated one, or arrays a test has made. */
#pragma once

#include "simulate/world.h"

/* Everything is borrowed and lives at least as long as the source's owner. Events are in order of time. */
typedef struct {
  guint (*host_count)(void *owner);
  const WorldHost *(*host)(void *owner, guint index);
  guint (*link_count)(void *owner);
  const WorldLink *(*link)(void *owner, guint index);
  guint (*message_count)(void *owner);
  const WorldMessage *(*message)(void *owner, guint index);
  guint (*event_count)(void *owner);
  const WorldEvent *(*event)(void *owner, guint index);
  Nanoseconds start;
  Nanoseconds end; /* when the run ended; never before the last event */
  guint eve_link;  /* UINT_MAX: nobody listens */
  void *owner;
} SceneSource;

/* Returns a source that reads a world; start, end and Eve's link are taken now: make it anew when the world
 * has run on. */
SceneSource scene_source_for_world(World *world);

typedef struct {
  const WorldHost *hosts;
  guint host_count;
  const WorldLink *links;
  guint link_count;
  const WorldMessage *messages;
  guint message_count;
  const WorldEvent *events;
  guint event_count;
} SceneArrays;

/* Returns a source that reads arrays, which it borrows. It starts at the first event. */
SceneSource scene_source_for_arrays(SceneArrays *arrays, guint eve_link);
