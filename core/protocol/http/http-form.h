/* SPDX-License-Identifier: MIT */
/* The URL standard's form encoding, "name=value&name=value", as browsers send forms and addresses carry
 * queries. */
#pragma once

#include "base/byte-buffer.h"

/* Cuts "name=value" off the front of *rest, views still encoded. Returns false at the end. */
bool http_form_next(Bytes *rest, Bytes *name, Bytes *value);

/* Appends text with "+" and "%41" decoded; a broken escape stays as it is. */
void http_form_decode(ByteBuffer *out, Bytes text);

/* Appends name=value encoded, behind "&" where out holds something. */
void http_form_append(ByteBuffer *out, const char *name, const char *value);

/* Returns the first value of that name, decoded, line ends as LF, the caller's to free; NULL where there is
 * none or it is no UTF-8 or holds NUL. */
char *http_form_dup(Bytes form, const char *name);
