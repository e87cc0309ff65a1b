/* SPDX-License-Identifier: MIT */
/* Commands and replies in turn; after RETR, as many bytes as the last "=" told. */
#include "protocol/pop2/pop2-decoder.h"

#include "protocol/decoder-support.h"
#include "protocol/line-remarks.h"
#include "protocol/login-queue.h"
#include "protocol/message-observer.h"
#include "protocol/pop2/pop2-syntax.h"

typedef struct {
  const DecoderSink *sink;
  LineRemarks remarks;
  LineAssembler lines[2];
  PendingCommands pending;
  LoginQueue logins;
  MessageObserver message;
  uint64_t announced; /* bytes of the message chosen, as the last "=" has it */
  uint64_t left;      /* bytes of the message in transfer still to come */
  uint64_t body_offset, body_length, body_lines;
  uint32_t body_id; /* of RETR's line */
  bool in_body, body_damaged;
  bool greeted, lost;
  uint8_t state;
} Pop2Session;

static void note(Pop2Session *session, NoteCode code, Direction direction, uint32_t about, uint64_t offset,
                 uint64_t length)
{
  decoder_emit_note(session->sink, code, direction, about, offset, length);
}

static void remember_login(Pop2Session *session, uint32_t id, uint64_t offset, Bytes argument)
{
  Bytes user, password;
  pop2_split_login(argument, &user, &password);
  Credential credential = {.mechanism = "HELO", .user = user, .secret = password, .accepted = -1};
  login_queue_add(&session->logins, session->sink, id, offset, &credential);
  if (password.length > 0) note(session, NOTE_PLAINTEXT_PASSWORD, DIRECTION_TO_SERVER, id, offset, 0);
}

static void client_line(Pop2Session *session, const AssembledLine *line)
{
  Pop2Command command;
  pop2_parse_command(line->raw, &command);
  bool known = command.word != VOCABULARY_UNKNOWN;
  if (line->after_gap && !known) return;
  DecodedLine decoded = decoded_line(LINE_COMMAND, DIRECTION_TO_SERVER);
  decoded_line_set_line(&decoded, line);
  decoded.word = command.word;
  decoded.phase = session->state;
  /* a slip of the keyboard before the log-in is most likely the log-in */
  bool unsafe = !known && session->state == POP2_AUTHORIZATION;
  decoded.secret = known    ? pop2_vocabulary.words[command.word].secret
                   : unsafe ? SECRET_ARGUMENT
                            : SECRET_NONE;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, line->bare_lf, true);
  if (!known) note(session, NOTE_UNKNOWN_COMMAND, DIRECTION_TO_SERVER, id, line->offset, 0);
  bool login = command.word == POP2_HELO && !line->incomplete;
  if (login) remember_login(session, id, line->offset, command.argument);
  PendingCommand pending = {.id = id, .word = command.word, .phase = session->state};
  if (!pending_commands_push(&session->pending, pending))
    note(session, NOTE_SERVER_BUSY, DIRECTION_TO_SERVER, id, line->offset, 0);
}

static void apply(Pop2Session *session, const PendingCommand *command, ReplyClass reply_class)
{
  uint8_t next = command->word == VOCABULARY_UNKNOWN ? STATE_SAME
                                                     : pop2_vocabulary.words[command->word].next[reply_class];
  if (next != STATE_SAME) session->state = next;
}

static void reply(Pop2Session *session, const AssembledLine *line)
{
  Bytes code = BYTES_EMPTY, text;
  bool valid = pop2_parse_reply(line->raw, &code, &text);
  if (!valid && (line->after_gap || session->lost)) return;
  session->lost = false;
  bool greeting = !session->greeted && !line->after_gap;
  session->greeted = true;
  const PendingCommand *head = greeting ? NULL : pending_commands_get(&session->pending, 0);
  PendingCommand answered = head != NULL ? *head : (PendingCommand){.word = VOCABULARY_UNKNOWN};
  ReplyClass reply_class = !valid ? REPLY_UNTAGGED : code.data[0] == '-' ? REPLY_REFUSED : REPLY_OK;
  DecodedLine decoded = decoded_line(LINE_REPLY, DIRECTION_TO_CLIENT);
  decoded_line_set_line(&decoded, line);
  decoded.phase = session->state;
  decoded.lines = 1;
  decoded.about = answered.id;
  decoded.answered_word = answered.word;
  decoded.reply_class = (uint8_t)reply_class;
  if (valid) decoded.word = vocabulary_find_reply(&pop2_vocabulary, code, answered.word);
  if (answered.id == 0) decoded.flags |= LINE_UNSOLICITED;
  session->remarks.lone_replies |= answered.id == 0 && !greeting;
  uint32_t id = line_remarks_emit(&session->remarks, &decoded, line->bare_lf, true);
  if (!valid) note(session, NOTE_BAD_REPLY, DIRECTION_TO_CLIENT, id, line->offset, 0);
  if (reply_class == REPLY_REFUSED) note(session, NOTE_REFUSED, DIRECTION_TO_CLIENT, id, line->offset, 0);
  if (valid && code.data[0] == '=') pop2_parse_number(text, &session->announced);
  if (head == NULL || !valid) return;
  pending_commands_drop(&session->pending, 1);
  if (answered.word == POP2_HELO)
    login_queue_decide(&session->logins, session->sink, answered.id, reply_class == REPLY_OK ? 1 : 0);
  apply(session, &answered, reply_class);
}

