/* SPDX-License-Identifier: MIT */
/* Takes a scenario's lines, one by one, into a Scenario; says of a wrong one what would be right. */
#pragma once

#include "simulate/key-lines.h"
#include "simulate/scenario-private.h"

typedef struct ScenarioReader ScenarioReader;

/* file names the source in errors; folder is where files that go with letters lie, NULL for a boxed scenario.
 * scenario is borrowed. */
ScenarioReader *scenario_reader_new(Scenario *scenario, const char *file, const char *folder);

/* Takes the next line. Returns false with *error set. */
bool scenario_reader_take(ScenarioReader *reader, const KeyLine *line, GError **error);

/* Checks what only the whole tells, and puts the acts in order. Returns false with *error set. */
bool scenario_reader_finish(ScenarioReader *reader, GError **error);

void scenario_reader_free(ScenarioReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioReader, scenario_reader_free)
