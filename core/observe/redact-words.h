/* SPDX-License-Identifier: MIT */
/* Which words say nothing of anybody: those of the protocols, of MIME and of HTTP. */
#pragma once

#include "base/bytes.h"

/* Returns true where word, in any case, may stay in a capture that is given away, provided that it stands
 * where such a word can be structure. */
bool redact_is_public(Bytes word);
