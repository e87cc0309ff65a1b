/* SPDX-License-Identifier: MIT */
/* The tables of the default world; addresses are those set aside for documentation (RFC 5737), names too (RFC
 * 2606). */
#include "simulate/default-world.h"

#include "base/i18n.h"

static const uint16_t no_ports[] = {0};
static const uint16_t mail_ports[] = {25, 110, 587, 0};
static const uint16_t name_ports[] = {53, 0};

const DefaultHost default_hosts[DEFAULT_HOST_COUNT] = {
    [DEFAULT_ALICE] = {"alice-computer", "alice-computer.alpha.example", "Alice", HOST_USER, "alpha.example",
                       "192.0.2.10", no_ports},
    [DEFAULT_MAIL_ALPHA] = {"mail.alpha", "mail.alpha.example", "mail.alpha", HOST_MAIL_SERVER,
                            "alpha.example", "192.0.2.25", mail_ports},
    [DEFAULT_NAME_SERVER] = {"ns", "ns.example", "DNS", HOST_NAME_SERVER, "example", "203.0.113.53",
                             name_ports},
    [DEFAULT_MAIL_BETA] = {"mail.beta", "mail.beta.example", "mail.beta", HOST_MAIL_SERVER, "beta.example",
                           "198.51.100.25", mail_ports},
    [DEFAULT_BOB] = {"bob-computer", "bob-computer.beta.example", "Bob", HOST_USER, "beta.example",
                     "198.51.100.42", no_ports},
};

const DefaultLink default_links[DEFAULT_LINK_COUNT] = {
    {DEFAULT_ALICE, DEFAULT_MAIL_ALPHA, "Alice–alpha"},
    {DEFAULT_MAIL_ALPHA, DEFAULT_NAME_SERVER, "alpha–DNS"},
    {DEFAULT_MAIL_ALPHA, DEFAULT_MAIL_BETA, "alpha–beta"},
    {DEFAULT_MAIL_BETA, DEFAULT_BOB, "beta–Bob"},
    {DEFAULT_NAME_SERVER, DEFAULT_MAIL_BETA, "DNS–beta"},
};

const DefaultUser default_users[DEFAULT_USER_COUNT] = {
    {"alice", "Alice", "alice@alpha.example", "wonderland", DEFAULT_ALICE, DEFAULT_MAIL_ALPHA},
    {"bob", "Bob", "bob@beta.example", "builder", DEFAULT_BOB, DEFAULT_MAIL_BETA},
};

const char *const default_steps[2][DEFAULT_STEP_COUNT] = {
    {
        N_("Alice writes a letter; it lies in the outbox on her computer."),
        N_("Alice’s agent hands the letter to alpha’s server by SMTP."),
        N_("alpha’s server puts the letter into its queue; Alice need not wait."),
        N_("alpha’s server asks DNS which server takes mail for that domain."),
        N_("alpha’s server offers the letter to beta’s server, line by line."),
        N_("Alice’s agent opens her mailbox by POP3 and fetches what lies there."),
    },
    {
        N_("Bob writes a letter; it lies in the outbox on his computer."),
        N_("Bob’s agent hands the letter to beta’s server by SMTP."),
        N_("beta’s server puts the letter into its queue; Bob need not wait."),
        N_("beta’s server asks DNS which server takes mail for that domain."),
        N_("beta’s server offers the letter to alpha’s server, line by line."),
        N_("Bob’s agent opens his mailbox by POP3 and fetches what lies there."),
    },
};

/* Returns the host that scenarios call name, or DEFAULT_HOST_COUNT. */
static guint find_host(const char *name)
{
  for (guint i = 0; i < DEFAULT_USER_COUNT; i++)
    if (g_ascii_strcasecmp(default_users[i].name, name) == 0) return default_users[i].host;
  for (guint i = 0; i < DEFAULT_HOST_COUNT; i++)
    if (g_ascii_strcasecmp(default_hosts[i].id, name) == 0 ||
        g_ascii_strcasecmp(default_hosts[i].name, name) == 0)
      return i;
  return DEFAULT_HOST_COUNT;
}

guint default_world_find_link(const char *names)
{
  g_auto(GStrv) parts = g_strsplit_set(names, " \t", -1);
  guint hosts[2] = {DEFAULT_HOST_COUNT, DEFAULT_HOST_COUNT}, count = 0;
  for (char **part = parts; *part != NULL; part++) {
    if (**part == '\0') continue;
    if (count < 2) hosts[count] = find_host(*part);
    count++;
  }
  for (guint i = 0; count == 2 && i < DEFAULT_LINK_COUNT; i++) {
    const DefaultLink *link = &default_links[i];
    if ((link->a == hosts[0] && link->b == hosts[1]) || (link->a == hosts[1] && link->b == hosts[0]))
      return i;
  }
  return DEFAULT_LINK_COUNT;
}
