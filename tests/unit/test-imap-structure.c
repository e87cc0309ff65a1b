/* SPDX-License-Identifier: MIT */
/* BODYSTRUCTURE, ENVELOPE and sections of random messages: what the server writes, our decoder, our client
 * and GMime must read alike, and a part must be as long as its structure says. */
#include "mail/message-structure.h"
#include "protocol/imap/imap-client.h"
#include "protocol/imap/imap-fetch.h"
#include "support/cpu-time.h"
#include "test-imap-house.h"
#include "test-message-random.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

/* Returns a client that is logged in and idle. */
static Endpoint *new_client(void)
{
  Endpoint *client = imap_client_new(&(ImapClientConfig){.user = "bob", .password = "builder"});
  EndpointEvent event;
  static const char *const said[] = {"* OK hello\r\n", "a1 OK [CAPABILITY IMAP4rev1] in\r\n"};
  for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
    endpoint_receive(client, bytes_from_string(said[i]));
    while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING)
      endpoint_consumed(client, endpoint_pending(client).length);
    endpoint_consumed(client, endpoint_pending(client).length);
  }
  return client;
}

/* Returns what the client reads out of a FETCH response (valid until it is told more). */
static const ImapFetched *read_by_client(Endpoint *client, const char *response)
{
  EndpointEvent event;
  while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING) {
  }
  endpoint_receive(client, bytes_from_string(response));
  g_assert_cmpint(endpoint_next_event(client, &event), ==, ENDPOINT_FETCHED);
  return imap_client_get_result(client)->fetched;
}

/* Returns "type bytes" of every part without parts, as the decoder reads them. */
static char *leaves_of_decoder(const char *response)
{
  ByteBuffer packed = {0};
  LineItemWriter writer = {.out = &packed};
  GString *leaves = g_string_new(NULL);
  LineItem item;
  imap_fetch_append_items(&writer, bytes_from_string(strchr(response, '(')));
  for (Bytes items = byte_buffer_view(&packed); line_items_next(&items, &item);)
    if (item.has_bytes && item.depth > 0)
      g_string_append_printf(leaves, "%.*s %" G_GUINT64_FORMAT "\n", (int)item.name.length,
                             (const char *)item.name.data, item.bytes);
  byte_buffer_clear(&packed);
  return g_string_free(leaves, FALSE);
}

static char *leaves_of_client(const ImapFetched *fetched)
{
  GString *leaves = g_string_new(NULL);
  for (guint i = 0; i < fetched->part_count; i++)
    g_string_append_printf(leaves, "%s %" G_GUINT64_FORMAT "\n", fetched->parts[i].type,
                           fetched->parts[i].bytes);
  return g_string_free(leaves, FALSE);
}

/* The same of GMime, which finds each part by the path the client made. */
static void assert_gmime_agrees(GMimeMessage *parsed, const char *section, const char *type, uint64_t bytes)
{
  GMimePartIter *iterator = g_mime_part_iter_new(GMIME_OBJECT(parsed));
  bool single = !GMIME_IS_MULTIPART(g_mime_message_get_mime_part(parsed));
  GMimeObject *object = g_mime_message_get_mime_part(parsed);
  if (!single) {
    g_assert_true(g_mime_part_iter_jump_to(iterator, section));
    object = g_mime_part_iter_get_current(iterator);
  }
  g_autofree char *seen = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
  g_assert_cmpstr(seen, ==, type);
  if (GMIME_IS_PART(object)) {
    GMimeStream *stream = g_mime_data_wrapper_get_stream(g_mime_part_get_content(GMIME_PART(object)));
    g_assert_cmpint(g_mime_stream_length(stream), ==, (gint64)bytes);
  }
  g_mime_part_iter_free(iterator);
}

static GMimeMessage *parse(const GString *message)
{
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message->str, message->len);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
  g_object_unref(parser);
  g_object_unref(stream);
  return parsed;
}

/* Returns the section's bytes, the caller's to free. */
static char *fetch_section(Session *session, const char *section)
{
  g_autofree char *line = g_strdup_printf("1 FETCH 1 BODY.PEEK[%s]", section);
  g_autofree char *name = g_strdup_printf("BODY[%s] {", section);
  const char *found = strstr(session_say(session, line), name);
  if (found == NULL) g_error("%s is not told", name);
  char *end;
  guint64 length = g_ascii_strtoull(found + strlen(name), &end, 10);
  g_assert_true(g_str_has_prefix(end, "}\r\n"));
  return g_strndup(end + 3, (gsize)length);
}

/* A part is as long as its structure says, and in the message its header stands before it. */
static void assert_section(Session *session, const ImapPart *part, const GString *message)
{
  g_autofree char *mime_section = g_strdup_printf("%s.MIME", part->section);
  g_autofree char *mime = fetch_section(session, mime_section), *body = fetch_section(session, part->section);
  g_autofree char *both = g_strconcat(mime, body, NULL);
  g_assert_cmpuint(strlen(body), ==, part->bytes);
  g_assert_true(g_str_has_suffix(mime, "\r\n\r\n"));
  g_assert_nonnull(strstr(message->str, both));
}

