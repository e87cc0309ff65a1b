/* SPDX-License-Identifier: MIT */
/* Alice at home and in the café: what her program writes, sends, keeps and fetches. */
#include "support/alice.h"

static Bytes view_of(GBytes *message)
{
  Bytes view;
  view.data = g_bytes_get_data(message, &view.length);
  return view;
}

/* Returns the newest message in a mailbox as text, the caller's to free. */
static char *newest_in(Alice *alice, const char *address)
{
  Mailbox *mailbox = town_mailbox(&alice->town, address);
  g_assert_cmpuint(mailbox_get_count(mailbox), >, 0);
  return bytes_dup_string(view_of(mailbox_get(mailbox, mailbox_get_count(mailbox) - 1)->message));
}

static guint count_of(Alice *alice, const char *address)
{
  return mailbox_get_count(town_mailbox(&alice->town, address));
}

static void everybody_gets_the_letter_and_nobody_sees_the_blind_copy(void)
{
  for (int leave = 0; leave < 2; leave++) {
    Alice alice;
    alice_init(&alice, true, true);
    alice_add_device(&alice, HOME, (MailUserAgentConfig){.leave_bcc = leave == 1});
    mail_user_agent_compose(alice.agents[HOME],
                            &(MessageDraft){.to = "Bob <bob@beta.example>",
                                            .cc = "alice@alpha.example",
                                            .bcc = "carol@alpha.example",
                                            .subject = "Ol\xc3\xa1",
                                            .body = "Tudo bem?\n"},
                            alice_done, &alice);
    g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 1);
    town_run_until(&alice.town, 60);
    g_assert_cmpuint(alice.good, ==, 1);
    g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 0);
    g_assert_cmpuint(mail_user_agent_get_sent(alice.agents[HOME])->len, ==, 1);
    g_assert_cmpstr(alice.notices->str, ==,
                    "sent bob@beta.example\nsent alice@alpha.example\nsent carol@alpha.example\n");
    g_assert_cmpint(alice_said(&alice, "\r\nBcc: carol@alpha.example\r\n"), ==, leave == 1);
    static const char *const people[] = {"bob@beta.example", "alice@alpha.example", "carol@alpha.example"};
    for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
      g_assert_cmpuint(count_of(&alice, people[i]), ==, 1);
      g_autofree char *text = newest_in(&alice, people[i]);
      g_assert_nonnull(strstr(text, "\r\nFrom: Alice <alice@alpha.example>\r\n"));
      if (leave == 0) g_assert_null(strstr(text, "\r\nBcc:"));
    }
    alice_clear(&alice);
  }
}

static void a_recipient_refused_is_told_and_the_others_are_served(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  mail_user_agent_send(alice.agents[HOME], "bob@beta.example, nobody@alpha.example, carol@alpha.example", "x",
                       "x", alice_done, &alice);
  town_run_until(&alice.town, 600);
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 0);
  g_assert_cmpstr(alice.notices->str, ==,
                  "sent bob@beta.example\nrefused nobody@alpha.example\nsent carol@alpha.example\n");
  g_assert_cmpuint(count_of(&alice, "bob@beta.example"), ==, 1);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 1);
  g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 1);
  g_assert_cmpuint(mail_user_agent_get_sent(alice.agents[HOME])->len, ==, 1);
  mail_user_agent_send_outbox(alice.agents[HOME]);
  town_run_until(&alice.town, 1200);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 1); /* only who is left is tried again */
  g_assert_cmpuint(mail_user_agent_get_sent(alice.agents[HOME])->len, ==, 1);
  alice_clear(&alice);
}

static void the_outbox_keeps_the_letter_until_the_server_is_there(void)
{
  Alice alice;
  alice_init(&alice, true, false);
  alice_add_device(&alice, HOME,
                   (MailUserAgentConfig){.tries = 3, .first_wait = 10 * NANOSECONDS_PER_SECOND});
  mail_user_agent_send(alice.agents[HOME], "carol@alpha.example", "one", "x", alice_done, &alice);
  town_run_until(&alice.town, 5);
  g_assert_cmpstr(alice.notices->str, ==, "unreachable Connection refused: nothing listens there\n");
  g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 1);
  town_run_until(&alice.town, 100); /* given up after the third try, at about 31 s */
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 0);
  g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 1);
  mail_user_agent_send(alice.agents[HOME], "carol@alpha.example", "two", "x", alice_done, &alice);
  town_run_until(&alice.town, 105);
  town_start_servers(&alice.town, TOWN_ALPHA);
  town_run_until(&alice.town, 200); /* the second try of the second letter */
  g_assert_cmpuint(alice.good, ==, 1);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 1);
  mail_user_agent_send_outbox(alice.agents[HOME]);
  town_run_until(&alice.town, 205);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 2);
  g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 0);
  alice_clear(&alice);
}

