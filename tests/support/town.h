/* SPDX-License-Identifier: MIT */
/* A small town for tests of agents: two computers of people, two mail servers and a name server, each with a
 * cable to every other, in virtual time. */
#pragma once

#include "agent/access-server.h"
#include "agent/name-server.h"
#include "agent/transfer-agent.h"
#include "simulate/host.h"

enum { TOWN_HOME, TOWN_CAFE, TOWN_ALPHA, TOWN_BETA, TOWN_NAMES, TOWN_HOSTS };

typedef struct {
  VirtualClock clock;
  Tap tap;
  Link links[TOWN_HOSTS * (TOWN_HOSTS - 1) / 2];
  Host *hosts[TOWN_HOSTS];
  bool names_known; /* every host knows every name; else a name server must be asked */
  bool host_is_down[TOWN_HOSTS];
  MailStore *stores[TOWN_HOSTS];
  TransferAgent *transfer_agents[TOWN_HOSTS];
  AccessServer *access_servers[TOWN_HOSTS];
  NameServer *name_server;
  GString *traffic; /* "port>text" and "port<text" of each segment with a payload, as it left */
} Town;

/* Names and addresses, by host: "mail.alpha.example", "192.0.2.25". */
extern const char *const town_names[TOWN_HOSTS], *const town_addresses[TOWN_HOSTS];

/* Builds the hosts and cables and the name server, which knows all names and the domains' mail servers. */
void town_init(Town *town, bool names_known);

/* Starts the servers of alpha (alice/wonderland, carol/rabbit) or beta (bob/builder). */
void town_start_servers(Town *town, int host);

/* Stops all hosts: agents may be freed then, before town_clear. */
void town_stop(Town *town);
void town_clear(Town *town);

/* Returns a host as its agents see it. */
AgentHost *town_host(Town *town, int host);

/* Runs until nothing is left to happen, or seconds have passed since the town's beginning. */
void town_run_until(Town *town, double seconds);

/* Returns the mailbox of a user by whole address, of either server. */
Mailbox *town_mailbox(Town *town, const char *address);

/* Lays a message of that subject into the mailbox of address. Text: "Message-ID: <subject@town>" and so on.
 */
void town_drop_letter(Town *town, const char *address, const char *subject);
