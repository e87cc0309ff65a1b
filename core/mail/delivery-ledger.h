/* SPDX-License-Identifier: MIT */
/* What a server took, so that it takes nothing twice.
 *
 * A client that does not hear the "250" after the dot cannot tell whether its message was taken: it sends it
 * again, and the recipient has it twice (RFC 1047; RFC 5321 §4.1.1.4 leaves it at that). SMTP has no number
 * for a transaction by which the server could know the second from the first, so the server writes down, in
 * the same step in which it stores a message, for whom, from whom, and a digest of what it says. What comes
 * again in the same words gets its 250 and is not stored.
 *
 * Two messages are never taken for one: the digest is of the whole text, which names its message by the
 * lowest Received line, whose id the first server gave to that message alone. Received lines above it, and
 * the Return-Path, are left out: they tell the way, and the second copy may come another, by a backup server,
 * even days after the first was confirmed. So these lines stay for ten days, twice as long as servers try.
 *
 * A message without a Received line comes from its author's program and is named by its Message-ID alone. Its
 * line is struck out when the client does anything more on the connection, for then the 250 was heard, and
 * who sends the same again means it. A message with neither is never known again.
 *
 * (Servers that keep a table like this and know duplicates by Message-ID alone are in wide use; they may lose
 * a message that only shares the identifier. This one cannot.) */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

typedef struct DeliveryLedger DeliveryLedger;

DeliveryLedger *delivery_ledger_new(void);
void delivery_ledger_free(DeliveryLedger *ledger);

/* Returns what message is known by at host, the caller's to free; NULL where nothing names it. How often host
 * stands in its Received lines is part of it: what was forwarded and comes round is no second copy. Linear.
 */
char *delivery_ledger_dup_key(Bytes message, const char *host);

/* Returns true when message key (may be NULL) from sender was taken for recipient. */
bool delivery_ledger_has(const DeliveryLedger *ledger, const char *sender, const char *recipient,
                         const char *key);

/* Returns true when any message from sender was taken for recipient, and the client may not know: what comes
 * next for them may be it once more. */
bool delivery_ledger_expects(const DeliveryLedger *ledger, const char *sender, const char *recipient);

/* Writes down that it was taken; a NULL key is nothing. What is older than ten days, and of more than 100 000
 * messages the oldest, is forgotten. */
void delivery_ledger_append(DeliveryLedger *ledger, const char *sender, const char *recipient,
                            const char *key, Nanoseconds now);

/* The client of sender's message key knows that it was taken for all its recipients. NULL is nothing. */
void delivery_ledger_confirm(DeliveryLedger *ledger, const char *sender, const char *key);

/* Returns how many messages are written down. */
guint delivery_ledger_get_count(const DeliveryLedger *ledger);
