/* SPDX-License-Identifier: MIT */
/* What travels: every frame with payload of a log, and the letters that frames carry, found once and then
 * looked up by time. */
#pragma once

#include "protocol/vocabulary.h"
#include "ui/scene/scene-source.h"

/* How long after it left a lost frame is still seen to fall, and its × after that, in virtual time. */
#define SCENE_FALL (300 * NANOSECONDS_PER_MILLISECOND)
#define SCENE_CROSS NANOSECONDS_PER_SECOND

typedef struct {
  Nanoseconds departs, arrives;
  uint32_t message;    /* 1-based: a letter on its way; 0: one frame of a dialogue */
  uint32_t connection; /* 0: none (DNS) */
  uint32_t event;      /* index of its (first) frame */
  uint16_t from, to;   /* hosts */
  uint16_t link;
  ProtocolId protocol; /* by port; PROTOCOL_NONE where unknown */
  bool lost;
  bool sealed;
  bool carries; /* a frame that is part of a letter drawn by itself */
} SceneFlight;

typedef struct SceneFlights SceneFlights;

/* Reads the whole log; linear in its events. */
SceneFlights *scene_flights_new(const SceneSource *source);
void scene_flights_free(SceneFlights *flights);

/* Calls found for every flight in the air at that time (departs ≤ time < arrives, for a lost one until its ×
 * has gone), in order of departure. */
void scene_flights_find(const SceneFlights *flights, Nanoseconds time,
                        void (*found)(const SceneFlight *flight, void *data), void *data);

/* All flights, in order of departure. */
guint scene_flights_get_count(const SceneFlights *flights);
const SceneFlight *scene_flights_get(const SceneFlights *flights, guint index);

/* Returns the connection to which the frame at that index of the log belongs: the one it names, else the one
 * that two hosts have on that link at that time; 0 for none. */
uint32_t scene_flights_get_connection(const SceneFlights *flights, guint event);

/* Returns the protocol usual on a port, or PROTOCOL_NONE; *sealed tells whether TLS comes first there. */
ProtocolId scene_port_protocol(uint16_t port, bool *sealed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SceneFlights, scene_flights_free)
