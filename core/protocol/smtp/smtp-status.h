/* SPDX-License-Identifier: MIT */
/* What the enhanced status codes of replies mean: class "." subject "." detail (RFC 3463, and those that
 * later RFCs have added to the registry of RFC 5248). */
#pragma once

#include "base/bytes.h"

typedef struct {
  const char *code;        /* "X.1.1": whether 4 or 5; or "4.7.1", of that class alone */
  const char *rfc;         /* "RFC 3463 §3.2" */
  const char *gloss;       /* N_() */
  const char *explanation; /* N_() */
} SmtpStatus;

/* Returns the row of an enhanced code such as "5.1.1", or NULL where none is known. Of those of class 2 few
 * have a row: what succeeded the command says better. */
const SmtpStatus *smtp_status_find(Bytes code);

/* Returns true for the "other" codes (X.y.0), which say less than the reply's own code. */
bool smtp_status_is_vague(const SmtpStatus *status);

/* Returns the row at index, or NULL after the last. */
const SmtpStatus *smtp_status_get(size_t index);
