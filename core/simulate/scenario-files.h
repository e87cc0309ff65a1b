/* SPDX-License-Identifier: MIT */
/* The files that go with a scenario's letters. */
#pragma once

#include "simulate/scenario-private.h"

#define SCENARIO_FILE_MAX 1048576u /* bytes */

/* Returns the files named in names (spaces between them; of ScenarioFile): built in, or plain files of folder
 * (NULL: none), never outside it. NULL where one is missing, too large, or no plain file. */
GPtrArray *scenario_files_load(const char *folder, const char *names);
