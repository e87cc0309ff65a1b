/* SPDX-License-Identifier: MIT */
/* Replies looked at more closely: response codes and capabilities. */
#pragma once

#include "protocol/decoder.h"

/* decoder.h's refine for POP3 (RFC 2449 §6 and §8, RFC 3206, RFC 6856). */
bool pop3_refine(const DecodedLine *line, const DissectedLine *parts, ReplyRefinement *out);

/* Returns true when raw, CAPA's whole reply, lists that capability, whatever its case (RFC 2449 §5). */
bool pop3_lists_capability(Bytes raw, const char *word);
