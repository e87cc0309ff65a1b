/* SPDX-License-Identifier: MIT */
/* The two programs of a dialogue and their owners. */
#include "support/dialogue-speaker.h"

#include "agent/login.h"
#include "support/dialogue-http.h"
#include "support/dialogue-smtp.h"

static void bytes_free(gpointer data)
{
  g_bytes_unref(data);
}

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

static MailStore *new_store(const EndpointDialogue *file)
{
  MailStore *store = mail_store_new();
  const GPtrArray *users = endpoint_dialogue_get_all(file, "User");
  for (guint i = 0; i < users->len; i++) {
    g_auto(GStrv) words = g_strsplit(g_ptr_array_index(users, i), " ", 2);
    Mailbox *mailbox = mail_store_add_user(store, words[0], words[1]);
    for (guint m = 0; i == 0 && m < file->mailbox->len; m++)
      mailbox_append(mailbox, g_ptr_array_index(file->mailbox, m), 0);
  }
  const char *locked = endpoint_dialogue_get(file, "Locked");
  if (locked != NULL) g_assert_true(mailbox_lock(mail_store_find(store, bytes_from_string(locked))));
  return store;
}

void dialogue_speaker_init(DialogueSpeaker *speaker, const EndpointDialogue *file, DialogueSide side,
                           bool scripted)
{
  *speaker = (DialogueSpeaker){
      .file = file, .program = dialogue_program_find(file), .side = side, .scripted = scripted};
  speaker->letters = g_ptr_array_new_with_free_func(bytes_free);
  speaker->envelopes = g_ptr_array_new_with_free_func(g_free);
  speaker->results = g_ptr_array_new_with_free_func(g_free);
  speaker->told = g_ptr_array_new_with_free_func(g_free);
  if (scripted) {
    speaker->endpoint = script_endpoint_new(file, side);
  } else if (side == DIALOGUE_SERVER) {
    speaker->endpoint = speaker->program->new_server(file);
    speaker->store = new_store(file);
  } else {
    speaker->endpoint = speaker->program->new_client(file);
  }
}

void dialogue_speaker_clear(DialogueSpeaker *speaker)
{
  endpoint_free(speaker->endpoint);
  g_ptr_array_unref(speaker->letters);
  g_ptr_array_unref(speaker->envelopes);
  g_ptr_array_unref(speaker->results);
  g_ptr_array_unref(speaker->told);
  mail_store_free(speaker->store);
}

/* There is one mailbox a user; POP2 may name another, which nobody has. */
static EndpointVerdict open_mailbox(DialogueSpeaker *speaker, const EndpointEvent *event)
{
  if (speaker->program->gives_folders)
    return (EndpointVerdict){.accepted = true, .object = mail_store_get_folders(speaker->store, event->user)};
  if (speaker->open != NULL) mailbox_unlock(speaker->open);
  speaker->open = NULL;
  if (event->address.length > 0 && !bytes_equal_ignore_case(event->address, "INBOX"))
    return (EndpointVerdict){.accepted = false};
  Mailbox *mailbox = mail_store_find(speaker->store, event->user);
  if (!mailbox_lock(mailbox)) return (EndpointVerdict){.accepted = false};
  speaker->open = mailbox;
  return (EndpointVerdict){.accepted = true, .object = mailbox};
}

static EndpointVerdict judge_fetching(DialogueSpeaker *speaker, const EndpointEvent *event)
{
  EndpointVerdict verdict = {.accepted = true};
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    return login_judge(speaker->store, event, &speaker->proof);
  case ENDPOINT_OPEN_MAILBOX:
    return open_mailbox(speaker, event);
  case ENDPOINT_REQUEST:
    return dialogue_http_judge(speaker->file, event->address);
  case ENDPOINT_UPDATE:
    if (speaker->open != NULL) mailbox_remove_marked(speaker->open);
    break;
  default:
    break;
  }
  return verdict;
}

static void answer(DialogueSpeaker *speaker, Endpoint *server, const EndpointEvent *event)
{
  g_autofree char *text = NULL;
  EndpointVerdict verdict = speaker->program->fetches ? judge_fetching(speaker, event)
                                                      : dialogue_smtp_judge(speaker, server, event, &text);
  if (event->type == ENDPOINT_MESSAGE && verdict.code < 400) {
    g_ptr_array_add(speaker->letters, g_bytes_new(event->message.data, event->message.length));
    g_ptr_array_add(speaker->envelopes, dialogue_smtp_dup_envelope(event->envelope));
  }
  endpoint_answer(server, &verdict);
}

