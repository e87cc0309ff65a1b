/* SPDX-License-Identifier: MIT */
/* Alice reads by IMAP: folders, searches, parts of letters; and one mailbox on two devices at once. */
#include "support/alice.h"

static const char *const all_mechanisms[] = {"SCRAM-SHA-256", "CRAM-MD5", "PLAIN", NULL};

/* A device that reads by IMAP. */
static void add_reader(Alice *alice, int device, MailUserAgentConfig config)
{
  config.access = MAIL_ACCESS_IMAP;
  alice_add_device(alice, device, config);
}

/* Two devices at an IMAP server without the capabilities named; three letters lie in INBOX. */
static void online_init(Alice *alice, const char *without)
{
  alice_init(alice, true, false);
  town_start_servers(&alice->town, TOWN_ALPHA);
  alice->access = (TownAccess){.town = &alice->town,
                               .host = TOWN_ALPHA,
                               .kind = TOWN_IMAP,
                               .mechanisms = all_mechanisms,
                               .without = without};
  town_serve(&alice->access, 143);
  add_reader(alice, HOME, (MailUserAgentConfig){0});
  add_reader(alice, CAFE, (MailUserAgentConfig){0});
  town_drop_letter(&alice->town, "alice@alpha.example", "one");
  town_drop_letter(&alice->town, "alice@alpha.example", "two");
  town_drop_letter(&alice->town, "alice@alpha.example", "three");
}

static void ask(Alice *alice, int device, MailOnline what)
{
  mail_user_agent_online(alice->agents[device], &what, alice_done, alice);
}

/* The listing as "number subject flags" with commas between, the caller's to free. */
static char *listing_of(const Alice *alice, int device)
{
  const MailUserAgent *agent = alice->agents[device];
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < mail_user_agent_get_listing_count(agent); i++) {
    MailListing listing = mail_user_agent_get_listing(agent, i);
    const char *gap = listing.flags[0] == '\0' ? "" : " ";
    g_string_append_printf(text, "%s%u %s%s%s", i == 0 ? "" : ", ", listing.number, listing.subject, gap,
                           listing.flags);
  }
  return g_string_free(text, FALSE);
}

static void assert_listing(const Alice *alice, int device, const char *wanted)
{
  g_autofree char *text = listing_of(alice, device);
  g_assert_cmpstr(text, ==, wanted);
}

static MailFolder folder_of(Alice *alice, const char *name)
{
  MailFolder folder = {0};
  MailFolders *folders = mail_store_get_folders(alice->town.stores[TOWN_ALPHA], BYTES_LITERAL("alice"));
  g_assert_true(mail_folders_find(folders, bytes_from_string(name), &folder));
  return folder;
}

static guint count_in(Alice *alice, const char *name)
{
  return mailbox_get_count(folder_of(alice, name).mailbox);
}

static void one_thing_asked_logs_in_and_out(void)
{
  Alice alice;
  online_init(&alice, NULL);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_LIST_FOLDERS});
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.good, ==, 1);
  GPtrArray *folders = (GPtrArray *)mail_user_agent_get_folders(alice.agents[HOME]);
  g_assert_cmpuint(folders->len, ==, 6);
  g_assert_true(g_ptr_array_find_with_equal_func(folders, "INBOX", g_str_equal, NULL));
  g_assert_true(g_ptr_array_find_with_equal_func(folders, "Sent", g_str_equal, NULL));
  g_assert_true(alice_said(&alice, " LOGIN \"alice\" \"wonderland\"\r\n"));
  g_assert_true(alice_said(&alice, " LOGOUT\r\n"));
  g_assert_false(alice_said(&alice, " SELECT "));
  g_assert_cmpstr(alice.notices->str, ==, "");
  alice_clear(&alice);
}

