/* SPDX-License-Identifier: MIT */
/* Forms and Basic credentials. Field names are guessed by the words that webmail programs use. */
#include "protocol/http/http-login.h"

#include "protocol/http/http-form.h"
#include "protocol/http/http-head.h"

static bool has_word(Bytes name, const char *const *words, size_t count)
{
  g_autofree char *lower = g_ascii_strdown((const char *)name.data, (gssize)MIN(name.length, 64));
  for (size_t i = 0; i < count; i++)
    if (strstr(lower, words[i]) != NULL) return true;
  return false;
}

static bool is_password_name(Bytes name)
{
  static const char *const words[] = {"pass", "senha", "pwd", "secretkey", "clave"};
  return name.length > 0 && has_word(name, words, G_N_ELEMENTS(words));
}

static bool is_user_name(Bytes name)
{
  static const char *const words[] = {"user", "login", "mail", "usuario", "account", "conta"};
  return name.length > 0 && has_word(name, words, G_N_ELEMENTS(words));
}

void http_login_clear(HttpLogin *login)
{
  byte_buffer_clear(&login->user);
  byte_buffer_clear(&login->secret);
}

bool http_login_read_form(Bytes form, HttpLogin *login)
{
  bool found = false, named = false;
  Bytes name, value;
  while (http_form_next(&form, &name, &value)) {
    if (is_password_name(name)) {
      if (!found) http_form_decode(&login->secret, value);
      found = true;
    } else if (!named && is_user_name(name)) {
      http_form_decode(&login->user, value);
      named = byte_buffer_view(&login->user).length > 0;
    }
  }
  return found;
}

static Bytes cut_line(Bytes *rest)
{
  ptrdiff_t lf = bytes_find(*rest, '\n');
  Bytes line = bytes_slice(*rest, 0, lf < 0 ? rest->length : (size_t)lf + 1);
  *rest = bytes_skip(*rest, line.length);
  return line;
}

/* Returns the value of name="…" in a Content-Disposition field; empty where there is none. */
static Bytes disposition_name(Bytes line)
{
  static const char mark[] = "name=\"";
  for (size_t at = 0; at + 6 < line.length; at++) {
    Bytes here = bytes_skip(line, at);
    if (!bytes_starts_ignore_case(here, mark)) continue;
    here = bytes_skip(here, 6);
    ptrdiff_t quote = bytes_find(here, '"');
    return quote < 0 ? BYTES_EMPTY : bytes_slice(here, 0, (size_t)quote);
  }
  return BYTES_EMPTY;
}

bool http_login_read_multipart(Bytes body, HttpLogin *login)
{
  bool found = false;
  while (body.length > 0) {
    Bytes line = cut_line(&body), name = BYTES_EMPTY;
    if (!bytes_starts_ignore_case(line, "Content-Disposition:")) continue;
    name = disposition_name(line);
    while (body.length > 0 && bytes_chomp(line).length > 0)
      line = cut_line(&body);
    Bytes value = bytes_chomp(cut_line(&body));
    if (is_password_name(name) && !found) {
      byte_buffer_append(&login->secret, value);
      found = true;
    } else if (is_user_name(name) && byte_buffer_view(&login->user).length == 0) {
      byte_buffer_append(&login->user, value);
    }
  }
  return found;
}

bool http_login_read_basic(Bytes value, HttpLogin *login)
{
  if (!bytes_starts_ignore_case(value, "Basic ")) return false;
  g_autofree char *text = bytes_dup_string(bytes_skip(value, 6));
  gsize length = 0;
  guchar *decoded = g_base64_decode(text, &length);
  Bytes pair = {decoded, length};
  ptrdiff_t colon = bytes_find(pair, ':');
  if (colon >= 0) {
    byte_buffer_append(&login->user, bytes_slice(pair, 0, (size_t)colon));
    byte_buffer_append(&login->secret, bytes_skip(pair, (size_t)colon + 1));
  }
  explicit_bzero(decoded, length);
  explicit_bzero(text, strlen(text));
  g_free(decoded);
  return colon >= 0;
}

bool http_is_secret_field(Bytes name)
{
  static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                      "Set-Cookie",    "X-Auth-Token",        "X-CSRF-Token"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    if (bytes_equal_ignore_case(name, names[i])) return true;
  return false;
}

static void extend(size_t from, size_t to, size_t *start, size_t *end)
{
  if (from >= to) return;
  if (*end == 0 || from < *start) *start = from;
  *end = MAX(*end, to);
}

/* In an address also what stands for a password: whoever holds it is let in. Escapes hide no name. */
static bool is_secret_name(Bytes name)
{
  static const char *const words[] = {"token", "secret", "session", "sid", "auth", "apikey", "api_key"};
  ByteBuffer plain = {0};
  http_form_decode(&plain, bytes_slice(name, 0, 256));
  Bytes view = byte_buffer_view(&plain);
  bool secret = is_password_name(view) || (view.length > 0 && has_word(view, words, G_N_ELEMENTS(words)));
  byte_buffer_clear(&plain);
  return secret;
}

/* http://user:password@host/ (RFC 3986 §3.2.1). */
static void find_user_information(Bytes target, size_t *start, size_t *end)
{
  ptrdiff_t colon = bytes_find(target, ':');
  if (colon < 0 || !bytes_starts_ignore_case(bytes_skip(target, (size_t)colon), "://")) return;
  size_t from = (size_t)colon + 3, at = 0;
  for (size_t i = from; i < target.length && memchr("/?#", target.data[i], 3) == NULL; i++)
    if (target.data[i] == '@') at = i;
  extend(from, at, start, end);
}

bool http_find_query_secret(Bytes target, size_t *start, size_t *length)
{
  static const uint8_t marks[] = {'?', '#'};
  size_t end = 0;
  find_user_information(target, start, &end);
  for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
    ptrdiff_t mark = bytes_find(target, marks[i]);
    Bytes rest = mark < 0 ? BYTES_EMPTY : bytes_skip(target, (size_t)mark + 1), name, value;
    while (http_form_next(&rest, &name, &value)) {
      if (!is_secret_name(name) || value.length == 0) continue;
      size_t at = (size_t)(value.data - target.data);
      extend(at, at + value.length, start, &end);
    }
  }
  if (end > 0) *length = end - *start;
  return end > 0;
}

bool http_find_secrets(Bytes head, size_t *start, size_t *length)
{
  Bytes rest = head, name, value;
  Bytes line = cut_line(&rest);
  size_t end = 0, query, query_length;
  HttpRequestLine request;
  if (http_parse_request_line(line, &request) &&
      http_find_query_secret(request.target, &query, &query_length)) {
    query += (size_t)(request.target.data - head.data);
    extend(query, query + query_length, start, &end);
  }
  while (rest.length > 0) {
    line = cut_line(&rest);
    if (!http_parse_field(line, &name, &value) || !http_is_secret_field(name) || value.length == 0) continue;
    size_t at = (size_t)(value.data - head.data);
    extend(at, at + value.length, start, &end);
  }
  if (end > 0) *length = end - *start;
  return end > 0;
}
