/* SPDX-License-Identifier: MIT */
/* The queue over a crash, its warnings, and the ledger of what was taken. */
#include "mail/mail-queue.h"

#include <string.h>

static const MailQueuePolicy policy = {
    .first_wait = 10, .longest_wait = 40, .give_up_after = 200, .warn_after = 50};

static MailQueueEntry *append(MailQueue *queue, const char *recipient, Nanoseconds now)
{
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  envelope_append(envelope, recipient);
  envelope_set_request(envelope, recipient, ENVELOPE_NOTIFY_SUCCESS, "rfc822;b@c");
  g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
  return mail_queue_append(queue, envelope, message, now);
}

static void tries_under_way_are_due_again_after_a_crash(void)
{
  g_autoptr(MailQueue) queue = mail_queue_new(&policy);
  MailQueueEntry *tried = append(queue, "a@b", 0), *held = append(queue, "c@b", 0),
                 *later = append(queue, "d@b", 0);
  mail_queue_begin_try(queue, tried);
  mail_queue_hold(queue, held);
  mail_queue_begin_try(queue, later);
  g_assert_true(mail_queue_postpone(queue, later, 5, "450 not now"));
  g_assert_null(mail_queue_find_due(queue, 14));
  mail_queue_recover(queue, 7);
  g_assert_true(mail_queue_find_due(queue, 7) == tried);
  g_assert_cmpint(held->next_try, ==, 7);
  g_assert_cmpint(later->next_try, ==, 15);
  g_assert_cmpuint(tried->attempts, ==, 1);
  g_assert_cmpuint(held->attempts, ==, 0);
  const EnvelopeRequest *request = envelope_get_request(tried->envelope, "a@b");
  g_assert_cmpuint(request->notify, ==, ENVELOPE_NOTIFY_SUCCESS);
  g_assert_cmpstr(request->original, ==, "rfc822;b@c");
}

static void held_entries_are_due_when_released(void)
{
  g_autoptr(MailQueue) queue = mail_queue_new(&policy);
  MailQueueEntry *entry = append(queue, "a@b", 0);
  mail_queue_hold(queue, entry);
  g_assert_cmpint(mail_queue_get_deadline(queue), ==, NANOSECONDS_NEVER);
  mail_queue_release(queue, entry, 9);
  g_assert_cmpint(mail_queue_get_deadline(queue), ==, 9);
}

static void the_sender_is_warned_once(void)
{
  g_autoptr(MailQueue) queue = mail_queue_new(&policy);
  MailQueueEntry *entry = append(queue, "a@b", 100);
  g_assert_false(mail_queue_take_warning(queue, entry, 149));
  g_assert_true(mail_queue_take_warning(queue, entry, 150));
  g_assert_false(mail_queue_take_warning(queue, entry, 151));
  g_assert_cmpint(mail_queue_get_end(queue, entry), ==, 300);
  MailQueuePolicy silent = policy;
  silent.warn_after = 0;
  g_autoptr(MailQueue) other = mail_queue_new(&silent);
  g_assert_false(mail_queue_take_warning(other, append(other, "a@b", 0), 1000));
}

static void numbers_never_come_twice(void)
{
  g_autoptr(MailQueue) queue = mail_queue_new(&policy);
  uint64_t first = mail_queue_take_number(queue);
  mail_queue_recover(queue, 0);
  g_assert_cmpuint(mail_queue_take_number(queue), >, first);
}

static char *key_of(const char *message)
{
  return delivery_ledger_dup_key(bytes_from_string(message), "mail.beta.example");
}

#define FIRST_HOP "Received: from computer by mail.alpha.example id 7;\r\n\tMon, 2 Mar 2026\r\n"
#define LETTER "Message-ID: <1@alpha>\r\nSubject: x\r\n\r\nReceived: no header\r\n"

static void a_message_is_known_again_whatever_its_way(void)
{
  g_autofree char *bare = key_of(FIRST_HOP LETTER);
  static const char *const same[] = {
      "Received: from mail.alpha by backup.beta id 3; x\r\n" FIRST_HOP LETTER,
      "Return-Path: <a@b>\r\nReceived-SPF: pass\r\n\tx\r\nReceived: from p by q;\r\n x\r\n" FIRST_HOP LETTER,
  };
  static const char *const others[] = {
      "Received: from computer by mail.alpha.example id 8;\r\n\tMon, 2 Mar 2026\r\n" LETTER,
      FIRST_HOP "X: y\r\n" LETTER,
      FIRST_HOP "Message-ID: <1@alpha>\r\nSubject: x\r\n\r\nReceived: no header\r\n.\r\n",
      LETTER,
      FIRST_HOP LETTER "x",
      "Received: from x\r\n\tby mail.beta.example id 9; x\r\n" FIRST_HOP LETTER,
  };
  for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
    g_autofree char *key = key_of(same[i]);
    g_assert_cmpstr(key, ==, bare);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
    g_autofree char *key = key_of(others[i]);
    g_assert_cmpstr(key, !=, bare);
  }
  g_assert_null(key_of("Subject: nothing names me\r\n\r\nMessage-ID: <no@header>\r\n"));
  g_assert_null(key_of(""));
}

