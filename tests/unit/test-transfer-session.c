/* SPDX-License-Identifier: MIT */
/* Taking in: relay and submission, who moved, lists, greylisting, full mailboxes, forced replies, SPF, and
 * that nothing is stored twice. */
#include "support/mail-town.h"

#include <string.h>

static void assert_heard(const char *heard, const char *const *wanted)
{
  for (; *wanted != NULL; wanted++)
    if (strstr(heard, *wanted) == NULL) g_error("no \"%s\" in\n%s", *wanted, heard);
}

static void port_25_takes_mail_for_its_own_domains(void)
{
  static const struct {
    TownHost server;
    const char *recipient;
    int code;
  } cases[] = {
      {TOWN_ALPHA, "alice@alpha.example", 250},      {TOWN_ALPHA, "alice@ALPHA.example", 250},
      {TOWN_ALPHA, "nobody@alpha.example", 550},     {TOWN_ALPHA, "bob@beta.example", 550},
      {TOWN_ALPHA, "postmaster@alpha.example", 250}, {TOWN_ALPHA, "450@alpha.example", 450},
      {TOWN_ALPHA, "552@alpha.example", 552},        {TOWN_BACKUP, "anybody@beta.example", 250},
      {TOWN_BACKUP, "alice@alpha.example", 550},
  };
  Town town;
  town_init(&town, 1, 0);
  town_start(&town, TOWN_ALPHA);
  town_start(&town, TOWN_BACKUP);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *id = g_strdup_printf("%zu@x", i);
    g_assert_cmpint(town_send(&town, cases[i].server, "x@computer.example", cases[i].recipient, id), ==,
                    cases[i].code);
  }
  g_assert_cmpuint(
      town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "Return-Path: <x@computer.example>"), ==, 3);
  town_clear(&town);
}

static void an_open_relay_takes_mail_for_anybody(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].open_relay = true;
  town_start_all(&town);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@computer.example", "bob@beta.example", "1@x"), ==, 250);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
  town_clear(&town);
}

/* Submits a letter of sender as user and returns the code of what was said. */
static int submit(Town *town, const char *user, const char *password, const char *sender, const char *text)
{
  TownLetter letter;
  g_autoptr(GBytes) message = g_bytes_new(text, strlen(text));
  g_autoptr(Envelope) envelope = envelope_new(sender);
  envelope_append(envelope, "bob@beta.example");
  envelope_append(envelope, "carol@alpha.example");
  town_hand_in(town, TOWN_ALPHA, SUBMISSION_PORT, user, password, envelope, message, &letter);
  town_run(town, town->clock.now + TOWN_SECONDS(60));
  int code = letter.code;
  town_letter_clear(&letter);
  return code;
}

static void port_587_takes_mail_from_its_own_users(void)
{
  static const char text[] =
      "From: alice@alpha.example\r\nBcc: carol@alpha.example\r\nSubject: x\r\n\r\nx\r\n";
  Town town;
  town_init(&town, 1, 0);
  town_start_all(&town);
  g_assert_cmpint(submit(&town, NULL, NULL, "alice@alpha.example", text), ==, 530);
  g_assert_cmpint(submit(&town, "alice", "wrong", "alice@alpha.example", text), ==, 535);
  g_assert_cmpint(submit(&town, "alice", "wonderland", "carol@alpha.example", text), ==, 553);
  g_assert_cmpint(submit(&town, "alice", "wonderland", "alice@alpha.example", text), ==, 250);
  g_autofree char *mail = town_newest_mail(&town, TOWN_BETA, "bob@beta.example");
  static const char *const wanted[] = {
      "Return-Path: <alice@alpha.example>\r\nReceived: from mail.alpha.example ([192.0.2.25])\r\n\tby "
      "mail.beta.example with ESMTP id 00000001\r\n\tfor <bob@beta.example>;\r\n\t",
      "Received: from computer.example ([203.0.113.66])\r\n\tby mail.alpha.example with ESMTPA id "
      "00000001;\r\n",
      "\r\nDate: ",
      "\r\nMessage-ID: <00000001.",
      "@mail.alpha.example>\r\nFrom: alice@alpha.example\r\nSubject: x\r\n\r\nx\r\n",
      NULL,
  };
  assert_heard(mail, wanted);
  g_assert_null(strstr(mail, "Bcc"));
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "carol@alpha.example", "Subject: x"), ==, 1);
  town_clear(&town);
}

