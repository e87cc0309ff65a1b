/* SPDX-License-Identifier: MIT */
/* The server's direction: replies, and which command each of them answers. */
#include "protocol/smtp/smtp-session.h"

/* A reply in work. */
typedef struct {
  DecodedLine line;
  SmtpReplyLine first;
  int code; /* of the first line; 0: the line is no reply */
  bool bare_lf;
  bool answers; /* command is what it answers */
  bool greets;
  bool out_of_step;
  bool out_of_order; /* it fits nothing although nothing is missing: it changes nothing */
  bool stray;        /* to a line of a message that was sent although DATA had been refused */
  PendingCommand command;
} Answer;

/* Codes that only some commands can get (RFC 5321 §4.3.2). hard: worth more than the queue's order even where
 * nothing is known to be missing. */
static const struct {
  int code;
  bool hard;
  bool multiline; /* only when the reply has several lines */
  uint16_t words[3];
} anchors[] = {
    {354, true, false, {SMTP_DATA, SMTP_DATA, SMTP_DATA}},
    {334, true, false, {SMTP_AUTH, SMTP_AUTH_RESPONSE, SMTP_AUTH}},
    {235, true, false, {SMTP_AUTH, SMTP_AUTH_RESPONSE, SMTP_AUTH}},
    {221, true, false, {SMTP_QUIT, SMTP_QUIT, SMTP_QUIT}},
    {220, false, false, {SMTP_STARTTLS, SMTP_STARTTLS, SMTP_STARTTLS}},
    {250, false, true, {SMTP_EHLO, SMTP_LHLO, SMTP_EXPN}},
    {214, false, false, {SMTP_HELP, SMTP_HELP, SMTP_HELP}},
    {252, false, false, {SMTP_VRFY, SMTP_EXPN, SMTP_VRFY}},
    {534, false, false, {SMTP_AUTH, SMTP_AUTH_RESPONSE, SMTP_AUTH}},
    {535, false, false, {SMTP_AUTH, SMTP_AUTH_RESPONSE, SMTP_AUTH}},
    {538, false, false, {SMTP_AUTH, SMTP_AUTH_RESPONSE, SMTP_AUTH}},
};

static int find_anchor(const Answer *answer)
{
  for (size_t i = 0; i < G_N_ELEMENTS(anchors); i++)
    if (anchors[i].code == answer->code && (!anchors[i].multiline || answer->line.lines > 1)) return (int)i;
  return -1;
}

static bool fits_anchor(int anchor, const PendingCommand *command)
{
  if ((command->flags & PENDING_HOLE) != 0) return false;
  if ((command->flags & PENDING_BODY_END) != 0) return false;
  for (size_t i = 0; i < G_N_ELEMENTS(anchors[anchor].words); i++)
    if (anchors[anchor].words[i] == command->word) return true;
  return false;
}

static int find_fitting(const SmtpSession *session, int anchor)
{
  for (uint32_t i = 0; i < session->pending.count; i++)
    if (fits_anchor(anchor, pending_commands_get(&session->pending, i))) return (int)i;
  return -1;
}

static bool has_hole(const SmtpSession *session)
{
  for (uint32_t i = 0; i < session->pending.count; i++)
    if ((pending_commands_get(&session->pending, i)->flags & PENDING_HOLE) != 0) return true;
  return false;
}

/* LMTP answers a message once for each recipient it took (RFC 2033 §4.2). Returns true while more replies to
 * command are to come. */
static bool awaits_more(SmtpSession *session, const Answer *answer, const PendingCommand *command)
{
  bool message = (command->flags & (PENDING_BODY_END | PENDING_LAST)) != 0;
  bool not_done = (command->flags & PENDING_LAST) != 0 && answer->code >= 500 && answer->code <= 504;
  if (!session->lmtp || !message || not_done || answer->code == 421) return false;
  if (session->lmtp_left == 0) session->lmtp_left = MAX(1, session->accepted_recipients);
  return --session->lmtp_left > 0;
}

/* The reply belongs to the command at index; those before it have lost theirs. From here on the order is
 * certain again. */
