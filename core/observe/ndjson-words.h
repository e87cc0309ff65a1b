/* SPDX-License-Identifier: MIT */
/* What the vocabularies say of a line, as JSON made once and copied ever after: lines by the million have few
 * hundred different ones. */
#pragma once

#include "base/byte-buffer.h"

typedef struct NdjsonWords NdjsonWords;

/* All in the program's language, which must not change before the words are freed. */
NdjsonWords *ndjson_words_new(void);
void ndjson_words_free(NdjsonWords *words);

/* Appends ,"gloss":"…" translated; NULL is the empty one. gloss is static: it is known by its address. */
void ndjson_words_gloss(NdjsonWords *words, ByteBuffer *out, const char *gloss);

/* Appends ,"phase":"…","gloss":"…","rfc":"…" likewise. */
void ndjson_words_command(NdjsonWords *words, ByteBuffer *out, const char *phase, const char *gloss,
                          const char *rfc);