/* What the server is told to offer is what it offers, and the challenges of two connections differ. */
static void mechanisms_are_those_the_server_is_told(void)
{
  static const char *const lines[] = {
      "EHLO computer.example", "AUTH CRAM-MD5", "*", "AUTH PLAIN", "QUIT", NULL};
  Town town;
  town_init(&town, 1, 0);
  g_assert_true(server_config_set_mechanisms(&town.servers[TOWN_ALPHA], "SCRAM-SHA-256 CRAM-MD5"));
  town_start(&town, TOWN_ALPHA);
  g_autofree char *heard = town_talk(&town, TOWN_ALPHA, SUBMISSION_PORT, lines);
  g_autofree char *again = town_talk(&town, TOWN_ALPHA, SUBMISSION_PORT, lines);
  static const char *const wanted[] = {"CRAM-MD5", "SCRAM-SHA-256", "\n334 ", "\n504 ", NULL};
  assert_heard(heard, wanted);
  g_assert_null(strstr(heard, "PLAIN"));
  g_assert_cmpstr(strstr(heard, "\n334 "), !=, strstr(again, "\n334 "));
  g_autofree char *relay = town_talk(&town, TOWN_ALPHA, SMTP_PORT, lines);
  g_assert_null(strstr(relay, "250-AUTH"));
  town_clear(&town);
}

static void another_sender_is_written_down_where_it_is_allowed(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].own_sender = false;
  town_start_all(&town);
  g_assert_cmpint(submit(&town, "alice", "wonderland", "boss@gamma.example", "Subject: x\r\n\r\nx\r\n"), ==,
                  250);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example",
                                   "from computer.example ([203.0.113.66]) (authenticated as alice)\r\n"),
                   ==, 1);
  town_clear(&town);
}

static void who_moved_is_forwarded_or_told_of(void)
{
  Town town;
  town_init(&town, 1, 0);
  ServerConfig *alpha = &town.servers[TOWN_ALPHA];
  g_assert_true(server_config_add_forward(alpha, "zoe@alpha.example bob@beta.example"));
  g_assert_true(server_config_add_forward(alpha, "yan@alpha.example refuse yan@gamma.example"));
  g_assert_true(server_config_add_forward(alpha, "loop@alpha.example pool@alpha.example"));
  g_assert_true(server_config_add_forward(alpha, "pool@alpha.example loop@alpha.example"));
  g_assert_true(server_config_add_list(alpha, "team@alpha.example: alice@alpha.example, zoe@alpha.example, "
                                              "bob@beta.example"));
  alpha->vrfy = true;
  town_start_all(&town);
  static const char *const lines[] = {
      "EHLO computer.example",
      "VRFY alice",
      "VRFY <zoe@alpha.example>",
      "VRFY nobody",
      "EXPN team",
      "EXPN nothing",
      "MAIL FROM:<carol@alpha.example>",
      "RCPT TO:<zoe@alpha.example>",
      "RCPT TO:<yan@alpha.example>",
      "RCPT TO:<team@alpha.example>",
      "RCPT TO:<loop@alpha.example>",
      "DATA",
      "Message-ID: <7@x>",
      "",
      "x",
      ".",
      "QUIT",
      NULL,
  };
  g_autofree char *heard = town_talk(&town, TOWN_ALPHA, SMTP_PORT, lines);
  static const char *const wanted[] = {
      "250 2.1.5 <alice@alpha.example>\n",
      "251 2.1.5 User not local; will forward to <bob@beta.example>\n550 5.1.1 No such user here\n",
      "250-2.1.5 <alice@alpha.example>\n250-2.1.5 <zoe@alpha.example>\n250 2.1.5 <bob@beta.example>\n",
      "550 5.1.1 No such list here\n",
      "251 2.1.5 User not local; will forward to <bob@beta.example>\n551 5.1.6 User not local; please try "
      "<yan@gamma.example>\n250 ",
      NULL,
  };
  assert_heard(heard, wanted);
  /* Bob is meant twice and gets it once; the circle is told of. */
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "<7@x>"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "<7@x>"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "carol@alpha.example", "Status: 5.4.6"), ==, 1);
  town_clear(&town);
}

static void strangers_are_asked_to_come_again(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].greylist_delay = TOWN_SECONDS(300);
  town_start(&town, TOWN_ALPHA);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 451);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 451);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "nobody@alpha.example", "1@x"), ==, 550);
  town_cut_power(&town, TOWN_ALPHA);
  town_restore_power(&town, TOWN_ALPHA); /* what was seen is on the disk */
  town_run(&town, town.clock.now + TOWN_SECONDS(300));
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "z@y.example", "alice@alpha.example", "2@x"), ==, 451);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 250);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "X@y.example", "alice@alpha.example", "3@x"), ==, 250);
  town_clear(&town);
}

