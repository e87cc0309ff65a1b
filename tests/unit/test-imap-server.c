/* SPDX-License-Identifier: MIT */
/* What dialogue files cannot show of the IMAP server: several sessions on one mailbox, the lock of POP3, an
 * owner who refuses, time, and the end of a line. */
#include "protocol/imap/imap-vocabulary.h"
#include "support/cpu-time.h"
#include "test-imap-house.h"

#define LETTER "Subject: x\r\n\r\nbody\r\n"

static void fill(House *house, guint count)
{
  for (guint i = 0; i < count; i++)
    house_deliver(house, LETTER);
}

static void what_others_do_is_told(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 3);
  Session *a = house_open(&house, 0), *b = house_open(&house, 1);
  g_assert_cmpstr(session_say(a, "1 STORE 2 +FLAGS.SILENT (\\Seen)"), ==, "1 OK Flags changed\r\n");
  g_assert_cmpstr(session_hear(b), ==, "");
  g_assert_cmpstr(session_say(b, "1 NOOP"), ==, "* 2 FETCH (FLAGS (\\Seen))\r\n1 OK Nothing done\r\n");
  g_assert_cmpstr(session_say(b, "2 NOOP"), ==, "2 OK Nothing done\r\n");
  house_deliver(&house, LETTER);
  g_assert_cmpstr(session_say(a, "2 NOOP"), ==, "* 4 EXISTS\r\n* 4 RECENT\r\n2 OK Nothing done\r\n");
  g_assert_cmpstr(session_say(b, "3 NOOP"), ==, "* 4 EXISTS\r\n* 0 RECENT\r\n3 OK Nothing done\r\n");
  session_say(a, "3 STORE 1,3 +FLAGS.SILENT (\\Deleted)");
  g_assert_cmpstr(session_say(a, "4 EXPUNGE"), ==,
                  "* 1 EXPUNGE\r\n* 2 EXPUNGE\r\n4 OK The marked messages are gone\r\n");
  /* numbers do not move under FETCH, STORE and SEARCH (RFC 9051 §7.5.1) */
  g_assert_cmpstr(session_say(b, "4 FETCH 1:2 UID"), ==,
                  "* 2 FETCH (UID 2)\r\n4 NO [EXPUNGEISSUED] Some of them are gone\r\n");
  g_assert_cmpstr(session_say(b, "5 SEARCH ALL"), ==, "* SEARCH 2 4\r\n5 OK These fit\r\n");
  g_assert_cmpstr(session_say(b, "6 STORE 3 +FLAGS (\\Seen)"), ==,
                  "6 NO [EXPUNGEISSUED] Some of them are gone; the others are changed\r\n");
  g_assert_cmpstr(session_say(b, "7 COPY 1:2 Trash"), ==,
                  "* 1 EXPUNGE\r\n* 2 EXPUNGE\r\n7 NO [EXPUNGEISSUED] Some of them are gone\r\n");
  g_assert_cmpstr(session_say(b, "8 SEARCH ALL"), ==, "* SEARCH 1 2\r\n8 OK These fit\r\n");
  house_clear(&house);
}

static void keywords_are_told_to_all(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 1);
  Session *a = house_open(&house, 0), *b = house_open(&house, 1);
  session_say(a, "1 STORE 1 +FLAGS ($Work)");
  g_assert_cmpstr(
      session_say(b, "1 NOOP"), ==,
      "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)\r\n"
      "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work \\*)] These flags "
      "are kept\r\n* 1 FETCH (FLAGS ($Work))\r\n1 OK Nothing done\r\n");
  house_clear(&house);
}

static void idling_sessions_hear_at_once(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 1);
  Session *a = house_open(&house, 0), *b = house_open(&house, 1);
  g_assert_cmpstr(session_say(a, "1 IDLE"), ==, "+ Idling\r\n");
  house_deliver(&house, LETTER);
  g_assert_cmpuint(a->wakes, ==, 1);
  g_assert_cmpuint(b->wakes, ==, 0);
  g_assert_cmpstr(session_hear(a), ==, "* 2 EXISTS\r\n* 2 RECENT\r\n");
  session_say(b, "1 UID STORE 1 +FLAGS (\\Deleted)");
  g_assert_cmpstr(session_hear(a), ==, "* 1 FETCH (FLAGS (\\Deleted \\Recent))\r\n");
  session_say(b, "2 UID EXPUNGE 1:*");
  g_assert_cmpstr(session_hear(a), ==, "* 1 EXPUNGE\r\n");
  g_assert_cmpuint(a->wakes, ==, 3);
  g_assert_cmpstr(session_say(a, "DONE"), ==, "1 OK Idling is over\r\n");
  house_deliver(&house, LETTER);
  g_assert_cmpuint(a->wakes, ==, 3);
  g_assert_cmpstr(session_say(a, "2 NOOP"), ==, "* 2 EXISTS\r\n* 2 RECENT\r\n2 OK Nothing done\r\n");
  house_clear(&house);
}

