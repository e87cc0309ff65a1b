/* SPDX-License-Identifier: MIT */
/* Requests, responses and bodies out of both directions (RFC 9112 §6). */
#include "protocol/http/http-decoder.h"

#include "protocol/decoder-support.h"
#include "protocol/http/http-head.h"
#include "protocol/http/http-login.h"
#include "protocol/line-remarks.h"
#include "protocol/login-queue.h"

typedef enum {
  AT_HEAD,     /* the start line or a field comes */
  IN_LENGTH,   /* a body of known length */
  AT_SIZE,     /* a chunk's size line comes */
  IN_CHUNK,    /* a chunk's bytes */
  AFTER_CHUNK, /* the line end behind them */
  IN_TRAILER,  /* fields behind the last chunk */
  UNTIL_CLOSE, /* all that comes is body */
  LOST,        /* bytes are missing: a start line is looked for */
} Reading;

/* PendingCommand.flags */
enum {
  REQUEST_FORM = 1 << 0, /* its log-in is a form's */
  REQUEST_HAS_LOGIN = 1 << 1,
};

typedef struct {
  LineAssembler lines;
  LineRange head;
  HttpFraming framing;
  Reading reading;
  uint64_t left; /* bytes of the body, or the chunk, still to come */
  uint64_t body_offset, body_length, body_lines;
  uint32_t message_id; /* of the head's line */
  uint16_t word;       /* of the request, or that it answers */
  bool damaged;
  bool secret_body; /* a form */
} HttpSide;

typedef struct {
  const DecoderSink *sink;
  LineRemarks remarks;
  HttpSide sides[2];
  PendingCommands pending;
  LoginQueue logins;
  ByteBuffer form;  /* the beginning of a form in transfer */
  ByteBuffer basic; /* the last Authorization value told */
  bool multipart;
  bool opaque; /* another protocol is spoken now */
} HttpSession;

static bool is_head_word(uint16_t word)
{
  return word == HTTP_HEAD;
}

static void note(HttpSession *session, NoteCode code, Direction direction, uint32_t about, uint64_t offset)
{
  decoder_emit_note(session->sink, code, direction, about, offset, 0);
}

/* A form's log-in belongs to the request, and waits for its response. */
static void judge_form(HttpSession *session, HttpSide *side)
{
  HttpLogin login = {0};
  Bytes form = byte_buffer_view(&session->form);
  bool found =
      session->multipart ? http_login_read_multipart(form, &login) : http_login_read_form(form, &login);
  if (found) {
    Credential credential = {.mechanism = "FORM",
                             .user = byte_buffer_view(&login.user),
                             .secret = byte_buffer_view(&login.secret),
                             .accepted = -1};
    login_queue_add(&session->logins, session->sink, side->message_id, side->body_offset, &credential);
    note(session, NOTE_PLAINTEXT_PASSWORD, DIRECTION_TO_SERVER, side->message_id, side->body_offset);
    for (uint32_t i = 0; i < session->pending.count; i++) {
      PendingCommand *request = pending_commands_get(&session->pending, i);
      if (request->id == side->message_id) request->flags |= REQUEST_FORM | REQUEST_HAS_LOGIN;
    }
  }
  http_login_clear(&login);
  byte_buffer_reset(&session->form);
}

static void end_body(HttpSession *session, Direction direction, bool complete)
{
  HttpSide *side = &session->sides[direction];
  bool form = direction == DIRECTION_TO_SERVER && side->secret_body;
  if (side->body_length > 0) {
    DecodedLine line = decoded_line(LINE_DATA, direction);
    line.word = side->word;
    line.about = side->message_id;
    line.offset = side->body_offset;
    line.length = side->body_length;
    line.lines = (uint32_t)MIN(side->body_lines, UINT32_MAX);
    line.secret = form ? SECRET_LINE : SECRET_NONE;
    if (!complete || side->damaged) line.flags |= LINE_INCOMPLETE;
    decoder_emit(session->sink, &line);
  }
  if (form) judge_form(session, side);
  side->reading = AT_HEAD;
  side->body_length = side->body_lines = 0;
  side->damaged = side->secret_body = false;
}

