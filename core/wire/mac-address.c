/* SPDX-License-Identifier: MIT */
/* The text form of Ethernet addresses. */
#include "wire/mac-address.h"

size_t mac_address_format(const MacAddress *address, char text[MAC_ADDRESS_TEXT])
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < sizeof address->bytes; i++) {
    text[i * 3] = digits[address->bytes[i] >> 4];
    text[i * 3 + 1] = digits[address->bytes[i] & 15];
    text[i * 3 + 2] = ':';
  }
  text[MAC_ADDRESS_TEXT - 1] = '\0';
  return MAC_ADDRESS_TEXT - 1;
}

bool mac_address_parse(const char *text, MacAddress *address)
{
  if (strlen(text) != MAC_ADDRESS_TEXT - 1) return false;
  MacAddress parsed;
  for (size_t i = 0; i < sizeof parsed.bytes; i++) {
    int high = g_ascii_xdigit_value(text[i * 3]), low = g_ascii_xdigit_value(text[i * 3 + 1]);
    char separator = text[i * 3 + 2];
    if (high < 0 || low < 0 || separator != (i + 1 < sizeof parsed.bytes ? ':' : '\0')) return false;
    parsed.bytes[i] = (uint8_t)(high << 4 | low);
  }
  *address = parsed;
  return true;
}
