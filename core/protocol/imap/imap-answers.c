/* SPDX-License-Identifier: MIT */
/* The server's half of the IMAP decoder: which command a response belongs to, and what it changes. */
#include "protocol/imap/imap-session.h"

#define BIT(word) (UINT64_C(1) << IMAP_##word)

G_STATIC_ASSERT(IMAP_WORD_COUNT <= 64);

/* Untagged data, and the commands that ask for it (RFC 9051 §6, "Responses" of each command). */
static const struct {
  const char *code;
  uint64_t words;
} solicited[] = {
    {"CAPABILITY", BIT(CAPABILITY) | BIT(LOGIN) | BIT(AUTHENTICATE)},
    {"ID", BIT(ID)},
    {"BYE", BIT(LOGOUT)},
    {"ENABLED", BIT(ENABLE)},
    {"NAMESPACE", BIT(NAMESPACE)},
    {"LIST", BIT(LIST) | BIT(SELECT) | BIT(EXAMINE)},
    {"LSUB", BIT(LSUB)},
    {"STATUS", BIT(STATUS) | BIT(LIST)},
    {"FLAGS", BIT(SELECT) | BIT(EXAMINE) | BIT(IDLE)},
    {"EXISTS", BIT(SELECT) | BIT(EXAMINE) | BIT(IDLE)},
    {"RECENT", BIT(SELECT) | BIT(EXAMINE) | BIT(IDLE)},
    {"OK", BIT(SELECT) | BIT(EXAMINE) | BIT(MOVE) | BIT(UID_MOVE)},
    {"EXPUNGE", BIT(EXPUNGE) | BIT(UID_EXPUNGE) | BIT(MOVE) | BIT(UID_MOVE) | BIT(IDLE)},
    {"VANISHED", BIT(EXPUNGE) | BIT(UID_EXPUNGE) | BIT(MOVE) | BIT(UID_MOVE) | BIT(IDLE) | BIT(UID_FETCH)},
    {"SEARCH", BIT(SEARCH) | BIT(UID_SEARCH)},
    {"ESEARCH", BIT(SEARCH) | BIT(UID_SEARCH)},
    {"QUOTA", BIT(GETQUOTA) | BIT(GETQUOTAROOT) | BIT(SETQUOTA)},
    {"QUOTAROOT", BIT(GETQUOTAROOT)},
    {"SORT", BIT(SORT) | BIT(UID_SORT)},
    {"THREAD", BIT(THREAD) | BIT(UID_THREAD)},
    {"ACL", BIT(GETACL)},
    {"LISTRIGHTS", BIT(LISTRIGHTS)},
    {"MYRIGHTS", BIT(MYRIGHTS)},
    {"METADATA", BIT(GETMETADATA)},
    {"FETCH", BIT(FETCH) | BIT(UID_FETCH) | BIT(STORE) | BIT(UID_STORE) | BIT(IDLE)},
};

/* Returns the one command in progress that asked for such data, or NULL where there is none, or more than
 * one. */
static const PendingCommand *find_asker(const ImapSession *session, Bytes code)
{
  uint64_t words = 0;
  const PendingCommand *asker = NULL;
  for (size_t i = 0; i < G_N_ELEMENTS(solicited) && words == 0; i++)
    if (bytes_equal_ignore_case(code, solicited[i].code)) words = solicited[i].words;
  for (uint32_t i = 0; i < session->pending.count && words != 0; i++) {
    const PendingCommand *command = pending_commands_get(&session->pending, i);
    if (command->word >= IMAP_WORD_COUNT || (words >> command->word & 1) == 0) continue;
    if (asker != NULL) return NULL;
    asker = command;
  }
  return asker;
}

/* Returns the command that a "+" asks to go on: AUTHENTICATE or IDLE, else the oldest, or NULL. */
static const PendingCommand *find_waiting(const ImapSession *session)
{
  static const uint16_t words[] = {IMAP_AUTHENTICATE, IMAP_IDLE};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    int index = pending_commands_find_word(&session->pending, words[i]);
    if (index >= 0) return pending_commands_get(&session->pending, (uint32_t)index);
  }
  return pending_commands_get(&session->pending, 0);
}

