/* SPDX-License-Identifier: MIT */
/* SPF: records and macros read, and what they say of an address. */
#include "agent/spf-check.h"
#include "agent/spf-record.h"
#include "support/mail-town.h"

static void records_read_as_they_are_written(void)
{
  static const struct {
    const char *text;
    int terms; /* -1: wrong */
  } cases[] = {
      {"v=spf1", 0},
      {"v=spf1 -all", 1},
      {"v=spf1  mx a:b.example/24 a/24//64 ?ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all", 6},
      {"v=spf1 redirect=b.example mx", 2},
      {"v=spf1 IP4:192.0.2.1 INCLUDE:b.example unknown=x", 2},
      {"v=spf1 exp=e.example exists:%{i}.b.example", 2},
      {"v=spf1 ip4", -1},
      {"v=spf1 ip4:300.1.1.1", -1},
      {"v=spf1 ip4:2001:db8::1", -1},
      {"v=spf1 ip6:192.0.2.1", -1},
      {"v=spf1 ip4:192.0.2.0/33", -1},
      {"v=spf1 ip4:192.0.2.0/024", -1},
      {"v=spf1 a:/24", -1},
      {"v=spf1 a/", -1},
      {"v=spf1 all:x", -1},
      {"v=spf1 include", -1},
      {"v=spf1 include:", -1},
      {"v=spf1 magic", -1},
      {"v=spf1 -redirect=x.example", -1},
      {"v=spf1 redirect=a.example redirect=b.example", -1},
      {"v=spf1 include:b.example/24", -1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GArray) terms = spf_record_parse(bytes_from_string(cases[i].text));
    if ((terms == NULL ? -1 : (int)terms->len) != cases[i].terms) g_error("%s", cases[i].text);
  }
  g_assert_true(spf_record_is(BYTES_LITERAL("V=SPF1 -all")));
  g_assert_false(spf_record_is(BYTES_LITERAL("v=spf10 -all")));
  g_assert_false(spf_record_is(BYTES_LITERAL("v=spf2")));
  g_autoptr(GArray) terms = spf_record_parse(BYTES_LITERAL("v=spf1 redirect=x.example ~a:b.example/20//50"));
  const SpfTerm *a = &g_array_index(terms, SpfTerm, 0);
  g_assert_true(a->kind == SPF_A && a->qualifier == '~' && a->prefix4 == 20 && a->prefix6 == 50);
  g_assert_cmpstr(a->domain, ==, "b.example");
  g_assert_true(g_array_index(terms, SpfTerm, 1).kind == SPF_REDIRECT);
}

