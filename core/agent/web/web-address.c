/* SPDX-License-Identifier: MIT */
/* Addresses and cookies. */
#include "agent/web/web-address.h"

#define COOKIES_MAX 300u

void web_address_clear(WebAddress *address)
{
  g_free(address->host);
  g_free(address->authority);
  g_free(address->target);
  *address = (WebAddress){0};
}

/* Takes "host:port" apart; user names before an "@" are not ours to send. */
static bool take_authority(WebAddress *address, const char *text, size_t length)
{
  g_autofree char *authority = g_ascii_strdown(text, (gssize)length);
  char *port = strrchr(authority, ':');
  guint64 number = 80;
  if (port != NULL && strchr(port, ']') == NULL) {
    if (port[1] != '\0' && !g_ascii_string_to_unsigned(port + 1, 10, 1, G_MAXUINT16, &number, NULL))
      return false;
    *port = '\0';
  }
  if (*authority == '\0' || strpbrk(authority, "@ \t\r\n<>\"") != NULL) return false;
  size_t end = strlen(authority);
  bool literal = authority[0] == '[' && authority[end - 1] == ']';
  address->host = literal ? g_strndup(authority + 1, end - 2) : g_strdup(authority);
  address->port = (uint16_t)number;
  address->authority =
      number == 80 ? g_strdup(authority) : g_strdup_printf("%s:%u", authority, address->port);
  return true;
}

/* Resolves "." and ".." in the path (RFC 3986 §5.2.4). */
static char *remove_dots(const char *target)
{
  size_t path_length = strcspn(target, "?");
  g_autofree char *path = g_strndup(target, path_length);
  g_auto(GStrv) segments = g_strsplit(path, "/", -1);
  g_autoptr(GPtrArray) kept = g_ptr_array_new();
  guint count = g_strv_length(segments);
  for (guint i = 1; i < count; i++) {
    bool up = g_str_equal(segments[i], ".."), here = g_str_equal(segments[i], "."), last = i + 1 == count;
    if (up && kept->len > 0) g_ptr_array_remove_index(kept, kept->len - 1);
    if (!up && !here)
      g_ptr_array_add(kept, segments[i]);
    else if (last)
      g_ptr_array_add(kept, (gpointer) "");
  }
  GString *result = g_string_new(NULL);
  for (guint i = 0; i < kept->len; i++)
    g_string_append_printf(result, "/%s", (const char *)g_ptr_array_index(kept, i));
  if (result->len == 0) g_string_append_c(result, '/');
  g_string_append(result, target + path_length);
  return g_string_free(result, FALSE);
}

/* Blanks and controls cannot stand in a request line; browsers escape them. The fragment stays at home. */
static char *clean_target(const char *target)
{
  GString *clean = g_string_new(NULL);
  for (; *target != '\0' && *target != '#'; target++) {
    if ((guchar)*target <= ' ' || (guchar)*target >= 127)
      g_string_append_printf(clean, "%%%02X", (guchar)*target);
    else
      g_string_append_c(clean, *target);
  }
  return g_string_free(clean, FALSE);
}

/* Returns the target that a relative reference means on a page with that target. */
static char *merge(const char *base, const char *reference)
{
  if (*reference == '/') return g_strdup(reference);
  size_t path = strcspn(base, "?");
  if (*reference == '\0' || *reference == '#') return g_strdup(base);
  if (*reference == '?') return g_strdup_printf("%.*s%s", (int)path, base, reference);
  while (path > 0 && base[path - 1] != '/')
    path--;
  return g_strdup_printf("%.*s%s", (int)path, base, reference);
}

