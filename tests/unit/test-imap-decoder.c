/* SPDX-License-Identifier: MIT */
/* What a listener must see of IMAP: dialogues, long literals, floods, and other protocols. */
#include "protocol/decoder-support.h"
#include "protocol/imap/imap-decoder.h"
#include "protocol/imap/imap-mailbox-name.h"
#include "protocol/imap/imap-vocabulary.h"
#include "support/decoder-listener.h"
#include "support/dialogue-file.h"
#include "support/line-recorder.h"

/* Returns count bytes of lines of 62 and CR LF. */
static char *lines_of_text(size_t count)
{
  char *text = g_malloc(count + 1);
  for (size_t i = 0; i < count; i++)
    text[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
  text[count] = '\0';
  return text;
}

static void check_long_literal(size_t size, const char *expected)
{
  g_autofree char *text = lines_of_text(size);
  g_autofree char *announce = g_strdup_printf("a APPEND x {%zu}\r\n", size);
  g_autofree char *fetched = g_strdup_printf("* 1 FETCH (BODY[] {%zu}\r\n%s UID 3)\r\nb OK\r\n", size, text);
  const DialogueStep steps[] = {{'S', "* PREAUTH\r\n", 0},
                                {'C', announce, 0},
                                {'S', "+ \r\n", 0},
                                {'C', text, 0},
                                {'C', "\r\n", 0},
                                {'S', "a OK\r\n", 0},
                                {'C', "b FETCH 1 BODY[]\r\n", 0},
                                {'S', fetched, 0},
                                {0}};
  g_autofree char *whole = line_recorder_run(&imap_decoder_class, steps, true, CUT_NOT, 0);
  g_assert_cmpstr(whole, ==, expected);
  g_autofree char *stepwise = line_recorder_run(&imap_decoder_class, steps, true, CUT_AT_STEPS, 0);
  g_assert_cmpstr(stepwise, ==, expected);
  for (uint32_t seed = 1; seed <= 20; seed++) {
    g_autofree char *cut = line_recorder_run(&imap_decoder_class, steps, true, CUT_AT_RANDOM, seed);
    g_assert_cmpstr(cut, ==, expected);
  }
}

static void test_long_literals(void)
{
  static const struct {
    size_t size;
    const char *expected;
  } cases[] = {
      {4097, "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
             "2 C APPEND T=a x {4097} {authenticated}\n"
             "3 S + T=+ >2 {authenticated} continue\n"
             "4 C data 4097 bytes 64 lines >2\n"
             "5 S OK T=a >2 {authenticated}\n"
             "6 C FETCH T=b 1 BODY[] {authenticated}\n"
             "7 S FETCH T=* 1 (BODY[] {4097} UID 3) >6 {authenticated} untagged\n"
             "8 S data 4097 bytes 64 lines >7\n"
             "9 S OK T=b >6 {authenticated}\n"
             "m1 C sent 4097 bytes \"\" | text/plain 4097 >2\n"
             "m2 S fetched 4097 bytes \"\" | text/plain 4097 >7\n"},
      {70000, "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
              "2 C APPEND T=a x {70000} {authenticated} truncated\n"
              "3 S + T=+ >2 {authenticated} continue\n"
              "4 C data 70000 bytes 1093 lines >2\n"
              "5 S OK T=a >2 {authenticated}\n"
              "6 C FETCH T=b 1 BODY[] {authenticated}\n"
              "7 S FETCH T=* 1 (BODY[] {70000} >6 {authenticated} untagged truncated\n"
              "8 S data 70000 bytes 1093 lines >7\n"
              "9 S OK T=b >6 {authenticated}\n"
              "m1 C sent 70000 bytes \"\" | text/plain 70000 >2\n"
              "m2 S fetched 70000 bytes \"\" | text/plain 70000 >7\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    check_long_literal(cases[i].size, cases[i].expected);
}

static void test_length_of_long_literals(void)
{
  for (size_t size = 4095; size <= 4097; size++) {
    g_autofree char *text = lines_of_text(size);
    g_autofree char *sent = g_strdup_printf("* PREAUTH\r\n* 1 FETCH (BODY[] {%zu}\r\n%s)\r\n", size, text);
    const DialogueStep steps[] = {{'S', sent, 0}, {0}};
    g_autofree char *lines = line_recorder_run(&imap_decoder_class, steps, true, CUT_NOT, 0);
    g_assert_cmpint(strstr(lines, "S data") != NULL, ==, size == 4097);
    g_assert_cmpint(strstr(lines, "{4097}") != NULL, ==, size == 4097);
  }
}

static void test_floods(void)
{
  static const Flood floods[] = {
      {DIRECTION_TO_SERVER, "a FETCH 1 ", "(", 100000},
      {DIRECTION_TO_CLIENT, "* 1 FETCH ", "(", 100000},
      {DIRECTION_TO_SERVER, "", "a NOOP\r\n", 10000},
      {DIRECTION_TO_SERVER, "", "a SELECT x\r\n", 10000},
      {DIRECTION_TO_SERVER, "a LOGIN x ", "{1+}\r\na", 10000},
      {DIRECTION_TO_SERVER, "a LOGIN \"", "\\\\", 100000},
      {DIRECTION_TO_CLIENT, "", "zzz OK\r\n", 10000},
      {DIRECTION_TO_CLIENT, "", "* 1 EXISTS\r\n", 10000},
      {DIRECTION_TO_CLIENT, "", "nonsense\r\n", 10000},
      {DIRECTION_TO_CLIENT, "", "* 1 FETCH (BODY[] {1}\r\na)\r\n", 10000},
      {DIRECTION_TO_CLIENT, "* 1 FETCH (BODY[] {4294967295}\r\n", "0123456789abcde\n", 200000},
  };
  decoder_listener_check_floods(&imap_decoder_class, floods, G_N_ELEMENTS(floods));
}

static void test_literal_behind_giant_line(void)
{
  DecoderListener listener;
  decoder_listener_start(&listener, &imap_decoder_class);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "* OK\r\n");
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "* 1 FETCH (ENVELOPE ");
  decoder_listener_hear_many(&listener, DIRECTION_TO_CLIENT, "(", 100000);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, " {1");
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "2}\r\n* 2 EXISTS\r\n)\r\n");
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 2);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "* 2 EXISTS\r\n");
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 3);
  decoder_listener_stop(&listener);
}

