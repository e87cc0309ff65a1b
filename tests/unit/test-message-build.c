/* SPDX-License-Identifier: MIT */
/* Letters with everything people put into them, judged by Python's email package and by GMime; and what an
 * answer takes over from its original. */
#include "mail/message-build.h"
#include "mail/message-plain.h"
#include "mail/message-reply.h"
#include "mail/message-view.h"

#include <gio/gio.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

/* Monday, 2 March 2026, 12:00:00 UTC */
#define NOON (INT64_C(1772452800) * NANOSECONDS_PER_SECOND)

static Bytes view_of(GBytes *bytes)
{
  gsize size;
  const uint8_t *data = g_bytes_get_data(bytes, &size);
  return (Bytes){data, size};
}

/* Lines end in CR LF, headers are folded at 78, nothing is longer than 998 bytes (RFC 5322 §2.1.1). */
static void assert_good_lines(GBytes *letter, bool eight_bit)
{
  g_autofree char *text = bytes_dup_string(view_of(letter));
  g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
  bool in_headers = true;
  for (char **line = lines; *line != NULL; line++) {
    if (**line == '\0') in_headers = false;
    if (strchr(*line, '\n') != NULL || strchr(*line, '\r') != NULL)
      g_error("a bare line end in \"%s\"", *line);
    if (strlen(*line) > (in_headers ? 78 : 998)) g_error("too long: \"%s\"", *line);
    for (const char *c = *line; *c != '\0'; c++)
      if ((in_headers || !eight_bit) && (guchar)*c >= 0x80) g_error("8 bits in \"%s\"", *line);
  }
  g_assert_true(g_str_has_suffix(text, "\r\n"));
}

/* Returns what judge-letter.py says of letter. */
static char *by_python(GBytes *letter)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) python =
      g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3",
                       "-B", SOURCE_DIR "/tests/unit/judge-letter.py", NULL);
  g_assert_no_error(error);
  g_autoptr(GBytes) out = NULL;
  g_subprocess_communicate(python, letter, NULL, &out, NULL, &error);
  g_assert_no_error(error);
  g_assert_true(g_subprocess_get_successful(python));
  return bytes_dup_string(view_of(out));
}

static char *digest_of(Bytes content)
{
  return g_compute_checksum_for_data(G_CHECKSUM_MD5, content.data, content.length);
}

/* letter is what wanted says, "%s" in it being the digests of contents in their order. */
static void assert_read(GBytes *letter, const char *wanted, const Bytes *contents)
{
  GString *text = g_string_new(NULL);
  for (const char *c = wanted; *c != '\0'; c++) {
    if (*c != '%') {
      g_string_append_c(text, *c);
      continue;
    }
    g_autofree char *digest = digest_of(*contents++);
    g_string_append(text, digest);
  }
  g_autofree char *read = by_python(letter);
  g_assert_cmpstr(read, ==, text->str);
  g_string_free(text, TRUE);
}

/* All 256 bytes, twice: nothing that may go without base64. */
static const uint8_t *all_bytes(void)
{
  static uint8_t bytes[512];
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)i;
  return bytes;
}

#define PICTURE ((Bytes){all_bytes(), 512})

/* The course's example: From, To, Subject, MIME-Version, base64, image/jpeg. */
static void a_letter_may_be_a_picture_and_nothing_else(void)
{
  const MessageAttachment logo = {.type = "image/jpeg", .content = {all_bytes(), 20}};
  g_autoptr(GBytes) letter = message_build(&(MessageDraft){
      .from = "alice@alpha.example",
      .to = "bob@beta.example",
      .subject = "Logomarca da turma",
      .message_id = "1@alpha.example",
      .date = NOON,
      .attachments = &logo,
      .attachment_count = 1,
  });
  g_autofree char *text = bytes_dup_string(view_of(letter));
  g_assert_cmpstr(text, ==,
                  "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
                  "From: alice@alpha.example\r\n"
                  "To: bob@beta.example\r\n"
                  "Subject: Logomarca da turma\r\n"
                  "Message-ID: <1@alpha.example>\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: image/jpeg\r\n"
                  "Content-Transfer-Encoding: base64\r\n"
                  "\r\n"
                  "AAECAwQFBgcICQoLDA0ODxAREhM=\r\n");
}

