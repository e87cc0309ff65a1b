/* SPDX-License-Identifier: MIT */
/* What dialogue files cannot show of the POP3 server and client: the lock, new mail during a session, time,
 * closed lines, and noise. */
#include "agent/login.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/pop3/pop3-server.h"
#include "protocol/pop3/pop3-vocabulary.h"
#include "protocol/sasl/sasl-spoken.h"

typedef struct {
  MailStore *store;
  Mailbox *mailbox;
  GBytes *message;
  Digest proof;
} House;

static void house_init(House *house)
{
  house->store = mail_store_new();
  house->mailbox = mail_store_add_user(house->store, "bob@beta.example", "builder");
  house->message = g_bytes_new_static("Subject: x\r\n\r\nbody\r\n", 20);
  mailbox_append(house->mailbox, house->message, 0);
}

static void house_clear(House *house)
{
  mail_store_free(house->store);
  g_bytes_unref(house->message);
}

static EndpointVerdict judge(House *house, const EndpointEvent *event)
{
  EndpointVerdict verdict = {.accepted = true};
  if (event->type == ENDPOINT_AUTHENTICATE) return login_judge(house->store, event, &house->proof);
  if (event->type == ENDPOINT_OPEN_MAILBOX) {
    verdict.object = mail_store_find(house->store, event->user);
    verdict.accepted = mailbox_lock(verdict.object);
  }
  if (event->type == ENDPOINT_UPDATE) mailbox_remove_marked(house->mailbox);
  return verdict;
}

