/* SPDX-License-Identifier: MIT */
/* Forms, read and written. */
#include "protocol/http/http-form.h"

bool http_form_next(Bytes *rest, Bytes *name, Bytes *value)
{
  if (rest->length == 0) return false;
  ptrdiff_t end = bytes_find(*rest, '&');
  Bytes pair = bytes_slice(*rest, 0, end < 0 ? rest->length : (size_t)end);
  *rest = end < 0 ? BYTES_EMPTY : bytes_skip(*rest, (size_t)end + 1);
  ptrdiff_t equals = bytes_find(pair, '=');
  *name = bytes_slice(pair, 0, equals < 0 ? pair.length : (size_t)equals);
  *value = equals < 0 ? BYTES_EMPTY : bytes_skip(pair, (size_t)equals + 1);
  return true;
}

void http_form_decode(ByteBuffer *out, Bytes text)
{
  for (size_t i = 0; i < text.length; i++) {
    uint8_t byte = text.data[i];
    if (byte == '+') byte = ' ';
    if (byte == '%' && i + 2 < text.length && g_ascii_isxdigit(text.data[i + 1]) &&
        g_ascii_isxdigit(text.data[i + 2])) {
      byte = (uint8_t)(g_ascii_xdigit_value((char)text.data[i + 1]) * 16 +
                       g_ascii_xdigit_value((char)text.data[i + 2]));
      i += 2;
    }
    byte_buffer_append(out, (Bytes){&byte, 1});
  }
}

static void append_encoded(ByteBuffer *out, const char *text)
{
  for (; *text != '\0'; text++) {
    uint8_t byte = (uint8_t)*text;
    if (byte == ' ')
      byte_buffer_append(out, BYTES_LITERAL("+"));
    else if (g_ascii_isalnum(byte) || memchr("*-._", byte, 4) != NULL)
      byte_buffer_append(out, (Bytes){&byte, 1});
    else
      byte_buffer_append_format(out, "%%%02X", byte);
  }
}

void http_form_append(ByteBuffer *out, const char *name, const char *value)
{
  if (byte_buffer_view(out).length > 0) byte_buffer_append(out, BYTES_LITERAL("&"));
  append_encoded(out, name);
  byte_buffer_append(out, BYTES_LITERAL("="));
  append_encoded(out, value);
}

/* CR LF and a bare CR become LF, in place. */
static void even_line_ends(char *text)
{
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    if (from[0] == '\r' && from[1] == '\n') continue;
    *to++ = *from == '\r' ? '\n' : *from;
  }
  *to = '\0';
}

char *http_form_dup(Bytes form, const char *name)
{
  Bytes key, value;
  char *found = NULL;
  while (found == NULL && http_form_next(&form, &key, &value)) {
    ByteBuffer plain = {0};
    http_form_decode(&plain, key);
    bool wanted = bytes_equal(byte_buffer_view(&plain), bytes_from_string(name));
    byte_buffer_reset(&plain);
    if (wanted) {
      http_form_decode(&plain, value);
      Bytes view = byte_buffer_view(&plain);
      bool good = g_utf8_validate_len((const char *)view.data, view.length, NULL);
      if (good || view.length == 0) found = bytes_dup_string(view);
    }
    byte_buffer_clear(&plain);
    if (wanted) break;
  }
  if (found != NULL) even_line_ends(found);
  return found;
}
