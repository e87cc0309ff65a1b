/* SPDX-License-Identifier: MIT */
/* The extensions of SMTP that our server offers and our client knows how to use: one table for what EHLO's
 * reply lists and for who reads it. (What each is good for, in words, is in smtp-keywords.) */
#pragma once

#include "base/bytes.h"

enum {
  SMTP_CAPABILITY_PIPELINING = 1 << 0,
  SMTP_CAPABILITY_SIZE = 1 << 1,
  SMTP_CAPABILITY_8BITMIME = 1 << 2,
  SMTP_CAPABILITY_ENHANCED_STATUS_CODES = 1 << 3,
  SMTP_CAPABILITY_AUTH_PLAIN = 1 << 4,
  SMTP_CAPABILITY_AUTH_LOGIN = 1 << 5,
  SMTP_CAPABILITY_HELP = 1 << 6,
  SMTP_CAPABILITY_SMTPUTF8 = 1 << 7,   /* RFC 6531 */
  SMTP_CAPABILITY_CHUNKING = 1 << 8,   /* RFC 3030: BDAT */
  SMTP_CAPABILITY_BINARYMIME = 1 << 9, /* RFC 3030; needs CHUNKING */
  SMTP_CAPABILITY_DSN = 1 << 10,       /* RFC 3461 */
  SMTP_CAPABILITY_AUTH_CRAM_MD5 = 1 << 11,
  SMTP_CAPABILITY_AUTH_SCRAM_SHA_1 = 1 << 12,
  SMTP_CAPABILITY_AUTH_SCRAM_SHA_256 = 1 << 13,
  SMTP_CAPABILITY_VRFY = 1 << 14, /* the owner says who lives here; without it, 252 */
  SMTP_CAPABILITY_EXPN = 1 << 15, /* the owner says who is on a list; without it, 252 */

  SMTP_CAPABILITIES_RELAY = 0x0f | SMTP_CAPABILITY_HELP,
  SMTP_CAPABILITIES_SUBMISSION =
      SMTP_CAPABILITIES_RELAY | SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN,

  /* to be added to either */
  SMTP_CAPABILITIES_MODERN =
      SMTP_CAPABILITY_SMTPUTF8 | SMTP_CAPABILITY_CHUNKING | SMTP_CAPABILITY_BINARYMIME | SMTP_CAPABILITY_DSN,
  SMTP_CAPABILITIES_AUTH = SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN |
                           SMTP_CAPABILITY_AUTH_CRAM_MD5 | SMTP_CAPABILITY_AUTH_SCRAM_SHA_1 |
                           SMTP_CAPABILITY_AUTH_SCRAM_SHA_256,
};

/* Appends the lines of EHLO's reply after the first, an LF before each. */
void smtp_capabilities_append(GString *text, uint32_t capabilities, uint64_t size_limit);

/* Returns the SMTP_CAPABILITY_ bits that a line of EHLO's reply, without its code, offers: 0 for an extension
 * we have no use for, several for "AUTH PLAIN LOGIN". */
uint32_t smtp_capabilities_parse(Bytes line);

/* Returns the bit of a SASL mechanism, whatever its case; 0 for one we do not know. */
uint32_t smtp_capability_of_mechanism(Bytes mechanism);
