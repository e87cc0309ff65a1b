/* SPDX-License-Identifier: MIT */
/* Handing on: the queue's due entries, one connection a domain at a time (RFC 5321 §4.5.4.1), each by MX
 * look-up, connection and SMTP dialogue; what is refused for good, or took too long, is told to its sender.
 */
#include "agent/transfer-agent-private.h"

#include "mail/address.h"
#include "mail/message-downgrade.h"
#include "protocol/smtp/smtp-client.h"

/* What is done for a domain: the entry being tried, and those that wait for the same connection. */
struct TransferDelivery {
  TransferAgent *agent;
  char *domain;
  uint64_t entry_id; /* 0: its try is over, the connection not yet */
  GArray *waiting;   /* of uint64_t: entries held */
  TransferRoute *route;
  guint target, address; /* being tried: indexes */
  char *reason;          /* why the last target failed, in words */
  TransferReport report; /* on the entry's recipients */
  bool postponed;        /* some recipient was told to come back later */
  bool reached;          /* a server talked to us about a message */
  bool handed;           /* the end of the entry's message is on its way */
  bool doubtful;         /* of one entry alone: asks the server that may have taken it */
};

static void try_target(TransferDelivery *delivery);

void transfer_delivery_free(gpointer data)
{
  TransferDelivery *delivery = data;
  transfer_route_free(delivery->route);
  transfer_report_clear(&delivery->report);
  g_array_unref(delivery->waiting);
  g_free(delivery->domain);
  g_free(delivery->reason);
  g_free(delivery);
}

static MailQueueEntry *entry_of(const TransferDelivery *delivery)
{
  MailQueueEntry *entry = mail_queue_find(delivery->agent->queue, delivery->entry_id);
  g_assert(entry != NULL); /* an entry is removed only by its own try */
  return entry;
}

static void set_reason(TransferDelivery *delivery, const char *reason)
{
  char *copy = g_strdup(reason);
  g_free(delivery->reason);
  delivery->reason = copy;
}

static const TransferTarget *target_of(const TransferDelivery *delivery)
{
  const GArray *targets = delivery->route == NULL ? NULL : transfer_route_get_targets(delivery->route);
  if (targets == NULL || delivery->target >= targets->len) return NULL;
  return &g_array_index(targets, TransferTarget, delivery->target);
}

static void remove_recipient(MailQueueEntry *entry, const char *recipient)
{
  guint index;
  GPtrArray *recipients = entry->envelope->recipients;
  if (g_ptr_array_find_with_equal_func(recipients, recipient, g_str_equal, &index))
    g_ptr_array_remove_index(recipients, index);
}

/* Everybody who is left is refused for good, by us. */
static void refuse_all(TransferDelivery *delivery, const char *reply)
{
  const MailQueueEntry *entry = entry_of(delivery);
  GPtrArray *recipients = entry->envelope->recipients;
  for (guint i = 0; i < recipients->len; i++)
    transfer_report_append(&delivery->report, entry->envelope, g_ptr_array_index(recipients, i),
                           NOTICE_FAILED, reply, NULL);
  g_ptr_array_set_size(recipients, 0);
}

/* Tells how many entries hold message: one for each domain it still goes to. */
static void tell_queue(const TransferAgent *agent, GBytes *message)
{
  guint copies = 0;
  for (guint i = 0; i < mail_queue_get_count(agent->queue); i++)
    copies += mail_queue_get(agent->queue, i)->message == message;
  agent_host_message_lies(agent->host, transfer_agent_bytes(message), AGENT_TRAY_QUEUE, copies);
}

/* Those who still wait are told of to the sender, once, when it takes long. */
static void warn(TransferDelivery *delivery, MailQueueEntry *entry)
{
  TransferAgent *agent = delivery->agent;
  if (!mail_queue_take_warning(agent->queue, entry, agent_host_now(agent->host))) return;
  for (guint i = 0; i < entry->envelope->recipients->len; i++)
    transfer_report_append(&delivery->report, entry->envelope,
                           g_ptr_array_index(entry->envelope->recipients, i), NOTICE_DELAYED,
                           delivery->reason, NULL);
}