/* The letter of the next test, as judge-letter.py tells it. */
static const char whole_letter[] =
    "From: Jos\xc3\xa9 <jose@alpha.example>\n"
    "Sender: secretaria@alpha.example\n"
    "To: bob@beta.example, Jo\xc3\xa3o da Silva <joao@beta.example>\n"
    "Cc: carol@beta.example\n"
    "Reply-To: turma@alpha.example\n"
    "Subject: Relat\xc3\xb3rio\n"
    "Keywords: redes, SMTP\n"
    "Disposition-Notification-To: jose@alpha.example\n"
    "MIME-Version: 1.0\n"
    "multipart/mixed | - | - | - | -\n"
    "  multipart/alternative | - | - | - | -\n"
    "    text/plain | - | - | - | - | %\n"
    "    multipart/related | - | - | - | -\n"
    "      text/html | - | - | - | - | %\n"
    "      image/png | onda.png | inline | <onda@alpha> | - | %\n"
    "  application/pdf | relat\xc3\xb3rio de redes, vers\xc3\xa3o final.pdf | attachment | - | "
    "O relat\xc3\xb3rio | %\n"
    "  text/csv | notas.csv | attachment | - | - | %\n"
    "  application/octet-stream | sem-tipo | attachment | - | - | %\n"
    "  application/octet-stream | - | attachment | - | - | %\n";

static void files_pictures_and_two_forms_of_the_text_stand_in_their_places(void)
{
  const MessageAttachment files[] = {
      {.type = "image/png", .name = "onda.png", .content_id = "onda@alpha", .content = PICTURE},
      {.type = "application/pdf",
       .name = "relat\xc3\xb3rio de redes, vers\xc3\xa3o final.pdf",
       .description = "O relat\xc3\xb3rio",
       .content = PICTURE},
      {.type = "text/csv; charset=utf-8", .name = "notas.csv", .content = BYTES_LITERAL("a,b\n1,2\n")},
      {.name = "sem-tipo", .content = BYTES_LITERAL("x")},
      {.type = "message/rfc822", .content = BYTES_LITERAL("Subject: y\r\n\r\nz")},
  };
  for (int eight_bit = 0; eight_bit < 2; eight_bit++) {
    g_autoptr(GBytes) letter = message_build(&(MessageDraft){
        .from = "Jos\xc3\xa9 <jose@alpha.example>",
        .sender = "secretaria@alpha.example",
        .to = "bob@beta.example, Jo\xc3\xa3o da Silva <joao@beta.example>",
        .cc = "carol@beta.example",
        .bcc = "eve@beta.example",
        .reply_to = "turma@alpha.example",
        .subject = "Relat\xc3\xb3rio",
        .keywords = "redes, SMTP",
        .body = "Ol\xc3\xa1!\n",
        .html = "<p>Ol\xc3\xa1! <img src=\"cid:onda@alpha\"></p>\n",
        .message_id = "2@alpha.example",
        .disposition_notification_to = "jose@alpha.example",
        .attachments = files,
        .attachment_count = G_N_ELEMENTS(files),
        .eight_bit = eight_bit == 1,
        .date = NOON,
    });
    assert_good_lines(letter, eight_bit == 1);
    const Bytes contents[] = {BYTES_LITERAL("Ol\xc3\xa1!\n"),
                              BYTES_LITERAL("<p>Ol\xc3\xa1! <img src=\"cid:onda@alpha\"></p>\n"),
                              PICTURE,
                              PICTURE,
                              files[2].content,
                              files[3].content,
                              files[4].content};
    assert_read(letter, whole_letter, contents);
    g_autofree char *text = bytes_dup_string(view_of(letter));
    if (strcasestr(text, "''relat%C3%B3rio") == NULL) g_error("no RFC 2231 name in\n%s", text);
    g_assert_cmpint(strstr(text, "Content-Transfer-Encoding: 8bit") != NULL, ==, eight_bit == 1);
  }
}

