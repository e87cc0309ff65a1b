/* SPDX-License-Identifier: MIT */
/* The world at one instant, as the stage shows it. Moves along the log both ways, at a cost of the entries
 * passed. */
#pragma once

#include "ui/scene/scene-flights.h"

/* States of WORLD_CONNECTION. */
typedef enum {
  SCENE_CONNECTION_NONE,
  SCENE_CONNECTION_OPENING,
  SCENE_CONNECTION_OPEN,
  SCENE_CONNECTION_CLOSING,
  SCENE_CONNECTION_CLOSED,
  SCENE_CONNECTION_RESET,
  SCENE_CONNECTION_REFUSED,
  SCENE_CONNECTION_SEALED, /* open, and TLS has begun */
} SceneConnectionState;

#define SCENE_TRAYS (TRAY_INBOX + 1)
#define SCENE_MAX_DISCS 9
#define SCENE_NOBODY UINT16_MAX

typedef struct {
  const WorldHost *host;
  bool up;
  Nanoseconds up_again;       /* when the log says it comes back; NANOSECONDS_NEVER */
  GArray *trays[SCENE_TRAYS]; /* uint32_t messages, ascending */
  guint sent;                 /* messages that left its outbox */
  guint answers;              /* payload frames it sent: a name server's answers */
  guint connections;          /* open now */
  bool sends, receives;       /* somewhere in the whole log */
} SceneHost;

typedef struct {
  uint16_t opener, peer, link, port;
  uint8_t state; /* SceneConnectionState */
  bool sealed;
  ProtocolId protocol;
  Nanoseconds changed;
} SceneConnection;

typedef enum { SCENE_TO_COME, SCENE_NOW, SCENE_DONE } SceneWhen;

/* A step's disc: on a link, or at a host where link is UINT16_MAX. */
typedef struct {
  uint32_t number;
  uint16_t host, link;
  SceneWhen when;
} SceneDisc;

typedef struct {
  SceneSource source;
  Nanoseconds time;
  guint position; /* entries of the log applied */
  SceneHost *hosts;
  guint host_count;
  GArray *connections; /* SceneConnection by number - 1 */
  GArray *open; /* uint32_t numbers to be drawn, ascending: opening, open, closing; reset and refused too */
  const WorldEvent *step, *act; /* the latest, or NULL */
  SceneDisc discs[SCENE_MAX_DISCS];
  guint disc_count;
  uint32_t step_count;               /* discs of this walk */
  uint16_t acting;                   /* host that did something last, or SCENE_NOBODY */
  uint16_t acting_peer;              /* host it did it to, or SCENE_NOBODY */
  GArray *flying;                    /* SceneFlight, by departure */
  guint eve_link;                    /* UINT_MAX: nowhere */
  uint64_t eve_readable, eve_sealed; /* payload bytes that passed her so far */
  /* private */
  SceneFlights *flights;
  GArray *notes;       /* one an entry of the log */
  GArray *steps;       /* WORLD_STEP entries, and when they are shown */
  GArray *host_events; /* indexes of WORLD_HOST entries */
} SceneState;

/* Returns the world of a source (copied) at its start. Reads the log once. */
SceneState *scene_state_new(const SceneSource *source);
void scene_state_free(SceneState *state);

/* Moves to a time, either way: all entries up to and at that time are applied. */
void scene_state_seek(SceneState *state, Nanoseconds time);

/* Moves Eve to a link (UINT_MAX: nowhere); what she has read is counted again. */
void scene_state_set_eve_link(SceneState *state, guint link);

/* Returns a connection by its number, or NULL. */
const SceneConnection *scene_state_get_connection(const SceneState *state, uint32_t number);

/* What Eve's link carries now. */
typedef enum { EVE_IDLE, EVE_READS, EVE_COUNTS } EveSees;
EveSees scene_state_eve_sees(const SceneState *state);

/* Returns how many messages lie in a tray. */
guint scene_state_count(const SceneState *state, guint host, WorldTray tray);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SceneState, scene_state_free)
