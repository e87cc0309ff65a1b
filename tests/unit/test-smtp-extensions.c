/* SPDX-License-Identifier: MIT */
/* The extensions of SMTP where dialogue files cannot show them: limits to the byte, memory, the owner's side
 * of events, the other form of a message, times. */
#include "base/byte-buffer.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-parameters.h"
#include "test-smtp-talk.h"

#include <sys/resource.h>

#define EVERYTHING UINT32_MAX

static Endpoint *new_server(uint64_t size_limit)
{
  return smtp_server_new(&(SmtpServerConfig){
      .host_name = "mx", .nonce = "1", .capabilities = EVERYTHING, .size_limit = size_limit});
}

/* Says text to the server and returns what it answers, the caller's to free. */
static char *converse(Endpoint *server, const char *text, const EndpointVerdict *verdict)
{
  GString *said = g_string_new(NULL);
  hear(server, text);
  settle(server, verdict, said);
  return g_string_free(said, FALSE);
}

static void assert_reply(Endpoint *server, const char *text, const char *wanted)
{
  g_autofree char *reply = converse(server, text, NULL);
  g_assert_cmpstr(reply, ==, wanted);
}

static void begin(Endpoint *server)
{
  g_autofree char *reply = converse(server, "HELO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\n", NULL);
  g_assert_true(g_str_has_suffix(reply, "250 2.1.5 Recipient OK\r\n"));
}

static void a_letter_may_be_as_large_as_its_limit(void)
{
  static const char taken[] = "250 2.0.0 Message accepted for delivery\r\n";
  static const char refused[] = "552 5.3.4 Message size exceeds fixed limit\r\n";
  for (int more = -1; more <= 1; more++) {
    g_autofree char *line = g_strnfill((gsize)(98 + more), '.');
    g_autofree char *dotted = g_strdup_printf(".%s\r\n.\r\n", line);
    g_autofree char *piece = g_strdup_printf("BDAT %d LAST\r\n%s\r\n", 100 + more, line);
    g_autofree char *size = g_strdup_printf("MAIL FROM:<> SIZE=%d\r\n", 100 + more);
    Endpoint *server = new_server(100);
    begin(server);
    assert_reply(server, "DATA\r\n", "354 Start mail input; end with <CRLF>.<CRLF>\r\n");
    assert_reply(server, dotted, more <= 0 ? taken : refused);
    assert_reply(server, "MAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\n",
                 "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n");
    assert_reply(server, piece, more <= 0 ? taken : refused);
    assert_reply(server, size, more <= 0 ? "250 2.1.0 Sender OK\r\n" : refused);
    endpoint_free(server);
  }
}

