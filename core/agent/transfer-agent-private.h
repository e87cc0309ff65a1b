/* SPDX-License-Identifier: MIT */
/* What the two halves of the transfer agent, taking in and handing on, share. */
#pragma once

#include "agent/transfer-agent.h"

struct TransferAgent {
  AgentHost *host;
  char *host_name;
  char *name_server;
  MailStore *store;
  MailQueue *queue;
  GPtrArray *deliveries; /* of TransferDelivery, owned: tries under way */
  Timer wake;
  uint64_t taken; /* messages taken in so far: names them */
};

/* Puts a message into a mailbox of ours with its Return-Path. Returns false when nobody of that address lives
 * here. */
bool transfer_agent_deliver(TransferAgent *agent, const char *sender, const char *recipient, GBytes *message);

/* Tells the sender of entry that recipients did not get it; replies are of the same length. Nothing for the
 * null sender. */
void transfer_agent_bounce(TransferAgent *agent, const MailQueueEntry *entry, const char *remote_host,
                           GPtrArray *recipients, GPtrArray *replies);

/* Begins a try for every entry that is due, and sets the timer for the rest. */
void transfer_agent_run_queue(TransferAgent *agent);

/* Sets the timer for the entry due next. */
void transfer_agent_wake(TransferAgent *agent);

/* Returns message as bytes. */
static inline Bytes transfer_agent_bytes(GBytes *message)
{
  Bytes view;
  view.data = g_bytes_get_data(message, &view.length);
  return view;
}

/* Frees the tries under way. */
void transfer_delivery_free(gpointer delivery);
