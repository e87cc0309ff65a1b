/* SPDX-License-Identifier: MIT */
/* What dialogue files cannot show of the SMTP server and client: limits, time, closed lines, verdicts of the
 * owner, and noise. */
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-vocabulary.h"
#include "test-smtp-talk.h"

static Endpoint *new_server(void)
{
  return smtp_server_new(
      &(SmtpServerConfig){.host_name = "mx", .capabilities = SMTP_CAPABILITIES_RELAY, .recipient_limit = 2});
}

static void the_reply_waits_for_the_owner(void)
{
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  hear(server, "HELO a.example\r\n");
  settle(server, NULL, said);
  g_string_truncate(said, 0);
  hear(server, "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nNOOP\r\n");
  g_assert_cmpuint(endpoint_pending(server).length, ==, 0);
  g_assert_false(endpoint_wants_read(server));
  EndpointEvent event;
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_SENDER);
  g_assert_true(bytes_equal(event.address, BYTES_LITERAL("a@a.example")));
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_NOTHING);
  g_assert_cmpuint(endpoint_pending(server).length, ==, 0);
  endpoint_answer(server, &(EndpointVerdict){.accepted = true});
  g_assert_true(bytes_equal(endpoint_pending(server), BYTES_LITERAL("250 2.1.0 Sender OK\r\n")));
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_RECIPIENT);
  g_assert_cmpstr(event.envelope->sender, ==, "a@a.example");
  endpoint_answer(server, &(EndpointVerdict){.accepted = true});
  settle(server, NULL, said);
  g_assert_cmpstr(said->str, ==, "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n250 2.0.0 OK\r\n");
  g_assert_true(endpoint_wants_read(server));
  endpoint_free(server);
}

static void a_verdict_may_have_its_own_words(void)
{
  static const struct {
    EndpointVerdict verdict;
    const char *reply;
    bool taken;
  } cases[] = {
      {{.code = 450}, "450 4.0.0 No such user here\r\n", false},
      {{.code = 550, .text = "No such user"}, "550 5.1.1 No such user\r\n", false},
      {{.code = 552, .text = "5.2.2 Mailbox full"}, "552 5.2.2 Mailbox full\r\n", false},
      {{.code = 251, .text = "2.1.5 Will forward"}, "251 2.1.5 Will forward\r\n", true},
      {{.accepted = true, .text = "Fine"}, "250 2.1.5 Fine\r\n", true},
      {{.accepted = false}, "550 5.1.1 No such user here\r\n", false},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *server = new_server();
    g_autoptr(GString) said = g_string_new(NULL);
    hear(server, "HELO a.example\r\nMAIL FROM:<>\r\n");
    settle(server, NULL, said);
    g_string_truncate(said, 0);
    hear(server, "RCPT TO:<b@b.example>\r\n");
    settle(server, &cases[i].verdict, said);
    g_assert_cmpstr(said->str, ==, cases[i].reply);
    g_assert_cmpint(smtp_server_get_state(server), ==,
                    cases[i].taken ? SMTP_STATE_RECIPIENTS : SMTP_STATE_SENDER);
    endpoint_free(server);
  }
}

static void recipients_beyond_the_limit_are_put_off(void)
{
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  hear(server, "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n");
  settle(server, NULL, said);
  g_string_truncate(said, 0);
  hear(server, "RCPT TO:<b@b.example>\r\nRCPT TO:<c@b.example>\r\n");
  settle(server, NULL, said);
  g_assert_cmpstr(said->str, ==, "250 2.1.5 Recipient OK\r\n452 4.5.3 Too many recipients\r\n");
  g_assert_cmpstr(smtp_server_get_with(server), ==, "ESMTP");
  g_assert_cmpstr(smtp_server_get_client_name(server), ==, "a.example");
  endpoint_free(server);
}

static void a_line_may_be_as_long_as_its_limit(void)
{
  for (int more = -1; more <= 1; more++) {
    Endpoint *server = new_server();
    g_autoptr(GString) said = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new("NOOP ");
    while ((int)line->len < 12288 - 2 + more)
      g_string_append_c(line, 'x');
    g_string_append(line, "\r\nNOOP\r\n");
    settle(server, NULL, said);
    g_string_truncate(said, 0);
    for (gsize i = 0; i < line->len; i++)
      endpoint_receive(server, (Bytes){(const uint8_t *)line->str + i, 1});
    settle(server, NULL, said);
    g_assert_cmpstr(said->str, ==,
                    more <= 0 ? "250 2.0.0 OK\r\n250 2.0.0 OK\r\n"
                              : "500 5.5.2 Line too long\r\n250 2.0.0 OK\r\n");
    endpoint_free(server);
  }
}

