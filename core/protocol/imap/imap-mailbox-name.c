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