static void a_folder_opened_shows_a_line_of_each_letter(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_connect(alice.agents[HOME], NULL, alice_done, &alice);
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.good, ==, 1);
  assert_listing(&alice, HOME, "1 one \\Recent, 2 two \\Recent, 3 three \\Recent");
  MailListing listing = mail_user_agent_get_listing(alice.agents[HOME], 0);
  g_assert_cmpstr(listing.from, ==, "Bob <bob@beta.example>");
  g_assert_cmpstr(listing.date, ==, "Mon, 02 Mar 2026 12:00:00 +0000");
  g_assert_cmpuint(listing.uid, >, 0);
  g_assert_cmpuint(listing.size, >, 100);
  g_assert_false(alice_said(&alice, "LOGOUT"));
  g_assert_false(alice_said(&alice, "about one")); /* no letter was fetched */
  mail_user_agent_disconnect(alice.agents[HOME], alice_done, &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_true(alice_said(&alice, "LOGOUT"));
  assert_listing(&alice, HOME,
                 "1 one \\Recent, 2 two \\Recent, 3 three \\Recent"); /* still to be seen offline */
  mail_user_agent_disconnect(alice.agents[HOME], alice_done, &alice);
  g_assert_cmpuint(alice.good, ==, 3);
  alice_clear(&alice);
}

static void a_letter_read_is_seen_and_kept_once(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_connect(alice.agents[HOME], NULL, alice_done, &alice);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ, .letters = "2"});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ, .letters = "2"});
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.good, ==, 3);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 1);
  g_assert_cmpstr(mail_user_agent_get_text(alice.agents[HOME]), ==, "about two\n");
  g_assert_true(mailbox_get(folder_of(&alice, "INBOX").mailbox, 1)->flags & MAILBOX_SEEN);
  g_assert_false(mailbox_get(folder_of(&alice, "INBOX").mailbox, 0)->flags & MAILBOX_SEEN);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ}); /* the newest */
  town_run_until(&alice.town, 20);
  g_assert_cmpstr(mail_user_agent_get_text(alice.agents[HOME]), ==, "about three\n");
  mail_user_agent_reply(alice.agents[HOME], 0, "Sim.", false, alice_done, &alice);
  town_run_until(&alice.town, 30);
  g_assert_cmpuint(alice.good, ==, 5);
  g_assert_true(alice_said(&alice, "In-Reply-To: <three@town>\r\n"));
  alice_clear(&alice);
}

static void the_text_alone_is_fetched_and_the_file_is_not(void)
{
  static uint8_t content[60000];
  const MessageAttachment file = {
      .name = "foto.jpg", .type = "image/jpeg", .content = {content, sizeof content}};
  g_autoptr(GBytes) letter =
      message_build(&(MessageDraft){.from = "bob@beta.example",
                                    .body = "Ol\xc3\xa1, Alice! Segue a foto de ontem.\n",
                                    .html = "<p>Ol\xc3\xa1</p>",
                                    .message_id = "big@town",
                                    .attachments = &file,
                                    .attachment_count = 1});
  for (guint limit = 0; limit <= 14; limit += 14) {
    Alice alice;
    online_init(&alice, NULL);
    mailbox_append(town_mailbox(&alice.town, "alice@alpha.example"), letter, 0);
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ_TEXT, .bytes = limit});
    town_run_until(&alice.town, 10);
    g_assert_cmpuint(alice.good, ==, 1);
    g_assert_cmpstr(mail_user_agent_get_text(alice.agents[HOME]), ==,
                    limit == 0 ? "Ol\xc3\xa1, Alice! Segue a foto de ontem.\n" : "Ol\xc3\xa1, Alic");
    g_assert_true(alice_said(&alice, "BODYSTRUCTURE"));
    g_assert_true(alice_said(&alice, limit == 0 ? "BODY[1.1])" : "BODY[1.1]<0.14>"));
    g_assert_cmpuint(alice.town.traffic->len, <, 10000); /* not the 80 kB of the picture */
    g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 0);
    alice_clear(&alice);
  }
}