static long peak_memory(void)
{
  struct rusage usage;
  g_assert_cmpint(getrusage(RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss; /* KiB */
}

/* The announced size is no reason to allocate, nor is what is refused kept. */
static void an_endless_piece_is_not_kept(void)
{
  static const char *const announcements[] = {"BDAT 18446744073709551615\r\n", "DATA\r\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(announcements); i++) {
    Endpoint *server = new_server(1000);
    begin(server);
    g_autofree char *noise = g_strnfill(65536, '.');
    g_autofree char *reply = converse(server, announcements[i], NULL);
    g_assert_nonnull(reply);
    assert_reply(server, noise, "");
    long before = peak_memory();
    for (guint n = 0; n < 1024; n++)
      assert_reply(server, noise, "");
    g_assert_cmpint(peak_memory() - before, <, 16 * 1024);
    g_assert_true(endpoint_wants_read(server));
    endpoint_free(server);
  }
  Endpoint *server = new_server(1000);
  begin(server);
  assert_reply(server, "BDAT 18446744073709551616 LAST\r\n", "501 5.5.4 Syntax: BDAT size [LAST]\r\n");
  endpoint_free(server);
}

static void the_owner_sees_what_mail_said(void)
{
  Endpoint *server = new_server(0);
  g_autofree char *hello = converse(server, "EHLO a\r\n", NULL);
  g_assert_true(g_str_has_prefix(hello, "2"));
  EndpointEvent event;
  hear(server, "MAIL FROM:<jos\xc3\xa9@a.example> SMTPUTF8 SIZE=77 BODY=8BITMIME RET=HDRS ENVID=x+3Dy\r\n");
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_SENDER);
  g_assert_cmpuint(event.envelope->size, ==, 77);
  g_assert_cmpint(event.envelope->body, ==, ENVELOPE_BODY_8BITMIME);
  g_assert_cmpint(event.envelope->returned, ==, ENVELOPE_RETURN_HEADERS);
  g_assert_cmpstr(event.envelope->id, ==, "x=y");
  g_assert_true(event.envelope->utf8);
  g_assert_cmpstr(smtp_server_get_with(server), ==, "UTF8SMTP");
  endpoint_answer(server, &(EndpointVerdict){.code = 452, .text = "4.3.1 No room for 77 bytes"});
  /* refused: the next MAIL starts anew */
  assert_reply(server, "", "452 4.3.1 No room for 77 bytes\r\n");
  g_assert_cmpstr(smtp_server_get_with(server), ==, "ESMTP");
  hear(server, "MAIL FROM:<>\r\n");
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_SENDER);
  g_assert_cmpuint(event.envelope->size, ==, 0);
  g_assert_null(event.envelope->id);
  endpoint_answer(server, &(EndpointVerdict){.accepted = true});
  hear(server, "VRFY  bob \r\nEXPN a list\r\n");
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_VERIFY);
  g_assert_true(bytes_equal(event.address, BYTES_LITERAL("bob")));
  endpoint_answer(server, &(EndpointVerdict){.accepted = true});
  g_assert_cmpint(endpoint_next_event(server, &event), ==, ENDPOINT_EXPAND);
  g_assert_true(bytes_equal(event.address, BYTES_LITERAL("a list")));
  endpoint_free(server);
}

/* Whatever the server is at, it may have to stop. */
static void a_server_may_stop_at_any_time(void)
{
  static const char *const talks[] = {
      "",
      "EHLO a\r\n",
      "EHLO a\r\nMAIL FROM:<>\r\n",
      "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nhalf",
      "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nBDAT 100\r\nhalf",
      "EHLO a\r\nAUTH SCRAM-SHA-1\r\n",
      "QUIT\r\n",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(talks); i++) {
    for (guint settled = 0; settled < 2; settled++) {
      Endpoint *server = new_server(0);
      g_autoptr(GString) said = g_string_new(NULL);
      hear(server, talks[i]);
      bool closed = settled != 0 && settle(server, NULL, said);
      g_string_truncate(said, 0);
      smtp_server_shut_down(server);
      endpoint_answer(server, &(EndpointVerdict){.accepted = true});
      hear(server, "NOOP\r\n");
      g_assert_true(settle(server, NULL, said) || closed);
      g_assert_cmpint(closed, ==, settled != 0 && i + 1 == G_N_ELEMENTS(talks));
      if (i + 1 < G_N_ELEMENTS(talks))
        g_assert_true(
            g_str_has_suffix(said->str, "421 4.3.2 mx Service shutting down, closing connection\r\n"));
      endpoint_free(server);
    }
  }
}

static void a_greeting_of_421_closes(void)
{
  Endpoint *server =
      smtp_server_new(&(SmtpServerConfig){.host_name = "mx", .greeting_code = 421, .greeting = "Busy"});
  g_autoptr(GString) said = g_string_new(NULL);
  g_assert_true(settle(server, NULL, said));
  g_assert_cmpstr(said->str, ==, "421 mx Busy\r\n");
  hear(server, "EHLO a\r\n");
  g_assert_false(settle(server, NULL, said));
  g_assert_cmpstr(said->str, ==, "421 mx Busy\r\n");
  endpoint_free(server);
}

