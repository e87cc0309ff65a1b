/* SPDX-License-Identifier: MIT */
/* Alice's devices. */
#include "support/alice.h"

static const char *const notice_marks[] = {"sent", "refused", "postponed", "unreachable", "failed", "new"};

static void notice(void *owner, const MailNotice *told)
{
  Alice *alice = owner;
  g_string_append(alice->notices, notice_marks[told->type]);
  if (told->recipient != NULL) g_string_append_printf(alice->notices, " %s", told->recipient);
  if (told->recipient == NULL && told->text != NULL)
    g_string_append_printf(alice->notices, " %s", told->text);
  if (told->count > 0) g_string_append_printf(alice->notices, " %u", told->count);
  g_string_append_c(alice->notices, '\n');
}

void alice_done(void *owner, bool good)
{
  Alice *alice = owner;
  alice->done++;
  alice->good += good;
}

void alice_init(Alice *alice, bool names_known, bool servers)
{
  *alice = (Alice){.notices = g_string_new(NULL)};
  town_init(&alice->town, names_known);
  if (servers) town_start_servers(&alice->town, TOWN_ALPHA);
  if (servers) town_start_servers(&alice->town, TOWN_BETA);
}

void alice_clear(Alice *alice)
{
  town_stop(&alice->town);
  for (int i = 0; i < DEVICES; i++)
    mail_user_agent_free(alice->agents[i]);
  town_clear(&alice->town);
  g_string_free(alice->notices, TRUE);
}

void alice_add_device(Alice *alice, int device, MailUserAgentConfig config)
{
  int host = device == HOME ? TOWN_HOME : TOWN_CAFE;
  config.host = town_host(&alice->town, host);
  config.person = "Alice";
  config.address = "alice@alpha.example";
  config.host_name = town_names[host];
  config.server = "mail.alpha.example";
  config.user = "alice";
  if (config.password == NULL) config.password = "wonderland";
  config.notice = notice;
  config.owner = alice;
  mail_user_agent_free(alice->agents[device]);
  alice->agents[device] = mail_user_agent_new(&config);
}

bool alice_said(const Alice *alice, const char *text)
{
  return strstr(alice->town.traffic->str, text) != NULL;
}

guint alice_inbox(const Alice *alice, int device)
{
  return mail_user_agent_get_inbox(alice->agents[device])->len;
}
