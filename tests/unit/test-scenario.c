/* SPDX-License-Identifier: MIT */
/* Scenario files: what is read, what is refused, and that an error says where and what would be right. */
#include "base/i18n.h"
#include "simulate/key-lines.h"
#include "simulate/quantity.h"
#include "simulate/scenario.h"
#include "simulate/world.h"

#include <glib/gstdio.h>

/* Loads text as a file; returns NULL with *error set, the file's name in it replaced by "FILE". */
static Scenario *load(const char *text, gssize length, const char *const *settings, char **message)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp("carteiro-XXXXXX.ini", &path, &error);
  g_assert_no_error(error);
  g_close(fd, NULL);
  g_assert_true(g_file_set_contents(path, text, length, NULL));
  Scenario *scenario = scenario_load(path, settings, &error);
  g_unlink(path);
  g_assert_true((scenario == NULL) == (error != NULL));
  if (error != NULL) {
    g_auto(GStrv) parts = g_strsplit(error->message, path, 2);
    *message = g_strjoinv("FILE", parts);
  }
  return scenario;
}

static const struct {
  const char *text, *want;
} mistakes[] = {
    {"Title=x\n", "FILE:1: a key comes after its group"},
    {"\n[Scenario\n", "FILE:2: a group ends with"},
    {"[Scenario]\nwhat\n", "FILE:2: neither a group"},
    {"[Scenario]\nTitle=a\nTitle=b\n", "FILE:3: this key comes twice"},
    {"[Scenario]\n[Scenario]\n", "FILE:2: there is a group like this already"},
    {"[Scenario]\nTitle[=a\n", "FILE:2: a key is one word"},
    {"[Scenario]\nTitle=a\\q\n", "FILE:2: after a backslash"},
    {"[Scenario]\nTitle=\xff\n", "FILE:2: this line is not UTF-8"},
    {"[Scenrio]\n", "FILE:1: [Scenrio]: no such group; did you mean “Scenario”?"},
    {"[Weather]\n",
     "FILE:1: [Weather]: no such group; known here: Scenario, Host, Server, User, Link, Zone, Tap, Act"},
    {"[Scenario x]\n", "FILE:1: [Scenario x]: this group is written like [Scenario]"},
    {"[Act]\n", "FILE:1: [Act]: this group is written like [Act 1]"},
    {"[Act one]\n", "FILE:1: [Act one]: an act has a number"},
    {"[Act 0]\n", "FILE:1: [Act 0]: an act has a number"},
    {"[User carol]\n", "FILE:1: [User carol]: no user is called “carol”; a new one needs Address or Host"},
    {"[User carol]\nAddress=carol@beta.example\n", "FILE:1: [User carol]: Password is missing"},
    {"[User bob]\nProtocol=web\n", "FILE:1: [User bob]: Protocol=web needs Web-Server"},
    {"[User bob]\nWeb-Server=nowhere\n", "FILE:1: [User bob]: no host is called “nowhere”"},
    {"[Host cafe]\nKind=router\n", "FILE:1: [Host cafe]: a new host needs Kind, Domain and Link"},
    {"[Host cafe]\nKind=router\nDomain=x.example\nLink=mail.bet\n",
     "FILE:1: [Host cafe]: no host is called “mail.bet”; did you mean “mail.beta”?"},
    {"[Host ns]\nAddress=192.0.2.10\n", "FILE:1: [Host ns]: alice-computer has this address already"},
    {"[Host ns]\nKind=router\n", "FILE:1: [Host ns]: this host is of another kind already"},
    {"[Host ns]\nLink=ns\n", "FILE:1: [Host ns]: a host is not joined to itself"},
    {"[Host ns]\nOffline=5 s\n", "FILE:2: [Host ns] Offline: “5 s” is not times since the start"},
    {"[Server alice]\n",
     "FILE:1: [Server alice]: no mail server is called “alice”; known here: mail.alpha, mail.beta"},
    {"[Server mail.beta]\nCapabilities=+TURBO\n",
     "FILE:2: [Server mail.beta] Capabilities: “+TURBO” is not words of EHLO"},
    {"[Server mail.beta]\nQuota=much\n", "is not a size, like 64 KiB"},
    {"[Server mail.beta]\nPorts=26\n", "is not port numbers among 25 587 110 109 143"},
    {"[Server mail.beta]\nReplies=bob 450\n", "is not rules with"},
    {"[Link mail.beta bob]\nThrough=ns\n",
     "FILE:2: [Link mail.beta bob] Through: “ns” is not the name of a router"},
    {"[Zone beta.example]\nRecords=x\n", "FILE:2: [Zone beta.example] Records: “x” is not records"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=a@b\nAttach=../passwd\n",
     "FILE:5: [Act 1] Attach: “../passwd” is not files beside the scenario"},
    {"[Act 1]\nDo=type\nAgent=alice\nServer=mail.alpha\nPort=25\n", "FILE:1: [Act 1]: Text is missing"},
    {"[User alcie]\n", "did you mean “alice”?"},
    {"[Link alice bob]\n",
     "FILE:1: [Link alice bob]: no link joins these; links are: alice-computer mail.alpha,"},
    {"[Scenario]\nTilte=x\n", "FILE:2: [Scenario]: no key is called “Tilte”; did you mean “Title”?"},
    {"[Scenario]\nColour=x\n", "known here: Title, Summary, Seed, Start"},
    {"[Scenario]\nSeed=-1\n", "FILE:2: [Scenario] Seed: “-1” is not a whole number"},
    {"[Scenario]\nSeed=18446744073709551616\n", "is not a whole number"},
    {"[Scenario]\nSeed[pt_BR]=1\n", "FILE:2: [Scenario] Seed: this key is the same in every language"},
    {"[Scenario]\nStart=tomorrow\n", "is not a date and time, like 2026-03-02T12:00:00Z"},
    {"[Link alice mail.alpha]\ndelay=20\n",
     "FILE:2: [Link alice mail.alpha] Delay: “20” is not a time with its unit"},
    {"[Link alice mail.alpha]\nloss=120 %\n", "is not a share from 0 % to 100 %"},
    {"[Link alice mail.alpha]\nbandwidth=fast\n", "is not a rate"},
    {"[Tap Eve]\nLink=alice bob\n", "is not two hosts with a link between them"},
    {"[Tap a]\n[Tap b]\n", "FILE:2: [Tap b]: there is one tap already"},
    {"[Act 1]\nDo=dance\n",
     "FILE:2: [Act 1] Do: “dance” is not something an agent does, like send, fetch or wait"},
    {"[Act 1]\nAgent=bob\n", "FILE:1: [Act 1]: Do is missing"},
    {"\n[Act 1]\nDo=send\nTo=x@y\n", "FILE:2: [Act 1]: Agent is missing"},
    {"[Act 1]\nDo=send\nAgent=alice\n", "FILE:1: [Act 1]: To is missing"},
    {"[Act 1]\nDo=fetch\nAgent=bob\nTo=x@y\n",
     "FILE:4: [Act 1] To: does not go with Do=fetch, which has: Agent, Keep, Delete, Cut, Hold"},
    {"[Act 1]\nDo=wait\nAt=1 s\nAfter=1 s\n", "At or After, not both"},
    {"[Act 1]\nDo=fetch\nAgent=bob\nKeep=yes\nDelete=yes\n", "Keep or Delete, not both"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=a\\nb\n", "is not an address"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=a@b\nSubject=a\\r\\nBcc: x\n", "is not one line of text"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=bob\n",
     "FILE:4: [Act 1] To: “bob” is not an address, like bob@beta.example"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=\"bob@beta.example\"\n", "without quotes"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=,\n", "“,” is not an address"},
    {"[Act 1]\nDo=send\nAgent=alice\nTo=a@b\nFrom=bob\n", "FILE:5: [Act 1] From: does not go with Do=send"},
    {"[Act 1]\nDo=send\nAgent=alice\nSubjct=x\n", "no key is called “Subjct”; did you mean “Subject”?"},
    {"[Act 1]\nDo: send\n", "FILE:2: a value comes after “=”, not after “:”"},
    {"[Act 1]\nText=Oi\nTudo bem?\n", "FILE:3: neither a group like [Act 1] nor a key like Title=…; a "
                                      "longer text stays on one line, with \\n"},
    {"; a comment\n", "FILE:1: a comment begins with “#”"},
    {"[Act 1]\nAgent=alice # she\n",
     "“alice # she” is not the name of a user, like alice or bob; a comment has a line of its own"},
    {"", "FILE: the file is empty"},
    {"[Act 1]\nDo=wait\n", "FILE:1: [Act 1]: For is missing"},
    {"[Act 1]\nDo=wait\nFor=1 s\n[Act 1]\n", "FILE:4: there is a group like this already; acts are numbered"},
};

static void an_error_names_the_line_and_what_would_be_right(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
    g_autofree char *message = NULL;
    g_autoptr(Scenario) scenario = load(mistakes[i].text, -1, NULL, &message);
    if (scenario != NULL) g_error("case %zu: “%s” was taken", i, mistakes[i].text);
    if (strstr(message, mistakes[i].want) == NULL)
      g_error("case %zu: “%s” lacks “%s”", i, message, mistakes[i].want);
  }
}

