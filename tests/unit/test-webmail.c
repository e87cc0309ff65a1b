/* SPDX-License-Identifier: MIT */
/* A person reads and writes mail in a browser: on their line there is HTTP only, behind the webmail server
 * IMAP and SMTP, and everything is seen as frames by the decoders. */
#include "support/webmail-town.h"

static void assert_shows(const Town *town, const char *text)
{
  if (strstr(browser_get_text(town->browser), text) == NULL)
    g_error("the page does not show \"%s\":\n%s", text, browser_get_text(town->browser));
}

static const char accents[] = "From: =?UTF-8?Q?Jos=C3=A9?= <alice@beta.example>\r\n"
                              "To: bob@beta.example\r\n"
                              "Subject: =?UTF-8?B?Rm90byBkbyBjYW1pbmjDo28=?=\r\n"
                              "Date: Mon, 02 Mar 2026 09:00:00 -0300\r\n"
                              "Message-ID: <foto.1@beta.example>\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                              "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                              "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                              "Ol=E1! 1 < 2 &amp; <script>alert(1)</script>\r\n"
                              "--b\r\nContent-Type: image/png; name=\"caminh=?UTF-8?Q?=C3=A3?=o.png\"\r\n"
                              "Content-Disposition: attachment; filename*=UTF-8''caminh%C3%A3o.png\r\n"
                              "Content-Transfer-Encoding: base64\r\n\r\n"
                              "iVBORw0KGgo=\r\n--b--\r\n";

static void put(Town *town, const char *owner, const char *letter)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static(letter, strlen(letter));
  mailbox_append(mail_store_find(town->store, bytes_from_string(owner)), bytes, town->clock.now);
}

static Mailbox *mailbox_of(const Town *town, const char *owner)
{
  return mail_store_find(town->store, bytes_from_string(owner));
}

/* The lines a cable's decoders wrote, once all has come to rest. The caller's to free. */
static char *heard_on(Town *town, int cable)
{
  town_run(town, 300 * NANOSECONDS_PER_SECOND);
  return bytes_dup_string(byte_buffer_view(&town->cables[cable].text));
}

static guint count(const char *text, const char *wanted)
{
  guint found = 0;
  for (; (text = strstr(text, wanted)) != NULL; text += strlen(wanted))
    found++;
  return found;
}

static char *text_in(Mailbox *mailbox, guint index)
{
  Bytes view;
  view.data = g_bytes_get_data(mailbox_get(mailbox, index)->message, &view.length);
  return bytes_dup_string(view);
}

static void assert_front_is_http(Town *town)
{
  g_autofree char *front = heard_on(town, FRONT);
  g_assert_cmpuint(count(front, "\"protocol\":\"http\""), >, 20);
  g_assert_cmpuint(count(front, "\"kind\":\"query\""), ==, 1);
  g_assert_cmpuint(count(front, "\"protocol\":\"imap\"") + count(front, "\"protocol\":\"smtp\""), ==, 0);
  g_assert_cmpuint(count(front, "builder"), ==, 0);
  g_assert_nonnull(strstr(front, "\"mechanism\":\"FORM\",\"user\":\"bob\",\"accepted\":true"));
  g_assert_cmpuint(count(front, "\"severity\":\"warning\""), ==, 1);
  g_assert_cmpuint(count(front, "\"code\":\"plaintext-password\""), ==, 1);
  g_assert_cmpuint(count(front, "\"severity\":\"error\""), ==, 0);
}

static void assert_back_is_mail(Town *town)
{
  g_autofree char *back = heard_on(town, BACK);
  g_assert_cmpuint(count(back, "\"protocol\":\"http\""), ==, 0);
  g_assert_cmpuint(count(back, "builder"), ==, 0);
  static const char *const verbs[] = {"LOGIN",       "SELECT", "FETCH",  "UID FETCH", "UID STORE",
                                      "UID EXPUNGE", "APPEND", "LOGOUT", "EHLO",      "AUTH",
                                      "MAIL",        "RCPT",   "DATA",   "QUIT"};
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
    g_autofree char *wanted = g_strdup_printf("\"verb\":\"%s\"", verbs[i]);
    if (strstr(back, wanted) == NULL) g_error("nobody said %s behind:\n%s", verbs[i], back);
  }
}

