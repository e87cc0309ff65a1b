/* SPDX-License-Identifier: MIT */
/* The mailbox an IMAP session has open: its messages as the session counts them, and what other sessions do
 * to them. */
#include "protocol/imap/imap-server-private.h"

static guint count_entries(const ImapServer *server)
{
  return server->entries->len;
}

static ImapEntry *find_entry(const ImapServer *server, uint32_t uid)
{
  guint low = 0, high = count_entries(server);
  while (low < high) {
    guint middle = low + (high - low) / 2;
    ImapEntry *entry = imap_server_entry(server, middle);
    if (entry->uid == uid) return entry;
    if (entry->uid < uid)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

const MailboxMessage *imap_server_message(const ImapServer *server, const ImapEntry *entry)
{
  return entry->gone ? NULL : mailbox_find(server->mailbox, entry->uid);
}

/* Somebody, maybe we, changed the mailbox. */
static void take_change(void *owner, Mailbox *mailbox, MailboxChange change, const MailboxMessage *message)
{
  ImapServer *server = owner;
  (void)mailbox;
  ImapEntry *entry = find_entry(server, message->uid);
  bool known = server->news;
  server->news = true;
  if (entry != NULL && change == MAILBOX_EXPUNGED) entry->gone = true;
  if (entry != NULL && change == MAILBOX_FLAGS) entry->changed = true;
  /* told all together when the owner looks */
  bool idles = server->input == IMAP_INPUT_IDLE;
  if (idles && !known && server->wake != NULL) server->wake(server->owner);
}

static void say_flags(ImapServer *server)
{
  uint64_t all = (UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + mailbox_get_keyword_count(server->mailbox))) - 1;
  byte_buffer_append(&server->out, BYTES_LITERAL("* FLAGS "));
  imap_server_append_flags(server->mailbox, all, false, &server->out);
  byte_buffer_append(&server->out, BYTES_LITERAL("\r\n"));
  server->told_keywords = mailbox_get_keyword_count(server->mailbox);
}

static void say_permanent_flags(ImapServer *server)
{
  ByteBuffer flags = {0};
  uint64_t all = (UINT64_C(1) << (MAILBOX_SYSTEM_FLAGS + server->told_keywords)) - 1;
  imap_server_append_flags(server->mailbox, server->read_only ? 0 : all, false, &flags);
  Bytes list = byte_buffer_view(&flags);
  bool more = !server->read_only && server->told_keywords < MAILBOX_KEYWORDS_MAX;
  if (more) list.length--; /* its parenthesis */
  imap_server_say(server, "OK [PERMANENTFLAGS %.*s%s] %s", (int)list.length, (const char *)list.data,
                  more ? " \\*)" : "", server->read_only ? "Nothing can be changed" : "These flags are kept");
  byte_buffer_clear(&flags);
}

/* Takes the messages into the session's list that it does not know. Returns how many. */
static guint take_new(ImapServer *server)
{
  guint count = mailbox_get_count(server->mailbox), first = count;
  while (first > 0 && mailbox_get(server->mailbox, first - 1)->uid > server->last_uid)
    first--;
  uint32_t recent = mailbox_get_recent(server->mailbox, !server->read_only);
  for (guint i = first; i < count; i++) {
    uint32_t uid = mailbox_get(server->mailbox, i)->uid;
    ImapEntry entry = {.uid = uid, .recent = uid >= recent};
    g_array_append_val(server->entries, entry);
  }
  server->last_uid = mailbox_get_uid_next(server->mailbox) - 1;
  return count - first;
}

static void say_counts(ImapServer *server)
{
  guint recent = 0;
  for (guint i = 0; i < count_entries(server); i++)
    recent += imap_server_entry(server, i)->recent;
  imap_server_say(server, "%u EXISTS", count_entries(server));
  imap_server_say(server, "%u RECENT", recent);
}

static void say_expunges(ImapServer *server)
{
  guint kept = 0;
  for (guint i = 0; i < count_entries(server); i++) {
    ImapEntry entry = *imap_server_entry(server, i);
    if (entry.gone)
      imap_server_say(server, "%u EXPUNGE", kept + 1);
    else
      *imap_server_entry(server, kept++) = entry;
  }
  g_array_set_size(server->entries, kept);
}

static void say_changed_flags(ImapServer *server)
{
  for (guint i = 0; i < count_entries(server); i++) {
    ImapEntry *entry = imap_server_entry(server, i);
    const MailboxMessage *message = entry->changed ? imap_server_message(server, entry) : NULL;
    entry->changed = false;
    if (message == NULL) continue;
    byte_buffer_append_format(&server->out, "* %u FETCH (", i + 1);
    if (server->by_uid) byte_buffer_append_format(&server->out, "UID %u ", entry->uid);
    byte_buffer_append(&server->out, BYTES_LITERAL("FLAGS "));
    imap_server_append_flags(server->mailbox, message->flags, entry->recent, &server->out);
    byte_buffer_append(&server->out, BYTES_LITERAL(")\r\n"));
  }
}

void imap_server_tell_news(ImapServer *server, bool with_expunges)
{
  if (server->mailbox == NULL) return;
  if (server->told_keywords != mailbox_get_keyword_count(server->mailbox)) {
    say_flags(server);
    say_permanent_flags(server);
  }
  if (!server->news) return;
  server->news = !with_expunges; /* then some may be left */
  if (with_expunges) say_expunges(server);
  if (take_new(server) > 0) say_counts(server);
  say_changed_flags(server);
}

void imap_server_unselect(ImapServer *server)
{
  if (server->mailbox == NULL) return;
  mailbox_unwatch(server->mailbox, &server->watcher);
  server->mailbox = NULL;
  server->news = false;
  server->last_uid = 0;
  g_array_set_size(server->entries, 0);
}

static void open_mailbox(ImapServer *server, Mailbox *mailbox)
{
  server->mailbox = mailbox;
  server->read_only = server->word == IMAP_EXAMINE;
  server->watcher = (MailboxWatcher){take_change, server};
  mailbox_watch(mailbox, &server->watcher);
  take_new(server);
}

/* RFC 3501 §6.3.1: what a client must know before it begins. */
static void say_opening(ImapServer *server)
{
  guint unseen = 0;
  for (guint i = 0; i < count_entries(server) && unseen == 0; i++)
    if ((mailbox_get(server->mailbox, i)->flags & MAILBOX_SEEN) == 0) unseen = i + 1;
  say_flags(server);
  say_counts(server);
  if (unseen > 0) imap_server_say(server, "OK [UNSEEN %u] The first not read", unseen);
  imap_server_say(server, "OK [UIDVALIDITY %u] UIDs are good while this stays",
                  mailbox_get_uid_validity(server->mailbox));
  imap_server_say(server, "OK [UIDNEXT %u] The next message's UID", mailbox_get_uid_next(server->mailbox));
  say_permanent_flags(server);
}

void imap_server_handle_select(ImapServer *server, Bytes argument)
{
  g_autofree char *name = imap_server_take_mailbox(&argument);
  if (name == NULL || argument.length > 0) {
    imap_server_bad(server, "A mailbox's name is needed, and no more");
    return;
  }
  imap_server_unselect(server);
  imap_server_set_state(server, IMAP_AUTHENTICATED, "another mailbox is wanted");
  Mailbox *mailbox = imap_server_find_mailbox(server, name);
  if (mailbox == NULL) {
    imap_server_no(server, "[NONEXISTENT] There is no such mailbox to open");
    return;
  }
  open_mailbox(server, mailbox);
  say_opening(server);
  imap_server_set_state(server, IMAP_SELECTED, "mailbox open");
  imap_server_ok(server, server->read_only ? "[READ-ONLY] Open, to look only" : "[READ-WRITE] Open");
}

/* Puts the messages that are \Deleted, and in set where there is one, into chosen and removed. */
static void choose_deleted(ImapServer *server, const ImapSequenceSet *set)
{
  for (guint i = 0; i < count_entries(server); i++) {
    const ImapEntry *entry = imap_server_entry(server, i);
    const MailboxMessage *message = imap_server_message(server, entry);
    if (message == NULL || (message->flags & MAILBOX_DELETED) == 0) continue;
    if (set != NULL && !imap_sequence_set_contains(set, entry->uid)) continue;
    g_array_append_val(server->chosen, entry->uid);
    g_ptr_array_add(server->removed, g_bytes_ref(message->message));
  }
}

static void remove_chosen(ImapServer *server)
{
  for (guint i = server->chosen->len; i > 0; i--)
    mailbox_expunge(server->mailbox, g_array_index(server->chosen, uint32_t, i - 1));
}

static void expunge_agreed(ImapServer *server)
{
  remove_chosen(server);
  imap_server_ok(server, "The marked messages are gone");
}

static void close_agreed(ImapServer *server)
{
  remove_chosen(server);
  imap_server_unselect(server);
  imap_server_set_state(server, IMAP_AUTHENTICATED, "mailbox closed");
  imap_server_ok(server, "Closed");
}

void imap_server_handle_close(ImapServer *server, Bytes argument)
{
  (void)argument;
  bool keep = server->word == IMAP_UNSELECT || server->read_only || mailbox_is_locked(server->mailbox);
  if (!keep) choose_deleted(server, NULL);
  imap_server_ask_update(server, close_agreed);
}

void imap_server_handle_expunge(ImapServer *server, Bytes argument)
{
  ImapSequenceSet set = {0};
  bool some = server->word == IMAP_UID_EXPUNGE;
  if (some && !imap_server_take_set(server, &argument, &set)) return;
  if (argument.length > 0) {
    imap_server_bad(server, "A set of UIDs is needed, and no more");
  } else if (server->read_only) {
    imap_server_no(server, "[READ-ONLY] The mailbox is open to look only");
  } else if (mailbox_is_locked(server->mailbox)) {
    imap_server_no(server, "[INUSE] A POP3 session has this mailbox locked");
  } else {
    choose_deleted(server, some ? &set : NULL);
    imap_server_ask_update(server, expunge_agreed);
  }
  imap_sequence_set_clear(&set);
}

bool imap_server_take_set(ImapServer *server, Bytes *rest, ImapSequenceSet *set)
{
  guint count = count_entries(server);
  uint32_t last_uid = count == 0 ? 0 : imap_server_entry(server, count - 1)->uid;
  if (!imap_sequence_set_take(rest, server->by_uid ? last_uid : count, set)) {
    imap_server_bad(server, "A set of message numbers is needed, such as 1:3,5");
    return false;
  }
  if (server->by_uid || imap_sequence_set_get_last(set) <= count) return true;
  imap_sequence_set_clear(set);
  imap_server_bad(server, "There are not so many messages");
  return false;
}

bool imap_server_set_has(const ImapServer *server, const ImapSequenceSet *set, guint index)
{
  return imap_sequence_set_contains(set, server->by_uid ? imap_server_entry(server, index)->uid : index + 1);
}
