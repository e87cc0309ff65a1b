/* SPDX-License-Identifier: MIT */
/* The client's half of the POP3 decoder: commands, SASL answers, passwords, and what the state will be. */
#include "protocol/pop3/pop3-session.h"

/* Returns the state after command was answered with that class; state where nothing changes. */
static uint8_t state_after(uint8_t state, const PendingCommand *command, ReplyClass reply_class)
{
  if (command->word >= POP3_WORD_COUNT) return state;
  const VocabularyWord *word = &pop3_vocabulary.words[command->word];
  uint8_t next = word->next[reply_class];
  if (next == STATE_SAME) return state;
  /* QUIT before a log-in deletes nothing: there is no update state (RFC 1939 §4) */
  if (command->word == POP3_QUIT && command->phase != POP3_TRANSACTION) return state;
  /* AUTH alone only asks which mechanisms there are */
  if (command->word == POP3_AUTH && (command->flags & POP3_HAS_LINES) != 0) return state;
  bool allowed = (word->states & 1u << command->phase) != 0;
  return allowed || reply_class == REPLY_OK ? next : state;
}

static void predict(Pop3Session *session)
{
  session->predicted = session->state;
  for (uint32_t i = 0; i < session->pending.count; i++)
    session->predicted =
        state_after(session->predicted, pending_commands_get(&session->pending, i), REPLY_OK);
}

void pop3_session_apply(Pop3Session *session, const PendingCommand *command, ReplyClass reply_class)
{
  if (command->word >= POP3_WORD_COUNT) return;
  session->state = state_after(session->state, command, reply_class);
  bool changes = pop3_vocabulary.words[command->word].next[REPLY_OK] != STATE_SAME;
  if (changes && reply_class != REPLY_CONTINUE) predict(session);
}

void pop3_session_end_sasl(Pop3Session *session, int accepted)
{
  Credential credential;
  if (!sasl_observer_is_active(&session->sasl)) return;
  if (sasl_observer_get_credential(&session->sasl, accepted, &credential))
    decoder_emit_credential(session->sink, session->sasl_id, session->sasl_offset, &credential);
  sasl_observer_end(&session->sasl);
  session->challenged = false;
  session->refused = accepted != 1;
}

static void note_leak(Pop3Session *session, SaslLeak leak, uint32_t id, const AssembledLine *line)
{
  if (leak == SASL_LEAKS_NOTHING) return;
  NoteCode code = leak == SASL_LEAKS_PASSWORD ? NOTE_PLAINTEXT_PASSWORD : NOTE_DIGEST_PASSWORD;
  decoder_emit_note(session->sink, code, DIRECTION_TO_SERVER, id, line->offset, 0);
}

static void sasl_line(Pop3Session *session, const AssembledLine *line)
{
  Bytes payload = bytes_chomp(line->raw);
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_line(&decoded, line);
  decoded.flags |= LINE_SASL_RESPONSE;
  decoded.word = POP3_AUTH_RESPONSE;
  decoded.secret = bytes_equal(payload, BYTES_LITERAL("*")) ? SECRET_NONE : SECRET_LINE;
  decoded.sasl_step = sasl_observer_response_step(&session->sasl, payload);
  decoded.phase = session->state;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, line->bare_lf, true);
  session->challenged = false;
  if (!line->incomplete) note_leak(session, sasl_observer_response(&session->sasl, payload), id, line);
}

/* In a session joined in its middle the first command that fits one state only tells the state. */
static void learn_state(Pop3Session *session, uint16_t word)
{
  if (session->state_known || word >= POP3_WORD_COUNT) return;
  uint32_t states = pop3_vocabulary.words[word].states;
  if (states != 1u << POP3_AUTHORIZATION && states != 1u << POP3_TRANSACTION) return;
  session->state = session->predicted =
      states == 1u << POP3_AUTHORIZATION ? POP3_AUTHORIZATION : POP3_TRANSACTION;
  session->state_known = true;
}

static void begin_sasl(Pop3Session *session, uint32_t id, Bytes argument, const AssembledLine *line)
{
  Bytes mechanism = pop3_next_word(&argument);
  pop3_session_end_sasl(session, -1);
  if (mechanism.length == 0) return;
  sasl_observer_begin(&session->sasl, mechanism);
  session->sasl_id = id;
  session->sasl_offset = line->offset;
  session->challenged = false;
  if (argument.length > 0) note_leak(session, sasl_observer_response(&session->sasl, argument), id, line);
}

static void remember_login(Pop3Session *session, uint32_t id, const Pop3Command *command,
                           const AssembledLine *line)
{
  Credential credential = {.accepted = -1};
  Bytes rest = command->argument;
  if (command->word == POP3_PASS) {
    credential.mechanism = "USER/PASS";
    credential.user = byte_buffer_view(&session->user);
    credential.secret = rest;
  } else {
    credential.mechanism = "APOP";
    credential.user = pop3_next_word(&rest);
    credential.digest = rest;
    credential.challenge = byte_buffer_view(&session->stamp);
    if (rest.length == 0) return;
  }
  login_queue_add(&session->logins, session->sink, id, line->offset, &credential);
  note_leak(session, command->word == POP3_PASS ? SASL_LEAKS_PASSWORD : SASL_LEAKS_DIGEST, id, line);
}