static void a_person_reads_answers_and_leaves(void)
{
  Town town;
  town_init(&town, "en");
  put(&town, "bob", accents);
  g_assert_true(town_open_site(&town));
  g_assert_cmpstr(browser_get_title(town.browser), ==, "Log in - Webmail beta.example");
  g_assert_true(town_log_in(&town, "bob", "builder"));
  g_assert_cmpstr(browser_get_url(town.browser), ==, "http://webmail.beta.example/inbox");
  g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, 1);
  g_assert_true(town_open_site(&town)); /* which leads to the list now */
  g_assert_true(town_log_in(&town, "bob", "builder"));
  g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, 1);
  assert_shows(&town, "Foto do caminhão (new)");
  browser_read(town.browser, "Foto do caminhão", town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "From José <alice@beta.example>");
  assert_shows(&town, "Olá! 1 < 2 &amp; <script>alert(1)</script>");
  assert_shows(&town, "caminhão.png (image/png, 8 B)");
  g_assert_cmpuint(mailbox_get(mailbox_of(&town, "bob"), 0)->flags & MAILBOX_SEEN, !=, 0);
  browser_save(town.browser, "caminhão.png", town_is_done, &town);
  g_assert_true(town_finish(&town));
  Bytes saved;
  saved.data = g_bytes_get_data(browser_get_saved(town.browser), &saved.length);
  g_assert_true(bytes_equal(saved, BYTES_LITERAL("\x89PNG\r\n\x1a\n")));
  assert_shows(&town, "Foto do caminhão"); /* the letter is still open */
  browser_reply(town.browser, "Que beleza!\n", town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "Your message is on its way.");
  g_assert_cmpuint(mailbox_get_count(mailbox_of(&town, "alice")), ==, 1);
  g_autofree char *answer = text_in(mailbox_of(&town, "alice"), 0);
  g_assert_nonnull(strstr(answer, "\r\nFrom: bob@beta.example\r\n"));
  g_assert_nonnull(strstr(answer, "\r\nIn-Reply-To: <foto.1@beta.example>\r\n"));
  g_assert_nonnull(strstr(answer, "Que beleza!"));
  g_assert_nonnull(strstr(answer, "escreveu") == NULL ? strstr(answer, "wrote:") : NULL);
  MailFolder sent;
  g_assert_true(mail_folders_find(mail_store_get_folders(town.store, BYTES_LITERAL("bob")),
                                  BYTES_LITERAL("Sent"), &sent));
  g_assert_cmpuint(mailbox_get_count(sent.mailbox), ==, 1);
  browser_read(town.browser, NULL, town_is_done, &town);
  g_assert_true(town_finish(&town));
  browser_delete(town.browser, town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "The message is deleted.");
  assert_shows(&town, "There is no mail here.");
  g_assert_cmpuint(mailbox_get_count(mailbox_of(&town, "bob")), ==, 0);
  browser_log_out(town.browser, town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "You are logged out.");
  g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, 0);
  assert_front_is_http(&town);
  assert_back_is_mail(&town);
  town_clear(&town);
}

static void a_wrong_password_is_told(void)
{
  Town town;
  town_init(&town, "pt_BR");
  g_assert_true(town_open_site(&town));
  g_assert_false(town_log_in(&town, "bob", "carpenter"));
  g_assert_cmpint(browser_get_status(town.browser), ==, 403);
  assert_shows(&town, "Este usuário e esta senha não combinam.");
  g_assert_true(town_log_in(&town, "bob@beta.example", "builder"));
  assert_shows(&town, "Caixa de entrada");
  g_autofree char *front = heard_on(&town, FRONT);
  g_assert_nonnull(strstr(front, "\"mechanism\":\"FORM\",\"user\":\"bob\",\"accepted\":false"));
  g_assert_nonnull(strstr(front, "\"mechanism\":\"FORM\",\"user\":\"bob@beta.example\",\"accepted\":true"));
  g_assert_cmpuint(count(front, "carpenter"), ==, 0);
  town_clear(&town);
}

static void who_was_away_logs_in_again(void)
{
  Town town;
  town_init(&town, "en");
  g_assert_true(town_open_site(&town));
  g_assert_true(town_log_in(&town, "bob", "builder"));
  town_run(&town, 29 * 60 * NANOSECONDS_PER_SECOND);
  browser_list(town.browser, town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "There is no mail here.");
  town_run(&town, 31 * 60 * NANOSECONDS_PER_SECOND);
  browser_list(town.browser, town_is_done, &town);
  town_finish(&town);
  assert_shows(&town, "Your session is over. Log in to go on.");
  g_assert_cmpuint(webmail_server_get_session_count(town.webmail), ==, 0);
  g_assert_true(town_log_in(&town, "bob", "builder"));
  town_clear(&town);
}

