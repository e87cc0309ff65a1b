/* SPDX-License-Identifier: MIT */
/* A server's users: their passwords and their mailboxes. */
#pragma once

#include "mail/mailbox.h"

typedef struct MailStore MailStore;

MailStore *mail_store_new(void);

/* Frees the store and its mailboxes, passwords wiped. */
void mail_store_free(MailStore *store);

/* Adds a user by whole address with a password and an empty mailbox, or sets the password of one there is.
 * Returns the mailbox. Borrowed. */
Mailbox *mail_store_add_user(MailStore *store, const char *address, const char *password);

/* Returns how many users there are, and the mailbox of the one at index (from 0, in the order added).
 * Borrowed. */
guint mail_store_get_count(const MailStore *store);
Mailbox *mail_store_get(const MailStore *store, guint index);

/* Returns the mailbox of a user named by whole address (domain whatever its case), or by local part where
 * only one user has it; or NULL. Borrowed. */
Mailbox *mail_store_find(const MailStore *store, Bytes name);

/* Returns true when some user's address has this domain: mail for it is ours. */
bool mail_store_has_domain(const MailStore *store, Bytes domain);

/* Returns the user's password, or NULL for a user we don't know. Borrowed. */
const char *mail_store_get_password(const MailStore *store, Bytes name);

/* Judges what ENDPOINT_AUTHENTICATE asks: for mechanism "APOP" secret is the MD5 digest in hexadecimal and
 * challenge the stamp of the greeting (RFC 1939 §7), for "CRAM-MD5" the HMAC-MD5 in hexadecimal and the
 * challenge (RFC 2195), else secret is the password. The time taken does not depend on where they differ. */
bool mail_store_authenticate(const MailStore *store, const char *mechanism, Bytes user, Bytes secret,
                             Bytes challenge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailStore, mail_store_free)
