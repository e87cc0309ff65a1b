/* SPDX-License-Identifier: MIT */
/* What the world's builder, its programs, its acts and its log share. */
#pragma once

#include "agent/access-server-imap.h"
#include "agent/access-server.h"
#include "agent/browser.h"
#include "agent/mail-user-agent.h"
#include "agent/name-server.h"
#include "agent/spoofer.h"
#include "agent/transfer-agent.h"
#include "agent/typist.h"
#include "agent/webmail-server.h"
#include "simulate/host.h"
#include "simulate/scenario-private.h"
#include "simulate/world.h"

typedef struct {
  World *world;
  guint index;
  Timer timer;
  Timer pause; /* a wait's end */
} WorldAct;

/* A stretch without power: one timer for its beginning, one for its end. */
typedef struct {
  World *world;
  guint host;
  Timer goes_down, comes_up;
} WorldOutage;

/* A host as the world has it. Store and queue are its disk: they outlive a power cut, the programs do not. */
typedef struct {
  Host *machine;
  MailStore *store; /* of mail servers, else NULL */
  MailQueue *queue; /* likewise */
  Greylist *greylist;
  TransferAgent *transfer_agent;
  GStrv mechanisms; /* of SASL, NULL for none */
  AccessServer *access_server;
  AccessServerImap *imap_server;
  NameServer *name_server;
  WebmailServer *webmail;
} WorldMachine;

/* The programs of a person; made when first used. */
typedef struct {
  MailUserAgent *mail;
  Browser *browser;
  bool browses; /* logged in with it, as far as was asked for */
  Spoofer *spoofer;
  Typist *typist;
} WorldPerson;

/* A message of the world: its beginning until somebody looks, then what a postcard shows. */
typedef struct {
  WorldMessage view;
  GBytes *glance;
} WorldLetter;

struct World {
  Scenario *scenario;
  const WorldPlan *plan; /* the scenario's */
  uint64_t seed;
  VirtualClock clock;
  Tap tap;
  HostWatch watch;

  guint host_count, link_count, user_count;
  WorldHost *hosts;
  WorldLink *links;
  WorldMachine *machines; /* by the same index */
  Link *cables;           /* likewise */
  WorldPerson *people;    /* by the plan's users */
  GPtrArray *outages;     /* of WorldOutage */
  WorldAct *acts;         /* as many as the scenario's */
  GArray *schedule; /* of guint: those acts that begin at a time of their own, the first of them first */
  guint scheduled;  /* of these, how many had their timer set: one at a time, there may be thousands */
  uint64_t schedule_place; /* in the queue of timers, of the first */
  GHashTable *names;       /* of const char *, lower case → host index + 1 */
  GHashTable *addresses;   /* of IpAddress → host index + 1 */

  GArray *events;            /* of WorldEvent */
  GPtrArray *messages;       /* of WorldLetter, owned */
  GHashTable *message_index; /* Message-ID → number */
  GHashTable *copies;        /* message, host and tray → how many lie there, as the log tells */
  GStringChunk *texts;       /* sentences of steps */
  uint32_t connection_count;
  uint32_t last_step;
  uint16_t last_step_host;
};

/* Builds hosts, links, routes and firewalls; frees them. */
void world_network_init(World *world);
void world_network_clear(World *world);

/* Starts the servers; returns false with *error set where the scenario's records are none. Frees all
 * programs.
 */
bool world_agents_init(World *world, GError **error);
void world_agents_clear(World *world);

/* Returns a person's program, started when first asked for. Borrowed. */
MailUserAgent *world_need_mail(World *world, guint user);
Browser *world_need_browser(World *world, guint user);
Spoofer *world_need_spoofer(World *world, guint user);
Typist *world_need_typist(World *world, guint user);

/* Cuts a host's power, or gives it back; its server programs end, and begin anew on the same disk. */
void world_set_power(World *world, guint host, bool on);

/* Returns a host of that kind, host_count for none. */
guint world_find_kind(const World *world, WorldHostKind kind);

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

enum { STEP_WRITE = 1, STEP_SUBMIT, STEP_QUEUE, STEP_LOOK_UP, STEP_RELAY, STEP_FETCH };

/* Writes the step that host begins with peer (UINT16_MAX: none) on a port (0: none), unless it was the last
 * one told. */
void world_step(World *world, uint32_t step, uint16_t host, uint16_t peer, uint16_t port, uint16_t link);

/* Lets a person with a browser do what the act says; done(act, good) tells its end. */
void world_browse(WorldAct *act, void (*done)(void *act, bool good));

/* Sets the timers of the acts and of the outages. */
void world_acts_init(World *world);
void world_acts_clear(World *world);
