/* SPDX-License-Identifier: MIT */
/* Reads a message as it streams by (RFC 5322, RFC 2045, RFC 2046): headers, the tree of parts, their sizes.
 * The bodies themselves are passed over at memory speed and not kept. */
#pragma once

#include "mail/message-record.h"

typedef struct MessageScanner MessageScanner;

/* Returns a scanner that fills record, which must live as long. */
MessageScanner *message_scanner_new(MessageRecord *record);

/* Takes the next bytes of the message, doubled dots undone. Linear. */
void message_scanner_feed(MessageScanner *scanner, Bytes bytes);

/* length bytes of the message are missing here: they are counted, and the record is marked truncated. */
void message_scanner_gap(MessageScanner *scanner, uint64_t length);

/* The message is at its end: closes the parts and indexes the headers. Nothing may be fed after. */
void message_scanner_finish(MessageScanner *scanner);

void message_scanner_free(MessageScanner *scanner);