static void log_in_needs_what_it_is_made_of(void)
{
  static const struct {
    const char *nonce;
    bool encryption;
    const char *offer;
  } cases[] = {
      {"7", false, "AUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN\r\n"},
      {"7", true, "AUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5\r\n"},
      {NULL, false, "AUTH PLAIN LOGIN\r\n"},
      {NULL, true, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *server = smtp_server_new(&(SmtpServerConfig){.host_name = "mx",
                                                           .nonce = cases[i].nonce,
                                                           .encryption_for_log_in = cases[i].encryption,
                                                           .capabilities = SMTP_CAPABILITIES_AUTH});
    g_autofree char *reply = converse(server, "EHLO a\r\n", NULL);
    if (cases[i].offer == NULL)
      g_assert_null(strstr(reply, "AUTH"));
    else
      g_assert_nonnull(strstr(reply, cases[i].offer));
    const char *cram = cases[i].nonce == NULL ? "504 Authentication mechanism not known\r\n"
                                              : "334 PDcxQG14Pg==\r\n"; /* <71@mx> */
    assert_reply(server, "AUTH CRAM-MD5\r\n", cram);
    endpoint_free(server);
  }
}

static void a_log_in_line_too_long_ends_the_log_in(void)
{
  Endpoint *server = new_server(0);
  g_autofree char *hello = converse(server, "EHLO a\r\nAUTH PLAIN\r\n", NULL);
  g_assert_true(g_str_has_prefix(hello, "2"));
  g_autofree char *line = g_strnfill(13000, 'A');
  hear(server, line);
  assert_reply(server, "\r\nNOOP\r\n", "500 5.5.6 Line too long\r\n250 2.0.0 OK\r\n");
  endpoint_free(server);
}

static void an_owner_without_proof_lets_nobody_in_by_scram(void)
{
  Endpoint *server = new_server(0);
  g_autofree char *first =
      converse(server, "EHLO a\r\nAUTH SCRAM-SHA-1 biwsbj1hLHI9eA==\r\n", NULL); /* n,,n=a,r=x */
  g_assert_nonnull(strstr(first, "334 "));
  /* c=biws,r=x11,p= and twenty zero bytes */
  g_autofree char *final = g_base64_encode((const guchar *)"c=biws,r=x11,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", 43);
  g_autofree char *line = g_strdup_printf("%s\r\n", final);
  assert_reply(server, line, "535 5.7.8 Wrong user name or password\r\n");
  g_assert_null(smtp_server_get_user(server));
  endpoint_free(server);
}

static void capabilities_read_what_they_write(void)
{
  for (uint32_t bit = 1; bit <= SMTP_CAPABILITY_EXPN; bit <<= 1) {
    g_autoptr(GString) text = g_string_new(NULL);
    smtp_capabilities_append(text, bit, 1000);
    g_assert_cmpint(text->str[0], ==, '\n');
    g_assert_cmphex(smtp_capabilities_parse(bytes_from_string(text->str + 1)), ==, bit);
  }
  g_autoptr(GString) all = g_string_new(NULL);
  smtp_capabilities_append(all, EVERYTHING, 1000);
  g_assert_cmpstr(all->str, ==,
                  "\nSIZE 1000\nAUTH SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN\nPIPELINING\n8BITMIME"
                  "\nENHANCEDSTATUSCODES\nSMTPUTF8\nCHUNKING\nBINARYMIME\nDSN\nVRFY\nEXPN\nHELP");
  g_assert_cmphex(smtp_capabilities_parse(BYTES_LITERAL("auth=login  plain X-OWN")), ==,
                  SMTP_CAPABILITY_AUTH_LOGIN | SMTP_CAPABILITY_AUTH_PLAIN);
  g_assert_cmphex(smtp_capabilities_parse(BYTES_LITERAL("")), ==, 0);
  g_assert_cmphex(smtp_capabilities_parse(BYTES_LITERAL("SIZEABLE\0")), ==, 0);
}

static void xtext_comes_back_as_it_was(void)
{
  static const struct {
    const char *xtext, *text;
  } cases[] = {
      {"", ""},
      {"abc", "abc"},
      {"a+2Bb+3Dc+20d", "a+b=c d"},
      {"a+2", NULL},
      {"+2b", NULL},
      {"+", NULL},
      {"a=b", NULL},
      {"+0A", NULL},
      {"+00", NULL},
      {"+7F", NULL},
      {"+C3+A9", "\xc3\xa9"},
      {"+C3", NULL},
      {"\xc3\xa9", "\xc3\xa9"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = smtp_dup_xtext_decoded(bytes_from_string(cases[i].xtext));
    g_assert_cmpstr(text, ==, cases[i].text);
    if (text == NULL) continue;
    ByteBuffer again = {0};
    smtp_append_xtext(&again, text);
    g_autofree char *back = smtp_dup_xtext_decoded(byte_buffer_view(&again));
    g_assert_cmpstr(back, ==, text);
    byte_buffer_clear(&again);
  }
  /* where only ASCII may travel */
  EnvelopeRequest request = {.original = (char *)"utf-8;jos\xc3\xa9+x@b.example"};
  ByteBuffer out = {0};
  smtp_append_recipient_parameters(&out, &request, SMTP_CAPABILITY_DSN, false);
  g_assert_true(bytes_equal(byte_buffer_view(&out), BYTES_LITERAL(" ORCPT=utf-8;jos\\x{E9}+2Bx@b.example")));
  byte_buffer_clear(&out);
  smtp_append_recipient_parameters(&out, &request, 0, false);
  g_assert_cmpuint(byte_buffer_view(&out).length, ==, 0);
}

static void an_envelope_keeps_what_was_asked(void)
{
  g_autoptr(Envelope) envelope = envelope_new("a@a.example");
  envelope_append(envelope, "b@b.example");
  envelope_append(envelope, "c@c.example");
  g_assert_cmphex(envelope_get_request(envelope, "b@b.example")->notify, ==, 0);
  envelope_set_request(envelope, "b@b.example", 0, NULL);
  g_assert_null(envelope->requests);
  envelope_set_request(envelope, "b@b.example", ENVELOPE_NOTIFY_DELAY, NULL);
  envelope_set_request(envelope, "b@b.example", ENVELOPE_NOTIFY_NEVER, "rfc822;x@b.example");
  envelope->id = g_strdup("id");
  envelope->utf8 = true;
  g_autoptr(Envelope) copy = envelope_dup(envelope);
  g_autoptr(Envelope) part = envelope_new_part(envelope);
  envelope_append_from(part, envelope, "b@b.example");
  const Envelope *const both[] = {copy, part};
  for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
    g_assert_cmpstr(both[i]->sender, ==, "a@a.example");
    g_assert_cmpstr(both[i]->id, ==, "id");
    g_assert_true(both[i]->utf8);
    const EnvelopeRequest *request = envelope_get_request(both[i], "b@b.example");
    g_assert_cmphex(request->notify, ==, ENVELOPE_NOTIFY_NEVER);
    g_assert_cmpstr(request->original, ==, "rfc822;x@b.example");
    g_assert_null(envelope_get_request(both[i], "c@c.example")->original);
  }
  g_assert_cmpuint(copy->recipients->len, ==, 2);
  g_assert_cmpuint(part->recipients->len, ==, 1);
}

/* Gives the client a line and returns what it says to it, the caller's to free. */
static char *answer(Endpoint *client, const char *line)
{
  EndpointEvent event;
  hear(client, line);
  while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING) {
  }
  Bytes pending = endpoint_pending(client);
  char *said = bytes_dup_string(pending);
  endpoint_consumed(client, pending.length);
  return said;
}

