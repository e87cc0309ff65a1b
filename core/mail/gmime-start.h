/* SPDX-License-Identifier: MIT */
/* GMime, made ready on first use, and kept from what it cannot bear; included by this folder's sources only.
 */
#pragma once

#include "base/bytes.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

/* Readies GMime, once; from any thread. */
void gmime_start(void);

/* GMime reads a group of addresses inside a group by calling itself: makes every colon of a field's value
 * behind the 64th a blank. */
void gmime_bound_groups(char *value);

/* Returns the message parsed, the caller's to unref; NULL where GMime makes nothing of it. Address fields of
 * more groups inside one another than GMime can bear are bounded. Linear. */
GMimeMessage *gmime_parse_message(Bytes message);