static void begin_body(HttpSession *session, Direction direction, bool has_body, uint64_t offset)
{
  HttpSide *side = &session->sides[direction];
  const HttpFraming *framing = &side->framing;
  side->body_offset = offset;
  side->body_length = side->body_lines = 0;
  if (!has_body)
    side->reading = AT_HEAD;
  else if (framing->chunked)
    side->reading = AT_SIZE;
  else if (framing->has_length)
    side->reading = framing->length > 0 ? IN_LENGTH : AT_HEAD;
  else
    side->reading = direction == DIRECTION_TO_CLIENT ? UNTIL_CLOSE : AT_HEAD;
  side->left = framing->length;
  if (direction == DIRECTION_TO_CLIENT || side->reading == AT_HEAD) return;
  side->secret_body = framing->form || framing->multipart;
  session->multipart = framing->multipart;
}

/* The same log-in stands in every request: it is told when it changes. */
static void judge_basic(HttpSession *session, uint32_t id, uint64_t offset, PendingCommand *request,
                        Bytes head)
{
  Bytes name, value, rest = head;
  for (ptrdiff_t lf; (lf = bytes_find(rest, '\n')) >= 0; rest = bytes_skip(rest, (size_t)lf + 1)) {
    HttpLogin login = {0};
    if (!http_parse_field(bytes_slice(rest, 0, (size_t)lf + 1), &name, &value)) continue;
    if (!bytes_equal_ignore_case(name, "Authorization")) continue;
    if (bytes_equal(value, byte_buffer_view(&session->basic))) continue;
    if (http_login_read_basic(value, &login)) {
      Credential credential = {.mechanism = "BASIC",
                               .user = byte_buffer_view(&login.user),
                               .secret = byte_buffer_view(&login.secret),
                               .accepted = -1};
      login_queue_add(&session->logins, session->sink, id, offset, &credential);
      note(session, NOTE_PLAINTEXT_PASSWORD, DIRECTION_TO_SERVER, id, offset);
      request->flags |= REQUEST_HAS_LOGIN;
      byte_buffer_reset(&session->basic);
      byte_buffer_append(&session->basic, value);
    }
    http_login_clear(&login);
  }
}

/* A form sent with GET stands in the address itself. */
static void judge_query(HttpSession *session, uint32_t id, uint64_t offset, PendingCommand *request,
                        Bytes target)
{
  HttpLogin login = {0};
  ptrdiff_t mark = bytes_find(target, '?');
  bool found = mark >= 0 && http_login_read_form(bytes_skip(target, (size_t)mark + 1), &login);
  if (found && byte_buffer_view(&login.secret).length > 0) {
    Credential credential = {.mechanism = "FORM",
                             .user = byte_buffer_view(&login.user),
                             .secret = byte_buffer_view(&login.secret),
                             .accepted = -1};
    login_queue_add(&session->logins, session->sink, id, offset, &credential);
    note(session, NOTE_PLAINTEXT_PASSWORD, DIRECTION_TO_SERVER, id, offset);
    request->flags |= REQUEST_FORM | REQUEST_HAS_LOGIN;
  }
  http_login_clear(&login);
}

static DecodedLine head_line(HttpSession *session, Direction direction, LineKind kind, bool incomplete)
{
  HttpSide *side = &session->sides[direction];
  DecodedLine line = decoded_line(kind, direction);
  size_t start, length;
  decoded_line_set_range(&line, &side->head);
  line.lines = 1;
  line.secret = http_find_secrets(side->head.view, &start, &length) ? SECRET_LINE : SECRET_NONE;
  if (incomplete) line.flags |= LINE_INCOMPLETE;
  return line;
}

