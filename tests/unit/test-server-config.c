/* SPDX-License-Identifier: MIT */
/* What people write of a mail server, read. */
#include "agent/server-config.h"
#include "protocol/smtp/smtp-capability.h"

static void reply_rules_read_as_they_are_written(void)
{
  static const struct {
    const char *text, *verb, *address;
    int code;
    guint times;
    const char *words;
  } cases[] = {
      {"bob@beta.example 450", "RCPT", "bob@beta.example", 450, 0, NULL},
      {"*@beta.example 450 2 times 4.2.1 Busy now", "RCPT", "*@beta.example", 450, 2, "4.2.1 Busy now"},
      {"mail *@spam.example 550 5.7.1 Not you", "MAIL", "*@spam.example", 550, 0, "5.7.1 Not you"},
      {"DATA 451 1 time", "DATA", NULL, 451, 1, NULL},
      {"AUTH alice 454", "AUTH", "alice", 454, 0, NULL},
      {"RCPT 452 3 monkeys", "RCPT", NULL, 452, 0, "3 monkeys"},
      {"RCPT 251 ", "RCPT", NULL, 251, 0, NULL},
  };
  static const char *const wrong[] = {
      "",         "bob 450", "bob@b",           "RCPT",    "DATA x@y 450", "RCPT a@b c@d 450", "RCPT 354",
      "RCPT 600", "RCPT 45", "RCPT 450 x\r\ny", "HELO 500"};
  ServerConfig config;
  server_config_init(&config);
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_true(server_config_add_reply_rule(&config, cases[i].text));
    const ServerReplyRule *rule = &g_array_index(config.reply_rules, ServerReplyRule, i);
    g_assert_cmpstr(rule->verb, ==, cases[i].verb);
    g_assert_cmpstr(rule->address, ==, cases[i].address);
    g_assert_cmpint(rule->code, ==, cases[i].code);
    g_assert_cmpuint(rule->times, ==, cases[i].times);
    g_assert_cmpstr(rule->text, ==, cases[i].words);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
    if (server_config_add_reply_rule(&config, wrong[i])) g_error("taken: %s", wrong[i]);
  g_assert_cmpuint(config.reply_rules->len, ==, G_N_ELEMENTS(cases));
  server_config_clear(&config);
}

static void forwards_and_lists_read_as_they_are_written(void)
{
  ServerConfig config;
  server_config_init(&config);
  g_assert_true(server_config_add_forward(&config, "bob@beta.example bob@gamma.example"));
  g_assert_true(server_config_add_forward(&config, "dora@beta.example refuse dora@gamma.example"));
  g_assert_false(server_config_add_forward(&config, "bob@beta.example"));
  g_assert_false(server_config_add_forward(&config, "bob@beta.example refuse"));
  g_assert_false(server_config_add_forward(&config, "bob@beta.example a@b c@d"));
  g_assert_true(server_config_add_list(&config, "team@alpha.example: a@b.example, c@d.example"));
  g_assert_false(server_config_add_list(&config, "team@alpha.example:"));
  g_assert_false(server_config_add_list(&config, "team@alpha.example: nobody"));
  g_assert_false(server_config_add_list(&config, "team"));
  g_assert_true(server_config_add_backup(&config, "beta.example"));
  g_assert_false(server_config_add_backup(&config, "-"));
  g_autoptr(ServerConfig) copy = server_config_dup(&config);
  server_config_clear(&config);
  const ServerForward *forward = server_config_find_forward(copy, BYTES_LITERAL("dora@BETA.example"));
  g_assert_true(forward->refuse);
  g_assert_cmpstr(forward->to, ==, "dora@gamma.example");
  g_assert_null(server_config_find_forward(copy, BYTES_LITERAL("Dora@beta.example")));
  g_assert_cmpuint(server_config_find_list(copy, BYTES_LITERAL("team@alpha.example"))->members->len, ==, 2);
  g_assert_true(server_config_is_backup_for(copy, BYTES_LITERAL("Beta.Example")));
}

static void switches_are_known_by_name(void)
{
  ServerConfig config;
  server_config_init(&config);
  g_assert_true(config.ports[SERVER_PORT_RELAY]);
  g_assert_true(server_config_set_port(&config, 25, false));
  g_assert_false(config.ports[SERVER_PORT_RELAY]);
  g_assert_false(server_config_set_port(&config, 26, true));
  for (guint i = 0; server_config_get_capability_name(i) != NULL; i++)
    g_assert_true(server_config_set_capability(&config, server_config_get_capability_name(i), false));
  g_assert_cmpuint(config.capabilities, ==, 0);
  g_assert_true(server_config_set_capability(&config, "dsn", true));
  g_assert_cmpuint(config.capabilities, ==, SMTP_CAPABILITY_DSN);
  g_assert_false(server_config_set_capability(&config, "AUTH", true));
  g_assert_true(server_config_set_mechanisms(&config, "plain, Scram-SHA-256"));
  g_assert_cmpstr(config.mechanisms, ==, "PLAIN SCRAM-SHA-256");
  g_assert_cmpuint(server_config_get_mechanism_bits(&config), ==,
                   SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_SCRAM_SHA_256);
  g_assert_false(server_config_set_mechanisms(&config, "MAGIC"));
  g_assert_false(server_config_set_mechanisms(&config, " "));
  g_assert_true(server_config_set_mechanisms(&config, "none"));
  g_assert_cmpuint(server_config_get_mechanism_bits(&config), ==, 0);
  g_assert_true(server_config_set_spf(&config, "Reject"));
  g_assert_true(config.spf == SERVER_SPF_REJECT);
  g_assert_false(server_config_set_spf(&config, "maybe"));
  g_assert_true(server_config_set_text(&config.greeting, "Hello"));
  g_assert_false(server_config_set_text(&config.greeting, "Hello\r\n250 x"));
  g_assert_cmpstr(config.greeting, ==, "Hello");
  server_config_clear(&config);
}

int main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/server-config/reply rules read as they are written",
                  reply_rules_read_as_they_are_written);
  g_test_add_func("/server-config/forwards and lists read as they are written",
                  forwards_and_lists_read_as_they_are_written);
  g_test_add_func("/server-config/switches are known by name", switches_are_known_by_name);
  return g_test_run();
}