static void headers_fold_whatever_their_length(void)
{
  GString *subject = g_string_new(NULL), *to = g_string_new(NULL), *references = g_string_new(NULL);
  for (guint i = 0; i < 60; i++) {
    g_string_append_printf(subject, "%spalavra%u", i == 0 ? "" : " ", i);
    g_string_append_printf(to, "%sJo\xc3\xa3o %u <joao%u@beta.example>", i == 0 ? "" : ", ", i, i);
    g_string_append_printf(references, "%s<%u.abcdefghij@alpha.example>", i == 0 ? "" : " ", i);
  }
  static const char *const accents[] = {"", "\xc3\xa3"};
  for (guint i = 0; i < G_N_ELEMENTS(accents); i++) {
    g_string_append(subject, accents[i]);
    g_autoptr(GBytes) letter = message_build(&(MessageDraft){
        .from = "a@alpha.example",
        .to = to->str,
        .subject = subject->str,
        .references = references->str,
        .in_reply_to = "59.abcdefghij@alpha.example",
        .body = "x",
        .message_id = "3@alpha.example",
    });
    assert_good_lines(letter, false);
    g_autofree char *wanted = g_strdup_printf(
        "From: a@alpha.example\nTo: %s\nSubject: %s\nIn-Reply-To: <59.abcdefghij@alpha.example>\n"
        "References: %s\nMIME-Version: 1.0\ntext/plain | - | - | - | - | %%\n",
        to->str, subject->str, references->str);
    const Bytes content = BYTES_LITERAL("x\n");
    assert_read(letter, wanted, &content);
  }
  g_string_free(subject, TRUE);
  g_string_free(to, TRUE);
  g_string_free(references, TRUE);
}

static void a_forwarded_letter_is_whole_inside(void)
{
  g_autoptr(GBytes) original = message_build(&(MessageDraft){.from = "a@alpha.example",
                                                             .to = "b@beta.example",
                                                             .subject = "Ol\xc3\xa1",
                                                             .body = ".\nS\xc3\xb3 isso\n",
                                                             .message_id = "4@alpha.example",
                                                             .eight_bit = true});
  g_autoptr(GBytes) letter = message_build(&(MessageDraft){.from = "b@beta.example",
                                                           .to = "c@beta.example",
                                                           .subject = "Fwd: Ol\xc3\xa1",
                                                           .body = "Veja.\n",
                                                           .message_id = "5@beta.example",
                                                           .forwarded = original});
  assert_good_lines(letter, true);
  const Bytes contents[] = {BYTES_LITERAL("Veja.\n"), view_of(original)};
  assert_read(letter,
              "From: b@beta.example\nTo: c@beta.example\nSubject: Fwd: Ol\xc3\xa1\nMIME-Version: 1.0\n"
              "multipart/mixed | - | - | - | -\n"
              "  text/plain | - | - | - | - | %\n"
              "  message/rfc822 | - | inline | - | - | %\n",
              contents);
}

static void count_leaves(GMimeObject *parent, GMimeObject *part, gpointer data)
{
  (void)parent;
  if (!GMIME_IS_MULTIPART(part)) ++*(guint *)data;
}

static void gmime_reads_ten_megabytes_as_they_were(void)
{
  const size_t size = 10 * 1024 * 1024;
  g_autofree uint8_t *content = g_malloc(size);
  for (size_t i = 0; i < size; i++)
    content[i] = (uint8_t)(i * 2654435761u >> 13);
  const MessageAttachment file = {.name = "grande.bin", .content = {content, size}};
  g_autoptr(GBytes) letter = message_build(&(MessageDraft){.from = "a@alpha.example",
                                                           .body = "x",
                                                           .message_id = "6@alpha.example",
                                                           .attachments = &file,
                                                           .attachment_count = 1});
  gsize length;
  const char *data = g_bytes_get_data(letter, &length);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
  guint leaves = 0;
  g_mime_message_foreach(message, count_leaves, &leaves);
  g_assert_cmpuint(leaves, ==, 2);
  GMimeObject *part = g_mime_multipart_get_part(GMIME_MULTIPART(g_mime_message_get_mime_part(message)), 1);
  GMimeStream *decoded = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), decoded);
  GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(decoded));
  g_assert_true(bytes_equal((Bytes){bytes->data, bytes->len}, file.content));
  g_object_unref(decoded);
  g_object_unref(message);
  g_object_unref(parser);
  g_object_unref(stream);
}

