/* SPDX-License-Identifier: MIT */
/* The resolver: what is asked once and remembered, for how long, and what goes by TCP. */
#include "agent/resolver.h"
#include "support/mail-town.h"

#include <string.h>

/* What an asker was told. */
typedef struct {
  guint told;
  bool silent; /* no answer came */
  uint8_t code;
  guint records;
  char *last; /* of the last record, or NULL */
} Told;

static void answered(void *owner, const DnsMessage *answer)
{
  Told *told = owner;
  told->told++;
  told->silent = answer == NULL;
  told->code = answer == NULL ? 0 : answer->response_code;
  told->records = answer == NULL ? 0 : answer->answers->len;
  g_free(told->last);
  told->last = NULL;
  if (told->records == 0) return;
  ByteBuffer text = {0};
  dns_record_format(&g_array_index(answer->answers, DnsRecord, told->records - 1), &text);
  told->last = bytes_dup_string(byte_buffer_view(&text));
  byte_buffer_clear(&text);
}

static Resolver *start(Town *town, double loss)
{
  town_init(town, 7, loss);
  return resolver_new(host_as_agent_host(town->hosts[TOWN_COMPUTER]), "203.0.113.53");
}

static void stop(Town *town, Resolver *resolver)
{
  host_stop(town->hosts[TOWN_COMPUTER]);
  resolver_free(resolver);
  town_clear(town);
}

/* Asks and waits; returns what came, its text the caller's to free. */
static Told ask(Town *town, Resolver *resolver, const char *name, DnsType type)
{
  Told told = {0};
  resolver_ask(resolver, name, type, answered, &told);
  g_assert_cmpuint(told.told, ==, 0);
  town_run(town, town->clock.now + TOWN_SECONDS(40));
  g_assert_cmpuint(told.told, ==, 1);
  return told;
}

static void an_answer_is_remembered_as_long_as_it_allows(void)
{
  static const struct {
    const char *name;
    DnsType type;
    DnsResponseCode code;
    guint records;
    guint seconds; /* it is remembered */
  } cases[] = {
      {"short.example", DNS_A, DNS_NOERROR, 1, 100},    {"SHORT.example", DNS_A, DNS_NOERROR, 1, 100},
      {"mixed.example", DNS_MX, DNS_NOERROR, 2, 200},   {"nobody.example", DNS_A, DNS_NXDOMAIN, 0, 300},
      {"short.example", DNS_AAAA, DNS_NOERROR, 0, 300}, {"broken.test", DNS_A, DNS_SERVFAIL, 0, 0},
      {"zero.example", DNS_A, DNS_NOERROR, 1, 0},       {"alias.example", DNS_A, DNS_NOERROR, 2, 50},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    Resolver *resolver = start(&town, 0);
    dns_zones_append(town.zones, "short.example", 100, "A 192.0.2.1");
    dns_zones_append(town.zones, "mixed.example", 700, "MX 1 a.example");
    dns_zones_append(town.zones, "mixed.example", 200, "MX 2 b.example");
    dns_zones_append(town.zones, "zero.example", 0, "A 192.0.2.1");
    dns_zones_append(town.zones, "alias.example", 50, "CNAME short.example");
    dns_zones_add(town.zones, "broken.test");
    dns_zones_set_broken(town.zones, "broken.test", true);
    Nanoseconds begin = town.clock.now;
    for (guint turn = 0; turn < 3; turn++) {
      /* just before it is over, and just after: answers come within a second */
      if (turn > 0 && cases[i].seconds > 0)
        town_run(&town,
                 begin + TOWN_SECONDS((Nanoseconds)cases[i].seconds) + (turn == 1 ? -1 : TOWN_SECONDS(1)));
      Told told = ask(&town, resolver, cases[i].name, cases[i].type);
      g_assert_false(told.silent);
      g_assert_cmpuint(told.code, ==, cases[i].code);
      g_assert_cmpuint(told.records, ==, cases[i].records);
      g_free(told.last);
      guint expected = cases[i].seconds == 0 ? turn + 1 : turn == 2 ? 2 : 1;
      g_assert_cmpuint(town.questions, ==, expected);
    }
    stop(&town, resolver);
  }
}

static void who_asks_the_same_at_once_shares_the_answer(void)
{
  Town town;
  Resolver *resolver = start(&town, 0);
  Told told[4] = {0};
  ResolverQuestion *questions[4];
  for (guint i = 0; i < 4; i++)
    questions[i] = resolver_ask(resolver, "mail.beta.example", DNS_A, answered, &told[i]);
  resolver_cancel(questions[1]);
  resolver_cancel(NULL);
  town_run(&town, town.clock.now + TOWN_SECONDS(1));
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpuint(told[i].told, ==, i != 1);
    g_free(told[i].last);
  }
  g_assert_cmpuint(town.questions, ==, 1);
  resolver_flush(resolver);
  Told again = ask(&town, resolver, "mail.beta.example", DNS_A);
  g_assert_cmpstr(again.last, ==, "A 198.51.100.25");
  g_assert_cmpuint(town.questions, ==, 2);
  g_free(again.last);
  stop(&town, resolver);
}