/* row: the vocabulary's spelling of the code, "* OK" for a remark without a tag. */
static uint32_t emit(ImapSession *session, DecodedLine *decoded, Bytes row, const PendingCommand *answered,
                     bool greeting)
{
  uint16_t word = greeting ? VOCABULARY_UNKNOWN : IMAP_NOOP; /* NOOP has no rows of its own */
  if (answered != NULL && answered->word != VOCABULARY_UNKNOWN) word = answered->word;
  decoded->phase = session->state;
  decoded->lines = 1;
  if (row.length > 0) decoded->word = vocabulary_find_reply(&imap_vocabulary, row, word);
  decoded->answered_word = answered != NULL ? answered->word : VOCABULARY_UNKNOWN;
  decoded->about = answered != NULL ? answered->id : 0;
  session->unit_word[DIRECTION_TO_CLIENT] = decoded->answered_word;
  if (answered == NULL) decoded->flags |= LINE_UNSOLICITED;
  session->remarks.lone_replies |= answered == NULL && !greeting && decoded->reply_class != REPLY_UNTAGGED;
  const ImapUnit *unit = &session->units[DIRECTION_TO_CLIENT];
  return line_remarks_emit(&session->remarks, decoded, unit->range.bare_lf, unit->large_count == 0);
}

static Bytes upper_row(Bytes code, bool remark, char text[16])
{
  size_t at = 0;
  if (code.length > 12) return BYTES_EMPTY;
  if (remark) {
    text[at++] = '*';
    text[at++] = ' ';
  }
  for (size_t i = 0; i < code.length; i++)
    text[at++] = g_ascii_toupper((char)code.data[i]);
  return (Bytes){(const uint8_t *)text, at};
}

static uint32_t greeting(ImapSession *session, DecodedLine *decoded, const ImapResponse *response)
{
  char text[16];
  bool bye = bytes_equal_ignore_case(response->code, "BYE");
  decoded->reply_class = bye ? REPLY_REFUSED : REPLY_OK;
  uint32_t id = emit(session, decoded, upper_row(response->code, false, text), NULL, true);
  if (bytes_equal_ignore_case(response->code, "PREAUTH"))
    session->state = session->predicted = IMAP_AUTHENTICATED;
  if (bye) {
    session->state = session->predicted = IMAP_LOGGED_OUT;
    decoder_emit_note(session->sink, NOTE_REFUSED, DIRECTION_TO_CLIENT, id, decoded->offset, 0);
  }
  return id;
}

/* Data about messages comes only while a mailbox is open. */
static void learn_state(ImapSession *session, const ImapResponse *response)
{
  if (session->state_known || response->number.length == 0) return;
  session->state = session->predicted = IMAP_SELECTED;
  session->state_known = true;
}

static uint32_t untagged(ImapSession *session, DecodedLine *decoded, const ImapResponse *response)
{
  char text[16];
  bool bye = bytes_equal_ignore_case(response->code, "BYE");
  bool remark = response->status && !bye && !bytes_equal_ignore_case(response->code, "PREAUTH");
  learn_state(session, response);
  const PendingCommand *asker = find_asker(session, response->code);
  decoded->reply_class = REPLY_UNTAGGED;
  uint32_t id = emit(session, decoded, upper_row(response->code, remark, text), asker, false);
  if (bye) session->state = session->predicted = IMAP_LOGGED_OUT;
  return id;
}

void imap_session_tell_held(ImapSession *session, const PendingCommand *command)
{
  for (uint32_t i = 0; i < session->held_count; i++) {
    HeldContinuation *held = &session->held[i];
    DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
    decoded.offset = held->offset;
    decoded.length = held->length;
    decoded.raw = byte_buffer_view(&held->raw);
    if (decoded.length > decoded.raw.length) decoded.flags |= LINE_TRUNCATED;
    decoded.reply_class = REPLY_CONTINUE;
    emit(session, &decoded, BYTES_LITERAL("+"), command, false);
    byte_buffer_reset(&held->raw);
  }
  session->held_count = 0;
}