#define DAYS(n) (INT64_C(n) * 24 * 3600 * NANOSECONDS_PER_SECOND)

/* Of a message straight from its author's program ("d…"), until the client goes on. */
static void the_ledger_holds_what_the_client_may_not_know(void)
{
  DeliveryLedger *ledger = delivery_ledger_new();
  delivery_ledger_append(ledger, "s", "a", "dk", 0);
  delivery_ledger_append(ledger, "s", "b", "dk", 0);
  delivery_ledger_append(ledger, "s", "a", "dl", 0);
  delivery_ledger_append(ledger, "s", "c", NULL, 0);
  g_assert_true(delivery_ledger_has(ledger, "s", "a", "dk"));
  g_assert_false(delivery_ledger_has(ledger, "t", "a", "dk"));
  g_assert_false(delivery_ledger_has(ledger, "s", "a", NULL));
  g_assert_false(delivery_ledger_has(ledger, "s", "b", "dl"));
  g_assert_true(delivery_ledger_expects(ledger, "s", "b"));
  g_assert_false(delivery_ledger_expects(ledger, "s", "c"));
  delivery_ledger_confirm(ledger, "s", "dk");
  g_assert_false(delivery_ledger_has(ledger, "s", "a", "dk"));
  g_assert_false(delivery_ledger_expects(ledger, "s", "b"));
  g_assert_true(delivery_ledger_expects(ledger, "s", "a"));
  delivery_ledger_append(ledger, "s", "z", "dm", DAYS(11));
  g_assert_cmpuint(delivery_ledger_get_count(ledger), ==, 1);
  g_assert_false(delivery_ledger_expects(ledger, "s", "a"));
  delivery_ledger_free(ledger);
}

/* Of a message that came through a server ("r…"), for ten days: it may come another way as well. */
static void the_ledger_knows_what_comes_another_way(void)
{
  DeliveryLedger *ledger = delivery_ledger_new();
  delivery_ledger_append(ledger, "s", "a", "rk", 0);
  g_assert_true(delivery_ledger_expects(ledger, "s", "a"));
  delivery_ledger_confirm(ledger, "s", "rk");
  g_assert_true(delivery_ledger_has(ledger, "s", "a", "rk"));
  g_assert_false(delivery_ledger_expects(ledger, "s", "a"));
  delivery_ledger_append(ledger, "s", "b", "rk", 1);
  g_assert_false(delivery_ledger_expects(ledger, "s", "b"));
  delivery_ledger_append(ledger, "s", "a", "rl", DAYS(10));
  g_assert_true(delivery_ledger_has(ledger, "s", "a", "rk"));
  delivery_ledger_append(ledger, "s", "a", "rm", DAYS(10) + 1);
  g_assert_false(delivery_ledger_has(ledger, "s", "a", "rk"));
  g_assert_true(delivery_ledger_expects(ledger, "s", "a"));
  delivery_ledger_free(ledger);
}

/* However many pass through: linear, and bounded. */
static void the_ledger_does_not_grow_for_ever(void)
{
  DeliveryLedger *ledger = delivery_ledger_new();
  for (guint i = 0; i < 100100; i++) {
    g_autofree char *key = g_strdup_printf("r%u", i);
    delivery_ledger_append(ledger, "s", "a", key, 0);
  }
  g_assert_cmpuint(delivery_ledger_get_count(ledger), ==, 100000);
  g_assert_false(delivery_ledger_has(ledger, "s", "a", "r99"));
  g_assert_true(delivery_ledger_has(ledger, "s", "a", "r100"));
  delivery_ledger_free(ledger);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mail-queue/tries under way are due again after a crash",
                  tries_under_way_are_due_again_after_a_crash);
  g_test_add_func("/mail-queue/held entries are due when released", held_entries_are_due_when_released);
  g_test_add_func("/mail-queue/the sender is warned once", the_sender_is_warned_once);
  g_test_add_func("/mail-queue/numbers never come twice", numbers_never_come_twice);
  g_test_add_func("/delivery-ledger/a message is known again whatever its way",
                  a_message_is_known_again_whatever_its_way);
  g_test_add_func("/delivery-ledger/it holds what the client may not know",
                  the_ledger_holds_what_the_client_may_not_know);
  g_test_add_func("/delivery-ledger/it knows what comes another way",
                  the_ledger_knows_what_comes_another_way);
  g_test_add_func("/delivery-ledger/it does not grow for ever", the_ledger_does_not_grow_for_ever);
  return g_test_run();
}
