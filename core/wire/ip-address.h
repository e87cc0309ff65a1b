/* SPDX-License-Identifier: MIT */
/* An IPv4 or IPv6 address and its text forms. */
#pragma once

#include "base/bytes.h"

/* IPv4 uses the first four bytes, the rest are zero, so that two addresses compare as plain memory. */
typedef struct {
  uint8_t version; /* 4, 6, or 0 for none */
  uint8_t bytes[16];
} IpAddress;

/* Room for the longest text of an address, and of an address with port, with NUL. */
#define IP_ADDRESS_TEXT 46
#define IP_ENDPOINT_TEXT 56

/* Reads "10.0.0.1" or "2001:db8::1"; returns false and leaves *address alone when text is neither. */
bool ip_address_parse(const char *text, IpAddress *address);

/* Writes the canonical text (RFC 5952 for IPv6) with its NUL; returns its length. */
size_t ip_address_format(const IpAddress *address, char text[IP_ADDRESS_TEXT]);

/* Writes "10.0.0.1:25" or "[2001:db8::1]:25" with its NUL; returns its length. */
size_t ip_endpoint_format(const IpAddress *address, uint16_t port, char text[IP_ENDPOINT_TEXT]);

/* Returns true when both are the same address. */
static inline bool ip_address_equal(const IpAddress *a, const IpAddress *b)
{
  return memcmp(a, b, sizeof *a) == 0;
}

/* Returns true when both are of one version and share their first prefix bits (at most 32, or 128). */
bool ip_address_shares_prefix(const IpAddress *a, const IpAddress *b, unsigned prefix);
