/* SPDX-License-Identifier: MIT */
/* What a group speaks of: a host, a server, a user, a link; and what it comes to when it ends. */
#include "simulate/scenario-reader-private.h"

#include "base/i18n.h"
#include "base/word-advice.h"

#include <string.h>

static WorldPlan *plan_of(const ScenarioReader *reader)
{
  return reader->scenario->plan;
}

static bool fail_unknown(const ScenarioReader *reader, const char *name, GPtrArray *known, guint line,
                         const char *format, GError **error)
{
  g_autofree char *advice = word_advice(name, known);
  g_auto(GStrv) parts = g_strsplit(format, "%s", 2);
  g_autofree char *what = g_strjoinv(name, parts);
  return scenario_reader_fail(reader, line, error, "[%s]: %s; %s", reader->group, what, advice);
}

static GPtrArray *host_names(const WorldPlan *plan, bool servers)
{
  GPtrArray *names = g_ptr_array_new();
  for (guint i = 0; i < plan->hosts->len; i++)
    if (!servers || world_plan_host(plan, i)->server != NULL)
      g_ptr_array_add(names, world_plan_host(plan, i)->id);
  return names;
}

/* Finds the host a key names. Returns false with *error set. */
static bool find_host(const ScenarioReader *reader, const char *name, guint line, guint *index,
                      GError **error)
{
  *index = world_plan_find_host(plan_of(reader), name);
  if (*index < plan_of(reader)->hosts->len) return true;
  g_autoptr(GPtrArray) names = host_names(plan_of(reader), false);
  return fail_unknown(reader, name, names, line, _("no host is called “%s”"), error);
}

bool scenario_enter_host(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  (void)error;
  reader->host.line = line;
  reader->host.id = g_ascii_strdown(name, -1);
  reader->host.index = world_plan_find_host(plan_of(reader), name);
  reader->target = &reader->host;
  return true;
}

bool scenario_enter_server(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  const WorldPlan *plan = plan_of(reader);
  guint index = world_plan_find_host(plan, name);
  reader->target = index < plan->hosts->len ? world_plan_host(plan, index)->server : NULL;
  if (reader->target != NULL) return true;
  g_autoptr(GPtrArray) names = host_names(plan, true);
  return fail_unknown(reader, name, names, line, _("no mail server is called “%s”"), error);
}

bool scenario_enter_user(ScenarioReader *reader, const char *name, guint line, GError **error)
{
  (void)error;
  reader->user.line = line;
  reader->user.name = g_ascii_strdown(name, -1);
  const PlanUser *known = world_plan_find_user(plan_of(reader), name);
  if (known != NULL) reader->user.draft = *known;
  reader->target = &reader->user;
  return true;
}

bool scenario_enter_link(ScenarioReader *reader, const char *names, guint line, GError **error)
{
  const WorldPlan *plan = plan_of(reader);
  guint index = world_plan_find_link(plan, names);
  if (index < plan->links->len) {
    reader->target = world_plan_link(plan, index);
    return true;
  }
  g_autoptr(GString) known = g_string_new(NULL);
  for (guint i = 0; i < plan->links->len; i++) {
    const PlanLink *link = world_plan_link(plan, i);
    g_string_append_printf(known, "%s%s %s", i == 0 ? "" : ", ", world_plan_host(plan, link->a)->id,
                           world_plan_host(plan, link->b)->id);
  }
  return scenario_reader_fail(reader, line, error, _("[%s]: no link joins these; links are: %s"),
                              reader->group, known->str);
}

static void replace(char **place, char **by)
{
  if (*by == NULL) return;
  g_free(*place);
  *place = g_steal_pointer(by);
}

/* Joins the host to those named. */
static bool join(ScenarioReader *reader, guint index, GError **error)
{
  const ReaderHost *said = &reader->host;
  if (said->links == NULL) return true;
  g_auto(GStrv) names = g_strsplit_set(said->links, " ,", -1);
  for (char **name = names; *name != NULL; name++) {
    guint other;
    if (**name == '\0') continue;
    if (!find_host(reader, *name, said->line, &other, error)) return false;
    if (other == index)
      return scenario_reader_fail(reader, said->line, error, _("[%s]: a host is not joined to itself"),
                                  reader->group);
    g_autofree char *both = g_strdup_printf("%s %s", said->id, world_plan_host(plan_of(reader), other)->id);
    if (world_plan_find_link(plan_of(reader), both) < plan_of(reader)->links->len)
      return scenario_reader_fail(reader, said->line, error, _("[%s]: it is joined to %s already"),
                                  reader->group, world_plan_host(plan_of(reader), other)->id);
    world_plan_add_link(plan_of(reader), index, other);
  }
  return true;
}

