/* SPDX-License-Identifier: MIT */
/* The mail domain: addresses, messages built and seen, trace lines, mailboxes, users, the queue. */
#include "mail/address.h"
#include "mail/mail-queue.h"
#include "mail/mail-store.h"
#include "mail/message-build.h"
#include "mail/message-text.h"
#include "mail/message-trace.h"
#include "mail/message-view.h"

/* Monday, 2 March 2026, 12:00:00 UTC */
#define NOON (INT64_C(1772452800) * NANOSECONDS_PER_SECOND)

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

static char *text_of(GBytes *bytes)
{
  return bytes_dup_string(view_of(bytes));
}

static void addresses_are_taken_and_refused_by_the_grammar(void)
{
  static const struct {
    const char *text, *local, *domain; /* local NULL: refused */
  } cases[] = {
      {"alice@alpha.example", "alice", "alpha.example"},
      {"a.b+c@x-y.example", "a.b+c", "x-y.example"},
      {"\"a b\"@alpha.example", "\"a b\"", "alpha.example"},
      {"\"a\\\"@b\"@alpha.example", "\"a\\\"@b\"", "alpha.example"},
      {"a@[10.0.0.1]", "a", "[10.0.0.1]"},
      {"a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]"},
      {"jo\xc3\xa3o@alpha.example", "jo\xc3\xa3o", "alpha.example"},
      {"", NULL, NULL},
      {"alice", NULL, NULL},
      {"@alpha.example", NULL, NULL},
      {"alice@", NULL, NULL},
      {"alice@@alpha.example", NULL, NULL},
      {".alice@alpha.example", NULL, NULL},
      {"al..ice@alpha.example", NULL, NULL},
      {"alice.@alpha.example", NULL, NULL},
      {"al ice@alpha.example", NULL, NULL},
      {"alice@alpha..example", NULL, NULL},
      {"alice@alpha.example.", NULL, NULL},
      {"alice@-alpha.example", NULL, NULL},
      {"alice@alpha-.example", NULL, NULL},
      {"alice@[10.0.0]", NULL, NULL},
      {"alice@[10.0.0.1", NULL, NULL},
      {"\"alice@alpha.example", NULL, NULL},
      {"\"a\"b@alpha.example", NULL, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Address address = {0};
    bool taken = address_parse(bytes_from_string(cases[i].text), &address);
    g_assert_cmpint(taken, ==, cases[i].local != NULL);
    g_assert_true(bytes_equal(address.local, bytes_from_string(cases[i].local)));
    g_assert_true(bytes_equal(address.domain, bytes_from_string(cases[i].domain)));
    if (!taken) continue;
    g_autofree char *again = address_format(address.local, address.domain);
    g_assert_cmpstr(again, ==, cases[i].text);
  }
  g_autofree char *quoted = address_format(BYTES_LITERAL("a b"), BYTES_LITERAL("x.example"));
  g_assert_cmpstr(quoted, ==, "\"a b\"@x.example");
}

static void the_parts_of_an_address_have_the_lengths_of_the_rfc(void)
{
  for (guint length = 63; length <= 65; length++) {
    g_autofree char *local = g_strnfill(length, 'a');
    g_autofree char *text = g_strdup_printf("%s@x.example", local);
    Address address;
    g_assert_cmpint(address_parse(bytes_from_string(text), &address), ==, length <= ADDRESS_LOCAL_MAX);
  }
  for (guint length = 254; length <= 256; length++) {
    g_autofree char *domain = g_strnfill(length, 'a');
    for (guint dot = 50; dot < length; dot += 50)
      domain[dot] = '.';
    g_assert_cmpint(address_is_domain(bytes_from_string(domain)), ==, length <= ADDRESS_DOMAIN_MAX);
  }
}

static void domains_of_addresses_compare_without_case(void)
{
  Address a, b;
  g_assert_true(address_parse(BYTES_LITERAL("alice@Alpha.Example"), &a));
  g_assert_true(address_parse(BYTES_LITERAL("alice@alpha.example"), &b));
  g_assert_true(address_equal(&a, &b));
  g_assert_true(address_parse(BYTES_LITERAL("Alice@alpha.example"), &b));
  g_assert_false(address_equal(&a, &b));
  g_assert_true(bytes_equal(address_in_header(BYTES_LITERAL("Alice <a@b>")), BYTES_LITERAL("a@b")));
  g_assert_true(bytes_equal(address_in_header(BYTES_LITERAL("a@b")), BYTES_LITERAL("a@b")));
}

static void the_message_of_the_course_is_built_byte_for_byte(void)
{
  g_autoptr(GBytes) built = message_build(&(MessageDraft){
      .from = "Alice <alice@alpha.example>",
      .to = "bob@beta.example",
      .subject = "vamos estudar redes",
      .body = "Bob,\nhow about tonight?\n.\n",
      .message_id = "1.1@alpha.example",
      .date = NOON,
      .utc_offset = -180,
  });
  g_autofree char *text = text_of(built);
  g_assert_cmpstr(text, ==,
                  "Date: Mon, 02 Mar 2026 09:00:00 -0300\r\n"
                  "From: Alice <alice@alpha.example>\r\n"
                  "To: bob@beta.example\r\n"
                  "Subject: vamos estudar redes\r\n"
                  "Message-ID: <1.1@alpha.example>\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=us-ascii\r\n"
                  "Content-Transfer-Encoding: 7bit\r\n"
                  "\r\n"
                  "Bob,\r\nhow about tonight?\r\n.\r\n");
}

static const MessageDraft accents = {
    .from = "Jos\xc3\xa9 <jose@alpha.example>",
    .to = "Jo\xc3\xa3o da Silva <joao@beta.example>, bob@beta.example",
    .cc = "carol@beta.example",
    .subject = "Amanh\xc3\xa3 \xc3\xa0s 9: reuni\xc3\xa3o de redes, e um assunto bem comprido para que a "
               "linha dobre",
    .body = "\nOl\xc3\xa1, tudo bem?\r\n",
    .message_id = "2.1@alpha.example",
    .in_reply_to = "1.1@beta.example",
    .date = NOON,
};

/* Every line end is CR LF and no line is longer than the RFC allows. */
static void assert_good_lines(Bytes message, bool eight_bit)
{
  size_t line = 0;
  for (size_t i = 0; i < message.length; i++) {
    if (message.data[i] == '\n') g_assert_true(i > 0 && message.data[i - 1] == '\r');
    if (message.data[i] == '\r') g_assert_true(i + 1 < message.length && message.data[i + 1] == '\n');
    if (!eight_bit) g_assert_cmpuint(message.data[i], <, 0x80);
    line = message.data[i] == '\n' ? 0 : line + 1;
    g_assert_cmpuint(line, <=, 999);
  }
  g_assert_cmpuint(line, ==, 0);
}

static void accents_are_encoded_and_come_back(void)
{
  for (int eight_bit = 0; eight_bit <= 1; eight_bit++) {
    MessageDraft draft = accents;
    draft.eight_bit = eight_bit != 0;
    g_autoptr(GBytes) built = message_build(&draft);
    g_autoptr(GBytes) again = message_build(&draft);
    g_assert_true(g_bytes_equal(built, again));
    assert_good_lines(view_of(built), draft.eight_bit);
    g_autofree char *text = text_of(built);
    g_assert_nonnull(strstr(text, eight_bit ? "Encoding: 8bit" : "Encoding: quoted-printable"));
    g_assert_nonnull(strstr(text, "Subject: =?"));
    g_assert_nonnull(strstr(text, "In-Reply-To: <1.1@beta.example>\r\n"));
    g_assert_nonnull(strstr(text, "charset=utf-8"));
    MessageView view;
    message_view_init(&view, view_of(built));
    g_assert_cmpstr(view.from, ==, accents.from);
    g_assert_cmpstr(view.to, ==, accents.to);
    g_assert_cmpstr(view.cc, ==, accents.cc);
    g_assert_cmpstr(view.subject, ==, accents.subject);
    g_assert_cmpstr(view.message_id, ==, accents.message_id);
    g_assert_cmpstr(view.first_line, ==, "Ol\xc3\xa1, tudo bem?");
    message_view_clear(&view);
  }
}

static void a_long_line_travels_quoted_printable(void)
{
  for (guint length = 997; length <= 999; length++) {
    g_autofree char *body = g_strnfill(length, 'x');
    g_autoptr(GBytes) built =
        message_build(&(MessageDraft){.from = "a@b.example", .message_id = "1@b", .body = body});
    g_autofree char *text = text_of(built);
    g_assert_cmpint(strstr(text, "quoted-printable") != NULL, ==, length > 998);
    assert_good_lines(view_of(built), false);
  }
}

static void a_line_end_in_a_header_begins_no_header(void)
{
  g_autoptr(GBytes) built = message_build(&(MessageDraft){.from = "a@b.example\r\nBcc: eve@evil.example",
                                                          .to = "bob@beta.example\nX-To: 1",
                                                          .subject = "hi\r\nX-Evil: yes\n\nbody",
                                                          .message_id = "1@b\r\nX-Id: 1"});
  g_autofree char *text = text_of(built);
  g_assert_null(strstr(text, "\nBcc:"));
  g_assert_null(strstr(text, "\nX-"));
}

static void any_bytes_make_a_view(void)
{
  static const char *const cases[] = {"",
                                      "\r\n\r\n",
                                      "no header at all",
                                      "Subject: \xff\xfe =?utf-8?q?=ZZ?=\r\n\r\n\x01\x80",
                                      "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n--x--",
                                      "Content-Type: text/html\r\n\r\n<p>Hello <b>Bob</b></p>"};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    MessageView view;
    message_view_init(&view, bytes_from_string(cases[i]));
    g_assert_true(g_utf8_validate(view.subject, -1, NULL));
    g_assert_true(g_utf8_validate(view.first_line, -1, NULL));
    if (i == 5) g_assert_cmpstr(view.first_line, ==, "Hello Bob");
    message_view_clear(&view);
  }
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  for (guint times = 0; times < 500; times++) {
    uint8_t noise[200];
    for (size_t i = 0; i < sizeof noise; i++)
      noise[i] = (uint8_t) "SUbject:=?-/;\r\n\r\n \"<>@,\xc3\xa1"[g_rand_int_range(random, 0, 24)];
    MessageView view;
    message_view_init(&view, (Bytes){noise, sizeof noise});
    g_assert_nonnull(view.from);
    message_view_clear(&view);
  }
}

