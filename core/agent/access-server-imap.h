/* SPDX-License-Identifier: MIT */
/* The program that lets people work on their mail where it lies: IMAP over the mail store, several sessions
 * on one mailbox at once, each told at once what the others do. */
#pragma once

#include "agent/agent-host.h"
#include "mail/mail-store.h"

#define IMAP_PORT 143

typedef struct AccessServerImap AccessServerImap;

typedef struct {
  AgentHost *host;
  const char *host_name;         /* copied */
  MailStore *store;              /* borrowed, outlives the server */
  const char *const *mechanisms; /* of AUTHENTICATE, NULL-terminated, best first; copied; NULL: only LOGIN */
  bool no_login;                 /* LOGINDISABLED: AUTHENTICATE only */
  const char *without; /* capabilities not offered, with spaces between them; copied; NULL: all are */
  uint64_t size_limit; /* bytes of a message that APPEND takes; 0: 32 MiB */
  uint64_t quota;      /* bytes of all mailboxes of a user together; 0: none */
} AccessServerImapConfig;

/* Starts the server on port 143 of its host. */
AccessServerImap *access_server_imap_new(const AccessServerImapConfig *config);

/* Frees the server: after its host has stopped. */
void access_server_imap_free(AccessServerImap *server);
