/* SPDX-License-Identifier: MIT */
/* What dialogue files cannot show of the POP2 server and client: the letter among the pending bytes, time,
 * closed lines, and noise. */
#include "agent/login.h"
#include "protocol/pop2/pop2-client.h"
#include "protocol/pop2/pop2-server.h"
#include "protocol/pop2/pop2-vocabulary.h"

typedef struct {
  MailStore *store;
  Mailbox *mailbox, *open;
  GBytes *message;
} House;

static void house_init(House *house)
{
  *house = (House){.store = mail_store_new()};
  house->mailbox = mail_store_add_user(house->store, "bob@beta.example", "builder");
  house->message = g_bytes_new_static("Subject: x\r\n\r\n.\r\n", 17);
  mailbox_append(house->mailbox, house->message, 0);
  mailbox_append(house->mailbox, house->message, 0);
}

static void house_clear(House *house)
{
  mail_store_free(house->store);
  g_bytes_unref(house->message);
}

static void give_back(House *house)
{
  if (house->open != NULL) mailbox_unlock(house->open);
  house->open = NULL;
}

static void answer(House *house, Endpoint *server, const EndpointEvent *event)
{
  EndpointVerdict verdict = {.accepted = true};
  Digest proof;
  if (event->type == ENDPOINT_AUTHENTICATE) {
    g_assert_cmpstr(event->mechanism, ==, "HELO");
    verdict = login_judge(house->store, event, &proof);
  } else if (event->type == ENDPOINT_OPEN_MAILBOX) {
    give_back(house);
    verdict.accepted = event->address.length == 0 && mailbox_lock(house->mailbox);
    verdict.object = house->open = verdict.accepted ? house->mailbox : NULL;
  } else if (event->type == ENDPOINT_UPDATE) {
    mailbox_remove_marked(house->open);
  }
  endpoint_answer(server, &verdict);
}

static bool settle(House *house, Endpoint *server, GString *said)
{
  bool closed = false;
  for (bool moved = true; moved;) {
    EndpointEvent event;
    moved = false;
    while (endpoint_next_event(server, &event) != ENDPOINT_NOTHING) {
      moved = true;
      closed |= event.type == ENDPOINT_CLOSE;
      if (event.type == ENDPOINT_CLOSE)
        give_back(house);
      else
        answer(house, server, &event);
    }
    Bytes pending = endpoint_pending(server);
    if (pending.length == 0) continue;
    moved = true;
    g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(server, pending.length);
  }
  return closed;
}

static Endpoint *new_server(void)
{
  return pop2_server_new(&(Pop2ServerConfig){.host_name = "pop.example"});
}

static void a_letter_is_known_among_the_pending_bytes(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  endpoint_receive(server, BYTES_LITERAL("HELO bob builder\r\nREAD\r\n"));
  g_assert_false(settle(&house, server, said));
  g_assert_cmpstr(said->str, ==,
                  "+ POP2 pop.example server ready\r\n#2 messages in this mailbox\r\n"
                  "=17 characters in this message\r\n");
  EndpointStretch stretch;
  g_assert_false(endpoint_find_message(server, &stretch));
  endpoint_receive(server, BYTES_LITERAL("RETR\r\nACKS\r\n"));
  g_assert_true(endpoint_find_message(server, &stretch));
  g_assert_cmpuint(stretch.start, ==, 0);
  g_assert_cmpuint(stretch.length, ==, 17);
  g_assert_true(bytes_equal(bytes_slice(endpoint_pending(server), 0, 17), stretch.message));
  endpoint_consumed(server, 17);
  g_assert_false(endpoint_find_message(server, &stretch));
  endpoint_free(server);
  house_clear(&house);
}

static void a_quiet_session_ends_without_deleting(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  endpoint_advance(server, NANOSECONDS_PER_SECOND);
  endpoint_receive(server, BYTES_LITERAL("HELO bob builder\r\nREAD\r\nRETR\r\nACKD\r\n"));
  g_assert_false(settle(&house, server, said));
  g_assert_true(mailbox_is_locked(house.mailbox));
  endpoint_advance(server, endpoint_deadline(server));
  g_assert_false(settle(&house, server, said));
  endpoint_advance(server, endpoint_deadline(server));
  g_assert_true(settle(&house, server, said));
  g_assert_cmpint(pop2_server_get_state(server), ==, POP2_DONE);
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 2);
  g_assert_false(mailbox_is_locked(house.mailbox));
  g_assert_cmpint(endpoint_deadline(server), ==, NANOSECONDS_NEVER);
  endpoint_free(server);
  house_clear(&house);
}

