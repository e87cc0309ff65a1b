/* SPDX-License-Identifier: MIT */
/* What a line tells beyond its row of the vocabulary: by its parts, its step in a log-in, or the data in it.
 */
#pragma once

#include "observe/row.h"

/* Both forms of a counted noun, for xgettext (--keyword=COUNTED:1,2) and g_dngettext. */
#define COUNTED(singular, plural) singular, plural

/* Appends "3 bytes" in the reader's language, the number grouped. */
void row_append_count(GString *text, const char *singular, const char *plural, uint64_t count);

/* Returns true where the event's parts, or its step in a log-in, tell more than its row of the vocabulary;
 * *out is then valid until the next call in this thread. out->gloss_only is read. */
bool row_refine(const RowEvent *event, const DissectedLine *parts, ReplyRefinement *out);

/* Returns the explanation with the mailbox's name as it reads and the items of the line below it, one a line,
 * as many as a reader may want. The caller's to free. */
char *row_explain_items(const char *explanation, const DissectedLine *parts);
