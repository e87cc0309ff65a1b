/* SPDX-License-Identifier: MIT */
/* A mail address: local part, @, domain (RFC 5321 §4.1.2). */
#pragma once

#include "base/bytes.h"

#define ADDRESS_LOCAL_MAX 64u   /* bytes, RFC 5321 §4.5.3.1.1 */
#define ADDRESS_DOMAIN_MAX 255u /* bytes, RFC 5321 §4.5.3.1.2 */

/* Views into the text that was parsed. */
typedef struct {
  Bytes local;  /* as written, quotes included */
  Bytes domain; /* name, or address literal with its brackets */
} Address;

/* Reads "alice@alpha.example", "\"a b\"@alpha.example" or "a@[10.0.0.1]", without angle brackets. UTF-8 is
 * allowed in both parts (RFC 6531). Returns false and leaves *address alone when text is no Mailbox by the
 * grammar or a part is too long. */
bool address_parse(Bytes text, Address *address);

/* Returns "local@domain", the caller's to free. The local part is quoted where it must be. */
char *address_format(Bytes local, Bytes domain);

/* Returns true when name may stand after HELO or EHLO: a Domain or an address literal (RFC 5321 §4.1.3). */
bool address_is_domain(Bytes name);

/* Returns true when both name the same mailbox: local parts byte for byte, domains whatever their case. */
bool address_equal(const Address *a, const Address *b);

/* Returns the address inside a header's "Alice <alice@alpha.example>", or text itself where it has no
 * brackets. A view. */
Bytes address_in_header(Bytes text);