static void trace_lines_stand_before_the_message(void)
{
  g_autoptr(GBytes) message = g_bytes_new_static("Subject: x\r\nReceived: old\r\n\r\nReceived: no", 41);
  g_autoptr(GBytes) received = message_trace_prepend_received(
      message, &(MessageReceived){"alice (evil)\r\n", "10.0.1.10", "mail.alpha.example", "ESMTPA", "17",
                                  "bob@beta.example", NOON, 0, NULL});
  g_autoptr(GBytes) delivered = message_trace_prepend_return_path(received, "alice@alpha.example");
  g_autofree char *text = text_of(delivered);
  g_assert_cmpstr(text, ==,
                  "Return-Path: <alice@alpha.example>\r\n"
                  "Received: from alice ?evil??? ([10.0.1.10])\r\n"
                  "\tby mail.alpha.example with ESMTPA id 17\r\n"
                  "\tfor <bob@beta.example>;\r\n"
                  "\tMon, 02 Mar 2026 12:00:00 +0000\r\n"
                  "Subject: x\r\nReceived: old\r\n\r\nReceived: no");
  g_assert_cmpuint(message_trace_count_received(view_of(delivered)), ==, 2);
}

static void uids_never_come_back_and_marks_go_with_the_lock(void)
{
  g_autoptr(Mailbox) mailbox = mailbox_new("bob@beta.example", 9);
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  for (uint32_t i = 1; i <= 5; i++)
    g_assert_cmpuint(mailbox_append(mailbox, message, i), ==, i);
  g_assert_true(mailbox_lock(mailbox));
  g_assert_false(mailbox_lock(mailbox));
  g_assert_true(mailbox_mark(mailbox, 2, true));
  g_assert_false(mailbox_mark(mailbox, 6, true));
  mailbox_unlock(mailbox);
  g_assert_cmpuint(mailbox_remove_marked(mailbox), ==, 0);
  g_assert_true(mailbox_lock(mailbox));
  mailbox_mark(mailbox, 5, true);
  mailbox_mark(mailbox, 1, true);
  g_assert_cmpuint(mailbox_remove_marked(mailbox), ==, 2);
  mailbox_unlock(mailbox);
  g_assert_null(mailbox_find(mailbox, 5));
  g_assert_cmpuint(mailbox_find(mailbox, 4)->uid, ==, 4);
  g_assert_cmpuint(mailbox_append(mailbox, message, 6), ==, 6);
  g_assert_cmpuint(mailbox_get_count(mailbox), ==, 4);
  g_assert_cmpuint(mailbox_get(mailbox, 3)->uid, ==, 6);
}

