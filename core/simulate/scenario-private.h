/* SPDX-License-Identifier: MIT */
/* What a scenario says, as the world reads it. */
#pragma once

#include "simulate/default-world.h"
#include "simulate/scenario.h"

typedef enum { ACT_SEND, ACT_FETCH, ACT_WAIT } ScenarioActKind;

typedef struct {
  uint32_t number;
  ScenarioActKind kind;
  bool after; /* when is counted from the end of the act before, else from the start of the world */
  Nanoseconds when;
  Nanoseconds length; /* wait */
  guint user;         /* index of default_users; send, fetch */
  char *title;        /* never NULL */
  char *to, *subject, *text;
  bool keep;
} ScenarioAct;

struct Scenario {
  gint references;
  char *title, *summary;
  uint64_t seed;
  Nanoseconds start;
  struct {
    Nanoseconds delay;
    double loss;
    uint64_t bandwidth;
  } links[DEFAULT_LINK_COUNT];
  char *passwords[DEFAULT_USER_COUNT];
  guint eve_link;
  GArray *acts; /* of ScenarioAct, by number */
};