static void an_endless_line_is_not_kept(void)
{
  Endpoint *server = new_server();
  g_autofree char *noise = g_strnfill(65536, 'x');
  g_autoptr(GString) said = g_string_new(NULL);
  for (guint i = 0; i < 256; i++)
    hear(server, noise);
  hear(server, "\r\nQUIT\r\n");
  g_assert_true(settle(server, NULL, said));
  g_assert_true(
      g_str_has_suffix(said->str, "500 5.5.2 Line too long\r\n221 2.0.0 mx closing connection\r\n"));
  endpoint_free(server);
}

static void a_quiet_client_is_sent_away(void)
{
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  g_assert_cmpint(endpoint_deadline(server), ==, 0);
  endpoint_advance(server, 1000 * NANOSECONDS_PER_SECOND);
  g_assert_cmpint(endpoint_deadline(server), ==, 1300 * NANOSECONDS_PER_SECOND);
  hear(server, "NOOP\r\n");
  endpoint_advance(server, 1300 * NANOSECONDS_PER_SECOND);
  g_assert_false(settle(server, NULL, said));
  endpoint_advance(server, 1600 * NANOSECONDS_PER_SECOND - 1);
  g_assert_false(settle(server, NULL, said));
  g_string_truncate(said, 0);
  endpoint_advance(server, 1600 * NANOSECONDS_PER_SECOND);
  g_assert_true(settle(server, NULL, said));
  g_assert_cmpstr(said->str, ==, "421 4.4.2 mx Timeout, closing connection\r\n");
  g_assert_cmpint(endpoint_deadline(server), ==, NANOSECONDS_NEVER);
  endpoint_free(server);
}

static void what_came_before_the_line_closed_still_counts(void)
{
  Endpoint *server = new_server();
  g_autoptr(GString) said = g_string_new(NULL);
  hear(server, "HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nx\r\n.\r\nNOO");
  endpoint_peer_closed(server);
  g_assert_true(settle(server, NULL, said));
  g_assert_true(g_str_has_suffix(said->str, "250 2.0.0 Message accepted for delivery\r\n"));
  endpoint_free(server);
}

static void a_client_never_waits_for_ever(void)
{
  g_autoptr(Envelope) envelope = envelope_new("a@a.example");
  envelope_append(envelope, "b@b.example");
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  static const struct {
    const char *heard;
    bool close, wait;
    SmtpResultType type;
    const char *reply;
  } cases[] = {
      {"", true, false, SMTP_RESULT_LATER, ""},
      {"220 mx\r\n250 mx\r\n", true, false, SMTP_RESULT_LATER, ""},
      {"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n", true, false, SMTP_RESULT_LATER, ""},
      {"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n", false, true, SMTP_RESULT_LATER, ""},
      {"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n", true, false, SMTP_RESULT_DELIVERED,
       NULL},
      {"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n", false, true, SMTP_RESULT_DELIVERED,
       NULL},
      {"220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n554 no\r\n", true, false, SMTP_RESULT_REFUSED, NULL},
      {"* OK IMAP4rev1\r\n", false, false, SMTP_RESULT_LATER, ""},
      {"220 mx\r\n421 bye\r\n", false, false, SMTP_RESULT_LATER, "421 bye"},
      {"450-not\r\n450 now\r\n221 bye\r\n", false, false, SMTP_RESULT_LATER, "450-not\n450 now"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *client =
        smtp_client_new(&(SmtpClientConfig){.host_name = "a", .envelope = envelope, .message = message});
    endpoint_advance(client, NANOSECONDS_PER_SECOND);
    const char *line = cases[i].heard;
    while (*line != '\0') {
      size_t length = strcspn(line, "\n") + 1;
      endpoint_consumed(client, endpoint_pending(client).length);
      endpoint_receive(client, (Bytes){(const uint8_t *)line, length});
      line += length;
    }
    if (cases[i].close) endpoint_peer_closed(client);
    for (guint turn = 0; cases[i].wait && turn < 2; turn++)
      endpoint_advance(
          client, MAX(endpoint_deadline(client), 2) == NANOSECONDS_NEVER ? 2 : endpoint_deadline(client));
    EndpointEvent event;
    bool failed = cases[i].reply != NULL;
    g_assert_cmpint(endpoint_next_event(client, &event), ==, failed ? ENDPOINT_FAILED : ENDPOINT_DELIVERED);
    if (failed) g_assert_true(bytes_equal(event.reply, bytes_from_string(cases[i].reply)));
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
    g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_NOTHING);
    SmtpResult result = smtp_client_get_result(client, 0);
    g_assert_cmpint(result.type, ==, cases[i].type);
    g_assert_nonnull(result.reply);
    endpoint_free(client);
  }
}

