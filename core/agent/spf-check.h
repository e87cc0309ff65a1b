/* SPDX-License-Identifier: MIT */
/* May that address send mail in this domain's name? Sender Policy Framework (RFC 7208), asked of DNS.
 *
 * Mechanisms all, include, a, mx, ip4, ip6, exists; modifier redirect; qualifiers + - ~ ?; at most ten terms
 * that ask DNS, two answers that hold nothing, ten mail servers of one mx. ptr counts and never matches ("do
 * not use", §5.5); exp is read over. Macros: the letters s l o d i v h, with a number of labels and r, split
 * at dots; other delimiters and p are a permanent error. */
#pragma once

#include "agent/resolver.h"

typedef enum {
  SPF_NONE,    /* the domain says nothing */
  SPF_NEUTRAL, /* nothing either way */
  SPF_PASS,
  SPF_FAIL,
  SPF_SOFTFAIL,  /* probably not */
  SPF_TEMPERROR, /* DNS could not tell now */
  SPF_PERMERROR, /* the record is wrong */
} SpfResult;

typedef struct SpfCheck SpfCheck;

/* Told once, never before spf_check_begin returns. domain: whose policy was asked; both borrowed during the
 * call. */
typedef void (*SpfChecked)(void *owner, SpfResult result, const char *domain);

typedef struct {
  Resolver *resolver;
  const char *address; /* of the client, as text */
  const char *sender;  /* MAIL FROM; "" is asked as postmaster@helo (§2.4) */
  const char *helo;
  SpfChecked checked;
  void *owner;
} SpfCheckConfig;

/* Begins a check; strings are copied. Returns it, borrowed: valid until checked is called or it is cancelled.
 */
SpfCheck *spf_check_begin(AgentHost *host, const SpfCheckConfig *config);

/* Ends a check that was not told; NULL is nothing. */
void spf_check_cancel(SpfCheck *check);

/* Returns "pass" and so on. */
const char *spf_result_name(SpfResult result);