/* What one does to many messages costs another who idles no more than one look. */
static void many_changes_are_told_together(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 20000);
  Session *a = house_open(&house, 0), *b = house_open(&house, 1);
  session_say(a, "1 IDLE");
  gint64 before = cpu_time_now();
  session_say(b, "1 STORE 1:* +FLAGS.SILENT (\\Deleted)");
  session_say(b, "2 EXPUNGE");
  g_assert_cmpuint(a->wakes, ==, 1);
  const char *heard = session_hear(a);
  g_assert_true(g_str_has_prefix(heard, "* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n"));
  g_assert_cmpuint(strlen(heard), ==, 20000 * strlen("* 1 EXPUNGE\r\n"));
  g_assert_cmpint(cpu_time_now() - before, <, 20 * G_USEC_PER_SEC);
  house_clear(&house);
}

/* A peer that idles and reads nothing makes the server hold no more than it hands out at a time. */
static void an_idler_who_does_not_listen(void)
{
  House house;
  house_init(&house, NULL);
  Session *a = house_open(&house, 0);
  endpoint_receive(a->server, BYTES_LITERAL("1 IDLE\r\n"));
  fill(&house, 10000);
  g_assert_cmpuint(endpoint_pending(a->server).length, <=, 65536 + 100);
  g_autofree char *heard = g_strdup(session_hear(a));
  g_assert_nonnull(strstr(heard, "* 10000 EXISTS\r\n"));
  house_clear(&house);
}

static void pop3_and_imap_meet(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 3);
  Session *a = house_open(&house, 0);
  g_assert_true(mailbox_lock(house.inbox));
  mailbox_mark(house.inbox, 2, true);
  session_say(a, "1 STORE 1 +FLAGS.SILENT (\\Deleted)");
  g_assert_cmpstr(session_say(a, "2 EXPUNGE"), ==, "2 NO [INUSE] A POP3 session has this mailbox locked\r\n");
  g_assert_cmpstr(session_say(a, "3 MOVE 1 Trash"), ==,
                  "3 NO [INUSE] A POP3 session has this mailbox locked\r\n");
  g_assert_cmpstr(session_say(a, "4 FETCH 2 FLAGS"), ==,
                  "* 2 FETCH (FLAGS (\\Recent))\r\n4 OK That is all of it\r\n");
  g_assert_cmpuint(mailbox_remove_marked(house.inbox), ==, 1);
  mailbox_unlock(house.inbox);
  g_assert_cmpstr(session_say(a, "5 NOOP"), ==, "* 2 EXPUNGE\r\n5 OK Nothing done\r\n");
  /* CLOSE while it is locked leaves the messages, still flagged */
  g_assert_true(mailbox_lock(house.inbox));
  g_assert_cmpstr(session_say(a, "6 CLOSE"), ==, "6 OK Closed\r\n");
  mailbox_unlock(house.inbox);
  g_assert_cmpuint(mailbox_get_count(house.inbox), ==, 2);
  g_assert_cmpuint(mailbox_find(house.inbox, 1)->flags, ==, MAILBOX_DELETED);
  session_say(a, "7 SELECT INBOX");
  g_assert_cmpstr(session_say(a, "8 CLOSE"), ==, "8 OK Closed\r\n");
  g_assert_cmpuint(mailbox_get_count(house.inbox), ==, 1);
  house_clear(&house);
}

static void the_owner_is_asked(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 4);
  Session *a = house_open(&house, 0);
  session_say(a, "1 COPY 1:2 Archive");
  session_say(a, "2 MOVE 1 Archive");
  session_say(a, "3 STORE 1 +FLAGS (\\Deleted)");
  session_say(a, "4 EXPUNGE");
  session_say(a, "5 APPEND Archive {3+}\r\na:b");
  session_say(a, "6 DELETE Archive");
  g_assert_cmpuint(house.added, ==, 2 + 1 + 1);
  g_assert_cmpuint(house.removed, ==, 1 + 1 + 4);
  house.refusal = "[OVERQUOTA] Full";
  g_assert_cmpstr(session_say(a, "7 COPY 1 Sent"), ==, "7 NO [OVERQUOTA] Full\r\n");
  g_assert_cmpstr(session_say(a, "8 MOVE 1 Sent"), ==, "8 NO [OVERQUOTA] Full\r\n");
  g_assert_nonnull(strstr(session_say(a, "9 APPEND Sent {3+}\r\na:b"), "9 NO [OVERQUOTA] Full\r\n"));
  session_say(a, "10 STORE 1 +FLAGS (\\Deleted)");
  g_assert_cmpstr(session_say(a, "11 EXPUNGE"), ==, "11 NO [OVERQUOTA] Full\r\n");
  house.refusal = NULL;
  g_assert_cmpuint(mailbox_get_count(house.inbox), ==, 2);
  g_assert_cmpstr(session_say(a, "12 EXPUNGE"), ==, "* 1 EXPUNGE\r\n12 OK The marked messages are gone\r\n");
  house_clear(&house);
}

