/* SPDX-License-Identifier: MIT */
/* A datagram taken apart for showing. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's dissect for DNS. */
void dns_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);

/* decoder.h's refine for DNS: cut answers, referrals, and texts that are mail
 * policies (SPF, DMARC, DKIM, MTA-STS). */
bool dns_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out);
