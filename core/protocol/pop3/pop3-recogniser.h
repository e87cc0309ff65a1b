/* SPDX-License-Identifier: MIT */
/* Is this POP3? Told by content, whatever the port. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's recognise for POP3. */
Recognition pop3_recognise(const StreamStart *start);
