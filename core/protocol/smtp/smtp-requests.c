/* SPDX-License-Identifier: MIT */
/* The client's direction: commands, log-in lines, and the message. */
#include "protocol/smtp/smtp-session.h"

#define FOLD_MAX                                                                                             \
  64u /* pending commands replayed to correct the state ahead; more are left as they were guessed */

/* Returns true where line is a command beyond doubt: a known word, and an argument of its shape. */
static bool is_surely_command(const SmtpCommand *command)
{
  uint64_t size;
  bool last;
  switch (command->word) {
  case SMTP_MAIL:
  case SMTP_SEND:
  case SMTP_SOML:
  case SMTP_SAML:
    return bytes_starts_ignore_case(command->argument, "FROM:");
  case SMTP_RCPT:
    return bytes_starts_ignore_case(command->argument, "TO:");
  case SMTP_BDAT:
    return smtp_parse_bdat(command->argument, &size, &last);
  case SMTP_HELO:
  case SMTP_EHLO:
  case SMTP_LHLO:
  case SMTP_VRFY:
  case SMTP_EXPN:
  case SMTP_ETRN:
    return command->argument.length > 0 && bytes_find(command->argument, ' ') < 0;
  case SMTP_AUTH:
    return command->argument.length > 0;
  case VOCABULARY_UNKNOWN:
    return false;
  default:
    return command->argument.length == 0;
  }
}

/* The state after the commands seen, if all go well. */
static void refresh_ahead(SmtpSession *session)
{
  if (!session->ahead_stale) return;
  session->ahead_stale = false;
  session->ahead = session->state;
  for (uint32_t i = 0; i < MIN(session->pending.count, FOLD_MAX); i++) {
    const PendingCommand *command = pending_commands_get(&session->pending, i);
    session->ahead = smtp_session_optimistic(session->ahead, command->word, command->flags);
  }
}

/* Where lines are missing, the command itself tells in which state it may be said. */
static void guess_state(SmtpSession *session, uint16_t word)
{
  if (!session->state_guessed || word == VOCABULARY_UNKNOWN) return;
  session->state_guessed = false;
  uint32_t allowed = smtp_vocabulary.words[word].states;
  if ((allowed & 1u << session->ahead) != 0) return;
  uint8_t guess = 0;
  while ((allowed & 1u << guess) == 0)
    guess++;
  bool ready = session->ahead > SMTP_STATE_CONNECTED && (allowed & 1u << SMTP_STATE_READY) != 0;
  session->ahead = ready ? SMTP_STATE_READY : guess;
  if (session->pending.count == 0) session->state = session->ahead;
}

/* A client that has always waited for its reply has had those that the capture lost. Not so sure of what it
 * said in a hole; before QUIT the doubt costs nothing, for 221 answers nothing else. */
static void trust_waiting_client(SmtpSession *session, uint16_t word)
{
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  bool only_hole = head != NULL && (head->flags & PENDING_HOLE) != 0 && session->pending.count == 1;
  if (only_hole && word == SMTP_QUIT) return;
  if (!session->pipelines && (session->uncertain || only_hole)) {
    smtp_session_give_up(session, session->pending.count);
    session->uncertain = false;
    session->state = session->ahead;
  }
  bool waits = session->pending.count == 0 || session->uncertain || !session->heard[DIRECTION_TO_CLIENT];
  session->pipelines |= !waits;
}

static void push(SmtpSession *session, const DecodedLine *line, uint32_t id, uint8_t flags)
{
  PendingCommand command = {.id = id, .word = line->word, .phase = line->phase, .flags = flags};
  session->ahead = smtp_session_optimistic(session->ahead, command.word, flags);
  if (pending_commands_push(&session->pending, command)) return;
  if (!session->heard[DIRECTION_TO_CLIENT]) return;
  session->uncertain = true;
  if ((session->once & ONCE_BUSY) == 0) smtp_session_note(session, NOTE_SERVER_BUSY, line, id);
  session->once |= ONCE_BUSY;
}