static bool settle(Endpoint *server, House *house, GString *said)
{
  bool closed = false, moved = true;
  while (moved) {
    moved = false;
    EndpointEvent event;
    while (endpoint_next_event(server, &event) != ENDPOINT_NOTHING) {
      moved = true;
      if (event.type == ENDPOINT_CLOSE) {
        closed = true;
        if (pop3_server_get_mailbox(server) != NULL) mailbox_unlock(pop3_server_get_mailbox(server));
        continue;
      }
      EndpointVerdict verdict = judge(house, &event);
      endpoint_answer(server, &verdict);
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
  return pop3_server_new(&(Pop3ServerConfig){.host_name = "pop.example"});
}

static Endpoint *new_server_with_all(void)
{
  return pop3_server_new(&(Pop3ServerConfig){.host_name = "pop.example",
                                             .mechanisms = sasl_spoken_names,
                                             .nonce = "abc",
                                             .offer_utf8 = true,
                                             .offer_lang = true});
}

/* Says text; returns what the server says then, the caller's to free. */
static char *say(Endpoint *server, House *house, const char *text)
{
  g_autoptr(GString) said = g_string_new(NULL);
  settle(server, house, said);
  g_string_truncate(said, 0);
  endpoint_receive(server, bytes_from_string(text));
  settle(server, house, said);
  return g_string_free(g_steal_pointer(&said), FALSE);
}

static void a_second_session_is_refused_until_the_first_ends(void)
{
  House house;
  house_init(&house);
  Endpoint *first = new_server(), *second = new_server();
  g_autofree char *in = say(first, &house, "USER bob\r\nPASS builder\r\n");
  g_assert_true(g_str_has_suffix(in, "+OK Mailbox open, 1 message (20 octets)\r\n"));
  g_autofree char *refused = say(second, &house, "USER bob\r\nPASS builder\r\n");
  g_assert_true(g_str_has_suffix(refused, "-ERR [IN-USE] Another session has the mailbox open\r\n"));
  g_autofree char *marked = say(first, &house, "DELE 1\r\n");
  g_assert_true(g_str_has_prefix(marked, "+OK"));
  /* The line drops: nothing is deleted, and the lock is free again. */
  g_autoptr(GString) said = g_string_new(NULL);
  endpoint_peer_closed(first);
  g_assert_true(settle(first, &house, said));
  g_assert_cmpstr(said->str, ==, "");
  g_autofree char *now = say(second, &house, "USER bob\r\nPASS builder\r\nSTAT\r\n");
  g_assert_true(g_str_has_suffix(now, "+OK 1 20\r\n"));
  endpoint_free(first);
  endpoint_free(second);
  house_clear(&house);
}

static void new_mail_waits_for_the_next_session(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server();
  g_autofree char *in = say(server, &house, "USER bob\r\nPASS builder\r\n");
  g_assert_nonnull(strstr(in, "1 message (20 octets)"));
  mailbox_append(house.mailbox, house.message, 1);
  g_autofree char *stat = say(server, &house, "STAT\r\nRETR 2\r\nDELE 1\r\nQUIT\r\n");
  g_assert_cmpstr(stat, ==,
                  "+OK 1 20\r\n-ERR No such message\r\n+OK Message 1 marked for deletion\r\n+OK Bye\r\n");
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  g_assert_cmpuint(mailbox_get(house.mailbox, 0)->uid, ==, 2);
  g_assert_false(mailbox_is_locked(house.mailbox));
  g_assert_cmpint(pop3_server_get_state(server), ==, POP3_UPDATE);
  endpoint_free(server);
  house_clear(&house);
}

static void the_password_may_hold_spaces(void)
{
  House house;
  house_init(&house);
  mail_store_add_user(house.store, "bob@beta.example", " two words ");
  Endpoint *server = new_server();
  g_autofree char *in = say(server, &house, "USER bob\r\nPASS  two words \r\n");
  g_assert_true(g_str_has_suffix(in, "(20 octets)\r\n"));
  endpoint_free(server);
  house_clear(&house);
}

static void a_letter_is_known_among_the_pending_bytes(void)
{
  House house;
  house_init(&house);
  g_autoptr(GBytes) second = g_bytes_new_static("Subject: y\r\n\r\n.\r\n", 17);
  mailbox_append(house.mailbox, second, 0);
  Endpoint *server = new_server();
  g_free(say(server, &house, "USER bob\r\nPASS builder\r\n"));
  EndpointStretch stretch;
  g_assert_false(endpoint_find_message(server, &stretch));
  endpoint_receive(server, BYTES_LITERAL("RETR 1\r\nNOOP\r\nRETR 2\r\nNOOP\r\n"));
  static const char *const letters[] = {"Subject: x\r\n\r\nbody\r\n.\r\n", "Subject: y\r\n\r\n..\r\n.\r\n"};
  static const char *const before[] = {"+OK 20 octets\r\n", "+OK\r\n+OK 17 octets\r\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(letters); i++) {
    g_assert_true(endpoint_find_message(server, &stretch));
    Bytes pending = endpoint_pending(server);
    g_assert_true(bytes_equal(bytes_slice(pending, 0, stretch.start), bytes_from_string(before[i])));
    g_assert_true(
        bytes_equal(bytes_slice(pending, stretch.start, stretch.length), bytes_from_string(letters[i])));
    g_assert_true(stretch.message.data == g_bytes_get_data(i == 0 ? house.message : second, NULL));
    endpoint_consumed(server, stretch.start + 3); /* the rest of it is still its own */
    g_assert_true(endpoint_find_message(server, &stretch));
    g_assert_cmpuint(stretch.start, ==, 0);
    g_assert_cmpuint(stretch.length, ==, strlen(letters[i]) - 3);
    endpoint_consumed(server, stretch.length);
  }
  g_assert_false(endpoint_find_message(server, &stretch));
  endpoint_free(server);
  house_clear(&house);
}

static void a_quiet_session_ends_without_deleting(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server();
  g_autofree char *in = say(server, &house, "USER bob\r\nPASS builder\r\nDELE 1\r\n");
  g_assert_true(g_str_has_suffix(in, "marked for deletion\r\n"));
  g_autoptr(GString) said = g_string_new(NULL);
  endpoint_advance(server, NANOSECONDS_PER_SECOND);
  endpoint_advance(server, endpoint_deadline(server) - 1);
  g_assert_false(settle(server, &house, said));
  endpoint_advance(server, endpoint_deadline(server));
  g_assert_true(settle(server, &house, said));
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  g_assert_cmpint(endpoint_deadline(server), ==, NANOSECONDS_NEVER);
  endpoint_free(server);
  house_clear(&house);
}

static void guessing_passwords_ends_the_session(void)
{
  House house;
  house_init(&house);
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  for (guint i = 0; i < 5; i++) {
    endpoint_receive(server, BYTES_LITERAL("USER bob\r\nPASS guess\r\n"));
    g_assert_cmpint(settle(server, &house, said), ==, i == 4);
  }
  endpoint_free(server);
  house_clear(&house);
}

static void a_client_tells_the_message_before_it_deletes(void)
{
  Endpoint *client = pop3_client_new(&(Pop3ClientConfig){.user = "bob", .password = "builder"});
  static const char *const replies[] = {"+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK 1 6\r\n",
                                        "+OK\r\n..a\r\n.\r\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
    endpoint_consumed(client, endpoint_pending(client).length);
    endpoint_receive(client, bytes_from_string(replies[i]));
  }
  g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
  EndpointEvent event;
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FETCHED);
  g_assert_true(bytes_equal(event.message, BYTES_LITERAL(".a\r\n")));
  g_assert_cmpuint(pop3_client_get_fetched(client).number, ==, 1);
  g_assert_cmpuint(pop3_client_get_count(client), ==, 1);
  g_assert_cmpuint(pop3_client_get_size(client), ==, 6);
  g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
  g_assert_true(bytes_equal(endpoint_pending(client), BYTES_LITERAL("DELE 1\r\n")));
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
      {"220 mx ESMTP\r\n", false, "220 mx ESMTP"},
      {"-ERR busy\r\n+OK\r\n", false, "-ERR busy"},
      {"+OK\r\n+OK\r\n+OK\r\n+OK many\r\n+OK\r\n", false, "+OK many"},
      {"+OK\r\n+OK\r\n+OK\r\n+OK 99999999999 1\r\n+OK\r\n", false, "+OK 99999999999 1"},
      {"+OK\r\n+OK\r\n+OK\r\n+OK 1 5\r\n+OK\r\nhalf a mess", true, ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *client =
        pop3_client_new(&(Pop3ClientConfig){.user = "bob", .password = "builder", .patience = 100});
    endpoint_advance(client, 1000);
    endpoint_receive(client, bytes_from_string(cases[i].heard));
    if (cases[i].close) endpoint_peer_closed(client);
    endpoint_advance(client, 1200);
    endpoint_advance(client, 1400);
    EndpointEvent event;
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
    g_assert_true(bytes_equal(event.reply, bytes_from_string(cases[i].reply)));
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
    endpoint_free(client);
  }
}

/* What was sent before TLS, in the same packet even, does not count after it (RFC 2595 §4). */
static void stls_forgets_what_came_in_clear(void)
{
  for (guint accepted = 0; accepted < 2; accepted++) {
    House house;
    house_init(&house);
    Endpoint *server = pop3_server_new(&(Pop3ServerConfig){.host_name = "pop.example", .offer_stls = true});
    g_free(say(server, &house, "USER bob\r\n"));
    endpoint_receive(server, BYTES_LITERAL("STLS\r\nPASS builder\r\nDELE 1\r\nQUIT\r\n"));
    EndpointEvent event;
    g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_UPGRADE);
    g_assert_cmpuint(endpoint_pending(server).length, ==, 0);
    g_assert_false(endpoint_wants_read(server));
    endpoint_answer(server, &(EndpointVerdict){.accepted = accepted});
    g_autoptr(GString) said = g_string_new(NULL);
    g_assert_cmpint(settle(server, &house, said), ==, !accepted);
    if (accepted) {
      g_assert_cmpstr(said->str, ==, "+OK Begin TLS now\r\n");
      g_autofree char *then = say(server, &house, "PASS builder\r\nSTLS\r\n");
      g_assert_cmpstr(then, ==, "-ERR Say USER first\r\n-ERR Unknown command\r\n");
    } else {
      g_assert_cmpstr(said->str, ==,
                      "-ERR TLS is not available now\r\n+OK Mailbox open, 1 message (20 octets)\r\n"
                      "+OK Message 1 marked for deletion\r\n+OK Bye\r\n");
    }
    endpoint_free(server);
    house_clear(&house);
  }
}