static void macros_stand_for_what_rfc_7208_says(void)
{
  static const SpfMacroValues values = {"strong-bad@email.example.com", "email.example.com", "mx.example.org",
                                        "192.0.2.3"};
  static const struct {
    const char *spec, *text;
  } cases[] = {
      {"%{s}", "strong-bad@email.example.com"},
      {"%{o}", "email.example.com"},
      {"%{d}", "email.example.com"},
      {"%{d4}", "email.example.com"},
      {"%{d3}", "email.example.com"},
      {"%{d2}", "example.com"},
      {"%{d1}", "com"},
      {"%{dr}", "com.example.email"},
      {"%{d2r}", "example.email"},
      {"%{l}", "strong-bad"},
      {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
      {"%{h}%%%_%-", "mx.example.org% %20"},
      {"a.%{d1}.", "a.com"},
      {"%{x}", NULL},
      {"%{d0}", NULL},
      {"%{d", NULL},
      {"%{l-}", NULL},
      {"%", NULL},
      {"%x", NULL},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = spf_expand(cases[i].spec, &values);
    g_assert_cmpstr(text, ==, cases[i].text);
  }
  SpfMacroValues six = values;
  six.address = "2001:db8::cb01";
  g_autofree char *nibbles = spf_expand("%{ir}.%{v}", &six);
  g_assert_cmpstr(nibbles, ==, "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6");
  g_autofree char *label = g_strnfill(60, 'x');
  g_autofree char *long_name = g_strdup_printf("a.%s.%s.%s.%s.%s.com", label, label, label, label, label);
  g_autofree char *cut = spf_expand(long_name, &values);
  g_assert_cmpuint(strlen(cut), ==, 4 * 61 + 3);
}

static const struct {
  const char *name, *record;
} zone[] = {
    {"pass.test", "TXT \"v=spf1 ip4:192.0.2.0/24 -all\""},
    {"plus.test", "TXT \"v=spf1 +all\""},
    {"neutral.test", "TXT \"v=spf1 ?all\""},
    {"open.test", "TXT \"v=spf1 ip4:203.0.113.1\""},
    {"two.test", "TXT \"v=spf1 -all\""},
    {"two.test", "TXT \"v=spf1 +all\""},
    {"other.test", "TXT \"some text\""},
    {"other.test", "TXT \"v=spf1 ip6:2001:db8::/32 -all\""},
    {"a.test", "TXT \"v=spf1 a -all\""},
    {"a.test", "A 192.0.2.7"},
    {"a.test", "AAAA 2001:db8::7"},
    {"net.test", "TXT \"v=spf1 a:a.test/28//126 -all\""},
    {"mx.test", "TXT \"v=spf1 mx -all\""},
    {"mx.test", "MX 10 none.test"},
    {"mx.test", "MX 20 a.test"},
    {"include.test", "TXT \"v=spf1 ~include:pass.test -all\""},
    {"neutral-inside.test", "TXT \"v=spf1 include:neutral.test a:a.test ~all\""},
    {"include-none.test", "TXT \"v=spf1 include:none.test +all\""},
    {"include-broken.test", "TXT \"v=spf1 include:x.broken.test +all\""},
    {"redirect.test", "TXT \"v=spf1 redirect=pass.test\""},
    {"redirect-none.test", "TXT \"v=spf1 redirect=none.test\""},
    {"redirect-last.test", "TXT \"v=spf1 redirect=pass.test ?all\""},
    {"self.test", "TXT \"v=spf1 include:self.test -all\""},
    {"self-redirect.test", "TXT \"v=spf1 redirect=self-redirect.test\""},
    {"voids.test", "TXT \"v=spf1 a:v1.test a:v2.test a:v3.test +all\""},
    {"two-voids.test", "TXT \"v=spf1 a:v1.test a:v2.test +all\""},
    {"ptr.test", "TXT \"v=spf1 ptr -all\""},
    {"exists.test", "TXT \"v=spf1 exists:%{ir}.%{l}.list.test -all\""},
    {"7.2.0.192.alice.list.test", "A 127.0.0.2"},
    {"bad-macro.test", "TXT \"v=spf1 exists:%{p}.x +all\""},
    {"wrong.test", "TXT \"v=spf1 ip4:x -all\""},
    {"many.test",
     "TXT \"v=spf1 a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test "
     "a:a.test a:a.test +all\""},
    {"ten.test",
     "TXT \"v=spf1 a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test a:a.test "
     "a:a.test +all\""},
    {"crowd.test", "TXT \"v=spf1 mx +all\""},
};

typedef struct {
  guint told;
  SpfResult result;
  char *domain;
} Outcome;

static void checked(void *owner, SpfResult result, const char *domain)
{
  Outcome *outcome = owner;
  outcome->told++;
  outcome->result = result;
  outcome->domain = g_strdup(domain);
}

static Resolver *start(Town *town)
{
  town_init(town, 7, 0);
  dns_zones_add(town->zones, "test");
  dns_zones_add(town->zones, "broken.test");
  dns_zones_set_broken(town->zones, "broken.test", true);
  for (size_t i = 0; i < G_N_ELEMENTS(zone); i++)
    g_assert_true(dns_zones_append(town->zones, zone[i].name, 60, zone[i].record));
  for (guint i = 0; i < 11; i++) {
    g_autofree char *record = g_strdup_printf("MX %u m%u.test", i, i);
    dns_zones_append(town->zones, "crowd.test", 60, record);
  }
  return resolver_new(host_as_agent_host(town->hosts[TOWN_COMPUTER]), "203.0.113.53");
}

static void stop(Town *town, Resolver *resolver)
{
  host_stop(town->hosts[TOWN_COMPUTER]);
  resolver_free(resolver);
  town_clear(town);
}

static void policies_say_who_may_send(void)
{
  static const struct {
    const char *sender, *address;
    SpfResult result;
  } cases[] = {
      {"alice@pass.test", "192.0.2.7", SPF_PASS},
      {"alice@pass.test", "192.0.3.7", SPF_FAIL},
      {"alice@pass.test", "2001:db8::7", SPF_FAIL},
      {"alice@plus.test", "203.0.113.9", SPF_PASS},
      {"alice@neutral.test", "192.0.2.7", SPF_NEUTRAL},
      {"alice@open.test", "192.0.2.7", SPF_NEUTRAL},
      {"alice@none.test", "192.0.2.7", SPF_NONE},
      {"alice@two.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@other.test", "2001:db8:ffff::1", SPF_PASS},
      {"alice@other.test", "2001:db9::1", SPF_FAIL},
      {"alice@a.test", "192.0.2.7", SPF_PASS},
      {"alice@a.test", "192.0.2.8", SPF_FAIL},
      {"alice@a.test", "2001:db8::7", SPF_PASS},
      {"alice@net.test", "192.0.2.15", SPF_PASS},
      {"alice@net.test", "192.0.2.16", SPF_FAIL},
      {"alice@net.test", "2001:db8::4", SPF_PASS},
      {"alice@mx.test", "192.0.2.7", SPF_PASS},
      {"alice@mx.test", "192.0.2.8", SPF_FAIL},
      {"alice@include.test", "192.0.2.7", SPF_SOFTFAIL},
      {"alice@include.test", "192.0.3.7", SPF_FAIL},
      {"alice@neutral-inside.test", "192.0.2.7", SPF_PASS},
      {"alice@neutral-inside.test", "192.0.2.8", SPF_SOFTFAIL},
      {"alice@include-none.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@include-broken.test", "192.0.2.7", SPF_TEMPERROR},
      {"alice@x.broken.test", "192.0.2.7", SPF_TEMPERROR},
      {"alice@redirect.test", "192.0.2.7", SPF_PASS},
      {"alice@redirect.test", "192.0.3.7", SPF_FAIL},
      {"alice@redirect-none.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@redirect-last.test", "192.0.2.7", SPF_NEUTRAL},
      {"alice@self.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@self-redirect.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@voids.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@two-voids.test", "192.0.2.7", SPF_PASS},
      {"alice@ptr.test", "192.0.2.7", SPF_FAIL},
      {"alice@exists.test", "192.0.2.7", SPF_PASS},
      {"bob@exists.test", "192.0.2.7", SPF_FAIL},
      {"alice@bad-macro.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@wrong.test", "192.0.2.7", SPF_PERMERROR},
      {"alice@many.test", "203.0.113.9", SPF_PERMERROR},
      {"alice@ten.test", "203.0.113.9", SPF_PASS},
      {"alice@crowd.test", "203.0.113.9", SPF_PERMERROR},
      {"", "192.0.2.7", SPF_PASS},
      {"alice@[192.0.2.7]", "192.0.2.7", SPF_NONE},
      {"alice@localhost", "192.0.2.7", SPF_NONE},
      {"alice@pass.test", "nonsense", SPF_NONE},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Town town;
    Resolver *resolver = start(&town);
    Outcome outcome = {0};
    spf_check_begin(
        host_as_agent_host(town.hosts[TOWN_COMPUTER]),
        &(SpfCheckConfig){resolver, cases[i].address, cases[i].sender, "a.test", checked, &outcome});
    g_assert_cmpuint(outcome.told, ==, 0);
    town_run(&town, town.clock.now + TOWN_SECONDS(60));
    g_assert_cmpuint(outcome.told, ==, 1);
    if (outcome.result != cases[i].result)
      g_error("%s from %s: %s", cases[i].sender, cases[i].address, spf_result_name(outcome.result));
    const char *at = strrchr(cases[i].sender, '@');
    g_assert_cmpstr(outcome.domain, ==, at == NULL ? "a.test" : at + 1);
    g_free(outcome.domain);
    stop(&town, resolver);
  }
}

static void a_check_may_be_cancelled_at_any_time(void)
{
  for (int milliseconds = 0; milliseconds < 60; milliseconds++) {
    Town town;
    Resolver *resolver = start(&town);
    Outcome outcome = {0};
    SpfCheck *check = spf_check_begin(
        host_as_agent_host(town.hosts[TOWN_COMPUTER]),
        &(SpfCheckConfig){resolver, "192.0.2.8", "alice@mx.test", "a.test", checked, &outcome});
    town_run(&town, town.clock.now + milliseconds * NANOSECONDS_PER_MILLISECOND);
    if (outcome.told == 0) {
      spf_check_cancel(check);
      town_run(&town, town.clock.now + TOWN_SECONDS(60));
      g_assert_cmpuint(outcome.told, ==, 0);
    }
    g_free(outcome.domain);
    stop(&town, resolver);
  }
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/spf/records read as they are written", records_read_as_they_are_written);
  g_test_add_func("/spf/macros stand for what RFC 7208 says", macros_stand_for_what_rfc_7208_says);
  g_test_add_func("/spf/policies say who may send", policies_say_who_may_send);
  g_test_add_func("/spf/a check may be cancelled at any time", a_check_may_be_cancelled_at_any_time);
  return g_test_run();
}
