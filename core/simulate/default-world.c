/* SPDX-License-Identifier: MIT */
/* The tables of the default world; addresses are those set aside for documentation (RFC 5737),
 * names too (RFC 2606). */
#include "simulate/default-world.h"

enum { ALICE, MAIL_ALPHA, NAME_SERVER, MAIL_BETA, BOB, HOST_COUNT };

static const struct {
  const char *id, *name, *label;
  WorldHostKind kind;
  const char *domain, *address;
} hosts[HOST_COUNT] = {
    [ALICE] = {"alice-computer", "alice-computer.alpha.example", "Alice", HOST_USER, "alpha.example",
               "192.0.2.10"},
    [MAIL_ALPHA] = {"mail.alpha", "mail.alpha.example", "mail.alpha", HOST_MAIL_SERVER, "alpha.example",
                    "192.0.2.25"},
    [NAME_SERVER] = {"ns", "ns.example", "DNS", HOST_NAME_SERVER, "example", "203.0.113.53"},
    [MAIL_BETA] = {"mail.beta", "mail.beta.example", "mail.beta", HOST_MAIL_SERVER, "beta.example",
                   "198.51.100.25"},
    [BOB] = {"bob-computer", "bob-computer.beta.example", "Bob", HOST_USER, "beta.example", "198.51.100.42"},
};

static const struct {
  guint a, b;
  const char *name;
} links[] = {
    {ALICE, MAIL_ALPHA, "Alice–alpha"},    {MAIL_ALPHA, NAME_SERVER, "alpha–DNS"},
    {MAIL_ALPHA, MAIL_BETA, "alpha–beta"}, {MAIL_BETA, BOB, "beta–Bob"},
    {NAME_SERVER, MAIL_BETA, "DNS–beta"},
};

static const struct {
  const char *name, *address, *password;
  guint host, server;
} users[] = {
    {"alice", "alice@alpha.example", "wonderland", ALICE, MAIL_ALPHA},
    {"bob", "bob@beta.example", "builder", BOB, MAIL_BETA},
};

#define EVE_LINK 2u /* between the servers */

static void set_text(char **place, const char *text)
{
  g_free(*place);
  *place = g_strdup(text);
}

void default_world_fill(WorldPlan *plan)
{
  for (guint i = 0; i < G_N_ELEMENTS(hosts); i++) {
    PlanHost *host = world_plan_add_host(plan, hosts[i].id, hosts[i].kind, hosts[i].domain);
    world_plan_rename_host(plan, i, hosts[i].name);
    set_text(&host->label, hosts[i].label);
    IpAddress address;
    bool sound = ip_address_parse(hosts[i].address, &address);
    g_assert(sound);
    world_plan_set_address(plan, host, &address);
  }
  for (guint i = 0; i < G_N_ELEMENTS(links); i++)
    set_text(&world_plan_add_link(plan, links[i].a, links[i].b)->name, links[i].name);
  for (guint i = 0; i < G_N_ELEMENTS(users); i++) {
    PlanUser *user = world_plan_add_user(plan, users[i].name, users[i].host);
    set_text(&user->address, users[i].address);
    set_text(&user->password, users[i].password);
    user->server = users[i].server;
  }
  plan->eve_link = EVE_LINK;
}