/* An initial response that would make AUTH's line longer than 255 bytes waits for its "+" (RFC 5034 §4). */
static void a_long_initial_response_waits(void)
{
  static const char *const mechanisms[] = {"PLAIN", NULL};
  char password[200];
  for (size_t length = 100; length < sizeof password; length++) {
    memset(password, 'x', length);
    password[length] = '\0';
    Endpoint *client =
        pop3_client_new(&(Pop3ClientConfig){.user = "bob", .password = password, .mechanisms = mechanisms});
    endpoint_receive(client, BYTES_LITERAL("+OK\r\n"));
    g_assert_true(bytes_equal(endpoint_pending(client), BYTES_LITERAL("CAPA\r\n")));
    endpoint_consumed(client, 6);
    endpoint_receive(client, BYTES_LITERAL("+OK\r\nSASL PLAIN\r\n.\r\n"));
    Bytes line = endpoint_pending(client);
    size_t whole = strlen("AUTH PLAIN ") + (length + 2 + strlen("bob") + 2) / 3 * 4 + 2;
    g_assert_cmpuint(line.length, <=, 255);
    g_assert_cmpuint(line.length, ==, whole <= 255 ? whole : strlen("AUTH PLAIN\r\n"));
    endpoint_free(client);
  }
}

static void a_client_that_is_held_says_quit_when_told(void)
{
  static const char *const replies[] = {"+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK 0 0\r\n"};
  for (guint way = 0; way < 3; way++) {
    Endpoint *client = pop3_client_new(
        &(Pop3ClientConfig){.user = "bob", .password = "builder", .hold = true, .patience = 100});
    endpoint_advance(client, 1000);
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
      endpoint_consumed(client, endpoint_pending(client).length);
      endpoint_receive(client, bytes_from_string(replies[i]));
    }
    EndpointEvent event;
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_HELD);
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
    g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
    endpoint_advance(client, 100000); /* it may be held for long */
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
    if (way == 0) {
      endpoint_answer(client, &(EndpointVerdict){.accepted = true});
      g_assert_true(bytes_equal(endpoint_pending(client), BYTES_LITERAL("QUIT\r\n")));
      endpoint_advance(client, 100000);
      endpoint_advance(client, 100200);
      g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED); /* patience counts again */
    } else if (way == 1) {
      endpoint_answer(client, &(EndpointVerdict){.accepted = false});
      g_assert_cmpuint(endpoint_pending(client).length, ==, 0);
    } else {
      endpoint_peer_closed(client);
      g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
    }
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
    endpoint_free(client);
  }
}

