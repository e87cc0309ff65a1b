/* SPDX-License-Identifier: MIT */
/* What an IMAP server does with whole mailboxes: CREATE, DELETE, RENAME, SUBSCRIBE, STATUS. */
#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-server-private.h"

char *imap_server_take_mailbox(Bytes *rest)
{
  ByteBuffer wire = {0}, name = {0};
  char *taken = NULL;
  if (imap_take_astring(rest, &wire, false)) {
    Bytes view = byte_buffer_view(&wire);
    taken = bytes_dup_string(imap_decode_mailbox_name(view, &name) ? byte_buffer_view(&name) : view);
  }
  byte_buffer_clear(&wire);
  byte_buffer_clear(&name);
  return taken;
}

Mailbox *imap_server_find_mailbox(const ImapServer *server, const char *name)
{
  MailFolder folder;
  return mail_folders_find(server->folders, bytes_from_string(name), &folder) ? folder.mailbox : NULL;
}

static void answer_result(ImapServer *server, MailFolderResult result, const char *done)
{
  static const char *const refusals[] = {
      [MAIL_FOLDER_BAD_NAME] = "[CANNOT] No mailbox can have this name",
      [MAIL_FOLDER_TOO_MANY] = "[LIMIT] There are too many mailboxes, or too many levels",
      [MAIL_FOLDER_EXISTS] = "[ALREADYEXISTS] There is a mailbox of this name",
      [MAIL_FOLDER_MISSING] = "[NONEXISTENT] There is no such mailbox",
      [MAIL_FOLDER_IN_USE] = "[INUSE] A session has this mailbox open",
      [MAIL_FOLDER_HAS_CHILDREN] = "[HASCHILDREN] Other mailboxes are below this name",
      [MAIL_FOLDER_IS_INBOX] = "[CANNOT] INBOX stays",
  };
  if (result == MAIL_FOLDER_OK)
    imap_server_ok(server, done);
  else
    imap_server_no(server, refusals[result]);
}

/* The command's only argument, or one of two, is a mailbox: returns its name, the caller's to free; NULL
 * where the command was refused. */
static char *take_name(ImapServer *server, Bytes *argument, bool last)
{
  char *name = imap_server_take_mailbox(argument);
  bool sound = name != NULL && (last ? argument->length == 0 : imap_take_byte(argument, ' '));
  if (sound) return name;
  g_free(name);
  imap_server_bad(server, last ? "A mailbox's name is needed, and no more" : "Two mailboxes are needed");
  return NULL;
}

void imap_server_handle_create(ImapServer *server, Bytes argument)
{
  g_autofree char *name = take_name(server, &argument, true);
  if (name == NULL) return;
  answer_result(server, mail_folders_create(server->folders, bytes_from_string(name), MAIL_FOLDER_ORDINARY),
                "The mailbox is made");
}

static void delete_agreed(ImapServer *server)
{
  MailFolderResult result = mail_folders_delete(server->folders, bytes_from_string(server->doomed));
  g_clear_pointer(&server->doomed, g_free);
  answer_result(server, result, "The mailbox is gone");
}

/* The owner is asked about the messages in it, where nothing else is in the way. */
void imap_server_handle_delete(ImapServer *server, Bytes argument)
{
  MailFolder folder;
  g_free(server->doomed);
  server->doomed = take_name(server, &argument, true);
  if (server->doomed == NULL) return;
  bool found = mail_folders_find(server->folders, bytes_from_string(server->doomed), &folder);
  bool goes = found && folder.mailbox != NULL && strcmp(folder.name, "INBOX") != 0 &&
              mailbox_get_watcher_count(folder.mailbox) == 0;
  for (guint i = 0; goes && i < mailbox_get_count(folder.mailbox); i++)
    g_ptr_array_add(server->removed, g_bytes_ref(mailbox_get(folder.mailbox, i)->message));
  imap_server_ask_update(server, delete_agreed);
}

void imap_server_handle_rename(ImapServer *server, Bytes argument)
{
  g_autofree char *name = take_name(server, &argument, false);
  g_autofree char *new_name = name == NULL ? NULL : take_name(server, &argument, true);
  if (new_name == NULL) return;
  answer_result(server,
                mail_folders_rename(server->folders, bytes_from_string(name), bytes_from_string(new_name)),
                "The mailbox has its new name");
}

