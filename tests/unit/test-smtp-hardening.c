/* SPDX-License-Identifier: MIT */
/* The numbered faults of SMTP: hostile or broken input, and what a listener must make of it. */
#include "mail/message-text.h"
#include "protocol/decoder-support.h"
#include "protocol/smtp/smtp-decoder.h"
#include "protocol/smtp/smtp-vocabulary.h"
#include "support/decoder-listener.h"
#include "support/line-recorder.h"

#define GREETED                                                                                              \
  {'S', "220 mail ESMTP\r\n", 0}, {'C', "EHLO a\r\n", 0},                                                    \
  {                                                                                                          \
    'S', "250 mail\r\n", 0                                                                                   \
  }
#define GREETED_LINES                                                                                        \
  "1 S 220 mail ESMTP {greeting} unsolicited\n"                                                              \
  "2 C EHLO a {connected}\n"                                                                                 \
  "3 S 250 mail >2 {connected}\n"
#define ENVELOPE                                                                                             \
  {'C', "MAIL FROM:<a@b>\r\n", 0}, {'S', "250 ok\r\n", 0}, {'C', "RCPT TO:<c@d>\r\n", 0},                    \
  {                                                                                                          \
    'S', "250 ok\r\n", 0                                                                                     \
  }
#define ENVELOPE_LINES                                                                                       \
  GREETED_LINES "4 C MAIL FROM:<a@b> {ready}\n"                                                              \
                "5 S 250 ok >4 {ready}\n"                                                                    \
                "6 C RCPT TO:<c@d> {sender}\n"                                                               \
                "7 S 250 ok >6 {sender}\n"

static void check(const DialogueStep *steps, const char *expected)
{
  line_recorder_check("hardening", &smtp_decoder_class, steps, true, expected);
}

static void start_greeted(DecoderListener *listener)
{
  decoder_listener_start(listener, &smtp_decoder_class);
  decoder_listener_hear_text(listener, DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n");
  decoder_listener_hear_text(listener, DIRECTION_TO_SERVER, "EHLO a\r\n");
  decoder_listener_hear_text(listener, DIRECTION_TO_CLIENT, "250 mail\r\n");
}

/* As start_greeted, up to 354. */
static void start_message(DecoderListener *listener)
{
  start_greeted(listener);
  decoder_listener_hear_text(listener, DIRECTION_TO_SERVER, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
  decoder_listener_hear_text(listener, DIRECTION_TO_CLIENT, "250 ok\r\n250 ok\r\n354 go\r\n");
}

static void odd_line_ends_are_kept(void)
{
  static const char nul[] = "NOOP a\0b\r\n";
  const DialogueStep steps[] = {GREETED,
                                {'C', "NOOP a\n", 0},
                                {'S', "250 ok\n", 0},
                                {'C', "NOOP a\rb\r\n", 0},
                                {'S', "250 o\rk\r\n", 0},
                                {'C', nul, sizeof nul - 1},
                                {'S', "250 ok\r\n", 0},
                                {'C', "NOOP c\n", 0},
                                {0}};
  check(steps, GREETED_LINES "4 C NOOP a {ready}\n"
                             "5 C note bare-lf >4\n"
                             "6 S 250 ok >4 {ready}\n"
                             "7 S note bare-lf >6\n"
                             "8 C NOOP a\\x0db {ready}\n"
                             "9 C note bare-cr >8\n"
                             "10 S 250 o\\x0dk >8 {ready}\n"
                             "11 S note bare-cr >10\n"
                             "12 C NOOP a\\x00b {ready}\n"
                             "13 C note nul >12\n"
                             "14 S 250 ok >12 {ready}\n"
                             "15 C NOOP c {ready}\n");
}

static void odd_bytes_of_a_body_are_counted(void)
{
  static const char body[] = "a\nb\rc\0d\r\n.\r\n";
  const DialogueStep steps[] = {
      GREETED, ENVELOPE, {'C', "DATA\r\n", 0}, {'S', "354 go\r\n", 0}, {'C', body, sizeof body - 1}, {0}};
  check(steps, ENVELOPE_LINES "8 C DATA {recipients}\n"
                              "9 S 354 go >8 {recipients} continue\n"
                              "10 C data 9 bytes 2 lines >8\n"
                              "11 C note bare-lf >10\n"
                              "12 C note bare-cr >10\n"
                              "13 C note nul >10\n");
}

/* Nothing but CR LF . CR LF is the end; whatever another server might take for one is told. */
static void only_one_end_ends(void)
{
  static const char *const ends[] = {"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r"};
  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
    for (int hides = 0; hides <= 1; hides++) {
      DecoderListener listener;
      start_message(&listener);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "hi");
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, ends[i]);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER,
                                 hides ? "MAIL FROM:<x@y>\r\nRCPT TO:<c@d>\r\nDATA\r\n" : "MAIL is late\r\n");
      g_assert_cmpuint(listener.count[LINE_DATA], ==, 0);
      g_assert_cmpuint(listener.count[LINE_COMMAND], ==, 4);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "\r\n.\r\n");
      g_assert_cmpuint(listener.count[LINE_DATA], ==, 1);
      g_assert_cmpuint(listener.notes[NOTE_SMUGGLING], ==, hides ? 1 : 0);
      g_assert_cmpuint(listener.notes[NOTE_FALSE_END], ==, hides ? 0 : 1);
      decoder_listener_stop(&listener);
    }
}