/* Returns the lines that the decoder makes of what both sides say. */
static char *heard(const DialogueStep *steps)
{
  char *whole = line_recorder_run(&imap_decoder_class, steps, true, CUT_NOT, 0);
  g_autofree char *bytewise = line_recorder_run(&imap_decoder_class, steps, true, CUT_AT_RANDOM, 7);
  g_assert_cmpstr(whole, ==, bytewise);
  return whole;
}

static void test_huge_literal(void)
{
  static const char *const sizes[] = {"9223372036854775807", "18446744073709551615"};
  for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_autofree char *announce = g_strdup_printf("a APPEND x {%s}\r\n", sizes[i]);
    const DialogueStep steps[] = {{'S', "* PREAUTH\r\n", 0},    {'C', announce, 0},
                                  {'S', "a NO too big\r\n", 0}, {'C', "b NOOP\r\n", 0},
                                  {'S', "b OK\r\n", 0},         {0}};
    g_autofree char *lines = heard(steps);
    g_assert_nonnull(strstr(lines, "C NOOP T=b"));
    g_assert_nonnull(strstr(lines, "S OK T=b"));
  }
}

static void test_abused_tags(void)
{
  const DialogueStep steps[] = {{'S', "* PREAUTH\r\n", 0},
                                {'C', "x NOOP\r\n", 0},
                                {'C', "x CHECK\r\n", 0},
                                {'S', "x OK first\r\n", 0},
                                {'S', "x OK second\r\n", 0},
                                {'S', "never-sent OK\r\n", 0},
                                {0}};
  g_autofree char *lines = heard(steps);
  g_assert_nonnull(strstr(lines, "S OK T=x first >2"));
  g_assert_nonnull(strstr(lines, "S OK T=x second >3"));
  g_assert_nonnull(strstr(lines, "out-of-step"));
}

