/* SPDX-License-Identifier: MIT */
/* The text of an SPF record, taken apart (RFC 7208 §4.6, §12). */
#pragma once

#include "base/bytes.h"

typedef enum {
  SPF_ALL,
  SPF_INCLUDE,
  SPF_A,
  SPF_MX,
  SPF_PTR,
  SPF_IP4,
  SPF_IP6,
  SPF_EXISTS,
  SPF_REDIRECT, /* the modifiers */
  SPF_EXPLANATION,
} SpfTermKind;

typedef struct {
  SpfTermKind kind;
  char qualifier;         /* '+', '-', '~' or '?' */
  char *domain;           /* domain-spec with its macros, "" where none was given; ip4, ip6: the address */
  guint prefix4, prefix6; /* bits that must agree: 0 … 32, 0 … 128 */
} SpfTerm;

/* Returns true when text is an SPF record at all: "v=spf1" alone, or with a space after it. */
bool spf_record_is(Bytes text);

/* Returns the terms of a record, of SpfTerm, mechanisms in their order, then the modifiers; unknown modifiers
 * are left out. The caller's to unref. NULL where the syntax is wrong. */
GArray *spf_record_parse(Bytes text);

/* What macros stand for. */
typedef struct {
  const char *sender; /* "alice@alpha.example" */
  const char *domain; /* whose record it is */
  const char *helo;
  const char *address; /* of the client, as text */
} SpfMacroValues;

/* Returns domain-spec with its macros replaced, the caller's to free; longer names lose labels from the left
 * (§7.3). NULL where a macro is wrong, or one we do not know. */
char *spf_expand(const char *spec, const SpfMacroValues *values);