static void what_a_search_finds_is_flagged_moved_and_deleted(void)
{
  static const char *const without[] = {NULL, "MOVE"};
  for (guint i = 0; i < G_N_ELEMENTS(without); i++) {
    Alice alice;
    online_init(&alice, without[i]);
    mail_user_agent_connect(alice.agents[HOME], NULL, alice_done, &alice);
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_SEARCH, .text = "SUBJECT \"t\""});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_FLAG, .letters = "$", .text = "\\Flagged"});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_CREATE, .folder = "Provas de mar\xc3\xa7o"});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_COPY, .letters = "1", .folder = "Archive"});
    town_run_until(&alice.town, 10);
    g_assert_cmpuint(alice.good, ==, 5);
    const GArray *found = mail_user_agent_get_found(alice.agents[HOME]);
    g_assert_cmpuint(found->len, ==, 2);
    g_assert_cmpuint(g_array_index(found, guint, 1), ==, 3);
    assert_listing(&alice, HOME, "1 one \\Recent, 2 two \\Flagged \\Recent, 3 three \\Flagged \\Recent");
    g_assert_cmpuint(count_in(&alice, "Archive"), ==, 1);
    ask(&alice, HOME,
        (MailOnline){.kind = MAIL_ONLINE_MOVE, .letters = "2", .folder = "Provas de mar\xc3\xa7o"});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_UNFLAG, .letters = "2", .text = "\\Flagged"});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_DELETE, .letters = "1"});
    town_run_until(&alice.town, 20);
    g_assert_cmpuint(alice.good, ==, 8);
    assert_listing(&alice, HOME, "1 three \\Recent");
    g_assert_cmpuint(count_in(&alice, "INBOX"), ==, 1);
    g_assert_cmpuint(count_in(&alice, "Provas de mar\xc3\xa7o"), ==, 1);
    g_assert_cmpint(alice_said(&alice, " MOVE 2 "), ==, i == 0);
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ, .folder = "Archive", .letters = "1"});
    ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_REMOVE, .folder = "Archive"});
    town_run_until(&alice.town, 30);
    g_assert_cmpstr(mail_user_agent_get_text(alice.agents[HOME]), ==, "about one\n");
    alice_clear(&alice);
  }
}

static void nothing_found_is_nothing_done(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_connect(alice.agents[HOME], NULL, alice_done, &alice);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_SEARCH, .text = "SUBJECT nothing"});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_DELETE, .letters = "$"});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_OPEN, .folder = "Nowhere"});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_SEARCH, .text = "NO\r\nSUCH"});
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.done, ==, 5);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpuint(count_in(&alice, "INBOX"), ==, 3);
  g_assert_true(g_str_has_prefix(alice.notices->str, "failed There is no such message\nfailed "));
  alice_clear(&alice);
}

static void new_mail_appears_on_the_device_that_waits(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_connect(alice.agents[CAFE], NULL, alice_done, &alice);
  ask(&alice, CAFE, (MailOnline){.kind = MAIL_ONLINE_WATCH, .length = 60 * NANOSECONDS_PER_SECOND});
  town_run_until(&alice.town, 20);
  town_drop_letter(&alice.town, "alice@alpha.example", "four");
  town_run_until(&alice.town, 21);
  g_assert_cmpstr(alice.notices->str, ==, "new 4\n");
  assert_listing(&alice, CAFE, "1 one \\Recent, 2 two \\Recent, 3 three \\Recent, 4 four \\Recent");
  town_drop_letter(&alice.town, "alice@alpha.example", "five");
  town_run_until(&alice.town, 22);
  g_assert_cmpuint(mail_user_agent_get_listing_count(alice.agents[CAFE]), ==, 5);
  g_assert_cmpuint(alice.done, ==, 1);
  town_run_until(&alice.town, 70);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_true(alice_said(&alice, "143>DONE\r\n"));
  ask(&alice, CAFE, (MailOnline){.kind = MAIL_ONLINE_WATCH, .length = 600 * NANOSECONDS_PER_SECOND});
  town_run_until(&alice.town, 80);
  ask(&alice, CAFE, (MailOnline){.kind = MAIL_ONLINE_READ}); /* the watch gives way */
  town_run_until(&alice.town, 81);
  g_assert_cmpuint(alice.good, ==, 4);
  g_assert_cmpstr(mail_user_agent_get_text(alice.agents[CAFE]), ==, "about five\n");
  alice_clear(&alice);
}

