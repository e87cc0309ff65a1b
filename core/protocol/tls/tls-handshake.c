/* SPDX-License-Identifier: MIT */
/* Hellos and certificates, read field by field. */
#include "protocol/tls/tls-handshake.h"

#include "protocol/tls/tls-names.h"

enum { EXTENSION_SERVER_NAME = 0, EXTENSION_SUPPORTED_VERSIONS = 43 };

bool tls_is_record(Bytes view)
{
  if (view.length < TLS_RECORD_HEADER) return false;
  size_t length = (size_t)view.data[3] << 8 | view.data[4];
  return view.data[0] >= TLS_RECORD_CHANGE_CIPHER_SPEC && view.data[0] <= TLS_RECORD_DATA &&
         view.data[1] == 3 && view.data[2] <= 4 && length > 0 && length <= TLS_RECORD_MOST;
}

static uint32_t be24(ByteReader *reader)
{
  uint32_t high = byte_reader_u8(reader);
  return high << 16 | byte_reader_be16(reader);
}

bool tls_next_message(Bytes *rest, uint8_t *type, Bytes *body)
{
  ByteReader reader = byte_reader(*rest);
  *type = byte_reader_u8(&reader);
  uint32_t length = be24(&reader);
  *body = byte_reader_take(&reader, length);
  if (reader.overrun) return false;
  *rest = bytes_skip(*rest, 4 + (size_t)length);
  return true;
}

void tls_append_handshake(ByteBuffer *out, Bytes raw)
{
  while (tls_is_record(raw) && raw.data[0] == TLS_RECORD_HANDSHAKE) {
    size_t length = (size_t)raw.data[3] << 8 | raw.data[4];
    byte_buffer_append(out, bytes_slice(raw, TLS_RECORD_HEADER, length));
    raw = bytes_skip(raw, TLS_RECORD_HEADER + length);
  }
}

/* Cuts a vector with a length of `size` bytes before it (RFC 8446 §3.4). */
static Bytes take_vector(ByteReader *reader, unsigned size)
{
  size_t length = size == 1 ? byte_reader_u8(reader) : size == 2 ? byte_reader_be16(reader) : be24(reader);
  return byte_reader_take(reader, length);
}

static Bytes read_server_name(Bytes extension)
{
  ByteReader reader = byte_reader(extension);
  ByteReader list = byte_reader(take_vector(&reader, 2));
  uint8_t type = byte_reader_u8(&list);
  Bytes name = take_vector(&list, 2);
  return type == 0 && !list.overrun ? name : BYTES_EMPTY;
}

static uint16_t highest_version(Bytes extension)
{
  ByteReader reader = byte_reader(extension);
  ByteReader list = byte_reader(take_vector(&reader, 1));
  uint16_t highest = 0;
  while (byte_reader_left(&list) >= 2) {
    uint16_t version = byte_reader_be16(&list);
    if (!tls_is_grease(version) && version > highest && version <= 0x0304) highest = version;
  }
  return highest;
}

static void read_extensions(ByteReader *reader, TlsHello *hello, bool client)
{
  ByteReader list = byte_reader(take_vector(reader, 2));
  while (byte_reader_left(&list) >= 4) {
    uint16_t type = byte_reader_be16(&list);
    Bytes content = take_vector(&list, 2);
    if (list.overrun) return;
    if (client && type == EXTENSION_SERVER_NAME) hello->server_name = read_server_name(content);
    if (type != EXTENSION_SUPPORTED_VERSIONS) continue;
    ByteReader chosen = byte_reader(content);
    uint16_t version = client ? highest_version(content) : byte_reader_be16(&chosen);
    if (version != 0) hello->version = version;
  }
}

void tls_read_client_hello(Bytes body, TlsHello *hello)
{
  ByteReader reader = byte_reader(body);
  *hello = (TlsHello){.version = byte_reader_be16(&reader)};
  byte_reader_take(&reader, 32);
  take_vector(&reader, 1); /* session id */
  take_vector(&reader, 2); /* cipher suites */
  take_vector(&reader, 1); /* compression */
  if (!reader.overrun) read_extensions(&reader, hello, true);
}

void tls_read_server_hello(Bytes body, TlsHello *hello)
{
  ByteReader reader = byte_reader(body);
  *hello = (TlsHello){.version = byte_reader_be16(&reader)};
  byte_reader_take(&reader, 32);
  take_vector(&reader, 1);
  hello->cipher = byte_reader_be16(&reader);
  byte_reader_u8(&reader);
  if (!reader.overrun) read_extensions(&reader, hello, false);
}

/* One DER value (X.690 §8.1): its tag and content; *overrun for anything that does not fit. */
static Bytes take_der(ByteReader *reader, uint8_t *tag)
{
  *tag = byte_reader_u8(reader);
  size_t length = byte_reader_u8(reader);
  if (length >= 0x80) {
    unsigned bytes = length & 0x7f;
    length = 0;
    if (bytes == 0 || bytes > 3) reader->overrun = true;
    for (unsigned i = 0; i < bytes && bytes <= 3; i++)
      length = length << 8 | byte_reader_u8(reader);
  }
  return byte_reader_take(reader, length);
}

static Bytes common_name(Bytes subject)
{
  static const uint8_t oid[] = {0x55, 0x04, 0x03};
  ByteReader names = byte_reader(subject);
  uint8_t tag;
  while (byte_reader_left(&names) > 0 && !names.overrun) {
    ByteReader set = byte_reader(take_der(&names, &tag));
    ByteReader pair = byte_reader(take_der(&set, &tag));
    Bytes type = take_der(&pair, &tag);
    Bytes value = take_der(&pair, &tag);
    if (!pair.overrun && bytes_equal(type, (Bytes){oid, sizeof oid})) return value;
  }
  return BYTES_EMPTY;
}

Bytes tls_read_certificate_name(Bytes body)
{
  ByteReader message = byte_reader(body);
  ByteReader list = byte_reader(take_vector(&message, 3));
  ByteReader certificate = byte_reader(take_vector(&list, 3));
  uint8_t tag;
  ByteReader signed_part = byte_reader(take_der(&certificate, &tag));
  ByteReader fields = byte_reader(take_der(&signed_part, &tag));
  take_der(&fields, &tag);                  /* version, or the serial number where there is none */
  if (tag == 0xa0) take_der(&fields, &tag); /* serial number */
  for (int i = 0; i < 3; i++)               /* algorithm, issuer, validity */
    take_der(&fields, &tag);
  Bytes subject = take_der(&fields, &tag);
  return fields.overrun ? BYTES_EMPTY : common_name(subject);
}
