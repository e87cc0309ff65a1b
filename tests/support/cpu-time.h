/* SPDX-License-Identifier: MIT */
/* What a piece of work cost this process: so that a busy machine fails no test. */
#pragma once

#include <glib.h>
#include <time.h>

/* Returns the microseconds of processor time that this process has used so far. */
static inline gint64 cpu_time_now(void)
{
  struct timespec spent;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return (gint64)spent.tv_sec * G_USEC_PER_SEC + spent.tv_nsec / 1000;
}
