/* SPDX-License-Identifier: MIT */
/* Placing: where a message lies that was taken in. And the agent's beginning and end. */
#include "agent/transfer-agent-private.h"

#include "mail/address.h"
#include "mail/message-trace.h"

#define QUEUE_REST (NANOSECONDS_PER_SECOND / 2) /* a message lies in the queue before its first try */
#define MOST_HANDS 8u /* how often an address may stand for another before we give up on it */

static bool is_postmaster(Bytes local)
{
  return bytes_equal_ignore_case(local, "postmaster");
}

bool transfer_agent_is_ours(const TransferAgent *agent, Bytes address)
{
  Address parsed;
  if (is_postmaster(address)) return true;
  return address_parse(address, &parsed) && mail_store_has_domain(agent->store, parsed.domain);
}

/* The first user of domain looks after it, where nobody of that name is there; an empty domain is any. */
static Mailbox *find_postmaster(const TransferAgent *agent, Bytes domain)
{
  for (guint i = 0; i < mail_store_get_count(agent->store); i++) {
    Mailbox *mailbox = mail_store_get(agent->store, i);
    const char *at = strrchr(mailbox_get_owner(mailbox), '@');
    if (domain.length == 0 || (at != NULL && bytes_equal_ignore_case(domain, at + 1))) return mailbox;
  }
  return NULL;
}

Mailbox *transfer_agent_find_mailbox(const TransferAgent *agent, Bytes address)
{
  Address parsed;
  if (is_postmaster(address)) return find_postmaster(agent, BYTES_EMPTY);
  if (!address_parse(address, &parsed)) return NULL;
  Mailbox *mailbox = mail_store_find(agent->store, address);
  if (mailbox == NULL && is_postmaster(parsed.local)) mailbox = find_postmaster(agent, parsed.domain);
  return mailbox;
}

bool transfer_agent_is_full(const TransferAgent *agent, Bytes address, uint64_t count)
{
  const Mailbox *mailbox = agent->server->quota == 0 ? NULL : transfer_agent_find_mailbox(agent, address);
  if (mailbox == NULL) return false;
  uint64_t held = 0;
  for (guint i = 0; i < mailbox_get_count(mailbox); i++)
    held += g_bytes_get_size(mailbox_get(mailbox, i)->message);
  return held + count > agent->server->quota;
}

/* What placing one message is about. */
typedef struct {
  TransferAgent *agent;
  const Envelope *envelope;
  GBytes *message;
  AgentMove *move;
  Envelope *elsewhere; /* recipients for the queue */
  GPtrArray *boxes;    /* of Mailbox: who has it by now */
  TransferReport report;
} Placing;

/* Tells of a copy in tray: the first comes from where move says, others are made here. */
static void tell_copy(const TransferAgent *agent, AgentMove *move, AgentTray tray)
{
  move->new_tray = tray;
  agent_host_message_moved(agent->host, move);
  *move = (AgentMove){.message = move->message};
}

/* A recipient as the envelope names it, and how we came from there to whoever stands for it. */
typedef struct {
  const char *asked;
  guint hands;   /* how often one address stood for another */
  bool expanded; /* by a list: of its members no success is told (RFC 3461 §5.2.7.3) */
} PlacingWay;

static void put_into_mailbox(Placing *placing, Mailbox *mailbox, const PlacingWay *way)
{
  TransferAgent *agent = placing->agent;
  const char *owner = mailbox_get_owner(mailbox);
  if (g_ptr_array_find(placing->boxes, mailbox, NULL)) return;
  g_ptr_array_add(placing->boxes, mailbox);
  if (transfer_agent_is_full(agent, bytes_from_string(owner), g_bytes_get_size(placing->message))) {
    transfer_report_append(&placing->report, placing->envelope, way->asked, NOTICE_FAILED,
                           "5.2.2 The mailbox is full", NULL);
    return;
  }
  g_autoptr(GBytes) stored = message_trace_prepend_return_path(placing->message, placing->envelope->sender);
  mailbox_append(mailbox, stored, agent_host_now(agent->host));
  tell_copy(agent, placing->move, AGENT_TRAY_MAILBOX);
  if (!way->expanded)
    transfer_report_append(&placing->report, placing->envelope, way->asked, NOTICE_DELIVERED, NULL, NULL);
}

