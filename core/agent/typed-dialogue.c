/* SPDX-License-Identifier: MIT */
/* One line, its reply, a pause, the next line. */
#include "agent/typed-dialogue.h"

#include "agent/typist-framing.h"
#include "protocol/endpoint-support.h"

#define USUAL_PAUSE NANOSECONDS_PER_SECOND
#define USUAL_PATIENCE (60 * NANOSECONDS_PER_SECOND)
#define REPLY_BYTES_MAX 65536u /* of one reply kept */
#define EVENTS_MAX 10000u      /* told of one connection: a flood of unasked lines is passed over */

typedef enum {
  WAITING, /* for a reply */
  PAUSING, /* before the next line */
  RESTING, /* no line is left, yet one may come */
  CLOSING,
} State;

typedef struct {
  TypistEventType type;
  char *line, *reply;
} Told;

typedef struct {
  Endpoint base;
  TypistFraming framing;
  GPtrArray *lines; /* of char * */
  guint next;       /* index of the line to be typed next */
  Nanoseconds pause, patience;
  bool stay;

  LineInput in;
  ByteBuffer out;
  State state;
  Nanoseconds now, since; /* 0: not yet known */
  GString *reply;         /* so far */
  bool has_greeting, unanswered;
  GQueue told; /* of Told, still to be handed out */
  guint told_count;
  Told *current; /* handed out last */
  bool close_due;
} TypedDialogue;

static void told_free(gpointer data)
{
  Told *told = data;
  if (told == NULL) return;
  endpoint_wipe(told->line); /* it may hold a password */
  g_free(told->reply);
  g_free(told);
}

static const char *line_at_hand(const TypedDialogue *dialogue)
{
  return dialogue->next == 0 ? "" : g_ptr_array_index(dialogue->lines, dialogue->next - 1);
}

static void tell(TypedDialogue *dialogue, TypistEventType type)
{
  if (dialogue->told_count++ < EVENTS_MAX) {
    Told *told = g_new(Told, 1);
    bool with_line = type == TYPIST_REPLY || type == TYPIST_SILENCE;
    *told = (Told){type, g_strdup(with_line ? line_at_hand(dialogue) : ""),
                   g_utf8_make_valid(dialogue->reply->str, (gssize)dialogue->reply->len)};
    g_queue_push_tail(&dialogue->told, told);
  }
  g_string_truncate(dialogue->reply, 0);
}

static void enter(TypedDialogue *dialogue, State state)
{
  dialogue->state = state;
  dialogue->since = dialogue->now;
  if (state == CLOSING) dialogue->close_due = true;
}

/* What now, that nothing is awaited? */
static void go_on(TypedDialogue *dialogue)
{
  if (dialogue->next < dialogue->lines->len)
    enter(dialogue, PAUSING);
  else
    enter(dialogue, dialogue->stay ? RESTING : CLOSING);
}

static void type_next(TypedDialogue *dialogue)
{
  Bytes line = bytes_from_string(g_ptr_array_index(dialogue->lines, dialogue->next++));
  byte_buffer_append(&dialogue->out, line);
  byte_buffer_append(&dialogue->out, BYTES_LITERAL("\r\n"));
  if (typist_framing_type(&dialogue->framing, line))
    enter(dialogue, WAITING);
  else
    go_on(dialogue);
}

/* The server said all it had to say for now. */
static void end_reply(TypedDialogue *dialogue)
{
  bool greeting = dialogue->next == 0;
  tell(dialogue, greeting ? TYPIST_GREETING : TYPIST_REPLY);
  go_on(dialogue);
}

static void append_reply(TypedDialogue *dialogue, Bytes text, bool as_line)
{
  if (dialogue->reply->len >= REPLY_BYTES_MAX) return;
  if (as_line && dialogue->reply->len > 0) g_string_append_c(dialogue->reply, '\n');
  Bytes kept = bytes_slice(text, 0, REPLY_BYTES_MAX - dialogue->reply->len);
  g_string_append_len(dialogue->reply, (const char *)kept.data, (gssize)kept.length);
}