static bool check_address(const ScenarioReader *reader, const PlanHost *self, const IpAddress *address,
                          GError **error)
{
  const WorldPlan *plan = plan_of(reader);
  for (guint i = 0; i < plan->hosts->len; i++) {
    const PlanHost *other = world_plan_host(plan, i);
    if (other == self) continue;
    if (!ip_address_equal(&other->address, address) && !ip_address_equal(&other->address6, address)) continue;
    return scenario_reader_fail(reader, reader->host.line, error, _("[%s]: %s has this address already"),
                                reader->group, other->id);
  }
  return true;
}

/* Lets a mail server wait on the port that somebody needs; number 0: none. */
static void open_port(const WorldPlan *plan, guint server, guint number)
{
  if (number == 0 || server >= plan->hosts->len || world_plan_host(plan, server)->server == NULL) return;
  server_config_set_port(world_plan_host(plan, server)->server, number, true);
}

static bool fill_host(ScenarioReader *reader, guint index, GError **error)
{
  PlanHost *host = world_plan_host(plan_of(reader), index);
  ReaderHost *said = &reader->host;
  replace(&host->label, &said->label);
  if (said->name != NULL) world_plan_rename_host(plan_of(reader), index, said->name);
  if (said->address != NULL && ip_address_parse(said->address, &host->address) &&
      !check_address(reader, host, &host->address, error))
    return false;
  if (said->address6 != NULL && ip_address_parse(said->address6, &host->address6) &&
      !check_address(reader, host, &host->address6, error))
    return false;
  if (said->block != NULL) {
    host->block_port_25 = !g_str_equal(said->block, "no");
    host->block_silently = g_str_equal(said->block, "drop");
  }
  if (said->offline != NULL) {
    g_array_set_size(host->offline, 0);
    scenario_windows_parse(said->offline, host->offline);
  }
  if (said->mail_server == NULL) return true;
  if (!find_host(reader, said->mail_server, said->line, &host->mail_server, error)) return false;
  open_port(plan_of(reader), host->mail_server, 143);
  return true;
}

static bool apply_host(ScenarioReader *reader, GError **error)
{
  ReaderHost *said = &reader->host;
  WorldPlan *plan = plan_of(reader);
  guint index = said->index;
  bool known = index < plan->hosts->len;
  if (known && said->has_kind && said->kind != world_plan_host(plan, index)->kind)
    return scenario_reader_fail(reader, said->line, error, _("[%s]: this host is of another kind already"),
                                reader->group);
  if (!known && (!said->has_kind || said->domain == NULL || said->links == NULL))
    return scenario_reader_fail(
        reader, said->line, error,
        _("[%s]: a new host needs Kind, Domain and Link; or did you mean one there is already?"),
        reader->group);
  if (!known) {
    world_plan_add_host(plan, said->id, said->kind, said->domain);
    index = plan->hosts->len - 1;
  }
  return fill_host(reader, index, error) && join(reader, index, error);
}

/* Returns the user whose address it is, or NULL. */
static const PlanUser *find_owner(const WorldPlan *plan, const char *address)
{
  for (guint i = 0; i < plan->users->len; i++)
    if (g_ascii_strcasecmp(world_plan_user(plan, i)->address, address) == 0) return world_plan_user(plan, i);
  return NULL;
}

/* Returns the mail server of the address's domain, hosts->len for none. */
static guint find_server(const WorldPlan *plan, const char *address)
{
  const char *at = strrchr(address, '@');
  for (guint i = 0; at != NULL && i < plan->hosts->len; i++) {
    const PlanHost *host = world_plan_host(plan, i);
    if (host->server != NULL && host->server->backup_for->len == 0 &&
        g_ascii_strcasecmp(host->domain, at + 1) == 0)
      return i;
  }
  return plan->hosts->len;
}

