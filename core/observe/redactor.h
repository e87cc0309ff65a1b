/* SPDX-License-Identifier: MIT */
/* Makes a capture that can be given away: every secret, address and text becomes filler of the same length,
 * and the structure stays. First all frames are learned through an inspector; then each is written anew. What
 * no row tells of is filler. */
#pragma once

#include "observe/capture-writer.h"
#include "observe/row.h"

typedef struct Redactor Redactor;

Redactor *redactor_new(void);

/* Returns the sink for the inspector of the first pass. */
RowSink redactor_get_sink(Redactor *redactor);

/* The first pass is over. */
void redactor_learned(Redactor *redactor);

/* Returns false where the mail in the capture is more than can be held (LIMIT_REDACTED_BYTES). */
bool redactor_has_room(const Redactor *redactor);

/* Writes frame, of the same source as in the first pass, redacted. */
void redactor_write(Redactor *redactor, const Frame *frame, CaptureWriter *writer);

void redactor_free(Redactor *redactor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Redactor, redactor_free)