static void end_request(HttpSession *session, bool incomplete)
{
  HttpSide *side = &session->sides[DIRECTION_TO_SERVER];
  HttpRequestLine request;
  Bytes view = side->head.view;
  ptrdiff_t lf = bytes_find(view, '\n');
  if (!http_parse_request_line(bytes_slice(view, 0, lf < 0 ? view.length : (size_t)lf + 1), &request))
    request = (HttpRequestLine){.word = VOCABULARY_UNKNOWN};
  DecodedLine line = head_line(session, DIRECTION_TO_SERVER, LINE_COMMAND, incomplete);
  line.word = request.word;
  side->message_id = line_remarks_emit(&session->remarks, &line, side->head.bare_lf, true);
  side->word = request.word;
  PendingCommand pending = {.id = side->message_id, .word = request.word};
  judge_query(session, side->message_id, line.offset, &pending, request.target);
  judge_basic(session, side->message_id, line.offset, &pending, view);
  if (!pending_commands_push(&session->pending, pending))
    note(session, NOTE_SERVER_BUSY, DIRECTION_TO_SERVER, side->message_id, line.offset);
  bool has_body = !incomplete && (side->framing.chunked || side->framing.has_length);
  begin_body(session, DIRECTION_TO_SERVER, has_body, side->head.offset + side->head.length);
  line_range_reset(&side->head);
}

/* Did the response let the log-in in? -1: it does not tell. */
static int judge_login(const PendingCommand *request, int code, const HttpFraming *framing)
{
  if (code == 401 || code == 407) return 0;
  if ((request->flags & REQUEST_FORM) == 0) return code < 400 ? 1 : -1;
  if (code == 403) return 0;
  return (code == 302 || code == 303) && framing->sets_cookie ? 1 : -1;
}

static ReplyClass class_of(int code)
{
  static const ReplyClass classes[] = {REPLY_OK, REPLY_CONTINUE, REPLY_OK,
                                       REPLY_OK, REPLY_REFUSED,  REPLY_LATER};
  return code == 429 ? REPLY_LATER : classes[code / 100];
}

static void end_response(HttpSession *session, bool incomplete)
{
  HttpSide *side = &session->sides[DIRECTION_TO_CLIENT];
  Bytes view = side->head.view;
  HttpStatusLine status = {0};
  ptrdiff_t lf = bytes_find(view, '\n');
  http_parse_status_line(bytes_slice(view, 0, lf < 0 ? view.length : (size_t)lf + 1), &status);
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  PendingCommand request = head != NULL ? *head : (PendingCommand){.word = VOCABULARY_UNKNOWN};
  DecodedLine line = head_line(session, DIRECTION_TO_CLIENT, LINE_REPLY, incomplete);
  line.about = request.id;
  line.answered_word = request.word;
  line.reply_class = (uint8_t)class_of(status.code);
  line.word = vocabulary_find_reply(&http_vocabulary, status.digits, VOCABULARY_UNKNOWN);
  if (request.id == 0) {
    line.flags |= LINE_UNSOLICITED;
    session->remarks.lone_replies = true;
  }
  side->message_id = line_remarks_emit(&session->remarks, &line, side->head.bare_lf, true);
  side->word = request.word;
  if (status.code >= 400) note(session, NOTE_REFUSED, DIRECTION_TO_CLIENT, side->message_id, line.offset);
  bool final = status.code >= 200 || status.code == 101;
  if (head != NULL && final) {
    if ((request.flags & REQUEST_HAS_LOGIN) != 0)
      login_queue_decide(&session->logins, session->sink, request.id,
                         judge_login(&request, status.code, &side->framing));
    pending_commands_drop(&session->pending, 1);
  }
  bool tunnel = request.word == HTTP_CONNECT && status.code >= 200 && status.code < 300;
  bool empty = status.code < 200 || status.code == 204 || status.code == 304 || is_head_word(request.word);
  begin_body(session, DIRECTION_TO_CLIENT, !empty && !incomplete, side->head.offset + side->head.length);
  session->opaque = status.code == 101 || tunnel;
  line_range_reset(&side->head);
}