static bool receive_raw(TypedDialogue *dialogue)
{
  Bytes held = line_input_view(&dialogue->in);
  uint64_t left = typist_framing_raw(&dialogue->framing);
  Bytes taken = bytes_slice(held, 0, (size_t)MIN(left, held.length));
  if (taken.length == 0) return false;
  append_reply(dialogue, taken, false);
  size_t count = taken.length;
  line_input_consume(&dialogue->in, count);
  bool whole = typist_framing_take_raw(&dialogue->framing, count);
  if (whole && dialogue->state == WAITING) end_reply(dialogue);
  return true;
}

static bool receive_line(TypedDialogue *dialogue)
{
  Bytes line;
  LineInputResult result = line_input_next(&dialogue->in, &line);
  if (result == LINE_INPUT_NONE) return false;
  if (result == LINE_INPUT_TOO_LONG) line = bytes_slice(line, 0, 80);
  bool asked = dialogue->state == WAITING;
  if (asked) append_reply(dialogue, line, true);
  switch (typist_framing_take(&dialogue->framing, line, asked)) {
  case TYPIST_LINE_LAST:
    end_reply(dialogue);
    break;
  case TYPIST_LINE_UNASKED:
    append_reply(dialogue, line, true);
    tell(dialogue, TYPIST_UNASKED);
    break;
  case TYPIST_LINE_MORE:
    break;
  }
  return true;
}

static void dialogue_receive(Endpoint *endpoint, Bytes bytes)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  byte_buffer_append(&dialogue->in.bytes, bytes);
  while (dialogue->state != CLOSING &&
         (typist_framing_raw(&dialogue->framing) > 0 ? receive_raw(dialogue) : receive_line(dialogue))) {
  }
}

static EndpointEventType dialogue_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  *event = (EndpointEvent){.type = ENDPOINT_NOTHING};
  if (!g_queue_is_empty(&dialogue->told)) {
    told_free(dialogue->current);
    dialogue->current = g_queue_pop_head(&dialogue->told);
    event->type = ENDPOINT_FETCHED;
    event->reply = bytes_from_string(dialogue->current->reply);
  } else if (dialogue->close_due) {
    dialogue->close_due = false;
    event->type = ENDPOINT_CLOSE;
  }
  return event->type;
}

/* No event asks. */
static void dialogue_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes dialogue_pending(Endpoint *endpoint)
{
  return endpoint_pending_of(&((TypedDialogue *)endpoint)->out);
}

static void dialogue_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&((TypedDialogue *)endpoint)->out, count);
}

static bool dialogue_wants_read(Endpoint *endpoint)
{
  return ((TypedDialogue *)endpoint)->state != CLOSING;
}

static Nanoseconds dialogue_deadline(Endpoint *endpoint)
{
  const TypedDialogue *dialogue = (const TypedDialogue *)endpoint;
  if (dialogue->now == 0) return 0;
  if (dialogue->state == WAITING) return dialogue->since + dialogue->patience;
  if (dialogue->state == PAUSING) return dialogue->since + dialogue->pause;
  return NANOSECONDS_NEVER;
}

static void dialogue_advance(Endpoint *endpoint, Nanoseconds now)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  if (dialogue->now == 0) dialogue->since = now;
  dialogue->now = now;
  if (dialogue->state == WAITING && now >= dialogue->since + dialogue->patience) {
    if (dialogue->next > 0) dialogue->unanswered = true;
    tell(dialogue, TYPIST_SILENCE);
    go_on(dialogue);
  } else if (dialogue->state == PAUSING && now >= dialogue->since + dialogue->pause) {
    type_next(dialogue);
  }
}

