/* SPDX-License-Identifier: MIT */
/* The envelope of a message. */
#include "mail/envelope.h"

static void request_free(gpointer data)
{
  EnvelopeRequest *request = data;
  g_free(request->original);
  g_free(request);
}

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

void envelope_set_request(Envelope *envelope, const char *recipient, uint32_t notify, const char *original)
{
  if (envelope->requests == NULL) {
    if (notify == 0 && original == NULL) return;
    envelope->requests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, request_free);
  }
  EnvelopeRequest *request = g_new(EnvelopeRequest, 1);
  *request = (EnvelopeRequest){notify, g_strdup(original)};
  g_hash_table_insert(envelope->requests, g_strdup(recipient), request);
}

const EnvelopeRequest *envelope_get_request(const Envelope *envelope, const char *recipient)
{
  static const EnvelopeRequest nothing;
  const EnvelopeRequest *request =
      envelope->requests == NULL ? NULL : g_hash_table_lookup(envelope->requests, recipient);
  return request == NULL ? &nothing : request;
}

Envelope *envelope_new_part(const Envelope *whole)
{
  Envelope *part = envelope_new(whole->sender);
  part->size = whole->size;
  part->body = whole->body;
  part->utf8 = whole->utf8;
  part->returned = whole->returned;
  part->id = g_strdup(whole->id);
  return part;
}

void envelope_append_from(Envelope *part, const Envelope *whole, const char *recipient)
{
  const EnvelopeRequest *request = envelope_get_request(whole, recipient);
  envelope_append(part, recipient);
  envelope_set_request(part, recipient, request->notify, request->original);
}

Envelope *envelope_dup(const Envelope *envelope)
{
  Envelope *copy = envelope_new_part(envelope);
  for (guint i = 0; i < envelope->recipients->len; i++)
    envelope_append_from(copy, envelope, g_ptr_array_index(envelope->recipients, i));
  return copy;
}

void envelope_free(Envelope *envelope)
{
  if (envelope == NULL) return;
  g_free(envelope->sender);
  g_free(envelope->id);
  g_ptr_array_unref(envelope->recipients);
  if (envelope->requests != NULL) g_hash_table_unref(envelope->requests);
  g_free(envelope);
}