static void end_body(Pop2Session *session, bool complete)
{
  DecodedLine decoded = decoded_line(LINE_DATA, DIRECTION_TO_CLIENT);
  decoded.word = POP2_RETR;
  decoded.about = session->body_id;
  decoded.offset = session->body_offset;
  decoded.length = session->body_length;
  decoded.lines = (uint32_t)MIN(session->body_lines, UINT32_MAX);
  if (!complete || session->body_damaged) decoded.flags |= LINE_INCOMPLETE;
  session->in_body = false;
  message_observer_add_piece(&session->message, session->body_offset, session->body_length);
  g_autoptr(MessageRecord) record =
      message_observer_end(&session->message, complete && !session->body_damaged);
  if (session->body_length == 0) return;
  uint32_t id = decoder_emit(session->sink, &decoded);
  if (record != NULL) message_observer_emit(session->sink, record, DIRECTION_TO_CLIENT, id, POP2_RETR);
  if (complete) return;
  note(session, NOTE_BODY_LENGTH, DIRECTION_TO_CLIENT, id, session->body_offset, session->left);
}

/* The bytes after RETR are the message. Nothing announced: no message comes. */
static bool begin_body(Pop2Session *session, uint64_t offset)
{
  const PendingCommand *head = pending_commands_get(&session->pending, 0);
  if (session->in_body) return true;
  if (head == NULL || head->word != POP2_RETR || session->announced == 0) return false;
  session->in_body = true;
  session->left = session->announced;
  session->body_offset = offset;
  session->body_length = session->body_lines = 0;
  session->body_damaged = false;
  session->body_id = head->id;
  message_observer_begin(&session->message, session->sink, MESSAGE_FETCHED, false);
  PendingCommand answered = *head;
  pending_commands_drop(&session->pending, 1);
  apply(session, &answered, REPLY_OK);
  return true;
}

static void take_body_bytes(Pop2Session *session, ChunkCursor *cursor)
{
  Bytes bytes = bytes_slice(cursor->rest, 0, (size_t)MIN(session->left, cursor->rest.length));
  for (Bytes rest = bytes; rest.length > 0;) {
    ptrdiff_t lf = bytes_find(rest, '\n');
    session->body_lines += lf >= 0;
    rest = lf < 0 ? BYTES_EMPTY : bytes_skip(rest, (size_t)lf + 1);
  }
  message_observer_take(&session->message, bytes);
  session->body_length += bytes.length;
  session->left -= bytes.length;
  chunk_cursor_advance(cursor, bytes.length);
  if (session->left == 0) end_body(session, true);
}

static DecoderVerdict receive(void *decoder, Direction direction, uint64_t offset, Bytes bytes)
{
  Pop2Session *session = decoder;
  LineAssembler *lines = &session->lines[direction];
  ChunkCursor cursor = chunk_cursor(offset, bytes);
  line_remarks_hear(&session->remarks, direction, offset + bytes.length);
  while (cursor.rest.length > 0) {
    AssembledLine line;
    bool server = direction == DIRECTION_TO_CLIENT;
    if (server && !line_assembler_is_inside(lines) && begin_body(session, cursor.offset))
      take_body_bytes(session, &cursor);
    else if (!line_assembler_next(lines, &cursor, &line))
      break;
    else if (server)
      reply(session, &line);
    else
      client_line(session, &line);
  }
  return DECODER_GOES_ON;
}

static void gap(void *decoder, Direction direction, uint64_t offset, uint64_t length)
{
  Pop2Session *session = decoder;
  line_remarks_hear(&session->remarks, direction, offset + length);
  bool inside = direction == DIRECTION_TO_CLIENT && session->in_body && length <= session->left;
  if (inside) {
    message_observer_gap(&session->message, length);
    session->body_damaged = true;
    session->body_length += length;
    session->left -= length;
    if (session->left == 0) end_body(session, true);
  } else {
    if (direction == DIRECTION_TO_CLIENT && session->in_body) end_body(session, false);
    line_assembler_gap(&session->lines[direction]);
    session->lost = session->greeted = true;
    /* a client that waits for each reply has its last command open at most */
    if (session->pending.count > 1) pending_commands_drop(&session->pending, session->pending.count - 1);
  }
  note(session, NOTE_GAP, direction, 0, offset, length);
}

static void finish(void *decoder)
{
  Pop2Session *session = decoder;
  AssembledLine rest;
  if (line_assembler_take_rest(&session->lines[DIRECTION_TO_SERVER], &rest)) client_line(session, &rest);
  if (session->in_body)
    end_body(session, false);
  else if (line_assembler_take_rest(&session->lines[DIRECTION_TO_CLIENT], &rest))
    reply(session, &rest);
  login_queue_finish(&session->logins, session->sink);
  line_remarks_finish(&session->remarks);
}

static void *create(const DecoderSink *sink, bool from_start)
{
  Pop2Session *session = g_new0(Pop2Session, 1);
  session->sink = sink;
  session->remarks = (LineRemarks){.sink = sink, .midstream = !from_start};
  session->greeted = session->lost = !from_start;
  session->state = from_start ? POP2_AUTHORIZATION : POP2_MAILBOX;
  for (int i = 0; i < 2 && !from_start; i++)
    line_assembler_gap(&session->lines[i]);
  return session;
}

static void destroy(void *decoder)
{
  Pop2Session *session = decoder;
  line_assembler_clear(&session->lines[0]);
  line_assembler_clear(&session->lines[1]);
  pending_commands_clear(&session->pending);
  login_queue_clear(&session->logins);
  message_observer_clear(&session->message);
  g_free(session);
}

static const uint16_t ports[] = {109, 2109, 0};

const DecoderClass pop2_decoder_class = {
    .vocabulary = &pop2_vocabulary,
    .ports = ports,
    .recognise = pop2_recognise,
    .create = create,
    .receive = receive,
    .gap = gap,
    .finish = finish,
    .destroy = destroy,
    .dissect = pop2_dissect,
};
