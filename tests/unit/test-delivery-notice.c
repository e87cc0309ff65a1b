/* SPDX-License-Identifier: MIT */
/* Delivery status notifications, read by GMime; submission's care for a message; 8-bit messages in 7 bits. */
#include "mail/delivery-notice.h"
#include "mail/gmime-start.h"
#include "mail/message-downgrade.h"
#include "mail/message-trace.h"

#include <gmime/gmime.h>
#include <string.h>

#define NOON (INT64_C(1772452800) * NANOSECONDS_PER_SECOND)

static const char original[] = "Message-ID: <2.1@alpha.example>\r\nFrom: Alice <alice@alpha.example>\r\n"
                               "Subject: vamos\r\n estudar\r\n\r\nbody of the letter\r\n";

static char *text_of(GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data(bytes, &size);
  return g_strndup(data, size);
}

static void assert_holds(const char *text, const char *const *wanted)
{
  for (; *wanted != NULL; wanted++)
    if (strstr(text, *wanted) == NULL) g_error("no \"%s\" in\n%s", *wanted, text);
}

static GMimeMessage *parse(GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data(bytes, &size);
  gmime_start();
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, size);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
  g_object_unref(parser);
  g_object_unref(stream);
  g_assert_nonnull(message);
  return message;
}

/* Every line ends by CR LF, is not too long, and is in 7 bits unless eight_bit. */
static void assert_good_lines(const char *text, bool eight_bit)
{
  size_t length = 0;
  for (const char *c = text; *c != '\0'; c++) {
    g_assert_true((guchar)*c < 0x80 || eight_bit);
    if (*c == '\n') g_assert_true(c > text && c[-1] == '\r');
    length = *c == '\n' ? 0 : length + 1;
    g_assert_cmpuint(length, <=, 999);
  }
  g_assert_cmpuint(length, ==, 0);
}

/* Builds a notice of the rows about the original. */
static GBytes *build(const NoticeRecipient *rows, size_t count, bool full)
{
  g_autoptr(GBytes) message = g_bytes_new_static(original, strlen(original));
  return delivery_notice_build(&(DeliveryNotice){
      .reporting_host = "mail.alpha.example",
      .to = "alice@alpha.example",
      .envelope_id = "QQ314159",
      .recipients = rows,
      .count = count,
      .arrived = NOON,
      .given_up = NOON + 5 * 24 * 3600 * NANOSECONDS_PER_SECOND,
      .original = message,
      .full = full,
      .message_id = "3.1@mail.alpha.example",
      .date = NOON,
  });
}

static void a_failure_tells_who_why_and_what(void)
{
  static const NoticeRecipient rows[] = {
      {"bbo@beta.example", "rfc822;bbo@beta.example", NOTICE_FAILED, "550-5.1.1 No such\n550 5.1.1 user here",
       "mail.beta.example"},
      {"x@nowhere.example", NULL, NOTICE_FAILED, "5.1.2 That domain does not exist", NULL},
      {"y@slow.example", NULL, NOTICE_FAILED, "4.4.7 Given up after many tries", NULL},
      {"z@rude.example", NULL, NOTICE_FAILED, "554 no", "rude.example"},
  };
  static const char *const wanted[] = {
      "From: Mail Delivery Subsystem <MAILER-DAEMON@mail.alpha.example>\r\n",
      "To: alice@alpha.example\r\n",
      "Subject: Undelivered Mail Returned to Sender\r\n",
      "Auto-Submitted: auto-replied\r\n",
      "multipart/report; report-type=delivery-status;",
      "mail.beta.example said: 550-5.1.1 No such 550 5.1.1 user here\r\n",
      "Original-Envelope-Id: QQ314159\r\nReporting-MTA: dns; mail.alpha.example\r\nArrival-Date: Mon, 02 Mar "
      "2026 12:00:00 +0000\r\n\r\n",
      "\r\n\r\nOriginal-Recipient: rfc822; bbo@beta.example\r\nFinal-Recipient: rfc822; "
      "bbo@beta.example\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mail.beta.example\r\n"
      "Diagnostic-Code: smtp; 550-5.1.1 No such 550 5.1.1 user here\r\n\r\n",
      "\r\n\r\nFinal-Recipient: rfc822; x@nowhere.example\r\nAction: failed\r\nStatus: 5.1.2\r\n\r\n",
      "y@slow.example\r\nAction: failed\r\nStatus: 4.4.7\r\n\r\n",
      "z@rude.example\r\nAction: failed\r\nStatus: 5.0.0\r\nRemote-MTA: dns; rude.example\r\n",
      "Content-Type: text/rfc822-headers\r\n",
      "Message-ID: <2.1@alpha.example>\r\n",
      NULL,
  };
  g_autoptr(GBytes) built = build(rows, G_N_ELEMENTS(rows), false);
  g_autofree char *text = text_of(built);
  assert_good_lines(text, false);
  assert_holds(text, wanted);
  g_assert_null(strstr(text, "body of the letter"));
  GMimeMessage *message = parse(built);
  GMimeObject *report = g_mime_message_get_mime_part(message);
  g_assert_true(GMIME_IS_MULTIPART(report));
  g_assert_cmpint(g_mime_multipart_get_count(GMIME_MULTIPART(report)), ==, 3);
  g_object_unref(message);
}

