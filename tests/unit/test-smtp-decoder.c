/* SPDX-License-Identifier: MIT */
/* What a listener must see of SMTP, whatever the cuts and the damage. */
#include "mail/message-text.h"
#include "protocol/decoder-support.h"
#include "protocol/smtp/smtp-decoder.h"
#include "protocol/smtp/smtp-syntax.h"
#include "support/cpu-time.h"
#include "support/decoder-listener.h"
#include "support/dialogue-file.h"
#include "support/line-recorder.h"

static void test_long_lines(void)
{
  for (int extra = -1; extra <= 1; extra++) {
    DecoderListener listener;
    decoder_listener_start(&listener, &smtp_decoder_class);
    size_t length = (size_t)((int)LIMIT_LINE_SHOWN + extra);
    g_autofree char *line = g_malloc(length);
    memset(line, 'x', length);
    memcpy(line, "NOOP ", 5);
    memcpy(line + length - 2, "\r\n", 2);
    decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
    decoder_listener_hear(&listener, DIRECTION_TO_SERVER, line, length / 2);
    decoder_listener_hear(&listener, DIRECTION_TO_SERVER, line + length / 2, length - length / 2);
    const DecodedLine *command = &listener.last[LINE_COMMAND];
    g_assert_cmpuint(command->length, ==, length);
    g_assert_cmpuint(command->raw.length, ==, MIN(length, LIMIT_LINE_SHOWN));
    g_assert_cmpuint((command->flags & LINE_TRUNCATED) != 0, ==, extra > 0);
    g_assert_cmpuint(listener.notes[NOTE_LINE_TOO_LONG], ==, extra > 0);
    decoder_listener_stop(&listener);
  }
}

static void test_endless_reply(void)
{
  DecoderListener listener;
  decoder_listener_start(&listener, &smtp_decoder_class);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "EHLO a\r\n");
  for (int i = 0; i < 100000; i++)
    decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "250-and so on\r\n");
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 1);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "250 end\r\n");
  const DecodedLine *reply = &listener.last[LINE_REPLY];
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 2);
  g_assert_cmpuint(reply->lines, ==, 100001);
  g_assert_cmpuint(reply->about, ==, 2);
  g_assert_cmpuint(reply->raw.length, ==, LIMIT_LINE_SHOWN);
  decoder_listener_stop(&listener);
}

static void test_pending_limit(void)
{
  for (int extra = -1; extra <= 1; extra++) {
    DecoderListener listener;
    decoder_listener_start(&listener, &smtp_decoder_class);
    decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
    for (int i = 0; i < (int)LIMIT_PENDING_COMMANDS + extra; i++)
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "NOOP\r\n");
    g_assert_cmpuint(listener.notes[NOTE_SERVER_BUSY], ==, extra > 0);
    decoder_listener_stop(&listener);
  }
}

static void test_nul_is_kept(void)
{
  DecoderListener listener;
  decoder_listener_start(&listener, &smtp_decoder_class);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
  decoder_listener_hear(&listener, DIRECTION_TO_SERVER, "NOOP a\0b\r\n", 10);
  g_assert_cmpuint(listener.last[LINE_COMMAND].length, ==, 10);
  g_assert_cmpuint(listener.notes[NOTE_NUL], ==, 1);
  decoder_listener_stop(&listener);
}

/* A long first line that came before its 354 is the message all the same, in full length. */
static void test_long_line_before_354(void)
{
  DecoderListener listener;
  decoder_listener_start(&listener, &smtp_decoder_class);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "DATA\r\n");
  g_autofree char *line = g_strnfill(100000, 'x');
  decoder_listener_hear(&listener, DIRECTION_TO_SERVER, line, 100000);
  decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "\r\n.\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "354 go\r\n250 ok\r\n");
  const DecodedLine *data = &listener.last[LINE_DATA];
  g_assert_cmpuint(data->length, ==, 100002);
  g_assert_cmpuint(data->lines, ==, 1);
  g_assert_cmpuint(data->offset, ==, 6);
  g_assert_cmpuint(listener.last[LINE_REPLY].about, ==, 2);
  decoder_listener_stop(&listener);
}