static void a_letter_for_nobody_stays_with_its_writer(void)
{
  Town town;
  town_init(&town, "en");
  g_assert_true(town_open_site(&town));
  g_assert_true(town_log_in(&town, "bob", "builder"));
  browser_compose(town.browser, "somebody", NULL, NULL, town_is_done, &town);
  g_assert_false(town_finish(&town));
  g_assert_cmpint(browser_get_status(town.browser), ==, 422);
  assert_shows(&town, "Say whom the message is for");
  browser_compose(town.browser, "nobody@beta.example", "x", "y", town_is_done, &town);
  g_assert_false(town_finish(&town));
  assert_shows(&town, "The mail server did not take it. It said:");
  assert_shows(&town, "550 ");
  browser_compose(town.browser, "Alice <alice@beta.example>, bob@beta.example", "Olá", "Até já", town_is_done,
                  &town);
  g_assert_true(town_finish(&town));
  g_assert_cmpuint(mailbox_get_count(mailbox_of(&town, "alice")), ==, 1);
  g_assert_cmpuint(mailbox_get_count(mailbox_of(&town, "bob")), ==, 1);
  browser_read(town.browser, "Olá", town_is_done, &town);
  g_assert_true(town_finish(&town));
  assert_shows(&town, "Até já");
  town_clear(&town);
}

/* The list has pages, newest first; an old letter is found behind. */
static void long_lists_have_pages(void)
{
  Town town;
  town_init(&town, "en");
  for (guint i = 1; i <= 45; i++) {
    g_autofree char *letter = g_strdup_printf("From: a@beta.example\r\nSubject: number %u.\r\n\r\nx\r\n", i);
    g_autoptr(GBytes) bytes = g_bytes_new(letter, strlen(letter));
    mailbox_append(mailbox_of(&town, "bob"), bytes, town.clock.now);
  }
  g_assert_true(town_open_site(&town));
  g_assert_true(town_log_in(&town, "bob", "builder"));
  assert_shows(&town, "number 45.");
  assert_shows(&town, "number 26.");
  g_assert_null(strstr(browser_get_text(town.browser), "number 25."));
  const char *first = strstr(browser_get_text(town.browser), "number 45.");
  g_assert_true(first < strstr(browser_get_text(town.browser), "number 44."));
  browser_read(town.browser, "number 3.", town_is_done, &town);
  g_assert_true(town_finish(&town));
  g_assert_cmpstr(browser_get_title(town.browser), ==, "number 3. - Webmail beta.example");
  browser_read(town.browser, "number 46.", town_is_done, &town);
  g_assert_false(town_finish(&town));
  town_clear(&town);
}

static void a_silent_mail_server_is_told(void)
{
  Town town;
  town_init(&town, "en");
  g_assert_true(town_open_site(&town));
  g_assert_true(town_log_in(&town, "bob", "builder"));
  host_stop(town.hosts[MAIL]);
  browser_list(town.browser, town_is_done, &town);
  g_assert_false(town_finish(&town));
  g_assert_cmpint(browser_get_status(town.browser), >=, 502);
  assert_shows(&town, "The mail server behind this page does not answer.");
  browser_open(town.browser, "http://nobody.beta.example/", town_is_done, &town);
  g_assert_false(town_finish(&town));
  g_assert_cmpint(browser_get_status(town.browser), ==, 0);
  browser_open(town.browser, "https://webmail.beta.example/", town_is_done, &town);
  town_clear(&town);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/webmail/a person reads, answers and leaves", a_person_reads_answers_and_leaves);
  g_test_add_func("/webmail/a wrong password is told", a_wrong_password_is_told);
  g_test_add_func("/webmail/who was away logs in again", who_was_away_logs_in_again);
  g_test_add_func("/webmail/a letter for nobody stays with its writer",
                  a_letter_for_nobody_stays_with_its_writer);
  g_test_add_func("/webmail/long lists have pages", long_lists_have_pages);
  g_test_add_func("/webmail/a silent mail server is told", a_silent_mail_server_is_told);
  return g_test_run();
}
