/* SPDX-License-Identifier: MIT */
/* What an answer to a message takes over from it: whom it goes to, its subject, the thread, the quotation
 * (RFC 5322 §3.6.2 and §3.6.4). */
#pragma once

#include "base/bytes.h"

/* No member is NULL but in_reply_to and references, where the original has no Message-ID. All UTF-8. */
typedef struct {
  char *to;          /* Reply-To, else From */
  char *cc;          /* for all: the others of To and Cc, without self; else "" */
  char *subject;     /* "Re: …", once */
  char *forward;     /* "Fwd: …", once: the subject of a message that carries the original */
  char *in_reply_to; /* without brackets */
  char
      *references; /* "<a@x> <b@y>": the original's, then its own; the middle left out where there are many */
  char *quotation; /* "On …, Alice wrote:" and its text, each line behind "> " */
  bool automatic;  /* Auto-Submitted, a list or a null return path: never answer by machine (RFC 3834 §2) */
} MessageReply;

/* Reads original, a whole message, for an answer by self (a bare address); to_all: to everybody. Whatever
 * bytes it is given, *reply is good to read and must be cleared. */
void message_reply_init(MessageReply *reply, Bytes original, const char *self, bool to_all);
void message_reply_clear(MessageReply *reply);
