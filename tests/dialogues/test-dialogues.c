/* SPDX-License-Identifier: MIT */
/* Every dialogue file is spoken by our server with a scripted client, by our client with a scripted server,
 * and by the two with each other: whole, byte by byte, and cut at random. The bytes must be those of the
 * file. */
#include "mail/address.h"
#include "mail/mail-store.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-server.h"
#include "support/endpoint-dialogue.h"

typedef enum { CUT_NOT, CUT_BYTES, CUT_RANDOM, CUT_COUNT } Cut;

/* The server's owner: what a mail server does with the events. */
typedef struct {
  const EndpointDialogue *file;
  MailStore *store;
  Mailbox *open;        /* POP3: locked for the session */
  GPtrArray *delivered; /* of GBytes * */
  bool closed;
} Owner;

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

static void owner_init(Owner *owner, const EndpointDialogue *file)
{
  *owner = (Owner){file, mail_store_new(), NULL, g_ptr_array_new_with_free_func(bytes_free), false};
  const GPtrArray *users = endpoint_dialogue_get_all(file, "User");
  for (guint i = 0; i < users->len; i++) {
    g_auto(GStrv) words = g_strsplit(g_ptr_array_index(users, i), " ", 2);
    Mailbox *mailbox = mail_store_add_user(owner->store, words[0], words[1]);
    for (guint m = 0; i == 0 && m < file->mailbox->len; m++)
      mailbox_append(mailbox, g_ptr_array_index(file->mailbox, m), 0);
  }
  const char *locked = endpoint_dialogue_get(file, "Locked");
  if (locked != NULL) g_assert_true(mailbox_lock(mail_store_find(owner->store, bytes_from_string(locked))));
}

static void owner_clear(Owner *owner)
{
  mail_store_free(owner->store);
  g_ptr_array_unref(owner->delivered);
}

/* Mail for our users is taken, mail for others only from users who logged in. */
static EndpointVerdict judge_recipient(const Owner *owner, const Endpoint *server, Bytes text)
{
  Address address;
  if (!address_parse(text, &address)) return (EndpointVerdict){.accepted = true};
  if (mail_store_has_domain(owner->store, address.domain))
    return (EndpointVerdict){.accepted = mail_store_find(owner->store, text) != NULL};
  if (smtp_server_get_user(server) != NULL) return (EndpointVerdict){.accepted = true};
  return (EndpointVerdict){.code = 550, .text = "5.7.1 Relaying denied"};
}

static EndpointVerdict owner_judge(Owner *owner, Endpoint *server, const EndpointEvent *event)
{
  EndpointVerdict verdict = {.accepted = true};
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict.accepted =
        mail_store_authenticate(owner->store, event->mechanism, event->user, event->secret, event->challenge);
    break;
  case ENDPOINT_RECIPIENT:
    return judge_recipient(owner, server, event->address);
  case ENDPOINT_MESSAGE:
    g_ptr_array_add(owner->delivered, g_bytes_new(event->message.data, event->message.length));
    break;
  case ENDPOINT_OPEN_MAILBOX:
    verdict.object = mail_store_find(owner->store, event->user);
    verdict.accepted = mailbox_lock(verdict.object);
    if (verdict.accepted) owner->open = verdict.object;
    break;
  case ENDPOINT_UPDATE:
    mailbox_remove_marked(owner->open);
    break;
  default:
    break;
  }
  return verdict;
}

static void owner_run(Owner *owner, Endpoint *server)
{
  EndpointEvent event;
  while (endpoint_next_event(server, &event) != ENDPOINT_NOTHING) {
    if (event.type == ENDPOINT_CLOSE) {
      owner->closed = true;
      if (owner->open != NULL) mailbox_unlock(owner->open);
      continue;
    }
    EndpointVerdict verdict = owner_judge(owner, server, &event);
    endpoint_answer(server, &verdict);
  }
}

/* The client's owner: notes what it was told. */
typedef struct {
  EndpointEventType outcome; /* DELIVERED, FAILED; FETCHED when POP3 came to a good end */
  GPtrArray *fetched;
  bool closed;
} ClientOwner;

static void client_run(ClientOwner *owner, Endpoint *client)
{
  EndpointEvent event;
  while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING) {
    if (event.type == ENDPOINT_CLOSE)
      owner->closed = true;
    else if (event.type == ENDPOINT_FETCHED)
      g_ptr_array_add(owner->fetched, g_bytes_new(event.message.data, event.message.length));
    if (event.type != ENDPOINT_CLOSE) owner->outcome = event.type;
  }
}

static Endpoint *new_server(const EndpointDialogue *file)
{
  const char *host = endpoint_dialogue_get(file, "Host");
  if (g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "pop3") == 0)
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