static void assert_says(Endpoint *client, const char *line, const char *wanted)
{
  g_autofree char *said = answer(client, line);
  g_assert_cmpstr(said, ==, wanted);
}

static Endpoint *new_client(GBytes *message, GBytes *message_7bit, bool chunking)
{
  g_autoptr(Envelope) envelope = envelope_new("a@a.example");
  envelope_append(envelope, "b@b.example");
  envelope_set_request(envelope, "b@b.example", ENVELOPE_NOTIFY_SUCCESS, NULL);
  return smtp_client_new(&(SmtpClientConfig){.host_name = "a",
                                             .envelope = envelope,
                                             .message = message,
                                             .message_7bit = message_7bit,
                                             .chunking = chunking});
}

static void the_7bit_form_goes_where_8_bits_cannot(void)
{
  g_autoptr(GBytes) eight = g_bytes_new_static("\xc3\xa9\r\n", 4);
  g_autoptr(GBytes) seven = g_bytes_new_static("=C3=A9\r\n", 8);
  static const struct {
    const char *ehlo, *mail, *body;
  } cases[] = {
      {"250-mx\r\n250 SIZE\r\n", "MAIL FROM:<a@a.example> SIZE=8\r\n", "=C3=A9\r\n.\r\n"},
      {"250-mx\r\n250 8BITMIME\r\n", "MAIL FROM:<a@a.example> BODY=8BITMIME\r\n", "\xc3\xa9\r\n.\r\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Endpoint *client = new_client(eight, seven, true);
    assert_says(client, "220 mx\r\n", "EHLO a\r\n");
    assert_says(client, cases[i].ehlo, cases[i].mail);
    assert_says(client, "250 ok\r\n", "RCPT TO:<b@b.example>\r\n");
    assert_says(client, "250 ok\r\n", "DATA\r\n");
    hear(client, "354 go\r\n");
    EndpointStretch stretch;
    g_assert_true(endpoint_find_message(client, &stretch));
    g_assert_cmpuint(stretch.length, ==, strlen(cases[i].body));
    g_assert_true(bytes_equal(stretch.message, BYTES_LITERAL("\xc3\xa9\r\n")));
    assert_says(client, "", cases[i].body);
    assert_says(client, "250 taken\r\n", "QUIT\r\n");
    g_assert_cmpint(smtp_client_get_result(client, 0).type, ==, SMTP_RESULT_DELIVERED);
    endpoint_free(client);
  }
}

static void our_own_refusals_say_why(void)
{
  g_autoptr(GBytes) eight = g_bytes_new_static("\xc3\xa9\r\n", 4);
  Endpoint *client = new_client(eight, NULL, false);
  assert_says(client, "220 mx\r\n", "EHLO a\r\n");
  assert_says(client, "502 what?\r\n", "HELO a\r\n");
  hear(client, "250 mx\r\n");
  EndpointEvent event;
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_DELIVERED);
  SmtpResult result = smtp_client_get_result(client, 0);
  g_assert_cmpint(result.type, ==, SMTP_RESULT_REFUSED);
  g_assert_cmpint(result.code, ==, 0);
  g_assert_true(g_str_has_prefix(result.reply, "5.6.3 "));
  g_assert_cmphex(smtp_client_get_offers(client), ==, 0);
  assert_says(client, "", "QUIT\r\n");
  endpoint_free(client);
}

