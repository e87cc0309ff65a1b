/* SPDX-License-Identifier: MIT */
/* Random messages: our scanner and GMime must see the same parts. */
#include "test-message-random.h"
#include "test-message-scan.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

/* What GMime sees: type and size of every part, in order. */
static void judge_part(GString *text, GMimeObject *object)
{
  GMimeContentType *type = g_mime_object_get_content_type(object);
  g_autofree char *name = g_ascii_strdown(g_mime_content_type_get_media_type(type), -1);
  g_autofree char *subtype = g_ascii_strdown(g_mime_content_type_get_media_subtype(type), -1);
  g_string_append_printf(text, "%s/%s", name, subtype);
  if (GMIME_IS_PART(object)) {
    GMimeStream *stream = g_mime_data_wrapper_get_stream(g_mime_part_get_content(GMIME_PART(object)));
    g_string_append_printf(text, " %" G_GINT64_FORMAT, g_mime_stream_length(stream));
  }
  g_string_append_c(text, '\n');
  if (GMIME_IS_MULTIPART(object))
    for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
      judge_part(text, g_mime_multipart_get_part(GMIME_MULTIPART(object), i));
  if (GMIME_IS_MESSAGE_PART(object))
    judge_part(text,
               g_mime_message_get_mime_part(g_mime_message_part_get_message(GMIME_MESSAGE_PART(object))));
}

static char *judged(const GString *message)
{
  g_mime_init();
  GString *text = g_string_new(NULL);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message->str, message->len);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
  judge_part(text, g_mime_message_get_mime_part(parsed));
  g_object_unref(parsed);
  g_object_unref(parser);
  g_object_unref(stream);
  return g_string_free(text, FALSE);
}

static char *ours(const GString *message, size_t step)
{
  g_autoptr(MessageRecord) record = scan((Bytes){(const uint8_t *)message->str, message->len}, step);
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < record->parts->len; i++) {
    const MessagePart *part = part_at(record, i);
    bool node = g_str_has_prefix(part->type, "multipart/") || g_str_has_prefix(part->type, "message/");
    g_string_append(text, part->type);
    if (!node) g_string_append_printf(text, " %" G_GUINT64_FORMAT, part->bytes);
    g_string_append_c(text, '\n');
  }
  return g_string_free(text, FALSE);
}

static void gmime_sees_the_same_parts(void)
{
  for (guint32 seed = 1; seed <= 2000; seed++) {
    GRand *random = g_rand_new_with_seed(seed);
    GString *message = g_string_new("MIME-Version: 1.0\r\n");
    append_entity(random, message, 0);
    g_autofree char *expected = judged(message);
    g_autofree char *whole = ours(message, message->len);
    g_autofree char *cut = ours(message, (size_t)g_rand_int_range(random, 1, 30));
    if (strcmp(whole, expected) != 0) g_test_message("seed %u:\n%s", seed, message->str);
    g_assert_cmpstr(whole, ==, expected);
    g_assert_cmpstr(cut, ==, expected);
    g_string_free(message, TRUE);
    g_rand_free(random);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/message/GMime sees the same parts", gmime_sees_the_same_parts);
  return g_test_run();
}