static void users_log_in_by_whole_address_or_local_part(void)
{
  g_autoptr(MailStore) store = mail_store_new();
  Mailbox *alice = mail_store_add_user(store, "alice@alpha.example", "wonderland");
  mail_store_add_user(store, "bob@alpha.example", "one");
  mail_store_add_user(store, "bob@beta.example", "two");
  g_assert_true(mail_store_find(store, BYTES_LITERAL("Alice")) == alice);
  g_assert_true(mail_store_find(store, BYTES_LITERAL("alice@ALPHA.example")) == alice);
  g_assert_null(mail_store_find(store, BYTES_LITERAL("bob")));
  g_assert_null(mail_store_find(store, BYTES_LITERAL("")));
  g_assert_true(mail_store_has_domain(store, BYTES_LITERAL("Beta.Example")));
  g_assert_false(mail_store_has_domain(store, BYTES_LITERAL("gamma.example")));
  static const struct {
    const char *mechanism, *user, *secret, *challenge;
    bool accepted;
  } cases[] = {
      {"PLAIN", "alice", "wonderland", "", true},
      {"USER/PASS", "bob@beta.example", "two", "", true},
      {"PLAIN", "bob@beta.example", "one", "", false},
      {"PLAIN", "alice", "", "", false},
      {"PLAIN", "alice", "wonderlane", "", false},
      {"PLAIN", "alice", "wonderlandwonderland", "", false},
      {"PLAIN", "nobody", "", "", false},
      {"APOP", "tim", "c4c9334bac560ecc979e58001b3e22fb", "<1896.697170952@dbc.mtview.ca.us>", true},
      {"APOP", "tim", "C4C9334BAC560ECC979E58001B3E22FB", "<1896.697170952@dbc.mtview.ca.us>", true},
      {"APOP", "tim", "c4c9334bac560ecc979e58001b3e22fc", "<1896.697170952@dbc.mtview.ca.us>", false},
      {"APOP", "tim", "tanstaaf", "<1896.697170952@dbc.mtview.ca.us>", false},
      {"CRAM-MD5", "tim2", "b913a602c7eda7a495b4e6e7334d3890", "<1896.697170952@postoffice.reston.mci.net>",
       true},
      {"CRAM-MD5", "tim2", "b913a602c7eda7a495b4e6e7334d3891", "<1896.697170952@postoffice.reston.mci.net>",
       false},
  };
  mail_store_add_user(store, "tim@x.example", "tanstaaf");
  mail_store_add_user(store, "tim2@x.example", "tanstaaftanstaaf");
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(
        mail_store_authenticate(store,
                                &(MailStoreLogin){.mechanism = cases[i].mechanism,
                                                  .user = bytes_from_string(cases[i].user),
                                                  .secret = bytes_from_string(cases[i].secret),
                                                  .challenge = bytes_from_string(cases[i].challenge)},
                                NULL),
        ==, cases[i].accepted);
}

