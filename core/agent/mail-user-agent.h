/* SPDX-License-Identifier: MIT */
/* The program a person writes and reads mail with: hands letters to its server by SMTP submission, fetches
 * them from the mailbox by POP3. */
#pragma once

#include "agent/agent-host.h"

typedef struct MailUserAgent MailUserAgent;

/* Strings are copied. */
typedef struct {
  AgentHost *host;
  const char *person;    /* "Alice" */
  const char *address;   /* "alice@alpha.example" */
  const char *host_name; /* "alice-computer.alpha.example": what it calls itself in EHLO */
  const char *server;    /* "mail.alpha.example": incoming and outgoing */
  const char *user;      /* log-in: "alice" */
  const char *password;
} MailUserAgentConfig;

/* Told when what was asked for is over: good is false where it was given up. */
typedef void (*MailUserAgentDone)(void *owner, bool good);

MailUserAgent *mail_user_agent_new(const MailUserAgentConfig *config);

/* Writes a letter, lays it into the outbox and submits it. to: one address or several with commas; text:
 * UTF-8. done may be NULL. */
void mail_user_agent_send(MailUserAgent *agent, const char *to, const char *subject, const char *text,
                          MailUserAgentDone done, void *owner);

/* Fetches what is new in the mailbox; with keep the letters stay there too. done may be NULL. */
void mail_user_agent_fetch(MailUserAgent *agent, bool keep, MailUserAgentDone done, void *owner);

/* Returns the letters fetched (inbox) or not yet handed over (outbox), of GBytes. Borrowed. */
const GPtrArray *mail_user_agent_get_inbox(const MailUserAgent *agent);
const GPtrArray *mail_user_agent_get_outbox(const MailUserAgent *agent);

/* Frees the agent: after its host has stopped, before the host is freed. */
void mail_user_agent_free(MailUserAgent *agent);