static void many_recipients_are_pipelined_in_groups(void)
{
  g_autoptr(Envelope) envelope = envelope_new("");
  for (guint i = 0; i < 120; i++) {
    g_autofree char *address = g_strdup_printf("user%u@b.example", i);
    envelope_append(envelope, address);
  }
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = "a.example", .pipelining = true, .envelope = envelope, .message = message});
  Endpoint *server = smtp_server_new(&(SmtpServerConfig){.host_name = "mx",
                                                         .capabilities = SMTP_CAPABILITIES_RELAY,
                                                         .recipient_limit = 110,
                                                         .error_limit = 1000});
  guint trips = 0;
  EndpointEvent event;
  EndpointEventType outcome = ENDPOINT_NOTHING;
  for (;; trips++) {
    g_autoptr(GString) said = g_string_new(NULL);
    settle(server, NULL, said);
    if (said->len == 0) break;
    endpoint_receive(client, (Bytes){(const uint8_t *)said->str, said->len});
    while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING)
      if (event.type != ENDPOINT_CLOSE) outcome = event.type;
    Bytes pending = endpoint_pending(client);
    g_autofree uint8_t *copy = g_memdup2(pending.data, pending.length);
    endpoint_consumed(client, pending.length);
    endpoint_receive(server, (Bytes){copy, pending.length});
  }
  g_assert_cmpint(outcome, ==, ENDPOINT_DELIVERED);
  g_assert_cmpuint(trips, <, 10);
  for (guint i = 0; i < 120; i++)
    g_assert_cmpint(smtp_client_get_result(client, i).type, ==,
                    i < 110 ? SMTP_RESULT_DELIVERED : SMTP_RESULT_LATER);
  endpoint_free(client);
  endpoint_free(server);
}

/* A line of real words in any order, or noise. */
static void append_random_line(GString *line, GRand *random)
{
  static const char *const words[] = {"DATA",
                                      "EHLO a.example",
                                      "DATA",
                                      "MAIL FROM:<a@b.example>",
                                      "RCPT TO:<c@d.example>",
                                      "EHLO",
                                      "HELO",
                                      "MAIL",
                                      "RCPT",
                                      "DATA",
                                      "RSET",
                                      "NOOP",
                                      "VRFY",
                                      "AUTH",
                                      "AUTH PLAIN",
                                      "AUTH LOGIN",
                                      "HELP",
                                      "QUI",
                                      ".",
                                      "..",
                                      "FROM:<a@b.example>",
                                      "TO:<c@d.example>",
                                      "FROM:<",
                                      "TO:>",
                                      "SIZE=9",
                                      "=",
                                      "*",
                                      "AGEAYg==",
                                      "mail.example",
                                      "[1.2.3.4]",
                                      "\xff\xfe",
                                      "<>",
                                      "BODY=8BITMIME",
                                      "STARTTLS",
                                      "BDAT 5 LAST",
                                      "BDAT 9",
                                      "BDAT",
                                      "EXPN",
                                      "AUTH CRAM-MD5",
                                      "AUTH SCRAM-SHA-1 biwsbj1hLHI9eA==",
                                      "Yz1iaXdz",
                                      "SMTPUTF8",
                                      "BODY=BINARYMIME",
                                      "RET=FULL",
                                      "NOTIFY=NEVER",
                                      "ORCPT=rfc822;a+2Bb",
                                      "MAIL FROM:<jos\xc3\xa9@b.example> SMTPUTF8",
                                      "\"",
                                      "@",
                                      ":"};
  for (gint count = g_rand_int_range(random, 0, 4); count > 0; count--) {
    g_string_append(line, words[g_rand_int_range(random, 0, (gint)G_N_ELEMENTS(words))]);
    if (g_rand_boolean(random)) g_string_append_c(line, ' ');
  }
  if (g_rand_int_range(random, 0, 8) == 0) g_string_append_c(line, (gchar)g_rand_int_range(random, 0, 256));
  g_string_append(line, g_rand_int_range(random, 0, 10) == 0 ? "\n" : "\r\n");
}