static Endpoint *new_client(const EndpointDialogue *file)
{
  const char *user = endpoint_dialogue_get(file, "Client-User"),
             *password = endpoint_dialogue_get(file, "Client-Password");
  const GPtrArray *known = endpoint_dialogue_get_all(file, "Known-Uid");
  const char *known_uids[8] = {NULL};
  for (guint i = 0; i < known->len && i < G_N_ELEMENTS(known_uids) - 1; i++)
    known_uids[i] = g_ptr_array_index(known, i);
  if (g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "pop3") == 0)
    return pop3_client_new(&(Pop3ClientConfig){
        .user = user,
        .password = password,
        .use_apop = endpoint_dialogue_get_flag(file, "Client-Apop"),
        .list = endpoint_dialogue_get_flag(file, "Client-List"),
        .keep = endpoint_dialogue_get_flag(file, "Client-Keep"),
        .known_uids = known_uids,
    });
  g_autoptr(Envelope) envelope = envelope_new(endpoint_dialogue_get(file, "From"));
  const GPtrArray *to = endpoint_dialogue_get_all(file, "To");
  for (guint i = 0; i < to->len; i++)
    envelope_append(envelope, g_ptr_array_index(to, i));
  g_assert_cmpuint(file->letters->len, ==, 1);
  return smtp_client_new(&(SmtpClientConfig){
      .host_name = endpoint_dialogue_get(file, "Client-Name"),
      .user = user,
      .password = password,
      .pipelining = endpoint_dialogue_get_flag(file, "Client-Pipelining"),
      .envelope = envelope,
      .message = g_ptr_array_index(file->letters, 0),
  });
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

static void assert_messages(const GPtrArray *got, const GPtrArray *wanted)
{
  g_assert_cmpuint(got->len, ==, wanted->len);
  for (guint i = 0; i < wanted->len; i++) {
    Bytes a = view_of(g_ptr_array_index(got, i)), b = view_of(g_ptr_array_index(wanted, i));
    g_assert_true(bytes_equal(a, b));
  }
}

static void check_store(const EndpointDialogue *file, const Owner *owner)
{
  if (g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "pop3") != 0)
    assert_messages(owner->delivered, file->delivered);
  const char *left = endpoint_dialogue_get(file, "Left");
  if (left != NULL)
    g_assert_cmpuint(mailbox_get_count(mail_store_get(owner->store, 0)), ==,
                     g_ascii_strtoull(left, NULL, 10));
}

typedef struct {
  Endpoint *endpoint;
  Owner server_owner;
  ClientOwner client_owner;
  bool is_server;
  GByteArray *said;
} Speaker;

static void speaker_run(Speaker *speaker)
{
  if (speaker->is_server)
    owner_run(&speaker->server_owner, speaker->endpoint);
  else
    client_run(&speaker->client_owner, speaker->endpoint);
}

static void speaker_hear(Speaker *speaker, Bytes bytes, Cut cut, GRand *random)
{
  while (bytes.length > 0) {
    size_t count = piece_of(cut, random, bytes.length);
    /* A copy of its own, so that a read past its end is seen. */
    g_autofree uint8_t *copy = g_memdup2(bytes.data, count);
    endpoint_receive(speaker->endpoint, (Bytes){copy, count});
    bytes = bytes_skip(bytes, count);
    speaker_run(speaker);
    drain(speaker->endpoint, speaker->said, cut, random);
    speaker_run(speaker);
  }
}

static void speaker_init(Speaker *speaker, const EndpointDialogue *file, bool is_server)
{
  *speaker = (Speaker){.is_server = is_server, .said = g_byte_array_new()};
  speaker->endpoint = is_server ? new_server(file) : new_client(file);
  if (is_server)
    owner_init(&speaker->server_owner, file);
  else
    speaker->client_owner.fetched = g_ptr_array_new_with_free_func(bytes_free);
}

static void speaker_check(Speaker *speaker, const EndpointDialogue *file)
{
  if (speaker->is_server) {
    check_store(file, &speaker->server_owner);
    g_assert_cmpint(speaker->server_owner.closed, ==, !endpoint_dialogue_get_flag(file, "Stays-Open"));
    return;
  }
  const char *outcome = endpoint_dialogue_get(file, "Outcome");
  static const struct {
    const char *name;
    EndpointEventType type;
  } outcomes[] = {{"delivered", ENDPOINT_DELIVERED},
                  {"failed", ENDPOINT_FAILED},
                  {"fetched", ENDPOINT_FETCHED},
                  {"nothing", ENDPOINT_NOTHING}};
  bool found = false;
  for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
    if (g_strcmp0(outcome, outcomes[i].name) != 0) continue;
    found = true;
    g_assert_cmpint(speaker->client_owner.outcome, ==, outcomes[i].type);
  }
  g_assert_true(found);
  g_assert_true(speaker->client_owner.closed);
  if (g_strcmp0(endpoint_dialogue_get(file, "Protocol"), "pop3") == 0) {
    assert_messages(speaker->client_owner.fetched, file->delivered);
    return;
  }
  static const char *const names[] = {"pending", "delivered", "later", "refused"};
  const GPtrArray *wanted = endpoint_dialogue_get_all(file, "Result");
  g_assert_cmpuint(smtp_client_get_result_count(speaker->endpoint), ==, wanted->len);
  for (guint i = 0; i < wanted->len; i++) {
    SmtpResult result = smtp_client_get_result(speaker->endpoint, i);
    g_autofree char *text = g_strdup_printf("%s %s %d", result.recipient, names[result.type], result.code);
    g_assert_cmpstr(text, ==, g_ptr_array_index(wanted, i));
  }
}