static void what_one_device_does_the_other_sees(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_connect(alice.agents[HOME], NULL, alice_done, &alice);
  mail_user_agent_connect(alice.agents[CAFE], NULL, alice_done, &alice);
  ask(&alice, CAFE, (MailOnline){.kind = MAIL_ONLINE_WATCH, .length = 60 * NANOSECONDS_PER_SECOND});
  town_run_until(&alice.town, 10);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ, .letters = "1"});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_DELETE, .letters = "2"});
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(mail_user_agent_get_listing_count(alice.agents[CAFE]), ==, 2);
  MailListing first = mail_user_agent_get_listing(alice.agents[CAFE], 0);
  g_assert_nonnull(strstr(first.flags, "\\Seen"));
  MailListing second = mail_user_agent_get_listing(alice.agents[CAFE], 1);
  g_assert_cmpuint(second.number, ==, 2);
  g_assert_cmpstr(second.subject, ==, "three");
  alice_clear(&alice);
}

static void a_server_without_idle_is_not_watched(void)
{
  Alice alice;
  online_init(&alice, "IDLE");
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_WATCH, .length = NANOSECONDS_PER_SECOND});
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 0);
  g_assert_cmpstr(alice.notices->str, ==, "failed The server does not offer IDLE\n");
  alice_clear(&alice);
}

static void fetching_takes_what_is_new_and_deletes_unless_kept(void)
{
  Alice alice;
  online_init(&alice, NULL);
  mail_user_agent_fetch(alice.agents[HOME], true, alice_done, &alice);
  town_run_until(&alice.town, 10);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 3);
  g_assert_cmpuint(count_in(&alice, "INBOX"), ==, 3);
  town_drop_letter(&alice.town, "alice@alpha.example", "four");
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 4);
  g_assert_cmpuint(count_in(&alice, "INBOX"), ==, 3); /* only what was fetched now */
  mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
  mail_user_agent_fetch(alice.agents[CAFE], false, alice_done, &alice);
  town_run_until(&alice.town, 30);
  g_assert_cmpuint(alice.good, ==, 4);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 4);
  g_assert_cmpuint(alice_inbox(&alice, CAFE), ==, 3);
  g_assert_cmpuint(count_in(&alice, "INBOX"), ==, 0);
  alice_clear(&alice);
}

static void what_is_sent_or_begun_lies_in_its_folder(void)
{
  Alice alice;
  online_init(&alice, NULL);
  add_reader(&alice, HOME, (MailUserAgentConfig){.sent_folder = "Sent"});
  mail_user_agent_send(alice.agents[HOME], "carol@alpha.example", "Ol\xc3\xa1", "Tudo bem?\n", alice_done,
                       &alice);
  town_run_until(&alice.town, 20);
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 1);
  g_assert_cmpuint(count_in(&alice, "Sent"), ==, 1);
  g_assert_cmpuint(mailbox_get(folder_of(&alice, "Sent").mailbox, 0)->flags, ==, MAILBOX_SEEN);
  g_assert_true(g_bytes_equal(mailbox_get(folder_of(&alice, "Sent").mailbox, 0)->message,
                              g_ptr_array_index(mail_user_agent_get_sent(alice.agents[HOME]), 0)));
  ask(&alice, HOME,
      (MailOnline){
          .kind = MAIL_ONLINE_STORE, .folder = "Drafts", .draft = &(MessageDraft){.subject = "Ideia"}});
  town_run_until(&alice.town, 30);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpuint(mailbox_get(folder_of(&alice, "Drafts").mailbox, 0)->flags, ==,
                   MAILBOX_SEEN | MAILBOX_DRAFT);
  alice_clear(&alice);
}

