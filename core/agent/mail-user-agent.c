/* SPDX-License-Identifier: MIT */
/* The mail user agent: its account, its trays, and the tasks that are tried again where the connection fails.
 */
#include "agent/mail-user-agent.h"

#include "agent/mail-user-agent-private.h"
#include "protocol/endpoint-support.h"

#include <inttypes.h>

#define USUAL_TRIES 5u
#define USUAL_FIRST_WAIT (30 * NANOSECONDS_PER_SECOND)
#define MOST_DOUBLINGS 20u

Bytes mail_user_bytes(GBytes *letter)
{
  Bytes view;
  view.data = g_bytes_get_data(letter, &view.length);
  return view;
}

void mail_user_notice(const MailUserAgent *agent, MailNoticeType type, const char *recipient,
                      const char *text)
{
  if (agent->config.notice != NULL)
    agent->config.notice(agent->config.owner,
                         &(MailNotice){.type = type, .recipient = recipient, .text = text});
}

char *mail_user_nonce(const MailUserAgent *agent, bool sasl)
{
  if (!sasl) return NULL;
  return g_strdup_printf("%016" PRIx64, agent_host_random(agent->host));
}

Nanoseconds mail_user_wait_after(const MailUserAgent *agent, guint tries)
{
  guint most = agent->config.tries == 0 ? USUAL_TRIES : agent->config.tries;
  Nanoseconds first = agent->config.first_wait == 0 ? USUAL_FIRST_WAIT : agent->config.first_wait;
  return tries >= most ? 0 : first << MIN(tries - 1, MOST_DOUBLINGS);
}

static void task_free(gpointer data)
{
  MailUserTask *task = data;
  agent_host_cancel_timer(task->agent->host, &task->again);
  agent_host_cancel_timer(task->agent->host, &task->hold);
  server_lookup_clear(&task->lookup);
  if (task->letter != NULL) g_bytes_unref(task->letter);
  if (task->letter_7bit != NULL) g_bytes_unref(task->letter_7bit);
  envelope_free(task->envelope);
  g_free((char *)task->how.pop2_folder);
  g_free(task);
}

MailUserTask *mail_user_task_new(MailUserAgent *agent, MailUserAgentDone done, void *owner)
{
  MailUserTask *task = g_new0(MailUserTask, 1);
  task->agent = agent;
  task->done = done;
  task->owner = owner;
  task->again = (Timer){.expired = mail_user_task_begin, .owner = task};
  task->hold = (Timer){.expired = mail_user_hold_over, .owner = task};
  g_ptr_array_add(agent->tasks, task);
  return task;
}

void mail_user_task_begin(void *owner)
{
  MailUserTask *task = owner;
  task->tries++;
  if (task->letter != NULL)
    mail_user_begin_send(task);
  else
    mail_user_begin_fetch(task);
}

void mail_user_task_ended(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  if (task->letter != NULL) { /* the server said what it took; what we still have, we have */
    guint copies = g_ptr_array_find(agent->outbox, task->letter, NULL) ? 1 : 0;
    agent_host_message_lies(agent->host, mail_user_bytes(task->letter), AGENT_TRAY_OUTBOX, copies);
  }
  Nanoseconds wait = mail_user_wait_after(agent, task->tries);
  if (!task->good && !task->hopeless && wait > 0) {
    agent_host_set_timer(agent->host, &task->again, agent_host_now(agent->host) + wait);
    return;
  }
  MailUserAgentDone done = task->done;
  void *owner = task->owner;
  bool good = task->good;
  g_autoptr(GBytes) sent = good && task->letter != NULL ? g_bytes_ref(task->letter) : NULL;
  if (task->letter != NULL && !good) mail_user_keep_letter(task);
  g_ptr_array_remove(agent->tasks, task);
  if (sent != NULL && agent->sent_folder != NULL && agent->config.access == MAIL_ACCESS_IMAP)
    mail_online_keep_sent(agent, sent, done, owner);
  else if (done != NULL)
    done(owner, good);
}

