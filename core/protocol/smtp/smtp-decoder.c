/* SPDX-License-Identifier: MIT */
/* SMTP as a listener sees it: feeding, gaps, and what both directions share. */
#include "protocol/smtp/smtp-decoder.h"

#include "base/text-lines.h"
#include "protocol/smtp/smtp-session.h"

uint32_t smtp_session_emit(SmtpSession *session, const DecodedLine *line)
{
  uint32_t id = decoder_emit(session->sink, line);
  if (session->first_id == 0) session->first_id = id;
  if (session->midstream_untold) {
    session->midstream_untold = false;
    smtp_session_note(session, NOTE_MIDSTREAM, line, id);
  }
  return id;
}

void smtp_session_note(SmtpSession *session, NoteCode code, const DecodedLine *line, uint32_t id)
{
  uint64_t length = code == NOTE_LINE_TOO_LONG ? line->length : 0;
  decoder_emit_note(session->sink, code, line->direction, id, line->offset, length);
}

/* Makes a remark unless this direction has had it; bit is the pair's first. */
static void note_once(SmtpSession *session, NoteCode code, unsigned bit, const DecodedLine *line, uint32_t id)
{
  unsigned used = bit << line->direction;
  if ((session->once & used) != 0) return;
  session->once = (uint16_t)(session->once | used);
  smtp_session_note(session, code, line, id);
}

void smtp_session_note_bytes(SmtpSession *session, const DecodedLine *line, uint32_t id, bool bare_lf)
{
  if (bare_lf) note_once(session, NOTE_BARE_LF, ONCE_BARE_LF, line, id);
  if (text_lines_have_bare_cr(line->raw)) note_once(session, NOTE_BARE_CR, ONCE_BARE_CR, line, id);
  if (bytes_find(line->raw, '\0') >= 0) note_once(session, NOTE_NUL, ONCE_NUL, line, id);
  if ((line->flags & LINE_TRUNCATED) != 0) smtp_session_note(session, NOTE_LINE_TOO_LONG, line, id);
}

uint8_t smtp_session_optimistic(uint8_t state, uint16_t word, uint8_t flags)
{
  if ((flags & PENDING_BODY_END) != 0) return SMTP_STATE_READY;
  if (word == VOCABULARY_UNKNOWN || (word == SMTP_RSET && state <= SMTP_STATE_CONNECTED)) return state;
  if (word == SMTP_BDAT || word == SMTP_BURL)
    return (flags & PENDING_LAST) != 0 ? SMTP_STATE_READY : SMTP_STATE_DATA;
  const uint8_t *next = smtp_vocabulary.words[word].next;
  uint8_t after = next[REPLY_CONTINUE] != STATE_SAME ? next[REPLY_CONTINUE] : next[REPLY_OK];
  return after == STATE_SAME ? state : after;
}

void smtp_session_end_auth(SmtpSession *session, int accepted, uint64_t offset)
{
  Credential credential;
  if (sasl_observer_get_credential(&session->sasl, accepted, &credential))
    decoder_emit_credential(session->sink, session->auth_id, offset, &credential);
  sasl_observer_end(&session->sasl);
  session->auth = accepted == 1 ? AUTH_IDLE : AUTH_REFUSED;
}

void smtp_session_give_up(SmtpSession *session, uint32_t count)
{
  bool auth = false;
  if (count > 0) session->lmtp_left = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint16_t word = pending_commands_get(&session->pending, i)->word;
    auth |= word == SMTP_AUTH || word == SMTP_AUTH_RESPONSE;
  }
  pending_commands_drop(&session->pending, count);
  bool more = pending_commands_find_word(&session->pending, SMTP_AUTH) >= 0 ||
              pending_commands_find_word(&session->pending, SMTP_AUTH_RESPONSE) >= 0;
  if (auth && !more) smtp_session_end_auth(session, -1, session->end[DIRECTION_TO_SERVER]);
}

static void *create(const DecoderSink *sink, bool from_start)
{
  SmtpSession *session = g_new0(SmtpSession, 1);
  session->sink = sink;
  if (from_start) return session;
  session->greeted = session->midstream_untold = session->state_guessed = session->lost = session->uncertain =
      true;
  session->state = session->ahead = SMTP_STATE_READY;
  line_assembler_gap(&session->lines[DIRECTION_TO_SERVER]);
  line_assembler_gap(&session->lines[DIRECTION_TO_CLIENT]);
  pending_commands_push(&session->pending, (PendingCommand){.word = VOCABULARY_UNKNOWN,
                                                            .flags = PENDING_HOLE | PENDING_HOLE_NOTED});
  return session;
}

static int find_starttls(const SmtpSession *session)
{
  return pending_commands_find_word(&session->pending, SMTP_STARTTLS);
}

/* A TLS handshake record (RFC 8446 §5.1) where a command should begin, after STARTTLS whose reply the capture
 * lost. */
static bool is_unannounced_tls(const SmtpSession *session, Bytes rest)
{
  bool reply_lost = session->uncertain || !session->heard[DIRECTION_TO_CLIENT];
  return rest.data[0] == 0x16 && reply_lost &&
         !line_assembler_is_inside(&session->lines[DIRECTION_TO_SERVER]) && find_starttls(session) >= 0;
}

