/* SPDX-License-Identifier: MIT */
/* Every dialogue file is spoken by our server with a scripted client, by our client with a scripted server,
 * and by the two with each other: whole, byte by byte, and cut at random. The bytes must be those of the
 * file. */
#include "support/dialogue-speaker.h"

typedef enum { CUT_NOT, CUT_BYTES, CUT_RANDOM, CUT_COUNT } Cut;

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

static size_t piece_of(Cut cut, GRand *random, size_t left)
{
  if (cut == CUT_NOT) return left;
  size_t piece = cut == CUT_BYTES ? 1 : (size_t)g_rand_int_range(random, 1, 40);
  return MIN(left, piece);
}

static void drain(Endpoint *endpoint, GByteArray *said, Cut cut, GRand *random)
{
  for (;;) {
    Bytes pending = endpoint_pending(endpoint);
    if (pending.length == 0) return;
    size_t count = piece_of(cut, random, pending.length);
    g_byte_array_append(said, pending.data, (guint)count);
    endpoint_consumed(endpoint, count);
  }
}

static void assert_same(const EndpointDialogue *file, guint line, const GByteArray *said, GBytes *wanted)
{
  gsize size;
  const char *data = g_bytes_get_data(wanted, &size);
  if (said->len == size && memcmp(said->data, data, size) == 0) return;
  g_autofree char *got = g_strndup((const char *)said->data, said->len);
  g_autofree char *want = g_strndup(data, size);
  g_error("%s:%u: said\n%s\nbut should have said\n%s", file->path, line, got, want);
}

/* A speaker, and what it said since it was last looked at. */
typedef struct {
  DialogueSpeaker speaker;
  GByteArray *said;
} Voice;

static void voice_init(Voice *voice, const EndpointDialogue *file, DialogueSide side)
{
  dialogue_speaker_init(&voice->speaker, file, side, false);
  voice->said = g_byte_array_new();
}

/* Asserts the end the file tells, and clears. */
static void voice_end(Voice *voice)
{
  const DialogueSpeaker *speaker = &voice->speaker;
  dialogue_speaker_check(speaker, speaker->endpoint);
  bool stays = speaker->side == DIALOGUE_SERVER && endpoint_dialogue_get_flag(speaker->file, "Stays-Open");
  g_assert_cmpint(speaker->closed, ==, !stays);
  dialogue_speaker_clear(&voice->speaker);
  g_byte_array_unref(voice->said);
}

static void voice_hear(Voice *voice, Bytes bytes, Cut cut, GRand *random)
{
  while (bytes.length > 0) {
    size_t count = piece_of(cut, random, bytes.length);
    /* A copy of its own, so that a read past its end is seen. */
    g_autofree uint8_t *copy = g_memdup2(bytes.data, count);
    endpoint_receive(voice->speaker.endpoint, (Bytes){copy, count});
    bytes = bytes_skip(bytes, count);
    dialogue_speaker_run(&voice->speaker);
    drain(voice->speaker.endpoint, voice->said, cut, random);
    dialogue_speaker_run(&voice->speaker);
  }
}

/* One side is ours, the other reads from the file. */
static void speak_with_script(const EndpointDialogue *file, DialogueSide ours, Cut cut, GRand *random)
{
  Voice voice;
  voice_init(&voice, file, ours);
  for (guint i = 0; i < file->turns->len; i++) {
    const DialogueTurn *turn = g_ptr_array_index(file->turns, i);
    if (turn->side == ours) {
      drain(voice.speaker.endpoint, voice.said, cut, random);
      assert_same(file, turn->line, voice.said, turn->bytes);
    } else {
      g_byte_array_set_size(voice.said, 0);
      voice_hear(&voice, view_of(turn->bytes), cut, random);
    }
  }
  voice_end(&voice);
}

/* All that the client says at once: a server's answers must not depend on when it hears. */
static void speak_at_once(const EndpointDialogue *file)
{
  Voice voice;
  voice_init(&voice, file, DIALOGUE_SERVER);
  g_autoptr(GBytes) heard = endpoint_dialogue_join(file, DIALOGUE_CLIENT);
  g_autoptr(GBytes) wanted = endpoint_dialogue_join(file, DIALOGUE_SERVER);
  voice_hear(&voice, view_of(heard), CUT_NOT, NULL);
  assert_same(file, 1, voice.said, wanted);
  voice_end(&voice);
}

/* Moves what one says to the other, a piece at a time. Returns false when there was nothing. */
static bool pass_on(Voice *from, Voice *to, Cut cut, GRand *random)
{
  Bytes pending = endpoint_pending(from->speaker.endpoint);
  if (pending.length == 0) return false;
  size_t count = piece_of(cut, random, pending.length);
  g_autofree uint8_t *copy = g_memdup2(pending.data, count);
  g_byte_array_append(from->said, copy, (guint)count);
  endpoint_consumed(from->speaker.endpoint, count);
  endpoint_receive(to->speaker.endpoint, (Bytes){copy, count});
  dialogue_speaker_run(&to->speaker);
  dialogue_speaker_run(&from->speaker);
  return true;
}

static void speak_together(const EndpointDialogue *file, Cut cut, GRand *random)
{
  Voice server, client;
  voice_init(&server, file, DIALOGUE_SERVER);
  voice_init(&client, file, DIALOGUE_CLIENT);
  while (pass_on(&server, &client, cut, random) || pass_on(&client, &server, cut, random)) {
  }
  g_autoptr(GBytes) by_client = endpoint_dialogue_join(file, DIALOGUE_CLIENT);
  g_autoptr(GBytes) by_server = endpoint_dialogue_join(file, DIALOGUE_SERVER);
  assert_same(file, 1, client.said, by_client);
  assert_same(file, 1, server.said, by_server);
  voice_end(&server);
  voice_end(&client);
}

static void speak(gconstpointer data)
{
  g_autoptr(EndpointDialogue) file = endpoint_dialogue_load(data);
  g_autoptr(GRand) random = g_rand_new_with_seed(1);
  bool with_server = !endpoint_dialogue_get_flag(file, "Scripted-Server");
  bool with_client = endpoint_dialogue_get_flag(file, "Client");
  g_assert_true(with_server || with_client);
  g_assert_cmpuint(file->turns->len, >, 1);
  for (Cut cut = CUT_NOT; cut < CUT_COUNT; cut++) {
    for (guint times = cut == CUT_RANDOM ? 50 : 1; times > 0; times--) {
      if (with_server) speak_with_script(file, DIALOGUE_SERVER, cut, random);
      if (with_client) speak_with_script(file, DIALOGUE_CLIENT, cut, random);
      if (with_server && with_client) speak_together(file, cut, random);
    }
  }
  if (with_server) speak_at_once(file);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_autoptr(GPtrArray) paths = endpoint_dialogue_list(SOURCE_DIR "/tests/dialogues");
  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *name = g_path_get_basename(paths->pdata[i]);
    g_autofree char *test =
        g_strdup_printf("/dialogue/%.*s", (int)(strlen(name) - strlen(".dialogue")), name);
    g_test_add_data_func_full(test, g_strdup(paths->pdata[i]), speak, g_free);
  }
  g_assert_cmpuint(paths->len, >=, 28);
  return g_test_run();
}
