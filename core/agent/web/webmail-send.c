/* SPDX-License-Identifier: MIT */
/* A letter written in the browser on its way to the mail server: SMTP submission with the user's own log-in.
 */
#include "agent/transfer-agent.h"
#include "agent/web/webmail-private.h"
#include "mail/address.h"
#include "mail/header-text.h"
#include "mail/message-build.h"
#include "protocol/smtp/smtp-client.h"

#include <inttypes.h>

#define RECIPIENTS_MAX 100u

static Bytes view_of(GBytes *letter)
{
  Bytes view;
  view.data = g_bytes_get_data(letter, &view.length);
  return view;
}

bool webmail_send_prepare(WebmailErrand *errand)
{
  AgentHost *host = errand->server->host;
  const WebmailDraft *draft = &errand->draft;
  errand->envelope = envelope_new(errand->session->address);
  Bytes rest = bytes_from_string(draft->to), found;
  while ((found = header_text_next_address(&rest)).length > 0 &&
         errand->envelope->recipients->len < RECIPIENTS_MAX) {
    Address address;
    if (!address_parse(found, &address)) continue;
    g_autofree char *recipient = bytes_dup_string(found);
    envelope_append(errand->envelope, recipient);
  }
  if (errand->envelope->recipients->len == 0) return false;
  g_autofree char *id =
      g_strdup_printf("%016" PRIx64 "@%s", agent_host_random(host), errand->server->host_name);
  errand->letter = message_build(&(MessageDraft){
      .from = errand->session->address,
      .to = draft->to,
      .subject = draft->subject,
      .body = draft->text,
      .message_id = id,
      .in_reply_to = *draft->in_reply_to == '\0' ? NULL : draft->in_reply_to,
      .date = agent_host_now(host),
  });
  return true;
}

/* Takes off who got it; the form that comes back is for the others. */
static void take_results(WebmailErrand *errand, const Endpoint *client)
{
  bool good = true;
  g_autoptr(GString) left = g_string_new(NULL);
  for (guint i = 0; i < smtp_client_get_result_count(client); i++) {
    SmtpResult result = smtp_client_get_result(client, i);
    if (result.type == SMTP_RESULT_DELIVERED) continue;
    good = false;
    g_string_append_printf(left, "%s%s", left->len > 0 ? ", " : "", result.recipient);
    if (result.code != 0) webmail_errand_refused(errand, bytes_from_string(result.reply));
  }
  if (good)
    errand->outcome = WEBMAIL_OUTCOME_GOOD;
  else {
    g_free((char *)errand->draft.to);
    errand->draft.to = g_strdup(left->str);
  }
}

static void send_event(void *owner, Endpoint *client, const EndpointEvent *event)
{
  WebmailErrand *errand = owner;
  if (event->type == ENDPOINT_FAILED && event->reply.length > 0) webmail_errand_refused(errand, event->reply);
  if (event->type == ENDPOINT_DELIVERED || event->type == ENDPOINT_FAILED) take_results(errand, client);
}

/* The letter is taken, or stays with its writer in the form. */
static void send_ended(void *owner, Endpoint *client, AgentEnd end)
{
  (void)client;
  WebmailErrand *errand = owner;
  if (end == AGENT_STOPPED) {
    webmail_errand_free(errand);
    return;
  }
  agent_host_message_lies(errand->server->host, view_of(errand->letter), AGENT_TRAY_OUTBOX, 0);
  if (errand->outcome == WEBMAIL_OUTCOME_GOOD && errand->server->keep_sent) {
    webmail_errand_go_imap(errand);
    return;
  }
  webmail_errand_answer(errand);
  webmail_errand_free(errand);
}

static const AgentSessionClass send_class = {send_event, send_ended};

void webmail_send_go(WebmailErrand *errand)
{
  const WebmailServer *server = errand->server;
  Endpoint *client = smtp_client_new(&(SmtpClientConfig){
      .host_name = server->host_name,
      .user = errand->session->user,
      .password = errand->session->password,
      .envelope = errand->envelope,
      .message = errand->letter,
  });
  agent_host_message_moved(server->host,
                           &(AgentMove){.message = view_of(errand->letter), .new_tray = AGENT_TRAY_OUTBOX});
  webmail_errand_connect(errand, client, SUBMISSION_PORT, &send_class);
}
