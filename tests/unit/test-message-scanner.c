/* SPDX-License-Identifier: MIT */
/* Messages read as they stream by: headers, parts, sizes, and every cap. */
#include "base/byte-buffer.h"
#include "base/limits.h"
#include "mail/content-type.h"
#include "mail/header-text.h"
#include "mail/header-vocabulary.h"
#include "mail/message-text.h"
#include "support/cpu-time.h"
#include "test-message-scan.h"

static MessageRecord *scan_string(const char *text)
{
  return scan(bytes_from_string(text), SIZE_MAX / 2);
}

static const char *value_of(const MessageRecord *record, const char *name)
{
  const MessageHeader *header = message_record_find(record, name);
  return header == NULL ? NULL : header->value;
}

static void headers_are_unfolded_and_decoded(void)
{
  g_autoptr(MessageRecord) record = scan_string("From: =?iso-8859-1?Q?Jo=E3o?= <joao@a.example>\r\n"
                                                "Subject: =?utf-8?B?T2zDoQ==?=\r\n =?utf-8?Q?_mundo?=\r\n"
                                                "X-Raw: caf\xe9\r\n"
                                                "x-raw : second\r\n"
                                                "Message-Id: <1@a.example>\r\n"
                                                "\r\nbody\r\n");
  g_assert_cmpstr(record->subject, ==, "Olá mundo");
  g_assert_cmpstr(record->from, ==, "João <joao@a.example>");
  g_assert_cmpstr(record->message_id, ==, "<1@a.example>");
  g_assert_cmpstr(value_of(record, "X-RAW"), ==, "café");
  g_assert_cmpstr(message_record_find(record, "X-Raw")->raw, ==, "caf\xef\xbf\xbd");
  g_assert_cmpuint(message_record_find(record, "X-Raw")->next_same, ==, 3);
  g_assert_true(g_array_index(record->headers, MessageHeader, 3).repeats);
  g_assert_cmpuint(record->parts->len, ==, 1);
  g_assert_cmpstr(part_at(record, 0)->type, ==, "text/plain");
  g_assert_cmpstr(part_at(record, 0)->encoding, ==, "7bit");
  g_assert_cmpuint(part_at(record, 0)->bytes, ==, 6);
  g_assert_false(record->truncated);
}

static void a_body_may_begin_without_a_blank_line(void)
{
  g_autoptr(MessageRecord) record = scan_string("From eve Mon Mar  2\r\nSubject: x\r\nno header at all\r\n");
  g_assert_cmpuint(record->headers->len, ==, 1);
  g_assert_cmpuint(part_at(record, 0)->bytes, ==, 18);
  g_autoptr(MessageRecord) empty = scan_string("");
  g_assert_cmpuint(empty->bytes, ==, 0);
  g_autoptr(MessageRecord) headers = scan_string("Subject: x\r\nX: y");
  g_assert_cmpstr(value_of(headers, "X"), ==, "y");
  g_assert_cmpuint(part_at(headers, 0)->bytes, ==, 0);
}

static void parts_are_found_over_any_cut(void)
{
  static const char text[] =
      "Content-Type: multipart/mixed;\r\n boundary=\"-- x\"\r\n\r\n"
      "preamble\r\n---- x\r\n"
      "Content-Type: TEXT/Plain; charset=utf-8\r\n\r\none\r\n-- not\r\n---- x\r\n"
      "Content-Type: message/rfc822\r\n\r\n"
      "Subject: inner\r\nContent-Type: multipart/digest; boundary=y\r\n\r\n"
      "--y\r\n\r\nSubject: z\r\n\r\nzz\r\n--y--\r\nepilogue\r\n---- x  \r\n"
      "Content-Type: application/pdf; name=\"a.pdf\"\r\n"
      "Content-Transfer-Encoding: BASE64 (comment)\r\n\r\nJVBERi0=\r\n---- x--\r\nend\r\n";
  static const struct {
    const char *type;
    uint64_t bytes;
    uint8_t depth;
  } wanted[] = {{"multipart/mixed", 0, 0},  {"text/plain", 11, 1},     {"message/rfc822", 0, 1},
                {"multipart/digest", 0, 2}, {"message/rfc822", 16, 3}, {"text/plain", 2, 4},
                {"application/pdf", 8, 1}};
  for (size_t step = 1; step < sizeof text; step++) {
    g_autoptr(MessageRecord) record = scan(bytes_from_string(text), step);
    g_assert_cmpuint(record->parts->len, ==, G_N_ELEMENTS(wanted));
    for (guint i = 0; i < record->parts->len; i++) {
      g_assert_cmpstr(part_at(record, i)->type, ==, wanted[i].type);
      g_assert_cmpuint(part_at(record, i)->depth, ==, wanted[i].depth);
      if (wanted[i].bytes > 0) g_assert_cmpuint(part_at(record, i)->bytes, ==, wanted[i].bytes);
    }
    g_assert_cmpstr(part_at(record, 6)->encoding, ==, "base64");
    g_assert_cmpstr(part_at(record, 6)->name, ==, "a.pdf");
    g_assert_cmpstr(part_at(record, 1)->charset, ==, "utf-8");
    g_assert_cmpuint(record->headers->len, ==, 1);
  }
}

