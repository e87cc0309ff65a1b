/* SPDX-License-Identifier: MIT */
/* Fields, bodies, phrases. */
#include "protocol/http/http-write.h"

#define CHUNK_BYTES 4096u

void http_write_field(ByteBuffer *out, const char *name, const char *value)
{
  byte_buffer_append_format(out, "%s: %.*s\r\n", name, (int)strcspn(value, "\r\n"), value);
}

void http_write_fields(ByteBuffer *out, const HttpHeader *fields, guint count)
{
  for (guint i = 0; i < count; i++)
    http_write_field(out, fields[i].name, fields[i].value);
}

void http_write_body(ByteBuffer *out, Bytes body, bool chunked, bool head_only)
{
  if (chunked)
    http_write_field(out, "Transfer-Encoding", "chunked");
  else
    byte_buffer_append_format(out, "Content-Length: %zu\r\n", body.length);
  byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  if (head_only) return;
  if (!chunked) {
    byte_buffer_append(out, body);
    return;
  }
  for (; body.length > 0; body = bytes_skip(body, CHUNK_BYTES)) {
    Bytes chunk = bytes_slice(body, 0, CHUNK_BYTES);
    byte_buffer_append_format(out, "%zx\r\n", chunk.length);
    byte_buffer_append(out, chunk);
    byte_buffer_append(out, BYTES_LITERAL("\r\n"));
  }
  byte_buffer_append(out, BYTES_LITERAL("0\r\n\r\n"));
}

const char *http_status_phrase(int code)
{
  static const struct {
    int code;
    const char *phrase;
  } phrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {411, "Length Required"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(phrases); i++)
    if (phrases[i].code == code) return phrases[i].phrase;
  return "";
}
