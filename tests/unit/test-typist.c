/* SPDX-License-Identifier: MIT */
/* Somebody types at servers: every protocol's replies are told apart, and what goes wrong is told. */
#include "agent/typed-dialogue.h"
#include "agent/typist.h"
#include "support/town.h"

/* --- Without a network: where replies end ------------------------------------------------------------- */

typedef struct {
  Endpoint *dialogue;
  Nanoseconds now;
  GString *told; /* "line → reply" of each event */
} Bench;

static const char *const event_marks[] = {"greeting", "reply", "unasked", "silence", "ended"};

static void look(Bench *bench)
{
  EndpointEvent event;
  while (endpoint_next_event(bench->dialogue, &event) != ENDPOINT_NOTHING) {
    if (event.type == ENDPOINT_CLOSE) {
      g_string_append(bench->told, "close\n");
      continue;
    }
    TypistEvent told = typed_dialogue_get_event(bench->dialogue);
    g_string_append_printf(bench->told, "%s: %s → %s\n", event_marks[told.type], told.line, told.reply);
  }
}

/* Lets a second pass, as often as there is something to type; returns all that was typed. */
static char *typed(Bench *bench)
{
  GString *text = g_string_new(NULL);
  for (guint quiet = 0; quiet < 3;) {
    bench->now += NANOSECONDS_PER_SECOND;
    endpoint_advance(bench->dialogue, bench->now);
    look(bench);
    Bytes pending = endpoint_pending(bench->dialogue);
    if (pending.length == 0) quiet++;
    g_string_append_len(text, (const char *)pending.data, (gssize)pending.length);
    endpoint_consumed(bench->dialogue, pending.length);
  }
  return g_string_free(text, FALSE);
}

/* The steps of a dialogue: what the server says, then what is typed in answer (all of it, in whole). */
typedef struct {
  const char *said, *typed;
} Turn;

typedef struct {
  const char *name;
  TypistProtocol protocol;
  const char *lines[12];
  Turn turns[12];
  const char *told;
} Scene;

