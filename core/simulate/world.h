/* SPDX-License-Identifier: MIT */
/* The simulated world: hosts, links, agents and a clock. World = f(scenario, seed). Everything that happens
 * is a frame on a link and an entry of the log; entries hold old and new values, so a viewer's cursor moves
 * both ways without running anything again. */
#pragma once

#include "simulate/scenario.h"
#include "wire/frame.h"
#include "wire/ip-address.h"

typedef struct World World;

typedef enum { HOST_USER, HOST_MAIL_SERVER, HOST_NAME_SERVER, HOST_WEB_SERVER, HOST_ROUTER } WorldHostKind;

/* Where messages lie on a host. */
typedef enum { TRAY_NONE, TRAY_OUTBOX, TRAY_QUEUE, TRAY_MAILBOX, TRAY_INBOX } WorldTray;

typedef struct {
  const char *id;    /* "mail.alpha", the name scenarios use */
  const char *name;  /* "mail.alpha.example": what DNS and pcapng say */
  const char *label; /* short, for the stage: "mail.alpha", "Alice" */
  WorldHostKind kind;
  const char *domain; /* "alpha.example": its place; for users too */
  IpAddress address;
  uint8_t mac[6];
  const uint16_t *ports;   /* it listens on, ended by 0 */
  IpAddress other_address; /* of IPv6, where the scenario gives it one; version 0: none */
} WorldHost;

typedef struct {
  uint16_t a, b;      /* hosts, by index */
  Nanoseconds delay;  /* one way */
  double loss;        /* 0 … 1 */
  uint64_t bandwidth; /* bits a second, 0 for no limit */
  const char *name;   /* "alpha–beta" */
} WorldLink;

typedef enum {
  WORLD_ACT,  /* number; text: its title */
  WORLD_STEP, /* number 1…6 of the walk; text: one sentence for people (translated when shown: N_()) */
  WORLD_CONNECTION, /* connection; host opens to peer on port by link; old_state, new_state: 0 none, 1
                       opening, 2 open, 3 closing, 4 closed, 5 reset, 6 refused */
  WORLD_MESSAGE,    /* message: moves from (host, old_tray) to (peer, new_tray); old TRAY_NONE: composed, or
                       copied    from host, which keeps its own (POP3 until QUIT); new TRAY_NONE: gone. A tray
                       may    hold several    copies: one for each domain, or mailbox */
  WORLD_FRAME, /* frame (1-based, as in the tap) leaves host on link; arrives at `until`; lost when new_state
                  is 1; port: the server's; connection: of TCP; message: whose text it carries, 0 for none */
  WORLD_HOST,  /* host: old_state, new_state: 1 up, 0 down */
} WorldEventType;

typedef struct {
  Nanoseconds time;
  Nanoseconds until; /* FRAME: arrival */
  WorldEventType type;
  uint16_t host, peer; /* indexes; UINT16_MAX none */
  uint16_t link;       /* index; UINT16_MAX none */
  uint16_t port;
  uint8_t old_state, new_state;
  uint8_t old_tray, new_tray; /* WorldTray */
  uint32_t number;            /* act, step */
  uint32_t connection;        /* 1-based */
  uint32_t message;           /* 1-based */
  uint32_t frame;
  uint32_t length; /* FRAME: payload bytes of the transport */
  const char *text;
} WorldEvent;

/* A message as the world knows it, for the postcards of the stage. All UTF-8, decoded. */
typedef struct {
  const char *from, *to, *subject, *first_line;
  uint64_t size;
} WorldMessage;

/* Builds a world from a scenario (ref taken). tap receives every frame of every link once, as it leaves its
 * sender (before loss), in order of time; its interface_id is the link's index. Returns NULL with *error set
 * where the scenario cannot be built. */
World *world_new(Scenario *scenario, uint64_t seed, const FrameSink *tap, GError **error);

/* Runs until nothing is left to happen, or virtual time passes limit (NANOSECONDS_NEVER for none). Returns
 * false when limit was reached first. */
bool world_run(World *world, Nanoseconds limit);

/* Returns the virtual time, and the time at which the world began (the scenario's Start). */
Nanoseconds world_get_now(const World *world);
Nanoseconds world_get_start(const World *world);

/* Hosts, links, messages by 0-based index (messages by their number - 1). Borrowed, valid as long as the
 * world. */
guint world_get_host_count(const World *world);
const WorldHost *world_get_host(const World *world, guint index);
guint world_get_link_count(const World *world);
const WorldLink *world_get_link(const World *world, guint index);
guint world_get_message_count(const World *world);
const WorldMessage *world_get_message(const World *world, guint index);

/* Returns the letters that lie in the inbox of a user's host, of GBytes, as fetched; NULL for other hosts.
 * Borrowed. */
const GPtrArray *world_get_inbox(const World *world, guint host);

/* Returns the index of the link where Eve listens. */
guint world_get_eve_link(const World *world);

/* The log, in order of time. Borrowed, valid until the world runs again. */
guint world_get_event_count(const World *world);
const WorldEvent *world_get_event(const World *world, guint index);

void world_free(World *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