static void dialogue_peer_closed(Endpoint *endpoint)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  if (dialogue->state == CLOSING) return;
  bool to_the_end = dialogue->state == WAITING && typist_framing_raw(&dialogue->framing) == UINT64_MAX;
  if (dialogue->state == WAITING && !to_the_end && dialogue->next > 0) dialogue->unanswered = true;
  if (to_the_end)
    tell(dialogue, TYPIST_REPLY);
  else if (dialogue->reply->len > 0)
    tell(dialogue, TYPIST_UNASKED);
  enter(dialogue, CLOSING);
}

static void dialogue_free(Endpoint *endpoint)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  typist_framing_clear(&dialogue->framing);
  g_ptr_array_unref(dialogue->lines);
  line_input_clear(&dialogue->in);
  byte_buffer_clear(&dialogue->out);
  g_string_free(dialogue->reply, TRUE);
  g_queue_clear_full(&dialogue->told, told_free);
  told_free(dialogue->current);
  g_free(dialogue);
}

static const EndpointClass typed_dialogue_class = {
    .name = "typed-dialogue",
    .receive = dialogue_receive,
    .next_event = dialogue_next_event,
    .answer = dialogue_answer,
    .pending = dialogue_pending,
    .consumed = dialogue_consumed,
    .wants_read = dialogue_wants_read,
    .deadline = dialogue_deadline,
    .advance = dialogue_advance,
    .peer_closed = dialogue_peer_closed,
    .free = dialogue_free,
};

/* The line may hold a password: it is wiped with the list. */
static void line_free(gpointer line)
{
  endpoint_wipe(line);
}

/* A line end inside would be another line. */
static char *one_line(const char *text)
{
  return g_strdelimit(g_strdup(text), "\r\n", '?');
}

Endpoint *typed_dialogue_new(const TypistScript *script)
{
  TypedDialogue *dialogue = g_new0(TypedDialogue, 1);
  dialogue->base.class = &typed_dialogue_class;
  typist_framing_init(&dialogue->framing, script->protocol);
  dialogue->lines = g_ptr_array_new_with_free_func(line_free);
  for (const char *const *line = script->lines; line != NULL && *line != NULL; line++)
    g_ptr_array_add(dialogue->lines, one_line(*line));
  dialogue->pause = script->pause == 0 ? USUAL_PAUSE : script->pause;
  dialogue->patience = script->patience == 0 ? USUAL_PATIENCE : script->patience;
  dialogue->stay = script->stay;
  dialogue->reply = g_string_new(NULL);
  g_queue_init(&dialogue->told);
  if (typist_framing_has_greeting(&dialogue->framing))
    dialogue->state = WAITING;
  else
    go_on(dialogue);
  return &dialogue->base;
}

void typed_dialogue_append(Endpoint *endpoint, const char *line)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  g_ptr_array_add(dialogue->lines, one_line(line));
  if (dialogue->state != RESTING) return;
  enter(dialogue, PAUSING);
  dialogue->since -= MIN(dialogue->since, dialogue->pause); /* hands that were ready need no pause */
}

void typed_dialogue_finish(Endpoint *endpoint)
{
  TypedDialogue *dialogue = (TypedDialogue *)endpoint;
  dialogue->stay = false;
  if (dialogue->state == RESTING) enter(dialogue, CLOSING);
}

TypistEvent typed_dialogue_get_event(const Endpoint *endpoint)
{
  const TypedDialogue *dialogue = (const TypedDialogue *)endpoint;
  if (dialogue->current == NULL) return (TypistEvent){TYPIST_UNASKED, "", ""};
  return (TypistEvent){dialogue->current->type, dialogue->current->line, dialogue->current->reply};
}

bool typed_dialogue_is_answered(const Endpoint *endpoint)
{
  const TypedDialogue *dialogue = (const TypedDialogue *)endpoint;
  return dialogue->state == CLOSING && dialogue->next == dialogue->lines->len && !dialogue->unanswered;
}