/* Ends the entry's try: it waits again, or goes, and the sender hears what there is to hear. */
static void settle(TransferDelivery *delivery)
{
  TransferAgent *agent = delivery->agent;
  MailQueueEntry *entry = entry_of(delivery);
  Nanoseconds now = agent_host_now(agent->host);
  if (entry->envelope->recipients->len > 0 &&
      mail_queue_postpone(agent->queue, entry, now, delivery->reason)) {
    warn(delivery, entry);
  } else if (entry->envelope->recipients->len > 0) {
    g_autofree char *reply =
        g_strdup_printf("4.4.7 Given up after many tries; the last time: %s", delivery->reason);
    refuse_all(delivery, reply);
  }
  /* The notice and the entry's end are one step: nothing can come between. */
  TransferReport report = delivery->report;
  delivery->report = (TransferReport){0};
  g_autoptr(Envelope) envelope = envelope_dup(entry->envelope);
  g_autoptr(GBytes) message = g_bytes_ref(entry->message);
  Nanoseconds queued_at = entry->queued_at, end = mail_queue_get_end(agent->queue, entry);
  if (entry->envelope->recipients->len == 0) mail_queue_remove(agent->queue, entry);
  delivery->entry_id = 0;
  transfer_agent_notify(agent, envelope, message, &report, queued_at, end);
  transfer_report_clear(&report);
  tell_queue(agent, message);
}

/* The next of those that wait, its try begun; or NULL. */
static MailQueueEntry *begin_waiting(TransferDelivery *delivery)
{
  if (delivery->waiting->len == 0) return NULL;
  MailQueueEntry *entry =
      mail_queue_find(delivery->agent->queue, g_array_index(delivery->waiting, uint64_t, 0));
  g_assert(entry != NULL);
  g_array_remove_index(delivery->waiting, 0);
  mail_queue_begin_try(delivery->agent->queue, entry);
  delivery->entry_id = entry->id;
  return entry;
}

/* The end of a delivery whose entry is settled. Those who waited in vain for a server that nobody reached
 * share what became of the try; else they are due at once. */
static void finish(TransferDelivery *delivery)
{
  TransferAgent *agent = delivery->agent;
  while (!delivery->reached && begin_waiting(delivery) != NULL)
    settle(delivery);
  for (guint i = 0; i < delivery->waiting->len; i++) {
    MailQueueEntry *entry = mail_queue_find(agent->queue, g_array_index(delivery->waiting, uint64_t, i));
    mail_queue_release(agent->queue, entry, agent_host_now(agent->host));
  }
  g_ptr_array_remove_fast(agent->deliveries, delivery);
  transfer_agent_wake(agent);
}

/* Neither this entry nor those that wait can ever be delivered. */
static void finish_refused(TransferDelivery *delivery, const char *words)
{
  do {
    refuse_all(delivery, words);
    settle(delivery);
  } while (begin_waiting(delivery) != NULL);
  finish(delivery);
}

static void finish_later(TransferDelivery *delivery)
{
  settle(delivery);
  finish(delivery);
}

static bool has_next_target(const TransferDelivery *delivery)
{
  if (entry_of(delivery)->doubtful != NULL) return false;
  const TransferTarget *target = target_of(delivery);
  return delivery->address + 1 < target->addresses->len ||
         delivery->target + 1 < transfer_route_get_targets(delivery->route)->len;
}

static void next_target(TransferDelivery *delivery)
{
  if (!has_next_target(delivery)) {
    finish_later(delivery);
  } else if (delivery->address + 1 < target_of(delivery)->addresses->len) {
    delivery->address++;
    try_target(delivery);
  } else {
    delivery->target++;
    delivery->address = 0;
    try_target(delivery);
  }
}

/* Takes what the server said about each recipient. Returns true where some were taken and others are too many
 * for one transaction (RFC 5321 §4.5.3.1.10): those can go at once. */