static void blind_copies_are_in_the_envelope_and_in_no_header_unless_left_in(void)
{
  MessageDraft draft = {
      .from = "Alice <alice@alpha.example>",
      .to = "Bob <bob@beta.example>, carol@beta.example",
      .cc = "\"Silva, D\" <d@beta.example>, bob@beta.example",
      .bcc = "eve@beta.example",
      .body = "x",
      .message_id = "7@alpha.example",
  };
  g_autoptr(Envelope) envelope = message_build_envelope(&draft);
  g_assert_cmpstr(envelope->sender, ==, "alice@alpha.example");
  static const char *const wanted[] = {"bob@beta.example", "carol@beta.example", "d@beta.example",
                                       "eve@beta.example"};
  g_assert_cmpuint(envelope->recipients->len, ==, G_N_ELEMENTS(wanted));
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
    g_assert_cmpstr(g_ptr_array_index(envelope->recipients, i), ==, wanted[i]);
  for (int leave = 0; leave < 2; leave++) {
    draft.leave_bcc = leave == 1;
    g_autoptr(GBytes) letter = message_build(&draft);
    g_autofree char *text = bytes_dup_string(view_of(letter));
    g_assert_cmpint(strstr(text, "\r\nBcc: eve@beta.example\r\n") != NULL, ==, leave == 1);
  }
  g_assert_cmpuint(envelope_get_request(envelope, "bob@beta.example")->notify, ==, 0);
  draft.sender = "robot@alpha.example";
  draft.notify = ENVELOPE_NOTIFY_SUCCESS | ENVELOPE_NOTIFY_FAILURE;
  g_autoptr(Envelope) by_robot = message_build_envelope(&draft);
  g_assert_cmpstr(by_robot->sender, ==, "robot@alpha.example");
  const EnvelopeRequest *request = envelope_get_request(by_robot, "bob@beta.example");
  g_assert_cmpuint(request->notify, ==, draft.notify);
  g_assert_cmpstr(request->original, ==, "rfc822;bob@beta.example");
}

static const char original[] = "Return-Path: <alice@alpha.example>\r\n"
                               "From: =?utf-8?q?Jos=C3=A9?= <jose@alpha.example>\r\n"
                               "To: bob@beta.example, Carol <carol@beta.example>\r\n"
                               "Cc: BOB@beta.example, \"Silva, D\" <d@beta.example>, jose@alpha.example\r\n"
                               "Subject: vamos estudar redes\r\n"
                               "Date: Mon, 02 Mar 2026 12:00:00 +0000\r\n"
                               "Message-ID: <3@alpha.example>\r\n"
                               "References: <1@alpha.example>\r\n <2@beta.example>\r\n"
                               "\r\n"
                               "Oi, Bob!\r\n\r\n> antes\r\nAbra\xc3\xa7o\r\n";