static void everybody_reads_the_same(void)
{
  g_mime_init();
  Endpoint *client = new_client();
  for (guint32 seed = 1; seed <= 400; seed++) {
    GRand *random = g_rand_new_with_seed(seed);
    GString *message = g_string_new("From: =?UTF-8?Q?J=C3=B4?= <jo@a.example>\r\nSubject: a \"b\" \\c\r\n");
    append_entity(random, message, 0);
    House house;
    house_init(&house, NULL);
    house_deliver(&house, message->str);
    Session *session = house_open(&house, 0);
    g_autofree char *said = g_strdup(session_say(session, "1 FETCH 1 (BODYSTRUCTURE ENVELOPE)"));
    char *end = strstr(said, "\r\n1 OK");
    g_assert_nonnull(end);
    end[2] = '\0';
    const ImapFetched *fetched = read_by_client(client, said);
    g_assert_cmpstr(fetched->envelope->from, ==, "J\u00f4 <jo@a.example>");
    g_assert_cmpstr(fetched->envelope->subject, ==, "a \"b\" \\c");
    g_autofree char *by_decoder = leaves_of_decoder(said), *by_client = leaves_of_client(fetched);
    g_assert_cmpstr(by_decoder, ==, by_client);
    GMimeMessage *parsed = parse(message);
    for (guint i = 0; i < fetched->part_count; i++) {
      assert_gmime_agrees(parsed, fetched->parts[i].section, fetched->parts[i].type, fetched->parts[i].bytes);
      assert_section(session, &fetched->parts[i], message);
    }
    g_object_unref(parsed);
    house_clear(&house);
    g_string_free(message, TRUE);
    g_rand_free(random);
  }
  endpoint_free(client);
}

/* Whatever the bytes, the entities lie inside the message, in order, and searches end. */
static void noise(void)
{
  static const char *const words[] = {"Content-Type: ",
                                      "multipart/mixed; boundary=b",
                                      "message/rfc822",
                                      "text/plain",
                                      "\r\n",
                                      "--b",
                                      "--b--",
                                      "\r\n\r\n",
                                      "x",
                                      ": ",
                                      "\n",
                                      "\xff",
                                      "Subject: a",
                                      " ",
                                      "From: a <b@c>, d: e;"};
  g_autoptr(GRand) random = g_rand_new_with_seed(17);
  for (int round = 0; round < 5000; round++) {
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = g_rand_int_range(random, 0, 60); i > 0; i--)
      g_string_append(text, words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
    g_autofree uint8_t *copy = g_memdup2(text->str, text->len);
    g_autoptr(MessageStructure) structure = message_structure_new((Bytes){copy, text->len});
    guint count = message_structure_get_count(structure);
    g_assert_cmpuint(count, >, 0);
    for (guint i = 0; i < count; i++) {
      MessageEntity entity = message_structure_get(structure, i);
      g_assert_true(entity.header.length == 0 ||
                    entity.header.data + entity.header.length <= copy + text->len);
      g_assert_true(entity.body.length == 0 || entity.body.data + entity.body.length <= copy + text->len);
      int first = message_structure_get_first(structure, i), next = message_structure_get_next(structure, i);
      g_assert_true(first < 0 || first == (int)i + 1);
      g_assert_true(next < 0 || (next > (int)i && next < (int)count));
      g_autofree char *decoded = message_entity_text(&entity);
      g_assert_true(g_utf8_validate(decoded, -1, NULL));
    }
  }
}

/* Header fields made to hurt: the cost of reading them stays linear, and nothing overflows. */
static void hostile_fields(void)
{
  static const char *const parts[] = {"a:",     "(",      "<",  "\"", "a@b,", ";",        "=?UTF-8?Q?x?= ",
                                      "<@a:",   "a:b@c;", "\\", ",",  "[",    "a=\"b\";", "x*0*=a;",
                                      "x*1=b;", "\xff"};
  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    gint64 spent[2];
    for (size_t doubled = 0; doubled < 2; doubled++) {
      g_autoptr(GString) value = g_string_new(NULL);
      while (value->len < 100000 * (doubled + 1))
        g_string_append(value, parts[i]);
      g_autofree char *message = g_strdup_printf(
          "From: %s\r\nContent-Type: text/plain; %s\r\nContent-Disposition: %s\r\nDate: %s\r\n\r\nx\r\n",
          value->str, value->str, value->str, value->str);
      House house;
      house_init(&house, NULL);
      house_deliver(&house, message);
      Session *session = house_open(&house, 0);
      gint64 before = cpu_time_now();
      g_assert_nonnull(strstr(session_say(session, "1 FETCH 1 (ENVELOPE BODYSTRUCTURE)"), "1 OK"));
      g_assert_nonnull(strstr(session_say(session, "2 SEARCH OR FROM zz SENTON 1-Jan-2026"), "2 OK"));
      spent[doubled] = cpu_time_now() - before;
      house_clear(&house);
    }
    if (spent[1] > 4 * spent[0] + G_USEC_PER_SEC / 5)
      g_error("%s: %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, parts[i], spent[0], spent[1]);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/imap-structure/everybody reads the same", everybody_reads_the_same);
  g_test_add_func("/imap-structure/noise", noise);
  g_test_add_func("/hardening/61-hostile-fields-in-envelopes-and-structures", hostile_fields);
  return g_test_run();
}
