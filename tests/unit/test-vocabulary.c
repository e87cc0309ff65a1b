/* SPDX-License-Identifier: MIT */
/* The tables of words hold together: every protocol's, and SMTP's has all that the course teaches. */
#include "protocol/offer-list.h"
#include "protocol/registry.h"
#include "protocol/smtp/smtp-decoder.h"
#include "protocol/smtp/smtp-keywords.h"
#include "protocol/smtp/smtp-status.h"
#include "protocol/smtp/smtp-vocabulary.h"

#define GLOSS_MAX 45

static void check_text(const char *where, const char *gloss, const char *explanation, const char *rfc)
{
  g_test_message("%s", where);
  g_assert_nonnull(gloss);
  g_assert_nonnull(explanation);
  g_assert_cmpint(g_utf8_strlen(gloss, -1), >, 0);
  g_assert_cmpint(g_utf8_strlen(gloss, -1), <=, GLOSS_MAX);
  g_assert_false(g_str_has_suffix(gloss, "."));
  g_assert_true(g_utf8_validate(explanation, -1, NULL));
  g_assert_true(g_str_has_suffix(explanation, ".") || g_str_has_suffix(explanation, "?"));
  g_assert_cmpint(g_utf8_strlen(explanation, -1), >, GLOSS_MAX / 2);
  g_assert_true(g_str_has_prefix(rfc, "RFC "));
}

static void check_word(const Vocabulary *vocabulary, uint16_t index)
{
  const VocabularyWord *word = &vocabulary->words[index];
  check_text(word->word, word->gloss, word->explanation, word->rfc);
  g_assert_nonnull(word->grammar);
  g_assert_cmpuint(word->states, !=, 0);
  g_assert_cmpuint(word->states, <, 1u << vocabulary->state_count);
  g_autofree char *lower = g_ascii_strdown(word->word, -1);
  g_assert_cmpuint(vocabulary_find_word(vocabulary, bytes_from_string(lower)), ==, index);
  for (size_t i = 0; i < REPLY_CLASS_COUNT; i++)
    g_assert_true(word->next[i] == STATE_SAME || word->next[i] < vocabulary->state_count);
}

static void check_reply(const Vocabulary *vocabulary, size_t index)
{
  const VocabularyReply *reply = &vocabulary->replies[index];
  check_text(reply->code, reply->gloss, reply->explanation, reply->rfc);
  g_assert_cmpuint(reply->reply_class, <, REPLY_CLASS_COUNT);
  uint16_t after = VOCABULARY_UNKNOWN;
  if (reply->after != NULL && reply->after[0] != '\0') {
    after = vocabulary_find_word(vocabulary, bytes_from_string(reply->after));
    g_assert_cmpuint(after, !=, VOCABULARY_UNKNOWN);
  }
  /* each row is the one found for what it stands for */
  bool shadowed = reply->after == NULL; /* a row for any command yields to one for greetings */
  uint16_t found = vocabulary_find_reply(vocabulary, bytes_from_string(reply->code), after);
  if (!shadowed) g_assert_cmpuint(found, ==, index);
  for (size_t other = 0; other < index; other++) {
    bool same_code = strcmp(vocabulary->replies[other].code, reply->code) == 0;
    g_assert_false(same_code && g_strcmp0(vocabulary->replies[other].after, reply->after) == 0);
  }
}

static void check_vocabulary(gconstpointer data)
{
  const Vocabulary *vocabulary = data;
  g_assert_cmpuint(vocabulary->state_count, <=, VOCABULARY_MAX_STATES);
  for (size_t i = 0; i < vocabulary->state_count; i++) {
    g_assert_nonnull(vocabulary->states[i].name);
    g_assert_nonnull(vocabulary->states[i].label);
  }
  for (size_t i = 0; i < vocabulary->word_count; i++)
    check_word(vocabulary, (uint16_t)i);
  for (size_t i = 0; i < vocabulary->reply_count; i++)
    check_reply(vocabulary, i);
}

