/* SPDX-License-Identifier: MIT */
/* A simulated run as a source of rows: the world's frames go to a spool in memory or on disk and through the
 * inspector, like those of a file. */
#pragma once

#include "observe/timeline.h"
#include "simulate/world.h"
#include "ui/timeline/name-table.h"

typedef struct Simulation Simulation;

/* Builds the world of a scenario ("walk", or a path) and runs it to its end. Returns NULL with *error set. */
Simulation *simulation_new(const char *scenario, GError **error);

/* Gives the world away, to a player; may be called once. */
World *simulation_steal_world(Simulation *simulation);

/* The world, also after it was given away, as long as its new owner lives. */
World *simulation_get_world(Simulation *simulation);

Timeline *simulation_get_timeline(Simulation *simulation);
NameTable *simulation_get_names(Simulation *simulation);
const char *simulation_get_title(Simulation *simulation);
uint64_t simulation_get_seed(Simulation *simulation);

/* Writes all frames of the run as pcapng with the hosts' names, by running the world once more. Returns false
 * with *error set. */
bool simulation_save(Simulation *simulation, const char *path, GError **error);

void simulation_free(Simulation *simulation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Simulation, simulation_free)