static void the_end_is_found_however_it_is_cut(void)
{
  static const char said[] = "line\r\n.\r\nQUIT\r\n";
  size_t length = strlen(said);
  for (size_t first = 0; first <= length; first++)
    for (size_t second = first; second <= length; second++) {
      DecoderListener listener;
      start_message(&listener);
      decoder_listener_hear(&listener, DIRECTION_TO_SERVER, said, first);
      decoder_listener_hear(&listener, DIRECTION_TO_SERVER, said + first, second - first);
      decoder_listener_hear(&listener, DIRECTION_TO_SERVER, said + second, length - second);
      g_assert_cmpuint(listener.count[LINE_DATA], ==, 1);
      g_assert_cmpuint(listener.last[LINE_DATA].length, ==, 6);
      g_assert_cmpuint(listener.last[LINE_COMMAND].word, ==, SMTP_QUIT);
      decoder_listener_stop(&listener);
    }
}

static void dots_come_back(void)
{
  static const char *const pieces[] = {".", "..", "\r\n", "a", "\r\n.", "\r\n..\r\n", "b.c"};
  for (uint32_t seed = 0; seed < 500; seed++) {
    GRand *random = g_rand_new_with_seed(seed);
    g_autoptr(GString) message = g_string_new(NULL);
    for (int i = g_rand_int_range(random, 0, 30); i > 0; i--)
      g_string_append(message, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
    g_string_append(message, "\r\n");
    ByteBuffer wire = {0}, back = {0};
    dot_body_append_stuffed(&wire, (Bytes){(const uint8_t *)message->str, message->len});
    Bytes sent = byte_buffer_view(&wire);
    DotBody body;
    bool ended = false;
    dot_body_begin(&body);
    size_t used = dot_body_scan(&body, sent, &ended, NULL);
    g_assert_true(ended && used == sent.length);
    message_text_undo_dots(&back, bytes_slice(sent, 0, (size_t)body.bytes));
    g_assert_true(bytes_equal(byte_buffer_view(&back), (Bytes){(const uint8_t *)message->str, message->len}));
    byte_buffer_clear(&wire);
    byte_buffer_clear(&back);
    g_rand_free(random);
  }
}

/* before, then letters up to length bytes with CR LF. Returns the line, the caller's to free. */
static char *long_line(const char *before, size_t length)
{
  char *line = g_malloc(length);
  memset(line, 'x', length);
  memcpy(line, before, strlen(before));
  memcpy(line + length - 2, "\r\n", 2);
  return line;
}

static void a_giant_line_is_cut(void)
{
  static const struct {
    Direction direction;
    LineKind kind;
    const char *before;
  } cases[] = {{DIRECTION_TO_SERVER, LINE_COMMAND, "NOOP "},
               {DIRECTION_TO_SERVER, LINE_COMMAND, "AUTH PLAIN "},
               {DIRECTION_TO_CLIENT, LINE_REPLY, "250 "}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    for (int extra = -1; extra <= 1; extra++) {
      DecoderListener listener;
      start_greeted(&listener);
      size_t length = (size_t)((int64_t)LIMIT_LINE_SHOWN + extra);
      g_autofree char *line = long_line(cases[i].before, length);
      decoder_listener_hear(&listener, cases[i].direction, line, length);
      const DecodedLine *told = &listener.last[cases[i].kind];
      g_assert_cmpuint(told->length, ==, length);
      g_assert_cmpuint(told->raw.length, ==, MIN(length, LIMIT_LINE_SHOWN));
      g_assert_cmpint((told->flags & LINE_TRUNCATED) != 0, ==, extra > 0);
      g_assert_cmpuint(listener.notes[NOTE_LINE_TOO_LONG], ==, extra > 0);
      decoder_listener_stop(&listener);
    }
}

static void giant_input_costs_linear_time(void)
{
  static const Flood floods[] = {
      {DIRECTION_TO_SERVER, "EHLO ", "x", 2000000},
      {DIRECTION_TO_SERVER, "AUTH PLAIN ", "QUFB", 500000},
      {DIRECTION_TO_SERVER, "EHLO a\r\nDATA\r\n", "Subject: x\r\n", 100000},
      {DIRECTION_TO_SERVER, "EHLO a\r\nDATA\r\n", "\r\n.\r", 200000},
      {DIRECTION_TO_SERVER, "EHLO a\r\n", "BDAT 0\r\n", 30000},
      {DIRECTION_TO_SERVER, "EHLO a\r\n", "DATA\r\nx\r\n.\r\n", 30000},
      {DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n", "503 no\r\n", 40000},
      {DIRECTION_TO_CLIENT, "220 mail ESMTP\r\n", "250-STARTTLS\r\n", 100000},
      {DIRECTION_TO_CLIENT, "220-", "x", 2000000},
  };
  decoder_listener_check_floods(&smtp_decoder_class, floods, G_N_ELEMENTS(floods));
}

/* A reply whose bytes are one less than, as many as, and one more than what is kept; then without end. */
static void an_endless_reply_is_one(void)
{
  for (int extra = -1; extra <= 1; extra++) {
    DecoderListener listener;
    start_greeted(&listener);
    decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "EHLO a\r\n");
    size_t length = (size_t)((int64_t)LIMIT_LINE_SHOWN + extra);
    g_autofree char *first = long_line("250-", length - strlen("250 x\r\n"));
    decoder_listener_hear(&listener, DIRECTION_TO_CLIENT, first, length - strlen("250 x\r\n"));
    decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "250 x\r\n");
    const DecodedLine *reply = &listener.last[LINE_REPLY];
    g_assert_cmpuint(reply->length, ==, length);
    g_assert_cmpuint(reply->lines, ==, 2);
    g_assert_cmpint((reply->flags & LINE_TRUNCATED) != 0, ==, extra > 0);
    decoder_listener_stop(&listener);
  }
  DecoderListener listener;
  start_greeted(&listener);
  decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "EHLO a\r\n");
  decoder_listener_hear_many(&listener, DIRECTION_TO_CLIENT, "250-and so on\r\n", 500000);
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 2);
  decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "250 end\r\n");
  g_assert_cmpuint(listener.count[LINE_REPLY], ==, 3);
  g_assert_cmpuint(listener.last[LINE_REPLY].lines, ==, 500001);
  g_assert_cmpuint(listener.last[LINE_REPLY].raw.length, ==, LIMIT_LINE_SHOWN);
  decoder_listener_stop(&listener);
}

