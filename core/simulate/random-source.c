/* SPDX-License-Identifier: MIT */
/* A counter with an odd step, its bits stirred on the way out: short, fast, and any two seeds give unlike
 * numbers. */
#include "simulate/random-source.h"

/* 2⁶⁴ divided by the golden ratio, made odd: multiples of it spread evenly. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

/* Every bit of the result depends on every bit of value. */
static uint64_t stir(uint64_t value)
{
  value ^= value >> 30;
  value *= UINT64_C(0xbf58476d1ce4e5b9);
  value ^= value >> 27;
  value *= UINT64_C(0x94d049bb133111eb);
  return value ^ value >> 31;
}

RandomSource random_source(uint64_t seed, uint64_t stream)
{
  return (RandomSource){stir(stir(seed + STEP) + stream * STEP)};
}

uint64_t random_source_next(RandomSource *source)
{
  source->state += STEP;
  return stir(source->state);
}

uint32_t random_source_below(RandomSource *source, uint32_t limit)
{
  return (uint32_t)((random_source_next(source) >> 32) * limit >> 32);
}

bool random_source_chance(RandomSource *source, double probability)
{
  return (double)(random_source_next(source) >> 11) * 0x1p-53 < probability;
}