/* Returns true where the "+" is for the literal of a command that has not ended yet: it is kept until then.
 */
static bool hold_continuation(ImapSession *session, const LineRange *range)
{
  const ImapUnit *request = &session->units[DIRECTION_TO_SERVER];
  bool asked = request->in_literal && request->literal.waits && !request->dropping;
  if (!asked || session->held_count == IMAP_HELD_CONTINUATIONS) return false;
  if (session->held == NULL) session->held = g_new0(HeldContinuation, IMAP_HELD_CONTINUATIONS);
  HeldContinuation *held = &session->held[session->held_count++];
  held->offset = range->offset;
  held->length = range->length;
  byte_buffer_reset(&held->raw);
  byte_buffer_append(&held->raw, range->view);
  return true;
}

static uint32_t continuation(ImapSession *session, DecodedLine *decoded, const LineRange *range, Bytes text)
{
  if (hold_continuation(session, range)) return 0;
  decoded->reply_class = REPLY_CONTINUE;
  decoded->sasl_step = sasl_observer_challenge_step(&session->sasl, text);
  uint32_t id = emit(session, decoded, BYTES_LITERAL("+"), find_waiting(session), false);
  session->challenged = sasl_observer_is_active(&session->sasl);
  if (session->challenged) sasl_observer_challenge(&session->sasl, text);
  return id;
}

/* A refusal in place of "+": the literal will not be sent, the command ends as it is (RFC 9051 §4.3). */
static void end_refused_request(ImapSession *session, uint64_t mark)
{
  ImapUnit *request = &session->units[DIRECTION_TO_SERVER];
  ImapCommand command;
  bool waits = request->in_literal && request->literal.waits && !request->literal_begun && !request->dropping;
  if (!waits) return;
  imap_parse_command(request->range.view, &command);
  if (imap_session_mark(command.tag) != mark) return;
  imap_session_end_request(session, false);
  session->refused |= command.word == IMAP_LOGIN || command.word == IMAP_AUTHENTICATE;
}

/* Returns the index of the command with that tag, or -1. Those before it whose completion may lie in a gap
 * are given up. */
static int find_tagged(ImapSession *session, uint64_t mark)
{
  int index = pending_commands_find_mark(&session->pending, mark);
  while (index > 0 && (pending_commands_get(&session->pending, 0)->flags & IMAP_MAYBE_ANSWERED) != 0) {
    pending_commands_drop(&session->pending, 1);
    index--;
  }
  return index;
}

/* Returns true where TLS begins with the next byte. */
static bool completed(ImapSession *session, const PendingCommand *command, uint32_t id, uint64_t offset,
                      ReplyClass reply_class, bool bad)
{
  int accepted = reply_class == REPLY_OK ? 1 : 0;
  login_queue_decide(&session->logins, session->sink, command->id, accepted);
  if (command->word == IMAP_AUTHENTICATE && command->id == session->sasl_id)
    imap_session_end_sasl(session, accepted);
  imap_session_apply(session, command, reply_class, bad);
  if (accepted == 1 && command->word == IMAP_COMPRESS) {
    session->compresses = true;
    decoder_emit_note(session->sink, NOTE_COMPRESSED, DIRECTION_TO_CLIENT, id, offset, 0);
  }
  if (command->word != IMAP_STARTTLS) return false;
  if (accepted == 0) {
    decoder_emit_note(session->sink, NOTE_STARTTLS_REFUSED, DIRECTION_TO_CLIENT, id, offset, 0);
    return false;
  }
  decoder_emit_note(session->sink, NOTE_STARTTLS, DIRECTION_TO_CLIENT, id, offset, 0);
  return true;
}

