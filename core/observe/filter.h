/* SPDX-License-Identifier: MIT */
/* Choosing rows with a sentence such as `smtp.req.command == "MAIL" or code >= 500`: Wireshark's words where
 * it has them, and our own.
 *
 *   filter  = all of { or | || }        all     = one of { and | && }       `not` binds closest, then `and`
 *   one     = [not | !] ( "(" filter ")" | test )
 *   test    = field                     the row has it (and it is not empty)
 *           | field OPERATOR value      == eq  != ne  > gt  >= ge  < lt  <= le  contains  matches
 *           | field [not] in { value, low..high, … }
 *   value   = "text" with \" \\ \n \r \t \xHH \uHHHH, r"raw text", or a word without blanks: MAIL, 250,
 * +OK, 10.0.0.0/8
 *
 * A row that lacks the field fits no test of it, whatever the operator. A field with several values (ip.addr,
 * tcp.port: both ends) fits where any of them fits; but `!=` and `not in` fit where the field is there and
 * none of its values is equal, as in Wireshark 4. `not (F)` fits exactly the rows that F does not fit.
 * Commands, codes, names of hosts and mechanisms compare whatever the case of ASCII letters; other text
 * letter by letter. `matches` seeks a regular expression (PCRE) whatever the case; backslashes are the
 * expression's own but for \". It gives up after LIMIT_PATTERN_STEPS on one line, which then does not match,
 * and for good after LIMIT_PATTERN_SURRENDERS such lines. A test sees what is shown: secrets are SECRET_MASK
 * unless revealed. An empty filter fits every row. */
#pragma once

#include "observe/row.h"

typedef struct Filter Filter;

#define FILTER_ERROR (g_quark_from_static_string("carteiro-filter"))

/* Returns the filter that text says, or NULL with error set to what was expected ("column 14: expected a
 * number, found "abc""), translated, and *column (may be NULL) to its place: characters, from 1. reveal:
 * whether the rows are shown with their secrets. text may be anything. */
Filter *filter_new(const char *text, bool reveal, guint *column, GError **error);

/* Returns true when the row fits. Its bytes are taken apart only where a field needs that; numbers, addresses
 * and words cost no allocation. */
bool filter_matches(Filter *filter, const RowEvent *event);

/* Returns the column of a pattern that was given up because it took too long, or 0. */
guint filter_get_surrendered(const Filter *filter);

/* Returns the names of all fields, for completion; a NULL-terminated array, the caller's to g_free; the names
 * are static. */
const char **filter_dup_field_names(void);

void filter_free(Filter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)