static void settings_override_and_are_checked_alike(void)
{
  static const struct {
    const char *setting, *want; /* NULL: is taken */
  } cases[] = {
      {"Seed=7", NULL},
      {"Scenario/Seed=8", NULL},
      {"Link mail.alpha mail.beta/loss=20%", NULL},
      {"Act 1/Subject=a=b", NULL},
      {"Act 1/Title=Olá", NULL},
      {"Title", "--set Title: a setting is written"},
      {"=x", "a setting is written"},
      {"Act 1/=x", "a setting is written"},
      {"Sed=7", "--set: [Scenario]: no key is called “Sed”; did you mean “Seed”?"},
      {"Act 9/Agent=bob", "[Act 9]: Do is missing"},
      {"Act 9/Do=wait", "[Act 9]: For is missing: a time with its unit, like 30 min"},
      {"Act 1/Keep=yes",
       "--set: [Act 1] Keep: does not go with Do=send, which has: Agent, To, Cc, Bcc, Subject, Text"},
      {"Nowhere/x=1", "--set: [Nowhere]: no such group"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *const settings[] = {cases[i].setting, NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) scenario = scenario_load(NULL, settings, &error);
    if (cases[i].want == NULL) {
      g_assert_no_error(error);
      g_assert_nonnull(scenario);
    } else {
      g_assert_error(error, SCENARIO_ERROR, SCENARIO_ERROR_INVALID);
      if (strstr(error->message, cases[i].want) == NULL) g_error("case %zu: “%s”", i, error->message);
    }
  }
  const char *const seed[] = {"Seed=99", NULL};
  g_autoptr(Scenario) scenario = scenario_load("walk", seed, NULL);
  g_assert_cmpuint(scenario_get_seed(scenario), ==, 99);
}

static void links_and_tap_reach_the_world(void)
{
  g_autofree char *message = NULL;
  g_autoptr(Scenario) scenario =
      load("[Scenario]\nStart=2027-01-01T00:00:00Z\n[Link bob mail.beta]\nDelay=1.5 s\nLoss=0.25\n"
           "Bandwidth=56 kbit/s\n[Tap Eve]\nLink=mail.beta bob\n",
           -1, NULL, &message);
  g_assert_null(message);
  g_autoptr(World) world = world_new(scenario, 1, NULL, NULL);
  const WorldLink *link = world_get_link(world, world_get_eve_link(world));
  g_assert_cmpstr(world_get_host(world, link->a)->id, ==, "mail.beta");
  g_assert_cmpstr(world_get_host(world, link->b)->id, ==, "bob-computer");
  g_assert_cmpint(link->delay, ==, 1500 * NANOSECONDS_PER_MILLISECOND);
  g_assert_cmpfloat(link->loss, ==, 0.25);
  g_assert_cmpuint(link->bandwidth, ==, 56000);
  g_assert_cmpint(world_get_start(world), ==, 1798761600 * NANOSECONDS_PER_SECOND);
}

static void the_title_comes_in_the_language_of_the_program(void)
{
  g_autofree char *message = NULL;
  g_autoptr(Scenario) both =
      load("[Scenario]\nTitle[pt_BR]=Oi\nTitle=Hi\nTitle[xx]=No\n", -1, NULL, &message);
  g_assert_cmpstr(scenario_get_title(both), ==, g_str_equal(i18n_language(), "pt_BR") ? "Oi" : "Hi");
  g_autoptr(Scenario) walk = scenario_load(NULL, NULL, NULL);
  g_assert_nonnull(strstr(scenario_get_title(walk), "Bob"));
}

static void what_cannot_be_opened_says_so(void)
{
  static const char *const names[] = {"nowhere", "/", "/dev/zero", "/nonexistent/x.ini"};
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(GError) error = NULL;
    g_assert_null(scenario_load(names[i], NULL, &error));
    g_assert_error(error, SCENARIO_ERROR, SCENARIO_ERROR_OPEN);
    g_assert_true(g_str_has_prefix(error->message, names[i]));
  }
}

