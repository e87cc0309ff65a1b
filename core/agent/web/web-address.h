/* SPDX-License-Identifier: MIT */
/* Addresses of pages, as far as "http:" goes (RFC 3986), and cookies that belong to their hosts (RFC 6265).
 */
#pragma once

#include "base/clock.h"
#include "protocol/http/http-reader.h"

/* Strings are owned; all NULL is none. */
typedef struct {
  char *host;      /* lower case, without port; an IPv6 address without its brackets */
  char *authority; /* as in Host: with the port where it is not 80 */
  uint16_t port;
  char *target; /* path and query, at least "/" */
} WebAddress;

/* Reads reference as it stands on the page at base (NULL: typed by a person). Returns false where it is no
 * address of a page, or not by http. *address is cleared by the caller. */
bool web_address_resolve(WebAddress *address, const WebAddress *base, const char *reference);
void web_address_clear(WebAddress *address);

/* Returns "http://host/target", the caller's to free. */
char *web_address_format(const WebAddress *address);

typedef struct WebCookies WebCookies;

WebCookies *web_cookies_new(void);
void web_cookies_free(WebCookies *cookies);

/* Takes the Set-Cookie fields of a response that came from address. Cookies are for that host alone; those
 * marked Secure are not taken, for nothing here is. */
void web_cookies_take(WebCookies *cookies, const WebAddress *address, const HttpMessage *response,
                      Nanoseconds now);

/* Returns the Cookie field for a request to address, the caller's to free with endpoint_wipe; NULL for none.
 */
char *web_cookies_for(WebCookies *cookies, const WebAddress *address, Nanoseconds now);
