/* SPDX-License-Identifier: MIT */
/* The mail server's carrier: takes mail in by SMTP (25 from other servers, 587 from its own users), keeps
 * what is for its mailboxes, queues the rest, asks DNS where it goes, and hands it on; what cannot be
 * delivered comes back to its sender as a notice. */
#pragma once

#include "agent/agent-host.h"
#include "mail/mail-queue.h"
#include "mail/mail-store.h"

#define SMTP_PORT 25
#define SUBMISSION_PORT 587

typedef struct TransferAgent TransferAgent;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *host_name;         /* "mail.alpha.example" */
  MailStore *store;              /* the domains and mailboxes that are ours; borrowed, outlives the agent */
  const char *name_server;       /* its name or address */
  const MailQueuePolicy *policy; /* copied; NULL: mail_queue_policy_default */
} TransferAgentConfig;

/* Starts the agent on ports 25 and 587 of its host. */
TransferAgent *transfer_agent_new(const TransferAgentConfig *config);

/* Takes a message as if it had come in: into mailboxes that are ours, else into the queue. */
void transfer_agent_submit(TransferAgent *agent, const Envelope *envelope, GBytes *message);

/* Returns the queue. Borrowed. */
const MailQueue *transfer_agent_get_queue(const TransferAgent *agent);

/* Frees the agent: after its host has stopped, before the host is freed. */
void transfer_agent_free(TransferAgent *agent);
