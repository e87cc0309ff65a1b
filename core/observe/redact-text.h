/* SPDX-License-Identifier: MIT */
/* Lines and bodies with their structure kept and their words gone: same length, in place. */
#pragma once

#include "observe/row.h"

/* What is replaced becomes this letter, over and over. */
#define REDACTED 'x'

/* All but line ends. */
void redact_all(uint8_t *bytes, size_t length);

/* A line of kind LINE_COMMAND or LINE_REPLY, as long as it is on the wire: verbs, codes, punctuation, and
 * numbers and keywords where they are structure stay. */
void redact_line(const RowEvent *event, uint8_t *bytes, size_t length);

/* A message or a part of one: names of known header fields, types of parts, line ends and boundaries' dashes
 * stay. */
void redact_message(uint8_t *bytes, size_t length);

/* The content of HTTP; chunked: its sizes stay. */
void redact_web_body(uint8_t *bytes, size_t length, bool chunked);

/* TLS records: their headers stay; of what travels in clear the server's name and certificates go. */
void redact_records(uint8_t *bytes, size_t length);
