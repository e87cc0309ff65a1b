/* SPDX-License-Identifier: MIT */
/* Alice, who has an account at the town's alpha server and reads it on two devices; what her programs tell
 * her is written down. */
#pragma once

#include "agent/mail-user-agent.h"
#include "support/town-access.h"

enum { HOME, CAFE, DEVICES };

typedef struct {
  Town town;
  TownAccess access; /* what the test lets serve her mailbox besides */
  MailUserAgent *agents[DEVICES];
  GString *notices; /* a line each: "sent bob@beta.example", "failed -ERR …", "new 4" */
  guint done, good; /* tasks that are over, and how many of them well */
} Alice;

/* Builds the town, with its mail servers where wanted. */
void alice_init(Alice *alice, bool names_known, bool servers);
void alice_clear(Alice *alice);

/* Gives her a device, in place of the one she had there; config says what is not usual of its account. */
void alice_add_device(Alice *alice, int device, MailUserAgentConfig config);

/* A MailUserAgentDone whose owner is Alice. */
void alice_done(void *alice, bool good);

/* Returns true where text went over some cable. */
bool alice_said(const Alice *alice, const char *text);

/* Returns how many letters lie in a device's inbox. */
guint alice_inbox(const Alice *alice, int device);
