/* SPDX-License-Identifier: MIT */
/* The POP3 decoder: the server's bytes, matched to the client's commands in order (RFC 1939 §3, RFC 2449
 * §6.6). */
#include "protocol/pop3/pop3-decoder.h"

#include "protocol/pop3/pop3-recogniser.h"
#include "protocol/pop3/pop3-refine.h"
#include "protocol/pop3/pop3-session.h"

static const ReplyClass classes[] = {[POP3_STATUS_NONE] = REPLY_UNTAGGED,
                                     [POP3_STATUS_OK] = REPLY_OK,
                                     [POP3_STATUS_ERROR] = REPLY_REFUSED,
                                     [POP3_STATUS_CONTINUE] = REPLY_CONTINUE};

static bool is_lost(const PendingCommand *command)
{
  return command != NULL && (command->flags & POP3_LOST) != 0;
}

/* Returns the command that a status line answers, or NULL where that cannot be told. */
static const PendingCommand *front(const Pop3Session *session)
{
  const PendingCommand *command = pending_commands_get(&session->pending, 0);
  return is_lost(command) ? NULL : command;
}

static uint32_t emit_reply(Pop3Session *session, DecodedLine *decoded, Pop3Status status,
                           const PendingCommand *answered, bool greeting, bool bare_lf)
{
  static const char *const codes[] = {"", "+OK", "-ERR", "+"};
  /* an unsolicited reply that is no greeting must not be explained as one: a word without rows of its own
   * stands in */
  uint16_t word = greeting ? VOCABULARY_UNKNOWN : POP3_NOOP;
  if (answered != NULL && answered->word != VOCABULARY_UNKNOWN) word = answered->word;
  if (word == POP3_AUTH && (answered->flags & POP3_HAS_LINES) != 0) word = POP3_CAPA;
  decoded->phase = session->state;
  decoded->reply_class = (uint8_t)classes[status];
  decoded->word = status == POP3_STATUS_NONE
                      ? VOCABULARY_UNKNOWN
                      : vocabulary_find_reply(&pop3_vocabulary, bytes_from_string(codes[status]), word);
  decoded->answered_word = answered != NULL ? answered->word : VOCABULARY_UNKNOWN;
  decoded->about = answered != NULL ? answered->id : 0;
  if (answered == NULL) decoded->flags |= LINE_UNSOLICITED;
  session->remarks.lone_replies |= answered == NULL && !greeting;
  bool too_long = (decoded->flags & LINE_MULTILINE) == 0;
  session->answered_reply = line_remarks_emit(&session->remarks, decoded, bare_lf, too_long);
  if (status == POP3_STATUS_ERROR)
    decoder_emit_note(session->sink, NOTE_REFUSED, DIRECTION_TO_CLIENT, session->answered_reply,
                      decoded->offset, 0);
  return session->answered_reply;
}

/* A right command at the wrong time is refused for that. */
static void note_order(Pop3Session *session, const PendingCommand *answered, uint64_t offset)
{
  bool known = answered->word != VOCABULARY_UNKNOWN && session->state_known;
  if (known && (pop3_vocabulary.words[answered->word].states & 1u << answered->phase) == 0)
    decoder_emit_note(session->sink, NOTE_WRONG_ORDER, DIRECTION_TO_CLIENT, session->answered_reply, offset,
                      0);
}

/* What is marked goes at QUIT and not before (RFC 1939 §6). A QUIT refused tells for itself what stays. */
static void count_marks(Pop3Session *session, const PendingCommand *answered, ReplyClass reply_class)
{
  if (answered->word == POP3_QUIT) session->marked = 0;
  if (reply_class != REPLY_OK) return;
  if (answered->word == POP3_DELE) {
    session->marked++;
    session->last_mark_id = answered->id;
  } else if (answered->word == POP3_RSET) {
    session->marked = 0;
  }
}

/* The command was answered for good: passwords are judged, the state moves on, and lines may follow. */
static void settle(Pop3Session *session, const PendingCommand *answered, ReplyClass reply_class)
{
  int accepted = reply_class == REPLY_OK ? 1 : 0;
  count_marks(session, answered, reply_class);
  login_queue_decide(&session->logins, session->sink, answered->id, accepted);
  if (answered->word == POP3_AUTH && answered->id == session->sasl_id)
    pop3_session_end_sasl(session, accepted);
  pop3_session_apply(session, answered, reply_class);
}