/* A log-in in clear although the server offered TLS. */
static void note_clear_text(Pop3Session *session, uint16_t word, uint32_t id, const AssembledLine *line)
{
  bool login = word == POP3_PASS || word == POP3_APOP || word == POP3_AUTH;
  if (!login || !session->offers_tls || session->told_clear) return;
  session->told_clear = true;
  decoder_emit_note(session->sink, NOTE_STARTTLS_NOT_USED, DIRECTION_TO_SERVER, id, line->offset, 0);
}

static void look_inside(Pop3Session *session, uint32_t id, const Pop3Command *command,
                        const AssembledLine *line)
{
  switch (command->word) {
  case POP3_USER:
    byte_buffer_reset(&session->user);
    byte_buffer_append(&session->user, bytes_slice(command->argument, 0, LOGIN_QUEUE_FIELD_BYTES));
    break;
  case POP3_PASS:
  case POP3_APOP:
    remember_login(session, id, command, line);
    break;
  case POP3_AUTH:
    begin_sasl(session, id, command->argument, line);
    break;
  case VOCABULARY_UNKNOWN:
    decoder_emit_note(session->sink, NOTE_UNKNOWN_COMMAND, DIRECTION_TO_SERVER, id, line->offset, 0);
    break;
  default:
    break;
  }
}

/* Where something was lost, a client that waits for each reply shows by its next command that all before it
 * was answered. */
static void find_step_again(Pop3Session *session)
{
  const PendingCommand *front = pending_commands_get(&session->pending, 0);
  bool doubtful_lines =
      session->reading == POP3_IN_FRAGMENT || (session->reading == POP3_IN_BODY && session->body.gap);
  if (doubtful_lines && !session->pipelines) pop3_session_end_body(session, false);
  if (front == NULL) return;
  bool lost = (front->flags & POP3_LOST) != 0;
  bool doubtful = (front->flags & POP3_MAYBE_ANSWERED) != 0;
  if ((lost && session->server_spoke) || (doubtful && !session->pipelines)) {
    pending_commands_drop(&session->pending, session->pending.count);
    predict(session);
  } else if (doubtful) {
    pending_commands_drop(&session->pending, session->pending.count);
    pending_commands_push(&session->pending,
                          (PendingCommand){.word = VOCABULARY_UNKNOWN, .flags = POP3_LOST});
  }
}

static void push(Pop3Session *session, uint32_t id, const Pop3Command *command, uint8_t phase)
{
  PendingCommand pending = {.id = id, .word = command->word, .phase = phase};
  if (pop3_command_has_lines(command)) pending.flags |= POP3_HAS_LINES;
  if (session->pending.count == 0) session->told_busy = false;
  if (!pending_commands_push(&session->pending, pending) && !session->told_busy) {
    session->told_busy = true;
    decoder_emit_note(session->sink, NOTE_SERVER_BUSY, DIRECTION_TO_SERVER, id, 0, 0);
  }
  session->predicted = state_after(session->predicted, &pending, REPLY_OK);
  session->server_spoke = false;
}

void pop3_session_client_line(Pop3Session *session, const AssembledLine *line)
{
  Pop3Command command;
  pop3_parse_command(line->raw, &command);
  bool known = command.word != VOCABULARY_UNKNOWN;
  bool active = sasl_observer_is_active(&session->sasl);
  if (active ? session->challenged || !known : session->refused && !known) {
    sasl_line(session, line);
    return;
  }
  if (session->lost && !known) return;
  session->lost = session->refused = false;
  find_step_again(session);
  learn_state(session, command.word);
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_line(&decoded, line);
  decoded.word = command.word;
  decoded.secret = known ? pop3_vocabulary.words[command.word].secret : SECRET_NONE;
  decoded.phase = session->predicted;
  Bytes argument = command.argument;
  if (command.word == POP3_AUTH) decoded.sasl_step = sasl_mechanism_step(pop3_next_word(&argument));
  bool injected = pending_commands_find_word(&session->pending, POP3_STLS) >= 0;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, line->bare_lf, true);
  if (injected)
    decoder_emit_note(session->sink, NOTE_STARTTLS_INJECTION, DIRECTION_TO_SERVER, id, line->offset, 0);
  note_clear_text(session, command.word, id, line);
  push(session, id, &command, decoded.phase);
  if (!line->incomplete) look_inside(session, id, &command, line);
}

void pop3_session_client_gap(Pop3Session *session, uint64_t offset, uint64_t length)
{
  LineAssembler *lines = &session->lines[DIRECTION_TO_SERVER];
  AssembledLine rest;
  if (line_assembler_take_rest(lines, &rest)) pop3_session_client_line(session, &rest);
  line_assembler_gap(lines);
  session->lost = true;
  decoder_emit_note(session->sink, NOTE_GAP, DIRECTION_TO_SERVER, 0, offset, length);
  pending_commands_push(&session->pending, (PendingCommand){.word = VOCABULARY_UNKNOWN, .flags = POP3_LOST});
  session->state_known = false;
  session->server_spoke = false;
}
