/* SPDX-License-Identifier: MIT */
/* Request, status and field lines. */
#include "protocol/http/http-head.h"

static Bytes cut_word(Bytes *rest)
{
  ptrdiff_t space = bytes_find(*rest, ' ');
  Bytes word = bytes_slice(*rest, 0, space < 0 ? rest->length : (size_t)space);
  *rest = space < 0 ? BYTES_EMPTY : bytes_skip(*rest, (size_t)space + 1);
  return word;
}

static bool is_version(Bytes version)
{
  return version.length == 8 && memcmp(version.data, "HTTP/1.", 7) == 0 && g_ascii_isdigit(version.data[7]);
}

bool http_parse_request_line(Bytes line, HttpRequestLine *request)
{
  Bytes rest = bytes_chomp(line);
  request->method = cut_word(&rest);
  size_t last = rest.length;
  while (last > 0 && rest.data[last - 1] != ' ')
    last--;
  if (last < 2) return false;
  request->target = bytes_slice(rest, 0, last - 1);
  request->version = bytes_skip(rest, last);
  request->word = vocabulary_find_word(&http_vocabulary, request->method);
  bool shaped = request->method.length > 0 && request->method.length <= 32;
  for (size_t i = 0; shaped && i < request->method.length; i++)
    shaped = g_ascii_isupper(request->method.data[i]) || request->method.data[i] == '-';
  return shaped && is_version(request->version);
}

bool http_parse_status_line(Bytes line, HttpStatusLine *status)
{
  Bytes rest = bytes_chomp(line);
  status->version = cut_word(&rest);
  status->digits = cut_word(&rest);
  status->reason = rest;
  status->code = 0;
  if (!is_version(status->version) || status->digits.length != 3) return false;
  for (size_t i = 0; i < 3; i++) {
    if (!g_ascii_isdigit(status->digits.data[i])) return false;
    status->code = status->code * 10 + (status->digits.data[i] - '0');
  }
  return status->code >= 100 && status->code < 600;
}

static bool is_blank(uint8_t c)
{
  return c == ' ' || c == '\t';
}

bool http_parse_field(Bytes line, Bytes *name, Bytes *value)
{
  line = bytes_chomp(line);
  ptrdiff_t colon = bytes_find(line, ':');
  if (colon <= 0) return false;
  *name = bytes_slice(line, 0, (size_t)colon);
  *value = bytes_skip(line, (size_t)colon + 1);
  while (value->length > 0 && is_blank(value->data[0]))
    *value = bytes_skip(*value, 1);
  while (value->length > 0 && is_blank(value->data[value->length - 1]))
    value->length--;
  return true;
}

static bool parse_number(Bytes digits, unsigned base, uint64_t *number)
{
  uint64_t sum = 0;
  if (digits.length == 0) return false;
  for (size_t i = 0; i < digits.length; i++) {
    int digit =
        base == 16 ? g_ascii_xdigit_value((char)digits.data[i]) : g_ascii_digit_value((char)digits.data[i]);
    if (digit < 0 || sum > (UINT64_MAX - (uint64_t)digit) / base) return false;
    sum = sum * base + (uint64_t)digit;
  }
  *number = sum;
  return true;
}

/* Is the last coding named "chunked"? */
static bool ends_chunked(Bytes value)
{
  static const char word[] = "chunked";
  return value.length >= 7 && bytes_equal_ignore_case(bytes_skip(value, value.length - 7), word);
}

void http_framing_add(HttpFraming *framing, Bytes name, Bytes value)
{
  if (bytes_equal_ignore_case(name, "Content-Length"))
    framing->has_length |= parse_number(value, 10, &framing->length);
  else if (bytes_equal_ignore_case(name, "Transfer-Encoding"))
    framing->chunked = ends_chunked(value);
  else if (bytes_equal_ignore_case(name, "Expect"))
    framing->expects_continue = bytes_starts_ignore_case(value, "100-continue");
  else if (bytes_equal_ignore_case(name, "Set-Cookie"))
    framing->sets_cookie = true;
  else if (bytes_equal_ignore_case(name, "Content-Type")) {
    framing->form = bytes_starts_ignore_case(value, "application/x-www-form-urlencoded");
    framing->multipart = bytes_starts_ignore_case(value, "multipart/form-data");
  }
}

bool http_parse_chunk_size(Bytes line, uint64_t *size)
{
  line = bytes_chomp(line);
  ptrdiff_t semicolon = bytes_find(line, ';');
  if (semicolon >= 0) line.length = (size_t)semicolon;
  while (line.length > 0 && is_blank(line.data[line.length - 1]))
    line.length--;
  return parse_number(line, 16, size);
}