static void begin_lines(Pop3Session *session, Pop3Reading reading, uint64_t offset)
{
  session->reading = reading;
  session->body_offset = offset;
  session->body_damaged = false;
  session->gap_at_end = 0;
  dot_body_begin(&session->body);
  if (reading == POP3_IN_BODY)
    message_observer_begin(&session->message, session->sink, MESSAGE_FETCHED, true);
}

/* TOP is asked for a part only, and so never brings all. */
static void end_message(Pop3Session *session, bool whole, uint64_t bytes, uint32_t about)
{
  uint64_t announced = session->announced, lines = session->body.lines;
  session->announced = 0;
  uint16_t word = session->answered.word;
  message_observer_add_piece(&session->message, session->body_offset, bytes);
  g_autoptr(MessageRecord) record = message_observer_end(&session->message, whole && word != POP3_TOP);
  if (record == NULL) return;
  message_observer_emit(session->sink, record, DIRECTION_TO_CLIENT, about, word);
  /* some servers count a line end as one byte */
  bool fits = record->bytes == announced || record->bytes - MIN(record->bytes, lines) == announced;
  if (!whole || announced == 0 || fits || word != POP3_RETR) return;
  uint64_t differs = record->bytes > announced ? record->bytes - announced : announced - record->bytes;
  decoder_emit_note(session->sink, NOTE_BODY_LENGTH, DIRECTION_TO_CLIENT, about, session->body_offset,
                    differs);
}

void pop3_session_end_body(Pop3Session *session, bool ended)
{
  const PendingCommand *answered = &session->answered;
  session->reading = POP3_AT_REPLY;
  uint64_t bytes = session->body.bytes - (ended ? 0 : session->gap_at_end);
  if (bytes == 0 && !ended) {
    message_observer_clear(&session->message);
    return;
  }
  DecodedLine decoded = decoded_line(LINE_DATA, DIRECTION_TO_CLIENT);
  decoded.word = answered->word;
  decoded.about = answered->id != 0 ? answered->id : session->answered_reply;
  decoded.offset = session->body_offset;
  decoded.length = bytes;
  decoded.lines = (uint32_t)MIN(session->body.lines, UINT32_MAX);
  if (!ended || session->body_damaged || session->body.gap) decoded.flags |= LINE_INCOMPLETE;
  bool whole = (decoded.flags & LINE_INCOMPLETE) == 0;
  end_message(session, whole, bytes, line_remarks_emit_body(&session->remarks, &decoded, &session->body));
}

/* A line where a status line should be. After a loss it is the rest of a body; else the server misbehaves. */
static void stray_line(Pop3Session *session, const AssembledLine *line)
{
  PendingCommand *first = pending_commands_get(&session->pending, 0);
  bool doubtful = first == NULL ? session->answered.word == VOCABULARY_UNKNOWN || line->after_gap
                                : (first->flags & (POP3_LOST | POP3_MAYBE_ANSWERED)) != 0;
  if (!doubtful) {
    DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
    decoded_line_set_line(&decoded, line);
    uint32_t id = emit_reply(session, &decoded, POP3_STATUS_NONE, NULL, false, line->bare_lf);
    if (!session->told_stray)
      decoder_emit_note(session->sink, NOTE_BAD_REPLY, DIRECTION_TO_CLIENT, id, line->offset, 0);
    session->told_stray = true;
    if (first != NULL) first->flags |= POP3_MAYBE_ANSWERED;
    return;
  }
  bool follows = first == NULL && session->answered_reply != 0 && !line->after_gap;
  begin_lines(session, POP3_IN_FRAGMENT, line->offset);
  session->body_damaged = !follows;
  if (first != NULL && (first->flags & POP3_HAS_LINES) != 0) {
    session->answered = *first;
    pending_commands_drop(&session->pending, 1);
  }
}

/* Returns true when TLS begins with the next byte. */
static bool stls_answered(Pop3Session *session, uint32_t id, const AssembledLine *line, Pop3Status status)
{
  if (status != POP3_STATUS_OK) {
    decoder_emit_note(session->sink, NOTE_STARTTLS_REFUSED, DIRECTION_TO_CLIENT, id, line->offset, 0);
    return false;
  }
  decoder_emit_note(session->sink, NOTE_STARTTLS, DIRECTION_TO_CLIENT, id, line->offset, 0);
  return true;
}

