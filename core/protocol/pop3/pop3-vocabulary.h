/* SPDX-License-Identifier: MIT */
/* The words of POP3: RFC 1939, with CAPA (RFC 2449), STLS (RFC 2595), AUTH (RFC 5034), UTF8 and LANG
 * (RFC 6856). */
#pragma once

#include "protocol/vocabulary.h"

/* Indexes into pop3_vocabulary.states. */
typedef enum {
  POP3_AUTHORIZATION,
  POP3_TRANSACTION,
  POP3_UPDATE,
  POP3_STATE_COUNT,
} Pop3State;

/* Indexes into pop3_vocabulary.words. */
typedef enum {
  POP3_USER,
  POP3_PASS,
  POP3_APOP,
  POP3_AUTH,
  POP3_CAPA,
  POP3_STLS,
  POP3_UTF8,
  POP3_LANG,
  POP3_STAT,
  POP3_LIST,
  POP3_UIDL,
  POP3_RETR,
  POP3_TOP,
  POP3_DELE,
  POP3_NOOP,
  POP3_RSET,
  POP3_QUIT,
  POP3_AUTH_RESPONSE, /* no word on the wire: a client line inside AUTH */
  POP3_WORD_COUNT,
} Pop3Word;

/* QUIT leads to the update state from the transaction state only (RFC 1939 §6); the others' next states hold
 * wherever the word is allowed. LIST, UIDL, LANG have lines up to a lone dot only when no argument was given.
 */
extern const Vocabulary pop3_vocabulary;
