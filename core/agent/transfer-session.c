/* SPDX-License-Identifier: MIT */
/* Taking in: who may send what to whom. Port 25 takes mail for our own domains from anybody; port 587 takes
 * mail for anybody from our own users (RFC 6409). */
#include "agent/transfer-agent-private.h"

#include "agent/login.h"
#include "agent/spf-check.h"
#include "mail/address.h"
#include "mail/message-trace.h"
#include "protocol/smtp/smtp-server.h"

#include <inttypes.h>

#define MOST_HOPS 50u /* Received lines; RFC 5321 §6.3 wants a large number */

/* One connection to us. */
struct TransferSession {
  TransferAgent *agent;
  Endpoint *endpoint;
  char *peer;
  bool submission;
  SpfCheck *spf;    /* under way; the sender waits for its answer */
  char *sender;     /* of the transaction */
  char *spf_line;   /* that goes before its message, or NULL */
  char *taken_from; /* sender and … */
  char *taken_key;  /* … key of the message whose 250 the client may not have heard; or NULL */
  char *text;       /* of the verdict at hand */
};

void transfer_session_free(gpointer data)
{
  TransferSession *session = data;
  spf_check_cancel(session->spf);
  g_free(session->peer);
  g_free(session->sender);
  g_free(session->spf_line);
  g_free(session->taken_from);
  g_free(session->taken_key);
  g_free(session->text);
  g_free(session);
}

/* The client went on, so it heard our 250: if the same comes again, it is meant. */
static void confirm(TransferSession *session)
{
  if (session->taken_key == NULL) return;
  delivery_ledger_confirm(mail_queue_get_ledger(session->agent->queue), session->taken_from,
                          session->taken_key);
  g_clear_pointer(&session->taken_from, g_free);
  g_clear_pointer(&session->taken_key, g_free);
}

/* Returns a refusal whose text is made for it. */
static EndpointVerdict refuse(TransferSession *session, int code, char *text)
{
  g_free(session->text);
  session->text = text;
  return (EndpointVerdict){.code = code, .text = text};
}

static EndpointVerdict accept_it(void)
{
  return (EndpointVerdict){.accepted = true};
}

/* ---- forced replies ---- */