/* Any bytes at all: nothing but lines comes out, and every view is inside what was sent. */
static void test_noise(void)
{
  static const char *const words[] = {"DATA\r\n",
                                      "250 ok\r\n",
                                      "354 go\r\n",
                                      "334 \r\n",
                                      "AUTH LOGIN\r\n",
                                      "BDAT 5\r\n",
                                      "BDAT 9 LAST\r\n",
                                      ".\r\n",
                                      "EHLO a\r\n",
                                      "250-x\r\n",
                                      "MAIL FROM:<a@b>\r\n",
                                      "RCPT TO:<a@b>\r\n",
                                      "YWxp\r\n",
                                      "*\r\n",
                                      "535 no\r\n",
                                      "QUIT\r\n",
                                      "\n",
                                      "\r",
                                      "x"};
  for (uint32_t seed = 0; seed < 400; seed++) {
    GRand *random = g_rand_new_with_seed(seed);
    DialogueStep steps[121] = {0};
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(steps); i++) {
      char who = "CCCSSScs"[g_rand_int_range(random, 0, 8)];
      const char *text = words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))];
      bool gap = who == 'c' || who == 's';
      steps[i] = (DialogueStep){gap && seed % 2 == 0 ? 'C' : who, text, gap && seed % 2 != 0 ? 3 : 0};
    }
    g_autofree char *whole = line_recorder_run(&smtp_decoder_class, steps, seed % 3 != 0, CUT_NOT, seed);
    g_autofree char *bytewise =
        line_recorder_run(&smtp_decoder_class, steps, seed % 3 != 0, CUT_EVERY_BYTE, seed);
    g_assert_cmpstr(whole, ==, bytewise);
    g_rand_free(random);
  }
}

static void test_recognition(void)
{
  static const RecognitionCase cases[] = {
      {"", "220 mail.beta.example ESMTP Postfix\r\n", 9999, true, RECOGNISED_YES},
      {"", "220 mail.beta.example ESMTP", 9999, true, RECOGNISED_MAYBE},
      {"", "220-mail.beta.example SMTP\r\n", 9999, true, RECOGNISED_YES},
      {"", "220 ready\r\n", 9999, true, RECOGNISED_MAYBE},
      {"", "220 ready\r\n", 25, true, RECOGNISED_MAYBE},
      {"NO", "220 ready\r\n", 25, true, RECOGNISED_MAYBE},
      {"NOOP\r\n", "220 ready\r\n", 25, true, RECOGNISED_YES},
      {"hello there\r\n", "220 ready\r\n", 25, true, RECOGNISED_YES},
      {"USER anonymous\r\n", "220 ready\r\n", 25, true, RECOGNISED_NO},
      {"", "220 ready\r\n", 25, false, RECOGNISED_YES},
      {"", "554 no mail\r\n", 25, true, RECOGNISED_YES},
      {"", "200 news.example ready\r\n", 25, true, RECOGNISED_NO},
      {"", "201 news.example no posting\r\n", 9999, true, RECOGNISED_NO},
      {"GROUP misc.test\r\n", "", 25, true, RECOGNISED_NO},
      {"ARTICLE 1\r\n", "220 1 <1@news>\r\n", 25, false, RECOGNISED_YES},
      {"GET / HTTP/1.1\r\n", "", 25, true, RECOGNISED_NO},
      {"EHLO a\r\n", "220 ready\r\n", 9999, true, RECOGNISED_YES},
      {"EHLO a\r\n", "", 9999, true, RECOGNISED_YES},
      {"LHLO a\r\n", "", 9999, true, RECOGNISED_YES},
      {"EH", "", 9999, true, RECOGNISED_MAYBE},
      {"MAIL FROM:<a@b>\r\n", "", 9999, false, RECOGNISED_YES},
      {"RCPT TO:<a@b>\r\n", "", 25, false, RECOGNISED_YES},
      {"", "220 ftp.example FTP server ready\r\n", 21, true, RECOGNISED_NO},
      {"", "220 (vsFTPd 3.0.3)\r\n", 2121, true, RECOGNISED_NO},
      {"USER anonymous\r\n", "220 ready\r\n", 21, true, RECOGNISED_NO},
      {"HELO bob secret\r\n", "+ POP2 ready\r\n", 109, true, RECOGNISED_NO},
      {"HELO a\r\n", "", 25, true, RECOGNISED_YES},
      {"", "+OK POP3\r\n", 110, true, RECOGNISED_NO},
      {"", "* OK IMAP4rev1\r\n", 143, true, RECOGNISED_NO},
      {"GET / HTTP/1.1\r\n", "", 80, true, RECOGNISED_NO},
      {"", "250 2.1.5 Ok\r\n", 9999, false, RECOGNISED_YES},
      {"", "200 OK\r\n", 9999, false, RECOGNISED_MAYBE},
      {"\x16\x03\x01", "", 465, true, RECOGNISED_NO},
      {"\x17\x03\x03", "", 25, false, RECOGNISED_NO},
      {"some text of a message\r\n", "", 25, false, RECOGNISED_MAYBE},
      {"", "", 25, true, RECOGNISED_MAYBE},
  };
  decoder_listener_check_recognition(&smtp_decoder_class, cases, G_N_ELEMENTS(cases));
}

