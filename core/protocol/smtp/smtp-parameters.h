/* SPDX-License-Identifier: MIT */
/* What stands after the path of MAIL and RCPT: read into an envelope by the server, written from one by the
 * client. SIZE (RFC 1870), BODY (RFC 6152, 3030), AUTH (RFC 4954 §5), SMTPUTF8 (RFC 6531), RET, ENVID,
 * NOTIFY, ORCPT (RFC 3461). */
#pragma once

#include "base/byte-buffer.h"
#include "mail/envelope.h"
#include "protocol/smtp/smtp-capability.h"

/* Why a command is refused: a reply in its parts. Static. */
typedef struct {
  int code;
  const char *enhanced, *text;
} SmtpRefusal;

/* Reads MAIL's parameters into envelope: those of the capabilities offered, each at most once. Returns false
 * with *refusal filled for any other, for a value that the parameter does not take, and for more bytes than
 * size_limit. */
bool smtp_parse_mail_parameters(Bytes parameters, uint32_t capabilities, uint64_t size_limit,
                                Envelope *envelope, SmtpRefusal *refusal);

/* Reads RCPT's parameters likewise. request->original is the caller's to free, also after false. */
bool smtp_parse_recipient_parameters(Bytes parameters, uint32_t capabilities, EnvelopeRequest *request,
                                     SmtpRefusal *refusal);

/* Appends the parameters of MAIL that the server's offers allow, a space before each. The envelope's size,
 * body and utf8 are those of the message as it will go. */
void smtp_append_mail_parameters(ByteBuffer *out, const Envelope *envelope, uint32_t offers);

/* Appends the parameters of RCPT likewise. utf8: MAIL said SMTPUTF8, so that UTF-8 may stand as it is (RFC
 * 6533 §3). */
void smtp_append_recipient_parameters(ByteBuffer *out, const EnvelopeRequest *request, uint32_t offers,
                                      bool utf8);

/* Returns what xtext (RFC 3461 §4: "+2B" for "+") stands for, the caller's to free; NULL where it is no
 * xtext, or stands for a control character, which could break the line of a notice. */
char *smtp_dup_xtext_decoded(Bytes xtext);

/* Appends text as xtext. */
void smtp_append_xtext(ByteBuffer *out, const char *text);

/* Returns true where any byte is not ASCII. */
bool smtp_is_8bit(Bytes text);
