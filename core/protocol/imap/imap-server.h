/* SPDX-License-Identifier: MIT */
/* An IMAP server without I/O: IMAP4rev1 (RFC 3501) with UIDPLUS, IDLE, MOVE, NAMESPACE, ID, UNSELECT,
 * LITERAL+, ENABLE, CHILDREN, SPECIAL-USE, LIST-EXTENDED, LIST-STATUS, ESEARCH, SASL-IR and STATUS=SIZE.
 *
 * Events, each to be answered: AUTHENTICATE (mechanism "LOGIN" for the command LOGIN, user, secret: the
 * password; else as sasl-server.h tells), OPEN_MAILBOX (user; the owner gives the MailFolders as the
 * verdict's object, or refuses), UPDATE (a command is about to put messages into folders or to remove some:
 * imap_server_get_update tells which; refused: "NO", and nothing is done), then CLOSE. The folders must live
 * until the endpoint is freed or has closed; several endpoints may work on the same. */
#pragma once

#include "mail/mail-folders.h"
#include "protocol/endpoint.h"

/* Strings are copied. */
typedef struct {
  const char *host_name;
  const char *greeting;          /* after "[CAPABILITY …] "; NULL: "HOST IMAP server ready" */
  const char *const *mechanisms; /* of AUTHENTICATE, NULL-terminated, best first; NULL: none */
  const char *nonce;      /* for them: letters and digits that nobody foresees, new for every session */
  const char *without;    /* capabilities not offered, with spaces between them: "IDLE MOVE"; or NULL */
  bool no_login;          /* LOGINDISABLED: AUTHENTICATE only */
  uint64_t size_limit;    /* bytes of a message that APPEND takes; 0: 32 MiB */
  Nanoseconds idle_limit; /* of silence; 0: 30 minutes, the least RFC 3501 §5.4 allows */
  Clock clock;            /* for the internal date of what is appended without one; now may be NULL: 1970 */
  /* Told when the endpoint has something to say that neither its bytes nor its owner brought about: another
   * session changed the mailbox. The endpoint must not be called meanwhile. NULL: nobody is told. */
  void (*wake)(void *owner);
  void *owner;
} ImapServerConfig;

Endpoint *imap_server_new(const ImapServerConfig *config);

/* Returns the state, an index of imap_vocabulary.states. */
uint8_t imap_server_get_state(const Endpoint *server);

/* What UPDATE asks about. Borrowed until its answer. */
typedef struct {
  const GPtrArray *added;   /* of GBytes *: a copy of each comes into some folder of the user */
  const GPtrArray *removed; /* of GBytes *: one copy of each goes */
} ImapUpdate;

ImapUpdate imap_server_get_update(const Endpoint *server);