static void hand_over_unannounced(SmtpSession *session, const ChunkCursor *cursor)
{
  int index = find_starttls(session);
  uint32_t id = pending_commands_get(&session->pending, (uint32_t)index)->id;
  decoder_emit_note(session->sink, NOTE_STARTTLS, DIRECTION_TO_SERVER, id, cursor->offset, 0);
  session->next = PROTOCOL_TLS;
}

static void receive_client(SmtpSession *session, ChunkCursor *cursor)
{
  AssembledLine line;
  while (cursor->rest.length > 0 && session->next == PROTOCOL_NONE) {
    if (session->body.kind != BODY_NONE && !session->body.undecided)
      smtp_session_feed_body(session, cursor);
    else if (is_unannounced_tls(session, cursor->rest))
      hand_over_unannounced(session, cursor);
    else if (line_assembler_next(&session->lines[DIRECTION_TO_SERVER], cursor, &line))
      smtp_session_client_line(session, &line);
  }
}

static void receive_server(SmtpSession *session, ChunkCursor *cursor)
{
  AssembledLine line;
  while (session->next == PROTOCOL_NONE &&
         line_assembler_next(&session->lines[DIRECTION_TO_CLIENT], cursor, &line))
    smtp_session_server_line(session, &line);
  line_range_keep(&session->reply);
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  SmtpSession *session = decoder;
  ChunkCursor cursor = chunk_cursor(offset, bytes);
  session->end[direction] = offset + bytes.length;
  session->heard[direction] = true;
  if (direction == DIRECTION_TO_SERVER)
    receive_client(session, &cursor);
  else
    receive_server(session, &cursor);
  return (DecoderVerdict){.next = session->next, .consumed = bytes.length - cursor.rest.length};
}

/* The line begun is all that will come of it. */
static void cut_client_line(SmtpSession *session)
{
  AssembledLine line;
  if ((session->body.kind == BODY_NONE || session->body.undecided) &&
      line_assembler_take_rest(&session->lines[DIRECTION_TO_SERVER], &line))
    smtp_session_client_line(session, &line);
}

static void gap_in_commands(SmtpSession *session)
{
  uint32_t count = session->pending.count;
  const PendingCommand *last = count == 0 ? NULL : pending_commands_get(&session->pending, count - 1);
  if (last == NULL || (last->flags & PENDING_HOLE) == 0)
    pending_commands_push(&session->pending,
                          (PendingCommand){.word = VOCABULARY_UNKNOWN, .flags = PENDING_HOLE});
  session->lost = session->state_guessed = true;
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  SmtpSession *session = decoder;
  if (session->next != PROTOCOL_NONE) return;
  bool from_client = direction == DIRECTION_TO_SERVER;
  if (from_client)
    cut_client_line(session);
  else
    smtp_session_cut_reply(session);
  session->end[direction] = offset + length;
  session->heard[direction] = true;
  line_assembler_gap(&session->lines[direction]);
  decoder_emit_note(session->sink, NOTE_GAP, direction, 0, offset, length);
  if (from_client && session->body.kind != BODY_NONE) {
    bool inside = session->body.kind == BODY_DATA || length <= session->body.left;
    smtp_session_body_gap(session, length);
    if (inside) return;
  }
  if (from_client) {
    gap_in_commands(session);
  } else {
    session->greeted = session->uncertain = session->state_guessed = true;
    session->once &= (uint16_t)~ONCE_UNCERTAIN;
  }
}

/* One direction alone tells half the story, and everything here was guessed from it. */
static void note_one_sided(SmtpSession *session)
{
  bool client = session->heard[DIRECTION_TO_SERVER], server = session->heard[DIRECTION_TO_CLIENT];
  if (session->first_id == 0 || client == server || (server && !session->lone_replies)) return;
  Direction direction = client ? DIRECTION_TO_SERVER : DIRECTION_TO_CLIENT;
  decoder_emit_note(session->sink, NOTE_ONE_SIDED, direction, session->first_id, session->end[direction], 0);
}

static void finish(void *decoder)
{
  SmtpSession *session = decoder;
  if (session->next != PROTOCOL_NONE) return;
  cut_client_line(session);
  smtp_session_cut_reply(session);
  if (session->body.kind != BODY_NONE) smtp_session_end_body(session, false);
  smtp_session_end_message(session, false, 0, SMTP_BDAT);
  smtp_session_end_auth(session, -1, session->end[DIRECTION_TO_SERVER]);
  note_one_sided(session);
}

static void destroy(void *decoder)
{
  SmtpSession *session = decoder;
  line_assembler_clear(&session->lines[0]);
  line_assembler_clear(&session->lines[1]);
  line_range_clear(&session->reply);
  pending_commands_clear(&session->pending);
  sasl_observer_clear(&session->sasl);
  smtp_transaction_clear(&session->transaction);
  message_observer_clear(&session->message);
  g_free(session);
}

static const uint16_t ports[] = {25, 587, 2525, 2587, 0};

const DecoderClass smtp_decoder_class = {
    .vocabulary = &smtp_vocabulary,
    .ports = ports,
    .recognise = smtp_recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = smtp_dissect,
    .refine = smtp_refine,
};
