/* SPDX-License-Identifier: MIT */
/* The mail server's carrier: takes mail in by SMTP (25 from other servers, 587 from its own users), keeps
 * what is for its mailboxes, queues the rest, asks DNS where it goes, and hands it on; what cannot be
 * delivered comes back to its sender as a notice.
 *
 * What must outlive a crash is not the agent's: the mail store and the queue (with its ledger) are the disk.
 * An agent made anew on them goes on where the last one stopped: tries under way are due again. The 250 after
 * the dot follows the moment in which the message lies in a mailbox or in the queue.
 *
 * Delivered once or bounced once: SMTP alone cannot promise it (RFC 1047), for a lost 250 leaves the sending
 * side in doubt. Two things together do. The sending side writes down which server it hands a message's end
 * to, and while it is in doubt it asks that server again and no other (transfer-delivery). The receiving side
 * writes down what it stored, and says 250 to what it has already (mail/delivery-ledger.h). One case remains
 * that no protocol can take away: a message that was stored, whose 250 never came through, and whose server
 * is not reached again before the queue gives up, lies there, and its sender hears that it could not be
 * delivered. */
#pragma once

#include "agent/agent-host.h"
#include "agent/greylist.h"
#include "agent/resolver.h"
#include "agent/server-config.h"
#include "mail/mail-queue.h"
#include "mail/mail-store.h"

#define SMTP_PORT 25
#define SUBMISSION_PORT 587

typedef struct TransferAgent TransferAgent;

/* Strings are copied; everything else is borrowed and outlives the agent. */
typedef struct {
  AgentHost *host;
  const char *host_name;         /* "mail.alpha.example"; the server's own where it states one */
  MailStore *store;              /* the domains and mailboxes that are ours */
  MailQueue *queue;              /* NULL: the agent's own, by the server's or policy's terms, gone with it */
  Greylist *greylist;            /* NULL: the agent's own, gone with it */
  Resolver *resolver;            /* NULL: the agent's own, which asks name_server */
  const char *name_server;       /* its name or address; NULL where resolver is given */
  const ServerConfig *server;    /* NULL: what server_config_init says */
  const MailQueuePolicy *policy; /* of the agent's own queue; copied; NULL: the server's */
} TransferAgentConfig;

/* Starts the agent on ports 25 and 587 of its host, as the server says, and goes on with the queue. */
TransferAgent *transfer_agent_new(const TransferAgentConfig *config);

/* Takes a message as if it had come in: into mailboxes that are ours, else into the queue. */
void transfer_agent_submit(TransferAgent *agent, const Envelope *envelope, GBytes *message);

/* Tries everything in the queue now (what administrators call flushing it). */
void transfer_agent_flush(TransferAgent *agent);

/* Returns the queue. Borrowed. */
const MailQueue *transfer_agent_get_queue(const TransferAgent *agent);

/* Frees the agent: after its host has stopped or lost its power, before the host is freed. */
void transfer_agent_free(TransferAgent *agent);