static void the_whole_message_comes_back_where_it_is_wanted(void)
{
  static const NoticeRecipient rows[] = {{"b@beta.example", NULL, NOTICE_FAILED, "550 5.1.1 No", "beta"}};
  g_autoptr(GBytes) built = build(rows, 1, true);
  g_autofree char *text = text_of(built);
  static const char *const wanted[] = {"Content-Type: message/rfc822\r\n", original, "Your message is below.",
                                       NULL};
  assert_holds(text, wanted);
}

static void delays_and_successes_have_their_own_words(void)
{
  static const struct {
    NoticeRecipient row;
    const char *wanted[4];
  } cases[] = {
      {{"b@c", NULL, NOTICE_DELAYED, "450 4.2.1 Busy", "c"},
       {"Subject: Delayed Mail", "Action: delayed\r\nStatus: 4.2.1\r\n",
        "Will-Retry-Until: Sat, 07 Mar 2026 12:00:00 +0000\r\n", NULL}},
      {{"b@c", NULL, NOTICE_DELAYED, "the connection timed out", NULL},
       {"Action: delayed\r\nStatus: 4.0.0\r\n", NULL}},
      {{"b@c", "rfc822;B@C", NOTICE_DELIVERED, NULL, NULL},
       {"Subject: Successful Mail Delivery Report", "Original-Recipient: rfc822; B@C\r\n",
        "Action: delivered\r\nStatus: 2.1.5\r\n", NULL}},
      {{"b@c", NULL, NOTICE_RELAYED, "250 2.0.0 Ok", "old.c"},
       {"Action: relayed\r\nStatus: 2.0.0\r\nRemote-MTA: dns; old.c\r\n", NULL}},
      {{"l@c", NULL, NOTICE_EXPANDED, NULL, NULL}, {"Action: expanded\r\n", "everybody on the list", NULL}},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GBytes) built = build(&cases[i].row, 1, false);
    g_autofree char *text = text_of(built);
    assert_good_lines(text, false);
    assert_holds(text, cases[i].wanted);
  }
}

static void what_strangers_say_stays_on_its_line(void)
{
  g_autofree char *long_reply = g_strnfill(70000, 'x');
  memcpy(long_reply, "550 5.1.1\r\nX-Evil: yes\r\n\r\n--=_3.1_mail.alpha.example", 51);
  long_reply[60] = '\xff';
  const NoticeRecipient rows[] = {
      {"b@c\r\nX-Evil: 1", "rfc822;\r\nX-Evil: 2", NOTICE_FAILED, long_reply, "c"}};
  g_autoptr(GBytes) built = build(rows, 1, false);
  g_autofree char *text = text_of(built);
  assert_good_lines(text, true);
  g_assert_null(strstr(text, "\nX-Evil"));
  g_assert_cmpuint(strlen(text), <, 6000);
}

