/* SPDX-License-Identifier: MIT */
/* Mail that a server took is never lost, whatever frames the cables lose and between whatever two events the
 * power of a server fails: in the end every letter lies in its mailbox once, or came back to its sender once.
 *
 * Letters are handed in at alpha's submission port by a computer that sends each again until it has heard a
 * 250; they go to bob (who exists), to nobody (who does not), and to carol at home; beta has a backup server.
 * In some runs beta's power does not come back: then alpha or the backup gives up in the end. A letter that
 * beta stored without its client ever hearing of it lies in a machine that is gone for good, and comes back
 * too: that one case is looked for by beta's ledger and allowed. */
#include "support/long-run.h"
#include "support/mail-town.h"

#define SEEDS 100u /* times ten in a long run */
#define LETTERS 6u

/* One letter on its way from the computer. */
typedef struct {
  const char *recipient;
  char *id;
  TownLetter letter;
  bool accepted;
} Sent;

typedef struct {
  Town town;
  GRand *random;
  Sent sent[LETTERS];
  bool beta_dies;
} Run;

static const char *const recipients[] = {"bob@beta.example", "nobody@beta.example", "carol@alpha.example"};

static void hand_in(Run *run, Sent *sent)
{
  g_autoptr(GBytes) message = town_letter(sent->id);
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  envelope_append(envelope, sent->recipient);
  town_hand_in(&run->town, TOWN_ALPHA, SUBMISSION_PORT, "alice", "wonderland", envelope, message,
               &sent->letter);
}

/* The computer hears how it went, and tries again what was not taken. */
static void go_on(Run *run)
{
  for (guint i = 0; i < LETTERS; i++) {
    Sent *sent = &run->sent[i];
    if (sent->accepted || !sent->letter.over) continue;
    sent->accepted = sent->letter.accepted;
    town_letter_clear(&sent->letter);
    if (!sent->accepted) hand_in(run, sent);
  }
}

static bool all_accepted(const Run *run)
{
  for (guint i = 0; i < LETTERS; i++)
    if (!run->sent[i].accepted) return false;
  return true;
}

/* Lets count events happen; returns false when there are none left. */
static bool step(Run *run, guint count)
{
  for (; count > 0; count--) {
    if (!virtual_clock_step(&run->town.clock, NANOSECONDS_NEVER)) return false;
    go_on(run);
  }
  return true;
}

/* The power of a server fails between two events, and comes back after a while. */
static void fail_once(Run *run)
{
  TownHost which = (TownHost)g_rand_int_range(run->random, TOWN_ALPHA, TOWN_HOSTS);
  step(run, (guint)g_rand_int_range(run->random, 0, 160));
  if (run->town.hosts[which] == NULL) return;
  town_cut_power(&run->town, which);
  if (which == TOWN_BETA && run->beta_dies) return;
  Nanoseconds dark = TOWN_SECONDS((Nanoseconds)g_rand_int_range(run->random, 0, 4000));
  Nanoseconds end = run->town.clock.now + dark;
  while (run->town.clock.now < end && virtual_clock_step(&run->town.clock, end))
    go_on(run);
  run->town.clock.now = MAX(run->town.clock.now, end);
  town_restore_power(&run->town, which);
}

static void run_init(Run *run, guint seed)
{
  *run = (Run){.random = g_rand_new_with_seed(seed)};
  town_init(&run->town, seed, g_rand_boolean(run->random) ? g_rand_double_range(run->random, 0, 0.12) : 0);
  run->beta_dies = g_rand_int_range(run->random, 0, 4) == 0;
  ServerConfig *beta = &run->town.servers[TOWN_BETA];
  if (g_rand_int_range(run->random, 0, 3) == 0) beta->greylist_delay = TOWN_SECONDS(300);
  if (g_rand_int_range(run->random, 0, 3) == 0)
    server_config_add_reply_rule(beta, "DATA 451 2 times 4.3.0 Not now");
  town_start_all(&run->town);
  for (guint i = 0; i < LETTERS; i++) {
    run->sent[i].recipient = recipients[i % G_N_ELEMENTS(recipients)];
    run->sent[i].id = g_strdup_printf("letter-%u@computer.example", i);
    hand_in(run, &run->sent[i]);
  }
}

static void run_clear(Run *run)
{
  town_clear(&run->town);
  for (guint i = 0; i < LETTERS; i++) {
    town_letter_clear(&run->sent[i].letter);
    g_free(run->sent[i].id);
  }
  g_rand_free(run->random);
}

/* Returns how often the letter lies in its recipient's mailbox. */
static guint count_delivered(const Run *run, const Sent *sent)
{
  return town_count_mail(&run->town, TOWN_BETA, sent->recipient, sent->id) +
         town_count_mail(&run->town, TOWN_ALPHA, sent->recipient, sent->id);
}

/* Returns how many notices say that it failed. */
static guint count_bounced(const Run *run, const Sent *sent)
{
  guint count = 0;
  const Mailbox *mailbox =
      mail_store_find(run->town.stores[TOWN_ALPHA], bytes_from_string("alice@alpha.example"));
  for (guint i = 0; i < mailbox_get_count(mailbox); i++) {
    gsize size;
    const char *data = g_bytes_get_data(mailbox_get(mailbox, i)->message, &size);
    count += g_strstr_len(data, (gssize)size, sent->id) != NULL &&
             g_strstr_len(data, (gssize)size, "Action: failed") != NULL;
  }
  return count;
}

static void check(const Run *run, guint seed, guint *delivered_all, guint *bounced_all)
{
  const Town *town = &run->town;
  for (guint i = 0; i < LETTERS; i++) {
    const Sent *sent = &run->sent[i];
    guint delivered = count_delivered(run, sent);
    guint bounced = count_bounced(run, sent);
    bool unheard = run->beta_dies && town->hosts[TOWN_BETA] == NULL &&
                   delivery_ledger_expects(mail_queue_get_ledger(town->queues[TOWN_BETA]),
                                           "alice@alpha.example", sent->recipient);
    if (delivered + bounced != 1 && !(unheard && delivered == 1 && bounced == 1))
      g_error("seed %u: %s to %s: delivered %u times, bounced %u times", seed, sent->id, sent->recipient,
              delivered, bounced);
    *delivered_all += delivered;
    *bounced_all += bounced;
  }
}

static void mail_that_was_taken_is_never_lost(void)
{
  guint delivered = 0, bounced = 0, cuts = 0;
  for (guint seed = 0; seed < SEEDS * long_run_factor(); seed++) {
    Run run;
    run_init(&run, seed);
    for (gint failures = g_rand_int_range(run.random, 1, 7); failures > 0; failures--, cuts++)
      fail_once(&run);
    /* From now on the power holds, and everything comes to its end. */
    while (!all_accepted(&run) && step(&run, 1))
      ;
    g_assert_true(all_accepted(&run));
    while (step(&run, 1))
      ;
    for (guint i = TOWN_ALPHA; i < TOWN_HOSTS; i++)
      g_assert_true(run.town.hosts[i] == NULL || mail_queue_get_count(run.town.queues[i]) == 0);
    check(&run, seed, &delivered, &bounced);
    run_clear(&run);
  }
  g_test_message("%u power cuts; %u delivered, %u bounced", cuts, delivered, bounced);
  g_assert_cmpuint(delivered, >, SEEDS * LETTERS / 3);
  g_assert_cmpuint(bounced, >, SEEDS * LETTERS / 3);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/mail/what was taken is never lost", mail_that_was_taken_is_never_lost);
  return g_test_run();
}
