/* SPDX-License-Identifier: MIT */
/* How much a test does. */
#pragma once

#include <glib.h>

/* Returns 10 where the environment has CARTEIRO_LONG, else 1. */
static inline size_t long_run_factor(void)
{
  const char *wanted = g_getenv("CARTEIRO_LONG");
  return wanted != NULL && wanted[0] != '\0' ? 10 : 1;
}
