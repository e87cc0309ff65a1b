/* SPDX-License-Identifier: MIT */
/* A server's users: their passwords and their mailboxes. */
#pragma once

#include "base/digest.h"
#include "mail/mail-folders.h"

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

/* Returns the folders of a user named as for mail_store_find, INBOX among them; made when first asked for.
 * NULL for a user we don't know. Borrowed. */
MailFolders *mail_store_get_folders(MailStore *store, Bytes name);

/* Returns true when some user's address has this domain: mail for it is ours. */
bool mail_store_has_domain(const MailStore *store, Bytes domain);

/* Returns the user's password, or NULL for a user we don't know. Borrowed. */
const char *mail_store_get_password(const MailStore *store, Bytes name);

/* A log-in to be judged: what ENDPOINT_AUTHENTICATE tells. Views, valid during the call. */
typedef struct {
  const char *mechanism;
  Bytes user;
  Bytes secret;    /* the password; APOP, CRAM-MD5: the digest in hexadecimal; SCRAM: the ClientProof */
  Bytes challenge; /* APOP (RFC 1939 §7): the greeting's stamp; CRAM-MD5 (RFC 2195): the challenge; SCRAM (RFC
                      5802 §3): the AuthMessage */
  Bytes salt;      /* SCRAM */
  guint iterations; /* SCRAM */
} MailStoreLogin;

/* Returns true where the secret is right. proof (may be NULL) becomes SCRAM's ServerSignature where it is,
 * else empty. The time taken depends neither on where they differ nor on whether the user is known. */
bool mail_store_authenticate(const MailStore *store, const MailStoreLogin *login, Digest *proof);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailStore, mail_store_free)
