/* SPDX-License-Identifier: MIT */
/* NTLM's messages: a signature, a type, then descriptors that point at strings further on. */
#include "protocol/sasl/sasl-message.h"

enum { TYPE_AT = 8, CHALLENGE_AT = 24, NT_RESPONSE_AT = 20, DOMAIN_AT = 28, USER_AT = 36, FLAGS_AT = 60 };
enum { CHALLENGE = 2, AUTHENTICATE = 3, FLAG_UNICODE = 1, CHALLENGE_LENGTH = 8 };

static uint32_t number_at(Bytes message, size_t at)
{
  ByteReader reader = byte_reader(bytes_skip(message, at));
  return byte_reader_le32(&reader);
}

static bool is_type(Bytes message, uint32_t type)
{
  return bytes_equal(bytes_slice(message, 0, TYPE_AT), BYTES_LITERAL("NTLMSSP\0")) &&
         number_at(message, TYPE_AT) == type;
}

/* A descriptor is a length, the room for it and an offset. Empty where it points outside. */
static Bytes described(Bytes message, size_t at)
{
  ByteReader reader = byte_reader(bytes_skip(message, at));
  size_t length = byte_reader_le16(&reader);
  byte_reader_le16(&reader);
  size_t offset = byte_reader_le32(&reader);
  Bytes found = bytes_slice(message, offset, length);
  return found.length == length ? found : BYTES_EMPTY;
}

Bytes sasl_parse_ntlm_challenge(Bytes message)
{
  Bytes number = bytes_slice(message, CHALLENGE_AT, CHALLENGE_LENGTH);
  return is_type(message, CHALLENGE) && number.length == CHALLENGE_LENGTH ? number : BYTES_EMPTY;
}

static void append_name(ByteBuffer *out, Bytes name, bool wide)
{
  if (!wide) {
    byte_buffer_append(out, name);
    return;
  }
  ByteReader reader = byte_reader(name);
  g_autofree gunichar2 *units = g_new0(gunichar2, name.length / 2 + 1);
  for (size_t i = 0; i < name.length / 2; i++)
    units[i] = byte_reader_le16(&reader);
  g_autofree char *text = g_utf16_to_utf8(units, (glong)(name.length / 2), NULL, NULL, NULL);
  byte_buffer_append(out, text == NULL ? name : bytes_from_string(text));
}

bool sasl_parse_ntlm_response(Bytes message, ByteBuffer *user, Bytes *response)
{
  *response = BYTES_EMPTY;
  if (!is_type(message, AUTHENTICATE) || message.length < FLAGS_AT) return false;
  bool wide = message.length < FLAGS_AT + 4 || (number_at(message, FLAGS_AT) & FLAG_UNICODE) != 0;
  Bytes domain = described(message, DOMAIN_AT);
  append_name(user, domain, wide);
  if (domain.length > 0) byte_buffer_append(user, BYTES_LITERAL("\\"));
  append_name(user, described(message, USER_AT), wide);
  *response = described(message, NT_RESPONSE_AT);
  return true;
}
