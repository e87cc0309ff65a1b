/* SPDX-License-Identifier: MIT */
/* An Ethernet address and its text form. */
#pragma once

#include "base/bytes.h"

typedef struct {
  uint8_t bytes[6];
} MacAddress;

/* Room for "02:00:00:00:00:01" and its NUL. */
#define MAC_ADDRESS_TEXT 18

/* Writes six pairs of hex digits joined by colons, with their NUL; returns the length, always 17. */
size_t mac_address_format(const MacAddress *address, char text[MAC_ADDRESS_TEXT]);

/* Reads what mac_address_format writes, in either case of letters; returns false and leaves *address alone
 * when text is anything else. */
bool mac_address_parse(const char *text, MacAddress *address);
