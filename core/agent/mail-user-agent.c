/* SPDX-License-Identifier: MIT */
/* The mail user agent: outbox, inbox, and the tasks that fill and empty them, tried again where the
 * connection fails. */
#include "agent/mail-user-agent.h"

#include "agent/access-server.h"
#include "agent/transfer-agent.h"
#include "mail/address.h"
#include "mail/message-build.h"
#include "protocol/pop3/pop3-client.h"
#include "protocol/smtp/smtp-client.h"

#include <inttypes.h>

#define MOST_TRIES 5u
/* A letter lies in the outbox for a while before it is handed over. */
#define COMPOSING (3 * NANOSECONDS_PER_SECOND / 2)
#define FIRST_WAIT (30 * NANOSECONDS_PER_SECOND) /* before a second try; doubled each time */

struct MailUserAgent {
  AgentHost *host;
  char *person, *address, *host_name, *server, *user, *password;
  GPtrArray *inbox, *outbox; /* of GBytes */
  GPtrArray *known_uids;     /* of char *: fetched and kept on the server */
  GPtrArray *tasks;          /* of MailUserTask, owned */
};

/* One thing the person asked for. */
typedef struct {
  MailUserAgent *agent;
  MailUserAgentDone done;
  void *owner;
  Timer again;
  guint tries;
  bool good;
  bool hopeless; /* refused for good: trying again does not help */

  GBytes *letter; /* send */
  Envelope *envelope;

  bool keep;     /* fetch */
  guint fetched; /* letters in this session */
} MailUserTask;

static void task_begin(void *owner);

static void task_free(gpointer data)
{
  MailUserTask *task = data;
  agent_host_cancel_timer(task->agent->host, &task->again);
  if (task->letter != NULL) g_bytes_unref(task->letter);
  envelope_free(task->envelope);
  g_free(task);
}

static MailUserTask *task_new(MailUserAgent *agent, MailUserAgentDone done, void *owner)
{
  MailUserTask *task = g_new0(MailUserTask, 1);
  task->agent = agent;
  task->done = done;
  task->owner = owner;
  task->again = (Timer){.expired = task_begin, .owner = task};
  g_ptr_array_add(agent->tasks, task);
  return task;
}

static Bytes bytes_of(GBytes *letter)
{
  Bytes view;
  view.data = g_bytes_get_data(letter, &view.length);
  return view;
}

/* The server said what it took; what we still have, we have. */
static void tell_outbox(const MailUserTask *task)
{
  guint copies = g_ptr_array_find(task->agent->outbox, task->letter, NULL) ? 1 : 0;
  agent_host_message_lies(task->agent->host, bytes_of(task->letter), AGENT_TRAY_OUTBOX, copies);
}

/* The connection is over: the task is done, or waits for another try. */
static void task_ended(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  if (task->letter != NULL) tell_outbox(task);
  if (!task->good && !task->hopeless && task->tries < MOST_TRIES) {
    Nanoseconds wait = FIRST_WAIT << (task->tries - 1);
    agent_host_set_timer(agent->host, &task->again, agent_host_now(agent->host) + wait);
    return;
  }
  MailUserAgentDone done = task->done;
  void *owner = task->owner;
  bool good = task->good;
  g_ptr_array_remove(agent->tasks, task);
  if (done != NULL) done(owner, good);
}

/* Takes the recipients served off the envelope; what is refused for good stays in the outbox with the letter.
 */
static void take_results(MailUserTask *task, const Endpoint *client)
{
  bool later = false, refused = false;
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    later = later || result.type == SMTP_RESULT_LATER || result.type == SMTP_RESULT_PENDING;
    refused = refused || result.type == SMTP_RESULT_REFUSED;
    if (result.type != SMTP_RESULT_DELIVERED) continue;
    for (guint at = task->envelope->recipients->len; at-- > 0;)
      if (g_str_equal(g_ptr_array_index(task->envelope->recipients, at), result.recipient))
        g_ptr_array_remove_index(task->envelope->recipients, at);
  }
  task->good = !later && !refused;
  task->hopeless = !later && refused;
  if (task->envelope->recipients->len == 0) g_ptr_array_remove(task->agent->outbox, task->letter);
}

static void send_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_DELIVERED || event->type == ENDPOINT_FAILED) take_results(owner, client);
}

static void send_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  if (end != AGENT_STOPPED) task_ended(owner);
}

static const AgentSessionClass send_class = {send_event, send_ended};

static void begin_send(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  if (task->envelope->recipients->len == 0) { /* to nobody: it stays in the outbox */
    task->hopeless = true;
    task_ended(task);
    return;
  }
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = agent->host_name,
      .user = agent->user,
      .password = agent->password,
      .envelope = task->envelope,
      .message = task->letter,
  });
  agent_host_connect(agent->host, AGENT_TCP, agent->server, SUBMISSION_PORT, client,
                     &(AgentSession){&send_class, task});
}