static void note_leak(SmtpSession *session, SaslLeak leak, const DecodedLine *line, uint32_t id)
{
  if (leak == SASL_LEAKS_PASSWORD) smtp_session_note(session, NOTE_PLAINTEXT_PASSWORD, line, id);
  if (leak == SASL_LEAKS_DIGEST) smtp_session_note(session, NOTE_DIGEST_PASSWORD, line, id);
}

/* The same inside a log-in, which goes on: the client sends its next part only after the server's challenge.
 */
static void trust_waiting_login(SmtpSession *session)
{
  if (session->pipelines || !session->uncertain) return;
  pending_commands_drop(&session->pending, session->pending.count);
  session->uncertain = false;
}

static void auth_response(SmtpSession *session, const AssembledLine *line)
{
  trust_waiting_login(session);
  Bytes text = bytes_chomp(line->raw);
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_line(&decoded, line);
  decoded.word = SMTP_AUTH_RESPONSE;
  decoded.flags |= LINE_SASL_RESPONSE;
  decoded.secret = bytes_equal(text, BYTES_LITERAL("*")) ? SECRET_NONE : SECRET_LINE;
  decoded.phase = session->ahead;
  uint32_t id = smtp_session_emit(session, &decoded);
  smtp_session_note_bytes(session, &decoded, id, line->bare_lf);
  /* half a line would be half a password */
  bool whole = !line->after_gap && !line->incomplete && !line->truncated;
  if (whole) note_leak(session, sasl_observer_response(&session->sasl, text), &decoded, id);
  if (session->auth == AUTH_CHALLENGED) session->auth = AUTH_SENT;
  session->state_guessed = session->lost = false;
  push(session, &decoded, id, 0);
}

/* AUTH with what it carries along; id is of its line. */
static void begin_auth(SmtpSession *session, const SmtpCommand *command, const DecodedLine *line, uint32_t id)
{
  smtp_session_end_auth(session, -1, line->offset);
  Bytes mechanism, initial;
  smtp_parse_auth(command->argument, &mechanism, &initial);
  session->auth = AUTH_SENT;
  session->auth_id = id;
  sasl_observer_begin(&session->sasl, mechanism);
  bool whole = (line->flags & (LINE_TRUNCATED | LINE_INCOMPLETE)) == 0;
  if (initial.length > 0 && whole)
    note_leak(session, sasl_observer_response(&session->sasl, initial), line, id);
}

static void begin_piece(SmtpSession *session, Bytes argument, const DecodedLine *line, uint32_t id)
{
  uint64_t size;
  bool last;
  if (!smtp_parse_bdat(argument, &size, &last)) return;
  session->body = (SmtpBody){
      .kind = BODY_BDAT, .left = size, .offset = line->offset + line->length, .id = id, .confirmed = true};
  if (size == 0) smtp_session_end_body(session, true);
}

/* LMTP answers the message once for each recipient it took (RFC 2033 §4.2). */
static void push_lmtp_replies(SmtpSession *session, const DecodedLine *line, uint32_t id)
{
  uint32_t count = MIN(session->accepted_recipients, LIMIT_PENDING_COMMANDS);
  for (uint32_t i = 1; session->lmtp && i < count; i++)
    push(session, line, id, PENDING_BODY_END);
}

static bool has_secret(const SmtpCommand *command)
{
  Bytes mechanism, initial = BYTES_EMPTY;
  /* "AUTH=PLAIN …" is no command, but what follows is a password all the same */
  bool like_auth = command->word == VOCABULARY_UNKNOWN && bytes_starts_ignore_case(command->verb, "AUTH");
  if (command->word == SMTP_AUTH || like_auth) smtp_parse_auth(command->argument, &mechanism, &initial);
  return initial.length > 0;
}