static void noise_never_breaks_the_server(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(20000);
  SmtpServerConfig config = {
      .host_name = "mx", .nonce = "1", .capabilities = UINT32_MAX, .error_limit = G_MAXUINT};
  Endpoint *whole = smtp_server_new(&config), *bytes = smtp_server_new(&config);
  g_autoptr(GString) said = g_string_new(NULL), said_too = g_string_new(NULL);
  guint seen = 0;
  for (guint i = 0; i < 20000; i++) {
    g_autoptr(GString) line = g_string_new(NULL);
    append_random_line(line, random);
    const EndpointVerdict verdict = {.accepted = g_rand_int_range(random, 0, 4) > 0};
    endpoint_receive(whole, (Bytes){(const uint8_t *)line->str, line->len});
    g_assert_false(settle(whole, &verdict, said));
    for (gsize at = 0; at < line->len; at++) {
      endpoint_receive(bytes, (Bytes){(const uint8_t *)line->str + at, 1});
      g_assert_false(settle(bytes, &verdict, said_too));
    }
    uint8_t state = smtp_server_get_state(whole);
    g_assert_cmpuint(state, >=, SMTP_STATE_CONNECTED);
    g_assert_cmpuint(state, <, SMTP_STATE_CLOSING);
    g_assert_cmpuint(state, ==, smtp_server_get_state(bytes));
    seen |= 1u << state;
  }
  g_assert_cmpstr(said->str, ==, said_too->str);
  /* The noise reached every state but the first and the last. */
  g_assert_cmpuint(seen, ==, ((1u << SMTP_STATE_CLOSING) - 1) & ~(1u << SMTP_STATE_GREETING));
  endpoint_free(whole);
  endpoint_free(bytes);
}

/* Replies of any kind in any order, cut in two ways: the client says the same, and at the end knows about
 * everybody. */
static Endpoint *new_noisy_client(const Envelope *envelope, GBytes *message, guint round)
{
  static const char *const mechanisms[] = {"SCRAM-SHA-1", "CRAM-MD5", "LOGIN", NULL};
  return smtp_client_new(&(SmtpClientConfig){.host_name = "a",
                                             .user = round % 3 == 0 ? "alice" : NULL,
                                             .password = "x",
                                             .nonce = "n",
                                             .mechanisms = mechanisms,
                                             .pipelining = round % 2 == 0,
                                             .chunking = round % 5 != 0,
                                             .chunk_size = round % 7,
                                             .envelope = envelope,
                                             .message = message});
}

/* Gives the client a piece and appends what it says; after a transaction it gets another letter, as long as
 * some of *letters are left. */
static void tell(Endpoint *client, Bytes piece, const Envelope *envelope, GBytes *message, GString *said,
                 guint *letters)
{
  EndpointEvent event;
  endpoint_receive(client, piece);
  for (EndpointEventType type; (type = endpoint_next_event(client, &event)) != ENDPOINT_NOTHING;)
    if (type == ENDPOINT_DELIVERED && *letters > 0 && smtp_client_send_next(client, envelope, message, NULL))
      --*letters;
  Bytes pending = endpoint_pending(client);
  g_string_append_len(said, (const char *)pending.data, (gssize)pending.length);
  endpoint_consumed(client, pending.length);
}

static void assert_got_everywhere(const char *said)
{
  static const char *const words[] = {"HELO ",    "AUTH ",     "\r\n*\r\n", "SMTPUTF8", "RSET",
                                      "DATA\r\n", "\r\n.\r\n", "BDAT ",     " LAST",    "QUIT"};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    if (strstr(said, words[i]) == NULL) g_error("no client said %s", words[i]);
}

