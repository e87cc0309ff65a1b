/* SPDX-License-Identifier: MIT */
/* Handing on: which server of a domain, in what order, how often, over how many connections; and what senders
 * hear of it. */
#include "support/mail-town.h"

#include <string.h>

/* Lays a letter into alpha's queue. notify as in RFC 3461. */
static void queue_letter(Town *town, const char *recipient, uint32_t notify, const char *id)
{
  g_autoptr(GBytes) message = town_letter(id);
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  envelope_append(envelope, recipient);
  envelope_set_request(envelope, recipient, notify, NULL);
  transfer_agent_submit(town->agents[TOWN_ALPHA], envelope, message);
}

static guint queued(const Town *town, TownHost which)
{
  return mail_queue_get_count(town->queues[which]);
}

/* Returns what the sender heard last, the caller's to free. */
static char *notice(const Town *town)
{
  return town_newest_mail(town, TOWN_ALPHA, "alice@alpha.example");
}

static void assert_notice(const Town *town, const char *wanted)
{
  g_autofree char *text = notice(town);
  if (strstr(text, wanted) == NULL) g_error("no \"%s\" in \"%s\"", wanted, text);
}

/* What DNS says of a domain, and what becomes of a letter to it within an hour. */
static void dns_tells_where_mail_goes(void)
{
  static const struct {
    const char *domain;
    const char *records[4];
    bool broken, queued;
    TownHost at;        /* where it lies, or TOWN_NAMES */
    const char *notice; /* that the sender gets, or NULL */
  } cases[] = {
      {"a.test", {"MX 10 mail.beta.example"}, false, false, TOWN_BETA, NULL},
      {"b.test", {"A 198.51.100.25"}, false, false, TOWN_BETA, NULL},
      {"c.test", {"MX 5 dead.test", "MX 10 mail.beta.example"}, false, false, TOWN_BETA, NULL},
      {"d.test", {"MX 5 silent.test", "MX 10 mail.beta.example"}, false, false, TOWN_BETA, NULL},
      {"e.test", {"MX 0 ."}, false, false, TOWN_NAMES, "Status: 5.1.10\r\n"},
      {"f.test", {"CNAME a.test"}, false, false, TOWN_BETA, NULL},
      {"g.test", {"CNAME beta.example"}, false, false, TOWN_BETA, NULL},
      {"h.test", {"MX 10 mail.alpha.example"}, false, false, TOWN_NAMES, "Status: 5.4.6\r\n"},
      {"i.test",
       {"MX 10 mail.alpha.example", "MX 20 mail.beta.example"},
       false,
       false,
       TOWN_NAMES,
       "Status: 5.4.6\r\n"},
      {"j.test", {"MX 20 mail.alpha.example", "MX 10 mail.beta.example"}, false, false, TOWN_BETA, NULL},
      {"k.test", {"MX 10 dead.test"}, false, false, TOWN_NAMES, "Status: 5.4.4\r\n"},
      {"l.test", {"TXT x"}, false, false, TOWN_NAMES, "Status: 5.4.4\r\n"},
      {"m.test", {"MX 10 mail.beta.example"}, true, true, TOWN_NAMES, NULL},
      {"n.test", {"MX 10 silent.test"}, false, true, TOWN_NAMES, NULL},
      {"o.test", {NULL}, false, false, TOWN_NAMES, "Status: 5.1.2\r\n"},
      {"p.test", {"MX 10 q.test", "CNAME mail.beta.example"}, false, true, TOWN_NAMES, NULL},
      {"[198.51.100.25]", {NULL}, false, false, TOWN_BETA, NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    town_init(&town, i, 0);
    dns_zones_add(town.zones, "test");
    dns_zones_append(town.zones, "silent.test", 60, "A 203.0.113.99"); /* no way leads there */
    dns_zones_append(town.zones, "q.test", 60, "A 203.0.113.66");      /* nothing listens there */
    dns_zones_append(town.zones, "a.test", 60, "MX 10 mail.beta.example");
    if (cases[i].broken) dns_zones_add(town.zones, cases[i].domain);
    for (size_t r = 0; r < G_N_ELEMENTS(cases[i].records) && cases[i].records[r] != NULL; r++)
      g_assert_true(dns_zones_append(town.zones, cases[i].domain, 60, cases[i].records[r]));
    if (cases[i].broken) g_assert_true(dns_zones_set_broken(town.zones, cases[i].domain, true));
    g_autofree char *recipient = g_strdup_printf("bob@%s", cases[i].domain);
    mail_store_add_user(town.stores[TOWN_BETA], recipient, "x");
    town_start_all(&town);
    queue_letter(&town, recipient, 0, "1@x");
    town_run(&town, town.clock.now + TOWN_HOURS(1));
    g_test_message("%s", recipient);
    g_assert_cmpuint(queued(&town, TOWN_ALPHA), ==, cases[i].queued);
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, recipient, "1@x"), ==, cases[i].at == TOWN_BETA);
    if (cases[i].notice != NULL)
      assert_notice(&town, cases[i].notice);
    else
      assert_notice(&town, "");
    g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "1@x"), ==,
                     cases[i].notice != NULL);
    town_clear(&town);
  }
}

