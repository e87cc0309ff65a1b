/* SPDX-License-Identifier: MIT */
/* The envelope of a message. */
#include "mail/envelope.h"

Envelope *envelope_new(const char *sender)
{
  Envelope *envelope = g_new0(Envelope, 1);
  envelope->sender = g_strdup(sender);
  envelope->recipients = g_ptr_array_new_with_free_func(g_free);
  return envelope;
}

void envelope_append(Envelope *envelope, const char *recipient)
{
  g_ptr_array_add(envelope->recipients, g_strdup(recipient));
}

Envelope *envelope_dup(const Envelope *envelope)
{
  Envelope *copy = envelope_new(envelope->sender);
  for (guint i = 0; i < envelope->recipients->len; i++)
    envelope_append(copy, g_ptr_array_index(envelope->recipients, i));
  return copy;
}

void envelope_free(Envelope *envelope)
{
  if (envelope == NULL) return;
  g_free(envelope->sender);
  g_ptr_array_unref(envelope->recipients);
  g_free(envelope);
}
