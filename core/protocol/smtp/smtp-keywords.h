/* SPDX-License-Identifier: MIT */
/* The extensions that a server lists after EHLO (RFC 5321 §4.1.1.1), one a line, and what each is good for.
 */
#pragma once

#include "base/bytes.h"

typedef struct {
  const char *keyword;     /* "PIPELINING" */
  const char *rfc;         /* "RFC 2920 §3" */
  const char *gloss;       /* N_(): what the client may do, as part of a list */
  const char *explanation; /* N_() */
} SmtpKeyword;

/* Returns the row of a keyword, whatever its case, or NULL. */
const SmtpKeyword *smtp_keyword_find(Bytes word);

/* Returns the row at index, or NULL after the last. */
const SmtpKeyword *smtp_keyword_get(size_t index);

/* Returns the lines of EHLO's reply that list keywords: all but the first. */
Bytes smtp_keywords_of_reply(Bytes raw);

/* Returns the next known keyword of such lines, cut off *rest up to and with its line; NULL at the end. */
const SmtpKeyword *smtp_keyword_next(Bytes *rest);

/* Returns true where EHLO's reply, as it stood on the wire, lists a keyword of the table. */
bool smtp_reply_offers(Bytes raw, const char *word);
