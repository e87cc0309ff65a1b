/* SPDX-License-Identifier: MIT */
/* The scenarios of lessons/scenarios, built in; the table is made from the files when the program is built.
 */
#pragma once

#include <stddef.h>

typedef struct {
  const char *name; /* "walk" */
  const unsigned char *text;
  size_t length;
} BoxedScenario;

extern const BoxedScenario boxed_scenarios[];
extern const size_t boxed_scenario_count;