static void the_queue_waits_longer_each_time_and_gives_up(void)
{
  const MailQueuePolicy policy = {10, 50, 200, 0};
  g_autoptr(MailQueue) queue = mail_queue_new(&policy);
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  envelope_append(envelope, "bob@beta.example");
  g_autoptr(GBytes) message = g_bytes_new_static("x", 1);
  g_assert_cmpint(mail_queue_get_deadline(queue), ==, NANOSECONDS_NEVER);
  MailQueueEntry *entry = mail_queue_append(queue, envelope, message, 1000);
  static const Nanoseconds waits[] = {10, 20, 40, 50, 50};
  Nanoseconds now = 1000;
  for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
    g_assert_null(mail_queue_find_due(queue, now - 1));
    g_assert_true(mail_queue_find_due(queue, now) == entry);
    mail_queue_begin_try(queue, entry);
    g_assert_null(mail_queue_find_due(queue, now));
    g_assert_cmpint(mail_queue_get_deadline(queue), ==, NANOSECONDS_NEVER);
    g_assert_true(mail_queue_postpone(queue, entry, now, "450 later"));
    g_assert_cmpint(mail_queue_get_deadline(queue), ==, now + waits[i]);
    now += waits[i];
  }
  g_assert_cmpuint(entry->attempts, ==, 5);
  g_assert_cmpstr(entry->last_reply, ==, "450 later");
  g_assert_true(mail_queue_postpone(queue, entry, 1199, NULL));
  g_assert_false(mail_queue_postpone(queue, entry, 1200, NULL));
  g_assert_cmpstr(entry->last_reply, ==, "450 later");
  g_assert_true(mail_queue_find(queue, 1) == entry);
  mail_queue_remove(queue, entry);
  g_assert_cmpuint(mail_queue_get_count(queue), ==, 0);
}

