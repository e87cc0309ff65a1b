/* SPDX-License-Identifier: MIT */
/* The table of the keys that say what a world is made of. */
#include "simulate/scenario-reader-private.h"

#include "base/i18n.h"
#include "simulate/quantity.h"

#include <string.h>

static bool take_kind(ScenarioReader *reader, void *target, const char *value)
{
  static const struct {
    const char *word;
    WorldHostKind kind;
  } kinds[] = {{"user", HOST_USER},
               {"mail-server", HOST_MAIL_SERVER},
               {"name-server", HOST_NAME_SERVER},
               {"web-server", HOST_WEB_SERVER},
               {"router", HOST_ROUTER}};
  ReaderHost *host = target;
  (void)reader;
  for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
    if (g_ascii_strcasecmp(kinds[i].word, value) != 0) continue;
    host->kind = kinds[i].kind;
    return host->has_kind = true;
  }
  return false;
}

static bool take_block(ScenarioReader *reader, void *target, const char *value)
{
  static const char *const words[] = {"no", "reject", "drop"};
  ReaderHost *host = target;
  (void)reader;
  for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
    if (g_ascii_strcasecmp(words[i], value) != 0) continue;
    g_free(host->block);
    host->block = g_strdup(words[i]);
    return true;
  }
  return false;
}

static bool take_address(ScenarioReader *reader, void *target, const char *value, uint8_t version)
{
  ReaderHost *host = target;
  IpAddress address;
  (void)reader;
  if (!ip_address_parse(value, &address) || address.version != version) return false;
  char **place = version == 4 ? &host->address : &host->address6;
  g_free(*place);
  *place = g_strdup(value);
  return true;
}

static bool take_address4(ScenarioReader *reader, void *target, const char *value)
{
  return take_address(reader, target, value, 4);
}

static bool take_address6(ScenarioReader *reader, void *target, const char *value)
{
  return take_address(reader, target, value, 6);
}

/* Reads "10 s - 2 min, 1 h - 3 h" into windows (of PlanWindow; NULL: only checks). */
bool scenario_windows_parse(const char *text, GArray *windows)
{
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    g_auto(GStrv) ends = g_strsplit(*part, "-", -1);
    PlanWindow window;
    if (g_strv_length(ends) != 2 || !quantity_parse_time(ends[0], &window.from) ||
        !quantity_parse_time(ends[1], &window.until) || window.until <= window.from)
      return false;
    if (windows != NULL) g_array_append_val(windows, window);
  }
  return true;
}

static bool take_offline(ScenarioReader *reader, void *target, const char *value)
{
  ReaderHost *host = target;
  (void)reader;
  if (!scenario_windows_parse(value, NULL)) return false;
  g_free(host->offline);
  host->offline = g_strdup(value);
  return true;
}

/* Calls add for each part of value between separators. Returns false at the first it refuses. */
static bool each_part(const char *value, const char *separators, void *owner,
                      bool (*add)(void *owner, const char *part))
{
  g_auto(GStrv) parts = g_strsplit_set(value, separators, -1);
  guint taken = 0;
  for (char **part = parts; *part != NULL; part++) {
    if (g_strstrip(*part)[0] == '\0') continue;
    if (!add(owner, *part)) return false;
    taken++;
  }
  return taken > 0;
}

static bool add_port(void *owner, const char *part)
{
  uint64_t number;
  return quantity_parse_number(part, &number) && number <= UINT16_MAX &&
         server_config_set_port(owner, (guint)number, true);
}

static bool take_ports(ScenarioReader *reader, void *target, const char *value)
{
  ServerConfig *config = target;
  (void)reader;
  memset(config->ports, 0, sizeof config->ports);
  return each_part(value, " ,", config, add_port);
}

static bool take_security(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  (void)target;
  return g_ascii_strcasecmp(value, "none") == 0;
}

static bool take_mechanisms(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return server_config_set_mechanisms(target, value);
}

static bool add_capability(void *owner, const char *part)
{
  bool off = part[0] == '-';
  return server_config_set_capability(owner, part + (off || part[0] == '+' ? 1 : 0), !off);
}

static bool take_capabilities(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, " ,", target, add_capability);
}

static bool take_spf(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return server_config_set_spf(target, value);
}

static bool add_rule(void *owner, const char *part)
{
  return server_config_add_reply_rule(owner, part);
}

static bool take_replies(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, ";", target, add_rule);
}

static bool add_forward(void *owner, const char *part)
{
  return server_config_add_forward(owner, part);
}

