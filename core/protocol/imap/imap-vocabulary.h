/* SPDX-License-Identifier: MIT */
/* The words of IMAP: RFC 3501 and RFC 9051, with ID (RFC 2971), COMPRESS (RFC 4978),
 * QUOTA (RFC 9208), SORT and THREAD (RFC 5256), ACL (RFC 4314), METADATA (RFC 5464). */
#pragma once

#include "protocol/vocabulary.h"

/* Indexes into imap_vocabulary.states. */
typedef enum {
  IMAP_NOT_AUTHENTICATED,
  IMAP_AUTHENTICATED,
  IMAP_SELECTED,
  IMAP_LOGGED_OUT,
  IMAP_STATE_COUNT,
} ImapState;

/* Indexes into imap_vocabulary.words. */
typedef enum {
  IMAP_CAPABILITY,
  IMAP_NOOP,
  IMAP_ID,
  IMAP_LOGOUT,
  IMAP_STARTTLS,
  IMAP_AUTHENTICATE,
  IMAP_LOGIN,
  IMAP_ENABLE,
  IMAP_COMPRESS,
  IMAP_NAMESPACE,
  IMAP_SELECT,
  IMAP_EXAMINE,
  IMAP_CREATE,
  IMAP_DELETE,
  IMAP_RENAME,
  IMAP_SUBSCRIBE,
  IMAP_UNSUBSCRIBE,
  IMAP_LIST,
  IMAP_LSUB,
  IMAP_STATUS,
  IMAP_APPEND,
  IMAP_IDLE,
  IMAP_CHECK,
  IMAP_CLOSE,
  IMAP_UNSELECT,
  IMAP_EXPUNGE,
  IMAP_SEARCH,
  IMAP_FETCH,
  IMAP_STORE,
  IMAP_COPY,
  IMAP_MOVE,
  IMAP_UID_SEARCH,
  IMAP_UID_FETCH,
  IMAP_UID_STORE,
  IMAP_UID_COPY,
  IMAP_UID_MOVE,
  IMAP_UID_EXPUNGE,
  IMAP_GETQUOTA,
  IMAP_GETQUOTAROOT,
  IMAP_SETQUOTA,
  IMAP_SORT,
  IMAP_THREAD,
  IMAP_UID_SORT,
  IMAP_UID_THREAD,
  IMAP_GETACL,
  IMAP_SETACL,
  IMAP_DELETEACL,
  IMAP_LISTRIGHTS,
  IMAP_MYRIGHTS,
  IMAP_GETMETADATA,
  IMAP_SETMETADATA,
  IMAP_DONE,          /* a client line without a tag: ends IDLE */
  IMAP_AUTH_RESPONSE, /* no word on the wire: a client line inside AUTHENTICATE */
  IMAP_WORD_COUNT,
} ImapWord;

/* The replies' rows: "OK", "NO", "BAD" are a command's completion (or, after "", the greeting); "* OK", "*
 * NO", "* BAD" are remarks without a tag in between. A next state holds only where the word was allowed; BAD
 * changes none. */
extern const Vocabulary imap_vocabulary;
