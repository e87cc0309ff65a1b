/* SPDX-License-Identifier: MIT */
/* The lines servers put before a message: Received and Return-Path (RFC 5321 §4.4), and what a submission
 * server sees to (RFC 6409 §8). */
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

typedef struct {
  const char *from_name;    /* what the client called itself in EHLO or HELO */
  const char *from_address; /* "10.0.1.10" or "2001:db8::1"; NULL when unknown */
  const char *by;           /* our host name */
  const char *with;         /* "SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA" (RFC 3848) */
  const char *id;           /* our name for the message in the queue */
  const char *for_address;  /* the recipient where there is just one; else NULL */
  Nanoseconds time;
  int utc_offset;   /* minutes */
  const char *user; /* who logged in, where that is to be told; else NULL */
} MessageReceived;

/* Returns message with a Received line before it, the caller's to unref. */
GBytes *message_trace_prepend_received(GBytes *message, const MessageReceived *received);

/* Returns message with a Return-Path line before it (sender "" gives <>), the caller's to unref. */
GBytes *message_trace_prepend_return_path(GBytes *message, const char *sender);

/* What a submission server adds where the author's program did not. */
typedef struct {
  const char *message_id; /* without brackets */
  Nanoseconds time;
  int utc_offset; /* minutes */
} MessageCompletion;

/* Returns message with a Date and a Message-ID where it had none, and without Bcc (RFC 5322 §3.6.3),
 * Resent-Bcc and Return-Path; every other byte as it was. The caller's to unref. */
GBytes *message_trace_complete(GBytes *message, const MessageCompletion *completion);

/* Returns message with lines, each ended by CR LF, before it; the caller's to unref. */
GBytes *message_trace_prepend_lines(GBytes *message, const char *lines);

/* Returns true when a CR or LF stands alone in message (RFC 5321 §2.3.8). */
bool message_trace_has_bare_line_end(Bytes message);

/* Returns how many Received lines the headers have: a message that went round too often loops (RFC 5321
 * §6.3). */
guint message_trace_count_received(Bytes message);

/* Cuts the next header field, its folded lines and line end included, off the front of *message. Returns
 * false at the end of the headers. Linear. */
bool message_trace_next_field(Bytes *message, Bytes *field);

/* Room for a date and its NUL. */
#define MESSAGE_DATE_TEXT 40

/* Writes "Mon, 02 Mar 2026 09:00:00 -0300" (RFC 5322 §3.3); offset in minutes. */
void message_date_format(Nanoseconds time, int utc_offset, char text[MESSAGE_DATE_TEXT]);