static void a_long_answer_comes_by_tcp(void)
{
  for (int lossy = 0; lossy < 2; lossy++) {
    Town town;
    Resolver *resolver = start(&town, lossy == 0 ? 0 : 0.2);
    for (guint i = 0; i < 40; i++) {
      g_autofree char *text =
          g_strdup_printf("TXT \"%03u %s\"", i, "a text of some length, so that many do not fit");
      g_assert_true(dns_zones_append(town.zones, "long.example", 60, text));
    }
    Told told = ask(&town, resolver, "long.example", DNS_TXT);
    g_assert_false(told.silent);
    g_assert_cmpuint(told.records, ==, 40);
    g_assert_true(g_str_has_prefix(told.last, "TXT \"039 "));
    g_assert_cmpuint(town.connections, ==, 1);
    g_free(told.last);
    stop(&town, resolver);
  }
}

static void silence_is_told_and_not_remembered(void)
{
  Town town;
  town_init(&town, 7, 0);
  host_go_down(town.hosts[TOWN_BACKUP]); /* with power it would say that nobody listens */
  Resolver *resolver = resolver_new(host_as_agent_host(town.hosts[TOWN_COMPUTER]), "198.51.100.26");
  for (guint i = 1; i <= 2; i++) {
    Told told = ask(&town, resolver, "mail.beta.example", DNS_A);
    g_assert_true(told.silent);
    g_assert_cmpuint(town.questions, ==, 3 * i);
  }
  stop(&town, resolver);
}

static void aliases_in_a_circle_come_to_an_end(void)
{
  Town town;
  Resolver *resolver = start(&town, 0);
  dns_zones_append(town.zones, "one.example", 60, "CNAME two.example");
  dns_zones_append(town.zones, "two.example", 60, "CNAME one.example");
  dns_zones_append(town.zones, "out.example", 60, "CNAME somewhere.elsewhere");
  Told told = ask(&town, resolver, "one.example", DNS_A);
  g_assert_false(told.silent);
  g_assert_true(g_str_has_prefix(told.last, "CNAME "));
  g_free(told.last);
  told = ask(&town, resolver, "out.example", DNS_A);
  g_assert_cmpuint(told.code, ==, DNS_REFUSED);
  g_free(told.last);
  stop(&town, resolver);
}

/* Asks again from inside its answer. */
typedef struct {
  Resolver *resolver;
  guint told;
} Chain;

static void chain_answered(void *owner, const DnsMessage *answer)
{
  Chain *chain = owner;
  (void)answer;
  if (++chain->told < 5) resolver_ask(chain->resolver, "broken.test", DNS_A, chain_answered, chain);
}

static void who_is_told_may_ask_again(void)
{
  Town town;
  Chain chain = {.resolver = start(&town, 0)};
  dns_zones_add(town.zones, "broken.test");
  dns_zones_set_broken(town.zones, "broken.test", true);
  resolver_ask(chain.resolver, "broken.test", DNS_A, chain_answered, &chain);
  town_run(&town, town.clock.now + TOWN_SECONDS(10));
  g_assert_cmpuint(chain.told, ==, 5);
  g_assert_cmpuint(town.questions, ==, 5);
  /* and the host may stop with a question under way */
  resolver_ask(chain.resolver, "mail.beta.example", DNS_A, chain_answered, &chain);
  stop(&town, chain.resolver);
  g_assert_cmpuint(chain.told, ==, 5);
}

static void addresses_have_names_in_reverse_zones(void)
{
  Town town;
  Resolver *resolver = start(&town, 0);
  g_assert_true(dns_zones_append_host(town.zones, "six.example", 60, "2001:db8::25"));
  static const char *const addresses[][2] = {{"198.51.100.25", "PTR mail.beta.example"},
                                             {"2001:db8::25", "PTR six.example"}};
  for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
    g_autofree char *name = dns_reverse_name(addresses[i][0]);
    Told told = ask(&town, resolver, name, DNS_PTR);
    g_assert_cmpstr(told.last, ==, addresses[i][1]);
    g_free(told.last);
  }
  g_assert_null(dns_reverse_name("mail.beta.example"));
  stop(&town, resolver);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/resolver/an answer is remembered as long as it allows",
                  an_answer_is_remembered_as_long_as_it_allows);
  g_test_add_func("/resolver/who asks the same at once shares the answer",
                  who_asks_the_same_at_once_shares_the_answer);
  g_test_add_func("/resolver/a long answer comes by TCP", a_long_answer_comes_by_tcp);
  g_test_add_func("/resolver/silence is told and not remembered", silence_is_told_and_not_remembered);
  g_test_add_func("/resolver/aliases in a circle come to an end", aliases_in_a_circle_come_to_an_end);
  g_test_add_func("/resolver/who is told may ask again", who_is_told_may_ask_again);
  g_test_add_func("/resolver/addresses have names in reverse zones", addresses_have_names_in_reverse_zones);
  return g_test_run();
}
