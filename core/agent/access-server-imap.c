/* SPDX-License-Identifier: MIT */
/* The access server for IMAP: who may at which folders, what comes and goes there, and that a session is
 * woken when another has something to tell it. */
#include "agent/access-server-imap.h"

#include "agent/login.h"
#include "protocol/imap/imap-server.h"

#include <inttypes.h>

struct AccessServerImap {
  AgentHost *host;
  char *host_name, *without;
  MailStore *store;
  char **mechanisms; /* NULL: only LOGIN */
  bool no_login;
  uint64_t size_limit, quota;
};

/* One connection. */
typedef struct {
  AccessServerImap *server;
  Endpoint *endpoint;
  MailFolders *folders; /* once it is logged in */
} ImapSession;

static Bytes view_of(GBytes *bytes)
{
  Bytes view;
  view.data = g_bytes_get_data(bytes, &view.length);
  return view;
}

/* Several copies of a letter may lie on the server: each that comes or goes is told. */
static void tell_moves(const ImapSession *session, const GPtrArray *messages, AgentTray from, AgentTray to)
{
  for (guint i = 0; i < messages->len; i++)
    agent_host_message_moved(
        session->server->host,
        &(AgentMove){.message = view_of(g_ptr_array_index(messages, i)), .old_tray = from, .new_tray = to});
}

static uint64_t size_of(const GPtrArray *messages)
{
  uint64_t size = 0;
  for (guint i = 0; i < messages->len; i++)
    size += g_bytes_get_size(g_ptr_array_index(messages, i));
  return size;
}

static uint64_t size_of_folders(const MailFolders *folders)
{
  uint64_t size = 0;
  for (guint i = 0; i < mail_folders_get_count(folders); i++) {
    MailFolder folder = mail_folders_get(folders, i);
    if (folder.mailbox != NULL) size += mailbox_get_size(folder.mailbox);
  }
  return size;
}

/* Is there room for what comes, once what goes is gone? */
static bool fits_quota(const ImapSession *session, const ImapUpdate *update)
{
  uint64_t quota = session->server->quota, added = size_of(update->added);
  if (quota == 0 || added <= size_of(update->removed)) return true;
  return size_of_folders(session->folders) + added - size_of(update->removed) <= quota;
}

static EndpointVerdict judge_update(const ImapSession *session, const Endpoint *endpoint)
{
  ImapUpdate update = imap_server_get_update(endpoint);
  if (!fits_quota(session, &update))
    return (EndpointVerdict){.accepted = false, .text = "[OVERQUOTA] Your mailboxes are full"};
  tell_moves(session, update.added, AGENT_TRAY_NONE, AGENT_TRAY_MAILBOX);
  tell_moves(session, update.removed, AGENT_TRAY_MAILBOX, AGENT_TRAY_NONE);
  return (EndpointVerdict){.accepted = true};
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  ImapSession *session = owner;
  EndpointVerdict verdict = {.accepted = false};
  Digest proof;
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict = login_judge(session->server->store, event, &proof);
    break;
  case ENDPOINT_OPEN_MAILBOX:
    session->folders = mail_store_get_folders(session->server->store, event->user);
    verdict = (EndpointVerdict){.accepted = session->folders != NULL, .object = session->folders};
    break;
  case ENDPOINT_UPDATE:
    verdict = judge_update(session, endpoint);
    break;
  default:
    return;
  }
  endpoint_answer(endpoint, &verdict);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  (void)endpoint;
  (void)end;
  g_free(owner);
}

static const AgentSessionClass session_class = {session_event, session_ended};

static void wake(void *owner)
{
  const ImapSession *session = owner;
  agent_host_wake(session->server->host, session->endpoint);
}

static Nanoseconds now(void *owner)
{
  return agent_host_now(owner);
}

static Endpoint *server_accept(void *owner, const char *peer, AgentSession *agent_session)
{
  (void)peer;
  AccessServerImap *server = owner;
  ImapSession *session = g_new0(ImapSession, 1);
  session->server = server;
  *agent_session = (AgentSession){&session_class, session};
  g_autofree char *nonce = server->mechanisms == NULL
                               ? NULL
                               : g_strdup_printf("%016" PRIx64 "%016" PRIx64, agent_host_random(server->host),
                                                 agent_host_random(server->host));
  session->endpoint = imap_server_new(&(ImapServerConfig){
      .host_name = server->host_name,
      .mechanisms = (const char *const *)server->mechanisms,
      .nonce = nonce,
      .without = server->without,
      .no_login = server->no_login,
      .size_limit = server->size_limit,
      .clock = {now, server->host},
      .wake = wake,
      .owner = session,
  });
  return session->endpoint;
}

AccessServerImap *access_server_imap_new(const AccessServerImapConfig *config)
{
  AccessServerImap *server = g_new0(AccessServerImap, 1);
  server->host = config->host;
  server->host_name = g_strdup(config->host_name);
  server->without = g_strdup(config->without);
  server->store = config->store;
  server->mechanisms = g_strdupv((char **)config->mechanisms);
  server->no_login = config->no_login;
  server->size_limit = config->size_limit;
  server->quota = config->quota;
  agent_host_listen(server->host, AGENT_TCP, IMAP_PORT, &(AgentService){server_accept, server});
  return server;
}

void access_server_imap_free(AccessServerImap *server)
{
  if (server == NULL) return;
  g_free(server->host_name);
  g_free(server->without);
  g_strfreev(server->mechanisms);
  g_free(server);
}