/* An event of our client. */
static void listen(DialogueSpeaker *speaker, Endpoint *client, const EndpointEvent *event)
{
  speaker->outcome = event->type;
  bool described = speaker->program->describe != NULL;
  if (described) g_ptr_array_add(speaker->told, speaker->program->describe(client, event));
  if (event->type == ENDPOINT_FETCHED && (!described || event->message.length > 0))
    g_ptr_array_add(speaker->letters, g_bytes_new(event->message.data, event->message.length));
  if (speaker->program->fetches) return;
  dialogue_smtp_append_results(client, speaker->results);
  if (event->type == ENDPOINT_DELIVERED) dialogue_smtp_send_next(speaker->file, client, ++speaker->sent);
}

void dialogue_speaker_take_event(DialogueSpeaker *speaker, Endpoint *endpoint, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_CLOSE) {
    speaker->closed = true;
    if (speaker->open != NULL) mailbox_unlock(speaker->open);
  } else if (speaker->side == DIALOGUE_SERVER) {
    answer(speaker, endpoint, event);
  } else if (event->type == ENDPOINT_HELD) {
    bool goes_on = g_strcmp0(endpoint_dialogue_get(speaker->file, "Client-Hold"), "drop") != 0;
    endpoint_answer(endpoint, &(EndpointVerdict){.accepted = goes_on});
  } else {
    listen(speaker, endpoint, event);
  }
}

void dialogue_speaker_run(DialogueSpeaker *speaker)
{
  EndpointEvent event = {0};
  while (endpoint_next_event(speaker->endpoint, &event) != ENDPOINT_NOTHING)
    dialogue_speaker_take_event(speaker, speaker->endpoint, &event);
}

static void assert_letters(const DialogueSpeaker *speaker)
{
  g_assert_cmpuint(speaker->letters->len, ==, speaker->file->delivered->len);
  for (guint i = 0; i < speaker->letters->len; i++) {
    Bytes got = view_of(g_ptr_array_index(speaker->letters, i));
    g_assert_true(bytes_equal(got, view_of(g_ptr_array_index(speaker->file->delivered, i))));
  }
}

static void assert_lines(const GPtrArray *lines, const GPtrArray *wanted)
{
  for (guint i = 0; i < MIN(lines->len, wanted->len); i++)
    g_assert_cmpstr(g_ptr_array_index(lines, i), ==, g_ptr_array_index(wanted, i));
  g_assert_cmpuint(lines->len, ==, wanted->len);
}

static void check_server(const DialogueSpeaker *speaker)
{
  const EndpointDialogue *file = speaker->file;
  if (!speaker->program->fetches) assert_letters(speaker);
  const GPtrArray *envelopes = endpoint_dialogue_get_all(file, "Envelope");
  if (envelopes->len > 0) assert_lines(speaker->envelopes, envelopes);
  const char *left = endpoint_dialogue_get(file, "Left");
  if (left != NULL)
    g_assert_cmpuint(mailbox_get_count(mail_store_get(speaker->store, 0)), ==,
                     g_ascii_strtoull(left, NULL, 10));
}

static void check_outcome(const DialogueSpeaker *speaker)
{
  static const struct {
    const char *name;
    EndpointEventType type;
  } outcomes[] = {{"delivered", ENDPOINT_DELIVERED},
                  {"failed", ENDPOINT_FAILED},
                  {"fetched", ENDPOINT_FETCHED},
                  {"nothing", ENDPOINT_NOTHING}};
  const char *outcome = endpoint_dialogue_get(speaker->file, "Outcome");
  bool found = false;
  for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
    if (g_strcmp0(outcome, outcomes[i].name) != 0) continue;
    found = true;
    g_assert_cmpint(speaker->outcome, ==, outcomes[i].type);
  }
  g_assert_true(found);
}

static void assert_told(const DialogueSpeaker *speaker)
{
  const GPtrArray *wanted = endpoint_dialogue_get_all(speaker->file, "Told");
  for (guint i = 0; i < MIN(wanted->len, speaker->told->len); i++)
    g_assert_cmpstr(g_ptr_array_index(speaker->told, i), ==, g_ptr_array_index(wanted, i));
  g_assert_cmpuint(speaker->told->len, ==, wanted->len);
}

static void check_client(const DialogueSpeaker *speaker)
{
  if (speaker->program->describe != NULL)
    assert_told(speaker);
  else
    check_outcome(speaker);
  if (speaker->program->fetches)
    assert_letters(speaker);
  else
    assert_lines(speaker->results, endpoint_dialogue_get_all(speaker->file, "Result"));
}

void dialogue_speaker_check(const DialogueSpeaker *speaker, const Endpoint *endpoint)
{
  bool stays = speaker->side == DIALOGUE_SERVER && endpoint_dialogue_get_flag(speaker->file, "Stays-Open");
  if (speaker->scripted)
    g_assert_true(script_endpoint_is_done(endpoint));
  else if (speaker->side == DIALOGUE_SERVER)
    check_server(speaker);
  else
    check_client(speaker);
  if (!stays) g_assert_true(speaker->closed);
}