static void servers_are_found_by_dns_where_the_host_does_not_know_them(void)
{
  Alice alice;
  alice_init(&alice, false, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){.name_server = town_addresses[TOWN_NAMES]});
  alice_add_device(&alice, CAFE, (MailUserAgentConfig){.tries = 1});
  town_drop_letter(&alice.town, "alice@alpha.example", "hello");
  mail_user_agent_send(alice.agents[HOME], "bob@beta.example", "x", "x", alice_done, &alice);
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpuint(count_of(&alice, "bob@beta.example"), ==, 1);
  g_assert_cmpuint(mail_user_agent_get_inbox(alice.agents[HOME])->len, ==, 1);
  g_string_truncate(alice.notices, 0);
  mail_user_agent_fetch(alice.agents[CAFE], false, alice_done, &alice);
  town_run_until(&alice.town, 120);
  g_assert_cmpuint(alice.done, ==, 3);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpstr(alice.notices->str, ==, "unreachable There is no way to that server\n");
  alice_clear(&alice);
}

static void the_old_style_hands_over_on_port_25_without_a_log_in(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME,
                   (MailUserAgentConfig){
                       .outgoing = "mail.beta.example", .outgoing_port = 25, .outgoing_without_login = true});
  mail_user_agent_send(alice.agents[HOME], "bob@beta.example", "x", "x", alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice.good, ==, 1);
  g_assert_cmpuint(count_of(&alice, "bob@beta.example"), ==, 1);
  g_assert_false(alice_said(&alice, "AUTH"));
  g_assert_false(alice_said(&alice, "587>"));
  alice_clear(&alice);
}

static void eight_bits_go_as_they_are_or_quoted(void)
{
  for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
    Alice alice;
    alice_init(&alice, true, true);
    alice_add_device(&alice, HOME, (MailUserAgentConfig){.eight_bit = eight_bit == 1});
    mail_user_agent_send(alice.agents[HOME], "carol@alpha.example", "x", "Ol\xc3\xa1\n", alice_done, &alice);
    town_run_until(&alice.town, 60);
    g_assert_cmpuint(alice.good, ==, 1);
    g_autofree char *text = newest_in(&alice, "carol@alpha.example");
    g_assert_cmpint(strstr(text, "\r\nOl\xc3\xa1\r\n") != NULL, ==, eight_bit == 1);
    g_assert_cmpint(strstr(text, "\r\nOl=C3=A1\r\n") != NULL, ==, eight_bit == 0);
    g_assert_cmpint(alice_said(&alice, " BODY=8BITMIME\r\n"), ==, eight_bit == 1);
    alice_clear(&alice);
  }
}

static void submission_logs_in_as_it_is_told(void)
{
  static const char *const login[] = {"LOGIN", NULL}, *const none[] = {"X-NONE", NULL};
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){.mechanisms = login});
  alice_add_device(&alice, CAFE, (MailUserAgentConfig){.mechanisms = none, .tries = 1});
  mail_user_agent_send(alice.agents[HOME], "carol@alpha.example", "x", "x", alice_done, &alice);
  town_run_until(&alice.town, 30);
  g_assert_true(alice_said(&alice, "587>AUTH LOGIN\r\n"));
  g_assert_cmpuint(alice.good, ==, 1);
  mail_user_agent_send(alice.agents[CAFE], "carol@alpha.example", "x", "x", alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice.done, ==, 2);
  g_assert_cmpuint(alice.good, ==, 1);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 1);
  alice_clear(&alice);
}

static void letters_kept_are_seen_by_two_devices_each_once(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  alice_add_device(&alice, CAFE, (MailUserAgentConfig){0});
  town_drop_letter(&alice.town, "alice@alpha.example", "one");
  town_drop_letter(&alice.town, "alice@alpha.example", "two");
  mail_user_agent_fetch(alice.agents[HOME], true, alice_done, &alice);
  town_run_until(&alice.town, 10);
  town_drop_letter(&alice.town, "alice@alpha.example", "three");
  mail_user_agent_fetch(alice.agents[HOME], true, alice_done, &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 3);
  mail_user_agent_fetch(alice.agents[CAFE], false, alice_done, &alice); /* takes them all away */
  town_run_until(&alice.town, 30);
  g_assert_cmpuint(alice_inbox(&alice, CAFE), ==, 3);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 0);
  mail_user_agent_fetch(alice.agents[HOME], true, alice_done, &alice);
  town_run_until(&alice.town, 40);
  g_assert_cmpuint(alice.good, ==, 4);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 3); /* read offline, whatever the server has */
  alice_clear(&alice);
}

