/* SPDX-License-Identifier: MIT */
/* What may come back to a command and what did; what a reply answers; the state before and after; the place
 * in the RFC. */
#pragma once

#include "observe/row-text.h"
#include "ui/detail/detail-line.h"

/* Returns a box with the commands or replies that belong to the line, or NULL where none do. Its links
 * "line:ID" call follow (of a label's "activate-link") with data. */
GtkWidget *replies_box_new(const DetailLine *line, GCallback follow, gpointer data);

/* Returns "State: sender given → recipient given", or NULL where the line has no state. The caller's to free.
 */
char *replies_box_dup_state(const DetailLine *line, const RowText *text);

/* Returns the address of "RFC 5321 §4.1.1.3", or NULL where rfc names none. The caller's to free. */
char *replies_box_dup_rfc_uri(const char *rfc);
