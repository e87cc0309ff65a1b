/* SPDX-License-Identifier: MIT */
/* Handing on: the queue's due entries, each by MX look-up, connection and SMTP dialogue (RFC 5321 §5.1). */
#include "agent/resolver.h"
#include "agent/transfer-agent-private.h"
#include "mail/address.h"
#include "protocol/smtp/smtp-client.h"

#define MOST_TARGETS 16u /* mail servers of a domain that we try */

/* A mail server of the domain. */
typedef struct {
  char *name;
  uint16_t preference; /* lower is better */
  char *address;       /* NULL until known */
} TransferTarget;

/* One try of one entry of the queue. */
typedef struct {
  TransferAgent *agent;
  uint64_t entry_id;
  char *domain;
  GArray *targets; /* of TransferTarget, best first */
  guint current;
  char *reason;        /* why the last target failed, in words */
  GPtrArray *refused;  /* of char *: recipients refused for good … */
  GPtrArray *refusals; /* … and what was said to each */
  bool postponed;      /* some recipient was told to come back later */
} TransferDelivery;

static void try_target(TransferDelivery *delivery);

static void clear_target(gpointer data)
{
  TransferTarget *target = data;
  g_free(target->name);
  g_free(target->address);
}

void transfer_delivery_free(gpointer data)
{
  TransferDelivery *delivery = data;
  g_free(delivery->domain);
  g_free(delivery->reason);
  g_array_unref(delivery->targets);
  g_ptr_array_unref(delivery->refused);
  g_ptr_array_unref(delivery->refusals);
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
  g_free(delivery->reason);
  delivery->reason = g_strdup(reason);
}

/* Takes recipient off the entry as refused for good. */
static void refuse(TransferDelivery *delivery, const char *recipient, const char *reply)
{
  g_ptr_array_add(delivery->refused, g_strdup(recipient));
  g_ptr_array_add(delivery->refusals, g_strdup(reply));
}

static void remove_recipient(MailQueueEntry *entry, const char *recipient)
{
  for (guint i = 0; i < entry->envelope->recipients->len; i++)
    if (g_str_equal(g_ptr_array_index(entry->envelope->recipients, i), recipient)) {
      g_ptr_array_remove_index(entry->envelope->recipients, i);
      return;
    }
}

static void refuse_all(TransferDelivery *delivery, const char *reply)
{
  GPtrArray *recipients = entry_of(delivery)->envelope->recipients;
  for (guint i = 0; i < recipients->len; i++)
    refuse(delivery, g_ptr_array_index(recipients, i), reply);
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

/* Ends the try: the entry waits again, or goes, and the sender hears of what was refused. */
static void finish(TransferDelivery *delivery)
{
  TransferAgent *agent = delivery->agent;
  MailQueueEntry *entry = entry_of(delivery);
  if (entry->envelope->recipients->len > 0 &&
      !mail_queue_postpone(agent->queue, entry, agent_host_now(agent->host), delivery->reason)) {
    g_autofree char *reply =
        g_strdup_printf("4.4.7 Given up after many tries; the last time: %s", delivery->reason);
    refuse_all(delivery, reply);
  }
  bool served = entry->envelope->recipients->len == 0;
  if (delivery->refused->len > 0) {
    const TransferTarget *target = delivery->current < delivery->targets->len
                                       ? &g_array_index(delivery->targets, TransferTarget, delivery->current)
                                       : NULL;
    transfer_agent_bounce(agent, entry, target == NULL ? NULL : target->name, delivery->refused,
                          delivery->refusals);
  }
  g_autoptr(GBytes) message = g_bytes_ref(entry->message);
  if (served) mail_queue_remove(agent->queue, entry);
  tell_queue(agent, message);
  g_ptr_array_remove_fast(agent->deliveries, delivery);
  transfer_agent_wake(agent);
}

static void next_target(TransferDelivery *delivery)
{
  if (delivery->current + 1 < delivery->targets->len) {
    delivery->current++;
    try_target(delivery);
  } else {
    finish(delivery);
  }
}

/* Takes what the server said about each recipient. */
static void take_results(TransferDelivery *delivery, const Endpoint *client)
{
  MailQueueEntry *entry = entry_of(delivery);
  delivery->postponed = false;
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    if (result.type == SMTP_RESULT_DELIVERED) {
      remove_recipient(entry, result.recipient);
    } else if (result.type == SMTP_RESULT_REFUSED) {
      refuse(delivery, result.recipient, result.reply);
      remove_recipient(entry, result.recipient);
    } else {
      delivery->postponed = true;
      if (result.reply != NULL && result.reply[0] != '\0') set_reason(delivery, result.reply);
    }
  }
}

static void client_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  if (event->type == ENDPOINT_DELIVERED || event->type == ENDPOINT_FAILED) take_results(owner, client);
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
  if (entry_of(delivery)->envelope->recipients->len == 0) {
    finish(delivery);
    return;
  }
  if (!delivery->postponed || delivery->reason == NULL || end != AGENT_CLOSED)
    set_reason(delivery, reasons[end]);
  next_target(delivery);
}

static const AgentSessionClass client_class = {client_event, client_ended};

static void connect_to(TransferDelivery *delivery, const char *address)
{
  MailQueueEntry *entry = entry_of(delivery);
  delivery->postponed = false;
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = delivery->agent->host_name,
      .envelope = entry->envelope,
      .message = entry->message,
  });
  agent_host_connect(delivery->agent->host, AGENT_TCP, address, SMTP_PORT, client,
                     &(AgentSession){&client_class, delivery});
}

