/* SPDX-License-Identifier: MIT */
/* The words for each step of each SASL mechanism: what a client's line says, what a server's challenge asks.
 * A step is named by a number that fits a row; 0 is none. */
#pragma once

#include "protocol/decoder.h"

/* The shape of a mechanism's exchange; several mechanisms share one. */
typedef enum {
  SASL_OPAQUE, /* nothing inside can be read */
  SASL_PLAIN,
  SASL_LOGIN,
  SASL_CRAM_MD5,
  SASL_DIGEST_MD5,
  SASL_SCRAM,
  SASL_XOAUTH2,
  SASL_OAUTHBEARER,
  SASL_ANONYMOUS,
  SASL_EXTERNAL,
  SASL_GSSAPI,
  SASL_NTLM,
  SASL_ONE_TIME, /* OTP, S/Key */
  SASL_SHAPE_COUNT,
} SaslShape;

typedef enum { SASL_CHOICE, SASL_RESPONSE, SASL_CHALLENGE, SASL_CANCEL } SaslStepKind;

typedef struct {
  const char *gloss;       /* N_(); NULL: as its command's row says */
  const char *explanation; /* N_() */
  const char *rfc;         /* "" where no RFC has it */
} SaslStep;

/* Returns the number of a step: of its kind the index-th (from 0) in an exchange of that shape; the last one
 * known where there are more; 0 where there are no words for it. */
uint8_t sasl_step_find(SaslShape shape, SaslStepKind kind, uint32_t index);

/* The part of decoder.h's refine that all protocols share. Returns true for a line that is a step of a
 * log-in. */
bool sasl_refine(const DecodedLine *line, ReplyRefinement *out);

/* Returns the words of a step, or NULL for 0 and for numbers that are none. */
const SaslStep *sasl_step_get(uint8_t number);
