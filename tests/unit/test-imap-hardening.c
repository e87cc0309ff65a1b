/* SPDX-License-Identifier: MIT */
/* The IMAP server and client against bad input: faults 46 to 53. */
#include "protocol/imap/imap-client.h"
#include "protocol/imap/imap-vocabulary.h"
#include "support/cpu-time.h"
#include "test-imap-house.h"

#define LETTER "Subject: x\r\n\r\nbody\r\n"

static char *repeated(const char *before, const char *part, guint count, const char *after)
{
  GString *text = g_string_new(before);
  for (guint i = 0; i < count; i++)
    g_string_append(text, part);
  g_string_append(text, after);
  return g_string_free(text, FALSE);
}

/* Says APPEND of a literal of that size; returns what the server says to its announcement. */
static const char *announce(Session *session, const char *size)
{
  g_autofree char *line = g_strdup_printf("z APPEND INBOX {%s}", size);
  return session_say(session, line);
}

static void huge_literals(void)
{
  House house;
  house_init(&house, &(ImapServerConfig){.host_name = "imap.example", .size_limit = 1000});
  Session *stranger = &house.sessions[1];
  g_assert_cmpstr(session_say(stranger, "1 LOGIN {4097}"), ==, "1 BAD This command is too long\r\n");
  g_assert_cmpstr(session_say(stranger, "2 APPEND INBOX {999999999999}"), ==,
                  "2 BAD This command is too long\r\n");
  g_assert_cmpstr(session_say(stranger, "3 LOGIN {3}"), ==, "+ Go ahead\r\n");
  Session *a = house_open(&house, 0);
  g_assert_cmpstr(announce(a, "67000"), ==, "z NO [TOOBIG] This message is too large\r\n");
  g_assert_cmpstr(announce(a, "18446744073709551615"), ==, "z NO [TOOBIG] This message is too large\r\n");
  /* no number at all: no literal */
  g_assert_nonnull(strstr(announce(a, "18446744073709551616"), "z BAD "));
  g_assert_nonnull(strstr(announce(a, "99999999999999999999999"), "z BAD "));
  g_assert_nonnull(strstr(announce(a, "-1"), "z BAD "));
  /* one that is not waited for is passed over, however it looks */
  g_autofree char *text = g_strnfill(70000, 'x');
  memcpy(text + 100, "\r\n2 LOGOUT\r\n", 12);
  g_autofree char *said = g_strdup_printf("1 APPEND INBOX {70000+}\r\n%s\r\n3 NOOP\r\n", text);
  g_assert_cmpstr(session_say_bytes(a, bytes_from_string(said)), ==,
                  "1 NO [TOOBIG] This message is too large\r\n3 OK Nothing done\r\n");
  /* and behind it another */
  g_autofree char *again =
      g_strdup_printf("4 APPEND INBOX {70000+}\r\n%s {5+}\r\n\r\nabc\r\n5 NOOP\r\n", text);
  g_assert_cmpstr(session_say_bytes(a, bytes_from_string(again)), ==,
                  "4 NO [TOOBIG] This message is too large\r\n5 OK Nothing done\r\n");
  g_assert_cmpuint(mailbox_get_count(house.inbox), ==, 0);
  g_assert_nonnull(strstr(session_say(a, "6 APPEND INBOX {99999999999+}"), "* BYE [TOOBIG]"));
  g_assert_true(a->closed);
  house_clear(&house);
}

static void caps_of_size(void)
{
  for (int over = -1; over <= 1; over++) {
    House house;
    house_init(&house, &(ImapServerConfig){.host_name = "imap.example", .size_limit = 100});
    Session *a = house_open(&house, 0);
    /* the cap is of the whole command */
    guint size = 65536 + 100 - (guint)strlen("1 APPEND INBOX {65610+}\r\n") - 2 + (guint)over;
    g_autofree char *text = g_strnfill(size, 'x');
    g_autofree char *said = g_strdup_printf("1 APPEND INBOX {%u+}\r\n%s\r\n", size, text);
    const char *answer = session_say_bytes(a, bytes_from_string(said));
    g_assert_cmpint(strstr(answer, "1 OK ") != NULL, ==, over <= 0);
    house_clear(&house);
  }
}

static void long_lines(void)
{
  House house;
  house_init(&house, NULL);
  Session *a = house_open(&house, 0);
  g_autofree char *set = repeated("1 FETCH 1", ",1", 6000, " UID");
  g_assert_nonnull(strstr(session_say(a, set), "1 BAD "));
  g_autofree char *endless = g_strnfill(200000, 'x');
  g_assert_cmpstr(session_say(a, endless), ==, "* BYE This line is too long\r\n");
  g_assert_true(a->closed);
  house_clear(&house);
}