/* Fills *verdict with what a reply rule forces. Returns false when none fits. */
static bool find_rule(TransferSession *session, const char *verb, Bytes address, EndpointVerdict *verdict)
{
  TransferAgent *agent = session->agent;
  g_autofree char *text = bytes_dup_string(address);
  for (guint i = 0; i < agent->server->reply_rules->len; i++) {
    const ServerReplyRule *rule = &g_array_index(agent->server->reply_rules, ServerReplyRule, i);
    if (!g_str_equal(rule->verb, verb) || (rule->times > 0 && agent->rule_uses[i] >= rule->times)) continue;
    if (rule->address != NULL && !g_pattern_match_simple(rule->address, text)) continue;
    agent->rule_uses[i]++;
    *verdict = (EndpointVerdict){.accepted = rule->code < 400, .code = rule->code, .text = rule->text};
    return true;
  }
  return false;
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

/* ---- senders ---- */

/* Returns true when address is one of the user's who is logged in. */
static bool is_own(const TransferSession *session, Bytes address)
{
  const char *user = smtp_server_get_user(session->endpoint);
  const Mailbox *own = user == NULL ? NULL : mail_store_find(session->agent->store, bytes_from_string(user));
  return own != NULL && mail_store_find(session->agent->store, address) == own;
}

static void spf_checked(void *owner, SpfResult result, const char *domain)
{
  TransferSession *session = owner;
  TransferAgent *agent = session->agent;
  session->spf = NULL;
  const char *helo = smtp_server_get_client_name(session->endpoint);
  g_free(session->spf_line);
  session->spf_line = g_strdup_printf("Received-SPF: %s (%s: policy of %s) client-ip=%s;\r\n"
                                      "\tenvelope-from=\"%s\"; helo=%s; receiver=%s\r\n",
                                      spf_result_name(result), agent->host_name, domain, session->peer,
                                      session->sender, helo, agent->host_name);
  EndpointVerdict verdict = accept_it();
  bool reject = agent->server->spf == SERVER_SPF_REJECT;
  if (reject && result == SPF_FAIL)
    verdict =
        refuse(session, 550,
               g_strdup_printf("5.7.23 SPF: %s does not let %s send in its name", domain, session->peer));
  else if (reject && result == SPF_TEMPERROR)
    verdict = refuse(session, 451, g_strdup("4.4.3 SPF cannot be checked now"));
  endpoint_answer(session->endpoint, &verdict);
  agent_host_wake(agent->host, session->endpoint);
}

/* Returns true when the verdict is known; else it comes by spf_checked. */
static bool judge_sender(TransferSession *session, const EndpointEvent *event, EndpointVerdict *verdict)
{
  TransferAgent *agent = session->agent;
  *verdict = accept_it();
  confirm(session);
  g_free(session->sender);
  session->sender = bytes_dup_string(event->address);
  g_clear_pointer(&session->spf_line, g_free);
  if (find_rule(session, "MAIL", event->address, verdict)) return true;
  if (session->submission) {
    if (agent->server->own_sender && event->address.length > 0 && !is_own(session, event->address))
      *verdict = (EndpointVerdict){.code = 553, .text = "5.7.1 That is not an address of yours"};
    return true;
  }
  if (agent->server->spf == SERVER_SPF_OFF) return true; /* anyone may claim any sender: so SMTP is */
  session->spf = spf_check_begin(agent->host, &(SpfCheckConfig){
                                                  .resolver = agent->resolver,
                                                  .address = session->peer,
                                                  .sender = session->sender,
                                                  .helo = smtp_server_get_client_name(session->endpoint),
                                                  .checked = spf_checked,
                                                  .owner = session,
                                              });
  return false;
}

/* ---- recipients ---- */

static EndpointVerdict refuse_full(const ServerConfig *server)
{
  if (server->quota_kind == SERVER_QUOTA_REFUSE)
    return (EndpointVerdict){.code = 552, .text = "5.2.2 The mailbox is full"};
  return (EndpointVerdict){.code = 452, .text = "4.2.2 The mailbox is full, try again later"};
}

/* What holds back a recipient that exists. */
static EndpointVerdict judge_known(TransferSession *session, const EndpointEvent *event,
                                   const char *recipient)
{
  TransferAgent *agent = session->agent;
  const ServerConfig *server = agent->server;
  /* What was stored already and comes again must not be held up by what it changed itself. */
  if (delivery_ledger_expects(mail_queue_get_ledger(agent->queue), event->envelope->sender, recipient))
    return accept_it();
  if (!session->submission && server->greylist_delay > 0 &&
      !greylist_admit(agent->greylist, session->peer, event->envelope->sender, recipient,
                      server->greylist_delay, agent_host_now(agent->host)))
    return (EndpointVerdict){.code = 451,
                             .text = "4.7.1 Greylisted: we do not know you yet, try again later"};
  if (transfer_agent_is_full(agent, event->address, event->envelope->size)) return refuse_full(server);
  return accept_it();
}

static EndpointVerdict judge_ours(TransferSession *session, const EndpointEvent *event, const char *recipient)
{
  const ServerConfig *server = session->agent->server;
  const ServerForward *forward = server_config_find_forward(server, event->address);
  if (forward != NULL && forward->refuse)
    return refuse(session, 551, g_strdup_printf("5.1.6 User not local; please try <%s>", forward->to));
  bool known = forward != NULL || server_config_find_list(server, event->address) != NULL ||
               transfer_agent_find_mailbox(session->agent, event->address) != NULL;
  if (!known) return (EndpointVerdict){.code = 550, .text = "5.1.1 No such user here"};
  EndpointVerdict verdict = judge_known(session, event, recipient);
  if (verdict.accepted && forward != NULL) {
    verdict =
        refuse(session, 251, g_strdup_printf("2.1.5 User not local; will forward to <%s>", forward->to));
    verdict.accepted = true;
  }
  return verdict;
}

static EndpointVerdict judge_recipient(TransferSession *session, const EndpointEvent *event)
{
  TransferAgent *agent = session->agent;
  EndpointVerdict verdict;
  Address address;
  g_autofree char *recipient = bytes_dup_string(event->address);
  if (find_rule(session, "RCPT", event->address, &verdict)) return verdict;
  if (transfer_agent_is_ours(agent, event->address)) {
    int forced = address_parse(event->address, &address) ? forced_code(&address) : 0;
    if (forced != 0) return (EndpointVerdict){.code = forced, .text = "This address always gets this reply"};
    return judge_ours(session, event, recipient);
  }
  if (!address_parse(event->address, &address))
    return (EndpointVerdict){.code = 553, .text = "5.1.3 That is no mail address"};
  if (session->submission || agent->server->open_relay) return accept_it();
  if (server_config_is_backup_for(agent->server, address.domain))
    return judge_known(session, event, recipient);
  return (EndpointVerdict){.code = 550, .text = "5.7.1 We do not carry mail for that domain"};
}

/* ---- messages ---- */

/* Returns how many of the recipients' mailboxes cannot hold size bytes, of those that did not get the
 * message.
 */
static guint count_full(const TransferSession *session, const EndpointEvent *event, const char *key,
                        size_t size)
{
  const DeliveryLedger *ledger = mail_queue_get_ledger(session->agent->queue);
  guint full = 0;
  for (guint i = 0; i < event->envelope->recipients->len; i++) {
    const char *recipient = g_ptr_array_index(event->envelope->recipients, i);
    full += !delivery_ledger_has(ledger, event->envelope->sender, recipient, key) &&
            transfer_agent_is_full(session->agent, bytes_from_string(recipient), size);
  }
  return full;
}

/* Fills *verdict with a refusal of the message for what it is. Returns false when there is nothing against
 * it. */
static bool judge_message(TransferSession *session, const EndpointEvent *event, EndpointVerdict *verdict)
{
  const ServerConfig *server = session->agent->server;
  if (find_rule(session, "DATA", BYTES_EMPTY, verdict) && !verdict->accepted) return true;
  if (message_trace_count_received(event->message) > MOST_HOPS) {
    *verdict =
        (EndpointVerdict){.code = 554, .text = "5.4.6 Too many hops: this message goes round in circles"};
    return true;
  }
  if (server->strict_lines && message_trace_has_bare_line_end(event->message)) {
    *verdict = (EndpointVerdict){.code = 550, .text = "5.6.11 A CR or LF stands alone in the message"};
    return true;
  }
  return false;
}

/* Returns the message with what we put before it. */
static GBytes *trace(TransferSession *session, const EndpointEvent *event)
{
  TransferAgent *agent = session->agent;
  const Envelope *envelope = event->envelope;
  const char *user = smtp_server_get_user(session->endpoint);
  uint64_t number = mail_queue_take_number(agent->queue);
  g_autofree char *id = g_strdup_printf("%08" PRIx64, number);
  g_autoptr(GBytes) bare = g_bytes_new(event->message.data, event->message.length);
  g_autofree char *message_id = g_strdup_printf(
      "%s.%" PRId64 "@%s", id, agent_host_now(agent->host) / NANOSECONDS_PER_SECOND, agent->host_name);
  g_autoptr(GBytes) complete =
      session->submission
          ? message_trace_complete(bare, &(MessageCompletion){message_id, agent_host_now(agent->host), 0})
          : g_bytes_ref(bare);
  bool foreign = session->submission && !is_own(session, bytes_from_string(envelope->sender));
  g_autoptr(GBytes) received = message_trace_prepend_received(
      complete,
      &(MessageReceived){
          .from_name = smtp_server_get_client_name(session->endpoint),
          .from_address = session->peer,
          .user = foreign ? user : NULL,
          .by = agent->host_name,
          .with = smtp_server_get_with(session->endpoint),
          .id = id,
          .for_address = envelope->recipients->len == 1 ? g_ptr_array_index(envelope->recipients, 0) : NULL,
          .time = agent_host_now(agent->host),
      });
  return session->spf_line == NULL ? g_bytes_ref(received)
                                   : message_trace_prepend_lines(received, session->spf_line);
}

static EndpointVerdict take_message(TransferSession *session, const EndpointEvent *event)
{
  EndpointVerdict verdict;
  g_autofree char *key = delivery_ledger_dup_key(event->message, session->agent->host_name);
  if (judge_message(session, event, &verdict)) return verdict;
  g_autoptr(GBytes) message = trace(session, event);
  /* Where only some are full, the others get it, and the sender a notice. */
  if (count_full(session, event, key, g_bytes_get_size(message)) == event->envelope->recipients->len)
    return refuse_full(session->agent->server);
  AgentMove move = {
      .message = event->message,
      .from = session->peer,
      .old_tray = session->submission ? AGENT_TRAY_OUTBOX : AGENT_TRAY_QUEUE,
  };
  transfer_agent_place(session->agent, event->envelope, message, key, &move);
  confirm(session);
  session->taken_from = g_strdup(event->envelope->sender);
  session->taken_key = g_steal_pointer(&key);
  return accept_it();
}

/* ---- the connection ---- */

/* VRFY (RFC 5321 §3.5): a mailbox by its address or local part, or where it went. */
static EndpointVerdict verify(TransferSession *session, Bytes name)
{
  const TransferAgent *agent = session->agent;
  Bytes address = address_in_header(name);
  const ServerForward *forward = server_config_find_forward(agent->server, address);
  if (forward != NULL)
    return refuse(session, forward->refuse ? 551 : 251,
                  g_strdup_printf("%s User not local; %s <%s>", forward->refuse ? "5.1.6" : "2.1.5",
                                  forward->refuse ? "please try" : "will forward to", forward->to));
  const Mailbox *mailbox = bytes_find(address, '@') < 0 ? mail_store_find(agent->store, address)
                                                        : transfer_agent_find_mailbox(agent, address);
  if (mailbox == NULL) return (EndpointVerdict){.accepted = false};
  EndpointVerdict verdict = refuse(session, 250, g_strdup_printf("<%s>", mailbox_get_owner(mailbox)));
  verdict.accepted = true;
  return verdict;
}

/* Returns the list of that address, or of that local part alone. */
static const ServerList *find_list(const ServerConfig *server, Bytes name)
{
  Bytes address = address_in_header(name);
  for (guint i = 0; i < server->lists->len; i++) {
    const ServerList *list = &g_array_index(server->lists, ServerList, i);
    size_t local = strcspn(list->address, "@");
    if (address.length == local && g_ascii_strncasecmp(list->address, (const char *)address.data, local) == 0)
      return list;
  }
  return server_config_find_list(server, address);
}

static EndpointVerdict expand(TransferSession *session, Bytes name)
{
  const ServerList *list = find_list(session->agent->server, name);
  if (list == NULL) return (EndpointVerdict){.accepted = false};
  GString *text = g_string_new(NULL);
  for (guint i = 0; i < list->members->len; i++)
    g_string_append_printf(text, "%s<%s>", i == 0 ? "" : "\n",
                           (const char *)g_ptr_array_index(list->members, i));
  EndpointVerdict verdict = refuse(session, 250, g_string_free(text, FALSE));
  verdict.accepted = true;
  return verdict;
}

static void session_event(void *owner, Endpoint *endpoint, const EndpointEvent *event)
{
  TransferSession *session = owner;
  EndpointVerdict verdict = {.accepted = false};
  Digest proof;
  session->endpoint = endpoint;
  switch (event->type) {
  case ENDPOINT_AUTHENTICATE:
    if (!find_rule(session, "AUTH", event->user, &verdict))
      verdict = login_judge(session->agent->store, event, &proof);
    break;
  case ENDPOINT_SENDER:
    if (!judge_sender(session, event, &verdict)) return;
    break;
  case ENDPOINT_RECIPIENT:
    verdict = judge_recipient(session, event);
    break;
  case ENDPOINT_MESSAGE:
    verdict = take_message(session, event);
    break;
  case ENDPOINT_VERIFY:
    verdict = verify(session, event->address);
    break;
  case ENDPOINT_EXPAND:
    verdict = expand(session, event->address);
    break;
  case ENDPOINT_CLOSE:
    if (smtp_server_has_quit(endpoint)) confirm(session);
    return;
  default:
    return;
  }
  endpoint_answer(endpoint, &verdict);
}

static void session_ended(void *owner, Endpoint *endpoint, AgentEnd end)
{
  TransferSession *session = owner;
  (void)endpoint;
  (void)end;
  g_ptr_array_remove_fast(session->agent->sessions, session);
}

static const AgentSessionClass session_class = {session_event, session_ended};

static Endpoint *accept_session(TransferAgent *agent, const char *peer, bool submission,
                                AgentSession *agent_session)
{
  const ServerConfig *server = agent->server;
  TransferSession *session = g_new0(TransferSession, 1);
  session->agent = agent;
  session->peer = g_strdup(peer);
  session->submission = submission;
  g_ptr_array_add(agent->sessions, session);
  *agent_session = (AgentSession){&session_class, session};
  uint32_t capabilities = server->capabilities;
  if (server->vrfy) capabilities |= SMTP_CAPABILITY_VRFY | SMTP_CAPABILITY_EXPN;
  if (submission) capabilities |= server_config_get_mechanism_bits(server);
  const uint32_t plain = SMTP_CAPABILITY_AUTH_PLAIN | SMTP_CAPABILITY_AUTH_LOGIN;
  bool challenges = (capabilities & SMTP_CAPABILITIES_AUTH & ~plain) != 0;
  g_autofree char *nonce = challenges ? g_strdup_printf("%016" PRIx64, agent_host_random(agent->host)) : NULL;
  session->endpoint = smtp_server_new(&(SmtpServerConfig){
      .host_name = agent->host_name,
      .greeting = server->greeting,
      .capabilities = capabilities,
      .nonce = nonce,
      .auth_required = submission,
      .size_limit = server->size_limit,
      .recipient_limit = server->recipient_limit,
  });
  return session->endpoint;
}

static Endpoint *accept_relay(void *owner, const char *peer, AgentSession *session)
{
  return accept_session(owner, peer, false, session);
}

static Endpoint *accept_submission(void *owner, const char *peer, AgentSession *session)
{
  return accept_session(owner, peer, true, session);
}

void transfer_session_listen(TransferAgent *agent)
{
  if (agent->server->ports[SERVER_PORT_RELAY])
    agent_host_listen(agent->host, AGENT_TCP, SMTP_PORT, &(AgentService){accept_relay, agent});
  if (agent->server->ports[SERVER_PORT_SUBMISSION])
    agent_host_listen(agent->host, AGENT_TCP, SUBMISSION_PORT, &(AgentService){accept_submission, agent});
}
