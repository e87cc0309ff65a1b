/* SPDX-License-Identifier: MIT */
/* The writing half of the mail user agent: letters composed, answered, passed on; the outbox; submission. */
#include "agent/mail-user-agent-private.h"
#include "agent/transfer-agent.h"
#include "base/i18n.h"
#include "mail/header-text.h"
#include "mail/message-reply.h"
#include "protocol/smtp/smtp-client.h"

#include <inttypes.h>

/* A letter lies in the outbox for a while before it is handed over. */
#define COMPOSING (3 * NANOSECONDS_PER_SECOND / 2)

void mail_kept_letter_free(gpointer data)
{
  MailKeptLetter *kept = data;
  g_bytes_unref(kept->letter);
  if (kept->letter_7bit != NULL) g_bytes_unref(kept->letter_7bit);
  envelope_free(kept->envelope);
  g_free(kept);
}

void mail_user_keep_letter(MailUserTask *task)
{
  MailKeptLetter *kept = g_new(MailKeptLetter, 1);
  *kept = (MailKeptLetter){
      .letter = g_steal_pointer(&task->letter),
      .letter_7bit = g_steal_pointer(&task->letter_7bit),
      .envelope = g_steal_pointer(&task->envelope),
  };
  g_ptr_array_add(task->agent->kept, kept);
}

/* Takes recipient off the envelope: it is served. */
static void remove_recipient(Envelope *envelope, const char *recipient)
{
  for (guint at = envelope->recipients->len; at-- > 0;)
    if (g_str_equal(g_ptr_array_index(envelope->recipients, at), recipient))
      g_ptr_array_remove_index(envelope->recipients, at);
}

/* Takes the recipients served off the envelope and tells of each; what is refused for good stays in the
 * outbox with the letter. */
static void take_results(MailUserTask *task, const Endpoint *client)
{
  MailUserAgent *agent = task->agent;
  bool later = false, refused = false, served = false;
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    MailNoticeType type = MAIL_NOTICE_POSTPONED;
    if (result.type == SMTP_RESULT_REFUSED) type = MAIL_NOTICE_REFUSED;
    if (result.type == SMTP_RESULT_DELIVERED) type = MAIL_NOTICE_SENT;
    later = later || type == MAIL_NOTICE_POSTPONED;
    refused = refused || type == MAIL_NOTICE_REFUSED;
    served = served || type == MAIL_NOTICE_SENT;
    if (type == MAIL_NOTICE_SENT) remove_recipient(task->envelope, result.recipient);
    mail_user_notice(agent, type, result.recipient, result.reply);
  }
  task->good = !later && !refused;
  task->hopeless = !later && refused;
  if (served && !g_ptr_array_find(agent->sent, task->letter, NULL))
    g_ptr_array_add(agent->sent, g_bytes_ref(task->letter));
  if (task->envelope->recipients->len == 0) g_ptr_array_remove(agent->outbox, task->letter);
}

static void send_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_DELIVERED || event->type == ENDPOINT_FAILED) take_results(owner, client);
}

static void send_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  if (end == AGENT_STOPPED) return;
  if (end == AGENT_CLOSED)
    mail_user_task_ended(owner);
  else
    mail_user_task_broken(owner, end);
}

static const AgentSessionClass send_class = {send_event, send_ended};

static void outgoing_found(void *owner, const char *peer)
{
  MailUserTask *task = owner;
  MailUserAgent *agent = task->agent;
  if (peer == NULL) {
    mail_user_task_broken(task, AGENT_UNREACHABLE);
    return;
  }
  bool log_in = !agent->config.outgoing_without_login;
  g_autofree char *nonce = mail_user_nonce(agent, log_in && agent->mechanisms != NULL);
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = agent->host_name,
      .user = log_in ? agent->user : NULL,
      .password = agent->password,
      .mechanisms = (const char *const *)agent->mechanisms,
      .nonce = nonce,
      .envelope = task->envelope,
      .message = task->letter,
      .message_7bit = task->letter_7bit,
  });
  uint16_t port = agent->config.outgoing_port == 0 ? SUBMISSION_PORT : agent->config.outgoing_port;
  agent_host_connect(agent->host, AGENT_TCP, peer, port, client, &(AgentSession){&send_class, task});
}