static void replies_out_of_step_are_told(void)
{
  const DialogueStep steps[] = {GREETED,
                                {'S', "250 for nothing\r\n", 0},
                                {'C', "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", 0},
                                {'S', "354 go\r\n", 0},
                                {'C', "x\r\n.\r\nQUIT\r\n", 0},
                                {'S', "250 ok\r\n221 bye\r\n", 0},
                                {0}};
  check(steps, GREETED_LINES "4 S 250 for nothing {ready} unsolicited\n"
                             "5 S note out-of-step >4\n"
                             "6 C MAIL FROM:<a@b> {ready}\n"
                             "7 C RCPT TO:<c@d> {sender}\n"
                             "8 C DATA {recipients}\n"
                             "9 S 354 go >8 {ready} continue\n"
                             "10 S note out-of-step >9\n"
                             "11 C data 3 bytes 1 lines >8\n"
                             "12 C QUIT {ready}\n"
                             "13 S 250 ok >8 {data}\n"
                             "14 S 221 bye >12 {ready}\n");
}

static void commands_awaiting_replies_are_bounded(void)
{
  for (int extra = -1; extra <= 1; extra++) {
    DecoderListener listener;
    start_greeted(&listener);
    for (int i = 0; i < (int)LIMIT_PENDING_COMMANDS + extra; i++)
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, "NOOP\r\n");
    g_assert_cmpuint(listener.notes[NOTE_SERVER_BUSY], ==, extra > 0);
    decoder_listener_stop(&listener);
  }
}

