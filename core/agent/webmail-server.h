/* SPDX-License-Identifier: MIT */
/* The program that lets people at their mail with a browser: real HTML pages by HTTP in front, IMAP and SMTP
 * submission behind. Each page that needs the mailbox opens one IMAP connection of its own (LOGIN, SELECT,
 * FETCH ..., LOGOUT), as Roundcube's do, so that whoever listens behind sees what one click takes; the user's
 * password is kept with the web session for it. */
#pragma once

#include "agent/agent-host.h"

#define WEBMAIL_PORT 80

typedef struct WebmailServer WebmailServer;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *host_name;       /* "webmail.beta.example" */
  const char *mail_server;     /* ports 143 and 587: a name its host knows, or an address */
  const char *domain;          /* "beta.example": of users who log in by local part */
  const char *language;        /* of the pages: "en" or "pt_BR"; NULL: "en" */
  bool keep_sent;              /* lay a copy of what is sent into the folder Sent, by IMAP */
  Nanoseconds session_silence; /* after which a web session is over; 0: 30 minutes */
  guint session_limit;         /* one more, and the one that was silent longest is over; 0: 1000 */
} WebmailServerConfig;

/* Starts the server on port 80 of its host. */
WebmailServer *webmail_server_new(const WebmailServerConfig *config);

/* Returns how many people are logged in. */
guint webmail_server_get_session_count(const WebmailServer *server);

/* Frees the server, passwords wiped: after its host has stopped. */
void webmail_server_free(WebmailServer *server);
