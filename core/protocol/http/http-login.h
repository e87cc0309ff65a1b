/* SPDX-License-Identifier: MIT */
/* Names and passwords that a browser hands over, and what of a head must stay masked. */
#pragma once

#include "base/byte-buffer.h"

/* A log-in found. */
typedef struct {
  ByteBuffer user, secret;
} HttpLogin;

/* Looks through "name=value&name=value" (the URL standard's form encoding) for a password, and a name beside
 * it. Returns true when a password field was there, even an empty one. */
bool http_login_read_form(Bytes form, HttpLogin *login);

/* The same in multipart/form-data (RFC 7578). */
bool http_login_read_multipart(Bytes body, HttpLogin *login);

/* Reads "Basic dXNlcjpwYXNz" (RFC 7617). Returns false for another scheme, or no base64. */
bool http_login_read_basic(Bytes value, HttpLogin *login);

void http_login_clear(HttpLogin *login);

/* Is this field's value a secret: cookies, credentials? */
bool http_is_secret_field(Bytes name);

/* Finds the first and the last secret in a head (its fields, a password in the target) as one range. Returns
 * false where there is none. */
bool http_find_secrets(Bytes head, size_t *start, size_t *length);

/* Finds user and password before the host and the values of password and token fields behind ? or # in a
 * request target, as one range. Returns false where there is
 * none.
 */
bool http_find_query_secret(Bytes target, size_t *start, size_t *length);
