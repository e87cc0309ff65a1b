/* SPDX-License-Identifier: MIT */
/* What a world is made of before it begins: hosts, links, users and zones. The default world, and what a
 * scenario says differs. */
#pragma once

#include "agent/server-config.h"
#include "simulate/world.h"

/* A stretch of virtual time since the world's start. */
typedef struct {
  Nanoseconds from, until;
} PlanWindow;

typedef struct {
  char *id, *name, *label, *domain; /* as WorldHost's */
  WorldHostKind kind;
  IpAddress address, address6; /* version 0: none */
  ServerConfig *server;        /* of mail servers, else NULL */
  GArray *offline;             /* of PlanWindow: it has no power then */
  bool block_port_25;          /* a router that lets no TCP to port 25 leave its users (CGI.br's rule) … */
  bool block_silently;         /* … and says nothing, else answers with a reset */
  guint mail_server;           /* of web servers: whose mailboxes they show; an index */
} PlanHost;

typedef struct {
  guint a, b;
  char *name;
  Nanoseconds delay, jitter;
  double loss, reorder, duplication;
  uint64_t bandwidth;
} PlanLink;

typedef enum { PLAN_ACCESS_POP3, PLAN_ACCESS_POP2, PLAN_ACCESS_IMAP, PLAN_ACCESS_WEB } PlanAccess;

/* A person at a computer. Two of one address are two devices of that person. */
typedef struct {
  char *name;    /* "alice": as scenarios say */
  char *person;  /* "Alice" */
  char *address; /* "alice@alpha.example"; "" for one who has no mailbox */
  char *password;
  guint host;
  guint server; /* the mail server with the mailbox; hosts->len for none */
  guint web;    /* PLAN_ACCESS_WEB: the web server */
  PlanAccess access;
  char *login;         /* "password", "apop" or SASL mechanisms with spaces between them */
  uint16_t submission; /* the port letters are handed to; 0: 587 */
  bool no_login;       /* letters are handed over without a log-in */
  bool leave_bcc;
  bool eight_bit;
  bool keep_sent; /* IMAP: a copy of what was sent goes to the folder Sent */
} PlanUser;

typedef struct {
  char *name, *text; /* "beta.example", "TXT \"v=spf1 mx -all\"" */
} PlanRecord;

typedef struct {
  char *origin;
  GArray *records; /* of PlanRecord, besides those every host has */
  bool bare;       /* only these records: no MX and no addresses are made for it */
} PlanZone;

typedef struct {
  GPtrArray *hosts; /* of PlanHost */
  GPtrArray *links; /* of PlanLink */
  GPtrArray *users; /* of PlanUser */
  GPtrArray *zones; /* of PlanZone */
  guint eve_link;
  GHashTable *host_names; /* private: id or name, lower case → index + 1 … */
  GHashTable *user_names; /* … of users … */
  GHashTable *pairs;      /* … two hosts → index + 1 of the link */
  GHashTable *networks;   /* … domain → the address given last there */
} WorldPlan;

/* Returns the default world: two domains with a server and a person each, and a name server. */
WorldPlan *world_plan_new(void);
void world_plan_free(WorldPlan *plan);

/* Returns the index of a host by its id, its whole name, or the name of the user who sits there; hosts->len
 * for none. */
guint world_plan_find_host(const WorldPlan *plan, const char *name);

/* Returns the index of the link between the two hosts named in "A B" (as find_host takes them), links->len
 * for none. */
guint world_plan_find_link(const WorldPlan *plan, const char *names);

/* Returns the index of the user of that name, users->len for none; or the user, or NULL. Borrowed. */
guint world_plan_find_user_index(const WorldPlan *plan, const char *name);
PlanUser *world_plan_find_user(const WorldPlan *plan, const char *name);

/* Makes a host known by another whole name, copied. */
void world_plan_rename_host(WorldPlan *plan, guint index, const char *name);

/* Puts host into the middle of a link: a second one leads from there to the link's other end. */
void world_plan_split_link(WorldPlan *plan, PlanLink *link, guint host);

/* Returns the zone of that name, made where there was none. Borrowed. */
PlanZone *world_plan_need_zone(WorldPlan *plan, const char *origin);

/* Adds a host, a link or a user with the usual of everything but what is given. Returns the new one.
 * Borrowed. A host's address is the next free one of its domain's network. */
PlanHost *world_plan_add_host(WorldPlan *plan, const char *id, WorldHostKind kind, const char *domain);
PlanLink *world_plan_add_link(WorldPlan *plan, guint a, guint b);
PlanUser *world_plan_add_user(WorldPlan *plan, const char *name, guint host);

/* Gives a host of the default world its address, and with it its domain a network. */
void world_plan_set_address(WorldPlan *plan, PlanHost *host, const IpAddress *address);

static inline PlanHost *world_plan_host(const WorldPlan *plan, guint index)
{
  return g_ptr_array_index(plan->hosts, index);
}

static inline PlanLink *world_plan_link(const WorldPlan *plan, guint index)
{
  return g_ptr_array_index(plan->links, index);
}

static inline PlanUser *world_plan_user(const WorldPlan *plan, guint index)
{
  return g_ptr_array_index(plan->users, index);
}
