/* SPDX-License-Identifier: MIT */
/* The client's half of the IMAP decoder: commands, SASL answers, passwords, and what the state will be. */
#include "protocol/imap/imap-session.h"

uint64_t imap_session_mark(Bytes tag)
{
  uint64_t mark = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
  for (size_t i = 0; i < tag.length; i++)
    mark = (mark ^ tag.data[i]) * UINT64_C(0x100000001b3);
  return mark;
}

static uint8_t state_after(uint8_t state, const PendingCommand *command, ReplyClass reply_class)
{
  if (command->word >= IMAP_WORD_COUNT) return state;
  const VocabularyWord *word = &imap_vocabulary.words[command->word];
  uint8_t next = word->next[reply_class];
  bool allowed = (word->states & 1u << command->phase) != 0;
  return next != STATE_SAME && (allowed || reply_class == REPLY_OK) ? next : state;
}

static void predict(ImapSession *session)
{
  session->predicted = session->state;
  for (uint32_t i = 0; i < session->pending.count; i++)
    session->predicted =
        state_after(session->predicted, pending_commands_get(&session->pending, i), REPLY_OK);
}

void imap_session_apply(ImapSession *session, const PendingCommand *command, ReplyClass reply_class, bool bad)
{
  if (command->word >= IMAP_WORD_COUNT) return;
  if (!bad) session->state = state_after(session->state, command, reply_class);
  if (imap_vocabulary.words[command->word].next[REPLY_OK] != STATE_SAME) predict(session);
}

void imap_session_end_sasl(ImapSession *session, int accepted)
{
  Credential credential;
  if (!sasl_observer_is_active(&session->sasl)) return;
  if (sasl_observer_get_credential(&session->sasl, accepted, &credential))
    decoder_emit_credential(session->sink, session->sasl_id, session->sasl_offset, &credential);
  sasl_observer_end(&session->sasl);
  session->challenged = false;
  session->refused = accepted != 1;
}

static void note_leak(ImapSession *session, SaslLeak leak, uint32_t id, uint64_t offset)
{
  if (leak == SASL_LEAKS_NOTHING) return;
  NoteCode code = leak == SASL_LEAKS_PASSWORD ? NOTE_PLAINTEXT_PASSWORD : NOTE_DIGEST_PASSWORD;
  decoder_emit_note(session->sink, code, DIRECTION_TO_SERVER, id, offset, 0);
}

static DecodedLine line_of(const LineRange *range, bool incomplete)
{
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_range(&decoded, range);
  decoded.lines = 1;
  if (incomplete) decoded.flags |= LINE_INCOMPLETE;
  return decoded;
}

static uint32_t sasl_line(ImapSession *session, const LineRange *range, bool incomplete)
{
  Bytes payload = bytes_chomp(range->view);
  DecodedLine decoded = line_of(range, incomplete);
  decoded.flags |= LINE_SASL_RESPONSE;
  decoded.word = IMAP_AUTH_RESPONSE;
  decoded.secret = bytes_equal(payload, BYTES_LITERAL("*")) ? SECRET_NONE : SECRET_LINE;
  decoded.sasl_step = sasl_observer_response_step(&session->sasl, payload);
  decoded.phase = session->state;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, range->bare_lf, true);
  session->challenged = false;
  if (!incomplete) note_leak(session, sasl_observer_response(&session->sasl, payload), id, range->offset);
  return id;
}

/* In a session joined in its middle, a command tells in which states it may be. */
static void learn_state(ImapSession *session, uint16_t word)
{
  if (session->state_known || word >= IMAP_WORD_COUNT) return;
  uint32_t states = imap_vocabulary.words[word].states;
  if ((states & 1u << session->predicted) == 0) {
    uint8_t state = 0;
    while ((states & 1u << state) == 0)
      state++;
    session->state = session->predicted = state;
  }
  session->state_known = states == 1u << IMAP_NOT_AUTHENTICATED || states == 1u << IMAP_SELECTED;
}

static void remember_login(ImapSession *session, uint32_t id, const ImapCommand *command, uint64_t offset)
{
  ByteBuffer user = {0}, secret = {0};
  Bytes rest = command->argument;
  if (imap_next_string(&rest, &user) && imap_next_string(&rest, &secret)) {
    Credential credential = {.mechanism = "LOGIN",
                             .user = byte_buffer_view(&user),
                             .secret = byte_buffer_view(&secret),
                             .accepted = -1};
    login_queue_add(&session->logins, session->sink, id, offset, &credential);
    note_leak(session, SASL_LEAKS_PASSWORD, id, offset);
  }
  byte_buffer_clear(&user);
  byte_buffer_clear(&secret);
}

