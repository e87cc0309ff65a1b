/* SPDX-License-Identifier: MIT */
/* What strangers wrote, on its way to a terminal: nothing steers it, nothing is reordered, JSON stays JSON.
 */
#include "observe/json.h"
#include "observe/row-text.h"
#include "observe/text-clean.h"
#include "protocol/registry.h"
#include "support/cpu-time.h"

/* Controls and formats in every plane: C0, DEL, C1 (CSI), soft hyphen, bidi override and isolate, separators,
 * BOM, interlinear, tag. */
static const char *const hostile[] = {"\x01",
                                      "\x1b[31m",
                                      "\x7f",
                                      "\xc2\x9b",
                                      "\xc2\xad",
                                      "\xd8\x9c",
                                      "\xe2\x80\xae",
                                      "\xe2\x81\xa6",
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xa9",
                                      "\xef\xbb\xbf",
                                      "\xef\xbf\xb9",
                                      "\xf3\xa0\x80\x81"};

static void assert_harmless(const char *text, size_t length)
{
  g_assert_true(g_utf8_validate_len(text, length, NULL));
  for (const char *at = text; at < text + length; at = g_utf8_next_char(at))
    g_assert_false(text_is_invisible(g_utf8_get_char(at)));
}

static void controls_and_formats_are_made_visible(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
    g_autoptr(GString) text = g_string_new(NULL);
    text_append_visible(text, bytes_from_string(hostile[i]), 100);
    g_assert_cmpuint(text->len, >, 0);
    assert_harmless(text->str, text->len);
  }
}

static void json_escapes_them(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
    ByteBuffer out = {0};
    g_assert_true(json_string(&out, bytes_from_string(hostile[i])));
    Bytes view = byte_buffer_view(&out);
    assert_harmless((const char *)view.data, view.length);
    byte_buffer_clear(&out);
  }
  ByteBuffer out = {0};
  json_string(&out, BYTES_LITERAL("\xf3\xa0\x80\x81 \xe2\x80\xae \xf0\x9f\x93\xa7"));
  g_assert_true(
      bytes_equal(byte_buffer_view(&out), BYTES_LITERAL("\"\\udb40\\udc01 \\u202e \xf0\x9f\x93\xa7\"")));
  byte_buffer_clear(&out);
}

/* The bold part must not end inside a character. */
static void the_head_of_a_reply_ends_between_characters(void)
{
  static const char *const lines[] = {"\xff\x01\x80 OK done\r\n", "\x1b\x1b OK done\r\n", "* OK hi\r\n",
                                      "\xe2\x80\xae\r\n"};
  RowText text;
  row_text_init(&text);
  for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
    StreamInfo stream = {0};
    Row row = {.kind = LINE_REPLY,
               .protocol = PROTOCOL_IMAP,
               .id = 1,
               .word = VOCABULARY_UNKNOWN,
               .answered_word = VOCABULARY_UNKNOWN};
    RowEvent event = {.row = &row, .stream = &stream, .raw = bytes_from_string(lines[i])};
    row_text_set(&text, &event, false);
    g_assert_true(g_utf8_validate_len(text.wire->str, text.wire_head, NULL));
    assert_harmless(text.wire->str, text.wire->len);
  }
  row_text_clear(&text);
}

/* One giant line must not make every later row dear. */
static void a_small_row_after_a_giant_one_is_cheap(void)
{
  g_autofree char *giant = g_strnfill(60000, 'a');
  StreamInfo stream = {0};
  Row row = {.kind = LINE_COMMAND,
             .protocol = PROTOCOL_SMTP,
             .id = 1,
             .word = VOCABULARY_UNKNOWN,
             .answered_word = VOCABULARY_UNKNOWN};
  RowText text;
  row_text_init(&text);
  RowEvent event = {.row = &row, .stream = &stream, .raw = bytes_from_string(giant)};
  row_text_set(&text, &event, false);
  event.raw = BYTES_LITERAL("NOOP x\r\n");
  gint64 start = cpu_time_now();
  for (int i = 0; i < 200000; i++)
    row_text_set(&text, &event, false);
  /* wiping what is not used costs some 4 s here, and ten times that under a sanitizer */
  g_assert_cmpint(cpu_time_now() - start, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpstr(text.wire->str, ==, "NOOP x");
  row_text_clear(&text);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/shown-text/controls and formats are made visible", controls_and_formats_are_made_visible);
  g_test_add_func("/shown-text/JSON escapes them", json_escapes_them);
  g_test_add_func("/shown-text/the head of a reply ends between characters",
                  the_head_of_a_reply_ends_between_characters);
  g_test_add_func("/shown-text/a small row after a giant one is cheap",
                  a_small_row_after_a_giant_one_is_cheap);
  return g_test_run();
}
