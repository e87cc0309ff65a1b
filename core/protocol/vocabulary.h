/* SPDX-License-Identifier: MIT */
/* The words of a protocol: ONE const table per protocol, read by its server, client, decoder, HELP and CAPA
 * replies, state diagram, glossary and by the test that demands that each row is spoken and explained. */
#pragma once

#include "base/bytes.h"

/* The protocols a row may belong to; the order is kept for good (rows are stored by it). */
typedef enum {
  PROTOCOL_NONE,
  PROTOCOL_SMTP,
  PROTOCOL_POP2,
  PROTOCOL_POP3,
  PROTOCOL_IMAP,
  PROTOCOL_HTTP,
  PROTOCOL_DNS,
  PROTOCOL_TLS,
  PROTOCOL_COUNT,
} ProtocolId;

/* Which part of a line must not be shown unless the person asks for it. */
typedef enum {
  SECRET_NONE,
  SECRET_ARGUMENT,        /* all of the argument: PASS */
  SECRET_SECOND_ARGUMENT, /* IMAP LOGIN's password, APOP's digest */
  SECRET_AFTER_MECHANISM, /* AUTH PLAIN's initial response */
  SECRET_LINE,            /* the whole line: a SASL client response */
} SecretKind;

/* What a reply means for the client, whatever its spelling. */
typedef enum {
  REPLY_OK,       /* 2xx, +OK, OK */
  REPLY_CONTINUE, /* 3xx, "+" */
  REPLY_LATER,    /* 4xx: try again */
  REPLY_REFUSED,  /* 5xx, -ERR, NO, BAD */
  REPLY_UNTAGGED, /* IMAP data nobody waits for */
  REPLY_CLASS_COUNT,
} ReplyClass;

#define VOCABULARY_MAX_STATES 8
#define STATE_SAME 0xff
#define VOCABULARY_UNKNOWN 0xffff /* index of a word that no row knows */

/* One state of the protocol's machine. */
typedef struct {
  const char *name;  /* "transaction": the word used in `phase`, never translated */
  const char *label; /* N_(): for people */
} VocabularyState;

/* One command. */
typedef struct {
  const char *word;    /* as interfaces.md spells the verb: "MAIL", "UID FETCH" */
  const char *grammar; /* what follows the word, in the RFC's notation: "FROM:<reverse-path> [parameters]"; ""
                          for nothing */
  uint32_t states;     /* bit n: allowed in state n */
  uint8_t next[REPLY_CLASS_COUNT]; /* state after a reply of that class, STATE_SAME for no change */
  SecretKind secret;
  bool multiline_reply;    /* POP3: an OK reply is followed by lines up to a lone dot */
  bool body_reply;         /* those lines are a message (RETR, TOP): shown as `data` */
  const char *rfc;         /* "RFC 5321 §4.1.1.2" */
  const char *gloss;       /* N_(): a thought of at most 45 characters, "Envelope: who sends" */
  const char *explanation; /* N_(): one or two sentences */
} VocabularyWord;

/* One reply. Where the meaning depends on the command answered, a row with `after` set comes before the
 * general one. */
typedef struct {
  const char *code;  /* "250", "+OK", "EXISTS"; or "2", the first digit, as the row of last resort */
  const char *after; /* word of the command it answers; "" for a greeting; NULL for any */
  ReplyClass reply_class;
  const char *rfc;
  const char *gloss;       /* N_() */
  const char *explanation; /* N_(): what it means and what the client does next */
} VocabularyReply;

typedef struct {
  ProtocolId id;
  const char *name;  /* "smtp": the word in NDJSON */
  const char *label; /* "SMTP" */
  const VocabularyState *states;
  size_t state_count;
  const VocabularyWord *words;
  size_t word_count;
  const VocabularyReply *replies;
  size_t reply_count;
} Vocabulary;

/* Returns the index of the word, whatever its case, or VOCABULARY_UNKNOWN. */
uint16_t vocabulary_find_word(const Vocabulary *vocabulary, Bytes word);

/* Returns the index of the best row for code in answer to the word at index answered (VOCABULARY_UNKNOWN for
 * a greeting or unsolicited data): exact code with that command, exact code, first digit; or
 * VOCABULARY_UNKNOWN. */
uint16_t vocabulary_find_reply(const Vocabulary *vocabulary, Bytes code, uint16_t answered);
