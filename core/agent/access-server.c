/* SPDX-License-Identifier: MIT */
/* The access server: who may open which mailbox, and that it is given back however the session ends. */
#include "agent/access-server.h"

#include "protocol/pop3/pop3-server.h"

#include <inttypes.h>

struct AccessServer {
  AgentHost *host;
  char *host_name;
  MailStore *store;
  bool offer_apop;
  guint sessions; /* so far: part of each stamp */
};

/* One connection. */
typedef struct {
  AccessServer *server;
  Mailbox *mailbox; /* locked by us, or NULL */
} AccessSession;

static void give_back(AccessSession *session)
{
  if (session->mailbox == NULL) return;
  mailbox_unlock(session->mailbox);
  session->mailbox = NULL;
}

static EndpointVerdict open_mailbox(AccessSession *session, Bytes user)
{
  Mailbox *mailbox = mail_store_find(session->server->store, user);
  if (mailbox == NULL) return (EndpointVerdict){.accepted = false};
  if (!mailbox_lock(mailbox))
    return (EndpointVerdict){.accepted = false, .text = "[IN-USE] somebody else has this mailbox open"};
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
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict.accepted = mail_store_authenticate(session->server->store, event->mechanism, event->user,
                                               event->secret, event->challenge);
    break;
  case ENDPOINT_OPEN_MAILBOX:
    verdict = open_mailbox(session, event->user);
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

static Endpoint *server_accept(void *owner, const char *peer, AgentSession *agent_session)
{
  (void)peer;
  AccessServer *server = owner;
  AccessSession *session = g_new0(AccessSession, 1);
  session->server = server;
  *agent_session = (AgentSession){&session_class, session};
  server->sessions++;
  g_autofree char *stamp =
      server->offer_apop
          ? g_strdup_printf("<%u.%" PRId64 "@%s>", server->sessions,
                            agent_host_now(server->host) / NANOSECONDS_PER_SECOND, server->host_name)
          : NULL;
  return pop3_server_new(&(Pop3ServerConfig){.host_name = server->host_name, .apop_stamp = stamp});
}

AccessServer *access_server_new(const AccessServerConfig *config)
{
  AccessServer *server = g_new0(AccessServer, 1);
  server->host = config->host;
  server->host_name = g_strdup(config->host_name);
  server->store = config->store;
  server->offer_apop = config->offer_apop;
  agent_host_listen(server->host, AGENT_TCP, POP3_PORT, &(AgentService){server_accept, server});
  return server;
}

void access_server_free(AccessServer *server)
{
  if (server == NULL) return;
  g_free(server->host_name);
  g_free(server);
}