/* Returns the address of name among records, the caller's to free, or NULL. */
static char *find_address(const GArray *records, const char *name)
{
  for (guint i = 0; i < records->len; i++) {
    const DnsRecord *record = &g_array_index(records, DnsRecord, i);
    if (record->type == DNS_A && dns_name_equal(record->name, name)) return dns_record_dup_address(record);
  }
  return NULL;
}

/* Returns the first IPv4 address among the answers, whatever alias led there. */
static char *first_address(const DnsMessage *answer)
{
  for (guint i = 0; i < answer->answers->len; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type == DNS_A) return dns_record_dup_address(record);
  }
  return NULL;
}

static void address_answered(void *owner, const DnsMessage *answer)
{
  TransferDelivery *delivery = owner;
  TransferTarget *target = &g_array_index(delivery->targets, TransferTarget, delivery->current);
  target->address = answer == NULL ? NULL : first_address(answer);
  if (target->address != NULL) {
    connect_to(delivery, target->address);
    return;
  }
  bool last = delivery->current + 1 == delivery->targets->len;
  if (last && answer != NULL && answer->response_code == DNS_NXDOMAIN && delivery->reason == NULL)
    refuse_all(delivery, "5.4.4 The mail server of that domain has no address");
  set_reason(delivery, answer == NULL ? "the name server does not answer" : "the mail server has no address");
  next_target(delivery);
}

static void try_target(TransferDelivery *delivery)
{
  const TransferTarget *target = &g_array_index(delivery->targets, TransferTarget, delivery->current);
  if (target->address != NULL)
    connect_to(delivery, target->address);
  else
    resolver_ask(delivery->agent->host, delivery->agent->name_server, target->name, DNS_A, address_answered,
                 delivery);
}

static gint compare_targets(gconstpointer a, gconstpointer b)
{
  return (gint)((const TransferTarget *)a)->preference - (gint)((const TransferTarget *)b)->preference;
}

static void take_targets(TransferDelivery *delivery, const DnsMessage *answer)
{
  for (guint i = 0; i < answer->answers->len && delivery->targets->len < MOST_TARGETS; i++) {
    const DnsRecord *record = &g_array_index(answer->answers, DnsRecord, i);
    if (record->type != DNS_MX || record->target == NULL) continue;
    TransferTarget target = {
        .name = g_strdup(record->target),
        .preference = record->preference,
        .address = find_address(answer->additional, record->target),
    };
    g_array_append_val(delivery->targets, target);
  }
  g_array_sort(delivery->targets, compare_targets);
}

/* "." as the only mail server: this domain takes no mail (RFC 7505). */
static bool is_null_mx(const TransferDelivery *delivery)
{
  return delivery->targets->len == 1 &&
         g_str_equal(g_array_index(delivery->targets, TransferTarget, 0).name, ".");
}

static void servers_answered(void *owner, const DnsMessage *answer)
{
  TransferDelivery *delivery = owner;
  if (answer != NULL && answer->response_code == DNS_NXDOMAIN) {
    refuse_all(delivery, "5.1.2 That domain does not exist");
    finish(delivery);
    return;
  }
  if (answer == NULL || answer->response_code != DNS_NOERROR) {
    set_reason(delivery,
               answer == NULL ? "the name server does not answer" : "the name server cannot tell now");
    finish(delivery);
    return;
  }
  take_targets(delivery, answer);
  if (is_null_mx(delivery)) {
    refuse_all(delivery, "5.1.10 That domain takes no mail");
    finish(delivery);
    return;
  }
  if (delivery->targets->len == 0) { /* without MX, the domain's own address counts: RFC 5321 §5.1 */
    TransferTarget domain = {.name = g_strdup(delivery->domain)};
    g_array_append_val(delivery->targets, domain);
  }
  try_target(delivery);
}

/* An address literal needs no look-up: "[192.0.2.1]". Returns false for a name. */
static bool take_literal(TransferDelivery *delivery)
{
  size_t length = strlen(delivery->domain);
  if (length < 3 || delivery->domain[0] != '[') return false;
  TransferTarget target = {.name = g_strdup(delivery->domain),
                           .address = g_strndup(delivery->domain + 1, length - 2)};
  g_array_append_val(delivery->targets, target);
  return true;
}

static void begin(TransferAgent *agent, MailQueueEntry *entry)
{
  TransferDelivery *delivery = g_new0(TransferDelivery, 1);
  delivery->agent = agent;
  delivery->entry_id = entry->id;
  delivery->targets = g_array_new(FALSE, FALSE, sizeof(TransferTarget));
  g_array_set_clear_func(delivery->targets, clear_target);
  delivery->refused = g_ptr_array_new_with_free_func(g_free);
  delivery->refusals = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(agent->deliveries, delivery);
  mail_queue_begin_try(agent->queue, entry);
  Address address;
  if (!address_parse(bytes_from_string(g_ptr_array_index(entry->envelope->recipients, 0)), &address)) {
    refuse_all(delivery, "5.1.3 That is no mail address");
    finish(delivery);
    return;
  }
  delivery->domain = bytes_dup_string(address.domain);
  if (take_literal(delivery))
    try_target(delivery);
  else
    resolver_ask(agent->host, agent->name_server, delivery->domain, DNS_MX, servers_answered, delivery);
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