static void an_answer_knows_whom_what_and_where(void)
{
  MessageReply reply;
  message_reply_init(&reply, bytes_from_string(original), "bob@beta.example", true);
  g_assert_cmpstr(reply.to, ==, "Jos\xc3\xa9 <jose@alpha.example>");
  g_assert_cmpstr(reply.cc, ==, "Carol <carol@beta.example>, \"Silva, D\" <d@beta.example>");
  g_assert_cmpstr(reply.subject, ==, "Re: vamos estudar redes");
  g_assert_cmpstr(reply.forward, ==, "Fwd: vamos estudar redes");
  g_assert_cmpstr(reply.in_reply_to, ==, "3@alpha.example");
  g_assert_cmpstr(reply.references, ==, "<1@alpha.example> <2@beta.example> <3@alpha.example>");
  g_assert_cmpstr(reply.quotation, ==,
                  "On Mon, 02 Mar 2026 12:00:00 +0000, Jos\xc3\xa9 <jose@alpha.example> wrote:\n"
                  "> Oi, Bob!\n>\n>> antes\n> Abra\xc3\xa7o\n");
  g_assert_false(reply.automatic);
  message_reply_clear(&reply);
  message_reply_init(&reply,
                     BYTES_LITERAL("Reply-To: list@x.example\r\nFrom: a@x.example\r\nSubject: RE: x\r\n\r\n"),
                     "bob@beta.example", false);
  g_assert_cmpstr(reply.to, ==, "list@x.example");
  g_assert_cmpstr(reply.cc, ==, "");
  g_assert_cmpstr(reply.subject, ==, "RE: x");
  g_assert_null(reply.in_reply_to);
  g_assert_null(reply.references);
  message_reply_clear(&reply);
}

static void no_machine_answers_a_machine(void)
{
  static const struct {
    const char *field;
    bool automatic;
  } cases[] = {{"Auto-Submitted: auto-replied", true},
               {"Auto-Submitted: no", false},
               {"List-Id: <x>", true},
               {"Precedence: bulk", true},
               {"Return-Path: <>", true},
               {"X-A: b", false}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *message = g_strdup_printf("From: a@x.example\r\n%s\r\n\r\nx\r\n", cases[i].field);
    MessageReply reply;
    message_reply_init(&reply, bytes_from_string(message), "bob@beta.example", false);
    g_assert_cmpint(reply.automatic, ==, cases[i].automatic);
    message_reply_clear(&reply);
  }
}

static void a_long_thread_keeps_its_first_letter_and_its_newest(void)
{
  GString *message = g_string_new("From: a@x.example\r\nMessage-ID: <last@x>\r\nReferences:");
  for (guint i = 0; i < 100; i++)
    g_string_append_printf(message, " <%u@x>\r\n", i);
  g_string_append(message, "\r\nx\r\n");
  MessageReply reply;
  message_reply_init(&reply, bytes_from_string(message->str), "bob@beta.example", false);
  g_assert_true(g_str_has_prefix(reply.references, "<0@x> <82@x> "));
  g_assert_true(g_str_has_suffix(reply.references, "<99@x> <last@x>"));
  message_reply_clear(&reply);
  g_string_free(message, TRUE);
}

static void any_bytes_can_be_answered(void)
{
  static const char *const cases[] = {"", "\r\n\r\n", "From: \xff\xfe\r\nTo: <<<\r\n\r\n\x80", "From\r\n"};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    MessageReply reply;
    message_reply_init(&reply, bytes_from_string(cases[i]), "bob@beta.example", true);
    g_assert_true(g_utf8_validate(reply.to, -1, NULL));
    g_assert_true(g_utf8_validate(reply.quotation, -1, NULL));
    g_assert_true(g_str_has_prefix(reply.subject, "Re: "));
    message_reply_clear(&reply);
  }
}

/* Mostly one of the first three: those are plain. */
static const char *pick(GRand *random, const char *const *words, guint count)
{
  return words[g_rand_int_range(random, 0, g_rand_int_range(random, 0, 6) == 0 ? (gint)count : 3)];
}

static char *make_people(GRand *random)
{
  static const char *const people[] = {"bob@beta.example",
                                       "Alice <alice@alpha.example>",
                                       "Ana Maria <a.m@x9.example>",
                                       "u_1@b-c.example",
                                       "Zoé <z@beta.example>",
                                       "a..b@beta.example",
                                       "A.B. <ab@beta.example>",
                                       "\"Q\" <q@beta.example>",
                                       "Two  Blanks <t@b.example>",
                                       "MAIL@BETA.EXAMPLE",
                                       "x@localhost",
                                       "Long Name Of Somebody <long.name.of.somebody@far.away.example>",
                                       "7 <7@7.example>",
                                       "o'b@beta.example",
                                       "group: a@b.example;",
                                       "a@xn--bcher-kva.example"};
  GString *list = g_string_new(pick(random, people, G_N_ELEMENTS(people)));
  for (gint more = g_rand_int_range(random, 0, 3); more > 0; more--) {
    g_string_append(list, g_rand_int_range(random, 0, 8) == 0 ? "," : ", ");
    g_string_append(list, pick(random, people, G_N_ELEMENTS(people)));
  }
  return g_string_free(list, FALSE);
}