static bool take_forwards(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, ";,", target, add_forward);
}

static bool add_list(void *owner, const char *part)
{
  return server_config_add_list(owner, part);
}

static bool take_lists(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, ";", target, add_list);
}

static bool add_backup(void *owner, const char *part)
{
  return server_config_add_backup(owner, part);
}

static bool take_backup(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, " ,", target, add_backup);
}

static bool take_quota_kind(ScenarioReader *reader, void *target, const char *value)
{
  ServerConfig *config = target;
  (void)reader;
  bool later = g_ascii_strcasecmp(value, "later") == 0;
  if (!later && g_ascii_strcasecmp(value, "refuse") != 0) return false;
  config->quota_kind = later ? SERVER_QUOTA_LATER : SERVER_QUOTA_REFUSE;
  return true;
}

static bool take_recipient_limit(ScenarioReader *reader, void *target, const char *value)
{
  uint64_t number;
  (void)reader;
  if (!quantity_parse_number(value, &number) || number == 0 || number > 1000000) return false;
  ((ServerConfig *)target)->recipient_limit = (guint)number;
  return true;
}

static bool take_password(ScenarioReader *reader, void *target, const char *value)
{
  ReaderUser *user = target;
  (void)reader;
  if (value[0] == '\0' || strlen(value) > 100) return false;
  g_free(user->password);
  user->password = g_strdup(value);
  return true;
}

static bool take_access(ScenarioReader *reader, void *target, const char *value)
{
  static const char *const words[] = {[PLAN_ACCESS_POP3] = "pop3",
                                      [PLAN_ACCESS_POP2] = "pop2",
                                      [PLAN_ACCESS_IMAP] = "imap",
                                      [PLAN_ACCESS_WEB] = "web"};
  ReaderUser *user = target;
  (void)reader;
  for (guint i = 0; i < G_N_ELEMENTS(words); i++)
    if (g_ascii_strcasecmp(words[i], value) == 0) {
      user->draft.access = (PlanAccess)i;
      return user->has_access = true;
    }
  return false;
}

static bool take_submission_port(ScenarioReader *reader, void *target, const char *value)
{
  uint64_t number;
  (void)reader;
  if (!quantity_parse_number(value, &number) || (number != 25 && number != 587)) return false;
  ((ReaderUser *)target)->draft.submission = (uint16_t)number;
  return true;
}

static bool take_submission_login(ScenarioReader *reader, void *target, const char *value)
{
  bool wanted;
  (void)reader;
  if (!quantity_parse_choice(value, &wanted)) return false;
  ((ReaderUser *)target)->draft.no_login = !wanted;
  return true;
}

static bool add_record(void *owner, const char *part)
{
  size_t name = strcspn(part, " \t");
  if (part[name] == '\0') return false;
  PlanZone *zone = owner;
  PlanRecord record = {g_strndup(part, name), g_strstrip(g_strdup(part + name))};
  g_array_append_val(zone->records, record);
  return true;
}

/* Whether a record can be read is for the name server's tables to say. */
static bool take_records(ScenarioReader *reader, void *target, const char *value)
{
  (void)reader;
  return each_part(value, ";", target, add_record);
}

static bool take_tap_link(ScenarioReader *reader, void *target, const char *value)
{
  WorldPlan *plan = target;
  (void)reader;
  guint link = world_plan_find_link(plan, value);
  if (link == plan->links->len) return false;
  plan->eve_link = link;
  return true;
}

static bool take_through(ScenarioReader *reader, void *target, const char *value)
{
  WorldPlan *plan = reader->scenario->plan;
  PlanLink *link = target;
  guint router = world_plan_find_host(plan, value);
  if (router == plan->hosts->len || world_plan_host(plan, router)->kind != HOST_ROUTER) return false;
  world_plan_split_link(plan, link, router);
  return true;
}

#define NUMBER_WANTS N_("a whole number, like 1")
#define TIME_WANTS N_("a time with its unit, like 20 ms")
#define SHARE_WANTS N_("a share from 0 % to 100 %, like 5 %")
#define CHOICE_WANTS N_("yes or no")
#define SIZE_WANTS N_("a size, like 64 KiB or 10 MiB, or none")
#define HOST_WANTS N_("the name of a host")

#define AT(type, member) offsetof(type, member), NULL
#define BY(function) 0, function

