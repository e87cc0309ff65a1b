/* SPDX-License-Identifier: MIT */
/* The access server: who may open which mailbox, and that it is given back however the session ends. */
#include "agent/access-server.h"

#include "agent/login.h"
#include "protocol/pop2/pop2-server.h"
#include "protocol/pop3/pop3-server.h"

#include <inttypes.h>

struct AccessServer {
  AgentHost *host;
  char *host_name;
  MailStore *store;
  bool offer_apop, shares;
  char **mechanisms; /* NULL: none */
  Nanoseconds login_delay;
  GHashTable *logins; /* of Mailbox * to Nanoseconds *: the last log-in */
  guint sessions;     /* so far: part of each stamp */
};

/* One connection. */
typedef struct {
  AccessServer *server;
  Mailbox *mailbox; /* open, or NULL */
  bool locked;      /* by us */
  bool pop3;        /* it knows codes in brackets, and its log-ins are counted */
} AccessSession;

static void give_back(AccessSession *session)
{
  if (session->locked) mailbox_unlock(session->mailbox);
  session->locked = false;
  session->mailbox = NULL;
}

/* Returns false where the last log-in was too short a time ago. */
static bool may_come_again(const AccessSession *session, Mailbox *mailbox)
{
  const AccessServer *server = session->server;
  if (!session->pop3 || server->login_delay == 0) return true;
  Nanoseconds now = agent_host_now(server->host);
  const Nanoseconds *last = g_hash_table_lookup(server->logins, mailbox);
  if (last != NULL && now < *last + server->login_delay) return false;
  g_hash_table_insert(server->logins, mailbox, g_memdup2(&now, sizeof now));
  return true;
}

/* folder: empty for the user's own mailbox, which is all there is. */
static EndpointVerdict open_mailbox(AccessSession *session, Bytes user, Bytes folder)
{
  give_back(session);
  Mailbox *mailbox = mail_store_find(session->server->store, user);
  bool own = folder.length == 0 || bytes_equal_ignore_case(folder, "INBOX");
  if (mailbox == NULL || !own) return (EndpointVerdict){.accepted = false};
  bool shares = session->server->shares;
  if (!shares && mailbox_is_locked(mailbox))
    return (EndpointVerdict){.text = session->pop3 ? "[IN-USE] somebody else has this mailbox open" : NULL};
  if (!may_come_again(session, mailbox))
    return (EndpointVerdict){.accepted = false,
                             .text = "[LOGIN-DELAY] you were here a moment ago, come later"};
  session->locked = !shares && mailbox_lock(mailbox);
  session->mailbox = mailbox;
  return (EndpointVerdict){.accepted = true, .object = mailbox};
}

/* QUIT: what was marked goes, and only now. */
static void update(AccessSession *session)
{
  if (session->mailbox == NULL) return;
  for (guint i = 0; i < mailbox_get_count(session->mailbox); i++) {
    const MailboxMessage *message = mailbox_get(session->mailbox, i);
    AgentMove move = {.old_tray = AGENT_TRAY_MAILBOX};
    move.message.data = g_bytes_get_data(message->message, &move.message.length);
    if (message->marked) agent_host_message_moved(session->server->host, &move);
  }
  mailbox_remove_marked(session->mailbox);
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  AccessSession *session = owner;
  EndpointVerdict verdict = {.accepted = false};
  Digest proof;
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict = login_judge(session->server->store, event, &proof);
    break;
  case ENDPOINT_OPEN_MAILBOX:
    verdict = open_mailbox(session, event->user, event->address);
    break;
  case ENDPOINT_UPDATE:
    update(session);
    verdict.accepted = true;
    break;
  case ENDPOINT_CLOSE:
    give_back(session);
    return;
  default:
    return;
  }
  endpoint_answer(endpoint, &verdict);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  (void)end;
  give_back(owner);
  g_free(owner);
}

static const AgentSessionClass session_class = {session_event, session_ended};

static AccessSession *session_new(AccessServer *server, AgentSession *agent_session)
{
  AccessSession *session = g_new0(AccessSession, 1);
  session->server = server;
  *agent_session = (AgentSession){&session_class, session};
  server->sessions++;
  return session;
}

static char *new_stamp(const AccessServer *server)
{
  return g_strdup_printf("<%u.%" PRId64 "@%s>", server->sessions,
                         agent_host_now(server->host) / NANOSECONDS_PER_SECOND, server->host_name);
}

static Endpoint *accept_pop3(void *owner, const char *peer, AgentSession *agent_session)
{
  (void)peer;
  AccessServer *server = owner;
  session_new(server, agent_session)->pop3 = true;
  g_autofree char *stamp = server->offer_apop ? new_stamp(server) : NULL;
  g_autofree char *nonce = server->mechanisms == NULL
                               ? NULL
                               : g_strdup_printf("%016" PRIx64 "%016" PRIx64, agent_host_random(server->host),
                                                 agent_host_random(server->host));
  return pop3_server_new(&(Pop3ServerConfig){
      .host_name = server->host_name,
      .apop_stamp = stamp,
      .mechanisms = (const char *const *)server->mechanisms,
      .nonce = nonce,
      .login_delay = (guint)(server->login_delay / NANOSECONDS_PER_SECOND),
  });
}

static Endpoint *accept_pop2(void *owner, const char *peer, AgentSession *agent_session)
{
  (void)peer;
  AccessServer *server = owner;
  session_new(server, agent_session);
  return pop2_server_new(&(Pop2ServerConfig){.host_name = server->host_name});
}

AccessServer *access_server_new(const AccessServerConfig *config)
{
  AccessServer *server = g_new0(AccessServer, 1);
  server->host = config->host;
  server->host_name = g_strdup(config->host_name);
  server->store = config->store;
  server->offer_apop = config->offer_apop;
  server->shares = config->shares;
  server->mechanisms = g_strdupv((char **)config->mechanisms);
  server->login_delay = config->login_delay;
  server->logins = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  if (!config->no_pop3)
    agent_host_listen(server->host, AGENT_TCP, POP3_PORT, &(AgentService){accept_pop3, server});
  if (config->offer_pop2)
    agent_host_listen(server->host, AGENT_TCP, POP2_PORT, &(AgentService){accept_pop2, server});
  return server;
}

void access_server_free(AccessServer *server)
{
  if (server == NULL) return;
  g_free(server->host_name);
  g_hash_table_unref(server->logins);
  g_strfreev(server->mechanisms);
  g_free(server);
}