/* What the sender wants to know of the recipient first named goes along with whoever stands for it. */
static void put_into_queue(Placing *placing, const char *recipient, const PlacingWay *way)
{
  for (guint i = 0; i < placing->elsewhere->recipients->len; i++)
    if (g_str_equal(g_ptr_array_index(placing->elsewhere->recipients, i), recipient)) return;
  const EnvelopeRequest *request = envelope_get_request(placing->envelope, way->asked);
  uint32_t notify = request->notify;
  if (way->expanded && notify != 0) {
    notify &= ~(uint32_t)ENVELOPE_NOTIFY_SUCCESS;
    if (notify == 0) notify = ENVELOPE_NOTIFY_NEVER;
  }
  envelope_append(placing->elsewhere, recipient);
  envelope_set_request(placing->elsewhere, recipient, notify, request->original);
}

static void place_recipient(Placing *placing, const char *recipient, PlacingWay way)
{
  const TransferAgent *agent = placing->agent;
  Bytes address = bytes_from_string(recipient);
  const ServerForward *forward = server_config_find_forward(agent->server, address);
  const ServerList *list = server_config_find_list(agent->server, address);
  Mailbox *mailbox = transfer_agent_find_mailbox(agent, address);
  const char *fault = NULL;
  if (way.hands++ > MOST_HANDS) {
    fault = "5.4.6 That address leads round in circles";
  } else if (forward != NULL) {
    place_recipient(placing, forward->to, way);
  } else if (list != NULL) {
    if (!way.expanded)
      transfer_report_append(&placing->report, placing->envelope, way.asked, NOTICE_EXPANDED, NULL, NULL);
    way.expanded = true;
    for (guint i = 0; i < list->members->len; i++)
      place_recipient(placing, g_ptr_array_index(list->members, i), way);
  } else if (mailbox != NULL) {
    put_into_mailbox(placing, mailbox, &way);
  } else if (transfer_agent_is_ours(agent, address)) {
    fault = "5.1.1 No such user here";
  } else {
    put_into_queue(placing, recipient, &way);
  }
  if (fault != NULL)
    transfer_report_append(&placing->report, placing->envelope, way.asked, NOTICE_FAILED, fault, NULL);
}

static bool same_domain(const char *a, const char *b)
{
  const char *at = strrchr(a, '@'), *other = strrchr(b, '@');
  if (at == NULL || other == NULL) return g_str_equal(a, b);
  return g_ascii_strcasecmp(at, other) == 0;
}

/* Queues one entry for each domain of those elsewhere. */
static void queue_by_domain(Placing *placing)
{
  TransferAgent *agent = placing->agent;
  GPtrArray *left = placing->elsewhere->recipients;
  Nanoseconds now = agent_host_now(agent->host);
  while (left->len > 0) {
    g_autoptr(Envelope) part = envelope_new_part(placing->elsewhere);
    g_autofree char *first = g_strdup(g_ptr_array_index(left, 0));
    for (guint i = 0; i < left->len;) {
      const char *recipient = g_ptr_array_index(left, i);
      if (same_domain(first, recipient)) {
        envelope_append_from(part, placing->elsewhere, recipient);
        g_ptr_array_remove_index(left, i);
      } else {
        i++;
      }
    }
    mail_queue_append(agent->queue, part, placing->message, now)->next_try = now + QUEUE_REST;
    tell_copy(agent, placing->move, AGENT_TRAY_QUEUE);
  }
}