/* Whatever is written without the library is what the library writes. */
static void plain_letters_are_the_librarys(void)
{
  static const char *const subjects[] = {
      NULL,     "letter 7", "Oi",   "vamos estudar redes",
      "a  b",   " a",       "ação", "=?x?=",
      "Re: it", "a_b",      "",     "one two three four five six seven eight nine ten eleven"};
  static const char *const bodies[] = {
      "Hello.\n", "Hello.",           "\n\nHello\n\n", "tab\there\n", "a\r\nb\n",
      "\n",       "From me\n.\n..\n", "trailing  \n",  "é\n",         "~ !\"#$%&'()*+,-./:;<=>?@[]^_`{|}\n"};
  static const char *const ids[] = {"1.1@alpha.example", "45ebc26c15ff9f7b@alpha.example",
                                    "x-1@a.b.example",   "<x@y>",
                                    "a b@c.example",     "id"};
  guint plain = 0;
  g_autoptr(GRand) random = g_rand_new_with_seed(11);
  for (guint i = 0; i < 4000; i++) {
    g_autofree char *from = make_people(random), *to = make_people(random), *cc = make_people(random);
    MessageDraft draft = {
        .from = from,
        .to = to,
        .cc = g_rand_int_range(random, 0, 3) == 0 ? cc : NULL,
        .subject = pick(random, subjects, G_N_ELEMENTS(subjects)),
        .body = pick(random, bodies, G_N_ELEMENTS(bodies)),
        .message_id = pick(random, ids, G_N_ELEMENTS(ids)),
        .date = NOON + g_rand_int_range(random, 0, G_MAXINT32) * NANOSECONDS_PER_SECOND,
        .utc_offset = g_rand_int_range(random, 0, 2) * -180,
        .eight_bit = g_rand_boolean(random),
    };
    g_autoptr(GBytes) fast = message_plain_build(&draft);
    if (fast == NULL) continue;
    g_autoptr(GBytes) slow = message_compose(&draft);
    plain++;
    g_autofree char *ours = bytes_dup_string(view_of(fast)), *theirs = bytes_dup_string(view_of(slow));
    g_assert_cmpstr(ours, ==, theirs);
  }
  g_assert_cmpuint(plain, >, 300);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/message-build/a letter may be a picture and nothing else",
                  a_letter_may_be_a_picture_and_nothing_else);
  g_test_add_func("/message-build/files, pictures and two forms of the text stand in their places",
                  files_pictures_and_two_forms_of_the_text_stand_in_their_places);
  g_test_add_func("/message-build/headers fold whatever their length", headers_fold_whatever_their_length);
  g_test_add_func("/message-build/a forwarded letter is whole inside", a_forwarded_letter_is_whole_inside);
  g_test_add_func("/message-build/GMime reads ten megabytes as they were",
                  gmime_reads_ten_megabytes_as_they_were);
  g_test_add_func("/message-build/blind copies are in the envelope and in no header unless left in",
                  blind_copies_are_in_the_envelope_and_in_no_header_unless_left_in);
  g_test_add_func("/message-reply/an answer knows whom, what and where", an_answer_knows_whom_what_and_where);
  g_test_add_func("/message-reply/no machine answers a machine", no_machine_answers_a_machine);
  g_test_add_func("/message-reply/a long thread keeps its first letter and its newest",
                  a_long_thread_keeps_its_first_letter_and_its_newest);
  g_test_add_func("/message-reply/any bytes can be answered", any_bytes_can_be_answered);
  g_test_add_func("/message-build/plain letters are the library’s", plain_letters_are_the_librarys);
  return g_test_run();
}