static void take(SmtpSession *session, Answer *answer, uint32_t index)
{
  answer->answers = true;
  answer->command = *pending_commands_get(&session->pending, index);
  answer->out_of_step = index > 0 && !session->uncertain && !has_hole(session);
  session->uncertain = false;
  if (index > 0) session->state_guessed = true;
  bool auth = answer->command.word == SMTP_AUTH || answer->command.word == SMTP_AUTH_RESPONSE;
  /* what the dropped part of a log-in gave away belongs to this reply's credential */
  if (auth)
    pending_commands_drop(&session->pending, index);
  else
    smtp_session_give_up(session, index);
  if (!awaits_more(session, answer, &answer->command)) pending_commands_drop(&session->pending, 1);
}

/* Which command it answers cannot be told. Said once for each place where bytes are missing. */
static void leave_open(SmtpSession *session, Answer *answer)
{
  PendingCommand *head = pending_commands_get(&session->pending, 0);
  if ((head->flags & PENDING_HOLE) != 0) {
    answer->out_of_step = (head->flags & PENDING_HOLE_NOTED) == 0;
    head->flags |= PENDING_HOLE_NOTED;
    return;
  }
  answer->out_of_step = (session->once & ONCE_UNCERTAIN) == 0;
  session->once |= ONCE_UNCERTAIN;
  /* whatever it answered, no later reply can answer the oldest command any more */
  smtp_session_give_up(session, 1);
}

/* A reply while DATA's message is still on its way. */
static bool answers_body(const SmtpSession *session)
{
  return session->body.kind == BODY_DATA && session->body.confirmed && session->pending.count == 0;
}

static void match_body(SmtpSession *session, Answer *answer)
{
  SmtpBody *body = &session->body;
  answer->answers = true;
  answer->command = (PendingCommand){.id = body->id, .word = SMTP_DATA, .flags = PENDING_BODY_END};
  if (body->dot.gap) {
    /* the lone dot was most likely among the missing bytes */
    smtp_session_end_body(session, false);
    session->lost = session->state_guessed = true;
    line_assembler_gap(&session->lines[DIRECTION_TO_SERVER]);
  } else {
    body->answered = true;
  }
}

/* To the server that has refused DATA the lines of the message are commands, all of them unknown. */
static bool answers_stray_line(SmtpSession *session, const Answer *answer)
{
  bool on_its_way = session->body.kind == BODY_DATA && session->body.refused;
  bool unknown = (answer->code >= 500 && answer->code <= 504) || answer->code == 421;
  if (unknown && (on_its_way || session->stray_lines > 0)) return true;
  session->stray_lines = 0;
  return false;
}

static void match_stray(SmtpSession *session, Answer *answer)
{
  if (session->stray_lines > 0) session->stray_lines--;
  answer->answers = answer->stray = true;
  answer->command = (PendingCommand){.id = session->refused_id, .word = SMTP_DATA, .flags = PENDING_BODY_END};
}

/* Goes by the code, which tells which command it can only belong to. Returns false where the order of the
 * queue has to tell. */
static bool match_by_code(SmtpSession *session, Answer *answer)
{
  int anchor = find_anchor(answer);
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  bool hole = (head->flags & PENDING_HOLE) != 0;
  bool anything_goes = head->word == VOCABULARY_UNKNOWN && !hole;
  if (anchor < 0 || anything_goes || (!anchors[anchor].hard && !session->uncertain && !hole)) return false;
  int index = find_fitting(session, anchor);
  if (index < 0 && (!anchors[anchor].hard || has_hole(session))) return false;
  if (index >= 0)
    take(session, answer, (uint32_t)index);
  else
    answer->out_of_step = answer->out_of_order = true;
  return true;
}

/* Goes by the order of the queue. */
static void match_by_order(SmtpSession *session, Answer *answer)
{
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  bool hole = (head->flags & PENDING_HOLE) != 0;
  if (hole && answer->code == 220 && session->pending.count == 1 && answer->line.offset == 0)
    answer->greets = true;
  else if (hole || (session->uncertain && session->pending.count > 1))
    leave_open(session, answer);
  else
    take(session, answer, 0);
}

