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
  case SMTP_BURL:
    return bytes_starts_ignore_case(command->argument, "imap");
  case SMTP_XCLIENT:
  case SMTP_XFORWARD:
    return bytes_find(command->argument, '=') > 0;
  case SMTP_HELO:
  case SMTP_EHLO:
  case SMTP_LHLO:
  case SMTP_VRFY:
  case SMTP_EXPN:
  case SMTP_ETRN:
  case SMTP_ATRN:
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
  PendingCommand command = {
      .mark = line->lines + 1, .id = id, .word = line->word, .phase = line->phase, .flags = flags};
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
  decoded.sasl_step = sasl_observer_response_step(&session->sasl, text);
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
  session->body = (SmtpBody){.kind = BODY_BDAT,
                             .left = size,
                             .offset = line->offset + line->length,
                             .id = id,
                             .confirmed = true,
                             .last = last};
  if (!message_observer_is_open(&session->message))
    message_observer_begin(&session->message, session->sink, MESSAGE_SENT, false);
  if (size == 0) smtp_session_end_body(session, true);
}

static SecretKind find_secret(const SmtpCommand *command)
{
  bool unknown = command->word == VOCABULARY_UNKNOWN;
  bool pass = unknown && bytes_equal_ignore_case(command->verb, "PASS");
  if (command->word == SMTP_BURL || pass || smtp_is_misspelt_auth(command)) return SECRET_ARGUMENT;
  if (command->word != SMTP_AUTH && !unknown) return SECRET_NONE;
  Bytes mechanism, initial;
  smtp_parse_auth(command->argument, &mechanism, &initial);
  /* "AUHT PLAIN …" is no command, but what follows is a password all the same */
  if (initial.length == 0 || (unknown && sasl_mechanism_find(mechanism) == NULL)) return SECRET_NONE;
  return SECRET_AFTER_MECHANISM;
}

static uint8_t command_flags(const SmtpCommand *command)
{
  uint64_t size;
  bool last = command->word == SMTP_BURL && smtp_burl_is_last(command->argument);
  if (command->word == SMTP_BDAT) smtp_parse_bdat(command->argument, &size, &last);
  return last ? PENDING_LAST : 0;
}

/* A message comes in pieces and had no last one. While the server waits for more of them it refuses most
 * commands (RFC 3030 §2), so that its reply must tell whether the message is over. */
