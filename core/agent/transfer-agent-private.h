/* SPDX-License-Identifier: MIT */
/* What the parts of the transfer agent share: taking in (transfer-session), placing (transfer-agent), handing
 * on (transfer-route, transfer-delivery) and telling senders (transfer-notice). */
#pragma once

#include "agent/transfer-agent.h"
#include "mail/delivery-notice.h"

typedef struct TransferDelivery TransferDelivery;
typedef struct TransferSession TransferSession;

struct TransferAgent {
  AgentHost *host;
  char *host_name;
  MailStore *store;
  MailQueue *queue, *own_queue;
  Greylist *greylist, *own_greylist;
  Resolver *resolver, *own_resolver;
  const ServerConfig *server;
  ServerConfig *own_server;
  guint *rule_uses;      /* how often each reply rule held */
  GPtrArray *sessions;   /* of TransferSession, owned: connections to us */
  GPtrArray *deliveries; /* of TransferDelivery, owned: tries under way */
  Timer wake;
};

/* ---- placing ---- */

/* Returns true when mail for address is for our mailboxes. */
bool transfer_agent_is_ours(const TransferAgent *agent, Bytes address);

/* Returns the mailbox behind address ("postmaster" needs no domain, RFC 5321 §4.5.1), or NULL. Borrowed. */
Mailbox *transfer_agent_find_mailbox(const TransferAgent *agent, Bytes address);

/* Returns true when count more bytes do not fit into the mailbox of address. */
bool transfer_agent_is_full(const TransferAgent *agent, Bytes address, uint64_t count);

/* Puts a message where it belongs: mailboxes here, or the queue, lists and those who moved replaced by whom
 * they stand for; recipients that got message key already (may be NULL) are left out. move says where it came
 * from; its message is what watchers know it by. Senders who asked for it hear of deliveries, and of
 * mailboxes that are full. */
void transfer_agent_place(TransferAgent *agent, const Envelope *envelope, GBytes *message, const char *key,
                          AgentMove *move);

/* ---- telling senders ---- */

/* What is to be told of some recipients of one message. All zero is nothing. */
typedef struct {
  GArray *recipients; /* of NoticeRecipient, whose strings are owned */
} TransferReport;

/* Adds a recipient; reply and remote_host may be NULL. Nothing where what the sender asked (RFC 3461 §4.1)
 * excludes it. */
void transfer_report_append(TransferReport *report, const Envelope *envelope, const char *recipient,
                            NoticeAction action, const char *reply, const char *remote_host);
void transfer_report_clear(TransferReport *report);

/* Sends what the report holds to the envelope's sender, one notice for each kind of action; nothing for the
 * null sender. arrived: when message came to us. given_up: of delayed ones. */
void transfer_agent_notify(TransferAgent *agent, const Envelope *envelope, GBytes *message,
                           const TransferReport *report, Nanoseconds arrived, Nanoseconds given_up);

/* ---- handing on ---- */

/* Begins a try for every entry that is due, and sets the timer for the rest. */
void transfer_agent_run_queue(TransferAgent *agent);

/* Sets the timer for the entry due next. */
void transfer_agent_wake(TransferAgent *agent);

void transfer_delivery_free(gpointer delivery);

/* A mail server of a domain. */
typedef struct {
  char *name;
  uint16_t preference;  /* lower is better */
  GPtrArray *addresses; /* of char *, in the order to be tried; empty until known */
} TransferTarget;

/* Where a domain's mail goes. */
typedef struct TransferRoute TransferRoute;

typedef enum {
  ROUTE_FOUND, /* targets, best first */
  ROUTE_LATER, /* DNS cannot tell now: words hold why */
  ROUTE_NEVER, /* words hold why, an enhanced code first */
} TransferRouteResult;

typedef void (*TransferRouted)(void *owner, TransferRouteResult result, const char *words);

/* Finds the mail servers of domain; routed is told once, after this returned. An address in brackets needs no
 * finding: its target is there at once, and nothing is told. */
TransferRoute *transfer_route_begin(TransferAgent *agent, const char *domain, TransferRouted routed,
                                    void *owner);

/* A way to one server only, given as its name and address. */
TransferRoute *transfer_route_new_known(TransferAgent *agent, const char *name, const char *address);

/* Returns the targets, of TransferTarget, after ROUTE_FOUND. Borrowed. */
const GArray *transfer_route_get_targets(const TransferRoute *route);

/* Told once, maybe before transfer_route_find_addresses returns: ROUTE_FOUND when the target has addresses.
 */
void transfer_route_find_addresses(TransferRoute *route, guint target, TransferRouted found, void *owner);

/* Frees the route, questions under way forgotten; NULL is nothing. */
void transfer_route_free(TransferRoute *route);

/* ---- taking in ---- */

/* Lets the agent wait on its ports. */
void transfer_session_listen(TransferAgent *agent);

void transfer_session_free(gpointer session);

/* Returns message as bytes. */
static inline Bytes transfer_agent_bytes(GBytes *message)
{
  Bytes view;
  view.data = g_bytes_get_data(message, &view.length);
  return view;
}
