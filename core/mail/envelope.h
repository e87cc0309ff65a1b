/* SPDX-License-Identifier: MIT */
/* The envelope of a message: who sends, who shall get it (RFC 5321 §2.3.1). Headers may say something else.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
  char *sender;          /* reverse-path without brackets; "" for the null sender of bounces */
  GPtrArray *recipients; /* of char *: forward-paths without brackets, in the order given */
} Envelope;

/* Returns a new envelope with a copy of sender and no recipient; free it with envelope_free. */
Envelope *envelope_new(const char *sender);

/* Appends a copy of recipient. */
void envelope_append(Envelope *envelope, const char *recipient);

/* Returns a deep copy, the caller's to free. */
Envelope *envelope_dup(const Envelope *envelope);

void envelope_free(Envelope *envelope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)