/* announced against sent bytes: what is said of the difference, and how many lines it takes for commands. */
static void lying_lengths_are_told(void)
{
  static const struct {
    const char *argument;
    size_t sent;
    uint64_t counted, missing;
    unsigned commands;
  } cases[] = {
      {"10 LAST", 9, 9, 1, 0},
      {"10 LAST", 10, 10, 0, 0},
      {"10 LAST", 11, 10, 0, 1},
      {"0 LAST", 0, 0, 0, 0},
      {"18446744073709551615 LAST", 10, 10, UINT64_MAX - 10, 0},
      {"18446744073709551616 LAST", 0, 0, 0, 0},
      {"-1 LAST", 0, 0, 0, 0},
      {"0x10", 0, 0, 0, 0},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    DecoderListener listener;
    start_greeted(&listener);
    g_autofree char *command = g_strdup_printf("BDAT %s\r\n", cases[i].argument);
    g_autofree char *bytes = g_strnfill(cases[i].sent, 'x');
    decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, command);
    decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, bytes);
    smtp_decoder_class.finish(listener.decoder);
    g_test_message("BDAT %s, %zu bytes", cases[i].argument, cases[i].sent);
    g_assert_cmpuint(listener.last[LINE_DATA].length, ==, cases[i].counted);
    g_assert_cmpuint(listener.notes[NOTE_BODY_LENGTH], ==, cases[i].missing > 0);
    if (cases[i].missing > 0) g_assert_cmpuint(listener.last[LINE_NOTE].length, ==, cases[i].missing);
    g_assert_cmpuint(listener.count[LINE_COMMAND], ==, 2 + cases[i].commands);
    decoder_listener_stop(&listener);
  }
}

/* Looks for SECRET in what a person would see of a command. */
typedef struct {
  ByteBuffer scratch;
  uint32_t lines, commands;
} SecretHunter;

#define SECRET "AGFsaWNlAHdvbmRlcmxhbmQ"

static void assert_hidden(Bytes view, size_t start, size_t length)
{
  GString *seen = g_string_new_len((const char *)view.data, (gssize)start);
  Bytes rest = bytes_skip(view, start + length);
  g_string_append_len(seen, (const char *)rest.data, (gssize)rest.length);
  for (size_t i = 0; i < seen->len; i++)
    if (seen->str[i] == '\0') seen->str[i] = '0';
  if (g_strstr_len(seen->str, (gssize)seen->len, "wonder") != NULL ||
      g_strstr_len(seen->str, (gssize)seen->len, "FsaWNl") != NULL)
    g_error("seen: %s", seen->str);
  g_string_free(seen, TRUE);
}

static uint32_t hunt(void *owner, const DecodedLine *line)
{
  SecretHunter *hunter = owner;
  if (line->kind == LINE_COMMAND) {
    DissectedLine parts;
    smtp_decoder_class.dissect(line, &hunter->scratch, &parts);
    assert_hidden(parts.verb, 0, 0);
    assert_hidden(parts.argument, parts.secret_start, parts.secret_length);
    assert_hidden(line->raw, parts.raw_secret_start, parts.raw_secret_length);
    hunter->commands++;
  }
  return ++hunter->lines;
}

