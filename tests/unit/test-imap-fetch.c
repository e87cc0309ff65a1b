/* SPDX-License-Identifier: MIT */
/* FETCH's data as a tree: what is in it, and that no data, however hostile, makes it deep, long or slow. */
#include "protocol/imap/imap-fetch.h"
#include "protocol/line-items.h"

/* Returns the items, one a line: depth, name, value, bytes. */
static char *told(Bytes text)
{
  ByteBuffer packed = {0};
  LineItemWriter writer = {.out = &packed};
  GString *out = g_string_new(NULL);
  LineItem item;
  imap_fetch_append_items(&writer, text);
  Bytes items = byte_buffer_view(&packed);
  unsigned count = 0;
  for (; line_items_next(&items, &item); count++) {
    g_string_append_printf(out, "%u %.*s", item.depth, (int)item.name.length, (const char *)item.name.data);
    if (item.value.length > 0)
      g_string_append_printf(out, " = %.*s", (int)item.value.length, (const char *)item.value.data);
    if (item.has_bytes) g_string_append_printf(out, " (%" G_GUINT64_FORMAT ")", item.bytes);
    g_string_append_c(out, '\n');
  }
  g_assert_cmpuint(count, ==, writer.count);
  g_assert_cmpuint(items.length, ==, 0);
  byte_buffer_clear(&packed);
  return g_string_free(out, FALSE);
}

static const struct {
  const char *name, *text, *items;
} cases[] = {
    {"flags, number, date",
     "(FLAGS (\\Seen $Junk) UID 7 INTERNALDATE \" 2-Mar-2026 12:00:00 +0000\" MODSEQ (12))",
     "0 FLAGS = \\Seen $Junk\n0 UID = 7\n0 INTERNALDATE =  2-Mar-2026 12:00:00 +0000\n0 MODSEQ = 12\n"},
    {"no flags", "(FLAGS () UID 1)", "0 FLAGS\n0 UID = 1\n"},
    {"sections and a literal inside",
     "(BODY[HEADER.FIELDS (FROM \"X-Y\")]<0> {5}\r\nab)\r\n UID 3 BODY[1] NIL BINARY[2] ~{2}\r\n\x01) "
     "RFC822.SIZE 9)",
     "0 BODY[HEADER.FIELDS (FROM \"X-Y\")]<0> (5)\n0 UID = 3\n0 BODY[1]\n0 BINARY[2] (2)\n0 RFC822.SIZE = "
     "9\n"},
    {"a literal that is cut keeps its length", "(UID 3 BODY[] {5000}\r\nabc", "0 UID = 3\n0 BODY[] (5000)\n"},
    {"envelope",
     "(ENVELOPE (\"Mon, 2 Mar 2026\" {34}\r\n=?UTF-8?Q?a=C3=A7=C3=A3o_em_rede?= ((\"Al \\\"A\\\" ice\" NIL "
     "\"alice\" \"a.example\")) NIL NIL "
     "((NIL NIL \"bob\" \"b.example\")(NIL NIL carol c.example)) NIL ((NIL NIL \"friends\" NIL)(NIL NIL "
     "\"d\" \"d.example\")(NIL NIL NIL NIL)) NIL "
     "\"<1@a>\"))",
     "0 ENVELOPE\n1 date = Mon, 2 Mar 2026\n1 subject = a\u00e7\u00e3o em rede\n1 from = Al \"A\" ice "
     "<alice@a.example>\n"
     "1 to = bob@b.example, carol@c.example\n1 bcc = friends: d@d.example;\n1 message-id = <1@a>\n"},
    {"a letter with parts",
     "(BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"8bit\" 52 2 NIL NIL NIL "
     "NIL)(\"image\" \"png\" (\"name\" "
     "\"=?UTF-8?Q?p=C3=A9.png?=\") \"<i@x>\" NIL \"base64\" 1200 NIL (\"attachment\" (\"filename\" "
     "\"waves.png\")) NIL NIL) \"mixed\" (\"boundary\" \"x\") "
     "NIL NIL NIL) UID 4)",
     "0 BODYSTRUCTURE\n1 multipart/mixed\n2 text/plain = CHARSET=utf-8 8bit (52)\n2 image/png = "
     "name=p\u00e9.png base64 attachment "
     "filename=waves.png (1200)\n0 UID = 4\n"},
    {"a letter inside a letter",
     "(BODY (\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 300 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
     "(\"text\" \"plain\" NIL NIL NIL "
     "\"7bit\" 20 1) 9 NIL (\"inline\" NIL)) UID 5)",
     "0 BODY\n1 message/rfc822 = 7bit inline (300)\n0 UID = 5\n"},
    {"wrong where a list is wanted", "(ENVELOPE NIL BODYSTRUCTURE NIL UID 5)",
     "0 ENVELOPE\n0 BODYSTRUCTURE\n0 UID = 5\n"},
    {"an envelope that ends early", "(UID 1 ENVELOPE (\"d\" \"s\" ((\"A\" NIL",
     "0 UID = 1\n0 ENVELOPE\n1 date = d\n1 subject = s\n"},
    {"a quote that never ends", "(UID 1 INTERNALDATE \"abc", "0 UID = 1\n"},
    {"no list at all", "UID 1", ""},
    {"nothing", "", ""},
};

