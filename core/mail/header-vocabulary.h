/* SPDX-License-Identifier: MIT */
/* What header fields and media types mean: one table each, read by the letter's page and by the test that
 * demands that each row of the course is explained. */
#pragma once

#include <stddef.h>

typedef struct {
  const char *name; /* "Reply-To"; of media types "image/png", or "image" for all the others of its kind */
  const char *rfc;  /* "RFC 5322 §3.6.2" */
  const char *explanation; /* N_(): one sentence, or two */
} MailWord;

/* Returns the row of the field with that name, whatever its case ("List-Anything" finds "List-"), or NULL. */
const MailWord *header_vocabulary_find(const char *name);

/* Returns the row of a media type in lower case: exact, else its kind's; or NULL. */
const MailWord *media_vocabulary_find(const char *type);

/* Returns the row of a transfer encoding in lower case, or NULL. */
const MailWord *encoding_vocabulary_find(const char *encoding);

/* The tables, for tests; *count becomes their rows. */
const MailWord *header_vocabulary_rows(size_t *count);
const MailWord *media_vocabulary_rows(size_t *count);
const MailWord *encoding_vocabulary_rows(size_t *count);
