/* SPDX-License-Identifier: MIT */
/* The world a scenario starts from: two domains with a server and a person each, and a name server. */
#pragma once

#include "simulate/world-plan.h"

/* Puts the default world into an empty plan. */
void default_world_fill(WorldPlan *plan);
