/* SPDX-License-Identifier: MIT */
/* Telling senders what became of their messages: who is told of what, and that nobody is told of a notice. */
#include "agent/transfer-agent-private.h"

#include <inttypes.h>

static void recipient_clear(gpointer data)
{
  const NoticeRecipient *recipient = data;
  g_free((char *)recipient->recipient);
  g_free((char *)recipient->original);
  g_free((char *)recipient->reply);
  g_free((char *)recipient->remote_host);
}

/* RFC 3461 §4.1: without NOTIFY a sender hears of failures, and of delays where the server finds it good. */
static bool wants(uint32_t notify, NoticeAction action)
{
  switch (action) {
  case NOTICE_FAILED:
    return notify == 0 || (notify & ENVELOPE_NOTIFY_FAILURE) != 0;
  case NOTICE_DELAYED:
    return notify == 0 || (notify & ENVELOPE_NOTIFY_DELAY) != 0;
  default:
    return (notify & ENVELOPE_NOTIFY_SUCCESS) != 0;
  }
}

void transfer_report_append(TransferReport *report, const Envelope *envelope, const char *recipient,
                            NoticeAction action, const char *reply, const char *remote_host)
{
  const EnvelopeRequest *request = envelope_get_request(envelope, recipient);
  if (!wants(request->notify, action)) return;
  if (report->recipients == NULL) {
    report->recipients = g_array_new(FALSE, FALSE, sizeof(NoticeRecipient));
    g_array_set_clear_func(report->recipients, recipient_clear);
  }
  NoticeRecipient row = {
      .recipient = g_strdup(recipient),
      .original = g_strdup(request->original),
      .action = action,
      .reply = g_strdup(reply),
      .remote_host = g_strdup(remote_host),
  };
  g_array_append_val(report->recipients, row);
}

void transfer_report_clear(TransferReport *report)
{
  g_clear_pointer(&report->recipients, g_array_unref);
}

/* Returns true when nobody could read a notice: the null sender, whose messages are notices themselves, or an
 * address of ours that does not exist. */
static bool is_nobody(const TransferAgent *agent, const char *sender)
{
  Bytes address = bytes_from_string(sender);
  return sender[0] == '\0' ||
         (transfer_agent_is_ours(agent, address) && transfer_agent_find_mailbox(agent, address) == NULL &&
          server_config_find_forward(agent->server, address) == NULL &&
          server_config_find_list(agent->server, address) == NULL);
}

static void send_notice(TransferAgent *agent, const DeliveryNotice *notice)
{
  g_autoptr(GBytes) message = delivery_notice_build(notice);
  g_autoptr(Envelope) envelope = envelope_new("");
  envelope_append(envelope, notice->to);
  transfer_agent_submit(agent, envelope, message);
}

void transfer_agent_notify(TransferAgent *agent, const Envelope *envelope, GBytes *message,
                           const TransferReport *report, Nanoseconds arrived, Nanoseconds given_up)
{
  if (report->recipients == NULL || is_nobody(agent, envelope->sender)) return;
  for (NoticeAction action = NOTICE_FAILED; action <= NOTICE_EXPANDED; action++) {
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(NoticeRecipient));
    for (guint i = 0; i < report->recipients->len; i++) {
      const NoticeRecipient *row = &g_array_index(report->recipients, NoticeRecipient, i);
      if (row->action == action) g_array_append_vals(rows, row, 1);
    }
    if (rows->len == 0) continue;
    g_autofree char *id =
        g_strdup_printf("%" PRIu64 ".%016" PRIx64 "@%s", mail_queue_take_number(agent->queue),
                        agent_host_random(agent->host), agent->host_name);
    send_notice(agent, &(DeliveryNotice){
                           .reporting_host = agent->host_name,
                           .to = envelope->sender,
                           .envelope_id = envelope->id,
                           .recipients = (const NoticeRecipient *)(const void *)rows->data,
                           .count = rows->len,
                           .arrived = arrived,
                           .given_up = given_up,
                           .original = message,
                           .full = action == NOTICE_FAILED && envelope->returned == ENVELOPE_RETURN_FULL,
                           .message_id = id,
                           .date = agent_host_now(agent->host),
                       });
  }
}
