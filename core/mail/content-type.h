/* SPDX-License-Identifier: MIT */
/* What Content-Type, Content-Disposition and Content-Transfer-Encoding say (RFC 2045 §5 and §6, RFC 2183),
 * whatever their bytes. */
#pragma once

#include "base/bytes.h"

/* A header's value taken apart. The texts are the caller's to clear; NULL where not said. */
typedef struct {
  char *type;     /* "text/plain", lower case; or the disposition, "attachment" */
  char *charset;  /* as written */
  char *boundary; /* byte for byte */
  char *name;     /* decoded (RFC 2231, RFC 2047), not yet safe; in a disposition no file's name */
  char *filename; /* the same of a disposition's `filename` */
} ContentType;

/* Reads value (unfolded). At most LIMIT_MIME_PARAMETERS parameters are looked at. Whatever it is given,
 * *content is good to read and must be cleared. */
void content_type_init(ContentType *content, Bytes value);
void content_type_clear(ContentType *content);

/* Returns the first token of value in lower case ("base64"), the caller's to free, or NULL where there is
 * none.
 */
char *content_type_token(Bytes value);

/* Returns name as a file name that is safe to write inside a folder, the caller's to free: the last part
 * behind / and \, no controls, no bidirectional characters, no dots at its beginning, at most 200 bytes of
 * valid UTF-8; NULL where nothing is left. */
char *content_type_safe_name(const char *name);
