/* SPDX-License-Identifier: MIT */
/* The envelope that a transaction builds up (RFC 5321 §3.3), as a listener hears it. */
#pragma once

#include "mail/message-record.h"
#include "protocol/decoder-support.h"
#include "protocol/smtp/smtp-syntax.h"

/* All zero is no transaction. */
typedef struct {
  GArray *steps; /* private, as is all here */
  guint beginnings, recipients;
} SmtpTransaction;

/* A command was said: MAIL begins the envelope anew, RCPT adds to it; RSET and the greetings end it (RFC 5321
 * §4.1.4). id: of its line. Beyond LIMIT_ENVELOPE_RECIPIENTS nothing is added. */
void smtp_transaction_command(SmtpTransaction *transaction, const SmtpCommand *command, uint32_t id);

/* The command was answered: one that was refused has changed nothing, be it MAIL, RCPT or a greeting. */
void smtp_transaction_answer(SmtpTransaction *transaction, const PendingCommand *command,
                             ReplyClass reply_class);

/* Copies the envelope into record, as it was after the line with the id until (0: after all); commands that
 * were not answered yet count as accepted. */
void smtp_transaction_describe(const SmtpTransaction *transaction, uint32_t until, MessageRecord *record);

void smtp_transaction_clear(SmtpTransaction *transaction);
