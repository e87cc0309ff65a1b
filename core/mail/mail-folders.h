/* SPDX-License-Identifier: MIT */
/* A user's folders as IMAP shows them: INBOX and a tree of other mailboxes, "/" between the levels. Names are
 * UTF-8; INBOX is INBOX whatever its case (RFC 9051 §5.1). */
#pragma once

#include "mail/mailbox.h"

#define MAIL_FOLDER_DELIMITER '/'
#define MAIL_FOLDER_NAME_BYTES 255u
#define MAIL_FOLDER_LEVELS 16u
#define MAIL_FOLDERS_MAX 1000u

typedef struct MailFolders MailFolders;

/* What a folder is kept for (RFC 6154). */
typedef enum {
  MAIL_FOLDER_ORDINARY,
  MAIL_FOLDER_ARCHIVE,
  MAIL_FOLDER_DRAFTS,
  MAIL_FOLDER_JUNK,
  MAIL_FOLDER_SENT,
  MAIL_FOLDER_TRASH,
  MAIL_FOLDER_USE_COUNT,
} MailFolderUse;

/* Borrowed, valid until the folders change. */
typedef struct {
  const char *name;
  Mailbox *mailbox; /* NULL: only a name that others stand below (\Noselect) */
  MailFolderUse use;
  bool subscribed;
  bool has_children;
} MailFolder;

typedef enum {
  MAIL_FOLDER_OK,
  MAIL_FOLDER_BAD_NAME,     /* no name: empty levels, control characters, wildcards, bad UTF-8 */
  MAIL_FOLDER_TOO_MANY,     /* MAIL_FOLDERS_MAX are there, or MAIL_FOLDER_LEVELS */
  MAIL_FOLDER_EXISTS,       /* the new name is taken */
  MAIL_FOLDER_MISSING,      /* no such folder */
  MAIL_FOLDER_IN_USE,       /* a session has it open */
  MAIL_FOLDER_HAS_CHILDREN, /* only a name, and others stand below it */
  MAIL_FOLDER_IS_INBOX,     /* INBOX cannot be deleted */
} MailFolderResult;

/* Returns the folders round inbox (borrowed; it outlives them): INBOX, and where usual is true Archive,
 * Drafts, Junk, Sent and Trash, each with its use; all subscribed. */
MailFolders *mail_folders_new(Mailbox *inbox, bool usual);

/* Frees the folders and the mailboxes but INBOX's. */
void mail_folders_free(MailFolders *folders);

/* Returns how many folders there are, and the one at index (from 0): INBOX first, the others in the order of
 * their names, so that a folder's children stand behind it. */
guint mail_folders_get_count(const MailFolders *folders);
MailFolder mail_folders_get(const MailFolders *folders, guint index);

/* Fills *folder (which may be NULL) with the one of that name. Returns false where there is none. */
bool mail_folders_find(const MailFolders *folders, Bytes name, MailFolder *folder);

/* Returns the first mailbox for that use, or NULL. Borrowed. */
Mailbox *mail_folders_find_use(const MailFolders *folders, MailFolderUse use);

/* Makes a folder, and those above it that are missing; a delimiter at the end of name is passed over (RFC
 * 9051 §6.3.4). A name that was only a name becomes a mailbox. Its UIDVALIDITY is greater than any before. */
MailFolderResult mail_folders_create(MailFolders *folders, Bytes name, MailFolderUse use);

/* Removes a mailbox with its messages. One that has others below it stays as a name only (RFC 9051 §6.3.5).
 * The subscription stays. */
MailFolderResult mail_folders_delete(MailFolders *folders, Bytes name);

/* Renames a folder and those below it; folders above the new name are made. INBOX stays, empty: its messages
 * move to the new name, with their flags and dates (RFC 9051 §6.3.6). */
MailFolderResult mail_folders_rename(MailFolders *folders, Bytes name, Bytes new_name);

/* Subscribing asks for a name that could be a folder's; whether there is one does not matter (RFC 9051
 * §6.3.7). MISSING: a name taken off was not on the list. */
MailFolderResult mail_folders_subscribe(MailFolders *folders, Bytes name, bool subscribed);

/* Returns how many names are subscribed, and the one at index (from 0), in their order: also names without a
 * folder. Borrowed. */
guint mail_folders_get_subscription_count(const MailFolders *folders);
const char *mail_folders_get_subscription(const MailFolders *folders, guint index);

/* Returns true where name fits an IMAP pattern (RFC 9051 §6.3.9): "*" is anything, "%" anything within a
 * level; INBOX whatever its case. Linear in name times pattern at most. */
bool mail_folders_match(Bytes name, Bytes pattern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailFolders, mail_folders_free)
