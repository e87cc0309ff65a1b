/* SPDX-License-Identifier: MIT */
/* The IMAP session of a mail user agent: connected when something is asked for, one thing after the other,
 * logged out when nothing is left, tried again where the connection fails. */
#include "agent/mail-user-online.h"

#define IMAP_PORT 143

static void begin_session(void *owner);

static void action_free(gpointer data)
{
  MailOnlineAction *action = data;
  if (action == NULL) return;
  g_free(action->folder);
  g_free(action->letters);
  g_free(action->text);
  if (action->letter != NULL) g_bytes_unref(action->letter);
  g_array_unref(action->uids);
  g_array_unref(action->parts);
  g_free(action);
}

static void part_clear(gpointer data)
{
  MailTextPart *part = data;
  g_free(part->section);
  g_free(part->head);
}

static MailOnlineAction *action_new(int kind, MailUserAgentDone done, void *owner)
{
  MailOnlineAction *action = g_new0(MailOnlineAction, 1);
  action->kind = kind;
  action->done = done;
  action->owner = owner;
  action->good = true;
  action->uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
  action->parts = g_array_new(FALSE, TRUE, sizeof(MailTextPart));
  g_array_set_clear_func(action->parts, part_clear);
  return action;
}

/* Frees action and tells that it is over. */
static void end_action(MailOnlineAction *action, bool good)
{
  MailUserAgentDone done = action->done;
  void *owner = action->owner;
  bool told = good || action->always_good;
  action_free(action);
  if (done != NULL) done(owner, told);
}

static void leave(MailOnlineSession *session)
{
  session->leaving = true;
  imap_client_request(session->client, &(ImapRequest){.word = IMAP_LOGOUT});
}

/* Goes as far as it can without the server. */
static void run(MailOnlineSession *session)
{
  while (session->ready && !session->leaving) {
    MailOnlineAction *action = g_queue_peek_head(&session->actions);
    if (action == NULL) {
      if (!session->stay) leave(session);
      return;
    }
    if (action->outstanding > 0) return;
    if (action->good && mail_online_step(session, action)) continue;
    g_queue_pop_head(&session->actions);
    if (action->stay && action->good) session->stay = true;
    if (action->kind == MAIL_ONLINE_LEAVE) session->stay = false;
    if (session->stay || !g_queue_is_empty(&session->actions)) {
      end_action(action, action->good);
    } else {
      session->last = action;
      leave(session);
    }
  }
}

static void take_done(MailOnlineSession *session, const ImapResult *result)
{
  MailOnlineAction *action = g_queue_peek_head(&session->actions);
  if (action == NULL || action->outstanding == 0 || session->leaving) return;
  action->outstanding--;
  if (result->good) return;
  action->good = false;
  mail_user_notice(session->agent, MAIL_NOTICE_FAILED, NULL, result->text);
}

static void take_failure(MailOnlineSession *session, Bytes reply)
{
  g_autofree char *words = bytes_dup_string(reply);
  session->refused = session->refused || (*words != '\0' && !session->ready);
  if (*words != '\0') mail_user_notice(session->agent, MAIL_NOTICE_FAILED, NULL, words);
}

static void session_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  MailOnlineSession *session = owner;
  if (event->type == ENDPOINT_FAILED) take_failure(session, event->reply);
  if (event->type != ENDPOINT_RESULT && event->type != ENDPOINT_FETCHED) return;
  const ImapResult *result = imap_client_get_result(client);
  if (result->type == IMAP_RESULT_READY)
    session->ready = true;
  else if (result->type == IMAP_RESULT_DONE)
    take_done(session, result);
  else
    mail_online_take(session, g_queue_peek_head(&session->actions), result);
  run(session);
}

/* Nothing that waits will be done. */
static void fail_all(MailOnlineSession *session)
{
  session->stay = false;
  session->tries = 0;
  GQueue failed = session->actions;
  g_queue_init(&session->actions);
  for (MailOnlineAction *action; (action = g_queue_pop_head(&failed)) != NULL;)
    end_action(action, false);
}

/* The first thing is begun anew in the next session. */
static void rewind_action(MailOnlineAction *action)
{
  action->begun = false;
  action->good = true;
  action->step = action->outstanding = action->first_new = 0;
  g_array_set_size(action->uids, 0);
  g_array_set_size(action->parts, 0);
}

/* The session is over, or none could be had. */
static void after_session(MailOnlineSession *session, AgentEnd end)
{
  MailUserAgent *agent = session->agent;
  bool orderly = end == AGENT_CLOSED && session->leaving;
  bool refused = session->refused;
  session->client = NULL;
  session->ready = session->leaving = session->refused = false;
  agent_host_cancel_timer(agent->host, &session->watch);
  if (end != AGENT_CLOSED) mail_user_notice(agent, MAIL_NOTICE_UNREACHABLE, NULL, agent_end_words(end));
  MailOnlineAction *last = g_steal_pointer(&session->last);
  MailOnlineAction *first = g_queue_peek_head(&session->actions);
  if (first == NULL) {
    session->stay = false;
  } else if (orderly) {
    begin_session(session);
  } else {
    Nanoseconds wait = refused ? 0 : mail_user_wait_after(agent, session->tries);
    rewind_action(first);
    if (wait > 0)
      agent_host_set_timer(agent->host, &session->again, agent_host_now(agent->host) + wait);
    else
      fail_all(session);
  }
  if (last != NULL) end_action(last, last->good);
}

