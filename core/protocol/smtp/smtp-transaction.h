/* SPDX-License-Identifier: MIT */
/* The envelope that a transaction builds up (RFC 5321 §3.3), as a listener hears it. */
#pragma once

#include "mail/message-record.h"
#include "protocol/decoder-support.h"
#include "protocol/smtp/smtp-syntax.h"

/* All zero is no transaction. */
typedef struct {
  bool has_sender;
  char *sender;       /* reverse-path without brackets, valid UTF-8 */
  GArray *recipients; /* private */
} SmtpTransaction;

/* A command was said: MAIL begins the envelope anew, RCPT adds to it; RSET and the greetings end it. id: of
 * its line. Beyond LIMIT_ENVELOPE_RECIPIENTS nothing is added. */
void smtp_transaction_command(SmtpTransaction *transaction, const SmtpCommand *command, uint32_t id);

/* The command was answered: a refused sender or recipient is out of the envelope. */
void smtp_transaction_answer(SmtpTransaction *transaction, const PendingCommand *command,
                             ReplyClass reply_class);

/* Copies the envelope into record, as far as it is known. */
void smtp_transaction_describe(const SmtpTransaction *transaction, MessageRecord *record);

void smtp_transaction_clear(SmtpTransaction *transaction);
