/* SPDX-License-Identifier: MIT */
/* Numbers that look random and follow from a seed alone, the same on every machine. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} RandomSource;

/* Returns a source of its own for every pair of seed and stream: one a link direction, one a host, so that
 * what one draws never shifts another's numbers. */
RandomSource random_source(uint64_t seed, uint64_t stream);

/* Returns the next 64 bits. */
uint64_t random_source_next(RandomSource *source);

/* Returns a number below limit, which must be positive. */
uint32_t random_source_below(RandomSource *source, uint32_t limit);

/* Returns true with the given probability, 0 … 1. Draws once, also for 0 and 1. */
bool random_source_chance(RandomSource *source, double probability);
