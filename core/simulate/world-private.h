/* SPDX-License-Identifier: MIT */
/* What the world's builder, its acts and its log share. */
#pragma once

#include "agent/access-server.h"
#include "agent/mail-user-agent.h"
#include "agent/name-server.h"
#include "agent/transfer-agent.h"
#include "simulate/host.h"
#include "simulate/scenario-private.h"
#include "simulate/world.h"

typedef struct {
  World *world;
  guint index;
  Timer timer;
  Timer pause; /* a wait's end */
} WorldAct;

struct World {
  Scenario *scenario;
  uint64_t seed;
  VirtualClock clock;
  Tap tap;
  HostWatch watch;

  WorldHost hosts[DEFAULT_HOST_COUNT];
  WorldLink links[DEFAULT_LINK_COUNT];
  Host *machines[DEFAULT_HOST_COUNT]; /* by the same index */
  Link cables[DEFAULT_LINK_COUNT];

  MailStore *stores[DEFAULT_HOST_COUNT]; /* of the mail servers, else NULL */
  TransferAgent *transfer_agents[DEFAULT_HOST_COUNT];
  AccessServer *access_servers[DEFAULT_HOST_COUNT];
  MailUserAgent *user_agents[DEFAULT_USER_COUNT];
  NameServer *name_server;
  WorldAct *acts; /* as many as the scenario's */

  GArray *events;            /* of WorldEvent */
  GPtrArray *messages;       /* of WorldMessage, owned */
  GHashTable *message_index; /* Message-ID → number */
  GHashTable *copies;        /* message, host and tray → how many lie there, as the log tells */
  uint32_t connection_count;
  uint32_t last_step;
};

/* Fills the watch with which the world writes its log. */
void world_log_init(World *world);
void world_log_clear(World *world);

/* Writes an event that has happened now; its time is set here. */
void world_log_append(World *world, WorldEvent event);

/* An event without host, peer and link, to be filled. */
#define WORLD_EVENT_EMPTY ((WorldEvent){.host = UINT16_MAX, .peer = UINT16_MAX, .link = UINT16_MAX})

/* Returns the index of the host of that address, or name, or UINT16_MAX. */
uint16_t world_find_address(const World *world, const IpAddress *address);
uint16_t world_find_name(const World *world, const char *name);

/* Sets the timers of the acts. */
void world_acts_init(World *world);
void world_acts_clear(World *world);
