/* SPDX-License-Identifier: MIT */
/* One user's messages on the server, in order of arrival, with identifiers that never come back. */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

typedef struct {
  uint32_t uid; /* from 1, ascending, never used again in this mailbox */
  GBytes *message;
  Nanoseconds arrived;
  bool marked; /* for deletion, by the session that holds the lock */
} MailboxMessage;

typedef struct Mailbox Mailbox;

/* Returns an empty mailbox; uid_validity tells this mailbox from an earlier one of the same name. */
Mailbox *mailbox_new(const char *owner, uint32_t uid_validity);
void mailbox_free(Mailbox *mailbox);

/* Returns the owner's address. Borrowed. */
const char *mailbox_get_owner(const Mailbox *mailbox);

uint32_t mailbox_get_uid_validity(const Mailbox *mailbox);

/* Adds a message (ref taken) and returns its uid. A session that holds the lock does not see it before it
 * locks again, but for mailbox_get_count. */
uint32_t mailbox_append(Mailbox *mailbox, GBytes *message, Nanoseconds arrived);

/* Returns how many messages there are, marked ones included. */
guint mailbox_get_count(const Mailbox *mailbox);

/* Returns the message at index (from 0). Borrowed, valid until messages are removed or appended. */
const MailboxMessage *mailbox_get(const Mailbox *mailbox, guint index);

/* Returns the message of that uid, or NULL. Borrowed, valid as mailbox_get's. */
const MailboxMessage *mailbox_find(const Mailbox *mailbox, uint32_t uid);

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