static bool take_results(TransferDelivery *delivery, const Endpoint *client)
{
  MailQueueEntry *entry = entry_of(delivery);
  const char *host = target_of(delivery)->name;
  bool tells_on = (smtp_client_get_offers(client) & SMTP_CAPABILITY_DSN) != 0;
  guint taken = 0, too_many = 0;
  delivery->postponed = false;
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    const char *remote = result.code == 0 ? NULL : host;
    switch (result.type) {
    case SMTP_RESULT_DELIVERED:
      taken++;
      if (!tells_on)
        transfer_report_append(&delivery->report, entry->envelope, result.recipient, NOTICE_RELAYED,
                               result.reply, remote);
      remove_recipient(entry, result.recipient);
      break;
    case SMTP_RESULT_REFUSED:
      transfer_report_append(&delivery->report, entry->envelope, result.recipient, NOTICE_FAILED,
                             result.reply, remote);
      remove_recipient(entry, result.recipient);
      break;
    default:
      delivery->postponed = true;
      too_many += result.code == 452 && strstr(result.reply, "4.5.3") != NULL;
      if (result.reply != NULL && result.reply[0] != '\0') set_reason(delivery, result.reply);
      break;
    }
  }
  return taken > 0 && too_many > 0 && too_many == entry->envelope->recipients->len;
}

static bool send_entry(Endpoint *client, const MailQueueEntry *entry)
{
  g_autoptr(GBytes) message_7bit = message_downgrade(entry->message);
  return smtp_client_send_next(client, entry->envelope, entry->message, message_7bit);
}

/* A transaction is over. While the connection is good, it carries what else waits for this domain. */
static void transaction_ended(TransferDelivery *delivery, Endpoint *client)
{
  delivery->reached = true;
  /* What was said before the message's end tells nothing of what became of it in an earlier try. */
  if (delivery->handed) mail_queue_set_doubtful(delivery->agent->queue, entry_of(delivery), NULL, NULL);
  delivery->handed = false;
  if (take_results(delivery, client) && send_entry(client, entry_of(delivery))) return;
  /* Who is left may fare better with the next server. */
  if (entry_of(delivery)->envelope->recipients->len > 0 && has_next_target(delivery)) return;
  settle(delivery);
  const MailQueueEntry *next = begin_waiting(delivery);
  if (next == NULL || send_entry(client, next)) return;
  g_array_prepend_val(delivery->waiting, next->id);
  delivery->entry_id = 0;
}

static void client_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  TransferDelivery *delivery = owner;
  if (delivery->entry_id == 0) return;
  if (event->type == ENDPOINT_HANDING) {
    const TransferTarget *target = target_of(delivery);
    mail_queue_set_doubtful(delivery->agent->queue, entry_of(delivery), target->name,
                            g_ptr_array_index(target->addresses, delivery->address));
    delivery->handed = true;
  }
  if (event->type == ENDPOINT_DELIVERED) transaction_ended(delivery, client);
  if (event->type == ENDPOINT_FAILED) take_results(delivery, client);
}

static void client_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  static const char *const reasons[] = {
      [AGENT_CLOSED] = "the connection closed too early",
      [AGENT_REFUSED] = "connection refused: nothing listens there",
      [AGENT_RESET] = "the connection was cut",
      [AGENT_TIMED_OUT] = "the connection timed out",
      [AGENT_UNREACHABLE] = "there is no way to that server",
      [AGENT_STOPPED] = NULL,
  };
  TransferDelivery *delivery = owner;
  if (end == AGENT_STOPPED) return;
  if (delivery->entry_id == 0) {
    finish(delivery);
    return;
  }
  if (entry_of(delivery)->envelope->recipients->len == 0) {
    finish_later(delivery);
    return;
  }
  if (!delivery->postponed || delivery->reason == NULL || end != AGENT_CLOSED)
    set_reason(delivery, reasons[end]);
  next_target(delivery);
}

static const AgentSessionClass client_class = {client_event, client_ended};