static void parentheses(void)
{
  House house;
  house_init(&house, NULL);
  house_deliver(&house, LETTER);
  Session *a = house_open(&house, 0);
  for (guint depth = 62; depth <= 66; depth++) {
    g_autofree char *open = repeated("1 SEARCH ", "(", depth, "SEEN");
    g_autofree char *line = repeated(open, ")", depth, "");
    bool fits = strstr(session_say(a, line), "1 OK ") != NULL;
    g_assert_cmpint(fits, ==, depth <= 63);
    g_autofree char *nots = repeated("1 SEARCH ", "NOT ", depth, "SEEN");
    fits = strstr(session_say(a, nots), "1 OK ") != NULL;
    g_assert_cmpint(fits, ==, depth <= 63);
  }
  static const char *const commands[] = {"1 SEARCH ", "1 FETCH 1 ", "1 STORE 1 FLAGS ", "1 LIST ", "1 ID "};
  for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
    g_autofree char *line = repeated(commands[i], "(", 12000, "");
    g_assert_nonnull(strstr(session_say(a, line), "1 BAD "));
  }
  house_clear(&house);
}

static void tags(void)
{
  static const char *const bad[] = {"",         "+ NOOP",    "* NOOP",        "a+b NOOP", "(a NOOP",
                                    "{a} NOOP", "a\\b NOOP", "\xff\xfe NOOP", "DONE",     "\x01 NOOP"};
  House house;
  house_init(&house, NULL);
  Session *a = house_open(&house, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    g_assert_cmpstr(session_say(a, bad[i]), ==, "* BAD A tag is needed before the command\r\n");
  for (guint length = 63; length <= 65; length++) {
    g_autofree char *tag = g_strnfill(length, 't');
    g_autofree char *line = g_strdup_printf("%s NOOP", tag);
    g_assert_cmpint(g_str_has_prefix(session_say(a, line), "* BAD"), ==, length > 64);
  }
  for (guint i = 0; !a->closed && i < 100; i++)
    session_say(a, "x XYZZY");
  g_assert_true(a->closed);
  house_clear(&house);
}

static void names_and_quotes(void)
{
  static const char *const bad[] = {"1 SELECT \"INBOX",      "1 SELECT INB\"OX\"", "1 SELECT \"a\\",
                                    "1 CREATE \"a\rb\"",     "1 CREATE &AGE-",     "1 CREATE \"\\\"\"extra",
                                    "1 CREATE \"\xff\xfe\"", "1 CREATE a*b",       "1 CREATE \"a%b\"",
                                    "1 CREATE /a",           "1 CREATE \"\"",      "1 RENAME INBOX \"x",
                                    "1 LIST \"\"",           "1 LOGIN \"a b"};
  House house;
  house_init(&house, NULL);
  Session *a = house_open(&house, 0);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
    const char *answer = session_say(a, bad[i]);
    bool refused = strstr(answer, "1 BAD ") != NULL || strstr(answer, "1 NO ") != NULL;
    if (!refused && strstr(bad[i], "&AGE-") == NULL) g_error("%s: %s", bad[i], answer);
  }
  /* what is no modified UTF-7 is a name like another, and comes back so that the client knows it again */
  g_assert_nonnull(strstr(session_say(a, "2 LIST \"\" &*"), "/\" &-AGE-\r\n"));
  g_autofree char *levels = repeated("3 CREATE a", "/a", 16, "");
  g_assert_nonnull(strstr(session_say(a, levels), "3 NO [LIMIT]"));
  g_autofree char *longest = repeated("4 CREATE ", "a", 255, ""),
                  *longer = repeated("4 CREATE ", "b", 256, "");
  g_assert_nonnull(strstr(session_say(a, longest), "4 OK "));
  g_assert_nonnull(strstr(session_say(a, longer), "4 NO "));
  house_clear(&house);
}

static void nothing_said_breaks_a_response(void)
{
  House house;
  house_init(&house, NULL);
  house_deliver(&house, LETTER);
  Session *a = house_open(&house, 0);
  const char *said = session_say(a, "1 FETCH 1 BODY.PEEK[HEADER.FIELDS ({14+}\r\nx)\r\n* BYE gone)]");
  g_assert_nonnull(strstr(said, "HEADER.FIELDS ({14}\r\nx)\r\n* BYE gone)] {2}\r\n\r\n)\r\n1 OK"));
  house_clear(&house);
}