static void test_smtp_is_complete(void)
{
  static const char *const words[] = {"HELO", "EHLO", "LHLO", "MAIL", "RCPT",     "DATA",
                                      "BDAT", "RSET", "VRFY", "EXPN", "HELP",     "NOOP",
                                      "QUIT", "AUTH", "SEND", "SOML", "STARTTLS", "SAML",
                                      "TURN", "ETRN", "ATRN", "BURL", "XCLIENT",  "XFORWARD"};
  static const int codes[] = {211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432, 450, 451,
                              452, 453, 454, 455, 458, 459, 500, 501, 502, 503, 504, 521, 523, 530,
                              534, 535, 538, 550, 551, 552, 553, 554, 555, 556, 2,   3,   4,   5};
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
    g_assert_cmpuint(vocabulary_find_word(&smtp_vocabulary, bytes_from_string(words[i])), !=,
                     VOCABULARY_UNKNOWN);
  for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_autofree char *code = g_strdup_printf("%d", codes[i]);
    uint16_t row = vocabulary_find_reply(&smtp_vocabulary, bytes_from_string(code), VOCABULARY_UNKNOWN);
    g_assert_cmpuint(row, !=, VOCABULARY_UNKNOWN);
    g_assert_cmpstr(smtp_vocabulary.replies[row].code, ==, code);
  }
  for (size_t i = 0; i < smtp_vocabulary.reply_count; i++) {
    const VocabularyReply *reply = &smtp_vocabulary.replies[i];
    int code = (reply->code[0] - '0') * 100;
    g_assert_cmpint(reply->reply_class, ==, smtp_reply_class(code));
  }
}

static void assert_meaning(const char *code, uint16_t answered, const char *row_code, const char *after)
{
  uint16_t row = vocabulary_find_reply(&smtp_vocabulary, bytes_from_string(code), answered);
  g_assert_cmpuint(row, !=, VOCABULARY_UNKNOWN);
  g_assert_cmpstr(smtp_vocabulary.replies[row].code, ==, row_code);
  g_assert_cmpstr(smtp_vocabulary.replies[row].after, ==, after);
}

static void test_meaning_depends_on_command(void)
{
  assert_meaning("220", VOCABULARY_UNKNOWN, "220", "");
  assert_meaning("220", SMTP_STARTTLS, "220", "STARTTLS");
  assert_meaning("250", SMTP_MAIL, "250", "MAIL");
  assert_meaning("250", SMTP_RCPT, "250", "RCPT");
  assert_meaning("250", SMTP_HELP, "250", NULL);
  assert_meaning("550", SMTP_RCPT, "550", "RCPT");
  assert_meaning("550", SMTP_BDAT, "550", "BDAT");
  assert_meaning("550", SMTP_LHLO, "550", NULL);
  assert_meaning("250", SMTP_BURL, "250", "BURL");
  assert_meaning("220", SMTP_XCLIENT, "220", "XCLIENT");
  assert_meaning("453", SMTP_ATRN, "453", "ATRN");
  assert_meaning("299", SMTP_MAIL, "2", NULL);
  assert_meaning("599", VOCABULARY_UNKNOWN, "5", NULL);
  g_assert_cmpuint(vocabulary_find_reply(&smtp_vocabulary, BYTES_LITERAL("999"), SMTP_MAIL), ==,
                   VOCABULARY_UNKNOWN);
  g_assert_cmpuint(vocabulary_find_reply(&smtp_vocabulary, BYTES_EMPTY, SMTP_MAIL), ==, VOCABULARY_UNKNOWN);
  g_assert_cmpuint(vocabulary_find_word(&smtp_vocabulary, BYTES_LITERAL("MAILX")), ==, VOCABULARY_UNKNOWN);
}