void mail_user_begin_send(MailUserTask *task)
{
  MailUserAgent *agent = task->agent;
  if (task->envelope->recipients->len == 0) { /* to nobody: it stays in the outbox */
    task->hopeless = true;
    mail_user_notice(agent, MAIL_NOTICE_FAILED, NULL, N_("The message has no recipient"));
    mail_user_task_ended(task);
    return;
  }
  server_lookup_host(&task->lookup, agent->host, agent->resolver, agent->outgoing, outgoing_found, task);
}

/* A draft with what the agent adds to it. */
typedef struct {
  MessageDraft draft;
  char *from, *id;
} WholeDraft;

static void complete(const MailUserAgent *agent, const MessageDraft *draft, WholeDraft *whole)
{
  const char *domain = strchr(agent->address, '@');
  whole->from = g_strconcat(agent->person, " <", agent->address, ">", NULL);
  whole->id =
      g_strdup_printf("%016" PRIx64 "%s", agent_host_random(agent->host), domain == NULL ? "@" : domain);
  whole->draft = *draft;
  if (draft->from == NULL) whole->draft.from = whole->from;
  if (draft->message_id == NULL) whole->draft.message_id = whole->id;
  if (draft->date == 0) whole->draft.date = agent_host_now(agent->host);
  whole->draft.leave_bcc = draft->leave_bcc || agent->config.leave_bcc;
  whole->draft.eight_bit = draft->eight_bit || agent->config.eight_bit;
}

static void whole_clear(WholeDraft *whole)
{
  g_free(whole->from);
  g_free(whole->id);
}

GBytes *mail_user_write(const MailUserAgent *agent, const MessageDraft *draft)
{
  WholeDraft whole;
  complete(agent, draft, &whole);
  GBytes *letter = message_build(&whole.draft);
  whole_clear(&whole);
  return letter;
}

void mail_user_agent_compose(MailUserAgent *agent, const MessageDraft *draft, MailUserAgentDone done,
                             void *owner)
{
  WholeDraft whole;
  complete(agent, draft, &whole);
  MailUserTask *task = mail_user_task_new(agent, done, owner);
  task->envelope = message_build_envelope(&whole.draft);
  task->letter = message_build(&whole.draft);
  if (whole.draft.eight_bit) {
    whole.draft.eight_bit = false;
    task->letter_7bit = message_build(&whole.draft);
  }
  whole_clear(&whole);
  g_ptr_array_add(agent->outbox, g_bytes_ref(task->letter));
  agent_host_message_moved(
      agent->host, &(AgentMove){.message = mail_user_bytes(task->letter), .new_tray = AGENT_TRAY_OUTBOX});
  agent_host_set_timer(agent->host, &task->again, agent_host_now(agent->host) + COMPOSING);
}

void mail_user_agent_send(MailUserAgent *agent, const char *to, const char *subject, const char *text,
                          MailUserAgentDone done, void *owner)
{
  mail_user_agent_compose(agent, &(MessageDraft){.to = to, .subject = subject, .body = text}, done, owner);
}

/* Returns the letter of that number, or NULL where there is none: done has heard it then. */
static GBytes *find_letter(const MailUserAgent *agent, MailLetterNumber number, MailUserAgentDone done,
                           void *owner)
{
  guint index = number == 0 ? agent->inbox->len - 1 : number - 1;
  if (agent->inbox->len > 0 && index < agent->inbox->len) return g_ptr_array_index(agent->inbox, index);
  if (done != NULL) done(owner, false);
  return NULL;
}

