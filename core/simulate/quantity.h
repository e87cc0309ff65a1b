/* SPDX-License-Identifier: MIT */
/* Quantities as people write them in scenarios: "20 ms", "5 %", "56 kbit/s". */
#pragma once

#include "base/clock.h"

#include <stdbool.h>

/* Each reads text whole, blanks around it allowed; returns false and leaves the result alone when it is
 * nothing of the kind or out of range. */

/* "1.5 s", "20 ms", "300 us", "2 min", "1 h", "1 d": at most ten years. */
bool quantity_parse_time(const char *text, Nanoseconds *time);

/* "5 %" or "0.05": 0 … 1. */
bool quantity_parse_share(const char *text, double *share);

/* "56 kbit/s", "10 Mbit/s", "1 Gbit/s", "300 bit/s", or "none" for 0; at least 300 bit/s. */
bool quantity_parse_rate(const char *text, uint64_t *rate);

/* "2026-03-02T12:00:00Z" (RFC 3339), 1970 to 2200. */
bool quantity_parse_date(const char *text, Nanoseconds *date);

/* Decimal digits up to 2⁶⁴ - 1. */
bool quantity_parse_number(const char *text, uint64_t *number);

/* "yes", "true", "no", "false". */
bool quantity_parse_choice(const char *text, bool *choice);

/* "20000", "20000 bytes", "64 KiB", "10 MiB", or "none" for 0. */
bool quantity_parse_size(const char *text, uint64_t *bytes);
