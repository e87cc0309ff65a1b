/* SPDX-License-Identifier: MIT */
/* Modified UTF-7: UTF-16 in a base64 with a comma for its slash, between & and - (RFC 3501 §5.1.3). */
#include "protocol/imap/imap-mailbox-name.h"

static int base64_value(uint8_t byte)
{
  if (g_ascii_isupper(byte)) return byte - 'A';
  if (g_ascii_islower(byte)) return byte - 'a' + 26;
  if (g_ascii_isdigit(byte)) return byte - '0' + 52;
  return byte == '+' ? 62 : byte == ',' ? 63 : -1;
}

static bool append_unit(ByteBuffer *out, uint32_t unit, uint32_t *high)
{
  char text[6];
  bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
  if (is_low != (*high != 0)) return false;
  if (unit >= 0xd800 && unit <= 0xdbff) {
    *high = unit;
    return true;
  }
  if (is_low) unit = 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00);
  *high = 0;
  if (unit < 0x7f) return false; /* stands for itself, or is no part of a name */
  byte_buffer_append(out, (Bytes){(const uint8_t *)text, (size_t)g_unichar_to_utf8(unit, text)});
  return true;
}

/* encoded: what is between & and -. */
static bool append_encoded(ByteBuffer *out, Bytes encoded)
{
  uint32_t bits = 0, high = 0;
  unsigned count = 0;
  for (size_t i = 0; i < encoded.length; i++) {
    int value = base64_value(encoded.data[i]);
    if (value < 0) return false;
    bits = bits << 6 | (uint32_t)value;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    if (!append_unit(out, bits >> count & 0xffff, &high)) return false;
    bits &= (UINT32_C(1) << count) - 1;
  }
  return high == 0 && count < 6 && bits == 0;
}

static bool append_name(ByteBuffer *out, Bytes name)
{
  bool any = false;
  while (name.length > 0) {
    if (name.data[0] < 0x20 || name.data[0] > 0x7e) return false;
    if (name.data[0] != '&') {
      byte_buffer_append(out, bytes_slice(name, 0, 1));
      name = bytes_skip(name, 1);
      continue;
    }
    ptrdiff_t end = bytes_find(name, '-');
    if (end < 0) return false;
    Bytes encoded = bytes_slice(name, 1, (size_t)end - 1);
    if (encoded.length == 0) byte_buffer_append(out, BYTES_LITERAL("&"));
    if (!append_encoded(out, encoded)) return false;
    any = true;
    name = bytes_skip(name, (size_t)end + 1);
  }
  return any;
}

bool imap_decode_mailbox_name(Bytes name, ByteBuffer *out)
{
  size_t start = out->end;
  if (append_name(out, name)) return true;
  out->end = start;
  return false;
}

/* Bits that wait for their six. */
typedef struct {
  ByteBuffer *out;
  uint32_t bits;
  unsigned count;
} Base64Bits;

static void put_bits(Base64Bits *base64, uint32_t bits, unsigned count)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
  base64->bits = base64->bits << count | bits;
  base64->count += count;
  while (base64->count >= 6) {
    base64->count -= 6;
    uint8_t byte = (uint8_t)alphabet[base64->bits >> base64->count & 63];
    byte_buffer_append(base64->out, (Bytes){&byte, 1});
  }
  base64->bits &= (UINT32_C(1) << base64->count) - 1;
}

static void put_character(Base64Bits *base64, gunichar character)
{
  if (character < 0x10000) {
    put_bits(base64, character, 16);
    return;
  }
  put_bits(base64, 0xd800 + ((character - 0x10000) >> 10), 16);
  put_bits(base64, 0xdc00 + ((character - 0x10000) & 0x3ff), 16);
}

void imap_encode_mailbox_name(Bytes name, ByteBuffer *out)
{
  g_autofree char *text =
      g_utf8_make_valid(name.length > 0 ? (const char *)name.data : "", (gssize)name.length);
  const char *c = text;
  while (*c != '\0') {
    if (*c >= ' ' && *c < 0x7f) {
      byte_buffer_append(out, (Bytes){(const uint8_t *)c, 1});
      if (*c++ == '&') byte_buffer_append(out, BYTES_LITERAL("-"));
      continue;
    }
    Base64Bits base64 = {out, 0, 0};
    byte_buffer_append(out, BYTES_LITERAL("&"));
    for (; *c != '\0' && !(*c >= ' ' && *c < 0x7f); c = g_utf8_next_char(c))
      put_character(&base64, g_utf8_get_char(c));
    if (base64.count > 0) put_bits(&base64, 0, 6 - base64.count);
    byte_buffer_append(out, BYTES_LITERAL("-"));
  }
}