/* Returns the number in "120 octets", as most servers put it, or 0. */
static uint64_t announced_bytes(Bytes text)
{
  uint64_t number = 0;
  size_t at = 0;
  for (; at < text.length && g_ascii_isdigit(text.data[at]) && number < UINT64_MAX / 20; at++)
    number = number * 10 + (uint64_t)(text.data[at] - '0');
  Bytes unit = bytes_skip(text, at);
  bool counts = bytes_starts_ignore_case(unit, " octets") || bytes_starts_ignore_case(unit, " bytes");
  return at > 0 && counts ? number : 0;
}

/* Returns true when the line hands the stream over to TLS. */
static bool status_line(Pop3Session *session, const AssembledLine *line, Pop3Status status, Bytes text)
{
  bool greeting = !session->greeted && !line->after_gap;
  const PendingCommand *command = greeting ? NULL : front(session);
  session->greeted = true;
  session->server_spoke = true;
  session->told_stray = false;
  if (greeting) {
    byte_buffer_reset(&session->stamp);
    byte_buffer_append(&session->stamp, pop3_find_stamp(text));
  }
  DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
  decoded_line_set_line(&decoded, line);
  PendingCommand answered = command != NULL ? *command : (PendingCommand){.word = VOCABULARY_UNKNOWN};
  bool listing = (answered.flags & POP3_HAS_LINES) != 0 && status == POP3_STATUS_OK;
  bool body = listing && pop3_vocabulary.words[answered.word].body_reply;
  session->answered = answered;
  if (command != NULL && status != POP3_STATUS_CONTINUE) {
    if (session->pending.count > 1 && (answered.flags & POP3_MAYBE_ANSWERED) == 0) session->pipelines = true;
    pending_commands_drop(&session->pending, 1);
  }
  if (listing && !body) {
    session->reading = POP3_IN_LISTING;
    line_range_reset(&session->listing);
    line_range_add_line(&session->listing, line);
    return false;
  }
  const PendingCommand *to = command == NULL ? NULL : &answered;
  if (status == POP3_STATUS_CONTINUE) decoded.sasl_step = sasl_observer_challenge_step(&session->sasl, text);
  uint32_t id = emit_reply(session, &decoded, status, to, greeting, line->bare_lf);
  if (status == POP3_STATUS_CONTINUE) {
    session->challenged = sasl_observer_is_active(&session->sasl);
    if (session->challenged) sasl_observer_challenge(&session->sasl, text);
    return false;
  }
  if (command == NULL) {
    bool odd = !greeting && session->remarks.heard[DIRECTION_TO_SERVER] && session->pending.count == 0 &&
               session->state_known;
    if (odd) decoder_emit_note(session->sink, NOTE_OUT_OF_STEP, DIRECTION_TO_CLIENT, id, line->offset, 0);
    return false;
  }
  if (status == POP3_STATUS_ERROR) note_order(session, &answered, line->offset);
  session->announced = body ? announced_bytes(text) : 0;
  settle(session, &answered, classes[status]);
  if (body) begin_lines(session, POP3_IN_BODY, line->offset + line->length);
  return answered.word == POP3_STLS && stls_answered(session, id, line, status);
}

static void end_listing(Pop3Session *session, bool ended)
{
  DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
  decoded_line_set_range(&decoded, &session->listing);
  decoded.flags |= LINE_MULTILINE;
  if (!ended) decoded.flags |= LINE_INCOMPLETE;
  PendingCommand answered = session->answered;
  session->reading = POP3_AT_REPLY;
  emit_reply(session, &decoded, POP3_STATUS_OK, &answered, false, session->listing.bare_lf);
  if (answered.word == POP3_CAPA) session->offers_tls = pop3_lists_capability(session->listing.view, "STLS");
  settle(session, &answered, REPLY_OK);
  line_range_reset(&session->listing);
}

static bool is_lone_dot(const AssembledLine *line)
{
  return bytes_equal(bytes_chomp(line->raw), BYTES_LITERAL(".")) && !line->incomplete;
}

static void listing_line(Pop3Session *session, const AssembledLine *line)
{
  bool dot = is_lone_dot(line);
  line_range_add_line(&session->listing, line);
  if (!dot) return;
  session->listing.lines--;
  end_listing(session, true);
}