static void a_letter_by_bdat_is_found_in_the_bytes(void)
{
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  Endpoint *client = new_client(message, NULL, true);
  assert_says(client, "220 mx\r\n", "EHLO a\r\n");
  assert_says(client, "250-mx\r\n250-DSN\r\n250 CHUNKING\r\n", "MAIL FROM:<a@a.example>\r\n");
  g_assert_cmphex(smtp_client_get_offers(client), ==, SMTP_CAPABILITY_DSN | SMTP_CAPABILITY_CHUNKING);
  assert_says(client, "250 ok\r\n", "RCPT TO:<b@b.example> NOTIFY=SUCCESS\r\n");
  hear(client, "250 ok\r\n");
  EndpointStretch stretch;
  g_assert_true(endpoint_find_message(client, &stretch));
  g_assert_cmpuint(stretch.start, ==, strlen("BDAT 3 LAST\r\n"));
  g_assert_cmpuint(stretch.length, ==, 3);
  assert_says(client, "", "BDAT 3 LAST\r\nx\r\n");
  endpoint_free(client);
}

static void another_letter_is_taken_only_between_two(void)
{
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  g_autoptr(Envelope) envelope = envelope_new("");
  envelope_append(envelope, "c@c.example");
  Endpoint *client = new_client(message, NULL, false);
  EndpointEvent event;
  g_assert_false(smtp_client_send_next(client, envelope, message, NULL));
  assert_says(client, "220 mx\r\n", "EHLO a\r\n");
  assert_says(client, "250 mx\r\n", "MAIL FROM:<a@a.example>\r\n");
  hear(client, "550 no\r\n");
  g_assert_false(smtp_client_send_next(client, envelope, message, NULL));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_DELIVERED);
  g_assert_true(smtp_client_send_next(client, envelope, message, NULL));
  g_assert_false(smtp_client_send_next(client, envelope, message, NULL));
  g_assert_cmpstr(smtp_client_get_result(client, 0).recipient, ==, "c@c.example");
  g_assert_cmpint(smtp_client_get_result(client, 0).type, ==, SMTP_RESULT_PENDING);
  assert_says(client, "", "MAIL FROM:<>\r\n");
  assert_says(client, "250 ok\r\n", "RCPT TO:<c@c.example>\r\n");
  hear(client, "550 no\r\n");
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_DELIVERED);
  g_assert_true(smtp_client_send_next(client, envelope, message, NULL));
  assert_says(client, "", "RSET\r\n");
  /* a server that cannot even forget */
  hear(client, "451 no\r\n");
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FAILED);
  g_assert_cmpint(smtp_client_get_result(client, 0).type, ==, SMTP_RESULT_LATER);
  g_assert_false(smtp_client_send_next(client, envelope, message, NULL));
  assert_says(client, "", "QUIT\r\n");
  endpoint_free(client);
  /* the line closes while the owner thinks */
  client = new_client(message, NULL, false);
  hear(client, "220 mx\r\n250 mx\r\n550 no\r\n421 bye\r\n");
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_DELIVERED);
  g_assert_false(smtp_client_send_next(client, envelope, message, NULL));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_CLOSE);
  endpoint_free(client);
}

