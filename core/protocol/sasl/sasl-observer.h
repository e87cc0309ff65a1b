/* SPDX-License-Identifier: MIT */
/* What a listener learns from a SASL exchange (RFC 4422), whichever protocol carries it: SMTP AUTH, POP3
 * AUTH, IMAP AUTHENTICATE. */
#pragma once

#include "protocol/decoder.h"
#include "protocol/sasl/sasl-steps.h"

/* What one client response gave away. */
typedef enum {
  SASL_LEAKS_NOTHING,  /* a name, an empty line, a cancel, a proof that helps no guesser */
  SASL_LEAKS_PASSWORD, /* the password or a token that works like one: base64 hides nothing */
  SASL_LEAKS_DIGEST,   /* a digest that a dictionary can be tried on */
} SaslLeak;

/* One exchange. All zero is idle. */
typedef struct {
  const char *mechanism; /* "PLAIN"; "AUTH" for one we do not know; NULL: idle */
  SaslShape shape;
  uint32_t responses; /* client responses so far, a cancel not counted */
  uint32_t challenges;
  bool cancelled;
  ByteBuffer user, secret, challenge, digest;
  ByteBuffer scratch; /* private */
} SaslObserver;

/* Returns the mechanism's name in capitals, static, or NULL when no table knows it. */
const char *sasl_mechanism_find(Bytes name);

/* Returns true where name is one that a person may see: a known mechanism in any case, or capitals, digits,
 * "-" and "_", at most 20. Anything else in its place may be a misplaced secret. */
bool sasl_mechanism_is_plausible(Bytes name);

/* Starts an exchange with that mechanism. */
void sasl_observer_begin(SaslObserver *observer, Bytes mechanism);

/* Returns true between begin and end. */
static inline bool sasl_observer_is_active(const SaslObserver *observer)
{
  return observer->mechanism != NULL;
}

/* Returns the step (sasl-steps.h) that the mechanism of that name begins; 0 for one we do not know. */
uint8_t sasl_mechanism_step(Bytes name);

/* Returns the step that this challenge, or this response, is, asked before it is taken; 0 where there is no
 * exchange or no word for it. */
uint8_t sasl_observer_challenge_step(const SaslObserver *observer, Bytes base64);
uint8_t sasl_observer_response_step(const SaslObserver *observer, Bytes base64);

/* Takes what the server sent after "334 " or "+ ": base64, possibly empty or broken. */
void sasl_observer_challenge(SaslObserver *observer, Bytes base64);

/* Takes a client line or an initial response without its line end: base64, "=" for empty, "*" for cancel.
 * Returns what it gave away. */
SaslLeak sasl_observer_response(SaslObserver *observer, Bytes base64);

/* Fills *credential with views into observer, valid until it changes. Returns false when no response was
 * seen: nothing to tell. */
bool sasl_observer_get_credential(const SaslObserver *observer, int accepted, Credential *credential);

/* Back to idle, what was learned wiped. */
void sasl_observer_end(SaslObserver *observer);
void sasl_observer_clear(SaslObserver *observer);
