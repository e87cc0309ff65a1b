/* SPDX-License-Identifier: MIT */
/* The program that lets people at their mailboxes: POP3 over the mail store, and POP2 where asked for. */
#pragma once

#include "agent/agent-host.h"
#include "mail/mail-store.h"

#define POP2_PORT 109
#define POP3_PORT 110

typedef struct AccessServer AccessServer;

typedef struct {
  AgentHost *host;
  const char *host_name;         /* copied */
  MailStore *store;              /* borrowed, outlives the server */
  bool offer_apop;               /* a stamp in the greeting */
  const char *const *mechanisms; /* of AUTH, NULL-terminated, best first; copied; NULL: no AUTH */
  bool no_pop3;                  /* nobody waits on port 110 */
  bool offer_pop2;               /* on port 109 */
  bool shares;             /* mailboxes are not locked, as on some servers today: several sessions at once */
  Nanoseconds login_delay; /* the least between two POP3 log-ins of a user (RFC 2449 §6.5); 0: none */
} AccessServerConfig;

/* Starts the server on the ports that config names. */
AccessServer *access_server_new(const AccessServerConfig *config);

/* Frees the server: after its host has stopped. */
void access_server_free(AccessServer *server);
