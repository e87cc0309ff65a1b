/* SPDX-License-Identifier: MIT */
/* Remarks that need more than a line's own bytes: what a reply tells, what a body hides, and whether TLS is
 * offered and used. */
#include "protocol/smtp/smtp-keywords.h"
#include "protocol/smtp/smtp-session.h"

static void note_once(SmtpSession *session, NoteCode code, unsigned bit, const DecodedLine *line, uint32_t id)
{
  if ((session->once & bit) != 0) return;
  session->once = (uint16_t)(session->once | bit);
  smtp_session_note(session, code, line, id);
}

/* Some devices on the way overwrite what they dislike in EHLO's answer with a row of X. */
static bool offers_crossed_out(Bytes raw)
{
  static const char pattern[] = "XXXXXX";
  while (raw.length > 4) {
    if (bytes_starts_ignore_case(bytes_skip(raw, 4), pattern)) return true;
    ptrdiff_t lf = bytes_find(raw, '\n');
    if (lf < 0) return false;
    raw = bytes_skip(raw, (size_t)lf + 1);
  }
  return false;
}

void smtp_session_note_offers(SmtpSession *session, const DecodedLine *line, uint32_t id)
{
  ServerMemory *server = session->sink->server;
  bool offered = smtp_reply_offers(line->raw, "STARTTLS");
  bool complete = (line->flags & (LINE_TRUNCATED | LINE_INCOMPLETE)) == 0;
  session->tls_offered = offered;
  if (offers_crossed_out(line->raw))
    smtp_session_note(session, NOTE_STARTTLS_STRIPPED, line, id);
  else if (complete && !offered && server != NULL && server->offered_starttls)
    note_once(session, NOTE_STARTTLS_MISSING, ONCE_TLS_MISSING, line, id);
  if (server != NULL) server->offered_starttls |= offered;
}

void smtp_session_note_clear_text(SmtpSession *session, const DecodedLine *line, uint32_t id)
{
  bool matters = line->word == SMTP_MAIL || line->word == SMTP_AUTH;
  session->tls_tried |= line->word == SMTP_STARTTLS;
  if (matters && session->tls_offered && !session->tls_tried)
    note_once(session, NOTE_STARTTLS_NOT_USED, ONCE_TLS_NOT_USED, line, id);
}

/* Returns true for "4.5.3" and "5.5.3" (RFC 3463 §3.6). */
static bool counts_recipients(Bytes enhanced)
{
  return enhanced.length > 1 && bytes_equal(bytes_skip(enhanced, 1), BYTES_LITERAL(".5.3"));
}

void smtp_session_note_reply(SmtpSession *session, const DecodedLine *line, uint32_t id,
                             const SmtpReplyLine *first)
{
  if (line->reply_class == REPLY_REFUSED) smtp_session_note(session, NOTE_REFUSED, line, id);
  if (line->reply_class == REPLY_LATER) smtp_session_note(session, NOTE_TRY_LATER, line, id);
  uint16_t word = line->answered_word;
  /* 503 to AUTH mostly means that the client is logged in already */
  if (first->code == 503 && word != VOCABULARY_UNKNOWN && word != SMTP_AUTH)
    smtp_session_note(session, NOTE_WRONG_ORDER, line, id);
  if (word == SMTP_RCPT && line->reply_class != REPLY_OK && counts_recipients(first->enhanced))
    smtp_session_note(session, NOTE_TOO_MANY_RECIPIENTS, line, id);
}

void smtp_session_note_body(SmtpSession *session, const SmtpBody *body, const DecodedLine *line, uint32_t id)
{
  const DotBody *dot = &body->dot;
  if (dot->bare_lf) smtp_session_note(session, NOTE_BARE_LF, line, id);
  if (dot->bare_cr) smtp_session_note(session, NOTE_BARE_CR, line, id);
  if (dot->nul) smtp_session_note(session, NOTE_NUL, line, id);
  if (dot->smuggling)
    smtp_session_note(session, NOTE_SMUGGLING, line, id);
  else if (dot->false_end)
    smtp_session_note(session, NOTE_FALSE_END, line, id);
  if (body->refused && !body->undecided) smtp_session_note(session, NOTE_UNWANTED_MESSAGE, line, id);
  if (body->kind == BODY_BDAT && body->left > 0 && !dot->gap)
    decoder_emit_note(session->sink, NOTE_BODY_LENGTH, line->direction, id, line->offset, body->left);
}