/* GMime reads groups inside groups by calling itself: hostile mail must not use up the stack. */
static void groups_inside_groups(void)
{
  static const char *const fields[] = {"From: ", "To: x\r\n ", "cc : ", "BCC:", "Reply-To: "};
  for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
    g_autoptr(GString) text = g_string_new("Subject: deep\r\n");
    g_string_append(text, fields[i]);
    for (guint n = 0; n < 300000; n++)
      g_string_append(text, "a:");
    g_string_append(text, "\r\n\r\nbody 1:2:3\r\n");
    Bytes message = {(const uint8_t *)text->str, text->len};
    MessageView view;
    message_view_init(&view, message);
    g_assert_cmpstr(view.subject, ==, "deep");
    message_view_clear(&view);
    g_autofree char *body = message_text_extract(message, 100);
    g_assert_cmpstr(g_strchomp(body), ==, "body 1:2:3");
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mail/addresses are taken and refused by the grammar",
                  addresses_are_taken_and_refused_by_the_grammar);
  g_test_add_func("/mail/the parts of an address have the lengths of the RFC",
                  the_parts_of_an_address_have_the_lengths_of_the_rfc);
  g_test_add_func("/mail/domains of addresses compare without case",
                  domains_of_addresses_compare_without_case);
  g_test_add_func("/mail/the message of the course is built byte for byte",
                  the_message_of_the_course_is_built_byte_for_byte);
  g_test_add_func("/mail/accents are encoded and come back", accents_are_encoded_and_come_back);
  g_test_add_func("/mail/a long line travels quoted-printable", a_long_line_travels_quoted_printable);
  g_test_add_func("/mail/a line end in a header begins no header", a_line_end_in_a_header_begins_no_header);
  g_test_add_func("/mail/any bytes make a view", any_bytes_make_a_view);
  g_test_add_func("/mail/trace lines stand before the message", trace_lines_stand_before_the_message);
  g_test_add_func("/mail/UIDs never come back and marks go with the lock",
                  uids_never_come_back_and_marks_go_with_the_lock);
  g_test_add_func("/mail/users log in by whole address or local part",
                  users_log_in_by_whole_address_or_local_part);
  g_test_add_func("/mail/the queue waits longer each time and gives up",
                  the_queue_waits_longer_each_time_and_gives_up);
  g_test_add_func("/hardening/61-groups-of-addresses-inside-groups", groups_inside_groups);
  return g_test_run();
}