static void sets_stay_ranges(void)
{
  House house;
  house_init(&house, NULL);
  for (guint i = 0; i < 1000; i++)
    house_deliver(&house, LETTER);
  Session *a = house_open(&house, 0);
  g_assert_nonnull(strstr(session_say(a, "1 UID SEARCH UID 4294967295:1"), " 1000\r\n1 OK"));
  g_assert_nonnull(
      strstr(session_say(a, "2 UID FETCH 999:4294967295 UID"), "* 1000 FETCH (UID 1000)\r\n2 OK"));
  g_assert_nonnull(strstr(session_say(a, "3 UID STORE 4294967296 FLAGS ()"), "3 BAD"));
  g_assert_cmpstr(session_say(a, "4 SEARCH RETURN (ALL COUNT) 1:4294967295,5,1:7,*:3"), ==,
                  "* ESEARCH (TAG \"4\") COUNT 1000 ALL 1:1000\r\n4 OK These fit\r\n");
  g_autofree char *many = repeated("5 UID SEARCH UID 1:1000", ",4294967295:1", 800, "");
  gint64 before = cpu_time_now();
  g_assert_nonnull(strstr(session_say(a, many), "5 OK"));
  g_assert_cmpint(cpu_time_now() - before, <, G_USEC_PER_SEC);
  house_clear(&house);
}

static const char *const words[] = {"1 ",
                                    "SELECT ",
                                    "INBOX ",
                                    "FETCH ",
                                    "1:* ",
                                    "(",
                                    ")",
                                    "BODY[",
                                    "]",
                                    "<0.1>",
                                    "\r\n",
                                    "\"",
                                    "{3}\r\n",
                                    "{2+}\r\n",
                                    "SEARCH ",
                                    "NOT ",
                                    "OR ",
                                    "CHARSET UTF-8 ",
                                    "STORE ",
                                    "+FLAGS ",
                                    "\\Seen",
                                    "APPEND ",
                                    "UID ",
                                    "IDLE",
                                    "DONE\r\n",
                                    "LOGIN bob builder\r\n",
                                    "COPY ",
                                    "MOVE ",
                                    "Trash",
                                    "RETURN ",
                                    "LIST ",
                                    "%",
                                    "*",
                                    "STATUS ",
                                    "MESSAGES",
                                    "EXPUNGE",
                                    "CLOSE",
                                    "\xff",
                                    "CREATE a ",
                                    "DELETE a\r\n",
                                    "HEADER.FIELDS ",
                                    "AUTHENTICATE PLAIN",
                                    "=\r\n",
                                    "~{1}\r\n",
                                    "RENAME ",
                                    "a/b ",
                                    "NIL",
                                    "x ",
                                    "1.1.1",
                                    "\t"};