static uint32_t tagged(ImapSession *session, DecodedLine *decoded, const ImapResponse *response,
                       bool *handover)
{
  char text[16];
  uint64_t mark = imap_session_mark(response->tag);
  bool bad = bytes_equal_ignore_case(response->code, "BAD");
  ReplyClass reply_class = bytes_equal_ignore_case(response->code, "OK") ? REPLY_OK : REPLY_REFUSED;
  end_refused_request(session, mark);
  int index = find_tagged(session, mark);
  PendingCommand answered = {.word = VOCABULARY_UNKNOWN};
  if (index >= 0) {
    answered = *pending_commands_get(&session->pending, (uint32_t)index);
    pending_commands_remove(&session->pending, (uint32_t)index);
  }
  decoded->reply_class = (uint8_t)reply_class;
  Bytes row = upper_row(response->code, false, text);
  uint32_t id = emit(session, decoded, row, index >= 0 ? &answered : NULL, false);
  if (reply_class == REPLY_REFUSED)
    decoder_emit_note(session->sink, NOTE_REFUSED, DIRECTION_TO_CLIENT, id, decoded->offset, 0);
  if (index >= 0)
    *handover = completed(session, &answered, id, decoded->offset, reply_class, bad);
  else if (session->remarks.heard[DIRECTION_TO_SERVER] && session->state_known)
    decoder_emit_note(session->sink, NOTE_OUT_OF_STEP, DIRECTION_TO_CLIENT, id, decoded->offset, 0);
  return id;
}

/* After a gap a line of a message may look like a response: only what the vocabulary knows is believed. */
static bool is_believable(const ImapSession *session, const ImapResponse *response)
{
  char text[16];
  switch (response->type) {
  case IMAP_NO_RESPONSE:
    return false;
  case IMAP_CONTINUATION:
    return session->pending.count > 0;
  case IMAP_TAGGED:
    return !session->remarks.heard[DIRECTION_TO_SERVER] || session->pending.count == 0 ||
           pending_commands_find_mark(&session->pending, imap_session_mark(response->tag)) >= 0;
  default:
    return vocabulary_find_reply(&imap_vocabulary, upper_row(response->code, response->status, text),
                                 IMAP_NOOP) != VOCABULARY_UNKNOWN ||
           response->status;
  }
}

static uint32_t bad_reply(ImapSession *session, DecodedLine *decoded)
{
  decoded->reply_class = REPLY_UNTAGGED;
  uint32_t id = emit(session, decoded, BYTES_EMPTY, NULL, false);
  if (!session->told_bad_reply)
    decoder_emit_note(session->sink, NOTE_BAD_REPLY, DIRECTION_TO_CLIENT, id, decoded->offset, 0);
  session->told_bad_reply = true;
  return id;
}

static uint32_t dispatch(ImapSession *session, DecodedLine *decoded, const ImapResponse *response,
                         bool *handover)
{
  const LineRange *range = &session->units[DIRECTION_TO_CLIENT].range;
  switch (response->type) {
  case IMAP_CONTINUATION:
    return continuation(session, decoded, range, response->text);
  case IMAP_UNTAGGED:
    return untagged(session, decoded, response);
  case IMAP_TAGGED:
    return tagged(session, decoded, response, handover);
  default:
    return bad_reply(session, decoded);
  }
}

uint32_t imap_session_response(ImapSession *session, bool incomplete, bool *handover)
{
  const LineRange *range = &session->units[DIRECTION_TO_CLIENT].range;
  bool *lost = &session->lost[DIRECTION_TO_CLIENT];
  ImapResponse response;
  imap_parse_response(range->view, &response);
  if (*lost && !is_believable(session, &response)) return 0;
  *lost = false;
  DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
  decoded_line_set_range(&decoded, range);
  if (incomplete) decoded.flags |= LINE_INCOMPLETE;
  bool first = !session->greeted;
  session->greeted = true;
  bool greets = first && response.type == IMAP_UNTAGGED && response.status;
  uint32_t id =
      greets ? greeting(session, &decoded, &response) : dispatch(session, &decoded, &response, handover);
  if (response.type != IMAP_NO_RESPONSE) session->told_bad_reply = false;
  imap_find_capability(&response, "STARTTLS", &session->offers_tls);
  return id;
}