static void test_smtp_statuses(void)
{
  size_t count = 0;
  for (const SmtpStatus *status; (status = smtp_status_get(count)) != NULL; count++) {
    check_text(status->code, status->gloss, status->explanation, status->rfc);
    g_autofree char *code = g_strdup(status->code);
    if (code[0] == 'X') code[0] = '5';
    g_assert_true(smtp_status_find(bytes_from_string(code)) == status);
    g_assert_cmpint(smtp_status_is_vague(status), ==, g_str_has_suffix(code, ".0"));
  }
  g_assert_cmpuint(count, >=, 60);
  g_assert_cmpstr(smtp_status_find(BYTES_LITERAL("4.2.2"))->code, ==, "4.2.2");
  g_assert_cmpstr(smtp_status_find(BYTES_LITERAL("5.2.2"))->code, ==, "X.2.2");
  g_assert_cmpstr(smtp_status_find(BYTES_LITERAL("5.7.10"))->code, ==, "X.7.10");
  static const char *const unknown[] = {"", "5", "2.1.1", "5.9.9", "5.1.1.", "5.1", "6.1.1"};
  for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
    g_assert_null(smtp_status_find(bytes_from_string(unknown[i])));
}

static void test_smtp_keywords(void)
{
  static const char *const listed[] = {
      "SIZE",    "8BITMIME",   "PIPELINING", "STARTTLS",      "AUTH",
      "DSN",     "SMTPUTF8",   "CHUNKING",   "BINARYMIME",    "ENHANCEDSTATUSCODES",
      "HELP",    "ETRN",       "EXPN",       "VRFY",          "DELIVERBY",
      "LIMITS",  "REQUIRETLS", "RRVS",       "FUTURERELEASE", "MT-PRIORITY",
      "XCLIENT", "XFORWARD"};
  for (size_t i = 0; i < G_N_ELEMENTS(listed); i++)
    g_assert_nonnull(smtp_keyword_find(bytes_from_string(listed[i])));
  for (size_t i = 0; smtp_keyword_get(i) != NULL; i++) {
    const SmtpKeyword *keyword = smtp_keyword_get(i);
    check_text(keyword->keyword, keyword->gloss, keyword->explanation, keyword->rfc);
    g_assert_true(smtp_keyword_find(bytes_from_string(keyword->keyword)) == keyword);
  }
  static const char reply[] = "250-SIZE here\r\n250-auth=LOGIN\r\n250-X-OWN\r\nnonsense\r\n250 size 10\n";
  Bytes rest = smtp_keywords_of_reply(bytes_from_string(reply));
  g_assert_cmpstr(smtp_keyword_next(&rest)->keyword, ==, "AUTH");
  g_assert_cmpstr(smtp_keyword_next(&rest)->keyword, ==, "SIZE");
  g_assert_null(smtp_keyword_next(&rest));
  g_assert_true(smtp_reply_offers(bytes_from_string(reply), "AUTH"));
  g_assert_false(smtp_reply_offers(bytes_from_string(reply), "STARTTLS"));
  g_assert_false(smtp_reply_offers(BYTES_LITERAL("250 STARTTLS\r\n"), "STARTTLS"));
}

/* Returns what refine makes of a reply, or NULL. */
static const char *refined(const char *raw, const char *code, uint16_t answered, bool explanation)
{
  DecodedLine line = {.kind = LINE_REPLY,
                      .raw = bytes_from_string(raw),
                      .answered_word = answered,
                      .reply_class = (uint8_t)smtp_reply_class(code[0] == '2' ? 250 : 550),
                      .word = vocabulary_find_reply(&smtp_vocabulary, bytes_from_string(code), answered)};
  ByteBuffer scratch = {0};
  DissectedLine parts;
  ReplyRefinement out = {0};
  smtp_decoder_class.dissect(&line, &scratch, &parts);
  bool told = smtp_decoder_class.refine(&line, &parts, &out);
  byte_buffer_clear(&scratch);
  return !told ? NULL : explanation ? out.explanation : out.gloss;
}