static const KeyRow keys[] = {
    {GROUP_SCENARIO, "Title", true, VALUE_TEXT, AT(Scenario, title), N_("a few words")},
    {GROUP_SCENARIO, "Summary", true, VALUE_TEXT, AT(Scenario, summary), N_("a sentence")},
    {GROUP_SCENARIO, "Seed", false, VALUE_NUMBER, AT(Scenario, seed), NUMBER_WANTS},
    {GROUP_SCENARIO, "Start", false, VALUE_DATE, AT(Scenario, start),
     N_("a date and time, like 2026-03-02T12:00:00Z")},

    {GROUP_HOST, "Kind", false, VALUE_TAKER, BY(take_kind),
     N_("user, mail-server, name-server, web-server or router")},
    {GROUP_HOST, "Domain", false, VALUE_TEXT, AT(ReaderHost, domain), N_("a domain, like beta.example")},
    {GROUP_HOST, "Name", false, VALUE_TEXT, AT(ReaderHost, name), N_("a host name, like mail2.beta.example")},
    {GROUP_HOST, "Label", true, VALUE_TEXT, AT(ReaderHost, label), N_("a word or two")},
    {GROUP_HOST, "Address", false, VALUE_TAKER, BY(take_address4), N_("an IPv4 address, like 198.51.100.7")},
    {GROUP_HOST, "Address6", false, VALUE_TAKER, BY(take_address6),
     N_("an IPv6 address, like 2001:db8:b::7")},
    {GROUP_HOST, "Link", false, VALUE_TEXT, AT(ReaderHost, links),
     N_("the hosts it is joined to, with spaces between them")},
    {GROUP_HOST, "Mail-Server", false, VALUE_TEXT, AT(ReaderHost, mail_server), HOST_WANTS},
    {GROUP_HOST, "Offline", false, VALUE_TAKER, BY(take_offline),
     N_("times since the start, like 10 s - 2 min")},
    {GROUP_HOST, "Block-Port-25", false, VALUE_TAKER, BY(take_block), N_("no, reject or drop")},

    {GROUP_SERVER, "Greeting", false, VALUE_LINE, AT(ServerConfig, greeting), N_("one line of text")},
    {GROUP_SERVER, "Host-Name", false, VALUE_LINE, AT(ServerConfig, host_name), N_("a host name")},
    {GROUP_SERVER, "Ports", false, VALUE_TAKER, BY(take_ports), N_("port numbers among 25 587 110 109 143")},
    {GROUP_SERVER, "Security", false, VALUE_TAKER, BY(take_security), N_("none")},
    {GROUP_SERVER, "Mechanisms", false, VALUE_TAKER, BY(take_mechanisms),
     N_("none, or some of PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256")},
    {GROUP_SERVER, "Capabilities", false, VALUE_TAKER, BY(take_capabilities),
     N_("words of EHLO, each with + or - before it, like -PIPELINING +CHUNKING")},
    {GROUP_SERVER, "Size-Limit", false, VALUE_SIZE, AT(ServerConfig, size_limit), SIZE_WANTS},
    {GROUP_SERVER, "Recipient-Limit", false, VALUE_TAKER, BY(take_recipient_limit), NUMBER_WANTS},
    {GROUP_SERVER, "Quota", false, VALUE_SIZE, AT(ServerConfig, quota), SIZE_WANTS},
    {GROUP_SERVER, "Quota-Reply", false, VALUE_TAKER, BY(take_quota_kind), N_("later or refuse")},
    {GROUP_SERVER, "Open-Relay", false, VALUE_CHOICE, AT(ServerConfig, open_relay), CHOICE_WANTS},
    {GROUP_SERVER, "Own-Sender", false, VALUE_CHOICE, AT(ServerConfig, own_sender), CHOICE_WANTS},
    {GROUP_SERVER, "Vrfy", false, VALUE_CHOICE, AT(ServerConfig, vrfy), CHOICE_WANTS},
    {GROUP_SERVER, "Strict-Lines", false, VALUE_CHOICE, AT(ServerConfig, strict_lines), CHOICE_WANTS},
    {GROUP_SERVER, "Greylist", false, VALUE_TIME, AT(ServerConfig, greylist_delay), TIME_WANTS},
    {GROUP_SERVER, "Spf", false, VALUE_TAKER, BY(take_spf), N_("off, mark or reject")},
    {GROUP_SERVER, "Replies", false, VALUE_TAKER, BY(take_replies),
     N_("rules with “;” between them, like bob@beta.example 450 2 times 4.2.1 Busy")},
    {GROUP_SERVER, "Forwards", false, VALUE_TAKER, BY(take_forwards),
     N_("old and new addresses with “;” between pairs, like ana@beta.example refuse ana@alpha.example")},
    {GROUP_SERVER, "Lists", false, VALUE_TAKER, BY(take_lists),
     N_("lists with “;” between them, like team@beta.example: bob@beta.example, carol@beta.example")},
    {GROUP_SERVER, "Backup-For", false, VALUE_TAKER, BY(take_backup), N_("domains with spaces between them")},
    {GROUP_SERVER, "Queue-First-Wait", false, VALUE_TIME, AT(ServerConfig, queue.first_wait), TIME_WANTS},
    {GROUP_SERVER, "Queue-Longest-Wait", false, VALUE_TIME, AT(ServerConfig, queue.longest_wait), TIME_WANTS},
    {GROUP_SERVER, "Queue-Give-Up", false, VALUE_TIME, AT(ServerConfig, queue.give_up_after), TIME_WANTS},
    {GROUP_SERVER, "Lock-Pop3", false, VALUE_CHOICE, AT(ServerConfig, lock_pop3), CHOICE_WANTS},
    {GROUP_SERVER, "Apop", false, VALUE_CHOICE, AT(ServerConfig, apop), CHOICE_WANTS},

    {GROUP_USER, "Person", true, VALUE_TEXT, AT(ReaderUser, person), N_("a person’s name")},
    {GROUP_USER, "Address", false, VALUE_TEXT, AT(ReaderUser, address),
     N_("an address, like carol@beta.example")},
    {GROUP_USER, "Password", false, VALUE_TAKER, BY(take_password), N_("a password of at most 100 bytes")},
    {GROUP_USER, "Host", false, VALUE_TEXT, AT(ReaderUser, host), HOST_WANTS},
    {GROUP_USER, "Server", false, VALUE_TEXT, AT(ReaderUser, server), HOST_WANTS},
    {GROUP_USER, "Web-Server", false, VALUE_TEXT, AT(ReaderUser, web), HOST_WANTS},
    {GROUP_USER, "Protocol", false, VALUE_TAKER, BY(take_access), N_("pop3, pop2, imap or web")},
    {GROUP_USER, "Login", false, VALUE_TEXT, AT(ReaderUser, login),
     N_("password, apop, or mechanisms like CRAM-MD5")},
    {GROUP_USER, "Submission-Port", false, VALUE_TAKER, BY(take_submission_port), N_("587 or 25")},
    {GROUP_USER, "Submission-Login", false, VALUE_TAKER, BY(take_submission_login), CHOICE_WANTS},
    {GROUP_USER, "Leave-Bcc", false, VALUE_CHOICE, AT(ReaderUser, draft.leave_bcc), CHOICE_WANTS},
    {GROUP_USER, "Eight-Bit", false, VALUE_CHOICE, AT(ReaderUser, draft.eight_bit), CHOICE_WANTS},
    {GROUP_USER, "Keep-Sent", false, VALUE_CHOICE, AT(ReaderUser, draft.keep_sent), CHOICE_WANTS},

    {GROUP_LINK, "Delay", false, VALUE_TIME, AT(PlanLink, delay), TIME_WANTS},
    {GROUP_LINK, "Jitter", false, VALUE_TIME, AT(PlanLink, jitter), TIME_WANTS},
    {GROUP_LINK, "Loss", false, VALUE_SHARE, AT(PlanLink, loss), SHARE_WANTS},
    {GROUP_LINK, "Reorder", false, VALUE_SHARE, AT(PlanLink, reorder), SHARE_WANTS},
    {GROUP_LINK, "Duplication", false, VALUE_SHARE, AT(PlanLink, duplication), SHARE_WANTS},
    {GROUP_LINK, "Bandwidth", false, VALUE_RATE, AT(PlanLink, bandwidth),
     N_("a rate, like 56 kbit/s or 10 Mbit/s, or none")},
    {GROUP_LINK, "Through", false, VALUE_TAKER, BY(take_through), N_("the name of a router")},

    {GROUP_ZONE, "Records", false, VALUE_TAKER, BY(take_records),
     N_("records with “;” between them, like beta.example TXT \"v=spf1 mx -all\"")},
    {GROUP_ZONE, "Bare", false, VALUE_CHOICE, AT(PlanZone, bare), CHOICE_WANTS},

    {GROUP_TAP, "Link", false, VALUE_TAKER, BY(take_tap_link),
     N_("two hosts with a link between them, like mail.alpha mail.beta")},
};

const KeyRow *scenario_world_keys(size_t *count)
{
  *count = G_N_ELEMENTS(keys);
  return keys;
}