/* Finds the command that the reply answers. */
static void match(SmtpSession *session, Answer *answer)
{
  bool cut_greeting =
      answer->code == 220 && session->state == SMTP_STATE_GREETING && session->pending.count == 0;
  answer->greets = !session->greeted || cut_greeting;
  session->greeted = true;
  if (answer->greets) return;
  if (answers_stray_line(session, answer))
    match_stray(session, answer);
  else if (answers_body(session))
    match_body(session, answer);
  else if (session->pending.count == 0)
    answer->out_of_step = answer->out_of_order = answer->code != 421 && session->heard[DIRECTION_TO_SERVER];
  else if (!match_by_code(session, answer))
    match_by_order(session, answer);
}

/* The state that the reply leads to. */
static uint8_t next_state(const SmtpSession *session, const Answer *answer)
{
  ReplyClass class = (ReplyClass)answer->line.reply_class;
  const PendingCommand *command = &answer->command;
  if (answer->code == 421) return SMTP_STATE_CLOSING;
  if (answer->greets) return SMTP_STATE_CONNECTED;
  if (answer->code == 354 && !answer->out_of_order) return SMTP_STATE_DATA;
  if (answer->code == 334 && !answer->out_of_order) return SMTP_STATE_AUTH;
  bool inside = session->state == SMTP_STATE_DATA || session->state == SMTP_STATE_AUTH;
  if (!answer->answers && !answer->out_of_order && inside) return SMTP_STATE_READY;
  if (!answer->answers || answer->stray || command->word == VOCABULARY_UNKNOWN) return session->state;
  if ((command->flags & PENDING_BODY_END) != 0) return SMTP_STATE_READY;
  /* an argument refused ends nothing */
  bool piece = command->word == SMTP_BDAT || command->word == SMTP_BURL;
  if (piece && answer->code >= 500 && answer->code <= 504) return session->state;
  if (class == REPLY_OK && (piece || command->word == SMTP_RSET))
    return smtp_session_optimistic(session->state, command->word, command->flags);
  uint8_t next = smtp_vocabulary.words[command->word].next[class];
  return next == STATE_SAME ? session->state : next;
}

static void change_state(SmtpSession *session, const Answer *answer)
{
  uint8_t expected = session->state;
  session->state = next_state(session, answer);
  if (answer->answers)
    expected = smtp_session_optimistic(expected, answer->command.word, answer->command.flags);
  bool idle = session->pending.count == 0 && session->body.kind == BODY_NONE;
  if (idle)
    session->ahead = session->state;
  else if (expected != session->state && session->body.kind == BODY_NONE)
    session->ahead_stale = true;
}

static int find_body_end(const SmtpSession *session)
{
  for (uint32_t i = 0; i < session->pending.count; i++)
    if ((pending_commands_get(&session->pending, i)->flags & PENDING_BODY_END) != 0) return (int)i;
  return -1;
}

/* 354: the message comes, unless a client that did not wait has begun it, or even ended it, already. */
static void open_message(SmtpSession *session, const Answer *answer)
{
  if (session->body.kind == BODY_DATA) session->body.confirmed = true;
  bool pointless = !session->heard[DIRECTION_TO_SERVER];
  if (session->body.kind != BODY_NONE || find_body_end(session) >= 0 || pointless) return;
  bool beginning_lost = session->lost;
  session->lost = session->uncertain = false;
  /* what was said after DATA is text to the server */
  smtp_session_give_up(session, session->pending.count);
  smtp_session_begin_data(session, answer->answers ? answer->command.id : 0,
                          session->end[DIRECTION_TO_SERVER], true);
  if (beginning_lost) dot_body_gap(&session->body.dot, 0);
}