static void test_smtp_replies_are_refined(void)
{
  g_assert_cmpstr(refined("550 5.1.1 no\r\n", "550", SMTP_RCPT, false), ==, "Nobody of that name here");
  g_assert_cmpstr(refined("554 5.7.1 no\r\n", "554", SMTP_HELP, false), ==, "Not allowed for you");
  static const char *const untold[][2] = {{"550 no\r\n", "550"},          {"550 5.0.0 no\r\n", "550"},
                                          {"554 5.7.1 relay\r\n", "554"}, {"503 5.5.1 MAIL first\r\n", "503"},
                                          {"421 4.4.2 bye\r\n", "421"},   {"250 2.1.5 ok\r\n", "250"},
                                          {"550 5.9.9 no\r\n", "550"},    {"550 4.1.1 no\r\n", "550"}};
  for (size_t i = 0; i < G_N_ELEMENTS(untold); i++)
    g_assert_null(refined(untold[i][0], untold[i][1], SMTP_RCPT, false));
  static const char offers[] = "250-mail\r\n250-X-OWN\r\n250-SIZE 1000\r\n250 STARTTLS\r\n";
  g_assert_cmpstr(refined(offers, "250", SMTP_EHLO, true), ==,
                  "The client may now pick from what is offered:\nSIZE: the largest letter taken, in bytes\n"
                  "STARTTLS: seal this line with TLS");
  g_assert_cmpstr(refined(offers, "250", SMTP_EHLO, false), ==, "Here is what I can do");
  g_assert_null(refined("250 mail\r\n", "250", SMTP_EHLO, true));
  g_assert_null(refined(offers, "250", SMTP_MAIL, true));
  for (guint count = OFFERS_TOLD - 1; count <= OFFERS_TOLD + 1; count++) {
    g_autoptr(GString) many = g_string_new("250-mail\r\n");
    for (guint i = 0; i < count; i++)
      g_string_append(many, "250-ENHANCEDSTATUSCODES\r\n");
    g_auto(GStrv) lines = g_strsplit(refined(many->str, "250", SMTP_EHLO, true), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, MIN(count, OFFERS_TOLD));
  }
}

static void test_notes(void)
{
  for (int code = 0; code < NOTE_COUNT; code++) {
    const NoteText *note = note_text((NoteCode)code);
    g_assert_nonnull(note->code);
    g_assert_nonnull(note->text);
    const char *percent = strchr(note->text, '%');
    g_assert_true(percent == NULL || (g_str_has_prefix(percent, "%s") && strchr(percent + 1, '%') == NULL));
    for (int other = 0; other < code; other++)
      g_assert_cmpstr(note_text((NoteCode)other)->code, !=, note->code);
  }
  g_assert_cmpstr(note_text(NOTE_GAP)->code, ==, "gap");
  g_assert_cmpstr(note_text(NOTE_OUT_OF_STEP)->code, ==, "out-of-step");
  g_assert_cmpstr(note_text(NOTE_PLAINTEXT_PASSWORD)->code, ==, "plaintext-password");
  g_assert_cmpstr(note_text(NOTE_SENDER_MISMATCH)->code, ==, "sender-mismatch");
  g_assert_cmpstr(note_text(NOTE_STARTTLS_STRIPPED)->code, ==, "starttls-stripped");
  g_assert_cmpstr(note_text(NOTE_BARE_LF)->code, ==, "bare-lf");
}

