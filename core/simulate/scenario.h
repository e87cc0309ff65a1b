/* SPDX-License-Identifier: MIT */
/* A scenario file: what differs from the built-in default world, and the acts. Format: a key file with
 * localised keys. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Scenario Scenario;

typedef enum { SCENARIO_ERROR_OPEN, SCENARIO_ERROR_INVALID } ScenarioError;

#define SCENARIO_ERROR (scenario_error_quark())
GQuark scenario_error_quark(void);

/* Returns the scenario: name is a boxed one ("walk"), a path, or NULL for the walk of Alice's mail to Bob.
 * settings ("KEY=VALUE" or "Group/Key=VALUE", NULL-terminated, may be NULL) override. Returns NULL with
 * *error set: file, line, key and what would be right. */
Scenario *scenario_load(const char *name, const char *const *settings, GError **error);

/* Returns how many scenarios are built in, and the name of the one at index (from 0, by name). Static. */
guint scenario_get_boxed_count(void);
const char *scenario_get_boxed_name(guint index);

Scenario *scenario_ref(Scenario *scenario);
void scenario_unref(Scenario *scenario);

/* Returns the title in the program's language. Borrowed. */
const char *scenario_get_title(const Scenario *scenario);

/* Returns the seed the scenario states (default 1). */
uint64_t scenario_get_seed(const Scenario *scenario);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_unref)