/* No 354: what follows are commands, unless the client did not wait and sends its message all the same. */
static void refuse_message(SmtpSession *session, const Answer *answer, uint32_t id)
{
  SmtpBody *body = &session->body;
  session->data_refused = true;
  session->refused_id = answer->command.id;
  session->stray_lines = 0;
  if (body->kind == BODY_DATA && !body->confirmed) {
    body->refused = true;
    body->undecided = dot_body_is_at_line_start(&body->dot);
  }
  int index = find_body_end(session);
  if (index < 0) return;
  session->stray_lines = pending_commands_get(&session->pending, (uint32_t)index)->mark;
  pending_commands_remove(&session->pending, (uint32_t)index);
  smtp_session_note(session, NOTE_UNWANTED_MESSAGE, &answer->line, id);
}

static void judge_auth(SmtpSession *session, const Answer *answer)
{
  switch ((ReplyClass)answer->line.reply_class) {
  case REPLY_CONTINUE:
    sasl_observer_challenge(&session->sasl, answer->first.text);
    session->auth = session->pending.count == 0 ? AUTH_CHALLENGED : AUTH_SENT;
    break;
  case REPLY_OK:
    /* only 235 lets in (RFC 4954 §4); another 2xx belongs elsewhere, and more of the log-in may come */
    smtp_session_end_auth(session, answer->code == 235 ? 1 : -1, answer->line.offset);
    break;
  default:
    smtp_session_end_auth(session, 0, answer->line.offset);
  }
}

/* The client's last part of the log-in was lost, yet nothing else is answered like this: what comes next is a
 * command again. Whose log-in it was in the end the capture does not tell. */
static void end_lost_auth(SmtpSession *session, const Answer *answer)
{
  int anchor = find_anchor(answer);
  if (anchor < 0 || anchors[anchor].words[0] != SMTP_AUTH) return;
  smtp_session_end_auth(session, -1, answer->line.offset);
  if (answer->line.reply_class != REPLY_OK) session->auth = AUTH_REFUSED;
}

static void judge_starttls(SmtpSession *session, const Answer *answer, uint32_t id)
{
  if (answer->code == 220) {
    smtp_session_note(session, NOTE_STARTTLS, &answer->line, id);
    session->next = PROTOCOL_TLS;
  } else {
    session->starttls_sent = false;
    smtp_session_note(session, NOTE_STARTTLS_REFUSED, &answer->line, id);
  }
}

/* The server has gone on to something else, and waits for no more pieces of the message. */
static void end_pieces(SmtpSession *session, const Answer *answer)
{
  bool interrupts = session->interruption_id != 0 && answer->command.id >= session->interruption_id;
  if (interrupts && session->state != SMTP_STATE_DATA && session->body.kind == BODY_NONE)
    smtp_session_end_message(session, false, answer->command.id, SMTP_BDAT);
}

/* What the reply means beyond the state. */
static void judge(SmtpSession *session, const Answer *answer, uint32_t id)
{
  uint16_t word = answer->answers ? answer->command.word : VOCABULARY_UNKNOWN;
  bool ok = answer->line.reply_class == REPLY_OK;
  bool to_data = word == SMTP_DATA && (answer->command.flags & PENDING_BODY_END) == 0;
  if (answer->code == 354 && !answer->out_of_order)
    open_message(session, answer);
  else if (to_data && !ok)
    refuse_message(session, answer, id);
  bool challenges = answer->code == 334 && !answer->out_of_order;
  if (challenges || word == SMTP_AUTH || word == SMTP_AUTH_RESPONSE)
    judge_auth(session, answer);
  else if (!answer->answers && !answer->out_of_order && session->auth == AUTH_CHALLENGED)
    end_lost_auth(session, answer);
  if (word == SMTP_STARTTLS) judge_starttls(session, answer, id);
  if (word == SMTP_EHLO && ok) smtp_session_note_offers(session, &answer->line, id);
  if (answer->answers) end_pieces(session, answer);
  if (answer->answers)
    smtp_transaction_answer(&session->transaction, &answer->command, (ReplyClass)answer->line.reply_class);
  if (word == SMTP_MAIL || word == SMTP_RSET || word == SMTP_LHLO) session->accepted_recipients = 0;
  if (word == SMTP_RCPT && ok) session->accepted_recipients++;
}