static void malformed_logins_stay_masked(void)
{
  static const char *const said[] = {
      "AUTH PLAIN " SECRET "\r\n",
      "auth plain " SECRET "\r\n",
      "  AUTH   PLAIN   " SECRET "  \r\n",
      "AUTH\tPLAIN\t" SECRET "\r\n",
      "AUTH PLAIN\r" SECRET "\r\n",
      "AUTH PLAIN " SECRET "\n",
      "AUTH PLAIN " SECRET,
      "AUTH PLAIN extra " SECRET "\r\n",
      "AUTH " SECRET "\r\n",
      "AUTH=PLAIN " SECRET "\r\n",
      "AUTH=PLAIN=" SECRET "\r\n",
      "AUTH:" SECRET "\r\n",
      "AUTHPLAIN " SECRET "\r\n",
      "authenticate PLAIN " SECRET "\r\n",
      "AUHT PLAIN " SECRET "\r\n",
      "\x01"
      "AUTH PLAIN " SECRET "\r\n",
      "AUTH LOGIN\r\n" SECRET "\r\n",
      "AUTH LOGIN\r\n\r\n" SECRET "\r\n",
      "AUTH LOGIN\r\nYWxpY2U=\r\n" SECRET "\r\nQUIT\r\n" SECRET "\r\n",
      "AUTH PLAIN\r\nplain text wonderland\r\n",
      "PASS wonderland\r\n",
      "pass  wonderland  \r\n",
      "MAIL FROM:<a@b>\r\nAUTH PLAIN " SECRET "\r\n",
      "BURL imap://a@b/x;URLAUTH=submit+a:internal:wonderland LAST\r\n",
      "BURL imap://a:wonderland@b/x\r\n",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(said); i++)
    for (size_t piece = 1; piece <= 64; piece *= 4) {
      SecretHunter hunter = {0};
      DecoderSink sink = {.emit = hunt, .owner = &hunter};
      void *decoder = smtp_decoder_class.create(&sink, true);
      Bytes greeting = BYTES_LITERAL("220 mail ESMTP\r\n"), all = bytes_from_string(said[i]);
      smtp_decoder_class.receive(decoder, DIRECTION_TO_CLIENT, 0, greeting);
      g_test_message("%s", said[i]);
      for (size_t at = 0; at < all.length; at += piece)
        smtp_decoder_class.receive(decoder, DIRECTION_TO_SERVER, at, bytes_slice(all, at, piece));
      smtp_decoder_class.finish(decoder);
      smtp_decoder_class.destroy(decoder);
      g_assert_cmpuint(hunter.commands, >, 0);
      byte_buffer_clear(&hunter.scratch);
    }
}

static void odd_paths_are_shown_as_they_are(void)
{
  static const char *const paths[] = {
      "MAIL FROM:<>",
      "MAIL FROM:<@one,@two:a@b>",
      "MAIL FROM:a@b",
      "MAIL FROM: <a@b> SIZE=1",
      "MAIL FROM:<a@b",
      "MAIL FROM:<\"a b>\\\"c\"@b> BODY=8BITMIME",
      "MAIL FROM:<a@[IPv6:2001:db8::1]>",
      "MAIL FROM:<a@b><c@d>",
      "MAIL FROM:<a@b> =x",
      "RCPT TO:<Postmaster>",
      "RCPT TO:<a@b,c@d>",
      "RCPT TO:<<a@b>>",
      "RCPT TO:",
  };
  for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autofree char *line = g_strconcat(paths[i], "\r\n", NULL);
    g_autofree char *expected = g_strdup_printf(GREETED_LINES "4 C %s {ready}\n", paths[i]);
    const DialogueStep steps[] = {GREETED, {'C', line, 0}, {0}};
    check(steps, expected);
  }
}

static void starttls_injection_is_told(void)
{
  const DialogueStep steps[] = {{'S', "220 mail ESMTP\r\n", 0},
                                {'C', "EHLO a\r\n", 0},
                                {'S', "250-mail\r\n250 STARTTLS\r\n", 0},
                                {'C', "STARTTLS\r\nMAIL FROM:<evil@x>\r\n", 0},
                                {'S', "220 go\r\n", 0},
                                {'C', "\x16\x03\x01", 0},
                                {0}};
  check(steps, "1 S 220 mail ESMTP {greeting} unsolicited\n"
               "2 C EHLO a {connected}\n"
               "3 S 250 mail|STARTTLS >2 *2 {connected}\n"
               "4 C STARTTLS {ready}\n"
               "5 C MAIL FROM:<evil@x> {connected}\n"
               "6 C note starttls-injection >5\n"
               "7 S 220 go >4 {ready}\n"
               "8 S note starttls >7\n"
               "handover to tls, left C:\\x16\\x03\\x01\n");
}