static void test_items(gconstpointer data)
{
  size_t index = GPOINTER_TO_SIZE(data);
  g_autofree char *items = told(bytes_from_string(cases[index].text));
  g_assert_cmpstr(items, ==, cases[index].items);
}

/* Cut anywhere, what is told is a beginning of what is told of the whole, but for the item that was cut. */
static void test_cuts(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Bytes text = bytes_from_string(cases[i].text);
    for (size_t length = 0; length < text.length; length++) {
      g_autofree uint8_t *copy = g_memdup2(text.data, length); /* the sanitizer watches its end */
      g_autofree char *items = told((Bytes){copy, length});
      g_assert_cmpuint(strlen(items), <=, strlen(cases[i].items) + 40);
    }
  }
}

static char *repeated(const char *before, const char *part, size_t count, const char *after)
{
  GString *text = g_string_new(before);
  for (size_t i = 0; i < count; i++)
    g_string_append(text, part);
  g_string_append(text, after);
  return g_string_free(text, FALSE);
}

static unsigned count_lines(const char *text)
{
  unsigned count = 0;
  for (; *text != '\0'; text++)
    count += *text == '\n';
  return count;
}

static void test_hostile_structure(void)
{
  static const char *const openings[] = {"(BODYSTRUCTURE ", "(ENVELOPE ", "(FLAGS ", "(X "};
  for (size_t i = 0; i < G_N_ELEMENTS(openings); i++) {
    g_autofree char *deep = repeated(openings[i], "(", 200000, ""), *items = told(bytes_from_string(deep));
    g_assert_cmpuint(count_lines(items), <=, LINE_ITEM_DEPTH + 1);
  }
  for (unsigned depth = LINE_ITEM_DEPTH - 2; depth <= LINE_ITEM_DEPTH + 1; depth++) {
    g_autofree char *open =
        repeated("(BODYSTRUCTURE ", "(", depth, "\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)");
    g_autofree char *text = repeated(open, " \"mixed\")", depth - 1, " UID 9)"),
                    *items = told(bytes_from_string(text));
    bool fits = depth < LINE_ITEM_DEPTH;
    g_assert_cmpint(strstr(items, "text/plain") != NULL, ==, fits);
    g_assert_nonnull(strstr(items, "0 UID = 9\n"));
  }
  for (unsigned count = LINE_ITEMS_MAX - 1; count <= LINE_ITEMS_MAX + 1; count++) {
    g_autofree char *text = repeated("(", "UID 1 ", count, ")"), *items = told(bytes_from_string(text));
    g_assert_cmpuint(count_lines(items), ==, MIN(count, LINE_ITEMS_MAX));
  }
}

/* Whatever stands where a value should, reading ends. */
static void test_noise(void)
{
  static const char *const words[] = {"(",
                                      ")",
                                      "\"",
                                      "{3}\r\n",
                                      "abc",
                                      "NIL",
                                      " ",
                                      "[",
                                      "]",
                                      "\\Seen",
                                      "~{2}\r\n",
                                      "ENVELOPE",
                                      "BODYSTRUCTURE",
                                      "BODY[",
                                      "UID",
                                      "\r\n",
                                      "{99999999999999999999}\r\n",
                                      "\xff",
                                      "((",
                                      "\"x\""};
  GRand *random = g_rand_new_with_seed(3);
  for (int round = 0; round < 20000; round++) {
    GString *text = g_string_new("(");
    for (int i = g_rand_int_range(random, 0, 30); i > 0; i--) {
      g_string_append(text, words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
      if (g_rand_boolean(random)) g_string_append_c(text, ' ');
    }
    g_autofree char *items = told((Bytes){(const uint8_t *)text->str, text->len});
    g_assert_nonnull(items);
    g_string_free(text, TRUE);
  }
  g_rand_free(random);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *path = g_strdup_printf("/imap-fetch/%s", cases[i].name);
    g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_items);
  }
  g_test_add_func("/imap-fetch/cut anywhere", test_cuts);
  g_test_add_func("/hardening/51-hostile-structures-and-envelopes-stay-shallow-and-short",
                  test_hostile_structure);
  g_test_add_func("/hardening/51-noise-in-a-structure-ends", test_noise);
  return g_test_run();
}
