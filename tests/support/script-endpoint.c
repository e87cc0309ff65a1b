/* SPDX-License-Identifier: MIT */
/* A dialogue's script, spoken. */
#include "support/script-endpoint.h"

#include "base/byte-buffer.h"

typedef struct {
  Endpoint endpoint;
  const EndpointDialogue *file;
  DialogueSide side;
  guint turn;   /* the one being said or heard */
  size_t heard; /* bytes of it, where it is the peer's */
  ByteBuffer out;
  bool peer_gone, told_close;
} ScriptEndpoint;

static ScriptEndpoint *script_of(Endpoint *endpoint)
{
  return (ScriptEndpoint *)endpoint;
}

static const DialogueTurn *get_turn(const ScriptEndpoint *script)
{
  return script->turn < script->file->turns->len ? g_ptr_array_index(script->file->turns, script->turn)
                                                 : NULL;
}

static Bytes words_of(const DialogueTurn *turn)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(turn->bytes, &size);
  return (Bytes){data, size};
}

static void say_turns(ScriptEndpoint *script)
{
  for (const DialogueTurn *turn; (turn = get_turn(script)) != NULL && turn->side == script->side;
       script->turn++)
    byte_buffer_append(&script->out, words_of(turn));
}

static void script_receive(Endpoint *endpoint, Bytes bytes)
{
  ScriptEndpoint *script = script_of(endpoint);
  while (bytes.length > 0) {
    const DialogueTurn *turn = get_turn(script);
    if (turn == NULL)
      g_error("%s: more was said: %.*s", script->file->path, (int)bytes.length, (const char *)bytes.data);
    Bytes wanted = bytes_slice(bytes_skip(words_of(turn), script->heard), 0, bytes.length);
    if (!bytes_equal(wanted, bytes_slice(bytes, 0, wanted.length)))
      g_error("%s:%u: said\n%.*s\nbut should have said\n%.*s", script->file->path, turn->line,
              (int)bytes.length, (const char *)bytes.data, (int)wanted.length, (const char *)wanted.data);
    script->heard += wanted.length;
    bytes = bytes_skip(bytes, wanted.length);
    if (script->heard < words_of(turn).length) return;
    script->heard = 0;
    script->turn++;
    say_turns(script);
  }
}

static EndpointEventType script_next_event(Endpoint *endpoint, EndpointEvent *event)
{
  ScriptEndpoint *script = script_of(endpoint);
  /* where the server stays, the client is the one to leave */
  bool stays = endpoint_dialogue_get_flag(script->file, "Stays-Open");
  bool leads = script->side == (stays ? DIALOGUE_CLIENT : DIALOGUE_SERVER);
  bool close = script->peer_gone || (leads && get_turn(script) == NULL);
  if (!close || script->told_close) return ENDPOINT_NOTHING;
  script->told_close = true;
  *event = (EndpointEvent){.type = ENDPOINT_CLOSE};
  return ENDPOINT_CLOSE;
}

static void script_answer(Endpoint *endpoint, const EndpointVerdict *verdict)
{
  (void)endpoint;
  (void)verdict;
}

static Bytes script_pending(Endpoint *endpoint)
{
  return byte_buffer_view(&script_of(endpoint)->out);
}

static void script_consumed(Endpoint *endpoint, size_t count)
{
  byte_buffer_consume(&script_of(endpoint)->out, count);
}

static bool script_wants_read(Endpoint *endpoint)
{
  (void)endpoint;
  return true;
}

static Nanoseconds script_deadline(Endpoint *endpoint)
{
  (void)endpoint;
  return NANOSECONDS_NEVER;
}

static void script_advance(Endpoint *endpoint, Nanoseconds now)
{
  (void)endpoint;
  (void)now;
}

static void script_peer_closed(Endpoint *endpoint)
{
  script_of(endpoint)->peer_gone = true;
}

static void script_free(Endpoint *endpoint)
{
  byte_buffer_clear(&script_of(endpoint)->out);
  g_free(endpoint);
}

Endpoint *script_endpoint_new(const EndpointDialogue *file, DialogueSide side)
{
  static const EndpointClass class = {
      .name = "script",
      .receive = script_receive,
      .next_event = script_next_event,
      .answer = script_answer,
      .pending = script_pending,
      .consumed = script_consumed,
      .wants_read = script_wants_read,
      .deadline = script_deadline,
      .advance = script_advance,
      .peer_closed = script_peer_closed,
      .free = script_free,
  };
  ScriptEndpoint *script = g_new0(ScriptEndpoint, 1);
  script->endpoint.class = &class;
  script->file = file;
  script->side = side;
  say_turns(script);
  return &script->endpoint;
}

bool script_endpoint_is_done(const Endpoint *endpoint)
{
  return get_turn((const ScriptEndpoint *)endpoint) == NULL;
}
