/* SPDX-License-Identifier: MIT */
/* The inside of an SMTP client, shared by smtp-client.c (bytes, events, results) and smtp-client-dialogue.c
 * (what each reply leads to). */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-syntax.h"

#define RECIPIENTS_AT_ONCE 50u /* RCPT commands sent before their replies are read */

/* What a reply that is awaited answers. */
typedef enum {
  STEP_GREETING,
  STEP_EHLO,
  STEP_HELO,
  STEP_AUTH, /* AUTH, or a response inside it */
  STEP_MAIL,
  STEP_RECIPIENT,
  STEP_DATA,
  STEP_BODY, /* the lone dot */
  STEP_QUIT,
  STEP_COUNT,
} SmtpClientStep;

typedef struct {
  SmtpResultType type;
  int code;
  char *reply;
} SmtpClientResult;

typedef struct {
  Endpoint base;
  char *host_name;
  char *user, *password;
  bool pipelining;
  Envelope *envelope;
  GBytes *message;
  Nanoseconds patience; /* 0: by the step */

  LineInput in;
  ByteBuffer out;
  MessageStretches letters; /* in out */
  IdleTimer idle;
  SmtpClientStep expected[RECIPIENTS_AT_ONCE + 2]; /* oldest first */
  guint expected_count;
  int reply_code;
  GString *reply; /* the lines so far, joined by LF */
  bool reply_begun;

  bool offers_pipelining, offers_size, offers_8bitmime, offers_plain, offers_login;
  guint login_step; /* of AUTH LOGIN: prompts answered */
  guint recipients_sent, recipients_answered;
  bool sender_refused;
  bool closing;
  bool decided, failed; /* the outcome, told or to be told */
  char *server_words;   /* that FAILED tells, or NULL */
  bool outcome_due, close_due;
  SmtpClientResult *results; /* one for each recipient */
} SmtpClient;

/* Notes that a reply to step comes, after those awaited already. */
void smtp_client_expect(SmtpClient *client, SmtpClientStep step);

/* The connection is gone, or not worth going on with: everybody who has no result may be tried later. */
void smtp_client_fail_at_once(SmtpClient *client, const char *words);

/* Works on a whole reply: its code and lines are in client. */
void smtp_client_handle_reply(SmtpClient *client);