/* Each of these lines ends the session with "-". */
static void an_error_ends_the_session(void)
{
  static const char *const cases[] = {
      "READ",
      "RETR",
      "HELO",
      "HELO bob",
      "XYZZY",
      "",
      "HELO bob builder\r\nHELO bob builder",
      "HELO bob builder\r\nRETR",
      "HELO bob builder\r\nFOLD",
      "HELO bob builder\r\nREAD one",
      "HELO bob builder\r\nREAD 3\r\nRETR",
      "HELO bob builder\r\nREAD\r\nACKD",
      "HELO bob builder\r\nREAD\r\nRETR\r\nRETR",
      "HELO bob builder\r\nREAD\r\nRETR\r\nREAD 1",
      "HELO bob builder\r\nREAD 99999999999999999999",
      "HELO bob builder\r\nFOLD archive\r\nREAD\r\nRETR",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    House house;
    house_init(&house);
    Endpoint *server = new_server();
    g_autoptr(GString) said = g_string_new(NULL);
    g_autofree char *lines = g_strdup_printf("%s\r\nQUIT\r\n", cases[i]);
    endpoint_receive(server, bytes_from_string(lines));
    g_assert_true(settle(&house, server, said));
    const char *last = g_strrstr(said->str, "\r\n- ");
    if (last == NULL || strstr(last + 2, "\r\n")[2] != '\0') g_error("after \"%s\": %s", cases[i], said->str);
    g_assert_false(mailbox_is_locked(house.mailbox));
    endpoint_free(server);
    house_clear(&house);
  }
}

/* Any bytes, or a line that fits or does not. */
static void append_noise(GString *line, GRand *random, uint8_t state)
{
  static const char *const lines[] = {"HELO bob builder",
                                      "READ",
                                      "READ 1",
                                      "READ 2",
                                      "FOLD box",
                                      "FOLD box",
                                      "RETR",
                                      "RETR",
                                      "ACKS",
                                      "ACKD",
                                      "NACK",
                                      "QUIT"};
  static const guint fitting[POP2_STATE_COUNT] = {
      [POP2_AUTHORIZATION] = 1, [POP2_MAILBOX] = 0x3e, [POP2_ITEM] = 0xfe, [POP2_NEXT] = 0x700};
  guint which = (guint)g_rand_int_range(random, 0, (gint)G_N_ELEMENTS(lines));
  bool fits = g_rand_int_range(random, 0, 10) > 0;
  while (fits && (fitting[state] & (1u << which)) == 0)
    which = (which + 1) % (guint)G_N_ELEMENTS(lines);
  g_string_append(line, lines[which]);
  if (!fits)
    for (gint count = g_rand_int_range(random, 0, 9); count > 0; count--)
      g_string_append_c(line, (gchar)g_rand_int_range(random, 0, 256));
  g_string_append(line, "\r\n");
}

static void noise_never_breaks_the_server(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(937);
  House house;
  house_init(&house);
  Endpoint *server = NULL;
  guint seen = 0, deleted = 0;
  for (guint i = 0; i < 20000; i++) {
    if (server == NULL) server = new_server();
    g_autoptr(GString) line = g_string_new(NULL), said = g_string_new(NULL);
    append_noise(line, random, pop2_server_get_state(server));
    endpoint_receive(server, (Bytes){(const uint8_t *)line->str, line->len});
    bool closed = settle(&house, server, said);
    seen |= 1u << pop2_server_get_state(server);
    if (closed) g_assert_false(mailbox_is_locked(house.mailbox));
    if (closed) g_clear_pointer(&server, endpoint_free);
    deleted += mailbox_get_count(house.mailbox) < 2;
    while (mailbox_get_count(house.mailbox) < 2)
      mailbox_append(house.mailbox, house.message, 0);
  }
  /* any line leaves the first state */
  g_assert_cmpuint(seen, ==, ((1u << POP2_STATE_COUNT) - 1) & ~(1u << POP2_AUTHORIZATION));
  g_assert_cmpuint(deleted, >, 20);
  endpoint_free(server);
  house_clear(&house);
}

