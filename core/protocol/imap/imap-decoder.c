/* SPDX-License-Identifier: MIT */
/* The IMAP decoder: bytes and gaps of both directions, made into commands and responses. */
#include "protocol/imap/imap-decoder.h"

#include "protocol/imap/imap-recogniser.h"
#include "protocol/imap/imap-refine.h"
#include "protocol/imap/imap-session.h"

/* A long literal of a log-in is a password, or may be. */
static SecretKind literal_secret(Direction direction, uint16_t word)
{
  bool open = direction == DIRECTION_TO_CLIENT ||
              (word < IMAP_WORD_COUNT && imap_vocabulary.words[word].secret == SECRET_NONE);
  return open ? SECRET_NONE : SECRET_LINE;
}

void imap_session_end_unit(ImapSession *session, Direction direction, uint32_t id)
{
  ImapUnit *unit = &session->units[direction];
  uint16_t word = session->unit_word[direction];
  imap_unit_end_message(unit);
  for (uint32_t i = 0; i < unit->large_count && id != 0; i++) {
    const ImapLargeLiteral *large = &unit->large[i];
    if (large->seen == 0) continue;
    DecodedLine decoded = decoded_line(LINE_DATA, direction);
    decoded.word = word;
    decoded.about = id;
    decoded.offset = large->offset;
    decoded.length = large->seen;
    decoded.lines = (uint32_t)MIN(large->lines, UINT32_MAX);
    decoded.secret = literal_secret(direction, word);
    if (large->damaged || large->seen < large->size) decoded.flags |= LINE_INCOMPLETE;
    decoder_emit(session->sink, &decoded); /* its line came before: no first line, no remarks */
  }
  for (guint i = 0; unit->messages != NULL && i < unit->messages->len && id != 0; i++)
    message_observer_emit(session->sink, g_ptr_array_index(unit->messages, i), direction, id, word);
  session->unit_id[direction] = 0;
  session->unit_word[direction] = VOCABULARY_UNKNOWN;
  imap_unit_end(unit);
}

/* Returns true where TLS begins after it. */
static bool end_unit(ImapSession *session, Direction direction, bool incomplete)
{
  bool handover = false;
  ImapUnit *unit = &session->units[direction];
  uint32_t id = session->unit_id[direction];
  if (direction == DIRECTION_TO_SERVER) {
    imap_session_end_request(session, incomplete);
    return false;
  }
  if (!unit->dropping && !line_range_is_empty(&unit->range))
    id = imap_session_response(session, incomplete, &handover);
  imap_session_end_unit(session, direction, id);
  return handover;
}

/* May a line of the unit end in a literal? Not where it is a text for people, a SASL answer, or a "+". */
static bool may_have_literal(const ImapSession *session, Direction direction)
{
  const ImapUnit *unit = &session->units[direction];
  if (unit->dropping) return true;
  if (direction == DIRECTION_TO_SERVER) return !session->challenged;
  ImapResponse response;
  imap_parse_response(bytes_slice(unit->range.view, 0, 256), &response);
  /* the end of a response whose beginning was lost */
  if (response.type == IMAP_NO_RESPONSE) return unit->after_gap;
  return response.type == IMAP_UNTAGGED && !response.status;
}

/* Is the literal that begins now a message? In APPEND it is the one after the mailbox's name. */
static ImapLiteralItem literal_item(const ImapSession *session, Direction direction, Bytes tail)
{
  if (direction == DIRECTION_TO_CLIENT) return imap_literal_item(tail);
  ImapCommand command;
  imap_parse_command(session->units[direction].range.view, &command);
  if (command.word != IMAP_APPEND) return IMAP_LITERAL_OTHER;
  Bytes rest = command.argument;
  return imap_next_string(&rest, NULL) ? IMAP_LITERAL_MESSAGE : IMAP_LITERAL_OTHER;
}

static void begin_literal(ImapSession *session, Direction direction, Bytes tail, uint64_t offset)
{
  ImapUnit *unit = &session->units[direction];
  ImapLiteralItem item = unit->dropping ? IMAP_LITERAL_OTHER : literal_item(session, direction, tail);
  imap_unit_begin_literal(unit, offset);
  if (item == IMAP_LITERAL_OTHER) return;
  MessageWay way = direction == DIRECTION_TO_SERVER ? MESSAGE_SENT : MESSAGE_FETCHED;
  imap_unit_begin_message(unit, session->sink, way, item == IMAP_LITERAL_MESSAGE);
}

/* A TLS handshake record (RFC 8446 §5.1) at a line's start, after STARTTLS whose completion was not captured.
 */
