/* SPDX-License-Identifier: MIT */
/* The program that lets people at their mailboxes: POP3 over the mail store. */
#pragma once

#include "agent/agent-host.h"
#include "mail/mail-store.h"

#define POP3_PORT 110

typedef struct AccessServer AccessServer;

typedef struct {
  AgentHost *host;
  const char *host_name; /* copied */
  MailStore *store;      /* borrowed, outlives the server */
  bool offer_apop;       /* a stamp in the greeting */
} AccessServerConfig;

/* Starts the server on port 110 of its host. */
AccessServer *access_server_new(const AccessServerConfig *config);

/* Frees the server: after its host has stopped. */
void access_server_free(AccessServer *server);
