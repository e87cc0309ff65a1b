/* SPDX-License-Identifier: MIT */
/* Letters of a capture as .eml files in a folder, byte for byte as they were before their dots were doubled.
 */
#pragma once

#include "observe/inspector.h"

typedef struct LetterFiles LetterFiles;

/* Returns the writer into folder, which is made where it is missing; NULL with *error set where that fails.
 */
LetterFiles *letter_files_new(const char *folder, GError **error);

/* Returns the sink for an inspector. */
RowSink letter_files_get_sink(LetterFiles *files);

/* Returns the first failure, or NULL; after it nothing more is written. */
const GError *letter_files_get_error(const LetterFiles *files);

/* Returns how many letters were written, in part those of which bytes are missing. */
uint32_t letter_files_count(const LetterFiles *files);

/* Removes what was begun and not finished. */
void letter_files_free(LetterFiles *files);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LetterFiles, letter_files_free)
