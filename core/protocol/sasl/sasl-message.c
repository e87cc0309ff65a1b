/* SPDX-License-Identifier: MIT */
/* The messages inside SASL exchanges, taken apart and built. */
#include "protocol/sasl/sasl-message.h"

bool sasl_append_decoded(ByteBuffer *out, Bytes base64)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t group = 0;
  size_t count = 0, padding = 0;
  bool valid = base64.length % 4 == 0;
  for (size_t i = 0; i < base64.length; i++) {
    uint8_t byte = base64.data[i];
    const char *found = byte == '\0' ? NULL : strchr(alphabet, byte);
    padding += byte == '=';
    valid &= found != NULL ? padding == 0 : byte == '=' && padding <= 2;
    if (found == NULL) continue;
    group = group << 6 | (uint32_t)(found - alphabet);
    if (++count % 4 != 0) continue;
    uint8_t whole[] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
    byte_buffer_append(out, (Bytes){whole, 3});
    group = 0;
  }
  uint8_t rest[] = {(uint8_t)(count % 4 == 3 ? group >> 10 : group >> 4), (uint8_t)(group >> 2)};
  if (count % 4 >= 2) byte_buffer_append(out, (Bytes){rest, count % 4 - 1});
  return valid;
}

void sasl_append_encoded(ByteBuffer *out, Bytes bytes)
{
  if (bytes.length == 0) return;
  char *text = g_base64_encode(bytes.data, bytes.length);
  size_t length = strlen(text);
  byte_buffer_append(out, (Bytes){(const uint8_t *)text, length});
  explicit_bzero(text, length);
  g_free(text);
}

bool sasl_parse_plain(Bytes message, Bytes *authzid, Bytes *user, Bytes *secret)
{
  *authzid = *user = *secret = BYTES_EMPTY;
  ptrdiff_t first = bytes_find(message, '\0');
  if (first < 0) return false;
  *authzid = bytes_slice(message, 0, (size_t)first);
  Bytes rest = bytes_skip(message, (size_t)first + 1);
  ptrdiff_t second = bytes_find(rest, '\0');
  *user = second < 0 ? rest : bytes_slice(rest, 0, (size_t)second);
  if (second < 0) return false;
  *secret = bytes_skip(rest, (size_t)second + 1);
  return true;
}

void sasl_append_plain(ByteBuffer *out, Bytes user, Bytes secret)
{
  static const uint8_t nul[] = {0};
  byte_buffer_append(out, (Bytes){nul, 1});
  byte_buffer_append(out, user);
  byte_buffer_append(out, (Bytes){nul, 1});
  byte_buffer_append(out, secret);
}

#define MD5_HEX_DIGITS 32

bool sasl_parse_cram_md5(Bytes message, Bytes *user, Bytes *digest)
{
  *user = *digest = BYTES_EMPTY;
  /* the user may hold spaces: the digest is what follows the last one */
  const uint8_t *space = message.length == 0 ? NULL : memrchr(message.data, ' ', message.length);
  if (space == NULL) return false;
  *user = bytes_slice(message, 0, (size_t)(space - message.data));
  *digest = bytes_skip(message, user->length + 1);
  bool hex = digest->length == MD5_HEX_DIGITS;
  for (size_t i = 0; i < digest->length; i++)
    hex &= g_ascii_isxdigit(digest->data[i]);
  return hex;
}

void sasl_append_cram_md5(ByteBuffer *out, Bytes user, Bytes secret, Bytes challenge)
{
  /* g_hmac_new refuses no key, but dislikes NULL */
  GHmac *hmac =
      g_hmac_new(G_CHECKSUM_MD5, secret.length == 0 ? (const guchar *)"" : secret.data, secret.length);
  if (challenge.length > 0) g_hmac_update(hmac, challenge.data, (gssize)challenge.length);
  byte_buffer_append(out, user);
  byte_buffer_append_format(out, " %s", g_hmac_get_string(hmac));
  g_hmac_unref(hmac);
}

static bool is_separator(uint8_t byte)
{
  return byte == ',' || byte == ' ' || byte == '\x01';
}

/* Returns the value that begins at start: quoted (without its quotes; a backslash hides the next byte), or up
 * to a comma or ^A. */
static Bytes attribute_value(Bytes message, size_t start)
{
  bool quoted = start < message.length && message.data[start] == '"';
  if (quoted) start++;
  size_t end = start;
  while (end < message.length) {
    uint8_t byte = message.data[end];
    if (quoted ? byte == '"' : byte == ',' || byte == '\x01') break;
    end += quoted && byte == '\\' ? 2 : 1;
  }
  return bytes_slice(message, start, end - start);
}

Bytes sasl_find_attribute(Bytes message, const char *name)
{
  size_t length = strlen(name);
  for (size_t i = 0; i + length < message.length; i++) {
    bool at_start = i == 0 || is_separator(message.data[i - 1]);
    if (!at_start || message.data[i + length] != '=') continue;
    if (g_ascii_strncasecmp((const char *)message.data + i, name, length) != 0) continue;
    return attribute_value(message, i + length + 1);
  }
  return BYTES_EMPTY;
}

void sasl_append_scram_name(ByteBuffer *out, Bytes name)
{
  for (size_t i = 0; i < name.length; i++) {
    Bytes escape = bytes_slice(name, i, 3);
    bool comma = bytes_equal_ignore_case(escape, "=2C"), equals = bytes_equal_ignore_case(escape, "=3D");
    byte_buffer_append(out, comma ? BYTES_LITERAL(",") : bytes_slice(name, i, 1));
    if (comma || equals) i += 2;
  }
}