static void a_full_mailbox_takes_nothing(void)
{
  static const struct {
    ServerQuotaKind kind;
    int code;
  } cases[] = {{SERVER_QUOTA_LATER, 452}, {SERVER_QUOTA_REFUSE, 552}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    town_init(&town, 1, 0);
    town.servers[TOWN_ALPHA].quota = 500;
    town.servers[TOWN_ALPHA].quota_kind = cases[i].kind;
    town_start(&town, TOWN_ALPHA);
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 250);
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "2@x"), ==,
                    cases[i].code);
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "carol@alpha.example", "3@x"), ==, 250);
    g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "@x>"), ==, 1);
    town_clear(&town);
  }
}

/* Without SIZE the fill shows only after the dot: who has room gets it, the sender hears of the others. */
static void where_one_of_two_is_full_the_other_gets_it(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].quota = 400;
  town.servers[TOWN_ALPHA].quota_kind = SERVER_QUOTA_REFUSE;
  g_assert_true(server_config_set_capability(&town.servers[TOWN_ALPHA], "SIZE", false));
  town_start_all(&town);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 250);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "2@x"), ==, 552);
  static const char *const lines[] = {"EHLO computer.example",
                                      "MAIL FROM:<bob@beta.example>",
                                      "RCPT TO:<alice@alpha.example>",
                                      "RCPT TO:<carol@alpha.example>",
                                      "DATA",
                                      "Message-ID: <3@x>",
                                      "",
                                      ".",
                                      "QUIT",
                                      NULL};
  g_autofree char *heard = town_talk(&town, TOWN_ALPHA, SMTP_PORT, lines);
  g_assert_nonnull(strstr(heard, "250 2.0.0 "));
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "carol@alpha.example", "<3@x>"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "<3@x>"), ==, 0);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "Status: 5.2.2"), ==, 1);
  town_clear(&town);
}

static void rules_force_replies_as_often_as_they_say(void)
{
  Town town;
  town_init(&town, 1, 0);
  ServerConfig *alpha = &town.servers[TOWN_ALPHA];
  g_assert_true(server_config_add_reply_rule(alpha, "alice@* 450 2 times 4.2.1 Busy"));
  g_assert_true(server_config_add_reply_rule(alpha, "MAIL *@spam.example 554 5.7.1 Not you"));
  g_assert_true(server_config_add_reply_rule(alpha, "DATA 451 1 time"));
  town_start(&town, TOWN_ALPHA);
  static const int codes[] = {450, 450, 451, 250, 250};
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, codes[i]);
  g_assert_cmpint(town_send(&town, TOWN_ALPHA, "a@spam.example", "alice@alpha.example", "2@x"), ==, 554);
  town_clear(&town);
}

static void a_message_that_went_round_is_refused(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].strict_lines = true;
  town_start(&town, TOWN_ALPHA);
  GPtrArray *lines = g_ptr_array_new();
  static char *const begin[] = {"EHLO computer.example", "MAIL FROM:<a@b.example>",
                                "RCPT TO:<alice@alpha.example>", "DATA"};
  static char *const end[] = {
      "",     ".", "MAIL FROM:<a@b.example>", "RCPT TO:<alice@alpha.example>", "DATA", "Subject: a\n\nb", ".",
      "QUIT", NULL};
  for (size_t i = 0; i < G_N_ELEMENTS(begin); i++)
    g_ptr_array_add(lines, begin[i]);
  for (size_t i = 0; i < 51; i++)
    g_ptr_array_add(lines, "Received: from here");
  for (size_t i = 0; i < G_N_ELEMENTS(end); i++)
    g_ptr_array_add(lines, end[i]);
  g_autofree char *heard = town_talk(&town, TOWN_ALPHA, SMTP_PORT, (const char *const *)lines->pdata);
  static const char *const wanted[] = {"554 5.4.6 Too many hops", "550 5.6.11 A CR or LF", "221 ", NULL};
  assert_heard(heard, wanted);
  g_ptr_array_unref(lines);
  town_clear(&town);
}