static void noise_never_breaks_the_client(void)
{
  static const char *const replies[] = {"250 ok",
                                        "250 ok",
                                        "250 ok",
                                        "250 ok",
                                        "354 go",
                                        "220 mx",
                                        "334 ",
                                        "334 eA==",
                                        "550 no",
                                        "450 later",
                                        "421 bye",
                                        "250-more",
                                        "250 PIPELINING",
                                        "250-CHUNKING",
                                        "235 in",
                                        "334 not64!",
                                        "2",
                                        "999 what",
                                        "250-SMTPUTF8",
                                        "250-AUTH CRAM-MD5 SCRAM-SHA-1",
                                        "250-AUTH=LOGIN",
                                        "354-go",
                                        "",
                                        "251 there",
                                        "250-BINARYMIME",
                                        "250-8BITMIME"};
  static const char offers[] = "250-mx\r\n250-CHUNKING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH CRAM-MD5 "
                               "SCRAM-SHA-1\r\n250 PIPELINING";
  g_autoptr(GRand) random = g_rand_new_with_seed(5321);
  g_autoptr(Envelope) envelope = envelope_new("a@a.example");
  envelope_append(envelope, "jos\xc3\xa9@b.example");
  envelope_append(envelope, "b@b.example");
  g_autoptr(GBytes) message = g_bytes_new_static(".x\r\n\xc3\xa9", 6);
  g_autoptr(GString) all = g_string_new(NULL);
  for (guint round = 0; round < 3000; round++) {
    Endpoint *clients[] = {new_noisy_client(envelope, message, round),
                           new_noisy_client(envelope, message, round)};
    g_autoptr(GString) said = g_string_new(NULL), said_too = g_string_new(NULL);
    guint letters[] = {3, 3};
    for (guint i = 0; i < 24; i++) {
      /* mostly what is awaited, so that it gets somewhere */
      gint pick = g_rand_int_range(random, 0, g_rand_boolean(random) ? 5 : (gint)G_N_ELEMENTS(replies));
      const char *reply = i == 0 ? "220 mx" : i == 1 && round % 4 > 0 ? offers : replies[pick];
      g_autofree char *line = g_strdup_printf("%s\r\n", reply);
      tell(clients[0], bytes_from_string(line), envelope, message, said, &letters[0]);
      for (char *c = line; *c != '\0'; c++)
        tell(clients[1], (Bytes){(const uint8_t *)c, 1}, envelope, message, said_too, &letters[1]);
    }
    g_assert_cmpstr(said->str, ==, said_too->str);
    g_string_append_len(all, said->str, (gssize)said->len);
    for (guint i = 0; i < 2; i++) {
      endpoint_peer_closed(clients[i]);
      for (guint r = 0; r < smtp_client_get_result_count(clients[i]); r++)
        g_assert_cmpint(smtp_client_get_result(clients[i], r).type, !=, SMTP_RESULT_PENDING);
      endpoint_free(clients[i]);
    }
  }
  assert_got_everywhere(all->str);
}

static void every_command_is_known_and_gets_one_reply(void)
{
  for (uint16_t word = 0; word < SMTP_WORD_COUNT; word++) {
    if (word == SMTP_AUTH_RESPONSE) continue;
    Endpoint *server = new_server();
    g_autoptr(GString) said = g_string_new(NULL);
    settle(server, NULL, said);
    g_string_truncate(said, 0);
    g_autofree char *line = g_strdup_printf("%s\r\n", smtp_vocabulary.words[word].word);
    hear(server, line);
    settle(server, NULL, said);
    g_assert_false(g_str_has_prefix(said->str, "500"));
    g_assert_true(g_str_has_suffix(said->str, "\r\n"));
    endpoint_free(server);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/smtp-endpoint/the reply waits for the owner", the_reply_waits_for_the_owner);
  g_test_add_func("/smtp-endpoint/a verdict may have its own words", a_verdict_may_have_its_own_words);
  g_test_add_func("/smtp-endpoint/recipients beyond the limit are put off",
                  recipients_beyond_the_limit_are_put_off);
  g_test_add_func("/smtp-endpoint/a line may be as long as its limit", a_line_may_be_as_long_as_its_limit);
  g_test_add_func("/smtp-endpoint/an endless line is not kept", an_endless_line_is_not_kept);
  g_test_add_func("/smtp-endpoint/a quiet client is sent away", a_quiet_client_is_sent_away);
  g_test_add_func("/smtp-endpoint/what came before the line closed still counts",
                  what_came_before_the_line_closed_still_counts);
  g_test_add_func("/smtp-endpoint/a client never waits for ever", a_client_never_waits_for_ever);
  g_test_add_func("/smtp-endpoint/many recipients are pipelined in groups",
                  many_recipients_are_pipelined_in_groups);
  g_test_add_func("/smtp-endpoint/noise never breaks the server", noise_never_breaks_the_server);
  g_test_add_func("/smtp-endpoint/noise never breaks the client", noise_never_breaks_the_client);
  g_test_add_func("/smtp-endpoint/every command is known and gets one reply",
                  every_command_is_known_and_gets_one_reply);
  return g_test_run();
}