/* Whatever a server says, the client comes to an end, and what is not base64 or not asked for is cancelled.
 */
static void a_client_gives_up_a_log_in_gone_wrong(void)
{
  static const char *const scram[] = {"SCRAM-SHA-1", NULL}, *const login[] = {"LOGIN", NULL};
  static const struct {
    const char *const *mechanisms;
    const char *offer, *challenge, *said;
  } cases[] = {
      {scram, "SASL SCRAM-SHA-1", "+ ***\r\n", "*\r\n"},
      {scram, "sasl plain SCRAM-SHA-1", "+ dj1hYmM=\r\n", "*\r\n"},
      {login, "SASL LOGIN", "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n+ TW9yZTo=\r\n",
       "Ym9i\r\nYnVpbGRlcg==\r\n*\r\n"},
      {login, "SASL LOGIN", "+\r\n+\r\n", "Ym9i\r\nYnVpbGRlcg==\r\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *client = pop3_client_new(&(Pop3ClientConfig){
        .user = "bob", .password = "builder", .mechanisms = cases[i].mechanisms, .nonce = "fyko"});
    g_autofree char *capabilities = g_strdup_printf("+OK\r\n+OK\r\nUSER\r\n%s\r\n.\r\n", cases[i].offer);
    endpoint_receive(client, bytes_from_string(capabilities));
    endpoint_consumed(client, endpoint_pending(client).length);
    endpoint_receive(client, bytes_from_string(cases[i].challenge));
    g_assert_true(bytes_equal(endpoint_pending(client), bytes_from_string(cases[i].said)));
    EndpointEvent event;
    endpoint_receive(client, BYTES_LITERAL("-ERR no\r\n"));
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
    g_assert_true(bytes_equal(event.reply, BYTES_LITERAL("-ERR no")));
    endpoint_free(client);
  }
}