void mail_user_agent_reply(MailUserAgent *agent, MailLetterNumber letter, const char *text, bool to_all,
                           MailUserAgentDone done, void *owner)
{
  GBytes *original = find_letter(agent, letter, done, owner);
  if (original == NULL) return;
  MessageReply reply;
  message_reply_init(&reply, mail_user_bytes(original), agent->address, to_all);
  g_autofree char *body = g_strdup_printf("%s\n\n%s", text, reply.quotation);
  mail_user_agent_compose(agent,
                          &(MessageDraft){
                              .to = reply.to,
                              .cc = reply.cc[0] == '\0' ? NULL : reply.cc,
                              .subject = reply.subject,
                              .body = body,
                              .in_reply_to = reply.in_reply_to,
                              .references = reply.references,
                          },
                          done, owner);
  message_reply_clear(&reply);
}

void mail_user_agent_forward(MailUserAgent *agent, MailLetterNumber letter, const char *to, const char *text,
                             MailUserAgentDone done, void *owner)
{
  GBytes *original = find_letter(agent, letter, done, owner);
  if (original == NULL) return;
  MessageReply reply;
  message_reply_init(&reply, mail_user_bytes(original), agent->address, false);
  mail_user_agent_compose(
      agent, &(MessageDraft){.to = to, .subject = reply.forward, .body = text, .forwarded = original}, done,
      owner);
  message_reply_clear(&reply);
}

void mail_user_agent_set_vacation(MailUserAgent *agent, const char *text)
{
  g_free(agent->vacation);
  agent->vacation = g_strdup(text);
  g_hash_table_remove_all(agent->answered);
}

/* Answers letter by machine, unless RFC 3834 §2 forbids it or the sender has an answer already. */
static void answer_by_machine(MailUserAgent *agent, GBytes *letter)
{
  MessageReply reply;
  message_reply_init(&reply, mail_user_bytes(letter), agent->address, false);
  Bytes rest = bytes_from_string(reply.to);
  g_autofree char *sender = bytes_dup_string(header_text_next_address(&rest));
  bool wanted = !reply.automatic && *sender != '\0' && g_ascii_strcasecmp(sender, agent->address) != 0;
  if (wanted && g_hash_table_add(agent->answered, g_strdup(sender))) {
    g_autofree char *subject = g_strdup_printf("Auto: %s", reply.subject);
    mail_user_agent_compose(agent,
                            &(MessageDraft){
                                .to = reply.to,
                                .subject = subject,
                                .body = agent->vacation,
                                .in_reply_to = reply.in_reply_to,
                                .references = reply.references,
                                .auto_submitted = "auto-replied",
                            },
                            NULL, NULL);
  }
  message_reply_clear(&reply);
}

void mail_user_take_letter(MailUserAgent *agent, Bytes message)
{
  GBytes *letter = g_bytes_new(message.data, message.length);
  g_ptr_array_add(agent->inbox, letter);
  agent_host_message_moved(agent->host, &(AgentMove){
                                            .message = message,
                                            .from = agent->server, /* which removes its own only later */
                                            .new_tray = AGENT_TRAY_INBOX,
                                        });
  if (agent->vacation != NULL) answer_by_machine(agent, letter);
}

void mail_user_agent_send_outbox(MailUserAgent *agent)
{
  Nanoseconds now = agent_host_now(agent->host);
  for (guint i = 0; i < agent->tasks->len; i++) {
    MailUserTask *task = g_ptr_array_index(agent->tasks, i);
    if (task->letter != NULL && timer_is_set(&task->again))
      agent_host_set_timer(agent->host, &task->again, now);
  }
  for (guint i = 0; i < agent->kept->len; i++) {
    MailKeptLetter *kept = g_ptr_array_index(agent->kept, i);
    MailUserTask *task = mail_user_task_new(agent, NULL, NULL);
    task->letter = g_bytes_ref(kept->letter);
    if (kept->letter_7bit != NULL) task->letter_7bit = g_bytes_ref(kept->letter_7bit);
    task->envelope = envelope_dup(kept->envelope);
    agent_host_set_timer(agent->host, &task->again, now);
  }
  g_ptr_array_set_size(agent->kept, 0);
}
