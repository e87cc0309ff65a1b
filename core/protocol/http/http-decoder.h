/* SPDX-License-Identifier: MIT */
/* HTTP as a listener sees it. */
#pragma once

#include "protocol/decoder.h"

extern const DecoderClass http_decoder_class;

/* Judges the first bytes of a stream. */
Recognition http_recognise(const StreamStart *start);

/* decoder.h's dissect for HTTP. */
void http_dissect(const DecodedLine *line, ByteBuffer *scratch, DissectedLine *dissected);
