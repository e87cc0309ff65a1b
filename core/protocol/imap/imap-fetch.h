/* SPDX-License-Identifier: MIT */
/* What a FETCH response holds, as a tree of items (RFC 9051 §7.5.2): flags, ENVELOPE, BODYSTRUCTURE,
 * sections. */
#pragma once

#include "protocol/line-items.h"

/* Appends the items of text, which begins with the parenthesis after "3 FETCH", its literals inside, to
 * writer. What is cut or wrong ends the list: the items before it stay. Linear in text, but for the depth of
 * a BODYSTRUCTURE. */
void imap_fetch_append_items(LineItemWriter *writer, Bytes text);