void mail_user_task_broken(MailUserTask *task, AgentEnd end)
{
  task->good = false;
  mail_user_notice(task->agent, MAIL_NOTICE_UNREACHABLE, NULL, agent_end_words(end));
  mail_user_task_ended(task);
}

void mail_listing_free(gpointer data)
{
  MailListing *listing = data;
  g_free((char *)listing->flags);
  g_free((char *)listing->from);
  g_free((char *)listing->subject);
  g_free((char *)listing->date);
  g_free(listing);
}

MailUserAgent *mail_user_agent_new(const MailUserAgentConfig *config)
{
  MailUserAgent *agent = g_new0(MailUserAgent, 1);
  GDestroyNotify unref = (GDestroyNotify)g_bytes_unref;
  agent->host = config->host;
  agent->config = *config;
  agent->person = g_strdup(config->person);
  agent->address = g_strdup(config->address);
  agent->host_name = g_strdup(config->host_name);
  agent->server = g_strdup(config->server);
  agent->outgoing = g_strdup(config->outgoing == NULL ? config->server : config->outgoing);
  agent->resolver = config->name_server == NULL ? NULL : resolver_new(config->host, config->name_server);
  agent->user = g_strdup(config->user);
  agent->password = g_strdup(config->password);
  agent->sent_folder = g_strdup(config->sent_folder);
  agent->mechanisms = g_strdupv((GStrv)config->mechanisms);
  agent->inbox = g_ptr_array_new_with_free_func(unref);
  agent->outbox = g_ptr_array_new_with_free_func(unref);
  agent->sent = g_ptr_array_new_with_free_func(unref);
  agent->kept = g_ptr_array_new_with_free_func(mail_kept_letter_free);
  agent->known_uids = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(agent->known_uids, NULL);
  agent->known_online = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  agent->answered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  agent->tasks = g_ptr_array_new_with_free_func(task_free);
  agent->folders = g_ptr_array_new_with_free_func(g_free);
  agent->listings = g_ptr_array_new_with_free_func(mail_listing_free);
  agent->found = g_array_new(FALSE, FALSE, sizeof(guint));
  agent->text = g_strdup("");
  agent->online = mail_online_session_new(agent);
  return agent;
}

void mail_user_agent_free(MailUserAgent *agent)
{
  if (agent == NULL) return;
  GPtrArray *arrays[] = {agent->tasks, agent->inbox,   agent->outbox,   agent->sent,
                         agent->kept,  agent->folders, agent->listings, agent->known_uids};
  char *strings[] = {agent->person, agent->address,     agent->host_name, agent->server, agent->outgoing,
                     agent->user,   agent->sent_folder, agent->vacation,  agent->text};
  mail_online_session_free(agent->online);
  for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
    g_ptr_array_unref(arrays[i]);
  for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
    g_free(strings[i]);
  g_hash_table_unref(agent->known_online);
  g_hash_table_unref(agent->answered);
  g_array_unref(agent->found);
  g_strfreev(agent->mechanisms);
  resolver_free(agent->resolver);
  endpoint_wipe(agent->password);
  g_free(agent);
}

const GPtrArray *mail_user_agent_get_inbox(const MailUserAgent *agent)
{
  return agent->inbox;
}

const GPtrArray *mail_user_agent_get_outbox(const MailUserAgent *agent)
{
  return agent->outbox;
}

const GPtrArray *mail_user_agent_get_sent(const MailUserAgent *agent)
{
  return agent->sent;
}

const GPtrArray *mail_user_agent_get_folders(const MailUserAgent *agent)
{
  return agent->folders;
}

guint mail_user_agent_get_listing_count(const MailUserAgent *agent)
{
  return agent->listings->len;
}

MailListing mail_user_agent_get_listing(const MailUserAgent *agent, guint index)
{
  g_assert(index < agent->listings->len);
  return *(const MailListing *)g_ptr_array_index(agent->listings, index);
}

const GArray *mail_user_agent_get_found(const MailUserAgent *agent)
{
  return agent->found;
}

const char *mail_user_agent_get_text(const MailUserAgent *agent)
{
  return agent->text;
}