static void test_login_by_literal(void)
{
  const DialogueStep steps[] = {
      {'S', "* OK\r\n", 0},    {'C', "a LOGIN {3}\r\n", 0}, {'S', "+ go on\r\n", 0}, {'C', "ann {6}\r\n", 0},
      {'S', "+ go on\r\n", 0}, {'C', "secret\r\n", 0},      {'S', "a OK\r\n", 0},    {0}};
  g_autofree char *lines = heard(steps);
  g_assert_nonnull(strstr(lines, "plaintext-password"));
}

static void test_huge_sequence_set(void)
{
  const DialogueStep steps[] = {{'S', "* PREAUTH\r\n", 0},
                                {'C', "a SELECT x\r\n", 0},
                                {'S', "a OK\r\n", 0},
                                {'C', "b FETCH 1:4294967295,1:* FLAGS\r\n", 0},
                                {0}};
  g_autofree char *lines = heard(steps);
  g_assert_nonnull(strstr(lines, "C FETCH T=b 1:4294967295,1:* FLAGS"));
}

static void test_mailbox_names(void)
{
  static const struct {
    const char *line, *mailbox;
    LineKind kind;
  } cases[] = {{"a SELECT \"R&AOk-sum&AOk-s\"", "Résumés", LINE_COMMAND},
               {"a COPY 1:3 {10}\r\nLixo&AOk-x", "Lixoéx", LINE_COMMAND},
               {"* LIST (\\Sent) \"/\" A&-B", "A&B", LINE_REPLY},
               {"* STATUS &2D3eAA- (MESSAGES 1)", "\U0001f600", LINE_REPLY},
               {"a SELECT &AOk", "", LINE_COMMAND},
               {"a SELECT &!!!-", "", LINE_COMMAND},
               {"a SELECT &AEE-", "", LINE_COMMAND},
               {"a SELECT &2D0-", "", LINE_COMMAND},
               {"a SELECT &AP-", "", LINE_COMMAND},
               {"a SELECT \"&AOk-", "", LINE_COMMAND},
               {"a SELECT Résumés&-", "", LINE_COMMAND},
               {"a SELECT INBOX", "", LINE_COMMAND}};
  ByteBuffer scratch = {0};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    DecodedLine line = decoded_line(cases[i].kind, DIRECTION_TO_SERVER);
    DissectedLine parts;
    line.raw = bytes_from_string(cases[i].line);
    imap_decoder_class.dissect(&line, &scratch, &parts);
    g_autofree char *mailbox = g_strndup((const char *)parts.mailbox.data, parts.mailbox.length);
    g_assert_cmpstr(mailbox != NULL ? mailbox : "", ==, cases[i].mailbox);
  }
  byte_buffer_clear(&scratch);
}

/* Bytes of a literal too long for its line: hidden where it may be a password, and only there. */
static void test_long_password(void)
{
  g_autofree char *password = lines_of_text(5000);
  g_autofree char *login = g_strdup_printf("a LOGIN bob {5000+}\r\n%s\r\n", password);
  g_autofree char *append = g_strdup_printf("b APPEND x {5000+}\r\n%s\r\n", password);
  const DialogueStep steps[] = {{'S', "* OK\r\n", 0}, {'C', login, 0},      {'S', "a OK\r\n", 0},
                                {'C', append, 0},     {'S', "b OK\r\n", 0}, {0}};
  g_autofree char *whole = line_recorder_run(&imap_decoder_class, steps, true, CUT_NOT, 0);
  g_assert_nonnull(strstr(whole, "LOGIN T=a bob "));
  g_assert_nonnull(strstr(whole, "data 5000 bytes 78 lines >2 secret\n"));
  g_assert_nonnull(strstr(whole, "data 5000 bytes 78 lines >7\n"));
}

