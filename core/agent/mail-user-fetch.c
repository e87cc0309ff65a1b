/* SPDX-License-Identifier: MIT */
/* The fetching half of the mail user agent: POP3 and POP2 sessions. */
#include "agent/access-server.h"
#include "agent/mail-user-agent-private.h"
#include "mail/message-view.h"
#include "protocol/pop2/pop2-client.h"
#include "protocol/pop3/pop3-client.h"

#define POP2_PORT 109

/* The headers of a letter that stays where it is. */
static void take_top(MailUserAgent *agent, guint number, Bytes message)
{
  if (agent->listings->len >= MAIL_LISTINGS_MAX) return;
  MessageView view;
  message_view_init(&view, message);
  MailListing *listing = g_new(MailListing, 1);
  *listing = (MailListing){
      .number = number,
      .flags = g_strdup(""),
      .from = g_strdup(view.from),
      .subject = g_strdup(view.subject),
      .date = g_strdup(view.date),
  };
  message_view_clear(&view);
  g_ptr_array_add(agent->listings, listing);
}

static void take_pop3(MailUserTask *task, const Endpoint *client, Bytes message)
{
  MailUserAgent *agent = task->agent;
  Pop3Fetched fetched = pop3_client_get_fetched(client);
  if (fetched.top) {
    take_top(agent, fetched.number, message);
    return;
  }
  if (task->how.keep && fetched.uid != NULL)
    g_ptr_array_insert(agent->known_uids, (gint)agent->known_uids->len - 1, g_strdup(fetched.uid));
  mail_user_take_letter(agent, message);
}

static void drop_line(MailUserTask *task, Endpoint *client)
{
  task->cut = true;
  agent_host_cut(task->agent->host, client);
}

/* All is fetched and marked; only QUIT is left. */
static void hold(MailUserTask *task, Endpoint *client)
{
  AgentHost *host = task->agent->host;
  if (task->how.hold > 0) {
    task->held = client;
    agent_host_set_timer(host, &task->hold, agent_host_now(host) + task->how.hold);
  } else {
    drop_line(task, client);
  }
}

void mail_user_hold_over(void *owner)
{
  MailUserTask *task = owner;
  Endpoint *client = g_steal_pointer(&task->held);
  if (task->how.cut_before_quit) {
    drop_line(task, client);
  } else {
    endpoint_answer(client, &(EndpointVerdict){.accepted = true});
    agent_host_wake(task->agent->host, client);
  }
}

static void take_failure(MailUserTask *task, Bytes reply)
{
  task->good = false;
  task->hopeless = reply.length > 0 && task->fetched == 0;
  g_autofree char *words = bytes_dup_string(reply);
  bool said = *words != '\0';
  mail_user_notice(task->agent, said ? MAIL_NOTICE_FAILED : MAIL_NOTICE_UNREACHABLE, NULL,
                   said ? words : agent_end_words(AGENT_CLOSED));
}

static void fetch_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  MailUserTask *task = owner;
  if (event->type == ENDPOINT_FAILED) take_failure(task, event->reply);
  if (event->type == ENDPOINT_HELD) hold(task, client);
  if (event->type != ENDPOINT_FETCHED) return;
  task->fetched++;
  if (task->agent->config.access == MAIL_ACCESS_POP2)
    mail_user_take_letter(task->agent, event->message);
  else
    take_pop3(task, client, event->message);
}

static void fetch_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  MailUserTask *task = owner;
  if (end == AGENT_STOPPED) return;
  agent_host_cancel_timer(task->agent->host, &task->hold);
  task->held = NULL;
  task->fetched = 0;
  if (end == AGENT_CLOSED || task->cut)
    mail_user_task_ended(task);
  else
    mail_user_task_broken(task, end);
}

static const AgentSessionClass fetch_class = {fetch_event, fetch_ended};

static Endpoint *pop2_session(const MailUserTask *task)
{
  const MailUserAgent *agent = task->agent;
  return pop2_client_new(&(Pop2ClientConfig){
      .user = agent->user,
      .password = agent->password,
      .folder = task->how.pop2_folder,
      .keep = task->how.keep,
  });
}

static Endpoint *pop3_session(const MailUserTask *task)
{
  static const char *const all[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", NULL};
  const MailUserAgent *agent = task->agent;
  bool sasl = agent->config.login == MAIL_LOGIN_SASL;
  const char *const *mechanisms = agent->mechanisms == NULL ? all : (const char *const *)agent->mechanisms;
  g_autofree char *nonce = mail_user_nonce(agent, sasl);
  return pop3_client_new(&(Pop3ClientConfig){
      .user = agent->user,
      .password = agent->password,
      .use_apop = agent->config.login == MAIL_LOGIN_APOP,
      .mechanisms = sasl ? mechanisms : NULL,
      .nonce = nonce,
      .top = task->how.headers_only ? POP3_TOP_ONLY : POP3_TOP_NOT,
      .top_lines = task->how.lines,
      .hold = task->how.cut_before_quit || task->how.hold > 0,
      .list = true,
      .keep = task->how.keep,
      .known_uids = (const char *const *)agent->known_uids->pdata,
  });
}

static void incoming_found(void *owner, const char *peer)
{
  MailUserTask *task = owner;
  MailUserAgent *agent = task->agent;
  if (peer == NULL) {
    mail_user_task_broken(task, AGENT_UNREACHABLE);
    return;
  }
  bool pop2 = agent->config.access == MAIL_ACCESS_POP2;
  uint16_t port = agent->config.incoming_port;
  if (port == 0) port = pop2 ? POP2_PORT : POP3_PORT;
  agent_host_connect(agent->host, AGENT_TCP, peer, port, pop2 ? pop2_session(task) : pop3_session(task),
                     &(AgentSession){&fetch_class, task});
}

void mail_user_begin_fetch(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  task->good = true;
  if (task->how.headers_only) g_ptr_array_set_size(agent->listings, 0);
  server_lookup_host(&task->lookup, agent->host, agent->resolver, agent->server, incoming_found, task);
}

void mail_user_agent_fetch_as(MailUserAgent *agent, const MailFetch *how, MailUserAgentDone done, void *owner)
{
  if (agent->config.access == MAIL_ACCESS_IMAP) {
    mail_online_fetch(agent, how, done, owner);
    return;
  }
  MailUserTask *task = mail_user_task_new(agent, done, owner);
  task->how = *how;
  task->how.pop2_folder = g_strdup(how->pop2_folder);
  mail_user_task_begin(task);
}

void mail_user_agent_fetch(MailUserAgent *agent, bool keep, MailUserAgentDone done, void *owner)
{
  mail_user_agent_fetch_as(agent, &(MailFetch){.keep = keep}, done, owner);
}