static bool is_unannounced_tls(const ImapSession *session, Direction direction, Bytes rest)
{
  if (rest.data[0] != 0x16 || imap_unit_is_open(&session->units[direction])) return false;
  int index = pending_commands_find_word(&session->pending, IMAP_STARTTLS);
  if (index < 0) return false;
  const PendingCommand *starttls = pending_commands_get(&session->pending, (uint32_t)index);
  bool reply_lost =
      !session->remarks.heard[DIRECTION_TO_CLIENT] || (starttls->flags & IMAP_MAYBE_ANSWERED) != 0;
  if (reply_lost) decoder_emit_note(session->sink, NOTE_STARTTLS, direction, starttls->id, 0, 0);
  return reply_lost;
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  ImapSession *session = decoder;
  ImapUnit *unit = &session->units[direction];
  ChunkCursor cursor = chunk_cursor(offset, bytes);
  bool bare_lf;
  if (bytes.length > 0 && is_unannounced_tls(session, direction, bytes))
    return (DecoderVerdict){.next = PROTOCOL_TLS};
  line_remarks_hear(&session->remarks, direction, offset + bytes.length);
  while (imap_unit_read(unit, &cursor, &bare_lf) == IMAP_UNIT_LINE) {
    if (unit->after_gap) session->lost[direction] = true;
    Bytes tail = {unit->tail, unit->tail_length}; /* stays there until the next line */
    if (imap_unit_line_announces(unit) && may_have_literal(session, direction))
      begin_literal(session, direction, tail, cursor.offset);
    else if (end_unit(session, direction, false))
      return (DecoderVerdict){.next = PROTOCOL_TLS, .consumed = bytes.length - cursor.rest.length};
    if (!session->compresses) continue;
    session->compresses = false;
    return (DecoderVerdict){.filter = STREAM_FILTER_INFLATE, .consumed = bytes.length - cursor.rest.length};
  }
  line_range_keep(&unit->range);
  return DECODER_GOES_ON;
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  ImapSession *session = decoder;
  ImapUnit *unit = &session->units[direction];
  bool handover = false;
  bool skips = unit->literal_left >= length && unit->literal_left > 0;
  line_remarks_hear(&session->remarks, direction, offset + length);
  if (skips && !unit->dropping) {
    /* what came before the gap is told now; of the rest only the end is looked for */
    session->unit_id[direction] = direction == DIRECTION_TO_SERVER
                                      ? imap_session_command(session, true)
                                      : imap_session_response(session, true, &handover);
    line_range_reset(&unit->range);
    unit->dropping = true;
  } else if (!skips) {
    imap_unit_take_rest(unit);
    if (unit->after_gap) session->lost[direction] = true;
    end_unit(session, direction, true);
  }
  decoder_emit_note(session->sink, NOTE_GAP, direction, 0, offset, length);
  if (imap_unit_gap(unit, length)) return;
  session->lost[direction] = true;
  if (direction == DIRECTION_TO_SERVER) {
    session->state_known = false;
    return;
  }
  session->greeted = true;
  for (uint32_t i = 0; i < session->pending.count; i++)
    pending_commands_get(&session->pending, i)->flags |= IMAP_MAYBE_ANSWERED;
}

static void finish(void *decoder)
{
  ImapSession *session = decoder;
  for (int i = 0; i < 2; i++) {
    ImapUnit *unit = &session->units[i];
    imap_unit_take_rest(unit);
    if (unit->after_gap) session->lost[i] = true;
    end_unit(session, (Direction)i, true);
  }
  imap_session_tell_held(session, NULL);
  imap_session_end_sasl(session, -1);
  login_queue_finish(&session->logins, session->sink);
  line_remarks_finish(&session->remarks);
}

static void *create(const DecoderSink *sink, bool from_start)
{
  ImapSession *session = g_new0(ImapSession, 1);
  session->sink = sink;
  session->remarks = (LineRemarks){.sink = sink, .midstream = !from_start};
  session->greeted = !from_start;
  session->state_known = from_start;
  session->state = session->predicted = from_start ? IMAP_NOT_AUTHENTICATED : IMAP_AUTHENTICATED;
  for (int i = 0; i < 2; i++) {
    session->unit_word[i] = VOCABULARY_UNKNOWN;
    session->lost[i] = !from_start;
    if (!from_start) line_assembler_gap(&session->units[i].lines);
  }
  return session;
}

static void destroy(void *decoder)
{
  ImapSession *session = decoder;
  for (int i = 0; i < 2; i++)
    imap_unit_clear(&session->units[i]);
  for (uint32_t i = 0; i < IMAP_HELD_CONTINUATIONS && session->held != NULL; i++)
    byte_buffer_clear(&session->held[i].raw);
  g_free(session->held);
  pending_commands_clear(&session->pending);
  login_queue_clear(&session->logins);
  sasl_observer_clear(&session->sasl);
  g_free(session);
}

static const uint16_t ports[] = {143, 0};

const DecoderClass imap_decoder_class = {
    .vocabulary = &imap_vocabulary,
    .ports = ports,
    .recognise = imap_recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = imap_dissect,
    .refine = imap_refine,
};
