/* SPDX-License-Identifier: MIT */
/* Is this IMAP? Told by content, whatever the port. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's recognise for IMAP. */
Recognition imap_recognise(const StreamStart *start);