static void recent_is_told_once(void)
{
  House house;
  house_init(&house, NULL);
  fill(&house, 2);
  Session *a = &house.sessions[0];
  session_say(a, "1 LOGIN bob builder");
  g_assert_nonnull(strstr(session_say(a, "2 EXAMINE INBOX"), "* 2 RECENT\r\n"));
  g_assert_nonnull(strstr(session_say(a, "3 SELECT INBOX"), "* 2 RECENT\r\n"));
  g_assert_nonnull(strstr(session_say(a, "4 SELECT INBOX"), "* 0 RECENT\r\n"));
  g_assert_nonnull(strstr(session_say(a, "5 STATUS INBOX (RECENT)"), "(RECENT 0)\r\n"));
  house_clear(&house);
}

static void quiet_sessions_end(void)
{
  House house;
  house_init(&house,
             &(ImapServerConfig){.host_name = "imap.example", .idle_limit = 60 * NANOSECONDS_PER_SECOND});
  Session *a = house_open(&house, 0);
  Nanoseconds deadline = endpoint_deadline(a->server);
  endpoint_advance(a->server, deadline); /* it had spoken meanwhile */
  g_assert_false(a->closed);
  endpoint_advance(a->server, endpoint_deadline(a->server));
  g_assert_cmpstr(session_hear(a), ==, "* BYE You were quiet for too long\r\n");
  g_assert_true(a->closed);
  g_assert_cmpint(imap_server_get_state(a->server), ==, IMAP_LOGGED_OUT);
  g_assert_cmpuint(mailbox_get_watcher_count(house.inbox), ==, 0);
  house_clear(&house);
}

static void lines_that_drop(void)
{
  House house;
  house_init(&house, NULL);
  Session *a = house_open(&house, 0), *b = house_open(&house, 1);
  endpoint_receive(a->server, BYTES_LITERAL("1 IDLE\r\n"));
  endpoint_peer_closed(a->server);
  session_settle(a);
  g_assert_true(a->closed);
  endpoint_receive(b->server, BYTES_LITERAL("1 APPEND INBOX {100}\r\nhalf"));
  endpoint_peer_closed(b->server);
  session_settle(b);
  g_assert_true(b->closed);
  g_assert_cmpuint(mailbox_get_count(house.inbox), ==, 0);
  g_assert_cmpuint(mailbox_get_watcher_count(house.inbox), ==, 0);
  house_clear(&house);
}

/* The bytes that carry a letter are told, for whoever shows it travelling. */
static void letters_are_found_in_the_stream(void)
{
  House house;
  EndpointStretch stretch;
  house_init(&house, NULL);
  fill(&house, 1);
  Session *a = house_open(&house, 0);
  endpoint_receive(a->server, BYTES_LITERAL("1 FETCH 1 (UID BODY.PEEK[])\r\n"));
  g_assert_true(endpoint_find_message(a->server, &stretch));
  Bytes pending = endpoint_pending(a->server);
  g_assert_true(bytes_equal(bytes_slice(pending, stretch.start, stretch.length), BYTES_LITERAL(LETTER)));
  g_assert_true(bytes_equal(stretch.message, BYTES_LITERAL(LETTER)));
  session_settle(a);
  g_assert_false(endpoint_find_message(a->server, &stretch));
  house_clear(&house);
}

/* A big FETCH waits for its reader, a message at a time. */
static void a_slow_reader(void)
{
  House house;
  house_init(&house, NULL);
  g_autofree char *big = g_strnfill(100000, 'x');
  for (guint i = 0; i < 50; i++)
    house_deliver(&house, big);
  Session *a = house_open(&house, 0);
  endpoint_receive(a->server, BYTES_LITERAL("1 FETCH 1:* (BODY.PEEK[] BODY.PEEK[])\r\n"));
  uint64_t said = 0;
  g_assert_false(endpoint_wants_read(a->server));
  for (Bytes pending; (pending = endpoint_pending(a->server)).length > 0; said += pending.length) {
    g_assert_cmpuint(pending.length, <=, 65536);
    endpoint_consumed(a->server, pending.length);
  }
  g_assert_cmpuint(said, >, 50 * 2 * 100000);
  g_assert_true(endpoint_wants_read(a->server));
  house_clear(&house);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/imap-server/what others do is told", what_others_do_is_told);
  g_test_add_func("/imap-server/keywords are told to all", keywords_are_told_to_all);
  g_test_add_func("/imap-server/idling sessions hear at once", idling_sessions_hear_at_once);
  g_test_add_func("/imap-server/many changes are told together", many_changes_are_told_together);
  g_test_add_func("/imap-server/an idler who does not listen", an_idler_who_does_not_listen);
  g_test_add_func("/imap-server/POP3 and IMAP meet", pop3_and_imap_meet);
  g_test_add_func("/imap-server/the owner is asked", the_owner_is_asked);
  g_test_add_func("/imap-server/recent is told once", recent_is_told_once);
  g_test_add_func("/imap-server/quiet sessions end", quiet_sessions_end);
  g_test_add_func("/imap-server/lines that drop", lines_that_drop);
  g_test_add_func("/imap-server/letters are found in the stream", letters_are_found_in_the_stream);
  g_test_add_func("/imap-server/a slow reader", a_slow_reader);
  return g_test_run();
}