static void noise_never_breaks_the_server(void)
{
  static const char *const words[] = {"USER",
                                      "AUTH",
                                      "PLAIN",
                                      "LOGIN",
                                      "SCRAM-SHA-256",
                                      "AUTH CRAM-MD5\r\n",
                                      "*",
                                      "=",
                                      "AGJvYgBidWlsZGVy",
                                      "biwsbj1ib2Iscj1h",
                                      "UTF8",
                                      "LANG",
                                      "PASS",
                                      "APOP",
                                      "STAT",
                                      "LIST",
                                      "RETR",
                                      "DELE",
                                      "RSET",
                                      "TOP",
                                      "UIDL",
                                      "CAPA",
                                      "NOOP",
                                      "QUI",
                                      "1",
                                      "2",
                                      "0",
                                      "-1",
                                      "bob",
                                      "builder",
                                      "USER bob\r\nPASS builder",
                                      "99999999999999999999",
                                      "\xff",
                                      ""};
  g_autoptr(GRand) random = g_rand_new_with_seed(20000);
  House house;
  house_init(&house);
  Endpoint *server = NULL;
  guint seen = 0;
  for (guint i = 0; i < 20000; i++) {
    if (server == NULL) server = new_server_with_all();
    g_autoptr(GString) line = g_string_new(NULL), said = g_string_new(NULL);
    for (gint count = g_rand_int_range(random, 0, 4); count > 0; count--)
      g_string_append_printf(line, "%s ", words[g_rand_int_range(random, 0, (gint)G_N_ELEMENTS(words))]);
    if (line->len > 0 && g_rand_boolean(random)) g_string_truncate(line, line->len - 1);
    if (g_rand_int_range(random, 0, 9) == 0) g_string_append_c(line, (gchar)g_rand_int_range(random, 0, 256));
    g_string_append(line, "\r\n");
    endpoint_receive(server, (Bytes){(const uint8_t *)line->str, line->len});
    bool closed = settle(server, &house, said);
    g_assert_cmpuint(pop3_server_get_state(server), <, POP3_STATE_COUNT);
    seen |= 1u << pop3_server_get_state(server);
    if (!closed) continue;
    g_assert_false(mailbox_is_locked(house.mailbox));
    g_clear_pointer(&server, endpoint_free);
  }
  g_assert_cmpuint(seen, ==, (1u << POP3_AUTHORIZATION) | (1u << POP3_TRANSACTION));
  g_assert_cmpuint(mailbox_get_count(house.mailbox), ==, 1);
  endpoint_free(server);
  house_clear(&house);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/45-a-second-session-is-refused-until-the-first-ends",
                  a_second_session_is_refused_until_the_first_ends);
  g_test_add_func("/pop3-endpoint/new mail waits for the next session", new_mail_waits_for_the_next_session);
  g_test_add_func("/pop3-endpoint/the password may hold spaces", the_password_may_hold_spaces);
  g_test_add_func("/hardening/44-a-session-without-quit-deletes-nothing",
                  a_quiet_session_ends_without_deleting);
  g_test_add_func("/pop3-endpoint/guessing passwords ends the session", guessing_passwords_ends_the_session);
  g_test_add_func("/pop3-endpoint/a client tells the message before it deletes",
                  a_client_tells_the_message_before_it_deletes);
  g_test_add_func("/pop3-endpoint/a client never waits for ever", a_client_never_waits_for_ever);
  g_test_add_func("/pop3-endpoint/STLS forgets what came in clear", stls_forgets_what_came_in_clear);
  g_test_add_func("/pop3-endpoint/a long initial response waits", a_long_initial_response_waits);
  g_test_add_func("/pop3-endpoint/a client that is held says QUIT when told",
                  a_client_that_is_held_says_quit_when_told);
  g_test_add_func("/pop3-endpoint/a client gives up a log-in gone wrong",
                  a_client_gives_up_a_log_in_gone_wrong);
  g_test_add_func("/pop3-endpoint/noise never breaks the server", noise_never_breaks_the_server);
  g_test_add_func("/pop3-endpoint/a letter is known among the pending bytes",
                  a_letter_is_known_among_the_pending_bytes);
  return g_test_run();
}
