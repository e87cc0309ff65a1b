/* SPDX-License-Identifier: MIT */
/* One user's messages on the server. */
#include "mail/mailbox.h"

struct Mailbox {
  char *owner;
  uint32_t uid_validity;
  uint32_t last_uid;
  bool locked;
  GArray *messages; /* of MailboxMessage, uids ascending */
};

static void message_clear(gpointer data)
{
  MailboxMessage *message = data;
  g_bytes_unref(message->message);
}

Mailbox *mailbox_new(const char *owner, uint32_t uid_validity)
{
  Mailbox *mailbox = g_new0(Mailbox, 1);
  mailbox->owner = g_strdup(owner);
  mailbox->uid_validity = uid_validity;
  mailbox->messages = g_array_new(FALSE, FALSE, sizeof(MailboxMessage));
  g_array_set_clear_func(mailbox->messages, message_clear);
  return mailbox;
}

void mailbox_free(Mailbox *mailbox)
{
  if (mailbox == NULL) return;
  g_free(mailbox->owner);
  g_array_unref(mailbox->messages);
  g_free(mailbox);
}

const char *mailbox_get_owner(const Mailbox *mailbox)
{
  return mailbox->owner;
}

uint32_t mailbox_get_uid_validity(const Mailbox *mailbox)
{
  return mailbox->uid_validity;
}

uint32_t mailbox_append(Mailbox *mailbox, GBytes *message, Nanoseconds arrived)
{
  MailboxMessage entry = {++mailbox->last_uid, g_bytes_ref(message), arrived, false};
  g_array_append_val(mailbox->messages, entry);
  return entry.uid;
}

guint mailbox_get_count(const Mailbox *mailbox)
{
  return mailbox->messages->len;
}

const MailboxMessage *mailbox_get(const Mailbox *mailbox, guint index)
{
  g_assert(index < mailbox->messages->len);
  return &g_array_index(mailbox->messages, MailboxMessage, index);
}

/* Binary search: uids ascend. */
static MailboxMessage *find(const Mailbox *mailbox, uint32_t uid)
{
  guint low = 0, high = mailbox->messages->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    MailboxMessage *entry = &g_array_index(mailbox->messages, MailboxMessage, middle);
    if (entry->uid == uid) return entry;
    if (entry->uid < uid)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

const MailboxMessage *mailbox_find(const Mailbox *mailbox, uint32_t uid)
{
  return find(mailbox, uid);
}

bool mailbox_lock(Mailbox *mailbox)
{
  if (mailbox->locked) return false;
  mailbox->locked = true;
  return true;
}

bool mailbox_is_locked(const Mailbox *mailbox)
{
  return mailbox->locked;
}

void mailbox_unlock(Mailbox *mailbox)
{
  mailbox->locked = false;
  for (guint i = 0; i < mailbox->messages->len; i++)
    g_array_index(mailbox->messages, MailboxMessage, i).marked = false;
}

bool mailbox_mark(Mailbox *mailbox, uint32_t uid, bool marked)
{
  MailboxMessage *entry = find(mailbox, uid);
  if (entry == NULL) return false;
  entry->marked = marked;
  return true;
}

guint mailbox_remove_marked(Mailbox *mailbox)
{
  guint removed = 0;
  for (guint i = mailbox->messages->len; i > 0; i--) {
    if (!g_array_index(mailbox->messages, MailboxMessage, i - 1).marked) continue;
    g_array_remove_index(mailbox->messages, i - 1);
    removed++;
  }
  return removed;
}
