/* SPDX-License-Identifier: MIT */
/* Log-ins seen on the wire whose outcome is not known yet (POP3 PASS and APOP, IMAP LOGIN). For decoders
 * only. */
#pragma once

#include "protocol/decoder.h"

#define LOGIN_QUEUE_SIZE 8u           /* log-ins waiting; an older one is told with unknown outcome */
#define LOGIN_QUEUE_FIELD_BYTES 4096u /* kept of each of user, secret, challenge, digest */

typedef struct {
  uint32_t id;     /* of the command's line; 0: the place is free */
  uint64_t offset; /* of that line */
  const char *mechanism;
  ByteBuffer user, secret, challenge, digest;
} PendingLogin;

/* All zero is empty. */
typedef struct {
  PendingLogin *items; /* LOGIN_QUEUE_SIZE of them, once one came: most sessions of a flood never log in */
  uint32_t next;       /* the place to be used next: the oldest, once all are taken */
} LoginQueue;

/* Copies credential (its outcome is not looked at) for the command line id. */
void login_queue_add(LoginQueue *queue, const DecoderSink *sink, uint32_t id, uint64_t offset,
                     const Credential *credential);

/* The command line id got its reply: writes its credential, if it had one, with the outcome. */
void login_queue_decide(LoginQueue *queue, const DecoderSink *sink, uint32_t id, int accepted);

/* Nothing more comes: writes all that wait with unknown outcome, oldest first. */
void login_queue_finish(LoginQueue *queue, const DecoderSink *sink);

/* Frees what is held, wiped. */
void login_queue_clear(LoginQueue *queue);