static void starttls_stripping_is_told(void)
{
  const DialogueStep steps[] = {{'S', "220 mail ESMTP\r\n", 0},
                                {'C', "EHLO a\r\n", 0},
                                {'S', "250-mail\r\n250 XXXXXXXX\r\n", 0},
                                {'C', "STARTTLS\r\n", 0},
                                {'S', "502 5.5.1 what\r\n", 0},
                                {'C', "MAIL FROM:<a@b>\r\n", 0},
                                {'S', "250 ok\r\n", 0},
                                {0}};
  check(steps, "1 S 220 mail ESMTP {greeting} unsolicited\n"
               "2 C EHLO a {connected}\n"
               "3 S 250 mail|XXXXXXXX >2 *2 {connected}\n"
               "4 S note starttls-stripped >3\n"
               "5 C STARTTLS {ready}\n"
               "6 S 502 [5.5.1] 5.5.1 what >5 {ready} refused\n"
               "7 S note refused >6\n"
               "8 S note starttls-refused >6\n"
               "9 C MAIL FROM:<a@b> {ready}\n"
               "10 S 250 ok >9 {ready}\n");
}

/* The text of a message, whatever it looks like and whatever was said to DATA, is no command. */
static void message_text_is_no_command(void)
{
  static const char *const answers[] = {"354 go\r\n", "554 5.5.1 no\r\n", "451 later\r\n"};
  static const char text[] = "Subject: x\r\n\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<c@d>\r\nDATA\r\nSTARTTLS\r\n"
                             "AUTH PLAIN AAAA\r\nRSET\r\nBDAT 3 LAST\r\nQUIT\r\n";
  for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
    for (int early = 0; early <= 1; early++) {
      DecoderListener listener;
      start_greeted(&listener);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER,
                                 "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
      decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, "250 ok\r\n250 ok\r\n");
      if (!early) decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, answers[i]);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, text);
      if (early) decoder_listener_hear_text(&listener, DIRECTION_TO_CLIENT, answers[i]);
      decoder_listener_hear_text(&listener, DIRECTION_TO_SERVER, ".\r\nQUIT\r\n");
      g_test_message("case %zu %d", i, early);
      g_assert_cmpuint(listener.count[LINE_COMMAND], ==, 5);
      g_assert_cmpuint(listener.count[LINE_DATA], ==, 1);
      g_assert_cmpuint(listener.last[LINE_DATA].length, ==, strlen(text));
      g_assert_cmpuint(listener.notes[NOTE_UNWANTED_MESSAGE], ==, i > 0 ? 1 : 0);
      decoder_listener_stop(&listener);
    }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/28-odd-line-ends-and-nul-are-kept-and-noted", odd_line_ends_are_kept);
  g_test_add_func("/hardening/28-odd-bytes-of-a-body-are-counted-and-noted", odd_bytes_of_a_body_are_counted);
  g_test_add_func("/hardening/29-only-crlf-dot-crlf-ends-data", only_one_end_ends);
  g_test_add_func("/hardening/30-the-end-is-found-however-it-is-cut", the_end_is_found_however_it_is_cut);
  g_test_add_func("/hardening/31-dots-go-out-and-come-back", dots_come_back);
  g_test_add_func("/hardening/32-a-giant-line-is-cut-in-the-view", a_giant_line_is_cut);
  g_test_add_func("/hardening/32-giant-input-costs-linear-time", giant_input_costs_linear_time);
  g_test_add_func("/hardening/33-an-endless-multiline-reply-is-one-reply", an_endless_reply_is_one);
  g_test_add_func("/hardening/34-replies-out-of-step-are-told", replies_out_of_step_are_told);
  g_test_add_func("/hardening/34-commands-awaiting-replies-are-bounded",
                  commands_awaiting_replies_are_bounded);
  g_test_add_func("/hardening/35-lying-bdat-lengths-are-told", lying_lengths_are_told);
  g_test_add_func("/hardening/36-malformed-logins-stay-masked", malformed_logins_stay_masked);
  g_test_add_func("/hardening/37-odd-paths-are-shown-as-they-are", odd_paths_are_shown_as_they_are);
  g_test_add_func("/hardening/38-starttls-injection-is-told", starttls_injection_is_told);
  g_test_add_func("/hardening/38-starttls-stripping-is-told", starttls_stripping_is_told);
  g_test_add_func("/hardening/39-message-text-is-never-a-command", message_text_is_no_command);
  return g_test_run();
}
