/* SPDX-License-Identifier: MIT */
/* IMAP dialogues as a listener sees them: whole, byte by byte, cut at random, with gaps, joined late, and
 * hostile. */
#include "protocol/imap/imap-decoder.h"
#include "protocol/imap/imap-vocabulary.h"
#include "support/line-recorder.h"

typedef struct {
  const char *name;
  bool joined_late;
  DialogueStep steps[24];
  const char *expected;
} Case;

static void check(const Case *cases, size_t count)
{
  for (size_t i = 0; i < count; i++)
    line_recorder_check(cases[i].name, &imap_decoder_class, cases[i].steps, !cases[i].joined_late,
                        cases[i].expected);
}

static const Case an_ordinary_session_is_told_line_by_line_cases[] = {
    {"log in, open, fetch, mark, close",
     false,
     {{'S', "* OK [CAPABILITY IMAP4rev1] ready\r\n", 0},
      {'C', "a1 login bob \"bu\\\"ilder\"\r\n", 0},
      {'S', "* CAPABILITY IMAP4rev1 IDLE\r\na1 OK in\r\n", 0},
      {'C', "a2 SELECT INBOX\r\n", 0},
      {'S',
       "* FLAGS (\\Seen)\r\n* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] ok\r\na2 OK [READ-WRITE] "
       "done\r\n",
       0},
      {'C', "a3 UID FETCH 1:* (FLAGS BODY[])\r\n", 0},
      {'S', "* 1 FETCH (UID 4 BODY[] {6}\r\nhi\\\r\n\" FLAGS ())\r\na3 OK\r\n", 0},
      {'C', "a4 STORE 1 +FLAGS (\\Deleted)\r\n", 0},
      {'S', "* 1 FETCH (FLAGS (\\Deleted))\r\na4 OK\r\n", 0},
      {'C', "a5 EXPUNGE\r\n", 0},
      {'S', "* 1 EXPUNGE\r\na5 OK\r\n", 0},
      {'C', "a6 CLOSE\r\n", 0},
      {'S', "a6 OK\r\n", 0},
      {'C', "a7 LOGOUT\r\n", 0},
      {'S', "* BYE see you\r\na7 OK\r\n", 0}},
     "1 S OK T=* [CAPABILITY IMAP4rev1] ready {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a1 bob ‹\"bu\\\"ilder\"› {not-authenticated}\n"
     "3 C note plaintext-password >2\n"
     "4 S CAPABILITY T=* IMAP4rev1 IDLE >2 {not-authenticated} untagged\n"
     "5 S OK T=a1 in >2 {not-authenticated}\n"
     "6 credential LOGIN user=bob secret=bu\"ilder accepted=1 >2\n"
     "7 C SELECT T=a2 INBOX {authenticated}\n"
     "8 S FLAGS T=* (\\Seen) >7 {authenticated} untagged\n"
     "9 S EXISTS T=* 2 >7 {authenticated} untagged\n"
     "10 S RECENT T=* 0 >7 {authenticated} untagged\n"
     "11 S OK T=* [UIDVALIDITY 7] ok >7 {authenticated} untagged\n"
     "12 S OK T=a2 [READ-WRITE] done >7 {authenticated}\n"
     "13 C UID FETCH T=a3 1:* (FLAGS BODY[]) {selected}\n"
     "14 S FETCH T=* 1 (UID 4 BODY[] \"hi\\\\\\x0d|\\\"\" FLAGS ()) >13 {selected} untagged\n"
     "15 S OK T=a3 >13 {selected}\n"
     "16 C STORE T=a4 1 +FLAGS (\\Deleted) {selected}\n"
     "17 S FETCH T=* 1 (FLAGS (\\Deleted)) >16 {selected} untagged\n"
     "18 S OK T=a4 >16 {selected}\n"
     "19 C EXPUNGE T=a5 {selected}\n"
     "20 S EXPUNGE T=* 1 >19 {selected} untagged\n"
     "21 S OK T=a5 >19 {selected}\n"
     "22 C CLOSE T=a6 {selected}\n"
     "23 S OK T=a6 >22 {selected}\n"
     "24 C LOGOUT T=a7 {authenticated}\n"
     "25 S BYE T=* see you >24 {authenticated} untagged\n"
     "26 S OK T=a7 >24 {logout}\n"},
    {"pipelined, answered out of order, unsolicited news",
     false,
     {{'S', "* PREAUTH hello\r\n", 0},
      {'C', "a SELECT x\r\nb FETCH 1 FLAGS\r\nc FETCH 2 FLAGS\r\nd NOOP\r\n", 0},
      {'S', "a OK\r\n* 1 FETCH (FLAGS ())\r\nd OK\r\n* 9 EXISTS\r\nc NO gone\r\n* 1 FETCH ()\r\nb OK\r\n",
       0}},
     "1 S PREAUTH T=* hello {not-authenticated} unsolicited\n"
     "2 C SELECT T=a x {authenticated}\n"
     "3 C FETCH T=b 1 FLAGS {selected}\n"
     "4 C FETCH T=c 2 FLAGS {selected}\n"
     "5 C NOOP T=d {selected}\n"
     "6 S OK T=a >2 {authenticated}\n"
     "7 S FETCH T=* 1 (FLAGS ()) {selected} untagged unsolicited\n"
     "8 S OK T=d >5 {selected}\n"
     "9 S EXISTS T=* 9 {selected} untagged unsolicited\n"
     "10 S NO T=c gone >4 {selected} refused\n"
     "11 S note refused >10\n"
     "12 S FETCH T=* 1 () >3 {selected} untagged\n"
     "13 S OK T=b >3 {selected}\n"},
    {"waiting for news, and a failed SELECT",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a IDLE\r\n", 0},
      {'S', "+ idling\r\n* 3 EXISTS\r\n", 0},
      {'C', "DONE\r\n", 0},
      {'S', "a OK\r\n", 0},
      {'C', "b SELECT nowhere\r\n", 0},
      {'S', "* NO a warning\r\nb NO no such\r\n", 0},
      {'C', "c BOGUS x\r\n", 0},
      {'S', "c BAD what\r\n", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C IDLE T=a {authenticated}\n"
     "3 S + T=+ idling >2 {authenticated} continue\n"
     "4 S EXISTS T=* 3 >2 {authenticated} untagged\n"
     "5 C DONE {authenticated}\n"
     "6 S OK T=a >2 {authenticated}\n"
     "7 C SELECT T=b nowhere {authenticated}\n"
     "8 S NO T=* a warning {authenticated} untagged unsolicited\n"
     "9 S NO T=b no such >7 {authenticated} refused\n"
     "10 S note refused >9\n"
     "11 C BOGUS T=c x {authenticated} unknown\n"
     "12 C note unknown-command >11\n"
     "13 S BAD T=c what >11 {authenticated} refused\n"
     "14 S note refused >13\n"},
};

static void an_ordinary_session_is_told_line_by_line(void)
{
  check(an_ordinary_session_is_told_line_by_line_cases,
        G_N_ELEMENTS(an_ordinary_session_is_told_line_by_line_cases));
}

static const Case a_command_holds_its_literals_cases[] = {
    {"LOGIN by synchronising literals",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a LOGIN {5}\r\n", 0},
      {'S', "+ go on\r\n", 0},
      {'C', "alice {10}\r\n", 0},
      {'S', "+\r\n", 0},
      {'C', "wonder land\r\n", 0},
      {'S', "a OK in\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a \"alice\" ‹\"wonder lan\"d› {not-authenticated}\n"
     "3 S + T=+ go on >2 {not-authenticated} continue\n"
     "4 S + T=+ >2 {not-authenticated} continue\n"
     "5 C note plaintext-password >2\n"
     "6 S OK T=a in >2 {not-authenticated}\n"
     "7 credential LOGIN user=alice secret=wonder lan accepted=1 >2\n"},
    {"LOGIN by literals that do not wait",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a LOGIN {5+}\r\nalice {4+}\r\na\r\nb\r\nb LOGOUT\r\n", 0},
      {'S', "a NO bad\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a \"alice\" ‹\"a\\x0d|b\"› {not-authenticated}\n"
     "3 C note plaintext-password >2\n"
     "4 C LOGOUT T=b {authenticated}\n"
     "5 S NO T=a bad >2 {not-authenticated} refused\n"
     "6 S note refused >5\n"
     "7 credential LOGIN user=alice secret=a\\x0d|b accepted=0 >2\n"},
    {"a literal that the server refuses",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a APPEND x {99999}\r\n", 0},
      {'S', "a NO [TRYCREATE] no\r\n", 0},
      {'C', "b CREATE x\r\n", 0},
      {'S', "b OK\r\n", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C APPEND T=a x {99999} {authenticated}\n"
     "3 S NO T=a [TRYCREATE] no >2 {authenticated} refused\n"
     "4 S note refused >3\n"
     "5 C CREATE T=b x {authenticated}\n"
     "6 S OK T=b >5 {authenticated}\n"},
    {"text for people announces nothing",
     false,
     {{'S', "* OK hello {5}\r\n", 0}, {'C', "a NOOP\r\n", 0}, {'S', "a OK {7}\r\n* 1 EXISTS\r\n", 0}},
     "1 S OK T=* hello {5} {not-authenticated} unsolicited\n"
     "2 C NOOP T=a {not-authenticated}\n"
     "3 S OK T=a {7} >2 {not-authenticated}\n"
     "4 S EXISTS T=* 1 {not-authenticated} untagged unsolicited\n"},
    {"an empty literal; a quoted string that never ends stays hidden",
     false,
     {{'S', "* OK\r\n", 0}, {'C', "a LOGIN {0+}\r\n {0+}\r\n\r\nb LOGIN \"bob builder\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a \"\" ‹\"\"› {not-authenticated}\n"
     "3 C note plaintext-password >2\n"
     "4 C LOGIN T=b ‹\"bob builder› {authenticated}\n"
     "5 credential LOGIN accepted=-1 >2\n"},
    {"a log-in typed without a tag stays hidden",
     false,
     {{'S', "* OK\r\n", 0}, {'C', "LOGIN bob builder\r\n", 0}, {'S', "LOGIN BAD no\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C BOB T=LOGIN ‹builder› {not-authenticated} unknown\n"
     "3 C note unknown-command >2\n"
     "4 S BAD T=LOGIN no >2 {not-authenticated} refused\n"
     "5 S note refused >4\n"},
};

static void a_command_holds_its_literals(void)
{
  check(a_command_holds_its_literals_cases, G_N_ELEMENTS(a_command_holds_its_literals_cases));
}

/* Returns count bytes of lines of 62 and CR LF. */
static char *lines_of_text(size_t count)
{
  char *text = g_malloc(count + 1);
  for (size_t i = 0; i < count; i++)
    text[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
  text[count] = '\0';
  return text;
}

static void a_long_literal_is_a_line_of_its_own(void)
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
             "9 S OK T=b >6 {authenticated}\n"},
      {70000, "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
              "2 C APPEND T=a x {70000} {authenticated} truncated\n"
              "3 S + T=+ >2 {authenticated} continue\n"
              "4 C data 70000 bytes 1093 lines >2\n"
              "5 S OK T=a >2 {authenticated}\n"
              "6 C FETCH T=b 1 BODY[] {authenticated}\n"
              "7 S FETCH T=* 1 (BODY[] {70000} >6 {authenticated} untagged truncated\n"
              "8 S data 70000 bytes 1093 lines >7\n"
              "9 S OK T=b >6 {authenticated}\n"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = lines_of_text(cases[i].size);
    g_autofree char *announce = g_strdup_printf("a APPEND x {%zu}\r\n", cases[i].size);
    g_autofree char *fetched =
        g_strdup_printf("* 1 FETCH (BODY[] {%zu}\r\n%s UID 3)\r\nb OK\r\n", cases[i].size, text);
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
    g_assert_cmpstr(whole, ==, cases[i].expected);
    for (uint32_t seed = 1; seed <= 20; seed++) {
      g_autofree char *cut = line_recorder_run(&imap_decoder_class, steps, true, CUT_AT_RANDOM, seed);
      g_assert_cmpstr(cut, ==, cases[i].expected);
    }
  }
}

static void a_literal_is_long_from_4097_bytes_on(void)
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

static const Case every_way_to_log_in_is_opened_cases[] = {
    {"PLAIN with initial response, refused; then in its own line",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a AUTHENTICATE PLAIN AGJvYgBidWlsZGVy\r\n", 0},
      {'S', "a NO no\r\n", 0},
      {'C', "b authenticate plain\r\n", 0},
      {'S', "+ \r\n", 0},
      {'C', "AGJvYgBidWlsZGVy\r\n", 0},
      {'S', "* CAPABILITY IMAP4rev1\r\nb OK\r\n", 0},
      {'C', "c LIST \"\" *\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C AUTHENTICATE T=a PLAIN ‹AGJvYgBidWlsZGVy› {not-authenticated}\n"
     "3 C note plaintext-password >2\n"
     "4 S NO T=a no >2 {not-authenticated} refused\n"
     "5 S note refused >4\n"
     "6 credential PLAIN user=bob secret=builder accepted=0 >2\n"
     "7 C AUTHENTICATE T=b plain {not-authenticated}\n"
     "8 S + T=+ >7 {not-authenticated} continue\n"
     "9 C AUTH-RESPONSE ‹AGJvYgBidWlsZGVy› {not-authenticated} sasl\n"
     "10 C note plaintext-password >9\n"
     "11 S CAPABILITY T=* IMAP4rev1 >7 {not-authenticated} untagged\n"
     "12 S OK T=b >7 {not-authenticated}\n"
     "13 credential PLAIN user=bob secret=builder accepted=1 >7\n"
     "14 C LIST T=c \"\" * {authenticated}\n"},
    {"CRAM-MD5; LOGIN given up",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a AUTHENTICATE LOGIN\r\n", 0},
      {'S', "+ VXNlcm5hbWU6\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "+ UGFzc3dvcmQ6\r\n", 0},
      {'C', "*\r\n", 0},
      {'S', "a BAD given up\r\n", 0},
      {'C', "b AUTHENTICATE CRAM-MD5\r\n", 0},
      {'S', "+ PDFAaD4=\r\n", 0},
      {'C', "Ym9iIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n", 0},
      {'S', "b OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C AUTHENTICATE T=a LOGIN {not-authenticated}\n"
     "3 S + T=+ VXNlcm5hbWU6 >2 {not-authenticated} continue\n"
     "4 C AUTH-RESPONSE ‹Ym9i› {not-authenticated} sasl\n"
     "5 S + T=+ UGFzc3dvcmQ6 >2 {not-authenticated} continue\n"
     "6 C AUTH-RESPONSE * {not-authenticated} sasl\n"
     "7 S BAD T=a given up >2 {not-authenticated} refused\n"
     "8 S note refused >7\n"
     "9 credential LOGIN user=bob accepted=0 >2\n"
     "10 C AUTHENTICATE T=b CRAM-MD5 {not-authenticated}\n"
     "11 S + T=+ PDFAaD4= >10 {not-authenticated} continue\n"
     "12 C AUTH-RESPONSE ‹Ym9iIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm› {not-authenticated} sasl\n"
     "13 C note digest-password >12\n"
     "14 S OK T=b >10 {not-authenticated}\n"
     "15 credential CRAM-MD5 user=bob challenge=<1@h> digest=0123456789abcdef0123456789abcdef accepted=1 "
     ">10\n"},
};

static void every_way_to_log_in_is_opened(void)
{
  check(every_way_to_log_in_is_opened_cases, G_N_ELEMENTS(every_way_to_log_in_is_opened_cases));
}

static const Case other_layers_take_over_cases[] = {
    {"STARTTLS accepted",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a STARTTLS\r\n", 0},
      {'S', "a OK begin\r\n\x16\x03", 0},
      {'C', "\x16\x03\x01", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C STARTTLS T=a {not-authenticated}\n"
     "3 S OK T=a begin >2 {not-authenticated}\n"
     "4 S note starttls >3\n"
     "handover to tls, left C:\\x16\\x03\\x01, left S:\\x16\\x03\n"},
    {"STARTTLS refused; a command smuggled in behind another",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a STARTTLS\r\n", 0},
      {'S', "a BAD no\r\n", 0},
      {'C', "b STARTTLS\r\nc NOOP\r\n", 0},
      {'S', "b OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C STARTTLS T=a {not-authenticated}\n"
     "3 S BAD T=a no >2 {not-authenticated} refused\n"
     "4 S note refused >3\n"
     "5 S note starttls-refused >3\n"
     "6 C STARTTLS T=b {not-authenticated}\n"
     "7 C NOOP T=c {not-authenticated}\n"
     "8 C note starttls-injection >7\n"
     "9 S OK T=b >6 {not-authenticated}\n"
     "10 S note starttls >9\n"
     "handover to tls\n"},
    {"the answer lost, TLS goes on",
     false,
     {{'S', "* OK\r\n", 0}, {'C', "a STARTTLS\r\n", 0}, {'s', NULL, 5}, {'C', "\x16\x03\x01", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C STARTTLS T=a {not-authenticated}\n"
     "3 S note gap >0 5\n"
     "4 C note starttls >2\n"
     "handover to tls, left C:\\x16\\x03\\x01\n"},
    {"COMPRESS: nothing more can be read",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a COMPRESS DEFLATE\r\n", 0},
      {'S', "a OK\r\n\x72\x0a\x74\x0a", 0},
      {'C', "\x72\x0a\x74", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C COMPRESS T=a DEFLATE {authenticated}\n"
     "3 S OK T=a >2 {authenticated}\n"},
    {"turned away at the door",
     false,
     {{'S', "* BYE too many\r\n", 0}},
     "1 S BYE T=* too many {not-authenticated} refused unsolicited\n"
     "2 S note refused >1\n"},
};

static void other_layers_take_over(void)
{
  check(other_layers_take_over_cases, G_N_ELEMENTS(other_layers_take_over_cases));
}

static const Case a_gap_is_told_and_the_tags_lead_on_cases[] = {
    {"a lost completion",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a NOOP\r\n", 0},
      {'s', NULL, 9},
      {'C', "b NOOP\r\n", 0},
      {'S', "b OK\r\n", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C NOOP T=a {authenticated}\n"
     "3 S note gap >0 9\n"
     "4 C NOOP T=b {authenticated}\n"
     "5 S OK T=b >4 {authenticated}\n"},
    {"a lost command, and the end of another",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a LOGIN bob bui", 0},
      {'c', NULL, 20},
      {'C', "secret end\r\nc NOOP\r\n", 0},
      {'S', "a OK\r\nb OK\r\nc OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a bob ‹bui› {not-authenticated} incomplete\n"
     "3 C note gap >0 20\n"
     "4 C NOOP T=c {authenticated}\n"
     "5 S OK T=a >2 {not-authenticated}\n"
     "6 S OK T=b {authenticated} unsolicited\n"
     "7 S OK T=c >4 {authenticated}\n"},
    {"inside a literal of the server: skipped exactly",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a FETCH 1 BODY[]\r\n", 0},
      {'S', "* 1 FETCH (BODY[] {5000}\r\n* 2 EXISTS\r\n", 0},
      {'s', NULL, 4976},
      {'S', "* 3 EXISTS\r\n FLAGS ())\r\na OK\r\n", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C FETCH T=a 1 BODY[] {authenticated}\n"
     "3 S FETCH T=* 1 (BODY[] {5000} >2 {authenticated} untagged incomplete\n"
     "4 S note gap >0 4976\n"
     "5 S data 5000 bytes 2 lines >3 incomplete\n"
     "6 S OK T=a >2 {authenticated}\n"},
    {"inside a literal of the client, up to its very end",
     false,
     {{'S', "* OK\r\n", 0},
      {'C', "a LOGIN {5+}\r\nal", 0},
      {'c', NULL, 3},
      {'C', " {3+}\r\npw1\r\nb NOOP\r\n", 0},
      {'S', "a OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C LOGIN T=a ‹\"al\"› {not-authenticated} incomplete\n"
     "3 C note gap >0 3\n"
     "4 C NOOP T=b {authenticated}\n"
     "5 S OK T=a >2 {not-authenticated}\n"},
    {"over the end of a literal: the next response is found",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a FETCH 1 BODY[]\r\n", 0},
      {'S', "* 1 FETCH (BODY[] {20}\r\n0123", 0},
      {'s', NULL, 30},
      {'S', "* item of a list\r\n* 7 EXISTS\r\na OK\r\n", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C FETCH T=a 1 BODY[] {authenticated}\n"
     "3 S FETCH T=* 1 (BODY[] \"0123\" >2 {authenticated} untagged incomplete\n"
     "4 S note gap >0 30\n"
     "5 S EXISTS T=* 7 {authenticated} untagged unsolicited\n"
     "6 S OK T=a >2 {authenticated}\n"},
};

static void a_gap_is_told_and_the_tags_lead_on(void)
{
  check(a_gap_is_told_and_the_tags_lead_on_cases, G_N_ELEMENTS(a_gap_is_told_and_the_tags_lead_on_cases));
}

static const Case half_a_conversation_is_still_told_cases[] = {
    {"joined while a message is fetched",
     true,
     {{'S', "of a message\r\n* with a list\r\n)\r\nx9 OK done\r\n", 0},
      {'C', "x10 UID STORE 4 FLAGS ()\r\n", 0},
      {'S', "x10 OK\r\n", 0}},
     "1 S OK T=x9 done {authenticated} unsolicited\n"
     "2 S note midstream >1\n"
     "3 C UID STORE T=x10 4 FLAGS () {selected}\n"
     "4 S OK T=x10 >3 {selected}\n"},
    {"only the client",
     false,
     {{'C', "a AUTHENTICATE PLAIN\r\nAGJvYgBidWlsZGVy\r\nb APPEND x {3}\r\nabc\r\nc LOGOUT\r\n", 0}},
     "1 C AUTHENTICATE T=a PLAIN {not-authenticated}\n"
     "2 C AUTH-RESPONSE ‹AGJvYgBidWlsZGVy› {not-authenticated} sasl\n"
     "3 C note plaintext-password >2\n"
     "4 C APPEND T=b x \"abc\" {authenticated}\n"
     "5 C LOGOUT T=c {authenticated}\n"
     "6 credential PLAIN user=bob secret=builder accepted=-1 >1\n"
     "7 C note one-sided >1\n"},
    {"only the server",
     false,
     {{'S', "* OK\r\n+ \r\na OK\r\n* 1 FETCH (BODY[] {3}\r\nabc)\r\nb OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 S + T=+ {not-authenticated} continue unsolicited\n"
     "3 S OK T=a {not-authenticated} unsolicited\n"
     "4 S FETCH T=* 1 (BODY[] \"abc\") {not-authenticated} untagged unsolicited\n"
     "5 S OK T=b {not-authenticated} unsolicited\n"
     "6 S note one-sided >1\n"},
    {"the capture ends inside literals",
     false,
     {{'S', "* PREAUTH\r\n", 0},
      {'C', "a APPEND x {30}\r\n", 0},
      {'S', "+ ok\r\n* 1 FETCH (BODY[] {4097}\r\nabc\r\n", 0},
      {'C', "mess", 0}},
     "1 S PREAUTH T=* {not-authenticated} unsolicited\n"
     "2 C APPEND T=a x \"mess\" {authenticated} incomplete\n"
     "3 S + T=+ ok >2 {authenticated} continue\n"
     "4 S FETCH T=* 1 (BODY[] {4097} {authenticated} untagged unsolicited incomplete\n"
     "5 S data 5 bytes 1 lines >4 incomplete\n"},
};

static void half_a_conversation_is_still_told(void)
{
  check(half_a_conversation_is_still_told_cases, G_N_ELEMENTS(half_a_conversation_is_still_told_cases));
}

static const Case broken_rules_are_remarked_on_cases[] = {
    {"abused tags, bare LF, no response at all",
     false,
     {{'S', "* OK\n", 0},
      {'C', "* NOOP\n", 0},
      {'C', "a NOOP\r\na NOOP\r\n", 0},
      {'C', "\r\n", 0},
      {'S', "a OK\r\na OK\r\na OK\r\nnonsense\r\nmore\r\n* OK\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 S note bare-lf >1\n"
     "3 C NOOP T=* {not-authenticated}\n"
     "4 C note bare-lf >3\n"
     "5 C NOOP T=a {not-authenticated}\n"
     "6 C NOOP T=a {not-authenticated}\n"
     "7 C  {not-authenticated} unknown\n"
     "8 C note unknown-command >7\n"
     "9 S OK T=a >5 {not-authenticated}\n"
     "10 S OK T=a >6 {not-authenticated}\n"
     "11 S OK T=a {not-authenticated} unsolicited\n"
     "12 S note out-of-step >11\n"
     "13 S  nonsense {not-authenticated} untagged unsolicited\n"
     "14 S note bad-reply >13\n"
     "15 S  more {not-authenticated} untagged unsolicited\n"
     "16 S OK T=* {not-authenticated} untagged unsolicited\n"},
};

static void broken_rules_are_remarked_on(void)
{
  check(broken_rules_are_remarked_on_cases, G_N_ELEMENTS(broken_rules_are_remarked_on_cases));
}

typedef struct {
  uint32_t lines;
  uint64_t last_length;
  uint64_t kinds[LINE_KIND_COUNT];
} Counter;

static uint32_t count_line(void *owner, const DecodedLine *line)
{
  Counter *counter = owner;
  g_assert_cmpuint(line->raw.length, <=, 65536);
  ByteBuffer scratch = {0};
  DissectedLine dissected;
  if (line->kind == LINE_COMMAND || line->kind == LINE_REPLY)
    imap_decoder_class.dissect(line, &scratch, &dissected);
  byte_buffer_clear(&scratch);
  counter->kinds[line->kind]++;
  counter->last_length = line->length;
  return ++counter->lines;
}

/* Feeds pattern times over in pieces of 64 KiB. Returns the seconds it took. */
static double feed_many(void *decoder, Direction direction, uint64_t *offset, const char *pattern,
                        size_t times)
{
  GString *block = g_string_new(NULL);
  size_t whole = MAX((size_t)1, 65536 / strlen(pattern));
  for (size_t i = 0; i < whole; i++)
    g_string_append(block, pattern);
  gint64 start = g_get_monotonic_time();
  for (size_t left = times; left > 0;) {
    size_t now = MIN(left, whole);
    imap_decoder_class.receive(decoder, direction, *offset,
                               (Bytes){(uint8_t *)block->str, now * strlen(pattern)});
    *offset += now * strlen(pattern);
    left -= now;
  }
  g_string_free(block, TRUE);
  return (double)(g_get_monotonic_time() - start) / 1e6;
}

static void hostile_floods_cost_linear_time(void)
{
  static const struct {
    Direction direction;
    const char *before, *pattern;
    size_t times;
  } cases[] = {
      {DIRECTION_TO_SERVER, "a FETCH 1 ", "(", 1000000},
      {DIRECTION_TO_CLIENT, "* 1 FETCH ", "(", 1000000},
      {DIRECTION_TO_SERVER, "", "a NOOP\r\n", 100000},
      {DIRECTION_TO_SERVER, "", "a SELECT x\r\n", 100000},
      {DIRECTION_TO_SERVER, "a LOGIN x ", "{1+}\r\na", 100000},
      {DIRECTION_TO_SERVER, "a LOGIN \"", "\\\\", 1000000},
      {DIRECTION_TO_CLIENT, "", "zzz OK\r\n", 100000},
      {DIRECTION_TO_CLIENT, "", "* 1 EXISTS\r\n", 100000},
      {DIRECTION_TO_CLIENT, "", "nonsense\r\n", 100000},
      {DIRECTION_TO_CLIENT, "", "* 1 FETCH (BODY[] {1}\r\na)\r\n", 100000},
      {DIRECTION_TO_CLIENT, "* 1 FETCH (BODY[] {4294967295}\r\n", "0123456789abcde\n", 2000000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Counter counter = {0};
    DecoderSink sink = {count_line, &counter};
    void *decoder = imap_decoder_class.create(&sink, true);
    uint64_t offset = 0;
    if (cases[i].before[0] != '\0') feed_many(decoder, cases[i].direction, &offset, cases[i].before, 1);
    double once = feed_many(decoder, cases[i].direction, &offset, cases[i].pattern, cases[i].times);
    double twice = feed_many(decoder, cases[i].direction, &offset, cases[i].pattern, 2 * cases[i].times);
    g_assert_cmpfloat(twice, <, 6 * once + 0.5);
    imap_decoder_class.finish(decoder);
    imap_decoder_class.destroy(decoder);
    g_assert_cmpuint(counter.lines, >, 0);
  }
}

static void a_literal_behind_a_giant_line_is_still_seen(void)
{
  Counter counter = {0};
  DecoderSink sink = {count_line, &counter};
  void *decoder = imap_decoder_class.create(&sink, true);
  uint64_t offset = 0;
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, "* OK\r\n", 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, "* 1 FETCH (ENVELOPE ", 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, "(", 100000);
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, " {1", 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, "2}\r\n* 2 EXISTS\r\n)\r\n", 1);
  g_assert_cmpuint(counter.kinds[LINE_REPLY], ==, 2);
  feed_many(decoder, DIRECTION_TO_CLIENT, &offset, "* 2 EXISTS\r\n", 1);
  g_assert_cmpuint(counter.kinds[LINE_REPLY], ==, 3);
  imap_decoder_class.finish(decoder);
  imap_decoder_class.destroy(decoder);
}

static const Case a_number_that_does_not_fit_announces_nothing_cases[] = {
    {"2^64 and more",
     false,
     {{'S', "* OK\r\n", 0}, {'C', "a CREATE {18446744073709551616}\r\nb CREATE {}\r\nc NOOP\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C CREATE T=a {18446744073709551616} {not-authenticated}\n"
     "3 C CREATE T=b {} {not-authenticated}\n"
     "4 C NOOP T=c {not-authenticated}\n"},
    {"the largest that fits",
     false,
     {{'S', "* OK\r\n", 0}, {'C', "a CREATE {18446744073709551615+}\r\nb NOOP\r\n", 0}},
     "1 S OK T=* {not-authenticated} unsolicited\n"
     "2 C CREATE T=a {18446744073709551615} {not-authenticated} incomplete\n"
     "3 C data 8 bytes 1 lines >2 incomplete\n"},
};

static void a_number_that_does_not_fit_announces_nothing(void)
{
  check(a_number_that_does_not_fit_announces_nothing_cases,
        G_N_ELEMENTS(a_number_that_does_not_fit_announces_nothing_cases));
}

static void imap_is_recognised_by_what_is_said(void)
{
  static const struct {
    const char *to_server, *to_client;
    bool from_start;
    Recognition want;
  } cases[] = {
      {"", "* OK ready\r\n", true, RECOGNISED_YES},
      {"", "* PREAUTH\r\n", true, RECOGNISED_YES},
      {"", "* BYE\r\n", true, RECOGNISED_YES},
      {"", "* O", true, RECOGNISED_MAYBE},
      {"", "* OKAY\r\n", true, RECOGNISED_NO},
      {"", "+OK pop\r\n", true, RECOGNISED_NO},
      {"", "220 smtp\r\n", true, RECOGNISED_NO},
      {"a1 CAPABILITY\r\n", "", true, RECOGNISED_YES},
      {"GET / HTTP/1.1\r\n", "", true, RECOGNISED_NO},
      {"EHLO x\r\n", "", true, RECOGNISED_NO},
      {"xyz\r\na2 UID FETCH 1 FLAGS\r\n", "", false, RECOGNISED_YES},
      {"", "text\r\n* 3 EXISTS\r\n", false, RECOGNISED_YES},
      {"", "text\r\na3 OK done\r\n", false, RECOGNISED_YES},
      {"", "text\r\n", false, RECOGNISED_MAYBE},
      {"", "", true, RECOGNISED_MAYBE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    StreamStart start = {bytes_from_string(cases[i].to_server), bytes_from_string(cases[i].to_client), 9143,
                         cases[i].from_start};
    g_test_message("case %zu", i);
    g_assert_cmpint(imap_decoder_class.recognise(&start), ==, cases[i].want);
  }
}

static void every_word_is_explained_in_few_words(void)
{
  for (size_t i = 0; i < imap_vocabulary.word_count; i++) {
    const VocabularyWord *word = &imap_vocabulary.words[i];
    g_assert_nonnull(word->word);
    g_assert_cmpint(g_utf8_strlen(word->gloss, -1), <=, 45);
    g_assert_true(g_str_has_prefix(word->rfc, "RFC "));
    g_assert_true(g_str_has_suffix(word->explanation, "."));
    g_assert_cmpuint(vocabulary_find_word(&imap_vocabulary, bytes_from_string(word->word)), ==, i);
  }
  for (size_t i = 0; i < imap_vocabulary.reply_count; i++) {
    const VocabularyReply *reply = &imap_vocabulary.replies[i];
    g_assert_cmpint(g_utf8_strlen(reply->gloss, -1), <=, 45);
    g_assert_true(g_str_has_suffix(reply->explanation, "."));
    bool known =
        reply->after == NULL || reply->after[0] == '\0' ||
        vocabulary_find_word(&imap_vocabulary, bytes_from_string(reply->after)) != VOCABULARY_UNKNOWN;
    g_assert_true(known);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/imap-decoder/" #name, name)
  TEST(an_ordinary_session_is_told_line_by_line);
  TEST(a_command_holds_its_literals);
  TEST(a_long_literal_is_a_line_of_its_own);
  TEST(a_literal_is_long_from_4097_bytes_on);
  TEST(every_way_to_log_in_is_opened);
  TEST(other_layers_take_over);
  TEST(a_gap_is_told_and_the_tags_lead_on);
  TEST(half_a_conversation_is_still_told);
  TEST(broken_rules_are_remarked_on);
  TEST(hostile_floods_cost_linear_time);
  TEST(a_literal_behind_a_giant_line_is_still_seen);
  TEST(a_number_that_does_not_fit_announces_nothing);
  TEST(imap_is_recognised_by_what_is_said);
  TEST(every_word_is_explained_in_few_words);
  return g_test_run();
}