static void interrupt_pieces(SmtpSession *session, uint32_t id)
{
  if (session->ahead != SMTP_STATE_DATA)
    smtp_session_end_message(session, false, id, SMTP_BDAT);
  else if (session->interruption_id == 0 && message_observer_is_open(&session->message))
    session->interruption_id = id;
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
  decoded.secret = find_secret(command);
  if (command->word == SMTP_AUTH) {
    Bytes mechanism, initial;
    smtp_parse_auth(command->argument, &mechanism, &initial);
    decoded.sasl_step = sasl_mechanism_step(mechanism);
  }
  uint32_t id = smtp_session_emit(session, &decoded);
  smtp_session_note_bytes(session, &decoded, id, line->bare_lf);
  if (command->word == VOCABULARY_UNKNOWN && !line->incomplete)
    smtp_session_note(session, NOTE_UNKNOWN_COMMAND, &decoded, id);
  if (injected) smtp_session_note(session, NOTE_STARTTLS_INJECTION, &decoded, id);
  smtp_session_note_clear_text(session, &decoded, id);
  if (command->word != SMTP_BDAT && command->word != SMTP_NOOP) interrupt_pieces(session, id);
  smtp_transaction_command(&session->transaction, command, id);
  session->lmtp |= command->word == SMTP_LHLO;
  session->starttls_sent |= command->word == SMTP_STARTTLS;
  if (command->word == SMTP_AUTH) begin_auth(session, command, &decoded, id);
  uint8_t flags = command_flags(command);
  push(session, &decoded, id, flags);
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
    message_observer_gap(&session->message, line->length - line->raw.length - 2);
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

/* Returns true for "Name: …" (RFC 5322 §2.2), which no command looks like. */
static bool is_header_field(Bytes raw)
{
  ptrdiff_t colon = bytes_find(raw, ':');
  for (ptrdiff_t i = 0; i < colon; i++)
    if (!g_ascii_isgraph(raw.data[i])) return false;
  bool blank = colon > 0 && (size_t)colon + 1 < raw.length && g_ascii_isspace(raw.data[colon + 1]);
  return blank;
}

/* The first line after DATA was refused: a command from a client that has taken notice, or text from one that
 * has not. Returns true when the line was the message's. */
static bool goes_on_unwanted(SmtpSession *session, const AssembledLine *line, bool sure)
{
  bool begins = session->data_refused && session->body.kind == BODY_NONE && is_header_field(line->raw);
  session->data_refused = false;
  if (session->body.undecided && sure) {
    smtp_session_end_body(session, false);
    return false;
  }
  if (!session->body.undecided && (sure || !begins)) return false;
  if (begins) smtp_session_begin_data(session, session->refused_id, line->offset, false);
  session->body.refused = true;
  session->body.undecided = false;
  feed_line_to_body(session, line);
  return true;
}

void smtp_session_client_line(SmtpSession *session, const AssembledLine *line)
{
  SmtpCommand command;
  smtp_parse_command(line->raw, &command);
  bool sure = is_surely_command(&command);
  if (goes_on_unwanted(session, line, sure)) return;
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
  smtp_session_end_message(session, false, id, SMTP_BDAT);
  message_observer_begin(&session->message, session->sink, MESSAGE_SENT, true);
  session->ahead = SMTP_STATE_DATA;
  AssembledLine line;
  if (!line_assembler_take_rest(&session->lines[DIRECTION_TO_SERVER], &line)) return;
  session->body.offset = line.offset;
  feed_line_to_body(session, &line);
}

static void feed_data(SmtpSession *session, ChunkCursor *cursor)
{
  bool ended;
  DotBodySink sink = message_observer_get_sink(&session->message);
  size_t used = dot_body_scan(&session->body.dot, cursor->rest, &ended, &sink);
  chunk_cursor_advance(cursor, used);
  if (ended) smtp_session_end_body(session, true);
}

static void feed_piece(SmtpSession *session, ChunkCursor *cursor)
{
  SmtpBody *body = &session->body;
  Bytes bytes = bytes_slice(cursor->rest, 0, (size_t)MIN(body->left, SIZE_MAX));
  body->dot.lines += bytes_count(bytes, '\n');
  body->dot.bytes += bytes.length;
  body->left -= bytes.length;
  message_observer_take(&session->message, bytes);
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
  body->undecided = false;
  if (body->kind == BODY_DATA) {
    dot_body_gap(&body->dot, length);
    message_observer_gap(&session->message, length);
    return;
  }
  uint64_t missing = MIN(length, body->left);
  message_observer_gap(&session->message, missing);
  body->dot.gap = true;
  body->dot.bytes += missing;
  body->left -= missing;
  if (body->left == 0) smtp_session_end_body(session, true);
}

void smtp_session_end_message(SmtpSession *session, bool complete, uint32_t about, uint16_t word)
{
  g_autoptr(MessageRecord) record = message_observer_end(&session->message, complete);
  if (record == NULL) return;
  smtp_transaction_describe(&session->transaction, session->body_id, record);
  session->interruption_id = 0;
  uint32_t id = message_observer_emit(session->sink, record, DIRECTION_TO_SERVER, about, word);
  if (session->first_id == 0) session->first_id = id;
}

/* A body has ended: so has its message, unless more pieces come or it turned out to be none. */
static void settle_message(SmtpSession *session, const SmtpBody *body, bool complete, uint32_t id)
{
  message_observer_add_piece(&session->message, body->offset, body->dot.bytes);
  bool refused = !complete && !body->confirmed && session->heard[DIRECTION_TO_CLIENT];
  if (refused)
    message_observer_clear(&session->message);
  else if (body->kind == BODY_DATA || body->last)
    smtp_session_end_message(session, complete && !body->dot.gap, id,
                             body->kind == BODY_DATA ? SMTP_DATA : SMTP_BDAT);
}

/* bytes are those on the wire before the lone dot's line, doubled dots included. */
void smtp_session_end_body(SmtpSession *session, bool complete)
{
  SmtpBody body = session->body;
  session->body = (SmtpBody){0};
  session->body_id = body.id;
  DecodedLine line = decoded_line(LINE_DATA, DIRECTION_TO_SERVER);
  line.word = body.kind == BODY_DATA ? SMTP_DATA : SMTP_BDAT;
  line.about = body.id;
  line.offset = body.offset;
  line.length = body.dot.bytes;
  line.lines = (uint32_t)MIN(body.dot.lines, UINT32_MAX);
  line.phase = SMTP_STATE_DATA;
  if (!complete || body.dot.gap) line.flags |= LINE_INCOMPLETE;
  uint32_t id = smtp_session_emit(session, &line);
  smtp_session_note_body(session, &body, &line, id);
  settle_message(session, &body, complete, id);
  if (body.kind != BODY_DATA) return;
  session->ahead = SMTP_STATE_READY;
  if (body.refused) session->stray_lines += body.dot.lines + complete;
  if (!complete || body.answered || body.refused) {
    session->ahead_stale = true;
    return;
  }
  push(session, &line, body.id, PENDING_BODY_END);
}
