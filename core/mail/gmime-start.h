/* SPDX-License-Identifier: MIT */
/* GMime, made ready on first use; included by this folder's sources only. */
#pragma once

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

/* Readies GMime, once; from any thread. */
void gmime_start(void);
