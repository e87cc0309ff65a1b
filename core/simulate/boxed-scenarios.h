/* SPDX-License-Identifier: MIT */
/* The scenarios of lessons/scenarios and the files their letters carry, built in; the tables are made from
 * the files when the program is built. */
#pragma once

#include <stddef.h>

typedef struct {
  const char *name; /* "walk", "logo.jpeg" */
  const unsigned char *text;
  size_t length;
} BoxedFile;

extern const BoxedFile boxed_scenarios[];
extern const size_t boxed_scenario_count;

extern const BoxedFile boxed_files[];
extern const size_t boxed_file_count;