static uint8_t command_flags(const SmtpCommand *command)
{
  uint64_t size;
  bool last = false;
  if (command->word == SMTP_BDAT) smtp_parse_bdat(command->argument, &size, &last);
  return last ? PENDING_LAST : 0;
}

static void accept_command(SmtpSession *session, const AssembledLine *line, const SmtpCommand *command)
{
  refresh_ahead(session);
  trust_waiting_client(session, command->word);
  /* no server is heard that could end the log-in */
  session->state_guessed |= session->ahead == SMTP_STATE_AUTH && !session->heard[DIRECTION_TO_CLIENT];
  guess_state(session, command->word);
  bool injected = session->starttls_sent && pending_commands_find_word(&session->pending, SMTP_STARTTLS) >= 0;
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_line(&decoded, line);
  decoded.word = command->word;
  decoded.phase = session->ahead;
  decoded.secret = has_secret(command) ? SECRET_AFTER_MECHANISM : SECRET_NONE;
  uint32_t id = smtp_session_emit(session, &decoded);
  smtp_session_note_bytes(session, &decoded, id, line->bare_lf);
  if (command->word == VOCABULARY_UNKNOWN && !line->incomplete)
    smtp_session_note(session, NOTE_UNKNOWN_COMMAND, &decoded, id);
  if (injected) smtp_session_note(session, NOTE_STARTTLS_INJECTION, &decoded, id);
  session->lmtp |= command->word == SMTP_LHLO;
  session->starttls_sent |= command->word == SMTP_STARTTLS;
  if (command->word == SMTP_AUTH) begin_auth(session, command, &decoded, id);
  uint8_t flags = command_flags(command);
  push(session, &decoded, id, flags);
  if ((flags & PENDING_LAST) != 0) push_lmtp_replies(session, &decoded, id);
  if (command->word == SMTP_BDAT) begin_piece(session, command->argument, &decoded, id);
}

/* Returns the newest pending command if it is a DATA that waits for its 354, or NULL. */
static const PendingCommand *waiting_data(const SmtpSession *session)
{
  uint32_t count = session->pending.count;
  const PendingCommand *last = count == 0 ? NULL : pending_commands_get(&session->pending, count - 1);
  bool waits = last != NULL && last->word == SMTP_DATA && (last->flags & PENDING_BODY_END) == 0;
  return waits ? last : NULL;
}

/* A line already cut out turns out to belong to the message. */
static void feed_line_to_body(SmtpSession *session, const AssembledLine *line)
{
  ChunkCursor cursor = chunk_cursor(line->offset, line->raw);
  if (line->truncated) {
    /* the middle is gone, but a line that long is no lone dot */
    session->body.dot.bytes += line->length - line->raw.length - 2;
    smtp_session_feed_body(session, &cursor);
    cursor = chunk_cursor(line->offset + line->length - 2, BYTES_LITERAL("\r\n"));
  }
  smtp_session_feed_body(session, &cursor);
}

static bool is_response(const SmtpSession *session, const SmtpCommand *command)
{
  if (session->auth == AUTH_CHALLENGED) return true;
  return session->auth != AUTH_IDLE && !is_surely_command(command);
}

void smtp_session_client_line(SmtpSession *session, const AssembledLine *line)
{
  SmtpCommand command;
  smtp_parse_command(line->raw, &command);
  bool sure = is_surely_command(&command);
  if (is_response(session, &command)) {
    auth_response(session, line);
    return;
  }
  if (session->lost && !sure) return;
  session->lost = false;
  if (session->auth == AUTH_REFUSED) session->auth = AUTH_IDLE;
  const PendingCommand *data = waiting_data(session);
  if (data != NULL && !sure) {
    /* only a client that has had its 354 goes on like this */
    uint32_t id = data->id;
    bool unseen = session->uncertain;
    if (unseen) {
      smtp_session_give_up(session, session->pending.count);
      session->uncertain = false;
      session->state = SMTP_STATE_DATA;
    }
    smtp_session_begin_data(session, id, line->offset, unseen);
    feed_line_to_body(session, line);
    return;
  }
  /* a handshake that overtook its 220 */
  bool tls = line->raw.data[0] == 0x16 && pending_commands_find_word(&session->pending, SMTP_STARTTLS) >= 0;
  if (!tls) accept_command(session, line, &command);
}