static void noise(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(5);
  static const char *const mechanisms[] = {"PLAIN", "CRAM-MD5", NULL};
  for (guint round = 0; round < 600; round++) {
    House house;
    house_init(&house,
               &(ImapServerConfig){.host_name = "imap.example", .mechanisms = mechanisms, .nonce = "n"});
    house_deliver(&house, LETTER);
    house_deliver(&house, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n");
    Session *a = round % 4 == 0 ? &house.sessions[0] : house_open(&house, 0), *b = house_open(&house, 1);
    session_say(b, "1 IDLE");
    for (guint said = 0; said < 60 && !a->closed; said++) {
      g_autoptr(GString) text = g_string_new("1 ");
      for (gint i = g_rand_int_range(random, 1, 12); i > 0; i--)
        g_string_append(text, words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
      g_string_append(text, g_rand_boolean(random) ? "\r\n" : "");
      session_say_bytes(a, (Bytes){(const uint8_t *)text->str, text->len});
    }
    g_assert_false(b->closed);
    session_hear(b);
    house_clear(&house);
  }
}

/* A client told text after it logged in and selected; returns what it told, a letter an event: r ready, o
 * opened, l listed, s status, u found, i idling, e exists, x expunged, f fetched, d done, F failed, C close.
 */
static char *told(const char *text, size_t length)
{
  GString *events = g_string_new(NULL);
  Endpoint *client = imap_client_new(&(ImapClientConfig){.user = "bob", .password = "builder"});
  imap_client_request(client, &(ImapRequest){.word = IMAP_SELECT, .mailbox = "INBOX"});
  imap_client_request(client, &(ImapRequest){.word = IMAP_FETCH, .set = "1:*", .items = "ALL"});
  static const char before[] = "* OK [CAPABILITY IMAP4rev1] x\r\na1 OK [CAPABILITY IMAP4rev1] x\r\n";
  const Bytes pieces[] = {
      bytes_from_string(before), BYTES_LITERAL("* 3 EXISTS\r\na2 OK x\r\n"), {(const uint8_t *)text, length}};
  for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
    g_autofree uint8_t *copy = g_memdup2(pieces[i].data, pieces[i].length);
    endpoint_receive(client, (Bytes){copy, pieces[i].length});
    EndpointEvent event;
    while (endpoint_next_event(client, &event) != ENDPOINT_NOTHING) {
      const ImapResult *result = imap_client_get_result(client);
      g_string_append_c(events, event.type == ENDPOINT_FAILED  ? 'F'
                                : event.type == ENDPOINT_CLOSE ? 'C'
                                                               : "rolsuiexfd"[result->type]);
      endpoint_consumed(client, endpoint_pending(client).length);
    }
    endpoint_consumed(client, endpoint_pending(client).length);
  }
  endpoint_free(client);
  return g_string_free(events, FALSE);
}

static void assert_told(const char *text, const char *wanted)
{
  g_autofree char *events = told(text, strlen(text));
  g_assert_cmpstr(events, ==, wanted);
}

static void a_client_of_a_bad_server(void)
{
  assert_told("", "rod");
  assert_told("* 4 EXISTS\r\n* 2 EXPUNGE\r\n* 9 EXPUNGE\r\n* 0 EXPUNGE\r\n", "rodex");
  assert_told("* 99999999999 EXISTS\r\n* x EXISTS\r\n", "rod");
  assert_told("a1 OK late\r\nzz OK nobody\r\n+ nobody asked\r\n", "rod");
  assert_told("* 1 FETCH (FLAGS\r\n* 2 FETCH )\r\n* 3 FETCH (BODY[] {3}\r\nabc)\r\na3 OK\r\n", "rodfffd");
  assert_told("* 1 FETCH (BODY[] {99999999999}\r\n", "rodFC");
  assert_told("this is no IMAP\r\n", "rodFC");
  assert_told("* BYE gone\r\n", "rodFC");
  g_autofree char *deep = repeated("* 1 FETCH (BODYSTRUCTURE ", "(", 1000000, "\r\n");
  assert_told(deep, "rodf");
  g_autofree char *endless = g_strnfill(5000000, 'x');
  assert_told(endless, "rodFC");
}

static void noise_for_a_client(void)
{
  static const char *const said[] = {"* ",
                                     "1 ",
                                     "FETCH ",
                                     "(",
                                     ")",
                                     "BODY[] ",
                                     "{3}\r\n",
                                     "\r\n",
                                     "\"",
                                     "NIL",
                                     "ENVELOPE ",
                                     "FLAGS ",
                                     "EXISTS",
                                     "EXPUNGE",
                                     "LIST ",
                                     "() ",
                                     "SEARCH ",
                                     "ESEARCH ",
                                     "ALL 1:9",
                                     "a3 OK ",
                                     "a3 NO ",
                                     "[",
                                     "]",
                                     "STATUS x (",
                                     "MESSAGES 1",
                                     "UID 5 ",
                                     "BODYSTRUCTURE ",
                                     "\"text\" \"plain\" ",
                                     "\xff",
                                     "~{1}\r\n",
                                     "+ \r\n",
                                     "* OK [UIDNEXT ",
                                     "\\Seen"};
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  for (guint round = 0; round < 20000; round++) {
    g_autoptr(GString) text = g_string_new("* 1 FETCH (");
    for (gint i = g_rand_int_range(random, 0, 30); i > 0; i--)
      g_string_append(text, said[g_rand_int_range(random, 0, G_N_ELEMENTS(said))]);
    g_string_append(text, "\r\n");
    g_autofree char *events = told(text->str, text->len);
    g_assert_true(g_str_has_prefix(events, "rod"));
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/hardening/46-a-server-allocates-no-announced-literal", huge_literals);
  g_test_add_func("/hardening/46-the-cap-of-a-message", caps_of_size);
  g_test_add_func("/hardening/47-a-line-too-long-ends-the-session", long_lines);
  g_test_add_func("/hardening/48-parentheses-in-commands", parentheses);
  g_test_add_func("/hardening/49-a-server-and-abused-tags", tags);
  g_test_add_func("/hardening/50-a-server-and-broken-names-and-quotes", names_and_quotes);
  g_test_add_func("/hardening/52-nothing-said-breaks-a-response", nothing_said_breaks_a_response);
  g_test_add_func("/hardening/53-a-servers-sets-stay-ranges", sets_stay_ranges);
  g_test_add_func("/hardening/51-a-client-of-a-bad-server", a_client_of_a_bad_server);
  g_test_add_func("/hardening/50-noise-for-a-server", noise);
  g_test_add_func("/hardening/51-noise-for-a-client", noise_for_a_client);
  return g_test_run();
}
