/* SPDX-License-Identifier: MIT */
/* Plain parameters are read here; those of RFC 2231 and encoded words are GMime's. */
#include "mail/content-type.h"

#include "base/limits.h"
#include "mail/gmime-start.h"

#define SAFE_NAME_MAX 200u
#define VALUE_MAX 65536u /* bytes of a header that are looked at */

static bool is_token_byte(uint8_t c)
{
  return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static size_t token_length(Bytes text)
{
  size_t length = 0;
  while (length < text.length && is_token_byte(text.data[length]))
    length++;
  return length;
}

static void skip_blanks(Bytes *rest)
{
  size_t blanks = 0;
  while (blanks < rest->length && (rest->data[blanks] <= ' '))
    blanks++;
  *rest = bytes_skip(*rest, blanks);
}

/* Comments may nest (RFC 5322 §3.2.2): only their depth is counted. */
static void skip_comments(Bytes *rest)
{
  skip_blanks(rest);
  while (rest->length > 0 && rest->data[0] == '(') {
    size_t at = 0, depth = 0;
    do {
      uint8_t c = rest->data[at++];
      if (c == '\\') at++;
      if (c == '(') depth++;
      if (c == ')') depth--;
    } while (depth > 0 && at < rest->length);
    *rest = bytes_skip(*rest, at);
    skip_blanks(rest);
  }
}

/* Cuts a quoted string's content, or what stands up to the next ';', off the front. */
static char *take_value(Bytes *rest)
{
  if (rest->length > 0 && rest->data[0] == '"') {
    GString *text = g_string_new(NULL);
    size_t at = 1;
    for (; at < rest->length && rest->data[at] != '"'; at++) {
      if (rest->data[at] == '\\' && at + 1 < rest->length) at++;
      g_string_append_c(text, (char)rest->data[at]);
    }
    *rest = bytes_skip(*rest, at + 1);
    return g_string_free(text, FALSE);
  }
  size_t length = 0;
  while (length < rest->length && rest->data[length] != ';' && rest->data[length] > ' ' &&
         rest->data[length] != '(')
    length++;
  char *text = bytes_dup_string(bytes_slice(*rest, 0, length));
  *rest = bytes_skip(*rest, length);
  return text;
}

/* A bad line end or an unknown sign: on to the next ';'. */
static bool skip_to_parameter(Bytes *rest)
{
  skip_comments(rest);
  ptrdiff_t semicolon = bytes_find(*rest, ';');
  *rest = semicolon < 0 ? BYTES_EMPTY : bytes_skip(*rest, (size_t)semicolon + 1);
  return semicolon >= 0;
}

static char **place_of(ContentType *content, Bytes name)
{
  const struct {
    const char *name;
    char **place;
  } places[] = {{"charset", &content->charset},
                {"boundary", &content->boundary},
                {"name", &content->name},
                {"filename", &content->filename}};
  for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
    if (bytes_equal_ignore_case(name, places[i].name)) return places[i].place;
  return NULL;
}

/* RFC 2231's words: asterisks in parameter names. */
static void read_extended(ContentType *content, Bytes parameters)
{
  g_autofree char *text = bytes_dup_string(parameters);
  gmime_start();
  GMimeParamList *list = g_mime_param_list_parse(NULL, text);
  if (list == NULL) return;
  const struct {
    const char *name;
    char **place;
  } wanted[] = {{"charset", &content->charset},
                {"boundary", &content->boundary},
                {"filename", &content->filename},
                {"name", &content->name}};
  for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
    GMimeParam *parameter = g_mime_param_list_get_parameter(list, wanted[i].name);
    const char *value = parameter != NULL ? g_mime_param_get_value(parameter) : NULL;
    if (value != NULL && *wanted[i].place == NULL) *wanted[i].place = g_strdup(value);
  }
  g_object_unref(list);
}

static void read_parameters(ContentType *content, Bytes rest)
{
  ptrdiff_t first = bytes_find(rest, ';');
  if (first < 0) return;
  const uint8_t *start = rest.data + first + 1;
  bool extended = false;
  for (unsigned count = 0; count < LIMIT_MIME_PARAMETERS && skip_to_parameter(&rest); count++) {
    skip_comments(&rest);
    Bytes name = bytes_slice(rest, 0, token_length(rest));
    extended |= bytes_find(name, '*') >= 0;
    rest = bytes_skip(rest, name.length);
    skip_blanks(&rest);
    if (rest.length == 0 || rest.data[0] != '=') continue;
    rest = bytes_skip(rest, 1);
    skip_blanks(&rest);
    g_autofree char *value = take_value(&rest);
    char **place = place_of(content, name);
    if (place != NULL && *place == NULL) *place = g_steal_pointer(&value);
  }
  if (!extended) return;
  size_t length = rest.length == 0 ? strlen((const char *)start) : (size_t)(rest.data - start);
  read_extended(content, (Bytes){start, length});
}

/* An encoded word inside a quoted string is against RFC 2047 §5, and very common. */
static void decode_name(char **name)
{
  if (*name == NULL || strstr(*name, "=?") == NULL) return;
  gmime_start();
  char *decoded = g_mime_utils_header_decode_text(NULL, *name);
  g_free(*name);
  *name = decoded;
}

void content_type_init(ContentType *content, Bytes value)
{
  *content = (ContentType){0};
  /* a NUL-ended copy: GMime reads on to it */
  g_autofree char *copy = bytes_dup_string(bytes_slice(value, 0, VALUE_MAX));
  Bytes rest = bytes_from_string(copy);
  skip_comments(&rest);
  size_t length = token_length(rest);
  if (length < rest.length && length > 0 && rest.data[length] == '/')
    length += 1 + token_length(bytes_skip(rest, length + 1));
  if (length > 0) content->type = g_ascii_strdown((const char *)rest.data, (gssize)length);
  rest = bytes_skip(rest, length);
  if (rest.length > 0) read_parameters(content, rest);
  decode_name(&content->name);
  decode_name(&content->filename);
}

void content_type_clear(ContentType *content)
{
  g_free(content->type);
  g_free(content->charset);
  g_free(content->boundary);
  g_free(content->name);
  g_free(content->filename);
  *content = (ContentType){0};
}

char *content_type_token(Bytes value)
{
  skip_comments(&value);
  size_t length = token_length(value);
  return length == 0 ? NULL : g_ascii_strdown((const char *)value.data, (gssize)length);
}

static bool is_unsafe(gunichar c)
{
  GUnicodeType type = g_unichar_type(c);
  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR || type == G_UNICODE_UNASSIGNED || c == ':' || c == '*' ||
         c == '?' || c == '"' || c == '<' || c == '>' || c == '|';
}

char *content_type_safe_name(const char *name)
{
  if (name == NULL) return NULL;
  g_autofree char *valid = g_utf8_make_valid(name, -1);
  const char *base = valid;
  for (const char *c = valid; *c != '\0'; c++)
    if (*c == '/' || *c == '\\') base = c + 1;
  GString *safe = g_string_new(NULL);
  for (const char *c = base; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar unit = g_utf8_get_char(c);
    bool leading = safe->len == 0 && (unit == '.' || unit == ' '); /* a hidden file, or ".." */
    if (is_unsafe(unit) || leading) continue;
    if (safe->len + (size_t)(g_utf8_next_char(c) - c) > SAFE_NAME_MAX) break;
    g_string_append_unichar(safe, unit);
  }
  char *stripped = g_strstrip(g_string_free(safe, FALSE));
  if (stripped[0] == '\0') g_clear_pointer(&stripped, g_free);
  return stripped;
}