static void a_file_of_any_bytes_is_read_or_refused(void)
{
  static const char alphabet[] = "[]=\\\n\n #AcstDo1 atLinkUserbobaliceTitle\xc3\xa3";
  static const char *const pieces[] = {"[Act 1]\n",
                                       "[Scenario]\n",
                                       "Do=send\n",
                                       "Agent=bob\n",
                                       "To=a@b\n",
                                       "At=1 s\n",
                                       "[Link alice mail.alpha]\n",
                                       "Loss=",
                                       "Title[pt_BR]=",
                                       "\\n"};
  guint taken = 0, refused = 0;
  for (guint32 seed = 0; seed < 3000; seed++) {
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(GString) text = g_string_new(NULL);
    for (gint i = g_rand_int_range(random, 0, 30); i > 0; i--)
      if (g_rand_boolean(random))
        g_string_append(text, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
      else
        g_string_append_c(text, alphabet[g_rand_int_range(random, 0, sizeof alphabet)]);
    guint line;
    const char *problem;
    g_autoptr(GPtrArray) lines = key_lines_parse(text->str, text->len, &line, &problem);
    g_assert_true((lines == NULL) == (problem != NULL));
    taken += lines != NULL;
    refused += lines == NULL;
  }
  g_assert_cmpuint(taken, >, 50);
  g_assert_cmpuint(refused, >, 50);
}

static void quantities_are_read_with_their_units(void)
{
  static const struct {
    const char *text;
    Nanoseconds want; /* -1: refused */
  } times[] = {
      {"20 ms", 20000000},
      {"20ms", 20000000},
      {"0 s", 0},
      {" 1.5 s ", 1500000000},
      {"2 min", 120000000000},
      {"1 h", 3600000000000},
      {"300 us", 300000},
      {"3650 d", 315360000000000000},
      {"4000 d", -1},
      {"20", -1},
      {"-1 s", -1},
      {"s", -1},
      {"nan s", -1},
      {"inf s", -1},
      {"1e99 s", -1},
      {"1 s x", -1},
      {"", -1},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
    Nanoseconds time = -1;
    g_assert_true(quantity_parse_time(times[i].text, &time) == (times[i].want >= 0));
    g_assert_cmpint(time, ==, times[i].want);
  }
  double share = -1;
  g_assert_true(quantity_parse_share("5 %", &share));
  g_assert_cmpfloat_with_epsilon(share, 0.05, 1e-12);
  g_assert_true(quantity_parse_share("1", &share));
  g_assert_false(quantity_parse_share("1.01", &share));
  g_assert_false(quantity_parse_share("101 %", &share));
  uint64_t rate = 1;
  g_assert_true(quantity_parse_rate("none", &rate));
  g_assert_cmpuint(rate, ==, 0);
  g_assert_true(quantity_parse_rate("10 Mbit/s", &rate));
  g_assert_cmpuint(rate, ==, 10000000);
  g_assert_false(quantity_parse_rate("1 bit/s", &rate));
  g_assert_false(quantity_parse_rate("10", &rate));
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/scenario/an error names the line and what would be right",
                  an_error_names_the_line_and_what_would_be_right);
  g_test_add_func("/scenario/settings override and are checked alike",
                  settings_override_and_are_checked_alike);
  g_test_add_func("/scenario/links and tap reach the world", links_and_tap_reach_the_world);
  g_test_add_func("/scenario/the title comes in the language of the program",
                  the_title_comes_in_the_language_of_the_program);
  g_test_add_func("/scenario/what cannot be opened says so", what_cannot_be_opened_says_so);
  g_test_add_func("/scenario/a file of any bytes is read or refused", a_file_of_any_bytes_is_read_or_refused);
  g_test_add_func("/scenario/quantities are read with their units", quantities_are_read_with_their_units);
  return g_test_run();
}
