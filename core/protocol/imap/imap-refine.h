/* SPDX-License-Identifier: MIT */
/* Responses looked at more closely: response codes and capabilities. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's refine for IMAP (RFC 9051 §7.1 and §7.2.2, RFC 4315, RFC 7162). */
bool imap_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out);