void transfer_agent_place(TransferAgent *agent, const Envelope *envelope, GBytes *message, const char *key,
                          AgentMove *move)
{
  DeliveryLedger *ledger = mail_queue_get_ledger(agent->queue);
  Nanoseconds now = agent_host_now(agent->host);
  Placing placing = {.agent = agent,
                     .envelope = envelope,
                     .message = message,
                     .move = move,
                     .elsewhere = envelope_new_part(envelope),
                     .boxes = g_ptr_array_new()};
  for (guint i = 0; i < envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(envelope->recipients, i);
    if (delivery_ledger_has(ledger, envelope->sender, recipient, key)) continue;
    place_recipient(&placing, recipient, (PlacingWay){.asked = recipient});
    delivery_ledger_append(ledger, envelope->sender, recipient, key, now);
  }
  queue_by_domain(&placing);
  transfer_agent_notify(agent, envelope, message, &placing.report, now, 0);
  transfer_report_clear(&placing.report);
  envelope_free(placing.elsewhere);
  g_ptr_array_unref(placing.boxes);
  transfer_agent_wake(agent);
}

void transfer_agent_submit(TransferAgent *agent, const Envelope *envelope, GBytes *message)
{
  AgentMove move = {.message = transfer_agent_bytes(message)};
  transfer_agent_place(agent, envelope, message, NULL, &move);
}

void transfer_agent_flush(TransferAgent *agent)
{
  for (guint i = 0; i < mail_queue_get_count(agent->queue); i++) {
    MailQueueEntry *entry = mail_queue_get(agent->queue, i);
    if (entry->next_try != NANOSECONDS_NEVER)
      mail_queue_release(agent->queue, entry, agent_host_now(agent->host));
  }
  transfer_agent_wake(agent);
}

static void wake_expired(void *owner)
{
  transfer_agent_run_queue(owner);
}

static ServerConfig *new_usual_server(void)
{
  ServerConfig *server = g_new(ServerConfig, 1);
  server_config_init(server);
  return server;
}

/* What the owner does not lend is made here. */
static void make_missing(TransferAgent *agent, const TransferAgentConfig *config)
{
  if (config->server == NULL) agent->own_server = new_usual_server();
  agent->server = config->server == NULL ? agent->own_server : config->server;
  const MailQueuePolicy *policy = config->policy == NULL ? &agent->server->queue : config->policy;
  if (config->queue == NULL) agent->own_queue = mail_queue_new(policy);
  agent->queue = config->queue == NULL ? agent->own_queue : config->queue;
  if (config->greylist == NULL) agent->own_greylist = greylist_new();
  agent->greylist = config->greylist == NULL ? agent->own_greylist : config->greylist;
  if (config->resolver == NULL) agent->own_resolver = resolver_new(config->host, config->name_server);
  agent->resolver = config->resolver == NULL ? agent->own_resolver : config->resolver;
}

TransferAgent *transfer_agent_new(const TransferAgentConfig *config)
{
  TransferAgent *agent = g_new0(TransferAgent, 1);
  agent->host = config->host;
  agent->store = config->store;
  make_missing(agent, config);
  const char *stated = agent->server->host_name;
  agent->host_name = g_strdup(stated == NULL ? config->host_name : stated);
  agent->rule_uses = g_new0(guint, agent->server->reply_rules->len + 1);
  agent->sessions = g_ptr_array_new_with_free_func(transfer_session_free);
  agent->deliveries = g_ptr_array_new_with_free_func(transfer_delivery_free);
  agent->wake = (Timer){.expired = wake_expired, .owner = agent};
  mail_queue_recover(agent->queue, agent_host_now(agent->host));
  transfer_session_listen(agent);
  transfer_agent_wake(agent);
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
  g_ptr_array_unref(agent->sessions);
  resolver_free(agent->own_resolver);
  greylist_free(agent->own_greylist);
  mail_queue_free(agent->own_queue);
  server_config_free(agent->own_server);
  g_free(agent->rule_uses);
  g_free(agent->host_name);
  g_free(agent);
}