static const Scene scenes[] = {
    {"SMTP: replies of several lines, the text of a letter is not answered",
     TYPIST_SMTP,
     {"EHLO x", "DATA", "Subject: x", "", "MAIL FROM:<a@b>", ".", "QUIT"},
     {{"220-a\r\n220 b\r\n", "EHLO x\r\n"},
      {"250-c\r\n250-SIZE\r\n250 HELP\r\n", "DATA\r\n"},
      {"354 go\r\n", "Subject: x\r\n\r\nMAIL FROM:<a@b>\r\n.\r\n"},
      {"250 ok\r\n", "QUIT\r\n"},
      {"221 bye\r\n", ""}},
     "greeting:  → 220-a\n220 b\n"
     "reply: EHLO x → 250-c\n250-SIZE\n250 HELP\n"
     "reply: DATA → 354 go\n"
     "reply: . → 250 ok\n"
     "reply: QUIT → 221 bye\nclose\n"},
    {"SMTP: DATA refused is no text; AUTH's challenges are answered; a chunk is counted",
     TYPIST_SMTP,
     {"DATA", "AUTH LOGIN", "YQ==", "YQ==", "BDAT 12 LAST", "12345", "678", "NOOP"},
     {{"220 a\r\n", "DATA\r\n"},
      {"503 first MAIL\r\n", "AUTH LOGIN\r\n"},
      {"334 VXNlcg==\r\n", "YQ==\r\n"},
      {"334 UGFzcw==\r\n", "YQ==\r\n"},
      {"235 in\r\n", "BDAT 12 LAST\r\n12345\r\n678\r\n"},
      {"250 taken\r\n", "NOOP\r\n"},
      {"421 bye\r\n", ""}},
     "greeting:  → 220 a\nreply: DATA → 503 first MAIL\nreply: AUTH LOGIN → 334 VXNlcg==\n"
     "reply: YQ== → 334 UGFzcw==\nreply: YQ== → 235 in\nreply: 678 → 250 taken\nreply: NOOP → 421 "
     "bye\nclose\n"},
    {"POP3: listings end at the lone dot, errors at once, challenges too",
     TYPIST_POP3,
     {"LIST", "LIST 1", "RETR 9", "TOP 1 0", "AUTH PLAIN", "AGEAYg=="},
     {{"+OK hello\r\n", "LIST\r\n"},
      {"+OK\r\n1 100\r\n..\r\n.\r\n", "LIST 1\r\n"},
      {"+OK 1 100\r\n", "RETR 9\r\n"},
      {"-ERR none\r\n", "TOP 1 0\r\n"},
      {"+OK\r\nSubject: x\r\n\r\n.\r\n", "AUTH PLAIN\r\n"},
      {"+ \r\n", "AGEAYg==\r\n"},
      {"+OK\r\n", ""}},
     "greeting:  → +OK hello\nreply: LIST → +OK\n1 100\n..\n.\nreply: LIST 1 → +OK 1 100\n"
     "reply: RETR 9 → -ERR none\nreply: TOP 1 0 → +OK\nSubject: x\n\n.\nreply: AUTH PLAIN → + \n"
     "reply: AGEAYg== → +OK\nclose\n"},
    {"POP2: a letter comes by its length",
     TYPIST_POP2,
     {"HELO a b", "READ 1", "RETR", "ACKS", "QUIT"},
     {{"+ POP2\r\n", "HELO a b\r\n"},
      {"#1\r\n", "READ 1\r\n"},
      {"=10\r\n", "RETR\r\n"},
      {"+ no\r\n=9\r\n", "ACKS\r\n"},
      {"=0\r\n", "QUIT\r\n"},
      {"+ bye\r\n", ""}},
     "greeting:  → + POP2\nreply: HELO a b → #1\nreply: READ 1 → =10\nreply: RETR → + no\r\n=9\r\n\n"
     "reply: ACKS → =0\nreply: QUIT → + bye\nclose\n"},
    {"IMAP: the tag ends a reply; literals, IDLE and news",
     TYPIST_IMAP,
     {"a1 LOGIN a b", "a2 FETCH 1 BODY[]", "a3 IDLE", "DONE", "a4 APPEND x {5}", "12345", "nonsense",
      "a5 LOGOUT"},
     {{"* OK hi\r\n", "a1 LOGIN a b\r\n"},
      {"* CAPABILITY IMAP4rev1\r\na1 OK in\r\n", "a2 FETCH 1 BODY[]\r\n"},
      {"* 1 FETCH (BODY[] {8}\r\na2 OK x\n)\r\na2 OK done\r\n", "a3 IDLE\r\n"},
      {"+ idling\r\n", "DONE\r\n"},
      {"* 2 EXISTS\r\na3 OK\r\n", "a4 APPEND x {5}\r\n"},
      {"+ go\r\n", "12345\r\n"},
      {"a4 OK\r\n", "nonsense\r\n"},
      {"* BAD what\r\n", "a5 LOGOUT\r\n"},
      {"* 3 EXISTS\r\n* BYE\r\na5 OK\r\n", ""}},
     "greeting:  → * OK hi\nreply: a1 LOGIN a b → * CAPABILITY IMAP4rev1\na1 OK in\n"
     "reply: a2 FETCH 1 BODY[] → * 1 FETCH (BODY[] {8}a2 OK x\n\n)\na2 OK done\n"
     "reply: a3 IDLE → + idling\nreply: DONE → * 2 EXISTS\na3 OK\nreply: a4 APPEND x {5} → + go\n"
     "reply: 12345 → a4 OK\nreply: nonsense → * BAD what\n"
     "reply: a5 LOGOUT → * 3 EXISTS\n* BYE\na5 OK\nclose\n"},
    {"HTTP: an empty line ends the question; length and chunks end the answer",
     TYPIST_HTTP,
     {"GET / HTTP/1.1", "Host: x", "", "GET /a HTTP/1.1", "", "HEAD / HTTP/1.1", ""},
     {{"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab\r\n", "GET /a HTTP/1.1\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       "HEAD / HTTP/1.1\r\n\r\n"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ""}},
     "reply:  → HTTP/1.1 200 OK\nContent-Length: 4\nab\r\n\n"
     "reply:  → HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3abc\r\n\n0\n\n"
     "reply:  → HTTP/1.1 200 OK\nContent-Length: 9\n\nclose\n"},
};

/* Says text to the dialogue, step bytes at a time. */
static void say(Bench *bench, const char *text, size_t step)
{
  for (Bytes rest = bytes_from_string(text); rest.length > 0; rest = bytes_skip(rest, step)) {
    endpoint_receive(bench->dialogue, bytes_slice(rest, 0, step));
    look(bench);
  }
}

static void play(const Scene *scene, size_t step)
{
  Bench bench = {.now = NANOSECONDS_PER_SECOND, .told = g_string_new(NULL)};
  bench.dialogue = typed_dialogue_new(&(TypistScript){
      .protocol = scene->protocol, .lines = scene->lines, .patience = 600 * NANOSECONDS_PER_SECOND});
  endpoint_advance(bench.dialogue, bench.now);
  for (const Turn *turn = scene->turns; turn->said != NULL; turn++) {
    say(&bench, turn->said, step);
    g_autofree char *text = typed(&bench);
    g_assert_cmpstr(text, ==, turn->typed);
  }
  g_assert_cmpstr(bench.told->str, ==, scene->told);
  g_assert_true(typed_dialogue_is_answered(bench.dialogue));
  endpoint_free(bench.dialogue);
  g_string_free(bench.told, TRUE);
}

static void every_protocol_says_when_it_is_ones_turn(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++)
    for (size_t step = 1; step < 40; step += 3) {
      g_test_message("%s, by %zu", scenes[i].name, step);
      play(&scenes[i], step);
    }
}

static void silence_is_told_and_the_next_line_goes_all_the_same(void)
{
  static const char *const lines[] = {"NOOP", "QUIT", NULL};
  Bench bench = {.now = NANOSECONDS_PER_SECOND, .told = g_string_new(NULL)};
  bench.dialogue = typed_dialogue_new(
      &(TypistScript){.protocol = TYPIST_SMTP, .lines = lines, .patience = NANOSECONDS_PER_SECOND});
  endpoint_advance(bench.dialogue, bench.now);
  g_assert_cmpint(endpoint_deadline(bench.dialogue), ==, 2 * NANOSECONDS_PER_SECOND);
  g_autofree char *text = typed(&bench);
  g_assert_cmpstr(text, ==, "NOOP\r\nQUIT\r\n");
  g_assert_cmpstr(bench.told->str, ==, "silence:  → \nsilence: NOOP → \nsilence: QUIT → \nclose\n");
  g_assert_false(typed_dialogue_is_answered(bench.dialogue));
  endpoint_free(bench.dialogue);
  g_string_free(bench.told, TRUE);
}

static void a_flood_is_bounded(void)
{
  static const char *const lines[] = {"NOOP", NULL};
  Bench bench = {.now = NANOSECONDS_PER_SECOND, .told = g_string_new(NULL)};
  bench.dialogue = typed_dialogue_new(&(TypistScript){.protocol = TYPIST_SMTP, .lines = lines, .stay = true});
  endpoint_advance(bench.dialogue, bench.now);
  for (guint i = 0; i < 200000; i++)
    endpoint_receive(bench.dialogue, BYTES_LITERAL("250-more and more of the same\r\n"));
  endpoint_receive(bench.dialogue, BYTES_LITERAL("250 end\r\n"));
  for (guint i = 0; i < 200000; i++)
    endpoint_receive(bench.dialogue, BYTES_LITERAL("250 nobody asked\r\n"));
  EndpointEvent event;
  guint count = 0;
  while (endpoint_next_event(bench.dialogue, &event) != ENDPOINT_NOTHING) {
    count++;
    g_assert_cmpuint(event.reply.length, <=, 65536);
  }
  g_assert_cmpuint(count, <=, 10000);
  endpoint_free(bench.dialogue);
  g_string_free(bench.told, TRUE);
}

/* --- At the town's servers ---------------------------------------------------------------------------- */

typedef struct {
  Town town;
  Typist *typist;
  guint done, good, told;
} Desk;

static void done(void *owner, bool good)
{
  Desk *desk = owner;
  desk->done++;
  desk->good += good;
}

static void told(void *owner, const TypistEvent *event)
{
  Desk *desk = owner;
  g_assert_nonnull(event->reply);
  desk->told++;
}

static void desk_init(Desk *desk, bool names_known)
{
  *desk = (Desk){0};
  town_init(&desk->town, names_known);
  town_start_servers(&desk->town, TOWN_ALPHA);
  desk->typist = typist_new(&(TypistConfig){.host = town_host(&desk->town, TOWN_HOME),
                                            .name_server = town_addresses[TOWN_NAMES],
                                            .told = told,
                                            .owner = desk});
}

static void desk_clear(Desk *desk)
{
  town_stop(&desk->town);
  typist_free(desk->typist);
  town_clear(&desk->town);
}

static void assert_said(const Desk *desk, guint index, TypistEventType type, const char *line,
                        const char *reply)
{
  g_assert_cmpuint(typist_get_count(desk->typist), >, index);
  TypistEvent event = typist_get(desk->typist, index);
  g_assert_cmpint(event.type, ==, type);
  g_assert_cmpstr(event.line, ==, line);
  if (!g_str_has_prefix(event.reply, reply)) g_error("\"%s\" does not begin with \"%s\"", event.reply, reply);
}

static void mistakes_are_answered_by_the_server(void)
{
  static const char *const lines[] = {
      "MAIL FROM:<a@alpha.example>", "HELO home", "DATA", "RCPT TO:<x@y>", "QUIT", NULL};
  for (int names_known = 0; names_known < 2; names_known++) {
    Desk desk;
    desk_init(&desk, names_known == 1);
    typist_connect(desk.typist, &(TypistScript){.server = "mail.alpha.example", .port = 25, .lines = lines},
                   done, &desk);
    g_assert_true(typist_is_connected(desk.typist));
    town_run_until(&desk.town, 60);
    g_assert_cmpuint(desk.done, ==, 1);
    g_assert_cmpuint(desk.good, ==, 1);
    assert_said(&desk, 0, TYPIST_GREETING, "", "220 mail.alpha.example");
    assert_said(&desk, 1, TYPIST_REPLY, lines[0], "503");
    assert_said(&desk, 2, TYPIST_REPLY, lines[1], "250");
    assert_said(&desk, 3, TYPIST_REPLY, lines[2], "503");
    assert_said(&desk, 4, TYPIST_REPLY, lines[3], "503");
    assert_said(&desk, 5, TYPIST_REPLY, lines[4], "221");
    assert_said(&desk, 6, TYPIST_ENDED, "", "The connection was closed");
    g_assert_cmpuint(desk.told, ==, 7);
    g_assert_false(typist_is_connected(desk.typist));
    desk_clear(&desk);
  }
}

static void a_mailbox_is_read_by_hand_line_after_line(void)
{
  Desk desk;
  desk_init(&desk, true);
  town_drop_letter(&desk.town, "alice@alpha.example", "hello");
  g_assert_false(typist_type(desk.typist, "NOOP"));
  typist_connect(desk.typist, &(TypistScript){.server = "mail.alpha.example", .port = 110, .stay = true},
                 done, &desk);
  town_run_until(&desk.town, 10);
  g_assert_cmpuint(typist_get_count(desk.typist), ==, 1);
  static const char *const lines[] = {"USER alice", "PASS wonderland", "RETR 1"};
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_assert_true(typist_type(desk.typist, lines[i]));
    town_run_until(&desk.town, 20 + i);
    g_assert_cmpuint(typist_get_count(desk.typist), ==, 2 + i);
    assert_said(&desk, 1 + i, TYPIST_REPLY, lines[i], "+OK");
  }
  g_assert_nonnull(strstr(typist_get(desk.typist, 3).reply, "\nabout hello\n."));
  typist_connect(desk.typist, &(TypistScript){.server = "mail.alpha.example", .port = 25}, done, &desk);
  g_assert_cmpuint(desk.done, ==, 1); /* one connection at a time */
  g_assert_cmpuint(desk.good, ==, 0);
  typist_hang_up(desk.typist, false);
  town_run_until(&desk.town, 40);
  g_assert_cmpuint(desk.good, ==, 1);
  desk_clear(&desk);
}