static void equal_servers_share_the_work(void)
{
  guint first = 0;
  for (guint seed = 0; seed < 40; seed++) {
    Town town;
    town_init(&town, seed, 0);
    dns_zones_add(town.zones, "even.test");
    dns_zones_append(town.zones, "even.test", 60, "MX 10 mail.beta.example");
    dns_zones_append(town.zones, "even.test", 60, "MX 10 backup.beta.example");
    mail_store_add_user(town.stores[TOWN_BETA], "bob@even.test", "x");
    mail_store_add_user(town.stores[TOWN_BACKUP], "bob@even.test", "x");
    town_start_all(&town);
    queue_letter(&town, "bob@even.test", 0, "1@x");
    town_run(&town, town.clock.now + TOWN_HOURS(1));
    first += town_count_mail(&town, TOWN_BETA, "bob@even.test", "1@x");
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@even.test", "1@x") +
                         town_count_mail(&town, TOWN_BACKUP, "bob@even.test", "1@x"),
                     ==, 1);
    town_clear(&town);
  }
  g_assert_cmpuint(first, >, 8);
  g_assert_cmpuint(first, <, 32);
}

/* Beta is down: its backup takes the letter, keeps it, and hands it on when beta is back. */
static void a_backup_server_keeps_mail_until_the_better_one_is_back(void)
{
  Town town;
  town_init(&town, 1, 0);
  town_start_all(&town);
  town_cut_power(&town, TOWN_BETA);
  queue_letter(&town, "bob@beta.example", 0, "1@x");
  town_run(&town, town.clock.now + TOWN_HOURS(1));
  g_assert_cmpuint(queued(&town, TOWN_ALPHA), ==, 0);
  g_assert_cmpuint(queued(&town, TOWN_BACKUP), ==, 1);
  town_restore_power(&town, TOWN_BETA);
  town_run(&town, town.clock.now + TOWN_HOURS(5));
  g_assert_cmpuint(queued(&town, TOWN_BACKUP), ==, 0);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "by backup.beta.example with ESMTP"),
                   ==, 1);
  town_clear(&town);
}

static void what_waits_for_one_domain_goes_over_one_connection(void)
{
  enum { LETTERS = 20 };
  Town town;
  town_init(&town, 1, 0);
  g_assert_true(server_config_add_reply_rule(&town.servers[TOWN_BETA], "dora@* 550 1 time"));
  town_start_all(&town);
  for (guint i = 0; i < LETTERS; i++) {
    g_autofree char *id = g_strdup_printf("%u@x", i);
    queue_letter(&town, i % 2 == 0 ? "bob@beta.example" : "dora@beta.example", 0, id);
  }
  town_run(&town, town.clock.now + TOWN_HOURS(1));
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "@x"), ==, LETTERS / 2);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "dora@beta.example", "@x"), ==, LETTERS / 2 - 1);
  assert_notice(&town, "Final-Recipient: rfc822; dora@beta.example\r\nAction: failed\r\nStatus: 5.1.1\r\n");
  g_assert_cmpuint(town.connections, ==, 1);
  g_assert_cmpuint(town.questions, ==, 1);
  town_clear(&town);
}

static void more_recipients_than_a_transaction_takes_go_in_several(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_BETA].recipient_limit = 3;
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  for (guint i = 0; i < 10; i++) {
    g_autofree char *recipient = g_strdup_printf("user%u@beta.example", i);
    mail_store_add_user(town.stores[TOWN_BETA], recipient, "x");
    envelope_append(envelope, recipient);
  }
  town_start(&town, TOWN_ALPHA);
  town_start(&town, TOWN_BETA);
  g_autoptr(GBytes) message = town_letter("1@x");
  transfer_agent_submit(town.agents[TOWN_ALPHA], envelope, message);
  town_run(&town, town.clock.now + TOWN_SECONDS(60));
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, g_ptr_array_index(envelope->recipients, i), "1@x"), ==,
                     1);
  g_assert_cmpuint(town.connections, ==, 1);
  town_clear(&town);
}

