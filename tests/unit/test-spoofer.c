/* SPDX-License-Identifier: MIT */
/* Mallory at other people's servers: what base SMTP lets him do, what a server refuses him, and how he learns
 * who exists. */
#include "agent/spoofer.h"

#include "mail/message-view.h"
#include "support/town.h"

typedef struct {
  Town town;
  Spoofer *spoofer;
  guint done, good;
} Den;

static void done(void *owner, bool good)
{
  Den *den = owner;
  den->done++;
  den->good += good;
}

static void den_init(Den *den)
{
  *den = (Den){0};
  town_init(&den->town, false);
  town_start_servers(&den->town, TOWN_ALPHA);
  town_start_servers(&den->town, TOWN_BETA);
  den->spoofer = spoofer_new(&(SpooferConfig){.host = town_host(&den->town, TOWN_CAFE),
                                              .host_name = "mail.alpha.example",
                                              .name_server = town_addresses[TOWN_NAMES]});
}

static void den_clear(Den *den)
{
  town_stop(&den->town);
  spoofer_free(den->spoofer);
  town_clear(&den->town);
}

static const char *const bob[] = {"bob@beta.example", NULL};

static void anybodys_name_may_stand_on_a_letter(void)
{
  Den den;
  den_init(&den);
  spoofer_send(den.spoofer,
               &(SpooferLetter){.sender = "bounces@mallory.example",
                                .recipients = bob,
                                .from = "Alice <alice@alpha.example>",
                                .to = "turma@beta.example",
                                .subject = "Prova cancelada",
                                .text = "Fiquem em casa.\n"},
               done, &den);
  spoofer_send(den.spoofer, &(SpooferLetter){.recipients = bob}, done, &den);
  g_assert_cmpuint(den.done, ==, 1); /* one thing at a time */
  g_assert_cmpuint(den.good, ==, 0);
  town_run_until(&den.town, 30);
  g_assert_cmpuint(den.done, ==, 2);
  g_assert_cmpuint(den.good, ==, 1);
  g_assert_cmpuint(spoofer_get_result_count(den.spoofer), ==, 1);
  SpooferResult result = spoofer_get_result(den.spoofer, 0);
  g_assert_cmpstr(result.name, ==, "bob@beta.example");
  g_assert_true(result.taken);
  g_assert_cmpint(result.code, ==, 250);
  Mailbox *mailbox = town_mailbox(&den.town, "bob@beta.example");
  g_assert_cmpuint(mailbox_get_count(mailbox), ==, 1);
  Bytes message;
  message.data = g_bytes_get_data(mailbox_get(mailbox, 0)->message, &message.length);
  g_assert_true(bytes_starts_ignore_case(message, "Return-Path: <bounces@mallory.example>\r\n"));
  MessageView view;
  message_view_init(&view, message);
  g_assert_cmpstr(view.from, ==, "Alice <alice@alpha.example>");
  g_assert_cmpstr(view.to, ==, "turma@beta.example");
  g_assert_cmpstr(view.first_line, ==, "Fiquem em casa.");
  message_view_clear(&view);
  g_assert_null(strstr(den.town.traffic->str, "25>AUTH"));
  den_clear(&den);
}

static void the_envelope_says_what_the_header_says_unless_told(void)
{
  Den den;
  den_init(&den);
  spoofer_send(den.spoofer,
               &(SpooferLetter){.recipients = bob, .from = "Banco <seguro@alpha.example>", .text = "x"}, done,
               &den);
  town_run_until(&den.town, 30);
  g_assert_cmpuint(den.good, ==, 1);
  g_assert_nonnull(strstr(den.town.traffic->str, "25>MAIL FROM:<seguro@alpha.example>"));
  den_clear(&den);
}

static void a_server_that_relays_for_nobody_refuses_him(void)
{
  Den den;
  den_init(&den);
  spoofer_send(
      den.spoofer,
      &(SpooferLetter){
          .server = "mail.alpha.example", .recipients = bob, .from = "x@mallory.example", .text = "spam"},
      done, &den);
  town_run_until(&den.town, 30);
  g_assert_cmpuint(den.done, ==, 1);
  g_assert_cmpuint(den.good, ==, 0);
  SpooferResult result = spoofer_get_result(den.spoofer, 0);
  g_assert_false(result.taken);
  g_assert_cmpint(result.code / 100, ==, 5);
  g_assert_cmpuint(mailbox_get_count(town_mailbox(&den.town, "bob@beta.example")), ==, 0);
  den_clear(&den);
}