static GString *nested(guint depth)
{
  GString *text = g_string_new(NULL);
  for (guint i = 0; i + 1 < depth; i++)
    g_string_append_printf(text, "Content-Type: multipart/mixed; boundary=b%ub\r\n\r\n--b%ub\r\n", i, i);
  return g_string_append(text, "\r\nbody\r\n");
}

static void nesting_is_capped(void)
{
  for (guint depth = LIMIT_MIME_DEPTH - 1; depth <= LIMIT_MIME_DEPTH + 1; depth++) {
    GString *text = nested(depth);
    g_autoptr(MessageRecord) record = scan_string(text->str);
    g_assert_cmpuint(record->parts->len, ==, MIN(depth, LIMIT_MIME_DEPTH));
    g_assert_cmpint(record->too_deep, ==, depth > LIMIT_MIME_DEPTH);
    g_assert_cmpint(record->truncated, ==, depth > LIMIT_MIME_DEPTH);
    g_string_free(text, TRUE);
  }
}

static void parts_are_capped(void)
{
  for (guint count = LIMIT_MIME_PARTS - 2; count <= LIMIT_MIME_PARTS; count++) {
    GString *text = g_string_new("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (guint i = 0; i < count; i++)
      g_string_append(text, "--b\r\n\r\nx\r\n");
    g_autoptr(MessageRecord) record = scan_string(text->str);
    g_assert_cmpuint(record->parts->len, ==, MIN(count + 1, LIMIT_MIME_PARTS));
    g_assert_cmpint(record->truncated, ==, count + 1 > LIMIT_MIME_PARTS);
    g_string_free(text, TRUE);
  }
}

static void header_sizes_are_capped(void)
{
  for (size_t length = LIMIT_HEADER_BYTES - 1; length <= LIMIT_HEADER_BYTES + 1; length++) {
    GString *text = g_string_new("X:");
    for (size_t line = 0; text->len - 2 * line < length; line++) {
      size_t left = length - (text->len - 2 * line);
      for (size_t i = 0; i < MIN(left, 900); i++)
        g_string_append_c(text, i == 0 && line > 0 ? ' ' : 'a');
      g_string_append(text, "\r\n");
    }
    g_string_append(text, "Subject: after\r\n\r\n");
    g_autoptr(MessageRecord) record = scan((Bytes){(const uint8_t *)text->str, text->len}, 1000);
    g_assert_cmpstr(record->subject, ==, "after");
    g_assert_cmpint(record->truncated, ==, length > LIMIT_HEADER_BYTES);
    g_assert_cmpuint(strlen(value_of(record, "X")), ==, MIN(length, LIMIT_HEADER_BYTES) - 2);
    g_string_free(text, TRUE);
  }
  for (guint count = LIMIT_HEADERS - 1; count <= LIMIT_HEADERS + 1; count++) {
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
      g_string_append_printf(text, "X%u: %u\r\n", i % 100, i);
    g_autoptr(MessageRecord) record = scan_string(text->str);
    g_assert_cmpuint(record->headers->len, ==, MIN(count, LIMIT_HEADERS));
    g_assert_cmpint(record->truncated, ==, count > LIMIT_HEADERS);
    g_string_free(text, TRUE);
  }
}

static void all_headers_together_are_capped(void)
{
  GString *line = g_string_new("X: ");
  while (line->len < 65536 + 2)
    g_string_append_c(line, 'a');
  g_string_append(line, "\r\n");
  guint fitting = LIMIT_HEADERS_BYTES / 65536;
  for (guint count = fitting - 1; count <= fitting + 1; count++) {
    MessageRecord *record = message_record_new(MESSAGE_SENT);
    MessageScanner *scanner = message_scanner_new(record);
    for (guint i = 0; i < count; i++)
      message_scanner_feed(scanner, (Bytes){(const uint8_t *)line->str, line->len});
    message_scanner_finish(scanner);
    g_assert_cmpuint(record->headers->len, ==, MIN(count, fitting));
    g_assert_cmpint(record->truncated, ==, count > fitting);
    message_scanner_free(scanner);
    message_record_unref(record);
  }
  g_string_free(line, TRUE);
}

static void parameters_are_capped_and_decoded(void)
{
  static const struct {
    const char *value, *name;
  } cases[] = {{"application/pdf; name*=utf-8''ol%C3%A1.pdf", "olá.pdf"},
               {"x/y; name*0=\"one-\"; name*1=two.txt", "one-two.txt"},
               {"x/y; name=\"=?utf-8?Q?ol=C3=A1.pdf?=\"", "olá.pdf"},
               {"x/y; name=\"a\\\"b.txt\"", "a\"b.txt"},
               {"x/y (com(men)t;name=no) ; name = b.txt ;", "b.txt"},
               {"x/y; name", NULL},
               {"x/y; =; name=;", ""},
               {"; ; ;", NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    ContentType content;
    content_type_init(&content, bytes_from_string(cases[i].value));
    g_assert_cmpstr(content.name, ==, cases[i].name);
    content_type_clear(&content);
  }
  for (guint count = LIMIT_MIME_PARAMETERS - 1; count <= LIMIT_MIME_PARAMETERS + 1; count++) {
    GString *text = g_string_new("multipart/mixed");
    for (guint i = 0; i + 1 < count; i++)
      g_string_append_printf(text, "; x%u=y", i);
    g_string_append(text, "; boundary=b");
    ContentType content;
    content_type_init(&content, (Bytes){(const uint8_t *)text->str, text->len});
    g_assert_cmpint(content.boundary != NULL, ==, count <= LIMIT_MIME_PARAMETERS);
    content_type_clear(&content);
    g_string_free(text, TRUE);
  }
}

static void bad_encoded_words_are_shown_raw(void)
{
  static const struct {
    const char *raw, *decoded; /* NULL: as it is */
  } cases[] = {{"plain", NULL},
               {"=?utf-8?Q?open", "=?utf-8?Q?open"},
               {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
               {"=?=?=?=?=", "=?=?=?=?="},
               {"=?utf-8?Q?a=0Ab?=", "a b"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *decoded = header_text_decode(bytes_from_string(cases[i].raw));
    g_assert_cmpstr(decoded, ==, cases[i].decoded);
  }
}

static void a_bad_charset_is_replaced(void)
{
  g_autofree char *decoded = header_text_decode(bytes_from_string("=?no-such-charset?Q?caf=E9?= end"));
  g_assert_true(g_utf8_validate(decoded, -1, NULL));
  g_assert_true(g_str_has_suffix(decoded, " end"));
}

static void file_names_cannot_leave_their_folder(void)
{
  static const struct {
    const char *name, *safe;
  } cases[] = {{"report.pdf", "report.pdf"},
               {"../../etc/passwd", "passwd"},
               {"C:\\windows\\system.ini", "system.ini"},
               {"..", NULL},
               {"/", NULL},
               {"", NULL},
               {".bashrc", "bashrc"},
               {">.profile", "profile"},
               {"\" .. x", "x"},
               {"a\nb\x1b[31m.txt", "ab[31m.txt"},
               {"exe.\xe2\x80\xae"
                "fdp.exe",
                "exe.fdp.exe"},
               {"caf\xe9", "caf\xef\xbf\xbd"},
               {"con: a*b?.txt", "con ab.txt"}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *safe = content_type_safe_name(cases[i].name);
    g_assert_cmpstr(safe, ==, cases[i].safe);
  }
  g_autofree char *lengthy = g_strnfill(5000, 'x');
  g_autofree char *cut = content_type_safe_name(lengthy);
  g_assert_cmpuint(strlen(cut), ==, 200);
}

static void floods_of_headers_and_addresses_are_linear(void)
{
  gint64 spent[2];
  for (int round = 0; round < 2; round++) {
    GString *text = g_string_new("To: ");
    for (int i = 0; i < 20000 << round; i++)
      g_string_append(text, "a@b, \"<\",");
    g_string_append(text, "\r\n");
    for (int i = 0; i < 4000 << round; i++)
      g_string_append(text, "Same: x\r\n");
    gint64 start = cpu_time_now();
    g_autoptr(MessageRecord) record = scan((Bytes){(const uint8_t *)text->str, text->len}, 1400);
    Bytes rest = bytes_from_string(value_of(record, "To"));
    int found = 0;
    while (header_text_next_address(&rest).length > 0)
      found++;
    g_assert_cmpint(found, ==, 20000 << round);
    g_assert_cmpuint(record->headers->len, ==, 1 + (4000u << round));
    spent[round] = cpu_time_now() - start;
    g_string_free(text, TRUE);
  }
  g_test_message("%" G_GINT64_FORMAT " us, then twice that: %" G_GINT64_FORMAT " us", spent[0], spent[1]);
}

static void addresses_are_found_in_headers(void)
{
  Bytes rest = BYTES_LITERAL("\"Smith, A. <x@y>\" (c <z@w>) <a@b.c>, d@e.f, group: g@h.i;, <@r,@s:j@k.l>, "
                             "\"q w\"@m.n, <>, no");
  static const char *const wanted[] = {"a@b.c", "d@e.f", "g@h.i", "j@k.l", "\"q w\"@m.n"};
  for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
    Bytes found = header_text_next_address(&rest);
    g_autofree char *text = bytes_dup_string(found);
    g_assert_cmpstr(text, ==, wanted[i]);
  }
  g_assert_cmpuint(header_text_next_address(&rest).length, ==, 0);
}

/* base64 and quoted-printable that break off, or hold signs that are none of theirs, still give text. */
static void broken_encodings_give_what_they_can(void)
{
  static const struct {
    const char *head, *body, *text;
  } cases[] = {
      {"Content-Transfer-Encoding: base64\r\n", "T2zDoSBt\r\ndW5k", "Olá mund"},
      {"Content-Transfer-Encoding: base64\r\n", "T2z*Do!Q==\r\n", "Olá"},
      {"Content-Transfer-Encoding: quoted-printable\r\n", "Ol=C3=A1 =ZZ =\r\nend=", "Olá =ZZ end"},
      {"Content-Type: text/plain; charset=no-such\r\n", "plain", "plain"},
      {"Content-Type: text/plain; charset=iso-8859-1\r\n", "ol\xe1", "olá"},
      {"Content-Type: text/html\r\n",
       "<head><title>x</title></head><p>a &lt;b&gt;<!-- no --><script>y</script>", "a <b>"},
      {"Content-Type: image/png\r\n", "PNG", ""},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *message = g_strdup_printf(
        "MIME-Version: 1.0\r\n%s%s\r\n%s",
        strstr(cases[i].head, "Content-Type") == NULL ? "Content-Type: text/plain; charset=utf-8\r\n" : "",
        cases[i].head, cases[i].body);
    g_autofree char *text = message_text_extract(bytes_from_string(message), 1000);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpstr(text, ==, cases[i].text);
  }
  g_autofree char *cut =
      message_text_extract(BYTES_LITERAL("Content-Type: text/plain; charset=utf-8\r\n\r\nol\xc3\xa1"), 3);
  g_assert_cmpstr(cut, ==, "ol");
}

static void a_bad_date_stays_as_it_was_written(void)
{
  g_autoptr(MessageRecord) record = scan_string("Date: 32 Foo 99999 =?x\r\n\r\n");
  g_assert_cmpstr(record->date, ==, "32 Foo 99999 =?x");
  g_autoptr(MessageRecord) none = scan_string("Subject: x\r\n\r\n");
  g_assert_cmpstr(none->date, ==, "");
}

static const char *const course_headers[] = {"To",
                                             "Cc",
                                             "Bcc",
                                             "From",
                                             "Sender",
                                             "Received",
                                             "Return-Path",
                                             "Date",
                                             "Reply-To",
                                             "Message-Id",
                                             "In-Reply-To",
                                             "References",
                                             "Keywords",
                                             "Subject",
                                             "MIME-Version",
                                             "Content-Description",
                                             "Content-Id",
                                             "Content-Transfer-Encoding",
                                             "Content-Type",
                                             "DKIM-Signature",
                                             "Authentication-Results",
                                             "Received-SPF",
                                             "List-Id",
                                             "List-Unsubscribe",
                                             "Auto-Submitted"};
static const char *const course_types[] = {"text/plain",        "text/html",
                                           "text/xml",          "text/css",
                                           "image/gif",         "image/jpeg",
                                           "image/tiff",        "image/png",
                                           "audio/basic",       "audio/mpeg",
                                           "audio/mp4",         "video/mpeg",
                                           "video/mp4",         "video/quicktime",
                                           "model/vrml",        "application/octet-stream",
                                           "application/pdf",   "application/javascript",
                                           "application/zip",   "message/rfc822",
                                           "message/http",      "message/delivery-status",
                                           "multipart/mixed",   "multipart/alternative",
                                           "multipart/related", "multipart/parallel",
                                           "multipart/digest",  "multipart/report"};

static void every_header_and_type_of_the_course_is_explained(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(course_headers); i++)
    g_assert_nonnull(header_vocabulary_find(course_headers[i]));
  for (size_t i = 0; i < G_N_ELEMENTS(course_types); i++) {
    const MailWord *word = media_vocabulary_find(course_types[i]);
    g_assert_cmpstr(word->name, ==, course_types[i]);
  }
  g_assert_cmpstr(media_vocabulary_find("image/webp")->name, ==, "image");
  g_assert_null(header_vocabulary_find("Foo"));
  static const char *const encodings[] = {"7bit", "8bit", "binary", "quoted-printable", "base64"};
  for (size_t i = 0; i < G_N_ELEMENTS(encodings); i++)
    g_assert_nonnull(encoding_vocabulary_find(encodings[i]));
  size_t count;
  const MailWord *rows = header_vocabulary_rows(&count);
  for (size_t i = 0; i < count; i++)
    g_assert_true(g_str_has_prefix(rows[i].rfc, "RFC ") && strlen(rows[i].explanation) > 10);
  rows = media_vocabulary_rows(&count);
  for (size_t i = 0; i < count; i++)
    g_assert_true(g_str_has_prefix(rows[i].rfc, "RFC ") && strlen(rows[i].explanation) > 5);
}

static void a_gap_makes_it_partial(void)
{
  g_autoptr(MessageRecord) record = message_record_new(MESSAGE_FETCHED);
  MessageScanner *scanner = message_scanner_new(record);
  message_scanner_feed(scanner,
                       BYTES_LITERAL("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none"));
  message_scanner_gap(scanner, 1000);
  message_scanner_feed(scanner, BYTES_LITERAL("--b\r\n\r\nno part\r\n--b\r\n\r\ntwo\r\n--b--\r\n"));
  message_scanner_finish(scanner);
  message_scanner_free(scanner);
  g_assert_true(record->truncated);
  g_assert_cmpuint(record->parts->len, ==, 3);
  g_assert_cmpuint(part_at(record, 2)->bytes, ==, 3);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/message/headers are unfolded and decoded", headers_are_unfolded_and_decoded);
  g_test_add_func("/message/a body may begin without a blank line", a_body_may_begin_without_a_blank_line);
  g_test_add_func("/message/parts are found over any cut", parts_are_found_over_any_cut);
  g_test_add_func("/message/addresses are found in headers", addresses_are_found_in_headers);
  g_test_add_func("/message/a gap makes it partial", a_gap_makes_it_partial);
  g_test_add_func("/hardening/55-parts in parts are capped", nesting_is_capped);
  g_test_add_func("/hardening/55-ten thousand parts at most", parts_are_capped);
  g_test_add_func("/hardening/56-header sizes are capped", header_sizes_are_capped);
  g_test_add_func("/hardening/56-all headers together are capped", all_headers_together_are_capped);
  g_test_add_func("/hardening/57-parameters are capped and decoded", parameters_are_capped_and_decoded);
  g_test_add_func("/hardening/58-bad encoded words are shown raw", bad_encoded_words_are_shown_raw);
  g_test_add_func("/hardening/59-a bad charset is replaced", a_bad_charset_is_replaced);
  g_test_add_func("/hardening/60-broken encodings give what they can", broken_encodings_give_what_they_can);
  g_test_add_func("/hardening/63-a bad date stays as it was written", a_bad_date_stays_as_it_was_written);
  g_test_add_func("/message/every header and type of the course is explained",
                  every_header_and_type_of_the_course_is_explained);
  g_test_add_func("/hardening/61-floods of headers and addresses are linear",
                  floods_of_headers_and_addresses_are_linear);
  g_test_add_func("/hardening/62-file names cannot leave their folder", file_names_cannot_leave_their_folder);
  return g_test_run();
}