static void note_answer(SmtpSession *session, const Answer *answer, uint32_t id)
{
  const DecodedLine *line = &answer->line;
  smtp_session_note_bytes(session, line, id, answer->bare_lf);
  if (answer->code == 0) smtp_session_note(session, NOTE_BAD_REPLY, line, id);
  if (answer->out_of_step) smtp_session_note(session, NOTE_OUT_OF_STEP, line, id);
  static const SmtpReplyLine untold = {0};
  smtp_session_note_reply(session, line, id, answer->stray ? &untold : &answer->first);
}

static void fill_line(SmtpSession *session, Answer *answer)
{
  DecodedLine *line = &answer->line;
  line->phase = session->state;
  line->reply_class = (uint8_t)smtp_reply_class(answer->code);
  if (line->lines > 1) line->flags |= LINE_MULTILINE;
  if (answer->answers) {
    line->about = answer->command.id;
    line->answered_word = answer->command.word;
  }
  if (line->about == 0) line->flags |= LINE_UNSOLICITED;
  session->lone_replies |= line->about == 0 && !answer->greets;
  line->word = vocabulary_find_reply(&smtp_vocabulary, answer->first.digits, line->answered_word);
}

/* Takes what the range holds as one reply. */
static void read_answer(SmtpSession *session, Answer *answer)
{
  *answer =
      (Answer){.line = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT), .bare_lf = session->reply.bare_lf};
  decoded_line_set_range(&answer->line, &session->reply);
  Bytes raw = session->reply.view;
  ptrdiff_t lf = bytes_find(raw, '\n');
  Bytes line = bytes_slice(raw, 0, lf < 0 ? raw.length : (size_t)lf + 1);
  if (smtp_parse_reply_line(line, &answer->first)) answer->code = answer->first.code;
}

static void finish_reply(SmtpSession *session)
{
  Answer answer;
  read_answer(session, &answer);
  bool early = answers_body(session) && !session->body.dot.gap;
  uint32_t piece = session->body.kind == BODY_BDAT && !session->body.dot.gap ? session->body.id : 0;
  if (answer.code != 0) match(session, &answer);
  fill_line(session, &answer);
  if (answer.code == 334)
    answer.line.sasl_step = sasl_observer_challenge_step(&session->sasl, answer.first.text);
  uint32_t id = smtp_session_emit(session, &answer.line);
  note_answer(session, &answer, id);
  early |= piece != 0 && piece == answer.line.about;
  if (early && answer.answers && !answer.stray)
    smtp_session_note(session, NOTE_EARLY_REPLY, &answer.line, id);
  if (answer.code != 0) {
    change_state(session, &answer);
    judge(session, &answer, id);
  }
  line_range_reset(&session->reply);
}

void smtp_session_server_line(SmtpSession *session, const AssembledLine *line)
{
  SmtpReplyLine parsed;
  bool inside = !line_range_is_empty(&session->reply);
  bool valid = smtp_parse_reply_line(line->raw, &parsed);
  if (!valid && !inside && line->after_gap) return;
  line_range_add_line(&session->reply, line);
  if (valid ? parsed.last : !inside) finish_reply(session);
}

/* A gap or the end cuts a reply short: it is shown, and its command goes on waiting. */
void smtp_session_cut_reply(SmtpSession *session)
{
  AssembledLine rest;
  if (line_assembler_take_rest(&session->lines[DIRECTION_TO_CLIENT], &rest))
    line_range_add_line(&session->reply, &rest);
  if (line_range_is_empty(&session->reply)) return;
  Answer answer;
  read_answer(session, &answer);
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  bool certain = answer.code != 0 && head != NULL && !session->uncertain && session->greeted &&
                 (head->flags & PENDING_HOLE) == 0;
  if (certain) {
    answer.answers = true;
    answer.command = *head;
  }
  answer.line.flags |= LINE_INCOMPLETE;
  fill_line(session, &answer);
  uint32_t id = smtp_session_emit(session, &answer.line);
  smtp_session_note_bytes(session, &answer.line, id, answer.bare_lf);
  line_range_reset(&session->reply);
}