/* RFC 5321 §4.5.3.2: five minutes for most, two for 354, three for a piece, ten for the last word. */
static void each_reply_has_its_time(void)
{
  static const struct {
    const char *line;
    guint minutes;
  } steps[] = {{"", 5},
               {"220 mx\r\n", 5},
               {"250-mx\r\n250 CHUNKING\r\n", 5},
               {"250 ok\r\n", 5},
               {"250 ok\r\n", 3},
               {"250 ok\r\n", 10},
               {"250 taken\r\n", 2}};
  g_autoptr(GBytes) message = g_bytes_new_static("four", 4);
  g_autoptr(Envelope) envelope = envelope_new("a@a.example");
  envelope_append(envelope, "b@b.example");
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = "a", .envelope = envelope, .message = message, .chunking = true, .chunk_size = 2});
  Nanoseconds now = NANOSECONDS_PER_SECOND;
  for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
    g_autofree char *said = answer(client, steps[i].line);
    g_assert_nonnull(said);
    endpoint_advance(client, now);
    g_assert_cmpint(endpoint_deadline(client) - now, ==, steps[i].minutes * 60 * NANOSECONDS_PER_SECOND);
    now += NANOSECONDS_PER_SECOND;
  }
  endpoint_free(client);
}

#define TEST(name, function) g_test_add_func("/smtp-extensions/" name, function)

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  TEST("a letter may be as large as its limit", a_letter_may_be_as_large_as_its_limit);
  TEST("an endless piece is not kept", an_endless_piece_is_not_kept);
  TEST("the owner sees what MAIL said", the_owner_sees_what_mail_said);
  TEST("a server may stop at any time", a_server_may_stop_at_any_time);
  TEST("a greeting of 421 closes", a_greeting_of_421_closes);
  TEST("log-in needs what it is made of", log_in_needs_what_it_is_made_of);
  TEST("a log-in line too long ends the log-in", a_log_in_line_too_long_ends_the_log_in);
  TEST("an owner without proof lets nobody in by SCRAM", an_owner_without_proof_lets_nobody_in_by_scram);
  TEST("capabilities read what they write", capabilities_read_what_they_write);
  TEST("xtext comes back as it was", xtext_comes_back_as_it_was);
  TEST("an envelope keeps what was asked", an_envelope_keeps_what_was_asked);
  TEST("the 7-bit form goes where 8 bits cannot", the_7bit_form_goes_where_8_bits_cannot);
  TEST("our own refusals say why", our_own_refusals_say_why);
  TEST("a letter by BDAT is found in the bytes", a_letter_by_bdat_is_found_in_the_bytes);
  TEST("another letter is taken only between two", another_letter_is_taken_only_between_two);
  TEST("each reply has its time", each_reply_has_its_time);
  return g_test_run();
}