void imap_server_handle_subscribe(ImapServer *server, Bytes argument)
{
  g_autofree char *name = take_name(server, &argument, true);
  if (name == NULL) return;
  bool subscribed = server->word == IMAP_SUBSCRIBE;
  MailFolderResult result = mail_folders_subscribe(server->folders, bytes_from_string(name), subscribed);
  if (result == MAIL_FOLDER_MISSING)
    imap_server_no(server, "[NONEXISTENT] This name is not on your list");
  else
    answer_result(server, result, subscribed ? "On your list" : "Off your list");
}

/* What STATUS tells (RFC 3501 §6.3.10, RFC 9051 §6.3.11). */
typedef enum { MESSAGES, RECENT, UIDNEXT, UIDVALIDITY, UNSEEN, DELETED, SIZE, ITEM_COUNT } StatusItem;

static const char *const item_names[ITEM_COUNT] = {"MESSAGES", "RECENT",  "UIDNEXT", "UIDVALIDITY",
                                                   "UNSEEN",   "DELETED", "SIZE"};

bool imap_server_take_status_items(Bytes *rest, uint32_t *items)
{
  *items = 0;
  if (!imap_take_byte(rest, '(')) return false;
  do {
    Bytes word = imap_take_atom(rest);
    unsigned item = 0;
    while (item < ITEM_COUNT && !bytes_equal_ignore_case(word, item_names[item]))
      item++;
    if (item == ITEM_COUNT) return false;
    *items |= 1u << item;
  } while (imap_take_byte(rest, ' '));
  return imap_take_byte(rest, ')');
}

static uint64_t count_with(const Mailbox *mailbox, uint64_t flag, bool set)
{
  uint64_t count = 0;
  for (guint i = 0; i < mailbox_get_count(mailbox); i++)
    count += ((mailbox_get(mailbox, i)->flags & flag) != 0) == set;
  return count;
}

static uint64_t count_recent(Mailbox *mailbox)
{
  uint32_t first = mailbox_get_recent(mailbox, false);
  guint count = mailbox_get_count(mailbox), index = count;
  while (index > 0 && mailbox_get(mailbox, index - 1)->uid >= first)
    index--;
  return count - index;
}

static uint64_t status_of(Mailbox *mailbox, StatusItem item)
{
  switch (item) {
  case MESSAGES:
    return mailbox_get_count(mailbox);
  case RECENT:
    return count_recent(mailbox);
  case UIDNEXT:
    return mailbox_get_uid_next(mailbox);
  case UIDVALIDITY:
    return mailbox_get_uid_validity(mailbox);
  case UNSEEN:
    return count_with(mailbox, MAILBOX_SEEN, false);
  case DELETED:
    return count_with(mailbox, MAILBOX_DELETED, true);
  default:
    return mailbox_get_size(mailbox);
  }
}

void imap_server_say_status(ImapServer *server, const char *name, Mailbox *mailbox, uint32_t items)
{
  const char *before = "";
  byte_buffer_append(&server->out, BYTES_LITERAL("* STATUS "));
  imap_append_mailbox(&server->out, name, false);
  byte_buffer_append(&server->out, BYTES_LITERAL(" ("));
  for (unsigned i = 0; i < ITEM_COUNT; i++) {
    if ((items & 1u << i) == 0) continue;
    byte_buffer_append_format(&server->out, "%s%s %" G_GUINT64_FORMAT, before, item_names[i],
                              status_of(mailbox, i));
    before = " ";
  }
  byte_buffer_append(&server->out, BYTES_LITERAL(")\r\n"));
}

void imap_server_handle_status(ImapServer *server, Bytes argument)
{
  uint32_t items;
  g_autofree char *name = imap_server_take_mailbox(&argument);
  bool sound = name != NULL && imap_take_byte(&argument, ' ') &&
               imap_server_take_status_items(&argument, &items) && argument.length == 0;
  if (!sound) {
    imap_server_bad(server, "STATUS wants a mailbox and items, such as (MESSAGES UNSEEN)");
    return;
  }
  Mailbox *mailbox = imap_server_find_mailbox(server, name);
  if (mailbox == NULL) {
    imap_server_no(server, "[NONEXISTENT] There is no such mailbox");
    return;
  }
  imap_server_say_status(server, name, mailbox, items);
  imap_server_ok(server, "That is how full it is");
}
