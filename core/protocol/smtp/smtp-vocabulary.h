/* SPDX-License-Identifier: MIT */
/* SMTP's words, replies and states (RFC 5321 and its extensions), and the indices of the rows. */
#pragma once

#include "protocol/vocabulary.h"

/* Indices of smtp_vocabulary.states. */
typedef enum {
  SMTP_STATE_GREETING,   /* nobody has spoken: the server is to */
  SMTP_STATE_CONNECTED,  /* greeted; no EHLO or HELO yet */
  SMTP_STATE_READY,      /* introduced; no transaction */
  SMTP_STATE_SENDER,     /* MAIL taken */
  SMTP_STATE_RECIPIENTS, /* at least one RCPT taken */
  SMTP_STATE_DATA,       /* the message travels */
  SMTP_STATE_AUTH,       /* inside AUTH */
  SMTP_STATE_CLOSING,    /* QUIT, or 421 said */
  SMTP_STATE_COUNT,
} SmtpState;

/* Indices of smtp_vocabulary.words. */
typedef enum {
  SMTP_HELO,
  SMTP_EHLO,
  SMTP_LHLO,
  SMTP_MAIL,
  SMTP_RCPT,
  SMTP_DATA,
  SMTP_BDAT,
  SMTP_RSET,
  SMTP_VRFY,
  SMTP_EXPN,
  SMTP_HELP,
  SMTP_NOOP,
  SMTP_QUIT,
  SMTP_AUTH,
  SMTP_AUTH_RESPONSE, /* not a word on the wire: a client line inside AUTH */
  SMTP_STARTTLS,
  SMTP_ETRN,
  SMTP_SEND,
  SMTP_SOML,
  SMTP_SAML,
  SMTP_TURN,
  SMTP_ATRN,
  SMTP_BURL,
  SMTP_XCLIENT,
  SMTP_XFORWARD,
  SMTP_WORD_COUNT,
} SmtpWord;

/* One table for server, client, decoder, HELP and the glossary. Two things no table can say: after DATA's 354
 * the reply that follows the lone dot leads to READY whatever its class; BDAT or BURL without LAST leads to
 * DATA. */
extern const Vocabulary smtp_vocabulary;

/* Returns the class that the code's first digit gives (1xx and what is no code: REPLY_OK). */
ReplyClass smtp_reply_class(int code);