static void fragment_line(Pop3Session *session, const AssembledLine *line)
{
  if (is_lone_dot(line)) {
    pop3_session_end_body(session, true);
    return;
  }
  session->gap_at_end = 0;
  session->body.bytes += line->length;
  session->body.lines += !line->incomplete;
  session->body.bare_lf |= line->bare_lf;
  bool doubled = line->raw.length > 0 && line->raw.data[0] == '.' && !line->after_gap;
  message_observer_take(&session->message, bytes_skip(line->raw, doubled ? 1 : 0));
  message_observer_gap(&session->message, line->length - line->raw.length);
}

/* Returns true when the line hands the stream over to TLS. */
static bool server_line(Pop3Session *session, const AssembledLine *line)
{
  if (session->reading == POP3_IN_LISTING) {
    listing_line(session, line);
    return false;
  }
  Bytes text = BYTES_EMPTY;
  Pop3Status status = pop3_parse_status(line->raw, &text);
  bool expected = status == POP3_STATUS_OK || status == POP3_STATUS_ERROR ||
                  (status == POP3_STATUS_CONTINUE && session->reading == POP3_AT_REPLY);
  if (expected) {
    if (session->reading == POP3_IN_FRAGMENT) pop3_session_end_body(session, false);
    return status_line(session, line, status, text);
  }
  if (session->reading == POP3_AT_REPLY) stray_line(session, line);
  if (session->reading == POP3_IN_FRAGMENT) fragment_line(session, line);
  return false;
}

static void body_bytes(Pop3Session *session, ChunkCursor *cursor)
{
  bool ended = false;
  session->gap_at_end = 0;
  DotBodySink sink = message_observer_get_sink(&session->message);
  chunk_cursor_advance(cursor, dot_body_scan(&session->body, cursor->rest, &ended, &sink));
  if (ended) pop3_session_end_body(session, true);
}

/* A TLS handshake record (RFC 8446 §5.1) at a line's start, after STLS whose reply was not captured. */
static bool is_unannounced_tls(const Pop3Session *session, Direction direction, Bytes rest)
{
  if (rest.data[0] != 0x16 || line_assembler_is_inside(&session->lines[direction])) return false;
  int index = pending_commands_find_word(&session->pending, POP3_STLS);
  if (index < 0) return false;
  const PendingCommand *stls = pending_commands_get(&session->pending, (uint32_t)index);
  bool reply_lost = !session->remarks.heard[DIRECTION_TO_CLIENT] || (stls->flags & POP3_MAYBE_ANSWERED) != 0;
  if (reply_lost) decoder_emit_note(session->sink, NOTE_STARTTLS, direction, stls->id, 0, 0);
  return reply_lost;
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  Pop3Session *session = decoder;
  ChunkCursor cursor = chunk_cursor(offset, bytes);
  LineAssembler *lines = &session->lines[direction];
  if (bytes.length > 0 && is_unannounced_tls(session, direction, bytes))
    return (DecoderVerdict){.next = PROTOCOL_TLS};
  line_remarks_hear(&session->remarks, direction, offset + bytes.length);
  while (cursor.rest.length > 0) {
    AssembledLine line;
    if (direction == DIRECTION_TO_CLIENT && session->reading == POP3_IN_BODY) {
      body_bytes(session, &cursor);
      continue;
    }
    if (!line_assembler_next(lines, &cursor, &line)) break;
    if (direction == DIRECTION_TO_SERVER)
      pop3_session_client_line(session, &line);
    else if (server_line(session, &line))
      return (DecoderVerdict){.next = PROTOCOL_TLS, .consumed = bytes.length - cursor.rest.length};
  }
  line_range_keep(&session->listing);
  return DECODER_GOES_ON;
}

/* The server's line or listing breaks off here. */
static void break_off(Pop3Session *session)
{
  AssembledLine rest;
  if (line_assembler_take_rest(&session->lines[DIRECTION_TO_CLIENT], &rest)) server_line(session, &rest);
  if (session->reading != POP3_IN_LISTING) return;
  uint64_t end = session->listing.offset + session->listing.length;
  end_listing(session, false);
  begin_lines(session, POP3_IN_FRAGMENT, end);
}

/* Which commands were answered inside a gap of the server's? One that waits for each reply has only its last
 * still open. */
