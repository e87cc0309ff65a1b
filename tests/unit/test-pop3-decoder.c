/* SPDX-License-Identifier: MIT */
/* POP3 dialogues as a listener sees them: whole, byte by byte, cut at random, with gaps, joined late, and
 * hostile. */
#include "protocol/pop3/pop3-decoder.h"
#include "protocol/pop3/pop3-vocabulary.h"
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
    line_recorder_check(cases[i].name, &pop3_decoder_class, cases[i].steps, !cases[i].joined_late,
                        cases[i].expected);
}

static const Case an_ordinary_session_is_told_line_by_line_cases[] = {
    {"download and delete",
     false,
     {{'S', "+OK POP3 ready\r\n", 0},
      {'C', "USER bob\r\n", 0},
      {'S', "+OK\r\n", 0},
      {'C', "pass the builder \r\n", 0},
      {'S', "+OK 2 messages\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'S', "+OK 2 320\r\n", 0},
      {'C', "LIST\r\n", 0},
      {'S', "+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n", 0},
      {'C', "LIST 2\r\n", 0},
      {'S', "+OK 2 200\r\n", 0},
      {'C', "RETR 1\r\n", 0},
      {'S', "+OK 120 octets\r\nSubject: x\r\n\r\n..dot\r\n+OK no\r\n.\r\n", 0},
      {'C', "DELE 1\r\n", 0},
      {'S', "+OK\r\n", 0},
      {'C', "QUIT\r\n", 0},
      {'S', "+OK bye\r\n", 0}},
     "1 S +OK POP3 ready {authorization} unsolicited\n"
     "2 C USER bob {authorization}\n"
     "3 S +OK >2 {authorization}\n"
     "4 C PASS ‹the builder › {authorization}\n"
     "5 C note plaintext-password >4\n"
     "6 S +OK 2 messages >4 {authorization}\n"
     "7 credential USER/PASS user=bob secret=the builder  accepted=1 >4\n"
     "8 C STAT {transaction}\n"
     "9 S +OK 2 320 >8 {transaction}\n"
     "10 C LIST {transaction}\n"
     "11 S +OK 2 messages|1 120|2 200 >10 *3 {transaction}\n"
     "12 C LIST 2 {transaction}\n"
     "13 S +OK 2 200 >12 {transaction}\n"
     "14 C RETR 1 {transaction}\n"
     "15 S +OK 120 octets >14 {transaction}\n"
     "16 S data 29 bytes 4 lines >14\n"
     "17 C DELE 1 {transaction}\n"
     "18 S +OK >17 {transaction}\n"
     "19 C QUIT {transaction}\n"
     "20 S +OK bye >19 {transaction}\n"},
    {"capabilities, unique ids, TOP, and a refusal",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "CAPA\r\n", 0},
      {'S', "+OK\r\nTOP\r\nSASL PLAIN\r\n..\r\n.\r\n", 0},
      {'C', "QUIT\r\n", 0},
      {'S', "-ERR not yet\r\n", 0},
      {'C', "UIDL 1\r\n", 0},
      {'S', "-ERR log in first\r\n", 0},
      {'C', "XTND XMIT\r\n", 0},
      {'S', "-ERR what?\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C CAPA {authorization}\n"
     "3 S +OK |TOP|SASL PLAIN|. >2 *4 {authorization}\n"
     "4 C QUIT {authorization}\n"
     "5 S -ERR not yet >4 {authorization} refused\n"
     "6 S note refused >5\n"
     "7 C UIDL 1 {authorization}\n"
     "8 S -ERR log in first >7 {authorization} refused\n"
     "9 S note refused >8\n"
     "10 C XTND XMIT {authorization} unknown\n"
     "11 C note unknown-command >10\n"
     "12 S -ERR what? >10 {authorization} refused\n"
     "13 S note refused >12\n"},
    {"pipelined, replies in order",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "USER bob\r\nPASS x\r\nSTAT\r\nRETR 1\r\nRETR 2\r\nTOP 1 0\r\nUIDL\r\nQUIT\r\n", 0},
      {'S',
       "+OK\r\n+OK in\r\n+OK 2 9\r\n+OK\r\na\r\n.\r\n-ERR gone\r\n+OK\r\n.\r\n+OK\r\n1 u1\r\n.\r\n+OK\r\n",
       0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C USER bob {authorization}\n"
     "3 C PASS ‹x› {authorization}\n"
     "4 C note plaintext-password >3\n"
     "5 C STAT {transaction}\n"
     "6 C RETR 1 {transaction}\n"
     "7 C RETR 2 {transaction}\n"
     "8 C TOP 1 0 {transaction}\n"
     "9 C UIDL {transaction}\n"
     "10 C QUIT {transaction}\n"
     "11 S +OK >2 {authorization}\n"
     "12 S +OK in >3 {authorization}\n"
     "13 credential USER/PASS user=bob secret=x accepted=1 >3\n"
     "14 S +OK 2 9 >5 {transaction}\n"
     "15 S +OK >6 {transaction}\n"
     "16 S data 3 bytes 1 lines >6\n"
     "17 S -ERR gone >7 {transaction} refused\n"
     "18 S note refused >17\n"
     "19 S +OK >8 {transaction}\n"
     "20 S data 0 bytes 0 lines >8\n"
     "21 S +OK |1 u1 >9 *2 {transaction}\n"
     "22 S +OK >10 {transaction}\n"},
};

static void an_ordinary_session_is_told_line_by_line(void)
{
  check(an_ordinary_session_is_told_line_by_line_cases,
        G_N_ELEMENTS(an_ordinary_session_is_told_line_by_line_cases));
}

static const Case every_way_to_log_in_is_opened_cases[] = {
    {"APOP",
     false,
     {{'S', "+OK ready <1896.697@host>\r\n", 0},
      {'C', "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n", 0},
      {'S', "+OK maildrop\r\n", 0}},
     "1 S +OK ready <1896.697@host> {authorization} unsolicited\n"
     "2 C APOP mrose ‹c4c9334bac560ecc979e58001b3e22fb› {authorization}\n"
     "3 C note digest-password >2\n"
     "4 S +OK maildrop >2 {authorization}\n"
     "5 credential APOP user=mrose challenge=<1896.697@host> digest=c4c9334bac560ecc979e58001b3e22fb "
     "accepted=1 >2\n"},
    {"PLAIN with and without initial response",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "AUTH PLAIN AGJvYgBidWlsZGVy\r\n", 0},
      {'S', "-ERR [AUTH] no\r\n", 0},
      {'C', "auth plain\r\n", 0},
      {'S', "+ \r\n", 0},
      {'C', "AGJvYgBidWlsZGVy\r\n", 0},
      {'S', "+OK\r\n", 0},
      {'C', "STAT\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C AUTH PLAIN ‹AGJvYgBidWlsZGVy› {authorization}\n"
     "3 C note plaintext-password >2\n"
     "4 S -ERR [AUTH] no >2 {authorization} refused\n"
     "5 S note refused >4\n"
     "6 credential PLAIN user=bob secret=builder accepted=0 >2\n"
     "7 C AUTH plain {authorization}\n"
     "8 S + >7 {authorization} continue\n"
     "9 C AUTH-RESPONSE ‹AGJvYgBidWlsZGVy› {authorization} sasl\n"
     "10 C note plaintext-password >9\n"
     "11 S +OK >7 {authorization}\n"
     "12 credential PLAIN user=bob secret=builder accepted=1 >7\n"
     "13 C STAT {transaction}\n"},
    {"LOGIN, then a cancel of CRAM-MD5, then CRAM-MD5",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "AUTH LOGIN\r\n", 0},
      {'S', "+ VXNlcm5hbWU6\r\n", 0},
      {'C', "Ym9i\r\n", 0},
      {'S', "+ UGFzc3dvcmQ6\r\n", 0},
      {'C', "c3RhdA==\r\n", 0},
      {'S', "-ERR\r\n", 0},
      {'C', "AUTH CRAM-MD5\r\n", 0},
      {'S', "+ PDFAaD4=\r\n", 0},
      {'C', "*\r\n", 0},
      {'S', "-ERR cancelled\r\n", 0},
      {'C', "AUTH CRAM-MD5\r\n", 0},
      {'S', "+ PDFAaD4=\r\n", 0},
      {'C', "Ym9iIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C AUTH LOGIN {authorization}\n"
     "3 S + VXNlcm5hbWU6 >2 {authorization} continue\n"
     "4 C AUTH-RESPONSE ‹Ym9i› {authorization} sasl\n"
     "5 S + UGFzc3dvcmQ6 >2 {authorization} continue\n"
     "6 C AUTH-RESPONSE ‹c3RhdA==› {authorization} sasl\n"
     "7 C note plaintext-password >6\n"
     "8 S -ERR >2 {authorization} refused\n"
     "9 S note refused >8\n"
     "10 credential LOGIN user=bob secret=stat accepted=0 >2\n"
     "11 C AUTH CRAM-MD5 {authorization}\n"
     "12 S + PDFAaD4= >11 {authorization} continue\n"
     "13 C AUTH-RESPONSE * {authorization} sasl\n"
     "14 S -ERR cancelled >11 {authorization} refused\n"
     "15 S note refused >14\n"
     "16 C AUTH CRAM-MD5 {authorization}\n"
     "17 S + PDFAaD4= >16 {authorization} continue\n"
     "18 C AUTH-RESPONSE ‹Ym9iIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm› {authorization} sasl\n"
     "19 C note digest-password >18\n"
     "20 credential CRAM-MD5 user=bob challenge=<1@h> digest=0123456789abcdef0123456789abcdef accepted=-1 "
     ">16\n"},
    {"the capture ends before the verdict; a word of POP3 as a SASL answer; AUTH alone lists mechanisms",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "AUTH\r\n", 0},
      {'S', "+OK\r\nPLAIN\r\n.\r\n", 0},
      {'C', "AUTH LOGIN\r\n", 0},
      {'S', "+ \r\n", 0},
      {'C', "QUIT\r\n", 0},
      {'S', "-ERR\r\n", 0},
      {'C', "USER bob\r\n", 0},
      {'C', "PASS x\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C AUTH {authorization}\n"
     "3 S +OK |PLAIN >2 *2 {authorization}\n"
     "4 C AUTH LOGIN {authorization}\n"
     "5 S + >4 {authorization} continue\n"
     "6 C AUTH-RESPONSE ‹QUIT› {authorization} sasl\n"
     "7 S -ERR >4 {authorization} refused\n"
     "8 S note refused >7\n"
     "9 credential LOGIN user=AB\\x13 accepted=0 >4\n"
     "10 C USER bob {authorization}\n"
     "11 C PASS ‹x› {authorization}\n"
     "12 C note plaintext-password >11\n"
     "13 credential USER/PASS user=bob secret=x accepted=-1 >11\n"},
    {"a secret where the mechanism should be stays hidden",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "AUTH AGJvYgBidWlsZGVyAGJvYgBidWlsZGVy\r\n", 0}, {'S', "-ERR\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C AUTH ‹AGJvYgBidWlsZGVyAGJvYgBidWlsZGVy› {authorization}\n"
     "3 S -ERR >2 {authorization} refused\n"
     "4 S note refused >3\n"},
};

static void every_way_to_log_in_is_opened(void)
{
  check(every_way_to_log_in_is_opened_cases, G_N_ELEMENTS(every_way_to_log_in_is_opened_cases));
}

static const Case tls_takes_over_after_stls_cases[] = {
    {"accepted",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "STLS\r\n", 0},
      {'S', "+OK begin\r\n", 0},
      {'C', "\x16\x03\x01", 0},
      {'S', "\x16\x03\x03", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STLS {authorization}\n"
     "3 S +OK begin >2 {authorization}\n"
     "4 S note starttls >3\n"
     "handover to tls, left C:\\x16\\x03\\x01, left S:\\x16\\x03\\x03\n"},
    {"refused",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "STLS\r\n", 0}, {'S', "-ERR no\r\n", 0}, {'C', "QUIT\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STLS {authorization}\n"
     "3 S -ERR no >2 {authorization} refused\n"
     "4 S note refused >3\n"
     "5 S note starttls-refused >3\n"
     "6 C QUIT {authorization}\n"},
    {"the answer lost, TLS goes on",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "STLS\r\n", 0}, {'s', NULL, 5}, {'C', "\x16\x03\x01", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STLS {authorization}\n"
     "3 S note gap >0 5\n"
     "4 C note starttls >2\n"
     "handover to tls, left C:\\x16\\x03\\x01\n"},
    {"a command smuggled in behind STLS",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "STLS\r\nUSER eve\r\n", 0}, {'S', "+OK\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STLS {authorization}\n"
     "3 C USER eve {authorization}\n"
     "4 C note starttls-injection >3\n"
     "5 S +OK >2 {authorization}\n"
     "6 S note starttls >5\n"
     "handover to tls\n"},
};

static void tls_takes_over_after_stls(void)
{
  check(tls_takes_over_after_stls_cases, G_N_ELEMENTS(tls_takes_over_after_stls_cases));
}

static const Case a_gap_never_shifts_a_reply_cases[] = {
    {"a lost command, the client waits for each reply",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'S', "+OK 1\r\n", 0},
      {'c', NULL, 6},
      {'S', "+OK 2\r\n", 0},
      {'C', "RSET\r\n", 0},
      {'S', "+OK 3\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STAT {authorization}\n"
     "3 S +OK 1 >2 {authorization}\n"
     "4 C note gap >0 6\n"
     "5 S +OK 2 {authorization} unsolicited\n"
     "6 C RSET {transaction}\n"
     "7 S +OK 3 >6 {transaction}\n"},
    {"a lost command among pipelined ones",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'c', NULL, 6},
      {'C', "RSET\r\n", 0},
      {'S', "+OK 1\r\n+OK 2\r\n+OK 3\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'S', "+OK 4\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C NOOP {authorization}\n"
     "3 C note gap >0 6\n"
     "4 C RSET {transaction}\n"
     "5 S +OK 1 >2 {transaction}\n"
     "6 S +OK 2 {transaction} unsolicited\n"
     "7 S +OK 3 {transaction} unsolicited\n"
     "8 C STAT {transaction}\n"
     "9 S +OK 4 >8 {transaction}\n"},
    {"a lost reply, told late",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'s', NULL, 9},
      {'S', "+OK noop\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STAT {authorization}\n"
     "3 C NOOP {authorization}\n"
     "4 S note gap >0 9\n"
     "5 S +OK noop >3 {authorization}\n"},
    {"a lost reply, told before the next command",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'s', NULL, 9},
      {'C', "NOOP\r\n", 0},
      {'S', "+OK noop\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STAT {authorization}\n"
     "3 S note gap >0 9\n"
     "4 C NOOP {authorization}\n"
     "5 S +OK noop >4 {authorization}\n"},
    {"inside a message",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "RETR 1\r\n", 0},
      {'S', "+OK\r\nline\r\n", 0},
      {'s', NULL, 1000},
      {'S', "end\r\n.\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'S', "+OK noop\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C RETR 1 {authorization}\n"
     "3 S +OK >2 {authorization}\n"
     "4 S note gap >0 1000\n"
     "5 S data 1011 bytes 2 lines >2 incomplete\n"
     "6 C NOOP {authorization}\n"
     "7 S +OK noop >6 {authorization}\n"},
    {"the end of a message and the next reply",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "RETR 1\r\n", 0},
      {'S', "+OK\r\nline\r\n", 0},
      {'C', "DELE 1\r\n", 0},
      {'s', NULL, 1000},
      {'S', "+OK deleted\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C RETR 1 {authorization}\n"
     "3 S +OK >2 {authorization}\n"
     "4 C DELE 1 {authorization}\n"
     "5 S note gap >0 1000\n"
     "6 S data 6 bytes 1 lines >2 incomplete\n"
     "7 S +OK deleted >4 {authorization}\n"},
    {"the beginning of a message",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "RETR 1\r\n", 0},
      {'s', NULL, 100},
      {'S', "ne\r\nend\r\n.\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'S', "+OK noop\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C RETR 1 {authorization}\n"
     "3 S note gap >0 100\n"
     "4 S data 9 bytes 2 lines >2 incomplete\n"
     "5 C NOOP {authorization}\n"
     "6 S +OK noop >5 {authorization}\n"},
    {"inside a listing",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "LIST\r\n", 0},
      {'S', "+OK\r\n1 12", 0},
      {'s', NULL, 10},
      {'S', "\r\n9 1\r\n.\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'S', "+OK noop\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C LIST {authorization}\n"
     "3 S +OK |1 12 >2 *2 {authorization} incomplete\n"
     "4 S note gap >0 10\n"
     "5 S data 7 bytes 2 lines >2 incomplete\n"
     "6 C NOOP {authorization}\n"
     "7 S +OK noop >6 {authorization}\n"},
    {"the rest of a password is not shown",
     false,
     {{'S', "+OK\r\n", 0},
      {'C', "USER bob\r\n", 0},
      {'S', "+OK\r\n", 0},
      {'C', "PASS buil", 0},
      {'c', NULL, 3},
      {'C', "ret\r\n", 0},
      {'S', "+OK in\r\n", 0},
      {'C', "STAT\r\n", 0},
      {'S', "+OK 0 0\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C USER bob {authorization}\n"
     "3 S +OK >2 {authorization}\n"
     "4 C PASS ‹buil› {authorization} incomplete\n"
     "5 C note gap >0 3\n"
     "6 S +OK in >4 {authorization}\n"
     "7 C STAT {transaction}\n"
     "8 S +OK 0 0 >7 {transaction}\n"},
};

static void a_gap_never_shifts_a_reply(void)
{
  check(a_gap_never_shifts_a_reply_cases, G_N_ELEMENTS(a_gap_never_shifts_a_reply_cases));
}

static const Case half_a_conversation_is_still_told_cases[] = {
    {"joined inside a message",
     true,
     {{'S', "xt of it\r\nend\r\n.\r\n", 0}, {'C', "DELE 1\r\n", 0}, {'S', "+OK\r\n", 0}},
     "1 S data 15 bytes 2 lines >0 incomplete\n"
     "2 S note midstream >1\n"
     "3 C DELE 1 {transaction}\n"
     "4 S +OK >3 {transaction}\n"},
    {"joined at the log-in",
     true,
     {{'C', "secret\r\nUSER bob\r\n", 0}, {'S', "+OK\r\n", 0}},
     "1 C USER bob {authorization}\n"
     "2 C note midstream >1\n"
     "3 S +OK >1 {authorization}\n"},
    {"only the client",
     false,
     {{'C', "AUTH PLAIN\r\n", 0}, {'C', "AGJvYgBidWlsZGVy\r\n", 0}, {'C', "STAT\r\nQUIT\r\n", 0}},
     "1 C AUTH PLAIN {authorization}\n"
     "2 C AUTH-RESPONSE ‹AGJvYgBidWlsZGVy› {authorization} sasl\n"
     "3 C note plaintext-password >2\n"
     "4 C STAT {transaction}\n"
     "5 C QUIT {transaction}\n"
     "6 credential PLAIN user=bob secret=builder accepted=-1 >1\n"
     "7 C note one-sided >1\n"},
    {"only the server",
     false,
     {{'S', "+OK hello\r\n+OK\r\n+OK 9 octets\r\na\r\nb\r\n.\r\n+OK bye\r\n", 0}},
     "1 S +OK hello {authorization} unsolicited\n"
     "2 S +OK {authorization} unsolicited\n"
     "3 S +OK 9 octets {authorization} unsolicited\n"
     "4 S data 6 bytes 2 lines >3\n"
     "5 S +OK bye {authorization} unsolicited\n"
     "6 S note one-sided >1\n"},
    {"the capture ends inside a message, a line, a listing",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "RETR 1\r\nLIS", 0}, {'S', "+OK\r\nab", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C RETR 1 {authorization}\n"
     "3 S +OK >2 {authorization}\n"
     "4 C LIS {authorization} unknown incomplete\n"
     "5 S data 2 bytes 0 lines >2 incomplete\n"},
    {"a listing cut off",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "UIDL\r\n", 0}, {'S', "+OK\r\n1 a\r\n2", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C UIDL {authorization}\n"
     "3 S +OK |1 a|2 >2 *3 {authorization} incomplete\n"},
};

static void half_a_conversation_is_still_told(void)
{
  check(half_a_conversation_is_still_told_cases, G_N_ELEMENTS(half_a_conversation_is_still_told_cases));
}

static const Case a_server_that_breaks_the_rules_is_remarked_on_cases[] = {
    {"no status word, and bare LF",
     false,
     {{'S', "+OK\n", 0},
      {'C', "STAT\n", 0},
      {'S', "OK 3 messages\r\n", 0},
      {'C', "NOOP\r\n", 0},
      {'S', "+OK\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 S note bare-lf >1\n"
     "3 C STAT {authorization}\n"
     "4 C note bare-lf >3\n"
     "5 S  OK 3 messages {authorization} untagged unsolicited\n"
     "6 S note bad-reply >5\n"
     "7 C NOOP {authorization}\n"
     "8 S +OK >7 {authorization}\n"},
    {"a reply nobody asked for",
     false,
     {{'S', "+OK\r\n", 0}, {'C', "STAT\r\n", 0}, {'S', "+OK 0 0\r\n-ERR idle too long\r\n", 0}},
     "1 S +OK {authorization} unsolicited\n"
     "2 C STAT {authorization}\n"
     "3 S +OK 0 0 >2 {authorization}\n"
     "4 S -ERR idle too long {authorization} refused unsolicited\n"
     "5 S note refused >4\n"
     "6 S note out-of-step >4\n"},
};

static void a_server_that_breaks_the_rules_is_remarked_on(void)
{
  check(a_server_that_breaks_the_rules_is_remarked_on_cases,
        G_N_ELEMENTS(a_server_that_breaks_the_rules_is_remarked_on_cases));
}

typedef struct {
  uint32_t lines, last_word;
  uint64_t kinds[LINE_KIND_COUNT];
} Counter;

static uint32_t count_line(void *owner, const DecodedLine *line)
{
  Counter *counter = owner;
  g_assert_cmpuint(line->raw.length, <=, 65536);
  counter->kinds[line->kind]++;
  if (line->kind == LINE_REPLY) counter->last_word = line->word;
  return ++counter->lines;
}

/* Feeds pattern times over, in pieces of 4096 bytes or less. Returns the seconds it took. */
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
    pop3_decoder_class.receive(decoder, direction, *offset,
                               (Bytes){(uint8_t *)block->str, now * strlen(pattern)});
    *offset += now * strlen(pattern);
    left -= now;
  }
  g_string_free(block, TRUE);
  return (double)(g_get_monotonic_time() - start) / 1e6;
}

static void hostile_floods_cost_linear_time_and_little_memory(void)
{
  static const struct {
    Direction direction;
    const char *before, *pattern;
    size_t times;
  } cases[] = {
      {DIRECTION_TO_SERVER, "", "NOOP\r\n", 400000},
      {DIRECTION_TO_SERVER, "", "PASS x\r\n", 200000},
      {DIRECTION_TO_SERVER, "AUTH PLAIN\r\n", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 200000},
      {DIRECTION_TO_SERVER, "PASS ", "x", 20000000},
      {DIRECTION_TO_CLIENT, "", "+OK\r\n", 400000},
      {DIRECTION_TO_CLIENT, "+OK\r\n", "nonsense\r\n", 400000},
      {DIRECTION_TO_CLIENT, "", "+", 20000000},
      {DIRECTION_TO_CLIENT, "+OK", " .\r\n", 400000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Counter counter = {0};
    DecoderSink sink = {count_line, &counter};
    void *decoder = pop3_decoder_class.create(&sink, true);
    uint64_t offset = 0;
    if (cases[i].before[0] != '\0') feed_many(decoder, cases[i].direction, &offset, cases[i].before, 1);
    double once = feed_many(decoder, cases[i].direction, &offset, cases[i].pattern, cases[i].times);
    double twice = feed_many(decoder, cases[i].direction, &offset, cases[i].pattern, 2 * cases[i].times);
    g_assert_cmpfloat(twice, <, 6 * once + 0.5);
    pop3_decoder_class.finish(decoder);
    pop3_decoder_class.destroy(decoder);
    g_assert_cmpuint(counter.lines, >, 0);
  }
}

static void an_endless_listing_is_one_reply(void)
{
  Counter counter = {0};
  DecoderSink sink = {count_line, &counter};
  void *decoder = pop3_decoder_class.create(&sink, true);
  uint64_t sent = 0, received = 0;
  feed_many(decoder, DIRECTION_TO_CLIENT, &received, "+OK\r\n", 1);
  feed_many(decoder, DIRECTION_TO_SERVER, &sent, "UIDL\r\n", 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &received, "+OK\r\n", 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &received, "1 unique\r\n", 500000);
  g_assert_cmpuint(counter.kinds[LINE_REPLY], ==, 1);
  feed_many(decoder, DIRECTION_TO_CLIENT, &received, ".\r\n", 1);
  g_assert_cmpuint(counter.kinds[LINE_REPLY], ==, 2);
  pop3_decoder_class.finish(decoder);
  pop3_decoder_class.destroy(decoder);
}

static void pop3_is_recognised_by_what_is_said(void)
{
  static const struct {
    const char *to_server, *to_client;
    uint16_t port;
    bool from_start;
    Recognition want;
  } cases[] = {
      {"", "+OK ready\r\n", 2110, true, RECOGNISED_YES},
      {"", "-ERR busy\r\n", 2110, true, RECOGNISED_YES},
      {"", "+O", 2110, true, RECOGNISED_MAYBE},
      {"", "+ POP2 ready\r\n", 110, true, RECOGNISED_NO},
      {"", "220 smtp\r\n", 110, true, RECOGNISED_NO},
      {"", "* OK imap\r\n", 110, true, RECOGNISED_NO},
      {"*1\r\n$4\r\nPING\r\n", "+OK\r\n", 6379, true, RECOGNISED_NO},
      {"USER bob\r\nPASS x\r\n", "", 110, true, RECOGNISED_YES},
      {"USER bob\r\nPASS x\r\n", "", 21, true, RECOGNISED_MAYBE},
      {"USER bob\r\nPASS x\r\n", "220 ftp\r\n", 21, true, RECOGNISED_NO},
      {"UIDL\r\n", "", 9999, false, RECOGNISED_YES},
      {"RETR 7\r\n", "text\r\n.\r\n+OK\r\n", 9999, false, RECOGNISED_YES},
      {"RETR file.txt\r\n", "", 21, false, RECOGNISED_MAYBE},
      {"GET / HTTP/1.1\r\n", "", 80, true, RECOGNISED_NO},
      {"", "", 110, true, RECOGNISED_MAYBE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    StreamStart start = {bytes_from_string(cases[i].to_server), bytes_from_string(cases[i].to_client),
                         cases[i].port, cases[i].from_start};
    g_test_message("case %zu: %s / %s", i, cases[i].to_server, cases[i].to_client);
    g_assert_cmpint(pop3_decoder_class.recognise(&start), ==, cases[i].want);
  }
}

static void every_word_is_explained_in_few_words(void)
{
  for (size_t i = 0; i < pop3_vocabulary.word_count; i++) {
    const VocabularyWord *word = &pop3_vocabulary.words[i];
    g_assert_nonnull(word->word);
    g_assert_cmpint(g_utf8_strlen(word->gloss, -1), <=, 45);
    g_assert_true(g_str_has_prefix(word->rfc, "RFC "));
    g_assert_true(g_str_has_suffix(word->explanation, "."));
    g_assert_cmpuint(vocabulary_find_word(&pop3_vocabulary, bytes_from_string(word->word)), ==, i);
  }
  for (size_t i = 0; i < pop3_vocabulary.reply_count; i++) {
    const VocabularyReply *reply = &pop3_vocabulary.replies[i];
    g_assert_cmpint(g_utf8_strlen(reply->gloss, -1), <=, 45);
    g_assert_true(g_str_has_suffix(reply->explanation, "."));
    bool known =
        reply->after == NULL || reply->after[0] == '\0' ||
        vocabulary_find_word(&pop3_vocabulary, bytes_from_string(reply->after)) != VOCABULARY_UNKNOWN;
    g_assert_true(known);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add_func("/pop3-decoder/" #name, name)
  TEST(an_ordinary_session_is_told_line_by_line);
  TEST(every_way_to_log_in_is_opened);
  TEST(tls_takes_over_after_stls);
  TEST(a_gap_never_shifts_a_reply);
  TEST(half_a_conversation_is_still_told);
  TEST(a_server_that_breaks_the_rules_is_remarked_on);
  TEST(hostile_floods_cost_linear_time_and_little_memory);
  TEST(an_endless_listing_is_one_reply);
  TEST(pop3_is_recognised_by_what_is_said);
  TEST(every_word_is_explained_in_few_words);
  return g_test_run();
}