static void end_head(HttpSession *session, Direction direction, bool incomplete)
{
  if (direction == DIRECTION_TO_SERVER)
    end_request(session, incomplete);
  else
    end_response(session, incomplete);
}

static bool is_start_line(Direction direction, Bytes line)
{
  HttpRequestLine request;
  HttpStatusLine status;
  return direction == DIRECTION_TO_SERVER ? http_parse_request_line(line, &request)
                                          : http_parse_status_line(line, &status);
}

/* A line of the head. Empty lines before a start line are passed over (RFC 9112 §2.2). */
static void head_takes(HttpSession *session, Direction direction, const AssembledLine *line)
{
  HttpSide *side = &session->sides[direction];
  Bytes name, value;
  bool first = line_range_is_empty(&side->head), empty = bytes_chomp(line->raw).length == 0;
  if (first) {
    if (side->reading == LOST && !is_start_line(direction, line->raw)) return;
    if (empty) return;
    side->reading = AT_HEAD;
    side->framing = (HttpFraming){0};
    if (!is_start_line(direction, line->raw)) {
      side->reading = LOST;
      DecodedLine odd = decoded_line(direction == DIRECTION_TO_SERVER ? LINE_COMMAND : LINE_REPLY, direction);
      decoded_line_set_line(&odd, line);
      odd.lines = 1;
      odd.secret = SECRET_LINE;
      odd.flags |= LINE_UNSOLICITED;
      uint32_t id = line_remarks_emit(&session->remarks, &odd, false, true);
      note(session, direction == DIRECTION_TO_SERVER ? NOTE_UNKNOWN_COMMAND : NOTE_BAD_REPLY, direction, id,
           odd.offset);
      return;
    }
  }
  line_range_add_line(&side->head, line);
  if (first) return;
  if (empty)
    end_head(session, direction, false);
  else if (http_parse_field(line->raw, &name, &value))
    http_framing_add(&side->framing, name, value);
}

static void size_line(HttpSession *session, Direction direction, const AssembledLine *line)
{
  HttpSide *side = &session->sides[direction];
  side->body_length += line->length;
  if (!http_parse_chunk_size(line->raw, &side->left)) {
    side->damaged = true;
    end_body(session, direction, false);
    side->reading = LOST;
  } else {
    side->reading = side->left == 0 ? IN_TRAILER : IN_CHUNK;
  }
}

static void take_line(HttpSession *session, Direction direction, const AssembledLine *line)
{
  HttpSide *side = &session->sides[direction];
  switch (side->reading) {
  case AT_SIZE:
    size_line(session, direction, line);
    break;
  case AFTER_CHUNK:
    side->body_length += line->length;
    side->reading = AT_SIZE;
    break;
  case IN_TRAILER:
    side->body_length += line->length;
    if (bytes_chomp(line->raw).length == 0) end_body(session, direction, true);
    break;
  default:
    head_takes(session, direction, line);
  }
}