static void assert_view(Bytes view, const char *expected)
{
  g_autofree char *text = bytes_dup_string(view);
  g_assert_cmpstr(text, ==, expected);
}

static void test_paths(void)
{
  static const struct {
    const char *argument, *keyword;
    bool valid;
    const char *address, *parameters;
  } cases[] = {
      {"FROM:<alice@alpha.example>", "FROM", true, "alice@alpha.example", ""},
      {"from:<> SIZE=100 BODY=8BITMIME", "FROM", true, "", "SIZE=100 BODY=8BITMIME"},
      {"FROM: <a@b>", "FROM", true, "a@b", ""},
      {"FROM:a@b SIZE=1", "FROM", true, "a@b", "SIZE=1"},
      {"TO:<@one,@two:bob@beta.example>", "TO", true, "bob@beta.example", ""},
      {"TO:<\"odd>name\"@b>", "TO", true, "\"odd>name\"@b", ""},
      {"TO:<\"a\\\">\"@b>", "TO", true, "\"a\\\">\"@b", ""},
      {"TO:<bob@[192.0.2.1]>", "TO", true, "bob@[192.0.2.1]", ""},
      {"TO:<bob@b", "TO", false, "", ""},
      {"TO:", "TO", false, "", ""},
      {"TO<a@b>", "TO", false, "", ""},
      {"FROM:<a@b>", "TO", false, "", ""},
      {"", "TO", false, "", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    SmtpPath path;
    g_assert_cmpint(smtp_parse_path(bytes_from_string(cases[i].argument), cases[i].keyword, &path), ==,
                    cases[i].valid);
    if (!cases[i].valid) continue;
    assert_view(path.address, cases[i].address);
    assert_view(path.parameters, cases[i].parameters);
  }
  bool found;
  assert_view(smtp_find_parameter(bytes_from_string("BODY=8BITMIME size=42 X"), "SIZE", &found), "42");
  g_assert_true(found);
  assert_view(smtp_find_parameter(bytes_from_string("BODY=8BITMIME X"), "X", &found), "");
  g_assert_true(found);
  smtp_find_parameter(bytes_from_string("XY=1"), "X", &found);
  g_assert_false(found);
}

static void test_numbers_and_replies(void)
{
  uint64_t number;
  bool last;
  g_assert_true(smtp_parse_number(bytes_from_string("18446744073709551615"), &number));
  g_assert_cmpuint(number, ==, UINT64_MAX);
  g_assert_false(smtp_parse_number(bytes_from_string("18446744073709551616"), &number));
  g_assert_false(smtp_parse_number(bytes_from_string(""), &number));
  g_assert_false(smtp_parse_number(bytes_from_string("-1"), &number));
  g_assert_true(smtp_parse_bdat(bytes_from_string("12 last"), &number, &last));
  g_assert_true(last && number == 12);
  g_assert_false(smtp_parse_bdat(bytes_from_string("12 LATER"), &number, &last));
  SmtpReplyLine reply;
  g_assert_true(smtp_parse_reply_line(bytes_from_string("250-2.1.0 Ok\r\n"), &reply));
  g_assert_cmpint(reply.code, ==, 250);
  g_assert_false(reply.last);
  assert_view(reply.enhanced, "2.1.0");
  assert_view(reply.text, "2.1.0 Ok");
  g_assert_true(smtp_parse_reply_line(bytes_from_string("250"), &reply) && reply.last);
  g_assert_true(smtp_parse_reply_line(bytes_from_string("550 2.1.0 not of its class"), &reply));
  assert_view(reply.enhanced, "");
  g_assert_false(smtp_parse_reply_line(bytes_from_string("25x Ok"), &reply));
  g_assert_false(smtp_parse_reply_line(bytes_from_string("2500 Ok"), &reply));
  g_assert_false(smtp_parse_reply_line(bytes_from_string("650 Ok"), &reply));
  ByteBuffer out = {0};
  smtp_append_reply(&out, 250, "2.0.0", "one\ntwo");
  smtp_append_reply(&out, 354, NULL, "go");
  assert_view(byte_buffer_view(&out), "250-2.0.0 one\r\n250 2.0.0 two\r\n354 go\r\n");
  byte_buffer_clear(&out);
}

static void test_dots(void)
{
  static const struct {
    const char *message, *wire;
  } cases[] = {
      {"", ".\r\n"},
      {".", "..\r\n.\r\n"},
      {"a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"},
      {"..x\r\n", "...x\r\n.\r\n"},
      {"no end", "no end\r\n.\r\n"},
      {"a\n.b\r\n", "a\n.b\r\n.\r\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    ByteBuffer wire = {0}, back = {0};
    Bytes message = bytes_from_string(cases[i].message);
    dot_body_append_stuffed(&wire, message);
    assert_view(byte_buffer_view(&wire), cases[i].wire);
    Bytes sent = byte_buffer_view(&wire);
    for (size_t cut = 0; cut <= sent.length; cut++) {
      DotBody body;
      bool ended = false;
      dot_body_begin(&body);
      size_t used = dot_body_scan(&body, bytes_slice(sent, 0, cut), &ended, NULL);
      g_assert_cmpuint(used, ==, cut);
      if (!ended) used += dot_body_scan(&body, bytes_skip(sent, cut), &ended, NULL);
      g_assert_true(ended);
      g_assert_cmpuint(used, ==, sent.length);
      g_assert_cmpuint(body.bytes, ==, sent.length - 3);
    }
    message_text_undo_dots(&back, bytes_slice(sent, 0, sent.length - 3));
    Bytes returned = byte_buffer_view(&back);
    g_assert_true(bytes_equal(bytes_slice(returned, 0, message.length), message));
    byte_buffer_clear(&wire);
    byte_buffer_clear(&back);
  }
}

/* What stands inside a body is told the same however it is cut. */
static void test_body_flags(void)
{
  static const struct {
    const char *body;
    const char *flags; /* lf: bare LF, cr: bare CR, end: false end, smuggle */
  } cases[] = {
      {"plain\r\nMAIL FROM:<a@b>\r\n", ""},
      {"a\nb\r\n", "lf "},
      {"a\rb\r\n", "cr "},
      {"\rb\r\n", "cr "},
      {"a\r\r\n", "cr "},
      {"a\n.\r\nb\r\n", "lf end "},
      {"a\n.\nb\r\n", "lf end "},
      {"a\r\n.\nb\r\n", "lf end "},
      {"a\r.\rb\r\n", "cr end "},
      {"a\r.\r\nb\r\n", "cr end "},
      {"a\r\n.\rb\r\n", "cr end "},
      {"a\r.b\r.c\r\n", "cr "},
      {"a\n.\r\nMAIL FROM:<a@b>\r\n", "lf end smuggle "},
      {"a\n.\nmail from:<a@b>\r\n", "lf end smuggle "},
      {"a\r.\rMAIL FROM:<a@b>\r\n", "cr end smuggle "},
      {"a\r\n.\rMAIL FROM:<a@b>\r\n", "cr end smuggle "},
      {"a\n.\r\nRCPT TO:<a@b>\r\n", "lf end smuggle "},
      {"a\n.\r\nDATA\r\n", "lf end smuggle "},
      {"a\n.\r\nDATA is plural\r\n", "lf end "},
      {"a\n.\r\nMAIL FOR YOU\r\n", "lf end "},
      {"a\n.\r\n\r\nMAIL FROM:<a@b>\r\n", "lf end "},
      {"a\n..\r\nMAIL FROM:<a@b>\r\n", "lf "},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *sent = g_strconcat(cases[i].body, ".\r\n", NULL);
    Bytes all = bytes_from_string(sent);
    for (size_t piece = 1; piece <= all.length; piece++) {
      DotBody body;
      bool ended = false;
      dot_body_begin(&body);
      for (size_t at = 0; at < all.length; at += piece)
        dot_body_scan(&body, bytes_slice(all, at, piece), &ended, NULL);
      g_autofree char *flags =
          g_strconcat(body.bare_lf ? "lf " : "", body.bare_cr ? "cr " : "", body.false_end ? "end " : "",
                      body.smuggling ? "smuggle " : "", NULL);
      g_test_message("case %zu in pieces of %zu", i, piece);
      g_assert_cmpstr(flags, ==, cases[i].flags);
      g_assert_true(ended);
      g_assert_cmpuint(body.bytes, ==, strlen(cases[i].body));
    }
  }
}

/* Look-alikes at every place cost no more than their bytes. */
static void test_odd_bodies_cost_little(void)
{
  static const char *const patterns[] = {"\r",      "\r.\r",     "\r.x", "\n.\n",
                                         "\r\n.\r", "\n.\nDATA", "x\n",  "\n."};
  enum { SIZE = 8 << 20 };
  for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
    GString *text = g_string_sized_new(SIZE + 16);
    g_string_append_c(text, 'x');
    while (text->len < SIZE)
      g_string_append(text, patterns[i]);
    DotBody body;
    bool ended;
    dot_body_begin(&body);
    gint64 start = cpu_time_now();
    size_t used = dot_body_scan(&body, (Bytes){(const uint8_t *)text->str, text->len}, &ended, NULL);
    g_assert_cmpint(cpu_time_now() - start, <, 3 * G_USEC_PER_SEC);
    g_assert_cmpuint(used, ==, text->len);
    g_assert_false(ended);
    g_string_free(text, TRUE);
  }
}

static uint32_t count_line(void *owner, const DecodedLine *line)
{
  (void)line;
  return ++*(uint32_t *)owner;
}

/* A reply a recipient after each message, and no more than can be awaited at all: else recipients times
 * messages. */
static void test_lmtp_flood(void)
{
  enum { COUNT = 30000 };
  uint32_t lines = 0;
  DecoderSink sink = {.emit = count_line, .owner = &lines};
  void *decoder = smtp_decoder_class.create(&sink, true);
  uint64_t offsets[2] = {0, 0};
  static const struct {
    Direction from;
    const char *text;
    int times;
  } said[] = {{DIRECTION_TO_CLIENT, "220 lmtp\r\n", 1},
              {DIRECTION_TO_SERVER, "LHLO a\r\n", 1},
              {DIRECTION_TO_CLIENT, "250 a\r\n", 1},
              {DIRECTION_TO_SERVER, "RCPT TO:<b@c>\r\n", 0},
              {DIRECTION_TO_SERVER, "BDAT 0 LAST\r\n", COUNT}};
  gint64 start = cpu_time_now();
  for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
    bool recipients = said[i].times == 0;
    Bytes text = bytes_from_string(said[i].text), taken = BYTES_LITERAL("250 taken\r\n");
    for (int n = 0; n < (recipients ? COUNT : said[i].times); n++) {
      smtp_decoder_class.receive(decoder, said[i].from, offsets[said[i].from], text);
      offsets[said[i].from] += text.length;
      if (!recipients) continue;
      smtp_decoder_class.receive(decoder, DIRECTION_TO_CLIENT, offsets[DIRECTION_TO_CLIENT], taken);
      offsets[DIRECTION_TO_CLIENT] += taken.length;
    }
  }
  g_assert_cmpint(cpu_time_now() - start, <, 10 * G_USEC_PER_SEC);
  g_assert_cmpuint(lines, >, 4 * COUNT);
  smtp_decoder_class.finish(decoder);
  smtp_decoder_class.destroy(decoder);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  dialogue_file_add_tests("dialogues/decoders/smtp.txt", "/smtp-decoder", &smtp_decoder_class);
  dialogue_file_add_tests("dialogues/decoders/letters-smtp.txt", "/smtp-decoder/letters",
                          &smtp_decoder_class);
  g_test_add_func("/smtp-decoder/a long line is cut in the view at its limit", test_long_lines);
  g_test_add_func("/smtp-decoder/an endless reply is one reply of bounded size", test_endless_reply);
  g_test_add_func("/smtp-decoder/too many commands without a reply are noted", test_pending_limit);
  g_test_add_func("/smtp-decoder/recipients times messages is no cost of LMTP", test_lmtp_flood);
  g_test_add_func("/smtp-decoder/a NUL is kept and noted", test_nul_is_kept);
  g_test_add_func("/smtp-decoder/a long line before 354 keeps its length", test_long_line_before_354);
  g_test_add_func("/smtp-decoder/noise gives the same lines however it is cut", test_noise);
  g_test_add_func("/smtp-decoder/SMTP is told from other protocols", test_recognition);
  g_test_add_func("/smtp-syntax/paths and parameters", test_paths);
  g_test_add_func("/smtp-syntax/numbers and replies", test_numbers_and_replies);
  g_test_add_func("/dot-body/dots go out and come back", test_dots);
  g_test_add_func("/dot-body/what is odd in a body is told however it is cut", test_body_flags);
  g_test_add_func("/dot-body/odd bodies cost no more than their bytes", test_odd_bodies_cost_little);
  return g_test_run();
}