static void an_address_in_utf8_has_its_own_status(void)
{
  static const NoticeRecipient rows[] = {{"josé@beta.example", NULL, NOTICE_FAILED, "550 5.1.1 Não", "beta"}};
  static const char *const wanted[] = {
      "message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n",
      "Final-Recipient: utf-8; josé@beta.example\r\n", NULL};
  g_autoptr(GBytes) built = build(rows, 1, false);
  g_autofree char *text = text_of(built);
  assert_good_lines(text, true);
  assert_holds(text, wanted);
}

static void submission_completes_a_message(void)
{
  static const struct {
    const char *before, *after;
  } cases[] = {
      {"From: a@b\r\n\r\nBcc: body\r\n",
       "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nMessage-ID: <9@m>\r\nFrom: a@b\r\n\r\nBcc: body\r\n"},
      {"DATE: x\r\nBcc: c@d,\r\n\te@f\r\nmessage-id: <1@b>\r\n\r\n", "DATE: x\r\nmessage-id: <1@b>\r\n\r\n"},
      {"Return-Path: <x>\r\nDate: x\r\nResent-Bcc: y\r\nMessage-ID: <1@b>\r\nX: y\r\n",
       "Date: x\r\nMessage-ID: <1@b>\r\nX: y\r\n"},
      {"", "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\nMessage-ID: <9@m>\r\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GBytes) before = g_bytes_new_static(cases[i].before, strlen(cases[i].before));
    g_autoptr(GBytes) after = message_trace_complete(before, &(MessageCompletion){"9@m", NOON, 0});
    g_autofree char *text = text_of(after);
    g_assert_cmpstr(text, ==, cases[i].after);
  }
}

static void a_line_end_alone_is_found(void)
{
  static const struct {
    const char *text;
    bool bare;
  } cases[] = {{"", false},   {"a\r\nb\r\n", false}, {"a\nb", true},   {"a\rb", true},
               {"a\r", true}, {"\r\r\n", true},      {"a\r\n\n", true}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_true(message_trace_has_bare_line_end(bytes_from_string(cases[i].text)) == cases[i].bare);
}

static char *downgrade(const char *text)
{
  g_autoptr(GBytes) message = g_bytes_new_static(text, strlen(text));
  g_autoptr(GBytes) converted = message_downgrade(message);
  return converted == NULL ? NULL : text_of(converted);
}

static void eight_bits_become_seven(void)
{
  g_autofree char *text =
      downgrade("Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: 8bit\r\n\r\nAmanhã\r\n.\r\n");
  g_assert_nonnull(text);
  assert_good_lines(text, false);
  static const char *const wanted[] = {"Subject: x\r\n", "base64\r\n", "QW1hbmjDow0KLg0K\r\n", NULL};
  assert_holds(text, wanted);
  g_assert_null(downgrade("Subject: seven\r\n\r\nbits\r\n"));
  g_assert_null(downgrade("Subject: ã\r\n\r\nbits\r\n"));
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/notice/a failure tells who, why and what", a_failure_tells_who_why_and_what);
  g_test_add_func("/notice/the whole message comes back where it is wanted",
                  the_whole_message_comes_back_where_it_is_wanted);
  g_test_add_func("/notice/delays and successes have their own words",
                  delays_and_successes_have_their_own_words);
  g_test_add_func("/notice/what strangers say stays on its line", what_strangers_say_stays_on_its_line);
  g_test_add_func("/notice/an address in UTF-8 has its own status", an_address_in_utf8_has_its_own_status);
  g_test_add_func("/submission/it completes a message", submission_completes_a_message);
  g_test_add_func("/submission/a line end alone is found", a_line_end_alone_is_found);
  g_test_add_func("/downgrade/eight bits become seven", eight_bits_become_seven);
  return g_test_run();
}
