/* SPDX-License-Identifier: MIT */
/* A mailbox as one POP session sees it. */
#include "protocol/maildrop.h"

static void entry_clear(gpointer data)
{
  g_bytes_unref(((MaildropEntry *)data)->message);
}

void maildrop_open(Maildrop *drop, Mailbox *mailbox)
{
  maildrop_clear(drop);
  drop->mailbox = mailbox;
  drop->entries = g_array_new(FALSE, FALSE, sizeof(MaildropEntry));
  g_array_set_clear_func(drop->entries, entry_clear);
  for (guint i = 0; i < mailbox_get_count(mailbox); i++) {
    const MailboxMessage *message = mailbox_get(mailbox, i);
    MaildropEntry entry = {message->uid, g_bytes_ref(message->message), false};
    g_array_append_val(drop->entries, entry);
  }
}

Bytes maildrop_get_text(const MaildropEntry *entry)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(entry->message, &size);
  return (Bytes){data, size};
}

guint maildrop_count_unmarked(const Maildrop *drop, uint64_t *size)
{
  guint count = 0;
  *size = 0;
  for (guint i = 0; i < maildrop_get_count(drop); i++) {
    const MaildropEntry *entry = maildrop_get(drop, i);
    if (entry->marked) continue;
    count++;
    *size += g_bytes_get_size(entry->message);
  }
  return count;
}

void maildrop_hand_over_marks(const Maildrop *drop)
{
  for (guint i = 0; i < maildrop_get_count(drop); i++)
    if (maildrop_get(drop, i)->marked) mailbox_mark(drop->mailbox, maildrop_get(drop, i)->uid, true);
}

void maildrop_clear(Maildrop *drop)
{
  if (drop->entries != NULL) g_array_unref(drop->entries);
  *drop = (Maildrop){0};
}
