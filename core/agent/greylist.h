/* SPDX-License-Identifier: MIT */
/* Greylisting (RFC 6647): who is not known yet is asked to come again; programs of spammers rarely do. Known
 * is a triple of client, sender and recipient. */
#pragma once

#include "base/clock.h"

#include <stdbool.h>

typedef struct Greylist Greylist;

Greylist *greylist_new(void);
void greylist_free(Greylist *greylist);

/* Returns true when the triple may pass: delay is over since its first try. It is remembered for 36 days
 * after it last passed, and for two days after a first try without a second. */
bool greylist_admit(Greylist *greylist, const char *peer, const char *sender, const char *recipient,
                    Nanoseconds delay, Nanoseconds now);