void smtp_session_begin_data(SmtpSession *session, uint32_t id, uint64_t offset, bool confirmed)
{
  session->body = (SmtpBody){.kind = BODY_DATA, .offset = offset, .id = id, .confirmed = confirmed};
  dot_body_begin(&session->body.dot);
  session->ahead = SMTP_STATE_DATA;
  AssembledLine line;
  if (!line_assembler_take_rest(&session->lines[DIRECTION_TO_SERVER], &line)) return;
  session->body.offset = line.offset;
  feed_line_to_body(session, &line);
}

static void feed_data(SmtpSession *session, ChunkCursor *cursor)
{
  bool ended;
  size_t used = dot_body_scan(&session->body.dot, cursor->rest, &ended);
  chunk_cursor_advance(cursor, used);
  if (ended) smtp_session_end_body(session, true);
}

static uint64_t count_lines(Bytes bytes)
{
  uint64_t lines = 0;
  for (ptrdiff_t lf; (lf = bytes_find(bytes, '\n')) >= 0; bytes = bytes_skip(bytes, (size_t)lf + 1))
    lines++;
  return lines;
}

static void feed_piece(SmtpSession *session, ChunkCursor *cursor)
{
  SmtpBody *body = &session->body;
  Bytes bytes = bytes_slice(cursor->rest, 0, (size_t)MIN(body->left, SIZE_MAX));
  body->dot.lines += count_lines(bytes);
  body->dot.bytes += bytes.length;
  body->left -= bytes.length;
  chunk_cursor_advance(cursor, bytes.length);
  if (body->left == 0) smtp_session_end_body(session, true);
}

void smtp_session_feed_body(SmtpSession *session, ChunkCursor *cursor)
{
  if (session->body.kind == BODY_DATA)
    feed_data(session, cursor);
  else
    feed_piece(session, cursor);
}

void smtp_session_body_gap(SmtpSession *session, uint64_t length)
{
  SmtpBody *body = &session->body;
  if (body->kind == BODY_DATA) {
    dot_body_gap(&body->dot, length);
    return;
  }
  uint64_t missing = MIN(length, body->left);
  body->dot.gap = true;
  body->dot.bytes += missing;
  body->left -= missing;
  if (body->left == 0) smtp_session_end_body(session, true);
}

/* bytes are those on the wire before the lone dot's line, doubled dots included. */
void smtp_session_end_body(SmtpSession *session, bool complete)
{
  SmtpBody body = session->body;
  session->body = (SmtpBody){0};
  DecodedLine line = decoded_line(LINE_DATA, DIRECTION_TO_SERVER);
  line.word = body.kind == BODY_DATA ? SMTP_DATA : SMTP_BDAT;
  line.about = body.id;
  line.offset = body.offset;
  line.length = body.dot.bytes;
  line.lines = (uint32_t)MIN(body.dot.lines, UINT32_MAX);
  line.phase = SMTP_STATE_DATA;
  if (!complete || body.dot.gap) line.flags |= LINE_INCOMPLETE;
  uint32_t id = smtp_session_emit(session, &line);
  if (body.dot.bare_lf) smtp_session_note(session, NOTE_BARE_LF, &line, id);
  if (body.dot.false_end) smtp_session_note(session, NOTE_FALSE_END, &line, id);
  if (body.kind != BODY_DATA) return;
  session->ahead = SMTP_STATE_READY;
  if (!complete || body.answered) {
    session->ahead_stale = true;
    return;
  }
  push(session, &line, body.id, PENDING_BODY_END);
  push_lmtp_replies(session, &line, body.id);
}