static void a_forged_sender_is_marked_or_refused(void)
{
  static const struct {
    ServerSpf spf;
    const char *sender;
    int code;
    const char *line; /* what the mailbox shows, or NULL */
  } cases[] = {
      {SERVER_SPF_OFF, "bob@beta.example", 250, "\r\nReceived: from computer"},
      {SERVER_SPF_MARK, "bob@beta.example", 250,
       "Received-SPF: fail (mail.alpha.example: policy of beta.example)"},
      {SERVER_SPF_REJECT, "bob@beta.example", 550, NULL},
      {SERVER_SPF_REJECT, "x@computer.example", 250, "Received-SPF: pass"},
      {SERVER_SPF_REJECT, "x@broken.example", 451, NULL},
      {SERVER_SPF_REJECT, "x@open.example", 250, "Received-SPF: softfail"},
      {SERVER_SPF_REJECT, "", 250, "Received-SPF: pass (mail.alpha.example: policy of computer.example)"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    town_init(&town, 1, 0);
    town.servers[TOWN_ALPHA].spf = cases[i].spf;
    dns_zones_add(town.zones, "broken.example");
    g_assert_true(dns_zones_append(town.zones, "beta.example", 60, "TXT \"v=spf1 mx -all\""));
    g_assert_true(dns_zones_append(town.zones, "computer.example", 60, "TXT \"v=spf1 a -all\""));
    g_assert_true(dns_zones_append(town.zones, "open.example", 60, "TXT \"v=spf1 ~all\""));
    g_assert_true(dns_zones_set_broken(town.zones, "broken.example", true));
    town_start(&town, TOWN_ALPHA);
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, cases[i].sender, "alice@alpha.example", "1@x"), ==,
                    cases[i].code);
    g_autofree char *mail = town_newest_mail(&town, TOWN_ALPHA, "alice@alpha.example");
    if (cases[i].line == NULL)
      g_assert_cmpstr(mail, ==, "");
    else if (strstr(mail, cases[i].line) == NULL)
      g_error("no \"%s\" in\n%s", cases[i].line, mail);
    g_assert_true((strstr(mail, "Received-SPF") != NULL) ==
                  (cases[i].spf != SERVER_SPF_OFF && *mail != '\0'));
    town_clear(&town);
  }
}

/* The computer loses its way just after the dot: what it sends again is stored once. */
static void what_comes_again_unheard_is_stored_once(void)
{
  for (int milliseconds = 0; milliseconds < 200; milliseconds += 3) {
    Town town;
    town_init(&town, 1, 0);
    town_start(&town, TOWN_ALPHA);
    TownLetter first;
    g_autoptr(GBytes) message = town_letter("1@x");
    g_autoptr(Envelope) envelope = envelope_new("x@y.example");
    envelope_append(envelope, "alice@alpha.example");
    town_hand_in(&town, TOWN_ALPHA, SMTP_PORT, NULL, NULL, envelope, message, &first);
    town_run(&town, town.clock.now + milliseconds * NANOSECONDS_PER_MILLISECOND);
    bool heard = first.accepted;
    town_cut_power(&town, TOWN_ALPHA);
    town_run(&town, town.clock.now + TOWN_HOURS(1));
    town_restore_power(&town, TOWN_ALPHA);
    if (!heard)
      g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 250);
    g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "1@x"), ==, 1);
    town_letter_clear(&first);
    town_clear(&town);
  }
}

/* Who heard the 250 and sends the same again means it. */
static void what_is_sent_twice_is_stored_twice(void)
{
  Town town;
  town_init(&town, 1, 0);
  town_start(&town, TOWN_ALPHA);
  for (int i = 0; i < 2; i++)
    g_assert_cmpint(town_send(&town, TOWN_ALPHA, "x@y.example", "alice@alpha.example", "1@x"), ==, 250);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "1@x"), ==, 2);
  g_assert_cmpuint(delivery_ledger_get_count(mail_queue_get_ledger(town.queues[TOWN_ALPHA])), ==, 0);
  town_clear(&town);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session/port 25 takes mail for its own domains", port_25_takes_mail_for_its_own_domains);
  g_test_add_func("/session/an open relay takes mail for anybody", an_open_relay_takes_mail_for_anybody);
  g_test_add_func("/session/port 587 takes mail from its own users", port_587_takes_mail_from_its_own_users);
  g_test_add_func("/session/mechanisms are those the server is told",
                  mechanisms_are_those_the_server_is_told);
  g_test_add_func("/session/another sender is written down where it is allowed",
                  another_sender_is_written_down_where_it_is_allowed);
  g_test_add_func("/session/who moved is forwarded, or told of", who_moved_is_forwarded_or_told_of);
  g_test_add_func("/session/strangers are asked to come again", strangers_are_asked_to_come_again);
  g_test_add_func("/session/a full mailbox takes nothing", a_full_mailbox_takes_nothing);
  g_test_add_func("/session/where one of two is full, the other gets it",
                  where_one_of_two_is_full_the_other_gets_it);
  g_test_add_func("/session/rules force replies as often as they say",
                  rules_force_replies_as_often_as_they_say);
  g_test_add_func("/session/a message that went round is refused", a_message_that_went_round_is_refused);
  g_test_add_func("/session/a forged sender is marked or refused", a_forged_sender_is_marked_or_refused);
  g_test_add_func("/session/what comes again unheard is stored once",
                  what_comes_again_unheard_is_stored_once);
  g_test_add_func("/session/what is sent twice is stored twice", what_is_sent_twice_is_stored_twice);
  return g_test_run();
}
