/* SPDX-License-Identifier: MIT */
/* The inside of an SMTP client, shared by smtp-client.c (bytes, events, results), smtp-client-dialogue.c
 * (what each reply leads to) and smtp-client-transaction.c (one message: its form, its recipients). */
#pragma once

#include "protocol/endpoint-support.h"
#include "protocol/sasl/sasl-client.h"
#include "protocol/smtp/smtp-client.h"
#include "protocol/smtp/smtp-parameters.h"
#include "protocol/smtp/smtp-syntax.h"

#define RECIPIENTS_AT_ONCE 50u /* RCPT commands sent before their replies are read */

/* What a reply that is awaited answers. */
typedef enum {
  STEP_GREETING,
  STEP_EHLO,
  STEP_HELO,
  STEP_AUTH, /* AUTH, or a response inside it */
  STEP_RESET,
  STEP_MAIL,
  STEP_RECIPIENT,
  STEP_DATA,
  STEP_CHUNK, /* a BDAT that is not the last */
  STEP_BODY,  /* the lone dot, or the last BDAT */
  STEP_QUIT,
  STEP_COUNT,
} SmtpClientStep;

typedef struct {
  SmtpResultType type;
  int code;
  char *reply;
  bool skipped; /* never named to the server: it lacks what the address needs */
} SmtpClientResult;

/* One message on its way. */
typedef struct {
  Envelope *envelope; /* a copy of the owner's */
  GBytes *message, *message_7bit;
  GBytes *form;   /* what travels; NULL before it is chosen */
  Envelope *wire; /* MAIL's parameters for it; no recipients */
  bool chunked;   /* by BDAT */
  size_t sent;    /* by BDAT: bytes of form so far */
  guint recipients_sent, recipients_answered;
  bool sender_refused;
  SmtpClientResult *results; /* one for each recipient */
} SmtpClientTransaction;

typedef struct {
  Endpoint base;
  char *host_name;
  char *user, *password, *nonce;
  char **mechanisms; /* allowed; NULL at the end */
  bool pipelining, chunking;
  size_t chunk_size;
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

  uint32_t offers;             /* SMTP_CAPABILITY_ bits */
  GString *offered_mechanisms; /* names with spaces before them */
  SaslClient *sasl;            /* inside AUTH, else NULL */
  SmtpClientTransaction transaction;
  bool needs_reset; /* the server still holds the transaction before */
  bool closing;
  bool decided, failed; /* the outcome of the transaction, told or to be told */
  bool told;            /* DELIVERED, and nothing was said since */
  char *server_words;   /* that FAILED tells, or NULL */
  bool tells_handing, handing_due, outcome_due, close_due;
} SmtpClient;

/* Notes that a reply to step comes, after those awaited already. */
void smtp_client_expect(SmtpClient *client, SmtpClientStep step);

/* The connection is gone, or not worth going on with: everybody who has no result may be tried later. */
void smtp_client_fail_at_once(SmtpClient *client, const char *words);

/* Works on a whole reply: its code and lines are in client. */
void smtp_client_handle_reply(SmtpClient *client);

/* Says QUIT: the owner has no other message. */
void smtp_client_say_quit(SmtpClient *client);

/* Begins the transaction at hand, RSET first where the server still holds another. */
void smtp_client_begin(SmtpClient *client);

/* Sets up the transaction at hand, and frees it. */
void smtp_client_set_transaction(SmtpClient *client, const Envelope *envelope, GBytes *message,
                                 GBytes *message_7bit);
void smtp_client_clear_transaction(SmtpClient *client);

/* Sets the result of every recipient that has none. */
void smtp_client_settle(SmtpClient *client, SmtpResultType type, int code, const char *reply);

/* Chooses how the message travels, and refuses the recipients whom this server cannot serve. Returns false
 * where nobody is left. */
bool smtp_client_choose_form(SmtpClient *client);

/* Says MAIL; RCPT for the next recipient; the message after 354 (empty where nobody was taken); the next
 * BDAT. */
void smtp_client_append_mail(SmtpClient *client);
void smtp_client_append_recipient(SmtpClient *client);
void smtp_client_append_body(SmtpClient *client);
void smtp_client_append_chunk(SmtpClient *client);

/* Returns true when every recipient has been named. */
bool smtp_client_has_named_all(const SmtpClient *client);

/* Returns the result that the reply to RCPT at hand is about. */
SmtpClientResult *smtp_client_take_answered(SmtpClient *client);

/* Returns how many recipients were taken so far. */
guint smtp_client_count_taken(const SmtpClient *client);