static void each_recipient_has_its_own_fate(void)
{
  Town town;
  town_init(&town, 1, 0);
  town.servers[TOWN_ALPHA].queue.first_wait = TOWN_SECONDS(600);
  g_assert_true(server_config_add_reply_rule(&town.servers[TOWN_BETA], "dora@* 450 1 time 4.2.1 Busy"));
  town_start(&town, TOWN_ALPHA);
  town_start(&town, TOWN_BETA);
  static const char *const recipients[] = {"bob@beta.example", "nobody@beta.example", "dora@beta.example",
                                           "552@beta.example"};
  g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
  for (size_t i = 0; i < G_N_ELEMENTS(recipients); i++)
    envelope_append(envelope, recipients[i]);
  g_autoptr(GBytes) message = town_letter("1@x");
  transfer_agent_submit(town.agents[TOWN_ALPHA], envelope, message);
  town_run(&town, town.clock.now + TOWN_SECONDS(300));
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "dora@beta.example", "1@x"), ==, 0);
  g_assert_cmpstr(mail_queue_get(town.queues[TOWN_ALPHA], 0)->last_reply, !=, NULL);
  town_run(&town, town.clock.now + TOWN_HOURS(1));
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "dora@beta.example", "1@x"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "nobody@beta.example"), ==, 1);
  g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "552@beta.example"), ==, 1);
  town_clear(&town);
}

static void the_sender_hears_of_a_delay_and_then_of_the_end(void)
{
  static const struct {
    uint32_t notify;
    guint delayed, failed;
  } cases[] = {{0, 1, 1},
               {ENVELOPE_NOTIFY_NEVER, 0, 0},
               {ENVELOPE_NOTIFY_FAILURE, 0, 1},
               {ENVELOPE_NOTIFY_DELAY, 1, 0},
               {ENVELOPE_NOTIFY_SUCCESS, 0, 0}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    town_init(&town, 1, 0);
    town_start(&town, TOWN_ALPHA);
    queue_letter(&town, "bob@beta.example", cases[i].notify, "1@x");
    town_run(&town, town.clock.now + TOWN_HOURS(24));
    g_assert_cmpuint(
        town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "Action: delayed\r\nStatus: 4.0.0"), ==,
        cases[i].delayed);
    g_assert_cmpuint(queued(&town, TOWN_ALPHA), ==, 1);
    town_run(&town, town.clock.now + TOWN_HOURS(24 * 6));
    g_assert_cmpuint(
        town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "Action: failed\r\nStatus: 4.4.7"), ==,
        cases[i].failed);
    g_assert_cmpuint(town_count_mail(&town, TOWN_ALPHA, "alice@alpha.example", "Action: delayed"), ==,
                     cases[i].delayed);
    g_assert_cmpuint(queued(&town, TOWN_ALPHA), ==, 0);
    town_clear(&town);
  }
}

static void the_sender_hears_of_success_where_it_asked(void)
{
  static const struct {
    bool dsn;
    uint32_t notify;
    const char *from, *action; /* NULL: silence */
  } cases[] = {{true, 0, NULL, NULL},
               {true, ENVELOPE_NOTIFY_SUCCESS, "MAILER-DAEMON@mail.beta.example", "Action: delivered"},
               {false, ENVELOPE_NOTIFY_SUCCESS, "MAILER-DAEMON@mail.alpha.example", "Action: relayed"},
               {false, ENVELOPE_NOTIFY_FAILURE, NULL, NULL}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    town_init(&town, 1, 0);
    g_assert_true(server_config_set_capability(&town.servers[TOWN_BETA], "DSN", cases[i].dsn));
    town_start(&town, TOWN_ALPHA);
    town_start(&town, TOWN_BETA);
    queue_letter(&town, "bob@beta.example", cases[i].notify, "1@x");
    town_run(&town, town.clock.now + TOWN_HOURS(1));
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
    g_autofree char *text = notice(&town);
    if (cases[i].from == NULL) {
      g_assert_cmpstr(text, ==, "");
    } else {
      g_assert_nonnull(strstr(text, cases[i].from));
      g_assert_nonnull(strstr(text, cases[i].action));
    }
    town_clear(&town);
  }
}

