/* SPDX-License-Identifier: MIT */
/* What to call the machines of a timeline: names from the world or from the capture file, addresses where
 * there are none. */
#pragma once

#include "observe/row.h"

typedef struct NameTable NameTable;

/* Returns an empty table with one reference. */
NameTable *name_table_new(void);

NameTable *name_table_ref(NameTable *table);
void name_table_unref(NameTable *table);

/* Says that the address whose text is given is called name; a name as DNS says it is shortened for the list.
 * Copied. */
void name_table_set(NameTable *table, const char *address, const char *name);

/* Says where the address's machine stands on the stage, counted from the left. Without places the client
 * stands left. */
void name_table_set_place(NameTable *table, const char *address, guint place);

/* Returns true when the stream's server stands left of its client. */
bool name_table_is_flipped(const NameTable *table, const StreamInfo *stream);

/* Returns what to call the address: its short name or its text. The caller's to free. */
char *name_table_dup_name(const NameTable *table, const IpAddress *address);

/* Returns "Alice → alpha", "beta ← Bob": the same machine always stands left, the arrow shows direction.
 * Where both are one machine, the ports. The caller's to free. */
char *name_table_dup_between(const NameTable *table, const StreamInfo *stream, Direction direction);

/* Returns the two ends in full, names, addresses and ports, for a tooltip. The caller's to free. */
char *name_table_dup_ends(const NameTable *table, const StreamInfo *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameTable, name_table_unref)