static void addresses_found(void *owner, TransferRouteResult result, const char *words)
{
  TransferDelivery *delivery = owner;
  if (result != ROUTE_FOUND) {
    bool last = delivery->target + 1 == transfer_route_get_targets(delivery->route)->len;
    if (last && result == ROUTE_NEVER && delivery->reason == NULL) {
      finish_refused(delivery, words);
      return;
    }
    set_reason(delivery, words);
    next_target(delivery);
    return;
  }
  const MailQueueEntry *entry = entry_of(delivery);
  g_autoptr(GBytes) message_7bit = message_downgrade(entry->message);
  delivery->postponed = delivery->handed = false;
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = delivery->agent->host_name,
      .envelope = entry->envelope,
      .message = entry->message,
      .message_7bit = message_7bit,
      .tells_handing = true,
  });
  agent_host_connect(delivery->agent->host, AGENT_TCP,
                     g_ptr_array_index(target_of(delivery)->addresses, delivery->address), SMTP_PORT, client,
                     &(AgentSession){&client_class, delivery});
}

static void try_target(TransferDelivery *delivery)
{
  transfer_route_find_addresses(delivery->route, delivery->target, addresses_found, delivery);
}

static void route_found(void *owner, TransferRouteResult result, const char *words)
{
  TransferDelivery *delivery = owner;
  if (result == ROUTE_FOUND) {
    try_target(delivery);
  } else if (result == ROUTE_NEVER) {
    finish_refused(delivery, words);
  } else {
    set_reason(delivery, words);
    finish_later(delivery);
  }
}

static TransferDelivery *find_delivery(const TransferAgent *agent, const char *domain)
{
  for (guint i = 0; i < agent->deliveries->len; i++) {
    TransferDelivery *delivery = g_ptr_array_index(agent->deliveries, i);
    if (!delivery->doubtful && g_ascii_strcasecmp(delivery->domain, domain) == 0) return delivery;
  }
  return NULL;
}

static TransferDelivery *delivery_new(TransferAgent *agent, MailQueueEntry *entry, const char *domain)
{
  TransferDelivery *delivery = g_new0(TransferDelivery, 1);
  delivery->agent = agent;
  delivery->entry_id = entry->id;
  delivery->domain = g_strdup(domain);
  delivery->waiting = g_array_new(FALSE, FALSE, sizeof(uint64_t));
  g_ptr_array_add(agent->deliveries, delivery);
  mail_queue_begin_try(agent->queue, entry);
  return delivery;
}

/* The server that may have it is asked again, and no other. */
static void begin_doubtful(TransferAgent *agent, MailQueueEntry *entry, const char *domain)
{
  TransferDelivery *delivery = delivery_new(agent, entry, domain);
  g_auto(GStrv) server = g_strsplit(entry->doubtful, " ", 2);
  delivery->doubtful = true;
  delivery->route = transfer_route_new_known(agent, server[0], server[1]);
  try_target(delivery);
}

static void begin(TransferAgent *agent, MailQueueEntry *entry)
{
  Address address;
  const char *recipient = g_ptr_array_index(entry->envelope->recipients, 0);
  bool sound = address_parse(bytes_from_string(recipient), &address);
  g_autofree char *domain = sound ? bytes_dup_string(address.domain) : g_strdup("");
  TransferDelivery *delivery = find_delivery(agent, domain);
  if (!sound) {
    finish_refused(delivery_new(agent, entry, domain), "5.1.3 That is no mail address");
  } else if (entry->doubtful != NULL) {
    begin_doubtful(agent, entry, domain);
  } else if (delivery != NULL) {
    mail_queue_hold(agent->queue, entry);
    g_array_append_val(delivery->waiting, entry->id);
  } else {
    delivery = delivery_new(agent, entry, domain);
    delivery->route = transfer_route_begin(agent, domain, route_found, delivery);
    if (transfer_route_get_targets(delivery->route)->len > 0) try_target(delivery);
  }
}

void transfer_agent_wake(TransferAgent *agent)
{
  Nanoseconds next = mail_queue_get_deadline(agent->queue);
  if (next == NANOSECONDS_NEVER)
    agent_host_cancel_timer(agent->host, &agent->wake);
  else
    agent_host_set_timer(agent->host, &agent->wake, MAX(next, agent_host_now(agent->host)));
}

void transfer_agent_run_queue(TransferAgent *agent)
{
  Nanoseconds now = agent_host_now(agent->host);
  for (MailQueueEntry *due; (due = mail_queue_find_due(agent->queue, now)) != NULL;)
    begin(agent, due);
  transfer_agent_wake(agent);
}