/* Two servers that each think the other keeps the domain. */
static void a_message_does_not_go_round_for_ever(void)
{
  Town town;
  town_init(&town, 1, 0);
  dns_zones_add(town.zones, "loop.test");
  dns_zones_append(town.zones, "loop.test", 60, "MX 10 mail.beta.example");
  g_assert_true(server_config_add_forward(&town.servers[TOWN_BETA], "bob@beta.example alice@alpha.example"));
  g_assert_true(server_config_add_forward(&town.servers[TOWN_ALPHA], "alice@alpha.example bob@beta.example"));
  town_start(&town, TOWN_ALPHA);
  town_start(&town, TOWN_BETA);
  g_autoptr(GBytes) message = town_letter("1@x");
  g_autoptr(Envelope) envelope = envelope_new("carol@alpha.example");
  envelope_append(envelope, "bob@beta.example");
  transfer_agent_submit(town.agents[TOWN_ALPHA], envelope, message);
  town_run(&town, town.clock.now + TOWN_HOURS(1));
  g_assert_cmpuint(queued(&town, TOWN_ALPHA) + queued(&town, TOWN_BETA), ==, 0);
  g_autofree char *text = town_newest_mail(&town, TOWN_ALPHA, "carol@alpha.example");
  g_assert_nonnull(strstr(text, "said: 554 5.4.6 Too many hops"));
  town_clear(&town);
}

static void eight_bits_are_converted_for_who_takes_seven(void)
{
  static const char text[] =
      "Message-ID: <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 8bit\r\n\r\nAmanhã\r\n";
  for (int seven = 0; seven < 2; seven++) {
    Town town;
    town_init(&town, 1, 0);
    g_assert_true(server_config_set_capability(&town.servers[TOWN_BETA], "8BITMIME", seven == 0));
    town_start(&town, TOWN_ALPHA);
    town_start(&town, TOWN_BETA);
    g_autoptr(GBytes) message = g_bytes_new_static(text, strlen(text));
    g_autoptr(Envelope) envelope = envelope_new("alice@alpha.example");
    envelope_append(envelope, "bob@beta.example");
    transfer_agent_submit(town.agents[TOWN_ALPHA], envelope, message);
    town_run(&town, town.clock.now + TOWN_HOURS(1));
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "Amanhã"), ==, seven == 0);
    g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "QW1hbmjDow0K"), ==, seven == 1);
    town_clear(&town);
  }
}

static void a_queue_can_be_flushed(void)
{
  Town town;
  town_init(&town, 1, 0);
  town_start(&town, TOWN_ALPHA);
  queue_letter(&town, "bob@beta.example", 0, "1@x");
  town_run(&town, town.clock.now + TOWN_HOURS(8));
  town_start(&town, TOWN_BETA);
  transfer_agent_flush(town.agents[TOWN_ALPHA]);
  town_run(&town, town.clock.now + TOWN_SECONDS(10));
  g_assert_cmpuint(town_count_mail(&town, TOWN_BETA, "bob@beta.example", "1@x"), ==, 1);
  town_clear(&town);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/delivery/DNS tells where mail goes", dns_tells_where_mail_goes);
  g_test_add_func("/delivery/equal servers share the work", equal_servers_share_the_work);
  g_test_add_func("/delivery/a backup server keeps mail until the better one is back",
                  a_backup_server_keeps_mail_until_the_better_one_is_back);
  g_test_add_func("/delivery/what waits for one domain goes over one connection",
                  what_waits_for_one_domain_goes_over_one_connection);
  g_test_add_func("/delivery/more recipients than a transaction takes go in several",
                  more_recipients_than_a_transaction_takes_go_in_several);
  g_test_add_func("/delivery/each recipient has its own fate", each_recipient_has_its_own_fate);
  g_test_add_func("/delivery/the sender hears of a delay, and then of the end",
                  the_sender_hears_of_a_delay_and_then_of_the_end);
  g_test_add_func("/delivery/the sender hears of success where it asked",
                  the_sender_hears_of_success_where_it_asked);
  g_test_add_func("/delivery/a message does not go round for ever", a_message_does_not_go_round_for_ever);
  g_test_add_func("/delivery/eight bits are converted for who takes seven",
                  eight_bits_are_converted_for_who_takes_seven);
  g_test_add_func("/delivery/a queue can be flushed", a_queue_can_be_flushed);
  return g_test_run();
}