static void test_recognition(void)
{
  static const RecognitionCase cases[] = {
      {"", "* OK ready\r\n", 9143, true, RECOGNISED_YES},
      {"", "* PREAUTH\r\n", 9143, true, RECOGNISED_YES},
      {"", "* BYE\r\n", 9143, true, RECOGNISED_YES},
      {"", "* O", 9143, true, RECOGNISED_MAYBE},
      {"", "* OKAY\r\n", 9143, true, RECOGNISED_NO},
      {"", "+OK pop\r\n", 9143, true, RECOGNISED_NO},
      {"", "220 smtp\r\n", 9143, true, RECOGNISED_NO},
      {"a1 CAPABILITY\r\n", "", 9143, true, RECOGNISED_YES},
      {"GET / HTTP/1.1\r\n", "", 9143, true, RECOGNISED_NO},
      {"EHLO x\r\n", "", 9143, true, RECOGNISED_NO},
      {"xyz\r\na2 UID FETCH 1 FLAGS\r\n", "", 9143, false, RECOGNISED_YES},
      {"", "text\r\n* 3 EXISTS\r\n", 9143, false, RECOGNISED_YES},
      {"", "text\r\na3 OK done\r\n", 9143, false, RECOGNISED_YES},
      {"", "text\r\n", 9143, false, RECOGNISED_MAYBE},
      {"Host: a\r\nConnection: close\r\n", "", 80, false, RECOGNISED_MAYBE},
      {"Please check it\r\n", "", 9143, false, RECOGNISED_MAYBE},
      {"Please check it\r\n", "", 143, false, RECOGNISED_YES},
      {"", "All OK now\r\n", 9143, false, RECOGNISED_MAYBE},
      {". CAPABILITY\r\n", "", 9143, true, RECOGNISED_YES},
      {"A-1.b CHECK\r\n", "", 9143, false, RECOGNISED_YES},
      {"", "", 9143, true, RECOGNISED_MAYBE},
  };
  decoder_listener_check_recognition(&imap_decoder_class, cases, G_N_ELEMENTS(cases));
}

static void test_vocabulary(void)
{
  decoder_listener_check_vocabulary(&imap_vocabulary);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  dialogue_file_add_tests("dialogues/decoders/imap.txt", "/imap-decoder", &imap_decoder_class);
  dialogue_file_add_tests("dialogues/decoders/hardening-imap.txt", "/hardening", &imap_decoder_class);
  dialogue_file_add_tests("dialogues/decoders/letters-imap.txt", "/imap-decoder/letters",
                          &imap_decoder_class);
  g_test_add_func("/imap-decoder/a long literal is a line of its own", test_long_literals);
  g_test_add_func("/imap-decoder/a literal is long from 4097 bytes on", test_length_of_long_literals);
  g_test_add_func("/hardening/48-floods-of-parentheses-and-literals-cost-linear-time", test_floods);
  g_test_add_func("/hardening/46-huge-literals-announced-cost-nothing", test_huge_literal);
  g_test_add_func("/hardening/49-one-tag-used-twice-and-one-never-used", test_abused_tags);
  g_test_add_func("/hardening/50-broken-quoting-and-modified-utf-7-are-shown-raw", test_mailbox_names);
  g_test_add_func("/hardening/52-login-by-literal-is-warned-of", test_login_by_literal);
  g_test_add_func("/hardening/52-a-long-password-by-literal-is-masked", test_long_password);
  g_test_add_func("/hardening/53-huge-sequence-sets-stay-ranges", test_huge_sequence_set);
  g_test_add_func("/imap-decoder/a literal behind a giant line is still seen",
                  test_literal_behind_giant_line);
  g_test_add_func("/imap-decoder/IMAP is recognised by what is said", test_recognition);
  g_test_add_func("/imap-vocabulary/every word is explained in few words", test_vocabulary);
  return g_test_run();
}
