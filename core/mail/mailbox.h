/* SPDX-License-Identifier: MIT */
/* One mailbox on the server: its messages in order of arrival, with identifiers that never come back, flags
 * that last, and watchers that are told of every change.
 *
 * A POP3 session's mark and the flag \Deleted are different things. The mark belongs to the session that
 * holds the lock: it vanishes with the lock, and at QUIT its messages go at once. The flag belongs to the
 * message: every IMAP session sees it, it outlasts them all, and only EXPUNGE or CLOSE makes it the message's
 * end. They meet in two places: whoever removes a message, the watchers hear it; and while a POP3 session
 * holds the lock (RFC 1939 §4: nothing is modified or removed meanwhile) nothing but that session may remove.
 */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

/* Flags of a message (RFC 9051 §2.3.2). The bits from MAILBOX_FIRST_KEYWORD on are the mailbox's keywords, in
 * the order it learned them. */
typedef enum {
  MAILBOX_ANSWERED = 1 << 0,
  MAILBOX_FLAGGED = 1 << 1,
  MAILBOX_DELETED = 1 << 2,
  MAILBOX_SEEN = 1 << 3,
  MAILBOX_DRAFT = 1 << 4,
} MailboxFlag;

#define MAILBOX_SYSTEM_FLAGS 5u   /* how many of them */
#define MAILBOX_KEYWORDS_MAX 40u  /* of one mailbox */
#define MAILBOX_KEYWORD_BYTES 64u /* of one keyword */

typedef struct {
  uint32_t uid; /* from 1, ascending, never used again in this mailbox */
  GBytes *message;
  Nanoseconds arrived; /* IMAP's internal date */
  uint64_t flags;
  bool marked; /* for deletion, by the POP3 session that holds the lock */
} MailboxMessage;

typedef struct Mailbox Mailbox;

typedef enum {
  MAILBOX_APPENDED, /* a message came */
  MAILBOX_EXPUNGED, /* a message is about to go: it can still be found */
  MAILBOX_FLAGS,    /* its flags are others now */
} MailboxChange;

/* Somebody who wants to know. The watcher must not change the mailbox meanwhile. */
typedef struct {
  void (*changed)(void *owner, Mailbox *mailbox, MailboxChange change, const MailboxMessage *message);
  void *owner;
} MailboxWatcher;

/* Returns an empty mailbox; uid_validity tells this mailbox from an earlier one of the same name. */
Mailbox *mailbox_new(const char *owner, uint32_t uid_validity);

/* Frees the mailbox, which nobody watches any more. */
void mailbox_free(Mailbox *mailbox);

/* Returns the owner's address. Borrowed. */
const char *mailbox_get_owner(const Mailbox *mailbox);

uint32_t mailbox_get_uid_validity(const Mailbox *mailbox);

/* Returns a uid greater than any given so far: the next message's (RFC 9051 §2.3.1.1). */
uint32_t mailbox_get_uid_next(const Mailbox *mailbox);

/* Adds a message (ref taken) and returns its uid. A session that holds the lock does not see it before it
 * locks again, but for mailbox_get_count. */
uint32_t mailbox_append(Mailbox *mailbox, GBytes *message, Nanoseconds arrived);

/* The same with flags from the start. */
uint32_t mailbox_append_with_flags(Mailbox *mailbox, GBytes *message, Nanoseconds arrived, uint64_t flags);

/* Returns how many messages there are, marked ones included. */
guint mailbox_get_count(const Mailbox *mailbox);

/* Returns the message at index (from 0). Borrowed, valid until messages are removed or appended. */
const MailboxMessage *mailbox_get(const Mailbox *mailbox, guint index);

/* Returns the message of that uid, or NULL. Borrowed, valid as mailbox_get's. */
const MailboxMessage *mailbox_find(const Mailbox *mailbox, uint32_t uid);

/* Returns the bytes of all messages together. */
uint64_t mailbox_get_size(const Mailbox *mailbox);

/* Sets the flags of the message of that uid. Returns false where there is none. */
bool mailbox_set_flags(Mailbox *mailbox, uint32_t uid, uint64_t flags);

/* Returns the bit of a keyword, whatever its case; where the mailbox has it not, it learns it if create is
 * true. 0: unknown, no more room, or no keyword (RFC 9051 §9 flag-keyword: an atom of at most
 * MAILBOX_KEYWORD_BYTES). */
uint64_t mailbox_keyword(Mailbox *mailbox, Bytes keyword, bool create);

/* Returns how many keywords the mailbox knows, and the one at index, whose bit is 1 << (MAILBOX_SYSTEM_FLAGS
 * + index). Borrowed. */
guint mailbox_get_keyword_count(const Mailbox *mailbox);
const char *mailbox_get_keyword(const Mailbox *mailbox, guint index);

/* Returns flags of a message of from as bits of to, which learns the keywords for which it has room. */
uint64_t mailbox_flags_for(Mailbox *to, const Mailbox *from, uint64_t flags);

/* Returns the first uid that no session was told of: from there on messages are \Recent (RFC 3501 §2.3.2).
 * take: the caller's session is told now, and no other will be. */
uint32_t mailbox_get_recent(Mailbox *mailbox, bool take);

/* Removes the message of that uid, whatever its flags. Returns false where there is none, or the mailbox is
 * locked. */
bool mailbox_expunge(Mailbox *mailbox, uint32_t uid);

/* Tells watcher of every change from now on, until it is taken off. It is the caller's and must stay where it
 * is. Whoever changes is told like the rest. */
void mailbox_watch(Mailbox *mailbox, const MailboxWatcher *watcher);
void mailbox_unwatch(Mailbox *mailbox, const MailboxWatcher *watcher);

/* Returns how many watchers there are: sessions that have the mailbox open. */
guint mailbox_get_watcher_count(const Mailbox *mailbox);

/* Takes the exclusive lock of a POP3 session (RFC 1939 §4). Returns false when somebody holds it. */
bool mailbox_lock(Mailbox *mailbox);
bool mailbox_is_locked(const Mailbox *mailbox);

/* Gives the lock back and takes every mark off: a session that ends in any way but QUIT deletes nothing. */
void mailbox_unlock(Mailbox *mailbox);

/* Sets or takes off the mark of the message of that uid. Returns false when there is none. */
bool mailbox_mark(Mailbox *mailbox, uint32_t uid, bool marked);

/* Removes the marked messages; returns how many. */
guint mailbox_remove_marked(Mailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)