static void a_client_tells_the_message_before_it_acknowledges(void)
{
  Endpoint *client = pop2_client_new(&(Pop2ClientConfig){.user = "bob", .password = "builder"});
  static const char *const replies[] = {"+ hello\r\n", "#1\r\n", "=4\r\n", "a\r\n.=0 is of the next reply"};
  for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
    endpoint_consumed(client, endpoint_pending(client).length);
    endpoint_receive(client, bytes_from_string(replies[i]));
  }
  EndpointEvent event;
  g_assert_false(endpoint_wants_read(client));
  g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FETCHED);
  g_assert_true(bytes_equal(event.message, BYTES_LITERAL("a\r\n.")));
  g_assert_cmpuint(pop2_client_get_fetched(client), ==, 1);
  g_assert_cmpuint(pop2_client_get_count(client), ==, 1);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  g_assert_true(bytes_equal(endpoint_pending(client), BYTES_LITERAL("ACKD\r\n")));
  endpoint_free(client);
}

static void a_client_never_waits_for_ever(void)
{
  static const struct {
    const char *heard;
    bool close;
    const char *reply;
  } cases[] = {
      {"", true, ""},
      {"", false, ""},
      {"+OK POP3 server ready\r\n#1\r\n=5\r\n- no\r\n", true, ""}, /* "- no\r" is the text, as told */
      {"220 mx ESMTP\r\n", false, "220 mx ESMTP"},
      {"- go away\r\n", false, "- go away"},
      {"+ hi\r\n- no\r\n", false, "- no"},
      {"+ hi\r\n+ what\r\n", false, "+ what"},
      {"+ hi\r\n#99999999999\r\n", false, "99999999999"},
      {"+ hi\r\n#1\r\n=9999999999\r\n", false, "9999999999"},
      {"+ hi\r\n#1\r\n=9\r\nhalf", true, ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *client =
        pop2_client_new(&(Pop2ClientConfig){.user = "bob", .password = "builder", .patience = 100});
    endpoint_advance(client, 1000);
    endpoint_receive(client, bytes_from_string(cases[i].heard));
    EndpointEvent event;
    EndpointEventType type = endpoint_next_event(client, &event);
    if (type == ENDPOINT_FETCHED) type = endpoint_next_event(client, &event);
    if (cases[i].close) endpoint_peer_closed(client);
    endpoint_advance(client, 1200);
    endpoint_advance(client, 1400);
    if (type == ENDPOINT_NOTHING) type = endpoint_next_event(client, &event);
    g_assert_cmpint(type, ==, ENDPOINT_FAILED);
    g_assert_true(bytes_equal(event.reply, bytes_from_string(cases[i].reply)));
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
    endpoint_free(client);
  }
}

/* A message that is gone, or empty, is passed over. */
static void a_client_passes_over_what_is_not_there(void)
{
  static const char *const talk[][2] = {{"+ hi\r\n", "HELO bob ?? QUIT\r\n"},
                                        {"#3\r\n", "READ\r\n"},
                                        {"=0\r\n", "READ 2\r\n"},
                                        {"=0\r\n", "READ 3\r\n"},
                                        {"=0\r\n", "QUIT\r\n"},
                                        {"+ bye\r\n", ""}};
  Endpoint *client = pop2_client_new(&(Pop2ClientConfig){.user = "bob", .password = "\r\n QUIT"});
  for (size_t i = 0; i < G_N_ELEMENTS(talk); i++) {
    endpoint_receive(client, bytes_from_string(talk[i][0]));
    g_assert_true(bytes_equal(endpoint_pending(client), bytes_from_string(talk[i][1])));
    endpoint_consumed(client, endpoint_pending(client).length);
  }
  EndpointEvent event;
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
  endpoint_free(client);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pop2-endpoint/a letter is known among the pending bytes",
                  a_letter_is_known_among_the_pending_bytes);
  g_test_add_func("/pop2-endpoint/a quiet session ends without deleting",
                  a_quiet_session_ends_without_deleting);
  g_test_add_func("/pop2-endpoint/an error ends the session", an_error_ends_the_session);
  g_test_add_func("/pop2-endpoint/noise never breaks the server", noise_never_breaks_the_server);
  g_test_add_func("/pop2-endpoint/a client tells the message before it acknowledges",
                  a_client_tells_the_message_before_it_acknowledges);
  g_test_add_func("/pop2-endpoint/a client never waits for ever", a_client_never_waits_for_ever);
  g_test_add_func("/pop2-endpoint/a client passes over what is not there",
                  a_client_passes_over_what_is_not_there);
  return g_test_run();
}