static void test_registry(void)
{
  static const struct {
    const char *name, *label;
    ProtocolId id;
    uint16_t port;
  } cases[] = {
      {"smtp", "SMTP", PROTOCOL_SMTP, 25},  {"smtp", "SMTP", PROTOCOL_SMTP, 587},
      {"pop2", "POP2", PROTOCOL_POP2, 109}, {"pop3", "POP3", PROTOCOL_POP3, 110},
      {"imap", "IMAP", PROTOCOL_IMAP, 143}, {"http", "HTTP", PROTOCOL_HTTP, 80},
      {"dns", "DNS", PROTOCOL_DNS, 53},     {"tls", "TLS", PROTOCOL_TLS, 465},
      {"tls", "TLS", PROTOCOL_TLS, 993},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpstr(registry_get_name(cases[i].id), ==, cases[i].name);
    g_assert_cmpstr(registry_get_label(cases[i].id), ==, cases[i].label);
    g_assert_cmpint(registry_find(cases[i].label), ==, cases[i].id);
    g_assert_cmpint(registry_find_port(cases[i].port), ==, cases[i].id);
    const Vocabulary *vocabulary = registry_get_vocabulary(cases[i].id);
    if (vocabulary != NULL) g_assert_cmpint(vocabulary->id, ==, cases[i].id);
  }
  g_assert_cmpint(registry_find("gopher"), ==, PROTOCOL_NONE);
  g_assert_cmpint(registry_find(""), ==, PROTOCOL_NONE);
  g_assert_cmpint(registry_find_port(70), ==, PROTOCOL_NONE);
  g_assert_cmpstr(registry_get_name(PROTOCOL_NONE), ==, "");
  g_assert_null(registry_get(PROTOCOL_NONE));
}

/* The first words of each protocol lead to it and to no other. */
static void test_recognition(void)
{
  static const struct {
    const char *client, *server;
    uint16_t port;
    ProtocolId expected;
  } cases[] = {
      {"", "220 mail.beta.example ESMTP\r\n", 4000, PROTOCOL_SMTP},
      {"EHLO a\r\n", "220 hello\r\n250 hi\r\n", 4000, PROTOCOL_SMTP},
      {"", "+OK POP3 server ready <1@mail>\r\n", 110, PROTOCOL_POP3},
      {"USER bob\r\n", "+OK ready\r\n+OK\r\n", 4000, PROTOCOL_POP3},
      {"", "* OK [CAPABILITY IMAP4rev1] ready\r\n", 4000, PROTOCOL_IMAP},
      {"USER anonymous\r\n", "220 ftp.example FTP ready\r\n", 21, PROTOCOL_NONE},
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", 80, PROTOCOL_HTTP},
      {"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2\r\n", 22, PROTOCOL_NONE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    StreamStart start = {bytes_from_string(cases[i].client), bytes_from_string(cases[i].server),
                         cases[i].port, true};
    ProtocolId id = PROTOCOL_NONE;
    g_test_message("case %zu", i);
    Recognition judged = registry_recognise(&start, &id);
    g_assert_cmpint(judged, ==, cases[i].expected == PROTOCOL_NONE ? RECOGNISED_NO : RECOGNISED_YES);
    g_assert_cmpint(id, ==, cases[i].expected);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (int id = PROTOCOL_NONE + 1; id < PROTOCOL_COUNT; id++) {
    const Vocabulary *vocabulary = registry_get_vocabulary((ProtocolId)id);
    if (vocabulary == NULL) continue;
    g_autofree char *path =
        g_strdup_printf("/vocabulary/%s explains every row", registry_get_name((ProtocolId)id));
    g_test_add_data_func(path, vocabulary, check_vocabulary);
  }
  g_test_add_func("/vocabulary/SMTP has every word and code of the course", test_smtp_is_complete);
  g_test_add_func("/vocabulary/a code's meaning depends on the command", test_meaning_depends_on_command);
  g_test_add_func("/vocabulary/every enhanced code of SMTP is explained", test_smtp_statuses);
  g_test_add_func("/vocabulary/every keyword that EHLO lists is explained", test_smtp_keywords);
  g_test_add_func("/vocabulary/a reply of SMTP is told by its finer code", test_smtp_replies_are_refined);
  g_test_add_func("/notes/every note has a code of its own and a sentence", test_notes);
  g_test_add_func("/registry/names, labels and ports", test_registry);
  g_test_add_func("/registry/first words lead to one protocol", test_recognition);
  return g_test_run();
}
