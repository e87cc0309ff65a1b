/* SPDX-License-Identifier: MIT */
/* The outgoing queue. */
#include "mail/mail-queue.h"

const MailQueuePolicy mail_queue_policy_default = {
    .first_wait = 30 * 60 * NANOSECONDS_PER_SECOND,
    .longest_wait = 4 * 3600 * NANOSECONDS_PER_SECOND,
    .give_up_after = 5 * 24 * 3600 * NANOSECONDS_PER_SECOND,
    .warn_after = 4 * 3600 * NANOSECONDS_PER_SECOND,
};

struct MailQueue {
  MailQueuePolicy policy;
  uint64_t last_id, last_number;
  DeliveryLedger *ledger;
  GPtrArray *entries; /* of MailQueueEntry *, in order of arrival */
};

static void entry_free(gpointer data)
{
  MailQueueEntry *entry = data;
  envelope_free(entry->envelope);
  g_bytes_unref(entry->message);
  g_free(entry->last_reply);
  g_free(entry->doubtful);
  g_free(entry);
}

MailQueue *mail_queue_new(const MailQueuePolicy *policy)
{
  MailQueue *queue = g_new0(MailQueue, 1);
  queue->policy = *policy;
  queue->ledger = delivery_ledger_new();
  queue->entries = g_ptr_array_new_with_free_func(entry_free);
  return queue;
}

void mail_queue_free(MailQueue *queue)
{
  if (queue == NULL) return;
  g_ptr_array_unref(queue->entries);
  delivery_ledger_free(queue->ledger);
  g_free(queue);
}

MailQueueEntry *mail_queue_append(MailQueue *queue, const Envelope *envelope, GBytes *message,
                                  Nanoseconds now)
{
  MailQueueEntry *entry = g_new0(MailQueueEntry, 1);
  entry->id = ++queue->last_id;
  entry->envelope = envelope_dup(envelope);
  entry->message = g_bytes_ref(message);
  entry->queued_at = entry->next_try = now;
  g_ptr_array_add(queue->entries, entry);
  return entry;
}

guint mail_queue_get_count(const MailQueue *queue)
{
  return queue->entries->len;
}

MailQueueEntry *mail_queue_get(const MailQueue *queue, guint index)
{
  return index < queue->entries->len ? g_ptr_array_index(queue->entries, index) : NULL;
}

MailQueueEntry *mail_queue_find(const MailQueue *queue, uint64_t id)
{
  guint low = 0, high = queue->entries->len; /* ids ascend */
  while (low < high) {
    guint middle = low + (high - low) / 2;
    MailQueueEntry *entry = g_ptr_array_index(queue->entries, middle);
    if (entry->id == id) return entry;
    if (entry->id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

MailQueueEntry *mail_queue_find_due(const MailQueue *queue, Nanoseconds now)
{
  for (guint i = 0; i < queue->entries->len; i++) {
    MailQueueEntry *entry = g_ptr_array_index(queue->entries, i);
    if (entry->next_try != NANOSECONDS_NEVER && entry->next_try <= now) return entry;
  }
  return NULL;
}

Nanoseconds mail_queue_get_deadline(const MailQueue *queue)
{
  Nanoseconds earliest = NANOSECONDS_NEVER;
  for (guint i = 0; i < queue->entries->len; i++) {
    const MailQueueEntry *entry = g_ptr_array_index(queue->entries, i);
    earliest = MIN(earliest, entry->next_try);
  }
  return earliest;
}

void mail_queue_begin_try(MailQueue *queue, MailQueueEntry *entry)
{
  g_assert(mail_queue_find(queue, entry->id) == entry);
  entry->attempts++;
  entry->next_try = NANOSECONDS_NEVER;
}

void mail_queue_hold(MailQueue *queue, MailQueueEntry *entry)
{
  g_assert(mail_queue_find(queue, entry->id) == entry);
  entry->next_try = NANOSECONDS_NEVER;
}

void mail_queue_release(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now)
{
  g_assert(mail_queue_find(queue, entry->id) == entry);
  entry->next_try = now;
}

void mail_queue_recover(MailQueue *queue, Nanoseconds now)
{
  for (guint i = 0; i < queue->entries->len; i++) {
    MailQueueEntry *entry = g_ptr_array_index(queue->entries, i);
    if (entry->next_try == NANOSECONDS_NEVER) entry->next_try = now;
  }
}

bool mail_queue_take_warning(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now)
{
  if (entry->warned || queue->policy.warn_after == 0 || now - entry->queued_at < queue->policy.warn_after)
    return false;
  entry->warned = true;
  return true;
}

Nanoseconds mail_queue_get_end(const MailQueue *queue, const MailQueueEntry *entry)
{
  Nanoseconds wait = queue->policy.give_up_after;
  return entry->queued_at > NANOSECONDS_NEVER - 1 - wait ? NANOSECONDS_NEVER - 1 : entry->queued_at + wait;
}

uint64_t mail_queue_take_number(MailQueue *queue)
{
  return ++queue->last_number;
}

DeliveryLedger *mail_queue_get_ledger(MailQueue *queue)
{
  return queue->ledger;
}

bool mail_queue_postpone(MailQueue *queue, MailQueueEntry *entry, Nanoseconds now, const char *reply)
{
  if (reply != NULL) {
    char *copy = g_strdup(reply);
    g_free(entry->last_reply);
    entry->last_reply = copy;
  }
  if (now - entry->queued_at >= queue->policy.give_up_after) return false;
  Nanoseconds wait = queue->policy.first_wait;
  for (guint i = 1; i < entry->attempts && wait < queue->policy.longest_wait; i++)
    wait *= 2;
  wait = MIN(wait, queue->policy.longest_wait);
  entry->next_try = now > NANOSECONDS_NEVER - 1 - wait ? NANOSECONDS_NEVER - 1 : now + wait;
  return true;
}

void mail_queue_set_doubtful(MailQueue *queue, MailQueueEntry *entry, const char *name, const char *address)
{
  g_assert(mail_queue_find(queue, entry->id) == entry);
  g_free(entry->doubtful);
  entry->doubtful = name == NULL ? NULL : g_strconcat(name, " ", address, NULL);
}

void mail_queue_remove(MailQueue *queue, MailQueueEntry *entry)
{
  gboolean removed = g_ptr_array_remove(queue->entries, entry);
  g_assert(removed);
}
