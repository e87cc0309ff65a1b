/* SPDX-License-Identifier: MIT */
/* A datagram taken apart for showing. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's dissect for DNS. */
void dns_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
