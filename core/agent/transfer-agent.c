/* SPDX-License-Identifier: MIT */
/* Taking in: who may send what to whom, and where it lies then. */
#include "agent/transfer-agent-private.h"

#include "mail/address.h"
#include "mail/message-build.h"
#include "mail/message-trace.h"
#include "protocol/smtp/smtp-server.h"

#include <inttypes.h>

#define QUEUE_REST (NANOSECONDS_PER_SECOND / 2) /* a message lies in the queue before its first try */
#define MOST_HOPS 50u                           /* Received lines; RFC 5321 §6.3 wants a large number */

/* One connection to us. */
typedef struct {
  TransferAgent *agent;
  char *peer;
  bool submission;
} TransferSession;

static bool is_ours(const TransferAgent *agent, Bytes address)
{
  Address parsed;
  return address_parse(address, &parsed) && mail_store_has_domain(agent->store, parsed.domain);
}

/* "450@beta.example" and the like force that reply from the server they belong to. Returns 0 for other
 * addresses. */
static int forced_code(const Address *address)
{
  if (address->local.length != 3) return 0;
  int code = 0;
  for (size_t i = 0; i < 3; i++) {
    if (!g_ascii_isdigit(address->local.data[i])) return 0;
    code = 10 * code + (address->local.data[i] - '0');
  }
  return code >= 400 && code < 600 ? code : 0;
}

static EndpointVerdict judge_recipient(const TransferSession *session, Bytes recipient)
{
  Address address;
  if (!address_parse(recipient, &address))
    return (EndpointVerdict){.code = 553, .text = "5.1.3 That is no mail address"};
  if (!mail_store_has_domain(session->agent->store, address.domain)) {
    if (session->submission) return (EndpointVerdict){.accepted = true};
    return (EndpointVerdict){.code = 550, .text = "5.7.1 We do not carry mail for that domain"};
  }
  int forced = forced_code(&address);
  if (forced != 0) return (EndpointVerdict){.code = forced, .text = "This address always gets this reply"};
  if (mail_store_find(session->agent->store, recipient) != NULL) return (EndpointVerdict){.accepted = true};
  return (EndpointVerdict){.code = 550, .text = "5.1.1 No such user here"};
}

bool transfer_agent_deliver(TransferAgent *agent, const char *sender, const char *recipient, GBytes *message)
{
  Mailbox *mailbox = mail_store_find(agent->store, bytes_from_string(recipient));
  if (mailbox == NULL) return false;
  g_autoptr(GBytes) stored = message_trace_prepend_return_path(message, sender);
  mailbox_append(mailbox, stored, agent_host_now(agent->host));
  return true;
}

/* Tells of a copy in tray: the first comes from where move says, others are made here. */
static void tell_copy(const TransferAgent *agent, AgentMove *move, AgentTray tray)
{
  move->new_tray = tray;
  agent_host_message_moved(agent->host, move);
  *move = (AgentMove){.message = move->message};
}

/* Queues one entry for each domain among recipients that are not ours. */
static void queue_by_domain(TransferAgent *agent, const Envelope *envelope, GBytes *message, AgentMove *move)
{
  g_autoptr(GPtrArray) left = g_ptr_array_new();
  for (guint i = 0; i < envelope->recipients->len; i++)
    g_ptr_array_add(left, g_ptr_array_index(envelope->recipients, i));
  while (left->len > 0) {
    Address first, next;
    g_autoptr(Envelope) part = envelope_new(envelope->sender);
    const char *recipient = g_ptr_array_steal_index(left, 0);
    envelope_append(part, recipient);
    bool sound = address_parse(bytes_from_string(recipient), &first);
    for (guint i = 0; sound && i < left->len;) {
      const char *other = g_ptr_array_index(left, i);
      g_autofree char *domain = bytes_dup_string(first.domain);
      if (address_parse(bytes_from_string(other), &next) && bytes_equal_ignore_case(next.domain, domain)) {
        envelope_append(part, other);
        g_ptr_array_remove_index(left, i);
      } else {
        i++;
      }
    }
    Nanoseconds now = agent_host_now(agent->host);
    mail_queue_append(agent->queue, part, message, now)->next_try = now + QUEUE_REST;
    tell_copy(agent, move, AGENT_TRAY_QUEUE);
  }
}

/* Puts a message where it belongs: mailboxes here, or the queue. move says where it came from. */
static void place(TransferAgent *agent, const Envelope *envelope, GBytes *message, AgentMove *move)
{
  g_autoptr(Envelope) elsewhere = envelope_new(envelope->sender);
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(envelope->recipients, i);
    if (transfer_agent_deliver(agent, envelope->sender, recipient, message))
      tell_copy(agent, move, AGENT_TRAY_MAILBOX);
    else
      envelope_append(elsewhere, recipient);
  }
  queue_by_domain(agent, elsewhere, message, move);
  transfer_agent_wake(agent);
}

void transfer_agent_submit(TransferAgent *agent, const Envelope *envelope, GBytes *message)
{
  AgentMove move = {.message = transfer_agent_bytes(message)};
  place(agent, envelope, message, &move);
}