static void the_headers_alone_are_a_listing(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  town_drop_letter(&alice.town, "alice@alpha.example", "one");
  town_drop_letter(&alice.town, "alice@alpha.example", "two");
  for (guint times = 1; times <= 2; times++) {
    mail_user_agent_fetch_as(alice.agents[HOME], &(MailFetch){.headers_only = true}, alice_done, &alice);
    town_run_until(&alice.town, times * 10);
    g_assert_cmpuint(alice.good, ==, times);
    g_assert_cmpuint(mail_user_agent_get_listing_count(alice.agents[HOME]), ==, 2);
  }
  MailListing listing = mail_user_agent_get_listing(alice.agents[HOME], 1);
  g_assert_cmpuint(listing.number, ==, 2);
  g_assert_cmpstr(listing.from, ==, "Bob <bob@beta.example>");
  g_assert_cmpstr(listing.subject, ==, "two");
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 0);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 2);
  g_assert_true(alice_said(&alice, "110>TOP 1 0\r\n"));
  g_assert_false(alice_said(&alice, "110>RETR"));
  g_assert_false(alice_said(&alice, "110>DELE"));
  alice_clear(&alice);
}

/* Rows 44 and 45 of the list of faults, seen from the person's side. */
static void a_line_that_drops_before_quit_deletes_nothing(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  town_drop_letter(&alice.town, "alice@alpha.example", "one");
  mail_user_agent_fetch_as(alice.agents[HOME], &(MailFetch){.cut_before_quit = true}, alice_done, &alice);
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.good, ==, 1);
  g_assert_true(alice_said(&alice, "110>DELE 1\r\n"));
  g_assert_false(alice_said(&alice, "110>QUIT"));
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 1);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 1);
  g_assert_false(mailbox_is_locked(town_mailbox(&alice.town, "alice@alpha.example")));
  g_assert_cmpstr(alice.notices->str, ==, "");
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 0);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 2); /* the same letter again */
  alice_clear(&alice);
}

static void a_session_held_open_keeps_others_out(void)
{
  for (int cut = 0; cut < 2; cut++) {
    Alice alice;
    alice_init(&alice, true, true);
    alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
    alice_add_device(&alice, CAFE, (MailUserAgentConfig){0});
    town_drop_letter(&alice.town, "alice@alpha.example", "one");
    mail_user_agent_fetch_as(alice.agents[HOME],
                             &(MailFetch){.hold = 20 * NANOSECONDS_PER_SECOND, .cut_before_quit = cut == 1},
                             alice_done, &alice);
    town_run_until(&alice.town, 10);
    g_assert_true(mailbox_is_locked(town_mailbox(&alice.town, "alice@alpha.example")));
    mail_user_agent_fetch(alice.agents[CAFE], false, alice_done, &alice);
    town_run_until(&alice.town, 15);
    g_assert_cmpuint(alice.done, ==, 1); /* refused for good: the server said why */
    g_assert_cmpuint(alice.good, ==, 0);
    g_assert_true(g_str_has_prefix(alice.notices->str, "failed -ERR [IN-USE]"));
    town_run_until(&alice.town, 30);
    g_assert_cmpuint(alice.good, ==, 1);
    g_assert_cmpint(alice_said(&alice, "110>QUIT"), ==, true); /* who was refused says goodbye in any case */
    g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, cut == 1 ? 1 : 0);
    g_assert_false(mailbox_is_locked(town_mailbox(&alice.town, "alice@alpha.example")));
    alice_clear(&alice);
  }
}