static void speaker_clear(Speaker *speaker)
{
  endpoint_free(speaker->endpoint);
  if (speaker->is_server)
    owner_clear(&speaker->server_owner);
  else
    g_ptr_array_unref(speaker->client_owner.fetched);
  g_byte_array_unref(speaker->said);
}

/* One side is ours, the other reads from the file. */
static void speak_with_script(const EndpointDialogue *file, bool is_server, Cut cut, GRand *random)
{
  Speaker speaker;
  speaker_init(&speaker, file, is_server);
  DialogueSide ours = is_server ? DIALOGUE_SERVER : DIALOGUE_CLIENT;
  for (guint i = 0; i < file->turns->len; i++) {
    const DialogueTurn *turn = g_ptr_array_index(file->turns, i);
    if (turn->side == ours) {
      drain(speaker.endpoint, speaker.said, cut, random);
      assert_same(file, turn->line, speaker.said, turn->bytes);
    } else {
      g_byte_array_set_size(speaker.said, 0);
      speaker_hear(&speaker, view_of(turn->bytes), cut, random);
    }
  }
  speaker_check(&speaker, file);
  speaker_clear(&speaker);
}

/* All that the client says at once: a server's answers must not depend on when it hears. */
static void speak_at_once(const EndpointDialogue *file)
{
  Speaker speaker;
  speaker_init(&speaker, file, true);
  g_autoptr(GBytes) heard = endpoint_dialogue_join(file, DIALOGUE_CLIENT);
  g_autoptr(GBytes) wanted = endpoint_dialogue_join(file, DIALOGUE_SERVER);
  speaker_hear(&speaker, view_of(heard), CUT_NOT, NULL);
  assert_same(file, 1, speaker.said, wanted);
  speaker_check(&speaker, file);
  speaker_clear(&speaker);
}

/* Moves what one says to the other, a piece at a time. Returns false when there was nothing. */
static bool pass_on(Speaker *from, Speaker *to, Cut cut, GRand *random)
{
  Bytes pending = endpoint_pending(from->endpoint);
  if (pending.length == 0) return false;
  size_t count = piece_of(cut, random, pending.length);
  g_autofree uint8_t *copy = g_memdup2(pending.data, count);
  g_byte_array_append(from->said, copy, (guint)count);
  endpoint_consumed(from->endpoint, count);
  endpoint_receive(to->endpoint, (Bytes){copy, count});
  speaker_run(to);
  speaker_run(from);
  return true;
}

static void speak_together(const EndpointDialogue *file, Cut cut, GRand *random)
{
  Speaker server, client;
  speaker_init(&server, file, true);
  speaker_init(&client, file, false);
  while (pass_on(&server, &client, cut, random) || pass_on(&client, &server, cut, random)) {
  }
  g_autoptr(GBytes) by_client = endpoint_dialogue_join(file, DIALOGUE_CLIENT);
  g_autoptr(GBytes) by_server = endpoint_dialogue_join(file, DIALOGUE_SERVER);
  assert_same(file, 1, client.said, by_client);
  assert_same(file, 1, server.said, by_server);
  speaker_check(&server, file);
  speaker_check(&client, file);
  speaker_clear(&server);
  speaker_clear(&client);
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
      if (with_server) speak_with_script(file, true, cut, random);
      if (with_client) speak_with_script(file, false, cut, random);
      if (with_server && with_client) speak_together(file, cut, random);
    }
  }
  if (with_server) speak_at_once(file);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) folder = g_dir_open(SOURCE_DIR "/tests/dialogues", 0, &error);
  g_assert_no_error(error);
  guint count = 0;
  for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
    if (!g_str_has_suffix(name, ".dialogue")) continue;
    g_autofree char *test = g_strdup_printf("/dialogue/%.*s", (int)(strlen(name) - 9), name);
    g_test_add_data_func_full(test, g_build_filename(SOURCE_DIR "/tests/dialogues", name, NULL), speak,
                              g_free);
    count++;
  }
  g_assert_cmpuint(count, >=, 16);
  return g_test_run();
}