/* The body's own bytes. */
static void take_body(HttpSession *session, Direction direction, ChunkCursor *cursor)
{
  HttpSide *side = &session->sides[direction];
  bool endless = side->reading == UNTIL_CLOSE;
  Bytes bytes =
      bytes_slice(cursor->rest, 0, endless ? SIZE_MAX : (size_t)MIN(side->left, cursor->rest.length));
  for (Bytes rest = bytes; rest.length > 0;) {
    ptrdiff_t lf = bytes_find(rest, '\n');
    side->body_lines += lf >= 0;
    rest = lf < 0 ? BYTES_EMPTY : bytes_skip(rest, (size_t)lf + 1);
  }
  side->body_length += bytes.length;
  if (side->secret_body) {
    size_t room = LIMIT_LINE_SHOWN - MIN(LIMIT_LINE_SHOWN, byte_buffer_view(&session->form).length);
    byte_buffer_append(&session->form, bytes_slice(bytes, 0, room));
  }
  chunk_cursor_advance(cursor, bytes.length);
  if (endless) return;
  side->left -= bytes.length;
  if (side->left > 0) return;
  if (side->reading == IN_CHUNK)
    side->reading = AFTER_CHUNK;
  else
    end_body(session, direction, true);
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  HttpSession *session = decoder;
  HttpSide *side = &session->sides[direction];
  ChunkCursor cursor = chunk_cursor(offset, bytes);
  line_remarks_hear(&session->remarks, direction, offset + bytes.length);
  while (cursor.rest.length > 0 && !session->opaque) {
    AssembledLine line;
    bool body = side->reading == IN_LENGTH || side->reading == IN_CHUNK || side->reading == UNTIL_CLOSE;
    if (body)
      take_body(session, direction, &cursor);
    else if (line_assembler_next(&side->lines, &cursor, &line))
      take_line(session, direction, &line);
  }
  line_range_keep(&side->head);
  return DECODER_GOES_ON;
}

/* What was begun in that direction is told as it is. */
static void break_off(HttpSession *session, Direction direction, bool at_end)
{
  HttpSide *side = &session->sides[direction];
  AssembledLine rest;
  if (line_assembler_take_rest(&side->lines, &rest) && !line_range_is_empty(&side->head))
    line_range_add_line(&side->head, &rest);
  if (!line_range_is_empty(&side->head))
    end_head(session, direction, true);
  else if (side->reading != AT_HEAD && side->reading != LOST)
    end_body(session, direction, at_end && side->reading == UNTIL_CLOSE);
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  HttpSession *session = decoder;
  HttpSide *side = &session->sides[direction];
  if (session->opaque) return;
  line_remarks_hear(&session->remarks, direction, offset + length);
  bool body = side->reading == IN_LENGTH || side->reading == IN_CHUNK || side->reading == UNTIL_CLOSE;
  bool inside = body && (side->reading == UNTIL_CLOSE || side->left > length);
  if (inside) {
    side->body_length += length;
    side->damaged = true;
    if (side->reading != UNTIL_CLOSE) side->left -= length;
  } else {
    break_off(session, direction, false);
    line_assembler_gap(&side->lines);
    side->reading = LOST;
    /* which request the next response answers is open */
    pending_commands_drop(&session->pending, session->pending.count);
  }
  decoder_emit_note(session->sink, NOTE_GAP, direction, 0, offset, length);
}

static void finish(void *decoder)
{
  HttpSession *session = decoder;
  if (!session->opaque) {
    break_off(session, DIRECTION_TO_SERVER, true);
    break_off(session, DIRECTION_TO_CLIENT, true);
  }
  login_queue_finish(&session->logins, session->sink);
  line_remarks_finish(&session->remarks);
}

static void *create(const DecoderSink *sink, bool from_start)
{
  HttpSession *session = g_new0(HttpSession, 1);
  session->sink = sink;
  session->remarks = (LineRemarks){.sink = sink, .midstream = !from_start};
  for (int i = 0; i < 2 && !from_start; i++) {
    session->sides[i].reading = LOST;
    line_assembler_gap(&session->sides[i].lines);
  }
  return session;
}

static void destroy(void *decoder)
{
  HttpSession *session = decoder;
  for (int i = 0; i < 2; i++) {
    line_assembler_clear(&session->sides[i].lines);
    line_range_clear(&session->sides[i].head);
  }
  pending_commands_clear(&session->pending);
  login_queue_clear(&session->logins);
  byte_buffer_clear(&session->form);
  byte_buffer_clear(&session->basic);
  g_free(session);
}

static const uint16_t ports[] = {80, 2080, 0};

const DecoderClass http_decoder_class = {
    .vocabulary = &http_vocabulary,
    .ports = ports,
    .recognise = http_recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = http_dissect,
};