static void passwords_go_as_the_account_says(void)
{
  static const char *const cram[] = {"CRAM-MD5", NULL};
  static const struct {
    MailLogin login;
    const char *const *mechanisms;
    const char *words;
  } cases[] = {{MAIL_LOGIN_PASSWORD, NULL, " LOGIN \"alice\" \"wonderland\"\r\n"},
               {MAIL_LOGIN_SASL, NULL, " AUTHENTICATE SCRAM-SHA-256"},
               {MAIL_LOGIN_SASL, cram, " AUTHENTICATE CRAM-MD5\r\n"}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
    for (int wrong = 0; wrong < 2; wrong++) {
      Alice alice;
      online_init(&alice, NULL);
      add_reader(&alice, HOME,
                 (MailUserAgentConfig){.login = cases[i].login,
                                       .mechanisms = cases[i].mechanisms,
                                       .password = wrong == 1 ? "looking-glass" : NULL});
      ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_OPEN});
      ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_LIST_FOLDERS});
      town_run_until(&alice.town, 300);
      g_assert_cmpuint(alice.done, ==, 2);
      g_assert_cmpuint(alice.good, ==, wrong == 0 ? 2 : 0);
      if (wrong == 0) g_assert_true(alice_said(&alice, cases[i].words));
      if (wrong == 1) g_assert_true(g_str_has_prefix(alice.notices->str, "failed "));
      if (wrong == 1)
        g_assert_cmpuint(alice.access.sessions, ==, 1); /* a wrong password is not tried again */
      alice_clear(&alice);
    }
}

static void a_server_away_is_tried_again(void)
{
  Alice alice;
  online_init(&alice, NULL);
  add_reader(
      &alice, HOME,
      (MailUserAgentConfig){.incoming_port = 144, .tries = 3, .first_wait = 10 * NANOSECONDS_PER_SECOND});
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_OPEN});
  town_run_until(&alice.town, 100);
  g_assert_cmpuint(alice.done, ==, 1);
  g_assert_cmpuint(alice.good, ==, 0);
  g_assert_cmpstr(alice.notices->str, ==,
                  "unreachable Connection refused: nothing listens there\n"
                  "unreachable Connection refused: nothing listens there\n"
                  "unreachable Connection refused: nothing listens there\n");
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_OPEN});
  town_run_until(&alice.town, 101);
  TownAccess late = {.town = &alice.town, .host = TOWN_ALPHA, .kind = TOWN_IMAP};
  town_serve(&late, 144);
  ask(&alice, HOME, (MailOnline){.kind = MAIL_ONLINE_READ, .letters = "1:2"});
  town_run_until(&alice.town, 200);
  g_assert_cmpuint(alice.done, ==, 3);
  g_assert_cmpuint(alice.good, ==, 2);
  g_assert_cmpuint(alice_inbox(&alice, HOME), ==, 2);
  alice_clear(&alice);
}

static void a_device_may_stop_in_the_middle_of_anything(void)
{
  for (int milliseconds = 0; milliseconds < 1200; milliseconds += 13) {
    Alice alice;
    online_init(&alice, NULL);
    mail_user_agent_connect(alice.agents[CAFE], NULL, alice_done, &alice);
    ask(&alice, CAFE, (MailOnline){.kind = MAIL_ONLINE_WATCH, .length = NANOSECONDS_PER_SECOND});
    mail_user_agent_fetch(alice.agents[HOME], false, alice_done, &alice);
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
      {"one thing asked logs in and out", one_thing_asked_logs_in_and_out},
      {"a folder opened shows a line of each letter", a_folder_opened_shows_a_line_of_each_letter},
      {"a letter read is seen and kept once", a_letter_read_is_seen_and_kept_once},
      {"the text alone is fetched and the file is not", the_text_alone_is_fetched_and_the_file_is_not},
      {"what a search finds is flagged, moved and deleted", what_a_search_finds_is_flagged_moved_and_deleted},
      {"nothing found is nothing done", nothing_found_is_nothing_done},
      {"new mail appears on the device that waits", new_mail_appears_on_the_device_that_waits},
      {"what one device does the other sees", what_one_device_does_the_other_sees},
      {"a server without IDLE is not watched", a_server_without_idle_is_not_watched},
      {"fetching takes what is new and deletes unless kept",
       fetching_takes_what_is_new_and_deletes_unless_kept},
      {"what is sent or begun lies in its folder", what_is_sent_or_begun_lies_in_its_folder},
      {"passwords go as the account says", passwords_go_as_the_account_says},
      {"a server away is tried again", a_server_away_is_tried_again},
      {"a device may stop in the middle of anything", a_device_may_stop_in_the_middle_of_anything},
  };
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
    g_autofree char *path = g_strconcat("/mail-online/", tests[i].name, NULL);
    g_test_add_func(path, tests[i].test);
  }
  return g_test_run();
}