static void passwords_go_as_the_account_says(void)
{
  static const char *const offered[] = {"SCRAM-SHA-256", "CRAM-MD5", "PLAIN", "LOGIN", NULL};
  static const char *const cram[] = {"CRAM-MD5", NULL}, *const plain[] = {"PLAIN", NULL};
  static const struct {
    MailLogin login;
    const char *const *mechanisms;
    uint16_t port;
    const char *words;
  } cases[] = {
      {MAIL_LOGIN_PASSWORD, NULL, 110, "110>PASS wonderland\r\n"},
      {MAIL_LOGIN_APOP, NULL, 110, "110>APOP alice "},
      {MAIL_LOGIN_SASL, NULL, 111, "111>AUTH SCRAM-SHA-256 "},
      {MAIL_LOGIN_SASL, cram, 111, "111>AUTH CRAM-MD5\r\n"},
      {MAIL_LOGIN_SASL, plain, 111, "111>AUTH PLAIN AGFsaWNlAHdvbmRlcmxhbmQ=\r\n"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    for (int wrong = 0; wrong < 2; wrong++) {
      Alice alice;
      alice_init(&alice, true, true);
      alice.access =
          (TownAccess){.town = &alice.town, .host = TOWN_ALPHA, .kind = TOWN_POP3, .mechanisms = offered};
      town_serve(&alice.access, 111);
      alice_add_device(&alice, HOME,
                       (MailUserAgentConfig){.login = cases[i].login,
                                             .mechanisms = cases[i].mechanisms,
                                             .incoming_port = cases[i].port,
                                             .password = wrong == 1 ? "looking-glass" : NULL});
      town_drop_letter(&alice.town, "alice@alpha.example", "one");
      mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
      town_run_until(&alice.town, 300);
      g_assert_cmpuint(alice.done, ==, 1);
      g_assert_cmpuint(alice.good, ==, wrong == 0);
      g_assert_cmpuint(alice_inbox(&alice, HOME), ==, wrong == 0);
      if (wrong == 0) g_assert_true(alice_said(&alice, cases[i].words));
      if (wrong == 1) g_assert_true(g_str_has_prefix(alice.notices->str, "failed -ERR"));
      g_assert_cmpint(alice_said(&alice, "wonderland"), ==, i == 0 && wrong == 0);
      alice_clear(&alice);
    }
}

static void pop2_fetches_as_in_1985(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice.access = (TownAccess){.town = &alice.town, .host = TOWN_ALPHA, .kind = TOWN_POP2};
  town_serve(&alice.access, 109);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){.access = MAIL_ACCESS_POP2});
  town_drop_letter(&alice.town, "alice@alpha.example", "one");
  town_drop_letter(&alice.town, "alice@alpha.example", "two");
  mail_user_agent_fetch(alice.agents[HOME], true, alice_done, &alice);
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 2);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 2);
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpuint(count_of(&alice, "alice@alpha.example"), ==, 0);
  g_assert_true(alice_said(&alice, "109>HELO alice wonderland\r\n"));
  g_assert_true(alice_said(&alice, "109>ACKS"));
  g_assert_true(alice_said(&alice, "109>ACKD"));
  g_autofree char *second =
      bytes_dup_string(view_of(g_ptr_array_index(mail_user_agent_get_inbox(alice.agents[HOME]), 1)));
  g_assert_nonnull(strstr(second, "Subject: two\r\n"));
  alice_clear(&alice);
}

static void an_answer_goes_back_with_its_thread(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  mail_user_agent_reply(alice.agents[HOME], 0, "x", false, alice_done, &alice);
  mail_user_agent_forward(alice.agents[HOME], 1, "carol@alpha.example", "x", alice_done, &alice);
  g_assert_cmpuint(alice.done, ==, 2); /* there is no letter yet */
  g_assert_cmpuint(alice.good, ==, 0);
  town_drop_letter(&alice.town, "alice@alpha.example", "redes");
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 10);
  mail_user_agent_reply(alice.agents[HOME], 0, "Combinado!", false, alice_done, &alice);
  mail_user_agent_forward(alice.agents[HOME], 1, "carol@alpha.example", "Veja.", alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice.good, ==, 3);
  g_autofree char *answer = newest_in(&alice, "bob@beta.example");
  static const char *const wanted[] = {
      "To: Bob <bob@beta.example>\r\n",
      "Subject: Re: redes\r\n",
      "In-Reply-To: <redes@town>\r\n",
      "References: <redes@town>\r\n",
      "\r\n\r\nCombinado!\r\n\r\nOn Mon, 02 Mar 2026 12:00:00 +0000, Bob <bob@beta.example> wrote:\r\n",
      " wrote:\r\n> about redes\r\n"};
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
    if (strstr(answer, wanted[i]) == NULL) g_error("no \"%s\" in\n%s", wanted[i], answer);
  g_autofree char *forwarded = newest_in(&alice, "carol@alpha.example");
  g_assert_nonnull(strstr(forwarded, "Subject: Fwd: redes\r\n"));
  g_assert_nonnull(strstr(forwarded, "Content-Type: message/rfc822\r\n"));
  g_assert_nonnull(strstr(forwarded, "\r\nSubject: redes\r\n"));
  alice_clear(&alice);
}