static void a_line_that_drops_gives_the_mailbox_back_and_deletes_nothing(void)
{
  static const char *const lines[] = {"USER alice", "PASS wonderland", "DELE 1", NULL};
  Desk desk;
  desk_init(&desk, true);
  town_drop_letter(&desk.town, "alice@alpha.example", "hello");
  typist_connect(desk.typist,
                 &(TypistScript){.server = "mail.alpha.example", .port = 110, .lines = lines, .stay = true},
                 done, &desk);
  town_run_until(&desk.town, 10);
  assert_said(&desk, 3, TYPIST_REPLY, "DELE 1", "+OK");
  Mailbox *mailbox = town_mailbox(&desk.town, "alice@alpha.example");
  g_assert_true(mailbox_is_locked(mailbox));
  typist_hang_up(desk.typist, true);
  town_run_until(&desk.town, 11);
  assert_said(&desk, 4, TYPIST_ENDED, "", "The connection was cut");
  g_assert_cmpuint(desk.done, ==, 1);
  g_assert_cmpuint(desk.good, ==, 0);
  g_assert_false(mailbox_is_locked(mailbox));
  g_assert_cmpuint(mailbox_get_count(mailbox), ==, 1);
  desk_clear(&desk);
}

static void whoever_is_not_there_is_told_in_words(void)
{
  static const struct {
    const char *server;
    uint16_t port;
    const char *words;
  } cases[] = {
      {"mail.nowhere.example", 25, "Nobody knows that server"},
      {"mail.alpha.example", 79, "Connection refused: nothing listens there"},
      {"192.0.2.77", 25, "There is no way to that server"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    static const char *const lines[] = {"QUIT", NULL};
    Desk desk;
    desk_init(&desk, false);
    typist_connect(desk.typist,
                   &(TypistScript){.server = cases[i].server, .port = cases[i].port, .lines = lines}, done,
                   &desk);
    town_run_until(&desk.town, 600);
    g_assert_cmpuint(desk.done, ==, 1);
    g_assert_cmpuint(desk.good, ==, 0);
    assert_said(&desk, 0, TYPIST_ENDED, "", cases[i].words);
    desk_clear(&desk);
  }
}

static void a_typist_may_stop_in_the_middle_of_anything(void)
{
  static const char *const lines[] = {"HELO home", "QUIT", NULL};
  for (int milliseconds = 0; milliseconds < 200; milliseconds += 3) {
    Desk desk;
    desk_init(&desk, false);
    typist_connect(desk.typist,
                   &(TypistScript){.server = "mail.alpha.example",
                                   .port = 25,
                                   .lines = lines,
                                   .pause = 10 * NANOSECONDS_PER_MILLISECOND},
                   done, &desk);
    town_run_until(&desk.town, milliseconds / 1e3);
    desk_clear(&desk);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/typist/every protocol says when it is one's turn",
                  every_protocol_says_when_it_is_ones_turn);
  g_test_add_func("/typist/silence is told and the next line goes all the same",
                  silence_is_told_and_the_next_line_goes_all_the_same);
  g_test_add_func("/typist/a flood is bounded", a_flood_is_bounded);
  g_test_add_func("/typist/mistakes are answered by the server", mistakes_are_answered_by_the_server);
  g_test_add_func("/typist/a mailbox is read by hand, line after line",
                  a_mailbox_is_read_by_hand_line_after_line);
  g_test_add_func("/typist/a line that drops gives the mailbox back and deletes nothing",
                  a_line_that_drops_gives_the_mailbox_back_and_deletes_nothing);
  g_test_add_func("/typist/whoever is not there is told in words", whoever_is_not_there_is_told_in_words);
  g_test_add_func("/typist/a typist may stop in the middle of anything",
                  a_typist_may_stop_in_the_middle_of_anything);
  return g_test_run();
}