/* Gives a new user a computer of their own, joined to their server, and the rest that was not said. */
static bool add_user(ScenarioReader *reader, GError **error)
{
  ReaderUser *said = &reader->user;
  WorldPlan *plan = plan_of(reader);
  const PlanUser *owner = said->address == NULL ? NULL : find_owner(plan, said->address);
  guint server = said->address == NULL ? plan->hosts->len : find_server(plan, said->address);
  guint host = plan->hosts->len;
  if (said->host != NULL && !find_host(reader, said->host, said->line, &host, error)) return false;
  if (said->host == NULL && server == plan->hosts->len) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < plan->users->len; i++)
      g_ptr_array_add(names, world_plan_user(plan, i)->name);
    return fail_unknown(reader, said->name, names, said->line,
                        _("no user is called “%s”; a new one needs Address or Host"), error);
  }
  if (said->host == NULL) {
    g_autofree char *id = g_strdup_printf("%s-computer", said->name);
    PlanHost *computer = world_plan_add_host(plan, id, HOST_USER, world_plan_host(plan, server)->domain);
    g_free(computer->label);
    computer->label = g_strdup(said->person != NULL ? said->person : said->name);
    computer->label[0] = g_ascii_toupper(computer->label[0]);
    world_plan_add_link(plan, host, server);
  }
  PlanUser *user = world_plan_add_user(plan, said->name, host);
  user->server = server;
  if (owner != NULL) {
    g_free(user->person);
    user->person = g_strdup(owner->person);
    g_free(user->password);
    user->password = g_strdup(owner->password);
  }
  return true;
}

static bool apply_user(ScenarioReader *reader, GError **error)
{
  ReaderUser *said = &reader->user;
  WorldPlan *plan = plan_of(reader);
  bool known = world_plan_find_user(plan, said->name) != NULL;
  if (!known && !add_user(reader, error)) return false;
  PlanUser *user = world_plan_find_user(plan, said->name);
  replace(&user->person, &said->person);
  replace(&user->address, &said->address);
  replace(&user->password, &said->password);
  replace(&user->login, &said->login);
  user->access = said->draft.access;
  user->submission = said->draft.submission;
  user->no_login = said->draft.no_login;
  user->leave_bcc = said->draft.leave_bcc;
  user->eight_bit = said->draft.eight_bit;
  user->keep_sent = said->draft.keep_sent;
  if (known && said->host != NULL && !find_host(reader, said->host, said->line, &user->host, error))
    return false;
  if (said->server != NULL && !find_host(reader, said->server, said->line, &user->server, error))
    return false;
  if (said->web != NULL && !find_host(reader, said->web, said->line, &user->web, error)) return false;
  open_port(plan, user->server,
            user->access == PLAN_ACCESS_IMAP   ? 143
            : user->access == PLAN_ACCESS_POP2 ? 109
                                               : 0);
  if (user->access == PLAN_ACCESS_WEB && user->web == plan->hosts->len)
    return scenario_reader_fail(reader, said->line, error, _("[%s]: Protocol=web needs Web-Server"),
                                reader->group);
  if (user->address[0] == '\0' || user->password[0] != '\0') return true;
  return scenario_reader_fail(reader, said->line, error, _("[%s]: Password is missing"), reader->group);
}

bool scenario_leave_group(ScenarioReader *reader, GError **error)
{
  bool sound = reader->kind == GROUP_HOST   ? apply_host(reader, error)
               : reader->kind == GROUP_USER ? apply_user(reader, error)
                                            : true;
  scenario_forget_group(reader);
  return sound;
}

void scenario_forget_group(ScenarioReader *reader)
{
  ReaderHost *host = &reader->host;
  ReaderUser *user = &reader->user;
  char **texts[] = {&host->id,       &host->domain, &host->label,   &host->name,     &host->address,
                    &host->address6, &host->links,  &host->offline, &host->block,    &host->mail_server,
                    &user->name,     &user->person, &user->address, &user->password, &user->host,
                    &user->server,   &user->web,    &user->login};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
    g_clear_pointer(texts[i], g_free);
  *host = (ReaderHost){0};
  *user = (ReaderUser){0};
  reader->kind = GROUP_COUNT;
  reader->target = NULL;
}
