/* SPDX-License-Identifier: MIT */
/* The keys of SEARCH (RFC 3501 §6.4.4, RFC 9051 §6.4.4) as a tree. Private to the server. */
#pragma once

#include "protocol/imap/imap-server-private.h"

#define IMAP_SEARCH_DEPTH 64u /* parentheses, NOT and OR inside one another */

typedef struct ImapSearchKey ImapSearchKey;

/* Cuts keys off the front of *rest up to its end. Returns them as one key, all of which must hold; free it
 * with imap_search_key_free. NULL where they are wrong. */
ImapSearchKey *imap_search_keys_parse(ImapServer *server, Bytes *rest);
void imap_search_key_free(ImapSearchKey *key);

/* Does the message at index, which is not gone, fit? */
bool imap_search_key_fits(const ImapSearchKey *key, const ImapServer *server, guint index);
