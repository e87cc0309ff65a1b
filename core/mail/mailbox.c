/* SPDX-License-Identifier: MIT */
/* One mailbox on the server. */
#include "mail/mailbox.h"

struct Mailbox {
  char *owner;
  uint32_t uid_validity;
  uint32_t last_uid;
  uint32_t last_told; /* of the messages a session was told of: those behind are recent */
  uint64_t size;
  bool locked;
  GArray *messages;    /* of MailboxMessage, uids ascending */
  GPtrArray *keywords; /* of char *; NULL before the first */
  GPtrArray *watchers; /* of const MailboxWatcher *; NULL before the first */
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
  g_assert(mailbox_get_watcher_count(mailbox) == 0);
  if (mailbox->watchers != NULL) g_ptr_array_unref(mailbox->watchers);
  if (mailbox->keywords != NULL) g_ptr_array_unref(mailbox->keywords);
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

uint32_t mailbox_get_uid_next(const Mailbox *mailbox)
{
  return mailbox->last_uid + 1;
}

static void tell(Mailbox *mailbox, MailboxChange change, const MailboxMessage *message)
{
  for (guint i = 0; mailbox->watchers != NULL && i < mailbox->watchers->len; i++) {
    const MailboxWatcher *watcher = g_ptr_array_index(mailbox->watchers, i);
    watcher->changed(watcher->owner, mailbox, change, message);
  }
}

uint32_t mailbox_append_with_flags(Mailbox *mailbox, GBytes *message, Nanoseconds arrived, uint64_t flags)
{
  MailboxMessage entry = {++mailbox->last_uid, g_bytes_ref(message), arrived, flags, false};
  g_array_append_val(mailbox->messages, entry);
  mailbox->size += g_bytes_get_size(message);
  tell(mailbox, MAILBOX_APPENDED,
       &g_array_index(mailbox->messages, MailboxMessage, mailbox->messages->len - 1));
  return entry.uid;
}

uint32_t mailbox_append(Mailbox *mailbox, GBytes *message, Nanoseconds arrived)
{
  return mailbox_append_with_flags(mailbox, message, arrived, 0);
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

/* Binary search: uids ascend. Returns the index, or -1. */
static gint find_index(const Mailbox *mailbox, uint32_t uid)
{
  guint low = 0, high = mailbox->messages->len;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    const MailboxMessage *entry = &g_array_index(mailbox->messages, MailboxMessage, middle);
    if (entry->uid == uid) return (gint)middle;
    if (entry->uid < uid)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

static MailboxMessage *find(const Mailbox *mailbox, uint32_t uid)
{
  gint index = find_index(mailbox, uid);
  return index < 0 ? NULL : &g_array_index(mailbox->messages, MailboxMessage, index);
}

const MailboxMessage *mailbox_find(const Mailbox *mailbox, uint32_t uid)
{
  return find(mailbox, uid);
}

uint64_t mailbox_get_size(const Mailbox *mailbox)
{
  return mailbox->size;
}

bool mailbox_set_flags(Mailbox *mailbox, uint32_t uid, uint64_t flags)
{
  MailboxMessage *entry = find(mailbox, uid);
  if (entry == NULL) return false;
  if (entry->flags == flags) return true;
  entry->flags = flags;
  tell(mailbox, MAILBOX_FLAGS, entry);
  return true;
}

/* RFC 9051 §9: atom characters. */
static bool is_keyword(Bytes keyword)
{
  for (size_t i = 0; i < keyword.length; i++)
    if (keyword.data[i] <= ' ' || keyword.data[i] >= 0x7f || strchr("(){%*\"\\]", keyword.data[i]) != NULL)
      return false;
  return keyword.length > 0 && keyword.length <= MAILBOX_KEYWORD_BYTES;
}

uint64_t mailbox_keyword(Mailbox *mailbox, Bytes keyword, bool create)
{
  guint count = mailbox_get_keyword_count(mailbox);
  for (guint i = 0; i < count; i++)
    if (bytes_equal_ignore_case(keyword, mailbox_get_keyword(mailbox, i)))
      return UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + i);
  if (!create || count >= MAILBOX_KEYWORDS_MAX || !is_keyword(keyword)) return 0;
  if (mailbox->keywords == NULL) mailbox->keywords = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(mailbox->keywords, bytes_dup_string(keyword));
  return UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + count);
}

guint mailbox_get_keyword_count(const Mailbox *mailbox)
{
  return mailbox->keywords == NULL ? 0 : mailbox->keywords->len;
}

const char *mailbox_get_keyword(const Mailbox *mailbox, guint index)
{
  g_assert(index < mailbox_get_keyword_count(mailbox));
  return g_ptr_array_index(mailbox->keywords, index);
}

uint64_t mailbox_flags_for(Mailbox *to, const Mailbox *from, uint64_t flags)
{
  uint64_t same = flags & ((UINT64_C(1) << MAILBOX_SYSTEM_FLAGS) - 1);
  for (guint i = 0; i < mailbox_get_keyword_count(from); i++)
    if ((flags & UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + i)) != 0)
      same |= mailbox_keyword(to, bytes_from_string(mailbox_get_keyword(from, i)), true);
  return same;
}

uint32_t mailbox_get_recent(Mailbox *mailbox, bool take)
{
  uint32_t first = mailbox->last_told + 1;
  if (take) mailbox->last_told = mailbox->last_uid;
  return first;
}

static void remove_at(Mailbox *mailbox, guint index)
{
  const MailboxMessage *entry = &g_array_index(mailbox->messages, MailboxMessage, index);
  tell(mailbox, MAILBOX_EXPUNGED, entry);
  mailbox->size -= g_bytes_get_size(entry->message);
  g_array_remove_index(mailbox->messages, index);
}

bool mailbox_expunge(Mailbox *mailbox, uint32_t uid)
{
  gint index = find_index(mailbox, uid);
  if (mailbox->locked || index < 0) return false;
  remove_at(mailbox, (guint)index);
  return true;
}

void mailbox_watch(Mailbox *mailbox, const MailboxWatcher *watcher)
{
  if (mailbox->watchers == NULL) mailbox->watchers = g_ptr_array_new();
  g_ptr_array_add(mailbox->watchers, (gpointer)watcher);
}

void mailbox_unwatch(Mailbox *mailbox, const MailboxWatcher *watcher)
{
  bool found = mailbox->watchers != NULL && g_ptr_array_remove(mailbox->watchers, (gpointer)watcher);
  g_assert(found);
}

guint mailbox_get_watcher_count(const Mailbox *mailbox)
{
  return mailbox->watchers == NULL ? 0 : mailbox->watchers->len;
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
    remove_at(mailbox, i - 1);
    removed++;
  }
  return removed;
}