static EndpointVerdict take_message(TransferSession *session, Endpoint *endpoint, const EndpointEvent *event)
{
  TransferAgent *agent = session->agent;
  if (message_trace_count_received(event->message) > MOST_HOPS)
    return (EndpointVerdict){.code = 554, .text = "5.4.6 Too many hops: this message goes round in circles"};
  const Envelope *envelope = event->envelope;
  g_autofree char *id = g_strdup_printf("%08" PRIx64, ++agent->taken);
  g_autoptr(GBytes) received = g_bytes_new(event->message.data, event->message.length);
  g_autoptr(GBytes) message = message_trace_prepend_received(
      received,
      &(MessageReceived){
          .from_name = smtp_server_get_client_name(endpoint),
          .from_address = session->peer,
          .by = agent->host_name,
          .with = smtp_server_get_with(endpoint),
          .id = id,
          .for_address = envelope->recipients->len == 1 ? g_ptr_array_index(envelope->recipients, 0) : NULL,
          .time = agent_host_now(agent->host),
      });
  AgentMove move = {
      .message = event->message,
      .from = session->peer,
      .old_tray = session->submission ? AGENT_TRAY_OUTBOX : AGENT_TRAY_QUEUE,
  };
  place(agent, envelope, message, &move);
  return (EndpointVerdict){.accepted = true};
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  TransferSession *session = owner;
  EndpointVerdict verdict = {.accepted = false};
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    verdict.accepted = mail_store_authenticate(session->agent->store, event->mechanism, event->user,
                                               event->secret, event->challenge);
    break;
  case ENDPOINT_SENDER:
    verdict.accepted = true; /* anyone may claim any sender: so SMTP is */
    break;
  case ENDPOINT_RECIPIENT:
    verdict = judge_recipient(session, event->address);
    break;
  case ENDPOINT_MESSAGE:
    verdict = take_message(session, endpoint, event);
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
  TransferSession *session = owner;
  g_free(session->peer);
  g_free(session);
}

static const AgentSessionClass session_class = {session_event, session_ended};

/* LOGIN alone: user and password go on lines of their own, so that a class sees each of them unfolded. */
static const uint32_t submission_capabilities = SMTP_CAPABILITIES_RELAY | SMTP_CAPABILITY_AUTH_LOGIN;

static Endpoint *accept_session(TransferAgent *agent, const char *peer, bool submission,
                                AgentSession *agent_session)
{
  TransferSession *session = g_new(TransferSession, 1);
  *session = (TransferSession){agent, g_strdup(peer), submission};
  *agent_session = (AgentSession){&session_class, session};
  return smtp_server_new(&(SmtpServerConfig){
      .host_name = agent->host_name,
      .capabilities = submission ? submission_capabilities : SMTP_CAPABILITIES_RELAY,
      .auth_required = submission,
  });
}

static Endpoint *accept_relay(void *owner, const char *peer, AgentSession *session)
{
  return accept_session(owner, peer, false, session);
}

static Endpoint *accept_submission(void *owner, const char *peer, AgentSession *session)
{
  return accept_session(owner, peer, true, session);
}

void transfer_agent_bounce(TransferAgent *agent, const MailQueueEntry *entry, const char *remote_host,
                           GPtrArray *recipients, GPtrArray *replies)
{
  if (entry->envelope->sender[0] == '\0' || recipients->len == 0) return;
  g_autofree char *id =
      g_strdup_printf("%016" PRIx64 "@%s", agent_host_random(agent->host), agent->host_name);
  g_ptr_array_add(recipients, NULL);
  g_ptr_array_add(replies, NULL);
  g_autoptr(GBytes) notice = message_build_bounce(&(MessageBounce){
      .reporting_host = agent->host_name,
      .remote_host = remote_host,
      .to = entry->envelope->sender,
      .recipients = (const char *const *)recipients->pdata,
      .replies = (const char *const *)replies->pdata,
      .original = entry->message,
      .message_id = id,
      .date = agent_host_now(agent->host),
  });
  g_autoptr(Envelope) envelope = envelope_new("");
  envelope_append(envelope, entry->envelope->sender);
  /* A sender whose domain is ours but who does not live here gets nothing: the notice has nowhere to go. */
  if (is_ours(agent, bytes_from_string(entry->envelope->sender)) &&
      mail_store_find(agent->store, bytes_from_string(entry->envelope->sender)) == NULL)
    return;
  transfer_agent_submit(agent, envelope, notice);
}

static void wake_expired(void *owner)
{
  transfer_agent_run_queue(owner);
}

TransferAgent *transfer_agent_new(const TransferAgentConfig *config)
{
  TransferAgent *agent = g_new0(TransferAgent, 1);
  agent->host = config->host;
  agent->host_name = g_strdup(config->host_name);
  agent->name_server = g_strdup(config->name_server);
  agent->store = config->store;
  agent->queue = mail_queue_new(config->policy == NULL ? &mail_queue_policy_default : config->policy);
  agent->deliveries = g_ptr_array_new_with_free_func(transfer_delivery_free);
  agent->wake = (Timer){.expired = wake_expired, .owner = agent};
  agent_host_listen(agent->host, AGENT_TCP, SMTP_PORT, &(AgentService){accept_relay, agent});
  agent_host_listen(agent->host, AGENT_TCP, SUBMISSION_PORT, &(AgentService){accept_submission, agent});
  return agent;
}

const MailQueue *transfer_agent_get_queue(const TransferAgent *agent)
{
  return agent->queue;
}

void transfer_agent_free(TransferAgent *agent)
{
  if (agent == NULL) return;
  agent_host_cancel_timer(agent->host, &agent->wake);
  g_ptr_array_unref(agent->deliveries);
  mail_queue_free(agent->queue);
  g_free(agent->host_name);
  g_free(agent->name_server);
  g_free(agent);
}