static void a_vacation_is_told_once_and_to_no_machine(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  mail_user_agent_set_vacation(alice.agents[HOME], "Volto em abril.\n");
  town_drop_letter(&alice.town, "alice@alpha.example", "one");
  town_drop_letter(&alice.town, "alice@alpha.example", "two");
  static const char by_machine[] =
      "From: carol@alpha.example\r\nAuto-Submitted: auto-generated\r\nMessage-ID: <m@x>\r\n\r\nx\r\n";
  g_autoptr(GBytes) machine = g_bytes_new_static(by_machine, strlen(by_machine));
  mailbox_append(town_mailbox(&alice.town, "alice@alpha.example"), machine, 0);
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 3);
  g_assert_cmpuint(count_of(&alice, "bob@beta.example"), ==, 1);
  g_assert_cmpuint(count_of(&alice, "carol@alpha.example"), ==, 0);
  g_autofree char *answer = newest_in(&alice, "bob@beta.example");
  g_assert_nonnull(strstr(answer, "\r\nAuto-Submitted: auto-replied\r\n"));
  g_assert_nonnull(strstr(answer, "Volto em abril.\r\n"));
  alice_clear(&alice);
}

static void a_letter_to_nobody_stays_where_it_is(void)
{
  Alice alice;
  alice_init(&alice, true, true);
  alice_add_device(&alice, HOME, (MailUserAgentConfig){0});
  mail_user_agent_send(alice.agents[HOME], "", "x", "x", alice_done, &alice);
  town_run_until(&alice.town, 60);
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 0);
  g_assert_cmpuint(mail_user_agent_get_outbox(alice.agents[HOME])->len, ==, 1);
  alice_clear(&alice);
}

static void a_device_may_stop_in_the_middle_of_anything(void)
{
  for (int milliseconds = 0; milliseconds < 2200; milliseconds += 17) {
    Alice alice;
    alice_init(&alice, false, true);
    alice_add_device(&alice, HOME, (MailUserAgentConfig){.name_server = town_addresses[TOWN_NAMES]});
    town_drop_letter(&alice.town, "alice@alpha.example", "one");
    mail_user_agent_send(alice.agents[HOME], "bob@beta.example", "x", "x", alice_done, &alice);
    mail_user_agent_fetch_as(alice.agents[HOME], &(MailFetch){.hold = NANOSECONDS_PER_SECOND}, alice_done,
                             &alice);
    town_run_until(&alice.town, milliseconds / 1e3);
    alice_clear(&alice);
  }
}

int main(int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*test)(void);
  } tests[] = {
      {"everybody gets the letter and nobody sees the blind copy",
       everybody_gets_the_letter_and_nobody_sees_the_blind_copy},
      {"a recipient refused is told and the others are served",
       a_recipient_refused_is_told_and_the_others_are_served},
      {"the outbox keeps the letter until the server is there",
       the_outbox_keeps_the_letter_until_the_server_is_there},
      {"servers are found by DNS where the host does not know them",
       servers_are_found_by_dns_where_the_host_does_not_know_them},
      {"the old style hands over on port 25 without a log-in",
       the_old_style_hands_over_on_port_25_without_a_log_in},
      {"eight bits go as they are or quoted", eight_bits_go_as_they_are_or_quoted},
      {"submission logs in as it is told", submission_logs_in_as_it_is_told},
      {"letters kept are seen by two devices, each once", letters_kept_are_seen_by_two_devices_each_once},
      {"the headers alone are a listing", the_headers_alone_are_a_listing},
      {"a line that drops before QUIT deletes nothing", a_line_that_drops_before_quit_deletes_nothing},
      {"a session held open keeps others out", a_session_held_open_keeps_others_out},
      {"passwords go as the account says", passwords_go_as_the_account_says},
      {"POP2 fetches as in 1985", pop2_fetches_as_in_1985},
      {"an answer goes back with its thread", an_answer_goes_back_with_its_thread},
      {"a vacation is told once and to no machine", a_vacation_is_told_once_and_to_no_machine},
      {"a letter to nobody stays where it is", a_letter_to_nobody_stays_where_it_is},
      {"a device may stop in the middle of anything", a_device_may_stop_in_the_middle_of_anything},
  };
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
    g_autofree char *path = g_strconcat("/mail-user-agent/", tests[i].name, NULL);
    g_test_add_func(path, tests[i].test);
  }
  return g_test_run();
}
