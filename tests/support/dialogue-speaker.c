/* SPDX-License-Identifier: MIT */
/* The two programs of a dialogue and their owners. */
#include "support/dialogue-speaker.h"

#include "mail/address.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-server.h"

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

static bool is_pop3(const EndpointDialogue *file)
{
  return g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "pop3") == 0;
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

static Endpoint *new_server(const EndpointDialogue *file)
{
  const char *host = endpoint_dialogue_get(file, "Host");
  if (is_pop3(file))
    return pop3_server_new(
        &(Pop3ServerConfig){.host_name = host, .apop_stamp = endpoint_dialogue_get(file, "Apop-Stamp")});
  const char *kind = endpoint_dialogue_get(file, "Server");
  bool submission = g_strcmp0(kind, "submission") == 0, bare = g_strcmp0(kind, "bare") == 0;
  return smtp_server_new(&(SmtpServerConfig){
      .host_name = host,
      .capabilities = bare         ? 0
                      : submission ? SMTP_CAPABILITIES_SUBMISSION
                                   : SMTP_CAPABILITIES_RELAY,
      .auth_required = submission,
      .size_limit = endpoint_dialogue_get_number(file, "Size-Limit"),
      .error_limit = (guint)endpoint_dialogue_get_number(file, "Error-Limit"),
  });
}

static Endpoint *new_pop3_client(const EndpointDialogue *file)
{
  const GPtrArray *known = endpoint_dialogue_get_all(file, "Known-Uid");
  const char *known_uids[8] = {NULL};
  for (guint i = 0; i < known->len && i < G_N_ELEMENTS(known_uids) - 1; i++)
    known_uids[i] = g_ptr_array_index(known, i);
  return pop3_client_new(&(Pop3ClientConfig){
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .use_apop = endpoint_dialogue_get_flag(file, "Client-Apop"),
      .list = endpoint_dialogue_get_flag(file, "Client-List"),
      .keep = endpoint_dialogue_get_flag(file, "Client-Keep"),
      .known_uids = known_uids,
  });
}

static Endpoint *new_client(const EndpointDialogue *file)
{
  if (is_pop3(file)) return new_pop3_client(file);
  g_autoptr(Envelope) envelope = envelope_new(endpoint_dialogue_get(file, "From"));
  const GPtrArray *to = endpoint_dialogue_get_all(file, "To");
  for (guint i = 0; i < to->len; i++)
    envelope_append(envelope, g_ptr_array_index(to, i));
  g_assert_cmpuint(file->letters->len, ==, 1);
  return smtp_client_new(&(SmtpClientConfig){
      .host_name = endpoint_dialogue_get(file, "Client-Name"),
      .user = endpoint_dialogue_get(file, "Client-User"),
      .password = endpoint_dialogue_get(file, "Client-Password"),
      .pipelining = endpoint_dialogue_get_flag(file, "Client-Pipelining"),
      .envelope = envelope,
      .message = g_ptr_array_index(file->letters, 0),
  });
}

void dialogue_speaker_init(DialogueSpeaker *speaker, const EndpointDialogue *file, DialogueSide side,
                           bool scripted)
{
  *speaker = (DialogueSpeaker){.file = file, .side = side, .scripted = scripted};
  speaker->letters = g_ptr_array_new_with_free_func(bytes_free);
  if (scripted) {
    speaker->endpoint = script_endpoint_new(file, side);
  } else if (side == DIALOGUE_SERVER) {
    speaker->endpoint = new_server(file);
    speaker->store = new_store(file);
  } else {
    speaker->endpoint = new_client(file);
  }
}

void dialogue_speaker_clear(DialogueSpeaker *speaker)
{
  endpoint_free(speaker->endpoint);
  g_ptr_array_unref(speaker->letters);
  mail_store_free(speaker->store);
}

/* Mail for our users is taken, mail for others only from users who logged in. */
static EndpointVerdict judge_recipient(const DialogueSpeaker *speaker, const Endpoint *server, Bytes text)
{
  Address address;
  if (!address_parse(text, &address)) return (EndpointVerdict){.accepted = true};
  if (mail_store_has_domain(speaker->store, address.domain))
    return (EndpointVerdict){.accepted = mail_store_find(speaker->store, text) != NULL};
  if (smtp_server_get_user(server) != NULL) return (EndpointVerdict){.accepted = true};
  return (EndpointVerdict){.code = 550, .text = "5.7.1 Relaying denied"};
}

static EndpointVerdict judge(DialogueSpeaker *speaker, const Endpoint *server, const EndpointEvent *event)
{
  EndpointVerdict verdict = {.accepted = true};
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict.accepted = mail_store_authenticate(speaker->store, event->mechanism, event->user, event->secret,
                                               event->challenge);
    break;
  case ENDPOINT_RECIPIENT:
    return judge_recipient(speaker, server, event->address);
  case ENDPOINT_MESSAGE:
    g_ptr_array_add(speaker->letters, g_bytes_new(event->message.data, event->message.length));
    break;
  case ENDPOINT_OPEN_MAILBOX:
    verdict.object = mail_store_find(speaker->store, event->user);
    verdict.accepted = mailbox_lock(verdict.object);
    if (verdict.accepted) speaker->open = verdict.object;
    break;
  case ENDPOINT_UPDATE:
    mailbox_remove_marked(speaker->open);
    break;
  default:
    break;
  }
  return verdict;
}

void dialogue_speaker_take_event(DialogueSpeaker *speaker, Endpoint *endpoint, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_CLOSE) {
    speaker->closed = true;
    if (speaker->open != NULL) mailbox_unlock(speaker->open);
  } else if (speaker->side == DIALOGUE_SERVER) {
    EndpointVerdict verdict = judge(speaker, endpoint, event);
    endpoint_answer(endpoint, &verdict);
  } else {
    if (event->type == ENDPOINT_FETCHED)
      g_ptr_array_add(speaker->letters, g_bytes_new(event->message.data, event->message.length));
    speaker->outcome = event->type;
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

static void check_server(const DialogueSpeaker *speaker)
{
  const EndpointDialogue *file = speaker->file;
  if (!is_pop3(file)) assert_letters(speaker);
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

static void check_client(const DialogueSpeaker *speaker, const Endpoint *client)
{
  check_outcome(speaker);
  if (is_pop3(speaker->file)) {
    assert_letters(speaker);
    return;
  }
  static const char *const names[] = {"pending", "delivered", "later", "refused"};
  const GPtrArray *wanted = endpoint_dialogue_get_all(speaker->file, "Result");
  g_assert_cmpuint(smtp_client_get_result_count(client), ==, wanted->len);
  for (guint i = 0; i < wanted->len; i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    g_autofree char *text = g_strdup_printf("%s %s %d", result.recipient, names[result.type], result.code);
    g_assert_cmpstr(text, ==, g_ptr_array_index(wanted, i));
  }
}

void dialogue_speaker_check(const DialogueSpeaker *speaker, const Endpoint *endpoint)
{
  bool stays = speaker->side == DIALOGUE_SERVER && endpoint_dialogue_get_flag(speaker->file, "Stays-Open");
  if (speaker->scripted)
    g_assert_true(script_endpoint_is_done(endpoint));
  else if (speaker->side == DIALOGUE_SERVER)
    check_server(speaker);
  else
    check_client(speaker, endpoint);
  if (!stays) g_assert_true(speaker->closed);
}