static void session_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  MailOnlineSession *session = owner;
  if (end == AGENT_STOPPED)
    session->client = NULL;
  else
    after_session(session, end);
}

static const AgentSessionClass session_class = {session_event, session_ended};

static void server_found(void *owner, const char *peer)
{
  MailOnlineSession *session = owner;
  MailUserAgent *agent = session->agent;
  session->searching = false;
  if (peer == NULL) {
    after_session(session, AGENT_UNREACHABLE);
    return;
  }
  bool sasl = agent->config.login == MAIL_LOGIN_SASL;
  g_autofree char *nonce = mail_user_nonce(agent, sasl);
  session->client = imap_client_new(&(ImapClientConfig){
      .user = agent->user,
      .password = agent->password,
      .sasl = sasl,
      .mechanisms = (const char *const *)agent->mechanisms,
      .nonce = nonce,
  });
  uint16_t port = agent->config.incoming_port == 0 ? IMAP_PORT : agent->config.incoming_port;
  agent_host_connect(agent->host, AGENT_TCP, peer, port, session->client,
                     &(AgentSession){&session_class, session});
}

static void begin_session(void *owner)
{
  MailOnlineSession *session = owner;
  MailUserAgent *agent = session->agent;
  session->tries++;
  session->searching = true;
  session->exists = UINT_MAX;
  server_lookup_host(&session->lookup, agent->host, agent->resolver, agent->server, server_found, session);
}

static void watch_over(void *owner)
{
  MailOnlineSession *session = owner;
  if (mail_online_end_watch(session)) agent_host_wake(session->agent->host, session->client);
}

/* Queues action; whatever is watched gives way to it. */
static void ask_for(MailOnlineSession *session, MailOnlineAction *action)
{
  AgentHost *host = session->agent->host;
  g_queue_push_tail(&session->actions, action);
  if (session->client == NULL && !session->searching) {
    if (timer_is_set(&session->again)) return; /* it is tried again soon */
    session->tries = 0;
    begin_session(session);
    return;
  }
  mail_online_end_watch(session);
  run(session);
  if (session->client != NULL) agent_host_wake(host, session->client);
}

void mail_user_agent_online(MailUserAgent *agent, const MailOnline *what, MailUserAgentDone done, void *owner)
{
  MailOnlineAction *action = action_new((int)what->kind, done, owner);
  action->folder = g_strdup(what->folder);
  action->letters = g_strdup(what->letters);
  action->text = g_strdup(what->text);
  action->bytes = what->bytes;
  action->length = what->length;
  if (what->kind == MAIL_ONLINE_STORE && what->draft != NULL) {
    action->letter = mail_user_write(agent, what->draft);
    action->draft = true;
  }
  ask_for(agent->online, action);
}

void mail_user_agent_connect(MailUserAgent *agent, const char *folder, MailUserAgentDone done, void *owner)
{
  MailOnlineAction *action = action_new(MAIL_ONLINE_OPEN, done, owner);
  action->folder = g_strdup(folder);
  action->stay = true;
  ask_for(agent->online, action);
}

void mail_user_agent_disconnect(MailUserAgent *agent, MailUserAgentDone done, void *owner)
{
  MailOnlineSession *session = agent->online;
  if (session->client == NULL && !session->searching && g_queue_is_empty(&session->actions)) {
    if (done != NULL) done(owner, true);
    return;
  }
  ask_for(session, action_new(MAIL_ONLINE_LEAVE, done, owner));
}

void mail_online_keep_sent(MailUserAgent *agent, GBytes *letter, MailUserAgentDone done, void *owner)
{
  MailOnlineAction *action = action_new(MAIL_ONLINE_STORE, done, owner);
  action->folder = g_strdup(agent->sent_folder);
  action->letter = g_bytes_ref(letter);
  action->always_good = true;
  ask_for(agent->online, action);
}

void mail_online_fetch(MailUserAgent *agent, const MailFetch *how, MailUserAgentDone done, void *owner)
{
  MailOnlineAction *action = action_new(MAIL_ONLINE_FETCH, done, owner);
  action->keep = how->keep;
  ask_for(agent->online, action);
}

MailOnlineSession *mail_online_session_new(MailUserAgent *agent)
{
  MailOnlineSession *session = g_new0(MailOnlineSession, 1);
  session->agent = agent;
  g_queue_init(&session->actions);
  session->again = (Timer){.expired = begin_session, .owner = session};
  session->watch = (Timer){.expired = watch_over, .owner = session};
  return session;
}

void mail_online_session_free(MailOnlineSession *session)
{
  agent_host_cancel_timer(session->agent->host, &session->again);
  agent_host_cancel_timer(session->agent->host, &session->watch);
  g_queue_clear_full(&session->actions, action_free);
  action_free(session->last);
  server_lookup_clear(&session->lookup);
  g_free(session);
}
