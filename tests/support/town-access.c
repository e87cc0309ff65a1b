/* SPDX-License-Identifier: MIT */
/* Sessions that judge log-ins by the store and lock the mailbox while they are open. */
#include "support/town-access.h"

#include "agent/login.h"
#include "protocol/imap/imap-server.h"
#include "protocol/pop2/pop2-server.h"
#include "protocol/pop3/pop3-server.h"

typedef struct {
  TownAccess *access;
  Mailbox *mailbox; /* locked by us, or NULL */
  Endpoint *endpoint;
} Session;

static MailStore *store_of(const Session *session)
{
  return session->access->town->stores[session->access->host];
}

static void give_back(Session *session)
{
  if (session->mailbox != NULL) mailbox_unlock(session->mailbox);
  session->mailbox = NULL;
}

static EndpointVerdict open_mailbox(Session *session, Bytes user)
{
  if (session->access->kind == TOWN_IMAP) {
    MailFolders *folders = mail_store_get_folders(store_of(session), user);
    return (EndpointVerdict){.accepted = folders != NULL, .object = folders};
  }
  Mailbox *mailbox = mail_store_find(store_of(session), user);
  if (mailbox != NULL && mailbox_lock(mailbox)) session->mailbox = mailbox;
  return (EndpointVerdict){.accepted = session->mailbox != NULL, .object = session->mailbox};
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  Session *session = owner;
  EndpointVerdict verdict = {.accepted = false};
  Digest proof;
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict = login_judge(store_of(session), event, &proof);
    break;
  case ENDPOINT_OPEN_MAILBOX:
    verdict = open_mailbox(session, event->user);
    break;
  case ENDPOINT_UPDATE:
    if (session->mailbox != NULL) mailbox_remove_marked(session->mailbox);
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

/* Another session changed what this one has open. */
static void wake_session(void *owner)
{
  const Session *session = owner;
  agent_host_wake(town_host(session->access->town, session->access->host), session->endpoint);
}

static Endpoint *new_imap_server(Session *session, const char *name, const char *nonce)
{
  const TownAccess *access = session->access;
  session->endpoint = imap_server_new(&(ImapServerConfig){.host_name = name,
                                                          .mechanisms = access->mechanisms,
                                                          .nonce = nonce,
                                                          .without = access->without,
                                                          .wake = wake_session,
                                                          .owner = session});
  return session->endpoint;
}

static Endpoint *accept_session(void *owner, const char *peer, AgentSession *agent_session)
{
  (void)peer;
  TownAccess *access = owner;
  Session *session = g_new0(Session, 1);
  session->access = access;
  *agent_session = (AgentSession){&session_class, session};
  const char *name = town_names[access->host];
  if (access->kind == TOWN_POP2) return pop2_server_new(&(Pop2ServerConfig){.host_name = name});
  g_autofree char *nonce = g_strdup_printf("nonce%u", ++access->sessions);
  if (access->kind == TOWN_IMAP) return new_imap_server(session, name, nonce);
  return pop3_server_new(
      &(Pop3ServerConfig){.host_name = name, .mechanisms = access->mechanisms, .nonce = nonce});
}

void town_serve(TownAccess *access, uint16_t port)
{
  agent_host_listen(town_host(access->town, access->host), AGENT_TCP, port,
                    &(AgentService){accept_session, access});
}