static void doubt_pending(Pop3Session *session)
{
  PendingCommands *pending = &session->pending;
  if (pending->count == 0) return;
  if (session->pipelines && pending->count > 1) {
    pending_commands_drop(pending, pending->count);
    pending_commands_push(pending, (PendingCommand){.word = VOCABULARY_UNKNOWN, .flags = POP3_LOST});
    return;
  }
  pending_commands_drop(pending, pending->count - 1);
  pending_commands_get(pending, 0)->flags |= POP3_MAYBE_ANSWERED;
}

static void server_gap(Pop3Session *session, uint64_t offset, uint64_t length)
{
  break_off(session);
  line_assembler_gap(&session->lines[DIRECTION_TO_CLIENT]);
  decoder_emit_note(session->sink, NOTE_GAP, DIRECTION_TO_CLIENT, 0, offset, length);
  session->server_spoke = true;
  session->greeted = true;
  bool in_lines = session->reading != POP3_AT_REPLY;
  if (in_lines && session->body.bytes == 0) {
    if (session->reading == POP3_IN_FRAGMENT) session->body_offset = offset + length;
    session->body_damaged = true;
  }
  if (in_lines && (session->body.bytes > 0 || session->reading == POP3_IN_BODY)) {
    dot_body_gap(&session->body, length);
    message_observer_gap(&session->message, length);
    session->gap_at_end += length;
  }
  if (in_lines && session->pending.count == 0) return;
  /* with a later command sent, the lines ended inside the gap, or will soon: a status line tells */
  if (in_lines) session->reading = POP3_IN_FRAGMENT;
  doubt_pending(session);
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  Pop3Session *session = decoder;
  line_remarks_hear(&session->remarks, direction, offset + length);
  if (direction == DIRECTION_TO_SERVER)
    pop3_session_client_gap(session, offset, length);
  else
    server_gap(session, offset, length);
}

/* Returns true where the client may have said QUIT: its answer did not come, or client bytes are missing. */
static bool may_have_quit(const Pop3Session *session)
{
  if (session->lost || pending_commands_find_word(&session->pending, POP3_QUIT) >= 0) return true;
  for (uint32_t i = 0; i < session->pending.count; i++)
    if (is_lost(pending_commands_get(&session->pending, i))) return true;
  return false;
}

static void finish(void *decoder)
{
  Pop3Session *session = decoder;
  AssembledLine rest;
  if (line_assembler_take_rest(&session->lines[DIRECTION_TO_SERVER], &rest))
    pop3_session_client_line(session, &rest);
  break_off(session);
  if (session->reading != POP3_AT_REPLY) pop3_session_end_body(session, false);
  if (session->marked > 0 && session->sink->closed && !may_have_quit(session))
    decoder_emit_note(session->sink, NOTE_DELETE_UNDONE, DIRECTION_TO_SERVER, session->last_mark_id, 0, 0);
  pop3_session_end_sasl(session, -1);
  login_queue_finish(&session->logins, session->sink);
  line_remarks_finish(&session->remarks);
}

static void *create(const DecoderSink *sink, bool from_start)
{
  Pop3Session *session = g_new0(Pop3Session, 1);
  session->sink = sink;
  session->remarks = (LineRemarks){.sink = sink, .midstream = !from_start};
  session->answered.word = VOCABULARY_UNKNOWN;
  session->greeted = session->lost = !from_start;
  session->state_known = from_start;
  session->state = session->predicted = from_start ? POP3_AUTHORIZATION : POP3_TRANSACTION;
  for (int i = 0; i < 2 && !from_start; i++)
    line_assembler_gap(&session->lines[i]);
  return session;
}

static void destroy(void *decoder)
{
  Pop3Session *session = decoder;
  for (int i = 0; i < 2; i++)
    line_assembler_clear(&session->lines[i]);
  pending_commands_clear(&session->pending);
  login_queue_clear(&session->logins);
  message_observer_clear(&session->message);
  sasl_observer_clear(&session->sasl);
  byte_buffer_clear(&session->user);
  byte_buffer_clear(&session->stamp);
  line_range_clear(&session->listing);
  g_free(session);
}

static const uint16_t ports[] = {110, 0};

const DecoderClass pop3_decoder_class = {
    .vocabulary = &pop3_vocabulary,
    .ports = ports,
    .recognise = pop3_recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = pop3_dissect,
    .refine = pop3_refine,
};