static bool has_scheme(const char *reference)
{
  size_t length = strspn(reference, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
  return length > 0 && reference[length] == ':';
}

bool web_address_resolve(WebAddress *address, const WebAddress *base, const char *reference)
{
  *address = (WebAddress){0};
  g_autofree char *text = g_strstrip(g_strdup(reference));
  g_autofree char *target = NULL;
  bool absolute = g_ascii_strncasecmp(text, "http://", 7) == 0, same_scheme = g_str_has_prefix(text, "//");
  if (absolute || (same_scheme && base != NULL)) {
    const char *authority = text + (absolute ? 7 : 2);
    size_t length = strcspn(authority, "/?#");
    if (!take_authority(address, authority, length)) return false;
    const char *rest = authority + length;
    target = g_strdup_printf("%s%s", *rest == '/' ? "" : "/", rest);
  } else {
    if (base == NULL || base->host == NULL || has_scheme(text)) return false;
    address->host = g_strdup(base->host);
    address->authority = g_strdup(base->authority);
    address->port = base->port;
    target = merge(base->target, text);
  }
  g_autofree char *clean = clean_target(target);
  address->target = remove_dots(clean);
  return true;
}

char *web_address_format(const WebAddress *address)
{
  if (address->host == NULL) return g_strdup("");
  return g_strdup_printf("http://%s%s", address->authority, address->target);
}

typedef struct {
  char *host, *name, *value, *path;
  Nanoseconds expires; /* NANOSECONDS_NEVER: with the browser */
} WebCookie;

struct WebCookies {
  GPtrArray *list; /* of WebCookie, oldest first */
};

static void cookie_free(gpointer data)
{
  WebCookie *cookie = data;
  g_free(cookie->host);
  g_free(cookie->name);
  g_free(cookie->path);
  endpoint_wipe(cookie->value);
  g_free(cookie);
}

WebCookies *web_cookies_new(void)
{
  WebCookies *cookies = g_new0(WebCookies, 1);
  cookies->list = g_ptr_array_new_with_free_func(cookie_free);
  return cookies;
}

void web_cookies_free(WebCookies *cookies)
{
  if (cookies == NULL) return;
  g_ptr_array_unref(cookies->list);
  g_free(cookies);
}

static void forget(WebCookies *cookies, const char *host, const char *name, const char *path)
{
  for (guint i = cookies->list->len; i-- > 0;) {
    const WebCookie *old = g_ptr_array_index(cookies->list, i);
    if (g_str_equal(old->host, host) && g_str_equal(old->name, name) && g_str_equal(old->path, path))
      g_ptr_array_remove_index(cookies->list, i);
  }
}

/* What the attributes of a cookie say (RFC 6265 §5.2). */
static bool take_attribute(WebCookie *cookie, char *attribute, Nanoseconds now)
{
  char *value = strchr(attribute, '=');
  if (value != NULL) *value++ = '\0';
  g_strstrip(attribute);
  if (g_ascii_strcasecmp(attribute, "Secure") == 0) return false;
  if (value == NULL) return true;
  g_strstrip(value);
  if (g_ascii_strcasecmp(attribute, "Path") == 0 && *value == '/') {
    g_free(cookie->path);
    cookie->path = g_strdup(value);
  } else if (g_ascii_strcasecmp(attribute, "Max-Age") == 0) {
    gint64 seconds = g_ascii_strtoll(value, NULL, 10);
    seconds = CLAMP(seconds, 0, 366 * 86400);
    cookie->expires = seconds == 0 ? 0 : now + seconds * NANOSECONDS_PER_SECOND;
  }
  return true;
}

/* The folder of the page (RFC 6265 §5.1.4). */
static char *usual_path(const char *target)
{
  size_t end = strcspn(target, "?");
  while (end > 0 && target[end - 1] != '/')
    end--;
  return end <= 1 ? g_strdup("/") : g_strndup(target, end - 1);
}

static void take_cookie(WebCookies *cookies, const WebAddress *address, Bytes field, Nanoseconds now)
{
  char *text = bytes_dup_string(field);
  g_auto(GStrv) parts = g_strsplit(text, ";", 20);
  char *value = parts[0] == NULL ? NULL : strchr(parts[0], '=');
  endpoint_wipe(text);
  if (value == NULL) return;
  *value++ = '\0';
  WebCookie *cookie = g_new0(WebCookie, 1);
  cookie->host = g_strdup(address->host);
  cookie->name = g_strdup(g_strstrip(parts[0]));
  cookie->value = g_strdup(g_strstrip(value));
  cookie->path = usual_path(address->target);
  cookie->expires = NANOSECONDS_NEVER;
  bool good = *cookie->name != '\0';
  for (guint i = 1; parts[i] != NULL; i++)
    good = take_attribute(cookie, parts[i], now) && good;
  if (good) forget(cookies, cookie->host, cookie->name, cookie->path);
  if (good && cookie->expires > now && cookies->list->len < COOKIES_MAX)
    g_ptr_array_add(cookies->list, cookie);
  else
    cookie_free(cookie);
  explicit_bzero(value, strlen(value));
}

void web_cookies_take(WebCookies *cookies, const WebAddress *address, const HttpMessage *response,
                      Nanoseconds now)
{
  for (guint i = 0; i < response->field_count; i++)
    if (bytes_equal_ignore_case(response->fields[i].name, "Set-Cookie"))
      take_cookie(cookies, address, response->fields[i].value, now);
}

static bool fits(const WebCookie *cookie, const WebAddress *address)
{
  if (!g_str_equal(cookie->host, address->host) || !g_str_has_prefix(address->target, cookie->path))
    return false;
  size_t length = strlen(cookie->path);
  return cookie->path[length - 1] == '/' || strchr("/?", address->target[length]) != NULL;
}

char *web_cookies_for(WebCookies *cookies, const WebAddress *address, Nanoseconds now)
{
  GString *field = g_string_new(NULL);
  for (guint i = cookies->list->len; i-- > 0;)
    if (((const WebCookie *)g_ptr_array_index(cookies->list, i))->expires <= now)
      g_ptr_array_remove_index(cookies->list, i);
  for (guint i = 0; i < cookies->list->len; i++) {
    const WebCookie *cookie = g_ptr_array_index(cookies->list, i);
    if (fits(cookie, address))
      g_string_append_printf(field, "%s%s=%s", field->len > 0 ? "; " : "", cookie->name, cookie->value);
  }
  if (field->len > 0) return g_string_free(field, FALSE);
  g_string_free(field, TRUE);
  return NULL;
}
