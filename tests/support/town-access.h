/* SPDX-License-Identifier: MIT */
/* Access to a town's mailboxes by protocols, ports and mechanisms of the test's choice. */
#pragma once

#include "support/town.h"

typedef enum { TOWN_POP2, TOWN_POP3, TOWN_IMAP } TownAccessKind;

typedef struct {
  Town *town;
  int host;
  TownAccessKind kind;
  const char *const *mechanisms; /* POP3's AUTH, IMAP's AUTHENTICATE; NULL: none */
  const char *without;           /* IMAP: capabilities not offered; or NULL */
  guint sessions;                /* so far */
} TownAccess;

/* Serves the mailboxes of the town's host on port, below 1024. access outlives the hosts. */
void town_serve(TownAccess *access, uint16_t port);