static void guesses_tell_who_exists(void)
{
  static const char *const names[] = {"admin", "alice", "bob", "carol", NULL};
  static const bool there[] = {false, true, false, true};
  Den den;
  den_init(&den);
  spoofer_harvest(den.spoofer,
                  &(SpooferHarvest){.domain = "alpha.example", .guess = SPOOFER_RCPT, .names = names}, done,
                  &den);
  town_run_until(&den.town, 30);
  g_assert_cmpuint(den.good, ==, 1);
  g_assert_cmpuint(spoofer_get_result_count(den.spoofer), ==, 4);
  for (guint i = 0; i < 4; i++) {
    SpooferResult result = spoofer_get_result(den.spoofer, i);
    g_assert_cmpstr(result.name, ==, names[i]);
    g_assert_cmpint(result.taken, ==, there[i]);
    g_assert_cmpint(result.code, ==, there[i] ? 250 : 550);
  }
  g_assert_cmpuint(mailbox_get_count(town_mailbox(&den.town, "alice@alpha.example")), ==, 0);
  g_assert_null(strstr(den.town.traffic->str, "25>DATA"));
  den_clear(&den);
}

static void a_question_refused_is_no_yes(void)
{
  static const char *const names[] = {"alice", "nobody", NULL};
  static const SpooferGuess guesses[] = {SPOOFER_VRFY, SPOOFER_EXPN};
  for (guint i = 0; i < G_N_ELEMENTS(guesses); i++) {
    Den den;
    den_init(&den);
    spoofer_harvest(
        den.spoofer,
        &(SpooferHarvest){
            .domain = "alpha.example", .server = "mail.alpha.example", .guess = guesses[i], .names = names},
        done, &den);
    town_run_until(&den.town, 30);
    g_assert_cmpuint(den.done, ==, 1);
    g_assert_nonnull(strstr(den.town.traffic->str, i == 0 ? "25>VRFY nobody\r\n" : "25>EXPN nobody\r\n"));
    for (guint name = 0; name < 2; name++) {
      SpooferResult result = spoofer_get_result(den.spoofer, name);
      g_assert_cmpint(result.code, >=, 250);
      g_assert_cmpint(result.taken, ==, result.code == 250 || result.code == 251);
    }
    den_clear(&den);
  }
}

static void whoever_is_not_there_is_told_in_words(void)
{
  static const char *const nobody[] = {"x@nowhere.example", NULL}, *const odd[] = {"x", NULL};
  static const struct {
    const char *server;
    uint16_t port;
    const char *const *recipients;
    const char *words;
  } cases[] = {{NULL, 0, nobody, "Nobody knows that server"},
               {NULL, 0, odd, "Nobody knows that server"},
               {"mail.alpha.example", 26, bob, "Connection refused: nothing listens there"}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    Den den;
    den_init(&den);
    spoofer_send(den.spoofer,
                 &(SpooferLetter){.server = cases[i].server,
                                  .port = cases[i].port,
                                  .recipients = cases[i].recipients,
                                  .from = "a@alpha.example"},
                 done, &den);
    town_run_until(&den.town, 60);
    g_assert_cmpuint(den.done, ==, 1);
    g_assert_cmpuint(den.good, ==, 0);
    g_assert_cmpstr(spoofer_get_result(den.spoofer, 0).reply, ==, cases[i].words);
    den_clear(&den);
  }
}

static void mallory_may_stop_in_the_middle_of_anything(void)
{
  static const char *const names[] = {"alice", NULL};
  for (int milliseconds = 0; milliseconds < 200; milliseconds += 3) {
    Den den;
    den_init(&den);
    if (milliseconds % 2 == 0)
      spoofer_send(den.spoofer, &(SpooferLetter){.recipients = bob, .from = "a@alpha.example"}, done, &den);
    else
      spoofer_harvest(den.spoofer, &(SpooferHarvest){.domain = "alpha.example", .names = names}, done, &den);
    town_run_until(&den.town, milliseconds / 1e3);
    den_clear(&den);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spoofer/anybody's name may stand on a letter", anybodys_name_may_stand_on_a_letter);
  g_test_add_func("/spoofer/the envelope says what the header says unless told",
                  the_envelope_says_what_the_header_says_unless_told);
  g_test_add_func("/spoofer/a server that relays for nobody refuses him",
                  a_server_that_relays_for_nobody_refuses_him);
  g_test_add_func("/spoofer/guesses tell who exists", guesses_tell_who_exists);
  g_test_add_func("/spoofer/a question refused is no yes", a_question_refused_is_no_yes);
  g_test_add_func("/spoofer/whoever is not there is told in words", whoever_is_not_there_is_told_in_words);
  g_test_add_func("/spoofer/Mallory may stop in the middle of anything",
                  mallory_may_stop_in_the_middle_of_anything);
  return g_test_run();
}
