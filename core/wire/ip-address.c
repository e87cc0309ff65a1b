/* SPDX-License-Identifier: MIT */
/* The text forms of IPv4 and IPv6 addresses, read strictly and written canonically. */
#include "wire/ip-address.h"

enum { IPV6_GROUPS = 8 };

/* Reads dotted decimal without leading zeros, up to the end of text. */
static bool parse_dotted(const char *text, uint8_t out[4])
{
  for (int part = 0; part < 4; part++) {
    if (!g_ascii_isdigit(*text)) return false;
    if (text[0] == '0' && g_ascii_isdigit(text[1])) return false;
    unsigned value = 0;
    for (; g_ascii_isdigit(*text); text++) {
      value = value * 10 + (unsigned)g_ascii_digit_value(*text);
      if (value > 255) return false;
    }
    out[part] = (uint8_t)value;
    if (*text != (part < 3 ? '.' : '\0')) return false;
    text++;
  }
  return true;
}

/* The bytes of an IPv6 text as they are met, and where "::" stands among them. */
typedef struct {
  uint8_t bytes[16];
  size_t length;
  ptrdiff_t gap; /* index in bytes, or -1 */
} Ipv6Text;

/* Reads one group of up to four hex digits; returns its length in text, 0 when there is none. */
static size_t parse_group(const char *text, Ipv6Text *found)
{
  unsigned value = 0;
  size_t count = 0;
  for (; count < 4 && g_ascii_isxdigit(text[count]); count++)
    value = value << 4 | (unsigned)g_ascii_xdigit_value(text[count]);
  if (count == 0 || found->length + 2 > sizeof found->bytes) return 0;
  found->bytes[found->length++] = (uint8_t)(value >> 8);
  found->bytes[found->length++] = (uint8_t)value;
  return count;
}

/* Reads groups and "::" up to the end of text. RFC 4291 section 2.2. */
static bool parse_groups(const char *text, Ipv6Text *found)
{
  if (text[0] == ':' && text[1] != ':') return false;
  while (*text != '\0') {
    if (text[0] == ':' && text[1] == ':') {
      if (found->gap >= 0) return false;
      found->gap = (ptrdiff_t)found->length;
      text += 2;
      continue;
    }
    if (*text == ':') text++;
    size_t digits = strcspn(text, ":.");
    if (text[digits] == '.') {
      if (found->length + 4 > sizeof found->bytes || !parse_dotted(text, found->bytes + found->length))
        return false;
      found->length += 4;
      return true;
    }
    size_t used = parse_group(text, found);
    if (used == 0) return false;
    text += used;
    if (*text != '\0' && *text != ':') return false;
  }
  return true;
}

static bool parse_ipv6(const char *text, uint8_t out[16])
{
  Ipv6Text found = {{0}, 0, -1};
  if (!parse_groups(text, &found)) return false;
  if (found.gap < 0) {
    if (found.length != sizeof found.bytes) return false;
    memcpy(out, found.bytes, sizeof found.bytes);
    return true;
  }
  if (found.length > sizeof found.bytes - 2) return false;
  size_t gap = (size_t)found.gap, after = found.length - gap;
  memset(out, 0, sizeof found.bytes);
  memcpy(out, found.bytes, gap);
  memcpy(out + sizeof found.bytes - after, found.bytes + gap, after);
  return true;
}

bool ip_address_parse(const char *text, IpAddress *address)
{
  IpAddress parsed = {.version = strchr(text, ':') == NULL ? 4 : 6};
  bool valid = parsed.version == 4 ? parse_dotted(text, parsed.bytes) : parse_ipv6(text, parsed.bytes);
  if (valid) *address = parsed;
  return valid;
}

/* Writes value in decimal without a NUL; returns how many digits. */
static size_t put_decimal(unsigned value, char *text)
{
  char digits[10];
  size_t count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  for (size_t i = 0; i < count; i++)
    text[i] = digits[count - 1 - i];
  return count;
}

static size_t put_dotted(const uint8_t bytes[4], char *text)
{
  size_t length = 0;
  for (int i = 0; i < 4; i++) {
    if (i > 0) text[length++] = '.';
    length += put_decimal(bytes[i], text + length);
  }
  return length;
}

/* Writes value in hex without leading zeros or NUL; returns how many digits. */
static size_t put_hex(unsigned value, char *text)
{
  size_t count = 0;
  for (int shift = 12; shift >= 0; shift -= 4) {
    unsigned digit = value >> shift & 15;
    if (digit == 0 && count == 0 && shift > 0) continue;
    text[count++] = "0123456789abcdef"[digit];
  }
  return count;
}

/* Finds the longest run of two or more zero groups, the first of equals. RFC 5952 section 4.2. */
static size_t find_zero_run(const uint16_t groups[IPV6_GROUPS], size_t *start)
{
  size_t best = 1;
  for (size_t i = 0; i < IPV6_GROUPS; i++) {
    size_t length = 0;
    while (i + length < IPV6_GROUPS && groups[i + length] == 0)
      length++;
    if (length > best) {
      best = length;
      *start = i;
    }
    i += length;
  }
  return best > 1 ? best : 0;
}

static size_t put_ipv6(const uint8_t bytes[16], char *text)
{
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  if (memcmp(bytes, mapped, sizeof mapped) == 0) {
    memcpy(text, "::ffff:", 7);
    return 7 + put_dotted(bytes + 12, text + 7);
  }
  uint16_t groups[IPV6_GROUPS];
  for (size_t i = 0; i < IPV6_GROUPS; i++)
    groups[i] = (uint16_t)(bytes[i * 2] << 8 | bytes[i * 2 + 1]);
  size_t start = 0, run = find_zero_run(groups, &start), length = 0;
  for (size_t i = 0; i < IPV6_GROUPS; i++) {
    if (run > 0 && i == start) {
      text[length++] = ':';
      i += run - 1;
      if (i == IPV6_GROUPS - 1) text[length++] = ':';
      continue;
    }
    if (i > 0) text[length++] = ':';
    length += put_hex(groups[i], text + length);
  }
  return length;
}

size_t ip_address_format(const IpAddress *address, char text[IP_ADDRESS_TEXT])
{
  size_t length = 0;
  if (address->version == 4) length = put_dotted(address->bytes, text);
  if (address->version == 6) length = put_ipv6(address->bytes, text);
  text[length] = '\0';
  return length;
}

size_t ip_endpoint_format(const IpAddress *address, uint16_t port, char text[IP_ENDPOINT_TEXT])
{
  size_t length = 0;
  if (address->version == 6) text[length++] = '[';
  length += ip_address_format(address, text + length);
  if (address->version == 6) text[length++] = ']';
  text[length++] = ':';
  length += put_decimal(port, text + length);
  text[length] = '\0';
  return length;
}

bool ip_address_shares_prefix(const IpAddress *a, const IpAddress *b, unsigned prefix)
{
  unsigned bits = MIN(prefix, a->version == 4 ? 32u : 128u), whole = bits / 8, rest = bits % 8;
  if (a->version != b->version || memcmp(a->bytes, b->bytes, whole) != 0) return false;
  return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}
