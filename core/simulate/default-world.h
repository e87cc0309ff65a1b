/* SPDX-License-Identifier: MIT */
/* The world a scenario starts from: two domains with a server and a person each, and a name server. */
#pragma once

#include "simulate/world.h"

typedef enum {
  DEFAULT_ALICE,
  DEFAULT_MAIL_ALPHA,
  DEFAULT_NAME_SERVER,
  DEFAULT_MAIL_BETA,
  DEFAULT_BOB,
  DEFAULT_HOST_COUNT,
} DefaultHostIndex;

typedef struct {
  const char *id, *name, *label;
  WorldHostKind kind;
  const char *domain;
  const char *address;
  const uint16_t *ports;
} DefaultHost;

typedef struct {
  uint16_t a, b;
  const char *name;
} DefaultLink;

typedef struct {
  const char *name;   /* "alice": as scenarios say, and the log-in */
  const char *person; /* "Alice" */
  const char *address;
  const char *password;
  uint16_t host, server;
} DefaultUser;

#define DEFAULT_LINK_COUNT 5
#define DEFAULT_USER_COUNT 2
#define DEFAULT_EVE_LINK 2 /* between the servers */
#define DEFAULT_LINK_DELAY (20 * NANOSECONDS_PER_MILLISECOND)
#define DEFAULT_STEP_COUNT 6

extern const DefaultHost default_hosts[DEFAULT_HOST_COUNT];
extern const DefaultLink default_links[DEFAULT_LINK_COUNT];
extern const DefaultUser default_users[DEFAULT_USER_COUNT];

/* The sentence of each step of the walk, N_(), by the domain that acts (0 alpha, 1 beta) and the step less
 * one. */
extern const char *const default_steps[2][DEFAULT_STEP_COUNT];

/* Returns the link between the two hosts named in "A B" (ids, whole names, or users), or DEFAULT_LINK_COUNT.
 */
guint default_world_find_link(const char *names);