static void begin_sasl(ImapSession *session, uint32_t id, Bytes argument, uint64_t offset)
{
  Bytes mechanism = imap_next_word(&argument);
  imap_session_end_sasl(session, -1);
  if (mechanism.length == 0) return;
  sasl_observer_begin(&session->sasl, mechanism);
  session->sasl_id = id;
  session->sasl_offset = offset;
  session->challenged = false;
  if (argument.length > 0) note_leak(session, sasl_observer_response(&session->sasl, argument), id, offset);
}

static void look_inside(ImapSession *session, uint32_t id, const ImapCommand *command, uint64_t offset)
{
  if (command->word == IMAP_LOGIN) remember_login(session, id, command, offset);
  if (command->word == IMAP_AUTHENTICATE) begin_sasl(session, id, command->argument, offset);
  if (command->word == VOCABULARY_UNKNOWN)
    decoder_emit_note(session->sink, NOTE_UNKNOWN_COMMAND, DIRECTION_TO_SERVER, id, offset, 0);
}

/* A log-in in clear although the server offered TLS. */
static void note_clear_text(ImapSession *session, uint16_t word, uint32_t id, uint64_t offset)
{
  bool login = word == IMAP_LOGIN || word == IMAP_AUTHENTICATE;
  if (!login || !session->offers_tls || session->told_clear) return;
  session->told_clear = true;
  decoder_emit_note(session->sink, NOTE_STARTTLS_NOT_USED, DIRECTION_TO_SERVER, id, offset, 0);
}

static void push(ImapSession *session, const PendingCommand *command)
{
  if (session->pending.count == 0) session->told_busy = false;
  if (!pending_commands_push(&session->pending, *command) && !session->told_busy) {
    session->told_busy = true;
    decoder_emit_note(session->sink, NOTE_SERVER_BUSY, DIRECTION_TO_SERVER, command->id, 0, 0);
  }
  session->predicted = state_after(session->predicted, command, REPLY_OK);
}

/* Typed without a tag, the password still is one. "AUTHENTICATE LOGIN" looks like a tag and a command. */
static bool is_untagged_login(const ImapCommand *command)
{
  return bytes_equal_ignore_case(command->tag, "LOGIN") ||
         bytes_equal_ignore_case(command->tag, "AUTHENTICATE");
}

static SecretKind secret_of(const ImapCommand *command)
{
  if (is_untagged_login(command)) return SECRET_ARGUMENT;
  return command->word == VOCABULARY_UNKNOWN ? SECRET_NONE : imap_vocabulary.words[command->word].secret;
}

uint32_t imap_session_command(ImapSession *session, bool incomplete)
{
  const ImapUnit *unit = &session->units[DIRECTION_TO_SERVER];
  const LineRange *range = &unit->range;
  bool *lost = &session->lost[DIRECTION_TO_SERVER];
  ImapCommand command;
  imap_parse_command(range->view, &command);
  bool known = command.word != VOCABULARY_UNKNOWN;
  session->unit_word[DIRECTION_TO_SERVER] = command.word;
  bool active = sasl_observer_is_active(&session->sasl);
  if (active ? session->challenged || !known : session->refused && !known)
    return sasl_line(session, range, incomplete);
  /* the end of a line or literal whose beginning was lost: it may be the end of a password */
  if (*lost && !known) return 0;
  *lost = false;
  learn_state(session, command.word);
  session->refused = is_untagged_login(&command);
  DecodedLine decoded = line_of(range, incomplete);
  decoded.word = command.word;
  decoded.secret = secret_of(&command);
  Bytes argument = command.argument;
  if (command.word == IMAP_AUTHENTICATE) decoded.sasl_step = sasl_mechanism_step(imap_next_word(&argument));
  decoded.phase = session->predicted;
  bool injected = pending_commands_find_word(&session->pending, IMAP_STARTTLS) >= 0;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, range->bare_lf, unit->large_count == 0);
  if (injected)
    decoder_emit_note(session->sink, NOTE_STARTTLS_INJECTION, DIRECTION_TO_SERVER, id, range->offset, 0);
  note_clear_text(session, command.word, id, range->offset);
  PendingCommand pending = {imap_session_mark(command.tag), id, command.word, decoded.phase, 0};
  imap_session_tell_held(session, &pending);
  if (command.word != IMAP_DONE) push(session, &pending);
  if (!incomplete) look_inside(session, id, &command, range->offset);
  return id;
}

void imap_session_end_request(ImapSession *session, bool incomplete)
{
  ImapUnit *unit = &session->units[DIRECTION_TO_SERVER];
  uint32_t id = session->unit_id[DIRECTION_TO_SERVER];
  if (!unit->dropping && !line_range_is_empty(&unit->range)) id = imap_session_command(session, incomplete);
  imap_session_end_unit(session, DIRECTION_TO_SERVER, id);
}