static void take_letter(MailUserTask *task, const Endpoint *client, Bytes message)
{
  MailUserAgent *agent = task->agent;
  GBytes *letter = g_bytes_new(message.data, message.length);
  g_ptr_array_add(agent->inbox, letter);
  task->fetched++;
  const char *uid = pop3_client_get_fetched(client).uid;
  if (task->keep && uid != NULL)
    g_ptr_array_insert(agent->known_uids, (gint)agent->known_uids->len - 1, g_strdup(uid));
  agent_host_message_moved(agent->host, &(AgentMove){
                                            .message = message,
                                            .from = agent->server, /* which removes its own only at QUIT */
                                            .new_tray = AGENT_TRAY_INBOX,
                                        });
}

static void fetch_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  MailUserTask *task = owner;
  if (event->type == ENDPOINT_FETCHED) take_letter(task, client, event->message);
  if (event->type == ENDPOINT_FAILED) task->good = false;
  if (event->type == ENDPOINT_FAILED) task->hopeless = event->reply.length > 0 && task->fetched == 0;
}

static void fetch_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  MailUserTask *task = owner;
  if (end == AGENT_STOPPED) return;
  if (end != AGENT_CLOSED) task->good = false;
  task->fetched = 0;
  task_ended(task);
}

static const AgentSessionClass fetch_class = {fetch_event, fetch_ended};

static void begin_fetch(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  task->good = true;
  Endpoint *client = pop3_client_new(&(Pop3ClientConfig){
      .user = agent->user,
      .password = agent->password,
      .list = true,
      .keep = task->keep,
      .known_uids = (const char *const *)agent->known_uids->pdata,
  });
  agent_host_connect(agent->host, AGENT_TCP, agent->server, POP3_PORT, client,
                     &(AgentSession){&fetch_class, task});
}

static void task_begin(void *owner)
{
  MailUserTask *task = owner;
  task->tries++;
  if (task->letter != NULL)
    begin_send(task);
  else
    begin_fetch(task);
}

static Envelope *envelope_for(const MailUserAgent *agent, const char *to)
{
  Envelope *envelope = envelope_new(agent->address);
  g_auto(GStrv) parts = g_strsplit(to, ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    Bytes address = address_in_header(bytes_from_string(g_strstrip(*part)));
    g_autofree char *recipient = bytes_dup_string(address);
    if (recipient[0] != '\0') envelope_append(envelope, recipient);
  }
  return envelope;
}

void mail_user_agent_send(MailUserAgent *agent, const char *to, const char *subject, const char *text,
                          MailUserAgentDone done, void *owner)
{
  const char *domain = strchr(agent->address, '@');
  g_autofree char *from = g_strdup_printf("%s <%s>", agent->person, agent->address);
  g_autofree char *id =
      g_strdup_printf("%016" PRIx64 "%s", agent_host_random(agent->host), domain == NULL ? "@" : domain);
  MailUserTask *task = task_new(agent, done, owner);
  task->envelope = envelope_for(agent, to);
  task->letter = message_build(&(MessageDraft){
      .from = from,
      .to = to,
      .subject = subject,
      .body = text,
      .message_id = id,
      .date = agent_host_now(agent->host),
  });
  g_ptr_array_add(agent->outbox, g_bytes_ref(task->letter));
  agent_host_message_moved(agent->host,
                           &(AgentMove){.message = bytes_of(task->letter), .new_tray = AGENT_TRAY_OUTBOX});
  agent_host_set_timer(agent->host, &task->again, agent_host_now(agent->host) + COMPOSING);
}

void mail_user_agent_fetch(MailUserAgent *agent, bool keep, MailUserAgentDone done, void *owner)
{
  MailUserTask *task = task_new(agent, done, owner);
  task->keep = keep;
  task_begin(task);
}

MailUserAgent *mail_user_agent_new(const MailUserAgentConfig *config)
{
  MailUserAgent *agent = g_new0(MailUserAgent, 1);
  agent->host = config->host;
  agent->person = g_strdup(config->person);
  agent->address = g_strdup(config->address);
  agent->host_name = g_strdup(config->host_name);
  agent->server = g_strdup(config->server);
  agent->user = g_strdup(config->user);
  agent->password = g_strdup(config->password);
  agent->inbox = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  agent->outbox = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  agent->known_uids = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(agent->known_uids, NULL);
  agent->tasks = g_ptr_array_new_with_free_func(task_free);
  return agent;
}

const GPtrArray *mail_user_agent_get_inbox(const MailUserAgent *agent)
{
  return agent->inbox;
}

const GPtrArray *mail_user_agent_get_outbox(const MailUserAgent *agent)
{
  return agent->outbox;
}

void mail_user_agent_free(MailUserAgent *agent)
{
  if (agent == NULL) return;
  g_ptr_array_unref(agent->tasks);
  g_ptr_array_unref(agent->inbox);
  g_ptr_array_unref(agent->outbox);
  g_ptr_array_unref(agent->known_uids);
  g_free(agent->person);
  g_free(agent->address);
  g_free(agent->host_name);
  g_free(agent->server);
  g_free(agent->user);
  if (agent->password != NULL) explicit_bzero(agent->password, strlen(agent->password));
  g_free(agent->password);
  g_free(agent);
}
